#include <algorithm>

#include "aether/api/json_reader.hpp"
#include "aether/programs/instructions.hpp"
#include "aether/types/claim.hpp"
#include "aether/types/genesis.hpp"
#include "aether/types/shred.hpp"
#include "aether/types/utxo.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;

struct WireType {
  std::string_view name;
  Result<json::value, std::string> (*decode)(ByteView bytes);
  Result<Bytes, std::string> (*encode)(const json::value& value);
};

template <class T>
Result<json::value, std::string> decode_as(ByteView bytes) {
  const auto value = codec::decode<T>(bytes);
  if (!value) return fail("bytes: " + std::string(codec::to_string(value.error())));
  return api::to_json(*value);
}

template <class T>
Result<Bytes, std::string> encode_as(const json::value& value) {
  const auto read = api::from_json<T>(value);
  if (!read) return fail("value: " + read.error().text());
  return codec::encode(*read);
}

template <class T>
constexpr WireType wire(std::string_view name) {
  return {name, &decode_as<T>, &encode_as<T>};
}

constexpr std::array kTypes{
    wire<Account>("account"),
    wire<Address>("address"),
    wire<Balance>("balance"),
    wire<Block>("block"),
    wire<BlockEvidence>("block_evidence"),
    wire<Call>("call"),
    wire<Claim>("claim"),
    wire<programs::EscrowInstruction>("escrow_instruction"),
    wire<Evidence>("evidence"),
    wire<Genesis>("genesis"),
    wire<Header>("header"),
    wire<HeaderBody>("header_body"),
    wire<LateVotes>("late_votes"),
    wire<Lottery>("lottery"),
    wire<programs::ModelsInstruction>("models_instruction"),
    wire<ObjectId>("object_id"),
    wire<PrecommitCertificate>("precommit_certificate"),
    wire<PrevoteCertificate>("prevote_certificate"),
    wire<Receipt>("receipt"),
    wire<Registration>("registration"),
    wire<SenderKey>("sender_key"),
    wire<Shred>("shred"),
    wire<Supply>("supply"),
    wire<Transaction>("transaction"),
    wire<TransactionBody>("transaction_body"),
    wire<TransactionInput>("transaction_input"),
    wire<TransactionOutput>("transaction_output"),
    wire<Treasury>("treasury"),
    wire<Utxo>("utxo"),
    wire<Validator>("validator"),
    wire<ValidatorList>("validator_list"),
    wire<Vote>("vote"),
    wire<VoteBody>("vote_body"),
};

// "TransactionBody" is transaction_body.
bool same_name(std::string_view known, std::string_view given) {
  const auto letters = [](std::string_view name) {
    std::string out;
    for (const char c : name)
      if (c != '_') out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    return out;
  };
  return letters(known) == letters(given);
}

Result<WireType, std::string> type_in(const Fields& in) {
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const WireType& t) { return same_name(t.name, in.text("type")); });
  if (found != kTypes.end()) return *found;
  std::string known;
  for (const WireType& type : kTypes) known += (known.empty() ? "" : ", ") + std::string(type.name);
  return fail("type: no type \"" + std::string(in.text("type").substr(0, 64)) + "\"; the types are " + known);
}

Output run_decode(const Fields& in, Machine&) {
  AETHER_TRY(const WireType type, type_in(in));
  AETHER_TRY(json::value value, type.decode(in.bytes("bytes")));
  return json::object{{"value", std::move(value)}};
}

Output run_encode(const Fields& in, Machine&) {
  AETHER_TRY(const WireType type, type_in(in));
  AETHER_TRY(const Bytes encoded, type.encode(in.json("value")));
  return json::object{{"bytes", hex(encoded)}};
}

}  // namespace

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> out;
  for (const WireType& type : kTypes) out.push_back(type.name);
  return out;
}

std::vector<Op> type_ops() {
  return {
      {.name = "decode",
       .summary = "the canonical bytes (BCS) of a wire type as its JSON, in the form of the chain's JSON-RPC",
       .takes = {text("type"), bytes("bytes")},
       .gives = {{.name = "value", .type = Type::json}},
       .run = run_decode},
      {.name = "encode",
       .summary = "back: the one byte string of a value",
       .takes = {text("type"), {.name = "value", .type = Type::json}},
       .gives = {bytes("bytes")},
       .run = run_encode},
  };
}

}  // namespace aether::vectors
