#include "aether/models/accuracy.hpp"

#include <charconv>
#include <cmath>

#include "json.hpp"
#include "portable_math.hpp"

namespace aether::models {

namespace json = boost::json;

namespace {

constexpr double kLn2 = 0x1.62e42fefa39efp-1;

double bits_per_byte(double perplexity, const Accuracy& a) {
  return log_of(perplexity) / kLn2 * static_cast<double>(a.tokens) / static_cast<double>(a.bytes);
}

// −ln of the probability that logits give to `target`. `unit` is the value of one unit of a logit.
template <class T>
double surprise(std::span<const T> logits, std::uint32_t target, double unit) {
  const double top = *std::ranges::max_element(logits);
  double total = 0;
  for (const T logit : logits) total += exp_of((static_cast<double>(logit) - top) * unit);
  return log_of(total) - (static_cast<double>(logits[target]) - top) * unit;
}

template <class T>
std::uint32_t first_of_largest(std::span<const T> logits) {
  return static_cast<std::uint32_t>(std::ranges::max_element(logits) - logits.begin());
}

// What a model says of one window: the sum of surprises, and the token it puts first at each position.
struct Verdict {
  std::span<const std::uint32_t> targets;
  double surprise = 0;
  std::vector<std::uint32_t> top = {};

  template <class T>
  void add(std::span<const T> logits, double unit) {
    surprise += models::surprise(logits, targets[top.size()], unit);
    top.push_back(first_of_largest(logits));
  }
};

class FloatVerdict final : public Observer {
 public:
  explicit FloatVerdict(Verdict& verdict) : verdict_(verdict) {}
  void logits(std::uint32_t, std::span<const float> row) override { verdict_.add(row, 1); }

 private:
  Verdict& verdict_;
};

// Takes the rows of the operator `logits`, in units of 2^−12, and leaves the others.
class IntegerVerdict final : public infer::RowSink {
 public:
  IntegerVerdict(Verdict& verdict, const infer::Config& config)
      : verdict_(verdict), op_(infer::op_index(config, infer::OpKind::logits, 0)), logits_(config.vocab) {}
  void row(std::uint32_t op, std::uint32_t, ByteView bytes) override {
    if (op != op_) return;
    std::memcpy(logits_.data(), bytes.data(), bytes.size());
    verdict_.add(std::span<const std::int32_t>(logits_), 0x1p-12);
  }

 private:
  Verdict& verdict_;
  std::uint32_t op_;
  std::vector<std::int32_t> logits_;
};

}  // namespace

double Accuracy::float_bits_per_byte() const { return bits_per_byte(float_perplexity, *this); }
double Accuracy::integer_bits_per_byte() const { return bits_per_byte(integer_perplexity, *this); }

std::optional<NgramBaseline> read_ngram_baseline(const env::Path& training_json) {
  constexpr std::size_t kBytesMax = 1 << 20;
  const auto text = env::read_file(training_json, kBytesMax);
  if (!text) return std::nullopt;
  const auto root = parse_json(as_text(*text), ErrorKind::json);
  const auto* object = root ? root->if_object() : nullptr;
  const auto* member = object == nullptr ? nullptr : object->if_contains("ngram_perplexity");
  if (member == nullptr || !member->is_object()) return std::nullopt;
  std::optional<NgramBaseline> best;
  for (const auto& [key, number] : member->get_object()) {
    NgramBaseline read;
    const std::string_view order = key;
    const auto [end, failed] = std::from_chars(order.data(), order.data() + order.size(), read.order);
    if (failed != std::errc{} || end != order.data() + order.size() || !number.is_double()) return std::nullopt;
    read.perplexity = number.get_double();
    if (!best || read.perplexity < best->perplexity) best = read;
  }
  return best;
}

Accuracy measure_accuracy(const FloatModel& reference, const infer::Model& model, const infer::Tokenizer& tokenizer,
                          std::span<const std::uint32_t> tokens, infer::Isa isa, TaskPool& pool,
                          const Progress& progress) {
  AETHER_ASSERT(tokens.size() >= 2);
  const infer::Engine engine(model, pool, {.isa = isa});
  const std::size_t context = model.config().context, predicted = tokens.size() - 1;
  const std::size_t windows = (predicted + context - 1) / context;
  Accuracy out;
  double float_surprise = 0, integer_surprise = 0;
  for (std::size_t i = 0; i < windows; ++i) {
    const std::size_t first = i * context, size = std::min(context, predicted - first);
    const auto inputs = tokens.subspan(first, size), targets = tokens.subspan(first + 1, size);
    Verdict of_float{targets}, of_integers{targets};
    FloatVerdict observer(of_float);
    run_float(reference, inputs, 0, pool, observer);
    IntegerVerdict sink(of_integers, model.config());
    infer::Sequence(engine).feed(inputs, 0, &sink);
    float_surprise += of_float.surprise;
    integer_surprise += of_integers.surprise;
    for (std::size_t t = 0; t < size; ++t) out.same_top += of_float.top[t] == of_integers.top[t] ? 1 : 0;
    if (progress) progress("measure", i + 1, windows);
  }
  out.tokens = predicted;
  out.bytes = tokenizer.decode(tokens.subspan(1)).size();
  out.float_perplexity = exp_of(float_surprise / static_cast<double>(predicted));
  out.integer_perplexity = exp_of(integer_surprise / static_cast<double>(predicted));
  return out;
}

}  // namespace aether::models
