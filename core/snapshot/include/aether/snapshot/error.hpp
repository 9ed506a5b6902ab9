// Why a snapshot, or a part of one, is refused.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace aether::snapshot {

enum class Error : std::uint8_t {
  // the file
  magic,            // it does not begin as a snapshot
  trailer,          // it does not end as one: cut off, or the manifest is larger than allowed
  size,             // it has another length than its manifest says
  manifest_digest,  // the manifest is not the one that the end of the file names
  // the manifest
  manifest_form,  // its bytes are no manifest of this version
  block,          // the block's facts contradict each other, or the genesis
  chunk_order,    // the chunks' ranges do not follow each other
  chunk_end,      // the last chunk does not reach the end of the key space, or there is none
  chunk_sizes,    // a chunk claims more than one may have
  // a chunk
  stored_size,    // its bytes are more or fewer than the manifest says
  stored_digest,  // its bytes are not those that the manifest names
  compression,    // they do not unpack to what the manifest says
  chunk_form,     // what they unpack to is no chunk
  object_count,   // it holds another number of objects than the manifest says
  proof,          // its objects are not all that the state root has in the chunk's range
};
[[nodiscard]] std::string_view to_string(Error error);

}  // namespace aether::snapshot
