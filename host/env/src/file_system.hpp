// What writers of files share.
#pragma once

#include "aether/env/file.hpp"

namespace aether::env {

[[nodiscard]] Outcome<void> write_all(const Descriptor& file, ByteView bytes, const Path& path);
[[nodiscard]] Outcome<void> sync_file(const Descriptor& file, const Path& path);
[[nodiscard]] Outcome<void> sync_directory(const Path& path);
[[nodiscard]] Path directory_of(const Path& path);
// A new name beside `path` for what shall become it.
[[nodiscard]] Path temporary_of(const Path& path);
// Gives the temporary file its name, durably.
[[nodiscard]] Outcome<void> publish(const Path& temporary, const Path& path, bool overwrite);

}  // namespace aether::env
