#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/okx_server_input.h"

// Any bytes on any path of the simulated venue: sockets logged in, REST signed, its control paths.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static gannet::test::OkxServerInput input;
  input.feed({reinterpret_cast<const char*>(data), size});
  return 0;
}
