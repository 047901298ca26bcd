#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/process.h"
#include "test_paths.h"

// The fuzz targets themselves, on the inputs that were kept of long runs: what they once found, and
// what reaches most of the code. [SEC-08]
#define LLVMFuzzerTestOneInput fuzz_account
#include "fuzz/account_fuzz.cpp"
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

TEST_P(FuzzCorpus, EachKeptInputIsSurvived) {
  const std::filesystem::path folder =
      std::string(GANNET_SOURCE_DIR) + "/tests/fuzz/corpus/" + GetParam().name;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path());
  std::ranges::sort(files);
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    SCOPED_TRACE(file.string());
    const std::string bytes = read_file(file.string());
    EXPECT_EQ(GetParam().run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus,
                         ::testing::Values(FuzzTarget{"account_fuzz", fuzz_account},
                                           FuzzTarget{"decode_book_fuzz", fuzz_decode_book},
                                           FuzzTarget{"decode_frame_fuzz", fuzz_decode_frame},
                                           FuzzTarget{"decode_rest_fuzz", fuzz_decode_rest},
                                           FuzzTarget{"http_fuzz", fuzz_http},
                                           FuzzTarget{"okx_server_fuzz", fuzz_okx_server}),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace gannet::test
