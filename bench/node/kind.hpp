// The two chains under load, each by its own interface.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "aether/types/transaction.hpp"
#include "connection.hpp"

namespace aether::bench {

void require(bool holds, std::string_view what);
[[nodiscard]] std::uint64_t number_in(std::string_view text);

// Where a node is: its newest final block, and how many transactions wait.
struct Position {
  std::uint64_t height = 0;
  std::string hash;
  std::uint64_t waiting = 0;
};

class Kind {
 public:
  virtual ~Kind() = default;

  // Makes `count` transactions, of which the first is the one of that number, and the requests that send `batch` each.
  virtual void make(const client::Url& node, std::size_t first, std::size_t count, std::size_t batch) = 0;
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }
  // How many the answer to that request says were not taken.
  [[nodiscard]] virtual std::size_t refused(std::string_view answer, std::size_t request) const = 0;
  [[nodiscard]] virtual Position position(Connection& node) const = 0;
  // Returns when the only transaction of that request, which it sends, is final.
  virtual void send_and_wait(Connection& node, std::size_t request) const = 0;
  // The blocks above that height, up to the lowest of where the nodes are, all on one chain; of each the transactions
  // that were made here, as numbers from 0.
  [[nodiscard]] virtual std::map<std::uint64_t, std::vector<std::size_t>> blocks(
      const client::Url& node, std::uint64_t above, const std::vector<Position>& lasts) const = 0;

 protected:
  std::vector<std::string> requests_;
  std::size_t batch_ = 0;
};

// Signed transfers of 1 of AIC's base units each, to one of the accounts, or to as many new ones as a transaction may.
class Aether final : public Kind {
 public:
  enum class To : std::uint8_t { one, new_ones };
  explicit Aether(To to) : to_(to) {}
  [[nodiscard]] static std::vector<std::string> funds();

  void make(const client::Url& node, std::size_t first, std::size_t count, std::size_t batch) override;
  std::size_t refused(std::string_view answer, std::size_t request) const override;
  Position position(Connection& node) const override;
  void send_and_wait(Connection& node, std::size_t request) const override;
  std::map<std::uint64_t, std::vector<std::size_t>> blocks(const client::Url& node, std::uint64_t above,
                                                           const std::vector<Position>& lasts) const override;

 private:
  To to_;
  std::vector<Hash> ids_;
};

// Pairs for its kvstore, as many bytes as a transfer; nothing is signed.
class CometBft final : public Kind {
 public:
  void make(const client::Url& node, std::size_t first, std::size_t count, std::size_t batch) override;
  std::size_t refused(std::string_view answer, std::size_t request) const override;
  Position position(Connection& node) const override;
  void send_and_wait(Connection& node, std::size_t request) const override;
  std::map<std::uint64_t, std::vector<std::size_t>> blocks(const client::Url& node, std::uint64_t above,
                                                           const std::vector<Position>& lasts) const override;

 private:
  std::map<std::string, std::size_t> numbers_;  // of each transaction, as blocks show it
};

[[nodiscard]] std::unique_ptr<Kind> make_kind(std::string_view name);

}  // namespace aether::bench
