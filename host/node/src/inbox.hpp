// What waits for the machine of a node, of four urgencies: what is more urgent overtakes. Bounded by those who put: a
// worker answers what it was asked, and what comes from peers holds credit of the network while it is here.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <vector>

#include "aether/chain/restore.hpp"
#include "aether/replica/replica.hpp"
#include "aether/transport/network.hpp"

namespace aether::node {

enum class Urgency : std::uint8_t {
  answers,    // of workers, and who is connected
  consensus,  // headers, votes, claims, certificates
  shreds,
  others,  // blocks, transactions, questions of this process
};
inline constexpr std::size_t kUrgencies = 4;

struct Gossip {
  replica::PeerId from = 0;
  transport::MessageId id = 0;
  std::vector<IdentifiedTransaction> transactions;
};
// The answer of a worker about a block, which counts only while it is awaited.
struct WorkDone {
  Hash block;
  std::uint64_t ticket = 0;
  replica::Event answer;
};
// Of this node's users; the promise is kept when the mempool has judged all.
struct Submission {
  std::vector<IdentifiedTransaction> transactions;
  std::promise<std::vector<Result<void, mempool::Refusal>>> verdicts;
};
// A snapshot is put together and durable: the machine goes on from it.
struct RestoreDone {
  Hash snapshot;
  std::shared_ptr<chain::Restore> restore;
};
// Asked of the machine between two steps.
using Question = std::function<void(const replica::Replica&)>;

struct Item {
  std::variant<replica::Event, Gossip, WorkDone, Submission, RestoreDone, Question> what;
  transport::Credit credit = {};
  std::uint64_t life = 0;  // of an answer to a replica: which one's; 0: it is no answer
};

class Inbox {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // False once it is closed: the item is dropped.
  bool put(Urgency urgency, Item item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return false;
      waiting_[static_cast<std::size_t>(urgency)].push_back(std::move(item));
    }
    wake_.notify_one();
    return true;
  }

  // What waits is dropped, and whoever waits for a promise in it learns that.
  void close() {
    std::array<std::deque<Item>, kUrgencies> dropped;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      dropped.swap(waiting_);
    }
    wake_.notify_one();
  }

  // Waits until something is here, `until`, or the end. What is taken is in `out`, which is emptied before, the most
  // urgent first: of each urgency no more than what comes meanwhile may wait for, and something, so that none waits for
  // ever. False: closed.
  bool take(std::vector<Item>& out, Time until) {
    out.clear();
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, until, [this] { return closed_ || any(); });
    if (closed_) return false;
    for (std::size_t urgency = 0; urgency < kUrgencies; ++urgency) {
      std::deque<Item>& items = waiting_[urgency];
      auto end = items.begin();
      for (std::size_t work = 0; end != items.end() && work < kWorkMax[urgency]; ++end) work += work_of(*end);
      out.insert(out.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(end));
      items.erase(items.begin(), end);
    }
    return true;
  }

 private:
  // Some milliseconds at most: a message of gossip, or of verified signatures, has hundreds of transactions.
  static constexpr std::array<std::size_t, kUrgencies> kWorkMax = {256, 256, 128, 512};

  static std::size_t work_of(const Item& item) {
    if (const auto* gossip = std::get_if<Gossip>(&item.what)) return 1 + gossip->transactions.size();
    if (const auto* submission = std::get_if<Submission>(&item.what)) return 1 + submission->transactions.size();
    const auto* event = std::get_if<replica::Event>(&item.what);
    const auto* verified = event == nullptr ? nullptr : std::get_if<replica::SignaturesVerified>(event);
    return 1 + (verified == nullptr ? 0 : verified->verdicts.size());
  }

  bool any() const {
    return std::ranges::any_of(waiting_, [](const auto& items) { return !items.empty(); });
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::array<std::deque<Item>, kUrgencies> waiting_;  // by mutex_
  bool closed_ = false;                               // by mutex_
};

}  // namespace aether::node
