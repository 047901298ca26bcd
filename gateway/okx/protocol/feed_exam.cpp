#include "gateway/okx/protocol/feed_exam.h"

#include "gateway/okx/protocol/decode_control.h"
#include "gateway/okx/protocol/json_text.h"

namespace gannet::okx {

void FeedExam::see(std::string_view text, Timestamp now) {
  if (text == "pong") return;
  const auto frame = reader_.read(text);
  if (!frame) {
    ++unreadable_;
    return;
  }
  switch (frame->kind) {
    case FrameKind::Push:
      return see_push(*frame, now);
    case FrameKind::Login:
      logged_in_ = frame->code == "0" || frame->code.empty();
      break;
    case FrameKind::Subscribed:
      channels_[std::string(frame->channel_name)].acknowledged = true;
      break;
    case FrameKind::Error:
      errors_.push_back("code " + std::string(frame->code) + ": " + std::string(frame->message));
      break;
    default:
      break;
  }
  static_cast<void>(reader_.finish());
}

void FeedExam::see_push(const Frame& frame, Timestamp now) {
  ChannelExam& channel = channels_[std::string(frame.channel_name)];
  ++channel.pushes;
  std::optional<DecodeError> error;
  const auto note = [&](const auto& decoded) {
    if (!decoded) error = decoded.error();
  };
  if (is_book(frame.channel)) {
    const auto decoded = book_decoder_.decode(reader_, frame, codes_);
    note(decoded);
    if (decoded) {
      for (const DecodedBook& book : *decoded) see_books(book, frame);
    }
  } else if (frame.channel == Channel::Trades || frame.channel == Channel::TradesAll) {
    note(trades_.decode(reader_, frame, codes_, now));
  } else if (frame.channel == Channel::Tickers) {
    note(tickers_.decode(reader_, frame, codes_, now));
  } else if (frame.channel == Channel::MarkPrice || frame.channel == Channel::IndexTickers) {
    note(prices_.decode(reader_, frame));
  } else {
    note(reader_.finish());
  }
  if (!error) return;
  if (channel.refused++ == 0) channel.first_refusal = name_of(*error);
}

void FeedExam::see_books(const DecodedBook& book, const Frame& frame) {
  const InstrumentCode* const code = codes_.find(book.instrument);
  if (code == nullptr) return;
  BookExam& exam = books_[std::string(frame.channel_name) + " " + std::string(code->name.view())];
  if (book.checksum) ++(*book.checksum == 0 ? exam.checksums_zero : exam.checksums_given);
  if (!book.sequence) ++exam.without_sequence;
  if (book.kind == BookUpdate::Kind::Snapshot) {
    ++exam.snapshots;
  } else {
    ++exam.updates;
    if (exam.snapshots == 0) ++exam.before_snapshot;
    const bool linked = exam.last_sequence && book.previous_sequence == exam.last_sequence;
    if (exam.snapshots > 0 && !linked) ++exam.breaks;
  }
  exam.last_sequence = book.sequence;
}

std::string subscribe_text(std::string_view channel, const std::vector<std::string>& instruments) {
  std::string text = R"({"op":"subscribe","args":[)";
  for (const std::string& name : instruments) {
    if (text.back() == '}') text += ',';
    text += R"({"channel":)";
    append_json_string(text, channel);
    text += R"(,"instId":)";
    append_json_string(text, name);
    text += '}';
  }
  return text + "]}";
}

std::string subscribe_private_text() {
  return R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"},)"
         R"({"channel":"account"},{"channel":"positions","instType":"ANY"},)"
         R"({"channel":"balance_and_position"}]})";
}

}  // namespace gannet::okx
