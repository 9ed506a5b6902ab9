#include "load_price.hpp"

#include "module_cursor.hpp"

namespace aether::wasm {

namespace {

// Of an item of a section and of a byte of it, in steps of a nanosecond as measured (spec/contracts.md).
struct SectionSteps {
  std::uint64_t item = 0;
  std::uint64_t byte = 0;
};

constexpr SectionSteps steps_of(std::uint8_t section) {
  switch (section) {
    case 1: return {.item = 500};             // types
    case 2: return {.item = 150};             // imports
    case 3: return {.item = 25};              // functions
    case 6: return {.item = 25};              // globals
    case 7: return {.item = 150, .byte = 1};  // exports
    case 9: return {.byte = 40};              // elements: an entry is at least a byte
    case 11: return {.item = 25};             // data
    default: return {};
  }
}

}  // namespace

std::uint64_t load_price(ByteView module) {
  std::uint64_t steps = 0;
  Cursor sections(module.subspan(kModuleHeaderBytes));
  while (!sections.done()) {
    const SectionSteps price = steps_of(sections.byte());
    Cursor section(sections.part(sections.number()));
    const std::uint64_t bytes = section.left();
    if (price.item + price.byte != 0) steps += bytes * price.byte + section.number() * price.item;
  }
  return steps;
}

}  // namespace aether::wasm
