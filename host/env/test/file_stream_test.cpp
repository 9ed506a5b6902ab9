#include "aether/env/file_stream.hpp"

#include <gtest/gtest.h>

namespace aether::env {
namespace {

std::size_t files_in(const Path& directory) {
  std::size_t out = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) out += entry.exists() ? 1 : 0;
  return out;
}

TEST(FileWriter, a_file_is_there_when_it_is_committed_and_not_before) {
  const auto dir = TempDir::create();
  const Path path = dir->path() / "file";
  {
    auto file = FileWriter::create(path, false);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->append(as_bytes("one ")));
    FileWriter moved = std::move(*file);
    ASSERT_TRUE(moved.append(as_bytes("two")));
    EXPECT_EQ(moved.size(), 7u);
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(moved.commit());
  }
  EXPECT_EQ(as_text(*read_file(path, 100)), "one two");
  {
    ASSERT_TRUE(FileWriter::create(path, true)->append(as_bytes("dropped")));
  }
  EXPECT_EQ(as_text(*read_file(path, 100)), "one two");
  EXPECT_EQ(files_in(dir->path()), 1u);
}

TEST(FileWriter, replaces_a_file_only_when_asked) {
  const auto dir = TempDir::create();
  const Path path = dir->path() / "file";
  auto late = FileWriter::create(path, false);
  ASSERT_TRUE(write_file_atomically(path, as_bytes("old")));
  EXPECT_EQ(FileWriter::create(path, false).error().kind, ErrorKind::exists);
  EXPECT_EQ(late->commit().error().kind, ErrorKind::exists);
  EXPECT_EQ(as_text(*read_file(path, 100)), "old");
  auto file = FileWriter::create(path, true);
  ASSERT_TRUE(file->append(as_bytes("new")));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(as_text(*read_file(path, 100)), "new");
}

TEST(FileReader, reads_at_any_place_and_no_further_than_the_end) {
  const auto dir = TempDir::create();
  ASSERT_TRUE(write_file_atomically(dir->path() / "file", as_bytes("0123456789")));
  const auto file = FileReader::open(dir->path() / "file");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size(), 10u);
  Bytes out(4);
  ASSERT_TRUE(file->read(3, out));
  EXPECT_EQ(as_text(out), "3456");
  EXPECT_TRUE(file->read(10, {}));
  EXPECT_FALSE(file->read(7, out));
  EXPECT_EQ(FileReader::open(dir->path()).error().kind, ErrorKind::not_a_file);
  EXPECT_EQ(FileReader::open(dir->path() / "none").error().kind, ErrorKind::not_found);
}

TEST(ExchangeDirectories, each_gets_the_others_name) {
  const auto dir = TempDir::create();
  const Path one = dir->path() / "one", other = dir->path() / "other";
  ASSERT_TRUE(make_directories(one));
  ASSERT_TRUE(make_directories(other));
  ASSERT_TRUE(write_file_atomically(one / "a", as_bytes("1")));
  ASSERT_TRUE(exchange_directories(one, other));
  EXPECT_TRUE(std::filesystem::exists(other / "a"));
  EXPECT_EQ(files_in(one), 0u);
  EXPECT_EQ(exchange_directories(one, dir->path() / "none").error().kind, ErrorKind::not_found);
}

TEST(AppendFile, grows_is_cut_and_found_again) {
  const auto directory = std::move(*TempDir::create());
  const Path path = directory.path() / "log";
  const auto text = [&] { return std::string(as_text(*read_file(path, 100))); };
  {
    AppendFile file = std::move(*AppendFile::open(path));
    EXPECT_EQ(file.size(), 0u);
    ASSERT_TRUE(file.append(as_bytes("one ")));
    ASSERT_TRUE(file.append(as_bytes("two ")));
    ASSERT_TRUE(file.sync());
    EXPECT_EQ(text(), "one two ");
  }
  AppendFile file = std::move(*AppendFile::open(path));
  EXPECT_EQ(file.size(), 8u);
  ASSERT_TRUE(file.truncate(4));
  ASSERT_TRUE(file.append(as_bytes("three")));
  EXPECT_EQ(file.size(), 9u);
  EXPECT_EQ(text(), "one three");
  EXPECT_EQ(AppendFile::open(directory.path()).error().kind, ErrorKind::not_a_file);
  EXPECT_EQ(AppendFile::open(directory.path() / "no" / "log").error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace aether::env
