// What all commands of `devnet` share, and the fault proxy's part.
#pragma once

#include "aether/devnet/devnet.hpp"
#include "support.hpp"

namespace aether::cli {

[[nodiscard]] Failure failure_of(const devnet::Error& error);
[[nodiscard]] Result<env::Path, Failure> devnet_directory(const Arguments& arguments);
[[nodiscard]] Result<devnet::Devnet, Failure> open_devnet(const Arguments& arguments, devnet::Use use);

// Whether an option names the fault proxy.
[[nodiscard]] bool asks_for_faults(const Arguments& arguments);
// --delay-ms and the like, for every direction or that of --from and --to.
[[nodiscard]] Result<void, Failure> change_faults(const Arguments& arguments, devnet::Devnet& net);
[[nodiscard]] std::string text_of(const faults::Rules& rules);
[[nodiscard]] boost::json::value json_of(const faults::Rules& rules);

}  // namespace aether::cli
