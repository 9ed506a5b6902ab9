#include "aether/cluster/ledger.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether::sim {

namespace {

constexpr std::string_view kStateTag = "aether-sim/state";
constexpr std::string_view kReceiptsTag = "aether-sim/receipts";
constexpr std::string_view kTransactionsRootTag = "aether-sim/transactions";
constexpr std::string_view kMixTag = "aether-sim/mix";
constexpr std::string_view kRandomnessTag = "aether-sim/randomness";

template <class... T>
Hash hash_of(std::string_view tag, const T&... parts) {
  Bytes bytes;
  (append(bytes, codec::encode(parts)), ...);
  return crypto::tagged_hash(tag, bytes);
}

}  // namespace

Hash transactions_root(const Contents& contents) {
  Bytes bytes;
  for (const TransactionNumber number : contents.transactions) append(bytes, codec::encode(number));
  return crypto::tagged_hash(kTransactionsRootTag, bytes);
}

BlockPointer make_block(Header header, Contents contents) {
  const auto* sealer = std::get_if<BftSealer>(&header.body.sealer);
  if (sealer == nullptr || header.body.transactions_root != transactions_root(contents) ||
      sealer->evidence_root != evidence_root(contents.evidence))
    return nullptr;
  const Hash hash = block_hash(header.body);
  return std::make_shared<const StoredBlock>(StoredBlock{hash, std::move(header), std::move(contents)});
}

bool State::is_used(TransactionNumber number) const {
  if (number > top) return false;
  const std::uint64_t back = top - number;
  return back >= kWindow || (used[back / 64] >> (back % 64) & 1) != 0;
}

bool State::can_use(TransactionNumber number) const { return number <= top + kWindow && !is_used(number); }

void State::use(TransactionNumber number) {
  while (top < number) {
    for (std::size_t i = used.size(); i-- > 0;) used[i] = used[i] << 1 | (i > 0 ? used[i - 1] >> 63 : 0);
    ++top;
  }
  const std::uint64_t back = top - number;
  used[back / 64] |= std::uint64_t{1} << (back % 64);
}

bool is_valid(const StoredBlock& block, const State& parent, bool empty) {
  if (empty && !block.contents.transactions.empty()) return false;
  State state = parent;
  for (const TransactionNumber number : block.contents.transactions) {
    if (!state.can_use(number)) return false;
    state.use(number);
  }
  return true;
}

EpochPlan::EpochPlan(Identities& identities, std::uint64_t epoch_slots, bool kes, MembersOf members)
    : identities_(identities), epoch_slots_(epoch_slots), kes_(kes), members_(std::move(members)) {
  AETHER_ASSERT(epoch_slots % 3 == 0);
}

std::shared_ptr<const ValidatorSet> EpochPlan::set_of(std::uint64_t epoch, const Hash& seed) {
  auto& set = sets_[{epoch, seed}];
  if (!set) set = make_set(identities_, epoch, members_(epoch, seed), kes_);
  return set;
}

State EpochPlan::genesis() {
  State state;
  state.root = hash_of(kStateTag, epoch_slots_);
  state.epoch = {0, hash_of(kRandomnessTag, std::uint64_t{0}), set_of(0, Hash{})};
  return state;
}

bool EpochPlan::is_first_of_last_third(Slot slot) const {
  return slot == consensus::last_third(slot.raw() / epoch_slots_, epoch_slots_);
}

consensus::Outcome EpochPlan::outcome(const State& state, Slot slot) const {
  consensus::Outcome outcome{state.root, state.receipts, state.gas_used, std::nullopt};
  if (is_first_of_last_third(slot)) outcome.next_epoch = state.next;
  return outcome;
}

State EpochPlan::execute(const StoredBlock& block, const State& parent) {
  State state = parent;
  const Slot slot = block.slot();
  if (slot.raw() % epoch_slots_ == 0) {
    AETHER_ASSERT(state.next.has_value());
    state.before = std::exchange(state.epoch, *std::exchange(state.next, std::nullopt));
    state.vrf_mix = {};
    state.previous_epoch_root = parent.root;
  }
  for (const TransactionNumber number : block.contents.transactions) state.use(number);
  state.root = hash_of(kStateTag, parent.root, block.hash);
  state.receipts = hash_of(kReceiptsTag, transactions_root(block.contents));
  state.gas_used = Gas{block.contents.transactions.size()};
  const std::uint64_t epoch = state.epoch.number;
  if (slot < consensus::last_third(epoch, epoch_slots_))
    state.vrf_mix = hash_of(kMixTag, state.vrf_mix, std::get<BftSealer>(block.header.body.sealer).vrf_proof);
  else if (is_first_of_last_third(slot))
    state.next = consensus::Epoch{epoch + 1, hash_of(kRandomnessTag, state.epoch.randomness, epoch + 1, state.vrf_mix),
                                  set_of(epoch + 1, epoch == 0 ? Hash{} : state.previous_epoch_root)};
  return state;
}

}  // namespace aether::sim
