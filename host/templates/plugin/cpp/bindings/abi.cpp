// What the host and C++'s own library need besides the contract. Nothing here reaches WASI: a plugin has none.
#include <cstddef>
#include <cstdlib>
#include <expected>
#include <new>

// Room for what the host hands over.
extern "C" __attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, std::size_t, std::size_t, std::size_t size) {
  void *room = std::realloc(old, size);
  if (!room && size) __builtin_trap();
  return room;
}

// Out of memory is a trap, as it is in every other language.
void *operator new(std::size_t size) {
  void *room = std::malloc(size ? size : 1);
  if (!room) __builtin_trap();
  return room;
}
void *operator new[](std::size_t size) { return operator new(size); }
void operator delete(void *room) noexcept { std::free(room); }
void operator delete(void *room, std::size_t) noexcept { std::free(room); }
void operator delete[](void *room) noexcept { std::free(room); }
void operator delete[](void *room, std::size_t) noexcept { std::free(room); }

// What the library would say before it ends, nobody would read.
#ifndef _LIBCPP_VERBOSE_ABORT_NOEXCEPT
#define _LIBCPP_VERBOSE_ABORT_NOEXCEPT
#endif
_LIBCPP_BEGIN_NAMESPACE_STD
[[noreturn]] void __libcpp_verbose_abort(const char *, ...) _LIBCPP_VERBOSE_ABORT_NOEXCEPT { __builtin_trap(); }
_LIBCPP_END_NAMESPACE_STD

// What `snprintf` and `std::format` drag in for files that they never write: "there is no such file".
extern "C" {
constexpr int no_such_file = 8;
int __imported_wasi_snapshot_preview1_fd_close(int) { return no_such_file; }
int __imported_wasi_snapshot_preview1_fd_seek(int, long long, int, int) { return no_such_file; }
int __imported_wasi_snapshot_preview1_fd_write(int, int, int, int) { return no_such_file; }
int __imported_wasi_snapshot_preview1_fd_fdstat_get(int, int) { return no_such_file; }
[[noreturn]] void __imported_wasi_snapshot_preview1_proc_exit(int) { __builtin_trap(); }
}
