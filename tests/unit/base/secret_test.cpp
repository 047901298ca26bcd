#include "base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/http_message.h"

namespace gannet {
namespace {

bool is_in_region(const void* address) {
  const auto* const at = static_cast<const char*>(address);
  const auto* const begin = static_cast<const char*>(secret_region().begin);
  return at >= begin && at < begin + secret_region().size;
}

/// The flags that the kernel shows for the mapping of an address.
std::string kernel_flags_of(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::istringstream head(line);
    if (head >> std::hex >> begin >> dash >> end && dash == '-') inside = begin <= at && at < end;
    if (inside && line.starts_with("VmFlags:")) return line;
  }
  return {};
}

TEST(Secret, LiesInLockedMemoryThatNoDumpHolds_SEC02) {
  const Secret secret(std::string_view("hunter2"));
  ASSERT_TRUE(is_in_region(secret.reveal().data()));
  ASSERT_TRUE(secret_region().kept_from_dumps);
  EXPECT_NE(kernel_flags_of(secret.reveal().data()).find(" dd"), std::string::npos);
  if (!secret_region().locked) GTEST_SKIP() << "the system grants no locked memory";
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the address sanitizer turns mlock into nothing";
#endif
  EXPECT_NE(kernel_flags_of(secret.reveal().data()).find(" lo"), std::string::npos);
}

TEST(Secret, IsWipedWhenItGoesAndItsRoomIsUsedAgain) {
  const char* where = nullptr;
  {
    const Secret secret(std::string_view("hunter2"));
    where = secret.reveal().data();
  }
  // The region stays mapped: what was there can be looked at.
  EXPECT_EQ(std::string_view(where, 7), std::string_view("\0\0\0\0\0\0\0", 7));
  const Secret next(std::string_view("another"));
  EXPECT_EQ(next.reveal().data(), where);
}

TEST(Secret, CopiesAndMovesLikeAValue) {
  Secret one(std::string_view("one"));
  Secret copy = one;
  EXPECT_EQ(copy.reveal(), "one");
  EXPECT_NE(copy.reveal().data(), one.reveal().data());
  const char* const where = one.reveal().data();
  const Secret moved = std::move(one);
  EXPECT_EQ(moved.reveal().data(), where);
  copy = Secret(std::string_view("two"));
  EXPECT_EQ(copy.reveal(), "two");
  copy = Secret();
  EXPECT_TRUE(copy.empty());
}

TEST(Secret, TakeWipesTheWholeRoomOfItsSource) {
  for (const std::size_t size : {5u, 40u}) {  // within the object, and on the heap
    std::string text(size, 'x');
    text += "tail";
    text.resize(size);
    const Secret secret = Secret::take(text);
    EXPECT_EQ(secret.reveal(), std::string(size, 'x'));
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(std::string_view(text.data(), size + 4), std::string(size + 4, '\0'));
  }
}

static_assert(!fmt::is_formattable<Secret>::value);

TEST(Secret, PrintsAsStars) {
  const Secret secret(std::string_view("hunter2"));
  std::ostringstream stream;
  stream << secret;
  EXPECT_EQ(stream.str(), "***");
}

TEST(Secret, OneThatDoesNotFitTheRegionIsStillWiped) {
  const std::string large(secret_region().size + 1, 'y');
  const Secret secret{std::string_view(large)};
  EXPECT_FALSE(is_in_region(secret.reveal().data()));
  EXPECT_EQ(secret.reveal(), large);
}

TEST(Secret, AForkedChildFindsZeros_SEC02) {
  const Secret secret(std::string_view("hunter2"));
  const pid_t child = ::fork();
  if (child == 0) {
    const char* const bytes = secret.reveal().data();
    bool zero = true;
    for (std::size_t i = 0; i < 7; ++i) zero &= bytes[i] == '\0';
    ::_exit(zero ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(secret.reveal(), "hunter2");
}

TEST(HttpRequest, FindsSecretHeadersByNameToo) {
  HttpRequest request{"GET", "/", {{"A", "open"}}, {}};
  request.secret_headers.push_back({"OK-ACCESS-KEY", Secret(std::string_view("key"))});
  EXPECT_EQ(request.header("a"), "open");
  EXPECT_EQ(request.header("ok-access-key"), "key");
  EXPECT_EQ(request.header("other"), "");
}

}  // namespace
}  // namespace gannet
