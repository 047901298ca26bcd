#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "domain/bills.h"
#include "domain/instrument_table.h"
#include "domain/reference_data.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/protocol/signing.h"
#include "gateway/okx/transport/venue_reader.h"

namespace gannet::app {

/// On its way from the cold thread to the reactor: a bill, or that all up to a time were told.
struct BillNews {
  bool is_end = false;
  BillReport bill;
  Timestamp until;  ///< is_end: of the venue's clock
};

struct BillReaderSettings {
  std::string url;
  bool simulated_trading = false;
  Nanos clock_offset;            ///< venue's less ours
  Nanos period = seconds(20);    ///< between two lists
  Nanos first = seconds(8);      ///< after the start
  Nanos overlap = seconds(10);   ///< each list reaches back that far behind the one before
  Nanos venue_lag = seconds(3);  ///< a bill may be listed that long after its time
};

/// Asks the venue for the account's bills every 20 s, off the hot path, and hands what is new on,
/// in the order of their ids; the engine passes over what it knows. After a pause the list reaches
/// back to the last complete one, by the archive where that is long ago. Thread: the loop's, cold.
class BillReader {
 public:
  /// False: there is no room now; the rest is told with the next list.
  using Tell = std::function<bool(const BillNews&)>;

  /// `since`: of the venue's clock: bills before that are known. Error: an unusable url.
  static std::expected<std::unique_ptr<BillReader>, Error> make(
      net::EventLoop& loop, const net::TlsContext& tls, okx::Signer& signer,
      const InstrumentTable& instruments, const CurrencyTable& currencies, Timestamp since,
      BillReaderSettings settings, Tell tell);

  void start();
  /// For other questions of the same thread.
  okx::VenueReader& reader() noexcept { return *reader_; }
  std::uint64_t lists() const noexcept { return lists_; }
  std::uint64_t failures() const noexcept { return failures_; }

 private:
  BillReader(net::EventLoop& loop, const InstrumentTable& instruments,
             const CurrencyTable& currencies, Timestamp since, BillReaderSettings settings,
             Tell tell);
  void ask();
  void ask_later(Nanos delay);
  void hand_on(bool complete, Timestamp asked_at);

  const InstrumentTable& instruments_;
  const CurrencyTable& currencies_;
  Timestamp known_until_;  // of the venue's clock
  BillReaderSettings settings_;
  Tell tell_;
  okx::RowSink<Bill> rows_;
  std::uint64_t lists_ = 0;
  std::uint64_t failures_ = 0;
  net::Timer timer_;
  std::unique_ptr<okx::VenueReader> reader_;  // first to go: its callbacks call us
};

/// The venue's number of a kind in the trade's words. Source: [PROTOCOL 7.3.2].
BillKind bill_kind_of(std::int64_t venue_kind) noexcept;

}  // namespace gannet::app
