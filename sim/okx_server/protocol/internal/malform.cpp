#include "sim/okx_server/protocol/internal/malform.h"

#include <simdjson.h>

#include <charconv>

#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

bool is_number_text(std::string_view text) noexcept {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!(c >= '0' && c <= '9') && c != '.' && c != '-') return false;
  }
  return true;
}

/// 61250.1 as 612501E-1.
std::string with_exponent(std::string_view number) {
  const std::size_t point = number.find('.');
  if (point == std::string_view::npos) return std::string(number) + "E+0";
  std::string digits(number.substr(0, point));
  digits += number.substr(point + 1);
  return digits + "E-" + std::to_string(number.size() - point - 1);
}

std::string with_more_digits(std::string_view number) {
  std::string text(number);
  if (number.find('.') == std::string_view::npos) text += '.';
  return text + std::string(30, '0');
}

class Bender {
 public:
  Bender(std::string_view how, std::string_view field, std::string_view value)
      : how_(how), field_(field), value_(value) {}

  void write(JsonWriter& json, simdjson::dom::element element) {
    simdjson::dom::object object;
    simdjson::dom::array array;
    if (element.get(object) == simdjson::SUCCESS) {
      json.begin_object();
      // Fields of the data, not of the envelope around it.
      if (how_ == "add" && depth_ > 0 && !done_) {
        json.key("fieldOfTheFuture").raw(value_.empty() ? R"({"a":["?"]})" : value_);
        done_ = field_.empty();
      }
      ++depth_;
      for (const auto member : object) write_member(json, member.key, member.value);
      --depth_;
      json.end_object();
    } else if (element.get(array) == simdjson::SUCCESS) {
      json.begin_array();
      ++depth_;
      for (const simdjson::dom::element item : array) write(json, item);
      --depth_;
      json.end_array();
    } else {
      json.raw(simdjson::minify(element));
    }
  }

 private:
  void write_member(JsonWriter& json, std::string_view key, simdjson::dom::element value) {
    if (how_ == "add" || !fits(key, value)) {
      json.key(key);
      return write(json, value);
    }
    done_ = field_.empty();
    if (how_ == "remove") return;
    std::string_view text;
    const bool is_text = value.get(text) == simdjson::SUCCESS;
    const std::string plain = is_text ? std::string(text) : simdjson::minify(value);
    json.key(key);
    if (how_ == "set") {
      json.raw(value_.empty() ? "null" : value_);
    } else if (how_ == "number") {
      json.raw(plain);
    } else if (how_ == "string") {
      json.string(plain);
    } else if (how_ == "exponent") {
      json.string(with_exponent(plain));
    } else if (how_ == "shift") {
      json.string(shifted(plain));
    } else if (how_ == "long") {
      json.string(with_more_digits(plain));
    } else {
      json.string("-0");
    }
  }

  /// A moment in milliseconds, moved by the value.
  std::string shifted(const std::string& time) const {
    const auto ms = parse_digits(time);
    std::int64_t by = 0;
    std::from_chars(value_.data(), value_.data() + value_.size(), by);
    return ms ? std::to_string(static_cast<std::int64_t>(*ms) + by) : time;
  }

  bool fits(std::string_view key, simdjson::dom::element value) const noexcept {
    if (how_ == "shift") return key == "fundingTime" || key == "nextFundingTime";
    if (!field_.empty()) return key == field_;
    if (done_ || depth_ < 2 || value.is_object() || value.is_array()) return false;
    if (how_ == "remove" || how_ == "set") return true;
    std::string_view text;
    if (how_ == "string") return value.is_number();
    return value.get(text) == simdjson::SUCCESS && is_number_text(text);
  }

  std::string_view how_, field_;
  std::string value_;
  int depth_ = 0;
  bool done_ = false;
};

/// The channel of a push: the first member of that name; pushes begin with their argument.
std::string_view channel_of(std::string_view text) noexcept {
  constexpr std::string_view kKey = R"("channel":")";
  const std::size_t at = text.substr(0, 200).find(kKey);
  if (at == std::string_view::npos || !text.starts_with(R"({"arg":)")) return {};
  const std::string_view rest = text.substr(at + kKey.size());
  return rest.substr(0, rest.find('"'));
}

/// The instrument that a push is of, "" if it does not say.
std::string_view instrument_of(std::string_view text) noexcept {
  constexpr std::string_view kKey = R"("instId":")";
  const std::size_t at = text.substr(0, 300).find(kKey);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + kKey.size());
  return rest.substr(0, rest.find('"'));
}

}  // namespace

std::string malformed(std::string_view json, std::string_view how, std::string_view field,
                      std::string_view value) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  // A value that is no JSON would spoil the frame around it: it goes in as text.
  std::string raw(value);
  if (!value.empty() && parser.parse(value.data(), value.size(), true).get(root)) {
    raw.clear();
    JsonWriter(raw).string(value);
  }
  if (parser.parse(json.data(), json.size(), true).get(root)) return std::string(json);
  std::string text;
  JsonWriter writer(text);
  Bender(how, field, raw).write(writer, root);
  return text;
}

bool malform_push(ServerState& state, std::string_view text, std::string& out) {
  const std::string_view channel = channel_of(text);
  if (channel.empty()) return false;
  if (channel == "funding-rate") {
    if (const Fault* const shift =
            state.faults.find(FaultKind::FundingShift, instrument_of(text))) {
      state.faults.count(FaultKind::FundingShift);
      out = malformed(text, "shift", "", shift->text("ms", "3600000"));
      return true;
    }
  }
  const Fault* const rule = state.faults.find(FaultKind::Malform, channel);
  if (rule == nullptr || !rule->text("path").empty()) return false;
  const auto taken = state.faults.take(FaultKind::Malform, channel);
  if (!taken) return false;
  out = malformed(text, taken->text("how", "add"), taken->text("field"), taken->text("value"));
  return true;
}

}  // namespace gannet::okx_server
