// aether-trace-roots MODEL PROMPTS ISA THREADS CHUNK MAX_NEW STRIDE: of every STRIDE-th prompt, a line with its number,
// the tokens in and out, output_root and trace_root, as they come while generating; and again from a teacher-forced
// prefill over the same tokens, which must give the same root. test/e2e/bits.py compares the lines of different builds
// and ways.
#include <charconv>
#include <iostream>

#include "aether/env/cpu.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/models/convert.hpp"
#include "aether/models/model_file.hpp"
#include "aether/vcr/trace.hpp"

namespace {

using namespace aether;

constexpr std::size_t kPromptsBytesMax = std::size_t{16} << 20;

std::uint32_t number(const char* text) {
  std::uint32_t out = 0;
  const std::string_view all(text);
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), out);
  return error == std::errc{} && end == all.data() + all.size() ? out : 0;
}

int failed(std::string_view why) {
  std::cerr << "aether-trace-roots: " << why << '\n';
  return 2;
}

int run(const models::LoadedModel& loaded, std::string_view text, infer::Isa isa, std::uint32_t threads,
        std::uint32_t chunk, std::uint32_t max_new, std::uint32_t stride) {
  const infer::Config& config = loaded.model.config();
  const models::Windows prompts = models::windows_of(loaded.tokenizer, text, config.context - max_new);
  env::ThreadPool pool(threads);
  // As small as the model is, its steps shall be split.
  const infer::Engine engine(loaded.model, pool, {.isa = isa, .chunk = chunk, .parallel_from = 0});
  for (std::size_t i = 0; i < prompts.size(); i += stride) {
    const auto n_prompt = static_cast<std::uint32_t>(prompts[i].size());
    vcr::TraceBuilder trace(config, n_prompt, max_new);
    const auto output = infer::generate(engine, prompts[i], {.max_new = max_new, .sink = &trace, .on_token = {}});
    const auto n_out = static_cast<std::uint32_t>(output.size());
    vcr::TraceBuilder forced(config, n_prompt, n_out);
    infer::replay(engine, prompts[i], output, forced);
    const Hash root = trace.root(n_out);
    if (forced.root(n_out) != root)
      return failed("prompt " + std::to_string(i) + ": the prefill commits to other rows");
    std::cout << i << ' ' << n_prompt << ' ' << n_out << ' ' << to_hex(vcr::token_root(output).bytes) << ' '
              << to_hex(root.bytes) << '\n';
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) return failed("wants MODEL PROMPTS ISA THREADS CHUNK MAX_NEW STRIDE");
  const std::string_view name = argv[3];
  const bool wide = name == to_string(infer::Isa::avx2);
  if (!wide && name != to_string(infer::Isa::scalar)) return failed("ISA is scalar or avx2");
  if (wide && !env::cpu_features().avx2) return failed("this processor has no AVX2");
  const std::uint32_t threads = number(argv[4]), chunk = number(argv[5]), max_new = number(argv[6]),
                      stride = number(argv[7]);
  const auto loaded = models::load_model_directory(argv[1]);
  if (!loaded) return failed(loaded.error().message);
  const auto text = env::read_file(argv[2], kPromptsBytesMax);
  if (!text) return failed(text.error().message);
  if (threads == 0 || chunk == 0 || stride == 0 || max_new == 0 || max_new >= loaded->model.config().context)
    return failed("THREADS, CHUNK, MAX_NEW and STRIDE are numbers from 1 on, MAX_NEW below the context");
  return run(*loaded, as_text(*text), wide ? infer::Isa::avx2 : infer::Isa::scalar, threads, chunk, max_new, stride);
}
