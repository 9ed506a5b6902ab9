// Modules from WebAssembly's text format, for tests of the machine and of what runs it.
#pragma once

#include <wasmtime.h>

#include <span>
#include <string>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"

namespace aether::wasm::test {

// A mistake in the text fails the process.
inline Bytes wat(std::string_view text) {
  wasm_byte_vec_t out;
  wasmtime_error_t* const error = wasmtime_wat2wasm(text.data(), text.size(), &out);
  AETHER_ASSERT(error == nullptr);
  const std::span<const char> made(out.data, out.size);
  Bytes module(made.begin(), made.end());
  wasm_byte_vec_delete(&out);
  return module;
}

// A module that imports every host function, has a memory of one page that may become two, and then `body`.
inline std::string contract_text(std::string_view body) {
  return R"((module
    (import "aether" "input_size" (func $input_size (result i32)))
    (import "aether" "input_read" (func $input_read (param i32 i32 i32)))
    (import "aether" "output_write" (func $output_write (param i32 i32)))
    (import "aether" "abort" (func $abort (param i32)))
    (import "aether" "self_id" (func $self_id (param i32)))
    (import "aether" "caller" (func $caller (param i32)))
    (import "aether" "sender" (func $sender (param i32)))
    (import "aether" "slot" (func $slot (result i64)))
    (import "aether" "chain_id" (func $chain_id (result i64)))
    (import "aether" "attached" (func $attached (param i32 i32)))
    (import "aether" "balance" (func $balance (param i32 i32)))
    (import "aether" "storage_get" (func $storage_get (param i32 i32 i32 i32) (result i32)))
    (import "aether" "storage_set" (func $storage_set (param i32 i32 i32 i32)))
    (import "aether" "storage_erase" (func $storage_erase (param i32 i32)))
    (import "aether" "transfer" (func $transfer (param i32 i32 i32)))
    (import "aether" "log" (func $log (param i32 i32 i32)))
    (import "aether" "sha256" (func $sha256 (param i32 i32 i32)))
    (import "aether" "ed25519_verify" (func $ed25519_verify (param i32 i32 i32 i32) (result i32)))
    (import "aether" "call" (func $call (param i32 i32 i32 i32 i32) (result i32)))
    (import "aether" "returned_read" (func $returned_read (param i32 i32 i32)))
    (memory (export "memory") 1 2)
    )" + std::string(body) +
         ")";
}

}  // namespace aether::wasm::test
