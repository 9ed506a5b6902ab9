// What options.cpp reads from the command line; commands take it as it is and judge it themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aether::cli {

struct Arguments {
  // Every command.
  std::string rpc;
  std::string keys;           // directory; empty: the default
  std::string password_file;  // empty: ask on the terminal
  bool json = false;

  // Keys. Secrets come from files, stdin ("-") or a terminal only.
  std::uint32_t account = 0;  // of a mnemonic
  std::uint32_t words = 24;
  std::string mnemonic_file;
  std::string seed_file;
  std::string format;
  bool to_stdout = false;
  std::string signer;  // "aeth1…", 0x and a public key, or the name of a key
  std::string signature;

  // A validator's keys.
  std::string folder;  // or, for verify, a registration's file; empty: the default folder
  std::optional<std::uint64_t> chain_id;
  std::string restore;  // file with the words
  bool secrets = false;
  bool lost = false;

  // Accounts, transactions.
  std::string name;     // of a key
  std::string address;  // or the name of a key
  std::string from;     // name of the key that signs
  std::string to;
  std::string amount;
  std::string asset;  // empty: that of the amount, else SWR, or that of the UTxOs that are spent
  std::string priority_fee = "0";
  std::uint64_t valid_slots = 200;
  std::string transaction;        // an id, 0x and hex of its bytes, or a file with that
  std::uint64_t valid_until = 0;  // 0: as the chain knows it
  bool no_wait = false;
  std::optional<std::uint64_t> nonce;  // none: the next unused one
  bool as_utxo = false;
  std::vector<std::string> utxos;
  std::string script;    // id of the contract that judges who spends a UTxO
  std::string datum;     // 0x and hex, for the script
  std::string redeemer;  // 0x and hex, from who spends

  std::string block;  // a slot or a hash; empty: the newest
  std::optional<std::uint64_t> epoch;

  // Rent.
  std::uint64_t epochs = 0;
  std::string value_file;  // "-": stdin
  std::string proof_file;

  // Contracts.
  std::vector<std::string> sources;
  std::string sdk;       // directory of the SDK's headers; empty: that of the source tree
  std::string contract;  // an id; `inspect` and `deploy` take a code hash or a file too
  std::optional<std::uint64_t> salt;
  std::string authority;
  std::string code;                 // a code hash or a file
  bool nobody = false;              // gives the authority up
  std::string method;               // a name or a number; empty: the input says it
  std::string call_input;           // 0x and hex
  std::string input_file;           // with the bytes
  std::vector<std::string> values;  // TYPE:VALUE
  std::vector<std::string> attach;  // 1.5SWR
  std::string returns;              // types, with commas
  std::string topic;
  std::uint64_t first_slot = 0;

  // Models.
  std::string model;        // a directory; `job post` takes an id too
  std::string tokenizer;    // a directory with the model's tokenizer
  std::string source;       // directory of a float model
  std::string calibration;  // text files
  std::string heldout;
  std::string out;

  // Jobs.
  std::string job;
  std::string input;  // a file; "-": stdin
  std::uint32_t max_new = 128;
  std::string price;
  std::string bond;  // empty: the least that the chain allows
  std::uint32_t attempts = 1;
  std::uint64_t accept_slots = 240;
  std::uint64_t sla_slots = 240;
  std::uint64_t max_slots = 480;
  std::uint32_t sla_bps = 5'000;
  std::string worker;  // public key that alone may accept, or the name of a key
  bool accept_uncovered = false;
  std::string filter = "living";

  // Runs and receipts.
  std::string receipt;
  std::string key;  // name of the key that signs the receipt
  std::uint32_t threads = 0;
  bool full = false;

  // Directories of chains, snapshots.
  std::string data;
  std::string genesis_file;
  std::string file;
  std::vector<std::string> files;
  std::string object;  // "DOMAIN:KEY"
  std::uint64_t slot = 0;
  bool force = false;
  std::string genesis_hash;  // empty: any
  std::string block_hash;
  std::string state_root;

  // Networks on this machine; their directory is `folder`.
  std::optional<std::uint32_t> nodes_wanted;
  std::optional<std::uint64_t> slot_ms;
  std::optional<std::uint64_t> delta_ms;
  std::vector<std::string> funds;
  std::vector<std::uint32_t> nodes;
  std::optional<std::size_t> tail;
  bool follow = false;
  bool erase = false;
  std::string preset;   // "demo": short windows of jobs
  bool faults = false;  // with the fault proxy; each of these says so too
  std::optional<std::uint64_t> delay_ms;
  std::optional<std::uint64_t> jitter_ms;
  std::string loss;  // "1%"
  std::string reorder;
  std::string duplicate;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> from_node;
  std::optional<std::uint32_t> to_node;
  std::vector<std::string> groups;  // "0,1"
};

}  // namespace aether::cli
