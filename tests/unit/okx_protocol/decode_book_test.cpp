#include "gateway/okx/protocol/decode_book.h"

#include <gtest/gtest.h>

#include <string>

#include "support/market_codes.h"
#include "support/padded_text.h"

namespace gannet::okx {
namespace {

using test::PaddedText;

class DecodeBook : public ::testing::Test {
 protected:
  std::expected<std::span<const DecodedBook>, DecodeError> decode(std::string_view text) {
    text_.emplace(text);
    const auto frame = reader_.read(*text_);
    if (!frame) return std::unexpected(frame.error());
    return decoder_.decode(reader_, *frame, codes_);
  }
  DecodeError error_of(std::string_view text) {
    const auto books = decode(text);
    EXPECT_FALSE(books.has_value()) << text;
    return books ? DecodeError::NotJson : books.error();
  }

  InstrumentCodes codes_ = test::market_codes();
  FrameReader reader_;
  BookDecoder decoder_;
  std::optional<PaddedText> text_;
};

TEST_F(DecodeBook, ReadsASnapshotWithItsSequence) {
  const auto books = decode(
      R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["61250.2","12.35","0","9"]],"bids":[["61250.1","4.02","0","6"],["61250","1","0","70000"]],"ts":"1795430400100","checksum":0,"prevSeqId":-1,"seqId":8812345001}]})");
  ASSERT_TRUE(books.has_value());
  ASSERT_EQ(books->size(), 1u);
  const DecodedBook& book = books->front();
  EXPECT_EQ(book.instrument, test::kBtcSpot);
  EXPECT_EQ(book.feed, BookFeed::Depth400);
  EXPECT_EQ(book.kind, BookUpdate::Kind::Snapshot);
  ASSERT_EQ(book.bids.size(), 2u);
  ASSERT_EQ(book.asks.size(), 1u);
  EXPECT_EQ(book.asks[0].price, 61'250'200);
  EXPECT_EQ(book.asks[0].quantity, 1'235'000'000);
  EXPECT_EQ(book.asks[0].orders, 9u);
  EXPECT_EQ(book.bids[1].orders, 70'000u);
  EXPECT_EQ(book.raw_bids[0].price, "61250.1");
  EXPECT_EQ(book.sequence, 8'812'345'001);
  EXPECT_EQ(book.previous_sequence, -1);
  EXPECT_EQ(book.checksum, 0);
  EXPECT_EQ(book.exchange_time, from_unix_millis(1'795'430'400'100));
}

TEST_F(DecodeBook, ReadsNumbersThatAreNotStringsAndFieldsInAnyOrder) {
  const auto books = decode(
      R"({"data":[{"seqId":"15","prevSeqId":10,"ts":1795430400100,"bids":[[61250.1,4.02,0,6]],"asks":[]}],"action":"update","arg":{"instId":"BTC-USDT","channel":"books-l2-tbt"}})");
  ASSERT_TRUE(books.has_value());
  EXPECT_EQ(books->front().feed, BookFeed::Depth400Fast);
  EXPECT_EQ(books->front().bids[0].price, 61'250'100);
  EXPECT_EQ(books->front().sequence, 15);
  EXPECT_EQ(books->front().previous_sequence, 10);
  EXPECT_FALSE(books->front().checksum.has_value());
}

TEST_F(DecodeBook, ReadsFramesOfTwentyTwentyTwoWithoutSequence) {
  const auto books = decode(
      R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[],"bids":[],"ts":"1","checksum":-1235673914}]})");
  ASSERT_TRUE(books.has_value());
  EXPECT_FALSE(books->front().sequence.has_value());
  EXPECT_EQ(books->front().checksum, -1'235'673'914);
}

TEST_F(DecodeBook, ReadsWholeBooksOfOneAndFiveLevels) {
  const auto bbo = decode(
      R"({"arg":{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},"data":[{"asks":[["20386.8","7","0","2"]],"bids":[["20386.7","50","0","5"]],"ts":"1656642503092","seqId":3}]})");
  ASSERT_TRUE(bbo.has_value());
  EXPECT_EQ(bbo->front().kind, BookUpdate::Kind::Snapshot);
  EXPECT_EQ(bbo->front().feed, BookFeed::BestBidOffer);
  const auto five = decode(
      R"({"arg":{"channel":"books5","instId":"BTC-USDT-SWAP"},"data":[{"asks":[["3","1","0","1"]],"bids":[],"instId":"BTC-USDT-SWAP","ts":"5"}]})");
  ASSERT_TRUE(five.has_value());
  EXPECT_TRUE(five->front().bids.empty());
}

TEST_F(DecodeBook, ReadsSeveralElementsOfOneFrame) {
  const auto books = decode(
      R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["1","1","0","1"]],"bids":[],"ts":"1","seqId":2,"prevSeqId":1},{"asks":[],"bids":[["2","3","0","1"]],"ts":"2","seqId":3,"prevSeqId":2}]})");
  ASSERT_TRUE(books.has_value());
  ASSERT_EQ(books->size(), 2u);
  EXPECT_EQ((*books)[0].asks.size(), 1u);
  EXPECT_EQ((*books)[1].bids[0].price, 2'000);
  EXPECT_EQ((*books)[1].sequence, 3);
}

TEST_F(DecodeBook, KeepsDeletesInUpdatesAndDropsEmptyLevelsOfSnapshots) {
  const std::string frame =
      R"(","data":[{"asks":[["5","0","0","0"],["6","1","0","1"]],"bids":[],"ts":"1","seqId":2,"prevSeqId":1}]})";
  const std::string head = R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":")";
  EXPECT_EQ(decode(head + "update" + frame)->front().asks.size(), 2u);
  const auto snapshot = decode(head + "snapshot" + frame);
  ASSERT_EQ(snapshot->front().asks.size(), 1u);
  EXPECT_EQ(snapshot->front().asks[0].price, 6'000);
  EXPECT_EQ(snapshot->front().raw_asks[0].price, "6");
}

TEST_F(DecodeBook, RefusesNumbersThatTheUnitCannotHold) {
  const auto with_level = [](std::string_view level) {
    return std::string(
               R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[)") +
           std::string(level) + R"(],"bids":[],"ts":"1","seqId":2,"prevSeqId":1}]})";
  };
  EXPECT_EQ(error_of(with_level(R"(["1.0001","1","0","1"])")), DecodeError::TooPrecise);
  EXPECT_EQ(error_of(with_level(R"(["1","0.000000001","0","1"])")), DecodeError::TooPrecise);
  EXPECT_EQ(error_of(with_level(R"(["-1","1","0","1"])")), DecodeError::OutOfRange);
  EXPECT_EQ(error_of(with_level(R"(["0","1","0","1"])")), DecodeError::OutOfRange);
  EXPECT_EQ(error_of(with_level(R"(["1","-1","0","1"])")), DecodeError::OutOfRange);
  EXPECT_EQ(error_of(with_level(R"(["99999999999999999999","1","0","1"])")),
            DecodeError::OutOfRange);
  EXPECT_EQ(error_of(with_level(R"(["x","1","0","1"])")), DecodeError::BadNumber);
  EXPECT_EQ(error_of(with_level(R"(["","1","0","1"])")), DecodeError::BadNumber);
  EXPECT_EQ(error_of(with_level(R"(["1"])")), DecodeError::MissingField);
  EXPECT_EQ(error_of(with_level(R"({"a":1})")), DecodeError::WrongShape);
  EXPECT_EQ(error_of(with_level(R"([["1"],"1","0","1"])")), DecodeError::WrongShape);
  EXPECT_TRUE(decode(with_level(R"(["2E+1","1.000","0","1"])")).has_value());
}

TEST_F(DecodeBook, RefusesWhatItCannotName) {
  EXPECT_EQ(
      error_of(
          R"({"arg":{"channel":"books","instId":"DOGE-USDT"},"action":"update","data":[{"asks":[],"bids":[["1","1","0","1"]],"ts":"1"}]})"),
      DecodeError::UnknownInstrument);
  EXPECT_EQ(
      error_of(
          R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"replace","data":[{"asks":[],"bids":[],"ts":"1"}]})"),
      DecodeError::UnknownValue);
  EXPECT_EQ(
      error_of(
          R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[],"ts":"1"}]})"),
      DecodeError::MissingField);
}

TEST_F(DecodeBook, RefusesMoreLevelsThanItHasRoomFor) {
  std::string text =
      R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"bids":[],"asks":[)";
  for (std::size_t i = 0; i <= kMaxLevelsPerSide; ++i) {
    if (i > 0) text += ',';
    text += "[\"" + std::to_string(i + 1) + R"(","1","0","1"])";
  }
  text += R"(],"ts":"1","seqId":2,"prevSeqId":-1}]})";
  EXPECT_EQ(error_of(text), DecodeError::Overflow);
}

TEST_F(DecodeBook, RefusesEveryTruncationOfAFrame) {
  const std::string whole =
      R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["1","1","0","1"]],"bids":[["0.5","2","0","1"]],"ts":"1","checksum":0,"seqId":2,"prevSeqId":1}]})";
  ASSERT_TRUE(decode(whole).has_value());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(decode(std::string_view(whole).substr(0, length)).has_value()) << length;
  }
}

TEST_F(DecodeBook, ReadsTheRestSnapshot) {
  const PaddedText text(
      R"({"code":"0","msg":"","data":[{"asks":[["41006.8","0.6","0","1"]],"bids":[["41006.3","0.3","0","2"]],"ts":"1629966436396","seqId":77}]})");
  const auto frame = reader_.read(text);
  ASSERT_TRUE(frame.has_value());
  const auto books =
      decoder_.decode_rest(reader_, *frame, *codes_.find("BTC-USDT"), BookFeed::Depth400);
  ASSERT_TRUE(books.has_value());
  EXPECT_EQ(books->front().sequence, 77);
  EXPECT_EQ(books->front().kind, BookUpdate::Kind::Snapshot);
}

}  // namespace
}  // namespace gannet::okx
