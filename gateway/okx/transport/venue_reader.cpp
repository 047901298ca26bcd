#include "gateway/okx/transport/venue_reader.h"

#include <optional>

#include "base/clock.h"

namespace gannet::okx {
namespace {

constexpr Nanos kTurn = milliseconds(20);

}  // namespace

std::expected<std::unique_ptr<VenueReader>, Error> VenueReader::make(net::EventLoop& loop,
                                                                     const net::TlsContext& tls,
                                                                     const RestIdentity& identity,
                                                                     VenueReaderSettings settings) {
  // The reader's time-out is the one that counts; the client's must not come first.
  settings.http.request_timeout = settings.reader.request_timeout + seconds(1);
  auto client = net::HttpClient::make(loop, tls, settings.http);
  if (!client) return std::unexpected(std::move(client.error()));
  return std::unique_ptr<VenueReader>(
      new VenueReader(loop, std::move(*client), identity, settings));
}

VenueReader::VenueReader(net::EventLoop& loop, std::unique_ptr<net::HttpClient> client,
                         const RestIdentity& identity, const VenueReaderSettings& settings)
    : loop_(loop),
      reader_(identity, *this, *this, settings.reader, settings.jitter_seed),
      timer_(loop),
      client_(std::move(client)) {}

std::uint64_t VenueReader::ask(RestQuestion question, PageSink& sink, Answered answered) {
  const std::uint64_t id = reader_.ask(std::move(question), sink, wall_clock_now());
  if (id == 0) return 0;
  waiting_.emplace(id, std::move(answered));
  keep_time();
  return id;
}

RestOutcome VenueReader::wait(RestQuestion question, PageSink& sink) {
  const std::string name(rule_of(question.endpoint).name);
  std::optional<RestOutcome> done;
  const std::uint64_t id =
      ask(std::move(question), sink, [&done](const RestOutcome& outcome) { done = outcome; });
  if (id == 0) {
    RestOutcome refused;
    refused.kind = RestOutcome::Kind::Refused;
    refused.message = name + ": cannot be asked like that (a parameter or the credentials lack)";
    return refused;
  }
  while (!done) loop_.run_for(kTurn);
  return std::move(*done);
}

bool VenueReader::send_request(std::uint64_t id, HttpRequest request) noexcept {
  client_->send(std::move(request), [this, id](net::HttpAnswer answer) {
    reader_.on_response(id, answer.response, wall_clock_now(), answer.certainly_not_sent);
  });
  return true;
}

void VenueReader::on_answered(std::uint64_t question, const RestOutcome& outcome) noexcept {
  auto node = waiting_.extract(question);
  if (!node.empty()) node.mapped()(outcome);
}

/// Turns for as long as something is asked.
void VenueReader::keep_time() {
  if (timer_runs_) return;
  timer_runs_ = true;
  timer_.start(kTurn, [this] {
    timer_runs_ = false;
    reader_.on_timer(wall_clock_now());
    if (reader_.pending() != 0) keep_time();
  });
}

}  // namespace gannet::okx
