#include "shared_verdicts.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether::sim {

namespace {

constexpr std::size_t kKept = 4'096;

// `what` tells kinds apart whose bytes could be equal.
template <class... T>
Hash digest(std::uint8_t what, const T&... parts) {
  Bytes bytes{what};
  (append(bytes, codec::encode(parts)), ...);
  return crypto::sha256(bytes);
}

template <class Map, class Judge>
auto recall(Map& known, const typename Map::key_type& key, const Judge& judge) {
  if (const auto found = known.find(key); found != known.end()) return found->second;
  if (known.size() >= kKept) known.clear();
  return known.emplace(key, judge()).first->second;
}

}  // namespace

bool SharedVerdicts::verify_header(const Header& header, const ValidatorSet& set) {
  return recall(verdicts_, {&set, digest(0, header)}, [&] { return real_->verify_header(header, set); });
}

std::optional<crypto::VrfOutput> SharedVerdicts::verify_claim(const Claim& claim, const Lottery& lottery,
                                                              const ValidatorSet& set) {
  return recall(outputs_, {&set, digest(0, claim, lottery)}, [&] { return real_->verify_claim(claim, lottery, set); });
}

bool SharedVerdicts::verify_certificate(const PrevoteCertificate& certificate, const ValidatorSet& set) {
  return recall(verdicts_, {&set, digest(1, certificate)}, [&] { return real_->verify_certificate(certificate, set); });
}

bool SharedVerdicts::verify_certificate(const PrecommitCertificate& certificate, const ValidatorSet& set) {
  return recall(verdicts_, {&set, digest(2, certificate)}, [&] { return real_->verify_certificate(certificate, set); });
}

}  // namespace aether::sim
