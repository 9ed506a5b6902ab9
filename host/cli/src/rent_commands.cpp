// rent show, fund, prune, keep, restore.
#include <charconv>

#include "aether/env/file.hpp"
#include "aether/programs/rent_instructions.hpp"
#include "payment.hpp"
#include "state_proof.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

std::string show_it(const ObjectId& object) { return "aetherctl rent show " + name_of(object) + " tells more"; }

Failure refused(std::string code, const ObjectId& object, const std::string& why, std::string next) {
  return {kFailed, std::move(code), name_of(object) + ' ' + why, std::move(next)};
}

// What the chain says of an object that has a deposit.
Result<api::GetRentAnswer, Failure> deposit_of(const client::Rpc& rpc, const ObjectId& object) {
  CLI_TRY(auto rent, rpc.call(api::GetRent{object}));
  using enum api::RentStatus;
  if (rent.status == pruned)
    return fail(
        refused("object_pruned", object, "was pruned", "aetherctl rent restore " + name_of(object) + " puts it back"));
  if (rent.status == unrented)
    return fail(refused("not_rented", object, "pays no rent", "aetherctl rent --help says what does"));
  if (rent.status == absent)
    return fail(
        refused("not_rented", object, "does not exist", "check its id; what was just sent is there a block later"));
  return rent;
}

CommandResult send(const Arguments& arguments, const client::Rpc& rpc, const programs::RentInstruction& instruction) {
  AETHER_TRY(auto intent, read_intent(arguments));
  intent.call = programs::make_call(instruction);
  return send_payment(arguments, rpc, intent);
}

// The deposit that --amount or --epochs mean.
Result<Amount, Failure> wanted_deposit(const Arguments& arguments, const api::GetRentAnswer& rent) {
  if (!arguments.amount.empty()) return read_amount("--amount", arguments.amount, Asset::swr);
  const auto amount = checked_mul<Amount>(*rent.per_epoch, arguments.epochs);
  if (!amount) return usage("bad_amount", "--epochs is too large");
  return *amount;
}

// The bytes that the object had when the transaction made it.
Result<Bytes, Failure> value_made_by(const client::Rpc& rpc, const ObjectId& object, const std::string& text) {
  AETHER_TRY(const auto id, read_id("transaction id", text));
  CLI_TRY(const auto known, rpc.call(api::GetTransaction{id}));
  if (!known.transaction)
    return fail(Failure{kFailed, "unknown_transaction", "the chain does not know " + text, "check the id"});
  const auto& outputs = known.transaction->body.outputs;
  for (std::uint32_t i = 0; i < outputs.size(); ++i)
    if (object == utxo_object(utxo_id(id, i))) return codec::encode(utxo_of(outputs[i]));
  return fail(refused("other_transaction", object, "is no UTxO that " + text + " made",
                      "name the transaction that made it, or give its bytes with --value or --proof"));
}

Result<Bytes, Failure> value_from_proof(const ObjectId& object, const std::string& path) {
  AETHER_TRY(const auto proof, read_state_proof(path));
  if (!holds(proof, proof.state_root))
    return fail(Failure{kDiffers, "proof_differs", path + " does not prove what it says", "take it from a copy"});
  if (proof.object != object || !proof.value)
    return fail(Failure{kBadFile, "other_object", path + " shows no value of " + name_of(object),
                        "name the file that aetherctl rent keep wrote for it"});
  return Bytes(proof.value->begin(), proof.value->end());
}

Result<Bytes, Failure> value_to_restore(const Arguments& arguments, const client::Rpc& rpc, const ObjectId& object) {
  if (!arguments.transaction.empty()) return value_made_by(rpc, object, arguments.transaction);
  if (!arguments.proof_file.empty()) return value_from_proof(object, arguments.proof_file);
  return read_input(arguments.value_file, snapshot::kValueBytesMax);
}

}  // namespace

CommandResult rent_show(const Arguments& arguments) {
  AETHER_TRY(const auto object, read_object(arguments.object));
  AETHER_TRY(const auto rpc, connect(arguments));
  CLI_TRY(const auto rent, rpc.call(api::GetRent{object}));
  std::string text = "object       " + name_of(object) + "\nstatus       " +
                     std::string(codec::enum_names<api::RentStatus>[static_cast<std::size_t>(rent.status)]) +
                     "\nepoch        " + std::to_string(rent.epoch) + "\n";
  if (rent.deposit)
    text += "payer        " + to_text(rent.deposit->payer) + "\nbytes        " + std::to_string(rent.deposit->bytes) +
            "\ndeposit      " + amount_to_text(*rent.left) + " SWR\nan epoch     " + amount_to_text(*rent.per_epoch) +
            " SWR\n";
  if (rent.exhausted_from) text += "runs out     in slot " + std::to_string(rent.exhausted_from->raw()) + "\n";
  if (rent.pruned)
    text += "value hash   " + to_hex0x(rent.pruned->value.bytes) + "\nbytes        " +
            std::to_string(rent.pruned->bytes) + "\nSWR          " + amount_to_text(rent.pruned->held.swr) +
            "\nAIC          " + amount_to_text(rent.pruned->held.aic) + "\n";
  json::object out{{"object", name_of(object)}};
  for (const auto shown = api::to_json(rent); const auto& entry : shown.get_object()) out.insert(entry);
  return Output{std::move(text), std::move(out)};
}

CommandResult rent_fund(const Arguments& arguments) {
  AETHER_TRY(const auto object, read_object(arguments.object));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto rent, deposit_of(rpc, object));
  AETHER_TRY(const auto amount, wanted_deposit(arguments, rent));
  if (amount <= *rent.left)
    return fail(refused("deposit_too_low", object, "has a deposit of " + amount_to_text(*rent.left) + " SWR already",
                        "nothing was sent; give more, " + show_it(object)));
  return send(arguments, rpc, programs::Fund{object, amount});
}

CommandResult rent_prune(const Arguments& arguments) {
  AETHER_TRY(const auto object, read_object(arguments.object));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto rent, deposit_of(rpc, object));
  if (rent.status != api::RentStatus::exhausted)
    return fail(refused("not_exhausted", object,
                        rent.exhausted_from ? "runs out in slot " + std::to_string(rent.exhausted_from->raw())
                                            : std::string("never runs out: its deposit exempts it"),
                        "nothing was sent; " + show_it(object)));
  return send(arguments, rpc, programs::Prune{object});
}

CommandResult rent_keep(const Arguments& arguments) {
  AETHER_TRY(const auto object, read_object(arguments.object));
  AETHER_TRY(const auto rpc, connect(arguments));
  CLI_TRY(const auto answer, rpc.call(api::GetProof{object}));
  StateProof proof{object, {}, answer.proof, answer.at.slot, answer.at.hash, answer.state_root};
  if (!answer.value) {
    AETHER_CHECK(deposit_of(rpc, object));
    return fail(refused("not_found", object, "has no value", show_it(object)));
  }
  proof.value.emplace(*answer.value);
  if (!holds(proof, answer.state_root))
    return fail(Failure{kUnreachable, "bad_answer", "the proof that the chain gave does not hold",
                        "check that --rpc names a chain of this version"});
  const std::string text = json::serialize(api::to_json(proof)) + "\n";
  if (const auto written = env::write_file_atomically(arguments.out, as_bytes(text)); !written)
    return fail(
        Failure{kBadFile, "output_file", written.error().message, "check the path, its permissions and the disk"});
  return Output{"kept         " + name_of(object) + "\nbytes        " + std::to_string(proof.value->size()) +
                    "\nslot         " + std::to_string(proof.slot.raw()) + "\nstate root   " +
                    to_hex0x(proof.state_root.bytes) + "\n",
                json::object{{"object", name_of(object)},
                             {"bytes", proof.value->size()},
                             {"slot", std::to_string(proof.slot.raw())},
                             {"state_root", to_hex0x(proof.state_root.bytes)},
                             {"file", arguments.out}}};
}

CommandResult rent_restore(const Arguments& arguments) {
  AETHER_TRY(const auto object, read_object(arguments.object));
  if (object.domain == Domain::code)
    return fail(refused("restored_by_publish", object, "is compiled again, and so published",
                        "nothing was sent; aetherctl contract upload FILE restores it"));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(auto value, value_to_restore(arguments, rpc, object));
  CLI_TRY(const auto rent, rpc.call(api::GetRent{object}));
  if (!rent.pruned)
    return fail(refused("not_pruned", object, "was not pruned", "nothing was sent; " + show_it(object)));
  if (value_hash(value) != rent.pruned->value)
    return fail(refused("other_value", object, "had other bytes when it was pruned",
                        "nothing was sent; give those that it had then, " + std::to_string(rent.pruned->bytes) +
                            " in number, with --value, --proof or, of a UTxO, --transaction"));
  programs::Restore restore{object, {}};
  if (value.size() > restore.value.kMax)
    return fail(refused("value_too_large", object, "does not fit a transaction", "no object of a chain is so large"));
  restore.value = std::move(value);
  return send(arguments, rpc, restore);
}

}  // namespace aether::cli
