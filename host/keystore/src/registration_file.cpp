#include "aether/keystore/registration_file.hpp"

#include "aether/api/json_reader.hpp"

namespace aether::keystore {
namespace {

struct RegistrationFile {
  std::uint8_t version = kRegistrationVersion;
  Registration registration;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("registration", self.registration);
  }
};

}  // namespace

std::string registration_text(const Registration& registration) {
  return api::to_json_text(RegistrationFile{.registration = registration}) + "\n";
}

Result<Unverified<Registration>, std::string> registration_from_text(std::string_view text) {
  auto file = api::from_json_text<RegistrationFile>(text, kRegistrationBytesMax);
  if (!file) return fail(file.error().text());
  if (file->version != kRegistrationVersion)
    return fail("it is of version " + std::to_string(file->version) + "; this program reads version " +
                std::to_string(kRegistrationVersion));
  return Unverified<Registration>(std::move(file->registration));
}

Outcome<Unverified<Registration>> read_registration(const env::Path& path) {
  const auto bytes = env::read_file(path, kRegistrationBytesMax);
  if (!bytes && bytes.error().kind == env::ErrorKind::not_found)
    return fail(Error{ErrorKind::not_found, "there is no registration at " + path.string()});
  if (!bytes && bytes.error().kind != env::ErrorKind::too_large)
    return fail(Error{ErrorKind::environment, bytes.error().message});
  auto registration = bytes ? registration_from_text(as_text(*bytes))
                            : Result<Unverified<Registration>, std::string>(fail(bytes.error().message));
  if (registration) return std::move(*registration);
  return fail(Error{ErrorKind::damaged, path.string() + " is no registration: " + registration.error()});
}

}  // namespace aether::keystore
