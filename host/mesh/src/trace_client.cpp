#include "aether/mesh/trace_client.hpp"

#include "aether/crypto/merkle.hpp"

namespace aether::mesh {

Result<TraceClient, client::UrlError> TraceClient::make(std::string_view endpoint, const TraceKey& key,
                                                        const vcr::TraceShape& shape, TraceClientOptions options) {
  AETHER_TRY(client::Url base, client::parse_url(endpoint));
  while (base.path.ends_with('/')) base.path.pop_back();
  return TraceClient(std::move(base), key, shape, options);
}

std::optional<Bytes> TraceClient::get(const vcr::Node& node, std::size_t bytes_max) {
  if (gone_) return std::nullopt;
  if (++requests_ > options_.requests_max) {
    complaint_ = "more than " + std::to_string(options_.requests_max) + " requests";
    gone_ = true;
    return std::nullopt;
  }
  client::Url url = base_;
  url.path += to_path({key_, node});
  const auto answer = client::http_get(url, {options_.request_ms_max, bytes_max});
  if (!answer) {
    complaint_ = answer.error().message;
    gone_ = answer.error().kind != client::HttpErrorKind::too_large;
    return std::nullopt;
  }
  if (answer->status != 200) {
    complaint_ = client::to_text(url) + ": HTTP status " + std::to_string(answer->status);
    return std::nullopt;
  }
  const ByteView body = as_bytes(answer->body);
  return Bytes(body.begin(), body.end());
}

std::optional<Hash> TraceClient::node(const vcr::Node& named) {
  const vcr::Node node = shape_.canonical(named);
  if (!shape_.exists(node)) return std::nullopt;
  if (shape_.is_tile(node)) {
    if (const auto padding = shape_.padding(node)) return padding;
    const auto bytes = tile(node.op, node.index);
    return bytes ? std::optional(crypto::merkle_leaf(*bytes)) : std::nullopt;
  }
  const auto bytes = get(node, Hash::kSize);
  if (!bytes) return std::nullopt;
  if (bytes->size() != Hash::kSize) {
    complaint_ = "a node of " + std::to_string(bytes->size()) + " bytes came";
    return std::nullopt;
  }
  Hash hash;
  std::copy(bytes->begin(), bytes->end(), hash.bytes.begin());
  return hash;
}

std::optional<Bytes> TraceClient::tile(std::uint32_t op, std::uint64_t leaf) {
  const vcr::Node node{op, 0, leaf};
  if (!shape_.exists(node)) return std::nullopt;
  // Twice a tile: the longest of wrong length that a proof can show.
  return get(node, 2 * std::size_t{infer::kTileBytes});
}

}  // namespace aether::mesh
