#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/settings.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::app {

/// One assumption of the engine, held against the venue.
struct DoctorCheck {
  enum class Result : std::uint8_t {
    Ok,
    Differs,
    Unknown,  ///< nothing to look at: no open orders, a quiet market, a list that is not ours to
              ///< see
  };
  std::string_view
      area;  ///< access, account, instruments, market data, lists, sockets, trial order
  std::string what;
  Result result = Result::Ok;
  std::string expected;
  std::string actual;
  std::string meaning;  ///< what it means for trading, and what to do if it differs
};

struct DoctorReport {
  std::vector<DoctorCheck> checks;
  /// The venue cannot be reached, or refuses us: why, in one sentence. Nothing was looked at then.
  std::string refused;

  std::size_t count(DoctorCheck::Result result) const noexcept;
  /// 0: as assumed; 1: something differs; 3: refused or not reached.
  int exit_code() const noexcept;
};

struct DoctorOptions {
  bool place_orders = false;     ///< one far post-only order is placed, amended and cancelled
  Nanos watch = seconds(10);     ///< how long pushes are waited for
  std::size_t instruments = 10;  ///< whose markets are watched; definitions are checked of all
};

/// Asks and watches the configured venue, check by check. Changes nothing but a dead-man timer of a
/// tag of its own, which is disarmed again; places no order unless told to. Blocks.
DoctorReport examine_venue(const config::Settings& settings, const okx::Signer& signer,
                           const net::TlsContext& tls, const DoctorOptions& options);

std::string_view name_of(DoctorCheck::Result result) noexcept;  ///< ok, differs, unknown
std::string doctor_table(const DoctorReport& report);           ///< for people
std::string doctor_json(const DoctorReport& report);            ///< one object, one line

}  // namespace gannet::app
