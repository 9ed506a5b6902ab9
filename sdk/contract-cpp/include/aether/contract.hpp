// The SDK of contracts in C++23, freestanding on wasm32: no heap, no libc, no exceptions, no static constructors.
// `aetherctl contract build` compiles a source with it. The rules of the chain are in spec/contracts.md.
//
//   #include "aether/contract.hpp"
//   namespace {
//   constexpr aether::Cell<aether::u64> kCount{1};
//   aether::u64 add(aether::u64 by) { … }
//   aether::u64 count() { return kCount.get(); }
//   }
//   AETHER_CALL(add, count)      // input: BCS of the method's place as u8, then of its arguments; output: BCS of the
//   result
#pragma once

#include "aether/contract/chain.hpp"
#include "aether/contract/dispatch.hpp"
#include "aether/contract/spend.hpp"
#include "aether/contract/storage.hpp"
