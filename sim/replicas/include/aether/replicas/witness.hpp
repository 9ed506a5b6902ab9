// What faulty validators led to, seen from outside, and what must hold in spite of them.
//
//   no block that the misdeeds call invalid is final
//   stake burns of those alone who signed two blocks or two precommits of a slot, and of each whose two blocks one
//   honest node heard of, or whose two precommits reached honest nodes, by evidence in a final block, where no message
//   and no memory was lost every honest validator proposes blocks that become final, also while the others go on lying
#pragma once

#include <set>

#include "aether/replicas/faulty_validator.hpp"

namespace aether::sim {

class Witness {
 public:
  // `faulty`, by node, and `nodes` outlive it.
  Witness(const std::map<std::size_t, FaultyValidator>& faulty, const std::vector<std::unique_ptr<ReplicaNode>>& nodes,
          std::vector<Address> addresses)
      : faulty_(faulty), nodes_(nodes), addresses_(std::move(addresses)) {}

  // Around the step of an honest node with a message, and the misdeed that it is.
  void before(std::size_t to, std::optional<Misdeed> misdeed);
  void after(std::size_t to, const replica::NetMessage& message);
  // Whether the blame is of a faulty one.
  [[nodiscard]] bool blamed(const replica::Blame& blame);
  void asked(const dissem::ShredRequest& request);
  // An honest node commits a block. What is violated, or none.
  [[nodiscard]] std::optional<std::string> committed(std::size_t node, const CommittedBlock& block);

  void calm() { proposers_.clear(); }
  // Whether every honest validator proposed a final block since the calm.
  [[nodiscard]] bool all_proposed() const;
  // Offences of slots up to `through` that no final block names.
  [[nodiscard]] std::size_t unpunished(Slot through) const;
  // What is wrong with the stakes in this state, each of which was `bond`. `all_was_seen`: honest nodes lost nothing
  // that shows an offence.
  [[nodiscard]] std::optional<std::string> stakes(const ledger::StateView& state, Amount bond, bool all_was_seen) const;

  [[nodiscard]] MisdeedCounts counts() const;
  [[nodiscard]] std::size_t convictions() const { return convicted_.size(); }

 private:
  struct Guilt {
    Slot slot;
    Offence offence = Offence::headers;
    ValidatorIndex who = 0;
    auto operator<=>(const Guilt&) const = default;
  };

  void header_came(std::size_t to, const Header& header, std::optional<Misdeed> misdeed);

  const std::map<std::size_t, FaultyValidator>& faulty_;
  const std::vector<std::unique_ptr<ReplicaNode>>& nodes_;
  std::vector<Address> addresses_;
  MisdeedCounts counts_;  // only what mattered
  std::optional<Misdeed> now_;
  std::uint64_t effects_ = 0;                                // of the node, before
  Slot witnessed_;                                           // the newest committed by any
  std::map<Slot, std::set<std::pair<Hash, Misdeed>>> best_;  // false blocks that were the best to an honest node
  std::map<std::tuple<Slot, ValidatorIndex, std::size_t>, std::set<Hash>>
      two_;  // headers of a proposer, by who took them
  std::set<Guilt> guilty_, convicted_;
  std::set<Address> guilty_addresses_;
  std::set<Address> proposers_;  // of final blocks
};

}  // namespace aether::sim
