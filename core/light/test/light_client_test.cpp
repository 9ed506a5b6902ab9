#include "aether/light/light_client.hpp"

#include "../../types/test/validators.hpp"
#include "aether/smt/tree.hpp"

namespace aether::light {
namespace {

using aether::testing::filled;
using aether::testing::kChain;
using aether::testing::range;
using aether::testing::Validators;

constexpr std::uint64_t kEpochSlots = 10;
constexpr std::uint64_t kStart = 1'700'000'000'000;
const ObjectId kAccount{Domain::account, {filled(9)}};

// Three epochs, whose sets differ in size and weights.
class Chain {
 public:
  Chain() {
    sets_.emplace_back(std::vector<u128>{1, 1, 1, 1}, 0);
    sets_.emplace_back(std::vector<u128>{10, 1, 1, 1, 1}, 1);
    sets_.emplace_back(std::vector<u128>{3, 3, 3, 3, 3, 3, 3}, 2);
  }

  LightParams params() const { return {kChain, kEpochSlots, 1'000'000}; }
  Checkpoint checkpoint() const { return {{filled(1)}, Slot{0}, kStart, sets_[0].set().list(), {}}; }
  const Validators& validators(std::uint64_t epoch) const { return sets_[epoch]; }

  smt::Tree state(std::uint64_t epoch) const {
    std::vector<smt::Change> changes{{state_key(kAccount), value_hash(Bytes{1, 2, 3})}};
    if (epoch + 1 < sets_.size())
      changes.push_back(
          {state_key(validators_object(epoch + 1)), value_hash(codec::encode(sets_[epoch + 1].set().list()))});
    std::ranges::sort(changes, {}, &smt::Change::key);
    SerialPool pool;
    return smt::Tree().updated(changes, pool, CpuFeatures{}).tree;
  }

  FinalHeader final_header(Slot slot, std::span<const ValidatorIndex> signers, std::uint8_t content = 0) const {
    const std::uint64_t epoch = slot.raw() / kEpochSlots;
    FinalHeader out;
    out.header.body.chain_id = kChain;
    out.header.body.epoch = epoch;
    out.header.body.slot = slot;
    out.header.body.parent_hash = {filled(content)};
    out.header.body.parent_state_root = state(epoch).root();
    out.header.body.time_ms = kStart + slot.raw() * 500;
    out.header.body.sealer = BftSealer{};
    out.header.signature = crypto::KesSignature{};
    certify(out, signers);
    if (epoch + 1 < sets_.size())
      out.next =
          NextValidators{sets_[epoch + 1].set().list(), state(epoch).prove(state_key(validators_object(epoch + 1)))};
    return out;
  }
  FinalHeader final_header(std::uint64_t slot) const {
    const auto size = static_cast<ValidatorIndex>(sets_[slot / kEpochSlots].size());
    return final_header(Slot{slot}, range(0, size));
  }
  void certify(FinalHeader& update, std::span<const ValidatorIndex> signers) const {
    update.certificate = sets_[update.header.body.slot.raw() / kEpochSlots].certificate<PrecommitCertificate>(
        signers, update.header.body.slot, block_hash(update.header.body));
  }
  LightClient client() const { return *LightClient::make(params(), checkpoint()); }

 private:
  std::vector<Validators> sets_;
};

LightError refusal(LightClient client, const FinalHeader& update, std::uint64_t now_ms = kStart) {
  const auto verdict = client.follow(update, now_ms);
  EXPECT_FALSE(verdict.has_value());
  return verdict ? LightError::stopped : verdict.error();
}

TEST(LightClient, follows_one_header_an_epoch_over_changing_sets) {
  const Chain chain;
  LightClient client = chain.client();
  for (const std::uint64_t slot : {2, 11, 29}) {
    ASSERT_TRUE(client.follow(chain.final_header(slot), kStart).has_value()) << slot;
    EXPECT_EQ(client.slot(), Slot{slot});
    EXPECT_EQ(client.state_root(), chain.state(slot / kEpochSlots).root());
  }
}

TEST(LightClient, shows_what_a_state_holds_and_what_it_does_not) {
  const Chain chain;
  LightClient client = chain.client();
  const auto proof = chain.state(0).prove(state_key(kAccount));
  EXPECT_EQ(client.verify_object(kAccount, Bytes{1, 2, 3}, proof).error(), LightError::bad_proof);  // no root yet
  ASSERT_TRUE(client.follow(chain.final_header(3), kStart).has_value());
  EXPECT_TRUE(client.verify_object(kAccount, Bytes{1, 2, 3}, proof).has_value());
  EXPECT_FALSE(client.verify_object(kAccount, Bytes{1, 2, 4}, proof).has_value());
  EXPECT_FALSE(client.verify_object(kAccount, std::nullopt, proof).has_value());
  const ObjectId absent{Domain::account, {filled(8)}};
  EXPECT_TRUE(client.verify_object(absent, std::nullopt, chain.state(0).prove(state_key(absent))).has_value());
  EXPECT_FALSE(client.verify_object(absent, Bytes{1, 2, 3}, proof).has_value());
}

TEST(LightClient, wants_more_than_two_thirds_of_the_right_set) {
  const Chain chain;
  EXPECT_EQ(refusal(chain.client(), chain.final_header(Slot{3}, range(0, 2))), LightError::bad_certificate);
  EXPECT_TRUE(chain.client().follow(chain.final_header(Slot{3}, range(0, 3)), kStart).has_value());

  LightClient second = chain.client();
  ASSERT_TRUE(second.follow(chain.final_header(5), kStart).has_value());
  EXPECT_EQ(refusal(second, chain.final_header(Slot{12}, range(1, 5))), LightError::bad_certificate);  // 4 of 14
  EXPECT_TRUE(second.follow(chain.final_header(Slot{12}, range(0, 1)), kStart).has_value());           // 10 of 14

  FinalHeader twice = chain.final_header(3);
  twice.certificate.signers[0] = 0x1f;  // a signer past the set
  EXPECT_EQ(refusal(chain.client(), twice), LightError::bad_certificate);
  FinalHeader more = chain.final_header(Slot{3}, range(0, 3));
  more.certificate.signers[0] = 0x0f;  // one who did not sign
  EXPECT_EQ(refusal(chain.client(), more), LightError::bad_certificate);
}

TEST(LightClient, a_prevote_certificate_makes_nothing_final) {
  const Chain chain;
  FinalHeader update = chain.final_header(3);
  const auto prevotes =
      chain.validators(0).certificate<PrevoteCertificate>(range(0, 4), Slot{3}, update.certificate.block);
  update.certificate.aggregate = prevotes.aggregate;
  EXPECT_EQ(refusal(chain.client(), update), LightError::bad_certificate);
}

TEST(LightClient, refuses_what_does_not_belong_together) {
  const Chain chain;
  const auto with = [&](auto change) {
    FinalHeader update = chain.final_header(3);
    change(update.header.body);
    chain.certify(update, range(0, 4));
    return refusal(chain.client(), update);
  };
  EXPECT_EQ(with([](HeaderBody& body) { body.chain_id = ChainId{8}; }), LightError::other_chain);
  EXPECT_EQ(with([](HeaderBody& body) { body.version = 2; }), LightError::other_kind);
  EXPECT_EQ(with([](HeaderBody& body) { body.sealer = DevSealer{}; }), LightError::other_kind);
  EXPECT_EQ(with([](HeaderBody& body) { body.epoch = 1; }), LightError::other_epoch);
  EXPECT_EQ(with([](HeaderBody& body) { body.parent_state_root = {filled(3)}; }), LightError::bad_validators);
  FinalHeader update = chain.final_header(3);
  update.header.body.time_ms += 1;
  EXPECT_EQ(refusal(chain.client(), update), LightError::other_block);
  update = chain.final_header(3);
  update.certificate.slot = Slot{4};
  EXPECT_EQ(refusal(chain.client(), update), LightError::other_block);
}

TEST(LightClient, an_epoch_without_its_validators_is_not_entered) {
  const Chain chain;
  FinalHeader update = chain.final_header(3);
  update.next = std::nullopt;
  LightClient client = chain.client();
  ASSERT_TRUE(client.follow(update, kStart).has_value());
  EXPECT_EQ(refusal(client, chain.final_header(12)), LightError::unknown_validators);

  update = chain.final_header(4);
  update.next->list = chain.validators(2).set().list();  // not what the proof shows
  EXPECT_EQ(refusal(client, update), LightError::bad_validators);
  update = chain.final_header(4);
  std::swap(update.next->proof.siblings[0].bytes[0], update.next->proof.siblings[0].bytes[1]);
  EXPECT_EQ(refusal(client, update), LightError::bad_validators);
}

TEST(LightClient, stops_at_a_fork) {
  const Chain chain;
  LightClient client = chain.client();
  ASSERT_TRUE(client.follow(chain.final_header(3), kStart).has_value());
  EXPECT_EQ(refusal(client, chain.final_header(3)), LightError::old_slot);
  EXPECT_EQ(refusal(client, chain.final_header(2)), LightError::old_slot);
  // The other header of the slot without a quorum changes nothing.
  EXPECT_EQ(client.follow(chain.final_header(Slot{3}, range(0, 2), 1), kStart).error(), LightError::bad_certificate);
  EXPECT_EQ(client.follow(chain.final_header(Slot{3}, range(0, 3), 1), kStart).error(), LightError::fork);
  EXPECT_EQ(client.follow(chain.final_header(4), kStart).error(), LightError::stopped);
}

TEST(LightClient, does_not_go_on_from_a_header_that_is_too_old) {
  const Chain chain;
  EXPECT_TRUE(chain.client().follow(chain.final_header(3), kStart + 1'000'000).has_value());
  EXPECT_EQ(refusal(chain.client(), chain.final_header(3), kStart + 1'000'001), LightError::trust_expired);
}

TEST(LightClient, a_checkpoint_needs_the_set_of_its_epoch) {
  const Chain chain;
  Checkpoint checkpoint = chain.checkpoint();
  checkpoint.validators = chain.validators(1).set().list();
  EXPECT_EQ(LightClient::make(chain.params(), checkpoint).error(), LightError::bad_checkpoint);
  checkpoint.validators.validators = {};
  checkpoint.validators.epoch = 0;
  EXPECT_EQ(LightClient::make(chain.params(), checkpoint).error(), LightError::bad_checkpoint);
}

TEST(LightClient, a_checkpoint_may_show_the_next_set_too) {
  const Chain chain;
  Checkpoint checkpoint = chain.checkpoint();
  checkpoint.next = chain.validators(1).set().list();
  LightClient client = *LightClient::make(chain.params(), checkpoint);
  EXPECT_EQ(client.known_epoch(), 1u);
  EXPECT_TRUE(client.follow(chain.final_header(12), kStart).has_value());
  checkpoint.next = chain.validators(2).set().list();
  EXPECT_EQ(LightClient::make(chain.params(), checkpoint).error(), LightError::bad_checkpoint);
}

// Whatever bit of an update is turned: it is refused, or the change lies outside what is signed and shown.
RC_GTEST_PROP(LightClient, no_turned_bit_shows_another_state, (std::uint32_t at)) {
  static const Chain chain;
  const FinalHeader update = chain.final_header(3);
  Bytes bytes = codec::encode(update);
  bytes[at / 8 % bytes.size()] ^= static_cast<std::uint8_t>(1u << (at % 8));
  const auto turned = codec::decode<FinalHeader>(bytes);
  if (!turned) return;
  LightClient client = chain.client();
  if (!client.follow(*turned, kStart)) return;
  RC_ASSERT(client.state_root() == update.header.body.parent_state_root);
  RC_ASSERT(client.block() == update.certificate.block);
  RC_ASSERT(turned->next == update.next || !turned->next);
}

}  // namespace
}  // namespace aether::light
