#include "gateway/okx/protocol/market_session.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "gateway/okx/protocol/error_codes.h"

namespace gannet::okx {
namespace {

/// Refusals that may pass: request rate, a failure inside the venue, a system busy.
bool is_passing(std::int32_t code) noexcept {
  return code == 60014 || code == 64007 || code == 63999 || (code >= 50000 && code < 50100);
}

/// A deep book that the account is not given: its fee tier is too low (before 2026 60029 and
/// 60030). [PROTOCOL 4.1]
bool is_by_tier(std::int32_t code) noexcept {
  return code == 64003 || code == 60029 || code == 60030;
}

constexpr std::int32_t kNotLoggedIn = 60011;
constexpr std::int32_t kLoginTooOld = 60006;
constexpr std::int32_t kRepeatedLogin = 60031;

/// A refused login that another one may follow: it says nothing against the key. [PROTOCOL 2.5]
bool is_passing_login(std::int32_t code) noexcept {
  return code == kLoginTooOld || classify_code(code).error_class != ErrorClass::AuthFatal;
}

// A cached trade may be told upon subscription. [PROTOCOL 4.6] Clocks differ by less than this.
constexpr Nanos kCachedBefore = seconds(1);

}  // namespace

MarketSession::MarketSession(const MarketSessionSettings& settings, InstrumentCodes& codes,
                             std::span<const MarketSubscription> subscriptions,
                             MarketListener& listener, Diagnostics& diagnostics,
                             BookSeedSource* seeds)
    : settings_(settings),
      codes_(codes),
      listener_(&listener),
      diagnostics_(diagnostics),
      seeds_(seeds),
      subscriptions_(codes, subscriptions, settings.instrument_states, settings.venue_status) {
  sequencer_of_.resize(codes.rows().size() * kBookFeeds, 0);
  states_.resize(codes.rows().size(), InstrumentState::Unknown);
  last_option_trade_.resize(codes.rows().size());
  pushed_instruments_.reserve(codes.size());
  for (const MarketSubscription& subscription : subscriptions) {
    if (!is_book(subscription.stream)) continue;
    const auto feed = static_cast<BookFeed>(subscription.stream);
    if (codes.find(subscription.instrument) == nullptr) continue;
    if (find_sequencer(subscription.instrument, feed) == nullptr) {
      make_sequencer(subscription.instrument, feed);
    }
  }
}

BookSequencer& MarketSession::make_sequencer(InstrumentId instrument, BookFeed feed) {
  sequencers_.push_back(
      std::make_unique<BookSequencer>(instrument, feed, static_cast<BookSequencerOutput&>(*this)));
  sequencer_of_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)] =
      static_cast<std::uint32_t>(sequencers_.size());
  return *sequencers_.back();
}

void MarketSession::on_open(SocketOutput& output, Timestamp now) noexcept {
  output_ = &output;
  closing_ = false;
  ready_ = false;
  last_frame_ = now;
  last_ping_ = now;
  subscriptions_.on_open();
  listener_->on_market_connection(ConnectionState::Connecting, now);
  for (const SubscriptionArgument& argument : subscriptions_.arguments()) {
    // Two deep books of one instrument: the faster one stands for both from the beginning.
    const auto wanted = book_feed_of(argument.channel);
    if (argument.state != SubscriptionArgument::State::Replaced || !wanted) continue;
    const auto* fast = subscriptions_.find(Channel::BooksL2Tbt, argument.name);
    if (fast == nullptr || fast->state == SubscriptionArgument::State::Replaced) continue;
    tell_replacement(argument.name, *wanted, BookFeed::Depth400Fast, now);
  }
  opened_ = now;
  login_sent_.reset();
  login_due_.reset();
  login_key_.reset();
  login_pause_ = {};
  key_refused_ = false;
  logged_in_ = signer_ == nullptr || !subscriptions_.any_needs_tier();
  if (!logged_in_) log_in(now);
  send_requests(now);
  check_ready(now);
}

CloseReaction MarketSession::on_close_code(std::uint16_t code, Timestamp /*now*/) noexcept {
  const CloseRule& rule = rule_of_close(code);
  if (rule.reaction == CloseReaction::Reconnect) return rule.reaction;
  // A key that was replaced may be deleted, and a login that is tried again may be closed upon.
  const bool is_about_the_key =
      rule.reaction == CloseReaction::Stop || rule.reaction == CloseReaction::CheckLogin;
  if (is_about_the_key && (has_old_login() || login_due_)) return CloseReaction::Reconnect;
  diagnostics_.report(DiagnosticKind::ConnectionNotice, rule.meaning, {});
  // Public data needs no key: nothing that is wrong with one is a reason to stay away.
  return CloseReaction::ReconnectSlowly;
}

void MarketSession::log_in(Timestamp now) noexcept {
  login_due_.reset();
  login_sent_ = now;
  login_key_ = signer_->key_number();
  if (!output_->send_text(signer_->login_message(now + clock_offset_).reveal()))
    reconnect("the login could not be sent");
}

void MarketSession::log_in_later(Timestamp now) noexcept {
  logged_in_ = false;
  login_pause_ = login_pause_.count == 0
                     ? settings_.resubscribe_pause
                     : std::min(login_pause_ * 2, SubscriptionBook::kLongestPause);
  login_due_ = now + login_pause_;
}

void MarketSession::on_closed(Timestamp now) noexcept {
  output_ = nullptr;
  ready_ = false;
  for (const auto& sequencer : sequencers_) sequencer->on_disconnected(now);
  listener_->on_market_connection(ConnectionState::Disconnected, now);
}

void MarketSession::on_timer(Timestamp now) noexcept {
  if (output_ == nullptr || closing_) return;
  const Nanos quiet = now - last_frame_;
  if (quiet >= settings_.dead_after) {
    reconnect("no frame and no pong");
    return;
  }
  if (login_sent_ && now - *login_sent_ > settings_.acknowledge_within) {
    reconnect("no answer to the login");
    return;
  }
  if (subscriptions_.any_overdue(now, settings_.acknowledge_within)) {
    reconnect("a subscription was not acknowledged");
    return;
  }
  if (subscriptions_.is_starved(now, settings_.without_essential)) {
    reconnect_slowly("the hour's requests are used up, and what trading waits for is due");
    return;
  }
  if (ready_ && subscriptions_.lacks_essential(now, settings_.without_essential)) {
    reconnect_slowly("what trading waits for was refused");
    return;
  }
  if (login_due_ && now >= *login_due_) log_in(now);
  if (quiet >= settings_.ping_after && now - last_ping_ >= settings_.ping_after) {
    last_ping_ = now;
    output_->send_text("ping");
  }
  // By position: a book that is replaced meanwhile adds one.
  for (std::size_t i = 0; i < sequencers_.size(); ++i) sequencers_[i]->on_timer(now);
  renew_silent(now);
  send_requests(now);
}

void MarketSession::on_text(std::string_view text, Timestamp now) noexcept {
  ++frames_;
  last_frame_ = now;
  listener_->on_market_alive(now);
  if (const auto plain = book_decoder_.decode_plain(text, codes_)) {
    current_text_ = text;
    take_books(plain->books, plain->channel_name, plain->instrument, text, now);
    current_text_ = {};
    return;
  }
  if (const auto trades = trades_decoder_.decode_plain(text, codes_, now)) {
    for (const TradeEvent& trade : *trades) listener_->on_trade(trade);
    return;
  }
  const auto frame = reader_.read(text);
  if (!frame) {
    // Which book it was about cannot be known; the next update of that book will not link.
    diagnostics_.report(DiagnosticKind::MalformedFrame, name_of(frame.error()), text);
    return;
  }
  current_text_ = text;
  switch (frame->kind) {
    case FrameKind::Push:
      on_push(*frame, text, now);
      break;
    case FrameKind::Pong:
      break;
    case FrameKind::UnknownEvent:
      diagnostics_.report(DiagnosticKind::UnknownEvent, frame->event, text);
      break;
    case FrameKind::OperationReply:
    case FrameKind::Unknown:
      diagnostics_.report(DiagnosticKind::UnknownFrame, "", text);
      break;
    default:
      if (const auto event = decode_control(*frame)) on_control(*event, text, now);
      break;
  }
  current_text_ = {};
}

void MarketSession::on_control(const ControlEvent& event, std::string_view text,
                               Timestamp now) noexcept {
  switch (event.kind) {
    case FrameKind::Subscribed:
      if (auto* argument = find_argument(event)) {
        subscriptions_.acknowledged(*argument, now);
        const InstrumentCode* const code = codes_.find(event.instrument);
        const auto feed = book_feed_of(argument->channel);
        if (code != nullptr && feed) {
          if (BookSequencer* sequencer = find_sequencer(code->id, *feed)) {
            sequencer->on_subscribed();
          }
        }
        check_ready(now);
      }
      break;
    case FrameKind::Unsubscribed:
      if (auto* argument = find_argument(event)) {
        subscriptions_.unsubscribed(*argument);
        send_requests(now);
      }
      break;
    case FrameKind::Login:
      on_login(event, text, now);
      break;
    case FrameKind::Error:
      // Our subscriptions carry an id that the venue echoes; the login has none.
      if (login_sent_ && event.request_id.empty()) {
        on_login(event, text, now);
      } else {
        on_error(event, text, now);
      }
      break;
    case FrameKind::Notice:
      diagnostics_.report(DiagnosticKind::ConnectionNotice, event.message, text);
      if (event.code == kNoticeServiceUpgrade && output_ != nullptr &&
          !output_->replace("the venue announced a service upgrade")) {
        reconnect("the venue announced a service upgrade");
      }
      break;
    case FrameKind::ConnectionCount:
      if (event.connection_count >= settings_.many_connections) {
        diagnostics_.report(DiagnosticKind::ConnectionNotice, "many connections on a channel",
                            text);
      }
      break;
    case FrameKind::ConnectionCountError:
      // The subscription that was acknowledged is dead, and nothing else would say so.
      diagnostics_.report(DiagnosticKind::SubscriptionRefused, event.channel_name, text);
      reconnect_slowly("too many connections on a channel");
      break;
    default:
      break;
  }
}

SubscriptionArgument* MarketSession::find_argument(const ControlEvent& event) noexcept {
  const std::string_view name = !event.instrument.empty() ? event.instrument
                                : !event.family.empty()   ? event.family
                                                          : event.instrument_type;
  const Channel channel = channel_of(event.channel_name);
  return subscriptions_.find(channel, name,
                             is_candle(channel) ? candle_bar(event.channel_name) : "");
}

void MarketSession::on_login(const ControlEvent& event, std::string_view text,
                             Timestamp now) noexcept {
  if (!login_sent_) return;
  login_sent_.reset();
  const bool is_in = event.code == 0 || event.code == kRepeatedLogin;
  // Everything else is public, and goes on meanwhile.
  if (!is_in) diagnostics_.report(DiagnosticKind::LoginRefused, event.message, text);
  if (!is_in && (has_old_login() || is_passing_login(event.code))) {
    log_in_later(now);
  } else {
    // With a key that is refused, what needed the login is asked for, and refused by itself.
    key_refused_ = !is_in;
    logged_in_ = true;
  }
  send_requests(now);
}

/// The account is not given this book: `books` is open to all.
void MarketSession::replace_book(SubscriptionArgument& argument, std::string_view why,
                                 Timestamp now) noexcept {
  const InstrumentCode* const code = codes_.find(argument.name);
  const auto wanted = book_feed_of(argument.channel);
  if (code == nullptr || !wanted) return;
  const std::string name = argument.name;  // adding the other may move the argument
  const auto stood_for = [&](BookFeed other) {
    const auto* beside = subscriptions_.find(channel_of(other), name);
    return *wanted == BookFeed::Depth400Fast && beside != nullptr &&
           beside->state == SubscriptionArgument::State::Replaced;
  };
  const bool stood_for_400 = stood_for(BookFeed::Depth400);
  const bool stood_for_50 = stood_for(BookFeed::Depth50Fast);
  subscriptions_.replace(argument, Channel::Books);
  if (find_sequencer(code->id, BookFeed::Depth400) == nullptr) {
    make_sequencer(code->id, BookFeed::Depth400);
  }
  diagnostics_.report(DiagnosticKind::BookReplaced, name, why);
  tell_replacement(name, *wanted, BookFeed::Depth400, now);
  // What it stood for itself goes with it.
  if (stood_for_400) tell_replacement(name, BookFeed::Depth400, BookFeed::Depth400, now);
  if (stood_for_50) tell_replacement(name, BookFeed::Depth50Fast, BookFeed::Depth400, now);
}

void MarketSession::tell_replacement(std::string_view name, BookFeed wanted, BookFeed instead,
                                     Timestamp now) noexcept {
  if (const InstrumentCode* code = codes_.find(name)) {
    listener_->on_book_replaced(code->id, wanted, instead, now);
  }
}

void MarketSession::renew_silent(Timestamp now) noexcept {
  while (SubscriptionArgument* argument = subscriptions_.find_silent(now)) {
    diagnostics_.report(DiagnosticKind::SubscriptionSilent, name_of(argument->channel),
                        argument->name);
    subscriptions_.renew(*argument, now, settings_.resubscribe_pause);
  }
}

void MarketSession::on_error(const ControlEvent& event, std::string_view text,
                             Timestamp now) noexcept {
  const RefusedArgument named = refused_argument(event.message);
  SubscriptionArgument* const argument = subscriptions_.find(
      channel_of(named.channel_name), named.instrument, candle_bar(named.channel_name));
  std::uint32_t request = 0;
  if (event.request_id.starts_with('s')) {
    const char* const end = event.request_id.data() + event.request_id.size();
    std::from_chars(event.request_id.data() + 1, end, request);
  }
  bool ours = false;
  SubscriptionArgument* by_tier = nullptr;
  // Not logged in though the key is good: no matter of the account's, and it is so again.
  const bool login_lost = event.code == kNotLoggedIn && signer_ != nullptr && !key_refused_;
  const auto refuse_one = [&](SubscriptionArgument& candidate) {
    using State = SubscriptionArgument::State;
    if (candidate.state == State::UnsubscribeSent) {
      subscriptions_.unsubscribed(candidate);  // it was not subscribed: that is what we wanted
      ours = true;
    } else if (candidate.state == State::Sent) {
      const bool is_given_to_few = needs_tier(candidate.channel);
      if (is_given_to_few && login_lost) {
        subscriptions_.retry(candidate, now, settings_.resubscribe_pause);
        if (!login_sent_ && !login_due_) log_in_later(now);
      } else if (is_given_to_few && (is_by_tier(event.code) || event.code == kNotLoggedIn)) {
        by_tier = &candidate;
      } else if (is_passing(event.code)) {
        subscriptions_.retry(candidate, now, settings_.resubscribe_pause);
      } else {
        subscriptions_.refused(candidate);
      }
      ours = true;
    }
  };
  if (argument != nullptr) {
    refuse_one(*argument);
  } else if (request != 0) {
    for (SubscriptionArgument& candidate : subscriptions_.arguments()) {
      if (candidate.request == request) refuse_one(candidate);
    }
  }
  // An error that names nothing of ours is only told: what it refused runs into the time-out.
  if (by_tier != nullptr) {
    replace_book(*by_tier, text, now);
  } else {
    diagnostics_.report(ours ? DiagnosticKind::SubscriptionRefused : DiagnosticKind::VenueError,
                        event.message, text);
  }
  send_requests(now);
  check_ready(now);
}

void MarketSession::on_push(const Frame& frame, std::string_view text, Timestamp now) noexcept {
  switch (frame.channel) {
    case Channel::BboTbt:
    case Channel::Books5:
    case Channel::Books:
    case Channel::BooksL2Tbt:
    case Channel::Books50L2Tbt:
    case Channel::BooksRpi:
      on_book_push(frame, text, now);
      return;
    case Channel::Trades:
    case Channel::TradesAll: {
      const auto trades = trades_decoder_.decode(reader_, frame, codes_, now);
      if (!trades) return refuse(frame, trades.error(), text, now);
      for (const TradeEvent& trade : *trades) listener_->on_trade(trade);
      return;
    }
    case Channel::Tickers: {
      const auto tickers = ticker_decoder_.decode(reader_, frame, codes_, now);
      if (!tickers) return refuse(frame, tickers.error(), text, now);
      for (const TickerEvent& ticker : *tickers) listener_->on_ticker(ticker);
      return;
    }
    case Channel::MarkPrice:
    case Channel::IndexTickers:
      on_reference_price_push(frame, text, now);
      return;
    case Channel::Candles:
    case Channel::MarkCandles:
    case Channel::IndexCandles:
    case Channel::FundingRate:
    case Channel::OpenInterest:
    case Channel::PriceLimit:
    case Channel::EstimatedPrice:
    case Channel::OptionSummary:
    case Channel::OptionTrades:
    case Channel::LiquidationOrders:
    case Channel::AdlWarning:
    case Channel::Status:
      on_market_update_push(frame, text, now);
      return;
    case Channel::Instruments:
      on_instruments_push(frame, text, now);
      return;
    case Channel::Orders:
    case Channel::Account:
    case Channel::Positions:
    case Channel::BalanceAndPosition:
    case Channel::Fills:
    case Channel::LiquidationWarning:
    case Channel::OrdersAlgo:
    case Channel::AlgoAdvance:
    case Channel::Other:
      diagnostics_.report(DiagnosticKind::UnknownChannel, frame.channel_name, text);
      return;
  }
}

void MarketSession::on_book_push(const Frame& frame, std::string_view text,
                                 Timestamp now) noexcept {
  const auto books = book_decoder_.decode(reader_, frame, codes_);
  if (!books) return refuse(frame, books.error(), text, now);
  take_books(*books, frame.channel_name, frame.instrument, text, now);
}

void MarketSession::take_books(std::span<const DecodedBook> books, std::string_view channel_name,
                               std::string_view instrument, std::string_view text,
                               Timestamp now) noexcept {
  for (const DecodedBook& book : books) {
    BookSequencer* const sequencer = find_sequencer(book.instrument, book.feed);
    if (sequencer == nullptr) {
      diagnostics_.report(DiagnosticKind::UnknownChannel, channel_name, text);
      continue;
    }
    sequencer->on_book(book, now);
    // Legal before the opening only; the gate's sanity rule decides, we tell.
    if (book.kind == BookUpdate::Kind::Snapshot && !book.bids.empty() && !book.asks.empty() &&
        book.bids.front().price >= book.asks.front().price) {
      diagnostics_.report(DiagnosticKind::BookCrossed, instrument, text);
    }
  }
}

void MarketSession::on_reference_price_push(const Frame& frame, std::string_view text,
                                            Timestamp now) noexcept {
  const auto prices = reference_decoder_.decode(reader_, frame);
  if (!prices) return refuse(frame, prices.error(), text, now);
  const auto tell = [&](const InstrumentCode* code, const DecodedReferencePrice& price) {
    if (code == nullptr) return refuse(frame, DecodeError::UnknownInstrument, text, now);
    const auto event = reference_price_for(*code, price, now);
    if (!event) return refuse(frame, event.error(), text, now);
    subscriptions_.heard(frame.channel, code->id, now);
    listener_->on_reference_price(*event);
  };
  for (const DecodedReferencePrice& price : *prices) {
    if (price.kind == ReferencePriceEvent::Kind::Mark) {
      tell(codes_.find(price.name), price);
      continue;
    }
    const auto instruments = subscriptions_.subscribers_of_index(price.name);
    if (instruments.empty()) {
      diagnostics_.report(DiagnosticKind::UnknownInstrument, frame.channel_name, text);
    }
    for (const InstrumentId instrument : instruments) tell(codes_.find(instrument), price);
  }
}

void MarketSession::on_instruments_push(const Frame& frame, std::string_view text,
                                        Timestamp now) noexcept {
  const DecodeStatus status = decode_instrument_changes(reader_, codes_, pushed_instruments_);
  if (!status) return refuse(frame, status.error(), text, now);
  for (const PushedInstrument& pushed : pushed_instruments_) {
    // Absence means nothing: pushes may hold only what changed. [PROTOCOL 4.10]
    if (pushed.code) codes_.set_code(pushed.change.instrument, pushed.code);
    listener_->on_instrument_changed(pushed.change, now);
    // Our unit is fixed for the run: an instrument that outgrew it is not tradable until restart.
    const InstrumentState state =
        pushed.change.unit_too_coarse ? InstrumentState::Unknown : pushed.change.state;
    InstrumentState& last = states_[pushed.change.instrument.value];
    if (state == last && state != InstrumentState::Unknown) continue;
    last = state;
    listener_->on_instrument_state(pushed.change.instrument, state, now);
  }
}

void MarketSession::on_market_update_push(const Frame& frame, std::string_view text,
                                          Timestamp now) noexcept {
  const UpdateContext context{reader_, frame, codes_, now, updates_};
  const auto indexed = subscriptions_.subscribers_of_index(frame.instrument);
  const DecodeStatus status = decode_market_update(context, indexed);
  if (!status) return refuse(frame, status.error(), text, now);
  for (const MarketUpdate& update : updates_.view()) {
    if (is_cached(update)) continue;
    subscriptions_.heard(frame.channel, instrument_of(update), now);
    listener_->on_market_update(update);
  }
}

/// An option's trade from before the subscription, or that was told before: the venue's first push
/// may be of one long ago. [PROTOCOL 4.6]
bool MarketSession::is_cached(const MarketUpdate& update) noexcept {
  const auto* const trade = std::get_if<OptionTradeEvent>(&update);
  if (trade == nullptr || trade->exchange_time.nanos == 0 ||
      trade->instrument.value >= last_option_trade_.size()) {
    return false;
  }
  OptionTradeMark& last = last_option_trade_[trade->instrument.value];
  const bool is_told = trade->exchange_time < last.time ||
                       (trade->exchange_time == last.time && trade->trade_id <= last.id);
  if (is_told || trade->exchange_time < opened_ + clock_offset_ - kCachedBefore) return true;
  last = {trade->exchange_time, trade->trade_id};
  return false;
}

void MarketSession::refuse(const Frame& frame, DecodeError error, std::string_view text,
                           Timestamp now) noexcept {
  diagnostics_.report(error == DecodeError::UnknownInstrument ? DiagnosticKind::UnknownInstrument
                                                              : DiagnosticKind::MalformedFrame,
                      frame.channel_name, text);
  const auto feed = book_feed_of(frame.channel);
  const InstrumentCode* const code = codes_.find(frame.instrument);
  if (!feed || code == nullptr) return;
  if (BookSequencer* sequencer = find_sequencer(code->id, *feed)) {
    sequencer->on_malformed(
        error == DecodeError::Overflow ? BookWithdrawal::Overflow : BookWithdrawal::Malformed, now);
  }
}

void MarketSession::on_book_seed(InstrumentId instrument, BookFeed feed, std::string_view body,
                                 Timestamp now) noexcept {
  BookSequencer* const sequencer = find_sequencer(instrument, feed);
  const InstrumentCode* const code = codes_.find(instrument);
  if (sequencer == nullptr || code == nullptr) return;
  const auto frame = seed_reader_.read(body);
  if (!frame || frame->code != "0") return sequencer->on_seed_failed(now);
  const auto books = seed_decoder_.decode_rest(seed_reader_, *frame, *code, feed);
  if (!books || books->empty()) return sequencer->on_seed_failed(now);
  sequencer->on_seed(books->front(), now);
}

void MarketSession::check_ready(Timestamp now) noexcept {
  if (ready_ || !subscriptions_.all_acknowledged()) return;
  ready_ = true;
  listener_->on_market_connection(ConnectionState::Ready, now);
}

void MarketSession::send_requests(Timestamp now) noexcept {
  if (output_ == nullptr || closing_) return;
  for (std::string_view text = subscriptions_.next_request(now, logged_in_); !text.empty();
       text = subscriptions_.next_request(now, logged_in_)) {
    if (!output_->send_text(text)) {
      // The arguments are marked as sent: their time-out would find out, later than this does.
      reconnect("the send queue did not take a subscription");
      return;
    }
  }
}

void MarketSession::reconnect(std::string_view why) noexcept {
  if (output_ == nullptr || closing_) return;
  closing_ = true;
  output_->reconnect(why);
}

void MarketSession::reconnect_slowly(std::string_view why) noexcept {
  if (output_ == nullptr || closing_) return;
  closing_ = true;
  output_->reconnect_slowly(why);
}

bool MarketSession::all_books_live() const noexcept {
  return std::ranges::all_of(sequencers_, [this](const auto& sequencer) {
    if (sequencer->state() == BookSequencer::State::Live) return true;
    // One that another stands for never comes.
    const InstrumentCode* const code = codes_.find(sequencer->instrument());
    const auto* argument =
        code == nullptr ? nullptr
                        : subscriptions_.find(channel_of(sequencer->feed()), code->name.view());
    return argument == nullptr || argument->state == SubscriptionArgument::State::Replaced;
  });
}

const BookSequencer* MarketSession::sequencer(InstrumentId instrument,
                                              BookFeed feed) const noexcept {
  const std::size_t at =
      std::size_t{instrument.value} * kBookFeeds + static_cast<std::size_t>(feed);
  if (!instrument.valid() || at >= sequencer_of_.size() || sequencer_of_[at] == 0) return nullptr;
  return sequencers_[sequencer_of_[at] - 1].get();
}

BookSequencer* MarketSession::find_sequencer(InstrumentId instrument, BookFeed feed) noexcept {
  return const_cast<BookSequencer*>(std::as_const(*this).sequencer(instrument, feed));
}

void MarketSession::publish_book(const BookUpdate& update) noexcept {
  listener_->on_book_update(update);
}

void MarketSession::withdraw_book(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                                  Timestamp now) noexcept {
  if (why == BookWithdrawal::Gap || why == BookWithdrawal::Checksum) {
    const InstrumentCode* const code = codes_.find(instrument);
    diagnostics_.report(
        why == BookWithdrawal::Gap ? DiagnosticKind::BookGap : DiagnosticKind::BookChecksum,
        code == nullptr ? "" : code->name.view(), current_text_);
  }
  listener_->on_book_withdrawn(instrument, feed, why, now);
}

void MarketSession::resubscribe_book(InstrumentId instrument, BookFeed feed,
                                     Timestamp now) noexcept {
  const InstrumentCode* const code = codes_.find(instrument);
  if (code == nullptr) return;
  if (auto* argument = subscriptions_.find(channel_of(feed), code->name.view())) {
    subscriptions_.renew(*argument, now, settings_.resubscribe_pause);
    send_requests(now);
  }
}

void MarketSession::renew_book(InstrumentId instrument, BookFeed feed, Timestamp now) noexcept {
  BookSequencer* const sequencer = find_sequencer(instrument, feed);
  if (sequencer == nullptr || sequencer->state() != BookSequencer::State::Live) return;
  sequencer->on_malformed(BookWithdrawal::NotStarted, now);
}

void MarketSession::request_book_seed(InstrumentId instrument, BookFeed feed,
                                      Timestamp now) noexcept {
  // The venue's snapshot by REST is of the organic book.
  const bool asked = seeds_ != nullptr && feed != BookFeed::Depth400Retail &&
                     seeds_->request_book_snapshot(instrument, feed, now);
  if (asked) return;
  if (BookSequencer* sequencer = find_sequencer(instrument, feed)) sequencer->on_seed_failed(now);
}

}  // namespace gannet::okx
