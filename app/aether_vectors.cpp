// aether-vectors: answers JSON lines about the core, for checks by other implementations (spec/vectors.md).
#include <iostream>

#include "aether/vectors/vectors.hpp"

namespace {

constexpr std::string_view kUsage =
    "usage: aether-vectors\n\n"
    "Reads one JSON object a line on stdin and answers each with one on stdout, at once:\n"
    "  {\"op\":\"sha256\",\"message\":\"616263\"}   ->   {\"ok\":true,\"hash\":\"ba7816bf...\"}\n"
    "A line that cannot be answered gives {\"ok\":false,\"error\":\"...\"}, and it goes on. Bytes are hex without 0x.\n"
    "{\"op\":\"describe\"} lists the ops with fields, types and an example of each.\n\n"
    "For test vectors: give it no secret that guards anything. Exit codes: 0 at the end of the input; 1 when the\n"
    "output could not be written; 2 wrong usage.\n\nOps:\n";

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const std::string_view word = argv[1];
    const bool help = argc == 2 && (word == "--help" || word == "-h");
    (help ? std::cout : std::cerr) << kUsage << aether::vectors::overview();
    return help ? 0 : 2;
  }
  std::ios::sync_with_stdio(false);
  if (aether::vectors::Vectors().serve(std::cin, std::cout)) return 0;
  std::cerr << "aether-vectors: the answer could not be written to stdout\n";
  return 1;
}
