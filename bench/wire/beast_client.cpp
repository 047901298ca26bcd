#include <fmt/format.h>
#include <simdjson.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <thread>

#include "bench/wire/clients.h"
#include "bench/wire/probe_venue.h"

namespace gannet::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Tls = asio::ssl::stream<asio::ip::tcp::socket>;
using WebSocket = beast::websocket::stream<Tls>;

WebSocket open(asio::io_context& context, asio::ssl::context& tls, std::uint16_t port,
               const std::string& path) {
  WebSocket socket(context, tls);
  beast::get_lowest_layer(socket).connect({asio::ip::address_v4::loopback(), port});
  beast::get_lowest_layer(socket).set_option(asio::ip::tcp::no_delay(true));
  socket.next_layer().handshake(Tls::client);
  socket.handshake("127.0.0.1", path);
  return socket;
}

/// The bids of one instrument.
class Book {
 public:
  void take(simdjson::dom::array levels) {
    for (simdjson::dom::element level : levels) {
      const std::string price(level.at(0).get_string().value());
      const std::string size(level.at(1).get_string().value());
      if (size == "0") {
        levels_.erase(std::stod(price));
      } else {
        levels_[std::stod(price)] = {price, size};
      }
    }
  }
  void clear() { levels_.clear(); }
  const std::string& best() const { return levels_.begin()->second.first; }
  bool empty() const { return levels_.empty(); }

 private:
  std::map<double, std::pair<std::string, std::string>, std::greater<>> levels_;
};

void trade(const ClientTask& task) {
  asio::io_context context;
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.load_verify_file(task.ca_file);
  tls.set_verify_mode(asio::ssl::verify_peer);
  WebSocket account = open(context, tls, task.port, "/ws/v5/private");
  account.write(asio::buffer(
      std::string(R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})")));
  std::thread listener([&account] {
    beast::flat_buffer answers;
    beast::error_code error;
    while (!error) {
      account.read(answers, error);
      answers.clear();
    }
    std::_Exit(0);
  });
  WebSocket market = open(context, tls, task.port, "/ws/v5/public");
  market.write(asio::buffer(subscription(task)));
  simdjson::dom::parser parser;
  std::map<std::string, Book, std::less<>> books;
  std::uint64_t number = 0;
  for (;;) {
    beast::flat_buffer buffer;
    market.read(buffer);
    const std::string text = beast::buffers_to_string(buffer.data());
    simdjson::dom::element message = parser.parse(text);
    simdjson::dom::array data;
    if (message["data"].get(data) != simdjson::SUCCESS) continue;
    const std::string name(message["arg"]["instId"].get_string().value());
    simdjson::dom::array bids;
    if (data.at(0)["bids"].get(bids) != simdjson::SUCCESS) continue;
    Book& book = books[name];
    std::string_view action;
    if (message["action"].get(action) != simdjson::SUCCESS || action == "snapshot") book.clear();
    book.take(bids);
    if (book.empty()) continue;
    const auto instrument = static_cast<std::uint32_t>(std::stoul(name.substr(1, 2)));
    account.write(asio::buffer(fmt::format(
        R"({{"id":"{}","op":"order","args":[{{"instIdCode":{},"tdMode":"cross",)"
        R"("clOrdId":"b{}","tag":"beast","side":"buy","ordType":"limit","sz":"1","px":"{}"}}]}})",
        ++number, ProbeVenue::code_of(instrument), number, book.best())));
  }
}

}  // namespace

void run_beast(const ClientTask& task) {
  try {
    trade(task);
  } catch (const std::exception&) {  // the venue is gone
  }
  std::_Exit(0);
}

}  // namespace gannet::bench
