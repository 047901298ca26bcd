#include "base/log.h"

#include <concurrentqueue/concurrentqueue.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>
#include <thread>

#include "base/clock.h"
#include "base/internal/log_limits.h"
#include "base/internal/log_ring.h"
#include "base/json_text.h"
#include "base/log_figures.h"

namespace gannet {
namespace {

constexpr LogEventInfo kEvents[] = {
#define GANNET_LOG_INFO(id, name, level, text) {LogEvent::id, name, LogLevel::level, text},
    GANNET_LOG_EVENTS(GANNET_LOG_INFO)
#undef GANNET_LOG_INFO
};

constexpr std::size_t kQueueCapacity = 8'192;
using Queue = moodycamel::ConcurrentQueue<LogRecord>;

// Leaked on purpose: threads may log while the process ends.
Queue& queue() {
  static Queue* const instance = new Queue(kQueueCapacity);
  return *instance;
}

std::atomic<bool> running{false};
std::atomic<std::uint64_t> lost{0};
std::atomic<LogLevel> lowest_level{LogLevel::Info};
thread_local const char* thread_name = "main";

// Rings of the threads that have a name; the others, and those beyond kMostRings, share the queue.
// Leaked on purpose like the queue; a thread that ends leaves its ring to the next one.
constexpr std::size_t kMostRings = 16;
std::array<std::atomic<internal::LogRing*>, kMostRings> rings{};

// Null: the queue. Plain, so that a look at it is no more than that.
constinit thread_local internal::LogRing* own_ring = nullptr;

/// Gives the ring back when the thread ends.
struct RingReturn {
  ~RingReturn() {
    if (own_ring != nullptr) own_ring->give_back();
    own_ring = nullptr;
  }
};

internal::LogRing* take_ring() {
  for (std::atomic<internal::LogRing*>& place : rings) {
    internal::LogRing* const ring = place.load(std::memory_order_acquire);
    if (ring != nullptr && ring->claim()) return ring;
    if (ring != nullptr) continue;
    auto made = std::make_unique<internal::LogRing>();
    internal::LogRing* none = nullptr;
    if (place.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel))
      return made.release();
  }
  return nullptr;
}

void append_decimal(std::string& out, std::int64_t raw, int digits) {
  const bool negative = raw < 0;
  std::uint64_t value =
      negative ? ~static_cast<std::uint64_t>(raw) + 1 : static_cast<std::uint64_t>(raw);
  std::string text = fmt::format("{:0{}}", value, digits + 1);
  if (digits > 0) {
    text.insert(text.size() - static_cast<std::size_t>(digits), 1, '.');
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  fmt::format_to(std::back_inserter(out), "\"{}{}\"", negative ? "-" : "", text);
}

void append_time(std::string& out, Timestamp time) {
  const std::int64_t whole = time.nanos / 1'000'000'000;
  const std::int64_t micros = time.nanos % 1'000'000'000 / 1'000;
  fmt::format_to(std::back_inserter(out), "\"{:%Y-%m-%dT%H:%M:%S}.{:06}Z\"",
                 fmt::gmtime(static_cast<std::time_t>(whole)), micros);
}

void append_value(std::string& out, const LogRecord& record, const LogRecord::Field& field) {
  switch (field.kind) {
    case LogField::Kind::Integer:
      fmt::format_to(std::back_inserter(out), "{}", field.integer);
      break;
    case LogField::Kind::Decimal:
      append_decimal(out, field.integer, field.digits);
      break;
    case LogField::Kind::Text:
      append_json_string(out, {record.text.data() + field.text_offset, field.text_size});
      break;
    case LogField::Kind::Boolean:
      out += field.integer != 0 ? "true" : "false";
      break;
    case LogField::Kind::Real:
      if (std::isfinite(field.real)) {
        fmt::format_to(std::back_inserter(out), "{}", field.real);
      } else {
        out += "null";
      }
      break;
  }
}

std::shared_ptr<spdlog::logger> make_logger(const std::string& output) {
  spdlog::sink_ptr sink;
  if (output == "stdout") {
    sink = std::make_shared<spdlog::sinks::stdout_sink_st>();
  } else if (output == "stderr") {
    sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
  } else if (output == "none") {
    sink = std::make_shared<spdlog::sinks::null_sink_st>();
  } else {
    sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(output, false);
  }
  auto logger = std::make_shared<spdlog::logger>("gannet", std::move(sink));
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  return logger;
}

}  // namespace

double log_ring_used() noexcept {
  std::size_t most = 0;
  for (const std::atomic<internal::LogRing*>& place : rings) {
    // Acquire: the ring was made whole before it was put there, and it is never taken away.
    const internal::LogRing* const ring = place.load(std::memory_order_acquire);
    if (ring != nullptr) most = std::max(most, ring->waiting());
  }
  return static_cast<double>(most) / static_cast<double>(internal::LogRing::kBytes);
}

std::span<const LogEventInfo> log_events() noexcept { return kEvents; }
const LogEventInfo& info_of(LogEvent event) noexcept {
  return kEvents[static_cast<std::size_t>(event)];
}

std::string_view name_of(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
    case LogLevel::Critical:
      return "critical";
  }
  return "";
}

std::string format_line(const LogRecord& record) {
  const LogEventInfo& info = info_of(record.event);
  std::string out;
  out.reserve(256);
  out += "{\"ts\":";
  append_time(out, record.time);
  fmt::format_to(std::back_inserter(out), ",\"level\":\"{}\",\"thread\":\"{}\",\"event\":\"{}\"",
                 name_of(info.level), record.thread, info.name);
  for (std::size_t i = 0; i < record.field_count; ++i) {
    fmt::format_to(std::back_inserter(out), ",\"{}\":", record.fields[i].key);
    append_value(out, record, record.fields[i]);
  }
  out += '}';
  return out;
}

std::string field_text(const LogRecord& record, std::size_t i) {
  const LogRecord::Field& field = record.fields[i];
  if (field.kind == LogField::Kind::Text)
    return {record.text.data() + field.text_offset, field.text_size};
  std::string out;
  append_value(out, record, field);
  std::erase(out, '"');  // of decimals
  return out;
}

void set_thread_name(const char* literal) noexcept {
  thread_name = literal;
  pthread_setname_np(pthread_self(), literal);
  static thread_local const RingReturn at_end;
  if (own_ring == nullptr) own_ring = take_ring();
}

void log(Timestamp now, LogEvent event, std::initializer_list<LogField> fields) noexcept {
  if (info_of(event).level < lowest_level.load(std::memory_order_relaxed)) return;
  // Acquire pairs with the log thread's release: a true value means the queue is being drained.
  if (!running.load(std::memory_order_acquire)) {
    lost.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (own_ring != nullptr) {
    if (!own_ring->push(now, event, thread_name, fields))
      lost.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  LogRecord record;
  record.time = now;
  record.event = event;
  record.thread = thread_name;
  for (const LogField& field : fields) {
    if (record.field_count == LogRecord::kMaxFields) break;
    LogRecord::Field& to = record.fields[record.field_count++];
    to.key = field.key;
    to.kind = field.kind;
    to.digits = field.digits;
    to.text_size = 0;
    if (field.kind == LogField::Kind::Text) {
      const std::size_t room = LogRecord::kTextBytes - record.text_used;
      const std::size_t size = std::min(field.text.size(), room);
      std::copy_n(field.text.data(), size, record.text.data() + record.text_used);
      to.text_offset = record.text_used;
      to.text_size = static_cast<std::uint16_t>(size);
      record.text_used = static_cast<std::uint16_t>(record.text_used + size);
    } else if (field.kind == LogField::Kind::Real) {
      to.real = field.real;
    } else {
      to.integer = field.integer;
    }
  }
  if (!queue().try_enqueue(record)) lost.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t log_records_lost() noexcept { return lost.load(std::memory_order_relaxed); }

struct LogThread::State {
  std::shared_ptr<spdlog::logger> logger;
  std::function<void(const LogRecord&)> listener;
  std::atomic<bool> stop{false};
  std::uint64_t lost_told = 0;
  internal::LogLimits limits;
  std::thread thread;

  std::size_t drain() {
    LogRecord record;
    std::size_t done = 0;
    for (const std::atomic<internal::LogRing*>& place : rings) {
      internal::LogRing* const ring = place.load(std::memory_order_acquire);
      if (ring == nullptr) break;
      // All that it may hold: what was lost is told behind what was kept.
      for (std::size_t i = 0; i < internal::LogRing::kMostRecords && ring->pop(record); ++i, ++done)
        write(record);
    }
    for (std::size_t i = 0; i < kQueueCapacity && queue().try_dequeue(record); ++i, ++done)
      write(record);
    tell_lost();
    if (tell_suppressed(false) || done != 0) logger->flush();
    return done;
  }

  void write(const LogRecord& record) {
    if (listener) listener(record);  // a rate limit of lines is none of alerts
    if (limits.admits(record.event, record.time)) logger->info(format_line(record));
  }

  /// A line of the log's own.
  static LogRecord told(LogEvent event, Timestamp time) {
    LogRecord record;
    record.time = time;
    record.event = event;
    record.thread = "log";
    return record;
  }
  static void add(LogRecord& record, const char* key, std::uint64_t value) {
    LogRecord::Field& field = record.fields[record.field_count++];
    field = {key, LogField::Kind::Integer, 0, 0, {static_cast<std::int64_t>(value)}};
  }

  void tell_lost() {
    const std::uint64_t lost_now = log_records_lost();
    if (lost_now == lost_told) return;
    lost_told = lost_now;
    LogRecord record = told(LogEvent::LogLost, wall_clock_now());
    add(record, "records", lost_now);
    write(record);
  }

  bool tell_suppressed(bool all) {
    bool any = false;
    const Timestamp now = wall_clock_now();
    limits.take_suppressed(now, all, [&](LogEvent event, std::uint64_t count) {
      any = true;
      LogRecord record = told(LogEvent::LogSuppressed, now);
      const std::string_view name = info_of(event).name;
      LogRecord::Field& which = record.fields[record.field_count++];
      which = {"suppressed", LogField::Kind::Text, 0, static_cast<std::uint16_t>(name.size()), {}};
      std::ranges::copy(name, record.text.data());
      add(record, "records", count);
      add(record, "seconds",
          static_cast<std::uint64_t>(internal::LogLimits::kWindow.count) / 1'000'000'000u);
      logger->info(format_line(record));
    });
    return any;
  }
};

LogThread::LogThread(const LogSettings& settings) : state_(std::make_unique<State>()) {
  state_->logger = make_logger(settings.output);
  state_->listener = settings.listener;
  state_->lost_told = log_records_lost();
  lowest_level.store(settings.lowest, std::memory_order_relaxed);
  running.store(true, std::memory_order_release);
  state_->thread = std::thread([this] {
    pthread_setname_np(pthread_self(), "log");
    while (!state_->stop.load(std::memory_order_acquire)) {
      // Sleeping, not waiting on the producers: a wake-up call would cost them a system call.
      if (state_->drain() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    while (state_->drain() != 0) {
    }
    if (state_->tell_suppressed(true)) state_->logger->flush();
  });
}

LogThread::~LogThread() {
  running.store(false, std::memory_order_release);
  state_->stop.store(true, std::memory_order_release);
  state_->thread.join();
}

}  // namespace gannet
