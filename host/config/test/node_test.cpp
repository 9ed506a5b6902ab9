#include "aether/config/node.hpp"

#include <gtest/gtest.h>

namespace aether::config {
namespace {

NodeConfig some_config() {
  NodeConfig config;
  config.network_listen = {"/ip4/127.0.0.1/udp/0/quic-v1"};
  config.network_peers = {"/ip4/10.0.0.1/udp/1/quic-v1", "/dns4/with \"quotes\" \\ and ü/tcp/2"};
  config.rpc_port = 0;
  config.validator_keys = "a folder";
  config.validator_password_file = "a file";
  config.log_level = "debug";
  return config;
}

ErrorKind error_of(std::string_view file, std::vector<Setting> settings = {}) {
  const auto config = node_config(file, "the file", settings);
  if (config) {
    ADD_FAILURE() << "it was taken: " << file;
    return {};
  }
  return config.error().kind;
}

TEST(NodeConfig, what_is_written_is_read_back_and_names_each_key_with_its_purpose) {
  const std::string text = node_config_text(some_config());
  const auto read = node_config(text, "the file", {});
  ASSERT_TRUE(read) << read.error().message << text;
  EXPECT_EQ(read->config, some_config());
  for (const KeyText& key : node_config_keys(some_config())) {
    EXPECT_EQ(read->sources.at(key.key), Source::file);
    EXPECT_NE(text.find("# " + key.purpose + "\n"), std::string::npos) << key.key;
  }
}

TEST(NodeConfig, what_a_file_leaves_out_has_its_default) {
  const auto read = node_config("[rpc]\nport = 7\n", "the file", {});
  ASSERT_TRUE(read);
  NodeConfig expected;
  expected.rpc_port = 7;
  EXPECT_EQ(read->config, expected);
  EXPECT_EQ(read->sources.at("rpc.port"), Source::file);
  EXPECT_EQ(read->sources.at("log.level"), Source::fallback);
}

TEST(NodeConfig, a_flag_wins_over_the_environment_and_that_over_the_file) {
  const std::string file = "[rpc]\nport = 1\naddress = \"::1\"\n[log]\nlevel = \"warn\"\n";
  std::vector<Setting> settings{*setting_of_flag("rpc.port=3"),
                                *setting_of_flag("network.peers=/ip4/1/tcp/1,/ip4/2/tcp/2")};
  const auto environment = settings_of_environment(
      std::vector<std::string>{"AETHERD_RPC_PORT=2", "AETHERD_RPC_ADDRESS=127.0.0.2", "HOME=/x", "AETHER_OTHER=1"});
  ASSERT_TRUE(environment);
  settings.insert(settings.end(), environment->begin(), environment->end());
  const auto read = node_config(file, "the file", settings);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->config.rpc_port, 3u);
  EXPECT_EQ(read->config.rpc_address, "127.0.0.2");
  EXPECT_EQ(read->config.log_level, "warn");
  EXPECT_EQ(read->config.network_peers, (std::vector<std::string>{"/ip4/1/tcp/1", "/ip4/2/tcp/2"}));
  EXPECT_EQ(read->sources.at("rpc.port"), Source::flag);
  EXPECT_EQ(read->sources.at("rpc.address"), Source::environment);
  EXPECT_EQ(read->sources.at("log.level"), Source::file);
}

TEST(NodeConfig, each_mistake_has_its_error) {
  EXPECT_EQ(error_of("= 5"), ErrorKind::syntax);
  EXPECT_EQ(error_of("[rpc]\nprot = 5\n"), ErrorKind::unknown_key);
  EXPECT_EQ(error_of("[other]\nport = 5\n"), ErrorKind::unknown_key);
  EXPECT_EQ(error_of("version = 2\n"), ErrorKind::out_of_range);
  EXPECT_EQ(error_of("[rpc]\nport = 65536\n"), ErrorKind::out_of_range);
  EXPECT_EQ(error_of("[rpc]\nport = -1\n"), ErrorKind::out_of_range);
  EXPECT_EQ(error_of("[rpc]\nport = \"5\"\n"), ErrorKind::wrong_type);
  EXPECT_EQ(error_of("[network]\nlisten = \"/ip4/1\"\n"), ErrorKind::wrong_type);
  EXPECT_EQ(error_of("[network]\nlisten = [5]\n"), ErrorKind::wrong_type);
  EXPECT_EQ(error_of("[network]\nlisten = []\n"), ErrorKind::bad_value);
  EXPECT_EQ(error_of("[log]\nlevel = \"loud\"\n"), ErrorKind::bad_value);
  EXPECT_EQ(error_of("[validator]\nkeys = \"x\"\n"), ErrorKind::bad_value);
  EXPECT_EQ(error_of("", {{"rpc.prot", "5", Source::flag}}), ErrorKind::unknown_key);
  EXPECT_EQ(error_of("", {{"rpc.port", "five", Source::flag}}), ErrorKind::out_of_range);
  EXPECT_EQ(error_of("", {{"rpc.address", "two\nlines", Source::environment}}), ErrorKind::out_of_range);
  EXPECT_EQ(setting_of_flag("rpc.port").error().kind, ErrorKind::syntax);
  EXPECT_EQ(settings_of_environment(std::vector<std::string>{"AETHERD_RPC_PROT=1"}).error().kind,
            ErrorKind::unknown_key);
}

TEST(NodeConfig, a_message_names_where_the_value_came_from) {
  const auto message = [](std::string_view file, std::vector<Setting> settings) {
    return node_config(file, "a/aetherd.toml", settings).error().message;
  };
  EXPECT_EQ(message("[rpc]\nport = 70000\n", {}), "a/aetherd.toml: rpc.port must be a whole number from 0 to 65535");
  EXPECT_EQ(message("", {{"rpc.port", "x", Source::environment}}),
            "AETHERD_RPC_PORT must be a whole number from 0 to 65535");
  EXPECT_EQ(message("", {{"rpc.port", "x", Source::flag}}), "--set rpc.port must be a whole number from 0 to 65535");
}

}  // namespace
}  // namespace aether::config
