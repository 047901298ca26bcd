#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/okx/protocol/frame_summary.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {

/// Which path of the venue a channel lives on.
bool is_business_channel(std::string_view channel) noexcept;

/// One argument of a subscription: a channel, and the instrument, type or family that it is of ("":
/// of none).
struct ListenArgument {
  std::string channel;
  std::string name;
};

struct ListenSettings {
  Nanos ping_after = seconds(15);
  Nanos dead_after = seconds(25);
  Nanos acknowledge_within = seconds(10);
  Nanos resubscribe_pause = seconds(1);  ///< doubles up to 64 s while a stream keeps breaking
};

/// What a listener learns beside the frames.
class ListenProblems {
 public:
  virtual void on_refused(std::string_view message) noexcept = 0;

 protected:
  ~ListenProblems() = default;
};

/// Subscribes to any channels and listens: for recorders, which want the frames and not what they
/// say. A broken sequence of an incremental book is subscribed again, so that the next snapshot
/// comes. Decodes nothing else. Thread: one.
class ListenSession final : public SocketSession {
 public:
  ListenSession(ListenSettings settings, std::vector<ListenArgument> arguments,
                ListenProblems& problems);

  void on_open(SocketOutput& output, Timestamp now) noexcept override;
  void on_text(std::string_view text, Timestamp now) noexcept override;
  void on_closed(Timestamp now) noexcept override;
  void on_timer(Timestamp now) noexcept override;

  std::size_t acknowledged() const noexcept { return acknowledged_; }
  std::size_t wanted() const noexcept { return arguments_.size(); }
  /// Every argument acknowledged or refused for good.
  bool settled() const noexcept { return acknowledged_ + refused_ >= arguments_.size(); }

 private:
  struct Stream {
    SequenceChain chain;
    Timestamp renew_at;  // 0: not due
    Nanos pause{};
  };

  void subscribe_all(Timestamp now) noexcept;
  void ask(std::string_view operation, const ListenArgument& argument) noexcept;
  void on_push(const FrameSummary& summary, Timestamp now) noexcept;

  ListenSettings settings_;
  std::vector<ListenArgument> arguments_;
  ListenProblems& problems_;
  FrameSummarizer summarizer_;
  SocketOutput* output_ = nullptr;
  std::map<std::pair<std::string, std::string>, Stream> streams_;
  std::size_t acknowledged_ = 0;
  std::size_t refused_ = 0;
  Timestamp subscribed_;
  Timestamp last_frame_;
  bool ping_sent_ = false;
};

}  // namespace gannet::okx
