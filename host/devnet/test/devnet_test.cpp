#include "aether/devnet/devnet.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <set>

#include "plan_file.hpp"
#include "ports.hpp"

namespace aether::devnet {
namespace {

using Lines = std::vector<std::string>;

env::TempDir temporary() { return std::move(*env::TempDir::create()); }

void append(const env::Path& path, std::string_view text) { std::ofstream(path, std::ios::app) << text; }

RC_GTEST_PROP(Plan, ComesBackFromItsText, ()) {
  Plan plan{*rc::gen::inRange(1U, kNodesMax + 1),
            *rc::gen::inRange<std::uint64_t>(0, kSlotMsMax + 1),
            *rc::gen::inRange<std::uint64_t>(1, kDeltaMsMax + 1),
            false,
            *rc::gen::arbitrary<bool>(),
            {}};
  plan.faults = plan.nodes <= faults::kNodesMax && *rc::gen::arbitrary<bool>();
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) plan.funds.push_back("aeth1x:" + std::to_string(i) + ":0.5");
  RC_ASSERT(plan_from_text(to_text(plan)) == plan);
}

TEST(Plan, OfAnotherFormIsRefused) {
  const std::string good = to_text(Plan{});
  ASSERT_TRUE(plan_from_text(good));
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string out = good;
    return out.replace(out.find(from), from.size(), to);
  };
  for (const std::string& text :
       {std::string(), good.substr(0, good.size() - 1), good + "more", good + "more 1\n", good + "fund \n",
        replaced("devnet 1", "devnet 2"), replaced("nodes 4", "nodes 0"), replaced("nodes 4", "nodes 65"),
        replaced("nodes 4", "nodes four"), replaced("slot_ms 200", "slot_ms 10001"),
        replaced("delta_ms 50", "delta_ms 0"), replaced("slot_ms 200\n", ""),
        replaced("nodes 4", "nodes 17") + "faults\n", good + "faults\nfaults\n", good + "demo\nfaults\n"})
    EXPECT_FALSE(plan_from_text(text)) << text;
}

TEST(Ports, AreDifferentAndFree) {
  const auto ports = free_ports(kNodesMax, 10);
  ASSERT_TRUE(ports);
  ASSERT_EQ(ports->nodes.size(), kNodesMax);
  ASSERT_EQ(ports->gates.size(), 10U);
  std::set<std::uint16_t> all(ports->gates.begin(), ports->gates.end());
  for (const NodePorts& each : ports->nodes) all.insert({each.rpc, each.network});
  EXPECT_EQ(all.size(), 2 * kNodesMax + 10);
  EXPECT_GE(*all.begin(), 1'024);
}

TEST(Directory, IsOpenedOnlyIfItHoldsANetwork) {
  const auto folder = temporary();
  EXPECT_EQ(Devnet::open(folder.path() / "absent", Use::look).error().kind, ErrorKind::absent);
  EXPECT_EQ(Devnet::open(folder.path(), Use::look).error().kind, ErrorKind::absent) << "empty";
  append(folder.path() / "letter", "text");
  EXPECT_EQ(Devnet::open(folder.path(), Use::look).error().kind, ErrorKind::foreign);
  append(folder.path() / kPlanFile, "aether-devnet 2\n");
  EXPECT_EQ(Devnet::open(folder.path(), Use::look).error().kind, ErrorKind::foreign) << "another version";
}

TEST(Directory, IsChangedByOneAtATime) {
  const auto folder = temporary();
  append(folder.path() / kPlanFile, to_text(Plan{}));
  {
    const auto first = Devnet::open(folder.path(), Use::change);
    ASSERT_TRUE(first);
    EXPECT_EQ(Devnet::open(folder.path(), Use::change).error().kind, ErrorKind::busy);
    EXPECT_TRUE(Devnet::open(folder.path(), Use::look));
  }
  EXPECT_TRUE(Devnet::open(folder.path(), Use::change));
}

TEST(Directory, OfSomethingElseIsNotMadeANetwork) {
  const auto folder = temporary();
  append(folder.path() / "letter", "text");
  EXPECT_EQ(Devnet::make(folder.path(), Plan{}, "/bin/false").error().kind, ErrorKind::foreign);
  const env::Path inner = folder.path() / "net";
  EXPECT_EQ(Devnet::make(inner, Plan{}, "/bin/false").error().kind, ErrorKind::refused);
  EXPECT_EQ(Devnet::make(inner / "", Plan{}, "/bin/false").error().kind, ErrorKind::refused) << "a slash at the end";
  EXPECT_EQ(Devnet::make(inner, Plan{.funds = {"aeth1"}}, "/bin/false").error().kind, ErrorKind::bad_fund);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "a failure leaves nothing";
}

TEST(Roots, AgreeUnlessOneSlotHasTwo) {
  const auto at = [](std::uint64_t slot, std::uint8_t root) {
    NodeAnswer answer{Slot{slot}, Slot{slot}, Slot{slot}, {}, true};
    answer.state_root.bytes[0] = root;
    return NodeStatus{{}, answer};
  };
  EXPECT_TRUE(roots_agree({}));
  EXPECT_TRUE(roots_agree({at(3, 7), at(3, 7), NodeStatus{}, at(9, 8)}));
  EXPECT_FALSE(roots_agree({at(3, 7), NodeStatus{}, at(3, 8)}));
}

Lines read(const std::vector<env::Path>& files, std::optional<std::size_t> tail) {
  Lines out;
  read_logs(files, tail, false, [&](std::size_t file, std::string_view line) {
    out.push_back(std::to_string(file) + std::string(line));
    return true;
  });
  return out;
}

RC_GTEST_PROP(Logs, TailIsTheLastLines, ()) {
  const auto folder = temporary();
  const auto lines = *rc::gen::container<Lines>(rc::gen::container<std::string>(rc::gen::inRange('a', 'e')));
  const auto tail = *rc::gen::inRange<std::size_t>(0, 5);
  std::string text;
  Lines expected;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += lines[i] + "\n";
    if (i + tail >= lines.size()) expected.push_back("0" + lines[i]);
  }
  append(folder.path() / "log", text);
  RC_ASSERT(read({folder.path() / "log"}, tail) == expected);
}

TEST(Logs, OfAllFilesAreReadInTheirOrder) {
  const auto folder = temporary();
  append(folder.path() / "a", "one\n\nhalf a line");
  append(folder.path() / "c", "two\n");
  const std::vector<env::Path> files{folder.path() / "a", folder.path() / "absent", folder.path() / "c"};
  EXPECT_EQ(read(files, std::nullopt), (Lines{"0one", "0", "0half a line", "2two"}));
}

TEST(Logs, AreFollowedUntilItIsEnough) {
  const auto folder = temporary();
  const env::Path log = folder.path() / "log";
  append(log, "one\n");
  Lines seen;
  read_logs({log}, std::nullopt, true, [&](std::size_t, std::string_view line) {
    seen.emplace_back(line);
    if (line == "one") append(log, "tw");
    if (line == "one") append(log, "o\nthree\n");
    return line != "three";
  });
  EXPECT_EQ(seen, (Lines{"one", "two", "three"}));
}

}  // namespace
}  // namespace aether::devnet
