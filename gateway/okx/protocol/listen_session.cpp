#include "gateway/okx/protocol/listen_session.h"

#include <algorithm>
#include <array>

#include "gateway/okx/protocol/json_text.h"

namespace gannet::okx {
namespace {

constexpr std::size_t kMaxRequestBytes = 60'000;  // the venue takes 64 KB [PROTOCOL 3.3]
constexpr Nanos kLongestPause = seconds(64);

constexpr std::array<std::string_view, 6> kTypes{"SPOT",    "MARGIN", "SWAP",
                                                 "FUTURES", "OPTION", "ANY"};

void append(std::string& out, const ListenArgument& argument) {
  out += R"({"channel":)";
  append_json_string(out, argument.channel);
  if (!argument.name.empty()) {
    const bool type = std::ranges::find(kTypes, argument.name) != kTypes.end();
    const bool family = argument.channel == "opt-summary";
    out += type ? R"(,"instType":)" : family ? R"(,"instFamily":)" : R"(,"instId":)";
    append_json_string(out, argument.name);
  }
  out += '}';
}

}  // namespace

bool is_business_channel(std::string_view channel) noexcept {
  return channel.find("candle") != std::string_view::npos || channel == "trades-all" ||
         channel.starts_with("sprd-") || channel == "public-block-trades" ||
         channel == "block-tickers";
}

ListenSession::ListenSession(ListenSettings settings, std::vector<ListenArgument> arguments,
                             ListenProblems& problems)
    : settings_(settings), arguments_(std::move(arguments)), problems_(problems) {}

void ListenSession::on_open(SocketOutput& output, Timestamp now) noexcept {
  output_ = &output;
  last_frame_ = now;
  ping_sent_ = false;
  streams_.clear();
  subscribe_all(now);
}

void ListenSession::subscribe_all(Timestamp now) noexcept {
  acknowledged_ = 0;
  refused_ = 0;
  subscribed_ = now;
  std::string text;
  for (const ListenArgument& argument : arguments_) {
    if (text.size() > kMaxRequestBytes) {
      output_->send_text(text + "]}");
      text.clear();
    }
    text += text.empty() ? R"({"op":"subscribe","args":[)" : ",";
    append(text, argument);
  }
  if (!text.empty()) output_->send_text(text + "]}");
}

void ListenSession::ask(std::string_view operation, const ListenArgument& argument) noexcept {
  std::string text = R"({"op":")";
  text.append(operation).append(R"(","args":[)");
  append(text, argument);
  output_->send_text(text + "]}");
}

void ListenSession::on_text(std::string_view text, Timestamp now) noexcept {
  last_frame_ = now;
  ping_sent_ = false;
  if (output_ == nullptr) return;
  const auto summary = summarizer_.read(text);
  if (!summary) return;  // counted by whoever records it
  switch (summary->frame.kind) {
    case FrameKind::Subscribed:
      ++acknowledged_;
      return;
    case FrameKind::Error:
    case FrameKind::ConnectionCountError:
      ++refused_;
      return problems_.on_refused(summary->frame.message);
    case FrameKind::Notice:
      return output_->reconnect("the venue announces the end of the connection");
    case FrameKind::Push:
      return on_push(*summary, now);
    default:
      return;
  }
}

void ListenSession::on_push(const FrameSummary& summary, Timestamp now) noexcept {
  if (!summary.chained) return;
  Stream& stream = streams_[{std::string(summary.frame.channel_name), std::string(summary.stream)}];
  if (link(stream.chain, summary) != SequenceLink::Gap) return;
  if (summary.sequence) stream.chain.restart_at(*summary.sequence);
  if (stream.renew_at.nanos != 0) return;
  stream.renew_at = now + stream.pause;
  stream.pause = std::min(kLongestPause, stream.pause.count == 0 ? settings_.resubscribe_pause
                                                                 : Nanos{stream.pause.count * 2});
}

void ListenSession::on_timer(Timestamp now) noexcept {
  if (output_ == nullptr) return;
  if (now - last_frame_ > settings_.dead_after) return output_->reconnect("nothing comes any more");
  if (now - last_frame_ > settings_.ping_after && !ping_sent_) {
    ping_sent_ = output_->send_text("ping");
  }
  if (!settled() && now - subscribed_ > settings_.acknowledge_within) {
    return output_->reconnect("a subscription was not answered");
  }
  for (auto& [key, stream] : streams_) {
    if (stream.renew_at.nanos == 0 || now < stream.renew_at) continue;
    stream.renew_at = {};
    const ListenArgument argument{key.first, key.second};
    ask("unsubscribe", argument);
    ask("subscribe", argument);
    if (acknowledged_ > 0) --acknowledged_;  // one more is awaited
    subscribed_ = now;
  }
}

void ListenSession::on_closed(Timestamp) noexcept { output_ = nullptr; }

}  // namespace gannet::okx
