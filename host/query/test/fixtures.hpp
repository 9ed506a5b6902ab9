// What tests put on a chain: models, jobs, a contract.
#pragma once

#include "../../wasm/test/module_text.hpp"
#include "aether/programs/contract_instructions.hpp"
#include "local_chain.hpp"

namespace aether::query::testing {

inline Hash register_model(ChainInMemory& local, std::uint64_t nonce, std::uint8_t n) {
  const programs::ModelsInstruction instruction = programs::RegisterModel{model_facts(n)};
  const auto body = local.call(0, nonce, programs::make_call(instruction), programs::access_sets(instruction));
  EXPECT_EQ(local.outcome(sign(body, user_seed(0))), "success");
  return programs::model_id(model_facts(n));
}

inline std::string escrow(ChainInMemory& local, std::uint64_t from, std::uint64_t nonce,
                          const programs::EscrowInstruction& instruction, const Hash& model) {
  const auto sets = programs::access_sets(instruction, {ChainId{5}, user(from), nonce, model});
  return local.outcome(sign(local.call(from, nonce, programs::make_call(instruction), sets), user_seed(from)));
}

inline programs::EscrowInstruction a_post(const Hash& model) {
  programs::Post post;
  post.terms.model_id = model;
  post.terms.max_new = 4;
  post.terms.price = 1'000;
  post.terms.bond = 10'000'000;
  post.terms.accept_slots = post.terms.sla_slots = post.terms.max_slots = 100;
  post.terms.accept_uncovered = true;
  post.prompt = {1, 2, 3};
  return post;
}

// A contract whose `call` counts in storage under "n", and logs (topic: zeros but for the input's first byte) and
// returns the count.
inline Bytes counter_module() {
  return wasm::test::wat(wasm::test::contract_text(R"(
    (data (i32.const 0) "n")
    (func (export "call")
      (drop (call $storage_get (i32.const 0) (i32.const 1) (i32.const 16) (i32.const 8)))
      (i64.store (i32.const 16) (i64.add (i64.load (i32.const 16)) (i64.const 1)))
      (call $storage_set (i32.const 0) (i32.const 1) (i32.const 16) (i32.const 8))
      (call $input_read (i32.const 32) (i32.const 0) (i32.const 1))
      (call $log (i32.const 32) (i32.const 16) (i32.const 8))
      (call $output_write (i32.const 16) (i32.const 8))))"));
}
inline Hash topic(std::uint8_t first) { return Hash{{first}}; }

// Executes in a block of its own, with the sets that a simulation says.
inline Receipt run_call(ChainInMemory& local, std::uint64_t from, std::uint64_t nonce, Call call) {
  TransactionBody body = local.call(from, nonce, call, {});
  const auto would = local.service().handle(api::Simulate{codec::encode(Transaction{body, {}})});
  EXPECT_TRUE(would) << (would ? "" : would.error().message);
  body.reads = would->reads;
  body.writes = would->writes;
  body.gas_limit = Gas{50'000'000};
  body.max_fee = 200 * kAmountUnit;
  const Hash id = local.send_ok(sign(body, user_seed(from)));
  local.seal();
  const auto receipt = local.receipt(id);
  EXPECT_EQ(receipt.code_name, "success");
  return *receipt.receipt;
}

// By user 3, who has sent nothing yet.
struct Counter {
  explicit Counter(ChainInMemory& chain) : local(chain) {
    const Bytes module = counter_module();
    code = code_hash(module);
    call(programs::make_call(programs::Upload{code, 0, module}));
    call(programs::make_call(programs::Publish{code, 1}));
    call(programs::make_call(programs::Deploy{code, 1, user(3), 0, 0, {}}));
    id = contract_id(ChainId{5}, user(3), 1);
  }
  // Counts, and logs under topic(first).
  Receipt count(std::uint8_t first) { return call(programs::make_call(id, programs::ContractCall{0, 0, {first}})); }
  Receipt call(const Call& call) { return run_call(local, 3, ++nonce, call); }

  ChainInMemory& local;
  Hash code;
  Hash id;
  std::uint64_t nonce = 0;
};

}  // namespace aether::query::testing
