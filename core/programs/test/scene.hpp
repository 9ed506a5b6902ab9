// A job that tests lead step by step; each step asserts its success, call() does not.
#pragma once

#include "world.hpp"

namespace aether::programs::testing {

class Scene {
 public:
  World world = start();
  Hash id;
  Post post = a_post();
  const Person* worker = &cast().worker;
  const Person* buyer = &cast().buyer;
  std::size_t claims = 0;

  const JobParams& params() const { return world.params.jobs; }
  const Case& claimed() const { return fixture().cases[claims]; }
  const vcr::TraceShape& shape() const { return claimed().own->shape(); }
  Job job() const { return world.living(id); }
  ClosedJob closed() const { return world.closed(id); }
  JobStatus status() const { return closed().status; }
  bool living() const { return world.is_living(id); }
  Slot at(std::uint64_t slots) { return world.slot = Slot{world.slot.raw() + slots}; }
  void go(Slot slot) { world.slot = slot; }
  __int128 gain(const Person& who, Asset asset = Asset::aic) {
    return static_cast<__int128>(world.balances[who.address].of(asset)) - static_cast<__int128>(kRich);
  }

  ResultCode call(const Person& who, const EscrowInstruction& i) { return world.call(who, i, fixture().model); }
  ResultCode call(const Person& who, const EscrowInstruction& i, EscrowCode expected) {
    const ResultCode code = call(who, i);
    EXPECT_EQ(code, result_code(expected)) << code_name(code) << " instead of " << code_name(result_code(expected));
    return code;
  }
  void ok(const Person& who, const EscrowInstruction& i) {
    const ResultCode code = call(who, i);
    EXPECT_EQ(code, kSuccess) << code_name(code);
  }

  Scene& posted() {
    ok(*buyer, post);
    id = job_id(world.chain, buyer->address, world.nonce);
    return *this;
  }
  Scene& accepted() {
    posted();
    ok(*worker, Accept{id, "http://127.0.0.1:1"});
    return *this;
  }
  Scene& submitted(std::size_t claim = 0) {
    claims = claim;
    accepted();
    ok(*worker, a_submit(world, id, *worker, claimed()));
    return *this;
  }
  // A session of the watcher's, at the worker's turn.
  Scene& opened(std::size_t claim = 0) {
    submitted(claim);
    ok(cast().watcher, OpenDescent{id, params().session_bond_min});
    return *this;
  }
  Scene& responded(std::size_t claim = 0) {
    opened(claim);
    respond(0);
    return *this;
  }
  Session session(std::uint32_t number) const {
    for (const Session& s : job().sessions) {
      if (s.id == number) return s;
    }
    ADD_FAILURE() << "no session " << number;
    return {};
  }
  Respond answer(std::uint32_t number) const {
    const vcr::Node node = session(number).state.node;
    const auto reveal = vcr::make_reveal(shape(), *claimed().source, node);
    EXPECT_TRUE(reveal);
    return {id, {number}, node, *reveal};
  }
  void respond(std::uint32_t number) { ok(*worker, answer(number)); }
  vcr::Nodes nodes_at(std::uint32_t number) const { return std::get<vcr::Nodes>(answer(number).reveal); }
  vcr::Step step_into(std::uint32_t number, std::uint8_t child) const {
    const vcr::Nodes nodes = nodes_at(number);
    const unsigned levels = vcr::reveal_levels(shape(), session(number).state.node);
    return {child, nodes[child], crypto::merkle_padded_path(nodes, levels, child)};
  }
  // Until the session has shown a tile.
  void descend_to_tile(std::uint32_t number, const vcr::Node& target) {
    while (true) {
      respond(number);
      const Session s = session(number);
      if (shape().is_tile(s.state.node)) return;
      const auto step = vcr::step_towards(shape(), s.state, nodes_at(number), target);
      ASSERT_TRUE(step);
      ok(cast().of(s.challenger), Descend{id, number, *step});
    }
  }
  vcr::StepProof proof(const vcr::Claim& claim) const { return {id, job().attempt, claim}; }
  vcr::StepProof proof() const { return proof(*claimed().claim); }
  CommitFraud commit(const Person& who, const vcr::StepProof& of, std::uint64_t salt = 1) const {
    return {id, fraud_commit_hash(of, who.address, hash_of(salt))};
  }
  // To where settle is valid.
  Scene& ripe(std::size_t claim = 0) {
    submitted(claim);
    go(settle_from(job(), params(), world.slot));
    return *this;
  }
};

}  // namespace aether::programs::testing
