// Decoders: a value comes back from its bytes, and no other bytes are taken for it.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "../../codec/test/arbitrary.hpp"
#include "aether/ledger/rent.hpp"
#include "aether/programs/contract_instructions.hpp"
#include "aether/programs/programs.hpp"
#include "aether/programs/rent_instructions.hpp"
#include "aether/programs/stake_instructions.hpp"

namespace aether::programs::testing {
namespace {

using codec::testing::Arbitrary;

template <class T>
void round_trip(std::uint64_t seed) {
  const T value = Arbitrary(seed).make<T>();
  Bytes bytes = codec::encode(value);
  RC_ASSERT(*codec::decode<T>(bytes) == value);
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  Bytes changed = bytes;
  changed[at] ^= static_cast<std::uint8_t>(1U << *rc::gen::inRange(0, 8));
  const auto other = codec::decode<T>(changed);
  if (other) {
    RC_ASSERT(codec::encode(*other) == changed);
    RC_ASSERT(!(*other == value));
  }
  RC_ASSERT(!codec::decode<T>(ByteView(bytes).first(at)));
  bytes.push_back(0);
  RC_ASSERT(!codec::decode<T>(bytes));
}

RC_GTEST_PROP(Decode, instructions, (std::uint64_t seed)) {
  round_trip<EscrowInstruction>(seed);
  round_trip<ModelsInstruction>(seed);
  round_trip<ContractsInstruction>(seed);
  round_trip<ContractCall>(seed);
  round_trip<RentInstruction>(seed);
  round_trip<StakeInstruction>(seed);
}
RC_GTEST_PROP(Decode, objects, (std::uint64_t seed)) {
  round_trip<JobObject>(seed);
  round_trip<Model>(seed);
  round_trip<Commit>(seed);
  round_trip<UploadedChunk>(seed);
  round_trip<aether::Code>(seed);
  round_trip<Contract>(seed);
  round_trip<StorageEntry>(seed);
  round_trip<Spend>(seed);
  round_trip<ledger::Rent>(seed);
}

TEST(Decode, the_largest_objects_fit_their_bounds) {
  Job job;
  job.terms.seed = Hash{};
  job.terms.worker = crypto::PublicKey{};
  job.acceptance = Acceptance{{}, {}, std::string(limits::kEndpointBytesMax, 'x')};
  job.submission = Submission{};
  job.full_since = Slot{};
  const std::size_t without = codec::encode(JobObject{1, job}).size();
  job.sessions = std::vector<Session>(limits::kSessionsMax);
  const std::size_t sessions = codec::encode(JobObject{1, job}).size() - without;
  EXPECT_LE(sessions, 200u * limits::kSessionsMax);
  EXPECT_LE(without + sessions, limits::kStateValueBytesMax);
  EXPECT_LE(codec::encode(JobObject{1, ClosedJob{{}, {}, 0, 0, 0, Hash{}}}).size(), 96u);
}

// A tag that is_dispute() reads as a number.
TEST(Decode, dispute_instructions_have_their_lane) {
  const ledger::Program* escrow = nullptr;
  for (const ledger::Program* program : plain_programs().native) {
    if (program->id() == escrow_program_id()) escrow = program;
  }
  ASSERT_NE(escrow, nullptr);
  EXPECT_FALSE(escrow->is_dispute({}));
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto i = Arbitrary(seed).make<EscrowInstruction>();
    const bool dispute = std::holds_alternative<CommitFraud>(i) || std::holds_alternative<Prove>(i) ||
                         std::holds_alternative<OpenDescent>(i) || std::holds_alternative<Descend>(i) ||
                         std::holds_alternative<Respond>(i);
    EXPECT_EQ(escrow->is_dispute(codec::encode(i)), dispute);
  }
}

}  // namespace
}  // namespace aether::programs::testing
