#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/crypto/merkle.hpp"
#include "aether/types/genesis.hpp"

namespace aether {
namespace {

RC_GTEST_PROP(Address, text_round_trip_and_every_typo_is_refused, (const std::array<std::uint8_t, 32>& bytes)) {
  const Address address{Hash{bytes}};
  std::string text = to_text(address);
  RC_ASSERT(*address_from_text(text) == address);
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  const char typed = *rc::gen::inRange('0', 'z');
  RC_PRE(typed != text[at]);
  text[at] = typed;
  RC_ASSERT(!address_from_text(text));
}

TEST(Address, errors_name_what_is_wrong) {
  EXPECT_EQ(address_from_text("bc1qqq").error(), AddressError::bad_prefix);
  EXPECT_EQ(address_from_text("aeth1qqqq").error(), AddressError::bad_length);
  EXPECT_EQ(address_from_text("aeth1QQ").error(), AddressError::bad_character);
  std::string text = to_text(Address{});
  text.back() = text.back() == 'q' ? 'p' : 'q';
  EXPECT_EQ(address_from_text(text).error(), AddressError::bad_checksum);
}

RC_GTEST_PROP(Amount, text_round_trip, (std::uint64_t high, std::uint64_t low)) {
  const Amount amount = u128{high} << 64 | low;
  RC_ASSERT(*amount_from_text(amount_to_text(amount)) == amount);
  RC_ASSERT(*from_decimal(to_decimal(amount)) == amount);
}

TEST(Amount, refuses_what_is_not_an_amount) {
  for (const auto text :
       {"", ".", "1.", ".5", "-1", "1e3", "1.0000001", "01", "340282366920938463463374607431768211456"})
    EXPECT_FALSE(amount_from_text(text)) << text;
  EXPECT_EQ(*amount_from_text("12.5"), 12'500'000u);
}

TransactionBody some_body(const crypto::Seed& seed) {
  TransactionBody body;
  body.chain_id = ChainId{7};
  body.valid_until = Slot{100};
  body.nonce = 3;
  body.sender = crypto::ed25519_public_key(seed);
  body.outputs.push_back({address_of(body.sender), Asset::aic, 5, OutputKind::account, std::nullopt});
  body.reads.insert(kSupplyObject);
  body.call = Call{Hash{}, {1, 2, 3}};
  body.max_fee = 1'000'000;
  return body;
}

RC_GTEST_PROP(Transaction, signature_covers_every_byte_of_the_body, (const std::array<std::uint8_t, 32>& raw)) {
  const crypto::Seed seed{raw};
  const Transaction transaction = sign(some_body(seed), seed);
  const auto verified = verify(transaction);
  RC_ASSERT(verified.has_value());
  const Bytes bytes = codec::encode(transaction);
  RC_ASSERT(verified->byte_size() == bytes.size());
  RC_ASSERT(codec::encode(*codec::decode<Transaction>(bytes)) == bytes);
  Bytes changed = bytes;
  const auto bit = *rc::gen::inRange<std::size_t>(0, bytes.size() * 8);
  changed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  if (const auto other = codec::decode<Transaction>(changed)) RC_ASSERT(!verify(*other));
}

RC_GTEST_PROP(Transaction, a_batch_gives_the_single_verdicts, ()) {
  std::vector<Transaction> transactions;
  for (auto count = *rc::gen::inRange<std::uint8_t>(0, 150); count > 0; --count) {
    const crypto::Seed seed{std::array<std::uint8_t, 32>{count}};
    transactions.push_back(sign(some_body(seed), seed));
    if (*rc::gen::inRange(0, 40) == 0) transactions.back().body.nonce = 4;
  }
  SerialPool pool;
  const auto verdicts = verify(transactions, CpuFeatures{}, pool);
  RC_ASSERT(verdicts.size() == transactions.size());
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const auto single = verify(transactions[i]);
    RC_ASSERT(verdicts[i].has_value() == single.has_value());
    if (single) RC_ASSERT(verdicts[i]->id() == single->id() && verdicts[i]->transaction() == transactions[i]);
  }
}

RC_GTEST_PROP(Transaction, copies_share_what_was_read_once, (const std::array<std::uint8_t, 32>& raw)) {
  const crypto::Seed seed{raw};
  const Transaction transaction = sign(some_body(seed), seed);
  IdentifiedTransaction identified(transaction);
  RC_ASSERT(identified.id() == transaction_id(transaction.body));
  RC_ASSERT(identified.sender() == address_of(transaction.body.sender));
  RC_ASSERT(identified.byte_size() == codec::encode(transaction).size());
  const auto verified = verify(identified);
  RC_ASSERT(verified.has_value());
  RC_ASSERT(&verified->transaction() == &identified.transaction());
  const VerifiedTransaction copy = *verified;
  identified = IdentifiedTransaction(Transaction{});  // the others keep what they had
  RC_ASSERT(copy.transaction() == transaction && &copy.body() == &verified->body());
}

TEST(Block, hash_excludes_the_signature_and_seals_verify) {
  const crypto::Seed seed{std::array<std::uint8_t, 32>{9}};
  HeaderBody body;
  body.sealer = DevSealer{crypto::ed25519_public_key(seed)};
  Header header = seal(body, seed);
  EXPECT_TRUE(verify_dev_seal(header));
  header.body.slot = Slot{1};
  EXPECT_FALSE(verify_dev_seal(header));
}

// As the specification says it, item by item, against what takes many at once on the kernels of this machine.
TEST(Block, roots_are_the_same_for_each_kind_of_processor) {
  const bool sha_ni = __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sha");
  const bool wide = sha_ni && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  std::vector<Receipt> receipts;
  std::vector<Hash> leaves;
  for (std::uint32_t count = 0; count <= 200; ++count) {
    const Hash expected = crypto::merkle_list_root(kReceiptsTag, leaves);
    EXPECT_EQ(receipts_root(receipts), expected) << count;
    EXPECT_EQ(receipts_root(receipts, {.sha_ni = sha_ni}), expected) << count;
    EXPECT_EQ(receipts_root(receipts, {.sha_ni = sha_ni, .avx512_wide = wide}), expected) << count;
    Receipt receipt;
    receipt.gas_used = Gas{count};
    receipt.transaction.bytes[count % 32] = static_cast<std::uint8_t>(count);
    for (std::uint32_t log = 0; log < count % 5; ++log) {
      Log entry;
      entry.data = Bytes(count + log);
      receipt.logs.push_back(std::move(entry));
    }
    leaves.push_back(crypto::merkle_leaf(codec::encode(receipt)));
    receipts.push_back(std::move(receipt));
  }
}

TEST(Block, recalls_its_transactions_by_hash_and_root_and_nothing_else) {
  const crypto::Seed seed{std::array<std::uint8_t, 32>{9}};
  Block block;
  for (std::uint64_t nonce = 1; nonce < 4; ++nonce) {
    TransactionBody body = some_body(seed);
    body.nonce = nonce;
    block.transactions.push_back(sign(std::move(body), seed));
  }
  HeaderBody body;
  body.sealer = DevSealer{crypto::ed25519_public_key(seed)};
  body.transactions_root = transactions_root(block.transactions);
  block.header = seal(body, seed);
  const Hash hash = block_hash(block.header.body);

  const auto recalled = recall(block, hash);
  ASSERT_TRUE(recalled && recalled->size() == 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ((*recalled)[i].id(), verify(block.transactions[i])->id());

  Block other = block;
  other.header.body.time_ms = 5;
  EXPECT_EQ(recall(other, hash).error(), RecallError::other_header);
  other = block;
  other.transactions[1].signature[0] ^= 1;
  EXPECT_EQ(recall(other, hash).error(), RecallError::other_transactions);
  other.transactions.pop_back();
  EXPECT_EQ(recall(other, hash).error(), RecallError::other_transactions);
}

TEST(Genesis, hash_depends_on_parameters_and_accounts_sort_by_address) {
  Genesis genesis;
  const Hash before = genesis_hash(genesis);
  genesis.params.jobs.burn_bps = 1;
  EXPECT_NE(genesis_hash(genesis), before);
  const Bytes bytes = codec::encode(genesis);
  EXPECT_EQ(codec::encode(*codec::decode<Genesis>(bytes)), bytes);
}

}  // namespace
}  // namespace aether
