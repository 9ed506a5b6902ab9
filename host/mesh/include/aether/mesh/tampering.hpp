// What a worker may be made to do wrong, as values that its maker hands in. Empty functions do nothing, and no product
// has a way to fill them: they are for the programs under test/ that show how a cheat is caught.
#pragma once

#include "aether/mesh/chain_reader.hpp"
#include "aether/mesh/trace_service.hpp"

namespace aether::mesh {

struct Tampering {
  // Each row before it is committed. Must give the same change each time, as the trace is made again to be served.
  std::function<void(std::uint32_t op, std::uint32_t position, Bytes& row)> row;
  // The output before its trace is made, which then follows from the changed tokens.
  std::function<void(std::vector<std::uint32_t>& output)> output;
  // The receipt before it is signed.
  std::function<void(vcr::VcrBody& receipt)> receipt;
  // Each instruction before it is sent, in the job's state and the newest slot. False: it is not sent now.
  std::function<bool(programs::EscrowInstruction& instruction, const programs::Job& job, Slot newest,
                     const ChainReader& chain)>
      instruction;
  // Each answer of the trace service.
  ServeHook serve;
};

}  // namespace aether::mesh
