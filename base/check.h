#pragma once

namespace gannet {

/// Prints where and what to standard error and aborts. For our own bugs alone: nothing that the
/// network, a file or a person says may reach it.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace gannet

/// Aborts when `condition` is false, in every build. Split them: CHECK(a); CHECK(b);
#define CHECK(condition)                                      \
  do {                                                        \
    if (!(condition)) [[unlikely]]                            \
      ::gannet::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
