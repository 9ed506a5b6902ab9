// What there is to tell of one final block, each notification written when it is first wanted.
#pragma once

#include <functional>
#include <map>

#include "aether/api/json.hpp"
#include "aether/query/chain_queries.hpp"

namespace aether::query {

using NoticeText = std::shared_ptr<const std::string>;

class BlockNotices {
 public:
  // The snapshot must outlive it. The block is not behind its tip.
  BlockNotices(const storage::Snapshot& snapshot, Slot slot);

  // False where the block is not kept: the chain was restored from a snapshot.
  [[nodiscard]] bool is_kept() const { return record_ && receipts_; }

  // Those of a topic, in order. The block is kept.
  using Tell = std::function<void(const NoticeText&)>;
  void tell(const api::FinalizedHeads& topic, const Tell& tell);
  void tell(const api::LogsTopic& topic, const Tell& tell);
  void tell(const api::JobsTopic& topic, const Tell& tell);
  bool tell(const api::TransactionTopic& topic, const Tell& tell);  // false: it is not in this block

 private:
  struct Job {
    api::JobNotice notice;
    NoticeText text;
  };
  struct LogOf {
    api::LogPlace place;
    NoticeText text;
  };

  const storage::Snapshot& snapshot_;
  const std::optional<storage::BlockRecord> record_;
  const std::optional<std::vector<Receipt>> receipts_;
  NoticeText head_;
  std::optional<std::vector<LogOf>> logs_;
  std::optional<std::vector<Job>> jobs_;
  struct Ended {
    std::uint32_t index = 0;
    NoticeText text;
  };
  std::optional<std::map<Hash, Ended>> transactions_;
};

template <class Notice>
[[nodiscard]] NoticeText written(const Notice& notice) {
  return std::make_shared<const std::string>(api::to_json_text(notice));
}

}  // namespace aether::query
