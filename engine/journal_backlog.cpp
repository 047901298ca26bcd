#include "engine/journal_backlog.h"

#include <cstring>

namespace gannet::engine {

bool JournalBacklog::is_behind() noexcept {
  if (begin_ != end_) catch_up();
  return begin_ != end_;
}

bool JournalBacklog::keep(RecordType type, std::span<const std::byte> payload,
                          Timestamp now) noexcept {
  const Head head{now.nanos, static_cast<std::uint32_t>(payload.size()), type, 0};
  // One that is lost makes a hole: what comes after it may be written all the same, as any record
  // that a full journal had no room for.
  if (begin_ != 0 && bytes_.size() - end_ < sizeof head + payload.size()) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (bytes_.size() - end_ < sizeof head + payload.size()) {
    has_lost_ = true;
    return false;
  }
  std::memcpy(bytes_.data() + end_, &head, sizeof head);
  if (!payload.empty())
    std::memcpy(bytes_.data() + end_ + sizeof head, payload.data(), payload.size());
  end_ += sizeof head + payload.size();
  return true;
}

void JournalBacklog::catch_up() noexcept {
  while (begin_ != end_) {
    Head head;
    std::memcpy(&head, bytes_.data() + begin_, sizeof head);
    const std::span payload(bytes_.data() + begin_ + sizeof head, head.size);
    if (!journal_.append(head.type, payload, {head.time})) return;
    begin_ += sizeof head + head.size;
  }
  begin_ = end_ = 0;
}

}  // namespace gannet::engine
