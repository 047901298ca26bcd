#include "app/data_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "app/book_rebuild.h"
#include "app/history_csv.h"
#include "app/json_line.h"
#include "app/market_recording.h"
#include "app/message_decoder.h"
#include "app/recording.h"
#include "app/recording_directory.h"
#include "app/recording_reader.h"
#include "app/segment_writer.h"
#include "app/utc_text.h"
#include "domain/units.h"

namespace gannet::app {
namespace {

constexpr int kLinesToTell = 100;
constexpr std::size_t kFindingsKept = 100;

bool is_csv(const std::string& path) {
  return path.ends_with(".csv") || path.ends_with(".csv.zst");
}

std::string stream_of_binance(std::string_view message) {
  for (const std::string_view key : {R"("stream":")", R"("e":")"}) {
    const std::size_t at = message.find(key);
    if (at == std::string_view::npos) continue;
    const std::size_t begin = at + key.size();
    return std::string(message.substr(begin, message.find('"', begin) - begin));
  }
  return message.find("\"lastUpdateId\"") != std::string_view::npos ? "depth snapshot" : "other";
}

std::string instrument_of_binance(std::string_view message) {
  constexpr std::string_view kKey = R"("s":")";
  const std::size_t at = message.find(kKey);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + kKey.size();
  return std::string(message.substr(begin, message.find('"', begin) - begin));
}

/// "btcusdt@depth@0ms" -> "depth"
std::string channel_of_binance(const std::string& stream) {
  const std::size_t first = stream.find('@');
  if (first == std::string::npos) return stream;
  return stream.substr(first + 1, stream.find('@', first + 1) - first - 1);
}

void add_file_figures(const std::string& path, DataSummary& summary) {
  const auto files = recorded_files(path);
  if (!files) return;
  for (const RecordedFile& file : *files) {
    std::error_code unknown;
    const auto bytes = std::filesystem::file_size(file.path, unknown);
    if (!unknown) summary.bytes += bytes;
    ++summary.files;
    if (!unknown && file.bytes < bytes) {
      summary.notes.push_back(
          fmt::format("{}: the last {} bytes are torn: read to its last whole frame", file.path,
                      bytes - file.bytes));
    }
  }
}

/// Outages and drops are known to the index alone.
void add_index_gaps(const std::string& path, DataSummary& summary) {
  if (!std::filesystem::is_directory(path)) return;
  const auto index = read_index(path);
  if (!index) return;
  for (const SegmentEntry& entry : *index) {
    for (const RecordingGap& gap : entry.gaps) {
      if (gap.kind == RecordingGap::Kind::Sequence) continue;
      ++summary.gap_count;
      summary.gaps.push_back(gap);
    }
  }
}

/// The most frequent distance between two rows is a candle's length.
struct CandleSteps {
  std::map<std::int64_t, std::uint64_t> steps;
  std::uint64_t doubles = 0;
  std::uint64_t disorder = 0;

  Nanos period() const {
    std::int64_t best = 0;
    std::uint64_t most = 0;
    for (const auto& [step, count] : steps) {
      if (step > 0 && count > most) {
        best = step;
        most = count;
      }
    }
    return {best};
  }
  std::uint64_t missing() const {
    const Nanos length = period();
    std::uint64_t sum = 0;
    for (const auto& [step, count] : steps) {
      if (length.count > 0 && step > length.count) {
        sum += count * static_cast<std::uint64_t>(step / length.count - 1);
      }
    }
    return sum;
  }
};

/// What is wrong with the rows of a CSV, and its figures.
struct CsvReading {
  DataSummary summary;
  std::vector<std::string> findings;
  CandleSteps candles;
};

std::expected<CsvReading, Error> read_csv(const std::string& path) {
  auto csv = HistoryCsv::open(path);
  if (!csv) return std::unexpected(std::move(csv.error()));
  CsvReading out;
  const bool candles = csv->kind() == HistoryKind::Candles;
  out.summary.kind = candles ? DataKind::CandlesCsv : DataKind::TradesCsv;
  std::optional<Timestamp> before;
  std::string last_id;
  std::optional<bool> backwards;
  std::uint64_t bad_candles = 0, repeated_ids = 0, disorder = 0;
  for (;;) {
    const auto row = csv->next();
    if (!row) return std::unexpected(row.error());
    if (!*row) break;
    const HistoryRow& at = **row;
    DataSummary& summary = out.summary;
    ++summary.messages;
    if (summary.first.nanos == 0 || at.time < summary.first) summary.first = at.time;
    summary.last = std::max(summary.last, at.time);
    ++summary.streams[{candles ? "candles" : "trades", std::string(at.instrument)}].messages;
    if (before && at.time != *before && !backwards) backwards = at.time < *before;
    if (before) {
      const std::int64_t step =
          backwards.value_or(false) ? (*before - at.time).count : (at.time - *before).count;
      if (step < 0) ++disorder;
      if (candles && step == 0) ++out.candles.doubles;
      ++out.candles.steps[step];
    }
    before = at.time;
    if (candles) {
      constexpr int kDigits = 12;
      const auto value = [](std::string_view text) { return *parse_units(text, kDigits); };
      const std::int64_t low = value(at.low), high = value(at.high);
      for (const std::string_view price : {at.open, at.close}) {
        if (value(price) < low || value(price) > high) {
          ++bad_candles;
          break;
        }
      }
    } else if (!at.id.empty()) {
      if (at.id == last_id) ++repeated_ids;
      last_id = at.id;
    }
  }
  if (disorder != 0) out.findings.push_back(fmt::format("{} rows are out of order", disorder));
  if (bad_candles != 0) {
    out.findings.push_back(fmt::format("{} candles open or close outside low..high", bad_candles));
  }
  if (repeated_ids != 0)
    out.findings.push_back(fmt::format("{} trades are told twice", repeated_ids));
  if (candles && out.candles.doubles != 0) {
    out.findings.push_back(fmt::format("{} candles are told twice", out.candles.doubles));
  }
  if (candles && out.candles.missing() != 0) {
    out.findings.push_back(fmt::format("{} candles are missing", out.candles.missing()));
  }
  if (candles) {
    out.summary.notes.push_back(fmt::format("candles of {} s, {} first",
                                            out.candles.period().count / 1'000'000'000,
                                            backwards.value_or(false) ? "newest" : "oldest"));
  }
  return out;
}

std::expected<DataSummary, Error> summarize_recording(const std::string& path, DataKind kind) {
  DataSummary summary;
  summary.kind = kind;
  SegmentTally tally;
  const auto read = for_each_line(path, [&](const RecordingLine& line) {
    if (kind == DataKind::OkxRecording) return see_line(tally, line);
    const RecordedMessage& recorded = line.recorded;
    SegmentEntry& entry = tally.entry();
    ++entry.messages;
    if (recorded.nanos) {
      const Timestamp time{*recorded.nanos};
      if (entry.first.nanos == 0 || time < entry.first) entry.first = time;
      entry.last = std::max(entry.last, time);
    }
    const std::string stream = stream_of_binance(recorded.message);
    ++entry.streams[{channel_of_binance(stream), instrument_of_binance(recorded.message)}].messages;
  });
  if (!read) return std::unexpected(read.error());
  SegmentEntry entry = tally.take();
  summary.messages = entry.messages;
  summary.first = entry.first;
  summary.last = entry.last;
  summary.streams = std::move(entry.streams);
  summary.gap_count = entry.gap_count;
  summary.gaps = std::move(entry.gaps);
  if (entry.refused != 0) {
    summary.notes.push_back(fmt::format("{} messages cannot be read", entry.refused));
  }
  return summary;
}

/// Findings of which there may be many: the first ones in words, then how many more.
class Findings {
 public:
  explicit Findings(std::vector<std::string>& out) : out_(out) {}
  ~Findings() {
    if (more_ != 0) out_.push_back(fmt::format("and {} more", more_));
  }
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;
  void add(std::string finding) {
    if (out_.size() < kFindingsKept) {
      out_.push_back(std::move(finding));
    } else {
      ++more_;
    }
  }

 private:
  std::vector<std::string>& out_;
  std::uint64_t more_ = 0;
};

void compare(const SegmentEntry& listed, const SegmentEntry& counted, Findings& findings) {
  const auto differ = [&](std::string_view what, auto said, auto is) {
    if (said == is) return;
    findings.add(
        fmt::format("{}: the index says {} {}, the file has {}", listed.segment, said, what, is));
  };
  differ("bytes", listed.bytes, counted.bytes);
  if (listed.crc != counted.crc) {
    findings.add(fmt::format("{}: its checksum is {:08x}, the index says {:08x}", listed.segment,
                             counted.crc, listed.crc));
  }
  differ("messages", listed.messages, counted.messages);
  differ("bytes of text", listed.text_bytes, counted.text_bytes);
  differ("streams", listed.streams.size(), counted.streams.size());
  for (const auto& [stream, tally] : counted.streams) {
    const auto said = listed.streams.find(stream);
    if (said == listed.streams.end()) continue;
    differ(fmt::format("messages of {} {}", stream.first, stream.second), said->second.messages,
           tally.messages);
  }
}

std::expected<void, Error> verify_directory(const std::string& path, Findings& findings) {
  const auto index = read_index(path);
  if (!index) return std::unexpected(index.error());
  const auto names = segment_files(path);
  if (!names) return std::unexpected(names.error());
  std::set<std::string> listed;
  for (const SegmentEntry& entry : *index) {
    const std::string file = path + "/" + entry.segment;
    if (!listed.insert(entry.segment).second) {
      findings.add(fmt::format("{}: the index names it twice", entry.segment));
    }
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(file, missing);
    if (missing) {
      findings.add(fmt::format("{}: is in the index, but not in the directory", entry.segment));
      continue;
    }
    const auto counted = count_segment(file, bytes);
    if (!counted) {
      findings.add(counted.error().message);
      continue;
    }
    compare(entry, *counted, findings);
    for (const RecordingGap& gap : entry.gaps) {
      if (gap.kind == RecordingGap::Kind::Sequence) continue;  // found again in the messages
      findings.add(fmt::format("{}: {} of the {} connection until {}{}", entry.segment,
                               gap.kind == RecordingGap::Kind::Outage ? "an outage" : "frames lost",
                               gap.channel, gap.to.nanos,
                               gap.messages == 0 ? "" : fmt::format(", {} frames", gap.messages)));
    }
  }
  for (const std::string& name : *names) {
    if (listed.contains(name)) continue;
    const std::string file = path + "/" + name;
    const auto whole = whole_frames(file);
    if (!whole) return std::unexpected(whole.error());
    const std::uint64_t bytes = std::filesystem::file_size(file);
    findings.add(
        *whole == bytes
            ? fmt::format("{}: is not in the index: it is being written, or its writer was "
                          "cut off",
                          name)
            : fmt::format("{}: its last {} bytes are torn", name, bytes - *whole));
  }
  return {};
}

std::expected<DataVerdict, Error> verify_okx(const std::string& path,
                                             const std::vector<std::string>& instrument_files) {
  DataVerdict verdict;
  {
    Findings findings(verdict.findings);
    if (std::filesystem::is_directory(path)) {
      if (auto done = verify_directory(path, findings); !done) {
        return std::unexpected(std::move(done.error()));
      }
    }
    auto tables = load_tables(instrument_files, path);
    if (!tables) {
      findings.add(std::move(tables.error()).message);
      return verdict;
    }
    MessageDecoder decoder(*tables);
    BookRebuild rebuild(*tables);
    SegmentTally tally;
    const auto read = for_each_line(path, [&](const RecordingLine& line) {
      ++verdict.messages;
      see_line(tally, line);
      rebuild.see(line);
      if (decoder.decode(line) == MessageStatus::Refused) {
        findings.add(fmt::format("line {}: cannot be decoded: {}", line.number,
                                 line.recorded.message.substr(0, 120)));
      }
    });
    if (!read) findings.add(read.error().message);
    for (const RecordingGap& gap : tally.entry().gaps) {
      findings.add(fmt::format("{} {}: a gap at {}: an update follows {}, {} is before it",
                               gap.channel, gap.instrument, gap.to.nanos, gap.got, gap.expected));
    }
    for (const RebuiltBook* const book : rebuild.books()) {
      verdict.checksums += book->checksums_ok();
      if (book->checksums_bad() == 0) continue;
      findings.add(fmt::format("{}: {} checksums do not match the book",
                               tables->instruments[book->instrument()].name.view(),
                               book->checksums_bad()));
    }
  }
  return verdict;
}

std::expected<DataVerdict, Error> verify_binance(const std::string& path) {
  DataVerdict verdict;
  auto recording = open_market_recording({path}, {});
  if (!recording) {
    verdict.findings.push_back(recording.error().message);
    return verdict;
  }
  // Opening it has read all of it.
  const sim::TapeCounts& counts = (*recording)->tape->counts();
  verdict.messages = counts.lines;
  if (counts.gaps != 0) {
    verdict.findings.push_back(
        fmt::format("{} updates of the book do not link to the one before", counts.gaps));
  }
  return verdict;
}

}  // namespace

std::string_view name_of(DataKind kind) noexcept {
  switch (kind) {
    case DataKind::OkxRecording:
      return "recording of OKX's sockets";
    case DataKind::BinanceRecording:
      return "recording of Binance's streams";
    case DataKind::TradesCsv:
      return "trades as CSV";
    case DataKind::CandlesCsv:
      return "candles as CSV";
  }
  return "";
}

std::expected<DataKind, Error> kind_of_data(const std::string& path) {
  if (is_csv(path)) {
    const auto csv = HistoryCsv::open(path);
    if (!csv) return std::unexpected(csv.error());
    return csv->kind() == HistoryKind::Candles ? DataKind::CandlesCsv : DataKind::TradesCsv;
  }
  auto reader = RecordingReader::open(path);
  if (!reader) return std::unexpected(std::move(reader.error()));
  for (int i = 0; i < kLinesToTell; ++i) {
    const auto line = reader->next();
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    const std::string_view message = as_recording_line(1, **line).recorded.message;
    const auto has = [message](std::string_view key) {
      return message.find(key) != std::string_view::npos;
    };
    if (has("\"arg\"") || has("\"event\"")) return DataKind::OkxRecording;
    if (has("\"stream\"") || has("\"lastUpdateId\"") || has("\"depthUpdate\"")) {
      return DataKind::BinanceRecording;
    }
  }
  return std::unexpected(Error{path + ": neither a recording (JSON lines) nor history as .csv"});
}

std::expected<DataSummary, Error> summarize_data(const std::string& path) {
  const auto kind = kind_of_data(path);
  if (!kind) return std::unexpected(kind.error());
  if (*kind == DataKind::TradesCsv || *kind == DataKind::CandlesCsv) {
    auto csv = read_csv(path);
    if (!csv) return std::unexpected(std::move(csv.error()));
    std::ranges::move(csv->findings, std::back_inserter(csv->summary.notes));
    add_file_figures(path, csv->summary);
    return std::move(csv->summary);
  }
  auto summary = summarize_recording(path, *kind);
  if (!summary) return summary;
  add_file_figures(path, *summary);
  add_index_gaps(path, *summary);
  return summary;
}

std::string to_json(const DataSummary& summary) {
  JsonLine line;
  line.begin_object().field("kind", name_of(summary.kind)).field("files", summary.files);
  line.field("bytes", summary.bytes).field("messages", summary.messages);
  line.field("first", summary.first.nanos).field("last", summary.last.nanos);
  line.field("gap_count", summary.gap_count).begin_array("streams");
  for (const auto& [stream, tally] : summary.streams) {
    line.begin_object().field("channel", stream.first).field("instrument", stream.second);
    line.field("messages", tally.messages).field("snapshots", tally.snapshots);
    line.field("gaps", tally.gaps).field("first_sequence", tally.first_sequence);
    line.field("last_sequence", tally.last_sequence).end_object();
  }
  line.end_array().begin_array("gaps");
  for (const RecordingGap& gap : summary.gaps) {
    line.begin_object().field("kind", name_of(gap.kind)).field("channel", gap.channel);
    line.field("instrument", gap.instrument).field("expected", gap.expected).field("got", gap.got);
    line.field("messages", gap.messages).field("from", gap.from.nanos).field("to", gap.to.nanos);
    line.end_object();
  }
  line.end_array().begin_array("notes");
  for (const std::string& note : summary.notes) line.element(note);
  line.end_array().end_object();
  return line.text();
}

std::string page_of(const DataSummary& summary) {
  const auto time = [](Timestamp at) { return at.nanos == 0 ? std::string("?") : utc_text(at); };
  std::string out =
      fmt::format("{}: {} {} in {} {}, {:.1f} MB\n", name_of(summary.kind), summary.messages,
                  summary.kind >= DataKind::TradesCsv ? "rows" : "messages", summary.files,
                  summary.files == 1 ? "file" : "files", static_cast<double>(summary.bytes) / 1e6);
  out += fmt::format("from {} to {} ({:.1f} s)\n", time(summary.first), time(summary.last),
                     static_cast<double>((summary.last - summary.first).count) / 1e9);
  for (const auto& [stream, tally] : summary.streams) {
    out +=
        fmt::format("  {:<18} {:<24} {:>10} messages", stream.first, stream.second, tally.messages);
    if (tally.snapshots != 0) out += fmt::format(", {} snapshots", tally.snapshots);
    if (tally.gaps != 0) out += fmt::format(", {} GAPS", tally.gaps);
    out += '\n';
  }
  for (const RecordingGap& gap : summary.gaps) {
    out += fmt::format("  gap: {} of {} {} at {}{}\n", name_of(gap.kind), gap.channel,
                       gap.instrument, time(gap.to),
                       gap.messages == 0 ? "" : fmt::format(", {} frames", gap.messages));
  }
  if (summary.gap_count > summary.gaps.size()) {
    out += fmt::format("  and {} gaps more\n", summary.gap_count - summary.gaps.size());
  }
  for (const std::string& note : summary.notes) out += "  note: " + note + "\n";
  return out;
}

std::expected<DataVerdict, Error> verify_data(const std::string& path,
                                              const std::vector<std::string>& instrument_files) {
  const auto kind = kind_of_data(path);
  if (!kind) {
    // A directory of segments is known without reading them: damage there is a finding.
    const auto segments = segment_files(path);
    if (segments && !segments->empty()) return verify_okx(path, instrument_files);
    return std::unexpected(kind.error());
  }
  switch (*kind) {
    case DataKind::OkxRecording:
      return verify_okx(path, instrument_files);
    case DataKind::BinanceRecording:
      return verify_binance(path);
    case DataKind::TradesCsv:
    case DataKind::CandlesCsv:
      break;
  }
  auto csv = read_csv(path);
  if (!csv) return std::unexpected(std::move(csv.error()));
  return DataVerdict{csv->summary.messages, 0, std::move(csv->findings)};
}

}  // namespace gannet::app
