#include "native_stack.hpp"

#include <pthread.h>

#include <cstdint>

#include "aether/base/result.hpp"

namespace aether::wasm {

namespace {

std::uintptr_t lowest_address() {
  pthread_attr_t attributes;
  AETHER_ASSERT(pthread_getattr_np(pthread_self(), &attributes) == 0);
  void* start = nullptr;
  std::size_t size = 0;
  AETHER_ASSERT(pthread_attr_getstack(&attributes, &start, &size) == 0);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<std::uintptr_t>(start);
}

void* run_task(void* task) {
  (*static_cast<const std::function<void()>*>(task))();
  return nullptr;
}

}  // namespace

void with_stack(std::size_t bytes, const std::function<void()>& task) {
  thread_local const std::uintptr_t lowest = lowest_address();
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (here - lowest >= bytes) return task();
  pthread_attr_t attributes;
  AETHER_ASSERT(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, bytes + 64 * 1024) == 0);
  pthread_t thread{};
  AETHER_ASSERT(pthread_create(&thread, &attributes, run_task, const_cast<std::function<void()>*>(&task)) == 0);
  pthread_attr_destroy(&attributes);
  AETHER_ASSERT(pthread_join(thread, nullptr) == 0);
}

}  // namespace aether::wasm
