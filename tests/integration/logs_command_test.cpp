#include "base/log_events.h"
#include "support/daemon.h"

namespace gannet::test {
namespace {

TEST(LogsCommand, ExplainsAnEventAndNamesTheNearestOfAnUnknownOne) {
  const Folder folder;
  const Said one = gannet(folder, {"logs", "explain", "order.denied"});
  EXPECT_EQ(one.code, 0) << one.err;
  for (const char* part : {"order.denied (info)", "client_order_id", "docs/denials.md", "10 s"})
    EXPECT_NE(one.out.find(part), std::string::npos) << part;
  const Said slip = gannet(folder, {"logs", "explain", "order.deneid"});
  EXPECT_EQ(slip.code, 2);
  EXPECT_NE(slip.err.find("did you mean \"order.denied\"?"), std::string::npos) << slip.err;
  const Said json = gannet(folder, {"logs", "explain", "fill", "--json"});
  EXPECT_EQ(Json(json.out).text("level"), "info");
  const Said all = gannet(folder, {"logs", "explain"});
  for (const LogEventInfo& info : log_events())
    EXPECT_NE(all.out.find(info.name), std::string::npos) << info.name;
}

}  // namespace
}  // namespace gannet::test
