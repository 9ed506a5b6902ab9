// Waiting for the end. Make one before any thread starts: it blocks SIGINT and SIGTERM in this thread and in all it
// starts, so that the signals arrive at wait() and nowhere else. SIGPIPE is ignored.
#pragma once

#include "aether/env/file.hpp"

namespace aether::env {

class StopSignal {
 public:
  [[nodiscard]] static Outcome<StopSignal> create();

  // Returns the signal's number, or 0 after request().
  int wait() const;
  // Ends wait() from another thread.
  void request() const;

 private:
  StopSignal(Descriptor signals, Descriptor event) : signals_(std::move(signals)), event_(std::move(event)) {}
  Descriptor signals_;
  Descriptor event_;
};

}  // namespace aether::env
