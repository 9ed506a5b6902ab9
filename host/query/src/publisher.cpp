#include "aether/query/publisher.hpp"

#include <algorithm>
#include <map>
#include <ranges>

#include "aether/api/dispatch.hpp"
#include "answers.hpp"
#include "block_notices.hpp"

namespace aether::query {
namespace {

// Transactions that were taken are told in batches, this often.
constexpr std::chrono::milliseconds kPendingEvery{20};

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

template <class T>
bool is(const api::Topic& topic) {
  return std::holds_alternative<T>(topic);
}

bool resumes(const api::Topic& topic) {
  return std::visit([](const auto& one) { return std::remove_cvref_t<decltype(one)>::kResumes; }, topic);
}

bool tells_of_blocks(const api::Topic& topic) {
  return !is<api::NewHeads>(topic) && !is<api::PendingTransactions>(topic);
}

}  // namespace

struct Publisher::Subscription {
  Subscription(std::shared_ptr<api::Sink> s, std::uint64_t id, const api::Subscribe& request, Slot first)
      : sink(std::move(s)),
        before("{\"jsonrpc\":\"2.0\",\"method\":\"" + std::string(api::kNotificationMethod) +
               "\",\"params\":{\"subscription\":\"" + std::to_string(id) + "\",\""),
        topic(request.topic),
        next(first),
        catches_up(request.from.has_value()) {}

  void send(const NoticeText& result) { sink->send(before + "result\":", result, "}}"); }
  void send_error(const api::Error& error) {
    sink->send(before + "error\":", std::make_shared<const std::string>(api::error_object(error)), "}}");
  }

  const std::shared_ptr<api::Sink> sink;
  const std::string before;
  const api::Topic topic;
  std::atomic<bool> ended = false;
  // Of the thread.
  Slot next;        // the first block of which was not told
  bool catches_up;  // with the newest block; until then only while the sink has room
};

// --- Connections ---------------------------------------------------------------------------------------------------

class Publisher::Connection final : public api::Subscriptions {
 public:
  Connection(Publisher& publisher, std::shared_ptr<api::Sink> sink) : publisher_(publisher), sink_(std::move(sink)) {}
  ~Connection() override {
    for (auto& [id, subscription] : subscriptions_) publisher_.end(*subscription);
    publisher_.chain_.changes().add();  // so that the thread lets go of the sink
  }

  api::Answer<api::SubscribeAnswer> handle(const api::Subscribe& request) override {
    std::erase_if(subscriptions_, [](const auto& one) { return one.second->ended.load(); });
    if (subscriptions_.size() >= publisher_.limits_.of_connection)
      return error(ErrorCode::too_many_subscriptions,
                   "a connection has at most " + std::to_string(publisher_.limits_.of_connection) + " subscriptions");
    // Before the subscription begins, so that nothing is left out between the block of the answer and the first told.
    const auto snapshot = publisher_.chain_.snapshot();
    AETHER_TRY(auto added, publisher_.add(sink_, last_ + 1, request, *snapshot));
    subscriptions_.emplace(++last_, std::move(added));
    return api::SubscribeAnswer{tip_of(*snapshot), last_};
  }

  api::Answer<api::UnsubscribeAnswer> handle(const api::Unsubscribe& request) override {
    const auto found = subscriptions_.find(request.subscription);
    if (found == subscriptions_.end() || found->second->ended)
      return error(ErrorCode::not_found, "this connection has no subscription " + std::to_string(request.subscription));
    publisher_.end(*found->second);
    subscriptions_.erase(found);
    return api::UnsubscribeAnswer{tip_of(*publisher_.chain_.snapshot())};
  }

  void drained() override { publisher_.chain_.changes().add(); }

 private:
  Publisher& publisher_;
  std::shared_ptr<api::Sink> sink_;
  std::map<std::uint64_t, Subscribed> subscriptions_;
  std::uint64_t last_ = 0;
};

std::unique_ptr<api::Subscriptions> Publisher::open(std::shared_ptr<api::Sink> sink) {
  return std::make_unique<Connection>(*this, std::move(sink));
}

api::Answer<Publisher::Subscribed> Publisher::add(const std::shared_ptr<api::Sink>& sink, std::uint64_t id,
                                                  const api::Subscribe& request, const storage::Snapshot& snapshot) {
  if (stops_) return error(ErrorCode::shutting_down, "the chain is stopping");
  Slot first = aether::next(snapshot.tip()->slot);
  if (request.from) {
    if (!resumes(request.topic))
      return error(ErrorCode::invalid_params, "params: this topic has no `from`", "unknown_key");
    if (*request.from > first)
      return error(ErrorCode::invalid_params, "params: from must be at most " + std::to_string(first.raw()),
                   "out_of_range");
    if (first.raw() - request.from->raw() > limits_.resume_blocks ||
        (*request.from < first && !snapshot.record(*request.from)))
      return error(ErrorCode::not_kept, "from must be a block that is kept here, at most " +
                                            std::to_string(limits_.resume_blocks) + " before the newest, " +
                                            std::to_string(snapshot.tip()->slot.raw()));
    first = *request.from;
  }
  if (open_.fetch_add(1) >= limits_.of_all) {
    --open_;
    return error(ErrorCode::too_many_subscriptions, "this node has too many subscriptions");
  }
  auto out = std::make_shared<Subscription>(sink, id, request, first);
  {
    const std::lock_guard lock(mutex_);
    new_.push_back(out);
  }
  chain_.changes().add();
  return out;
}

void Publisher::end(Subscription& subscription) {
  if (!subscription.ended.exchange(true)) --open_;
}

// --- The thread ----------------------------------------------------------------------------------------------------

Publisher::Publisher(const chain::Chain& chain, const ChainQueries& queries, Limits limits)
    : chain_(chain), queries_(queries), limits_(limits), thread_([this] { run(); }) {}

Publisher::~Publisher() { stop(); }

void Publisher::stop() {
  stops_ = true;
  chain_.changes().add();
  if (thread_.joinable()) thread_.join();
  active_.clear();
  const std::lock_guard lock(mutex_);
  new_.clear();
}

void Publisher::run() {
  while (!stops_) {
    const std::uint64_t seen = chain_.changes().count();
    const auto snapshot = chain_.snapshot();
    take_new(*snapshot);
    tell_head(*snapshot);
    tell_pending(*snapshot);
    if (tell_blocks(*snapshot)) continue;
    const bool polls =
        std::ranges::any_of(active_, [](const Subscribed& one) { return is<api::PendingTransactions>(one->topic); });
    chain_.changes().wait(seen, polls ? std::optional(kPendingEvery) : std::nullopt);
  }
}

void Publisher::take_new(const storage::Snapshot& snapshot) {
  std::erase_if(active_, [](const Subscribed& one) { return one->ended.load(); });
  std::vector<Subscribed> fresh;
  {
    const std::lock_guard lock(mutex_);
    fresh.swap(new_);
  }
  for (Subscribed& one : fresh) {
    // What is in a block already; what comes into one later is met there.
    if (const auto* topic = std::get_if<api::TransactionTopic>(&one->topic))
      if (const auto place = snapshot.transaction(topic->transaction)) {
        BlockNotices block(snapshot, place->slot);
        if (block.is_kept()) tell(*one, block);
      }
    if (!one->ended) active_.push_back(std::move(one));
  }
}

void Publisher::tell_head(const storage::Snapshot& snapshot) {
  const Running now = queries_.running();
  const bool is_final = !now.unfinal || now.unfinal->at.slot <= snapshot.tip()->slot;
  const api::BlockRef head = is_final ? tip_of(snapshot) : now.unfinal->at;
  if (head_ == head) return;
  NoticeText text;
  for (const Subscribed& one : active_) {
    // Who subscribes before anything was told is told what is new from then on.
    if (!head_ || one->ended || !is<api::NewHeads>(one->topic)) continue;
    if (!text) {
      api::HeadNotice notice{head, snapshot.tip()->header};
      if (!is_final) notice.header = *now.unfinal->header;
      text = written(notice);
    }
    one->send(text);
  }
  head_ = head;
}

void Publisher::tell_pending(const storage::Snapshot& snapshot) {
  std::vector<Subscription*> to;
  for (const Subscribed& one : active_)
    if (!one->ended && is<api::PendingTransactions>(one->topic)) to.push_back(one.get());
  if (to.empty()) {
    taken_.reset();
    return;
  }
  auto behind = queries_.taken(taken_);
  if (taken_ && (!behind.transactions.empty() || behind.left_out > 0)) {
    const NoticeText text =
        written(api::PendingNotice{tip_of(snapshot), std::move(behind.transactions), behind.left_out});
    for (Subscription* one : to) one->send(text);
  }
  taken_ = behind.count;
}

// Tells of the blocks up to the snapshot's: all of them to who waits for the newest, and one of the past to who catches
// up. Whether there are more of the past that somebody has room for.
bool Publisher::tell_blocks(const storage::Snapshot& snapshot) {
  const Slot tip = snapshot.tip()->slot;
  std::vector<Subscription*> live;
  std::vector<Subscription*> past;
  for (const Subscribed& one : active_) {
    if (one->ended || one->next > tip || !tells_of_blocks(one->topic)) continue;
    (one->catches_up ? past : live).push_back(one.get());
  }
  while (!live.empty() && !stops_) {
    tell_next(snapshot, live);
    std::erase_if(live, [&](const Subscription* one) { return one->ended || one->next > tip; });
  }
  std::erase_if(past, [](const Subscription* one) { return !one->sink->has_room(); });
  if (past.empty()) return false;
  tell_next(snapshot, past);
  for (Subscription* one : past) one->catches_up = one->next <= tip;
  return true;
}

// The oldest block that any of them waits for, to those who do. There is one at least.
void Publisher::tell_next(const storage::Snapshot& snapshot, std::span<Subscription* const> to) {
  const Slot slot = std::ranges::min(to | std::views::transform([](const Subscription* one) { return one->next; }));
  BlockNotices block(snapshot, slot);
  for (Subscription* one : to) {
    if (one->next != slot) continue;
    one->next = aether::next(slot);
    if (block.is_kept()) {
      tell(*one, block);
    } else {
      one->send_error(absent(slot).error());
      end(*one);
    }
  }
}

void Publisher::tell(Subscription& subscription, BlockNotices& block) {
  const auto send = [&](const NoticeText& text) { subscription.send(text); };
  std::visit(Overloaded{[&](const api::FinalizedHeads& topic) { block.tell(topic, send); },
                        [&](const api::LogsTopic& topic) { block.tell(topic, send); },
                        [&](const api::JobsTopic& topic) { block.tell(topic, send); },
                        [&](const api::TransactionTopic& topic) {
                          if (block.tell(topic, send)) end(subscription);
                        },
                        [](const auto&) {}},
             subscription.topic);
}

}  // namespace aether::query
