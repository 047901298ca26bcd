#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/rest_input.h"

// The bytes stand where an answer's rows stand; the first one chooses what was asked.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static gannet::test::RestInput input;
  if (size == 0) return 0;
  std::string body = R"({"code":"0","msg":"","data":[)";
  body.append(reinterpret_cast<const char*>(data + 1), size - 1);
  input.feed(data[0], body + "]}");
  return 0;
}
