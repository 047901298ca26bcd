#include "app/recording_index.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "app/json_line.h"

namespace gannet::app {
namespace {

constexpr std::size_t kNewsKept = 100;

RecordingGap::Kind kind_of(std::string_view name) noexcept {
  for (const auto kind : {RecordingGap::Kind::Outage, RecordingGap::Kind::Dropped}) {
    if (name_of(kind) == name) return kind;
  }
  return RecordingGap::Kind::Sequence;
}

void put(JsonLine& line, const RecordingGap& gap) {
  line.begin_object().field("kind", name_of(gap.kind)).field("channel", gap.channel);
  if (gap.kind == RecordingGap::Kind::Sequence) {
    line.field("instrument", gap.instrument).field("expected", gap.expected).field("got", gap.got);
  }
  if (gap.kind == RecordingGap::Kind::Dropped) line.field("messages", gap.messages);
  line.field("from", gap.from.nanos).field("to", gap.to.nanos).end_object();
}

using Object = simdjson::dom::element;

std::int64_t number(const Object& object, std::string_view key) noexcept {
  std::int64_t value = 0;
  return object[key].get(value) == simdjson::SUCCESS ? value : 0;
}
std::uint64_t count(const Object& object, std::string_view key) noexcept {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number(object, key), 0));
}
std::string text(const Object& object, std::string_view key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}
std::optional<std::int64_t> optional_number(const Object& object, std::string_view key) noexcept {
  std::int64_t value = 0;
  if (object[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

}  // namespace

std::string_view name_of(RecordingGap::Kind kind) noexcept {
  switch (kind) {
    case RecordingGap::Kind::Sequence:
      return "sequence";
    case RecordingGap::Kind::Outage:
      return "outage";
    case RecordingGap::Kind::Dropped:
      return "dropped";
  }
  return "";
}

std::string to_json(const SegmentEntry& entry) {
  JsonLine line;
  line.begin_object().field("segment", entry.segment).field("bytes", entry.bytes);
  line.field("text_bytes", entry.text_bytes).field("crc32c", fmt::format("{:08x}", entry.crc));
  line.field("first", entry.first.nanos).field("last", entry.last.nanos);
  line.field("messages", entry.messages).field("refused", entry.refused);
  line.field("gap_count", entry.gap_count).field("recovered", entry.recovered);
  line.begin_array("streams");
  for (const auto& [stream, tally] : entry.streams) {
    line.begin_object().field("channel", stream.first).field("instrument", stream.second);
    line.field("messages", tally.messages).field("snapshots", tally.snapshots);
    line.field("gaps", tally.gaps);
    line.field("first_sequence", tally.first_sequence).field("last_sequence", tally.last_sequence);
    line.end_object();
  }
  line.end_array().begin_array("gaps");
  for (const RecordingGap& gap : entry.gaps) put(line, gap);
  line.end_array().end_object();
  return line.text();
}

std::optional<SegmentEntry> parse_segment_entry(std::string_view line) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(line);
  Object root;
  if (parser.parse(padded).get(root) != simdjson::SUCCESS || !root.is_object()) return std::nullopt;
  SegmentEntry entry;
  entry.segment = text(root, "segment");
  if (entry.segment.empty() || entry.segment.find('/') != std::string::npos) return std::nullopt;
  entry.bytes = count(root, "bytes");
  entry.text_bytes = count(root, "text_bytes");
  const std::string crc = text(root, "crc32c");
  if (std::from_chars(crc.data(), crc.data() + crc.size(), entry.crc, 16).ptr !=
      crc.data() + crc.size()) {
    return std::nullopt;
  }
  entry.first = {number(root, "first")};
  entry.last = {number(root, "last")};
  entry.messages = count(root, "messages");
  entry.refused = count(root, "refused");
  entry.gap_count = count(root, "gap_count");
  entry.recovered = root["recovered"].is_bool() && bool(root["recovered"]);
  simdjson::dom::array rows;
  if (root["streams"].get(rows) == simdjson::SUCCESS) {
    for (const Object row : rows) {
      entry.streams[{text(row, "channel"), text(row, "instrument")}] = {
          count(row, "messages"), count(row, "snapshots"), count(row, "gaps"),
          optional_number(row, "first_sequence"), optional_number(row, "last_sequence")};
    }
  }
  if (root["gaps"].get(rows) == simdjson::SUCCESS) {
    for (const Object row : rows) {
      entry.gaps.push_back({kind_of(text(row, "kind")),
                            {number(row, "from")},
                            {number(row, "to")},
                            text(row, "channel"),
                            text(row, "instrument"),
                            number(row, "expected"),
                            number(row, "got"),
                            count(row, "messages")});
    }
  }
  return entry;
}

std::expected<std::vector<SegmentEntry>, Error> read_index(const std::string& directory) {
  const std::string path = directory + "/" + std::string(kIndexName);
  std::vector<SegmentEntry> entries;
  if (!std::filesystem::exists(path)) return entries;
  auto reader = JsonlReader::open(path);
  if (!reader) return std::unexpected(std::move(reader.error()));
  for (;;) {
    const auto line = reader->next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return entries;
    // A line cut short by a crash is as good as none: its segment is counted again.
    if (auto entry = parse_segment_entry(**line)) entries.push_back(std::move(*entry));
  }
}

void SegmentTally::see(std::string_view message, std::string_view direction,
                       std::string_view channel, std::uint32_t connection,
                       std::optional<Timestamp> received) {
  ++entry_.messages;
  const Timestamp time = received.value_or(Timestamp{});
  if (received) see_times(*received);
  if (direction == "out" || channel == "rest") return;
  if (message.starts_with('"')) return;  // a text that is no JSON object, such as a pong
  const auto summary = summarizer_.read(message);
  if (!summary) {
    ++entry_.refused;
    return;
  }
  if (summary->frame.kind != okx::FrameKind::Push) return;
  std::string name(summary->frame.channel_name);
  std::string instrument(summary->stream);
  StreamTally& tally = entry_.streams[{name, instrument}];
  ++tally.messages;
  if (summary->snapshot) ++tally.snapshots;
  if (summary->sequence) {
    if (!tally.first_sequence) tally.first_sequence = summary->sequence;
    tally.last_sequence = summary->sequence;
  }
  if (!summary->chained) return;
  Chain& chain = chains_[{connection, name + '/' + instrument}];
  const std::optional<std::int64_t> before = chain.ids.last();
  if (okx::link(chain.ids, *summary) == okx::SequenceLink::Gap) {
    ++tally.gaps;
    note({RecordingGap::Kind::Sequence, chain.last, time, std::move(name), std::move(instrument),
          before.value_or(0), summary->previous.value_or(0), 0});
    // Told once: what follows links to it, though no book does before the next snapshot.
    if (summary->sequence) chain.ids.restart_at(*summary->sequence);
  }
  chain.last = time;
}

void SegmentTally::on_opened(std::string_view channel, std::uint32_t connection, Timestamp now) {
  open_[std::string(channel)].insert(connection);
  const auto away = away_.find(channel);
  if (away == away_.end()) return;
  note({RecordingGap::Kind::Outage, away->second, now, std::string(channel), "", 0, 0, 0});
  away_.erase(away);
}

void SegmentTally::on_closed(std::string_view channel, std::uint32_t connection, Timestamp now) {
  std::set<std::uint32_t>& open = open_[std::string(channel)];
  open.erase(connection);
  if (open.empty()) away_.try_emplace(std::string(channel), now);
}

void SegmentTally::on_dropped(std::string_view channel, std::uint64_t messages, Timestamp now) {
  note({RecordingGap::Kind::Dropped, entry_.last, now, std::string(channel), "", 0, 0, messages});
}

SegmentEntry SegmentTally::take() { return std::exchange(entry_, {}); }

void SegmentTally::note(RecordingGap gap) {
  ++entry_.gap_count;
  if (news_.size() < kNewsKept) news_.push_back(gap);
  if (entry_.gaps.size() < SegmentEntry::kGapsKept) entry_.gaps.push_back(std::move(gap));
}

void SegmentTally::see_times(Timestamp received) {
  if (entry_.first.nanos == 0 || received < entry_.first) entry_.first = received;
  entry_.last = std::max(entry_.last, received);
}

}  // namespace gannet::app
