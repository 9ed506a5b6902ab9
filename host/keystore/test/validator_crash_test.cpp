// Crashes while a KES key evolves or is renewed: killed before each system call, power lost after each, each failing.
#include <sys/wait.h>
#include <unistd.h>

#include "disk.hpp"
#include "kes_file.hpp"
#include "validator_support.hpp"

namespace aether::keystore {
namespace {

using disk::Watch;

// Runs it in a child that ends at that step; whether it did, so was not done.
template <class Run>
bool dies_at(std::size_t step, const env::Path& folder, const Run& run) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Watch watch(folder, Watch::Fault::die, step);
    ::_exit(run() ? 1 : 2);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_NE(WEXITSTATUS(status), 2);
  return WEXITSTATUS(status) == 0;
}

// Files of the folder that are a KES key which the password opens.
std::size_t usable_kes_keys(const env::Path& folder) {
  std::size_t out = 0;
  for (const auto& [name, bytes] : disk::files_of(folder)) {
    const auto file = sealed_kes_from_text(as_text(bytes));
    if (file && KesFile::open(folder / name, *file, secret("pass"))) ++out;
  }
  return out;
}

// Opens what a crash left: one key, which signs for its period.
unsigned period_after_crash(const env::Path& folder) {
  const auto sealed = read_kes_file(folder / "kes.key");
  EXPECT_TRUE(sealed) << sealed.error().message;
  auto validator = Validator::open(folder, secret("pass"));
  if (!validator) {
    ADD_FAILURE() << validator.error().message;
    return crypto::kKesPeriods;
  }
  EXPECT_EQ(usable_kes_keys(folder), 1u);
  const unsigned period = validator->kes_period();
  EXPECT_EQ(period, sealed->head.period);
  const auto signature = validator->sign_kes(period, as_bytes("m"));
  EXPECT_TRUE(signature && crypto::kes_verify(validator->registration().kes_key, period, as_bytes("m"), *signature));
  return period;
}

// The steps of signing for `to` with a key of period `from`, and the folder before them.
struct Evolution {
  Evolution(unsigned from, unsigned to) {
    auto validator = made.open();
    EXPECT_TRUE(validator->sign_kes(from, as_bytes("m")));
    before = disk::files_of(made.folder());
    const Watch watch(made.folder());
    EXPECT_TRUE(validator->sign_kes(to, as_bytes("m")));
    steps = watch.steps();
  }
  Made made;
  disk::Files before;
  std::vector<disk::Step> steps;
};

TEST(KesCrash, killed_at_any_call_one_key_is_there) {
  for (const auto& [from, to] : {std::pair{0u, 1u}, {0u, 5u}, {31u, 32u}, {62u, 63u}}) {
    const Made made;
    ASSERT_TRUE(made.open()->sign_kes(from, as_bytes("m")));
    const auto before = disk::files_of(made.folder());
    std::size_t step = 0;
    bool evolved = false;
    while (dies_at(step, made.folder(), [&, target = to] {
      auto validator = made.open();
      return validator && validator->sign_kes(target, as_bytes("m")).has_value();
    })) {
      const unsigned period = period_after_crash(made.folder());
      EXPECT_TRUE(period == from || period == to) << "step " << step;
      EXPECT_TRUE(period == to || !evolved) << "step " << step;
      evolved = period == to;
      disk::put_files(made.folder(), before);
      ++step;
    }
    EXPECT_TRUE(evolved);
    EXPECT_EQ(period_after_crash(made.folder()), to);
    EXPECT_GE(step, 6u);  // create, write, sync, rename, sync the folder, overwrite, sync
  }
}

TEST(KesCrash, whatever_a_power_failure_leaves_is_one_key) {
  const Evolution evolution(2, 3);
  const auto& folder = evolution.made.folder();
  std::size_t states = 0;
  for (std::size_t count = 0; count <= evolution.steps.size(); ++count)
    for (const auto& files : disk::after_power_failure(evolution.before, std::span(evolution.steps).first(count))) {
      disk::put_files(folder, files);
      const unsigned period = period_after_crash(folder);
      EXPECT_TRUE(period == 2 || period == 3);
      // It has signed for period 3 once sign_kes returns.
      EXPECT_TRUE(period == 3 || count < evolution.steps.size());
      ++states;
    }
  EXPECT_GT(states, 10u);
}

TEST(KesCrash, the_old_file_is_overwritten_only_when_the_new_one_is_durable_and_then_at_once) {
  const Evolution evolution(2, 3);
  using Kind = disk::Step::Kind;
  std::vector<Kind> kinds;
  for (const auto& step : evolution.steps) kinds.push_back(step.kind);
  EXPECT_EQ(kinds, (std::vector{Kind::create, Kind::write, Kind::sync_file, Kind::rename, Kind::sync_folder,
                                Kind::write, Kind::sync_file}));
  const auto& old = evolution.before.at("kes.key");
  EXPECT_EQ(evolution.steps[5].bytes, Bytes(old.size()));
  EXPECT_NE(evolution.steps[5].file, evolution.steps[1].file);
}

TEST(KesCrash, where_a_call_fails_nothing_is_signed_and_the_next_try_goes_on) {
  const std::size_t count = Evolution(0, 1).steps.size();
  for (std::size_t step = 0; step < count; ++step) {
    const Made made;
    auto validator = made.open();
    {
      const Watch watch(made.folder(), Watch::Fault::fail, step);
      const auto signature = validator->sign_kes(1, as_bytes("m"));
      ASSERT_FALSE(signature) << step;
      EXPECT_EQ(signature.error().kind, ErrorKind::environment);
    }
    EXPECT_EQ(validator->sign_kes(0, as_bytes("m")).error().kind, ErrorKind::past_period);
    EXPECT_TRUE(validator->sign_kes(1, as_bytes("m")));
    EXPECT_EQ(read_kes_file(made.folder() / "kes.key")->head.period, 1u);
    validator = fail(Error{});
    EXPECT_EQ(period_after_crash(made.folder()), 1u);
  }
}

// What an interrupted renewal may leave: the old pair, the new pair, or the new key with the old registration, which is
// refused until the renewal is done again; never a registration whose key is nowhere.
void expect_renewable(const env::Path& folder, const crypto::KesPublicKey& old_key) {
  const auto kes = read_kes_file(folder / "kes.key");
  ASSERT_TRUE(kes);
  const auto registration = read_registration(folder / "registration.json");
  ASSERT_TRUE(registration);
  const auto& named = registration->unchecked().kes_key;
  const auto opened = Validator::open(folder, secret("pass"));
  if (named == kes->head.public_key) {
    EXPECT_TRUE(opened) << opened.error().message;
  } else {
    EXPECT_EQ(named, old_key);
    EXPECT_EQ(opened.error().kind, ErrorKind::other_registration);
  }
}

TEST(KesCrash, a_renewal_interrupted_anywhere_publishes_no_lost_key_and_can_be_repeated) {
  const Made made;
  ASSERT_TRUE(made.open()->sign_kes(9, as_bytes("m")));
  const auto before = disk::files_of(made.folder());
  const auto old_key = inspect_validator(made.folder())->registration.kes_key;
  std::vector<disk::Step> steps;
  {
    const Watch watch(made.folder());
    ASSERT_TRUE(rotate_kes(made.folder(), secret("pass")));
    steps = watch.steps();
  }
  for (std::size_t count = 0; count <= steps.size(); ++count)
    for (const auto& files : disk::after_power_failure(before, std::span(steps).first(count))) {
      disk::put_files(made.folder(), files);
      expect_renewable(made.folder(), old_key);
      if (count == steps.size()) {
        EXPECT_NE(inspect_validator(made.folder())->registration.kes_key, old_key);
      }
      const auto again = rotate_kes(made.folder(), secret("pass"));
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(usable_kes_keys(made.folder()), 1u);
      EXPECT_EQ(period_after_crash(made.folder()), 0u);
    }
}

// The steps of one operation on an open folder, and the folder before them.
template <class Operation>
std::pair<disk::Files, std::vector<disk::Step>> steps_of(const Made& made, const Operation& operation) {
  auto validator = made.open();
  disk::Files before = disk::files_of(made.folder());
  const Watch watch(made.folder());
  EXPECT_TRUE(operation(*validator));
  return {std::move(before), watch.steps()};
}

TEST(KesCrash, a_next_key_that_is_known_to_anybody_is_there_after_a_crash) {
  const Made made;
  ASSERT_TRUE(made.open()->sign_kes(3, as_bytes("m")));
  const auto old_key = inspect_validator(made.folder())->registration.kes_key;
  const auto [before, steps] =
      steps_of(made, [](Validator& validator) { return validator.prepare_next().has_value(); });
  for (std::size_t count = 0; count <= steps.size(); ++count)
    for (const auto& files : disk::after_power_failure(before, std::span(steps).first(count))) {
      disk::put_files(made.folder(), files);
      auto validator = made.open();
      ASSERT_TRUE(validator) << validator.error().message;
      EXPECT_EQ(validator->registration().kes_key, old_key);
      EXPECT_TRUE(validator->sign_kes(3, as_bytes("m")));
      EXPECT_TRUE(validator->next() != nullptr || count < steps.size());
      // One that was told to nobody is erased.
      EXPECT_EQ(usable_kes_keys(made.folder()), validator->next() != nullptr ? 2u : 1u);
      EXPECT_TRUE(validator->prepare_next());
    }
}

TEST(KesCrash, an_adoption_interrupted_anywhere_leaves_the_old_pair_or_the_new_key_alone) {
  const Made made;
  {
    auto validator = made.open();
    ASSERT_TRUE(validator->prepare_next());
    ASSERT_TRUE(validator->sign_next(2, as_bytes("m")));
  }
  const auto info = inspect_validator(made.folder());
  const auto [before, steps] = steps_of(made, [](Validator& validator) { return validator.adopt_next().has_value(); });
  std::size_t adopted = 0, states = 0;
  for (std::size_t count = 0; count <= steps.size(); ++count)
    for (const auto& files : disk::after_power_failure(before, std::span(steps).first(count))) {
      disk::put_files(made.folder(), files);
      const auto inspected = inspect_validator(made.folder());
      ASSERT_TRUE(inspected) << count << ": " << inspected.error().message;
      auto validator = made.open();
      ASSERT_TRUE(validator) << validator.error().message;
      ++states;
      if (validator->registration().kes_key == info->registration.kes_key) {
        EXPECT_LT(count, steps.size());
        ASSERT_NE(validator->next(), nullptr);
        EXPECT_TRUE(validator->sign_kes(0, as_bytes("m")));
        EXPECT_TRUE(validator->sign_next(2, as_bytes("m")));
        continue;
      }
      ++adopted;
      EXPECT_EQ(validator->registration(), *info->next);
      EXPECT_EQ(validator->next(), nullptr);
      EXPECT_EQ(usable_kes_keys(made.folder()), 1u);
      EXPECT_EQ(validator->sign_kes(1, as_bytes("m")).error().kind, ErrorKind::past_period);
      EXPECT_TRUE(validator->sign_kes(2, as_bytes("m")));
    }
  EXPECT_GT(adopted, 0u);
  EXPECT_GT(states, adopted);
}

TEST(KesCrash, where_a_call_of_an_adoption_fails_the_next_try_goes_on) {
  const auto prepared = [](const Made& made) {
    auto validator = made.open();
    EXPECT_TRUE(validator->prepare_next());
    return validator;
  };
  std::size_t count = 0;
  {
    const Made made;
    (void)prepared(made);
    count = steps_of(made, [](Validator& validator) { return validator.adopt_next().has_value(); }).second.size();
  }
  for (std::size_t step = 0; step < count; ++step) {
    const Made made;
    auto validator = prepared(made);
    const Registration next = *validator->next();
    {
      const Watch watch(made.folder(), Watch::Fault::fail, step);
      EXPECT_FALSE(validator->adopt_next()) << step;
    }
    ASSERT_TRUE(validator->adopt_next()) << step;
    EXPECT_EQ(validator->registration(), next);
    EXPECT_EQ(usable_kes_keys(made.folder()), 1u);
    EXPECT_TRUE(validator->sign_kes(1, as_bytes("m")));
  }
}

TEST(KesCrash, a_folder_is_made_whole_or_not_at_all) {
  const auto dir = std::move(*env::TempDir::create());
  const env::Path folder = dir.path() / "v";
  const NewValidator wanted{.chain_id = kChain, .address = address_with(1), .entropy = entropy_with(1), .cost = kCheap};
  std::size_t step = 0;
  while (dies_at(step++, dir.path(), [&] { return make_validator(folder, wanted, secret("pass")).has_value(); })) {
    if (!std::filesystem::exists(folder)) continue;
    EXPECT_TRUE(Validator::open(folder, secret("pass")));
    std::filesystem::remove_all(folder);
  }
  EXPECT_TRUE(Validator::open(folder, secret("pass")));
  EXPECT_GE(step, 14u);
  std::filesystem::remove_all(folder);
  for (std::size_t failing = 0; failing + 2 < step; ++failing) {
    const Watch watch(dir.path(), Watch::Fault::fail, failing);
    const auto made = make_validator(folder, wanted, secret("pass"));
    ASSERT_FALSE(made) << failing;
    EXPECT_EQ(made.error().kind, ErrorKind::environment);
    EXPECT_FALSE(std::filesystem::exists(folder));
  }
}

}  // namespace
}  // namespace aether::keystore
