// Expected failures: Result<T, E> = std::expected, one enumerator of E per rule. A broken invariant of our own is a
// bug: AETHER_ASSERT is always on and aborts. `.value()` is refused by the build; test the result, then dereference.
#pragma once

#include <expected>
#include <utility>

namespace aether {

template <class T, class E>
using Result = std::expected<T, E>;

template <class E>
[[nodiscard]] constexpr std::unexpected<E> fail(E error) {
  return std::unexpected<E>(error);
}

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace aether

#define AETHER_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : ::aether::assertion_failed(#expression, __FILE__, __LINE__))

#define AETHER_CONCAT_(a, b) a##b
#define AETHER_CONCAT(a, b) AETHER_CONCAT_(a, b)

// AETHER_TRY(declaration, expression): returns the error of `expression` or binds its value to `declaration`.
#define AETHER_TRY(declaration, ...) AETHER_TRY_(AETHER_CONCAT(try_result_, __LINE__), declaration, __VA_ARGS__)
#define AETHER_TRY_(temporary, declaration, ...)              \
  auto temporary = (__VA_ARGS__);                             \
  if (!temporary) [[unlikely]]                                \
    return ::std::unexpected(::std::move(temporary).error()); \
  declaration = ::std::move(*temporary)

// AETHER_CHECK(expression): returns the error of a Result<void, E>.
#define AETHER_CHECK(...) AETHER_CHECK_(AETHER_CONCAT(check_result_, __LINE__), __VA_ARGS__)
#define AETHER_CHECK_(temporary, ...)                          \
  if (auto temporary = (__VA_ARGS__); !temporary) [[unlikely]] \
  return ::std::unexpected(::std::move(temporary).error())
