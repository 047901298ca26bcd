#include "gateway/okx/protocol/place_templates.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gateway/okx/protocol/plain_writer.h"

// What is written from templates and by the quick writers is what the general ones write, to the
// byte, for whatever is asked.

namespace gannet::okx {
namespace {

/// Every power of ten, what is beside it, and numbers of every length between.
std::vector<std::uint64_t> numbers_of_all_lengths(std::uint64_t seed, int each) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> numbers{0, std::numeric_limits<std::uint64_t>::max(),
                                     std::numeric_limits<std::int64_t>::max()};
  std::uint64_t ten = 1;
  for (int digits = 1; digits <= 20; ++digits) {
    for (const std::uint64_t near : {ten - 1, ten, ten + 1}) numbers.push_back(near);
    const std::uint64_t span =
        digits < 20 ? ten * 9 : std::numeric_limits<std::uint64_t>::max() - ten;
    for (int i = 0; i < each; ++i) numbers.push_back(ten + random() % span);
    // Zeros at the end are what a price mostly has.
    for (int i = 0; i < each; ++i) {
      std::uint64_t round = 1;
      for (std::uint64_t zeros = random() % static_cast<std::uint64_t>(digits); zeros > 0; --zeros)
        round *= 10;
      numbers.push_back((ten + random() % span) / round * round);
    }
    if (digits < 20) ten *= 10;
  }
  return numbers;
}

TEST(PlainWriter, WritesWholeNumbersLikeTheLibrary) {
  for (const std::uint64_t number : numbers_of_all_lengths(5, 2'000)) {
    char ours[kWriteSlack];
    char theirs[24];
    const std::string_view written(ours,
                                   static_cast<std::size_t>(write_number(ours, number) - ours));
    const char* const end = std::to_chars(theirs, theirs + sizeof theirs, number).ptr;
    ASSERT_EQ(written, std::string_view(theirs, static_cast<std::size_t>(end - theirs)));
  }
}

TEST(PlainWriter, WritesUnitsOfAnyDigitsLikeTheGeneralWriter) {
  for (const std::uint64_t number : numbers_of_all_lengths(6, 200)) {
    for (int digits = 0; digits <= 18; ++digits) {
      for (const bool negative : {false, true}) {
        const auto raw = static_cast<std::int64_t>(negative ? ~number + 1 : number);
        char ours[kWriteSlack];
        char theirs[kMaxUnitsText];
        const auto size = static_cast<std::size_t>(write_units(ours, raw, digits) - ours);
        const auto expected = static_cast<std::size_t>(format_units(theirs, raw, digits) - theirs);
        ASSERT_EQ(std::string_view(ours, size), std::string_view(theirs, expected)) << raw;
      }
    }
  }
}

OrderTerms some_terms(InstrumentKind kind, const char* name, std::int64_t code, bool long_short) {
  OrderTerms terms;
  terms.name = InstrumentName(name);
  terms.code = code;
  terms.kind = kind;
  terms.price_digits = 3;
  terms.quantity_digits = static_cast<std::uint8_t>(kind == InstrumentKind::Spot ? 8 : 2);
  terms.long_short_mode = long_short;
  if (kind == InstrumentKind::Spot) terms.trade_quote_currency = CurrencyName("USDT");
  if (kind == InstrumentKind::Margin) terms.margin_currency = CurrencyName("BTC");
  return terms;
}

struct PlaceTemplatesTest : ::testing::Test {
  std::mt19937_64 random{11};
  OrderTag tag{"mm1"};
  std::vector<OrderTerms> terms{some_terms(InstrumentKind::Swap, "BTC-USDT-SWAP", 10'459, false),
                                some_terms(InstrumentKind::Swap, "ETH-USDT-SWAP", 7, true),
                                some_terms(InstrumentKind::Spot, "BTC-USDT", 123'456, false),
                                some_terms(InstrumentKind::Margin, "ETH-BTC", 99, false),
                                some_terms(InstrumentKind::Option, "BTC-USD-301227-C", 5, false)};
  PlaceTemplates templates{terms.size()};
  OrderText made;
  OrderText general;

  template <class Enum>
  Enum any(unsigned count) {
    return static_cast<Enum>(random() % count);
  }
  bool seldom() { return random() % 16 == 0; }

  /// Mostly orders that the venue has, but not always.
  PlaceRequest any_request() {
    PlaceRequest request;
    request.client_id = {seldom() ? 0 : random() >> (1 + random() % 60)};
    request.instrument = {static_cast<std::uint32_t>(random() % terms.size())};
    request.side = any<Side>(2);
    request.kind = seldom() ? OrderKind::Market : OrderKind::Limit;
    request.time_in_force = random() % 3 == 0 ? any<TimeInForce>(3) : TimeInForce::GoodTillCancel;
    request.post_only = random() % 2 == 0;
    request.reduce_only = random() % 4 == 0;
    request.margin_mode = random() % 4 == 0 ? any<MarginMode>(3) : MarginMode::Cross;
    const bool is_sided = terms[request.instrument.value].long_short_mode;
    request.position_side = is_sided != seldom() ? any<PositionSide>(3) : PositionSide::Net;
    request.price = {static_cast<std::int64_t>(random() >> (1 + random() % 60))};
    request.quantity = {static_cast<std::int64_t>(random() >> (1 + random() % 60))};
    request.expire_time =
        seldom()
            ? Timestamp{}
            : from_unix_millis(1'795'430'400'000 + static_cast<std::int64_t>(random() % 1'000'000));
    request.options.self_trade = any<SelfTradePrevention>(4);
    if (seldom()) request.options.program = any<QuoteProgram>(3);
    request.options.clamp_price = seldom();
    request.options.exact_size = seldom();
    if (seldom()) request.options.slippage_max_bps = 50;
    if (seldom()) request.quote_quantity = {1'000'000'000};
    if (seldom()) request.exits.stop = {5'000};
    return request;
  }
  /// One that every venue has.
  PlaceRequest sound() {
    PlaceRequest request;
    request.client_id = {900'000'000'017};
    request.instrument = {0};
    request.price = {61'250'100};
    request.quantity = {5};
    request.expire_time = from_unix_millis(1'795'430'400'900);
    return request;
  }
  const OrderTerms& terms_of(const PlaceRequest& request) {
    return terms[request.instrument.value];
  }
};

TEST_F(PlaceTemplatesTest, WriteWhatTheGeneralEncoderWrites) {
  int frames = 0;
  int from_templates = 0;
  for (int i = 0; i < 40'000; ++i) {
    const PlaceRequest request = any_request();
    const Target target = seldom() ? kRest : Target{1 + (random() >> (random() % 64))};
    const OrderTerms& own = terms_of(request);
    const Encoded expected = encode_place(general, target, request, own, tag);
    const Encoded written = templates.encode(made, target, request, own, tag);
    ASSERT_EQ(written.has_value(), expected.has_value());
    if (!expected) {
      ASSERT_EQ(written.error(), expected.error());
      continue;
    }
    ASSERT_EQ(*written, *expected);
    ++frames;
    from_templates += templates.knows(request, own) ? 1 : 0;
    EXPECT_TRUE(!templates.knows(request, own) || check_place(request, own));
  }
  EXPECT_GT(frames, 5'000);
  EXPECT_GT(from_templates, frames / 2);
}

TEST_F(PlaceTemplatesTest, WriteBatchesLikeTheGeneralEncoder) {
  int frames = 0;
  for (int i = 0; i < 4'000; ++i) {
    std::vector<PlaceRequest> requests(random() % (kMaxBatch + 2));
    std::vector<const OrderTerms*> rows;
    for (PlaceRequest& request : requests) {
      request = any_request();
      if (!check_place(request, terms_of(request))) request = sound();
      rows.push_back(&terms_of(request));
    }
    const Target target = seldom() ? kRest : Target{1 + random() % 100'000};
    const Encoded expected = encode_place_batch(general, target, requests, rows, tag);
    const Encoded written = templates.encode_batch(made, target, requests, rows, tag);
    ASSERT_EQ(written.has_value(), expected.has_value());
    if (!expected) continue;
    ASSERT_EQ(*written, *expected);
    ++frames;
  }
  EXPECT_GT(frames, 1'000);
}

TEST_F(PlaceTemplatesTest, FollowAnInstrumentsNewCode) {
  PlaceRequest request = sound();
  static_cast<void>(templates.encode(made, Target{1}, request, terms[0], tag));
  EXPECT_TRUE(templates.knows(request, terms[0]));
  terms[0].code = 20'000;
  EXPECT_FALSE(templates.knows(request, terms[0]));
  EXPECT_EQ(*templates.encode(made, Target{2}, request, terms[0], tag),
            *encode_place(general, Target{2}, request, terms[0], tag));
  terms[0].code.reset();
  EXPECT_EQ(templates.encode(made, Target{3}, request, terms[0], tag).error(),
            EncodeError::NoInstrumentCode);
}

}  // namespace
}  // namespace gannet::okx
