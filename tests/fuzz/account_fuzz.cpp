#include <cstddef>
#include <cstdint>

#include "tests/fuzz/account_input.h"

// Any bytes as a frame of the account's sockets, and as answers to its questions.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static gannet::test::AccountInput input;
  input.feed({reinterpret_cast<const char*>(data), size});
  return 0;
}
