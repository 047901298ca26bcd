#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/wire/clients.h"
#include "bench/wire/probe_venue.h"
#include "bench/wire/raw_tls.h"

namespace gannet::bench {
namespace {

constexpr std::size_t kPriceBytes = 7;

/// An order as it goes out, all but its price.
struct PreparedOrder {
  explicit PreparedOrder(std::uint32_t instrument) {
    constexpr std::string_view kBeforePrice = R"("px":")";
    const std::string text = fmt::format(
        R"({{"id":"{}","op":"order","args":[{{"instIdCode":{},"tdMode":"cross",)"
        R"("clOrdId":"{}","tag":"floor","side":"buy","ordType":"limit","sz":"1",)"
        R"("px":"60000.0"}}],"expTime":"1795430401412"}})",
        1'000'000 + instrument, ProbeVenue::code_of(instrument), 7'000'000'000ull + instrument);
    frame = text_frame(text, true);
    price = frame.find(kBeforePrice) + kBeforePrice.size();
  }
  std::string frame;
  std::size_t price;
};

class Floor {
 public:
  explicit Floor(const ClientTask& task)
      : context_(RawTls::client_context(task.ca_file)),
        market_(RawTls::connect(context_, task.port)),
        account_(RawTls::connect(context_, task.port)),
        bytes_(1u << 18) {
    for (std::uint32_t i = 0; i < task.instruments; ++i) orders_.emplace_back(i);
    upgrade(account_, "/ws/v5/private");
    account_.write(
        text_frame(R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})", true));
    const std::string first = upgrade(market_, "/ws/v5/public");
    market_.write(text_frame(subscription(task), true));
    std::ranges::copy(first, bytes_.begin());
    held_ = first.size();
    account_.set_blocking(false);
  }

  void run(bool spins) {
    market_.set_blocking(!spins);
    std::array<char, 1u << 16> ignored;
    constexpr unsigned kAnswersEvery = 32;  // spins: nobody waits for them
    for (unsigned spin = 0;; ++spin) {
      const long got = market_.read({bytes_.data() + held_, bytes_.size() - held_});
      if (got < 0) std::_Exit(0);
      if (got > 0) {
        held_ += static_cast<std::size_t>(got);
        take_frames();
        if (!spins) {
          while (account_.read(ignored) > 0) {
          }
        }
      } else if (spin % kAnswersEvery == 0 && account_.read(ignored) < 0) {
        std::_Exit(0);
      }
    }
  }

 private:
  void take_frames() {
    std::size_t at = 0;
    for (;;) {
      const WireFrame frame = frame_at({bytes_.data() + at, held_ - at});
      if (frame.size == 0) break;
      on_text(frame.payload);
      at += frame.size;
    }
    held_ -= at;
    if (held_ != 0) std::memmove(bytes_.data(), bytes_.data() + at, held_);
  }

  void on_text(std::string_view text) {
    constexpr std::string_view kBids = R"("bids":[[")";
    constexpr std::string_view kName = R"("instId":"I)";
    const void* const found = ::memmem(text.data(), text.size(), kBids.data(), kBids.size());
    if (found == nullptr) return;
    std::size_t instrument = 0;
    if (orders_.size() > 1) {
      const void* const name = ::memmem(text.data(), text.size(), kName.data(), kName.size());
      const char* const digits = static_cast<const char*>(name) + kName.size();
      instrument = static_cast<std::size_t>((digits[0] - '0') * 10 + (digits[1] - '0'));
    }
    PreparedOrder& order = orders_[instrument];
    std::memcpy(order.frame.data() + order.price, static_cast<const char*>(found) + kBids.size(),
                kPriceBytes);
    account_.write(order.frame);
  }

  SSL_CTX* context_;
  RawTls market_;
  RawTls account_;
  std::vector<PreparedOrder> orders_;
  std::vector<char> bytes_;
  std::size_t held_ = 0;
};

}  // namespace

std::string subscription(const ClientTask& task) {
  std::string arguments;
  for (std::uint32_t i = 0; i < task.instruments; ++i) {
    if (i > 0) arguments += ',';
    arguments += fmt::format(R"({{"channel":"{}","instId":"{}"}})",
                             task.channel == TickMaker::Channel::Best ? "bbo-tbt" : "books",
                             ProbeVenue::name_of(i));
  }
  return R"({"op":"subscribe","args":[)" + arguments + "]}";
}

void run_floor(const ClientTask& task, bool spins) {
  Floor(task).run(spins);
  std::_Exit(0);
}

}  // namespace gannet::bench
