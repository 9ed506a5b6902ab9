// The program aetherctl: reads its arguments, runs one command, returns its exit code.
//
//   0  done
//   1  the chain reports a failure, or a job ended otherwise than paid
//   2  wrong usage
//   3  no answer from the chain or a worker, or not known how it ended
//   4  a file, key or password that does not do
//   5  a receipt, signature, proof, snapshot or replay that does not hold
//   6  job prove: nothing differs, the worker was honest
//
// Data goes to stdout, progress and errors to stderr. An error has a stable code, what is wrong, and what to do next.
#pragma once

namespace aether::cli {

inline constexpr const char* kRpcDefault = "http://127.0.0.1:8645";

[[nodiscard]] int run_aetherctl(int argc, const char* const* argv);

}  // namespace aether::cli
