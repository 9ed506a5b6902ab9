// The imports of the module "aether" as they are (spec/contracts.md); chain.hpp and storage.hpp give them types.
#pragma once

#include "aether/contract/types.hpp"

#define AETHER_IMPORT(name) __attribute__((import_module("aether"), import_name(#name))) extern "C"

namespace aether::host {

AETHER_IMPORT(input_size) u32 aether_input_size();
AETHER_IMPORT(input_read) void aether_input_read(u8* to, u32 offset, u32 size);
AETHER_IMPORT(output_write) void aether_output_write(const u8* from, u32 size);
AETHER_IMPORT(abort) void aether_abort(u32 code);
AETHER_IMPORT(self_id) void aether_self_id(u8* to);
AETHER_IMPORT(caller) void aether_caller(u8* to);
AETHER_IMPORT(sender) void aether_sender(u8* to);
AETHER_IMPORT(slot) u64 aether_slot();
AETHER_IMPORT(chain_id) u64 aether_chain_id();
AETHER_IMPORT(attached) void aether_attached(u32 asset, u8* to);
AETHER_IMPORT(balance) void aether_balance(u32 asset, u8* to);
AETHER_IMPORT(storage_get) i32 aether_storage_get(const u8* key, u32 key_size, u8* to, u32 capacity);
AETHER_IMPORT(storage_set) void aether_storage_set(const u8* key, u32 key_size, const u8* from, u32 size);
AETHER_IMPORT(storage_erase) void aether_storage_erase(const u8* key, u32 key_size);
AETHER_IMPORT(transfer) void aether_transfer(const u8* to, u32 asset, const u8* amount);
AETHER_IMPORT(log) void aether_log(const u8* topic, const u8* from, u32 size);
AETHER_IMPORT(sha256) void aether_sha256(const u8* from, u32 size, u8* to);
AETHER_IMPORT(ed25519_verify) i32 aether_ed25519_verify(const u8* key, const u8* signature, const u8* from, u32 size);
AETHER_IMPORT(call)
u32 aether_call(const u8* contract, const u8* swr, const u8* aic, const u8* from, u32 size);
AETHER_IMPORT(returned_read) void aether_returned_read(u8* to, u32 offset, u32 size);

}  // namespace aether::host

#undef AETHER_IMPORT
