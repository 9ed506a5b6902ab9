// A line of any bytes: every answer is JSON, and nothing but a request that holds reaches the node.
#include <boost/json/parse.hpp>

#include "../test/scripted_node.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  aether::admin::testing::ScriptedNode node;
  const std::string answer = aether::admin::dispatch(node, aether::as_text({data, size}));
  if (answer.empty()) return 0;
  boost::system::error_code code;
  boost::json::parse(answer, code);
  AETHER_ASSERT(!code);
  return 0;
}
