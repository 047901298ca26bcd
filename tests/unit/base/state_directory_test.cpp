#include "base/state_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace gannet {
namespace {

namespace fs = std::filesystem;

std::string temporary_directory() {
  char name[] = "/tmp/gannet-state-XXXXXX";
  return mkdtemp(name);
}

TEST(StateDirectory, RefusesASecondEngineAndNamesTheFirst) {
  const std::string root = temporary_directory();
  {
    auto first = StateDirectory::open(root + "/state");
    ASSERT_TRUE(first.has_value());
    auto second = StateDirectory::open(root + "/state/");
    ASSERT_FALSE(second.has_value());
    EXPECT_NE(second.error().message.find("process " + std::to_string(getpid())), std::string::npos)
        << second.error().message;
  }
  EXPECT_TRUE(StateDirectory::open(root + "/state").has_value());
  struct stat info{};
  ASSERT_EQ(stat((root + "/state").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  fs::remove_all(root);
}

TEST(StateDirectory, SaysWhyItCannotBeMade) {
  const std::string root = temporary_directory();
  std::ofstream(root + "/file") << "x";
  const auto opened = StateDirectory::open(root + "/file/state");
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().message.find(root + "/file/state"), std::string::npos);
  fs::remove_all(root);
}

TEST(StateDirectory, ReplacesAFileWhole) {
  const std::string root = temporary_directory();
  ASSERT_TRUE(write_file_durably(root + "/killed", "first").has_value());
  ASSERT_TRUE(write_file_durably(root + "/killed", "second").has_value());
  std::ifstream in(root + "/killed");
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(in)), {}), "second");
  EXPECT_FALSE(write_file_durably(root + "/missing/file", "x").has_value());
  fs::remove_all(root);
}

}  // namespace
}  // namespace gannet
