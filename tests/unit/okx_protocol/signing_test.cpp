#include "gateway/okx/protocol/signing.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <random>
#include <sstream>
#include <string>

namespace gannet::okx {
namespace {

Credentials credentials(std::string secret) {
  return {Secret("key-1"), Secret(std::move(secret)), Secret("pass\"phrase")};
}

constexpr Timestamp kMoment = from_unix_millis(1'607'418'537'715);

TEST(Signing, MakesTheFourVectorsOfTheProtocolSheet) {
  const Signer signer(credentials("EXAMPLE-SECRET-NOT-REAL-0001"));
  const RestTimestamp now = rest_timestamp(kMoment);
  EXPECT_EQ(signer.sign_rest(now.view(), "GET", "/api/v5/account/balance?ccy=BTC", "").view(),
            "D5XYqEHv0bqea5zTpPQFC3E9cqhkWIbkrWGPDSlaNpM=");
  EXPECT_EQ(signer.sign_rest(now.view(), "GET", "/api/v5/account/config", "").view(),
            "OTfp2XtS5Gym6SFxxL0350tE0Y6gdIWNNF3Po3pmTm0=");
  EXPECT_EQ(signer
                .sign_rest(now.view(), "POST", "/api/v5/trade/order",
                           R"({"instId":"BTC-USDT","tdMode":"cash","side":"buy",)"
                           R"("ordType":"limit","px":"2.15","sz":"2"})")
                .view(),
            "sG2tpRfydG+EvZ7BJEBn3cVTsoDBt/SJE9Q6vCD05Nk=");
  EXPECT_NE(signer.login_message(from_unix_millis(1'704'876'947'999))
                .reveal()
                .find("8xvL7TZbqzmwFDt/udxMpq36w/xYWc2N7rxjZvyXuRQ="),
            std::string::npos);
}

TEST(Signing, LoginCarriesWholeSecondsAndEscapesWhatTheOwnerTyped) {
  const Signer signer(credentials("EXAMPLE-SECRET-NOT-REAL-0001"));
  EXPECT_EQ(signer.login_message(from_unix_millis(1'704'876'947'999)).reveal(),
            R"({"op":"login","args":[{"apiKey":"key-1","passphrase":"pass\"phrase",)"
            R"("timestamp":"1704876947","sign":"8xvL7TZbqzmwFDt/udxMpq36w/xYWc2N7rxjZvyXuRQ="}]})");
}

TEST(Signing, AReplacedKeySignsFromThenOn) {
  Signer signer(credentials("the old secret"));
  const Signer fresh(credentials("EXAMPLE-SECRET-NOT-REAL-0001"));
  const auto moment = from_unix_millis(1'704'876'947'999);
  EXPECT_NE(signer.login_message(moment).reveal(), fresh.login_message(moment).reveal());
  signer.replace(credentials("EXAMPLE-SECRET-NOT-REAL-0001"));
  EXPECT_EQ(signer.login_message(moment).reveal(), fresh.login_message(moment).reveal());
}

TEST(Signing, TimestampAlwaysHasThreeDigitsOfMilliseconds) {
  EXPECT_EQ(rest_timestamp(kMoment).view(), "2020-12-08T09:08:57.715Z");
  EXPECT_EQ(rest_timestamp(from_unix_millis(1'607'418'537'700)).view(), "2020-12-08T09:08:57.700Z");
  EXPECT_EQ(rest_timestamp(from_unix_millis(1'607'418'537'000)).view(), "2020-12-08T09:08:57.000Z");
  EXPECT_EQ(rest_timestamp({}).view(), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rest_timestamp(from_unix_millis(1'709'164'799'999)).view(), "2024-02-28T23:59:59.999Z");
  EXPECT_EQ(rest_timestamp(from_unix_millis(1'709'164'800'000)).view(), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(rest_timestamp(from_unix_millis(4'102'444'800'001)).view(), "2100-01-01T00:00:00.001Z");
}

TEST(Signing, AgreesWithTheLibrarysOwnHmacForAnyKeyAndText) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 500; ++round) {
    std::string key(random() % 130, '\0');
    std::string text(random() % 400, '\0');
    for (char& c : key) c = static_cast<char>(random());
    for (char& c : text) c = static_cast<char>(random());
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    // HMAC() takes a null key for "the last one": an empty string's pointer is not null.
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &length);
    unsigned char base64[64];
    EVP_EncodeBlock(base64, digest, static_cast<int>(length));
    const std::size_t cut = random() % (text.size() + 1);
    const std::string_view whole = text;
    EXPECT_EQ(Signer(credentials(key)).sign({whole.substr(0, cut), whole.substr(cut)}).view(),
              reinterpret_cast<const char*>(base64));
  }
}

TEST(Credentials, PrintAsStars) {  // SEC-02
  std::ostringstream out;
  const Credentials c = credentials("very secret");
  out << c.api_key << c.secret << c.passphrase;
  EXPECT_EQ(out.str(), "*********");
  EXPECT_TRUE(c.complete());
  EXPECT_FALSE(credentials("").complete());
}

}  // namespace
}  // namespace gannet::okx
