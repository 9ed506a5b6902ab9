// What an export `spend` judges: the spending of an output whose script names this contract. It accepts by returning,
// refuses by abort, and may change nothing.
#pragma once

#include "aether/contract/chain.hpp"

namespace aether {

enum class OutputKind : u8 { account, utxo };
template <>
inline constexpr u32 kEnumCount<OutputKind> = 2;

struct SpentInput {
  Hash id;
  Address owner;
  Asset asset = Asset::swr;
  Amount amount;

  template <class Self, class V>
  static constexpr void fields(Self& self, V& visit) {
    visit(self.id);
    visit(self.owner);
    visit(self.asset);
    visit(self.amount);
  }
};

struct OutputScript {
  Hash program;
  ByteView datum;

  template <class Self, class V>
  static constexpr void fields(Self& self, V& visit) {
    visit(self.program);
    visit(self.datum);
  }
};

struct MadeOutput {
  Address owner;
  Asset asset = Asset::swr;
  Amount amount;
  OutputKind kind = OutputKind::account;
  Optional<OutputScript> script;

  template <class Self, class V>
  static constexpr void fields(Self& self, V& visit) {
    visit(self.owner);
    visit(self.asset);
    visit(self.amount);
    visit(self.kind);
    visit(self.script);
  }
};

struct Spend {
  u32 index = 0;  // of the judged input in `inputs`
  ByteView datum;
  ByteView redeemer;
  u64 valid_until = 0;  // of the transaction
  List<SpentInput, 64> inputs;
  List<MadeOutput, 64> outputs;

  [[nodiscard]] const SpentInput& judged() const { return inputs[index]; }

  template <class Self, class V>
  static constexpr void fields(Self& self, V& visit) {
    visit(self.index);
    visit(self.datum);
    visit(self.redeemer);
    visit(self.valid_until);
    visit(self.inputs);
    visit(self.outputs);
  }
};

// A T from the whole of a datum or redeemer; other bytes end the run with code::malformed_input.
template <class T>
[[nodiscard]] T decoded(ByteView bytes) {
  Reader in(bytes, code::malformed_input);
  const T out = in.read<T>();
  in.expect_end();
  return out;
}

}  // namespace aether
