#include "app/segment_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <span>
#include <utility>

#include "app/recording.h"
#include "app/recording_directory.h"
#include "base/crc32c.h"
#include "base/jsonl_reader.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::app {
namespace {

constexpr std::size_t kFrameText = 256 * 1024;
constexpr int kLevel = 3;

std::span<const std::byte> bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// "000001-20261130T144500Z.jsonl.zst"
std::string segment_name(std::uint32_t number, Timestamp time) {
  const time_t second = time.nanos / 1'000'000'000;
  tm utc{};
  ::gmtime_r(&second, &utc);
  return fmt::format("{:06}-{:04}{:02}{:02}T{:02}{:02}{:02}Z.jsonl.zst", number, utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

bool write_all(int file, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::expected<std::uint32_t, Error> checksum_of(const std::string& path, std::uint64_t bytes) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 64 * 1024> buffer;
  std::uint32_t crc = 0;
  while (bytes > 0) {
    const auto wanted = static_cast<std::streamsize>(std::min<std::uint64_t>(bytes, buffer.size()));
    if (!file.read(buffer.data(), wanted)) return std::unexpected(Error{path + ": cannot be read"});
    crc = crc32c(crc, std::as_bytes(std::span(buffer.data(), static_cast<std::size_t>(wanted))));
    bytes -= static_cast<std::uint64_t>(wanted);
  }
  return crc;
}

}  // namespace

SegmentWriter::SegmentWriter(SegmentSettings settings)
    : settings_(std::move(settings)), zstd_(ZSTD_createCCtx()) {
  ZSTD_CCtx_setParameter(zstd_.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(zstd_.get(), ZSTD_c_checksumFlag, 1);
  text_.reserve(2 * kFrameText);
}

SegmentWriter::~SegmentWriter() {
  if (file_ >= 0) ::close(file_);
  if (lock_ >= 0) ::close(lock_);
}

std::expected<std::unique_ptr<SegmentWriter>, Error> SegmentWriter::open(SegmentSettings settings) {
  std::error_code error;
  std::filesystem::create_directories(settings.directory, error);
  if (error) return std::unexpected(Error{settings.directory + ": " + error.message()});
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(std::move(settings)));
  // Before anything is mended: what looks torn may be another's open segment.
  const std::string& directory = writer->settings_.directory;
  writer->lock_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (writer->lock_ < 0 || ::flock(writer->lock_, LOCK_EX | LOCK_NB) != 0) {
    return std::unexpected(Error{directory + ": another recorder is at work there"});
  }
  if (auto taken = writer->take_over(); !taken) return std::unexpected(std::move(taken.error()));
  return writer;
}

/// The numbers go on where an earlier run ended; what it left open is ended.
std::expected<void, Error> SegmentWriter::take_over() {
  const auto files = segment_files(settings_.directory);
  if (!files) return std::unexpected(files.error());
  const auto index = read_index(settings_.directory);
  if (!index) return std::unexpected(index.error());
  std::set<std::string> listed;
  for (const SegmentEntry& entry : *index) listed.insert(entry.segment);
  // Ends a line of index that a crash cut short.
  if (const std::string path = path_of(kIndexName); std::filesystem::exists(path)) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    const auto size = static_cast<std::int64_t>(file.tellg());
    if (size > 0 && file.seekg(size - 1).get() != '\n') {
      std::ofstream(path, std::ios::binary | std::ios::app) << '\n';
    }
  }
  for (const std::string& name : *files) {
    number_ = std::max(number_, segment_number(name));
    if (listed.contains(name)) continue;
    if (auto done = recover(name); !done) return done;
  }
  return {};
}

std::expected<void, Error> SegmentWriter::recover(const std::string& name) {
  const std::string path = path_of(name);
  const auto whole = whole_frames(path);
  if (!whole) return std::unexpected(whole.error());
  if (::truncate(path.c_str(), static_cast<off_t>(*whole)) != 0) {
    return std::unexpected(failure("cannot be cut to its last whole frame", name));
  }
  if (*whole == 0) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    return {};
  }
  auto entry = count_segment(path, *whole);
  if (!entry) return std::unexpected(std::move(entry.error()));
  entry->recovered = true;
  ++recovered_;
  return write_index(std::move(*entry));
}

std::expected<void, Error> SegmentWriter::write(const LineHead& head, std::string_view message) {
  if (file_ >= 0 && (segment_text_bytes_ + text_.size() >= settings_.segment_bytes_max ||
                     head.time - began_ >= settings_.segment_duration_max)) {
    if (auto closed = close(); !closed) return closed;
  }
  if (file_ < 0) {
    if (auto begun = begin(head.time); !begun) return begun;
  }
  fmt::format_to(std::back_inserter(text_), "{{\"t\":{},\"ch\":\"{}\",\"dir\":\"{}\",",
                 head.time.nanos, head.channel, head.direction);
  if (head.connection != 0) {
    fmt::format_to(std::back_inserter(text_), "\"c\":{},", head.connection);
  }
  text_ += "\"m\":";
  // A pong is bare text on the wire: in a JSON line it is a string.
  const bool is_json = message.starts_with('{') || message.starts_with('[');
  if (!is_json) text_ += '"';
  const std::size_t begins = text_.size();
  text_ += message;
  // Frames are one line: no venue sends line ends in JSON, and a line end would break the format.
  std::replace(text_.begin() + static_cast<std::ptrdiff_t>(begins), text_.end(), '\n', ' ');
  if (!is_json) {
    std::replace_if(
        text_.begin() + static_cast<std::ptrdiff_t>(begins), text_.end(),
        [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }, ' ');
    text_ += '"';
  }
  const std::size_t size = message.size();
  text_ += "}\n";
  text_.append(okx::kTextPadding, '\0');
  tally_.see(is_json ? std::string_view(text_).substr(begins, size) : std::string_view("\""),
             head.direction, head.channel, head.connection, head.time);
  text_.resize(text_.size() - okx::kTextPadding);
  return text_.size() >= kFrameText ? flush() : std::expected<void, Error>{};
}

std::expected<void, Error> SegmentWriter::flush() {
  if (text_.empty() || file_ < 0) return {};
  packed_.resize(ZSTD_compressBound(text_.size()));
  const std::size_t size =
      ZSTD_compress2(zstd_.get(), packed_.data(), packed_.size(), text_.data(), text_.size());
  if (ZSTD_isError(size)) {
    return std::unexpected(Error{name_ + ": zstd: " + ZSTD_getErrorName(size)});
  }
  const std::string_view packed(packed_.data(), size);
  if (!write_all(file_, packed)) return std::unexpected(failure("cannot be written", name_));
  crc_ = crc32c(crc_, bytes_of(packed));
  segment_bytes_ += size;
  bytes_written_ += size;
  segment_text_bytes_ += text_.size();
  text_bytes_written_ += text_.size();
  text_.clear();
  return {};
}

std::expected<void, Error> SegmentWriter::begin(Timestamp time) {
  name_ = segment_name(++number_, time);
  file_ = ::open(path_of(name_).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0640);
  if (file_ < 0) return std::unexpected(failure("cannot be made", name_));
  began_ = time;
  segment_bytes_ = 0;
  segment_text_bytes_ = 0;
  crc_ = 0;
  return {};
}

std::expected<void, Error> SegmentWriter::close() {
  if (file_ < 0) return {};
  if (auto flushed = flush(); !flushed) return flushed;
  const bool synced = ::fdatasync(file_) == 0;
  ::close(std::exchange(file_, -1));
  if (!synced) return std::unexpected(failure("cannot be synced", name_));
  SegmentEntry entry = tally_.take();
  entry.segment = std::exchange(name_, {});
  entry.bytes = segment_bytes_;
  entry.text_bytes = segment_text_bytes_;
  entry.crc = crc_;
  last_closed_ = entry;
  ++closed_;
  return write_index(std::move(entry));
}

std::expected<void, Error> SegmentWriter::write_index(SegmentEntry entry) {
  const std::string name(kIndexName);
  const int file = ::open(path_of(name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0) return std::unexpected(failure("cannot be opened", name));
  const bool good = write_all(file, to_json(entry) + "\n") && ::fdatasync(file) == 0;
  Error error = failure("cannot be written", name);
  ::close(file);
  if (!good) return std::unexpected(std::move(error));
  return {};
}

Error SegmentWriter::failure(std::string_view what, const std::string& name) const {
  return {fmt::format("{}: {}: {}", path_of(name), what, std::strerror(errno))};
}

std::string SegmentWriter::path_of(std::string_view name) const {
  return fmt::format("{}/{}", settings_.directory, name);
}

std::expected<std::uint64_t, Error> whole_frames(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Error{path + ": cannot be opened"});
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::uint64_t whole = 0;
  while (whole < bytes.size()) {
    const std::size_t size =
        ZSTD_findFrameCompressedSize(bytes.data() + whole, bytes.size() - whole);
    if (ZSTD_isError(size)) break;
    whole += size;
  }
  return whole;
}

std::expected<SegmentEntry, Error> count_segment(const std::string& path, std::uint64_t bytes) {
  SegmentTally tally;
  std::uint64_t text_bytes = 0;
  auto reader = JsonlReader::open(path, bytes);
  if (!reader) return std::unexpected(std::move(reader.error()));
  for (;;) {
    const auto line = reader->next();
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    text_bytes += (*line)->size() + 1;
    if ((*line)->empty()) continue;
    see_line(tally, as_recording_line(reader->line_number(), **line));
  }
  const auto crc = checksum_of(path, bytes);
  if (!crc) return std::unexpected(crc.error());
  SegmentEntry entry = tally.take();
  entry.segment = std::filesystem::path(path).filename().string();
  entry.bytes = bytes;
  entry.text_bytes = text_bytes;
  entry.crc = *crc;
  return entry;
}

}  // namespace gannet::app
