#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/market_input.h"
#include "tests/support/padded_text.h"

// Any bytes as a frame of the public socket: through the session and every decoder behind it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static gannet::test::MarketInput input;
  const gannet::test::PaddedText text({reinterpret_cast<const char*>(data), size});
  input.feed(text);
  return 0;
}
