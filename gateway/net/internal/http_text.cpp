#include "gateway/net/internal/http_text.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <span>

namespace gannet::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

bool clean(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

bool clean_word(std::string_view text) noexcept {
  return !text.empty() && clean(text) && text.find(' ') == std::string_view::npos;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

/// False: it would break the message.
bool append_header(std::string& wire, std::string_view name, std::string_view value) {
  if (!clean_word(name) || name.find(':') != std::string::npos || !clean(value)) return false;
  wire.append(name).append(": ").append(value).append("\r\n");
  return true;
}

/// False: a header would break the message.
bool append_headers(std::string& wire, const Headers& headers,
                    std::span<const SecretHeader> secrets, std::size_t body_bytes) {
  for (const auto& [name, value] : headers) {
    if (!append_header(wire, name, value)) return false;
  }
  for (const SecretHeader& secret : secrets) {
    if (!append_header(wire, secret.name, secret.value.reveal())) return false;
  }
  wire.append("Content-Length: ").append(std::to_string(body_bytes)).append("\r\n\r\n");
  return true;
}

std::unexpected<Error> unclean() {
  return std::unexpected(Error{"a header or target holds control characters"});
}

std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }

Headers headers_of(const http::fields& fields) {
  Headers headers;
  for (const auto& field : fields) {
    headers.emplace_back(text_of(field.name_string()), text_of(field.value()));
  }
  return headers;
}

/// What both directions share: bytes are held until the parser takes them.
template <bool kRequest>
struct Parsing {
  using Parser = http::parser<kRequest, http::string_body>;

  explicit Parsing(HttpLimits given) : limits(given) { begin(); }

  void begin() {
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    parser->body_limit(limits.body_bytes_max);
    parser->eager(false);  // advance() looks at what is left between two steps
  }

  std::expected<void, Error> advance() {
    while (!parser->is_done() && !held.empty()) {
      // Where a chunk's head begins the message has five bytes to come at least ("0", two line
      // ends); Beast 1.81 ends the process over a last chunk that it first saw with fewer.
      if (parser->is_header_done() && parser->chunked() && held.size() < 5 &&
          held.find_first_not_of("0\r\n") == held.npos) {
        return {};
      }
      error_code error;
      const std::size_t taken = parser->put(boost::asio::buffer(held), error);
      held.erase(0, taken);
      if (error == http::error::need_more) {
        if (held.size() > limits.header_bytes_max + 16) break;  // a chunk's head without an end
        return {};
      }
      if (error) return std::unexpected(Error{"HTTP: " + error.message()});
      if (taken == 0) break;
    }
    if (!parser->is_done() && !held.empty()) {
      return std::unexpected(Error{"HTTP: a message that cannot be read"});
    }
    return {};
  }

  HttpLimits limits;
  std::optional<Parser> parser;
  std::string held;
};

}  // namespace

std::expected<std::string, Error> to_wire(const HttpRequest& request) {
  if (!clean_word(request.method) || !clean_word(request.target)) return unclean();
  // Room for all of it at once: a text that grows leaves copies of what it held behind.
  std::size_t bytes = 512 + request.target.size() + request.body.size();
  for (const auto& [name, value] : request.headers) bytes += name.size() + value.size() + 4;
  for (const SecretHeader& secret : request.secret_headers) {
    bytes += secret.name.size() + secret.value.reveal().size() + 4;
  }
  std::string wire;
  wire.reserve(bytes);
  wire.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  if (!append_headers(wire, request.headers, request.secret_headers, request.body.size())) {
    wipe(wire);
    return unclean();
  }
  wire.append(request.body);
  return wire;
}

std::expected<std::string, Error> to_wire(const HttpResponse& response, bool keep_alive) {
  const auto reason = http::obsolete_reason(
      http::int_to_status(static_cast<unsigned>(std::clamp(response.status, 100, 999))));
  std::string wire;
  wire.reserve(512 + response.body.size());
  wire.append("HTTP/1.1 ").append(std::to_string(std::clamp(response.status, 100, 999)));
  wire.append(" ").append(reason.data(), reason.size()).append("\r\n");
  wire.append(keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
  if (!append_headers(wire, response.headers, {}, response.body.size())) return unclean();
  wire.append(response.body);
  return wire;
}

struct HttpRequestReader::State : Parsing<true> {
  using Parsing::Parsing;
};

HttpRequestReader::HttpRequestReader(HttpLimits limits) : state_(std::make_unique<State>(limits)) {}
HttpRequestReader::~HttpRequestReader() = default;

std::expected<void, Error> HttpRequestReader::put(std::string_view bytes) {
  state_->held.append(bytes);
  return state_->advance();
}

std::expected<std::optional<HttpRequestReader::Message>, Error> HttpRequestReader::take() {
  if (!state_->parser->is_done()) return std::nullopt;
  const bool keep_alive = state_->parser->keep_alive();
  auto message = state_->parser->release();
  Message taken;
  taken.keep_alive = keep_alive;
  taken.wants_websocket = boost::beast::websocket::is_upgrade(message);
  taken.request = {.method = text_of(message.method_string()),
                   .target = text_of(message.target()),
                   .headers = headers_of(message),
                   .body = std::move(message.body())};
  state_->begin();
  if (auto next = state_->advance(); !next) return std::unexpected(next.error());
  return taken;
}

bool HttpRequestReader::in_message() const noexcept {
  return !state_->held.empty() || state_->parser->got_some();
}

struct HttpResponseReader::State : Parsing<false> {
  using Parsing::Parsing;
};

HttpResponseReader::HttpResponseReader(HttpLimits limits)
    : state_(std::make_unique<State>(limits)) {}
HttpResponseReader::~HttpResponseReader() = default;

std::expected<void, Error> HttpResponseReader::put(std::string_view bytes) {
  state_->held.append(bytes);
  return state_->advance();
}

std::expected<std::optional<HttpResponseReader::Message>, Error> HttpResponseReader::take() {
  if (!state_->parser->is_done()) return std::nullopt;
  const bool keep_alive = state_->parser->keep_alive();
  auto message = state_->parser->release();
  Message taken;
  taken.keep_alive = keep_alive;
  taken.response = {.status = static_cast<int>(message.result_int()),
                    .headers = headers_of(message),
                    .body = std::move(message.body())};
  state_->begin();
  // What follows is not looked at: before the next request is written nothing may follow, and
  // `in_message` shows the client that something did.
  return taken;
}

std::expected<std::optional<HttpResponseReader::Message>, Error> HttpResponseReader::finish() {
  if (!state_->parser->got_some()) return std::nullopt;
  error_code error;
  state_->parser->put_eof(error);
  if (error) return std::unexpected(Error{"HTTP: the connection ended within an answer"});
  return take();
}

bool HttpResponseReader::in_message() const noexcept {
  return !state_->held.empty() || state_->parser->got_some();
}

}  // namespace gannet::net
