// A page of metrics as Prometheus reads it (text format 0.0.4).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "aether/telemetry/histogram.hpp"

namespace prometheus {
struct ClientMetric;
struct MetricFamily;
}  // namespace prometheus

namespace aether::metrics {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

// Names, labels and units as https://prometheus.io/docs/practices/naming says. A family is added to as often as one
// likes.
class Exposition {
 public:
  Exposition();
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;
  ~Exposition();

  void gauge(std::string_view name, std::string_view help, double amount, const Labels& labels = {});
  void counter(std::string_view name, std::string_view help, double amount, const Labels& labels = {});
  void histogram(std::string_view name, std::string_view help, const telemetry::DurationHistogram::Reading& reading,
                 const Labels& labels = {});

  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";
  [[nodiscard]] std::string text() const;

 private:
  prometheus::ClientMetric& add(std::string_view name, std::string_view help, int type, const Labels& labels);

  std::map<std::string, prometheus::MetricFamily, std::less<>> families_;
};

}  // namespace aether::metrics
