#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "aether/env/cpu.hpp"

namespace aether::env {
namespace {

TEST(Cpu, features_are_those_that_the_kernel_lists) {
  std::ifstream info("/proc/cpuinfo");
  std::set<std::string> flags;
  for (std::string line; flags.empty() && std::getline(info, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line);
    for (std::string word; words >> word;) flags.insert(word);
  }
  ASSERT_FALSE(flags.empty());
  const bool avx2 = flags.contains("avx2") && flags.contains("bmi1") && flags.contains("bmi2");
  EXPECT_EQ(cpu_features().avx2, avx2);
  EXPECT_EQ(cpu_features().sha_ni, flags.contains("sha_ni") && flags.contains("sse4_1"));
  EXPECT_EQ(cpu_features().avx512_ifma, avx2 && flags.contains("avx512f") && flags.contains("avx512dq") &&
                                            flags.contains("avx512bw") && flags.contains("avx512vl") &&
                                            flags.contains("avx512ifma"));
}

}  // namespace
}  // namespace aether::env
