// Random histories of validators' chains beside a naive model: it keeps all that ever happened and works out every set,
// η, loss and counter from it again, from the words of spec/stake.md.
#include <set>

#include "stake_chain.hpp"

namespace aether::ledger {
namespace {

using namespace testing;

constexpr std::size_t kValidators = 6;

// Validators by their number in the order of addresses.
struct Model {
  struct Block {
    std::set<std::size_t> set;                   // of its slot's epoch
    std::map<std::size_t, std::uint64_t> named;  // who voted for it, and in which block that was said first
    crypto::VrfOutput output{};
  };
  StakeParams params;
  std::uint64_t epoch_slots = 0;
  std::vector<Amount> bonds;
  std::vector<bool> tombstoned = std::vector<bool>(kValidators);
  std::vector<Hash> randomness{Hash{{0xe0}}};       // by epoch
  std::vector<std::map<std::size_t, Amount>> sets;  // by epoch: weights
  std::map<std::uint64_t, Block> blocks;            // by slot
  std::set<std::tuple<Offence, std::uint64_t, std::size_t>> convicted;
  std::vector<std::uint64_t> leaking = std::vector<std::uint64_t>(kValidators);  // slots of this epoch
  Amount burned = 0;

  std::map<std::size_t, Amount> stakes() const {
    std::map<std::size_t, Amount> out;
    for (std::size_t i = 0; i < kValidators; ++i)
      if (bonds[i] != 0 && !tombstoned[i]) out[i] = bonds[i];
    return out.empty() ? sets.back() : out;
  }
  void burn(std::size_t i, Amount amount) {
    amount = std::min(amount, bonds[i]);
    bonds[i] -= amount;
    burned += amount;
  }
  void convict(const Facts<Evidence>& offence) {
    const auto& set = sets[offence.slot.raw() / epoch_slots];
    for (const ValidatorIndex at : offence.offenders) {
      const auto& [i, weight] = *std::next(set.begin(), at);
      if (!convicted.emplace(offence.offence, offence.slot.raw(), i).second) continue;
      tombstoned[i] = true;
      burn(i, weight * params.slash_bps / 10'000);
    }
  }
  // Of the window that ends with the slot 32 before.
  std::uint64_t missed(std::size_t i, std::uint64_t slot) const {
    std::uint64_t count = 0;
    for (const auto& [of, block] : blocks) {
      if (of == 0 || of + 32 > slot || of + 32 + params.downtime_window_slots <= slot) continue;
      const auto said = block.named.find(i);
      if (block.set.contains(i) && (said == block.named.end() || said->second > of + 32)) ++count;
    }
    return count;
  }

  void apply(std::uint64_t slot, const ConsensusInput& input) {
    const std::uint64_t epoch = slot / epoch_slots;
    if (slot % epoch_slots == 0) sets.push_back(stakes());
    for (const auto& [i, weight] : sets[epoch]) blocks[slot].set.insert(i);
    blocks[slot].output = input.output;
    if (slot == epoch * epoch_slots + epoch_slots - epoch_slots / 3) {
      Hash mix = first_mix(randomness[epoch], epoch + 1);
      for (std::uint64_t s = std::max<std::uint64_t>(1, epoch * epoch_slots); s < slot; ++s)
        mix = next_mix(mix, blocks.at(s).output);
      randomness.push_back(mix);
    }
    for (const auto& offence : input.offences) convict(offence);
    for (const Attended& attended : input.attended) {
      const std::uint64_t of = attended.slot.raw();
      if (attended.block != block_at(attended.slot) || of / epoch_slots + 2 < epoch) continue;
      std::size_t at = 0;
      for (const std::size_t i : blocks.at(of).set)
        if (crypto::has_signer(attended.signers, at++)) blocks[of].named.emplace(i, slot);
    }
    for (const auto& [i, weight] : sets[epoch])
      if (missed(i, slot) * 10'000 > std::uint64_t{params.downtime_window_slots} * params.downtime_missed_bps)
        ++leaking[i];
    if ((slot + 1) % epoch_slots != 0) return;
    for (std::size_t i = 0; i < kValidators; ++i) {
      const std::uint64_t part = std::min<std::uint64_t>(leaking[i] * params.leak_ppm, params.leak_epoch_max_ppm);
      burn(i, bonds[i] * part / 1'000'000);
      leaking[i] = 0;
    }
  }
};

struct Seen {
  std::size_t blocks = 0, convictions = 0, leaks = 0, smaller_sets = 0, repeated_sets = 0;
};

class History {
 public:
  History() {
    std::vector<Amount> bonds;
    for (std::size_t i = 0; i < kValidators; ++i) bonds.push_back(1 + *rc::gen::inRange<std::uint64_t>(0, 100'000'000));
    Genesis genesis = stake_genesis(bonds, *rc::gen::element<std::uint64_t>(3, 4, 5, 6, 9, 12, 20, 48));
    auto& params = genesis.params.stake;
    params.slash_bps = *rc::gen::element<std::uint32_t>(0, 500, 3'000, 10'000);
    params.downtime_window_slots = *rc::gen::element<std::uint32_t>(1, 2, 7, 30, 100);
    params.downtime_missed_bps = *rc::gen::element<std::uint32_t>(0, 3'000, 5'000, 10'000);
    params.leak_epoch_max_ppm = *rc::gen::element<std::uint32_t>(10'000, 500'000, 1'000'000);
    params.leak_ppm = *rc::gen::element<std::uint32_t>(0, 10, 10'000);
    offences_ = *rc::gen::element(2u, 10u, 100u);
    for (std::size_t i = 0; i < kValidators; ++i) away_.push_back(*rc::gen::element(0u, 1u, 50u, 95u, 100u));
    model_.params = params;
    model_.epoch_slots = genesis.params.block.epoch_slots;
    model_.bonds = bonds;
    for (int epoch = 0; epoch < 2; ++epoch) {
      std::map<std::size_t, Amount> set;
      for (std::size_t i = 0; i < kValidators; ++i) set[i] = bonds[i];
      model_.sets.push_back(std::move(set));
    }
    chain_.emplace(std::move(genesis));
  }

  void run(std::size_t blocks, Seen& seen) {
    random_.seed(*rc::gen::arbitrary<std::uint64_t>());
    for (std::size_t i = 0; i < blocks; ++i) {
      const ConsensusInput input = any_input(seen);
      const Amount before = model_.burned;
      model_.apply(chain_->slot.raw(), input);
      chain_->apply(input);  // which asserts that value is conserved
      ++seen.blocks;
      seen.leaks += input.offences.empty() && model_.burned != before;
      compare(seen);
    }
  }

 private:
  bool chance(std::uint64_t percent) { return random_() % 100 < percent; }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  Attended any_votes(Slot slot) {
    return chain_->named(slot, [&](const Address& address) {
      for (std::size_t i = 0; i < kValidators; ++i)
        if (validator(i) == address) return !chance(away_[i]);
      return false;
    });
  }
  ConsensusInput any_input(Seen& seen) {
    const std::uint64_t slot = chain_->slot.raw();
    ConsensusInput input{
        block_at(Slot{slot - 1}), output_at(Slot{slot}, static_cast<std::uint8_t>(below(256))), {}, {}};
    const auto known = [&](std::uint64_t of) {
      return chain_->state.contains(validators_object(of / model_.epoch_slots));
    };
    if (slot > 1) input.attended.push_back(any_votes(Slot{slot - 1}));
    for (std::uint64_t more = below(4); more > 0 && slot > 1; --more) {
      const std::uint64_t of = slot - 1 - below(std::min<std::uint64_t>(slot - 1, 40));
      if (!known(of)) continue;
      input.attended.push_back(any_votes(Slot{of}));
      if (chance(5)) input.attended.back().block = Hash{{1}};
    }
    Convictions convictions(chain_->state, chain_->facts());
    for (std::uint64_t tries = chance(100 / offences_) ? 1 + below(3) : 0; tries > 0; --tries) {
      const std::uint64_t of = slot - below(std::min(slot, 2 * model_.epoch_slots + 1));
      const auto members = chain_->list(of / model_.epoch_slots).validators.size();
      Facts<Evidence> offence{chance(50) ? Offence::headers : Offence::votes, Slot{of}, {}};
      for (std::size_t i = 0; i < members; ++i)
        if (chance(30)) offence.offenders.push_back(static_cast<ValidatorIndex>(i));
      if (!convictions.add(offence)) continue;
      input.offences.push_back(offence);
      ++seen.convictions;
    }
    return input;
  }

  void compare(Seen& seen) const {
    const std::uint64_t newest = chain_->slot.raw() - 1, epoch = newest / model_.epoch_slots;
    for (std::size_t i = 0; i < kValidators; ++i) {
      RC_ASSERT(chain_->stake(i) == (Stake{1, model_.bonds[i], static_cast<Seat>(i), model_.tombstoned[i]}));
      RC_ASSERT(chain_->attendance().missed[i] == model_.missed(i, newest));
      RC_ASSERT(chain_->attendance().leaking[i] == model_.leaking[i]);
    }
    RC_ASSERT(chain_->burned() == model_.burned);
    RC_ASSERT(model_.sets.size() == epoch + 2);
    for (std::uint64_t of = epoch < 2 ? 0 : epoch - 2; of <= epoch + 1; ++of) {
      const ValidatorList list = chain_->list(of);
      RC_ASSERT(list.epoch == of);
      RC_ASSERT(list.validators.size() == model_.sets[of].size());
      auto at = list.validators.begin();
      for (const auto& [i, weight] : model_.sets[of]) {
        RC_ASSERT(at->address == validator(i));
        RC_ASSERT(at->weight == weight);
        ++at;
      }
    }
    if (epoch >= 3) RC_ASSERT(!chain_->state.contains(validators_object(epoch - 3)));
    seen.smaller_sets += model_.sets.back().size() < kValidators;
    seen.repeated_sets += epoch > 0 && std::ranges::all_of(model_.tombstoned, std::identity());
    const Randomness randomness = chain_->randomness();
    RC_ASSERT(randomness.epoch == epoch);
    RC_ASSERT(randomness.current == model_.randomness[epoch]);
    if (epoch > 0) RC_ASSERT(randomness.previous == model_.randomness[epoch - 1]);
    RC_ASSERT(randomness.settled == (model_.randomness.size() == epoch + 2));
    if (randomness.settled) RC_ASSERT(randomness.mix == model_.randomness[epoch + 1]);
    // What is kept has a bound: of open slots, of slots missed in the window, of slots that evidence may name.
    std::size_t records = 0;
    for (const auto& [id, value] : chain_->state.objects) records += id.domain == Domain::consensus;
    RC_ASSERT(records <= 3 + 4 + model_.params.downtime_window_slots + 2 * model_.epoch_slots + 1);
  }

  Model model_;
  std::optional<StakeChain> chain_;
  std::mt19937_64 random_;
  unsigned offences_ = 0;
  std::vector<unsigned> away_;  // in percent
};

TEST(StakeModel, random_histories_are_those_of_the_naive_model) {
  Seen seen;
  int round = 0;
  const auto holds = [&] {
    // A check begins with the same seed each time, so a later round goes on in each case.
    for (int goes_on = 0; goes_on <= round; ++goes_on) {
      History history;
      history.run(*rc::gen::inRange<std::size_t>(40, 160), seen);
    }
  };
  // A comparison that never reaches a rule compares nothing of it. How often chance does depends on the seed, so it
  // goes on until each was reached often.
  const auto enough = [&] {
    return seen.blocks > 2'000 && seen.convictions > 100 && seen.leaks > 50 && seen.smaller_sets > 500 &&
           seen.repeated_sets > 50;
  };
  for (; round < 100 && !enough(); ++round) ASSERT_TRUE(rc::check("random histories of validators' chains", holds));
  EXPECT_TRUE(enough());
}

}  // namespace
}  // namespace aether::ledger
