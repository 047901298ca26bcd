#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/net/internal/http_text.h"

namespace {

/// As a connection would read them: in pieces whose length the first byte says.
template <class Reader>
void read_all(std::string_view bytes, std::size_t piece) {
  Reader reader({.header_bytes_max = 4'096, .body_bytes_max = 16'384});
  while (!bytes.empty()) {
    const std::size_t size = std::min(piece, bytes.size());
    if (!reader.put(bytes.substr(0, size))) return;
    bytes.remove_prefix(size);
    for (;;) {
      const auto message = reader.take();
      if (!message) return;
      if (!message->has_value()) break;
    }
  }
  if constexpr (requires { reader.finish(); }) static_cast<void>(reader.finish());
}

}  // namespace

// Any bytes as what comes over an HTTP connection, from a server and from a client.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t piece = data[0] == 0 ? 65'536 : data[0];
  read_all<gannet::net::HttpResponseReader>(bytes, piece);
  read_all<gannet::net::HttpRequestReader>(bytes, piece);
  return 0;
}
