#include "app/frame_recorder.h"

#include <sys/statvfs.h>

#include <array>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::app {
namespace {

constexpr auto kRecorderNap = std::chrono::milliseconds(10);

}  // namespace

std::uint32_t free_disk_ppm(const std::string& directory) {
  struct statvfs disk{};
  if (::statvfs(directory.c_str(), &disk) != 0 || disk.f_blocks == 0) return 1'000'000;
  const auto total = static_cast<unsigned __int128>(disk.f_blocks);
  return static_cast<std::uint32_t>(disk.f_bavail * 1'000'000 / total);
}

void FrameTap::on_received(std::string_view text, Timestamp now) noexcept {
  if (text == "pong") return;
  push({TappedFrame::Kind::In, now, 0, text});
}

void FrameTap::on_sent(std::string_view text, Timestamp now) noexcept {
  if (text == "ping" || text.find("\"login\"") != std::string_view::npos) return;
  push({TappedFrame::Kind::Out, now, 0, text});
}

void FrameTap::push(TappedFrame frame) noexcept {
  if (stopped_.load(std::memory_order_relaxed)) return;
  frame.lost = lost_;
  if (ring_.try_push(frame)) {
    lost_ = 0;
    return;
  }
  ++lost_;
  dropped_.fetch_add(1, std::memory_order_relaxed);
}

std::expected<std::unique_ptr<FrameRecorder>, Error> FrameRecorder::open(
    RecorderSettings settings) {
  auto writer = SegmentWriter::open(settings.segments);
  if (!writer) return std::unexpected(std::move(writer.error()));
  std::unique_ptr<FrameRecorder> recorder(
      new FrameRecorder(std::move(settings), std::move(*writer)));
  if (!recorder->has_room()) {
    return std::unexpected(
        Error{recorder->writer_->directory() + ": the disk has too little room left to record"});
  }
  return recorder;
}

FrameRecorder::~FrameRecorder() { stop(); }

FrameTap& FrameRecorder::add_tap(std::string channel, std::string lines, std::uint32_t connection) {
  if (lines.empty()) lines = channel;
  return taps_.emplace_back(std::move(channel), std::move(lines), connection, settings_.queue_bytes,
                            stopped_, dropped_);
}

void FrameRecorder::start() {
  log(wall_clock_now(), LogEvent::RecorderStarted,
      {LogField::string("directory", writer_->directory()),
       LogField::number("recovered_segments", writer_->recovered())});
  std::map<std::string, int> taps;
  for (const FrameTap& tap : taps_) {
    if (++taps[tap.lines_] == 2) merges_.try_emplace(tap.lines_);
  }
  thread_ = std::thread([this] { run(); });
}

void FrameRecorder::stop() {
  end_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
}

RecorderFigures FrameRecorder::figures() const noexcept {
  RecorderFigures figures;
  figures.messages = messages_.load(std::memory_order_relaxed);
  figures.text_bytes = text_bytes_.load(std::memory_order_relaxed);
  figures.bytes = bytes_.load(std::memory_order_relaxed);
  figures.dropped = dropped_.load(std::memory_order_relaxed);
  figures.repeated = repeated_.load(std::memory_order_relaxed);
  figures.gaps = gaps_.load(std::memory_order_relaxed);
  figures.segments = segments_.load(std::memory_order_relaxed);
  figures.stopped = stopped_.load(std::memory_order_relaxed);
  return figures;
}

void FrameRecorder::run() {
  set_thread_name("record");
  next_flush_ = monotonic_now() + settings_.flush_interval;
  for (;;) {
    // Asked before the drain: what the taps heard before the end is in it.
    const bool ending = end_.load(std::memory_order_acquire);
    const int work = drain();
    if (stopped_.load(std::memory_order_relaxed)) return;
    if (monotonic_now() >= next_flush_) {
      next_flush_ = monotonic_now() + settings_.flush_interval;
      if (!has_room()) {
        // What is here is worth keeping whole: the index line needs little room.
        if (auto closed = writer_->close(); closed) tell_segment();
        return give_up("the disk has too little room left");
      }
      if (auto flushed = writer_->flush(); !flushed) return give_up(flushed.error().message);
      tell_news(wall_clock_now());
    }
    if (ending && work == 0) break;
    if (work == 0) std::this_thread::sleep_for(kRecorderNap);
  }
  for (FrameTap& tap : taps_) {  // lost with nothing behind them; the taps are silent by now
    if (tap.lost_ != 0) writer_->tally().on_dropped(tap.lines_, tap.lost_, wall_clock_now());
  }
  if (auto closed = writer_->close(); !closed) return give_up(closed.error().message);
  tell_segment();
  tell_news(wall_clock_now());
}

/// The oldest of what the taps hold, one after the other; bounded, so that flushes keep their time.
int FrameRecorder::drain() {
  constexpr int kMost = 4'096;
  int work = 0;
  for (; work < kMost; ++work) {
    FrameTap* oldest = nullptr;
    TappedFrame first;
    for (FrameTap& tap : taps_) {
      TappedFrame frame;
      if (!tap.ring_.peek(frame) || (oldest != nullptr && frame.time >= first.time)) continue;
      oldest = &tap;
      first = frame;
    }
    if (oldest == nullptr) break;
    const std::uint64_t closed_before = writer_->segments_closed();
    const auto taken = take(*oldest, first);
    oldest->ring_.pop();
    if (!taken) {
      give_up(taken.error().message);
      return 0;
    }
    if (writer_->segments_closed() != closed_before) tell_segment();
  }
  text_bytes_.store(writer_->text_bytes_written(), std::memory_order_relaxed);
  bytes_.store(writer_->bytes_written(), std::memory_order_relaxed);
  return work;
}

std::expected<void, Error> FrameRecorder::take(FrameTap& tap, const TappedFrame& frame) {
  SegmentTally& tally = writer_->tally();
  if (frame.lost != 0) tally.on_dropped(tap.lines_, frame.lost, frame.time);
  const auto merge = merges_.find(tap.lines_);
  switch (frame.kind) {
    case TappedFrame::Kind::Opened:
      tally.on_opened(tap.lines_, tap.connection_, frame.time);
      if (merge != merges_.end()) merge->second.on_opened(tap.connection_);
      return {};
    case TappedFrame::Kind::Closed:
      tally.on_closed(tap.lines_, tap.connection_, frame.time);
      if (merge != merges_.end()) merge->second.on_closed(tap.connection_);
      return {};
    case TappedFrame::Kind::In:
    case TappedFrame::Kind::Out:
      break;
  }
  const bool in = frame.kind == TappedFrame::Kind::In;
  if (in && merge != merges_.end() && is_repeated(tap, frame)) {
    repeated_.fetch_add(1, std::memory_order_relaxed);
    return {};
  }
  messages_.fetch_add(1, std::memory_order_relaxed);
  return writer_->write({frame.time, tap.channel_, in ? "in" : "out"}, frame.text);
}

bool FrameRecorder::is_repeated(const FrameTap& tap, const TappedFrame& frame) {
  // In the ring what follows may be being written.
  looked_at_.assign(frame.text);
  looked_at_.append(okx::kTextPadding, '\0');
  const auto summary = summarizer_.read(std::string_view(looked_at_).substr(0, frame.text.size()));
  return summary &&
         !merges_.find(tap.lines_)->second.is_news(tap.connection_, *summary, frame.time);
}

void FrameRecorder::tell_news(Timestamp now) {
  for (const RecordingGap& gap : writer_->tally().take_news()) {
    if (gap.kind == RecordingGap::Kind::Dropped) continue;  // told below, once a flush
    gaps_.fetch_add(1, std::memory_order_relaxed);
    log(now, LogEvent::RecorderGap,
        {LogField::string("kind", name_of(gap.kind)), LogField::string("channel", gap.channel),
         LogField::string("instrument", gap.instrument), LogField::number("expected", gap.expected),
         LogField::number("got", gap.got), LogField::number("from", gap.from.nanos),
         LogField::number("to", gap.to.nanos)});
  }
  const std::uint64_t dropped = dropped_.load(std::memory_order_relaxed);
  if (dropped == dropped_told_) return;
  log(now, LogEvent::RecorderDropped,
      {LogField::number("frames", static_cast<std::int64_t>(dropped - dropped_told_)),
       LogField::number("all", static_cast<std::int64_t>(dropped))});
  dropped_told_ = dropped;
}

void FrameRecorder::tell_segment() {
  segments_.store(writer_->segments_closed(), std::memory_order_relaxed);
  text_bytes_.store(writer_->text_bytes_written(), std::memory_order_relaxed);
  bytes_.store(writer_->bytes_written(), std::memory_order_relaxed);
  const SegmentEntry& entry = writer_->last_closed();
  if (entry.segment.empty()) return;
  log(wall_clock_now(), LogEvent::RecorderSegment,
      {LogField::string("segment", entry.segment),
       LogField::number("messages", static_cast<std::int64_t>(entry.messages)),
       LogField::number("bytes", static_cast<std::int64_t>(entry.bytes)),
       LogField::number("gaps", static_cast<std::int64_t>(entry.gap_count))});
}

void FrameRecorder::give_up(const std::string& why) {
  stopped_.store(true, std::memory_order_relaxed);
  log(wall_clock_now(), LogEvent::RecorderStopped, {LogField::string("why", why)});
}

bool FrameRecorder::has_room() const {
  return settings_.free_ppm(writer_->directory()) >= settings_.disk_free_min_ppm;
}

}  // namespace gannet::app
