// Subscriptions: what a client is told without asking again, over a WebSocket. A notification is
//
//   {"jsonrpc":"2.0","method":"aeth_subscription","params":{"subscription":"7","result":{…}}}
//
// with a result of its topic's kind; or with "error" instead of "result", where the subscription cannot go on and ends.
// Of final blocks none is left out: who lost the connection names the block to go on from, and gets those between.
#pragma once

#include <memory>

#include "aether/api/methods_contracts.hpp"
#include "aether/api/methods_jobs.hpp"

namespace aether::api {

inline constexpr std::string_view kNotificationMethod = "aeth_subscription";

// --- Topics and what they tell -------------------------------------------------------------------------------------

struct HeadNotice {
  BlockRef at;
  std::optional<Header> header;  // genesis has none

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("header", self.header);
  }
};
struct NewHeads {
  using Notice = HeadNotice;
  static constexpr bool kResumes = false;
  static constexpr std::string_view kSummary =
      "The newest block that this node holds, final or not, each time that it is another; some may be left out";

  bool operator==(const NewHeads&) const = default;
  template <class Self, class V>
  static void fields(Self&, V&) {}
};
struct FinalizedHeads {
  using Notice = HeadNotice;
  static constexpr bool kResumes = true;
  static constexpr std::string_view kSummary = "Every block that became final, in order";

  bool operator==(const FinalizedHeads&) const = default;
  template <class Self, class V>
  static void fields(Self&, V&) {}
};

struct LogNotice {
  BlockRef at;  // the block of the log
  LogEntry entry;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("entry", self.entry);
  }
};
struct LogsTopic {
  using Notice = LogNotice;
  static constexpr bool kResumes = true;
  static constexpr std::string_view kSummary = "Every log of final blocks that the filter of aeth_getLogs lets pass";
  std::optional<Hash> contract;  // of any when none is given
  std::optional<Hash> topic;     // of any when none is given

  bool operator==(const LogsTopic&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("contract", self.contract);
    visit("topic", self.topic);
  }
};

struct JobNotice {
  BlockRef at;       // the block in which it changed
  Hash transaction;  // by which
  JobEntry entry;    // as the state after `state_at` holds it, which is `at` or a later block
  BlockRef state_at;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("transaction", self.transaction);
    visit("entry", self.entry);
    visit("state_at", self.state_at);
  }
};
struct JobsTopic {
  using Notice = JobNotice;
  static constexpr bool kResumes = true;
  static constexpr std::string_view kSummary =
      "Every transaction of a final block that succeeded and changed a job which the filter lets pass";
  std::optional<Hash> job;          // any when none is given
  std::optional<JobFilter> filter;  // all when none is given; by the state in the notification

  bool operator==(const JobsTopic&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
    visit("filter", self.filter);
  }
};

inline constexpr std::size_t kPendingNoticeMax = 4'096;
struct PendingNotice {
  BlockRef at;                     // the newest final block
  std::vector<Hash> transactions;  // ids, in the order in which they were taken
  std::uint64_t left_out = 0;      // that were taken before them, more than are kept

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("transactions", self.transactions);
    visit("left_out", self.left_out);
  }
};
struct PendingTransactions {
  using Notice = PendingNotice;
  static constexpr bool kResumes = false;
  static constexpr std::string_view kSummary =
      "The ids of transactions that this node has taken to wait for a block, in batches";

  bool operator==(const PendingTransactions&) const = default;
  template <class Self, class V>
  static void fields(Self&, V&) {}
};

struct TransactionNotice {
  BlockRef at;  // the final block that holds it
  Receipt receipt;
  std::string code_name;  // of its code
  TransactionPlace place;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("receipt", self.receipt);
    visit("code_name", self.code_name);
    visit("place", self.place);
  }
};
struct TransactionTopic {
  using Notice = TransactionNotice;
  static constexpr bool kResumes = false;
  static constexpr std::string_view kSummary =
      "How one transaction ended, when it is in a final block, which it may be already; then the subscription ends";
  Hash transaction;

  bool operator==(const TransactionTopic&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transaction", self.transaction);
  }
};

using Topic = std::variant<NewHeads, FinalizedHeads, LogsTopic, JobsTopic, PendingTransactions, TransactionTopic>;

// --- Methods -------------------------------------------------------------------------------------------------------

struct SubscribeAnswer {
  BlockRef at;  // the newest final block: notifications are of those behind it, unless `from` was given
  std::uint64_t subscription = 0;  // of this connection

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("subscription", self.subscription);
  }
};
struct Subscribe {
  using Answer = SubscribeAnswer;
  static constexpr std::string_view kMethod = "aeth_subscribe";
  static constexpr std::string_view kSummary =
      "Begins to send notifications of a topic, over a WebSocket. `from` is the first final block to tell of, at most "
      "10000 before the newest: finalizedHeads, logs and jobs can go on where another connection ended";
  Topic topic;
  std::optional<Slot> from;  // the block behind the newest when none is given

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("topic", self.topic);
    visit("from", self.from);
  }
};

struct UnsubscribeAnswer {
  BlockRef at;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
  }
};
struct Unsubscribe {
  using Answer = UnsubscribeAnswer;
  static constexpr std::string_view kMethod = "aeth_unsubscribe";
  static constexpr std::string_view kSummary =
      "Ends a subscription of this connection; a notification that is under way may still come";
  std::uint64_t subscription = 0;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("subscription", self.subscription);
  }
};

// --- Who tells, and whom -------------------------------------------------------------------------------------------

// Where the notifications of a connection go. Called from any thread; never waits.
class Sink {
 public:
  virtual ~Sink() = default;
  // A notification: the text before and behind `result`, which all who get it share. Who lets too much wait is dropped.
  virtual void send(std::string before, std::shared_ptr<const std::string> result, std::string_view behind) = 0;
  // Whether blocks of the past may be given too. When it has refused and has room again, it calls
  // Subscriptions::drained.
  [[nodiscard]] virtual bool has_room() = 0;
};

// The subscriptions of one connection, which end with it.
class Subscriptions {
 public:
  virtual ~Subscriptions() = default;
  virtual Answer<SubscribeAnswer> handle(const Subscribe& request) = 0;
  virtual Answer<UnsubscribeAnswer> handle(const Unsubscribe& request) = 0;
  virtual void drained() = 0;
};

// Must outlive what it opens; the sinks may be called until the subscriptions are gone, and shortly after.
class Feed {
 public:
  virtual ~Feed() = default;
  [[nodiscard]] virtual std::unique_ptr<Subscriptions> open(std::shared_ptr<Sink> sink) = 0;
};

}  // namespace aether::api

namespace aether::codec {
template <>
inline constexpr auto variant_names<api::Topic> =
    std::array<std::string_view, 6>{"newHeads", "finalizedHeads", "logs", "jobs", "pendingTransactions", "transaction"};
}  // namespace aether::codec
