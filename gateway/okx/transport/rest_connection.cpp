#include "gateway/okx/transport/rest_connection.h"

#include <readerwriterqueue/readerwriterqueue.h>

#include <utility>

#include "base/thread_sanitizer.h"

namespace gannet::okx {

struct RestConnection::State : std::enable_shared_from_this<RestConnection::State> {
  struct Request {
    std::uint64_t id = 0;
    HttpRequest request;
  };

  State(net::EventLoop& reactor_loop, net::EventLoop& cold_loop, std::size_t queue)
      : reactor(reactor_loop), cold(cold_loop), requests(queue), answers(queue) {}

  /// Cold thread.
  void take_requests() {
    for (Request next; client && requests.try_dequeue(next);) {
      take_over(&requests);
      const std::uint64_t id = next.id;
      client->send(std::move(next.request), [this, id](net::HttpAnswer answer) {
        hand_back({.id = id,
                   .response = std::move(answer.response),
                   .error = std::move(answer.error),
                   .certainly_not_sent = answer.certainly_not_sent});
      });
    }
  }

  /// Cold thread. Answers may grow the queue: losing one would leave a request unknown for ever.
  void hand_back(RestAnswer answer) {
    hand_over(&answers);
    answers.enqueue(std::move(answer));
    reactor.post([] {});  // wakes a reactor that sleeps; a busy one finds the answer by itself
  }

  net::EventLoop& reactor;
  net::EventLoop& cold;
  moodycamel::ReaderWriterQueue<Request> requests;    // reactor to cold
  moodycamel::ReaderWriterQueue<RestAnswer> answers;  // cold to reactor
  std::unique_ptr<net::HttpClient> client;            // cold
};

std::expected<std::unique_ptr<RestConnection>, Error> RestConnection::make(
    net::EventLoop& reactor, net::EventLoop& cold, const net::TlsContext& tls,
    RestConnectionSettings settings, Permit permit) {
  settings.http.permit = std::move(permit);
  auto client = net::HttpClient::make(cold, tls, std::move(settings.http));
  if (!client) return std::unexpected(client.error());
  auto state = std::make_shared<State>(reactor, cold, settings.queue);
  state->client = std::move(*client);
  return std::unique_ptr<RestConnection>(new RestConnection(std::move(state)));
}

RestConnection::RestConnection(std::shared_ptr<State> state) : state_(std::move(state)) {}
RestConnection::~RestConnection() { state_->client.reset(); }

bool RestConnection::send_request(std::uint64_t id, HttpRequest request) noexcept {
  hand_over(&state_->requests);
  if (!state_->requests.try_enqueue({.id = id, .request = std::move(request)})) return false;
  state_->cold.post([weak = state_->weak_from_this()] {
    if (const auto state = weak.lock()) state->take_requests();
  });
  return true;
}

bool RestConnection::take(RestAnswer& answer) noexcept {
  if (!state_->answers.try_dequeue(answer)) return false;
  take_over(&state_->answers);
  return true;
}

}  // namespace gannet::okx
