// The core as a program that answers lines (spec/vectors.md): one JSON object in, {"op": NAME, fields}, and one out,
// {"ok": true, …} or {"ok": false, "error": "…"}. For test vectors and for comparison with other implementations: the
// secret keys that come in are not wiped, so give it none that guard anything.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

namespace aether::vectors {

inline constexpr std::size_t kLineBytesMax = 64 * 1024 * 1024;  // 250 blobs in hex

class Vectors {
 public:
  Vectors();
  Vectors(const Vectors&) = delete;
  Vectors& operator=(const Vectors&) = delete;
  ~Vectors();

  // The answer to one line, without its line end. Total: any bytes give an answer.
  [[nodiscard]] std::string answer(std::string_view line);

  // Answers line after line until the input ends; each answer is flushed. A line above `line_bytes_max` is passed over
  // and answered with an error. False when the output could not be written.
  bool serve(std::istream& in, std::ostream& out, std::size_t line_bytes_max = kLineBytesMax);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// NAME and what it does of each op, as text for people.
[[nodiscard]] std::string overview();

}  // namespace aether::vectors
