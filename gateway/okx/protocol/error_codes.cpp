#include "gateway/okx/protocol/error_codes.h"

#include <array>

namespace gannet::okx {
namespace {

struct Row {
  std::int32_t first;
  std::int32_t last;
  ErrorClass error_class;
  VenueReason reason;
};

constexpr auto kOk = ErrorClass::None;
constexpr auto kRF = ErrorClass::RejectFinal;
constexpr auto kRB = ErrorClass::RetryAfterBackoff;
constexpr auto kRL = ErrorClass::RateLimited;
constexpr auto kAF = ErrorClass::AuthFatal;
constexpr auto kVU = ErrorClass::VenueUnavailable;
constexpr auto kUQ = ErrorClass::OutcomeUnknown;
constexpr auto kRC = ErrorClass::Reconcile;
constexpr auto kRN = ErrorClass::Reconnect;
using enum VenueReason;

// First match wins: single codes stand before the ranges around them.
// [PROTOCOL 2.5, 3.8, 10.3-10.8]
constexpr Row kRows[] = {
    {0, 0, kOk, None},
    // general and account state
    {50001, 50001, kVU, VenueUnavailable},
    {50004, 50004, kUQ, OutcomeUnknown},
    {50007, 50009, kAF, NotAuthorised},
    {50011, 50011, kRL, RateLimited},
    {50012, 50012, kAF, NotAuthorised},
    {50013, 50013, kRB, VenueUnavailable},
    {50017, 50023, kRB, InstrumentNotTradable},
    {50026, 50026, kUQ, OutcomeUnknown},
    {50027, 50030, kAF, NotAuthorised},
    {50032, 50033, kRF, InstrumentNotTradable},
    {50035, 50035, kAF, NotAuthorised},
    {50036, 50037, kRF, RequestExpired},
    {50038, 50038, kRF, NotAuthorised},
    {50040, 50040, kRL, RateLimited},
    {50041, 50041, kAF, NotAuthorised},
    {50042, 50042, kRC, DuplicateClientOrderId},
    {50046, 50046, kRB, VenueUnavailable},
    {50051, 50052, kRF, NotAuthorised},
    {50059, 50060, kAF, NotAuthorised},
    {50061, 50061, kRL, RateLimited},
    {50062, 50062, kRB, VenueUnavailable},
    {50064, 50064, kRB, VenueUnavailable},
    {50067, 50067, kRF, NotAuthorised},
    {50071, 50071, kRC, DuplicateClientOrderId},
    {50000, 50077, kRF, InvalidParameter},
    // key, signature, permission
    {50115, 50116, kRF, InvalidParameter},
    {50118, 50118, kRF, InvalidParameter},
    {50122, 50122, kRF, InvalidParameter},
    {50100, 50121, kAF, NotAuthorised},
    // trade
    {51001, 51002, kRF, UnknownInstrument},
    {51004, 51005, kRF, InsufficientFunds},
    {51006, 51006, kRF, PriceLimit},
    {51008, 51008, kRF, InsufficientFunds},
    {51009, 51009, kAF, NotAuthorised},
    {51011, 51011, kRC, DuplicateClientOrderId},
    {51016, 51016, kRC, DuplicateClientOrderId},
    {51012, 51015, kRF, UnknownInstrument},
    {51017, 51017, kRF, InsufficientFunds},
    {51021, 51022, kRF, InstrumentNotTradable},
    {51023, 51023, kRC, ReduceOnly},
    {51024, 51024, kAF, NotAuthorised},
    {51025, 51025, kRB, TooManyOrders},
    {51027, 51027, kRF, InstrumentNotTradable},
    {51028, 51030, kRB, InstrumentNotTradable},
    {51031, 51031, kRF, PriceLimit},
    {51032, 51032, kRB, InstrumentNotTradable},
    {51037, 51038, kRF, ReduceOnly},
    {51054, 51054, kUQ, OutcomeUnknown},
    {51063, 51063, kRC, OrderGone},
    {51065, 51065, kRC, DuplicateClientOrderId},
    {51068, 51068, kRC, DuplicateClientOrderId},
    {51087, 51087, kRF, InstrumentNotTradable},
    {51102, 51104, kRB, TooManyOrders},
    {51105, 51107, kRF, TooManyOrders},
    {51109, 51109, kRB, InstrumentNotTradable},
    {51110, 51110, kRF, InstrumentNotTradable},
    {51112, 51112, kRC, ReduceOnly},
    {51113, 51113, kRL, RateLimited},
    {51115, 51115, kRL, RateLimited},
    {51116, 51116, kRF, PriceLimit},
    {51117, 51117, kRB, TooManyOrders},
    {51119, 51119, kRF, InsufficientFunds},
    {51122, 51122, kRF, PriceLimit},
    {51123, 51123, kRB, VenueUnavailable},
    {51124, 51124, kRF, InstrumentNotTradable},
    {51125, 51126, kRC, ReduceOnly},
    {51127, 51127, kRF, InsufficientFunds},
    {51131, 51131, kRF, InsufficientFunds},
    {51135, 51138, kRF, PriceLimit},
    {51140, 51140, kRB, InstrumentNotTradable},
    {51148, 51148, kRC, ReduceOnly},
    {51149, 51149, kUQ, OutcomeUnknown},
    {51155, 51155, kRF, NotAuthorised},
    {51169, 51171, kRC, ReduceOnly},
    {51174, 51174, kRB, TooManyOrders},
    {51192, 51195, kRF, PriceLimit},
    {51196, 51197, kRF, InstrumentNotTradable},
    {51205, 51206, kRF, ReduceOnly},
    {51400, 51402, kRC, OrderGone},
    {51404, 51404, kRB, InstrumentNotTradable},
    {51405, 51405, kRC, OrderGone},
    {51410, 51410, kRC, OrderGone},
    {51412, 51412, kUQ, OutcomeUnknown},
    {51416, 51416, kRC, OrderGone},
    {51502, 51502, kRF, InsufficientFunds},
    {51503, 51503, kRC, OrderGone},
    {51507, 51507, kRB, InstrumentNotTradable},
    {51509, 51510, kRC, OrderGone},
    {51511, 51511, kRF, PostOnlyWouldTake},
    {51513, 51513, kRL, RateLimited},
    {51521, 51522, kRC, ReduceOnly},
    {51603, 51603, kRC, OrderGone},
    {51773, 51773, kRF, NotAuthorised},
    {51000, 51999, kRF, InvalidParameter},
    {52000, 52000, kRB, VenueUnavailable},
    {54008, 54008, kRB, InstrumentNotTradable},
    {54012, 54012, kRF, InstrumentNotTradable},
    {54047, 54049, kRB, InstrumentNotTradable},
    {54072, 54072, kRF, InstrumentNotTradable},
    {54092, 54092, kRF, NotAuthorised},
    {54094, 54094, kRF, InstrumentNotTradable},
    {54109, 54109, kRF, NotAuthorised},
    {54000, 54999, kRF, InvalidParameter},
    {55000, 55000, kRB, VenueUnavailable},
    {55001, 56999, kRF, InvalidParameter},
    // funding account and administration
    {58004, 58004, kAF, NotAuthorised},
    {58007, 58007, kRB, VenueUnavailable},
    {58102, 58102, kRL, RateLimited},
    {58100, 58105, kAF, NotAuthorised},
    {58110, 58111, kRB, VenueUnavailable},
    {58120, 58120, kRB, VenueUnavailable},
    {58124, 58124, kUQ, OutcomeUnknown},
    {58000, 58999, kRF, InvalidParameter},
    {59506, 59506, kAF, NotAuthorised},
    {59000, 59999, kRF, InvalidParameter},
    // socket
    {60001, 60007, kAF, NotAuthorised},
    {60009, 60010, kAF, NotAuthorised},
    {60008, 60008, kRF, InvalidParameter},
    {60011, 60011, kUQ, NotAuthorised},
    {60012, 60013, kRF, InvalidParameter},
    {60014, 60014, kRL, RateLimited},
    {60018, 60019, kRF, InvalidParameter},
    {60020, 60022, kAF, NotAuthorised},
    {60023, 60023, kRL, RateLimited},
    {60024, 60026, kAF, NotAuthorised},
    {60027, 60030, kRF, InvalidParameter},
    {60031, 60032, kAF, NotAuthorised},
    {60033, 60034, kRF, InvalidParameter},
    {63999, 63999, kRB, VenueUnavailable},
    {64000, 64004, kRF, InvalidParameter},
    {64007, 64007, kUQ, OutcomeUnknown},
    {64008, 64008, kRN, VenueUnavailable},
    {60000, 69999, kRN, OutcomeUnknown},
    {75002, 75002, kRB, InstrumentNotTradable},
    {70000, 75999, kRF, InvalidParameter},
    {50000, 50999, kUQ, OutcomeUnknown},  // unknown: retry once, then as if it had been executed
};

}  // namespace

ErrorRule classify_code(std::int32_t code) noexcept {
  for (const Row& row : kRows) {
    if (code >= row.first && code <= row.last) return {row.error_class, row.reason};
  }
  return {ErrorClass::OutcomeUnknown, VenueReason::OutcomeUnknown};
}

ErrorRule classify_http(int status) noexcept {
  switch (status) {
    case 200:
      return {ErrorClass::None, VenueReason::None};
    case 401:
      return {ErrorClass::AuthFatal, VenueReason::NotAuthorised};
    case 403:  // without the venue's JSON it is the wall before the venue, not the key
      return {ErrorClass::VenueUnavailable, VenueReason::VenueUnavailable};
    case 429:
      return {ErrorClass::RateLimited, VenueReason::RateLimited};
    case 503:
      return {ErrorClass::VenueUnavailable, VenueReason::VenueUnavailable};
    default:
      break;
  }
  if (status >= 400 && status < 500) {
    return {ErrorClass::RejectFinal, VenueReason::InvalidParameter};
  }
  return {ErrorClass::OutcomeUnknown, VenueReason::OutcomeUnknown};
}

Verdict judge(ExecutionReport::Request request, std::int32_t code, bool per_item) noexcept {
  using Kind = ExecutionReport::Kind;
  using Request = ExecutionReport::Request;
  const ErrorRule rule = classify_code(code);
  const Verdict unknown{Kind::OutcomeUnknown, rule.reason};
  if (rule.error_class == ErrorClass::None) {
    switch (request) {
      case Request::Place:
        return {Kind::PlaceAccepted, VenueReason::None};
      case Request::Amend:
        return {Kind::AmendAccepted, VenueReason::None};
      case Request::Cancel:
        return {Kind::CancelAccepted, VenueReason::None};
      case Request::None:
        return {Kind::OutcomeUnknown, VenueReason::Other};
    }
  }
  if (rule.error_class == ErrorClass::OutcomeUnknown || rule.error_class == ErrorClass::Reconnect) {
    return unknown;
  }
  // "System busy" and "unavailable" for a whole message do not say that nothing was done.
  const bool vague = rule.error_class == ErrorClass::VenueUnavailable || code == 50013;
  if (vague && !per_item) return unknown;
  // An order of that id is, or was, at the venue: ask for it.
  if (request == Request::Place && rule.reason == VenueReason::DuplicateClientOrderId) {
    return unknown;
  }
  return refused(request, rule.reason);
}

Verdict refused(ExecutionReport::Request request, VenueReason reason) noexcept {
  using Kind = ExecutionReport::Kind;
  using Request = ExecutionReport::Request;
  switch (request) {
    case Request::Place:
      return {Kind::PlaceRejected, reason};
    case Request::Amend:
      return {Kind::AmendRejected, reason};
    case Request::Cancel:
      return {Kind::CancelRejected, reason};
    case Request::None:
      break;
  }
  return {Kind::OutcomeUnknown, reason};
}

std::string_view advice(std::int32_t code) noexcept {
  switch (code) {
    case 50101:
      return "the API key belongs to the other environment: use a demo key for demo trading and a "
             "live key for live";
    case 50102:
    case 60006:
    case 50107:
    case 50112:
    case 60004:
      return "this machine's clock differs too much from the venue's: synchronise it (chrony or "
             "systemd-timesyncd) and start again";
    case 50103:
    case 50111:
    case 60001:
    case 60005:
      return "the API key is malformed: check [venue.credentials] api_key";
    case 50104:
    case 50105:
    case 60024:
      return "the passphrase is wrong: check [venue.credentials] passphrase (the one chosen when "
             "the key was made)";
    case 50106:
    case 50113:
    case 60003:
    case 60007:
      return "the signature was refused: check [venue.credentials] secret";
    case 50110:
      return "this machine's address is not on the key's allow-list: add it where the key was made";
    case 50119:
    case 60032:
    case 59506:
      return "the venue does not know this API key: check the key, and that venue.region and "
             "venue.environment are those it was made for";
    case 50114:
    case 50120:
    case 50030:
      return "the API key lacks a permission: it needs read and trade (and no withdrawal)";
    case 50035:
      return "the venue wants an API key that is bound to addresses for this";
    case 50100:
    case 50007:
    case 50009:
    case 50012:
    case 51009:
    case 51024:
      return "the venue has blocked this account or key: look at the account on its site, or ask "
             "its support";
    case 60009:
      return "the login was refused: check all three values of [venue.credentials], venue.region "
             "and venue.environment";
    default:
      return "the venue refused this account's request: look up the code in its list, and check "
             "credentials and permissions";
  }
}

std::int32_t parse_code(std::string_view text) noexcept {
  if (text.empty() || text.size() > 6) return -1;
  std::int32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace gannet::okx
