#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/internal/frame_reader.h"
#include "gateway/net/internal/frame_writer.h"
#include "gateway/net/internal/handler_arena.h"
#include "gateway/net/internal/polled_sockets.h"
#include "gateway/net/internal/tls_link.h"
#include "gateway/net/internal/upgrade.h"
#include "gateway/net/internal/websocket_stream.h"

namespace gannet::net {

/// A client's WebSocket on a TLS link: our own frames (`frame_reader.h`, `frame_writer.h`), nothing
/// between the descriptor and them but OpenSSL. On a loop that spins it is probed, once open, and
/// neither reading nor writing touches the kernel's poll, a timer or Asio's queues; on one that
/// sleeps Asio says when there is something to read. Operations in flight keep it alive; `forget`
/// cuts it off from its owner. Thread: the loop's.
class ClientSocket final : public PolledSocket, public std::enable_shared_from_this<ClientSocket> {
 public:
  ClientSocket(EventLoop& loop, std::unique_ptr<TlsLink> link,
               const WebSocketStreamSettings& settings, unsigned probe_every,
               WebSocketStreamEvents& events);

  /// Asks for the upgrade; `on_stream_open` or `on_stream_ended` follows.
  void request(const std::string& authority, const std::string& target,
               const Upgrade::Headers& headers);

  bool is_open() const noexcept { return state_ == State::Open; }
  bool send_text(std::string_view text) noexcept;
  /// Sends what is queued, then the close frame.
  void close(std::uint16_t code, std::string_view reason) noexcept;
  /// Closes the socket now. `abort`: with a reset, as a broken network does.
  void cut(CloseReason reason, bool abort) noexcept;
  /// No more events; the socket is closed.
  void forget() noexcept;

  // PolledSocket
  std::size_t probe() noexcept override;
  void prepare() noexcept override { masks_.top_up(); }
  void write_corked() noexcept override;

 private:
  /// Closing: we have said goodbye and wait for the peer's, Leaving: both have (or it is not heard
  /// any more) and we wait for its end of TCP.
  enum class State : std::uint8_t { Asking, Open, Closing, Leaving, Ended };

  void wait_readable();
  void wait_writable();
  void on_writable();
  std::size_t take(TlsLink::Received received) noexcept;
  std::size_t drain() noexcept;
  void read_answer() noexcept;
  void open() noexcept;
  std::size_t tell_frames() noexcept;
  bool tell(const FrameReader::Frame& frame) noexcept;
  void tell_text(std::string_view text) noexcept;
  void on_close_frame(std::string_view payload) noexcept;
  void break_off(std::uint16_t code, std::string_view why) noexcept;
  void leave(CloseReason reason, std::string_view goodbye) noexcept;
  void on_end_of_stream() noexcept;
  bool has_room_for(std::size_t bytes) const noexcept;
  void write_frame(FrameOpcode opcode, std::string_view payload) noexcept;
  void write_out() noexcept;
  void bound_goodbye() noexcept;
  void end(CloseReason reason) noexcept;

  EventLoop::Internal& loop_;
  std::unique_ptr<TlsLink> link_;
  WebSocketStreamEvents* events_;
  WebSocketStreamSettings settings_;
  unsigned probe_every_;
  HandlerArena arena_;
  std::unique_ptr<Upgrade> upgrade_;  // until it is answered
  FrameReader reader_;
  MaskKeys masks_;
  std::string out_;  // frames, not yet encrypted
  Timer close_timer_;
  CloseReason reason_;
  Timestamp receive_time_;
  std::uint64_t wrote_in_event_ = 0;
  std::size_t waiting_frames_ = 0;  // since the last time that nothing waited
  State state_ = State::Asking;
  bool is_probed_ = false;
  bool is_corked_ = false;
  bool waits_writable_ = false;
};

}  // namespace gannet::net
