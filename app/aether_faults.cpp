// aether-faults: the fault proxy of a network on this machine (host/faults). `aetherctl devnet` starts and ends it.
#include <sys/resource.h>

#include <iostream>

#include "aether/env/stop_signal.hpp"
#include "aether/faults/proxy.hpp"

namespace {

constexpr std::string_view kUsage =
    "usage: aether-faults DIR\n\n"
    "Carries UDP and TCP between the nodes of a network on this machine, with the delays, losses and cuts that\n"
    "DIR/faults.rules says, until SIGTERM. `aetherctl devnet up --faults` makes such a network and starts this.\n"
    "Exit codes: 0 ended by a signal; 2 wrong usage; 4 bad rules, or a port that is taken.\n";

// Each gate holds two sockets, and each connection another one.
void allow_many_sockets() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view word = argc == 2 ? argv[1] : "";
  if (word.empty() || word.starts_with('-')) {
    const bool help = word == "--help" || word == "-h";
    (help ? std::cout : std::cerr) << kUsage;
    return help ? 0 : 2;
  }
  allow_many_sockets();
  const auto stop = aether::env::StopSignal::create();
  const auto proxy = stop ? aether::faults::Proxy::start(word) : aether::fail(stop.error());
  if (!proxy) {
    std::cerr << "aether-faults: " << proxy.error().message << "\n";
    return 4;
  }
  (void)stop->wait();
  return 0;
}
