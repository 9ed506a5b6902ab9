// For each line of hex on stdin, seen as a transaction: `ok HEX` (what it decodes to, encoded again) or `refused`.
// test/e2e/bcs.py compares this with test/oracle.
#include <iostream>
#include <string>

#include "aether/types/transaction.hpp"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto bytes = aether::from_hex(line);
    const auto tx = aether::codec::decode<aether::Transaction>(bytes ? *bytes : aether::Bytes{});
    std::cout << (tx ? "ok " + aether::to_hex(aether::codec::encode(*tx)) : "refused") << '\n';
  }
}
