// The consensus machine: what an event costs, what a slot costs a validator beside commonware-consensus's simplex, and
// certificates. Row 3 and 4 of `./aether bench crypto` are their cryptography alone.
//
//   aether-bench-consensus [--check]   a line of JSON on stdout for each figure
#include <aether_consensus_peers.h>

#include <cstdio>

#include "counted.hpp"
#include "network.hpp"

namespace aether::bench {
namespace {

using namespace consensus;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "aether-bench-consensus: %s\n", what);
  std::exit(70);
}

// Before a network is timed.
constexpr std::uint64_t kWarmUp = 3;

struct Times {
  std::vector<double> all;
  void sort() { std::stable_sort(all.begin(), all.end()); }
  [[nodiscard]] double least() const { return all.front(); }
  [[nodiscard]] double median() const { return all[all.size() / 2]; }
  [[nodiscard]] double most() const { return all.back(); }
};
template <class F>
Times times_of(std::size_t rounds, const F& round) {
  Times times;
  for (std::size_t i = 0; i < rounds; ++i) times.all.push_back(round());
  times.sort();
  return times;
}

const char* name_of(bool real_keys) { return real_keys ? "real" : "ideal"; }

void replay(Consensus& machine, const Recording& recording) {
  static_cast<void>(machine.start(recording.began));
  for (const Step& step : recording.steps) static_cast<void>(machine.step(step.event, step.now));
  require(machine.final_slot() == recording.final_slot && machine.final_block() == recording.final_block,
          "a machine that is asked the same says something else");
}

// The first validator's machine alone, fed with what it was asked in a run of all.
void machine_alone(Chain& chain, const Recording& recording, std::size_t rounds) {
  const Times times = times_of(rounds, [&] {
    VoteMessages messages;
    const auto authenticator = chain.authenticator(messages);
    const auto signer = chain.signer(0, messages);
    Consensus machine = chain.machine(*authenticator, *signer);
    return seconds_of([&] { replay(machine, recording); });
  });
  const auto events = static_cast<double>(recording.steps.size());
  const auto final = static_cast<double>(recording.final_slot.raw());
  std::printf(
      "{\"what\": \"machine\", \"validators\": %zu, \"keys\": \"%s\", \"slots\": %.0f, \"events_per_slot\": %.1f, "
      "\"events_per_s\": %.0f, \"events_per_s_median\": %.0f, \"slot_us\": %.2f, \"slot_us_median\": %.2f}\n",
      chain.set().size(), name_of(chain.options().real_keys), final, events / final, events / times.least(),
      events / times.median(), 1e6 * times.least() / final, 1e6 * times.median() / final);
  std::fflush(stdout);
}

// What of a slot its signatures take.
void signature_work(Chain& chain, const Recording& recording) {
  Work work;
  VoteMessages messages;
  CountedAuthenticator authenticator(chain.authenticator(messages), work);
  CountedSigner signer(chain.signer(0, messages), work);
  Consensus machine = chain.machine(authenticator, signer);
  replay(machine, recording);
  const auto final = static_cast<double>(recording.final_slot.raw());
  for (std::size_t kind = 0; kind < Work::kinds; ++kind) {
    const Work::Sum& sum = work.sums[kind];
    std::printf(
        "{\"what\": \"signatures\", \"validators\": %zu, \"operation\": \"%s\", \"per_slot\": %.2f, "
        "\"slot_us\": %.1f}\n",
        chain.set().size(), Work::kNames[kind].data(), static_cast<double>(sum.count) / final, 1e6 * sum.s / final);
  }
  std::fflush(stdout);
}

// All validators in one thread, ours and the peer in turn: CPU time of a final block and validator.
void beside_simplex(Chain& chain, std::uint64_t blocks, std::size_t rounds) {
  const Options& options = chain.options();
  const auto n = static_cast<double>(options.validators);
  Times ours, peer, ratios;
  double block_ms = 0, peer_block_ms = 0;
  for (std::size_t i = 0; i < rounds; ++i) {
    Network network(chain);
    network.run(kWarmUp);
    const std::uint64_t first = network.final_slots();
    const sim::Micros began = network.now();
    const double s = seconds_of([&] { network.run(first + blocks); });
    const auto final = static_cast<double>(network.final_slots() - first);
    block_ms = 1e-3 * static_cast<double>(network.now() - began) / final;
    ours.all.push_back(s / final / n);
    const aether_simplex_run run =
        aether_simplex(static_cast<std::uint32_t>(options.validators), kWarmUp, blocks, options.latency_us / 1'000,
                       options.jitter_us / 1'000, options.real_keys ? 1 : 0, cpu_s);
    require(run.blocks >= blocks, "simplex did not finalize");
    const auto peer_final = static_cast<double>(run.blocks);
    peer_block_ms = 1e3 * run.simulated_s / peer_final;
    peer.all.push_back(run.cpu_s / peer_final / n);
    ratios.all.push_back(peer.all.back() / ours.all.back());
  }
  ours.sort(), peer.sort(), ratios.sort();
  std::printf(
      "{\"what\": \"network\", \"validators\": %zu, \"keys\": \"%s\", \"blocks\": %llu, \"rounds\": %zu, "
      "\"block_us\": %.2f, \"block_us_median\": %.2f, \"peer_block_us\": %.2f, \"peer_block_us_median\": %.2f, "
      "\"ratio\": %.3f, \"ratio_min\": %.3f, \"ratio_max\": %.3f, \"interval_ms\": %.1f, \"peer_interval_ms\": %.1f}\n",
      options.validators, name_of(options.real_keys), static_cast<unsigned long long>(blocks), rounds,
      1e6 * ours.least(), 1e6 * ours.median(), 1e6 * peer.least(), 1e6 * peer.median(), ratios.median(), ratios.least(),
      ratios.most(), block_ms, peer_block_ms);
  std::fflush(stdout);
}

// As the machine does it: all votes of a slot into one ballot, and the certificate of another node's.
void certificates(Chain& chain, std::size_t rounds) {
  const ValidatorSet& set = chain.set();
  const VoteBody body{.chain_id = sim::kChain,
                      .kind = VoteKind::precommit,
                      .slot = Slot{7},
                      .block = crypto::tagged_hash("bench/block", {})};
  VoteMessages messages;
  std::vector<Vote> votes;
  for (std::size_t i = 0; i < set.size(); ++i)
    votes.push_back(chain.signer(i, messages)->sign_vote(body, static_cast<ValidatorIndex>(i)));

  PrecommitCertificate certificate{.slot = body.slot, .block = body.block, .signers = {}, .aggregate = {}};
  const auto authenticator = chain.authenticator(messages);
  const Times building = times_of(rounds, [&] {
    return seconds_of([&] {
      const auto ballot = authenticator->open_ballot(body, set);
      for (const bool good : ballot->add(votes)) require(good, "a vote was refused");
      certificate.signers = Signers(Bytes(ballot->signers().begin(), ballot->signers().end()));
      const auto aggregate = ballot->aggregate();
      require(aggregate.has_value(), "no certificate");
      certificate.aggregate = *aggregate;
    });
  });
  Times first, again;
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto fresh = chain.authenticator(messages);
    const auto verify = [&] { require(fresh->verify_certificate(certificate, set), "a certificate was refused"); };
    first.all.push_back(seconds_of(verify));
    again.all.push_back(seconds_of(verify));
  }
  first.sort(), again.sort();
  std::printf(
      "{\"what\": \"certificate\", \"validators\": %zu, \"build_us\": %.1f, \"build_us_median\": %.1f, "
      "\"votes_per_s\": %.0f, \"verify_first_us\": %.1f, \"verify_us\": %.1f, \"verify_us_median\": %.1f}\n",
      set.size(), 1e6 * building.least(), 1e6 * building.median(), static_cast<double>(set.size()) / building.least(),
      1e6 * first.median(), 1e6 * again.least(), 1e6 * again.median());
  std::fflush(stdout);
}

struct Size {
  std::size_t validators;
  std::uint64_t ideal_slots, real_slots;  // of a run
};

int run(std::span<char*> arguments) {
  std::vector<Size> sizes{{4, 1'000, 100}, {31, 100, 10}, {100, 8, 3}};
  std::size_t rounds = 7;
  for (const char* argument : arguments) {
    require(std::string_view(argument) == "--check", "unknown option");
    sizes = {{4, 5, 3}};
    rounds = 1;
  }
  for (const bool real_keys : {false, true})
    for (const Size& size : sizes) {
      Chain chain({.validators = size.validators, .real_keys = real_keys});
      const std::uint64_t slots = real_keys ? size.real_slots : size.ideal_slots;
      const Recording recording = Network(chain).record(slots);
      machine_alone(chain, recording, rounds);
      if (real_keys) signature_work(chain, recording), certificates(chain, rounds);
      beside_simplex(chain, slots, rounds);
    }
  return 0;
}

}  // namespace
}  // namespace aether::bench

int main(int argc, char** argv) {
  return aether::bench::run(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
}
