#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "app/ignored_messages.h"
#include "app/message_decoder.h"
#include "support/recordings.h"

namespace gannet::app {
namespace {

struct Counts {
  std::uint64_t ok = 0, ignored = 0, refused = 0;
};

/// Decodes a recording; lines whose origin is not "recorded" may be refused, all others not.
Counts decode_all(const std::string& path) {
  Counts counts;
  auto tables = load_tables({}, path);
  EXPECT_TRUE(tables.has_value());
  if (!tables) return counts;
  MessageDecoder decoder(*tables);
  EXPECT_TRUE(for_each_line(path, [&](const RecordingLine& line) {
    const MessageStatus status = decoder.decode(line);
    const std::string& text = decoder.text();
    const bool has_events = text.find("\"events\":[]") == std::string::npos;
    EXPECT_EQ(has_events, status == MessageStatus::Ok) << text;
    if (status == MessageStatus::Ok) ++counts.ok;
    if (status == MessageStatus::Ignored) ++counts.ignored;
    if (status != MessageStatus::Refused) return;
    ++counts.refused;
    EXPECT_NE(recorded_field(line.recorded.head, "origin"), "recorded") << text;
    EXPECT_NE(recorded_field(line.recorded.head, "origin"), "") << text;
  }));
  return counts;
}

TEST(RecordedSamples, DecodeEverySocketMessageOrKnowinglyIgnoreIt) {
  GANNET_RECORDING(path, "okx/samples/ws-samples.jsonl");
  const Counts counts = decode_all(path);
  EXPECT_EQ(counts.ok + counts.ignored + counts.refused, 181u);
  // Made up by the samples' authors: one without a channel, four candles with letters for numbers.
  EXPECT_LE(counts.refused, 5u);
}

TEST(RecordedSamples, DecodeEveryRestAnswerOrKnowinglyIgnoreIt) {
  GANNET_RECORDING(path, "okx/samples/rest-samples.jsonl");
  const Counts counts = decode_all(path);
  EXPECT_EQ(counts.ok + counts.ignored, 116u);
}

TEST(RecordedSamples, DecodeEveryMessageOfTheSessions) {
  for (const char* name :
       {"public-20220227-books-l2-tbt.jsonl.zst", "public-20220513-books.jsonl",
        "public-20260824-books-seqid.jsonl", "public-202608-frames-swap.jsonl"}) {
    GANNET_RECORDING(path, "okx/ws/" + std::string(name));
    EXPECT_EQ(decode_all(path).refused, 0u) << name;
  }
}

TEST(IgnoredMessages, ListEachNameOnce) {
  std::set<std::pair<int, std::string_view>> seen;
  for (const IgnoredMessage& ignored : ignored_messages()) {
    EXPECT_TRUE(seen.insert({static_cast<int>(ignored.where), ignored.name}).second)
        << ignored.name;
    EXPECT_FALSE(ignored.why.empty());
  }
}

TEST(IgnoredMessages, MatchByNameOrByBeginning) {
  using enum IgnoredMessage::Where;
  EXPECT_NE(find_ignored(Channel, "sprd-tickers"), nullptr);
  EXPECT_NE(find_ignored(Channel, "block-tickers"), nullptr);
  EXPECT_EQ(find_ignored(Channel, "block-tickers-2"), nullptr);
  EXPECT_EQ(find_ignored(Channel, "candle1m"), nullptr);
  EXPECT_EQ(find_ignored(Channel, "funding-rate"), nullptr);
  EXPECT_EQ(find_ignored(Channel, "brand-new"), nullptr);
  EXPECT_EQ(find_ignored(Channel, "books"), nullptr);
}

TEST(MessageDecoder, RefusesWhatItHasNeverHeardOf) {
  RecordingTables tables;
  MessageDecoder decoder(tables);
  const auto status_of = [&](std::string text) {
    text.reserve(text.size() + JsonlReader::kPadding);
    RecordingLine line{1, {}};
    line.recorded.message = text;
    return decoder.decode(line);
  };
  EXPECT_EQ(status_of(R"({"arg":{"channel":"brand-new","instId":"X"},"data":[]})"),
            MessageStatus::Refused);
  EXPECT_EQ(status_of(R"({"event":"weather"})"), MessageStatus::Refused);
  EXPECT_EQ(status_of(R"({"arg":{"channel":"candle1m","instId":"X"},"data":[["1","x")"),
            MessageStatus::Refused);
  EXPECT_EQ(status_of("no json"), MessageStatus::Refused);
  EXPECT_EQ(status_of("pong"), MessageStatus::Ok);
  EXPECT_EQ(decoder.text(), R"({"line":1,"status":"ok","reason":"","events":[{"type":"pong"}]})");
}

}  // namespace
}  // namespace gannet::app
