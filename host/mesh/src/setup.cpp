#include "setup.hpp"

#include <iostream>
#include <thread>

#include "aether/env/cpu.hpp"
#include "aether/models/model_file.hpp"

namespace aether::mesh {
namespace {

std::unexpected<Failure> failure(int exit, std::string message) { return fail(Failure{exit, std::move(message)}); }

// A path, or the name of a key in the directory of keys.
Outcome<env::Path> key_file(const Flags& flags) {
  if (flags.key.ends_with(".key") || flags.key.find('/') != std::string::npos) return env::Path(flags.key);
  const auto directory = flags.keys.empty() ? keystore::default_directory() : env::Path(flags.keys);
  if (!directory) return failure(kUsage, "HOME is not set, so there is no default directory of keys; give --keys DIR");
  auto path = keystore::key_path(*directory, flags.key);
  if (!path) return failure(kUsage, path.error().message);
  return std::move(*path);
}

Outcome<crypto::Seed> unlock(const Flags& flags) {
  AETHER_TRY(const auto path, key_file(flags));
  const auto password = keystore::password_from_file(flags.password_file);
  if (!password) return failure(kBadFile, password.error().message);
  auto seed = keystore::unlock_key(path, *password);
  if (!seed) return failure(kBadFile, seed.error().message);
  return std::move(*seed);
}

Outcome<ReadyModels> load_models(const Flags& flags, TaskPool& pool) {
  ReadyModels out;
  const infer::EngineOptions engine{.isa = env::cpu_features().avx2 ? infer::Isa::avx2 : infer::Isa::scalar};
  for (const std::string& directory : flags.models) {
    auto loaded = models::load_model_directory(directory);
    if (!loaded) return failure(kBadFile, loaded.error().message);
    auto held = std::make_shared<const ReadyModel>(std::move(loaded->model), loaded->tokenizer_hash, pool, engine);
    telemetry::log(telemetry::Level::info, "holds model " + to_hex0x(held->id().bytes) + " of " + directory);
    out.add(std::move(held));
  }
  return out;
}

}  // namespace

void add_flags(CLI::App& app, Flags& flags) {
  app.add_option("--rpc", flags.rpc, "URL of the chain's JSON-RPC")->capture_default_str();
  app.add_option("--key", flags.key, "key file, or the name of a key")->required();
  app.add_option("--keys", flags.keys, "directory of keys (default ~/.aether/keys)");
  app.add_option("--password-file", flags.password_file, "file whose first line opens the key")->required();
  app.add_option("--model", flags.models, "directory of a model; may be repeated")->required()->allow_extra_args(false);
  app.add_option("--threads", flags.threads, "threads that compute; 0: as many as there are cores")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  app.add_flag("--events", flags.events, "what happens as JSON lines on stdout, too");
  app.add_option("--log-level", flags.log_level, "debug, info, warn, error, off")->capture_default_str();
}

int run_program(CLI::App& app, int argc, const char* const* argv, const std::function<Outcome<void>()>& run) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  const auto done = run();
  if (done) return kDone;
  std::cerr << app.get_name() << ": " << done.error().message << '\n';
  return done.error().exit;
}

Outcome<Setup> set_up(const Flags& flags) {
  const auto level = telemetry::level_from_text(flags.log_level);
  if (!level) return failure(kUsage, "--log-level is debug, info, warn, error or off");
  telemetry::set_level(*level);
  auto url = client::parse_url(flags.rpc);
  if (!url) return failure(kUsage, "--rpc " + flags.rpc + ": " + std::string(to_string(url.error())));
  AETHER_TRY(crypto::Seed seed, unlock(flags));
  auto stop = env::StopSignal::create();
  if (!stop) return failure(kFailed, stop.error().message);
  Setup out{std::move(*stop), client::Rpc(std::move(*url)), std::move(seed), {}, {}, {}};
  out.pool = std::make_unique<env::ThreadPool>(flags.threads);
  out.events = std::make_unique<Events>(flags.events);
  AETHER_TRY(out.models, load_models(flags, *out.pool));
  return out;
}

void tell_ready(Setup& setup, boost::json::object details, const std::string& text) {
  const std::string address = to_text(address_of(crypto::ed25519_public_key(setup.seed)));
  boost::json::array models;
  for (const auto& model : setup.models.all()) models.push_back(boost::json::string(to_hex0x(model->id().bytes)));
  details["address"] = address;
  details["public_key"] = to_hex0x(crypto::ed25519_public_key(setup.seed));
  details["models"] = std::move(models);
  setup.events->tell("ready", std::move(details), address + text + " follows " + client::to_text(setup.rpc.url()));
}

Outcome<void> follow_until_signal(Setup& setup, Bell& bell, const OnBlock& on_block) {
  Result<void, std::string> followed{};
  std::thread thread([&] {
    followed = follow(setup.rpc, bell, *setup.events, on_block);
    setup.stop.request();
  });
  const int signal = setup.stop.wait();
  bell.stop();
  thread.join();
  if (!followed) return failure(kFailed, followed.error());
  setup.events->tell("stopped", {}, "stops after signal " + std::to_string(signal));
  return {};
}

}  // namespace aether::mesh
