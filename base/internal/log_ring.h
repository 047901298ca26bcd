#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>

#include "base/log.h"

namespace gannet::internal {

/// One thread's log records on their way to the log thread, each as long as what it holds and in
/// cache lines of its own: what a record costs its thread is nearly all the lines that the other
/// core has read last and must give back, so there are few, and they are asked for ahead of time.
/// One producer, one consumer; a record that finds no room is refused. All memory is touched at
/// construction.
class LogRing {
 public:
  static constexpr std::size_t kBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMostRecords = kBytes / 64;

  LogRing() : bytes_(std::make_unique<Line[]>(kBytes / kLine)) {}

  /// Producer. False: no room.
  bool push(Timestamp now, LogEvent event, const char* thread,
            std::initializer_list<LogField> fields) noexcept {
    Head head;
    head.time = now;
    head.event = event;
    head.thread = thread;
    std::size_t text = 0;
    for (const LogField& field : fields) {
      if (head.count == LogRecord::kMaxFields) break;
      head.kinds[head.count] = field.kind;
      head.digits[head.count] = field.digits;
      ++head.count;
      if (field.kind == LogField::Kind::Text) text += field.text.size();
    }
    text = std::min(text, LogRecord::kTextBytes);
    const std::size_t used = sizeof(Head) + head.count * sizeof(Value) + text;
    const std::size_t need = (used + kLine - 1) / kLine * kLine;
    head.bytes = static_cast<std::uint32_t>(need);
    std::size_t tail = tail_.load(std::memory_order_relaxed);
    const std::size_t to_end = kBytes - tail % kBytes;
    const std::size_t skip = to_end < need ? to_end : 0;
    if (kBytes - (tail - head_seen_) < need + skip) {
      // Acquire pairs with pop(): what it gave back has been read.
      head_seen_ = head_.load(std::memory_order_acquire);
      if (kBytes - (tail - head_seen_) < need + skip) return false;
    }
    if (skip != 0) {
      Head gap;
      gap.bytes = static_cast<std::uint32_t>(skip);
      gap.is_gap = true;
      std::memcpy(at(tail), &gap, sizeof gap);
      tail += skip;
    }
    std::byte* out = at(tail);
    std::memcpy(out, &head, sizeof head);
    out += sizeof head;
    auto* words = reinterpret_cast<char*>(out + head.count * sizeof(Value));
    std::size_t offset = 0;
    std::size_t i = 0;
    for (const LogField& field : fields) {
      if (i++ == head.count) break;
      Value value{field.key, field.integer};
      if (field.kind == LogField::Kind::Text) {
        const std::size_t size = std::min(field.text.size(), text - offset);
        std::memcpy(words + offset, field.text.data(), size);
        value.content = static_cast<std::int64_t>(offset << 16 | size);
        offset += size;
      } else if (field.kind == LogField::Kind::Real) {
        std::memcpy(&value.content, &field.real, sizeof field.real);
      }
      std::memcpy(out, &value, sizeof value);
      out += sizeof value;
    }
    tail += need;
    // Release: whoever sees the new tail sees the whole record.
    tail_.store(tail, std::memory_order_release);
    for (std::size_t ahead = 0; ahead < kAhead; ahead += kLine)
      __builtin_prefetch(at(tail + ahead), 1);
    return true;
  }

  /// Consumer. False: empty.
  bool pop(LogRecord& record) noexcept {
    std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return false;
    Head from;
    std::memcpy(&from, at(head), sizeof from);
    if (from.is_gap) {  // a record follows it always: both are published at once
      head += from.bytes;
      std::memcpy(&from, at(head), sizeof from);
    }
    record.time = from.time;
    record.event = from.event;
    record.thread = from.thread;
    record.field_count = from.count;
    const std::byte* in = at(head) + sizeof from;
    const auto* const words = reinterpret_cast<const char*>(in + from.count * sizeof(Value));
    std::size_t text = 0;
    for (std::size_t i = 0; i < from.count; ++i, in += sizeof(Value)) {
      Value value;
      std::memcpy(&value, in, sizeof value);
      LogRecord::Field& field = record.fields[i];
      field.key = value.key;
      field.kind = from.kinds[i];
      field.digits = from.digits[i];
      field.text_size = 0;
      field.integer = value.content;
      if (field.kind == LogField::Kind::Text) {
        field.text_offset = static_cast<std::uint64_t>(value.content) >> 16;
        field.text_size = static_cast<std::uint16_t>(value.content & 0xFFFF);
        text = static_cast<std::size_t>(field.text_offset) + field.text_size;
      } else if (field.kind == LogField::Kind::Real) {
        std::memcpy(&field.real, &value.content, sizeof field.real);
      }
    }
    std::memcpy(record.text.data(), words, text);
    record.text_used = static_cast<std::uint16_t>(text);
    head_.store(head + from.bytes, std::memory_order_release);
    return true;
  }

  /// Any thread: bytes that wait; a guess while it is in use.
  std::size_t waiting() const noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    return tail > head ? std::min(tail - head, kBytes) : 0;
  }

  /// Of one thread at a time.
  bool claim() noexcept {
    bool expected = false;
    return claimed_.compare_exchange_strong(expected, true, std::memory_order_acq_rel);
  }
  void give_back() noexcept { claimed_.store(false, std::memory_order_release); }

 private:
  static constexpr std::size_t kLine = 64;
  static constexpr std::size_t kAhead = 4 * kLine;

  struct Head {
    Timestamp time;
    const char* thread = "";
    std::uint32_t bytes = 0;  ///< of the whole record
    LogEvent event{};
    std::uint8_t count = 0;
    bool is_gap = false;
    LogField::Kind kinds[LogRecord::kMaxFields];
    std::uint8_t digits[LogRecord::kMaxFields];
  };
  static_assert(sizeof(Head) == 48);
  struct Value {
    const char* key;
    std::int64_t content;
  };
  struct alignas(kLine) Line {
    std::byte bytes[kLine];
  };

  std::byte* at(std::size_t position) const noexcept {
    return bytes_[position % kBytes / kLine].bytes;
  }

  std::unique_ptr<Line[]> bytes_;
  std::atomic<bool> claimed_{true};
  alignas(kLine) std::atomic<std::size_t> tail_{0};
  std::size_t head_seen_ = 0;  // the producer's
  alignas(kLine) std::atomic<std::size_t> head_{0};
};

}  // namespace gannet::internal
