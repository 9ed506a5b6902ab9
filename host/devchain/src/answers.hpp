// What the answers of all methods are made of.
#pragma once

#include "aether/devchain/devchain.hpp"

namespace aether::devchain {

using api::ErrorCode;
using storage::Snapshot;

inline std::unexpected<api::Error> error(ErrorCode code, std::string_view message, std::string_view reason = {}) {
  return fail(api::Error{code, std::string(message), std::string(reason)});
}

// A dev block is final when its batch is synced, and only such blocks are seen.
inline api::BlockRef ref(const storage::BlockRecord& record) { return {record.slot, record.hash, true}; }
inline api::BlockRef tip_of(const Snapshot& snapshot) { return ref(*snapshot.tip()); }

}  // namespace aether::devchain
