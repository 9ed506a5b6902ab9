// Every type that comes from outside: accepted bytes re-encode to themselves, and nothing else is accepted. What has a
// verifier goes through it, for a fixed set of validators; a mask over what these honestly made is refused.
#include "aether/base/result.hpp"
#include "aether/types/block.hpp"
#include "aether/types/claim.hpp"
#include "aether/types/genesis.hpp"
#include "aether/types/shred.hpp"
#include "aether/types/utxo.hpp"
#include "aether/types/vote_tally.hpp"

namespace {

using namespace aether;

constexpr ChainId kChain{7};
constexpr Lottery kLottery{kChain, {}, Slot{1}};

Secret<32> secret(std::uint8_t validator, std::uint8_t purpose) {
  return Secret<32>(std::array<std::uint8_t, 32>{validator, purpose});
}

struct Honest {
  std::vector<Registration> registrations;
  std::vector<ValidatorSecrets> secrets;  // in the order of the set
  std::vector<ValidatorSet> set;          // one

  Honest() {
    std::vector<Bonded> bonded;
    for (std::uint8_t i = 0; i < 4; ++i) {
      const Address address{Hash{{i}}};
      secrets.push_back(
          {secret(i, 1), crypto::bls_key_gen(secret(i, 2)), secret(i, 3), crypto::KesSecretKey(secret(i, 4))});
      registrations.push_back(make_registration(kChain, address, secrets[i]));
      bonded.push_back({*verify_registration(registrations[i], kChain), u128{10} + i, 0});
    }
    set.push_back(*ValidatorSet::make(0, bonded));
  }
  Vote vote(ValidatorIndex i, VoteKind kind, std::uint8_t block) const {
    return sign_vote({kChain, kind, Slot{1}, Hash{{block}}}, i, secrets[i].bls);
  }
  template <VoteKind kKind>
  Certificate<kKind> certificate(std::uint8_t block) const {
    SerialPool pool;
    VoteTally<kKind> tally(kChain, Slot{1}, Hash{{block}}, set[0]);
    const Vote votes[] = {vote(0, kKind, block), vote(1, kKind, block), vote(3, kKind, block)};
    static_cast<void>(tally.add(votes, pool));
    return **tally.certificate();
  }
  Header header(std::uint8_t time) const {
    HeaderBody body;
    body.chain_id = kChain;
    body.time_ms = time;
    BftSealer sealer;
    sealer.parent_certificate = certificate<VoteKind::prevote>(1);
    body.sealer = sealer;
    return seal(body, secrets[0].kes);
  }
};

const Honest& honest() {
  static const Honest it;
  return it;
}

template <class T>
std::optional<T> round_trip(ByteView bytes) {
  auto content = codec::decode<T>(bytes);
  if (!content) return std::nullopt;
  const Bytes again = codec::encode(*content);
  AETHER_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  return std::move(*content);
}

// `bytes` as a T, or an honest T with these bytes laid over it.
template <class T>
std::optional<T> mutated(ByteView bytes, const T& from) {
  if (auto content = round_trip<T>(bytes)) return content;
  Bytes changed = codec::encode(from);
  for (std::size_t i = 0; i + 2 < bytes.size(); i += 3)
    changed[(bytes[i] * 256u + bytes[i + 1]) % changed.size()] ^= bytes[i + 2];
  return round_trip<T>(changed);
}

template <class T>
void only_round_trip(ByteView bytes) {
  static_cast<void>(round_trip<T>(bytes));
}

void transaction(ByteView bytes) {
  if (const auto content = round_trip<Transaction>(bytes))
    if (const auto verified = verify(*content)) AETHER_ASSERT(verified->byte_size() == bytes.size());
}

void block(ByteView bytes) {
  if (const auto content = round_trip<Block>(bytes)) {
    static_cast<void>(verify_dev_seal(content->header));
    static_cast<void>(evidence_root(content->evidence));
    static_cast<void>(recall(*content, block_hash(content->header.body)));
  }
}

void header(ByteView bytes) {
  static const Header good = honest().header(1);
  const auto content = mutated(bytes, good);
  if (content && verify_bft_seal(*content, kChain, honest().set[0])) AETHER_ASSERT(*content == good);
}

void registration(ByteView bytes) {
  const Registration& good = honest().registrations[0];
  const auto content = mutated(bytes, good);
  if (content && verify_registration(*content, kChain)) AETHER_ASSERT(*content == good);
}

void validator_list(ByteView bytes) {
  if (const auto content = mutated(bytes, honest().set[0].list()))
    if (const auto set = ValidatorSet::recall(*content, value_hash(codec::encode(*content))))
      AETHER_ASSERT(is_quorum(set->total(), set->total()));
}

void vote(ByteView bytes) {
  static const Vote good = honest().vote(1, VoteKind::prevote, 1);
  const auto content = mutated(bytes, good);
  if (!content) return;
  const bool verifies = verify_vote(*content, kChain, honest().set[0]).has_value();
  AETHER_ASSERT(verifies == (*content == good));
  SerialPool pool;
  VoteTally<VoteKind::prevote> tally(kChain, good.body.slot, good.body.block, honest().set[0]);
  AETHER_ASSERT(tally.add({&*content, 1}, pool)[0].has_value() == verifies);
}

template <VoteKind kKind>
void certificate(ByteView bytes) {
  static const Certificate<kKind> good = honest().certificate<kKind>(1);
  static CertificateVerifier verifier(kChain, honest().set[0]);
  const auto content = mutated(bytes, good);
  if (content) AETHER_ASSERT(verifier.verify<kKind>(*content).has_value() == (*content == good));
}

void late_votes(ByteView bytes) {
  static CertificateVerifier verifier(kChain, honest().set[0]);
  static const PrevoteCertificate from = honest().certificate<VoteKind::prevote>(1);
  static const LateVotes good{from.slot, VoteKind::prevote, from.signers, from.aggregate};
  const auto content = mutated(bytes, good);
  if (content) AETHER_ASSERT(verifier.verify(*content, from.block).has_value() == (*content == good));
}

void claim(ByteView bytes) {
  static const Claim good = make_claim(kLottery, 2, honest().secrets[2].vrf);
  const auto content = mutated(bytes, good);
  if (!content) return;
  const bool verifies = verify_claim(*content, kLottery, honest().set[0]).has_value();
  AETHER_ASSERT(!verifies || (content->validator == 2 && content->proof == good.proof));
  SerialPool pool;
  AETHER_ASSERT(verify_claims({&*content, 1}, kLottery, honest().set[0], {}, pool)[0].has_value() == verifies);
}

void evidence_from(ByteView bytes, const Evidence& good) {
  static CertificateVerifier verifier(kChain, honest().set[0]);
  const auto content = mutated(bytes, good);
  if (content && verify_evidence(*content, verifier)) AETHER_ASSERT(*content == good);
}
void header_pair(ByteView bytes) {
  static const Evidence good = header_evidence(honest().header(1), honest().header(2));
  evidence_from(bytes, good);
}
void vote_pair(ByteView bytes) {
  static const Evidence good =
      vote_evidence(honest().vote(1, VoteKind::precommit, 1), honest().certificate<VoteKind::prevote>(2));
  evidence_from(bytes, good);
}

constexpr void (*kChecks[])(ByteView) = {
    transaction,
    block,
    header,
    only_round_trip<Receipt>,
    only_round_trip<Genesis>,
    only_round_trip<Account>,
    only_round_trip<Supply>,
    only_round_trip<ObjectId>,
    only_round_trip<Utxo>,
    only_round_trip<Shred>,
    registration,
    validator_list,
    vote,
    certificate<VoteKind::prevote>,
    certificate<VoteKind::precommit>,
    late_votes,
    claim,
    header_pair,
    vote_pair,
    only_round_trip<BlockEvidence>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  kChecks[data[0] % std::size(kChecks)](ByteView(data + 1, size - 1));
  return 0;
}
