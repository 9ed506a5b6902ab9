// Says when to ask again how a transaction ended: by a WebSocket of the chain, which tells its end and new final
// blocks, or, where there is none, by the clock.
#pragma once

#include <memory>

#include "aether/base/bytes.hpp"
#include "aether/client/url.hpp"

namespace aether::client {

enum class Ring : std::uint8_t {
  ended,      // the transaction is in a final block
  new_block,  // another one is final
  nothing,    // is new within kQuietMs
  unheard,    // the chain has no WebSocket, or it is over: poll_ms have passed
};

class Bell {
 public:
  static constexpr std::uint32_t kBlocksMs = 200;  // between two rings for new blocks, at least
  static constexpr std::uint32_t kQuietMs = 1'000;

  // Connects while it waits, so it never waits longer than one without a WebSocket would.
  Bell(const Url& url, const Hash& transaction, std::uint32_t poll_ms);
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  ~Bell();

  [[nodiscard]] Ring wait();

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;  // none: it is over
  std::uint32_t poll_ms_;
};

}  // namespace aether::client
