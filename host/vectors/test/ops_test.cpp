// Properties of single ops that no official vector states.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/crypto/ed25519.hpp"
#include "op.hpp"
#include "support.hpp"

namespace aether::vectors {
namespace {

using namespace testing;

std::string random_hex(std::size_t size) {
  return to_hex(*rc::gen::container<Bytes>(size, rc::gen::arbitrary<std::uint8_t>()));
}

TEST(Frame, is_that_of_the_chain_around_an_id) {
  const Hash id{{1, 2, 3}};
  EXPECT_EQ(framed("aether/tx", id.view()), crypto::signing_frame("aether/tx", id));
}

// Signed with a tag, signatures hold with that tag alone, one by one and in a batch; and the batch says of each item
// what the single verifier says.
RC_GTEST_PROP(Ed25519, batch_and_single_agree_raw_and_framed, ()) {
  json::object with;
  if (*rc::gen::arbitrary<bool>()) with["tag"] = "aether/tx";
  json::array items, verdicts;
  const auto count = *rc::gen::inRange(0, 12);
  for (int i = 0; i < count; ++i) {
    json::object sign{{"op", "ed25519_sign"},
                      {"secret_key", random_hex(32)},
                      {"message", random_hex(*rc::gen::element<std::size_t>(0, 1, 32, 100))}};
    sign.insert(with.begin(), with.end());
    const json::object signature = ask(sign);
    json::object item{{"public_key", signature.at("public_key")},
                      {"message", sign.at("message")},
                      {"signature", signature.at("signature")}};
    const auto damage = *rc::gen::inRange(0, 8);
    if (damage == 0) item["message"] = random_hex(32);
    if (damage == 1) item["signature"] = random_hex(64);
    if (damage == 2) item["public_key"] = random_hex(32);
    if (damage == 3) item["signature"] = random_hex(63);
    items.push_back(item);
    json::object verify = item;
    verify["op"] = "ed25519_verify";
    verify.insert(with.begin(), with.end());
    verdicts.push_back(ask(verify).at("valid"));
    RC_ASSERT(damage < 4 || verdicts.back().as_bool());
    verify["tag"] = with.empty() ? "aether/tx" : "aether/ty";
    RC_ASSERT(damage < 4 || !ask(verify).at("valid").as_bool());
  }
  json::object batch{{"op", "ed25519_verify_batch"}, {"items", items}};
  batch.insert(with.begin(), with.end());
  RC_ASSERT(ask(batch).at("valid") == json::value(verdicts));
}

TEST(Bls, a_tag_frames_the_message_everywhere) {
  const std::string message(64, '3'), secret = std::string(63, '0') + "7", other = std::string(63, '0') + "8";
  const auto sign = [&](const std::string& key) {
    return ask({{"op", "bls_sign"}, {"secret_key", key}, {"message", message}, {"tag", "aether/vote"}});
  };
  const json::object a = sign(secret), b = sign(other);
  const json::array keys{a.at("public_key"), b.at("public_key")};
  const json::value sum =
      ask({{"op", "bls_aggregate"}, {"signatures", json::array{a.at("signature"), b.at("signature")}}}).at("signature");
  for (const bool right : {true, false}) {
    const std::string tag = right ? "aether/vote" : "aether/votes";
    expect_answer({{"op", "bls_verify"},
                   {"public_key", keys[0]},
                   {"message", message},
                   {"signature", a.at("signature")},
                   {"tag", tag}},
                  {{"ok", true}, {"valid", right}});
    expect_answer({{"op", "bls_fast_aggregate_verify"},
                   {"public_keys", keys},
                   {"message", message},
                   {"signature", sum},
                   {"tag", tag}},
                  {{"ok", true}, {"valid", right}});
    expect_answer({{"op", "bls_aggregate_verify"},
                   {"public_keys", keys},
                   {"messages", {message, message}},
                   {"signature", sum},
                   {"tag", tag}},
                  {{"ok", true}, {"valid", right}});
  }
}

std::string blob_of(unsigned first) {
  return std::string(63, '0') + std::to_string(first) + std::string(std::size_t{64} * 4095, '0');
}

// The shapes in which a claim can come, alone and as items of a batch.
TEST(Kzg, one_verdict_on_a_claim_and_its_blob_in_every_shape) {
  const json::value z(std::string(63, '0') + "7"), no_scalar(std::string(64, 'f')), no_point(std::string(96, '0'));
  const json::value blob(blob_of(1)), other(blob_of(2));
  const json::value commitment = ask({{"op", "kzg_commit"}, {"blob", blob}}).at("commitment");
  const json::object opening = ask({{"op", "kzg_proof"}, {"blob", blob}, {"z", z}});
  const json::object proof = ask({{"op", "kzg_proof"}, {"blob", blob}, {"commitment", commitment}});
  EXPECT_EQ(ask({{"op", "kzg_proof"}, {"blob", blob}}), proof);
  EXPECT_EQ(ask({{"op", "kzg_proof"}, {"blob", blob}, {"z", z}, {"commitment", commitment}}), opening);
  EXPECT_EQ(error_of({{"op", "kzg_proof"}, {"blob", other}, {"z", z}, {"commitment", commitment}}),
            "commitment: not that of the blob");
  const json::object at_z{{"commitment", commitment}, {"z", z}, {"y", opening.at("y")}, {"proof", opening.at("proof")}};
  const json::object drawn{
      {"commitment", commitment}, {"z", proof.at("z")}, {"y", proof.at("y")}, {"proof", proof.at("proof")}};
  const auto with = [](json::object claim, std::string_view name, json::value to) {
    claim[name] = std::move(to);
    return claim;
  };
  const json::object of_blob{{"commitment", commitment}, {"proof", proof.at("proof")}, {"blob", blob}};
  const std::pair<json::object, bool> shapes[] = {
      {at_z, true},
      {drawn, true},
      {of_blob, true},
      {with(at_z, "blob", blob), true},
      {with(at_z, "blob", other), false},
      {with(of_blob, "blob", other), false},
      {with(of_blob, "proof", opening.at("proof")), false},
      {with(at_z, "y", z), false},
      {with(at_z, "z", "00"), false},
      {with(at_z, "z", no_scalar), false},
      {with(at_z, "commitment", no_point), false},
      {with(of_blob, "blob", "00"), false},
  };
  json::array items, verdicts;
  for (const auto& [claim, holds] : shapes) {
    expect_answer(with(claim, "op", "kzg_verify"), {{"ok", true}, {"valid", holds}});
    items.push_back(claim);
    verdicts.emplace_back(holds);
  }
  expect_answer({{"op", "kzg_verify_batch"}, {"items", items}}, {{"ok", true}, {"valid", verdicts}});
}

TEST(Kzg, a_request_without_a_claim_is_an_error) {
  const std::string point = "c0" + std::string(94, '0'), scalar(64, '0');
  const json::object parts{{"commitment", point}, {"proof", point}};
  for (const json::object& some : {json::object{}, {{"z", scalar}}, {{"y", scalar}}, {{"z", scalar}, {"blob", ""}}}) {
    json::object request = parts;
    request.insert(some.begin(), some.end());
    EXPECT_EQ(error_of({{"op", "kzg_verify_batch"}, {"items", json::array{request}}}),
              "items[0]: z and y, or blob, wanted");
    request["op"] = "kzg_verify";
    EXPECT_EQ(error_of(request), "z and y, or blob, wanted");
  }
  EXPECT_EQ(error_of({{"op", "kzg_commit"}, {"blob", ""}}), "a blob is 131072 bytes");
}

// Zeros are a value of every type, of one length; whatever near it decodes is encoded to the same bytes.
TEST(WireTypes, what_decodes_encodes_to_the_same_bytes) {
  for (const std::string_view type : type_names()) {
    const auto decode = [&](const Bytes& bytes) {
      return ask({{"op", "decode"}, {"type", type}, {"bytes", to_hex(bytes)}});
    };
    Bytes zeros;
    while (decode(zeros).at("ok") == json::value(false) && zeros.size() < 2048) zeros.push_back(0);
    ASSERT_LT(zeros.size(), 2048u) << type;
    EXPECT_TRUE(rc::check(std::string(type), [&] {
      Bytes bytes = zeros;
      const auto changes = *rc::gen::inRange(0, 4);
      for (int i = 0; i < changes && !bytes.empty(); ++i) {
        const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
        const auto to = *rc::gen::arbitrary<std::uint8_t>();
        if (*rc::gen::arbitrary<bool>()) {
          bytes[at] = to;
        } else {
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), to);
        }
      }
      const json::object decoded = decode(bytes);
      if (decoded.at("ok") == json::value(false))
        return RC_ASSERT(decoded.at("error").as_string().starts_with("bytes: "));
      const json::object encoded = ask({{"op", "encode"}, {"type", type}, {"value", decoded.at("value")}});
      RC_ASSERT(encoded.at("bytes") == json::value(to_hex(bytes)));
    }));
  }
}

TEST(WireTypes, a_name_may_be_written_in_camel_case) {
  const auto decode = [](std::string_view type) {
    return ask({{"op", "decode"}, {"type", type}, {"bytes", std::string(64, '0')}});
  };
  EXPECT_EQ(decode("balance"), decode("Balance"));
  EXPECT_TRUE(error_of({{"op", "decode"}, {"type", "none"}, {"bytes", ""}}).starts_with("type: no type \"none\""));
  EXPECT_EQ(error_of({{"op", "encode"}, {"type", "balance"}, {"value", {{"swr", "1"}}}}),
            "value: missing_key at $: the key \"aic\"");
}

}  // namespace
}  // namespace aether::vectors
