#include "aether/types/validator_set.hpp"
#include "aether/types/stake.hpp"

#include "validators.hpp"

namespace aether {
namespace {

using namespace testing;

Bonded bonded(std::uint32_t number, u128 weight) {
  const Address address = address_of(crypto::ed25519_public_key(secret(number, 9)));
  return {*verify_registration(make_registration(kChain, address, validator_secrets(number)), kChain), weight, 0};
}

std::optional<ValidatorSetError> refusal(const std::vector<Bonded>& all) {
  const auto set = ValidatorSet::make(1, all);
  return set ? std::nullopt : std::optional(set.error());
}
std::optional<ValidatorSetError> refusal(const ValidatorList& list) {
  const auto set = ValidatorSet::recall(list, value_hash(codec::encode(list)));
  return set ? std::nullopt : std::optional(set.error());
}

constexpr u128 kAll = ~u128{0};

RC_GTEST_PROP(ValidatorList, round_trips, (std::uint64_t seed)) { round_trips<ValidatorList>(seed); }
RC_GTEST_PROP(StakeObjects, round_trip, (std::uint64_t seed)) {
  round_trips<Stake>(seed);
  round_trips<ValidatorKeys>(seed);
  round_trips<Roster>(seed);
  round_trips<Randomness>(seed);
  round_trips<Seats>(seed);
  round_trips<Attendance>(seed);
  round_trips<Missed>(seed);
  round_trips<Offences>(seed);
}

TEST(ValidatorList, the_largest_keeps_to_its_bound) {
  std::vector<Validator> validators(limits::kValidatorsMax);
  for (std::size_t i = 0; i < validators.size(); ++i) {
    validators[i].address.hash.bytes[0] = static_cast<std::uint8_t>(i);
    validators[i].address.hash.bytes[1] = static_cast<std::uint8_t>(i >> 8);
  }
  ValidatorList list;
  list.validators = decltype(list.validators)(std::move(validators));
  ASSERT_EQ(list.validators.size(), limits::kValidatorsMax);
  EXPECT_LE(codec::encode(list).size(), limits::kValidatorListBytesMax);
}

TEST(ValidatorList, its_key_is_the_epoch) {
  const ObjectId id = validators_object(0x0102);
  EXPECT_EQ(id.domain, Domain::validators);
  EXPECT_EQ(to_hex(id.key.bytes), "0201" + std::string(60, '0'));
}

TEST(ValidatorSet, is_sorted_by_address_with_keys_in_the_same_order) {
  const std::vector<Bonded> all = {bonded(1, 10), bonded(2, 20), bonded(3, 30), bonded(4, 40)};
  const auto set = ValidatorSet::make(9, all);
  ASSERT_TRUE(set.has_value());
  EXPECT_EQ(set->epoch(), 9u);
  EXPECT_EQ(set->total(), u128{100});
  for (const Bonded& one : all) {
    const auto i = set->index_of(one.registration->address);
    ASSERT_TRUE(i.has_value());
    EXPECT_EQ(set->at(*i).weight, one.weight);
    EXPECT_EQ(set->bls_keys()[*i].encode(), one.registration->bls_key);
    EXPECT_EQ(set->vrf_keys()[*i].bytes(), one.registration->vrf_key);
    EXPECT_EQ(set->at(*i).node_key, one.registration->node_key);
    EXPECT_EQ(set->at(*i).kes_key, one.registration->kes_key);
  }
  for (ValidatorIndex i = 1; i < set->size(); ++i)
    EXPECT_LT(set->at(static_cast<ValidatorIndex>(i - 1)).address, set->at(i).address);
  EXPECT_FALSE(set->index_of(Address{}).has_value());
  const auto again = ValidatorSet::recall(set->list(), value_hash(codec::encode(set->list())));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->list(), set->list());
  EXPECT_EQ(again->total(), set->total());
}

TEST(ValidatorSet, each_refusal_has_its_own_error) {
  EXPECT_EQ(refusal(std::vector<Bonded>{}), ValidatorSetError::no_validators);
  EXPECT_EQ(refusal({bonded(1, 1), bonded(2, 1), bonded(1, 2)}), ValidatorSetError::repeated_address);
  EXPECT_EQ(refusal({bonded(1, 1), bonded(2, 0)}), ValidatorSetError::zero_weight);
  EXPECT_EQ(refusal({bonded(1, kAll), bonded(2, 1)}), ValidatorSetError::total_overflow);
  EXPECT_EQ(refusal({bonded(1, kAll - 1), bonded(2, 1)}), std::nullopt);
  EXPECT_EQ(refusal(std::vector<Bonded>(limits::kValidatorsMax + 1, bonded(1, 1))), ValidatorSetError::too_many);

  const auto set = ValidatorSet::make(1, std::vector<Bonded>{bonded(1, 1)});
  const Validator one = set->at(0);
  const auto with = [&](auto change) {
    Validator changed = one;
    change(changed);
    ValidatorList list;
    list.validators.insert(changed);
    return refusal(list);
  };
  EXPECT_EQ(with([](Validator&) {}), std::nullopt);
  EXPECT_EQ(with([](Validator& v) { v.bls_key = bls_infinity<48>(); }), ValidatorSetError::bls_key);
  EXPECT_EQ(with([](Validator& v) { v.bls_key = bytes_of<48>(kWrongSubgroupKey); }), ValidatorSetError::bls_key);
  EXPECT_EQ(with([](Validator& v) { v.vrf_key = {1}; }), ValidatorSetError::vrf_key);
  ValidatorList list = set->list();
  list.version = 2;
  EXPECT_EQ(refusal(list), ValidatorSetError::version);
  list.version = 1;
  EXPECT_EQ(ValidatorSet::recall(list, Hash{}).error(), ValidatorSetError::other_hash);
}

// --- Quorums -------------------------------------------------------------------------------------------------------

RC_GTEST_PROP(Quorum, is_three_weights_above_two_totals, (std::uint64_t a, std::uint64_t b)) {
  const u128 total = std::max(a, b), weight = std::min(a, b);
  RC_ASSERT(is_quorum(weight, total) == (3 * weight > 2 * total));
}

TEST(Quorum, exact_at_two_thirds_up_to_the_largest_stakes) {
  static_assert(kAll % 3 == 0);
  for (const u128 third : {u128{1}, u128{5}, u128{1} << 64, kAll / 6, kAll / 3}) {
    EXPECT_FALSE(is_quorum(2 * third, 3 * third));
    EXPECT_TRUE(is_quorum(2 * third + 1, 3 * third));
    // Totals that three does not divide: ⌊2·total / 3⌋ is below, one more above.
    EXPECT_FALSE(is_quorum(2 * third - 1, 3 * third - 1));
    EXPECT_TRUE(is_quorum(2 * third, 3 * third - 1));
    EXPECT_FALSE(is_quorum(2 * third - 2, 3 * third - 2));
    EXPECT_TRUE(is_quorum(2 * third - 1, 3 * third - 2));
  }
  EXPECT_FALSE(is_quorum(0, kAll));
  EXPECT_TRUE(is_quorum(kAll, kAll));
  EXPECT_FALSE(is_quorum(0, 0));
}

}  // namespace
}  // namespace aether
