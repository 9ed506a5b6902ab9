// Modules, logs and the ends of calls as text and JSON.
#pragma once

#include "contract_module.hpp"
#include "contract_values.hpp"

namespace aether::cli {

// The steps that compiling it costs; a failure where the chain would refuse to publish it, by the chain's own rules.
[[nodiscard]] Result<std::uint64_t, Failure> judge_module(ByteView module);

// Code hash, size, imports, exports, methods, and what compiling costs where it can be published; a failure when the
// bytes are no module.
[[nodiscard]] CommandResult describe_module(ByteView module);

// A line a log, and the same as JSON; `types` as in decode_values, bytes where they are empty.
struct ShownLogs {
  std::string text;
  boost::json::array array;
};
[[nodiscard]] Result<void, Failure> add_log(const Log& log, const std::string& types, ShownLogs& out);

// Adds what a call returned and logged.
[[nodiscard]] Result<void, Failure> add_result(ByteView output, std::span<const Log> logs, const std::string& returns,
                                               Output& out);

// Whether it is a code of a contract's own: 10 000 + code.
[[nodiscard]] bool is_contract_code(ResultCode code);
// The code's name: "contract_N" for a contract's own N, else the chain's name for it.
[[nodiscard]] std::string outcome_name(ResultCode code, const std::string& name);
// Why a call failed: a contract's own code, or one of the chain.
[[nodiscard]] Failure call_failure(ResultCode code, const std::string& name, std::string next);

}  // namespace aether::cli
