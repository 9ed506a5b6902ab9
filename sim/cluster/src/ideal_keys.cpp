#include "aether/cluster/ideal_keys.hpp"

#include <cstring>

#include "aether/world/random.hpp"

namespace aether::sim {

namespace {

using Token = IdealKeys::Token;

std::uint64_t word(const Hash& hash, std::size_t at) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out |= std::uint64_t{hash.bytes[8 * at + i]} << (8 * i);
  return out;
}

void put(std::span<std::uint8_t, 16> to, const Token& token) {
  for (std::size_t i = 0; i < 8; ++i) {
    to[i] = static_cast<std::uint8_t>(token.low >> (8 * i));
    to[8 + i] = static_cast<std::uint8_t>(token.high >> (8 * i));
  }
}

Token token_in(std::span<const std::uint8_t, 16> bytes) {
  Token token;
  for (std::size_t i = 0; i < 8; ++i) {
    token.low |= std::uint64_t{bytes[i]} << (8 * i);
    token.high |= std::uint64_t{bytes[8 + i]} << (8 * i);
  }
  return token;
}

template <std::size_t N>
std::array<std::uint8_t, N> bytes_of(const Token& token) {
  std::array<std::uint8_t, N> out{};
  put(std::span(out).template first<16>(), token);
  return out;
}

crypto::VrfOutput output_of(const Token& token) {
  crypto::VrfOutput out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(mix(token.low ^ mix(token.high + i / 8)) >> (i % 8 * 8));
  return out;
}

class IdealBallot final : public consensus::Ballot {
 public:
  IdealBallot(const IdealKeys& keys, const VoteBody& body, const ValidatorSet& set)
      : keys_(keys), body_(body), set_(set), signers_(set.signers_size()) {}

  std::unique_ptr<consensus::Ballot> clone() const override { return std::make_unique<IdealBallot>(*this); }
  std::vector<bool> add(std::span<const Vote> votes) override {
    std::vector<bool> verdicts;
    for (const Vote& vote : votes) {
      bool counted = vote.body == body_ && vote.signer < set_.size() && !crypto::has_signer(signers_, vote.signer);
      if (counted) {
        const Token token = keys_.vote(set_.at(vote.signer).address, body_);
        counted = vote.signature == bytes_of<96>(token);
        if (counted) {
          crypto::set_signer(signers_, vote.signer);
          sum_ += token;
        }
      }
      verdicts.push_back(counted);
    }
    return verdicts;
  }
  ByteView signers() const override { return signers_; }
  std::optional<crypto::BlsSignatureBytes> aggregate() const override { return bytes_of<96>(sum_); }

 private:
  const IdealKeys& keys_;
  VoteBody body_;
  const ValidatorSet& set_;
  Bytes signers_;
  Token sum_;
};

template <VoteKind kKind>
bool verify(const IdealKeys& keys, const Certificate<kKind>& certificate, const ValidatorSet& set) {
  if (certificate.signers.size() != set.signers_size()) return false;
  for (std::size_t i = set.size(); i < 8 * certificate.signers.size(); ++i)
    if (crypto::has_signer(certificate.signers, i)) return false;
  if (!is_quorum(set.weight_of(certificate.signers), set.total())) return false;
  const VoteBody body{kChain, kKind, certificate.slot, certificate.block};
  Token sum;
  for (std::size_t i = 0; i < set.size(); ++i)
    if (crypto::has_signer(certificate.signers, i))
      sum += keys.vote(set.at(static_cast<ValidatorIndex>(i)).address, body);
  return certificate.aggregate == bytes_of<96>(sum);
}

}  // namespace

Token IdealKeys::token(std::uint64_t purpose, const Address& signer, const Hash& what, std::uint64_t more) const {
  std::uint64_t low = mix(secret_ ^ mix(purpose ^ mix(more)));
  for (std::size_t i = 0; i < 2; ++i) low = mix(low ^ word(signer.hash, i));
  for (std::size_t i = 0; i < 4; ++i) low = mix(low ^ word(what, i));
  return {low, mix(low ^ secret_)};
}

Token IdealKeys::vote(const Address& signer, const VoteBody& body) const {
  return token(body.kind == VoteKind::prevote ? 1 : 2, signer, body.block, mix(body.slot.raw()) ^ body.chain_id.raw());
}
Token IdealKeys::header(const Address& signer, const Hash& block) const { return token(3, signer, block, 0); }
Token IdealKeys::claim(const Address& signer, const Lottery& lottery) const {
  return token(4, signer, lottery.randomness, mix(lottery.slot.raw()) ^ lottery.chain_id.raw());
}

bool IdealAuthenticator::verify_header(const Header& header, const ValidatorSet& set) {
  const auto* sealer = std::get_if<BftSealer>(&header.body.sealer);
  const auto* signature = std::get_if<crypto::KesSignature>(&header.signature);
  if (sealer == nullptr || signature == nullptr || header.body.chain_id != kChain || header.body.epoch != set.epoch() ||
      sealer->proposer >= set.size())
    return false;
  const Token token = keys_.header(set.at(sealer->proposer).address, block_hash(header.body));
  return *signature == bytes_of<std::tuple_size_v<crypto::KesSignature>>(token);
}

std::optional<crypto::VrfOutput> IdealAuthenticator::verify_claim(const Claim& claim, const Lottery& lottery,
                                                                  const ValidatorSet& set) {
  if (claim.slot != lottery.slot || claim.validator >= set.size()) return std::nullopt;
  const Token token = keys_.claim(set.at(claim.validator).address, lottery);
  if (claim.proof != bytes_of<80>(token)) return std::nullopt;
  return output_of(token);
}

std::optional<crypto::VrfOutput> IdealAuthenticator::claimed_output(const Claim& claim) {
  return output_of(token_in(std::span(claim.proof).first<16>()));
}

bool IdealAuthenticator::verify_certificate(const PrevoteCertificate& certificate, const ValidatorSet& set) {
  return verify(keys_, certificate, set);
}
bool IdealAuthenticator::verify_certificate(const PrecommitCertificate& certificate, const ValidatorSet& set) {
  return verify(keys_, certificate, set);
}

std::unique_ptr<consensus::Ballot> IdealAuthenticator::open_ballot(const VoteBody& body, const ValidatorSet& set) {
  return std::make_unique<IdealBallot>(keys_, body, set);
}

Vote IdealSigner::sign_vote(const VoteBody& body, ValidatorIndex index) {
  return {body, index, bytes_of<96>(keys_.vote(address_, body))};
}
Claim IdealSigner::make_claim(const Lottery& lottery, ValidatorIndex index) {
  return {lottery.slot, index, bytes_of<80>(keys_.claim(address_, lottery))};
}
std::optional<Header> IdealSigner::seal(HeaderBody body, const Validator&) {
  const Token token = keys_.header(address_, block_hash(body));
  return Header{std::move(body), bytes_of<std::tuple_size_v<crypto::KesSignature>>(token)};
}

}  // namespace aether::sim
