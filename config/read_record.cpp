#include "config/internal/sections.h"

namespace gannet::config {

void read_record(TableReader record, Settings& settings) {
  if (!record.exists()) return;
  RecordSettings out;
  constexpr std::int64_t kMegabytesMax = 65'536;
  const auto megabytes = [&](std::string_view key, std::uint64_t bytes) {
    const auto given = record.integer(key, 1, kMegabytesMax);
    return given ? static_cast<std::uint64_t>(*given) << 20 : bytes;
  };
  out.directory = record.required_text("directory", "where segments and their index go");
  out.channels = record.texts("channels");
  out.private_frames = record.boolean("private_frames").value_or(out.private_frames);
  out.segment_bytes_max = megabytes("segment_megabytes", out.segment_bytes_max);
  out.segment_duration_max =
      record.duration("segment_duration_max").value_or(out.segment_duration_max);
  if (out.segment_duration_max < seconds(1))
    record.problem("segment_duration_max", "must be 1s or longer");
  out.queue_bytes = megabytes("queue_megabytes", out.queue_bytes);
  out.disk_free_min_ppm = record.fraction("disk_free_min").value_or(out.disk_free_min_ppm);
  record.finish();
  settings.record = std::move(out);
}

}  // namespace gannet::config
