#include "gateway/net/url.h"

#include <gtest/gtest.h>

namespace gannet::net {
namespace {

TEST(Url, SplitsHostPortAndTarget) {
  const auto url = parse_url("wss://127.0.0.1:9443/ws/v5/public?brokerId=9999");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "wss");
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->port, 9443);
  EXPECT_EQ(url->target, "/ws/v5/public?brokerId=9999");
  EXPECT_EQ(url->authority(), "127.0.0.1:9443");
}

TEST(Url, PortAndPathMayBeLeftOut) {
  const auto url = parse_url("https://openapi.okx.com");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->target, "/");
  EXPECT_EQ(url->authority(), "openapi.okx.com");
  EXPECT_EQ(parse_url("https://h?x=1#part")->target, "/?x=1");
}

TEST(Url, TakesIpv6InBrackets) {
  const auto url = parse_url("https://[::1]:8443/x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority(), "[::1]:8443");
}

TEST(Url, RefusesWhatItCannotMean) {
  for (const char* bad :
       {"", "http://plain.test", "ws://plain.test", "wss://", "wss:///path",
        "wss://host:", "wss://host:0", "wss://host:65536", "wss://host:12x", "wss://user:pw@host/",
        "wss://ho st/", "wss://host/a b", "wss://host/\r\nEvil: yes", "https://[::1",
        "https://[::1]8", "https://[::1]:", "host:443"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

}  // namespace
}  // namespace gannet::net
