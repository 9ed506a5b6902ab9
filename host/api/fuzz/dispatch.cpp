// JSON-RPC from anyone, over a connection that can subscribe: every answer is JSON, and every call is told to the gate.
#include <boost/json/parse.hpp>

#include "../test/memory_chain.hpp"

namespace {

using namespace aether::api;

struct Counted final : Subscriptions {
  Answer<SubscribeAnswer> handle(const Subscribe&) override { return SubscribeAnswer{{}, ++last}; }
  Answer<UnsubscribeAnswer> handle(const Unsubscribe& request) override {
    if (request.subscription > last) return aether::fail(Error{ErrorCode::not_found, "none", {}});
    return UnsubscribeAnswer{};
  }
  void drained() override {}
  std::uint64_t last = 0;
};
// Lets through what fits into a budget.
struct Budget final : Gate {
  std::optional<std::uint32_t> refuses(std::uint32_t cost) override {
    if (cost > left) return 1;
    left -= cost;
    return std::nullopt;
  }
  void answered(const CallFacts& call) override {
    AETHER_ASSERT(call.method <= method_names().size());
    ++calls;
  }
  std::uint32_t left = 300;
  std::size_t calls = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  aether::api::testing::MemoryChain chain;
  for (std::uint8_t n = 0; n < 3; ++n) chain.put_job(aether::Hash{{n}}, {});
  Counted subscriptions;
  Budget gate;
  const std::string answer = dispatch(chain, aether::as_text({data, size}), {&subscriptions, &gate});
  AETHER_ASSERT(gate.calls >= 1);
  if (answer.empty()) return 0;
  boost::system::error_code code;
  boost::json::parse(answer, code);
  AETHER_ASSERT(!code);
  return 0;
}
