#include "aether/types/utxo.hpp"

#include "support.hpp"

namespace aether {
namespace {

using namespace testing;

Hash counted() {
  Hash out;
  for (std::size_t i = 0; i < 32; ++i) out.bytes[i] = static_cast<std::uint8_t>(i);
  return out;
}

RC_GTEST_PROP(Utxo, round_trips, (std::uint64_t seed)) { round_trips<Utxo>(seed); }

TEST(Utxo, id_is_a_tagged_hash_of_transaction_and_place) {
  EXPECT_EQ(to_hex(utxo_id(counted(), 3).bytes), "75ca4a6a0846cad33c703ccd8a8688141bcaed326dfa53020c902552efce0138");
  EXPECT_EQ(to_hex(state_key(utxo_object(utxo_id(counted(), 3))).bytes),
            "cb3cf7c8f2a3cc051fbdcca7d7afe3d967250f69f6289ce2949893b7a6b41a60");
}

RC_GTEST_PROP(Utxo, ids_differ_by_transaction_and_by_place, (std::uint64_t seed)) {
  codec::testing::Arbitrary any(seed);
  const auto a = any.make<Hash>(), b = any.make<Hash>();
  const auto i = *rc::gen::inRange<std::uint32_t>(0, limits::kOutputsMax);
  const auto j = *rc::gen::distinctFrom(rc::gen::inRange<std::uint32_t>(0, limits::kOutputsMax), i);
  RC_ASSERT(utxo_id(a, i) != utxo_id(b, i));
  RC_ASSERT(utxo_id(a, i) != utxo_id(a, j));
}

RC_GTEST_PROP(Utxo, keeps_owner_asset_amount_and_script_of_the_output, (std::uint64_t seed)) {
  auto output = codec::testing::Arbitrary(seed).make<TransactionOutput>();
  output.kind = OutputKind::utxo;
  const Utxo utxo = utxo_of(output);
  RC_ASSERT(utxo == (Utxo{1, output.owner, output.asset, output.amount, output.script}));
}

}  // namespace
}  // namespace aether
