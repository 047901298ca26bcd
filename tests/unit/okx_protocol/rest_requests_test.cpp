#include "gateway/okx/protocol/rest_requests.h"

#include <gtest/gtest.h>

#include "gateway/okx/protocol/rest_answers.h"

namespace gannet::okx {
namespace {

TEST(RestRequests, RecentOrdersAskForOneKind) {
  const HttpRequest request = recent_orders_request({}, InstrumentKind::Swap, {});
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/api/v5/trade/orders-history?instType=SWAP&limit=100");
}

TEST(RestRequests, ClientIdsAreReadWhereTheyAreNumbers) {
  HttpResponse response;
  response.status = 200;
  response.body =
      R"({"code":"0","msg":"","data":[{"clOrdId":"1179543080000000001"},{"clOrdId":""},)"
      R"({"clOrdId":"abc1"},{"clOrdId":"99999999999999999999"},{"ordId":"7","clOrdId":"5"}]})";
  const auto ids = decode_client_ids(response);
  ASSERT_TRUE(ids.has_value());
  EXPECT_EQ(*ids, (std::vector<ClientOrderId>{{1179543080000000001u}, {5}}));
  response.body = R"({"code":"50111","msg":"Invalid OK-ACCESS-KEY","data":[]})";
  EXPECT_FALSE(decode_client_ids(response).has_value());
}

}  // namespace
}  // namespace gannet::okx
