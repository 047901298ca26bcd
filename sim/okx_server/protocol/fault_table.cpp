#include "sim/okx_server/protocol/fault_table.h"

#include <array>

#include "sim/okx_server/protocol/fault_words.h"

namespace gannet::okx_server {
namespace {

constexpr FaultStyle kAction = FaultStyle::Action;
constexpr FaultStyle kRule = FaultStyle::Rule;
constexpr FaultStyle kMode = FaultStyle::Mode;

// clang-format off: one fault a row, as wide as it is.
constexpr std::array kTable{
    FaultInfo{"cut", FaultKind::Cut, kAction, "1, 8", "connection", "once how",
              R"({"cut":{"connection":"$connection"}})",
              "Ends connections with a TCP reset (how = fin: in order, without TLS's close notify). once = false: new ones too, until cleared."},
    FaultInfo{"cut_at_byte", FaultKind::CutAtByte, kRule, "1, 9", "connection", "byte",
              R"({"cut_at_byte":{"connection":"$connection","byte":$byte}})",
              "Resets the connection after that byte of its next frame (0: before the first)."},
    FaultInfo{"half_open", FaultKind::HalfOpen, kMode, "2", "connection", "",
              R"({"half_open":{"connection":"$connection","for":"$for"}})",
              "Neither hears nor says anything, and does not close: what is sent meanwhile is lost."},
    FaultInfo{"stall", FaultKind::Stall, kMode, "3", "connection", "direction",
              R"({"stall":{"connection":"$connection","for":"$for"}})",
              "Holds everything back (direction: in, out or both), then lets it go in one burst."},
    FaultInfo{"latency", FaultKind::Latency, kMode, "4", "connection", "ms jitter_ms direction",
              R"({"latency":{"connection":"$connection","ms":$ms,"jitter_ms":$ms,"for":"$for"}})",
              "Delays frames one way or both, in order, by ms and up to jitter_ms more."},
    FaultInfo{"loss", FaultKind::Loss, kMode, "5", "connection", "percent direction",
              R"({"loss":{"connection":"$connection","percent":$percent,"for":"$for"}})",
              "What TCP makes of lost packets: a frame in so many waits for its retransmission (200 ms, doubling), and all behind it wait too."},
    FaultInfo{"bandwidth", FaultKind::Bandwidth, kMode, "6", "connection", "bytes_per_s",
              R"({"bandwidth":{"connection":"$connection","bytes_per_s":8000,"for":"$for"}})",
              "Sends no more than that many bytes a second, queueing; a queue of 16 MiB is closed with 4005."},
    FaultInfo{"fragment", FaultKind::Fragment, kRule, "9", "connection", "bytes",
              R"({"fragment":{"connection":"$connection","bytes":$small,"count":20}})",
              "Sends the next frames in fragments of so many bytes."},
    FaultInfo{"raw_frame", FaultKind::RawFrame, kAction, "9", "connection", "shape bytes frames",
              R"({"raw_frame":{"connection":"$connection","shape":"$shape"}})",
              "Sends a frame of that shape: ping_flood, oversize, bad_utf8, unknown_opcode, reserved_bits, masked, binary, empty, half (then a reset)."},
    FaultInfo{"close", FaultKind::CloseCode, kAction, "9", "connection", "code",
              R"({"close":{"connection":"$connection","code":4006}})",
              "Closes with that code: 1001, 1006 (a reset), 4001, 4004, 4005, 4006, 4007, any."},
    FaultInfo{"refuse_connect", FaultKind::RefuseConnect, kRule, "10", "connection", "status",
              R"({"refuse_connect":{"connection":"$connection","status":503,"count":2}})",
              "Answers the next WebSocket handshakes with that HTTP status."},
    FaultInfo{"connection_limit", FaultKind::ConnectionLimit, kMode, "10", "", "most",
              "",
              "Takes no more WebSocket connections than that; further ones get 429."},
    FaultInfo{"certificate", FaultKind::Certificate, kMode, "8", "", "shape",
              "",
              "New TLS connections see another certificate: expired, wrong_host or unknown_authority."},
    FaultInfo{"notice64008", FaultKind::Notice, kAction, "11", "connection", "close_after_ms",
              R"({"notice64008":{"connection":"$connection","close_after_ms":$ms}})",
              "Announces a service upgrade and closes the connection later (60 s unless said)."},
    FaultInfo{"cut_on_open", FaultKind::CutOnOpen, kRule, "1, 10", "connection", "",
              R"({"cut_on_open":{"connection":"$connection"}})",
              "Resets the next new connections as soon as they are open."},
    FaultInfo{"send_raw", FaultKind::SendText, kAction, "9, 35", "connection", "text",
              "",
              "Sends that text as a frame."},
    FaultInfo{"refuse_login", FaultKind::RefuseLogin, kRule, "12", "", "code",
              R"({"refuse_login":{"code":"63999"}})",
              "Refuses the next login with that code (60009) and close 4001."},
    FaultInfo{"slow_login", FaultKind::SlowLogin, kRule, "12", "", "ms",
              R"({"slow_login":{"ms":$ms}})",
              "Answers the next login after that time."},
    FaultInfo{"refuse_subscribe", FaultKind::RefuseSubscribe, kRule, "12", "channel", "code",
              R"({"refuse_subscribe":{"channel":"$channel","code":"64007"}})",
              "Refuses the next subscription with that code (60018)."},
    FaultInfo{"drop_subscribe_ack", FaultKind::DropSubscribeAck, kRule, "12", "channel", "",
              "",
              "Subscribes, and the acknowledgement is lost."},
    FaultInfo{"drop_request", FaultKind::DropRequest, kRule, "13, 17", "op", "",
              R"({"drop_request":{"op":"$op"}})",
              "The operation is lost on its way in: nothing happens, nobody answers."},
    FaultInfo{"drop_ack", FaultKind::DropAck, kRule, "13, 17", "op", "",
              R"({"drop_ack":{"op":"$op"}})",
              "The operation takes effect and its reply is lost."},
    FaultInfo{"late_ack", FaultKind::LateAck, kRule, "14", "op", "ms",
              R"({"late_ack":{"op":"$op","ms":$ms,"count":3}})",
              "Pushes go first, the reply comes later: push before ack, fill before ack."},
    FaultInfo{"duplicate_ack", FaultKind::DuplicateAck, kRule, "15", "op", "",
              R"({"duplicate_ack":{"op":"$op"}})",
              "The reply comes twice."},
    FaultInfo{"late_request", FaultKind::LateRequest, kRule, "18", "op", "ms",
              R"({"late_request":{"op":"$op","ms":$ms}})",
              "The request is handled later; past its expTime it is refused with 50037."},
    FaultInfo{"reject_code", FaultKind::RejectCode, kRule, "22, 17, 25", "op", "code",
              R"({"reject_code":{"op":"$op","code":"$code"}})",
              "Refuses an item with that code, without doing it; nth = 2 in a batch: mixed success."},
    FaultInfo{"rate_refusal", FaultKind::RateRefusal, kRule, "21", "op", "code",
              R"({"rate_refusal":{"op":"$op","probability":0.2,"for":"$for"}})",
              "Refuses with 50011 (or 50061, 50013) though no limit is reached; probability: at random."},
    FaultInfo{"refuse_instrument_code", FaultKind::RefuseInstrumentCode, kMode, "23", "instId", "",
              "",
              "instIdCode is refused with 51001 on the socket while REST takes the instrument."},
    FaultInfo{"fill_first", FaultKind::FillFirst, kRule, "16", "op", "percent",
              R"({"fill_first":{"op":"cancel-order","percent":50}})",
              "Before a cancel or amend is handled, the market fills that part (100) of the order."},
    FaultInfo{"cancel_first", FaultKind::CancelFirst, kRule, "16", "op", "",
              R"({"cancel_first":{"op":"amend-order"}})",
              "Before a cancel or amend is handled, the venue cancels the order."},
    FaultInfo{"drop_push", FaultKind::DropPush, kRule, "13", "channel", "",
              "",
              "A private push is lost."},
    FaultInfo{"delay_push", FaultKind::DelayPush, kRule, "14", "channel", "ms",
              R"({"delay_push":{"channel":"$private","ms":$ms,"count":3}})",
              "A private push comes late, behind later ones."},
    FaultInfo{"duplicate_push", FaultKind::DuplicatePush, kRule, "15", "channel", "",
              R"({"duplicate_push":{"channel":"$private","count":3}})",
              "A private push comes twice."},
    FaultInfo{"replay_push", FaultKind::ReplayPush, kAction, "15", "channel", "",
              R"({"replay_push":{"channel":"orders"}})",
              "The last private push of the channel is sent once more, as old as it is."},
    FaultInfo{"venue_cancel", FaultKind::VenueCancel, kAction, "19", "instId", "user source clOrdId",
              R"({"venue_cancel":{}})",
              "The venue cancels the user's open orders by itself, with that cancelSource (0)."},
    FaultInfo{"shrink_order", FaultKind::ShrinkOrder, kAction, "20", "instId", "user lots clOrdId",
              "",
              "The venue shrinks an open order (reduce-only ones first) by so many lots, amendSource 4."},
    FaultInfo{"overfill", FaultKind::Overfill, kAction, "20", "instId", "user lots clOrdId",
              "",
              "The market fills an open order whole, and so many lots (1) more than it asked for."},
    FaultInfo{"spend_rate", FaultKind::SpendRate, kAction, "60, 21", "instId", "user op units",
              "",
              "Another engine of the user has spent so many units of the operation's rate limit."},
    FaultInfo{"set_leverage", FaultKind::SetLeverage, kAction, "25, 26", "instId", "user lever posMode",
              "",
              "The user's leverage is changed from elsewhere, or (posMode = net_mode, long_short_mode) the position mode, which the exchange refuses while there are orders or positions."},
    FaultInfo{"foreign_order", FaultKind::ForeignOrder, kAction, "26, 60", "instId", "user side px sz tag",
              "",
              "Someone else places an order on the user's account: by hand, or another engine (tag). Without px: a market order."},
    FaultInfo{"transfer", FaultKind::Transfer, kAction, "26", "", "user ccy amount",
              "",
              "Money comes to the user's account, or goes (negative)."},
    FaultInfo{"algo_refused", FaultKind::AlgoRefused, kRule, "24", "instId", "",
              R"({"algo_refused":{}})",
              "The order of an algo order that triggers is refused: order_failed, 51008."},
    FaultInfo{"algo_rearm", FaultKind::AlgoRearm, kRule, "24", "instId", "",
              R"({"algo_rearm":{}})",
              "A trailing stop that triggers is armed anew: it stays live and follows the price from there."},
    FaultInfo{"algo_unnamed", FaultKind::AlgoUnnamed, kMode, "24", "instId", "",
              "",
              "Algo orders are told without the ids of their orders: ordId is empty, and so is ordIdList."},
    FaultInfo{"http_status", FaultKind::HttpStatus, kRule, "10, 21, 22", "path", "status code after_effect",
              R"({"http_status":{"path":"","status":$status}})",
              "REST answers that status with an HTML body, or with that code; after_effect: having done it. for and count = 0: a long ban."},
    FaultInfo{"http_delay", FaultKind::HttpDelay, kRule, "3, 4, 14", "path", "ms",
              R"({"http_delay":{"path":"","ms":$ms,"count":3}})",
              "The answer of REST is as of now and comes later."},
    FaultInfo{"http_cut", FaultKind::HttpCut, kRule, "1, 13", "path", "byte before_effect",
              R"({"http_cut":{"path":"","byte":$byte}})",
              "The connection is reset after that byte of the answer; before_effect: nothing was done."},
    FaultInfo{"page_overlap", FaultKind::PageOverlap, kRule, "27", "path", "",
              R"({"page_overlap":{"path":"","count":2}})",
              "A further page (`after`) begins with the last row of the one before."},
    FaultInfo{"page_error", FaultKind::PageError, kRule, "27", "path", "status code",
              R"({"page_error":{"path":""}})",
              "A further page fails: 50026, HTTP 500."},
    FaultInfo{"page_change", FaultKind::PageChange, kRule, "27", "path", "how",
              R"({"page_change":{"path":""}})",
              "The open orders change before a further page (`after`) comes: how = cancel (the first of that page is cancelled by the venue), fill (it is filled), new (another one is placed)."},
    FaultInfo{"replica_lag", FaultKind::ReplicaLag, kMode, "28", "path", "ms",
              R"({"replica_lag":{"ms":$lag,"for":"$for"}})",
              "Private lists and single orders of REST are as old as that; sockets are not."},
    FaultInfo{"missing_row", FaultKind::MissingRow, kRule, "24, 29", "path", "row",
              R"({"missing_row":{"path":"/api/v5/account/positions"}})",
              "A list lacks that row (0)."},
    FaultInfo{"empty_list", FaultKind::EmptyList, kRule, "24, 29", "path", "",
              R"({"empty_list":{"path":"/api/v5/account/positions"}})",
              "A list is empty."},
    FaultInfo{"reverse_rows", FaultKind::ReverseRows, kRule, "29, 30", "path", "",
              R"({"reverse_rows":{"path":""}})",
              "A list comes in the wrong order."},
    FaultInfo{"truncate_list", FaultKind::TruncateList, kRule, "30", "path", "keep",
              R"({"truncate_list":{"path":"/api/v5/trade/fills","keep":1}})",
              "A list ends after so many rows."},
    FaultInfo{"sequence_gap", FaultKind::SequenceGap, kAction, "31", "instId", "",
              R"({"sequence_gap":{}})",
              "The next update of each incremental book is lost."},
    FaultInfo{"sequence_reset", FaultKind::SequenceReset, kAction, "31", "instId", "",
              R"({"sequence_reset":{}})",
              "Sequence ids start anew from 1, the chain unbroken."},
    FaultInfo{"resend_snapshot", FaultKind::ResendSnapshot, kAction, "31", "instId", "",
              R"({"resend_snapshot":{}})",
              "Incremental books send a snapshot that nobody asked for."},
    FaultInfo{"keep_alive", FaultKind::KeepAlive, kAction, "31", "instId", "",
              R"({"keep_alive":{}})",
              "Incremental books send an empty update with equal ids at once."},
    FaultInfo{"no_snapshot", FaultKind::NoSnapshot, kMode, "31", "channel", "",
              "",
              "Incremental books begin without a snapshot: it is to be had by REST."},
    FaultInfo{"checksum", FaultKind::Checksum, kMode, "32", "instId", "shape",
              R"({"checksum":{"shape":"$checksum","for":"$for"}})",
              "Checksums of incremental books are right, wrong or absent instead of 0."},
    FaultInfo{"crossed_book", FaultKind::CrossedBook, kRule, "33", "channel", "",
              R"({"crossed_book":{"count":2}})",
              "The best bid stands above the best ask for one message."},
    FaultInfo{"empty_side", FaultKind::EmptySide, kRule, "33", "channel", "side",
              R"({"empty_side":{"count":2}})",
              "One side of the book is empty for one message."},
    FaultInfo{"zero_level", FaultKind::ZeroLevel, kRule, "33", "channel", "",
              R"({"zero_level":{"count":2}})",
              "A level with quantity 0 that was never there."},
    FaultInfo{"level_burst", FaultKind::LevelBurst, kRule, "33", "channel", "levels",
              R"({"level_burst":{"count":2}})",
              "One message changes 400 levels, the next changes them back."},
    FaultInfo{"rate_burst", FaultKind::RateBurst, kMode, "33", "channel", "times",
              R"({"rate_burst":{"times":10,"for":"$for"}})",
              "Incremental books send ten times as many messages."},
    FaultInfo{"disagree", FaultKind::Disagree, kMode, "34", "instId", "ticks",
              R"({"disagree":{"ticks":3,"for":"$for"}})",
              "bbo-tbt says other prices than the books, by so many ticks."},
    FaultInfo{"malform", FaultKind::Malform, kRule, "35", "channel", "how field value path",
              R"({"malform":{"channel":"$any","how":"$how","count":3}})",
              "Writes a field wrongly: how = add, remove, set, number, string, exponent, long or negative_zero; of pushes (channel) or of REST (path)."},
    FaultInfo{"instrument_state", FaultKind::InstrumentState, kAction, "36", "instId",
              "state tickSz lotSz minSz maxMktSz ctVal in list like delist price",
              "",
              "The instrument becomes live, suspend, preopen, post_only, expired ...; or its terms change, at once or announced (in = \"60s\"); list, like and delist: as POST /sim/v1/instruments takes them."},
    FaultInfo{"mark_frozen", FaultKind::MarkFrozen, kMode, "37", "instId", "",
              R"({"mark_frozen":{"for":"$for"}})",
              "Mark and index prices are told as they were."},
    FaultInfo{"index_jump", FaultKind::IndexJump, kMode, "37", "instId", "percent",
              R"({"index_jump":{"percent":5,"for":"$for"}})",
              "The index is told that much higher (negative: lower)."},
    FaultInfo{"funding_shift", FaultKind::FundingShift, kMode, "37", "instId", "ms",
              R"({"funding_shift":{"ms":3600000,"for":"$for"}})",
              "Funding is told for another time."},
    FaultInfo{"adl", FaultKind::Deleverage, kAction, "19", "instId", "user posSide mgnMode sz",
              "",
              "A position is reduced by auto-deleveraging at the mark price: by sz, or whole."},
    FaultInfo{"funding", FaultKind::Funding, kAction, "37", "instId", "rate in_ms interval_ms",
              "",
              "Funding: another rate (\"0.0001\"; none: by prices again), another next time, another interval."},
    FaultInfo{"reference_price", FaultKind::ReferencePrice, kAction, "19, 37", "instId", "px index",
              "",
              "Mark and index price are that, until the market sets them again: whoever is short of margin then is liquidated."},
    FaultInfo{"insurance_fund", FaultKind::InsuranceFund, kAction, "19", "", "ccy amt",
              "",
              "The insurance fund holds that much; with nothing in it, losses beyond a margin deleverage others."},
    FaultInfo{"restart", FaultKind::Restart, kAction, "57", "", "down_ms",
              R"({"restart":{"down_ms":$ms}})",
              "The venue restarts: orders cancelled and half of that reported, sockets closed, sequence ids anew, unreachable for a while (2 s)."},
    FaultInfo{"maintenance", FaultKind::Maintenance, kMode, "58", "", "lead_ms service",
              "",
              "A maintenance window: told on `status` lead_ms before it begins; orders get 50001 until it is over."},
    FaultInfo{"down", FaultKind::Down, kMode, "59, 10", "", "status listen",
              R"({"down":{"for":"$for"}})",
              "The whole region is unreachable: all sockets cut, handshakes and REST refused with that status (503), or (listen = false) the port closed: give it `for`, nobody can clear it."},
};
// clang-format on

static_assert(kTable.size() == kFaultKinds);
constexpr bool table_is_in_order() noexcept {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].kind) != i) return false;
  }
  return true;
}
static_assert(table_is_in_order());

constexpr std::string_view kCommon =
    "Every fault also takes: at (\"5s\": from now), for (\"2s\"), every (\"30s\": again), count "
    "(how "
    "often; 0: always), and rules nth (every n-th alone) and probability (0 to 1).\n"
    "connection: public, private, business, a connId, or all. Names left out mean any.\n"
    "Left to the machine around it: name resolution (7), resets and loss below TCP (5), its own "
    "clock and disk.\n";

}  // namespace

std::span<const FaultInfo> fault_table() noexcept { return kTable; }

const FaultInfo& info_of(FaultKind kind) noexcept { return kTable[static_cast<std::size_t>(kind)]; }

const FaultInfo* find_fault(std::string_view id) noexcept {
  for (const FaultInfo& info : kTable) {
    if (info.id == id) return &info;
  }
  return nullptr;
}

std::string_view style_text(FaultStyle style) noexcept {
  switch (style) {
    case FaultStyle::Action:
      return "at once";
    case FaultStyle::Rule:
      return "waits for what it hits";
    case FaultStyle::Mode:
      return "until it is over or cleared";
  }
  return "";
}

std::string_view common_fault_members() noexcept { return kCommon; }

std::string describe_faults() {
  std::string text;
  for (const FaultInfo& info : kTable) {
    text.append(info.id).append("  [").append(info.controls).append("]  ");
    text.append(style_text(info.style)).append("\n    ").append(info.description).append("\n");
    if (info.target.empty() && info.options.empty()) continue;
    text.append("    takes:");
    if (!info.target.empty()) text.append(" ").append(info.target);
    if (!info.options.empty()) text.append(" ").append(info.options);
    text.append("\n");
  }
  return text.append("\n").append(kCommon);
}

}  // namespace gannet::okx_server
