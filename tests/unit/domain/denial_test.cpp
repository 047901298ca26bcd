#include "domain/denial.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gannet {
namespace {

TEST(Denial, EveryReasonHasANameOfItsOwnAndASentence) {
  std::set<std::string> names;
  const int last = kDenialReasons - 1;
  for (int i = 0; i <= last; ++i) {
    const auto reason = static_cast<DenialReason>(i);
    EXPECT_TRUE(names.insert(std::string(name_of(reason))).second) << i;
    EXPECT_EQ(name_of(reason).find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos);
    EXPECT_TRUE(describe(reason).ends_with(".")) << i;
  }
  EXPECT_EQ(name_of(static_cast<DenialReason>(last + 1)), "unknown");
}

}  // namespace
}  // namespace gannet
