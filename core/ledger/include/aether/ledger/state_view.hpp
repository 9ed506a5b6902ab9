// What a state transition reads, and what it yields: `const StateView&` in, `Diff` out. The ledger does not know the
// state tree; whoever holds a Diff applies it to store and tree.
#pragma once

#include <map>
#include <optional>

#include "aether/types/object.hpp"

namespace aether::ledger {

// The bytes of each object at one point of the chain. Reads are total: an absent object is nullopt.
class StateView {
 public:
  virtual ~StateView() = default;
  [[nodiscard]] virtual std::optional<Bytes> get(const ObjectId& id) const = 0;
  // The account, an empty one where none exists. A view that keeps accounts decoded answers from these.
  [[nodiscard]] virtual Account account(const Address& address) const;
  // A view that can tell without the bytes does.
  [[nodiscard]] virtual bool contains(const ObjectId& id) const { return get(id).has_value(); }
};

// New bytes of each changed object, nullopt = erased; ordered, so that every walk is the same.
using Diff = std::map<ObjectId, std::optional<Bytes>>;

// A Diff over a base. Does not own the base.
class Overlay final : public StateView {
 public:
  explicit Overlay(const StateView& base) : base_(base) {}
  [[nodiscard]] std::optional<Bytes> get(const ObjectId& id) const override;
  [[nodiscard]] Account account(const Address& address) const override;
  [[nodiscard]] bool contains(const ObjectId& id) const override;
  void put(const ObjectId& id, Bytes value) { diff_[id] = std::move(value); }
  void erase(const ObjectId& id) { diff_[id] = std::nullopt; }
  void apply(Diff&& diff);  // the entries of `diff` win
  [[nodiscard]] const Diff& diff() const { return diff_; }
  [[nodiscard]] Diff take() { return std::move(diff_); }

 private:
  const StateView& base_;
  Diff diff_;
};

// Bytes of the state as T. They were encoded by this code: a decoding failure is a broken store and asserts.
template <class T>
[[nodiscard]] T decode_object(ByteView bytes) {
  auto value = codec::decode<T>(bytes);
  AETHER_ASSERT(value.has_value());
  return std::move(*value);
}

// The object as T; a value of the default for accounts, supply and treasury that do not exist.
template <class T>
[[nodiscard]] std::optional<T> load(const StateView& view, const ObjectId& id) {
  const auto bytes = view.get(id);
  if (!bytes) return std::nullopt;
  return decode_object<T>(*bytes);
}

template <class T>
[[nodiscard]] T load_or_default(const StateView& view, const ObjectId& id) {
  auto value = load<T>(view, id);
  return value ? std::move(*value) : T{};
}

// Inline, so that the class has its type information where there is such a thing: core is compiled without.
inline Account StateView::account(const Address& address) const {
  return load_or_default<Account>(*this, account_object(address));
}

}  // namespace aether::ledger
