#include "gateway/okx/protocol/book_seeds.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "support/market_codes.h"

namespace gannet::okx {
namespace {

struct SeedRequests final : RestOutput {
  std::vector<std::pair<std::uint64_t, HttpRequest>> sent;
  bool has_room = true;
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override {
    if (has_room) sent.emplace_back(id, std::move(request));
    return has_room;
  }
};

struct Seeding : ::testing::Test {
  bool ask(InstrumentId instrument, BookFeed feed = BookFeed::Depth400) {
    return seeds.request_book_snapshot(instrument, feed, now);
  }
  std::optional<BookSeeds::Book> answer(int status, std::string retry_after = {}) {
    HttpResponse response;
    response.status = status;
    if (!retry_after.empty()) response.headers = {{"Retry-After", std::move(retry_after)}};
    return seeds.on_response(http.sent.back().first, response, now);
  }
  void pass(Nanos span) {
    for (const Timestamp end = now + span; now < end;) {
      now = now + milliseconds(10);
      seeds.on_timer(now);
    }
  }

  Timestamp now = from_unix_millis(1'795'430'400'000);
  InstrumentCodes codes = test::market_codes();
  SeedRequests http;
  BookSeeds seeds{{}, codes, http, {.most_in_two_seconds = 2}};
};

TEST_F(Seeding, OneRequestForABookHoweverManySessionsWantIt) {
  EXPECT_TRUE(ask(test::kBtcSwap));
  EXPECT_TRUE(ask(test::kBtcSwap));
  ASSERT_EQ(http.sent.size(), 1u);
  EXPECT_EQ(http.sent[0].second.target, "/api/v5/market/books?instId=BTC-USDT-SWAP&sz=400");
  const auto book = answer(200);
  ASSERT_TRUE(book);
  EXPECT_EQ(book->instrument, test::kBtcSwap);
  EXPECT_EQ(book->feed, BookFeed::Depth400);
  EXPECT_FALSE(answer(200));  // told once
  EXPECT_FALSE(ask(InstrumentId{77}));
}

TEST_F(Seeding, NoMoreThanItsShareOfTheAddressGoesInTwoSeconds) {  // fault 21
  for (const InstrumentId instrument : {test::kBtcSpot, test::kBtcSwap, test::kEthSwap}) {
    EXPECT_TRUE(ask(instrument));
    EXPECT_TRUE(ask(instrument, BookFeed::Depth400Fast));
  }
  EXPECT_EQ(http.sent.size(), 2u);
  pass(milliseconds(1'900));
  EXPECT_EQ(http.sent.size(), 2u);
  pass(milliseconds(200));
  EXPECT_EQ(http.sent.size(), 4u);
  pass(seconds(2));
  EXPECT_EQ(http.sent.size(), 6u);
  EXPECT_EQ(seeds.waiting(), 0u);
}

TEST_F(Seeding, ARepeatedQuestionWaitsEverLonger) {
  ask(test::kBtcSwap);
  std::int64_t early = 0;
  std::int64_t late = 0;
  for (int i = 0; i < 24; ++i) {
    ASSERT_TRUE(answer(200));
    const Timestamp asked_again = now;
    const std::size_t before = http.sent.size();
    ask(test::kBtcSwap);
    while (http.sent.size() == before) pass(milliseconds(10));
    const std::int64_t waited = (now - asked_again).count;
    EXPECT_LE(waited, seconds(34).count);
    (i < 8 ? early : late) += i < 8 || i >= 16 ? waited : 0;
  }
  EXPECT_GT(late, early);
  EXPECT_GT(late, seconds(20).count);  // of 8, drawn between nothing and 32 s
  // After a quiet minute it is a first question again.
  ASSERT_TRUE(answer(200));
  pass(seconds(61));
  const std::size_t before = http.sent.size();
  ask(test::kBtcSwap);
  EXPECT_EQ(http.sent.size(), before + 1);
}

TEST_F(Seeding, APauseThatTheVenueAsksForHoldsAllBooks) {  // fault 21
  ask(test::kBtcSwap);
  EXPECT_TRUE(answer(429, "3"));
  ask(test::kEthSwap);
  pass(milliseconds(2'900));
  EXPECT_EQ(http.sent.size(), 1u);
  pass(milliseconds(200));
  EXPECT_EQ(http.sent.size(), 2u);
}

TEST_F(Seeding, WhatTheTransportCannotTakeGoesLater) {
  http.has_room = false;
  EXPECT_TRUE(ask(test::kBtcSwap));
  http.has_room = true;
  pass(seconds(2));
  EXPECT_EQ(http.sent.size(), 1u);
}

}  // namespace
}  // namespace gannet::okx
