#include "aether/chain/replay.hpp"

#include "aether/chain/snapshot.hpp"
#include "support.hpp"

namespace aether::chain {
namespace {

// A chain whose records a test can change.
class Recorded final : public storage::Snapshot {
 public:
  explicit Recorded(std::shared_ptr<const storage::Snapshot> of) : of_(std::move(of)) {}

  std::optional<Slot> at;
  std::function<void(storage::BlockRecord&)> change_record;
  std::function<void(Block&)> change_block;
  bool lacks_block = false;

  const std::optional<storage::BlockRecord>& tip() const override { return of_->tip(); }
  std::optional<PrecommitCertificate> certificate() const override { return of_->certificate(); }
  const smt::Tree& tree() const override { return of_->tree(); }
  std::optional<smt::Tree> tree(Slot slot) const override { return of_->tree(slot); }
  std::optional<Bytes> get(const ObjectId& id) const override { return of_->get(id); }
  Slot kept_from() const override { return of_->kept_from(); }
  std::optional<storage::BlockRecord> record(Slot slot) const override {
    auto out = of_->record(slot);
    if (at == slot && change_record) change_record(*out);
    return out;
  }
  std::optional<Slot> slot_of_block(const Hash& hash) const override { return of_->slot_of_block(hash); }
  std::optional<Block> block(Slot slot) const override {
    auto out = of_->block(slot);
    if (at == slot && change_block) change_block(*out);
    return at == slot && lacks_block ? std::nullopt : out;
  }
  std::optional<std::vector<Receipt>> receipts(Slot slot) const override { return of_->receipts(slot); }
  std::optional<storage::TransactionPlace> transaction(const Hash& id) const override { return of_->transaction(id); }
  void scan(Domain domain, const std::optional<Hash>& after, const Visit& visit) const override {
    of_->scan(domain, after, visit);
  }
  void visit_objects(const Hash& first, const VisitObject& visit) const override { of_->visit_objects(first, visit); }

 private:
  std::shared_ptr<const storage::Snapshot> of_;
};

TEST(Replay, finds_what_was_recorded_and_names_the_first_difference) {
  const auto chain = open_in_memory();
  seal_some(*chain, 6);
  std::vector<std::uint64_t> told;
  ASSERT_TRUE(replay(*chain->snapshot(), chain->genesis(), serial(), [&](Slot done, Slot last) {
    EXPECT_EQ(last, Slot{6});
    told.push_back(done.raw());
  }));
  EXPECT_EQ(told, (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6}));

  const auto difference = [&](std::uint64_t slot, const auto& change) {
    Recorded recorded(chain->snapshot());
    recorded.at = Slot{slot};
    change(recorded);
    const auto done = replay(recorded, chain->genesis(), serial());
    EXPECT_FALSE(done);
    if (done) return ReplayError{};
    EXPECT_EQ(done.error().slot, Slot{slot});
    return done.error();
  };
  const auto recorded_as = [&](std::uint64_t slot, void (*change)(storage::BlockRecord&)) {
    return difference(slot, [&](Recorded& of) { of.change_record = change; }).difference;
  };
  using Record = storage::BlockRecord;
  EXPECT_EQ(recorded_as(3, [](Record& of) { of.state_root = {}; }), Difference::state_root);
  EXPECT_EQ(recorded_as(3, [](Record& of) { of.receipts_root = {}; }), Difference::receipts_root);
  EXPECT_EQ(recorded_as(3, [](Record& of) { of.gas_used = Gas{1}; }), Difference::gas_used);
  EXPECT_EQ(recorded_as(3, [](Record& of) { of.hash = {}; }), Difference::hash);
  EXPECT_EQ(recorded_as(0, [](Record& of) { of.hash = {}; }), Difference::genesis);
  EXPECT_EQ(recorded_as(0, [](Record& of) { of.state_root = {}; }), Difference::state_root);
  EXPECT_EQ(difference(4, [](Recorded& of) { of.lacks_block = true; }).difference, Difference::missing);
  const auto refused = difference(5, [](Recorded& of) {
    of.change_block = [](Block& block) { std::get<crypto::Signature>(block.header.signature)[0] ^= 1; };
  });
  EXPECT_EQ(refused.difference, Difference::refused);
  EXPECT_EQ(refused.rule, BlockRule::seal);
}

TEST(Replay, of_a_restored_chain_says_what_is_missing) {
  const auto directory = std::move(*env::TempDir::create());
  {
    const auto chain = open_in_memory();
    seal_some(*chain, 2);
    ASSERT_TRUE(create_snapshot(*chain->snapshot(), chain->genesis(), {.file = directory.path() / "snapshot"},
                                {.pool = serial()}));
  }
  ASSERT_TRUE(restore_snapshot(directory.path() / "snapshot", {}, {.directory = directory.path() / "copy"},
                               {.pool = serial()}));
  const auto copy = open_in(directory.path() / "copy");
  const auto done = replay(*copy->snapshot(), copy->genesis(), serial());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().difference, Difference::missing);
  EXPECT_EQ(done.error().slot, Slot{0});
}

}  // namespace
}  // namespace aether::chain
