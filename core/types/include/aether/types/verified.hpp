// What came from outside and what was checked. Bytes become an Unverified<T>, never more; a Verified<T> is made only by
// this library's verifiers, so a function that takes one needs no check of its own and cannot be called without it.
#pragma once

#include <utility>

#include "aether/codec/bcs.hpp"

namespace aether {

// Well-formed, and that is all. Any T is one; the content is read under a name that says so.
template <class T>
class Unverified {
 public:
  Unverified(T content) : content_(std::move(content)) {}
  const T& unchecked() const& { return content_; }
  T&& unchecked() && { return std::move(content_); }

 private:
  T content_;
};

// The whole of `bytes` as one T.
template <class T>
[[nodiscard]] Result<Unverified<T>, codec::Error> received(ByteView bytes) {
  AETHER_TRY(T content, codec::decode<T>(bytes));
  return Unverified<T>(std::move(content));
}

// What T's verifier found out on the way; specialised beside T.
template <class T>
struct Facts {};

template <class T>
class Verified {
 public:
  const T& operator*() const { return content_; }
  const T* operator->() const { return &content_; }
  const Facts<T>& facts() const { return facts_; }

 private:
  friend struct Verifier;  // in src/verifier.hpp, which only this library's sources can include
  Verified(T content, Facts<T> facts) : content_(std::move(content)), facts_(std::move(facts)) {}

  T content_;
  Facts<T> facts_;
};

}  // namespace aether
