#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/venue.h"
#include "gateway/okx/protocol/book_sequencer.h"
#include "gateway/okx/protocol/decode_book.h"
#include "gateway/okx/protocol/decode_control.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/decode_market_updates.h"
#include "gateway/okx/protocol/decode_reference_price.h"
#include "gateway/okx/protocol/decode_ticker.h"
#include "gateway/okx/protocol/decode_trades.h"
#include "gateway/okx/protocol/diagnostics.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/protocol/signing.h"
#include "gateway/okx/protocol/subscription_book.h"

namespace gannet::okx {

/// Who fetches GET /market/books for the REST-seeded start of a book; the answer goes to
/// MarketSession::on_book_seed. False: it could not be asked now.
class BookSeedSource {
 public:
  virtual bool request_book_snapshot(InstrumentId instrument, BookFeed feed,
                                     Timestamp now) noexcept = 0;

 protected:
  ~BookSeedSource() = default;
};

struct MarketSessionSettings {
  Nanos ping_after = seconds(2);           ///< quiet for so long: send a ping
  Nanos dead_after = seconds(8);           ///< quiet for so long in spite of pings: reconnect
  Nanos acknowledge_within = seconds(10);  ///< a subscription not answered: reconnect
  Nanos resubscribe_pause = seconds(1);    ///< between two of one stream; doubles up to 64 s
  std::int32_t many_connections = 20;      ///< on a channel that the venue counts: told from here
  /// What trading waits for is due and cannot be asked for (the hour's requests are used up), or
  /// was refused after all had been there: a new connection, late, may help.
  Nanos without_essential = seconds(30);
  /// Subscribe to the `instruments` channel of every type among the subscriptions: states, codes
  /// and changed definitions.
  bool instrument_states = true;
  bool venue_status = false;  ///< subscribe to the venue's maintenance
};

/// The protocol of the public and of the business socket: subscriptions with *every*
/// acknowledgement awaited, heartbeat, routing by channel to decoders and sequencers, and what to
/// do when the venue errs. A function of its inputs; thread: the reactor. After the first frames it
/// does not allocate per frame (but for lists of instruments and books that have to be seeded by
/// REST).
///
/// Ready is told when every subscription has been acknowledged. An essential one that the venue
/// refuses for good keeps the session from Ready: it is told once, and not asked again until the
/// next connection. A deep book that this account is not given is no refusal: `books` stands for it
/// from then on. What repeats itself by its documentation and does not is subscribed to again.
class MarketSession final : public SocketSession, private BookSequencerOutput {
 public:
  /// All references outlive the session. `seeds` may be null: then books without a first snapshot
  /// stay withdrawn.
  MarketSession(const MarketSessionSettings& settings, InstrumentCodes& codes,
                std::span<const MarketSubscription> subscriptions, MarketListener& listener,
                Diagnostics& diagnostics, BookSeedSource* seeds = nullptr);

  /// Deep books need a login on this socket too. Without one, or when the key is refused, they are
  /// asked for all the same and replaced when refused; a login that fails for a passing reason is
  /// tried again, and they wait. Before on_open; `signer` outlives the session.
  void log_in_with(const Signer& signer, Nanos clock_offset) noexcept {
    signer_ = &signer;
    clock_offset_ = clock_offset;
  }
  /// Venue clock minus our wall clock; used for the next login.
  void set_clock_offset(Nanos offset) noexcept { clock_offset_ = offset; }
  /// The key was replaced after this connection logged in.
  bool has_old_login() const noexcept {
    return output_ != nullptr && login_key_ && *login_key_ != signer_->key_number();
  }

  void on_open(SocketOutput& output, Timestamp now) noexcept override;
  void on_text(std::string_view text, Timestamp now) noexcept override;
  CloseReaction on_close_code(std::uint16_t code, Timestamp now) noexcept override;
  void on_closed(Timestamp now) noexcept override;
  void on_timer(Timestamp now) noexcept override;

  /// Whom to tell from now on; nothing is told again.
  void set_listener(MarketListener& listener) noexcept { listener_ = &listener; }

  /// The body of GET /market/books?instId=..&sz=400 (followed by kTextPadding readable bytes), or
  /// "" when there was no answer.
  void on_book_seed(InstrumentId instrument, BookFeed feed, std::string_view body,
                    Timestamp now) noexcept;

  /// A snapshot of that book is wanted though its stream is whole: withdraws it, subscribes anew.
  void renew_book(InstrumentId instrument, BookFeed feed, Timestamp now) noexcept;

  bool ready() const noexcept { return ready_; }
  std::uint64_t frames() const noexcept { return frames_; }
  Timestamp last_frame() const noexcept { return last_frame_; }  ///< zero: none
  const DiagnosticCounter& diagnostics() const noexcept { return diagnostics_; }
  const SubscriptionBook& subscriptions() const noexcept { return subscriptions_; }
  const BookSequencer* sequencer(InstrumentId instrument, BookFeed feed) const noexcept;
  std::span<const std::unique_ptr<BookSequencer>> sequencers() const noexcept {
    return sequencers_;
  }
  /// Every book that was subscribed has its first snapshot.
  bool all_books_live() const noexcept;

 private:
  void on_control(const ControlEvent& event, std::string_view text, Timestamp now) noexcept;
  void on_login(const ControlEvent& event, std::string_view text, Timestamp now) noexcept;
  SubscriptionArgument* find_argument(const ControlEvent& event) noexcept;
  void log_in(Timestamp now) noexcept;
  void log_in_later(Timestamp now) noexcept;
  bool is_cached(const MarketUpdate& update) noexcept;
  void replace_book(SubscriptionArgument& argument, std::string_view why, Timestamp now) noexcept;
  void tell_replacement(std::string_view name, BookFeed wanted, BookFeed instead,
                        Timestamp now) noexcept;
  void renew_silent(Timestamp now) noexcept;
  BookSequencer& make_sequencer(InstrumentId instrument, BookFeed feed);
  void on_market_update_push(const Frame& frame, std::string_view text, Timestamp now) noexcept;
  void on_error(const ControlEvent& event, std::string_view text, Timestamp now) noexcept;
  void on_push(const Frame& frame, std::string_view text, Timestamp now) noexcept;
  void on_book_push(const Frame& frame, std::string_view text, Timestamp now) noexcept;
  void take_books(std::span<const DecodedBook> books, std::string_view channel_name,
                  std::string_view instrument, std::string_view text, Timestamp now) noexcept;
  void on_reference_price_push(const Frame& frame, std::string_view text, Timestamp now) noexcept;
  void on_instruments_push(const Frame& frame, std::string_view text, Timestamp now) noexcept;
  void refuse(const Frame& frame, DecodeError error, std::string_view text, Timestamp now) noexcept;
  void check_ready(Timestamp now) noexcept;
  void send_requests(Timestamp now) noexcept;
  void reconnect(std::string_view why) noexcept;
  void reconnect_slowly(std::string_view why) noexcept;
  BookSequencer* find_sequencer(InstrumentId instrument, BookFeed feed) noexcept;

  void publish_book(const BookUpdate& update) noexcept override;
  void withdraw_book(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                     Timestamp now) noexcept override;
  void resubscribe_book(InstrumentId instrument, BookFeed feed, Timestamp now) noexcept override;
  void request_book_seed(InstrumentId instrument, BookFeed feed, Timestamp now) noexcept override;

  MarketSessionSettings settings_;
  InstrumentCodes& codes_;
  MarketListener* listener_;
  DiagnosticCounter diagnostics_;
  BookSeedSource* seeds_;
  SocketOutput* output_ = nullptr;

  FrameReader reader_;
  FrameReader seed_reader_;
  BookDecoder book_decoder_;
  BookDecoder seed_decoder_;
  TradesDecoder trades_decoder_;
  TickerDecoder ticker_decoder_;
  ReferencePriceDecoder reference_decoder_;
  UpdateList updates_;
  std::vector<PushedInstrument> pushed_instruments_;
  std::vector<InstrumentState> states_;  // last told, by instrument id

  SubscriptionBook subscriptions_;
  std::vector<std::unique_ptr<BookSequencer>> sequencers_;
  std::vector<std::uint32_t> sequencer_of_;  // [instrument * kBookFeeds + feed]: index + 1, 0 none

  std::string_view current_text_;  // the frame being handled, for diagnostics of the sequencers
  Timestamp last_frame_;
  Timestamp last_ping_;
  const Signer* signer_ = nullptr;
  Nanos clock_offset_;
  std::optional<Timestamp> login_sent_;     // until it is answered
  std::optional<Timestamp> login_due_;      // another attempt
  std::optional<std::uint32_t> login_key_;  // the signer's number of the key that logged in last
  Nanos login_pause_{};                     // before the next attempt
  bool logged_in_ = true;                   // or not going to be
  bool key_refused_ = false;                // no login of this connection will do
  Timestamp opened_;
  struct OptionTradeMark {
    Timestamp time;
    TradeId id;
  };
  std::vector<OptionTradeMark> last_option_trade_;  // told, by instrument id
  bool ready_ = false;
  bool closing_ = false;  // a reconnect was asked for
  std::uint64_t frames_ = 0;
};

}  // namespace gannet::okx
