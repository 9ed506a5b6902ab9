// contract upload, deploy, upgrade, authority.
#include <algorithm>

#include "aether/api/json.hpp"
#include "aether/programs/contract_instructions.hpp"
#include "contract_text.hpp"
#include "payment.hpp"
#include "publication_cost.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

// Whoever pays: the key, unlocked once for all transactions of a command.
struct Payer {
  const client::Rpc& rpc;
  crypto::Seed seed;
  Address address;
};

Result<Payer, Failure> payer(const Arguments& arguments, const client::Rpc& rpc) {
  AETHER_TRY(const auto key, find_key(arguments, arguments.from));
  AETHER_TRY(auto seed, unlock(arguments, arguments.from));
  return Payer{rpc, std::move(seed), key.address};
}

Result<bool, Failure> exists(const client::Rpc& rpc, const ObjectId& object) {
  CLI_TRY(const auto answer, rpc.call(api::GetProof{object}));
  return answer.value.has_value();
}

// What an upload did; the bytes of all its transactions are paid by the fee.
struct Uploaded {
  Hash code;
  std::size_t sent = 0;     // chunks
  std::size_t skipped = 0;  // chunks that were there
  bool published = false;   // by us
  Amount fee = 0;
};

Result<bool, Failure> chunk_is_there(const Payer& who, const Hash& code, std::uint32_t index, ByteView bytes) {
  CLI_TRY(const auto answer, who.rpc.call(api::GetProof{upload_object(who.address, code, index)}));
  if (!answer.value) return false;
  const auto chunk = codec::decode<UploadedChunk>(*answer.value);
  return chunk && std::ranges::equal(chunk->bytes, bytes);
}

Failure interrupted(const client::Settled& settled) {
  return {kFailed, settled.code_name,
          "the transaction " + to_hex0x(settled.transaction.bytes) + " ended with " + settled.code_name,
          "run the command again: it goes on with the chunks that are missing"};
}

// Sends the chunks that are missing, each with the next nonce, then waits for all.
Result<void, Failure> send_chunks(const Payer& who, ByteView module, Uploaded& out) {
  CLI_TRY(const auto account, who.rpc.call(api::GetAccount{who.address}));
  const auto count =
      static_cast<std::uint32_t>((module.size() + limits::kCodeChunkBytesMax - 1) / limits::kCodeChunkBytesMax);
  std::vector<std::pair<Hash, Slot>> waiting;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t at = i * limits::kCodeChunkBytesMax;
    const ByteView bytes = module.subspan(at, std::min(module.size() - at, limits::kCodeChunkBytesMax));
    AETHER_TRY(const bool there, chunk_is_there(who, out.code, i, bytes));
    if (there) {
      ++out.skipped;
      continue;
    }
    client::Intent intent;
    intent.nonce = account.account.nonce_top + 1 + out.sent++;
    intent.call = programs::make_call(programs::Upload{out.code, i, Bytes(bytes.begin(), bytes.end())});
    CLI_TRY(const auto transaction, client::build(who.rpc, who.seed, intent));
    CLI_TRY(const auto id, client::send(who.rpc, transaction));
    waiting.emplace_back(id, transaction.body.valid_until);
    note("chunk " + std::to_string(i + 1) + " of " + std::to_string(count) + " is sent");
  }
  const env::SystemClock clock;
  for (const auto& [id, valid_until] : waiting) {
    CLI_TRY(const auto settled, client::wait_for(who.rpc, clock, id, valid_until));
    if (!settled.receipt || settled.receipt->code != kSuccess) return fail(interrupted(settled));
    out.fee += settled.receipt->fee;
  }
  return {};
}

// Says what publishing will cost; a failure where no block has room for it.
Result<void, Failure> announce(const Payer& who, ByteView module, std::uint64_t compile_steps) {
  CLI_TRY(const auto chain, who.rpc.call(api::GetChainId{}));
  const auto cost = publication_cost(chain.params, module, compile_steps);
  if (!cost || cost->publish_steps > chain.params.block.gas_max)
    return fail(Failure{kBadFile, "module_too_dear",
                        "compiling the module costs " + std::to_string(compile_steps) +
                            " steps, more than a block of this chain has room for",
                        "nothing was sent; split long functions, and use fewer locals inside loops"});
  note("compiling costs " + std::to_string(compile_steps) + " steps, publishing about " + amount_to_text(cost->fee) +
       " SWR beside the deposit");
  return {};
}

// Brings a module onto the chain; nothing to do where it is there.
Result<Uploaded, Failure> upload(const Payer& who, ByteView module) {
  AETHER_TRY(const std::uint64_t compile_steps, judge_module(module));
  Uploaded out;
  out.code = code_hash(module);
  AETHER_TRY(const bool published, exists(who.rpc, code_object(out.code)));
  if (published) return out;
  AETHER_CHECK(announce(who, module, compile_steps));
  AETHER_CHECK(send_chunks(who, module, out));
  note("the chain judges and compiles the module");
  const auto chunks = static_cast<std::uint32_t>(out.sent + out.skipped);
  AETHER_TRY(const auto sent, send_call(who.rpc, who.seed, programs::make_call(programs::Publish{out.code, chunks})));
  out.published = true;
  if (sent.settled.receipt) out.fee += sent.settled.receipt->fee;
  return out;
}

// --salt, or the number of the deployer's next transaction, which no contract of its has been made with yet.
Result<std::uint64_t, Failure> salt_of(const Arguments& arguments, const Payer& who) {
  if (arguments.salt) return *arguments.salt;
  CLI_TRY(const auto account, who.rpc.call(api::GetAccount{who.address}));
  return account.account.nonce_top + 1;
}

// A code hash, or a module's file, which is uploaded if need be.
Result<Hash, Failure> code_of(const std::string& text, const Payer& who) {
  if (const auto code = hash_from_hex(text)) return *code;
  AETHER_TRY(const auto module, read_input(text, limits::kCodeBytesMax));
  AETHER_TRY(const auto uploaded, upload(who, module));
  return uploaded.code;
}

}  // namespace

CommandResult contract_upload(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto module, read_input(arguments.contract, limits::kCodeBytesMax));
  AETHER_TRY(const auto who, payer(arguments, rpc));
  AETHER_TRY(const auto done, upload(who, module));
  const std::string code = to_hex0x(done.code.bytes);
  return Output{"code         " + code + "\nchunks       " + std::to_string(done.sent) + " sent, " +
                    std::to_string(done.skipped) + " there already\npublished    " +
                    (done.published ? "now" : "before") + "\nfee          " + amount_to_text(done.fee) + " SWR\n",
                json::object{{"code", code},
                             {"chunks_sent", done.sent},
                             {"chunks_skipped", done.skipped},
                             {"published_now", done.published},
                             {"fee", api::to_json(done.fee)}}};
}

CommandResult contract_deploy(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  programs::Deploy deploy;
  AETHER_TRY(deploy.input, read_call_input(arguments));
  AETHER_TRY(const auto attached, read_attached(arguments.attach));
  deploy.swr = attached.swr;
  deploy.aic = attached.aic;
  if (!arguments.authority.empty()) {
    AETHER_TRY(deploy.authority, resolve_address(arguments, arguments.authority));
  }
  AETHER_TRY(const auto who, payer(arguments, rpc));
  AETHER_TRY(deploy.code, code_of(arguments.contract, who));
  AETHER_TRY(deploy.salt, salt_of(arguments, who));
  CLI_TRY(const auto chain, rpc.call(api::GetChainId{}));
  const Hash contract = contract_id(chain.chain_id, who.address, deploy.salt);
  AETHER_TRY(const auto sent, send_call(rpc, who.seed, programs::make_call(deploy)));
  Output out = show(sent.settled);
  out.text = "contract     " + to_hex0x(contract.bytes) + "\naddress      " + to_text(contract_address(contract)) +
             "\ncode         " + to_hex0x(deploy.code.bytes) + "\nsalt         " + std::to_string(deploy.salt) + "\n" +
             out.text;
  auto& object = out.json.get_object();
  object.emplace("contract", to_hex0x(contract.bytes));
  object.emplace("address", to_text(contract_address(contract)));
  object.emplace("code", to_hex0x(deploy.code.bytes));
  object.emplace("salt", std::to_string(deploy.salt));
  return out;
}

CommandResult contract_upgrade(const Arguments& arguments) {
  programs::Upgrade upgrade;
  AETHER_TRY(upgrade.contract, read_id("contract id", arguments.contract));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto who, payer(arguments, rpc));
  AETHER_TRY(upgrade.code, code_of(arguments.code, who));
  AETHER_TRY(const auto sent, send_call(rpc, who.seed, programs::make_call(upgrade)));
  Output out = show(sent.settled);
  out.text = "code         " + to_hex0x(upgrade.code.bytes) + "\n" + out.text;
  out.json.get_object().emplace("code", to_hex0x(upgrade.code.bytes));
  return out;
}

CommandResult contract_authority(const Arguments& arguments) {
  programs::SetAuthority change;
  AETHER_TRY(change.contract, read_id("contract id", arguments.contract));
  if (!arguments.nobody) {
    AETHER_TRY(change.authority, resolve_address(arguments, arguments.to));
  }
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto who, payer(arguments, rpc));
  AETHER_TRY(const auto sent, send_call(rpc, who.seed, programs::make_call(change)));
  return show(sent.settled);
}

}  // namespace aether::cli
