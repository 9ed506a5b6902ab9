#include "net.hpp"

namespace aether::consensus::testing {
namespace {

TEST(Consensus, finalizes_every_slot_directly_while_all_is_well) {
  Net net({1, 1, 1, 1});
  net.start();
  net.run_for(4'000'000);
  const std::size_t agreed = agreed_length(net);
  // A slot takes at least two delays of 50 ms, and some a Δ of 100 ms more.
  EXPECT_GE(agreed, 15u);
  for (const Node& node : net.nodes) {
    EXPECT_TRUE(node.alarms.empty());
    EXPECT_TRUE(node.accusations.empty());
    EXPECT_TRUE(node.blames.empty());
  }
}

TEST(Consensus, goes_on_with_a_third_minus_one_silent) {
  Net net({1, 1, 1, 1});
  net.start();
  net.crash(2);
  net.run_for(8'000'000);
  EXPECT_GE(agreed_length(net), 15u);
}

TEST(Consensus, stands_still_without_a_quorum_and_goes_on_with_it) {
  Net net({1, 1, 1, 1});
  net.start();
  net.run_for(1'000'000);
  net.crash(2);
  net.crash(3);
  net.run_for(1'000'000);
  const std::size_t before = net.nodes[0].final_chain.size();
  net.run_for(10'000'000);
  EXPECT_EQ(net.nodes[0].final_chain.size(), before);
  net.boot(2);
  net.run_for(20'000'000);
  EXPECT_GT(net.nodes[0].final_chain.size(), before + 5);
  EXPECT_GT(net.nodes[2].final_chain.size(), before + 5);
  agreed_length(net);
}

TEST(Consensus, all_crash_at_once_and_resume_from_their_records) {
  for (std::uint64_t at_us = 1'000'000; at_us < 1'200'000; at_us += 25'000) {
    Net net({1, 1, 1, 1});
    net.start();
    net.run_until(net.now_us + at_us);
    std::vector<Hash> longest;
    for (std::size_t i = 0; i < 4; ++i) {
      if (net.nodes[i].final_chain.size() > longest.size()) longest = net.nodes[i].final_chain;
      net.crash(i);
    }
    net.run_for(1'000'000);
    for (std::size_t i = 0; i < 4; ++i) net.boot(i);
    net.run_for(3'000'000);
    ASSERT_GE(agreed_length(net), longest.size() + 5) << at_us;
    EXPECT_TRUE(std::equal(longest.begin(), longest.end(), net.nodes[0].final_chain.begin()));
    for (const Node& node : net.nodes) EXPECT_TRUE(node.alarms.empty() && node.accusations.empty());
  }
}

TEST(Consensus, partition_of_two_halves_heals_with_all_earlier_messages_lost) {
  Net net({1, 1, 1, 1});
  bool split = true;
  net.filter = [&](std::size_t from, std::size_t to, const Message&) { return !split || from / 2 == to / 2; };
  net.start();
  net.run_for(30'000'000);
  for (const Node& node : net.nodes) EXPECT_TRUE(node.final_chain.empty());
  split = false;
  net.run_for(30'000'000);
  EXPECT_GE(agreed_length(net), 10u);
}

TEST(Consensus, a_lost_record_silences_for_an_epoch) {
  Params params = Net::quick();
  params.epoch_slots = 1'000;
  Net net({1, 1, 1, 1}, params);
  net.start();
  net.run_for(2'000'000);
  net.crash(1);
  net.boot(1, false);
  std::size_t spoken = 0;
  net.heard = [&](std::size_t from, const Message& message) {
    if (from == 1 && (std::holds_alternative<Vote>(message) || std::holds_alternative<Claim>(message))) ++spoken;
  };
  net.run_for(3'000'000);
  EXPECT_TRUE(net.nodes[1].machine->silent());
  EXPECT_EQ(spoken, 0u);
  EXPECT_GE(agreed_length(net), 15u);
}

TEST(Consensus, an_older_record_is_noticed_and_silences) {
  Net net({1, 1, 1, 1});
  net.start();
  net.run_for(1'000'000);
  const SafetyRecord old = net.nodes[1].durable;
  net.run_for(1'000'000);
  net.crash(1);
  net.nodes[1].durable = old;
  net.boot(1);
  net.run_for(1'000'000);
  ASSERT_FALSE(net.nodes[1].alarms.empty());
  EXPECT_EQ(net.nodes[1].alarms[0].kind, AlarmKind::stale_record);
  EXPECT_TRUE(net.nodes[1].machine->silent());
  for (const Node& node : net.nodes) EXPECT_TRUE(node.accusations.empty());
}

TEST(Consensus, a_certified_block_that_the_own_execution_refutes_stops_the_machine) {
  Net net({1, 1, 1, 1});
  net.execute = [](std::size_t node, const Hash& block) {
    Outcome outcome = outcome_of(block);
    if (node == 3) outcome.gas_used = Gas{8};
    return outcome;
  };
  net.start();
  net.run_for(3'000'000);
  ASSERT_TRUE(net.nodes[3].machine->stopped());
  EXPECT_EQ(net.nodes[3].alarms.back().kind, AlarmKind::refuted);
  EXPECT_GE(net.nodes[0].final_chain.size(), 5u);
}

TEST(Consensus, takes_from_genesis_what_genesis_fixes) {
  ChainParams genesis;
  genesis.block.slot_ms = 250;
  genesis.block.epoch_slots = 99;
  const Params params = params_of(kChain, genesis);
  EXPECT_EQ(params.chain_id, kChain);
  EXPECT_EQ(params.slot_ms, 250u);
  EXPECT_EQ(params.epoch_slots, 99u);
  EXPECT_EQ(params.delta_us_min, Params{}.delta_us_min);
}

TEST(Consensus, an_invalid_block_gets_no_vote) {
  Net net({1, 1, 1, 1});
  std::set<Hash> invalid;
  net.judge = [&](const Hash& block) { return !invalid.contains(block); };
  net.heard = [&](std::size_t from, const Message& message) {
    if (const auto* header = std::get_if<Header>(&message); header != nullptr && from == 0) {
      const auto& sealer = std::get<BftSealer>(header->body.sealer);
      if (net.set().at(sealer.proposer).address == net.nodes[0].signer->address())
        invalid.insert(block_hash(header->body));
    }
    if (const auto* vote = std::get_if<Vote>(&message); vote != nullptr && from != 0) {
      EXPECT_FALSE(invalid.contains(vote->body.block));
    }
  };
  net.start();
  net.run_for(5'000'000);
  EXPECT_FALSE(invalid.empty());
  EXPECT_GE(agreed_length(net), 10u);
}

}  // namespace
}  // namespace aether::consensus::testing
