// Votes that no certificate of the chain has, as proposers add them for attendance.
#include "net.hpp"

namespace aether::consensus::testing {
namespace {

// The voters whom headers up to `block` name, by slot.
std::map<Slot, Bytes> named_up_to(const Net& net, Hash block) {
  std::map<Slot, Bytes> named;
  const auto name = [&](const auto& certificate) {
    if (!certificate) return;
    Bytes& all = named[certificate->slot];
    all.resize(certificate->signers.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] |= certificate->signers[i];
  };
  for (auto at = net.headers().find(block); at != net.headers().end();
       at = net.headers().find(at->second.body.parent_hash)) {
    const auto& sealer = std::get<BftSealer>(at->second.body.sealer);
    name(sealer.parent_certificate);
    name(sealer.final_certificate);
  }
  return named;
}

std::optional<Hash> block_of(const Net& net, Hash last, Slot slot) {
  for (auto at = net.headers().find(last); at != net.headers().end();
       at = net.headers().find(at->second.body.parent_hash))
    if (at->second.body.slot == slot) return at->first;
  return std::nullopt;
}

// One node's votes come when all others have their certificates; before the true one, or in its place, a forged one.
TEST(LateVotes, hold_and_name_only_whom_no_header_names) {
  constexpr std::size_t kLate = 3;
  Net net({1, 1, 1, 1});
  net.filter = [&](std::size_t from, std::size_t, const Message& message) {
    return from != kLate || !std::holds_alternative<Vote>(message);
  };
  net.heard = [&](std::size_t from, const Message& message) {
    const auto* vote = std::get_if<Vote>(&message);
    if (vote == nullptr || from != kLate) return;
    Vote forged = *vote;
    forged.signature = net.validators().vote(0, vote->body.kind, Slot{99}, vote->body.block).signature;
    for (std::size_t to = 0; to < kLate; ++to) {
      if (to != 0) net.post(to, Received{77, forged}, 2 * net.delay_us);
      if (to != 2) net.post(to, Received{kLate, *vote}, 2 * net.delay_us + 1);
    }
  };
  net.start();
  net.run_for(4'000'000);
  ASSERT_GE(agreed_length(net), 10u);

  CertificateVerifier verifier(kChain, net.set());
  std::size_t lists = 0;
  for (std::size_t i = 0; i < kLate; ++i) {
    for (const Build& build : net.nodes[i].builds) {
      const auto named = named_up_to(net, build.parent);
      std::set<std::pair<Slot, ValidatorIndex>> of_lists;
      for (const LateVotes& votes : build.late_votes) {
        ++lists;
        const auto block = block_of(net, build.parent, votes.slot);
        ASSERT_TRUE(block.has_value());
        EXPECT_TRUE(verifier.verify(Unverified(votes), *block).has_value());
        const auto headers = named.find(votes.slot);
        for (ValidatorIndex v = 0; v < net.set().size(); ++v) {
          if (!crypto::has_signer(votes.signers, v)) continue;
          EXPECT_FALSE(headers != named.end() && crypto::has_signer(headers->second, v));
          EXPECT_TRUE(of_lists.insert({votes.slot, v}).second);
        }
      }
    }
  }
  EXPECT_GE(lists, 3u);
  EXPECT_TRUE(net.nodes[0].blames.empty());
  for (const std::size_t i : {1u, 2u}) {
    EXPECT_FALSE(net.nodes[i].blames.empty());
    for (const Blame& blame : net.nodes[i].blames) EXPECT_EQ(blame.peer, 77u);
  }
}

}  // namespace
}  // namespace aether::consensus::testing
