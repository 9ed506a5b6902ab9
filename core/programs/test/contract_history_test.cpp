// Random histories of calls between contracts that pay, store and fail, beside the rules again over plain maps.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "contract_world.hpp"

namespace aether::programs::testing {
namespace {

constexpr std::size_t kContracts = 3;

struct Naive {
  std::map<Address, Balance> balances;  // of contracts, and of accounts without their fees
  std::map<std::pair<Hash, std::string>, Bytes> storage;
  std::vector<Log> logs;
  std::vector<std::pair<Address, Balance>> later;  // credits of the transaction
};

// The code with which the steps end; the state of a failure is thrown away by the caller.
unsigned run_naive(Naive& now, const Hash& self, const std::vector<Step>& steps, std::set<Hash> running) {
  if (running.contains(self)) return 310;
  running.insert(self);
  Balance& own = now.balances[contract_address(self)];
  for (const Step& step : steps) {
    const std::pair<Hash, std::string> entry{self, std::string(step.key.begin(), step.key.end())};
    switch (static_cast<Op>(step.op)) {
      case Op::set: now.storage[entry] = step.value; break;
      case Op::erase: now.storage.erase(entry); break;
      case Op::transfer: {
        if (own.of(step.asset) < step.amount) return 4;
        own.of(step.asset) -= step.amount;
        Balance credit;
        credit.of(step.asset) = step.amount;
        now.later.emplace_back(Address{step.target}, credit);
        break;
      }
      case Op::log: now.logs.push_back({self, step.target, step.value}); break;
      case Op::call: {
        if (running.contains(step.target)) return 310;
        if (own.of(step.asset) < step.amount) return 4;
        own.of(step.asset) -= step.amount;
        now.balances[contract_address(step.target)].of(step.asset) += step.amount;
        if (const unsigned code = run_naive(now, step.target, StepBytes::decode(step.value), running)) return code;
        break;
      }
      case Op::abort: return 10'000 + static_cast<unsigned>(step.amount);
      default: break;
    }
  }
  return 0;
}

std::vector<Step> any_steps(const std::vector<Hash>& contracts, int depth) {
  std::vector<Step> out;
  const auto asset = [] { return *rc::gen::element(Asset::swr, Asset::aic); };
  const auto amount = [] { return *rc::gen::element<std::uint64_t>(0, 1, 3, 20, 90); };
  for (int i = 0, n = *rc::gen::inRange(0, 4); i < n; ++i) {
    const std::string key = *rc::gen::element<std::string>("a", "b");
    switch (*rc::gen::inRange(0, 14)) {
      case 0:
      case 1:
      case 2: out.push_back(set(key, *rc::gen::arbitrary<Bytes>())); break;
      case 3: out.push_back(erase(key)); break;
      case 4:
      case 5:
        out.push_back(transfer(ContractWorld::who(*rc::gen::inRange<std::uint8_t>(0, 4)), asset(), amount()));
        break;
      case 6: out.push_back(transfer(contract_address(*rc::gen::elementOf(contracts)), asset(), amount())); break;
      case 7: out.push_back(log_of(text(key))); break;
      case 8: out.push_back(with_amount(Op::abort, *rc::gen::element<std::uint64_t>(0, 1))); break;
      case 9: out.push_back(get(key)); break;
      default:
        if (depth > 0)
          out.push_back(call_of(*rc::gen::elementOf(contracts), any_steps(contracts, depth - 1), asset(), amount()));
    }
  }
  return out;
}

TEST(ContractHistory, calls_follow_the_naive_model_and_conserve_value) {
  std::set<unsigned> seen;
  const std::set<unsigned> wanted{0, 4, 310, 10'000, 10'001};
  const auto history = [&] {
    ContractWorld world;
    const Hash code = world.publish({});
    std::vector<Hash> contracts;
    for (std::uint64_t i = 0; i < kContracts; ++i) contracts.push_back(world.deploy(i, code));
    Naive model;
    const auto expect_same = [&] {
      Balance sum;
      for (const Hash& id : contracts) RC_ASSERT(world.balance(id) == model.balances[contract_address(id)]);
      for (const auto& [id, value] : world.objects) {
        if (id.domain == Domain::account) {
          const auto account = ledger::decode_object<Account>(value);
          sum.swr += account.balance.swr, sum.aic += account.balance.aic;
        }
      }
      RC_ASSERT(ledger::load<Supply>(world, kSupplyObject)->total == sum);
      std::size_t entries = 0;
      for (const auto& [id, value] : world.objects) entries += id.domain == Domain::storage;
      RC_ASSERT(entries == model.storage.size());
      for (const auto& [place, value] : model.storage)
        RC_ASSERT(world.stored(place.first, place.second) == std::optional<Bytes>(value));
    };
    for (int i = 0; i < 6; ++i) {
      const auto from = *rc::gen::inRange<std::uint8_t>(0, 3);
      const Hash to = *rc::gen::elementOf(contracts);
      const Balance attached{*rc::gen::element<std::uint64_t>(0, 50), *rc::gen::element<std::uint64_t>(0, 50)};
      const auto steps = any_steps(contracts, 2);
      Naive next = model;
      next.logs.clear();
      next.later.clear();
      auto& paid = next.balances[contract_address(to)];
      paid.swr += attached.swr, paid.aic += attached.aic;
      const unsigned code_of_it = run_naive(next, to, steps, {});
      seen.insert(code_of_it);
      const Amount aic = world.balance(world.who(from)).aic;
      RC_ASSERT(unsigned{world.call(from, to, steps, attached).raw()} == code_of_it);
      if (code_of_it == 0) {
        Amount back = 0;
        for (const auto& [address, credit] : next.later) {
          if (address == world.who(from)) back += credit.aic;
          auto& balance = next.balances[address];
          balance.swr += credit.swr, balance.aic += credit.aic;
        }
        RC_ASSERT(world.balance(world.who(from)).aic == aic - attached.aic + back);
        RC_ASSERT(world.receipt.logs == next.logs);
        model = std::move(next);
      } else {
        RC_ASSERT(world.balance(world.who(from)).aic == aic);
        RC_ASSERT(world.receipt.logs.empty());
      }
      expect_same();
    }
  };
  // A check begins with the same seed each time, so a later round goes on in each case.
  for (int round = 0; round < 100 && seen != wanted; ++round) {
    ASSERT_TRUE(rc::check([&] {
      for (int goes_on = 0; goes_on <= round; ++goes_on) history();
    }));
  }
  EXPECT_EQ(seen, wanted);
}

}  // namespace
}  // namespace aether::programs::testing
