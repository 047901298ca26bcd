#include <fmt/format.h>

#include <algorithm>

#include "app/internal/doctor_visit.h"
#include "base/clock.h"
#include "gateway/okx/transport/socket_probe.h"

namespace gannet::app {
namespace {

constexpr std::string_view kSockets = "sockets";

bool all_acknowledged(const okx::FeedExam& exam, const std::vector<std::string>& channels) {
  return std::ranges::all_of(channels, [&](const std::string& channel) {
    const auto found = exam.channels().find(channel);
    return found != exam.channels().end() && found->second.acknowledged;
  });
}

}  // namespace

void DoctorVisit::check_public_socket() {
  if (watched_.empty()) return;
  okx::FeedExam exam(codes_);
  okx::SocketProbe probe(loop_, tls_, settings_.venue.ws_public_url,
                         [&](std::string_view text, Timestamp now) { exam.see(text, now); });
  if (const std::string why = probe.open(); !why.empty()) {
    return put(kSockets, "public socket", Result::Differs, "opens", why, "no market data");
  }
  std::vector<std::string> channels{"books", "bbo-tbt", "trades", "tickers"};
  std::vector<std::string> derivatives;
  for (const std::string& name : watched_) {
    if (is_derivative(instruments_[instruments_.find(name)].kind)) derivatives.push_back(name);
  }
  for (const std::string& channel : channels) {
    static_cast<void>(probe.send(okx::subscribe_text(channel, watched_)));
  }
  if (!derivatives.empty()) {
    channels.emplace_back("mark-price");
    static_cast<void>(probe.send(okx::subscribe_text("mark-price", derivatives)));
  }
  const bool acknowledged =
      probe.wait_until([&] { return all_acknowledged(exam, channels); }, options_.watch);
  put(kSockets, "public subscriptions", acknowledged ? Result::Ok : Result::Differs,
      "every one acknowledged",
      acknowledged ? fmt::format("{} channels", channels.size())
                   : (exam.errors().empty() ? "not all of them" : exam.errors().front()),
      "a market that cannot be subscribed to cannot be traded");
  // Enough when each book has begun and moved, and each channel has said something.
  const auto seen = [&] {
    const auto moved = std::ranges::count_if(exam.books(), [](const auto& book) {
      return !book.first.starts_with("books ") ||
             (book.second.snapshots > 0 && book.second.updates >= 3);
    });
    return static_cast<std::size_t>(moved) >= watched_.size() * 2 &&
           std::ranges::all_of(channels, [&](const std::string& channel) {
             const auto found = exam.channels().find(channel);
             return found != exam.channels().end() && found->second.pushes > 0;
           });
  };
  static_cast<void>(probe.wait_until(seen, options_.watch));
  if (!probe.is_open()) {
    put(kSockets, "public socket", Result::Differs, "stays open", probe.closed_because(),
        "market data ends when it goes");
  }
  check_channels(exam, channels);
  check_books(exam);
}

void DoctorVisit::check_channels(const okx::FeedExam& exam,
                                 const std::vector<std::string>& channels) {
  for (const std::string& name : channels) {
    const auto found = exam.channels().find(name);
    const okx::ChannelExam channel =
        found == exam.channels().end() ? okx::ChannelExam{} : found->second;
    const Result result = channel.refused > 0  ? Result::Differs
                          : channel.pushes > 0 ? Result::Ok
                                               : Result::Unknown;
    put(kSockets, "format of " + name, result, "every message understood",
        channel.refused > 0 ? fmt::format("{} of {} not: {}", channel.refused, channel.pushes,
                                          channel.first_refusal)
                            : fmt::format("{} messages", channel.pushes),
        "what is not understood is left out, and its instrument is held");
  }
  if (exam.unreadable() > 0) {
    put(kSockets, "messages", Result::Differs, "JSON",
        fmt::format("{} are none", exam.unreadable()), "they are left out");
  }
}

/// Snapshot first, an unbroken chain, and what the checksum is.
void DoctorVisit::check_books(const okx::FeedExam& exam) {
  std::uint64_t zero = 0;
  std::uint64_t given = 0;
  for (const std::string& name : watched_) {
    const auto found = exam.books().find("books " + name);
    const okx::BookExam book = found == exam.books().end() ? okx::BookExam{} : found->second;
    zero += book.checksums_zero;
    given += book.checksums_given;
    put(kSockets, name + " first snapshot",
        book.snapshots > 0 && book.before_snapshot == 0 ? Result::Ok : Result::Differs,
        "comes before any update",
        fmt::format("{} snapshots, {} updates before", book.snapshots, book.before_snapshot),
        "books that begin without one are started by REST, which takes longer");
    put(kSockets, name + " sequence",
        book.breaks > 0 || book.without_sequence > 0 ? Result::Differs
        : book.updates > 0                           ? Result::Ok
                                                     : Result::Unknown,
        "each update names the one before",
        fmt::format("{} updates, {} breaks, {} without", book.updates, book.breaks,
                    book.without_sequence),
        "a book whose chain breaks is thrown away and asked for again");
  }
  put(kSockets, "checksum of books",
      given > 0 ? Result::Differs : (zero > 0 ? Result::Ok : Result::Unknown),
      "0 (no longer given)",
      given > 0 ? fmt::format("given on {} messages", given)
                : fmt::format("0 on {} messages", zero),
      "a given checksum is verified too: it costs time, and a wrong one withdraws the book");
}

void DoctorVisit::check_business_socket() {
  okx::FeedExam exam(codes_);
  okx::SocketProbe probe(loop_, tls_, settings_.venue.ws_business_url,
                         [&](std::string_view text, Timestamp now) { exam.see(text, now); });
  const std::string why = probe.open();
  put(kSockets, "business socket", why.empty() ? Result::Ok : Result::Differs, "opens",
      why.empty() ? "opens" : why, "candles and algo orders come by it");
  if (!why.empty() || watched_.empty()) return;
  const std::string channel = "candle1m";
  static_cast<void>(probe.send(okx::subscribe_text(channel, {watched_.front()})));
  const bool acknowledged =
      probe.wait_until([&] { return all_acknowledged(exam, {channel}); }, options_.watch);
  put(kSockets, "candles", acknowledged ? Result::Ok : Result::Differs, "acknowledged",
      acknowledged ? "acknowledged" : (exam.errors().empty() ? "no answer" : exam.errors().front()),
      "strategies that ask for candles get none");
}

void DoctorVisit::check_private_socket() {
  okx::FeedExam exam(codes_);
  okx::SocketProbe probe(loop_, tls_, settings_.venue.ws_private_url,
                         [&](std::string_view text, Timestamp now) { exam.see(text, now); });
  if (const std::string why = probe.open(); !why.empty()) {
    return put(kSockets, "private socket", Result::Differs, "opens", why,
               "orders by socket, and what becomes of them");
  }
  static_cast<void>(probe.send(signer_.login_message(venue_now()).reveal()));
  const bool in = probe.wait_until([&] { return exam.logged_in(); }, options_.watch);
  put(kSockets, "login", in ? Result::Ok : Result::Differs, "accepted",
      in ? "accepted" : (exam.errors().empty() ? "no answer" : exam.errors().front()),
      "orders by socket, and what becomes of them");
  if (!in) return;
  static_cast<void>(probe.send(okx::subscribe_private_text()));
  const std::vector<std::string> channels{"orders", "account", "positions", "balance_and_position"};
  const bool acknowledged =
      probe.wait_until([&] { return all_acknowledged(exam, channels); }, options_.watch);
  put(kSockets, "private subscriptions", acknowledged ? Result::Ok : Result::Differs,
      "every one acknowledged",
      acknowledged ? "4 channels"
                   : (exam.errors().empty() ? "not all of them" : exam.errors().front()),
      "the engine is not ready before all of them are");
  const auto told = [&](const char* channel) {
    const auto found = exam.channels().find(channel);
    return found != exam.channels().end() && found->second.pushes > 0;
  };
  const bool pushed = probe.wait_until([&] { return told("account"); }, options_.watch);
  put(kSockets, "account as it is at subscribing", pushed ? Result::Ok : Result::Differs, "pushed",
      pushed ? "pushed" : "not pushed", "balances are known without asking");
}

}  // namespace gannet::app
