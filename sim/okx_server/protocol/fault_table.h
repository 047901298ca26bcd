#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gannet::okx_server {

/// What can be made to go wrong, by order. One row each in `fault_table`.
enum class FaultKind : std::uint8_t {
  // Connections, as a network or a server in trouble treats them.
  Cut,
  CutAtByte,
  HalfOpen,
  Stall,
  Latency,
  Loss,
  Bandwidth,
  Fragment,
  RawFrame,
  CloseCode,
  RefuseConnect,
  ConnectionLimit,
  Certificate,
  Notice,
  CutOnOpen,
  SendText,
  RefuseLogin,
  SlowLogin,
  RefuseSubscribe,
  DropSubscribeAck,
  // Orders and their reports.
  DropRequest,
  DropAck,
  LateAck,
  DuplicateAck,
  LateRequest,
  RejectCode,
  RateRefusal,
  RefuseInstrumentCode,
  FillFirst,
  CancelFirst,
  DropPush,
  DelayPush,
  DuplicatePush,
  ReplayPush,
  VenueCancel,
  ShrinkOrder,
  Overfill,
  SpendRate,
  SetLeverage,
  ForeignOrder,
  Transfer,
  AlgoRefused,
  AlgoRearm,
  AlgoUnnamed,
  // REST.
  HttpStatus,
  HttpDelay,
  HttpCut,
  PageOverlap,
  PageError,
  PageChange,
  ReplicaLag,
  MissingRow,
  EmptyList,
  ReverseRows,
  TruncateList,
  // Market data.
  SequenceGap,
  SequenceReset,
  ResendSnapshot,
  KeepAlive,
  NoSnapshot,
  Checksum,
  CrossedBook,
  EmptySide,
  ZeroLevel,
  LevelBurst,
  RateBurst,
  Disagree,
  Malform,
  InstrumentState,
  MarkFrozen,
  IndexJump,
  FundingShift,
  // Money and risk.
  Deleverage,
  Funding,
  ReferencePrice,
  InsuranceFund,
  // The whole venue.
  Restart,
  Maintenance,
  Down,
};
inline constexpr std::size_t kFaultKinds = static_cast<std::size_t>(FaultKind::Down) + 1;

/// How a fault goes on: an action happens at its time; a rule waits for what it hits and is spent
/// by it (`count`, 1 unless said); a mode is on until its time is over (`for`) or it is cleared.
enum class FaultStyle : std::uint8_t { Action, Rule, Mode };

struct FaultInfo {
  std::string_view id;
  FaultKind kind;
  FaultStyle style;
  std::string_view controls;  ///< rows of the fault list in docs (RELIABILITY D) that it serves
  std::string_view target;    ///< the member that names what it hits; "": nothing to name
  std::string_view options;   ///< its other members, with spaces between
  /// What a seed orders, $words filled in; "": never by a seed.
  std::string_view mixed;
  std::string_view description;
};

/// Every fault, in the order of the enumeration. Help, lists and docs are printed from it.
std::span<const FaultInfo> fault_table() noexcept;
const FaultInfo& info_of(FaultKind kind) noexcept;
/// Null if there is none of that id.
const FaultInfo* find_fault(std::string_view id) noexcept;

/// The table for people: one fault a paragraph; and what the simulator leaves to others.
std::string describe_faults();

}  // namespace gannet::okx_server
