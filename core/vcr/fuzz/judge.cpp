// The referee and the descent on bytes: no crash, and never a conviction, since no input hashes to these roots.
#include "aether/vcr/descent.hpp"
#include "aether/vcr/referee.hpp"

namespace {

using namespace aether;

vcr::JobClaim job() {
  vcr::JobClaim out;
  out.config.vocab = 300;
  out.config.d = 64;
  out.config.layers = 2;
  out.config.heads = 4;
  out.config.kv_heads = 2;
  out.config.head_dim = 256;
  out.config.ff = 96;
  out.config.context = 1100;
  out.extent = {500, 40};
  out.trace_root = out.model_root = out.request_root = out.output_root = Hash{{1}};
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const vcr::JobClaim claim = job();
  const ByteView bytes{data, size};
  if (const auto proof = codec::decode<vcr::StepProof>(bytes)) {
    AETHER_ASSERT(vcr::judge(claim, *proof) != vcr::Verdict::convicted);
  }
  const vcr::TraceShape shape(claim.config, claim.extent);
  const vcr::DescentState start = vcr::open_descent(shape, claim.trace_root);
  if (const auto reveal = codec::decode<vcr::Reveal>(bytes)) AETHER_ASSERT(!vcr::respond(shape, start, *reveal));
  if (const auto step = codec::decode<vcr::Step>(bytes)) {
    AETHER_ASSERT(!vcr::descend(shape, {start.node, start.hash, 1, vcr::Turn::challenger}, *step));
  }
  return 0;
}
