// Receipts of honest runs of a random model, made without the engine that judges them.
#pragma once

#include "../../vcr/test/support.hpp"
#include "aether/receipts/check.hpp"

namespace aether::receipts::testing {

inline crypto::Seed seed_of(std::uint8_t byte) {
  const std::array<std::uint8_t, 32> raw{byte};
  return crypto::Seed{raw};
}

// Fills in what follows from the other fields, and signs.
inline void complete(ReceiptFile& file, std::optional<std::uint8_t> key = 9) {
  file.vcr.model_id = programs::model_id(file.model);
  file.vcr.request_root = vcr::token_root(file.prompt);
  file.vcr.output_root = vcr::token_root(file.output);
  file.vcr.n_out = {static_cast<std::uint32_t>(file.output.size())};
  const infer::Extent extent{static_cast<std::uint32_t>(std::max<std::size_t>(1, file.prompt.size())),
                             static_cast<std::uint32_t>(std::max<std::size_t>(1, file.output.size()))};
  if (const auto units = infer::units(file.model.config, extent)) file.vcr.units = *units;
  file.signature.reset();
  if (!key) return;
  file.vcr.provider = crypto::ed25519_public_key(seed_of(*key));
  file.signature = vcr::sign(file.vcr, seed_of(*key)).signature;
}

inline programs::ModelFacts facts_of(const vcr::testing::HonestRun& run) {
  return {run.config(), run.tree->root(), infer::engine_hash(), Hash{{5}}};
}

inline ReceiptFile receipt_of(const vcr::testing::HonestRun& run) {
  ReceiptFile file;
  file.model = facts_of(run);
  file.prompt = programs::InlineTokens(run.prompt);
  file.output = programs::InlineTokens(run.output);
  file.max_new = static_cast<std::uint32_t>(run.output.size());
  file.vcr.trace_root = run.own->root();
  complete(file);
  return file;
}

// A run in which no stop token comes before the last one.
inline vcr::testing::HonestRun run_without_stop(infer::Config config, std::uint32_t n_prompt, std::uint32_t n_out,
                                                std::uint64_t seed) {
  config.stop = {};
  return vcr::testing::random_run(config, n_prompt, n_out, seed);
}

}  // namespace aether::receipts::testing
