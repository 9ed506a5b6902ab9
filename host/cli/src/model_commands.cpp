#include "aether/api/json.hpp"
#include "aether/models/convert.hpp"
#include "aether/programs/instructions.hpp"
#include "model_directory.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

std::string hex(const Hash& hash) { return to_hex0x(hash.bytes); }

json::object describe(const programs::ModelFacts& facts) {
  return {{"model", hex(programs::model_id(facts))}, {"facts", api::to_json(facts)}};
}

std::string sizes(const infer::Config& config) {
  return std::to_string(config.layers) + " layers of " + std::to_string(config.d) + ", vocabulary " +
         std::to_string(config.vocab) + ", context " + std::to_string(config.context);
}

json::value accuracy(const std::optional<models::Accuracy>& measured) {
  if (!measured) return nullptr;
  return json::object{{"tokens", measured->tokens},
                      {"bytes", measured->bytes},
                      {"float_perplexity", measured->float_perplexity},
                      {"integer_perplexity", measured->integer_perplexity},
                      {"perplexity_change", measured->perplexity_change()},
                      {"same_top", measured->same_top}};
}

}  // namespace

CommandResult model_convert(const Arguments& arguments) {
  AETHER_TRY(const auto threads, read_threads(arguments));
  models::ConvertOptions options;
  options.float_directory = arguments.source;
  options.output_directory = arguments.out;
  options.calibration = arguments.calibration;
  if (!arguments.heldout.empty()) options.heldout = arguments.heldout;
  options.isa = isa_of_this_machine();
  std::string last;
  options.progress = [&last](std::string_view stage, std::size_t done, std::size_t of) {
    // Ten lines a stage.
    const std::string line = std::string(stage) + " " + std::to_string(of == 0 ? 100 : done * 10 / of * 10) + " %";
    if (line != last) note(line);
    last = line;
  };
  env::ThreadPool pool(threads);
  CLI_TRY(const auto report, models::convert_directory(options, pool));
  const programs::ModelFacts facts{report.config, report.model_root, infer::engine_hash(), report.tokenizer_hash};
  json::object out = describe(facts);
  out.emplace("model_bytes", report.model_bytes);
  out.emplace("calibration_tokens", report.calibration_tokens);
  out.emplace("accuracy", accuracy(report.accuracy));
  return Output{models::to_text(report) + "model id        " + hex(programs::model_id(facts)) + "\n", std::move(out)};
}

CommandResult model_register(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto model, load_model(arguments));
  AETHER_TRY(const auto seed, unlock(arguments, arguments.from));
  const programs::RegisterModel instruction{model->ready.facts()};
  note("registering " + hex(model->ready.id()) + ": " + sizes(model->ready.config()));
  AETHER_TRY(const auto sent, send_call(rpc, seed, programs::make_call(instruction)));
  Output out = show(sent.settled);
  out.text = "model        " + hex(model->ready.id()) + "\n" + out.text;
  for (const auto& entry : describe(model->ready.facts())) out.json.get_object().insert(entry);
  return out;
}

CommandResult model_list(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  json::array list;
  std::string text;
  api::GetModels request;
  do {
    CLI_TRY(const auto page, rpc.call(request));
    for (const auto& [id, model] : page.models) {
      json::object entry = describe(model.facts);
      entry.emplace("owner", to_text(model.owner));
      entry.emplace("proof_bytes_max", std::to_string(model.proof_bytes_max));
      list.push_back(std::move(entry));
      text += hex(id) + "  " + sizes(model.facts.config) + ", owner " + to_text(model.owner) + "\n";
    }
    request.after = page.next;
  } while (request.after);
  return Output{std::move(text), std::move(list)};
}

}  // namespace aether::cli
