// devnet.plan as text: what a network was made with, one "name value" a line.
#pragma once

#include "aether/devnet/devnet.hpp"

namespace aether::devnet {

inline constexpr std::string_view kPlanFile = "devnet.plan";
inline constexpr std::size_t kPlanBytesMax = 1024 * 1024;  // a genesis full of accounts fits

[[nodiscard]] std::string to_text(const Plan& plan);
// None when it is not a plan of this version.
[[nodiscard]] std::optional<Plan> plan_from_text(std::string_view text);

}  // namespace aether::devnet
