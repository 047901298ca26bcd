#pragma once

#include <array>
#include <string_view>

#include "domain/venue.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/account_session.h"
#include "gateway/okx/protocol/decode_algo.h"

namespace gannet::okx {

/// The business socket with login: what the venue tells of algo orders while they work. Their
/// children come by the order session, and what was missed here by the lists: so this connection's
/// loss is no loss of the account's, and that it is there is a reason to have the lists read
/// (AccountConnectionWatch). Thread: reactor.
class AlgoSession final : public AccountSession, private AlgoRows {
 public:
  AlgoSession(const Signer& signer, const AccountContext& context, AccountListener& listener,
              SessionProblems& problems, const AccountSessionSettings& settings);

 private:
  void on_algo_row(const AlgoReport& report) noexcept override;
  void on_bad_algo(const AlgoReport& ids, DecodeError error) noexcept override;
  void handle_push(const Frame& frame, Timestamp now) noexcept override;
  void tell_connection(ConnectionState /*state*/, Timestamp /*now*/) noexcept override {}
  void tell_stop(std::int32_t code, std::string_view sentence) noexcept override;

  static const std::array<ChannelRequest, 2> kChannels;

  const AccountContext& context_;
  AccountListener& listener_;
};

}  // namespace gannet::okx
