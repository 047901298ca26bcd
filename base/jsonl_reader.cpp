#include "base/jsonl_reader.h"

#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

namespace gannet {
namespace {

constexpr std::size_t kChunk = 256 * 1024;
constexpr std::size_t kLongestLine = 256 * 1024 * 1024;
constexpr std::string_view kZstdMagic{"\x28\xB5\x2F\xFD", 4};

struct FileCloser {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
struct StreamFreer {
  void operator()(ZSTD_DStream* stream) const noexcept { ZSTD_freeDStream(stream); }
};

}  // namespace

struct JsonlReader::State {
  std::string path;
  std::unique_ptr<std::FILE, FileCloser> file;
  std::unique_ptr<ZSTD_DStream, StreamFreer> zstd;  // null: the file is plain
  std::vector<char> input;                          // bytes of the file
  std::size_t input_begin = 0;
  std::size_t input_end = 0;
  bool frame_open = false;  // in the middle of a zstd frame
  bool file_ended = false;
  bool ended = false;
  std::vector<char> text;  // unpacked, always kPadding longer than `end`
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t line = 0;
  std::uint64_t file_size = 0;
  std::uint64_t file_read = 0;
  std::uint64_t limit = 0;

  Error error(std::string_view what) const {
    return {path + ":" + std::to_string(line + 1) + ": " + std::string(what)};
  }

  /// Bytes of the file to `into`, up to the limit; fewer than a chunk: it has ended.
  std::size_t take_bytes(char* into) {
    const std::size_t wanted = std::min<std::uint64_t>(kChunk, limit - file_read);
    const std::size_t count = std::fread(into, 1, wanted, file.get());
    file_read += count;
    return count;
  }

  void make_room() {
    if (begin > 0) {
      std::memmove(text.data(), text.data() + begin, end - begin);
      end -= begin;
      begin = 0;
    }
    text.resize(std::max(text.size(), end + kChunk + kPadding));
  }

  std::expected<void, Error> fill_input() {
    if (input_begin < input_end || file_ended) return {};
    input.resize(kChunk);
    input_begin = 0;
    input_end = take_bytes(input.data());
    if (input_end < input.size()) {
      if (std::ferror(file.get())) return std::unexpected(error(std::strerror(errno)));
      file_ended = true;
    }
    return {};
  }

  /// A plain file's bytes, straight to where lines are looked for.
  std::expected<void, Error> read_text() {
    const std::size_t count = take_bytes(text.data() + end);
    end += count;
    if (count < kChunk) {
      if (std::ferror(file.get())) return std::unexpected(error(std::strerror(errno)));
      file_ended = true;
      ended = true;
    }
    return {};
  }

  /// More text behind `end`, or `ended`.
  std::expected<void, Error> fill_text() {
    make_room();
    if (zstd == nullptr && input_begin == input_end && !file_ended) return read_text();
    if (auto filled = fill_input(); !filled) return filled;
    if (zstd == nullptr) {
      const std::size_t count = std::min(input_end - input_begin, kChunk);
      std::memcpy(text.data() + end, input.data() + input_begin, count);
      input_begin += count;
      end += count;
      ended = file_ended && input_begin == input_end;
      return {};
    }
    if (input_begin == input_end && !frame_open) {
      ended = true;
      return {};
    }
    ZSTD_inBuffer in{input.data(), input_end, input_begin};
    ZSTD_outBuffer out{text.data(), end + kChunk, end};
    const std::size_t result = ZSTD_decompressStream(zstd.get(), &out, &in);
    if (ZSTD_isError(result)) return std::unexpected(error(ZSTD_getErrorName(result)));
    const bool moved = in.pos != input_begin || out.pos != end;
    input_begin = in.pos;
    end = out.pos;
    frame_open = result != 0;
    if (!moved && file_ended) return std::unexpected(error("the compressed data is cut short"));
    return {};
  }
};

JsonlReader::JsonlReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
JsonlReader::JsonlReader(JsonlReader&&) noexcept = default;
JsonlReader& JsonlReader::operator=(JsonlReader&&) noexcept = default;
JsonlReader::~JsonlReader() = default;

std::expected<JsonlReader, Error> JsonlReader::open(const std::string& path, std::uint64_t limit) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->file.reset(std::fopen(path.c_str(), "rb"));
  if (state->file == nullptr) return std::unexpected(Error{path + ": " + std::strerror(errno)});
  std::error_code unknown;
  const std::uintmax_t size = std::filesystem::file_size(path, unknown);
  state->file_size = unknown ? 0 : std::min<std::uint64_t>(size, limit);
  state->limit = limit;
  if (auto filled = state->fill_input(); !filled) {
    return std::unexpected(Error{path + ": " + std::strerror(errno)});
  }
  if (std::string_view(state->input.data(), state->input_end).starts_with(kZstdMagic)) {
    state->zstd.reset(ZSTD_createDStream());
    if (state->zstd == nullptr) return std::unexpected(Error{path + ": out of memory"});
    ZSTD_initDStream(state->zstd.get());
  }
  return JsonlReader(std::move(state));
}

std::expected<std::optional<std::string_view>, Error> JsonlReader::next() {
  State& state = *state_;
  std::size_t searched = 0;
  for (;;) {
    const char* const from = state.text.data() + state.begin + searched;
    const std::size_t length = state.end - state.begin - searched;
    const void* const newline = length == 0 ? nullptr : std::memchr(from, '\n', length);
    if (newline != nullptr || state.ended) {
      const std::size_t start = state.begin;
      std::size_t stop = state.end;
      if (newline != nullptr) {
        stop = static_cast<std::size_t>(static_cast<const char*>(newline) - state.text.data());
        state.begin = stop + 1;
      } else {
        if (start == stop) return std::optional<std::string_view>{};
        state.begin = stop;
      }
      ++state.line;
      std::string_view line(state.text.data() + start, stop - start);
      if (line.ends_with('\r')) line.remove_suffix(1);
      return std::optional(line);
    }
    searched += length;
    if (searched > kLongestLine) return std::unexpected(state.error("the line is too long"));
    if (auto filled = state.fill_text(); !filled) return std::unexpected(filled.error());
  }
}

void JsonlReader::blank_behind(std::string_view part) noexcept {
  State& state = *state_;
  const std::ptrdiff_t at = part.data() + part.size() - state.text.data();
  if (at >= 0 && static_cast<std::size_t>(at) < state.begin) {
    state.text[static_cast<std::size_t>(at)] = ' ';
  }
}

std::uint64_t JsonlReader::line_number() const noexcept { return state_->line; }
const std::string& JsonlReader::path() const noexcept { return state_->path; }
int JsonlReader::progress() const noexcept {
  if (state_->file_size == 0) return 0;
  return static_cast<int>(std::min(state_->file_read, state_->file_size) * 1000 /
                          state_->file_size);
}

std::expected<std::string, Error> read_text_file(const std::string& path) {
  auto reader = JsonlReader::open(path);
  if (!reader) return std::unexpected(reader.error());
  std::string text;
  for (;;) {
    const auto line = reader->next();
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    text += **line;
    text += '\n';
  }
  text.reserve(text.size() + JsonlReader::kPadding);
  return text;
}

namespace {

std::size_t skip_spaces(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

/// One past the string literal that begins at `at`; npos if it does not end.
std::size_t end_of_string(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

/// One past the value that begins at `at`, by brackets; npos if it does not end.
std::size_t end_of_value(std::string_view text, std::size_t at) noexcept {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      if (at == std::string_view::npos || depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    }
    if (c == ',' && depth == 0) return at;
    ++at;
  }
  return std::string_view::npos;
}

struct Member {
  std::string_view key;
  std::string_view value;  ///< a string with its quotes; for the last key: to the end of the line
  std::size_t key_at = 0;  ///< of the key's quote
  std::size_t value_at = 0;
  std::size_t next = 0;  ///< of the comma or bracket behind it
};

/// The member that begins at `at` (a key's quote, spaces before it allowed).
std::optional<Member> member_at(std::string_view text, std::size_t at) noexcept {
  at = skip_spaces(text, at);
  if (at >= text.size() || text[at] != '"') return std::nullopt;
  Member member;
  member.key_at = at;
  const std::size_t key_end = end_of_string(text, at);
  if (key_end == std::string_view::npos) return std::nullopt;
  member.key = text.substr(at + 1, key_end - at - 2);
  at = skip_spaces(text, key_end);
  if (at >= text.size() || text[at] != ':') return std::nullopt;
  member.value_at = skip_spaces(text, at + 1);
  if (member.key == "m") {
    // The last key, and most of the line: whoever wants it knows where it ends.
    member.value = text.substr(member.value_at);
    member.next = text.size();
    return member;
  }
  const std::size_t end = end_of_value(text, member.value_at);
  if (end == std::string_view::npos) {
    member.value = text.substr(member.value_at);
    member.next = text.size();
    return member;
  }
  member.value = text.substr(member.value_at, end - member.value_at);
  while (member.value.ends_with(' ')) member.value.remove_suffix(1);
  member.next = skip_spaces(text, end);
  return member;
}

std::string_view unquoted(std::string_view value) noexcept {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return {};
  return value.substr(1, value.size() - 2);
}

/// The envelope as our recorders write it, without a space: `{"t":1,"ch":"public","dir":"in","m":`.
/// Most lines of most files; all others take the long way.
std::optional<RecordedMessage> parse_plain_envelope(std::string_view line) noexcept {
  constexpr std::string_view kTime = R"({"t":)";
  constexpr std::string_view kChannel = R"(,"ch":")";
  constexpr std::string_view kDirection = R"(","dir":")";
  constexpr std::string_view kMessage = R"(","m":)";
  if (!line.starts_with(kTime) || line.back() != '}') return std::nullopt;
  RecordedMessage recorded;
  std::int64_t nanos = 0;
  const char* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data() + kTime.size(), end, nanos);
  if (error != std::errc{}) return std::nullopt;
  recorded.nanos = nanos;
  std::size_t at = static_cast<std::size_t>(stop - line.data());
  const auto found = [&](std::size_t key) -> std::optional<RecordedMessage> {
    recorded.head = line.substr(0, key);
    at = key + kMessage.size() - 2;  // without the quote and the comma before the key
    recorded.message = line.substr(at, line.size() - 1 - at);
    if (recorded.message.ends_with(' ')) return std::nullopt;
    return recorded;
  };
  constexpr std::string_view kUsual = R"(,"ch":"public","dir":"in","m":)";
  if (line.substr(at).starts_with(kUsual)) {
    recorded.channel = line.substr(at + kChannel.size(), 6);
    recorded.direction = line.substr(at + kUsual.size() - kMessage.size() - 2, 2);
    return found(at + kUsual.size() - (kMessage.size() - 2));
  }
  const auto word_between = [&](std::string_view before, std::string_view after) {
    if (!line.substr(at).starts_with(before)) return std::string_view{};
    at += before.size();
    constexpr std::size_t kLongestWord = 16;
    for (std::size_t size = 0; size < kLongestWord && at + size < line.size(); ++size) {
      if (line[at + size] == '\\') break;
      if (line[at + size] != '"') continue;
      const std::string_view word = line.substr(at, size);
      if (!line.substr(at + size).starts_with(after)) break;
      at += size;
      return word;
    }
    return std::string_view{};
  };
  recorded.channel = word_between(kChannel, kDirection);
  if (recorded.channel.empty()) return std::nullopt;
  recorded.direction = word_between(kDirection, kMessage);
  if (recorded.direction.empty()) return std::nullopt;
  return found(at + 2);  // up to the key: its quote and comma
}

}  // namespace

std::optional<RecordedMessage> parse_recorded_message(std::string_view line) noexcept {
  if (const auto plain = parse_plain_envelope(line)) return plain;
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  std::size_t at = skip_spaces(line, 0);
  if (at >= line.size() || line[at] != '{' || line.back() != '}') return std::nullopt;
  RecordedMessage recorded;
  ++at;
  for (;;) {
    const auto member = member_at(line, at);
    if (!member) return std::nullopt;
    if (member->key == "m") {
      // The last key: everything up to the closing brace is the message, well-formed or not.
      recorded.message = line.substr(member->value_at, line.size() - 1 - member->value_at);
      while (recorded.message.ends_with(' ')) recorded.message.remove_suffix(1);
      recorded.head = line.substr(0, member->key_at);
      return recorded;
    }
    if (member->key == "ch") recorded.channel = unquoted(member->value);
    if (member->key == "dir") recorded.direction = unquoted(member->value);
    if (member->key == "t") {
      std::int64_t nanos = 0;
      const char* const end = member->value.data() + member->value.size();
      const auto [stop, error] = std::from_chars(member->value.data(), end, nanos);
      if (error == std::errc{} && stop == end) recorded.nanos = nanos;
    }
    if (member->next >= line.size() || line[member->next] != ',') return std::nullopt;
    at = member->next + 1;
  }
}

std::string_view recorded_field(std::string_view head, std::string_view key) noexcept {
  std::size_t at = skip_spaces(head, 0);
  if (at >= head.size() || head[at] != '{') return {};
  ++at;
  for (;;) {
    const auto member = member_at(head, at);
    if (!member) return {};
    if (member->key == key) return unquoted(member->value);
    if (member->next >= head.size() || head[member->next] != ',') return {};
    at = member->next + 1;
  }
}

}  // namespace gannet
