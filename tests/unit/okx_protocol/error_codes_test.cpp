#include "gateway/okx/protocol/error_codes.h"

#include <gtest/gtest.h>

namespace gannet::okx {
namespace {

using Kind = ExecutionReport::Kind;
using Request = ExecutionReport::Request;

TEST(ErrorCodes, AreClassedAsTheTableSays) {
  const auto class_of = [](std::int32_t code) { return classify_code(code).error_class; };
  EXPECT_EQ(class_of(0), ErrorClass::None);
  EXPECT_EQ(class_of(50001), ErrorClass::VenueUnavailable);
  for (const int code : {50004, 50026, 51054, 51149, 51412, 64007}) {
    EXPECT_EQ(class_of(code), ErrorClass::OutcomeUnknown) << code;
  }
  for (const int code : {50011, 50061, 51113, 51513, 60014}) {
    EXPECT_EQ(class_of(code), ErrorClass::RateLimited) << code;
  }
  for (const int code : {50101, 50102, 50105, 50110, 50113, 50119, 50120, 60005, 60007, 60032}) {
    EXPECT_EQ(class_of(code), ErrorClass::AuthFatal) << code;
  }
  for (const int code : {51016, 50071, 51400, 51503, 51603, 51169}) {
    EXPECT_EQ(class_of(code), ErrorClass::Reconcile) << code;
  }
  for (const int code : {51000, 51008, 51020, 51121, 54051, 60012, 60018, 50037}) {
    EXPECT_EQ(class_of(code), ErrorClass::RejectFinal) << code;
  }
  EXPECT_EQ(class_of(63999), ErrorClass::RetryAfterBackoff);
}

TEST(ErrorCodes, UnknownOnesGoByTheirRange) {
  EXPECT_EQ(classify_code(50999).error_class, ErrorClass::OutcomeUnknown);
  EXPECT_EQ(classify_code(51998).error_class, ErrorClass::RejectFinal);
  EXPECT_EQ(classify_code(54998).error_class, ErrorClass::RejectFinal);
  EXPECT_EQ(classify_code(58999).error_class, ErrorClass::RejectFinal);
  EXPECT_EQ(classify_code(60999).error_class, ErrorClass::Reconnect);
  EXPECT_EQ(classify_code(-1).error_class, ErrorClass::OutcomeUnknown);
  EXPECT_EQ(classify_code(999'999).error_class, ErrorClass::OutcomeUnknown);
}

TEST(ErrorCodes, NoCodeEverMakesAnOrderDisappearByMistake) {
  for (std::int32_t code = -1; code < 80'000; ++code) {
    const ErrorClass error_class = classify_code(code).error_class;
    const Verdict place = judge(Request::Place, code, true);
    const Verdict cancel = judge(Request::Cancel, code, true);
    if (error_class == ErrorClass::OutcomeUnknown || error_class == ErrorClass::Reconnect) {
      EXPECT_EQ(place.kind, Kind::OutcomeUnknown) << code;
      EXPECT_EQ(cancel.kind, Kind::OutcomeUnknown) << code;
    } else if (code != 0) {
      EXPECT_NE(place.kind, Kind::PlaceAccepted) << code;
      EXPECT_NE(place.reason, VenueReason::None) << code;
      EXPECT_EQ(cancel.kind, Kind::CancelRejected) << code;
    }
  }
  EXPECT_EQ(judge(Request::Place, 0, true).kind, Kind::PlaceAccepted);
  EXPECT_EQ(judge(Request::Place, 50013, true).kind, Kind::PlaceRejected);
  EXPECT_EQ(judge(Request::Place, 50013, false).kind, Kind::OutcomeUnknown);
  EXPECT_EQ(judge(Request::Place, 50001, false).kind, Kind::OutcomeUnknown);
  EXPECT_EQ(judge(Request::Place, 51016, true).kind, Kind::OutcomeUnknown);
}

TEST(ErrorCodes, ReadsNumbersAndNothingElse) {
  EXPECT_EQ(parse_code("51008"), 51008);
  EXPECT_EQ(parse_code("0"), 0);
  for (const char* text : {"", "-1", "abc", "1e3", "99999999"}) EXPECT_EQ(parse_code(text), -1);
}

TEST(ErrorCodes, EveryListedCodeHasAClassAReasonAndAMeaning) {
  std::size_t rows = 0;
  for (const CodeRow& row : code_rows()) {
    ++rows;
    EXPECT_FALSE(row.meaning.empty()) << row.first;
    if (row.error_class == ErrorClass::None) continue;
    EXPECT_NE(row.reason, VenueReason::None) << row.first;
    for (std::int32_t code = row.first; code <= row.last; ++code) {
      const ErrorRule rule = classify_code(code);
      EXPECT_TRUE(rule.listed) << code;
      ASSERT_EQ(rule.error_class, row.error_class) << code;
      ASSERT_EQ(rule.reason, row.reason) << code;
    }
  }
  EXPECT_GT(rows, 250u);
}

TEST(ErrorCodes, OneClassIsOneBehaviour) {
  for (const CodeRow& row : code_rows()) {
    for (const Request request : {Request::Place, Request::Amend, Request::Cancel}) {
      const Verdict verdict = judge(request, row.first, true);
      const bool is_unknown = verdict.kind == Kind::OutcomeUnknown;
      const bool duplicates =
          request == Request::Place && row.reason == VenueReason::DuplicateClientOrderId;
      const bool doubtful = row.error_class == ErrorClass::OutcomeUnknown ||
                            row.error_class == ErrorClass::Reconnect || duplicates;
      EXPECT_EQ(is_unknown, doubtful) << row.first;
      switch (row.error_class) {
        case ErrorClass::RateLimited:
          EXPECT_TRUE(verdict.reason == VenueReason::RateLimited ||
                      verdict.reason == VenueReason::AccountRateLimited)
              << row.first;
          break;
        case ErrorClass::AuthFatal:  // a wrong clock is corrected first
          EXPECT_EQ(verdict.reason,
                    row.first == 50102 ? VenueReason::VenueBusy : VenueReason::NotAuthorised);
          break;
        case ErrorClass::VenueUnavailable:
          EXPECT_EQ(verdict.reason, VenueReason::VenueUnavailable);
          break;
        case ErrorClass::RetryAfterBackoff:
          if (request == Request::Cancel) {
            EXPECT_EQ(verdict.reason, VenueReason::VenueBusy);
          }
          break;
        case ErrorClass::RejectFinal:  // no word that stops all trading, or is sent again
          EXPECT_NE(verdict.reason, VenueReason::NotAuthorised) << row.first;
          EXPECT_NE(verdict.reason, VenueReason::VenueBusy) << row.first;
          EXPECT_NE(verdict.reason, VenueReason::VenueUnavailable) << row.first;
          break;
        case ErrorClass::None:
        case ErrorClass::OutcomeUnknown:
        case ErrorClass::Reconcile:
        case ErrorClass::Reconnect:
          break;
      }
    }
  }
}

TEST(ErrorCodes, UnlistedOnesAreToldOnceAndCountedAlways) {
  UnlistedCodes codes;
  EXPECT_FALSE(codes.note(0));
  EXPECT_FALSE(codes.note(51400));
  EXPECT_TRUE(codes.note(51998));
  EXPECT_FALSE(codes.note(51998));
  EXPECT_TRUE(codes.note(50099));
  EXPECT_EQ(codes.count(), 3u);
  for (std::int32_t code = 80'000; code < 80'200; ++code) static_cast<void>(codes.note(code));
  EXPECT_EQ(codes.count(), 203u);
  EXPECT_FALSE(codes.note(-1));  // no code at all
}

}  // namespace
}  // namespace gannet::okx
