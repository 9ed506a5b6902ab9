// What the answers of all methods are made of.
#pragma once

#include "aether/ledger/rent.hpp"
#include "aether/query/chain_queries.hpp"

namespace aether::query {

using api::ErrorCode;
using storage::Snapshot;

inline std::unexpected<api::Error> absent(Slot slot) {
  return error(ErrorCode::not_found, "block " + std::to_string(slot.raw()) +
                                         " is not kept here: it was pruned, or the chain was restored from a snapshot");
}

// There is no such object, or it was pruned, which is not the same.
inline std::unexpected<api::Error> no_object(const Snapshot& snapshot, const ObjectId& object, std::string_view what) {
  const auto rent = ledger::load<ledger::Rent>(snapshot, ledger::rent_object(object));
  const std::string name = std::string(what) + " " + to_hex0x(object.key.bytes);
  if (rent) return error(ErrorCode::not_found, "the " + name + " was pruned: restore it", "object_pruned");
  return error(ErrorCode::not_found, "there is no " + name);
}

// Gives `take` the objects of a page until it wants no more. The cursor of the next page; none when nothing follows.
template <class Take>
std::optional<Hash> scan_page(const Snapshot& snapshot, Domain domain, const std::optional<Hash>& after, Take take) {
  constexpr std::size_t kLookedAtMax = 4'096;
  std::optional<Hash> last;
  std::optional<Hash> cursor;
  std::size_t looked_at = 0;
  bool full = false;
  snapshot.scan(domain, after, [&](const Hash& id, ByteView bytes) {
    if (full) {
      cursor = last;
      return false;
    }
    full = !take(id, bytes) || ++looked_at == kLookedAtMax;
    last = id;
    return true;
  });
  return cursor;
}

}  // namespace aether::query
