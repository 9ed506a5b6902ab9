// contract build.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "aether/env/file.hpp"
#include "aether/types/contract.hpp"
#include "contract_text.hpp"

namespace aether::cli {
namespace {

constexpr const char* kCompiler = "clang++-19";
constexpr const char* kLinker = "wasm-ld-19";

// Everything that decides about the bytes, beside the sources and the SDK.
constexpr std::array kFlags{
    "--target=wasm32", "-std=c++23", "-O2",
    // WebAssembly 1.0 and what every engine has beside it; nothing that a newer compiler would add by itself.
    "-mcpu=mvp", "-mbulk-memory", "-msign-ext", "-mmutable-globals",
    // No library, no unwinding, no guards of static locals.
    "-ffreestanding", "-nostdlib", "-nostdinc++", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics",
    "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra",
    // A stack that grows out of its 64 KiB traps at address 0.
    "-Wl,--no-entry,--strip-all,--gc-sections,--stack-first,--no-growable-memory,-z,stack-size=65536"};

bool in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  const std::string all = path == nullptr ? "" : path;
  for (std::size_t at = 0; at <= all.size();) {
    const std::size_t end = std::min(all.find(':', at), all.size());
    if (::access((all.substr(at, end - at) + "/" + program).c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

Result<env::Path, Failure> sdk_directory(const Arguments& arguments) {
  std::error_code error;
  // The programs lie in build/bin of the source tree.
  const env::Path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const env::Path directory = !arguments.sdk.empty()
                                  ? env::Path(arguments.sdk)
                                  : program.parent_path().parent_path().parent_path() / "sdk/contract-cpp/include";
  if (std::filesystem::exists(directory / "aether/contract.hpp", error)) return directory;
  return fail(Failure{kBadFile, "no_sdk", "there is no aether/contract.hpp in " + directory.string(),
                      "name the directory of the SDK's headers with --sdk: sdk/contract-cpp/include of the sources"});
}

// The compiler's own words go to stderr, past us. Its exit status; -1 when it did not run.
int run(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

CommandResult contract_build(const Arguments& arguments) {
  for (const char* program : {kCompiler, kLinker})
    if (!in_path(program))
      return fail(Failure{kBadFile, "no_compiler", std::string(program) + " is not installed",
                          "apt-get install clang-19 lld-19"});
  AETHER_TRY(const auto sdk, sdk_directory(arguments));
  const auto folder = env::TempDir::create("aether-contract");
  if (!folder)
    return fail(Failure{kBadFile, "output_file", folder.error().message, "free space in the temporary directory"});
  const env::Path made = folder->path() / "module.wasm";
  std::vector<std::string> words{kCompiler};
  words.insert(words.end(), kFlags.begin(), kFlags.end());
  words.insert(words.end(), {"-I", sdk.string(), "-ffile-prefix-map=" + sdk.string() + "=sdk"});
  for (const env::Path source : arguments.sources)
    if (source.has_parent_path()) words.push_back("-ffile-prefix-map=" + source.parent_path().string() + "/=");
  words.insert(words.end(), arguments.sources.begin(), arguments.sources.end());
  words.insert(words.end(), {"-o", made.string()});
  if (run(words) != 0)
    return fail(Failure{kBadFile, "does_not_compile", "the compiler refuses the contract, as it says above",
                        "mend the source; the SDK's README.md shows one that compiles"});
  AETHER_TRY(const auto module, read_input(made.string(), limits::kCodeBytesMax));
  AETHER_CHECK(judge_module(module));
  AETHER_TRY(auto output, describe_module(module));
  if (const auto written = env::write_file_atomically(arguments.out, module); !written)
    return fail(Failure{kBadFile, "output_file", written.error().message, "name a file that can be written with -o"});
  return output;
}

}  // namespace aether::cli
