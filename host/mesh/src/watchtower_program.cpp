#include "aether/mesh/program.hpp"
#include "aether/mesh/watchtower.hpp"
#include "setup.hpp"

namespace aether::mesh {
namespace {

struct WatchtowerFlags {
  Flags common;
  std::string only_buyer;
  std::string session_bond_max;
  bool exits = false;
  bool answers = false;
};

std::unexpected<Failure> usage(std::string message) { return fail(Failure{kUsage, std::move(message)}); }

Outcome<agents::WatchtowerOptions> options_of(const WatchtowerFlags& flags) {
  agents::WatchtowerOptions out;
  out.exits = flags.exits;
  out.answers = flags.answers;
  if (!flags.session_bond_max.empty()) {
    const auto bond = amount_from_text(flags.session_bond_max);
    if (!bond) return usage("--session-bond-max " + flags.session_bond_max + " is not an amount of AIC, as 10");
    out.session_bond_max = *bond;
  }
  if (!flags.only_buyer.empty()) {
    const auto buyer = address_from_text(flags.only_buyer);
    if (!buyer) return usage("--only-buyer: no address: " + std::string(to_string(buyer.error())));
    out.only_buyer = *buyer;
  }
  return out;
}

Outcome<void> watch(const WatchtowerFlags& flags) {
  AETHER_TRY(agents::WatchtowerOptions options, options_of(flags));
  AETHER_TRY(Setup setup, set_up(flags.common));
  const ChainReader chain(setup.rpc);
  Bell bell;
  Watchtower tower(WatchtowerGround{chain, setup.models, *setup.events, bell}, setup.seed, std::move(options));
  tell_ready(setup, {}, "");
  return follow_until_signal(setup, bell, [&](const auto& now) { return tower.on_block(now); });
}

}  // namespace

int run_watchtower(int argc, const char* const* argv) {
  CLI::App app{"Runs again what workers hand in, and convicts those who are wrong.", "aether-watchtower"};
  WatchtowerFlags flags;
  add_flags(app, flags.common);
  app.add_option("--only-buyer", flags.only_buyer, "audit the jobs of this address only");
  app.add_option("--session-bond-max", flags.session_bond_max, "AIC that a descent may lock (default: what it asks)");
  app.add_flag("--exits", flags.exits, "settle and expire jobs of others for their fee");
  app.add_flag("--answers", flags.answers, "answer descents for honest workers that are silent");
  app.footer(
      "Everything it must know after a restart is on the chain. SIGINT or SIGTERM ends it.\n"
      "Example:\n  aether-watchtower --key tower --password-file FILE --model models/aether-tiny");
  return run_program(app, argc, argv, [&] { return watch(flags); });
}

}  // namespace aether::mesh
