#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gannet::kill {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

struct HttpHeader {
  std::string name, value;
};
struct HttpReply {
  int status = 0;  ///< 0: there was none, and `error` says why
  std::string body;
  std::string error;
  bool refused = false;  ///< the other side proved to be somebody else: trying again is no use
};

/// Where to connect to. `address`: in place of a look-up of the host's name, for days without DNS.
struct HttpsTarget {
  std::string host;
  std::string port = "443";
  std::string address;
  std::string ca_file;  ///< a further trust anchor; "": the system's alone
};

/// "https://www.okx.com:443" taken apart; an empty host when it is no such address.
HttpsTarget https_target(std::string_view url);

/// One HTTPS connection, blocking, each call with a bound. A connection that broke is made anew by
/// the next call; a request is never sent twice here. One thread.
class Https {
 public:
  explicit Https(HttpsTarget target);
  ~Https();
  Https(const Https&) = delete;
  Https& operator=(const Https&) = delete;

  HttpReply send(std::string_view method, std::string_view path,
                 const std::vector<HttpHeader>& headers, std::string_view body, Millis bound);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gannet::kill
