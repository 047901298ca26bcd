#include "gateway/okx/protocol/book_seeds.h"

#include <algorithm>

#include "gateway/okx/protocol/lenient_number.h"

namespace gannet::okx {

BookSeeds::BookSeeds(const RestIdentity& identity, const InstrumentCodes& codes, RestOutput& output,
                     BookSeedSettings settings)
    : identity_(identity),
      codes_(codes),
      output_(output),
      settings_(settings),
      jitter_(settings.first_pause, settings.longest_pause, settings.jitter_seed),
      bucket_(settings.most_in_two_seconds, seconds(2)) {}

BookSeeds::Wish& BookSeeds::wish_of(InstrumentId instrument, BookFeed feed) {
  const auto found = std::ranges::find_if(wishes_, [&](const Wish& wish) {
    return wish.book.instrument == instrument && wish.book.feed == feed;
  });
  if (found != wishes_.end()) return *found;
  Wish& made = wishes_.emplace_back();
  made.book = {instrument, feed};
  return made;
}

bool BookSeeds::request_book_snapshot(InstrumentId instrument, BookFeed feed,
                                      Timestamp now) noexcept {
  if (codes_.find(instrument) == nullptr) return false;
  Wish& wish = wish_of(instrument, feed);
  if (wish.state != Wish::State::Idle) return true;
  if (!wish.wanted || now - *wish.wanted > settings_.forget_after) {
    wish.repeats = 0;
    wish.not_before = now;
  } else {
    wish.not_before = now + jitter_.delay(wish.repeats++);
  }
  wish.wanted = now;
  wish.state = Wish::State::Waiting;
  ++waiting_;
  pump(now);
  return true;
}

void BookSeeds::pump(Timestamp now) {
  if (not_before_ && now < *not_before_) return;
  for (Wish& wish : wishes_) {
    if (wish.state != Wish::State::Waiting || now < wish.not_before) continue;
    if (!bucket_.take(now)) return;
    const std::uint64_t id = requests_ + 1;
    const InstrumentCode& code = *codes_.find(wish.book.instrument);
    // A queue that is full: with the next timer.
    if (!output_.send_request(id, book_request(identity_, code.name.view(), kLevels))) return;
    requests_ = id;
    wish.id = id;
    wish.state = Wish::State::Asked;
    --waiting_;
  }
}

std::optional<BookSeeds::Book> BookSeeds::on_response(std::uint64_t id,
                                                      const HttpResponse& response,
                                                      Timestamp now) noexcept {
  const auto found = std::ranges::find_if(wishes_, [id](const Wish& wish) {
    return wish.state == Wish::State::Asked && wish.id == id;
  });
  if (found == wishes_.end()) return std::nullopt;
  found->state = Wish::State::Idle;
  found->wanted = now;
  if (response.status == 200) {
    failures_ = 0;
  } else {
    // Too many requests, or nobody there: what the others want would only end the same way.
    Nanos pause = jitter_.delay(failures_++);
    const auto asked = whole_number(response.header("Retry-After"));
    if (asked && *asked > 0) {
      const std::int64_t longest = settings_.longest_retry_after.count / seconds(1).count;
      pause = std::max(pause, seconds(std::min(*asked, longest)));
    }
    not_before_ = now + pause;
  }
  pump(now);
  return found->book;
}

}  // namespace gannet::okx
