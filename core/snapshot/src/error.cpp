#include "aether/snapshot/error.hpp"

namespace aether::snapshot {

std::string_view to_string(Error error) {
  switch (error) {
    case Error::magic: return "it is no snapshot";
    case Error::trailer: return "its end is missing";
    case Error::size: return "its length is not what its manifest says";
    case Error::manifest_digest: return "its manifest is damaged";
    case Error::manifest_form: return "its manifest is none that this version knows";
    case Error::block: return "the facts of its block contradict each other";
    case Error::chunk_order: return "its chunks do not follow each other";
    case Error::chunk_end: return "its chunks do not cover the whole state";
    case Error::chunk_sizes: return "a chunk claims to be larger than one may be";
    case Error::stored_size: return "a chunk is cut off";
    case Error::stored_digest: return "a chunk is damaged";
    case Error::compression: return "a chunk does not unpack";
    case Error::chunk_form: return "a chunk's content is malformed";
    case Error::object_count: return "a chunk holds another number of objects than its manifest says";
    case Error::proof: return "a chunk's objects are not those of the state root";
  }
  return "unknown";
}

}  // namespace aether::snapshot
