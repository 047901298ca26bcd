#include "simtest/engine_life.h"

#include <cstdlib>
#include <utility>
#include <vector>

namespace gannet::simtest {
namespace {

constexpr std::uint64_t kAlgoBit = std::uint64_t{1} << 61;

std::uint64_t run_of(Timestamp time) {
  return static_cast<std::uint64_t>(time.nanos / 1'000'000'000);
}

std::vector<std::string> strategy_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("s" + std::to_string(i));
  return names;
}

risk::Settings make_risk_settings(const LifeSettings& life) {
  risk::Settings settings;
  const auto rate = [](std::uint32_t count) { return risk::RateLimit{count, seconds(2)}; };
  settings.rates.place = rate(life.limits.place_single);
  settings.rates.place_batch = rate(life.limits.place_batch);
  settings.rates.amend = rate(life.limits.amend_single);
  settings.rates.amend_batch = rate(life.limits.amend_batch);
  settings.rates.cancel = rate(life.limits.cancel_single);
  settings.rates.cancel_batch = rate(life.limits.cancel_batch);
  settings.rates.account = rate(life.limits.account_orders);
  settings.account.open_orders_max = 300;
  settings.instrument_default.open_orders_max = 240;
  settings.strategy_default.open_orders_max = 240;
  settings.instrument_default.price_collar_ppm = 100'000;
  settings.price_collar_majors_ppm = 100'000;
  for (const char* name : {"BTC-USDT-SWAP", "ETH-USDT-SWAP"}) {
    risk::Limits limits = settings.instrument_default;
    limits.position_long_max = limits.position_short_max =
        risk::SizeLimit{Decimal{life.position_limit, 2}, {}};
    settings.instruments.emplace_back(name, limits);
  }
  return settings;
}

}  // namespace

EngineLife::EngineLife(const LifeSettings& settings, Network& network, Watch& watch)
    : settings_(settings),
      network_(network),
      watch_(watch),
      signer_(okx::Credentials{Secret(settings.credentials.key),
                               Secret(settings.credentials.secret),
                               Secret(settings.credentials.passphrase)}),
      context_{listing_.instruments, listing_.currencies, AccountId{0}, okx::OrderTag(kEngineTag)},
      risk_settings_(make_risk_settings(settings)) {
  port_.life = this;
  algo_output_.life = this;
}

std::unique_ptr<EngineLife> EngineLife::start(const LifeSettings& settings, DiskJournal& journal,
                                              Network& network, Watch& watch, const Ears& ears,
                                              Timestamp venue_now) {
  std::unique_ptr<EngineLife> life(new EngineLife(settings, network, watch));
  life->venue_now_ = venue_now;
  const Timestamp now = life->clock(venue_now);
  if (!life->make_core(journal, ears, now)) return nullptr;
  life->make_sessions();
  watch.set_core(life->core_.get(), &life->limits());
  life->core_->start(now);
  life->core_->on_venue_clock(settings.skew_error - settings.skew, now);
  return life;
}

bool EngineLife::make_core(DiskJournal& journal, const Ears& ears, Timestamp now) {
  for (const Instrument& instrument : listing_.instruments) {
    terms_.set(instrument.id,
               okx::make_order_terms(instrument, listing_.codes.find(instrument.id)->code, false,
                                     okx::AccountMode::Futures));
  }
  const engine::PriorBelief prior = journal.read(kInstruments);
  const std::uint64_t newest = std::max(prior.newest_run(), settings_.newest_run);
  const auto ids = engine::ClientOrderIds::start(kEngineNumber, run_of(now), newest);
  if (!ids) return false;
  auto limits = risk::LimitTable::build(risk_settings_, listing_.instruments, listing_.currencies,
                                        strategy_names(settings_.strategies));
  if (!limits) std::abort();
  for (std::uint16_t s = 0; s < settings_.strategies; ++s) {
    for (const Instrument& instrument : listing_.instruments)
      static_cast<void>(limits->permit(StrategyId{s}, instrument));
  }
  engine::TradingCoreSettings core_settings;
  core_settings.orders.open_capacity = 512;
  core_settings.orders.ended_capacity = 2'048;
  core_settings.orders.foreign_capacity = 512;
  core_settings.fill_keys = 8'192;
  core_settings.margin_modes = {MarginMode::Cross, MarginMode::Cross, MarginMode::Cash};
  if (settings_.adopts)
    core_settings.on_start = {engine::StrategySettings::OnStart::Cancel,
                              engine::StrategySettings::OnStart::Adopt};
  core_ = std::make_unique<engine::TradingCore>(
      engine::CoreLinks{listing_.instruments, listing_.currencies, journal, port_, &port_,
                        ears.events, ears.books, ears.listener, &port_},
      std::move(core_settings), risk_settings_, std::move(*limits), settings_.strategies, *ids);
  for (const Instrument& instrument : listing_.instruments)
    core_->add_book(instrument.id, BookFeed::BestBidOffer);
  core_->add_book(kFirstSwap, BookFeed::Depth400);
  core_->restore(prior);
  return true;
}

void EngineLife::make_sessions() {
  std::vector<okx::MarketSubscription> wanted;
  for (const Instrument& instrument : listing_.instruments) {
    wanted.push_back({instrument.id, okx::MarketStream::BestBidOffer});
    if (is_derivative(instrument.kind))
      wanted.push_back({instrument.id, okx::MarketStream::MarkPrice});
  }
  wanted.push_back({kFirstSwap, okx::MarketStream::Depth400});
  wanted.push_back({kFirstSwap, okx::MarketStream::IndexPrice});
  wanted.push_back({kSecondSwap, okx::MarketStream::IndexPrice});
  okx::SessionProblems& heard = *this;
  okx::Diagnostics& told = *this;
  okx::RestOutput& http = *this;
  okx::MarketSessionSettings market_settings;
  market_settings.venue_status = true;
  market_ =
      std::make_unique<okx::MarketSession>(market_settings, listing_.codes, wanted, *core_, told);
  orders_ = std::make_unique<okx::OrderSession>(signer_, context_, *core_, heard,
                                                okx::OrderSessionSettings{});
  const okx::RestIdentity identity{&signer_, false};
  rest_ = std::make_unique<okx::RestSession>(identity, context_, terms_, *core_, heard, http,
                                             okx::RestSessionSettings{});
  venue_ = std::make_unique<okx::AccountVenue>(*orders_, *rest_, context_, terms_, *core_);
  algo_rest_ = std::make_unique<okx::AlgoRest>(identity, context_, terms_, *core_, heard,
                                               algo_output_, okx::AlgoRestSettings{});
  algo_session_ = std::make_unique<okx::AlgoSession>(signer_, context_, *core_, heard,
                                                     okx::AccountSessionSettings{});
  algo_session_->set_connection_watch(this);
  const Nanos offset = settings_.skew_error - settings_.skew;
  orders_->set_clock_offset(offset);
  rest_->set_clock_offset(offset);
  algo_rest_->set_clock_offset(offset);
  algo_session_->set_clock_offset(offset);
}

void EngineLife::on_timer(Timestamp venue_now) {
  venue_now_ = venue_now;
  const Timestamp now = clock(venue_now);
  core_->on_timer(now);
  venue_->on_timer(now);
  orders_->on_timer(now);
  market_->on_timer(now);
  algo_rest_->set_clock_offset(rest_->clock_offset());
  algo_session_->set_clock_offset(rest_->clock_offset());
  algo_rest_->on_timer(now);
  algo_session_->on_timer(now);
}

/// What the business socket missed while it was away, the lists tell.
void EngineLife::on_session_connection(const okx::AccountSession& /*session*/,
                                       ConnectionState state, Timestamp /*now*/) noexcept {
  if (state == ConnectionState::Ready) core_->request_round();
}

okx::SocketSession& EngineLife::session(Line line) noexcept {
  switch (line) {
    case Line::Market:
      return *market_;
    case Line::Account:
      return *orders_;
    case Line::Business:
      return *algo_session_;
  }
  std::unreachable();
}

void EngineLife::on_rest_answer(std::uint64_t id, const HttpResponse& response, Timestamp now,
                                bool certainly_not_sent) noexcept {
  if ((id & kAlgoBit) != 0) {
    algo_rest_->on_response(id & ~kAlgoBit, response, now, certainly_not_sent);
  } else {
    rest_->on_response(id, response, now, certainly_not_sent);
  }
}

bool EngineLife::send_request(std::uint64_t id, HttpRequest request) noexcept {
  if (watch_.is_dead()) return true;
  return network_.send_request(id, std::move(request));
}
bool EngineLife::AlgoOutput::send_request(std::uint64_t id, HttpRequest request) noexcept {
  if (life->watch_.is_dead()) return true;
  return life->network_.send_request(kAlgoBit | id, std::move(request));
}

void EngineLife::on_problem(okx::ProblemKind kind, std::int32_t code,
                            std::string_view text) noexcept {
  watch_.note("problem " + std::to_string(code) + " ", text);
  if (kind == okx::ProblemKind::Fatal) fatal_ = std::to_string(code) + " " + std::string(text);
}
void EngineLife::on_diagnostic(okx::DiagnosticKind kind, std::string_view detail,
                               std::string_view) noexcept {
  watch_.note(okx::name_of(kind), detail);
}

// ---- the port ----

SendResult EngineLife::Port::place(const PlaceRequest& request, Timestamp now) noexcept {
  if (life->watch_.act()) return SendResult::Sent;
  const SendResult sent = life->venue_->place(request, now);
  if (sent != SendResult::Sent) return sent;
  life->watch_.on_new_order(request.client_id, request.instrument, now);
  life->watch_.on_sent(Watch::Bucket::Place, request.instrument, 1);
  return sent;
}
SendResult EngineLife::Port::amend(const AmendRequest& request, Timestamp now) noexcept {
  if (life->watch_.act()) return SendResult::Sent;
  const SendResult sent = life->venue_->amend(request, now);
  if (sent == SendResult::Sent) life->watch_.on_sent(Watch::Bucket::Amend, request.instrument, 1);
  return sent;
}
SendResult EngineLife::Port::cancel(const CancelRequest& request, Timestamp now) noexcept {
  if (life->watch_.act()) return SendResult::Sent;
  const SendResult sent = life->venue_->cancel(request, now);
  if (sent == SendResult::Sent) life->watch_.on_sent(Watch::Bucket::Cancel, request.instrument, 1);
  return sent;
}
SendResult EngineLife::Port::place_batch(std::span<const PlaceRequest> requests,
                                         Timestamp now) noexcept {
  if (life->watch_.act()) return SendResult::Sent;
  const SendResult sent = life->venue_->place_batch(requests, now);
  if (sent != SendResult::Sent) return sent;
  const auto bucket = requests.size() == 1 ? Watch::Bucket::Place : Watch::Bucket::PlaceBatch;
  for (const PlaceRequest& request : requests) {
    life->watch_.on_new_order(request.client_id, request.instrument, now);
    life->watch_.on_sent(bucket, request.instrument, 1);
  }
  return sent;
}
SendResult EngineLife::Port::amend_batch(std::span<const AmendRequest> requests,
                                         Timestamp now) noexcept {
  if (life->watch_.act()) return SendResult::Sent;
  const SendResult sent = life->venue_->amend_batch(requests, now);
  if (sent != SendResult::Sent) return sent;
  const auto bucket = requests.size() == 1 ? Watch::Bucket::Amend : Watch::Bucket::AmendBatch;
  for (const AmendRequest& request : requests) life->watch_.on_sent(bucket, request.instrument, 1);
  return sent;
}
SendResult EngineLife::Port::cancel_batch(std::span<const CancelRequest> requests,
                                          Timestamp now) noexcept {
  if (life->watch_.act()) return SendResult::Sent;
  const SendResult sent = life->venue_->cancel_batch(requests, now);
  if (sent != SendResult::Sent) return sent;
  const auto bucket = requests.size() == 1 ? Watch::Bucket::Cancel : Watch::Bucket::CancelBatch;
  for (const CancelRequest& request : requests) life->watch_.on_sent(bucket, request.instrument, 1);
  return sent;
}
bool EngineLife::Port::supports(const PlaceRequest& request) const noexcept {
  return life->venue_->supports(request);
}
std::optional<WireCounts> EngineLife::Port::wire_counts() const noexcept {
  return life->orders_->counters().wire + life->rest_->counters().wire +
         life->algo_rest_->counters().wire + life->venue_->counters().answered_here;
}
bool EngineLife::Port::cancel_protected(InstrumentId instrument, Timestamp now) noexcept {
  return !life->watch_.act() && life->venue_->cancel_protected(instrument, now);
}
bool EngineLife::Port::query_order(InstrumentId instrument, ClientOrderId client_id,
                                   VenueOrderId venue_id, Timestamp now) noexcept {
  return !life->watch_.act() && life->venue_->query_order(instrument, client_id, venue_id, now);
}
bool EngineLife::Port::request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                                        Timestamp now) noexcept {
  if (life->watch_.act()) return true;
  if (kind == SnapshotKind::AlgoOrders) return life->algo_rest_->request_list(request, now);
  return life->venue_->request_snapshot(kind, request, since, now);
}
bool EngineLife::Port::set_cancel_all_after(std::uint32_t after, Timestamp now) noexcept {
  return !life->watch_.act() && life->venue_->set_cancel_all_after(after, now);
}
SendResult EngineLife::Port::place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept {
  if (life->watch_.act()) return SendResult::Sent;
  const SendResult sent = life->algo_rest_->place_algo(request, now);
  if (sent == SendResult::Sent)
    life->watch_.on_new_order(request.client_id, request.instrument, now);
  return sent;
}
SendResult EngineLife::Port::amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept {
  if (life->watch_.act()) return SendResult::Sent;
  return life->algo_rest_->amend_algo(request, now);
}
SendResult EngineLife::Port::cancel_algos(std::span<const AlgoCancelRequest> requests,
                                          Timestamp now) noexcept {
  if (life->watch_.act()) return SendResult::Sent;
  return life->algo_rest_->cancel_algos(requests, now);
}
bool EngineLife::Port::query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                                  VenueOrderId venue_id, Timestamp now) noexcept {
  return !life->watch_.act() &&
         life->algo_rest_->query_algo(instrument, kind, client_id, venue_id, now);
}

}  // namespace gannet::simtest
