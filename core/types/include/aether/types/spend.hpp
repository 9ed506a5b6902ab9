// What a script is told about the transaction that spends its UTxO: the input of a contract's `spend`
// (spec/contracts.md).
#pragma once

#include "aether/types/transaction.hpp"
#include "aether/types/utxo.hpp"

namespace aether {

struct SpentInput {
  Hash id;
  Address owner;
  Asset asset = Asset::swr;
  Amount amount = 0;

  bool operator==(const SpentInput&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("owner", self.owner);
    visit("asset", self.asset);
    visit("amount", self.amount);
  }
};

struct Spend {
  std::uint32_t index = 0;  // of the judged input in `inputs`
  codec::Blob<limits::kDatumBytesMax> datum;
  codec::Blob<limits::kRedeemerBytesMax> redeemer;  // empty where the input has none
  Slot valid_until;
  codec::List<SpentInput, limits::kInputsMax> inputs;
  codec::List<TransactionOutput, limits::kOutputsMax> outputs;

  bool operator==(const Spend&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("index", self.index);
    visit("datum", self.datum);
    visit("redeemer", self.redeemer);
    visit("valid_until", self.valid_until);
    visit("inputs", self.inputs);
    visit("outputs", self.outputs);
  }
};

}  // namespace aether
