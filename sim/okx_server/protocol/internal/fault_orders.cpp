#include "sim/okx_server/protocol/internal/fault_orders.h"

#include <algorithm>
#include <charconv>

#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/venue_faults.h"

namespace gannet::okx_server {
namespace {

template <class T>
using Result = std::expected<T, std::string>;

constexpr std::string_view kTimes[] = {"at", "for", "every", "count", "nth", "probability"};

bool has_word(std::string_view words, std::string_view wanted) noexcept {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == wanted) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

/// A member as text: strings as they are, all else as JSON.
std::string member_text(simdjson::dom::element value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(value);
}

std::string unknown_member(const FaultInfo& info, std::string_view key) {
  std::string text(info.id);
  text.append(" takes no \"").append(key.substr(0, 60)).append("\"; it takes");
  if (!info.target.empty()) text.append(" ").append(info.target);
  if (!info.options.empty()) text.append(" ").append(info.options);
  return text.append(", and at for every count nth probability");
}

std::optional<std::uint64_t> as_count(std::string_view text) noexcept { return parse_digits(text); }

std::optional<double> as_share(std::string_view text) noexcept {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value <= 1))
    return std::nullopt;
  return value;
}

/// One of the members that all faults take. False: not a value for it.
bool take_time(FaultOrder& order, std::optional<std::uint64_t>& count, std::string_view key,
               std::string_view value, Timestamp from) {
  if (key == "count") {
    count = as_count(value);
    return count.has_value();
  }
  if (key == "nth") {
    const auto nth = as_count(value);
    order.fault.nth = nth.value_or(1);
    return nth && *nth > 0;
  }
  if (key == "probability") {
    const auto share = as_share(value);
    order.fault.probability = share.value_or(1);
    return share.has_value();
  }
  const auto duration = parse_duration(value);
  if (!duration) return false;
  if (key == "at") order.at = from + *duration;
  if (key == "for") order.lasting = *duration;
  if (key == "every") order.every = *duration;
  return key != "every" || duration->count > 0;
}

void settle_counts(FaultOrder& order, FaultStyle style, std::optional<std::uint64_t> count) {
  const bool always = count == 0u;
  if (style == FaultStyle::Action) {
    const std::uint64_t otherwise = order.every.count > 0 ? Fault::kAlways : 1;
    order.repeats = always ? Fault::kAlways : count.value_or(otherwise);
    return;
  }
  order.repeats = order.every.count > 0 ? Fault::kAlways : 1;
  const bool open_ended = order.lasting.count > 0 || order.fault.probability < 1;
  order.fault.left = style == FaultStyle::Mode || always || (!count && open_ended)
                         ? Fault::kAlways
                         : count.value_or(1);
}

Result<FaultOrder> parse_order_of(std::string_view id, std::optional<simdjson::dom::object> members,
                                  Timestamp from) {
  const FaultInfo* const info = find_fault(id);
  if (info == nullptr) return std::unexpected("unknown fault: " + std::string(id.substr(0, 60)));
  FaultOrder order;
  order.fault.kind = info->kind;
  order.at = from;
  std::optional<std::uint64_t> count;
  if (members) {
    for (const auto member : *members) {
      const std::string text = member_text(member.value);
      if (member.key == "fault") continue;
      if (std::ranges::find(kTimes, member.key) != std::end(kTimes)) {
        if (!take_time(order, count, member.key, text, from))
          return std::unexpected(std::string(id) + ": " + std::string(member.key) + " can not be " +
                                 text.substr(0, 60));
      } else if (member.key == info->target && !info->target.empty()) {
        order.fault.target = text == "all" ? "" : text;
      } else if (has_word(info->options, member.key)) {
        order.fault.options[std::string(member.key)] = text;
      } else {
        return std::unexpected(unknown_member(*info, member.key));
      }
    }
  }
  settle_counts(order, info->style, count);
  return order;
}

/// All of a name, that of an id, or ("" and 0) all.
void clear(ServerState& state, std::string_view name, std::int64_t id) {
  const auto hits = [&](const Fault& fault) {
    if (!name.empty()) return info_of(fault.kind).id == name;
    return id == 0 || fault.id == static_cast<std::uint64_t>(id);
  };
  std::vector<std::uint64_t> ended;
  for (const Fault& fault : state.faults.all()) {
    if (hits(fault)) ended.push_back(fault.id);
  }
  for (const std::uint64_t one : ended) state.faults.remove(one);
  std::erase_if(state.fault_schedule, [&](const FaultOrder& order) { return hits(order.fault); });
  if (name.empty() && id == 0) state.settings.initial_book_snapshot = true;
  on_faults_changed(state);
}

void clear(ServerState& state, simdjson::dom::element which) {
  std::string_view name;
  std::int64_t id = 0;
  if (which.get(name) != simdjson::SUCCESS) name = {};
  if (which.get(id) != simdjson::SUCCESS) id = 0;
  clear(state, name, id);
}

/// What `clear` takes: anything else must not end all.
std::optional<std::string> check_clear(simdjson::dom::element which) {
  bool all = false;
  std::int64_t id = 0;
  std::string_view name;
  if (which.get(all) == simdjson::SUCCESS && all) return std::nullopt;
  if (which.get(id) == simdjson::SUCCESS && id > 0) return std::nullopt;
  if (which.get(name) != simdjson::SUCCESS) return "clear: want true, a fault or its number";
  if (find_fault(name) == nullptr) return "unknown fault: " + std::string(name.substr(0, 60));
  return std::nullopt;
}

struct Given {
  std::vector<FaultOrder> orders;
  std::vector<std::string_view> ends;  ///< faults that are not wanted any more
  std::vector<simdjson::dom::element> clears;
};

/// Reads an order of any of the forms.
std::optional<std::string> read_orders(simdjson::dom::object members, Timestamp from, Given& given,
                                       int depth = 0) {
  std::string_view named;
  if (members.at_key("fault").get(named) == simdjson::SUCCESS) {
    auto order = parse_order_of(named, members, from);
    if (!order) return order.error();
    given.orders.push_back(std::move(*order));
    return std::nullopt;
  }
  for (const auto member : members) {
    simdjson::dom::array list;
    if (member.key == "clear") {
      if (auto error = check_clear(member.value)) return error;
      given.clears.push_back(member.value);
    } else if (member.key == "faults" && member.value.get(list) == simdjson::SUCCESS &&
               depth == 0) {
      for (const simdjson::dom::element one : list) {
        const auto object = as_object(one);
        if (!object) return "faults: want a list of objects";
        if (auto error = read_orders(*object, from, given, 1)) return error;
      }
    } else {
      bool wanted = true;
      if (member.value.get(wanted) == simdjson::SUCCESS && !wanted) {
        const FaultInfo* const info = find_fault(member.key);
        if (info == nullptr) return "unknown fault: " + std::string(member.key.substr(0, 60));
        given.ends.push_back(member.key);
        continue;
      }
      const auto object = as_object(member.value);
      if (!object && !member.value.is_bool() && !member.value.is_null())
        return std::string(member.key.substr(0, 60)) + ": want an object of its members, or true";
      auto order = parse_order_of(member.key, object, from);
      if (!order) return order.error();
      given.orders.push_back(std::move(*order));
    }
  }
  return std::nullopt;
}

/// At its time: done, or armed. Then again, if it is to come again.
void begin(ServerState& state, const FaultOrder& order) {
  Fault fault = order.fault;
  if (info_of(fault.kind).style == FaultStyle::Action) {
    state.faults.count(fault.kind);
    return do_fault(state, fault);
  }
  if (order.lasting.count > 0) fault.until = order.at + order.lasting;
  if (state.faults.add(fault, state.now)) on_fault_armed(state, fault);
}

void write_fault(JsonWriter& json, const Fault& fault) {
  const FaultInfo& info = info_of(fault.kind);
  json.number("id", static_cast<std::int64_t>(fault.id)).field("fault", info.id);
  if (!info.target.empty() && !fault.target.empty()) json.field(info.target, fault.target);
  for (const auto& [name, value] : fault.options) json.field(name, value);
}

}  // namespace

std::expected<std::vector<std::uint64_t>, std::string> order_faults(ServerState& state,
                                                                    std::string_view text,
                                                                    Timestamp from) {
  // A parser of its own: what the orders do may parse again.
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(text.data(), text.size(), true).get(root) != simdjson::SUCCESS)
    return std::unexpected("the body is not JSON");
  const auto members = as_object(root);
  if (!members) return std::unexpected("the body is not an object");
  Given given;
  if (auto error = read_orders(*members, from, given)) return std::unexpected(std::move(*error));
  constexpr std::size_t kMostScheduled = 10'000;
  if (state.fault_schedule.size() + given.orders.size() > kMostScheduled)
    return std::unexpected("too many faults are waiting");
  for (const simdjson::dom::element which : given.clears) clear(state, which);
  for (const std::string_view name : given.ends) clear(state, name, 0);
  std::vector<std::uint64_t> ids;
  for (FaultOrder& order : given.orders) {
    order.fault.id = state.next_fault_id++;
    ids.push_back(order.fault.id);
    state.fault_schedule.push_back(std::move(order));
  }
  run_fault_schedule(state);
  return ids;
}

void run_fault_schedule(ServerState& state) {
  const std::size_t before = state.faults.all().size();
  state.faults.set_time(state.now);
  if (state.faults.all().size() != before) on_faults_changed(state);
  while (const auto mixed = state.mixer.next(state.now))
    static_cast<void>(order_faults(state, *mixed, state.now));
  for (std::size_t i = 0; i < state.fault_schedule.size();) {
    if (state.fault_schedule[i].at > state.now) {
      ++i;
      continue;
    }
    FaultOrder order = state.fault_schedule[i];
    if (order.repeats != Fault::kAlways) --order.repeats;
    if (order.repeats == 0 || order.every.count == 0) {
      state.fault_schedule.erase(state.fault_schedule.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      // A turn that was missed is not made up for.
      FaultOrder& again = state.fault_schedule[i];
      again.repeats = order.repeats;
      const std::int64_t missed = (state.now - again.at).count / order.every.count;
      again.at = again.at + order.every * (missed + 1);
      ++i;
    }
    begin(state, order);
  }
  run_maintenance(state);
}

void on_fault_armed(ServerState& state, const Fault& fault) {
  for (InstrumentMarket& market : state.markets) {
    // What bends books waits for a message: let there be one.
    if (fault.kind == FaultKind::CrossedBook || fault.kind == FaultKind::EmptySide ||
        fault.kind == FaultKind::ZeroLevel || fault.kind == FaultKind::LevelBurst)
      market.book_changed = market.book_changed_fast = true;
    if (fault.kind == FaultKind::Disagree) market.best_changed = true;
  }
  on_faults_changed(state);
}

std::string fault_list_text(const ServerState& state) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("on").begin_array();
  for (const Fault& fault : state.faults.all()) {
    json.begin_object();
    write_fault(json, fault);
    json.number("taken", static_cast<std::int64_t>(fault.taken));
    if (fault.left != Fault::kAlways) json.number("left", static_cast<std::int64_t>(fault.left));
    if (fault.until) json.number("ends_in_ms", (*fault.until - state.now).count / 1'000'000);
    json.end_object();
  }
  json.end_array().key("to_come").begin_array();
  for (const FaultOrder& order : state.fault_schedule) {
    json.begin_object();
    write_fault(json, order.fault);
    json.number("in_ms", (order.at - state.now).count / 1'000'000).end_object();
  }
  json.end_array().key("happened").begin_object();
  for (const FaultInfo& info : fault_table()) {
    const std::uint64_t times = state.faults.happened(info.kind);
    if (times > 0) json.number(info.id, static_cast<std::int64_t>(times));
  }
  json.end_object().end_object();
  return text;
}

}  // namespace gannet::okx_server
