#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "test_paths.h"

// The fuzz targets themselves, on the inputs that were kept of long runs: what they once found, and
// what reaches most of the code. [SEC-08]
#define LLVMFuzzerTestOneInput fuzz_account
#include "fuzz/account_fuzz.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_admin_line
#include "fuzz/admin_line_fuzz.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_decode_book
#include "fuzz/decode_book_fuzz.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_decode_frame
#include "fuzz/decode_frame_fuzz.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_decode_rest
#include "fuzz/decode_rest_fuzz.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_frame_reader
#include "fuzz/frame_reader_fuzz.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_http
#include "fuzz/http_fuzz.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_okx_server
#include "fuzz/okx_server_fuzz.cpp"
#undef LLVMFuzzerTestOneInput

namespace gannet::test {
namespace {

struct FuzzTarget {
  const char* name;
  int (*run)(const std::uint8_t* data, std::size_t size);
};

class FuzzCorpus : public ::testing::TestWithParam<FuzzTarget> {};

/// Base64 as one line holds it; nothing if it is none.
std::optional<std::vector<std::uint8_t>> decoded(const std::string& line) {
  std::vector<std::uint8_t> bytes(line.size() / 4 * 3 + 1);
  const int size =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(line.data()),
                      static_cast<int>(line.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = line.size() - line.find_last_not_of('=') - 1;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

TEST_P(FuzzCorpus, EachKeptInputIsSurvived) {
  std::ifstream file(std::string(GANNET_SOURCE_DIR) + "/tests/fuzz/corpus/" + GetParam().name +
                     ".txt");
  int count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const auto bytes = decoded(line);
    ASSERT_TRUE(bytes) << GetParam().name << ".txt:" << count + 1;
    ASSERT_EQ(GetParam().run(bytes->data(), bytes->size()), 0) << line;
  }
  EXPECT_GT(count, 100);
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus,
                         ::testing::Values(FuzzTarget{"account_fuzz", fuzz_account},
                                           FuzzTarget{"admin_line_fuzz", fuzz_admin_line},
                                           FuzzTarget{"decode_book_fuzz", fuzz_decode_book},
                                           FuzzTarget{"decode_frame_fuzz", fuzz_decode_frame},
                                           FuzzTarget{"decode_rest_fuzz", fuzz_decode_rest},
                                           FuzzTarget{"frame_reader_fuzz", fuzz_frame_reader},
                                           FuzzTarget{"http_fuzz", fuzz_http},
                                           FuzzTarget{"okx_server_fuzz", fuzz_okx_server}),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace gannet::test
