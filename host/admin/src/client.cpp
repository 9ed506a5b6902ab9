#include "aether/admin/client.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/json.hpp>

#include "aether/api/json_reader.hpp"
#include "aether/api/json_rpc.hpp"
#include "aether/api/limits.hpp"
#include "line_socket.hpp"

namespace aether::admin {
namespace {

// As long as the node lives.
constexpr std::chrono::hours kLongest(24 * 365);

std::unexpected<Error> unreachable(const env::Path& directory) {
  const int cause = errno;
  const env::Error error = env::last_error("reach the node at", (directory / kSocketFile).string());
  const bool is_absent = cause == ENOENT || cause == ECONNREFUSED || cause == ENOTDIR;
  if (is_absent) return fail(Error{ErrorKind::absent, "no node runs in " + directory.string()});
  return fail(
      Error{error.kind == env::ErrorKind::permission ? ErrorKind::not_permitted : ErrorKind::broken, error.message});
}

}  // namespace

std::unexpected<Error> Client::broken(const std::string& why) const {
  return fail(Error{ErrorKind::broken, "the node in " + directory_.string() + " " + why});
}

Result<Client, Error> Client::connect(const env::Path& directory) {
  const env::Descriptor folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return unreachable(directory);
  env::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_in(folder);
  if (!socket.valid() || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return unreachable(directory);
  return Client(directory, std::move(socket));
}

Result<boost::json::value, Error> Client::ask(std::string_view method, boost::json::value params) {
  LineSocket lines(socket_.get(), -1);
  std::string line = api::request_text(method, std::move(params)) + "\n";
  // What a node refuses before it reads is read nevertheless.
  (void)lines.write(line, kLongest);
  if (lines.read(line, api::kResponseBytesMax, kLongest, kLongest) != Transfer::done)
    return broken("ended before it answered");
  auto answer = api::read_answer(line, api::kResponseBytesMax);
  if (!answer) return broken("answered what this program does not know: " + answer.error());
  if (*answer) return std::move(**answer);
  api::Error error = std::move(answer->error());
  const bool is_other_user = error.code == api::ErrorCode::not_permitted;
  std::string message = error.message;
  return fail(
      Error{is_other_user ? ErrorKind::not_permitted : ErrorKind::refused, std::move(message), std::move(error)});
}

template <class Request>
Result<typename Request::Answer, Error> Client::call(const Request& request) {
  AETHER_TRY(const auto result, ask(Request::kMethod, api::to_json(request)));
  auto answer = api::from_json<typename Request::Answer>(result);
  if (!answer) return broken("answered what this program does not know: " + answer.error().text());
  return std::move(*answer);
}

template Result<StatusAnswer, Error> Client::call(const GetStatus&);
template Result<CheckpointAnswer, Error> Client::call(const GetCheckpoint&);
template Result<SnapshotAnswer, Error> Client::call(const CreateSnapshot&);
template Result<KesPreparedAnswer, Error> Client::call(const PrepareKes&);

}  // namespace aether::admin
