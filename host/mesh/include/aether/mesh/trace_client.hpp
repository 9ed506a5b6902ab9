// A worker's trace over HTTP. Nothing that comes is trusted: bytes are bounded, hashes are the caller's to check, and a
// worker that is slow or gone is not asked again.
#pragma once

#include "aether/client/http.hpp"
#include "aether/mesh/trace_address.hpp"
#include "aether/vcr/trace.hpp"

namespace aether::mesh {

struct TraceClientOptions {
  std::uint32_t request_ms_max = 10'000;  // any tile must be servable within this (AI page section 2)
  std::uint32_t requests_max = 4'096;     // a proof needs a few hundred
};

class TraceClient final : public vcr::TraceSource {
 public:
  // `endpoint`: what the worker published in `accept`.
  [[nodiscard]] static Result<TraceClient, client::UrlError> make(std::string_view endpoint, const TraceKey& key,
                                                                  const vcr::TraceShape& shape,
                                                                  TraceClientOptions options = {});

  std::optional<Hash> node(const vcr::Node& node) override;
  std::optional<Bytes> tile(std::uint32_t op, std::uint64_t leaf) override;

  // Why something was not served the last time; empty when all was.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  TraceClient(client::Url base, const TraceKey& key, vcr::TraceShape shape, TraceClientOptions options)
      : base_(std::move(base)), key_(key), shape_(std::move(shape)), options_(options) {}
  std::optional<Bytes> get(const vcr::Node& node, std::size_t bytes_max);

  client::Url base_;  // its path ends without '/'
  TraceKey key_;
  vcr::TraceShape shape_;
  TraceClientOptions options_;
  std::uint32_t requests_ = 0;
  bool gone_ = false;
  std::string complaint_;
};

}  // namespace aether::mesh
