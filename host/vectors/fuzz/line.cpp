// A line of any bytes, or an op's example with a few bytes changed, gets one answer: a JSON object that says ok or not.
#include <boost/json.hpp>

#include "aether/vectors/vectors.hpp"
#include "examples.hpp"
#include "op.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  static vectors::Vectors program;
  if (size == 0) return 0;
  ByteView rest(data + 1, size - 1);
  const std::size_t chosen = data[0];
  std::string line(as_text(rest));
  if (chosen < vectors::ops().size()) {
    line = vectors::example_of(vectors::ops()[chosen].name).request;
    for (; rest.size() >= 3; rest = rest.subspan(3))
      line[(rest[0] * 256u + rest[1]) % line.size()] = static_cast<char>(rest[2]);
  }
  const boost::json::value answer = boost::json::parse(program.answer(line));
  const auto& object = answer.as_object();
  AETHER_ASSERT(object.at("ok").as_bool() != object.contains("error"));
  return 0;
}
