#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace gannet {

/// Reads a text file line by line, plain or zstd-compressed (by content, not by name: a file that
/// begins with zstd's magic number is unpacked as it is read). Thread: one. Cold path.
class JsonlReader {
 public:
  /// Bytes readable after the end of every line handed out (of any value).
  static constexpr std::size_t kPadding = 64;

  /// `limit`: the file ends there, whatever follows (the torn end of a recording, say).
  static std::expected<JsonlReader, Error> open(
      const std::string& path, std::uint64_t limit = std::numeric_limits<std::uint64_t>::max());
  JsonlReader(JsonlReader&&) noexcept;
  JsonlReader& operator=(JsonlReader&&) noexcept;
  ~JsonlReader();

  /// The next line without its end of line (\n or \r\n), absent at the end of the file; empty lines
  /// are handed out. Valid until the next call. Errors name the file and the line: unreadable, not
  /// zstd, cut short, a line over 256 MB.
  std::expected<std::optional<std::string_view>, Error> next();

  /// Puts a space behind a part of the line handed out last. A JSON parser that is given such a
  /// part looks at what follows it, and counts every bracket of a text that a bracket follows.
  void blank_behind(std::string_view part) noexcept;

  /// Number of the line handed out last, from 1.
  std::uint64_t line_number() const noexcept;
  const std::string& path() const noexcept;
  /// How much of the file has been read, in thousandths; 0 where its size is not known (a pipe).
  int progress() const noexcept;

 private:
  struct State;
  explicit JsonlReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A whole file, unpacked, followed by kPadding readable bytes beyond size(). Errors name the file.
std::expected<std::string, Error> read_text_file(const std::string& path);

/// One line of a recording: `{"t":...,"ch":...,"dir":...,"m":<the message>}`; `m` is the last key
/// and its bytes are the source's. Views into the line.
struct RecordedMessage {
  std::string_view message;           ///< the bytes of `m`, a string's quotes included
  std::string_view channel;           ///< public | private | business | rest; "" if absent
  std::string_view direction;         ///< in | out; "" if absent
  std::optional<std::int64_t> nanos;  ///< receive time
  std::string_view head;              ///< everything before "m", to look up other keys in
};

/// Absent when the line is no such object.
std::optional<RecordedMessage> parse_recorded_message(std::string_view line) noexcept;

/// The string value of a top-level key in `RecordedMessage::head` ("path", "method", ...); "" if
/// absent or not a string. Escapes as they stand.
std::string_view recorded_field(std::string_view head, std::string_view key) noexcept;

}  // namespace gannet
