// Every decoder of the programs: what is accepted encodes back to the same bytes. Of instructions also the declared
// sets.
#include <algorithm>

#include "aether/ledger/rent.hpp"
#include "aether/programs/contract_instructions.hpp"
#include "aether/programs/rent_instructions.hpp"
#include "aether/programs/stake_instructions.hpp"
#include "aether/types/spend.hpp"

namespace {

using namespace aether;

template <class T>
std::optional<T> round_trip(ByteView bytes) {
  auto value = codec::decode<T>(bytes);
  if (!value) return std::nullopt;
  AETHER_ASSERT(std::ranges::equal(codec::encode(*value), bytes));
  return std::move(*value);
}

void sets_are_disjoint(const programs::AccessSets& sets) {
  for (const ObjectId& id : sets.writes) AETHER_ASSERT(!sets.reads.contains(id));
  AETHER_ASSERT(!sets.writes.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes{data + 1, size - 1};
  switch (data[0] % 11) {
    case 0:
      if (const auto i = round_trip<programs::EscrowInstruction>(bytes)) sets_are_disjoint(access_sets(*i, {}));
      break;
    case 1:
      if (const auto i = round_trip<programs::ModelsInstruction>(bytes)) sets_are_disjoint(programs::access_sets(*i));
      break;
    case 2: round_trip<programs::JobObject>(bytes); break;
    case 3: round_trip<programs::Model>(bytes); break;
    case 4:
      if (const auto i = round_trip<programs::ContractsInstruction>(bytes))
        sets_are_disjoint(programs::access_sets(*i, {}, {}));
      break;
    case 5: round_trip<programs::ContractCall>(bytes); break;
    case 6: round_trip<Contract>(bytes); break;
    case 7: round_trip<Spend>(bytes); break;
    case 8:
      if (const auto i = round_trip<programs::RentInstruction>(bytes)) sets_are_disjoint(programs::access_sets(*i));
      break;
    case 9: round_trip<ledger::Rent>(bytes); break;
    case 10:
      if (const auto i = round_trip<programs::StakeInstruction>(bytes))
        sets_are_disjoint(programs::access_sets(*i, {}));
      break;
    default: round_trip<programs::Commit>(bytes);
  }
  return 0;
}
