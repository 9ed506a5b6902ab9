#include "aether/node/safety_log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <set>

#include "aether/crypto/sha256.hpp"

namespace aether::node {
namespace {

const Hash kGenesis{{7}};

env::TempDir temporary() { return std::move(*env::TempDir::create()); }

SafetyLog::BlockPointer block(std::uint64_t slot) {
  Block out;
  out.header.body.chain_id = ChainId{5};
  out.header.body.slot = Slot{slot};
  out.header.body.sealer = BftSealer{};
  out.header.signature = crypto::KesSignature{};
  return std::make_shared<const Block>(std::move(out));
}
Hash hash_of(const SafetyLog::BlockPointer& block) { return block_hash(block->header.body); }

consensus::SafetyRecord record(std::uint64_t slot) {
  consensus::SafetyRecord out = consensus::first_record(ChainId{5});
  out.slot = Slot{slot};
  out.prevotes.push_back(Hash{{static_cast<std::uint8_t>(slot)}});
  return out;
}

Evidence evidence(std::uint64_t slot) {
  VotePair pair{Vote{}, PrevoteCertificate{}};
  std::get<Vote>(pair.precommit).body.slot = Slot{slot};
  return pair;
}
Hash id_of(const Evidence& evidence) { return evidence_id(ChainId{5}, evidence); }

// What a log must hold.
struct Model {
  std::optional<consensus::SafetyRecord> record;
  std::map<Hash, Slot> blocks;
  std::set<Hash> evidence;

  bool operator==(const Model&) const = default;
};
Model content(const SafetyLog& log) {
  Model out{log.record(), {}, {}};
  for (const auto& one : log.blocks()) out.blocks.emplace(hash_of(one), one->header.body.slot);
  for (const Evidence& one : log.evidence()) out.evidence.insert(id_of(one));
  return out;
}

Bytes bytes_of(const env::TempDir& directory) { return *env::read_file(directory.path() / kSafetyLogFile, 1 << 20); }
void replace(const env::TempDir& directory, ByteView bytes) {
  std::ofstream(directory.path() / kSafetyLogFile, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}
SafetyLogError error_of(const env::TempDir& directory, const Hash& genesis = kGenesis) {
  const auto log = SafetyLog::open(directory.path(), genesis);
  if (log) {
    ADD_FAILURE() << "it was opened";
    return {};
  }
  EXPECT_NE(log.error().message.find(kSafetyLogFile), std::string::npos) << log.error().message;
  return log.error().kind;
}

RC_GTEST_PROP(SafetyLog, what_was_synced_is_there_after_opening_and_nothing_else, ()) {
  const auto directory = temporary();
  const std::uint64_t rewrite_bytes = *rc::gen::element<std::uint64_t>(100, 5'000, 1 << 20);
  Model model, synced;
  model.record = synced.record = consensus::first_record(ChainId{5});
  std::optional<SafetyLog> log = std::move(*SafetyLog::make(directory.path(), kGenesis, model.record, rewrite_bytes));
  const auto steps = *rc::gen::container<std::vector<std::uint32_t>>(60, rc::gen::inRange(0u, 4'000u));
  for (const std::uint32_t step : steps) {
    const std::uint64_t slot = step / 10 % 20;
    const auto one = block(slot);
    const Evidence offence = evidence(slot % 5);
    switch (step % 10) {
      case 0:
      case 1:
        log->add(record(slot));
        model.record = record(slot);
        break;
      case 2:
      case 3:
        log->add(hash_of(one), one);
        model.blocks.emplace(hash_of(one), Slot{slot});
        break;
      case 4:
        log->drop(hash_of(one));
        model.blocks.erase(hash_of(one));
        break;
      case 5:
        log->add(id_of(offence), offence);
        model.evidence.insert(id_of(offence));
        break;
      case 6:
        log->drop_evidence(id_of(offence));
        model.evidence.erase(id_of(offence));
        break;
      case 7:
        log.reset();
        log = std::move(*SafetyLog::open(directory.path(), kGenesis, rewrite_bytes));
        RC_ASSERT(log->torn_bytes() == 0u);
        model = synced;
        break;
      default: RC_ASSERT(log->sync().has_value()); synced = model;
    }
    RC_ASSERT(content(*log) == model);
  }
  log.reset();
  RC_ASSERT(content(*SafetyLog::open(directory.path(), kGenesis)) == synced);
}

// The file after each of some syncs, and what it held.
struct History {
  env::TempDir directory = temporary();
  std::vector<std::pair<std::size_t, Model>> synced;
  Bytes bytes;

  History() {
    SafetyLog log = std::move(*SafetyLog::make(directory.path(), kGenesis, record(1)));
    synced.emplace_back(log.size(), content(log));
    for (std::uint64_t slot = 2; slot < 6; ++slot) {
      log.add(hash_of(block(slot)), block(slot));
      log.add(id_of(evidence(slot)), evidence(slot));
      log.add(record(slot));
      if (slot > 3) log.drop(hash_of(block(slot - 2)));
      if (slot > 4) log.drop_evidence(id_of(evidence(slot - 3)));
      EXPECT_TRUE(log.sync());
      synced.emplace_back(log.size(), content(log));
    }
    bytes = bytes_of(directory);
  }
};

constexpr std::size_t kVersionAt = std::string_view("aether safety log\n").size();

// A frame of a program that knows one more kind of entry.
TEST(SafetyLog, an_entry_of_an_unknown_kind_is_refused) {
  const auto directory = temporary();
  SafetyLog log = std::move(*SafetyLog::make(directory.path(), kGenesis, std::nullopt));
  constexpr std::size_t kFrameHeaderBytes = 8 + 8 + 4 + Hash::kSize;
  const std::size_t kind_at = log.size() + kFrameHeaderBytes;
  const std::size_t salt_at = kVersionAt + 4 + Hash::kSize;
  log.add(record(1));
  ASSERT_TRUE(log.sync());
  Bytes bytes = bytes_of(directory);
  ASSERT_EQ(bytes[kind_at], 1u);
  for (const std::uint8_t kind : {std::uint8_t{0}, std::uint8_t{6}}) {
    bytes[kind_at] = kind;
    const ByteView salt = ByteView(bytes).subspan(salt_at, SafetyLog::kSaltSize);
    const ByteView sequence = ByteView(bytes).subspan(kind_at - kFrameHeaderBytes + 8, 8);
    const Hash sum = crypto::Tag("aether/safety-log")
                         .begin()
                         .update(salt)
                         .update(sequence)
                         .update(ByteView(bytes).subspan(kind_at))
                         .finish();
    std::ranges::copy(sum.bytes, bytes.begin() + static_cast<std::ptrdiff_t>(kind_at - Hash::kSize));
    replace(directory, bytes);
    EXPECT_EQ(error_of(directory), SafetyLogError::damaged);
  }
}

// Version 1 had no evidence, and is otherwise the same.
TEST(SafetyLog, a_log_of_version_1_is_migrated) {
  const auto directory = temporary();
  const auto kept = block(2);
  Model model;
  {
    SafetyLog log = std::move(*SafetyLog::make(directory.path(), kGenesis, record(1)));
    log.add(hash_of(kept), kept);
    ASSERT_TRUE(log.sync());
    model = content(log);
  }
  Bytes old = bytes_of(directory);
  old[kVersionAt] = 1;
  replace(directory, old);
  EXPECT_EQ(content(*SafetyLog::open(directory.path(), kGenesis)), model);
  EXPECT_EQ(bytes_of(directory)[kVersionAt], kSafetyLogVersion);
  EXPECT_EQ(content(*SafetyLog::open(directory.path(), kGenesis)), model);
}

TEST(SafetyLog, a_torn_end_is_cut_off_and_the_log_goes_on) {
  const History history;
  for (std::size_t cut = history.synced.front().first; cut < history.bytes.size(); cut += 7) {
    // The rest of a torn write is absent, or zeros.
    Bytes torn(history.bytes.begin(), history.bytes.begin() + static_cast<std::ptrdiff_t>(cut));
    if (cut % 2 == 0) torn.resize(history.bytes.size());
    replace(history.directory, torn);
    std::size_t whole = 0;
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(torn, history.bytes).in1 - torn.begin());
    while (whole + 1 < history.synced.size() && history.synced[whole + 1].first <= same) ++whole;
    {
      SafetyLog log = std::move(*SafetyLog::open(history.directory.path(), kGenesis));
      ASSERT_EQ(content(log), history.synced[whole].second) << cut;
      ASSERT_EQ(log.torn_bytes(), torn.size() - history.synced[whole].first);
      log.add(record(9));
      ASSERT_TRUE(log.sync());
    }
    ASSERT_EQ(SafetyLog::open(history.directory.path(), kGenesis)->record(), record(9));
  }
}

TEST(SafetyLog, damage_before_a_whole_frame_is_refused) {
  const History history;
  const std::size_t last = history.synced[history.synced.size() - 2].first;
  for (std::size_t at = history.synced.front().first; at < last; at += 11) {
    Bytes damaged = history.bytes;
    damaged[at] ^= 0x10;
    replace(history.directory, damaged);
    ASSERT_EQ(error_of(history.directory), SafetyLogError::damaged) << at;
  }
  // A frame that is missing altogether.
  Bytes gap = history.bytes;
  gap.erase(gap.begin() + static_cast<std::ptrdiff_t>(history.synced[1].first),
            gap.begin() + static_cast<std::ptrdiff_t>(history.synced[2].first));
  replace(history.directory, gap);
  EXPECT_EQ(error_of(history.directory), SafetyLogError::damaged);
}

TEST(SafetyLog, what_is_no_log_of_this_chain_and_program_is_refused_and_stays) {
  const History history;
  EXPECT_EQ(error_of(history.directory, Hash{{8}}), SafetyLogError::foreign);
  EXPECT_EQ(bytes_of(history.directory), history.bytes);
  Bytes other = history.bytes;
  for (const std::uint32_t version : {0u, kSafetyLogVersion + 1}) {
    other[kVersionAt] = static_cast<std::uint8_t>(version);
    replace(history.directory, other);
    EXPECT_EQ(error_of(history.directory), SafetyLogError::version);
  }
  other[0] = 'A';
  replace(history.directory, other);
  EXPECT_EQ(error_of(history.directory), SafetyLogError::damaged);
  replace(history.directory, Bytes(5));
  EXPECT_EQ(error_of(history.directory), SafetyLogError::damaged);
  EXPECT_EQ(SafetyLog::make(history.directory.path(), kGenesis, std::nullopt).error().kind, SafetyLogError::exists);
  const auto empty = temporary();
  EXPECT_EQ(error_of(empty), SafetyLogError::absent);
}

TEST(SafetyLog, a_full_disk_is_an_error_and_loses_nothing_that_was_kept) {
  const auto directory = temporary();
  SafetyLog log = std::move(*SafetyLog::make(directory.path(), kGenesis, record(1)));
  log.add(record(2));
  ASSERT_TRUE(log.sync());
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{log.size() + 10, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  log.add(record(3));
  const auto refused = log.sync();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, ignored);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SafetyLogError::environment);
  const auto again = SafetyLog::open(directory.path(), kGenesis);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->record(), record(2));
  EXPECT_EQ(again->torn_bytes(), 0u);
}

TEST(SafetyLog, the_file_stays_small) {
  const auto directory = temporary();
  constexpr std::uint64_t kRewrite = 10'000;
  SafetyLog log = std::move(*SafetyLog::make(directory.path(), kGenesis, record(1), kRewrite));
  const auto kept = block(1'000);
  log.add(hash_of(kept), kept);
  log.add(id_of(evidence(1'000)), evidence(1'000));
  for (std::uint64_t slot = 2; slot < 500; ++slot) {
    log.add(record(slot));
    log.add(hash_of(block(slot)), block(slot));
    log.drop(hash_of(block(slot - 1)));
    log.add(id_of(evidence(slot)), evidence(slot));
    log.drop_evidence(id_of(evidence(slot)));
    ASSERT_TRUE(log.sync());
    ASSERT_LT(log.size(), 2 * kRewrite);
  }
  const Model before = content(log);
  EXPECT_EQ(before.blocks.size(), 2u);
  EXPECT_EQ(before.evidence.size(), 1u);
  EXPECT_EQ(content(*SafetyLog::open(directory.path(), kGenesis)), before);
}

}  // namespace
}  // namespace aether::node
