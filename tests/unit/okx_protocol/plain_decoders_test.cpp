#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/jsonl_reader.h"
#include "gateway/okx/protocol/lenient_number.h"
#include "gateway/okx/protocol/plain_text.h"
#include "support/market_codes.h"
#include "support/market_frames.h"
#include "support/padded_text.h"
#include "support/plain_twin.h"
#include "tests/unit/okx_protocol/account_side.h"

// The readers of the hot shapes do without a parser. They are believed because the general decoders
// say the same of every text that they take, whatever was done to it.

namespace gannet::okx {
namespace {

using test::PlainTwin;
using Verdict = PlainTwin::Verdict;

TEST(PlainNumber, IsWhatTheGeneralReaderSaysOrNothing) {
  std::mt19937_64 random(7);
  static constexpr std::string_view kBytes = "0123456789012345678901234567890.-+eE \"x/:";
  int plain = 0;
  for (int i = 0; i < 300'000; ++i) {
    std::string text(16, static_cast<char>(random()));  // what stands before must not matter
    const std::size_t length = random() % 18;
    for (std::size_t j = 0; j < length; ++j) text += kBytes[random() % kBytes.size()];
    const PlainNumber number = read_plain_number(text.data() + text.size(), length);
    // Beside one that is plain, on either side, it is what it is alone.
    static constexpr std::string_view kBeside = "0123456789abcdef0078.125";
    const char* const beside = kBeside.data() + kBeside.size();
    for (const bool comes_first : {true, false}) {
      const char* const end = text.data() + text.size();
      const PlainPair pair = comes_first ? read_plain_numbers(end, length, beside, 6)
                                         : read_plain_numbers(beside, 6, end, length);
      ASSERT_EQ(pair.first.is_plain, number.is_plain) << text;
      ASSERT_EQ(pair.second.is_plain, number.is_plain) << text;
      if (!number.is_plain) continue;
      const PlainNumber& same = comes_first ? pair.first : pair.second;
      const PlainNumber& other = comes_first ? pair.second : pair.first;
      ASSERT_EQ(same.digits, number.digits) << text;
      ASSERT_EQ(same.decimals, number.decimals) << text;
      ASSERT_EQ(other.digits, 78'125u);
      ASSERT_EQ(other.decimals, 3u);
    }
    if (!number.is_plain) continue;
    ++plain;
    const std::string_view shown(text.data() + 16, length);
    const auto exact = exact_units(shown, static_cast<int>(number.decimals));
    ASSERT_TRUE(exact) << shown;
    ASSERT_EQ(static_cast<std::uint64_t>(*exact), number.digits) << shown;
  }
  EXPECT_GT(plain, 30'000);
  for (const std::string_view text : {"0", "61250.1", "0.00000001", "999999999999999", "00.10"}) {
    const std::string padded = std::string(16, '9') + std::string(text);
    EXPECT_TRUE(read_plain_number(padded.data() + padded.size(), text.size()).is_plain) << text;
  }
}

std::string level(std::mt19937_64& random) {
  const auto number = [&](unsigned whole, unsigned decimals) {
    std::string text = std::to_string(1 + random() % whole);
    if (decimals > 0 && random() % 4 != 0) {
      text += '.';
      for (unsigned i = 0; i < 1 + random() % decimals; ++i)
        text += static_cast<char>('0' + random() % 10);
    }
    return text;
  };
  return "[\"" + number(99'999, 2) + "\",\"" + (random() % 5 == 0 ? "0" : number(9'999, 2)) +
         "\",\"0\",\"" + std::to_string(random() % 300) + "\"]";
}

std::string book(std::mt19937_64& random) {
  static constexpr std::array<std::string_view, 6> kChannels{
      "bbo-tbt", "books5", "books", "books-l2-tbt", "books50-l2-tbt", "books-rpi"};
  const std::string_view channel = kChannels[random() % kChannels.size()];
  const bool whole = channel == "bbo-tbt" || channel == "books5";
  std::string text =
      R"({"arg":{"channel":")" + std::string(channel) + R"(","instId":"BTC-USDT-SWAP"})";
  if (!whole) text += random() % 2 == 0 ? R"(,"action":"update")" : R"(,"action":"snapshot")";
  text += R"(,"data":[{)";
  const auto side = [&](std::string_view name) {
    text += '"' + std::string(name) + "\":[";
    const std::uint64_t count = whole ? random() % 6 : random() % 25;
    for (std::uint64_t i = 0; i < count; ++i) text += (i > 0 ? "," : "") + level(random);
    text += "],";
  };
  side("asks");
  side("bids");
  if (channel == "books5") text += R"("instId":"BTC-USDT-SWAP",)";
  text += R"("ts":")" + std::to_string(1'795'430'400'000 + random() % 1'000) + '"';
  if (!whole) {
    text += R"(,"checksum":)" + std::to_string(static_cast<std::int32_t>(random())) +
            R"(,"prevSeqId":)" + std::to_string(static_cast<int>(random() % 3) - 1);
  }
  return text + R"(,"seqId":)" + std::to_string(random() % 1'000'000'000'000) + "}]}";
}

std::string order(std::mt19937_64& random) {
  static constexpr std::array<std::string_view, 6> kMore{
      "",
      R"(,"state":"filled","accFillSz":"0.05","fillSz":"0.05","fillPx":"61250.1","tradeId":"771")",
      R"(,"linkedAlgoOrd":{"algoId":""},"attachAlgoOrds":[{"tpTriggerPx":"1","n":[1,{"a":null}]}])",
      R"(,"reduceOnly":true,"code":0,"px":"6.125E4")",
      R"(,"tag":"a\"b","msg":"Grüße")",
      R"(,"clOrdId":[],"sz":"x")"};
  return testing::order_push(kMore[random() % kMore.size()]);
}

std::string damaged(std::string text, std::mt19937_64& random) {
  static constexpr std::string_view kBytes = "{}[]\",:\\0123456789-+.eE tfnu\x01\x80\xff";
  for (std::uint64_t i = 0; i < 1 + random() % 3 && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    switch (random() % 6) {
      case 0:
        text[at] = kBytes[random() % kBytes.size()];
        break;
      case 1:
        text.erase(at, 1 + random() % 8);
        break;
      case 2:
        text.insert(at, text.substr(random() % text.size(), random() % 40));
        break;
      case 3:
        text.resize(at);
        break;
      case 4:
        std::swap(text[at], text[random() % text.size()]);
        break;
      default:
        text.insert(at, 1, kBytes[random() % kBytes.size()]);
        break;
    }
  }
  return text;
}

class PlainDecoders : public ::testing::Test {
 protected:
  Verdict look(const std::string& text) {
    const test::PaddedText padded(text);
    Verdict verdict = twin.books(padded, codes);
    if (verdict == Verdict::NotPlain) verdict = twin.trades(padded, codes);
    if (verdict == Verdict::NotPlain) verdict = twin.order(padded, side.context);
    EXPECT_NE(verdict, Verdict::Disagree) << text;
    return verdict;
  }

  InstrumentCodes codes = test::market_codes();
  testing::AccountSide side;
  PlainTwin twin;
};

TEST_F(PlainDecoders, TakeTheShapesThatTheVenueWrites) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2'000; ++i) {
    const std::string text = book(random);
    EXPECT_EQ(look(text), Verdict::Agree) << text;
  }
  for (const std::string_view frame : test::kMarketFrames) {
    const bool is_trade = frame.find(R"("channel":"trades)") != std::string_view::npos;
    if (!is_trade) continue;
    EXPECT_EQ(look(std::string(frame)), Verdict::Agree) << frame;
  }
  EXPECT_EQ(look(testing::order_push("")), Verdict::Agree);
  EXPECT_EQ(look(testing::order_push(R"(,"linkedAlgoOrd":{"algoId":""},"attachAlgoOrds":[])")),
            Verdict::Agree);
}

TEST_F(PlainDecoders, SayTheSameAsTheGeneralOnesOrNothing) {
  std::mt19937_64 random(20'261'130);
  int agreed = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text;
    switch (random() % 4) {
      case 0:
        text = std::string(test::kMarketFrames[random() % test::kMarketFrames.size()]);
        break;
      case 1:
        text = order(random);
        break;
      default:
        text = book(random);
        break;
    }
    if (random() % 8 != 0) text = damaged(std::move(text), random);
    if (look(text) == Verdict::Agree) ++agreed;
    if (HasFailure()) return;
  }
  EXPECT_GT(agreed, 5'000);
}

// How a book's frames begin is remembered: what they say is still read from the table at hand.
TEST(KnownHeads, AreOfTheTableAtHand) {
  const auto codes_with = [](InstrumentId id, std::uint8_t digits) {
    InstrumentCodes codes;
    for (std::uint32_t other = 0; other < id.value; ++other)
      codes.add({{other},
                 InstrumentName("X" + std::to_string(other)),
                 {},
                 {},
                 InstrumentKind::Spot,
                 1,
                 1,
                 std::nullopt});
    codes.add({id,
               InstrumentName("BTC-USDT-SWAP"),
               {},
               {},
               InstrumentKind::Swap,
               digits,
               2,
               std::nullopt});
    return codes;
  };
  const std::string text =
      R"({"arg":{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},"data":[{"asks":[["61250.2","1",)"
      R"("0","1"]],"bids":[["61250.1","2","0","3"]],"ts":"1795430400149","seqId":378617009}]})";
  const test::PaddedText padded(text);
  BookDecoder decoder;
  for (const std::uint32_t id : {0u, 3u, 1u}) {
    const InstrumentCodes codes = codes_with({id}, static_cast<std::uint8_t>(1 + id));
    for (int again = 0; again < 2; ++again) {
      const auto plain = decoder.decode_plain(padded.view(), codes);
      ASSERT_TRUE(plain);
      EXPECT_EQ(plain->channel_name, "bbo-tbt");
      EXPECT_EQ(plain->instrument, "BTC-USDT-SWAP");
      ASSERT_EQ(plain->books.size(), 1u);
      EXPECT_EQ(plain->books[0].instrument, InstrumentId{id});
      EXPECT_EQ(plain->books[0].bids[0].price, 612'501 * power_of_ten(static_cast<int>(id)));
    }
  }
  EXPECT_FALSE(decoder.decode_plain(padded.view(), InstrumentCodes()));
}

}  // namespace
}  // namespace gannet::okx
