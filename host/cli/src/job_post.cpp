#include "aether/programs/instructions.hpp"
#include "aether/programs/payouts.hpp"
#include "job_record.hpp"
#include "model_directory.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view kPublic = "a job is public: anyone can read its prompt and its output";

// The model as the chain holds it, and the tokenizer that belongs to it.
struct Target {
  Hash id;
  infer::Tokenizer tokenizer;
};
Result<Target, Failure> read_target(const Arguments& arguments) {
  if (!arguments.model.starts_with("0x")) {
    AETHER_TRY(const auto model, load_model(arguments));
    return Target{model->ready.id(), std::move(model->tokenizer)};
  }
  AETHER_TRY(const auto id, read_id("model id", arguments.model));
  if (arguments.tokenizer.empty())
    return usage("no_tokenizer", "--model is an id, so --tokenizer DIR must name the directory of its tokenizer");
  AETHER_TRY(auto tokenizer, load_tokenizer(arguments.tokenizer));
  return Target{id, std::move(tokenizer)};
}

Result<programs::Model, Failure> registered(const client::Rpc& rpc, const Target& target) {
  auto model = get_model(rpc, target.id);
  if (!model && model.error().code == "not_found")
    return fail(Failure{kFailed, "unknown_model", "the chain does not know the model " + to_hex0x(target.id.bytes),
                        "aetherctl model list shows those it knows; aetherctl model register enters one"});
  if (model && model->facts.tokenizer_hash != target.tokenizer.hash())
    return fail(Failure{kBadFile, "tokenizer_hash", "the tokenizer is not the one of the model",
                        "name the directory that the model was registered from"});
  return model;
}

Result<programs::JobTerms, Failure> read_terms(const Arguments& arguments, const Hash& model, const JobParams& params) {
  if (!arguments.accept_uncovered)
    return usage("uncovered",
                 "nobody is bonded to re-run this model, so a wrong answer is found only if you or someone you know "
                 "re-runs it; say --accept-uncovered if you know that");
  programs::JobTerms terms;
  terms.model_id = model;
  terms.max_new = arguments.max_new;
  AETHER_TRY(terms.price, read_amount("--price", arguments.price, Asset::aic));
  terms.bond = params.worker_bond_min;
  if (!arguments.bond.empty()) {
    AETHER_TRY(terms.bond, read_amount("--bond", arguments.bond, Asset::aic));
  }
  terms.attempts = arguments.attempts;
  terms.accept_slots = arguments.accept_slots;
  terms.sla_slots = arguments.sla_slots;
  terms.max_slots = arguments.max_slots;
  terms.sla_bps = arguments.sla_bps;
  terms.accept_uncovered = true;
  if (!arguments.worker.empty()) {
    AETHER_TRY(terms.worker, resolve_public_key(arguments, arguments.worker));
  }
  return terms;
}

}  // namespace

CommandResult job_post(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto target, read_target(arguments));
  AETHER_TRY(const auto model, registered(rpc, target));
  CLI_TRY(const auto chain, rpc.call(api::GetChainId{}));
  AETHER_TRY(const auto terms, read_terms(arguments, target.id, chain.params.jobs));
  AETHER_TRY(auto prompt, read_prompt(arguments, target.tokenizer, model.facts.config));
  const auto n_prompt = static_cast<std::uint32_t>(prompt.size());
  const auto units = infer::units(model.facts.config, {n_prompt, terms.max_new});
  const auto escrow = units ? programs::cost_of(terms.price, *units) : std::nullopt;
  if (!escrow) return usage("amount_too_large", "the escrow would exceed 2^100; lower --price or --max-new");
  const std::string amount = amount_to_text(*escrow);
  note(std::string(kPublic) + "; it locks " + amount + " AIC, and of them the worker is paid for what it uses");

  AETHER_TRY(const auto seed, unlock(arguments, arguments.from));
  const programs::Post post{terms, std::move(prompt)};
  AETHER_TRY(const auto sent, send_call(rpc, seed, programs::make_call(post)));
  const auto& body = sent.transaction.body;
  const std::string id = to_hex0x(programs::job_id(body.chain_id, address_of(body.sender), body.nonce).bytes);
  Output out = show(sent.settled);
  out.text = "job          " + id + "\nescrow       " + amount + " AIC\nprompt       " + std::to_string(n_prompt) +
             " tokens\npublic       yes\n" + out.text;
  auto& object = out.json.get_object();
  object.emplace("job", id);
  object.emplace("escrow", amount);
  object.emplace("prompt_tokens", n_prompt);
  object.emplace("public", true);
  return out;
}

}  // namespace aether::cli
