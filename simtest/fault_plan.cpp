#include "simtest/fault_plan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "sim/random.h"

namespace gannet::simtest {
namespace {

constexpr FaultAct kVenue = FaultAct::Venue;

// clang-format off: one kind a row, as wide as it is.
constexpr std::array kRows{
    FaultRow{1, "cut", FaultAct::Cut, ""},
    FaultRow{1, "rest_lost", FaultAct::RestLost, ""},
    FaultRow{1, "cut_on_open", kVenue, R"({"cut_on_open":{"connection":"$connection"}})"},
    FaultRow{1, "http_cut", kVenue, R"({"http_cut":{"path":"$path","byte":$byte,"count":2}})"},
    FaultRow{1, "http_cut_before", kVenue, R"({"http_cut":{"path":"$path","byte":0,"before_effect":true,"count":2}})"},
    FaultRow{2, "half_open", FaultAct::HalfOpen, ""},
    FaultRow{3, "stall", FaultAct::Stall, ""},
    FaultRow{4, "latency", FaultAct::Latency, ""},
    FaultRow{9, "close", kVenue, R"({"close":{"connection":"$connection","code":$close}})"},
    FaultRow{9, "half_frame", kVenue, R"({"raw_frame":{"connection":"$connection","shape":"half","bytes":100}})"},
    FaultRow{10, "refuse_connect", kVenue, R"({"faults":[{"refuse_connect":{"connection":"$connection","status":$status,"count":2}},{"cut":{"connection":"$connection"}}]})"},
    FaultRow{10, "http_5xx", kVenue, R"({"http_status":{"path":"$path","status":$status,"count":2}})"},
    FaultRow{11, "notice", kVenue, R"({"notice64008":{"connection":"$connection","close_after_ms":$ms}})"},
    FaultRow{12, "refuse_login", kVenue, R"({"faults":[{"refuse_login":{"code":"63999"}},{"cut":{"connection":"private"}}]})"},
    FaultRow{12, "slow_login", kVenue, R"({"faults":[{"slow_login":{"ms":$ms}},{"cut":{"connection":"private"}}]})"},
    FaultRow{12, "refuse_subscribe", kVenue, R"({"faults":[{"refuse_subscribe":{"channel":"$private","code":"64007"}},{"cut":{"connection":"private"}}]})"},
    FaultRow{12, "drop_subscribe_ack", kVenue, R"({"faults":[{"drop_subscribe_ack":{"channel":"$private"}},{"cut":{"connection":"private"}}]})"},
    FaultRow{13, "drop_request", kVenue, R"({"drop_request":{"op":"$op","count":$few}})"},
    FaultRow{13, "drop_ack", kVenue, R"({"drop_ack":{"op":"$op","count":$few}})"},
    FaultRow{13, "drop_acks", kVenue, R"({"drop_ack":{"op":"","probability":$share,"for":"$for"}})"},
    FaultRow{13, "drop_requests", kVenue, R"({"drop_request":{"op":"","probability":$share,"for":"$for"}})"},
    FaultRow{14, "late_ack", kVenue, R"({"late_ack":{"op":"$op","ms":$ms,"count":$few}})"},
    FaultRow{14, "late_acks", kVenue, R"({"late_ack":{"op":"","ms":$small,"probability":$share,"for":"$for"}})"},
    FaultRow{14, "delay_push", kVenue, R"({"delay_push":{"channel":"$private","ms":$ms,"count":$few}})"},
    FaultRow{14, "http_delay", kVenue, R"({"http_delay":{"path":"$path","ms":$ms,"count":$few}})"},
    FaultRow{15, "duplicate_ack", kVenue, R"({"duplicate_ack":{"op":"$op","count":$few}})"},
    FaultRow{15, "duplicate_push", kVenue, R"({"duplicate_push":{"channel":"$private","count":$few}})"},
    FaultRow{15, "replay_push", kVenue, R"({"replay_push":{"channel":"$private"}})"},
    FaultRow{16, "fill_first", kVenue, R"({"fill_first":{"op":"$change","percent":$percent,"count":$few}})"},
    FaultRow{16, "cancel_first", kVenue, R"({"cancel_first":{"op":"$change","count":$few}})"},
    FaultRow{17, "drop_batch_ack", kVenue, R"({"drop_ack":{"op":"$batch","count":2}})"},
    FaultRow{17, "drop_batch", kVenue, R"({"drop_request":{"op":"$batch","count":2}})"},
    FaultRow{17, "mixed_batch", kVenue, R"({"reject_code":{"op":"$batch","code":"$code","nth":2,"count":$few}})"},
    FaultRow{18, "late_request", kVenue, R"({"late_request":{"op":"$op","ms":$ms,"count":$few}})"},
    FaultRow{19, "venue_cancel", kVenue, R"({"venue_cancel":{"instId":"$inst","source":"$source"}})"},
    FaultRow{19, "adl", kVenue, R"({"adl":{"instId":"$swap"}})"},
    FaultRow{19, "liquidation", kVenue, R"({"reference_price":{"instId":"$swap","px":"$wild"}})"},
    FaultRow{20, "shrink_order", kVenue, R"({"shrink_order":{"instId":"$inst"}})"},
    FaultRow{20, "overfill", kVenue, R"({"overfill":{"instId":"$swap"}})"},
    FaultRow{21, "rate_refusal", kVenue, R"({"rate_refusal":{"op":"$op","code":"$rate","probability":$share,"for":"$for"}})"},
    FaultRow{21, "ban", kVenue, R"({"http_status":{"path":"$path","status":429,"count":0,"for":"$for"}})"},
    FaultRow{22, "reject_code", kVenue, R"({"reject_code":{"op":"$op","code":"$code","count":$few}})"},
    FaultRow{22, "reject_codes", kVenue, R"({"reject_code":{"op":"","code":"$code","probability":$share,"for":"$for"}})"},
    FaultRow{22, "http_after_effect", kVenue, R"({"http_status":{"path":"$path","status":$status,"after_effect":true,"count":2}})"},
    FaultRow{23, "refuse_instrument_code", kVenue, R"({"refuse_instrument_code":{"instId":"$inst","for":"$for"}})"},
    FaultRow{24, "algo_refused", kVenue, R"({"algo_refused":{"instId":"$swap","count":2}})"},
    FaultRow{24, "algo_rearm", kVenue, R"({"algo_rearm":{"instId":"$swap","count":2}})"},
    FaultRow{24, "algo_unnamed", kVenue, R"({"algo_unnamed":{"instId":"$swap","for":"$for"}})"},
    FaultRow{25, "set_leverage", kVenue, R"({"set_leverage":{"instId":"$swap","lever":$lever}})"},
    FaultRow{26, "foreign_order", kVenue, R"({"foreign_order":{"instId":"$swap","side":"$side","sz":"0.0$digit"}})"},
    FaultRow{26, "foreign_resting", kVenue, R"({"foreign_order":{"instId":"$swap","side":"buy","px":"2$digit00","sz":"0.0$digit"}})"},
    FaultRow{26, "transfer", kVenue, R"({"transfer":{"ccy":"USDT","amount":"$amount"}})"},
    FaultRow{27, "page_overlap", kVenue, R"({"page_overlap":{"path":"","count":2}})"},
    FaultRow{27, "page_error", kVenue, R"({"page_error":{"path":""}})"},
    FaultRow{27, "page_change", kVenue, R"({"page_change":{"path":"","how":"$how","count":2}})"},
    FaultRow{27, "many_orders", FaultAct::ManyOrders, ""},
    FaultRow{28, "replica_lag", kVenue, R"({"replica_lag":{"ms":$lag,"for":"$for"}})"},
    FaultRow{29, "missing_row", kVenue, R"({"missing_row":{"path":"$list","row":0}})"},
    FaultRow{29, "empty_list", kVenue, R"({"empty_list":{"path":"$list"}})"},
    FaultRow{29, "reverse_rows", kVenue, R"({"reverse_rows":{"path":"$list","count":$few}})"},
    FaultRow{30, "truncate_fills", kVenue, R"({"truncate_list":{"path":"/api/v5/trade/fills","keep":$digit}})"},
    FaultRow{30, "reverse_fills", kVenue, R"({"reverse_rows":{"path":"/api/v5/trade/fills","count":$few}})"},
    FaultRow{31, "sequence_gap", kVenue, R"({"sequence_gap":{"instId":"$inst"}})"},
    FaultRow{31, "sequence_reset", kVenue, R"({"sequence_reset":{"instId":"$inst"}})"},
    FaultRow{31, "resend_snapshot", kVenue, R"({"resend_snapshot":{"instId":"$inst"}})"},
    FaultRow{31, "keep_alive", kVenue, R"({"keep_alive":{"instId":"$inst"}})"},
    FaultRow{32, "checksum", kVenue, R"({"checksum":{"instId":"$inst","shape":"$checksum","for":"$for"}})"},
    FaultRow{33, "crossed_book", kVenue, R"({"crossed_book":{"count":$few}})"},
    FaultRow{33, "empty_side", kVenue, R"({"empty_side":{"count":$few}})"},
    FaultRow{33, "zero_level", kVenue, R"({"zero_level":{"count":$few}})"},
    FaultRow{33, "level_burst", kVenue, R"({"level_burst":{"levels":40,"count":2}})"},
    FaultRow{34, "disagree", kVenue, R"({"disagree":{"instId":"$inst","ticks":3,"for":"$for"}})"},
    FaultRow{35, "malform_push", kVenue, R"({"malform":{"channel":"$private","how":"$shape","count":$few}})"},
    FaultRow{35, "malform_market", kVenue, R"({"malform":{"channel":"$public","how":"$shape","count":$few}})"},
    FaultRow{35, "malform_rest", kVenue, R"({"malform":{"path":"$list","how":"$shape"}})"},
    FaultRow{36, "suspend_instrument", kVenue, R"({"faults":[{"instrument_state":{"instId":"$inst","state":"suspend"}},{"instrument_state":{"instId":"$0","state":"live","at":"$for"}}]})"},
    FaultRow{37, "mark_frozen", kVenue, R"({"mark_frozen":{"for":"$for"}})"},
    FaultRow{37, "index_jump", kVenue, R"({"index_jump":{"percent":$percent,"for":"$for"}})"},
    FaultRow{38, "crash", FaultAct::Crash, ""},
    FaultRow{39, "suspend", FaultAct::Suspend, ""},
    FaultRow{41, "clock_step", FaultAct::ClockStep, ""},
    FaultRow{45, "journal_full", FaultAct::JournalFull, ""},
    FaultRow{46, "power_cut", FaultAct::PowerCut, ""},
    FaultRow{50, "flood", FaultAct::Flood, ""},
    FaultRow{53, "kill", FaultAct::Kill, ""},
    FaultRow{53, "hold", FaultAct::Hold, ""},
    FaultRow{53, "kill_part", FaultAct::KillPart, ""},
    FaultRow{53, "flatten", FaultAct::Flatten, ""},
    FaultRow{53, "cancel_all", FaultAct::LimitReset, ""},
    FaultRow{57, "restart", kVenue, R"({"restart":{"down_ms":$ms}})"},
    FaultRow{58, "maintenance", kVenue, R"({"maintenance":{"lead_ms":$small,"for":"$for","service":"$service"}})"},
    FaultRow{59, "down", kVenue, R"({"down":{"for":"$for"}})"},
    FaultRow{60, "spend_rate", kVenue, R"({"spend_rate":{"instId":"$inst","op":"$op","units":$units}})"},
    FaultRow{60, "other_engine", kVenue, R"({"foreign_order":{"instId":"$swap","side":"$side","px":"2$digit00","sz":"0.0$digit","tag":"e2"}})"},
};
// clang-format on

using Words = std::span<const std::string_view>;
constexpr std::string_view kConnections[] = {"public", "private", "private", "business", "all"};
constexpr std::string_view kOps[] = {"order",
                                     "order",
                                     "cancel-order",
                                     "amend-order",
                                     "batch-orders",
                                     "batch-cancel-orders",
                                     "batch-amend-orders",
                                     ""};
constexpr std::string_view kChanges[] = {"cancel-order", "amend-order", "batch-cancel-orders",
                                         "batch-amend-orders"};
constexpr std::string_view kBatches[] = {"batch-orders", "batch-cancel-orders",
                                         "batch-amend-orders"};
constexpr std::string_view kPrivate[] = {"orders", "orders", "account", "positions",
                                         "balance_and_position"};
constexpr std::string_view kPublic[] = {"books", "bbo-tbt", "mark-price", "index-tickers"};
constexpr std::string_view kCodes[] = {"51008", "51149", "50001", "50004", "50011", "50013",
                                       "50026", "51000", "51016", "51020", "51121", "51503",
                                       "51400", "51603", "50061", "51169", "99999", "51410",
                                       "51401", "51402", "51001", "50102", "50037", "51131"};
constexpr std::string_view kRate[] = {"50011", "50061", "50013"};
constexpr std::string_view kStatuses[] = {"429", "500", "502", "503", "504"};
constexpr std::string_view kChecksums[] = {"right", "wrong", "absent"};
constexpr std::string_view kShapes[] = {"add", "remove", "number", "exponent", "long"};
constexpr std::string_view kCloses[] = {"1001", "1006", "4004", "4005", "4006"};
constexpr std::string_view kSources[] = {"0", "1", "20", "27", "31", "32", ""};
constexpr std::string_view kHows[] = {"cancel", "fill", "new"};
constexpr std::string_view kServices[] = {"0", "5", "99"};
constexpr std::string_view kSides[] = {"buy", "sell"};
constexpr std::string_view kSwaps[] = {"BTC-USDT-SWAP", "ETH-USDT-SWAP"};
constexpr std::string_view kAll[] = {"BTC-USDT-SWAP", "ETH-USDT-SWAP", "BTC-USDT"};
constexpr std::string_view kPaths[] = {"",
                                       "/api/v5/trade/orders-pending",
                                       "/api/v5/trade/fills",
                                       "/api/v5/account/positions",
                                       "/api/v5/trade/order",
                                       "/api/v5/trade/order-algo",
                                       "/api/v5/trade/cancel-all-after"};
constexpr std::string_view kLists[] = {"/api/v5/trade/orders-pending", "/api/v5/account/positions",
                                       "/api/v5/account/balance",
                                       "/api/v5/trade/orders-algo-pending"};
constexpr std::string_view kWild[] = {"1000", "20000", "90000", "2000", "4500"};
constexpr std::string_view kAmounts[] = {"1000", "-500", "25.5"};

struct WordList {
  std::string_view word;
  Words choices;
};
constexpr WordList kVocabulary[] = {
    {"connection", kConnections},
    {"op", kOps},
    {"change", kChanges},
    {"batch", kBatches},
    {"private", kPrivate},
    {"public", kPublic},
    {"code", kCodes},
    {"rate", kRate},
    {"status", kStatuses},
    {"checksum", kChecksums},
    {"shape", kShapes},
    {"close", kCloses},
    {"source", kSources},
    {"how", kHows},
    {"service", kServices},
    {"side", kSides},
    {"swap", kSwaps},
    {"inst", kAll},
    {"path", kPaths},
    {"list", kLists},
    {"wild", kWild},
    {"amount", kAmounts},
};

std::string number(std::uint64_t n) { return std::to_string(n); }

/// The value of a $word.
std::string fill_in(sim::Random& random, std::string_view word) {
  for (const WordList& list : kVocabulary) {
    if (list.word == word) return std::string(list.choices[random.below(list.choices.size())]);
  }
  if (word == "byte") return number(random.below(200));
  if (word == "few") return number(1 + random.below(5));
  if (word == "small") return number(1 + random.below(50));
  if (word == "percent") return number(10 + random.below(91));
  if (word == "share") return "0." + number(10 + random.below(20));
  if (word == "lag") return number(50 + random.below(4'900));
  if (word == "ms") return number(1 + random.below(random.chance(0.3) ? 2'500 : 200));
  if (word == "for") return number(100 + random.below(random.chance(0.3) ? 8'000 : 1'500)) + "ms";
  if (word == "lever") return number(1 + random.below(20));
  if (word == "digit") return number(1 + random.below(9));
  if (word == "units") return number(1 + random.below(60));
  return {};
}

/// `$0` is what the first word was filled with.
std::string fill_form(sim::Random& random, std::string_view form) {
  std::string text;
  std::string first;
  bool any = false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '$') {
      text += form[i];
      continue;
    }
    if (form[i + 1] == '0') {
      text += first;
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    while (end < form.size() && std::isalpha(static_cast<unsigned char>(form[end])) != 0) ++end;
    const std::string value = fill_in(random, form.substr(i + 1, end - i - 1));
    if (!any) first = value;
    any = true;
    text += value;
    i = end - 1;
  }
  return text;
}

/// Between the two, as often in each decade.
double across_decades(sim::Random& random, double from, double to) {
  return from * std::exp(random.unit() * std::log(to / from));
}

Nanos in_seconds(double s) { return {static_cast<std::int64_t>(s * 1e9)}; }

}  // namespace

std::uint64_t chance_of(std::uint64_t seed, std::string_view whose) noexcept {
  // Twice through the generator: streams of neighbouring seeds have nothing in common.
  std::uint64_t salt = 0;
  for (const char c : whose) salt = salt * 131 + static_cast<unsigned char>(c);
  return sim::Random(sim::Random(seed).next() ^ salt).next();
}

std::span<const FaultRow> fault_rows() noexcept { return kRows; }

FaultPlan::FaultPlan(std::uint64_t seed) {
  sim::Random random(chance_of(seed, "plan"));
  storm = in_seconds(across_decades(random, 2, 40));
  // One run in fifty has a calm venue and network: what fails there fails without any excuse.
  if (random.below(50) == 0) return;
  const std::size_t kinds = 1 + random.below(12);
  std::vector<std::uint16_t> palette;
  for (std::size_t i = 0; i < kinds; ++i)
    palette.push_back(static_cast<std::uint16_t>(random.below(kRows.size())));
  // Half of the runs have the process die, whatever else there is.
  if (random.chance(0.5)) {
    for (const std::string_view name : {"crash", "power_cut", "clock_step"}) {
      if (!random.chance(0.5)) continue;
      const auto row = std::ranges::find(kRows, name, &FaultRow::name);
      palette.push_back(static_cast<std::uint16_t>(row - kRows.begin()));
    }
  }
  const auto count = static_cast<std::size_t>(across_decades(random, 3, 60));
  for (std::size_t i = 0; i < count; ++i) {
    PlannedFault fault;
    fault.at = in_seconds(random.unit() * static_cast<double>(storm.count) / 1e9);
    fault.row = palette[random.below(palette.size())];
    fault.chance = random.next();
    fault.lasting = in_seconds(across_decades(random, 0.02, 12));
    const FaultRow& row = kRows[fault.row];
    if (row.act == FaultAct::Venue) fault.order = fill_form(random, row.form);
    faults.push_back(std::move(fault));
  }
  std::ranges::stable_sort(faults, {}, [](const PlannedFault& fault) { return fault.at.count; });
}

std::string describe(const PlannedFault& fault) {
  const FaultRow& row = kRows[fault.row];
  std::string text = number(static_cast<std::uint64_t>(fault.at.count / 1'000'000)) +
                     " ms: fault " + std::to_string(row.number) + " " + std::string(row.name);
  if (!fault.order.empty()) return text + " " + fault.order;
  return text + " for " + number(static_cast<std::uint64_t>(fault.lasting.count / 1'000'000)) +
         " ms";
}

}  // namespace gannet::simtest
