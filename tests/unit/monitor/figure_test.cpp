#include "monitor/figure.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace gannet::monitor {
namespace {

TEST(Figures, AreNamedByPrometheusConventions) {
  const std::regex name_rule("gannet_[a-z]+(_[a-z]+)*");
  const std::regex label_rule("([a-z]+(, [a-z]+)*)?");
  std::set<std::string_view> names;
  for (const FigureName& info : figure_names()) {
    const std::string name(info.name);
    EXPECT_TRUE(std::regex_match(name, name_rule)) << name;
    EXPECT_TRUE(std::regex_match(std::string(info.labels), label_rule)) << name;
    EXPECT_FALSE(info.help.empty()) << name;
    EXPECT_TRUE(names.insert(info.name).second) << name << " is there twice";
    EXPECT_EQ(name.ends_with("_total"), info.kind == FigureKind::Counter) << name;
    EXPECT_TRUE(info.kind != FigureKind::Histogram || name.ends_with("_seconds")) << name;
    for (const char* not_a_base_unit : {"_ms", "_us", "_ns", "_percent", "_kb", "_mb", "_minutes"})
      EXPECT_EQ((name + "_").find(std::string(not_a_base_unit) + "_"), std::string::npos) << name;
    for (const char* of_a_histogram : {"_bucket", "_sum", "_count"})
      EXPECT_FALSE(name.ends_with(of_a_histogram)) << name;
  }
}

TEST(Figures, AreFoundByTheirNames) {
  for (const FigureName& info : figure_names()) {
    EXPECT_EQ(figure_named(info.name), info.id);
    EXPECT_EQ(&info_of(info.id), &info);
  }
  EXPECT_FALSE(figure_named("gannet_no_such_thing"));
}

TEST(Figures, HaveTheLabelsThatAreAskedFor) {
  const Figure figure{FigureId::Requests, {{"kind", "place"}, {"scope", "account"}}, 1};
  EXPECT_TRUE(has_labels(figure, {}));
  EXPECT_TRUE(has_labels(figure, std::vector<Label>{{"kind", "place"}}));
  EXPECT_FALSE(has_labels(figure, std::vector<Label>{{"kind", "amend"}}));
  EXPECT_FALSE(has_labels(figure, std::vector<Label>{{"kind", "place"}, {"side", "buy"}}));
}

}  // namespace
}  // namespace gannet::monitor
