#include "crew.hpp"

#include <algorithm>

#include "aether/consensus/order.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether::sim {

namespace {

Hash hash_of(std::string_view what, std::uint64_t number) { return crypto::tagged_hash(what, codec::encode(number)); }

}  // namespace

Crew::Crew() {
  constexpr std::uint32_t kValidators = kHonest + 1;
  std::vector<Member> members;
  for (std::uint32_t i = 0; i < kValidators; ++i) members.push_back({i, 1});
  epoch_ = {0, {}, make_set(identities_, 0, members, false)};
  genesis_ = hash_of("aether-sim/genesis", 0);
  for (ValidatorIndex i = 0; i < kValidators; ++i) signers_.emplace_back(keys_, set().at(i).address);
  for (ValidatorIndex i = 0; i < kValidators; ++i)
    if (i != faulty_) honest_.push_back(i);
  for (std::uint64_t draw = 0; !is_fit(); ++draw) epoch_.randomness = hash_of("aether-sim/randomness", draw);
}

// Who is eligible: in slots 1 and 3 one honest validator, in slot 2 the faulty one and after it an honest one. In the
// first slot no claim is known, so the fallback must not bring another proposer at once.
bool Crew::is_fit() {
  const auto eligible = [&](Slot slot) {
    std::vector<Draw> draws;
    for (const Claim& claim : claims(slot)) {
      const auto output = authenticator_.verify_claim(claim, {kChain, epoch_.randomness, slot}, set());
      draws.push_back(consensus::draw_of(*output, set(), claim.validator));
    }
    std::ranges::sort(draws, stands_before);
    return draws;
  };
  const auto first = eligible(Slot{1}), second = eligible(kSlotOfFaulty), third = eligible(Slot{3});
  if (first.size() != 1 || second.size() != 2 || third.size() != 1) return false;
  const ValidatorIndex of_fallback = consensus::fallback_order(epoch_, Slot{1}).front();
  return first[0].validator != faulty_ && second[0].validator == faulty_ && third[0].validator != faulty_ &&
         (of_fallback == first[0].validator || of_fallback == faulty_);
}

std::optional<std::size_t> Crew::node_of(ValidatorIndex validator) const {
  const auto found = std::ranges::find(honest_, validator);
  if (found == honest_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - honest_.begin());
}

consensus::Params Crew::params() {
  return {.chain_id = kChain, .slot_ms = 0, .delta_us_min = kDelta, .future_ms_max = 1'000'000};
}

consensus::Outcome Crew::outcome_of(const Hash& block) {
  return {crypto::tagged_hash("aether-sim/state", block.view()),
          crypto::tagged_hash("aether-sim/receipts", block.view()), Gas{1}, std::nullopt};
}

consensus::Anchor Crew::anchor() const {
  consensus::Anchor anchor;
  anchor.block = genesis_;
  anchor.outcome = outcome_of(genesis_);
  anchor.epochs = {epoch_};
  return anchor;
}

std::vector<Claim> Crew::claims(Slot slot) {
  std::vector<Claim> claims;
  const Lottery lottery{kChain, epoch_.randomness, slot};
  for (ValidatorIndex i = 0; i < set().size(); ++i) {
    const Claim claim = signers_[i].make_claim(lottery, i);
    const auto output = authenticator_.verify_claim(claim, lottery, set());
    if (output && is_eligible(consensus::draw_of(*output, set(), i), set().total())) claims.push_back(claim);
  }
  return claims;
}

Header Crew::header(ValidatorIndex proposer, Slot slot, const Hash& parent, std::uint64_t parent_time_ms,
                    const std::optional<PrevoteCertificate>& c1, const std::optional<PrecommitCertificate>& c2,
                    std::uint8_t content) {
  const consensus::Outcome outcome = outcome_of(parent);
  HeaderBody body;
  body.chain_id = kChain;
  body.slot = slot;
  body.parent_hash = parent;
  body.parent_state_root = outcome.state_root;
  body.parent_receipts_root = outcome.receipts_root;
  body.parent_gas_used = outcome.gas_used;
  body.transactions_root = hash_of("aether-sim/content", content);
  body.time_ms = parent_time_ms + 1;
  body.sealer = BftSealer{
      {}, {}, proposer, signers_[proposer].make_claim({kChain, epoch_.randomness, slot}, proposer).proof, c1, c2};
  return *signers_[proposer].seal(std::move(body), set().at(proposer));
}

}  // namespace aether::sim
