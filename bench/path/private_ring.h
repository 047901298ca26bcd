#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/journal_ring.h"

namespace gannet::bench {

/// A ring that no other process sees and that goes with us. Aborts when there can be none.
inline JournalRing private_ring(std::size_t bytes) {
  const char* const tmpfs = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  std::string folder = std::string(tmpfs) + "/gannet-path-XXXXXX";
  const auto give_up = [](const std::string& why) {
    std::fprintf(stderr, "journal ring: %s\n", why.c_str());
    std::abort();
  };
  if (::mkdtemp(folder.data()) == nullptr) give_up("no folder for it");
  const std::string path = folder + "/ring";
  auto ring = JournalRing::open(path, bytes);
  ::unlink(path.c_str());
  ::rmdir(folder.c_str());
  if (!ring) give_up(ring.error().message);
  return std::move(*ring);
}

}  // namespace gannet::bench
