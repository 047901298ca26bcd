#include "monitor/alert_intake.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace gannet::monitor {
namespace {

constexpr std::array<std::string_view, 14> kIdentifying = {
    "alert", "instrument", "strategy", "currency", "connection", "channel", "name",
    "rule",  "which",      "whose",    "key",      "what",       "kind",    "question"};
constexpr std::size_t kDetailBytes = 400;

/// Cut without half a letter at its end: what is told goes on as UTF-8.
void cut_text(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  text.resize(bytes);
}

std::string fields_text(const LogRecord& record) {
  std::string out;
  for (std::size_t i = 0; i < record.field_count; ++i) {
    std::string value = field_text(record, i);
    if (value.empty()) continue;
    if (!out.empty()) out += ", ";
    out.append(record.fields[i].key).append("=").append(value);
  }
  cut_text(out, kDetailBytes);
  return out;
}

}  // namespace

AlertLabels identifying_fields(const LogRecord& record) {
  AlertLabels labels;
  for (std::size_t i = 0; i < record.field_count; ++i) {
    const LogRecord::Field& field = record.fields[i];
    if (field.kind != LogField::Kind::Text || field.text_size == 0) continue;
    if (std::ranges::find(kIdentifying, std::string_view(field.key)) == kIdentifying.end())
      continue;
    labels.emplace_back(field.key, field_text(record, i));
  }
  return labels;
}

void AlertIntake::take(const LogRecord& record) {
  if (!wanted_[static_cast<std::size_t>(record.event)]) return;
  AlertEvent event{record.event, identifying_fields(record), fields_text(record), 1};
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = pending_.empty();
    const std::string_view name = info_of(event.event).name;
    std::uint64_t key = alert_fingerprint(name, event.fields);
    if (!places_.contains(key) && pending_.size() >= kMost) {
      event.fields.clear();  // one a kind of event: bounded too
      key = alert_fingerprint(name, {});
    }
    const auto [place, is_new] = places_.try_emplace(key, pending_.size());
    if (is_new) {
      pending_.push_back(std::move(event));
    } else {
      AlertEvent& known = pending_[place->second];
      ++known.times;
      known.detail = std::move(event.detail);
    }
  }
  if (was_empty && wake_) wake_();
}

std::vector<AlertEvent> AlertIntake::drain() {
  const std::lock_guard lock(mutex_);
  places_.clear();
  return std::exchange(pending_, {});
}

}  // namespace gannet::monitor
