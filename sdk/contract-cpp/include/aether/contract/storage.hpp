// A contract's storage as typed cells and maps. Each has a number of its own, which is the first byte of its keys:
//   Cell      number
//   Map       number ‖ BCS(key), where that is at most 64 bytes, else number ‖ SHA-256(BCS(key))
// A value is the BCS of its type, at most 16 KiB.
#pragma once

#include "aether/contract/chain.hpp"

namespace aether {

inline constexpr u32 kStorageKeyBytesMax = 64;
inline constexpr u32 kStorageValueBytesMax = 16 * 1024;

namespace detail {

template <class T>
class Entry {
 public:
  static_assert(bcs_size_max<T>() <= kStorageValueBytesMax, "a stored value has at most 16 KiB");
  constexpr explicit Entry(ByteView key) : key_(key) {}

  Optional<T> find() const {
    u8 bytes[bcs_size_max<T>() + 1];
    const i32 size = host::aether_storage_get(key_.data, key_.size, bytes, sizeof(bytes));
    if (size < 0) return {};
    require(static_cast<u32>(size) <= bcs_size_max<T>(), code::damaged_storage);
    Reader in({bytes, static_cast<u32>(size)}, code::damaged_storage);
    const T out = in.read<T>();
    in.expect_end();
    return out;
  }
  void set(const T& item) const {
    const Encoded<T> encoded(item);
    host::aether_storage_set(key_.data, key_.size, encoded.view().data, encoded.view().size);
  }
  void erase() const { host::aether_storage_erase(key_.data, key_.size); }

 private:
  ByteView key_;
};

}  // namespace detail

// One value.
template <class T>
class Cell {
 public:
  explicit consteval Cell(u8 number) : number_(number) {}
  [[nodiscard]] Optional<T> find() const { return entry().find(); }
  [[nodiscard]] T get() const {  // T{} when there is none
    const auto found = find();
    return found ? *found : T{};
  }
  void set(const T& item) const { entry().set(item); }
  void erase() const { entry().erase(); }

 private:
  detail::Entry<T> entry() const { return detail::Entry<T>({&number_, 1}); }
  u8 number_;
};

// A value for each key.
template <class K, class T>
class Map {
 public:
  explicit consteval Map(u8 number) : number_(number) {}
  [[nodiscard]] Optional<T> find(const K& key) const {
    const Key at(number_, key);
    return at.entry().find();
  }
  [[nodiscard]] T get(const K& key) const {  // T{} when there is none
    const auto found = find(key);
    return found ? *found : T{};
  }
  void set(const K& key, const T& item) const {
    const Key at(number_, key);
    at.entry().set(item);
  }
  void erase(const K& key) const {
    const Key at(number_, key);
    at.entry().erase();
  }

 private:
  struct Key {
    u8 bytes[kStorageKeyBytesMax];
    u32 size = 0;

    Key(u8 number, const K& key) {
      const Encoded<K> encoded(key);
      bytes[0] = number;
      if constexpr (1 + bcs_size_max<K>() <= kStorageKeyBytesMax) {
        __builtin_memcpy(bytes + 1, encoded.view().data, encoded.view().size);
        size = 1 + encoded.view().size;
      } else {
        const Hash hash = sha256(encoded.view());
        __builtin_memcpy(bytes + 1, hash.bytes, sizeof(hash.bytes));
        size = 1 + sizeof(hash.bytes);
      }
    }
    detail::Entry<T> entry() const { return detail::Entry<T>({bytes, size}); }
  };
  u8 number_;
};

}  // namespace aether
