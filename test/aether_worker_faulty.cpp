// A worker that cheats, for tests and the demo: aether-worker with a tampering hook. It shows that a cheat is caught;
// no product has such a switch.
#include <charconv>
#include <iostream>

#include "aether/mesh/program.hpp"
#include "aether/programs/phases.hpp"

namespace {

using namespace aether;

constexpr std::string_view kHelp =
    R"(aether-worker-faulty --fault FAULT [--fault FAULT …] and the flags of aether-worker

  flip:OP:POSITION:BYTE:BIT  one bit of what operator OP commits to at POSITION
  garbage-root               a receipt whose trace root belongs to no trace
  wrong-token:N              output token N is wrong, and the trace follows from it
  withhold                   serves nothing over HTTP
  mute                       answers no descent on chain
  wrong-tile                 shows tiles with a wrong bit, over HTTP and on chain
  late:SLOTS                 hands in that many slots after it is due
  silent                     accepts and never hands in
  copy-receipt               hands in the receipt of another job
)";

// "name:1:2" with `count` numbers.
std::optional<std::vector<std::uint64_t>> numbers(std::string_view text, std::string_view name, std::size_t count) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  std::vector<std::uint64_t> out;
  while (text.starts_with(':')) {
    text.remove_prefix(1);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    out.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return text.empty() && out.size() == count ? std::optional(out) : std::nullopt;
}

using Instruction = decltype(mesh::Tampering::instruction);

// Both hooks, the second only if the first lets the instruction go.
Instruction both(Instruction first, Instruction second) {
  if (!first) return second;
  return [=](auto& instruction, const auto& job, Slot newest, const auto& chain) {
    return first(instruction, job, newest, chain) && second(instruction, job, newest, chain);
  };
}

template <class T>
Instruction withhold() {
  return [](auto& instruction, const auto&, Slot, const auto&) { return !std::holds_alternative<T>(instruction); };
}

void flip_tile(Bytes& tile) {
  if (!tile.empty()) tile[0] ^= 1;
}

Instruction wrong_tile_on_chain() {
  return [](programs::EscrowInstruction& instruction, const auto&, Slot, const auto&) {
    if (auto* respond = std::get_if<programs::Respond>(&instruction)) {
      if (auto* tile = std::get_if<vcr::Tile>(&respond->reveal)) flip_tile(*tile);
    }
    return true;
  };
}

Instruction late(std::uint64_t slots) {
  return [=](const programs::EscrowInstruction& instruction, const programs::Job& job, Slot newest, const auto&) {
    if (!std::holds_alternative<programs::SubmitVcr>(instruction)) return true;
    return newest.raw() >= programs::due(job).raw() + slots;
  };
}

Instruction copy_receipt() {
  return [](programs::EscrowInstruction& instruction, const auto&, Slot, const mesh::ChainReader& chain) {
    auto* submit = std::get_if<programs::SubmitVcr>(&instruction);
    if (submit == nullptr) return true;
    const auto jobs = chain.living_jobs();
    if (!jobs) return false;
    for (const auto& [id, job] : *jobs) {
      if (id == submit->job || !job.submission) continue;
      const auto other = chain.handed_in(job.submission->transaction, job.submission->output_root);
      if (!other) continue;
      submit->vcr = other->vcr;
      submit->output = other->output;
      return true;
    }
    return false;  // nobody to copy from yet
  };
}

bool add_fault(mesh::Tampering& out, std::string_view fault) {
  if (const auto place = numbers(fault, "flip", 4)) {
    out.row = [flip = *place, before = out.row](std::uint32_t op, std::uint32_t position, Bytes& row) {
      if (before) before(op, position, row);
      if (op != flip[0] || position != flip[1] || row.empty()) return;
      row[flip[2] % row.size()] ^= static_cast<std::uint8_t>(1U << (flip[3] % 8));
    };
  } else if (const auto token = numbers(fault, "wrong-token", 1)) {
    out.output = [n = token->front()](std::vector<std::uint32_t>& output) { output[n % output.size()] ^= 1; };
  } else if (const auto slots = numbers(fault, "late", 1)) {
    out.instruction = both(out.instruction, late(slots->front()));
  } else if (fault == "garbage-root") {
    out.receipt = [](vcr::VcrBody& receipt) { receipt.trace_root.bytes[0] ^= 1; };
  } else if (fault == "withhold") {
    out.serve = [](const auto&, rpc::Response& answer) { answer = rpc::text_response(404, "withheld\n"); };
  } else if (fault == "mute") {
    out.instruction = both(out.instruction, withhold<programs::Respond>());
  } else if (fault == "wrong-tile") {
    out.serve = [](const mesh::TraceAddress& at, rpc::Response& answer) {
      if (at.node.op != vcr::kOperatorTree && at.node.level == 0 && !answer.body.empty()) answer.body[0] ^= 1;
    };
    out.instruction = both(out.instruction, wrong_tile_on_chain());
  } else if (fault == "silent") {
    out.instruction = both(out.instruction, withhold<programs::SubmitVcr>());
  } else if (fault == "copy-receipt") {
    out.instruction = both(out.instruction, copy_receipt());
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  mesh::Tampering tampering;
  std::vector<const char*> rest{argv[0]};
  std::string faults;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--help" || word == "-h") std::cout << kHelp << '\n';
    if (word != "--fault") {
      rest.push_back(argv[i]);
    } else if (++i == argc || !add_fault(tampering, argv[i])) {
      std::cerr << "aether-worker-faulty: --fault " << (i < argc ? argv[i] : "") << ": no such fault\n" << kHelp;
      return 2;
    } else {
      faults += std::string(" ") + argv[i];
    }
  }
  if (!faults.empty())
    std::cerr << "aether-worker-faulty: this worker cheats, to show that it is caught:" << faults << '\n';
  return mesh::run_worker(static_cast<int>(rest.size()), rest.data(), tampering);
}
