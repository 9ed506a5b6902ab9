#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "aether/env/cpu.hpp"

namespace aether::env {
namespace {

// A field of /proc/cpuinfo.
std::string field(const std::string& name) {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with(name + "\t")) return line.substr(line.find(':') + 2);
  return "";
}

TEST(Cpu, features_are_those_that_the_kernel_lists) {
  std::istringstream words(field("flags"));
  const std::set<std::string> flags{std::istream_iterator<std::string>(words), {}};
  ASSERT_FALSE(flags.empty());
  const bool avx2 = flags.contains("avx2") && flags.contains("bmi1") && flags.contains("bmi2");
  EXPECT_EQ(cpu_features().avx2, avx2);
  EXPECT_EQ(cpu_features().sha_ni, flags.contains("sha_ni") && flags.contains("sse4_1"));
  EXPECT_EQ(cpu_features().avx512_ifma, avx2 && flags.contains("avx512f") && flags.contains("avx512dq") &&
                                            flags.contains("avx512bw") && flags.contains("avx512vl") &&
                                            flags.contains("avx512ifma"));
  EXPECT_EQ(cpu_features().avx512_wide, field("vendor_id") == "AuthenticAMD" && std::stoi(field("cpu family")) >= 26 &&
                                            flags.contains("avx512bw") && flags.contains("sha_ni"));
}

}  // namespace
}  // namespace aether::env
