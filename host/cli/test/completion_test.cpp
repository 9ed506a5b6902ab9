#include "completion.hpp"

#include <gtest/gtest.h>

namespace aether::cli {
namespace {

const std::vector<CommandWords> kCommands{
    {"", {"keys", "--output"}, true}, {"keys", {"new", "list"}, true}, {"keys new", {"--help"}, false}};

TEST(Completion, OffersTheWordsOfEachCommandInEveryShell) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell, kCommands);
    for (const auto* words : {"keys --output", "new list", "--help"})
      EXPECT_NE(script.find(words), std::string::npos) << shell << ": " << words;
  }
}

TEST(Completion, IsMadeForItsShell) {
  EXPECT_TRUE(completion_script("zsh", kCommands).starts_with("autoload"));
  EXPECT_NE(completion_script("bash", kCommands).find("complete -F _aetherctl aetherctl"), std::string::npos);
  EXPECT_NE(completion_script("fish", kCommands).find("complete -c aetherctl"), std::string::npos);
}

}  // namespace
}  // namespace aether::cli
