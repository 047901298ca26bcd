#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/market_input.h"
#include "tests/support/padded_text.h"

// The bytes stand where a book's `data` stands; the first one chooses channel and action.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static gannet::test::MarketInput input;
  if (size == 0) return 0;
  constexpr std::string_view kChannels[] = {"books", "books5", "bbo-tbt", "books-l2-tbt",
                                            "books50-l2-tbt"};
  std::string frame = R"({"arg":{"channel":")";
  frame += kChannels[data[0] % 5];
  frame += R"(","instId":"BTC-USDT"},"action":")";
  frame += data[0] & 0x80 ? "snapshot" : "update";
  frame += R"(","data":[)";
  frame.append(reinterpret_cast<const char*>(data + 1), size - 1);
  frame += "]}";
  const gannet::test::PaddedText text(frame);
  input.feed(text);
  return 0;
}
