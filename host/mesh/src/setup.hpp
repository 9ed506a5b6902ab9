// What both programs begin with: flags, key, models, and a thread that follows the chain until a signal.
#pragma once

#include <CLI/CLI.hpp>

#include "aether/env/stop_signal.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/keystore/keystore.hpp"
#include "aether/mesh/follower.hpp"
#include "aether/mesh/models.hpp"

namespace aether::mesh {

enum Exit : int { kDone = 0, kFailed = 1, kUsage = 2, kBadFile = 4 };

struct Failure {
  int exit = kFailed;
  std::string message;  // what is wrong, and what to do
};
template <class T>
using Outcome = Result<T, Failure>;

struct Flags {
  std::string rpc = "http://127.0.0.1:8645";
  std::string key;
  std::string keys;
  std::string password_file;
  std::vector<std::string> models;
  std::size_t threads = 0;
  bool events = false;
  std::string log_level = "info";
};
void add_flags(CLI::App& app, Flags& flags);

// Parses, runs and reports; the exit code.
[[nodiscard]] int run_program(CLI::App& app, int argc, const char* const* argv,
                              const std::function<Outcome<void>()>& run);

struct Setup {
  env::StopSignal stop;
  client::Rpc rpc;
  crypto::Seed seed;
  std::unique_ptr<env::ThreadPool> pool;
  ReadyModels models;
  std::unique_ptr<Events> events;
};
[[nodiscard]] Outcome<Setup> set_up(const Flags& flags);

// The first event: who this is and what it holds, with `details`.
void tell_ready(Setup& setup, boost::json::object details, const std::string& text);

// Follows the chain on a thread of its own until SIGINT or SIGTERM, or until another chain answers.
[[nodiscard]] Outcome<void> follow_until_signal(Setup& setup, Bell& bell, const OnBlock& on_block);

}  // namespace aether::mesh
