// JSON-RPC from anyone: every answer is JSON.
#include <boost/json/parse.hpp>

#include "../test/memory_chain.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  aether::api::testing::MemoryChain chain;
  for (std::uint8_t n = 0; n < 3; ++n) chain.put_job(aether::Hash{{n}}, {});
  const std::string answer = aether::api::dispatch(chain, aether::as_text({data, size}));
  if (answer.empty()) return 0;
  boost::system::error_code code;
  boost::json::parse(answer, code);
  AETHER_ASSERT(!code);
  return 0;
}
