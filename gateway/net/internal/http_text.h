#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/http_message.h"

namespace gannet::net {

/// A message as HTTP/1.1 text, with Content-Length. Error: a method, target or header that holds
/// line breaks or other control characters, which would smuggle in a second message. A request's
/// text may hold secrets: who has written it wipes it.
std::expected<std::string, Error> to_wire(const HttpRequest& request);
std::expected<std::string, Error> to_wire(const HttpResponse& response, bool keep_alive);

struct HttpLimits {
  std::size_t header_bytes_max = 64u << 10;
  std::size_t body_bytes_max = 1u << 20;
};

/// Bytes in, whole messages out, in order; what is left of one read belongs to the next message.
/// Nothing from the network can throw or crash it. Thread: one.
class HttpRequestReader {
 public:
  explicit HttpRequestReader(HttpLimits limits);
  ~HttpRequestReader();
  HttpRequestReader(const HttpRequestReader&) = delete;
  HttpRequestReader& operator=(const HttpRequestReader&) = delete;

  struct Message {
    HttpRequest request;
    bool keep_alive = false;
    bool wants_websocket = false;
  };
  /// Error: the bytes are no HTTP, or pass a limit; the connection is of no further use.
  std::expected<void, Error> put(std::string_view bytes);
  /// The next whole message, if there is one.
  std::expected<std::optional<Message>, Error> take();
  /// Bytes of an unfinished message are held.
  bool in_message() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class HttpResponseReader {
 public:
  explicit HttpResponseReader(HttpLimits limits);
  ~HttpResponseReader();
  HttpResponseReader(const HttpResponseReader&) = delete;
  HttpResponseReader& operator=(const HttpResponseReader&) = delete;

  struct Message {
    HttpResponse response;
    bool keep_alive = false;
  };
  std::expected<void, Error> put(std::string_view bytes);
  std::expected<std::optional<Message>, Error> take();
  /// The connection ended: a message without a length ends with it.
  std::expected<std::optional<Message>, Error> finish();
  bool in_message() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gannet::net
