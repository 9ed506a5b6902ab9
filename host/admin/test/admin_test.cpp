#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <future>

#include "aether/admin/client.hpp"
#include "aether/api/json_reader.hpp"
#include "aether/api/limits.hpp"
#include "scripted_node.hpp"

namespace aether::admin {
namespace {

namespace json = boost::json;
using testing::ScriptedNode;

json::value ask(Service& node, std::string_view line) { return json::parse(dispatch(node, line)); }
std::string error_name(const json::value& answer) {
  return std::string(answer.at("error").at("data").at("name").as_string());
}

TEST(Dispatch, AnswersEachMethodAndRefusesWhatIsNone) {
  ScriptedNode node;
  node.status.process = 7;
  EXPECT_EQ(ask(node, R"({"jsonrpc":"2.0","id":"a","method":"admin_getStatus"})").at("result").at("process"), 7);
  EXPECT_TRUE(ask(node, R"({"jsonrpc":"2.0","id":1,"method":"admin_getCheckpoint"})").at("result").is_object());
  EXPECT_EQ(dispatch(node, R"({"jsonrpc":"2.0","method":"admin_getStatus"})"), "");
  EXPECT_EQ(error_name(ask(node, "nonsense")), "parse_error");
  EXPECT_EQ(error_name(ask(node, R"([{"jsonrpc":"2.0","id":1,"method":"admin_getStatus"}])")), "invalid_request");
  EXPECT_EQ(error_name(ask(node, R"({"jsonrpc":"2.0","id":1,"method":"aeth_health"})")), "method_not_found");
  const auto bad = ask(node, R"({"jsonrpc":"2.0","id":1,"method":"admin_createSnapshot","params":{"file":1}})");
  EXPECT_EQ(error_name(bad), "invalid_params");
  EXPECT_EQ(bad.at("error").at("data").at("reason"), "wrong_type");
}

TEST(Dispatch, DescribesEveryMethodWithItsErrors) {
  ScriptedNode node;
  const auto document = ask(node, R"({"jsonrpc":"2.0","id":1,"method":"rpc.discover"})").at("result");
  std::vector<std::string> named;
  for (const auto& method : document.at("methods").as_array()) {
    named.emplace_back(method.at("name").as_string());
    EXPECT_FALSE(method.as_object().contains("x-cost"));
    EXPECT_EQ(method.at("errors").as_array().size(), named.back().starts_with("admin_get") ? 0U : 2U);
  }
  EXPECT_EQ(named, (std::vector<std::string>{"admin_getStatus", "admin_getCheckpoint", "admin_createSnapshot",
                                             "admin_prepareKes"}));
}

class Socket : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = env::TempDir::create();
    ASSERT_TRUE(made);
    folder_.emplace(std::move(*made));
    home_ = folder_->path();
  }
  std::unique_ptr<Server> start() {
    auto started = Server::start(home_, node_);
    EXPECT_TRUE(started) << (started ? "" : started.error());
    return started ? std::move(*started) : nullptr;
  }
  env::Path path() const { return home_ / kSocketFile; }
  // A connection that sends any bytes.
  env::Descriptor raw() const {
    env::Descriptor out(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().string().copy(&address.sun_path[0], sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(out.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return out;
  }
  static std::string read_all(const env::Descriptor& socket) {
    std::string out;
    std::array<char, 4096> part;
    for (ssize_t n = 0; (n = ::recv(socket.get(), part.data(), part.size(), 0)) > 0;)
      out.append(part.data(), static_cast<std::size_t>(n));
    return out;
  }
  static void send_all(const env::Descriptor& socket, std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  std::optional<env::TempDir> folder_;
  env::Path home_;
  ScriptedNode node_;
};

TEST_F(Socket, AnswersSeveralRequestsOfOneClientAndErrorsOfTheNode) {
  const auto server = start();
  auto client = Client::connect(home_);
  ASSERT_TRUE(client);
  node_.status.peers = 3;
  const auto status = client->call(GetStatus{});
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->peers, 3U);
  node_.on_snapshot = [](const CreateSnapshot& request) -> api::Answer<SnapshotAnswer> {
    return fail(api::Error{api::ErrorCode::operation_failed, request.file + " is there", "exists"});
  };
  const auto refused = client->call(CreateSnapshot{"/a", false});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_EQ(refused.error().message, "/a is there");
  EXPECT_EQ(refused.error().error.reason, "exists");
  EXPECT_TRUE(client->call(GetCheckpoint{}));
}

TEST_F(Socket, IsForItsOwnerAloneAndGoneAfterwards) {
  auto server = start();
  struct stat status{};
  ASSERT_EQ(::lstat(path().c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  server->stop();
  EXPECT_NE(::lstat(path().c_str(), &status), 0);
  const auto client = Client::connect(home_);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().kind, ErrorKind::absent);
}

TEST_F(Socket, OneThatAKilledProcessLeftIsAbsentAndIsReplaced) {
  {
    const env::Descriptor left(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().string().copy(&address.sun_path[0], sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(left.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  const auto none = Client::connect(home_);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::absent);
  const auto server = start();
  auto client = Client::connect(home_);
  ASSERT_TRUE(client);
  EXPECT_TRUE(client->call(GetStatus{}));
}

TEST_F(Socket, TakesADirectoryWhosePathIsLongerThanAnAddress) {
  home_ /= std::string(200, 'a');
  ASSERT_TRUE(env::make_directories(home_, 0700));
  const auto server = start();
  auto client = Client::connect(home_);
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_TRUE(client->call(GetStatus{}));
}

TEST_F(Socket, SaysWhyItCannotListen) {
  home_ /= "none";
  const auto server = Server::start(home_, node_);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().find(home_.string()), std::string::npos) << server.error();
}

TEST_F(Socket, RefusesALineThatIsTooLong) {
  const auto server = start();
  const env::Descriptor client = raw();
  send_all(client, std::string(api::kAdminRequestBytesMax + 2, ' '));
  ::shutdown(client.get(), SHUT_WR);
  EXPECT_NE(read_all(client).find("invalid_request"), std::string::npos);
}

TEST_F(Socket, FurtherConnectionsWaitUntilOthersEnd) {
  const auto server = start();
  std::vector<env::Descriptor> others;
  for (std::size_t i = 0; i < api::kAdminConnectionsMax; ++i) others.push_back(raw());
  auto answered = std::async(std::launch::async, [&] {
    auto client = Client::connect(home_);
    return client && client->call(GetStatus{});
  });
  others.clear();
  EXPECT_TRUE(answered.get());
}

TEST_F(Socket, StopGivesTheAnswerThatIsMade) {
  auto server = start();
  std::promise<void> begun, go_on;
  node_.on_snapshot = [&](const CreateSnapshot&) {
    begun.set_value();
    go_on.get_future().wait();
    return SnapshotAnswer{{}, {}, 5};
  };
  auto client = Client::connect(home_);
  ASSERT_TRUE(client);
  auto answer = std::async(std::launch::async, [&] { return client->call(CreateSnapshot{"/a", false}); });
  begun.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { server->stop(); });
  go_on.set_value();
  const auto got = answer.get();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->file_bytes, 5U);
  stopped.get();
  const auto ended = client->call(GetStatus{});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::broken);
}

TEST(Permission, IsTheOwnersAndRoots) {
  EXPECT_TRUE(may_ask(1'000, 1'000));
  EXPECT_TRUE(may_ask(0, 1'000));
  EXPECT_FALSE(may_ask(1'001, 1'000));
  EXPECT_FALSE(may_ask(1'000, 0));
}

// As if directory and socket had been opened to all: the kernel still says who asks.
TEST_F(Socket, RefusesAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  const auto server = start();
  ASSERT_EQ(::chmod(home_.c_str(), 0777), 0);
  ASSERT_EQ(::chmod(path().c_str(), 0777), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::setresuid(65'534, 65'534, 65'534) != 0) ::_exit(2);
    auto client = Client::connect(home_);
    if (!client) ::_exit(3);
    const auto answer = client->call(GetStatus{});
    ::_exit(!answer && answer.error().kind == ErrorKind::not_permitted ? 0 : 4);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace aether::admin
