// What the tests share: a program to ask, and the files of test/vectors.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "aether/vectors/vectors.hpp"

namespace aether::vectors::testing {

namespace json = boost::json;

inline const std::filesystem::path kSource = AETHER_SOURCE_DIR;

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

inline json::value read_vectors(const std::string& name) {
  return json::parse(read_text(kSource / "test" / "vectors" / name));
}

inline json::object ask(const json::value& request) {
  static Vectors program;
  return json::parse(program.answer(json::serialize(request))).as_object();
}

inline json::object ask_text(std::string_view line) {
  static Vectors program;
  return json::parse(program.answer(line)).as_object();
}

// "ok" is true and every other key has this value.
inline void expect_answer(const json::value& request, const json::object& wanted) {
  const json::object answer = ask(request);
  for (const auto& [key, value] : wanted) {
    const json::value* found = answer.if_contains(key);
    EXPECT_TRUE(found != nullptr && *found == value)
        << std::string_view(key) << " of " << json::serialize(request).substr(0, 1000) << "\nwanted " << wanted
        << "\nfound  " << answer;
  }
}

// The error's text; fails the test when there is none.
inline std::string error_of(const json::value& request) {
  const json::object answer = ask(request);
  EXPECT_EQ(answer.at("ok"), json::value(false)) << answer;
  const json::value* error = answer.if_contains("error");
  return error != nullptr ? std::string(error->as_string()) : std::string();
}

}  // namespace aether::vectors::testing
