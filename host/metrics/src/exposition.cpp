#include "aether/metrics/exposition.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace aether::metrics {

using prometheus::ClientMetric;
using prometheus::MetricType;

Exposition::Exposition() = default;
Exposition::~Exposition() = default;

ClientMetric& Exposition::add(std::string_view name, std::string_view help, int type, const Labels& labels) {
  prometheus::MetricFamily& family = families_[std::string(name)];
  family.name = name;
  family.help = help;
  family.type = static_cast<MetricType>(type);
  ClientMetric& out = family.metric.emplace_back();
  for (const auto& [label, text] : labels) out.label.push_back({std::string(label), std::string(text)});
  return out;
}

void Exposition::gauge(std::string_view name, std::string_view help, double amount, const Labels& labels) {
  add(name, help, static_cast<int>(MetricType::Gauge), labels).gauge.value = amount;
}

void Exposition::counter(std::string_view name, std::string_view help, double amount, const Labels& labels) {
  add(name, help, static_cast<int>(MetricType::Counter), labels).counter.value = amount;
}

void Exposition::histogram(std::string_view name, std::string_view help,
                           const telemetry::DurationHistogram::Reading& reading, const Labels& labels) {
  using telemetry::DurationHistogram;
  auto& out = add(name, help, static_cast<int>(MetricType::Histogram), labels).histogram;
  for (std::size_t i = 0; i < reading.counts.size(); ++i) {
    out.sample_count += reading.counts[i];
    const double bound = i < DurationHistogram::kBounds.size()
                             ? std::chrono::duration<double>(DurationHistogram::kBounds[i]).count()
                             : std::numeric_limits<double>::infinity();
    out.bucket.push_back({out.sample_count, bound});
  }
  out.sample_sum = static_cast<double>(reading.sum_ns) / 1e9;
}

std::string Exposition::text() const {
  std::vector<prometheus::MetricFamily> all;
  all.reserve(families_.size());
  for (const auto& [name, family] : families_) all.push_back(family);
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace aether::metrics
