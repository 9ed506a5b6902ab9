#include "keystore_signer.hpp"

#include "aether/telemetry/log.hpp"

namespace aether::node {

std::optional<Header> KeystoreSigner::seal(HeaderBody body, const Validator& me) {
  const auto period = kes_period(body.epoch, me.kes_epoch);
  if (!period) return std::nullopt;
  const auto signature = validator_.sign_kes(*period, crypto::signing_frame(kHeaderTag, block_hash(body)));
  if (!signature) {
    telemetry::log(telemetry::Level::error,
                   "no header of epoch " + std::to_string(body.epoch) + " can be signed: " + signature.error().message);
    return std::nullopt;
  }
  return Header{std::move(body), *signature};
}

}  // namespace aether::node
