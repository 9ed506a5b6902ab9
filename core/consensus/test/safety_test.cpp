#include "aether/consensus/safety.hpp"

#include "../../types/test/support.hpp"

namespace aether::consensus::testing {
namespace {

Hash block(std::uint8_t number) { return {aether::testing::filled(number)}; }

PrevoteCertificate certificate(std::uint64_t slot, std::uint8_t of) { return {Slot{slot}, block(of), {}, {}}; }

TEST(Safety, a_precommit_ends_the_prevotes_of_its_slot) {
  SafetyRecord record = first_record(ChainId{7});
  record_prevote(record, Slot{3}, block(1), certificate(2, 9));
  record_precommit(record, certificate(3, 1));
  EXPECT_FALSE(may_prevote(record, Slot{3}, block(2)));
  EXPECT_FALSE(may_prevote(record, Slot{2}, block(2)));
  EXPECT_TRUE(may_prevote(record, Slot{4}, block(2)));
  EXPECT_FALSE(may_precommit(record, Slot{3}, block(1)));
  EXPECT_EQ(record.certificate, certificate(3, 1));
}

TEST(Safety, another_prevote_forbids_the_precommit) {
  SafetyRecord record = first_record(ChainId{7});
  record_prevote(record, Slot{3}, block(1), certificate(2, 9));
  record_prevote(record, Slot{3}, block(2), certificate(2, 9));
  EXPECT_FALSE(may_precommit(record, Slot{3}, block(1)));
  EXPECT_FALSE(may_precommit(record, Slot{3}, block(2)));
  EXPECT_TRUE(may_precommit(record, Slot{4}, block(1)));
  EXPECT_FALSE(may_precommit(record, Slot{2}, block(1)));
}

TEST(Safety, one_proposal_a_slot_also_after_votes_in_it) {
  SafetyRecord record = first_record(ChainId{7});
  record_proposal(record, Slot{3}, block(1), certificate(2, 9));
  EXPECT_FALSE(may_propose(record, Slot{3}));
  record_prevote(record, Slot{3}, block(1), certificate(2, 9));
  EXPECT_FALSE(may_propose(record, Slot{3}));
  EXPECT_TRUE(may_propose(record, Slot{4}));
  record_precommit(record, certificate(5, 4));
  EXPECT_FALSE(may_propose(record, Slot{4}));
  EXPECT_TRUE(may_propose(record, Slot{5}));
}

// Whatever an honest validator is asked, in whatever order: what it signed holds no pair that convicts it.
RC_GTEST_PROP(Safety, what_the_rules_allow_is_never_an_offence, (std::vector<std::uint16_t> asked)) {
  SafetyRecord record = first_record(ChainId{7});
  std::map<Slot, std::set<Hash>> prevoted, precommitted, proposed;
  Slot newest;
  for (const std::uint16_t ask : asked) {
    const Slot slot{1 + (ask >> 2) % 5u};
    const Hash what = block(static_cast<std::uint8_t>((ask >> 6) % 3));
    if (ask % 4 == 0 && may_precommit(record, slot, what)) {
      record_precommit(record, {slot, what, {}, {}});
      precommitted[slot].insert(what);
    } else if (ask % 4 == 1 && may_propose(record, slot)) {
      record_proposal(record, slot, what, std::nullopt);
      proposed[slot].insert(what);
    } else if (ask % 4 > 1 && may_prevote(record, slot, what)) {
      record_prevote(record, slot, what, std::nullopt);
      prevoted[slot].insert(what);
    } else {
      continue;
    }
    RC_ASSERT(record.slot >= newest);
    newest = record.slot;
    const auto back = codec::decode<SafetyRecord>(codec::encode(record));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == record);
  }
  for (const auto& [slot, blocks] : precommitted) {
    RC_ASSERT(blocks.size() == 1u);
    for (const Hash& other : prevoted[slot]) RC_ASSERT(other == *blocks.begin());
  }
  for (const auto& [slot, blocks] : proposed) RC_ASSERT(blocks.size() == 1u);
}

}  // namespace
}  // namespace aether::consensus::testing
