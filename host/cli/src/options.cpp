#include "option_tree.hpp"

namespace aether::cli {

void Tree::chain(CLI::App& app) {
  add(app, "status", "Which chain answers, how far it is, and whether it is ready; 1 if it is not", &show_status,
      "aetherctl status\n         aetherctl status --rpc http://127.0.0.1:8645 --output json");
  auto* block = add(app, "block", "A block by its slot or hash; the newest final one without either", &show_block,
                    "aetherctl block\n         aetherctl block 12\n         aetherctl block 0x...");
  block->add_option("SLOT|HASH", arguments_.block, "A slot, or 0x and 64 hex digits");
  auto* validators = add(app, "validators", "Who validates, and with which stake", &show_validators,
                         "aetherctl validators\n         aetherctl validators --epoch 3 --output json");
  validators->add_option("--epoch", arguments_.epoch, "Default: the newest block's");
  add(app, "peers", "Whom the node that answers is connected to", &show_peers, "aetherctl peers");
  auto* account = add(app, "account", "Balances of an account", &show_account, "aetherctl account alice");
  account->add_option("ADDRESS", arguments_.address, "aeth1..., or the name of a key")->required();

  auto* pay = add(app, "transfer", "Pays from one of the keys and waits until that is final", &transfer,
                  "aetherctl transfer --from alice --to aeth1... --amount '12.5 AIC'");
  signed_by(pay, "Name of the key that pays");
  pay->add_option("--to", arguments_.to, "aeth1..., or the name of a key")->required();
  pay->add_option("--amount", arguments_.amount, "At most 6 decimals, with its asset or without: 12.5, '12.5 AIC'")
      ->required();
  pay->add_option("--asset", arguments_.asset, "SWR or AIC (default: that of --amount, else SWR)")
      ->check(CLI::IsMember({"SWR", "AIC"}));
  pay->add_flag("--utxo", arguments_.as_utxo, "Pay into a UTxO of --to, not into its account");
  auto* script = pay->add_option("--script", arguments_.script, "Id of the contract that judges who spends the UTxO");
  pay->add_option("--datum", arguments_.datum, "What the script is told, 0x and hex")->needs(script);
  script->needs("--utxo");
  sent(pay);
  utxos(app);

  transactions(app);
}

void Tree::transactions(CLI::App& app) {
  auto& tx = group(app, "tx", "Transactions that are signed");
  const auto takes = [this](CLI::App* command, const char* name, const char* what) {
    command->add_option(name, arguments_.transaction, what)->required();
    return command;
  };
  constexpr const char* kTransaction = "A file that --out wrote (- reads stdin), or 0x and the same in hex";
  constexpr const char* kNamed = "Its id, or the transaction itself: a file, or 0x and hex";

  takes(
      add(tx, "send", "Sends a signed transaction and waits until it is final", &tx_send,
          "aetherctl transfer --from alice --to aeth1... --amount '1.5 SWR' --out pay.tx && aetherctl tx send pay.tx"),
      "TRANSACTION", kTransaction)
      ->add_flag("--no-wait", arguments_.no_wait, "Only send it");
  const auto until = [this](CLI::App* command) {
    command->add_option("--valid-until", arguments_.valid_until,
                        "Its last slot, where the chain does not know it and only its id is given");
  };
  until(takes(add(tx, "status",
                  "pending, final, expired, refused, each with the reason, or unknown; 1 unless it is "
                  "pending or succeeded",
                  &tx_status, "aetherctl tx status 0x...\n         aetherctl tx status pay.tx"),
              "ID|TRANSACTION", kNamed));
  until(takes(add(tx, "wait", "Waits until a transaction is final, or no block can hold it any more", &tx_wait,
                  "aetherctl tx wait 0x..."),
              "ID|TRANSACTION", kNamed));
  takes(add(tx, "simulate", "What a signed transaction would do in the next block; nothing is sent", &tx_simulate,
            "aetherctl tx simulate pay.tx"),
        "TRANSACTION", kTransaction);
}

void Tree::sent(CLI::App* command) {
  command->add_option("--priority-fee", arguments_.priority_fee, "In SWR, on top of the fee");
  command->add_option("--valid-slots", arguments_.valid_slots, "Slots from now in which it may be executed");
  command->add_option("--nonce", arguments_.nonce,
                      "Number of the transaction (default: the next unused one), to send several without waiting");
  auto* no_wait = command->add_flag("--no-wait", arguments_.no_wait, "Only send it");
  command->add_option("--out", arguments_.out, "Write the signed transaction to this file instead, for `tx send`")
      ->excludes(no_wait);
}

void Tree::utxos(CLI::App& app) {
  auto& utxo = group(app, "utxo", "UTxOs: unspent outputs, each spent whole and once");
  auto* list =
      add(utxo, "list", "The UTxOs of an owner, in the order of their ids", &utxo_list, "aetherctl utxo list alice");
  list->add_option("ADDRESS", arguments_.address, "aeth1..., or the name of a key")->required();

  auto* spend =
      add(utxo, "spend",
          "Spends UTxOs whole. What --amount leaves goes to the account of their owner, without --to all; what it "
          "exceeds them by the account pays, as it does the fee",
          &utxo_spend, "aetherctl utxo spend 0x... --from alice --to aeth1... --amount 12.5");
  spend->add_option("ID", arguments_.utxos, "Ids of the UTxOs, at most 64")->required();
  signed_by(spend, "Name of the key that owns them");
  auto* to = spend->add_option("--to", arguments_.to, "aeth1..., or the name of a key");
  auto* amount =
      spend->add_option("--amount", arguments_.amount, "At most 6 decimals, with its asset or without")->needs(to);
  to->needs(amount);
  spend->add_option("--asset", arguments_.asset, "SWR or AIC (default: the asset of the UTxOs)")
      ->check(CLI::IsMember({"SWR", "AIC"}))
      ->needs(to);
  spend->add_flag("--utxo", arguments_.as_utxo, "Pay into a UTxO of --to, not into its account")->needs(to);
  spend->add_option("--redeemer", arguments_.redeemer, "What the scripts of the UTxOs are shown, 0x and hex");
  sent(spend);
}

void Tree::models(CLI::App& app) {
  auto& model = group(app, "model", "Models: integer versions, and what the chain knows of them");
  auto* convert = add(model, "convert",
                      "Makes the integer model of a float Llama directory, and reports how close it is", &model_convert,
                      "aetherctl model convert --source models/tiny --calibration calibration.txt\n"
                      "           --heldout heldout.txt --out models/tiny-int");
  convert->add_option("--source", arguments_.source, "Directory with config.json, tokenizer.json, *.safetensors")
      ->required();
  convert->add_option("--calibration", arguments_.calibration, "Text file that shows the usual range of values")
      ->required();
  convert->add_option("--heldout", arguments_.heldout, "Text file on which both models are compared");
  convert->add_option("--out", arguments_.out, "Directory of the integer model")->required();
  convert->add_option("--threads", arguments_.threads, "Threads; 0: one a core");

  auto* enter = add(model, "register", "Enters a model into the chain; burns the model fee", &model_register,
                    "aetherctl model register --model models/aether-tiny --from alice");
  enter->add_option("--model", arguments_.model, "Directory of the integer model")->required();
  signed_by(enter, "Name of the key that pays");
  add(model, "list", "The models that the chain knows", &model_list, "aetherctl model list");
}

void Tree::jobs(CLI::App& app) {
  auto& job = group(app, "job", "Jobs: posted, watched, disputed, run and verified");
  auto* post = add(job, "post",
                   "Posts a prompt with its escrow. A job is public: anyone can read the prompt and output", &job_post,
                   "echo -n 'In the beginning' | aetherctl job post --model models/aether-tiny --input -\n"
                   "           --max-new 64 --price 2 --accept-uncovered --from alice");
  post->add_option("--model", arguments_.model, "Directory of the integer model, or a model's id with --tokenizer")
      ->required();
  post->add_option("--tokenizer", arguments_.tokenizer, "Directory with the model's tokenizer, when --model is an id");
  post->add_option("--input", arguments_.input, "Text file with the prompt; - reads stdin")->required();
  post->add_option("--max-new", arguments_.max_new, "Tokens wanted at most")->required();
  post->add_option("--price", arguments_.price, "AIC per 2^30 int8 multiply-adds")->required();
  signed_by(post, "Name of the key that pays");
  post->add_option("--bond", arguments_.bond, "AIC that a worker locks (default: the least that the chain allows)");
  post->add_option("--attempts", arguments_.attempts, "Workers that may fail by silence before the refund, 1 to 8");
  post->add_option("--accept-slots", arguments_.accept_slots, "Slots in which a worker may accept");
  post->add_option("--sla-slots", arguments_.sla_slots, "Slots after accept from which the worker is late");
  post->add_option("--max-slots", arguments_.max_slots, "Slots after accept from which the worker is silent");
  post->add_option("--sla-bps", arguments_.sla_bps, "Share of the pay lost at the very end, of 10000");
  post->add_option("--worker", arguments_.worker, "Public key (0x...) that alone may accept, or the name of a key");
  post->add_flag("--accept-uncovered", arguments_.accept_uncovered,
                 "I know that nobody is bonded to re-run this model");

  auto* watch = add(job, "watch", "Follows a job to its end; the output goes to stdout as soon as it is there",
                    &job_watch, "aetherctl job watch 0x... --model models/aether-tiny --receipt receipt.json");
  watch->add_option("ID", arguments_.job, "Id of the job")->required();
  watch->add_option("--model", arguments_.model,
                    "Directory with the model's tokenizer; without it token ids are shown");
  watch->add_option("--receipt", arguments_.receipt, "Writes the receipt to this file as soon as it is on chain");
  watch->add_option("--from", arguments_.from, "Key that ends the job when its time is over: settle or expire");

  auto* list = add(job, "list", "Jobs in the order of their ids", &job_list, "aetherctl job list --filter open");
  list->add_option("--filter", arguments_.filter, "all, living, open, running, submitted or closed")
      ->check(CLI::IsMember({"all", "living", "open", "running", "submitted", "closed"}));

  auto* show = add(job, "show", "One job; writes its receipt for an offline check", &job_show,
                   "aetherctl job show 0x... --receipt receipt.json");
  show->add_option("ID", arguments_.job, "Id of the job")->required();
  show->add_option("--receipt", arguments_.receipt, "Writes the receipt to this file");

  auto* cancel = add(job, "cancel", "Takes back a job that no worker has accepted; the escrow returns", &job_cancel,
                     "aetherctl job cancel 0x... --from alice");
  cancel->add_option("ID", arguments_.job, "Id of the job")->required();
  signed_by(cancel, "Name of the key that posted it");

  auto* prove =
      add(job, "prove", "Re-runs a submitted job and, where it differs, convicts its worker by one step proof",
          &job_prove, "aetherctl job prove 0x... --model models/aether-tiny --from alice");
  prove->add_option("ID", arguments_.job, "Id of the job")->required();
  prove->add_option("--model", arguments_.model, "Directory of the integer model")->required();
  signed_by(prove, "Name of the key that pays the deposit and is rewarded");
  prove->add_option("--threads", arguments_.threads, "Threads; 0: one a core");
  runs(job);
}

void Tree::runs(CLI::App& job) {
  auto* run = add(job, "run", "Runs a prompt on this machine, without a chain, and writes a receipt", &job_run,
                  "aetherctl job run --model models/aether-tiny --input prompt.txt --receipt receipt.json");
  run->add_option("--model", arguments_.model, "Directory of the integer model")->required();
  run->add_option("--input", arguments_.input, "Text file with the prompt; - reads stdin")->required();
  run->add_option("--receipt", arguments_.receipt, "File to write the receipt to")->required();
  run->add_option("--max-new", arguments_.max_new, "Tokens wanted at most (default 128)");
  run->add_option("--threads", arguments_.threads, "Threads; 0: one a core");
  run->add_option("--key", arguments_.key, "Name of the key that signs the receipt (default: unsigned)");

  auto* verify = add(job, "verify", "Checks a receipt offline; with --full by running the model again", &job_verify,
                     "aetherctl job verify receipt.json --model models/aether-tiny --full");
  verify->add_option("RECEIPT", arguments_.receipt, "A receipt file")->required();
  verify->add_option("--model", arguments_.model, "Directory of the integer model")->required();
  verify->add_flag("--full", arguments_.full, "Run the model over the tokens and compare the trace");
  verify->add_option("--threads", arguments_.threads, "Threads; 0: one a core");
}

void add_commands(CLI::App& app, Arguments& arguments, Command& command) {
  Tree tree(arguments, command);
  tree.keys(app);
  tree.chain(app);
  tree.contracts(app);
  tree.rents(app);
  tree.models(app);
  tree.jobs(app);
  tree.ledger(app);
  tree.snapshots(app);
  tree.node(app);
  tree.devnet(app);
}

}  // namespace aether::cli
