// A small model whose tensors are the input, again and again: every byte string is a valid model, nothing overflows,
// and the instruction sets agree.
#include "aether/infer/engine.hpp"

#include <cstring>

namespace {

using namespace aether;

class Filler {
 public:
  explicit Filler(ByteView bytes) : bytes_(bytes) {}
  template <class T>
  void operator()(std::vector<T>& out) {
    for (T& x : out) {
      for (std::size_t i = 0; i < sizeof(T); ++i) {
        reinterpret_cast<std::uint8_t*>(&x)[i] = bytes_[at_++ % bytes_.size()];
      }
    }
  }
  void operator()(infer::Channels& out) {
    (*this)(out.m);
    (*this)(out.s);
    (*this)(out.bias);
    (*this)(out.w);
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

class Collector final : public infer::RowSink {
 public:
  void row(std::uint32_t, std::uint32_t, ByteView bytes) override { append(all, bytes); }
  Bytes all;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  infer::Config config;
  config.vocab = 5;
  config.d = 18;
  config.layers = 1;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 6;
  config.ff = 20;
  config.context = 9;
  config.eps = data[0] == 0 ? std::uint64_t{1} << 61 : data[0];
  infer::Model model(config);
  Filler fill({data, size});
  fill(model.embedding);
  for (infer::Layer& layer : model.layers) {
    fill(layer.attn_norm);
    fill(layer.mlp_norm);
    for (auto* tensor : {&layer.q, &layer.k, &layer.v, &layer.head, &layer.o, &layer.gate, &layer.up, &layer.down}) {
      fill(*tensor);
    }
  }
  fill(model.final_norm);
  fill(model.lm_head);
  fill(model.rope);

  SerialPool pool;
  const std::vector<std::uint32_t> tokens{0, 1, 2, 3, 4, 0, 1, 2};
  Bytes expected;
  for (const infer::Isa isa : {infer::Isa::scalar, infer::Isa::avx2}) {
    if (isa == infer::Isa::avx2 && !__builtin_cpu_supports("avx2")) continue;
    Collector sink;
    infer::Sequence(infer::Engine(model, pool, {.isa = isa})).feed(tokens, 0, &sink);
    AETHER_ASSERT(expected.empty() || expected == sink.all);
    expected = std::move(sink.all);
  }
  return 0;
}
