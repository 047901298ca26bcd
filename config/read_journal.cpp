#include "config/internal/sections.h"
#include "config/internal/service_directory.h"

namespace gannet::config {

void read_journal(TableReader journal, Settings& settings) {
  JournalConfig& out = settings.journal;
  out.ring_directory = service_directory("RUNTIME_DIRECTORY");
  if (!journal.exists()) return;
  out.mode = journal.choice("mode", kJournalModes).value_or(out.mode);
  if (const auto given = journal.integer("ring_megabytes", 1, 1024)) {
    out.ring_bytes = static_cast<std::size_t>(*given) << 20;
    if ((out.ring_bytes & (out.ring_bytes - 1)) != 0)
      journal.problem("ring_megabytes", "must be a power of two");
  }
  out.ring_directory = journal.text("ring_directory").value_or(out.ring_directory);
  if (const auto given = journal.integer("segment_megabytes", 1, 4096))
    out.segment_bytes = static_cast<std::size_t>(*given) << 20;
  out.sync_interval = journal.duration("sync_interval").value_or(out.sync_interval);
  if (out.sync_interval < milliseconds(1) || out.sync_interval > seconds(10))
    journal.problem("sync_interval", "must be 1ms to 10s");
  if (const auto given = journal.integer("retention_days", 1, 36'500))
    out.retention_days = static_cast<std::uint32_t>(*given);
  out.disk_free_trading_ppm =
      journal.fraction("disk_free_trading").value_or(out.disk_free_trading_ppm);
  out.disk_free_process_ppm =
      journal.fraction("disk_free_process").value_or(out.disk_free_process_ppm);
  if (out.disk_free_process_ppm > out.disk_free_trading_ppm)
    journal.problem("disk_free_process", "must be at most disk_free_trading: trading ends first");
  journal.finish();
}

}  // namespace gannet::config
