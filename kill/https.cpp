#include "kill/https.h"

#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace gannet::kill {
namespace {

constexpr std::size_t kLargestReply = 32u << 20;
constexpr Millis kConnectBound{1'000};

int millis_left(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<Millis>(end - Clock::now()).count();
  return static_cast<int>(std::clamp<long>(left, 0, 60'000));
}

std::string tls_error(const char* what) {
  char text[256] = "";
  if (const unsigned long code = ERR_get_error(); code != 0)
    ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return std::string(what) + (text[0] != '\0' ? std::string(": ") + text : std::string());
}

bool wait_for(int fd, short events, Clock::time_point end) {
  pollfd entry{fd, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&entry, 1, millis_left(end));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

/// The first address that answers; -1 with `error`.
int connect_to(const HttpsTarget& target, Clock::time_point end, std::string& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = AF_UNSPEC;
  if (!target.address.empty()) hints.ai_flags = AI_NUMERICHOST;
  const std::string& name = target.address.empty() ? target.host : target.address;
  addrinfo* found = nullptr;
  if (const int rc = ::getaddrinfo(name.c_str(), target.port.c_str(), &hints, &found); rc != 0) {
    error = "cannot look up " + name + ": " + ::gai_strerror(rc) +
            " (an `address` in the file or --address does without)";
    return -1;
  }
  int connected = -1;
  for (const addrinfo* at = found; at != nullptr && connected < 0; at = at->ai_next) {
    const int fd =
        ::socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0) continue;
    int failure = 0;
    if (::connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
      const auto until = std::min(end, Clock::now() + kConnectBound);
      socklen_t size = sizeof failure;
      if (errno != EINPROGRESS) {
        failure = errno;
      } else if (!wait_for(fd, POLLOUT, until)) {
        failure = ETIMEDOUT;
      } else if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) {
        failure = errno;
      }
    }
    if (failure == 0) {
      connected = fd;
    } else {
      error = "cannot connect to " + name + " port " + target.port + ": " + std::strerror(failure);
      ::close(fd);
    }
  }
  ::freeaddrinfo(found);
  return connected;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

std::optional<std::size_t> number(std::string_view text, int base) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

/// What is known of a reply so far; `whole` when nothing is missing.
struct Parsed {
  bool whole = false;
  bool broken = false;
  bool closes = false;
  HttpReply reply;
};

/// The pieces of a chunked body put together; nothing while some are missing.
bool join_chunks(std::string_view text, Parsed& out) {
  for (;;) {
    const auto line = text.find("\r\n");
    if (line == std::string_view::npos) return false;
    const auto size = number(text.substr(0, line), 16);
    if (!size || *size > kLargestReply) {
      out.broken = true;
      return false;
    }
    text.remove_prefix(line + 2);
    if (*size == 0) return text.find("\r\n") != std::string_view::npos;
    if (text.size() < *size + 2) return false;
    out.reply.body.append(text.substr(0, *size));
    text.remove_prefix(*size + 2);
  }
}

Parsed parse_reply(std::string_view text, bool ended) {
  Parsed out;
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return out;
  const std::string_view head = text.substr(0, head_end);
  const std::string_view rest = text.substr(head_end + 4);
  const auto status =
      head.size() > 9 && head.starts_with("HTTP/1.") ? number(head.substr(9), 10) : std::nullopt;
  if (!status) {
    out.broken = true;
    return out;
  }
  out.reply.status = static_cast<int>(*status);
  std::optional<std::size_t> length;
  bool chunked = false;
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const std::string_view line = head.substr(at, head.find("\r\n", at) - at);
    const auto colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    if (same_word(name, "content-length")) length = number(value, 10);
    if (same_word(name, "transfer-encoding")) chunked = same_word(value, "chunked");
    if (same_word(name, "connection")) out.closes = same_word(value, "close");
  }
  if (length && *length > kLargestReply) {
    out.broken = true;
  } else if (chunked) {
    out.whole = join_chunks(rest, out);
    if (!out.whole) out.reply.body.clear();
  } else if (length) {
    out.whole = rest.size() >= *length;
    out.reply.body = rest.substr(0, *length);
  } else {
    out.whole = ended;
    out.closes = true;
    out.reply.body = rest;
  }
  return out;
}

}  // namespace

HttpsTarget https_target(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  HttpsTarget target;
  if (!url.starts_with(kScheme)) return target;
  url.remove_prefix(kScheme.size());
  url = url.substr(0, url.find('/'));
  const auto colon = url.rfind(':');
  target.host = url.substr(0, colon);
  if (colon != std::string_view::npos) target.port = url.substr(colon + 1);
  return target;
}

struct Https::State {
  HttpsTarget target;
  SSL_CTX* context = nullptr;
  SSL* session = nullptr;
  int fd = -1;
  std::string context_error;

  explicit State(HttpsTarget given) : target(std::move(given)) {
    context = SSL_CTX_new(TLS_client_method());
    if (context == nullptr) {
      context_error = tls_error("TLS cannot be set up");
      return;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_default_verify_paths(context);
    if (!target.ca_file.empty() &&
        SSL_CTX_load_verify_locations(context, target.ca_file.c_str(), nullptr) != 1)
      context_error = tls_error(("cannot read " + target.ca_file).c_str());
  }
  ~State() {
    drop();
    SSL_CTX_free(context);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void drop() {
    SSL_free(session);
    session = nullptr;
    if (fd >= 0) ::close(fd);
    fd = -1;
  }

  /// Once more where TLS only waited; true: `step` has succeeded.
  template <class Step>
  bool drive(Step step, Clock::time_point end) {
    for (;;) {
      ERR_clear_error();
      const int rc = step();
      if (rc > 0) return true;
      const int why = SSL_get_error(session, rc);
      const short events = why == SSL_ERROR_WANT_READ    ? POLLIN
                           : why == SSL_ERROR_WANT_WRITE ? POLLOUT
                                                         : short{0};
      if (events == 0 || !wait_for(fd, events, end)) return false;
    }
  }

  bool open(Clock::time_point end, HttpReply& reply) {
    if (session != nullptr) return true;
    if (!context_error.empty()) {
      reply.error = context_error;
      reply.refused = true;
      return false;
    }
    fd = connect_to(target, end, reply.error);
    if (fd < 0) return false;
    session = SSL_new(context);
    SSL_set_fd(session, fd);
    // What SSL_set_tlsext_host_name stands for.
    SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, target.host.data());
    X509_VERIFY_PARAM* const checks = SSL_get0_param(session);
    if (X509_VERIFY_PARAM_set1_ip_asc(checks, target.host.c_str()) != 1)
      X509_VERIFY_PARAM_set1_host(checks, target.host.c_str(), target.host.size());
    if (drive([this] { return SSL_connect(session); }, end)) return true;
    const long verdict = SSL_get_verify_result(session);
    if (verdict != X509_V_OK) {
      reply.error = "the certificate of " + target.host +
                    " is not to be trusted: " + X509_verify_cert_error_string(verdict);
      reply.refused = true;
    } else {
      reply.error = tls_error("no TLS connection in time");
    }
    drop();
    return false;
  }

  bool write(std::string_view text, Clock::time_point end) {
    std::size_t done = 0;
    return drive([&] { return SSL_write_ex(session, text.data(), text.size(), &done); }, end);
  }

  HttpReply read(Clock::time_point end) {
    std::string text;
    for (;;) {
      char block[16'384];
      std::size_t got = 0;
      const bool more = drive([&] { return SSL_read_ex(session, block, sizeof block, &got); }, end);
      if (more) text.append(block, got);
      Parsed parsed = parse_reply(text, !more);
      if (parsed.whole) {
        if (parsed.closes) drop();
        return std::move(parsed.reply);
      }
      if (more && !parsed.broken && text.size() <= kLargestReply) continue;
      drop();
      HttpReply none;
      none.error = parsed.broken ? "the reply is no HTTP"
                                 : (Clock::now() >= end ? "no reply in time"
                                                        : "the connection broke before the reply");
      return none;
    }
  }
};

Https::Https(HttpsTarget target) : state_(std::make_unique<State>(std::move(target))) {}
Https::~Https() = default;

HttpReply Https::send(std::string_view method, std::string_view path,
                      const std::vector<HttpHeader>& headers, std::string_view body, Millis bound) {
  const auto end = Clock::now() + bound;
  HttpReply reply;
  if (!state_->open(end, reply)) return reply;
  std::string text;
  text.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: ");
  text.append(state_->target.host);
  if (state_->target.port != "443") text.append(":").append(state_->target.port);
  text.append("\r\nUser-Agent: gannet-kill\r\nAccept: application/json\r\n");
  for (const HttpHeader& header : headers)
    text.append(header.name).append(": ").append(header.value).append("\r\n");
  if (method == "POST")
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  text.append("\r\n").append(body);
  if (!state_->write(text, end)) {
    state_->drop();
    reply.error = "the request could not be written";
    return reply;
  }
  return state_->read(end);
}

}  // namespace gannet::kill
