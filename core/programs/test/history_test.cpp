// Random histories: honest, late, silent and fraudulent workers, watchers, false accusers and stallers do things in
// random order at random slots. A second bookkeeping, in plain arithmetic, says what each of them must own.
#include <cstdio>
#include <cstdlib>

#include "world.hpp"

namespace aether::programs::testing {
namespace {

struct Filed {
  const Person* who;
  vcr::StepProof proof;
  Hash salt;
};

struct Counts {
  std::array<std::size_t, 6> ended{};
  std::size_t calls = 0, refused = 0, timeouts = 0;
};

class History {
 public:
  History(std::uint64_t seed, Counts& counts) : random_(seed), counts_(counts), world_(start()) {
    JobParams& p = world_.params.jobs;
    p.burn_bps = below(10'001);
    p.fraud_buyer_bps = below(7'001);
    p.fraud_challenger_bps = below(3'001);
    p.silent_bps = below(10'001);
    p.commit_deposit = below(3'000'000);
    expected_ = world_.balances;
    post_ = a_post();
    post_.terms.price = random_() >> below(64);
    post_.terms.bond = p.worker_bond_min + (random_() >> (10 + below(54)));
    post_.terms.attempts = 1 + below(3);
    post_.terms.sla_slots = 1 + below(10);
    post_.terms.max_slots = post_.terms.sla_slots + below(10);
    post_.terms.sla_bps = below(10'001);
    if (below(4) == 0) post_.terms.worker = cast().worker.key;
    willing_ = below(20) != 0;
    answers_ = below(3) != 0;
    worker_case_ = below(3) == 0 ? 0 : below(fixture().cases.size());
    silent_ = below(6) == 0;
    late_ = below(3) == 0;
  }

  void play() {
    const Amount units = *infer::units(fixture().facts.config, {21, 4});
    escrow_ = (Amount{post_.terms.price} * units + (Amount{1} << 30) - 1) / (Amount{1} << 30);
    ASSERT_EQ(world_.call(cast().buyer, post_, fixture().model), kSuccess);
    id_ = job_id(world_.chain, cast().buyer.address, world_.nonce);
    reserve_ = (2 + 2 * Amount{post_.terms.attempts}) * p().exit_fee;
    owe(cast().buyer.address).aic -= escrow_;
    owe(cast().buyer.address).swr -= reserve_;
    for (int i = 0; i < 120 && alive(); ++i) {
      world_.slot = Slot{world_.slot.raw() + (below(3) == 0 ? 1 + below(4) : 0)};
      act();
      ASSERT_FALSE(::testing::Test::HasFatalFailure());
    }
    for (int i = 0; i < 200 && alive(); ++i) {  // time alone ends it
      const TimedExit exit = next_exit(world_.living(id_), p(), world_.slot);
      world_.slot = std::max(world_.slot, exit.from);
      exit.settle ? settle() : expire(exit.session);
    }
    ASSERT_FALSE(alive());
    check_end();
  }

 private:
  const JobParams& p() const { return world_.params.jobs; }
  std::uint32_t below(std::uint64_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  bool alive() const { return world_.is_living(id_); }
  Balance& owe(const Address& address) { return expected_[address]; }
  const Person& anyone() { return *cast().all[below(cast().all.size())]; }
  const Person& challenger() { return below(2) == 0 ? cast().watcher : cast().accuser; }
  Address worker() const { return address_of(world_.living(id_).acceptance->worker); }

  bool call(const Person& who, const EscrowInstruction& i) {
    ++counts_.calls;
    const ResultCode code = world_.call(who, i, fixture().model);
    if (code != kSuccess) ++counts_.refused;
    EXPECT_GE(code == kSuccess ? 200 : code.raw(), 200) << code_name(code);
    return code == kSuccess;
  }

  void act() {
    if (!world_.living(id_).acceptance && below(3) == 0) return accept();
    switch (below(14)) {
      case 0: return accept();
      case 1:
      case 2: return submit();
      case 3: return commit();
      case 4: return prove_commit();
      case 5:
      case 6: return open();
      case 7:
      case 8: return respond();
      case 9:
      case 10: return descend();
      case 11: return prove_session();
      case 12: return below(2) == 0 ? settle() : expire(std::nullopt);
      default: return below(30) == 0 ? cancel() : expire(below(world_.living(id_).next_session + 1));
    }
  }
  void accept() {
    if (!willing_) return;
    const Person& who = below(3) == 0 ? cast().rival : cast().worker;
    if (call(who, Accept{id_, "http://127.0.0.1:1"})) owe(who.address).aic -= post_.terms.bond;
  }
  const Case& claimed() const { return fixture().cases[worker_case_]; }
  void submit() {
    const Job job = world_.living(id_);
    if (silent_ || !job.acceptance || (late_ && !job.submission && world_.slot <= due(job))) return;
    const Person& who = cast().of(worker());
    if (call(who, a_submit(world_, id_, who, claimed()))) submitted_ = world_.slot;
  }
  vcr::StepProof a_proof() {
    const bool convicts = claimed().claim && below(3) != 0;
    const auto& lies = fixture().false_claims;
    return {id_, world_.living(id_).attempt, convicts ? *claimed().claim : lies[below(lies.size())]};
  }
  void commit() {
    const Filed filed{&challenger(), a_proof(), hash_of(random_())};
    if (!call(*filed.who, CommitFraud{id_, fraud_commit_hash(filed.proof, filed.who->address, filed.salt)})) return;
    owe(filed.who->address).aic -= p().commit_deposit;
    burned_ += p().commit_deposit;
    filed_.push_back(filed);
  }
  void prove_commit() {
    if (filed_.empty()) return;
    const Filed filed = filed_[below(filed_.size())];
    const Job before = world_.living(id_);
    const Person& who = below(5) == 0 ? anyone() : *filed.who;  // a copier has no commit
    if (!call(who, Prove{filed.proof, filed.salt})) return;
    ASSERT_EQ(who.address, filed.who->address);
    ASSERT_TRUE(claimed().claim && filed.proof.claim == *claimed().claim);
    convicted(before, who.address, p().commit_deposit);
  }
  void prove_session() {
    const Job before = world_.living(id_);
    const Person& who = challenger();
    const vcr::StepProof proof = a_proof();
    if (!call(who, Prove{proof, std::nullopt})) return;
    ASSERT_TRUE(claimed().claim && proof.claim == *claimed().claim);
    convicted(before, who.address, 0);
  }
  void open() {
    const Job before = world_.living(id_);
    const Amount bond = p().session_bond_min * (1 + below(3));
    const Person& who = challenger();
    if (!call(who, OpenDescent{id_, bond})) return;
    owe(who.address).aic -= bond;
    owe(who.address).swr -= p().exit_fee;
    const Job after = world_.living(id_);
    if (after.sessions.size() > before.sessions.size()) return;
    for (const Session& session : before.sessions) {  // one yielded
      if (std::find_if(after.sessions.begin(), after.sessions.end(),
                       [&](const Session& s) { return s.id == session.id; }) == after.sessions.end()) {
        owe(session.challenger).aic += session.bond;
        owe(session.challenger).swr += p().exit_fee;
      }
    }
  }
  void respond() {
    const Job job = world_.living(id_);
    if (job.sessions.empty() || !answers_) return;
    const Session& at = job.sessions[below(job.sessions.size())];
    const auto reveal = vcr::make_reveal(claimed().own->shape(), *claimed().source, at.state.node);
    if (!reveal) return;
    Respond i{id_, {}, at.state.node, *reveal};
    for (const Session& session : job.sessions) {
      if (session.state.node == at.state.node && session.state.turn == at.state.turn &&
          clock_end(session) >= world_.slot)
        i.sessions.insert(session.id);
    }
    const Person& who = below(3) == 0 ? anyone() : cast().of(worker());
    if (!call(who, i)) return;
    owe(who.address).aic += p().respond_fee * i.sessions.size();
    for (const std::uint32_t id : i.sessions.items()) shown_[id] = *reveal;
  }
  void descend() {
    const Job job = world_.living(id_);
    if (job.sessions.empty()) return;
    const Session& session = job.sessions[below(job.sessions.size())];
    const auto shown = shown_.find(session.id);
    if (shown == shown_.end()) return;
    const auto* nodes = std::get_if<vcr::Nodes>(&shown->second);
    if (nodes == nullptr) return;
    auto step = vcr::choose_step(*claimed().own, session.state, *nodes);
    if (!step) {
      const unsigned levels = vcr::reveal_levels(claimed().own->shape(), session.state.node);
      if (nodes->size() != std::size_t{1} << levels) return;
      const std::uint32_t child = below(nodes->size());
      step = vcr::Step{static_cast<std::uint8_t>(child), (*nodes)[child],
                       crypto::merkle_padded_path(*nodes, levels, child)};
    }
    if (call(cast().of(session.challenger), Descend{id_, session.id, *step})) shown_.erase(session.id);
  }
  void settle() {
    const Job before = world_.living(id_);
    const Person& who = anyone();
    if (!call(who, Settle{id_})) return;
    const Amount units = *infer::units(fixture().facts.config, {21, before.submission->n_out});
    const Amount cost = (before.terms.price * units + (Amount{1} << 30) - 1) / (Amount{1} << 30);
    const Amount burn = (cost * p().burn_bps + 9'999) / 10'000;
    const std::uint64_t due = before.acceptance->slot.raw() + before.terms.sla_slots;
    Amount late = 0;
    if (submitted_.raw() > due) {
      late = (cost - burn) * before.terms.sla_bps * (submitted_.raw() - due) /
             (Amount{10'000} * (before.terms.max_slots - before.terms.sla_slots));
    }
    const Address paid = address_of(before.acceptance->worker);
    owe(paid).aic += cost - burn - late + before.terms.bond;
    owe(before.buyer).aic += escrow_ - cost + late;
    burned_ += burn;
    exit_to(who);
    ended(JobStatus::settled);
  }
  void cancel() {
    if (!call(cast().buyer, Cancel{id_})) return;
    owe(cast().buyer.address).aic += escrow_;
    ended(JobStatus::cancelled);
  }
  void exit_to(const Person& who) {
    owe(who.address).swr += p().exit_fee;
    reserve_ -= p().exit_fee;
  }
  void ended(JobStatus status) {
    owe(cast().buyer.address).swr += reserve_;
    ASSERT_EQ(world_.closed(id_).status, status);
  }
  void expire(std::optional<std::uint32_t> session) {
    const Job before = world_.living(id_);
    const Person& who = anyone();
    if (!call(who, Expire{id_, session})) return;
    if (session) return session_expired(before, *session, who);
    exit_to(who);
    if (!before.acceptance) {
      owe(before.buyer).aic += escrow_;
      return ended(JobStatus::unaccepted);
    }
    const Amount penalty = std::min(before.terms.bond, escrow_) * p().silent_bps / 10'000;
    owe(before.buyer).aic += penalty;
    owe(address_of(before.acceptance->worker)).aic += before.terms.bond - penalty;
    if (alive()) {
      EXPECT_LT(before.attempt + 1, before.terms.attempts);
      return;
    }
    owe(before.buyer).aic += escrow_;
    ended(JobStatus::silent);
  }
  void session_expired(const Job& before, std::uint32_t id, const Person& who) {
    const Session* session = nullptr;
    for (const Session& s : before.sessions) {
      if (s.id == id) session = &s;
    }
    ASSERT_NE(session, nullptr);
    if (session->state.turn == vcr::Turn::worker) {
      exit_to(who);
      return verdict(before, session->challenger, 0, JobStatus::defaulted);
    }
    ++counts_.timeouts;
    owe(address_of(before.acceptance->worker)).aic += session->bond / 2;
    burned_ += session->bond - session->bond / 2;
    owe(who.address).swr += p().exit_fee;
  }
  void convicted(const Job& before, const Address& winner, Amount deposit) {
    verdict(before, winner, deposit, JobStatus::convicted);
  }
  void verdict(const Job& before, const Address& winner, Amount deposit, JobStatus status) {
    const Amount bond = before.terms.bond;
    const Amount to_buyer = bond * p().fraud_buyer_bps / 10'000;
    const Amount to_winner = bond * p().fraud_challenger_bps / 10'000;
    Amount rest = bond - to_buyer - to_winner;
    owe(before.buyer).aic += escrow_ + to_buyer;
    owe(winner).aic += to_winner;
    const auto give_back = [&](const Address& to, Amount amount) {
      amount = std::min(amount, rest);
      rest -= amount;
      owe(to).aic += amount;
    };
    give_back(winner, deposit);
    for (const Session& s : before.sessions) {
      if (s.challenger == winner) give_back(winner, s.state.moves * p().respond_fee);
    }
    for (const Session& s : before.sessions) {
      if (s.challenger != winner) give_back(s.challenger, s.state.moves * p().respond_fee);
      owe(s.challenger).aic += s.bond;
      owe(s.challenger).swr += p().exit_fee;
    }
    burned_ += rest;
    ended(status);
  }
  void check_end() {
    ++counts_.ended[static_cast<std::size_t>(world_.closed(id_).status)];
    EXPECT_TRUE(world_.held().is_zero());
    EXPECT_EQ(world_.burned, (Balance{0, burned_}));
    EXPECT_LE(world_.state.at(job_object(id_)).size(), 96u);
    Balance total;
    for (const Person* person : cast().all) {
      EXPECT_EQ(world_.balances[person->address], expected_[person->address]) << person - cast().all[0];
      total.swr += world_.balances[person->address].swr;
      total.aic += world_.balances[person->address].aic;
    }
    EXPECT_EQ(total.swr, kRich * cast().all.size());
    EXPECT_EQ(total.aic + burned_, kRich * cast().all.size());
    if (!claimed().claim) {
      EXPECT_NE(world_.closed(id_).status, JobStatus::convicted);
    }
  }

  Random random_;
  Counts& counts_;
  World world_;
  Post post_;
  Hash id_;
  Balances expected_;
  Amount escrow_ = 0, reserve_ = 0, burned_ = 0;
  Slot submitted_;
  bool willing_ = true, answers_ = true, silent_ = false, late_ = false;
  std::size_t worker_case_ = 0;
  std::vector<Filed> filed_;
  std::map<std::uint32_t, vcr::Reveal> shown_;
};

TEST(Escrow, random_histories_end_and_pay_by_the_formulas) {
  // The seed is fixed, so that a failure can be played again; AETHER_LONG plays others too.
  const bool quick = std::getenv("AETHER_QUICK") != nullptr, longer = std::getenv("AETHER_LONG") != nullptr;
  const std::uint64_t histories = quick ? 2'000 : longer ? 200'000 : 20'000;
  constexpr std::uint64_t base = 1;
  Counts counts;
  for (std::uint64_t i = 0; i < histories; ++i) {
    History history(base + i, counts);
    history.play();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << base + i;
  }
  std::printf("seeds %llu to %llu: %zu calls, %zu refused, %zu sessions timed out; ",
              static_cast<unsigned long long>(base), static_cast<unsigned long long>(base + histories - 1),
              counts.calls, counts.refused, counts.timeouts);
  for (std::size_t i = 0; i < counts.ended.size(); ++i) {
    std::printf("%s %zu ", std::string(codec::enum_names<JobStatus>[i]).c_str(), counts.ended[i]);
    EXPECT_GT(counts.ended[i], 0u);
  }
  std::printf("\n");
  EXPECT_GT(counts.timeouts, 0u);
}

}  // namespace
}  // namespace aether::programs::testing
