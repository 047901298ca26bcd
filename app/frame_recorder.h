#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "app/frame_ring.h"
#include "app/line_merge.h"
#include "app/recorder_figures.h"
#include "app/segment_writer.h"
#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

/// Free space of a directory's disk, for those who are not root, in parts per million; all of it if
/// it cannot be asked.
std::uint32_t free_disk_ppm(const std::string& directory);

struct RecorderSettings {
  SegmentSettings segments;
  std::size_t queue_bytes = 64u << 20;  ///< of each tap
  std::uint32_t disk_free_min_ppm = 100'000;
  Nanos flush_interval = seconds(1);  ///< the most that a crash can lose
  std::uint32_t (*free_ppm)(const std::string& directory) = free_disk_ppm;
};

/// The recorder's ear on one connection. Never blocks and never allocates: what does not fit is
/// counted. Thread: the connection's.
class FrameTap {
 public:
  FrameTap(std::string channel, std::string lines, std::uint32_t connection,
           std::size_t queue_bytes, const std::atomic<bool>& stopped,
           std::atomic<std::uint64_t>& dropped)
      : channel_(std::move(channel)),
        lines_(std::move(lines)),
        connection_(connection),
        ring_(queue_bytes),
        stopped_(stopped),
        dropped_(dropped) {}

  void on_opened(Timestamp now) noexcept { push({TappedFrame::Kind::Opened, now, 0, {}}); }
  void on_closed(Timestamp now) noexcept { push({TappedFrame::Kind::Closed, now, 0, {}}); }
  // Pings and pongs tell nothing and are left out. A log-in is not recorded either: it holds
  // secrets. SEC-02
  void on_received(std::string_view text, Timestamp now) noexcept;
  void on_sent(std::string_view text, Timestamp now) noexcept;

 private:
  friend class FrameRecorder;
  void push(TappedFrame frame) noexcept;

  std::string channel_;
  std::string lines_;
  std::uint32_t connection_;
  FrameRing ring_;
  const std::atomic<bool>& stopped_;
  std::atomic<std::uint64_t>& dropped_;
  std::uint32_t lost_ = 0;  // since the last frame that was taken
};

/// Writes what its taps hear to a directory of segments, on a thread of its own (`record`). Logs
/// gaps, drops and its end. A disk with less room than `disk_free_min_ppm` or any write error stops
/// it for good: it is the first to stop (REC-09), and trading goes on.
class FrameRecorder {
 public:
  /// Takes the directory over (see SegmentWriter). Errors: it cannot be made or read, or is nearly
  /// full.
  static std::expected<std::unique_ptr<FrameRecorder>, Error> open(RecorderSettings settings);
  /// Drains the taps and ends the segment.
  ~FrameRecorder();
  FrameRecorder(const FrameRecorder&) = delete;
  FrameRecorder& operator=(const FrameRecorder&) = delete;

  /// Before `start`. `channel`: public, private or business. `lines` names the connections that
  /// stand in for one another ("": the channel's), `connection` one of them: what more than one of
  /// them hears is recorded once, and only when all of them are away is there an outage. Valid as
  /// long as the recorder.
  FrameTap& add_tap(std::string channel, std::string lines = {}, std::uint32_t connection = 0);
  void start();
  RecorderFigures figures() const noexcept;
  /// Of the segment being written; the recorder's thread must have ended.
  const SegmentWriter& writer() const noexcept { return *writer_; }
  /// What is waiting is written, the segment ended. Taps must be silent by then. Called once by
  /// itself at the end.
  void stop();

 private:
  explicit FrameRecorder(RecorderSettings settings, std::unique_ptr<SegmentWriter> writer)
      : settings_(std::move(settings)), writer_(std::move(writer)) {}

  void run();
  int drain();
  std::expected<void, Error> take(FrameTap& tap, const TappedFrame& frame);
  /// Several connections of one socket are recorded as one.
  bool is_repeated(const FrameTap& tap, const TappedFrame& frame);
  void tell_news(Timestamp now);
  void tell_segment();
  void give_up(const std::string& why);
  bool has_room() const;

  RecorderSettings settings_;
  std::unique_ptr<SegmentWriter> writer_;
  std::deque<FrameTap> taps_;
  std::map<std::string, LineMerge> merges_;  // of lines that have several taps
  okx::FrameSummarizer summarizer_;
  std::string looked_at_;  // a frame with the padding that reading it needs
  std::thread thread_;
  std::atomic<bool> end_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> repeated_{0};
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<std::uint64_t> text_bytes_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> gaps_{0};
  std::atomic<std::uint64_t> segments_{0};
  std::uint64_t dropped_told_ = 0;
  Nanos next_flush_{};
};

}  // namespace gannet::app
