#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/frame_recorder.h"
#include "base/error.h"
#include "config/settings.h"
#include "gateway/net/event_loop.h"
#include "gateway/okx/protocol/listen_session.h"

namespace gannet::app {

/// What `gannet record` was asked for.
struct RecordOptions {
  std::string public_url;
  std::string business_url;
  std::string ca_file;  ///< a trust anchor beside the system's; "": none
  std::vector<std::string> channels;
  std::vector<std::string> instruments;
  RecorderSettings recorder;
};

/// Books of 400 levels, trades, tickers, mark and index prices.
std::vector<std::string> default_record_channels();

/// The socket addresses from one of them: "wss://HOST", "wss://HOST/ws/v5" or with /public,
/// /business, /private behind it.
void set_socket_urls(const std::string& url, RecordOptions& options);
/// Addresses, instruments and [record] of a configuration. Errors: it has an embedded venue (no
/// address), or names no instrument.
std::expected<void, Error> take_settings(const config::Settings& settings, RecordOptions& options);
RecorderSettings recorder_settings(const config::RecordSettings& settings);

/// Which arguments to subscribe: every channel of every instrument it exists for; index channels by
/// the index's name, `instruments` and its like by type.
std::vector<okx::ListenArgument> listen_arguments(const std::vector<std::string>& channels,
                                                  const std::vector<std::string>& instruments);

/// Connects, subscribes and records for as long as it lives. Thread: the loop's.
class RecordRun {
 public:
  /// Told what the venue refuses, in its words.
  using Refused = std::function<void(std::string_view message)>;

  static std::expected<std::unique_ptr<RecordRun>, Error> start(net::EventLoop& loop,
                                                                const RecordOptions& options,
                                                                Refused refused);
  ~RecordRun();

  RecorderFigures figures() const noexcept;
  std::size_t subscriptions_wanted() const noexcept;
  std::size_t subscriptions_acknowledged() const noexcept;
  /// Says goodbye to the venue and ends the segment.
  void finish();

 private:
  struct Parts;
  explicit RecordRun(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace gannet::app
