// The system calls that change files, seen and disturbed: this test program's own open, write, fsync, rename, unlink,
// close and mkdir stand before libc's. And what the disk may hold when the power fails after some of them.
#pragma once

#include <map>
#include <vector>

#include "aether/env/file.hpp"

namespace aether::keystore::disk {

using Files = std::map<std::string, Bytes>;
[[nodiscard]] Files files_of(const env::Path& folder);
// Without waiting for the disk, mode 0600; what was there is removed.
void put_file(const env::Path& path, std::string_view text);
void put_files(const env::Path& folder, const Files& files);

struct Step {
  enum class Kind : std::uint8_t { make_folder, create, write, sync_file, sync_folder, rename, unlink };
  Kind kind{};
  std::string name = {}, to = {};  // within the folder
  std::size_t file = 0;  // which: files that are there at first count in the order of their names, then as created
  std::size_t offset = 0;
  Bytes bytes = {};
};

// Watches one folder, with those below it, until it dies. One at a time.
class Watch {
 public:
  enum class Fault : std::uint8_t { none, fail, die };
  // The step of that number, from 0, is not done: it fails with EIO, or the process ends there. Half of a write is
  // done.
  explicit Watch(env::Path folder, Fault fault = Fault::none, std::size_t at = 0);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();
  const std::vector<Step>& steps() const;
};

// All that the folder may hold when the power fails right after the steps. Of what was not synced anything may be
// there: each change of a name or not, each file's bytes, half of them, or what it had before.
[[nodiscard]] std::vector<Files> after_power_failure(const Files& before, std::span<const Step> steps);

}  // namespace aether::keystore::disk
