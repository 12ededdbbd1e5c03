// How values lie in memory between the host and a plugin: the canonical ABI of WebAssembly components, as far as the contract
// needs it. Read it only if you want to know.
//
// What comes from the host is copied into values of C++. What goes to the host is read where it lies, and an instance lives for
// one call, so nothing that was handed over is ever freed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace switchboard::abi {

// For each type its `size` and `align`, and `load` and `store`.
template <class T> struct in_memory;

template <class T> T load(const std::uint8_t *at) { return in_memory<T>::load(at); }
template <class T> void store(const T &value, std::uint8_t *at) { in_memory<T>::store(value, at); }

template <class T> struct as_bytes {
  static constexpr std::size_t size = sizeof(T), align = sizeof(T);
  static T load(const std::uint8_t *at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  static void store(const T &value, std::uint8_t *at) { std::memcpy(at, &value, sizeof value); }
};

template <class T> struct as_byte : as_bytes<T> {
  static_assert(sizeof(T) == 1);
};

template <> struct in_memory<bool> : as_byte<bool> {};
template <> struct in_memory<std::uint32_t> : as_bytes<std::uint32_t> {};
template <> struct in_memory<float> : as_bytes<float> {};

// Room that stays until the call is over.
inline std::uint8_t *room(std::size_t size) {
  auto *room = static_cast<std::uint8_t *>(std::malloc(size));
  if (!room && size) __builtin_trap();
  return room;
}

// An address and a length.
struct span {
  static constexpr std::size_t size = 8, align = 4;
  static std::uint8_t *begin(const std::uint8_t *at) {
    return reinterpret_cast<std::uint8_t *>(as_bytes<std::uintptr_t>::load(at));
  }
  static std::size_t length(const std::uint8_t *at) { return as_bytes<std::size_t>::load(at + 4); }
  static void store(const void *begin, std::size_t length, std::uint8_t *at) {
    as_bytes<std::uintptr_t>::store(reinterpret_cast<std::uintptr_t>(begin), at);
    as_bytes<std::size_t>::store(length, at + 4);
  }
};

template <> struct in_memory<std::string> : span {
  static std::string load(const std::uint8_t *at) {
    auto *text = begin(at);
    std::string value(reinterpret_cast<const char *>(text), length(at));
    std::free(text);
    return value;
  }
  static void store(const std::string &value, std::uint8_t *at) { span::store(value.data(), value.size(), at); }
};

// A list's elements, one behind the other.
template <class T> std::uint8_t *lowered(const std::vector<T> &list) {
  auto *elements = room(list.size() * in_memory<T>::size), *at = elements;
  for (const T &element : list) {
    abi::store(element, at);
    at += in_memory<T>::size;
  }
  return elements;
}

template <class T> struct in_memory<std::vector<T>> : span {
  static std::vector<T> load(const std::uint8_t *at) {
    auto *elements = begin(at);
    std::vector<T> list;
    list.reserve(length(at));
    for (std::size_t index = 0; index < length(at); index++) {
      list.push_back(abi::load<T>(elements + index * in_memory<T>::size));
    }
    std::free(elements);
    return list;
  }
  static void store(const std::vector<T> &list, std::uint8_t *at) { span::store(lowered(list), list.size(), at); }
};

constexpr std::size_t aligned(std::size_t size, std::size_t align) { return (size + align - 1) / align * align; }

template <class T> struct in_memory<std::optional<T>> {
  static constexpr std::size_t align = in_memory<T>::align, size = align + aligned(in_memory<T>::size, align);
  static std::optional<T> load(const std::uint8_t *at) {
    if (!*at) return std::nullopt;
    return abi::load<T>(at + align);
  }
  static void store(const std::optional<T> &value, std::uint8_t *at) {
    *at = value.has_value();
    if (value) abi::store(*value, at + align);
  }
};

template <class T> struct measured : in_memory<T> {};
template <> struct measured<void> {
  static constexpr std::size_t size = 0, align = 1;
};

template <class T, class E> struct in_memory<std::expected<T, E>> {
  static constexpr std::size_t align = std::max(measured<T>::align, in_memory<E>::align);
  static constexpr std::size_t size = align + aligned(std::max(measured<T>::size, in_memory<E>::size), align);
  static std::expected<T, E> load(const std::uint8_t *at) {
    if (*at) return std::unexpected(abi::load<E>(at + align));
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return abi::load<T>(at + align);
    }
  }
  static void store(const std::expected<T, E> &value, std::uint8_t *at) {
    *at = !value.has_value();
    if (!value) {
      abi::store(value.error(), at + align);
    } else if constexpr (!std::is_void_v<T>) {
      abi::store(*value, at + align);
    }
  }
};

// Where a value lies that the host is about to read.
template <class T> const void *kept(T &&value) {
  auto *whole = new T(std::move(value));
  auto *at = room(in_memory<T>::size);
  abi::store(*whole, at);
  return at;
}

template <class T> std::string_view view(const std::optional<T> &text) {
  return text ? std::string_view(*text) : std::string_view();
}

}  // namespace switchboard::abi
