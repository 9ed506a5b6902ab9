// A registration as a file of JSON (api/json.hpp), for whoever sends it to the chain: {"version": 1, "registration":
// …}. Nothing in it is secret.
#pragma once

#include "aether/keystore/keystore.hpp"
#include "aether/types/registration.hpp"

namespace aether::keystore {

inline constexpr std::string_view kRegistrationFile = "registration.json";  // in a validator's folder
inline constexpr std::uint8_t kRegistrationVersion = 1;
inline constexpr std::size_t kRegistrationBytesMax = 4096;

[[nodiscard]] std::string registration_text(const Registration& registration);
// Well-formed, and no more; the error says where it is not.
[[nodiscard]] Result<Unverified<Registration>, std::string> registration_from_text(std::string_view text);

// ErrorKind::not_found, damaged or environment.
[[nodiscard]] Outcome<Unverified<Registration>> read_registration(const env::Path& path);

}  // namespace aether::keystore
