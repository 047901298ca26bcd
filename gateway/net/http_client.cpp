#include "gateway/net/http_client.h"

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <deque>
#include <vector>

#include "base/clock.h"
#include "gateway/net/internal/address_book.h"
#include "gateway/net/internal/event_loop_internal.h"
#include "gateway/net/internal/http_text.h"
#include "gateway/net/internal/tls_connector.h"
#include "gateway/net/url.h"

namespace gannet::net {
namespace {

struct WaitingRequest {
  HttpRequest request;
  HttpClient::Callback answered;
  Nanos deadline{};  ///< monotonic
};

HttpAnswer no_answer(std::string error, bool certainly_not_sent) {
  return {.response = {}, .error = std::move(error), .certainly_not_sent = certainly_not_sent};
}

class PooledConnection;

/// What a connection tells the pool it belongs to.
class Pool {
 public:
  virtual void on_idle() = 0;
  virtual void on_answer(HttpClient::Callback callback, HttpAnswer answer) = 0;
  /// Once, last. `reached` false: there never was a connection.
  virtual void on_gone(PooledConnection& connection, bool reached, const std::string& why) = 0;

 protected:
  ~Pool() = default;
};

/// One TCP connection of the pool, from the attempt to its end. A read is always in flight, idle or
/// not: so a server that closes an idle connection is noticed before a request is written to it.
class PooledConnection : public std::enable_shared_from_this<PooledConnection> {
 public:
  PooledConnection(EventLoop& loop, Pool& pool, const Url& url, const HttpClientSettings& settings)
      : pool_(&pool),
        authority_(url.authority()),
        settings_(settings),
        reader_({.header_bytes_max = settings.header_bytes_max,
                 .body_bytes_max = settings.body_bytes_max}),
        timer_(loop) {}

  void connect(EventLoop& loop, std::shared_ptr<TlsContext::Internal> tls, const Url& url,
               std::shared_ptr<AddressBook> addresses) {
    connector_ =
        std::make_shared<TlsConnector>(loop, std::move(tls), url, std::move(addresses), seconds(5));
    connector_->start(settings_.connect_timeout,
                      [this](std::unique_ptr<TlsStream> connected, const ConnectFailure& why) {
                        const auto keep = shared_from_this();
                        connector_.reset();
                        if (!connected) return close(why.text);
                        stream_ = std::move(connected);
                        stage_ = Stage::Idle;
                        read();
                        pool_->on_idle();
                      });
  }

  void begin(WaitingRequest request) {
    if (settings_.permit && !settings_.permit(request.request)) {
      return pool_->on_answer(std::move(request.answered),
                              no_answer("refused before sending", true));
    }
    auto& headers = request.request.headers;
    headers.emplace_back("Host", authority_);
    headers.emplace_back("User-Agent", settings_.user_agent);
    headers.emplace_back("Connection", "keep-alive");
    auto wire = to_wire(request.request);
    if (!wire) {
      return pool_->on_answer(std::move(request.answered), no_answer(wire.error().message, true));
    }
    answered_ = std::move(request.answered);
    stage_ = Stage::Busy;
    outgoing_ = std::move(*wire);
    timer_.start(request.deadline - monotonic_now(), [this] { close("timed out"); });
    asio::async_write(*stream_, asio::buffer(outgoing_),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        wipe(self->outgoing_);  // it may hold an API key. SEC-02
                        if (error) self->close("writing: " + error.message());
                      });
  }

  bool is_idle() const noexcept { return stage_ == Stage::Idle; }
  bool is_connecting() const noexcept { return stage_ == Stage::Connecting; }

  /// The pool goes away: no more calls to it.
  void forget() noexcept {
    stage_ = Stage::Closed;
    pool_ = nullptr;
    release();
  }

 private:
  enum class Stage : std::uint8_t { Connecting, Idle, Busy, Closed };

  void read() {
    stream_->async_read_some(
        asio::buffer(incoming_),
        [self = shared_from_this()](const error_code& error, std::size_t bytes) {
          self->on_read(error, bytes);
        });
  }

  void on_read(const error_code& error, std::size_t bytes) {
    if (stage_ == Stage::Closed) return;
    // An answer that nobody asked for must not be taken for the next one.
    if (stage_ == Stage::Idle) return close(error ? error.message() : "unasked-for bytes");
    if (!error) {
      if (auto put = reader_.put({incoming_.data(), bytes}); !put)
        return close(put.error().message);
    }
    auto message = error ? reader_.finish() : reader_.take();
    if (!message) return close(message.error().message);
    while (message->has_value() && (*message)->response.status < 200) {  // 1xx: not the answer yet
      if (auto put = reader_.put({}); !put) return close(put.error().message);
      message = reader_.take();
      if (!message) return close(message.error().message);
    }
    if (!message->has_value()) return error ? close("reading: " + error.message()) : read();
    deliver(std::move(**message), !error);
  }

  void deliver(HttpResponseReader::Message message, bool connected) {
    const bool reusable = connected && message.keep_alive && !reader_.in_message();
    timer_.cancel();
    stage_ = Stage::Idle;
    pool_->on_answer(
        std::exchange(answered_, nullptr),
        {.response = std::move(message.response), .error = {}, .certainly_not_sent = false});
    if (!reusable) return close("not kept alive");
    read();
    pool_->on_idle();
  }

  void close(const std::string& why) {
    if (stage_ == Stage::Closed) return;
    const auto keep = shared_from_this();
    const bool reached = stage_ != Stage::Connecting;
    stage_ = Stage::Closed;
    release();
    // How far the bytes came cannot be known here: the server may have acted on them.
    if (answered_) pool_->on_answer(std::exchange(answered_, nullptr), no_answer(why, false));
    pool_->on_gone(*this, reached, why);
  }

  void release() noexcept {
    timer_.cancel();
    if (connector_) connector_->cancel();
    error_code ignored;
    if (stream_) stream_->next_layer().close(ignored);
  }

  Pool* pool_;
  std::string authority_;
  const HttpClientSettings& settings_;
  std::shared_ptr<TlsConnector> connector_;
  std::unique_ptr<TlsStream> stream_;
  HttpResponseReader reader_;
  std::array<char, 16'384> incoming_;
  std::string outgoing_;
  HttpClient::Callback answered_;
  Timer timer_;
  Stage stage_ = Stage::Connecting;
};

}  // namespace

struct HttpClient::State final : Pool, std::enable_shared_from_this<HttpClient::State> {
  State(EventLoop& event_loop, std::shared_ptr<TlsContext::Internal> tls_context, Url address,
        HttpClientSettings given)
      : loop(event_loop),
        tls(std::move(tls_context)),
        url(std::move(address)),
        settings(std::move(given)),
        addresses(std::make_shared<AddressBook>(0, settings.lookup_timeout)),
        queue_timer(event_loop) {}

  void send(HttpRequest request, Callback answered) {
    ++pending;
    if (queue.size() >= settings.queue) {
      return deliver(std::move(answered), no_answer("too many requests are waiting", true));
    }
    queue.push_back(
        {std::move(request), std::move(answered), monotonic_now() + settings.request_timeout});
    dispatch();
  }

  /// Gives waiting requests to idle connections and opens more, one for each request left.
  void dispatch() {
    use_idle();
    const auto connecting = static_cast<std::size_t>(
        std::ranges::count_if(connections, &PooledConnection::is_connecting));
    for (std::size_t i = connecting; i < queue.size() && connections.size() < settings.connections;
         ++i) {
      connections.push_back(std::make_shared<PooledConnection>(loop, *this, url, settings));
      connections.back()->connect(loop, tls, url, addresses);
    }
    watch_queue();
  }

  void use_idle() {
    for (std::size_t i = 0; i < connections.size() && !queue.empty();) {
      if (!connections[i]->is_idle()) {
        ++i;
        continue;
      }
      WaitingRequest next = std::move(queue.front());
      queue.pop_front();
      connections[i]->begin(std::move(next));
    }
  }

  /// Requests that waited too long for a connection were certainly not sent.
  void watch_queue() {
    while (!queue.empty() && queue.front().deadline <= monotonic_now()) {
      refuse_front("timed out waiting for a connection");
    }
    if (queue.empty()) return queue_timer.cancel();
    queue_timer.start(queue.front().deadline - monotonic_now(), [this] { watch_queue(); });
  }

  void refuse_front(std::string why) {
    deliver(std::move(queue.front().answered), no_answer(std::move(why), true));
    queue.pop_front();
  }

  /// In a later turn, so that no callback runs within `send` or within our own loops.
  void deliver(Callback callback, HttpAnswer answer) {
    loop.post([weak = weak_from_this(), callback = std::move(callback),
               answer = std::move(answer)]() mutable {
      const auto self = weak.lock();
      if (!self) return;
      --self->pending;
      callback(std::move(answer));
    });
  }

  void on_idle() override {
    use_idle();
    watch_queue();
  }

  void on_answer(Callback callback, HttpAnswer answer) override {
    deliver(std::move(callback), std::move(answer));
  }

  void on_gone(PooledConnection& connection, bool reached, const std::string& why) override {
    std::erase_if(connections, [&](const auto& held) { return held.get() == &connection; });
    if (reached) return dispatch();
    // Trying again at once would hammer a server that refuses. The others go on, if there are any;
    // if there are none, what waits is refused and the asker decides.
    if (!connections.empty()) return watch_queue();
    while (!queue.empty()) refuse_front(why);
    watch_queue();
  }

  EventLoop& loop;
  std::shared_ptr<TlsContext::Internal> tls;
  Url url;
  HttpClientSettings settings;
  std::deque<WaitingRequest> queue;
  std::vector<std::shared_ptr<PooledConnection>> connections;
  std::shared_ptr<AddressBook> addresses;
  Timer queue_timer;
  std::size_t pending = 0;
};

std::expected<std::unique_ptr<HttpClient>, Error> HttpClient::make(EventLoop& loop,
                                                                   const TlsContext& tls,
                                                                   HttpClientSettings settings) {
  auto url = parse_url(settings.url);
  if (!url) return std::unexpected(url.error());
  return std::unique_ptr<HttpClient>(new HttpClient(
      std::make_shared<State>(loop, tls.internal(), std::move(*url), std::move(settings))));
}

HttpClient::~HttpClient() {
  for (auto& connection : state_->connections) connection->forget();
}

void HttpClient::send(HttpRequest request, Callback answered) {
  state_->send(std::move(request), std::move(answered));
}

std::size_t HttpClient::pending() const noexcept { return state_->pending; }

std::size_t HttpClient::open_connections() const noexcept { return state_->connections.size(); }

}  // namespace gannet::net
