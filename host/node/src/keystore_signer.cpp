#include "keystore_signer.hpp"

#include "aether/telemetry/log.hpp"

namespace aether::node {

namespace {

using telemetry::Level;
using telemetry::log;

constexpr std::string_view kRenew = "renew it with `aetherctl node renew-kes`";

}  // namespace

std::optional<std::string> kes_obstacle(const KesStatus& status) {
  if (!status.is_in_set) return std::nullopt;
  const bool has_expired = status.last_epoch && status.epoch > *status.last_epoch;
  if (status.is_held && !has_expired) return std::nullopt;
  const std::string why = status.is_held
                              ? "the one that the chain counts signed until epoch " + std::to_string(*status.last_epoch)
                              : "the one that the chain counts is not in the validator's folder";
  return "a KES key: " + why + ", so it proposes nothing" +
         (status.next_epoch ? " until epoch " + std::to_string(*status.next_epoch) : "; " + std::string(kRenew));
}

std::optional<std::string> kes_warning(const KesStatus& status) {
  constexpr std::uint64_t kEpochs = std::uint64_t{limits::kKesPeriodEpochs} * keystore::kKesWarnPeriods;
  if (!status.is_in_set || !status.last_epoch || status.next_epoch || status.epoch > *status.last_epoch ||
      *status.last_epoch - status.epoch >= kEpochs)
    return std::nullopt;
  return "the KES key signs until epoch " + std::to_string(*status.last_epoch) + ", and this is epoch " +
         std::to_string(status.epoch) + ": " + std::string(kRenew);
}

std::optional<Header> KeystoreSigner::seal(HeaderBody body, const Validator& me) {
  const auto period = kes_period(body.epoch, me.kes_epoch);
  if (!period) return std::nullopt;
  const Bytes message = crypto::signing_frame(kHeaderTag, block_hash(body));
  const Registration* next = validator_.next();
  const bool is_next = next != nullptr && next->kes_key == me.kes_key;
  if (!is_next && validator_.registration().kes_key != me.kes_key) return std::nullopt;  // kes_obstacle() says so
  const auto signature = is_next ? validator_.sign_next(*period, message) : validator_.sign_kes(*period, message);
  if (!signature) {
    log(Level::error,
        "no header of epoch " + std::to_string(body.epoch) + " can be signed: " + signature.error().message);
    return std::nullopt;
  }
  return Header{std::move(body), *signature};
}

keystore::Outcome<Registration> KeystoreSigner::prepare_kes(const crypto::KesPublicKey& registered) {
  const Registration& current = validator_.registration();
  if (validator_.next() == nullptr && current.kes_key != registered && validator_.kes_period() == 0) return current;
  AETHER_CHECK(validator_.prepare_next());
  status_.next = validator_.next()->kes_key;
  return *validator_.next();
}

void KeystoreSigner::follow(const RegisteredKeys& registered) {
  const Registration* next = validator_.next();
  const bool is_next_registered = next != nullptr && next->kes_key == registered.newest;
  // Blocks of earlier epochs are final, so their headers are not wanted again.
  if (is_next_registered && registered.epoch >= registered.newest_epoch) adopt(registered.epoch);
  next = validator_.next();
  KesStatus status;
  status.epoch = registered.epoch;
  status.is_in_set = registered.in_set.has_value();
  if (registered.in_set) {
    const crypto::KesPublicKey& key = registered.in_set->kes_key;
    status.is_held = key == validator_.registration().kes_key || (next != nullptr && key == next->kes_key);
    status.last_epoch = keystore::kes_last_epoch(registered.in_set->kes_epoch);
  }
  if (next != nullptr) status.next = next->kes_key;
  const bool is_newest_held =
      next != nullptr ? is_next_registered : registered.newest == validator_.registration().kes_key;
  if (is_newest_held && registered.newest_epoch > registered.epoch) status.next_epoch = registered.newest_epoch;
  status_ = status;
  warn(registered.epoch);
}

void KeystoreSigner::adopt(std::uint64_t epoch) {
  if (const auto adopted = validator_.adopt_next(); !adopted)
    log(Level::error, "the old KES key is not erased yet: " + adopted.error().message);
  else
    log(Level::info, "the new KES key signs in epoch " + std::to_string(epoch) + ", and the old one is erased");
}

void KeystoreSigner::warn(std::uint64_t epoch) {
  if (warned_epoch_ == epoch) return;
  if (const auto obstacle = kes_obstacle(status_))
    log(Level::error, "this validator waits for " + *obstacle);
  else if (const auto warning = kes_warning(status_))
    log(Level::warn, *warning);
  else
    return;
  warned_epoch_ = epoch;
}

}  // namespace aether::node
