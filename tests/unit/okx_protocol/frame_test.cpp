#include "gateway/okx/protocol/frame.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/okx/protocol/decode_control.h"
#include "support/padded_text.h"

namespace gannet::okx {
namespace {

using test::PaddedText;

FrameKind kind_of(std::string_view text) {
  FrameReader reader;
  const PaddedText padded(text);
  const auto frame = reader.read(padded);
  EXPECT_TRUE(frame.has_value()) << text;
  return frame ? frame->kind : FrameKind::Unknown;
}

TEST(FrameReader, NamesEveryKindOfFrame) {
  EXPECT_EQ(kind_of("pong"), FrameKind::Pong);
  EXPECT_EQ(kind_of(R"({"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"}})"),
            FrameKind::Subscribed);
  EXPECT_EQ(kind_of(R"({"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT"}})"),
            FrameKind::Unsubscribed);
  EXPECT_EQ(kind_of(R"({"event":"login","code":"0","msg":"","connId":"c0ffee01"})"),
            FrameKind::Login);
  EXPECT_EQ(kind_of(R"({"code":"60012","msg":"bad","event":"error","connId":"c0ffee01"})"),
            FrameKind::Error);
  EXPECT_EQ(kind_of(R"({"event":"notice","code":"64008","msg":"soon"})"), FrameKind::Notice);
  EXPECT_EQ(kind_of(R"({"event":"channel-conn-count","channel":"orders","connCount":"2"})"),
            FrameKind::ConnectionCount);
  EXPECT_EQ(kind_of(R"({"event":"channel-conn-count-error","channel":"orders","connCount":"30"})"),
            FrameKind::ConnectionCountError);
  EXPECT_EQ(kind_of(R"({"code":"0","data":[],"id":"7","msg":"","op":"order"})"),
            FrameKind::OperationReply);
  EXPECT_EQ(kind_of(R"({"arg":{"channel":"trades","instId":"X"},"data":[]})"), FrameKind::Push);
  EXPECT_EQ(kind_of(R"({"event":"weather"})"), FrameKind::UnknownEvent);
  EXPECT_EQ(kind_of(R"({"hello":1})"), FrameKind::Unknown);
}

TEST(FrameReader, TakesFieldsInAnyOrder) {
  FrameReader reader;
  const PaddedText text(
      R"({ "data" : [ {"x":[1,{"y":"]"}]} ], "action":"update", "arg":{"instId":"BTC-USDT","channel":"books"} })");
  const auto frame = reader.read(text);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->kind, FrameKind::Push);
  EXPECT_EQ(frame->channel, Channel::Books);
  EXPECT_EQ(frame->instrument, "BTC-USDT");
  EXPECT_EQ(frame->action, "update");
}

TEST(FrameReader, RefusesEveryTruncation) {
  const std::string whole =
      R"({"arg":{"channel":"candle1m","instId":"BTC-USDT"},"data":[["1","2","3"],["4","5","6"]],"x":1})";
  FrameReader reader;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const PaddedText text(std::string_view(whole).substr(0, length));
    const auto frame = reader.read(text);
    EXPECT_TRUE(!frame || !reader.finish()) << "cut at " << length;
  }
}

TEST(FrameReader, RefusesBytesBehindTheObject) {
  FrameReader reader;
  const PaddedText text(R"({"event":"notice"} {"event":"notice"})");
  EXPECT_FALSE(reader.read(text).has_value());
}

TEST(FrameReader, RefusesWhatIsNoObject) {
  FrameReader reader;
  for (const char* text :
       {"", "   ", "[1,2]", "\"text\"", "12", "null", "ping", "{", "}", "\xff\xfe"}) {
    const PaddedText padded(text);
    EXPECT_FALSE(reader.read(padded).has_value()) << text;
  }
}

TEST(FrameReader, UndoesEscapesInMessagesForPeople) {
  FrameReader reader;
  const PaddedText text(R"({"event":"error","code":"60018","msg":"say \"no\"\n"})");
  const auto frame = reader.read(text);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->message, "say \"no\"\n");
}

TEST(ControlEvent, NamesTheRefusedArgumentFromTheVenuesWords) {
  FrameReader reader;
  const PaddedText text(
      R"({"event":"error","msg":"Wrong URL or channel:index-tickers, instId:NEAR-USDT-SWAP doesn't exist. Please use","code":"60018"})");
  const auto frame = reader.read(text);
  ASSERT_TRUE(frame.has_value());
  const auto event = decode_control(*frame);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->code, 60018);
  const RefusedArgument argument = refused_argument(event->message);
  EXPECT_EQ(argument.channel_name, "index-tickers");
  EXPECT_EQ(argument.instrument, "NEAR-USDT-SWAP");
}

}  // namespace
}  // namespace gannet::okx
