#include "option_tree.hpp"

namespace aether::cli {

void Tree::rents(CLI::App& app) {
  auto& rent =
      group(app, "rent",
            "Rent of stored state: UTxOs, uploads, code, contracts and their storage. OBJECT is DOMAIN:KEY, as "
            "utxo:0x..., contract:0x..., code:0x... or storage:0xCONTRACT/0xKEY");
  const auto object = [this](CLI::App* command) {
    command->add_option("OBJECT", arguments_.object, "DOMAIN:KEY, as utxo:0x...")->required();
    return command;
  };
  object(add(rent, "show", "The deposit of an object, and when it runs out", &rent_show,
             "aetherctl rent show utxo:0x..."));

  auto* fund = object(add(rent, "fund",
                          "Raises a deposit and takes it over: it returns to who funded it last. One of the chain's "
                          "rent.exempt_epochs keeps the object for ever",
                          &rent_fund, "aetherctl rent fund utxo:0x... --epochs 12 --from alice"));
  signed_by(fund, "Name of the key that pays");
  auto* deposit = fund->add_option_group("deposit", "The new deposit");
  deposit->add_option("--amount", arguments_.amount, "In SWR, at most 6 decimals");
  deposit->add_option("--epochs", arguments_.epochs, "In epochs of the object's rent");
  deposit->require_option(1);
  sent(fund);

  auto* prune = object(add(rent, "prune", "Replaces an object whose deposit is used up by its hash, for a fee",
                           &rent_prune, "aetherctl rent prune utxo:0x... --from alice"));
  signed_by(prune, "Name of the key that pays the transaction and gets the fee");
  sent(prune);

  auto* keep = object(add(rent, "keep", "Writes an object's bytes with their state proof, for a time after its pruning",
                          &rent_keep, "aetherctl rent keep utxo:0x... --out utxo.json"));
  keep->add_option("-o,--out", arguments_.out, "The file")->required();

  auto* restore = object(add(rent, "restore", "Puts a pruned object back, for a new deposit", &rent_restore,
                             "aetherctl rent restore utxo:0x... --proof utxo.json --from alice"));
  signed_by(restore, "Name of the key that pays");
  auto* from = restore->add_option_group("bytes", "Where its bytes come from");
  from->add_option("--value", arguments_.value_file, "File with the bytes; - reads stdin");
  from->add_option("--proof", arguments_.proof_file, "File that rent keep or ledger proof wrote; - reads stdin");
  from->add_option("--transaction", arguments_.transaction, "Id of the transaction that made the UTxO");
  from->require_option(1);
  sent(restore);
}

}  // namespace aether::cli
