#include "aether/mesh/watchtower.hpp"

#include "aether/crypto/sha256.hpp"
#include "notes.hpp"

namespace aether::mesh {
namespace {

agents::WatchtowerOptions complete(agents::WatchtowerOptions options, const ReadyModels& models,
                                   const crypto::Seed& seed) {
  options.models = models.held();
  options.secret = crypto::tagged_hash("aether/mesh/watchtower-secret", seed.view());
  return options;
}

}  // namespace

Watchtower::Watchtower(const WatchtowerGround& ground, const crypto::Seed& seed, agents::WatchtowerOptions options)
    : ground_(ground),
      me_(crypto::ed25519_public_key(seed)),
      agent_(me_, complete(std::move(options), ground.models, seed)),
      observer_(ground.chain, me_.address),
      sender_(ground.chain.rpc(), seed.clone()),
      auditor_(ground.chain, ground.models,
               [this](agents::WatchtowerEvent event, const std::string& text) { done(std::move(event), text); }) {}

client::Outcome<void> Watchtower::on_block(const api::GetChainIdAnswer& chain) {
  AETHER_TRY(const auto seen, observer_.observe(chain, [this](const Hash& job) { return agent_.tracks(job); }));
  const Slot tip = chain.at.slot;
  AETHER_CHECK(sender_.pump(tip));
  auto effects = agent_.step(seen->observation, take_events(tip), auditor_);
  auditor_.release();
  for (auto& effect : effects) carry_out(std::move(effect), *seen);
  AETHER_CHECK(sender_.pump(tip));
  if (!sender_.complaint().empty())
    ground_.events.tell_changed("send", "not_sent", {{"reason", sender_.complaint()}}, sender_.complaint());
  return {};
}

std::vector<agents::WatchtowerEvent> Watchtower::take_events(Slot tip) {
  std::vector<agents::WatchtowerEvent> out;
  {
    const std::lock_guard lock(mutex_);
    out.swap(events_);
  }
  for (const agents::SendEnded& ended : sender_.take_ended(tip)) out.emplace_back(ended);
  return out;
}

void Watchtower::carry_out(agents::WatchtowerEffect effect, const Seen& seen) {
  if (auto* send = std::get_if<agents::Send>(&effect)) {
    sender_.add(std::move(*send), seen.observation.slot);
  } else if (auto* audit = std::get_if<agents::Audit>(&effect)) {
    const programs::Job* job = seen.living(audit->job);
    ground_.events.tell("auditing", {{"job", to_hex0x(audit->job.bytes)}},
                        "job " + short_id(audit->job) + ": runs it again");
    auditor_.start(AuditTask{std::move(*audit), job == nullptr ? 0 : job->attempt});
  } else if (const auto* moves = std::get_if<agents::ReadMoves>(&effect)) {
    auditor_.start(*moves);
  } else if (const auto* drop = std::get_if<agents::DropAudit>(&effect)) {
    auditor_.drop(drop->job);
  } else if (const auto* note = std::get_if<agents::Note>(&effect)) {
    tell(ground_.events, *note, seen);
  }
}

void Watchtower::done(agents::WatchtowerEvent event, const std::string& text) {
  if (!text.empty()) ground_.events.tell("audit_trouble", {{"reason", text}}, text, telemetry::Level::warn);
  {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  ground_.bell.ring();
}

}  // namespace aether::mesh
