#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/vcr/receipt.hpp"
#include "support.hpp"

namespace aether::vcr::testing {
namespace {

crypto::Seed seed_of(std::uint8_t byte) {
  const std::array<std::uint8_t, 32> raw{byte};
  return crypto::Seed{raw};
}

struct Receipt : ::testing::Test {
  Receipt() {
    terms.chain_id = ChainId{7};
    terms.job_id = Hash{{2}};
    terms.attempt = 1;
    terms.worker = crypto::ed25519_public_key(key);
    terms.model_id = Hash{{3}};
    terms.config = small_config();
    terms.request_root = Hash{{4}};
    terms.n_prompt = 5;
    terms.max_new = 4;
    body.chain_id = terms.chain_id;
    body.job_id = terms.job_id;
    body.attempt = terms.attempt;
    body.provider = terms.worker;
    body.model_id = terms.model_id;
    body.request_root = terms.request_root;
    fill();
  }
  void fill() {
    body.output_root = token_root(output);
    body.n_out = {static_cast<std::uint32_t>(output.size())};
    body.units = infer::units(terms.config, {5, std::max(1U, body.n_out[0])}).value_or(0);
  }
  Result<void, ReceiptError> check() { return check_receipt(terms, sign(body, key), output); }
  void refused(ReceiptError error) {
    const auto result = check();
    ASSERT_FALSE(result) << to_string(error);
    EXPECT_EQ(to_string(result.error()), to_string(error));
  }

  crypto::Seed key = seed_of(9);
  ReceiptTerms terms;
  VcrBody body;
  std::vector<std::uint32_t> output{1, 2, 3, 4};
};

TEST_F(Receipt, of_the_job_is_accepted) {
  EXPECT_TRUE(check());
  output = {1, 7};  // stopped early by a stop token
  fill();
  EXPECT_TRUE(check());
  output = {1, 2, 3, 7};
  fill();
  EXPECT_TRUE(check());
  EXPECT_LE(codec::encode(sign(body, key)).size(), 512u);
}

TEST_F(Receipt, each_rule_has_its_error) {
  const VcrBody good = body;
  const auto broken = [&](auto&& change, ReceiptError error) {
    body = good;
    change(body);
    refused(error);
  };
  broken([](VcrBody& b) { b.chain_id = ChainId{8}; }, ReceiptError::chain_id);
  broken([](VcrBody& b) { b.job_id = Hash{}; }, ReceiptError::job_id);
  broken([](VcrBody& b) { b.attempt = 0; }, ReceiptError::attempt);
  broken([](VcrBody& b) { b.provider[0] ^= 1; }, ReceiptError::provider);
  broken([](VcrBody& b) { b.model_id = Hash{}; }, ReceiptError::model_id);
  broken([](VcrBody& b) { b.request_root = Hash{}; }, ReceiptError::request_root);
  broken([](VcrBody& b) { b.seed = Hash{}; }, ReceiptError::seed);
  broken([](VcrBody& b) { b.kzg = Hash{}; }, ReceiptError::kzg);
  broken([](VcrBody& b) { b.tee_evidence_hash = Hash{}; }, ReceiptError::tee_evidence);
  broken([](VcrBody& b) { b.n_out.clear(); }, ReceiptError::sequences);
  broken([](VcrBody& b) { b.n_out.push_back(1); }, ReceiptError::sequences);
  broken([](VcrBody& b) { b.n_out[0] = 3; }, ReceiptError::output_length);
  broken([](VcrBody& b) { b.output_root = Hash{}; }, ReceiptError::output_root);
  broken([](VcrBody& b) { ++b.units; }, ReceiptError::units);
  body = good;
  Vcr vcr = sign(body, key);
  vcr.signature[0] ^= 1;
  EXPECT_EQ(check_receipt(terms, vcr, output).error(), ReceiptError::signature);
  EXPECT_EQ(check_receipt(terms, sign(body, seed_of(1)), output).error(), ReceiptError::signature);
}

TEST_F(Receipt, the_largest_fits_its_bound) {
  body.n_out = std::vector<std::uint32_t>(kSequencesMax, 1);
  body.seed = body.kzg = body.tee_evidence_hash = Hash{};
  EXPECT_LE(codec::encode(sign(body, key)).size(), limits::kVcrBytesMax);
}

TEST_F(Receipt, output_rules) {
  const auto refuse = [&](std::vector<std::uint32_t> tokens, ReceiptError error) {
    output = std::move(tokens);
    fill();
    refused(error);
  };
  refuse({}, ReceiptError::empty_output);
  refuse({1, 2, 3, 4, 5}, ReceiptError::above_max_new);
  refuse({1, 300}, ReceiptError::token);
  refuse({1, 2}, ReceiptError::early_stop);
  refuse({1, 7, 2, 3}, ReceiptError::late_stop);
  terms.n_prompt = terms.config.context - 1;
  refuse({1, 7}, ReceiptError::context);
}

RC_GTEST_PROP(Vcr, bytes_round_trip_and_every_bit_is_signed, (std::uint64_t units, std::uint32_t n_out, bool seeded)) {
  VcrBody body;
  body.units = units;
  body.n_out = {n_out};
  if (seeded) body.seed = Hash{{9}};
  body.provider = crypto::ed25519_public_key(seed_of(9));
  const Vcr vcr = sign(body, seed_of(9));
  Bytes bytes = codec::encode(vcr);
  RC_ASSERT(*codec::decode<Vcr>(bytes) == vcr);
  RC_ASSERT(verify(vcr));
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] ^= static_cast<std::uint8_t>(1U << *rc::gen::inRange(0, 8));
  const auto changed = codec::decode<Vcr>(bytes);
  if (changed) RC_ASSERT(!verify(*changed));  // rapidcheck's || evaluates both sides
}

}  // namespace
}  // namespace aether::vcr::testing
