#include "backends.hpp"

#include <fstream>

namespace aether::storage {

class PowerLossEnv::File final : public rocksdb::WritableFileWrapper {
 public:
  File(std::unique_ptr<rocksdb::WritableFile> file, std::string name, PowerLossEnv& env)
      : WritableFileWrapper(file.get()), file_(std::move(file)), name_(std::move(name)), env_(env) {}

  using WritableFileWrapper::Append;
  rocksdb::Status Append(const rocksdb::Slice& bytes) override {
    if (auto status = env_.step(); !status.ok()) return status;
    const std::lock_guard lock(env_.mutex_);
    env_.files_[name_].written += bytes.size();
    return file_->Append(bytes);
  }
  rocksdb::Status Sync() override {
    if (auto status = env_.step(); !status.ok()) return status;
    const std::lock_guard lock(env_.mutex_);
    auto& sizes = env_.files_[name_];
    sizes.synced = sizes.written;
    return rocksdb::Status::OK();  // the real disk loses nothing here
  }
  rocksdb::Status Fsync() override { return Sync(); }
  rocksdb::Status Close() override { return file_->Close(); }

 private:
  std::unique_ptr<rocksdb::WritableFile> file_;
  std::string name_;
  PowerLossEnv& env_;
};

rocksdb::Status PowerLossEnv::NewWritableFile(const std::string& name, std::unique_ptr<rocksdb::WritableFile>* file,
                                              const rocksdb::EnvOptions& options) {
  if (auto status = step(); !status.ok()) return status;
  std::unique_ptr<rocksdb::WritableFile> inner;
  if (auto status = target()->NewWritableFile(name, &inner, options); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  files_[name] = {};
  *file = std::make_unique<File>(std::move(inner), name, *this);
  return rocksdb::Status::OK();
}

rocksdb::Status PowerLossEnv::NewDirectory(const std::string&, std::unique_ptr<rocksdb::Directory>* directory) {
  struct Kept final : rocksdb::Directory {
    rocksdb::Status Fsync() override { return rocksdb::Status::OK(); }
  };
  *directory = std::make_unique<Kept>();
  return rocksdb::Status::OK();
}

rocksdb::Status PowerLossEnv::RenameFile(const std::string& from, const std::string& to) {
  if (auto status = step(); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  if (auto moved = files_.extract(from)) {
    moved.key() = to;
    files_.erase(to);
    files_.insert(std::move(moved));
  }
  return target()->RenameFile(from, to);
}

rocksdb::Status PowerLossEnv::DeleteFile(const std::string& name) {
  if (auto status = step(); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  files_.erase(name);
  return target()->DeleteFile(name);
}

void PowerLossEnv::restart(const SimulatedDisk::Draw& draw) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, sizes] : files_) {
    if (sizes.synced == sizes.written || !std::filesystem::exists(name)) continue;
    std::filesystem::resize_file(name, sizes.synced + draw(sizes.written - sizes.synced + 1));
    // RocksDB gives a manifest up that ends in noise. File systems that write data before sizes, as ext4 and XFS do
    // unless told otherwise, leave a shorter one.
    if (draw(2) == 0 || name.find("MANIFEST") != std::string::npos) continue;
    std::fstream file(name, std::ios::in | std::ios::out | std::ios::binary);
    for (std::uint64_t at = sizes.synced; at < std::filesystem::file_size(name); at += 1 + draw(64)) {
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(draw(256)));
    }
  }
  files_.clear();
  steps_left_ = std::int64_t{1} << 60;
}

}  // namespace aether::storage
