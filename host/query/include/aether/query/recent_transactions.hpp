// The ids of the transactions that were taken last, for who asks again and again what is new.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "aether/base/bytes.hpp"

namespace aether::query {

class RecentTransactions {
 public:
  static constexpr std::size_t kKept = 4'096;

  void add(const Hash& transaction);

  struct Behind {
    std::uint64_t count = 0;  // of all that were ever taken
    std::vector<Hash> transactions;
    std::uint64_t left_out = 0;  // that came before them, behind the count that was given
  };
  [[nodiscard]] Behind behind(const std::optional<std::uint64_t>& count) const;  // none: the count alone

 private:
  mutable std::mutex mutex_;
  std::uint64_t count_ = 0;  // by mutex_
  std::vector<Hash> ring_;   // by mutex_: the transaction number n at n % kKept
};

}  // namespace aether::query
