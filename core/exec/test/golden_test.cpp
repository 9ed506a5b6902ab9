// A long mixed history whose roots and receipts are committed: every preset and compiler must reproduce them.
#include "random_chain.hpp"

namespace aether::exec {
namespace {

using namespace testing;

// A change of a rule, a fee or a format changes it; then, and only then, the digest that the failure prints stands
// here.
constexpr std::string_view kHistory = "94dc98f7b8e23192ed109d4993f85a14cc89dbd29f594f170bbeca321cb15ffd";

TEST(Golden, the_history_of_a_seed_has_the_committed_roots_and_receipts) {
  RandomChain chain(2026);
  SerialPool pool;
  crypto::Sha256 digest;
  for (int i = 0; i < 60; ++i) {
    const auto block = chain.block(80);
    const auto out = execute_block(chain.state(), chain.tree(), programs(), chain.input(block), pool, {});
    ASSERT_TRUE(out.has_value());
    digest.update(out->tree.tree.root().view()).update(out->receipts_root.view());
    for (const Receipt& receipt : out->receipts) digest.update(codec::encode(receipt));
    chain.apply(out->diff, out->tree.tree);
  }
  EXPECT_GT(chain.restored(), 10u);
  EXPECT_EQ(to_hex(digest.finish().view()), kHistory);
}

}  // namespace
}  // namespace aether::exec
