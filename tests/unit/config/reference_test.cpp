#include "config/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace gannet::config {
namespace {

const KeyReference* find(const std::vector<SectionReference>& all, std::string_view section,
                         std::string_view key) {
  const auto at = std::ranges::find(all, section, &SectionReference::path);
  if (at == all.end()) return nullptr;
  const auto found = std::ranges::find(at->keys, key, &KeyReference::name);
  return found == at->keys.end() ? nullptr : &*found;
}

TEST(ConfigReference, SaysWhatEverySectionAndKeyIsFor) {
  for (const auto& sections : {daemon_reference(), backtest_reference()}) {
    for (const SectionReference& section : sections) {
      const bool is_shown = !section.path.empty() && !section.keys.empty();
      EXPECT_TRUE(!is_shown || !section.text.empty())
          << section.header << ": add it to config/key_docs.cpp";
      for (const KeyReference& key : section.keys)
        EXPECT_FALSE(key.text.empty())
            << section.path << "." << key.name << ": add it to config/key_docs.cpp";
    }
  }
}

TEST(ConfigReference, DocumentsNothingThatNoReaderAsksFor) {
  EXPECT_THAT(orphaned_key_docs(), testing::IsEmpty());
}

TEST(ConfigReference, TakesFormsAndDefaultsFromTheCode) {
  const auto all = daemon_reference();
  const KeyReference* key = find(all, "venue.limits", "place");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->given, "\"60/2s\"");
  key = find(all, "venue", "market_connections");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->form, "1 to 4");
  EXPECT_EQ(key->given, "1");
  key = find(all, "strategy", "lane");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->given, "\"inline\"");
  key = find(all, "instrument", "name");
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->is_needed);
  key = find(all, "venue.routes", "cancel");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->form, "one of socket, rest");
  for (const std::string_view watch : {"above", "below"})
    EXPECT_NE(find(all, "protection", watch), nullptr) << watch;
  for (const std::string_view section : {"risk.instrument.NAME", "risk.strategy.NAME"})
    EXPECT_NE(find(all, section, "open_orders_max"), nullptr) << section;
}

}  // namespace
}  // namespace gannet::config
