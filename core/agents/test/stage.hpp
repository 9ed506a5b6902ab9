// A small world for agents: the real programs, a pool of transactions on their way, and hosts that carry out effects.
#pragma once

#include "../../programs/test/world.hpp"
#include "aether/agents/buyer.hpp"
#include "aether/agents/watchtower.hpp"
#include "aether/agents/worker.hpp"

namespace aether::agents::testing {

using programs::EscrowInstruction;
using programs::JobStatus;
using programs::testing::a_post;
using programs::testing::Case;
using programs::testing::cast;
using programs::testing::fixture;
using programs::testing::hash_of;
using programs::testing::kRich;
using programs::testing::Person;
using programs::testing::Random;
using programs::testing::start;
using programs::testing::World;

// What the way of a transaction is like.
struct Weather {
  std::uint64_t delay_max = 0;  // slots in the pool beyond the next
  std::uint64_t lost_of_100 = 0;
  std::uint64_t valid_slots = 12;
};

struct Refusal {
  Action action = Action::post;
  ResultCode code;
  bool operator==(const Refusal&) const = default;
};

class Chain {
 public:
  explicit Chain(std::uint64_t seed = 1, Weather weather = {}) : random(seed), weather_(weather), world(start()) {
    world.params.jobs = JobParams{};
    world.params.jobs.window_slots = 40;
  }

  void send(const Person& who, Send send, std::function<void(SendEnded)> ended) {
    Pooled pooled{&who, std::move(send), {}, {}, std::move(ended)};
    const bool lost = random() % 100 < weather_.lost_of_100;
    const std::uint64_t delay = weather_.delay_max == 0 ? 0 : random() % (weather_.delay_max + 1);
    pooled.arrives = Slot{world.slot.raw() + 1 + (lost ? 1'000'000 : delay)};
    pooled.valid_until = Slot{world.slot.raw() + weather_.valid_slots};
    if (pooled.send.last) pooled.valid_until = std::min(pooled.valid_until, *pooled.send.last);
    pool_.push_back(std::move(pooled));
  }
  ResultCode call(const Person& who, const EscrowInstruction& instruction) {
    const ResultCode code = world.call(who, instruction, fixture().model);
    if (code == kSuccess) {
      transactions[world.transaction] = instruction;
      moves.emplace_back(world.slot, instruction);
    }
    return code;
  }
  void seal() {
    world.slot = next(world.slot);
    std::vector<Pooled> pool = std::move(pool_);
    pool_.clear();
    for (Pooled& pooled : pool) {
      if (world.slot > pooled.valid_until) {
        pooled.ended({pooled.send.id, world.slot, std::nullopt, 0});
      } else if (world.slot < pooled.arrives) {
        pool_.push_back(std::move(pooled));
      } else {
        const ResultCode code = call(*pooled.who, pooled.send.instruction);
        if (code != kSuccess) refusals.push_back({static_cast<Action>(pooled.send.instruction.index()), code});
        pooled.ended({pooled.send.id, world.slot, code, world.nonce});
      }
    }
  }

  // The first of a kind that is on its way.
  const EscrowInstruction& in_pool(Action action) const {
    for (const Pooled& pooled : pool_) {
      if (static_cast<Action>(pooled.send.instruction.index()) == action) return pooled.send.instruction;
    }
    std::abort();
  }
  template <class Agent>
  std::vector<JobView> jobs(const Agent& agent) const {
    std::vector<JobView> out;
    for (const auto& [id, value] : world.state) {
      if (id.domain != Domain::job) continue;
      const programs::JobObject object = *world.job_object_of(id.key);
      if (std::holds_alternative<programs::Job>(object.state) || agent.tracks(id.key)) out.push_back({id.key, object});
    }
    return out;
  }
  Observation observe(const Person& who, std::span<const JobView> jobs) {
    return {world.chain, world.slot, world.params.jobs, world.balances[who.address], jobs};
  }
  Balance total() const {
    Balance sum = world.held();
    for (const auto& [address, balance] : world.balances) {
      sum.swr += balance.swr;
      sum.aic += balance.aic;
    }
    sum.swr += world.burned.swr;
    sum.aic += world.burned.aic;
    return sum;
  }

  Random random;

 private:
  struct Pooled {
    const Person* who;
    Send send;
    Slot arrives, valid_until;
    std::function<void(SendEnded)> ended;
  };
  Weather weather_;
  std::vector<Pooled> pool_;

 public:
  World world;
  std::map<Hash, EscrowInstruction> transactions;
  std::vector<std::pair<Slot, EscrowInstruction>> moves;
  std::vector<Refusal> refusals;
};

inline HeldModel held_model() { return HeldModel(fixture().facts); }

// Runs a machine: steps it while it has something to say, and starts it afresh on demand.
template <class Agent, class Event>
class Host {
 public:
  Host(Chain& chain, const Person& who) : chain_(chain), who_(who) {}
  const Person& who() const { return who_; }
  std::vector<Note> notes;
  std::size_t count(NoteKind kind) const {
    return static_cast<std::size_t>(std::ranges::count(notes, kind, &Note::kind));
  }

 protected:
  void carry_out(Send send) {
    const std::uint64_t life = life_;
    chain_.send(who_, std::move(send), [this, life](SendEnded ended) {
      if (life == life_) events_.push_back(ended);
    });
  }
  void carry_out(const Note& note) { notes.push_back(note); }
  void forget() {
    ++life_;
    events_.clear();
  }

  Chain& chain_;
  const Person& who_;
  std::vector<Event> events_;
  std::uint64_t life_ = 0;
};

// What a worker shows over HTTP, and does on chain.
struct Manners {
  enum class Http { all, nothing, no_tiles, wrong_tiles, wrong_nodes } http = Http::all;
  unsigned answers_max = 1'000;  // responds on chain before it falls silent
  std::uint64_t run_slots = 1;   // from accept to the receipt
  bool runs = true;
  bool alive = true;
};

class WorkerHost final : public Host<Worker, WorkerEvent>, private Traces {
 public:
  WorkerHost(Chain& chain, const Person& who, const Case& what, Manners how = {})
      : Host(chain, who), what_(&what), manners(how), machine_(Identity(who.key), {}, {}) {
    options.models.push_back(held_model());
    options.endpoint = "http://127.0.0.1:1";
    options.units_per_slot = std::uint64_t{1} << 40;
    machine_ = make();
  }
  void restart() {
    forget();
    runs_.clear();
    serving_.clear();
    machine_ = make();
  }
  void step() {
    if (!manners.alive) return;
    const Slot now = chain_.world.slot;
    for (auto& [run, ready] : runs_) {
      if (!manners.runs || now < ready) continue;
      events_.push_back(RunEnded{run.job, run.attempt, RunOutput{what_->output, what_->trace_root}});
      ready = Slot{~std::uint64_t{0}};
    }
    const std::vector<JobView> jobs = chain_.jobs(machine_);
    const std::vector<WorkerEvent> events = std::exchange(events_, {});
    for (WorkerEffect& effect : machine_.step(chain_.observe(who_, jobs), events, *this)) {
      std::visit([&](auto& e) { carry_out(std::move(e)); }, effect);
    }
  }
  std::size_t responds() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        chain_.moves, [](const auto& move) { return std::holds_alternative<programs::Respond>(move.second); }));
  }
  const Case& what() const { return *what_; }

 private:
  Worker make() const {
    return Worker(Identity(who_.key), options,
                  [who = &who_](vcr::VcrBody body) { return vcr::sign(std::move(body), who->seed); });
  }
  using Host::carry_out;
  void carry_out(Run run) {
    const auto post = chain_.transactions.find(run.post_transaction);
    ASSERT_TRUE(post != chain_.transactions.end());
    EXPECT_EQ(vcr::token_root(std::get<programs::Post>(post->second).prompt), run.request_root);
    runs_.emplace_back(run, Slot{chain_.world.slot.raw() + manners.run_slots});
  }
  void carry_out(const Serve& serve) { serving_.insert(serve.job); }
  void carry_out(const Drop& drop) {
    serving_.erase(drop.job);
    std::erase_if(runs_, [&](const auto& item) { return item.first.job == drop.job; });
  }
  vcr::TraceSource* trace(const Hash& job) override {
    return serving_.contains(job) && responds() < manners.answers_max ? what_->source.get() : nullptr;
  }

  const Case* what_;

 public:
  Manners manners;
  WorkerOptions options;

 private:
  Worker machine_;
  std::vector<std::pair<Run, Slot>> runs_;
  std::set<Hash> serving_;
};

// The worker's HTTP interface as its manners have it.
class Endpoint final : public vcr::TraceSource {
 public:
  explicit Endpoint(const WorkerHost& worker) : worker_(worker) {}
  std::optional<Hash> node(const vcr::Node& node) override {
    const Manners::Http http = worker_.manners.http;
    if (!worker_.manners.alive || http == Manners::Http::nothing) return std::nullopt;
    if (http == Manners::Http::wrong_nodes && node.op != vcr::kOperatorTree) return hash_of(node.index);
    return worker_.what().source->node(node);
  }
  std::optional<Bytes> tile(std::uint32_t op, std::uint64_t leaf) override {
    const Manners::Http http = worker_.manners.http;
    if (!worker_.manners.alive || http == Manners::Http::nothing || http == Manners::Http::no_tiles)
      return std::nullopt;
    auto tile = worker_.what().source->tile(op, leaf);
    if (tile && !tile->empty() && http == Manners::Http::wrong_tiles) (*tile)[0] ^= 1;
    return tile;
  }

 private:
  const WorkerHost& worker_;
};

class TowerHost final : public Host<Watchtower, WatchtowerEvent>, private OwnRuns {
 public:
  TowerHost(Chain& chain, const Person& who, const WorkerHost& endpoint, WatchtowerOptions options = {})
      : Host(chain, who), endpoint_(endpoint), options_(std::move(options)), machine_(make()) {}
  void restart() {
    forget();
    runs_.clear();
    machine_ = make();
  }
  void step() {
    do {
      const std::vector<JobView> jobs = chain_.jobs(machine_);
      const std::vector<WatchtowerEvent> events = std::exchange(events_, {});
      for (WatchtowerEffect& effect : machine_.step(chain_.observe(who_, jobs), events, *this)) {
        std::visit([&](auto& e) { carry_out(std::move(e)); }, effect);
      }
    } while (!events_.empty());
  }
  std::size_t held() const { return runs_.size(); }

 private:
  Watchtower make() const {
    WatchtowerOptions options = options_;
    options.models = {held_model()};
    options.secret = hash_of(77);
    return Watchtower(Identity(who_.key), options);
  }
  using Host::carry_out;
  void carry_out(const Audit& audit) {
    const auto& post = std::get<programs::Post>(chain_.transactions.at(audit.post_transaction));
    const auto& submit = std::get<programs::SubmitVcr>(chain_.transactions.at(audit.submit_transaction));
    EXPECT_EQ(vcr::token_root(post.prompt), audit.request_root);
    EXPECT_EQ(vcr::token_root(submit.output), audit.output_root);
    for (const Case& what : fixture().cases) {
      if (!std::ranges::equal(what.output, submit.output)) continue;
      runs_[audit.job] = OwnRun{what.own.get(), fixture().run.tree.get(), {fixture().run.prompt, what.output}};
      break;
    }
    const OwnRun& own = runs_.at(audit.job);
    Endpoint endpoint(endpoint_);
    auto claim = vcr::find_first_fraud(*own.trace, *own.model, own.tokens, endpoint, audit.trace_root);
    if (claim) {
      events_.push_back(AuditEnded{audit.job, std::move(*claim)});
    } else if (claim.error() == vcr::ProveError::no_fraud) {
      events_.push_back(AuditEnded{audit.job, AuditHonest{}});
    } else {
      events_.push_back(AuditEnded{audit.job, AuditNotServed{}});
    }
  }
  void carry_out(const ReadMoves& read) {
    MovesRead out{read.job, std::max(chain_.world.slot, Slot{read.from.raw() - 1}), {}};
    for (const auto& [slot, instruction] : chain_.moves) {
      if (slot < read.from) continue;
      if (const auto* i = std::get_if<programs::Respond>(&instruction); i && i->job == read.job)
        out.moves.push_back(*i);
      if (const auto* i = std::get_if<programs::Descend>(&instruction); i && i->job == read.job)
        out.moves.push_back(*i);
    }
    events_.push_back(std::move(out));
  }
  void carry_out(const DropAudit& drop) { runs_.erase(drop.job); }
  std::optional<OwnRun> run(const Hash& job) override {
    const auto at = runs_.find(job);
    return at == runs_.end() ? std::nullopt : std::optional(at->second);
  }

  const WorkerHost& endpoint_;
  WatchtowerOptions options_;
  Watchtower machine_;
  std::map<Hash, OwnRun> runs_;
};

class BuyerHost final : public Host<Buyer, BuyerEvent> {
 public:
  BuyerHost(Chain& chain, const Person& who) : Host(chain, who), machine_(Identity(who.key), {}) {}
  void restart() {
    forget();
    machine_ = Buyer(Identity(who_.key), {});
  }
  void tell(BuyerEvent event) { events_.push_back(std::move(event)); }
  void step() {
    const std::vector<JobView> jobs = chain_.jobs(machine_);
    const std::vector<BuyerEvent> events = std::exchange(events_, {});
    for (BuyerEffect& effect : machine_.step(chain_.observe(who_, jobs), events)) {
      std::visit([&](auto& e) { carry_out(std::move(e)); }, effect);
    }
  }
  std::vector<Posted> posted;
  std::vector<OrderRefused> refused;
  std::map<Hash, std::vector<std::uint32_t>> results;
  std::size_t deliveries = 0;

 private:
  using Host::carry_out;
  void carry_out(const Posted& e) { posted.push_back(e); }
  void carry_out(const OrderRefused& e) { refused.push_back(e); }
  void carry_out(const Deliver& e) {
    ++deliveries;
    const auto& output = std::get<programs::SubmitVcr>(chain_.transactions.at(e.submit_transaction)).output;
    results[e.job] = {output.begin(), output.end()};
  }

  Buyer machine_;
};

inline Order an_order(std::uint32_t number = 0) {
  Order order{number, a_post(), fixture().facts.config};
  order.post.terms.sla_slots = 10;
  order.post.terms.max_slots = 25;
  order.post.terms.accept_slots = 12;
  return order;
}

}  // namespace aether::agents::testing
