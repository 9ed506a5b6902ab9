// What was asked of a chain by JSON-RPC, how it ended and how long it took; counted from any thread without a lock.
#pragma once

#include <memory>
#include <vector>

#include "aether/api/dispatch.hpp"
#include "aether/telemetry/histogram.hpp"

namespace aether::rpc {

class RequestMeter {
 public:
  RequestMeter();
  RequestMeter(const RequestMeter&) = delete;
  RequestMeter& operator=(const RequestMeter&) = delete;
  ~RequestMeter();

  void count(const api::CallFacts& call);

  struct Ended {
    std::string_view method;  // "other": what is no method
    std::string_view code;    // "ok", or the error's name
    std::uint64_t count = 0;
  };
  [[nodiscard]] std::vector<Ended> ended() const;  // those that are not 0

  struct Took {
    std::string_view method;
    telemetry::DurationHistogram::Reading reading;
  };
  [[nodiscard]] std::vector<Took> took() const;  // of the methods that were asked

 private:
  struct OfMethod;
  std::unique_ptr<OfMethod[]> methods_;  // in the order of api::method_names(), and one more for all that is none
};

}  // namespace aether::rpc
