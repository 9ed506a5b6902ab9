// A faulty validator of a network of whole nodes. Its node is an honest one; what that says goes through here, where it
// is changed, kept back or added to. It signs with its own keys whatever serves it; others' it does not have.
#pragma once

#include <functional>

#include "aether/replicas/misdeeds.hpp"
#include "aether/replicas/node.hpp"

namespace aether::sim {

struct FaultyContext {
  std::size_t index = 0;  // its node's
  const ReplicaNode& node;
  consensus::Signer& signer;
  crypto::Seed account;            // with funds
  std::vector<Address> addresses;  // of all nodes' validators
  Gas gas_max;                     // of a block
  // A message leaves at that time, for one node; the misdeed that it is, or none.
  std::function<void(std::size_t to, Micros at, const MessagePointer& message, std::optional<Misdeed> misdeed)>
      transmit;
  std::function<Micros()> now;
};

class FaultyValidator {
 public:
  FaultyValidator(FaultyContext context, Misdeeds ways, Random random)
      : context_(std::move(context)), ways_(ways), random_(random) {}

  // In place of what the node says.
  void broadcast(const MessagePointer& message);
  void send(std::size_t to, const MessagePointer& message);
  // Beside what the node does with it.
  void hear(std::size_t from, const MessagePointer& message);

  [[nodiscard]] const MisdeedCounts& counts() const { return counts_; }
  // What it did with its valid block of a slot, newest last, and the one that it made beside or in place of it.
  struct OwnBlock {
    Slot slot;
    Hash own;
    std::optional<Misdeed> misdeed;
    std::optional<Hash> other;
    bool was_best = false;  // of its slot, as its node knew it
  };
  [[nodiscard]] const std::deque<OwnBlock>& own_blocks() const { return own_; }

 private:
  [[nodiscard]] const consensus::Consensus& machine() const { return context_.node.replica().consensus(); }
  [[nodiscard]] std::optional<ValidatorIndex> own_index(Slot slot) const;
  [[nodiscard]] std::optional<std::size_t> node_of(Slot slot, ValidatorIndex validator) const;
  [[nodiscard]] std::size_t drawn_peer();
  // Whether it does that now.
  [[nodiscard]] bool does(Misdeed misdeed, std::uint64_t one_in);
  void to_all(const replica::NetMessage& message, std::optional<Misdeed> misdeed, Micros after = 0);
  void say(std::size_t to, const MessagePointer& message);

  [[nodiscard]] const OwnBlock* own_block(const Hash& hash);
  void propose(OwnBlock& own);
  void equivocate(const replica::BlockPointer& own, const std::vector<Shred>& shreds,
                  const replica::BlockPointer& other, const std::vector<Shred>& other_shreds);
  void give_to_some(const replica::BlockPointer& block, const std::vector<Shred>& shreds);
  void spread(const std::vector<Shred>& shreds, Misdeed misdeed, std::size_t at_most);
  void vote(VoteKind kind, Slot slot, const Hash& block, Misdeed misdeed);
  [[nodiscard]] replica::MessagePointer damaged(const Shred& shred);
  [[nodiscard]] replica::MessagePointer false_reply(sync::Reply reply);
  [[nodiscard]] std::optional<replica::NetMessage> garbled(const replica::NetMessage& message);
  void boast(std::size_t to);
  void ask_for_nothing();

  FaultyContext context_;
  Misdeeds ways_;
  Random random_;
  MisdeedCounts counts_;
  std::uint64_t nonce_ = 0;
  std::deque<OwnBlock> own_;
  std::deque<MessagePointer> heard_;    // to be said again
  replica::BlockPointer handed_whole_;  // whose shreds some nodes do not get
};

}  // namespace aether::sim
