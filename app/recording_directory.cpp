#include "app/recording_directory.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "app/recording.h"
#include "app/segment_writer.h"

namespace gannet::app {

std::uint32_t segment_number(std::string_view name) noexcept {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_segment = error == std::errc{} && end != name.data() + name.size() && *end == '-' &&
                          name.ends_with(".jsonl.zst");
  return is_segment ? number : 0;
}

std::expected<std::vector<std::string>, Error> segment_files(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    std::string name = entry.path().filename().string();
    if (segment_number(name) != 0) names.push_back(std::move(name));
  }
  if (error) return std::unexpected(Error{directory + ": " + error.message()});
  std::ranges::sort(names, {},
                    [](const std::string& name) { return std::pair(segment_number(name), name); });
  return names;
}

std::expected<std::vector<RecordedFile>, Error> recorded_files(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return std::vector<RecordedFile>{{path}};
  const auto names = segment_files(path);
  if (!names) return std::unexpected(names.error());
  if (names->empty()) {
    return std::unexpected(
        Error{path + ": holds no segment of a recording (NNNNNN-TIME.jsonl.zst)"});
  }
  const auto index = read_index(path);
  if (!index) return std::unexpected(index.error());
  std::set<std::string> listed;
  for (const SegmentEntry& entry : *index) listed.insert(entry.segment);
  std::vector<RecordedFile> files;
  for (const std::string& name : *names) {
    RecordedFile file{path + "/" + name};
    if (!listed.contains(name)) {
      const auto whole = whole_frames(file.path);
      if (!whole) return std::unexpected(whole.error());
      file.bytes = *whole;
    }
    files.push_back(std::move(file));
  }
  return files;
}

void see_line(SegmentTally& tally, const RecordingLine& line) {
  std::uint32_t connection = 0;
  constexpr std::string_view kConnection = "\"c\":";
  const std::string_view head = line.recorded.head;
  if (const std::size_t at = head.find(kConnection); at != std::string_view::npos) {
    const char* const begin = head.data() + at + kConnection.size();
    std::from_chars(begin, head.data() + head.size(), connection);
  }
  std::optional<Timestamp> received;
  if (line.recorded.nanos) received = Timestamp{*line.recorded.nanos};
  tally.see(line.recorded.message, line.recorded.direction, line.recorded.channel, connection,
            received);
}

}  // namespace gannet::app
