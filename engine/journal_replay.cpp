#include "engine/journal_replay.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gannet::engine {
namespace {

template <std::size_t N>
std::string_view text_of(const char (&text)[N]) noexcept {
  return {text, static_cast<std::size_t>(std::find(text, text + N, '\0') - text)};
}

std::string describe(const ReplayRecord& was, RecordType type, std::span<const std::byte> payload,
                     Timestamp now) {
  std::string text = "record " + std::to_string(was.sequence) + ": ";
  if (was.type != type) {
    return text + std::string(name_of(was.type)) + " was written, " + std::string(name_of(type)) +
           " comes now";
  }
  text += name_of(type);
  if (was.time != now) {
    return text + " was written at " + std::to_string(was.time.nanos) + ", comes at " +
           std::to_string(now.nanos);
  }
  if (was.payload.size() != payload.size()) {
    return text + " had " + std::to_string(was.payload.size()) + " bytes, has " +
           std::to_string(payload.size());
  }
  const auto differs = std::ranges::mismatch(was.payload, payload);
  return text + " differs from byte " + std::to_string(differs.in1 - was.payload.begin()) + " on";
}

}  // namespace

ReplayResult JournalReplay::run(TradingCore& core, const InstrumentTable& instruments) {
  core_ = &core;
  instruments_ = &instruments;
  while (!is_over() && next_ < records_.size()) {
    const std::size_t at = next_;
    std::size_t input = at;
    // What was noted is written before the next record: that one is the next input.
    while (input < records_.size() && records_[input].type == RecordType::Observations) {
      feed_notes(input++);
      if (is_over() || next_ >= input) break;
    }
    if (is_over() || next_ >= input + (input == at ? 1u : 0u)) continue;
    if (input >= records_.size()) break;
    feed(input);
    if (!is_over() && next_ <= input)
      stop(ReplayResult::Outcome::Differs, input,
           "record " + std::to_string(records_[input].sequence) + ": " +
               std::string(name_of(records_[input].type)) + " was written, nothing comes now");
  }
  // Notes that the end left waiting are compared where they stand.
  if (!is_over() && next_ < records_.size()) {
    const auto pending = core.journal().notes();
    if (const auto& last = records_[next_]; std::ranges::equal(last.payload, pending)) {
      ++next_;
    } else {
      stop(ReplayResult::Outcome::Differs, next_,
           describe(last, RecordType::Observations, pending, last.time));
    }
  }
  result_.records = next_;
  return std::exchange(result_, {});
}

void JournalReplay::stop(ReplayResult::Outcome outcome, std::size_t at, std::string what) {
  if (is_over()) return;
  result_.outcome = outcome;
  result_.at = at < records_.size() ? records_[at].sequence : 0;
  result_.what = std::move(what);
}

bool JournalReplay::append(RecordType type, std::span<const std::byte> payload,
                           Timestamp now) noexcept {
  if (is_over() || next_ >= records_.size()) return true;
  const ReplayRecord& was = records_[next_];
  if (was.type == RecordType::Lost) {
    stop(ReplayResult::Outcome::CannotGoOn, next_, "the journal was full: inputs are missing");
  } else if (was.type != type || was.time != now || !std::ranges::equal(was.payload, payload)) {
    stop(ReplayResult::Outcome::Differs, next_, describe(was, type, payload, now));
  } else {
    ++next_;
  }
  return true;
}

std::optional<RecallSource::Recalled> JournalReplay::recall(std::span<const std::byte> pending,
                                                            risk::MarketValue what,
                                                            std::uint32_t subject) noexcept {
  if (next_ >= records_.size() || records_[next_].type != RecordType::Observations)
    return std::nullopt;
  const auto notes = records_[next_].payload;
  if (notes.size() <= pending.size()) return std::nullopt;
  const auto note = read_note(notes.subspan(pending.size()));
  if (!note || note->head.what != static_cast<std::uint8_t>(what) || note->head.subject != subject)
    return std::nullopt;
  return Recalled{note->value};
}

const ReplayRecord* JournalReplay::coming() const noexcept {
  if (is_over() || core_ == nullptr) return nullptr;
  const auto pending = core_->journal().notes();
  std::size_t at = next_;
  if (!pending.empty()) {
    // Only when all that is in the record before it has come again.
    if (at >= records_.size() || records_[at].type != RecordType::Observations ||
        records_[at].payload.size() != pending.size())
      return nullptr;
    ++at;
  }
  return at < records_.size() ? &records_[at] : nullptr;
}

void JournalReplay::feed_nested() {
  for (const ReplayRecord* next = coming(); next != nullptr; next = coming()) {
    if (next->type != RecordType::BatchEdge) return;
    const auto edge = read_record<BatchEdgeRecord>(next->payload);
    const auto at = static_cast<std::size_t>(next - records_.data());
    if (!edge || edge->kind != BatchEdgeRecord::Kind::Nested || at + 1 >= records_.size()) return;
    feed(at + 1);
  }
}

SendResult JournalReplay::sent(ExecutionReport::Request request, ClientOrderId id) {
  feed_nested();
  const ReplayRecord* next = coming();
  if (next == nullptr || next->type != RecordType::NotSent) return SendResult::Sent;
  const auto record = read_record<NotSentRecord>(next->payload);
  return record && record->request == request && record->client_id == id.value ? record->result
                                                                               : SendResult::Sent;
}

bool JournalReplay::asked(NotAskedRecord::Question question) {
  feed_nested();
  const ReplayRecord* next = coming();
  if (next == nullptr || next->type != RecordType::NotAsked) return true;
  const auto record = read_record<NotAskedRecord>(next->payload);
  return !record || record->question != question;
}

SendResult JournalReplay::place(const PlaceRequest& request, Timestamp) noexcept {
  return sent(ExecutionReport::Request::Place, request.client_id);
}
SendResult JournalReplay::amend(const AmendRequest& request, Timestamp) noexcept {
  return sent(ExecutionReport::Request::Amend, request.client_id);
}
SendResult JournalReplay::cancel(const CancelRequest& request, Timestamp) noexcept {
  return sent(ExecutionReport::Request::Cancel, request.client_id);
}
SendResult JournalReplay::place_batch(std::span<const PlaceRequest> requests, Timestamp) noexcept {
  return sent(ExecutionReport::Request::Place, requests.front().client_id);
}
SendResult JournalReplay::amend_batch(std::span<const AmendRequest> requests, Timestamp) noexcept {
  return sent(ExecutionReport::Request::Amend, requests.front().client_id);
}
SendResult JournalReplay::cancel_batch(std::span<const CancelRequest> requests,
                                       Timestamp) noexcept {
  return sent(ExecutionReport::Request::Cancel, requests.front().client_id);
}
SendResult JournalReplay::place_algo(const AlgoPlaceRequest& request, Timestamp) noexcept {
  return sent(ExecutionReport::Request::Place, request.client_id);
}
SendResult JournalReplay::amend_algo(const AlgoAmendRequest& request, Timestamp) noexcept {
  return sent(ExecutionReport::Request::Amend, request.client_id);
}
SendResult JournalReplay::cancel_algos(std::span<const AlgoCancelRequest> requests,
                                       Timestamp) noexcept {
  return sent(ExecutionReport::Request::Cancel, requests.front().client_id);
}

bool JournalReplay::supports(const PlaceRequest&) const noexcept {
  const ReplayRecord* next = coming();
  if (next == nullptr || next->type != RecordType::Denied) return true;
  const auto record = read_record<DeniedRecord>(next->payload);
  return !record || record->reason != DenialReason::UnsupportedOrder;
}

bool JournalReplay::cancel_protected(InstrumentId, Timestamp) noexcept {
  feed_nested();
  return true;
}
bool JournalReplay::query_order(InstrumentId, ClientOrderId, VenueOrderId, Timestamp) noexcept {
  return asked(NotAskedRecord::Question::Order);
}
bool JournalReplay::query_algo(InstrumentId, AlgoKind, ClientOrderId, VenueOrderId,
                               Timestamp) noexcept {
  return asked(NotAskedRecord::Question::AlgoOrder);
}
bool JournalReplay::request_snapshot(SnapshotKind, std::uint64_t, Timestamp, Timestamp) noexcept {
  return asked(NotAskedRecord::Question::List);
}
bool JournalReplay::set_cancel_all_after(std::uint32_t, Timestamp) noexcept {
  return asked(NotAskedRecord::Question::DeadMan);
}

void JournalReplay::feed_notes(std::size_t at) {
  const auto notes = records_[at].payload;
  // What the input before them read has come already.
  const std::size_t done = next_ == at ? core_->journal().notes().size() : 0;
  Timestamp turn;
  for (std::size_t offset = 0; offset < notes.size() && !is_over();) {
    const auto note = read_note(notes.subspan(offset));
    if (!note)
      return stop(ReplayResult::Outcome::CannotGoOn, at,
                  "record " + std::to_string(records_[at].sequence) + " cannot be read");
    if (note->head.what == NoteHead::kTurn) {
      turn = note->value ? Timestamp{static_cast<std::int64_t>(*note->value)}
                         : turn + nanoseconds(note->head.subject);
      if (offset >= done) {
        ++result_.inputs;
        core_->on_timer(turn);
      }
    }
    offset += note->size;
  }
}

void JournalReplay::feed(std::size_t at) {
  const ReplayRecord& given = records_[at];
  const Timestamp now = given.time;
  ++result_.inputs;
  const auto cannot_be_read = [&] {
    stop(ReplayResult::Outcome::CannotGoOn, at,
         "record " + std::to_string(given.sequence) + ": " + std::string(name_of(given.type)) +
             " is of a version that wrote too little to replay it");
  };
  const auto with = [&]<class Record>(std::type_identity<Record>, auto&& use) {
    if (given.payload.size() != sizeof(Record)) return cannot_be_read();
    use(*read_record<Record>(given.payload));
  };
  LaneCommand command;
  switch (given.type) {
    case RecordType::Run:
      return core_->start(now);
    case RecordType::PlaceIntent:
      return with(std::type_identity<PlaceIntentRecord>{}, [&](const PlaceIntentRecord& record) {
        command.place = from_record(record);
        command.strategy = command.place.strategy;
        command.trigger_time = {record.trigger_time};
        core_->on_lane_command(command, now);
      });
    case RecordType::IntentWithExits:
      return with(std::type_identity<IntentWithExitsRecord>{},
                  [&](const IntentWithExitsRecord& record) {
                    command.place = from_record(record);
                    command.strategy = command.place.strategy;
                    command.trigger_time = {record.intent.trigger_time};
                    core_->on_lane_command(command, now);
                  });
    case RecordType::AmendIntent:
      return with(std::type_identity<AmendIntentRecord>{}, [&](const AmendIntentRecord& record) {
        command.kind = LaneCommand::Kind::Amend;
        command.amend = from_record(record);
        command.strategy = command.amend.strategy;
        core_->on_lane_command(command, now);
      });
    case RecordType::CancelIntent:
      return with(std::type_identity<CancelIntentRecord>{}, [&](const CancelIntentRecord& record) {
        command.strategy = StrategyId{record.strategy};
        if (record.handle == 0) {
          command.kind = LaneCommand::Kind::CancelAll;
          command.cancel_all = InstrumentId{record.instrument};
        } else {
          command.kind = LaneCommand::Kind::Cancel;
          command.cancel = {command.strategy, {record.handle}, {record.intent_time}};
        }
        core_->on_lane_command(command, now);
      });
    case RecordType::AlgoIntent:
      return with(std::type_identity<AlgoIntentRecord>{}, [&](const AlgoIntentRecord& record) {
        command.kind = LaneCommand::Kind::PlaceAlgo;
        command.algo = from_record(record);
        command.strategy = command.algo.strategy;
        command.trigger_time = {record.trigger_time};
        core_->on_lane_command(command, now);
      });
    case RecordType::BatchEdge:
      return with(std::type_identity<BatchEdgeRecord>{},
                  [&](const BatchEdgeRecord& edge) { feed_batch(at, edge); });
    case RecordType::CoreCall:
      return with(std::type_identity<CoreCallRecord>{},
                  [&](const CoreCallRecord& call) { feed_call(at, call); });
    case RecordType::Command:
      return with(std::type_identity<CommandRecord>{},
                  [&](const CommandRecord& person) { feed_command(at, person); });
    case RecordType::Report:
      return with(std::type_identity<ReportRecord>{}, [&](const ReportRecord& record) {
        core_->on_execution_report(from_record(record));
      });
    case RecordType::AlgoReport:
      return with(std::type_identity<AlgoReportRecord>{}, [&](const AlgoReportRecord& record) {
        core_->on_algo_report(from_record(record));
      });
    case RecordType::FillRow:
      return with(std::type_identity<FillRowRecord>{},
                  [&](const FillRowRecord& record) { core_->on_fill_report(from_record(record)); });
    case RecordType::Position:
      return with(std::type_identity<PositionRecord>{}, [&](const PositionRecord& record) {
        const InstrumentId instrument{record.instrument};
        const CurrencyId quote =
            instruments_->contains(instrument) ? (*instruments_)[instrument].quote : CurrencyId{};
        core_->on_position(from_record(record, quote), record.from_snapshot != 0);
      });
    case RecordType::Balance:
      return with(std::type_identity<BalanceRecord>{}, [&](const BalanceRecord& record) {
        core_->on_balance(from_record(record), record.from_snapshot != 0);
      });
    case RecordType::Cash:
      return with(std::type_identity<CashRecord>{},
                  [&](const CashRecord& record) { core_->on_cash(from_record(record)); });
    case RecordType::LiquidationAlert:
      return with(std::type_identity<LiquidationAlertRecord>{},
                  [&](const LiquidationAlertRecord& record) {
                    core_->on_liquidation_warning(from_record(record));
                  });
    case RecordType::SnapshotEdge:
      return with(std::type_identity<SnapshotEdgeRecord>{}, [&](const SnapshotEdgeRecord& record) {
        if (record.end == 0) {
          core_->on_snapshot_begin(record.kind, record.request, {record.requested_at});
        } else {
          core_->on_snapshot_end(record.kind, record.request, record.complete != 0, now);
        }
      });
    case RecordType::Connection:
      return with(std::type_identity<ConnectionRecord>{}, [&](const ConnectionRecord& record) {
        if (record.account != 0) {
          core_->on_account_connection(record.state, now);
        } else {
          core_->on_market_connection(record.state, now);
        }
      });
    case RecordType::VenueClock:
      return with(std::type_identity<VenueClockRecord>{}, [&](const VenueClockRecord& record) {
        core_->on_venue_clock({record.offset}, now);
      });
    case RecordType::DeadManAnswer:
      return with(std::type_identity<DeadManAnswerRecord>{},
                  [&](const DeadManAnswerRecord& record) {
                    core_->on_cancel_all_after(record.accepted != 0, {record.requested_at}, now);
                  });
    case RecordType::InstrumentState:
      return with(std::type_identity<InstrumentStateRecord>{},
                  [&](const InstrumentStateRecord& record) {
                    core_->on_instrument_state(InstrumentId{record.instrument}, record.state, now);
                  });
    case RecordType::InstrumentChanged:
      return with(std::type_identity<InstrumentChangedRecord>{},
                  [&](const InstrumentChangedRecord& record) {
                    core_->on_instrument_changed(from_record(record), now);
                  });
    case RecordType::MaySendAgain:
      return with(std::type_identity<MaySendAgainRecord>{}, [&](const MaySendAgainRecord& record) {
        static_cast<void>(core_->may_send_again(record.request, {record.client_id},
                                                InstrumentId{record.instrument}, record.amend_id,
                                                now));
      });
    case RecordType::Control:
      return with(std::type_identity<ControlRecord>{},
                  [&](const ControlRecord& record) { feed_control(at, record); });
    case RecordType::Pause:
      return with(std::type_identity<PauseRecord>{},
                  [&](const PauseRecord& record) { core_->on_pause({record.length}, now); });
    case RecordType::Bill:
      return with(std::type_identity<BillRecord>{},
                  [&](const BillRecord& record) { core_->on_bill(from_record(record)); });
    case RecordType::Override:
      return with(std::type_identity<OverrideRecord>{}, [&](const OverrideRecord& record) {
        static_cast<void>(core_->grant({StrategyId{record.strategy},
                                        record.rule,
                                        {record.expires},
                                        text_of(record.who),
                                        text_of(record.why)},
                                       now));
      });
    case RecordType::Latch:
      return with(std::type_identity<StrategyLatchRecord>{},
                  [&](const StrategyLatchRecord& record) {
                    const StrategyId strategy{record.strategy};
                    if (record.disabled != 0) {
                      static_cast<void>(core_->disable(strategy, text_of(record.who), now));
                    } else {
                      static_cast<void>(core_->enable(strategy, text_of(record.who), now));
                    }
                  });
    case RecordType::OperatorCommand:
      return with(std::type_identity<OperatorCommandRecord>{},
                  [&](const OperatorCommandRecord& record) { core_->note(record, now); });
    case RecordType::LimitChange:
      return feed_limits(at);
    case RecordType::Lost:
      return stop(ReplayResult::Outcome::CannotGoOn, at,
                  "the journal was full: inputs are missing");
    default:
      return stop(ReplayResult::Outcome::Differs, at,
                  "record " + std::to_string(given.sequence) + ": " +
                      std::string(name_of(given.type)) + " was written, nothing comes now");
  }
}

void JournalReplay::feed_batch(std::size_t at, const BatchEdgeRecord& edge) {
  using Kind = BatchEdgeRecord::Kind;
  const Timestamp now = records_[at].time;
  LaneCommand command;
  if (edge.kind == Kind::CancelSoon) {
    const auto record = at + 1 < records_.size()
                            ? read_record<CancelIntentRecord>(records_[at + 1].payload)
                            : std::nullopt;
    if (!record) return;  // the end of the run cut it off
    command.kind = LaneCommand::Kind::Cancel;
    command.more = true;
    command.strategy = StrategyId{record->strategy};
    command.cancel = {command.strategy, {record->handle}, {record->intent_time}};
    return core_->on_lane_command(command, now);
  }
  const RecordType wanted = edge.kind == Kind::Amends        ? RecordType::AmendIntent
                            : edge.kind == Kind::WholePlaces ? RecordType::IntentWithExits
                                                             : RecordType::PlaceIntent;
  std::vector<LaneCommand> commands;
  for (std::size_t i = at + 1; i < records_.size() && commands.size() < edge.count; ++i) {
    if (records_[i].type != wanted) continue;
    if (wanted == RecordType::AmendIntent) {
      const auto record = read_record<AmendIntentRecord>(records_[i].payload);
      if (!record) return;
      command.kind = LaneCommand::Kind::Amend;
      command.amend = from_record(*record);
      command.strategy = command.amend.strategy;
    } else if (wanted == RecordType::PlaceIntent) {
      const auto record = read_record<PlaceIntentRecord>(records_[i].payload);
      if (!record) return;
      command.place = from_record(*record);
      command.strategy = command.place.strategy;
      command.trigger_time = {record->trigger_time};
    } else {
      const auto record = read_record<IntentWithExitsRecord>(records_[i].payload);
      if (!record) return;
      command.place = from_record(*record);
      command.strategy = command.place.strategy;
      command.trigger_time = {record->intent.trigger_time};
    }
    commands.push_back(command);
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    // A batch that the turn of the timer ended is one of which more was to come.
    commands[i].more = true;
    core_->on_lane_command(commands[i], now);
  }
  if (!commands.empty() && commands.size() < kLargestBatch) core_->end_batch(now);
}

void JournalReplay::feed_call(std::size_t at, const CoreCallRecord& call) {
  const Timestamp now = records_[at].time;
  switch (call.kind) {
    case CoreCallRecord::Kind::JournalFailed:
      return core_->set_journal_failed(call.argument != 0, now);
    case CoreCallRecord::Kind::RequestRound:
      return core_->request_round();
    case CoreCallRecord::Kind::ReleaseDeadMan:
      return core_->release_dead_man();
    case CoreCallRecord::Kind::CancelOrder:
      return core_->cancel_order({call.argument}, now);
    case CoreCallRecord::Kind::MarketSuspect:
      return core_->on_market_suspect(InstrumentId{static_cast<std::uint32_t>(call.argument)}, now);
    case CoreCallRecord::Kind::BillsListed:
      return core_->on_bills_listed({static_cast<std::int64_t>(call.argument)}, now);
    case CoreCallRecord::Kind::StrategyFailed: {
      LaneCommand command;
      command.kind = LaneCommand::Kind::StrategyFailed;
      command.strategy = StrategyId{static_cast<std::uint16_t>(call.argument)};
      return core_->on_lane_command(command, now);
    }
  }
  stop(ReplayResult::Outcome::CannotGoOn, at, "a call of a newer version");
}

void JournalReplay::feed_limits(std::size_t at) {
  const Timestamp now = records_[at].time;
  std::vector<LimitChangeRecord> changes;
  for (std::size_t i = at; i < records_.size() && records_[i].time == now; ++i) {
    if (records_[i].type != RecordType::LimitChange) break;
    const auto change = read_record<LimitChangeRecord>(records_[i].payload);
    if (!change) break;
    changes.push_back(*change);
  }
  auto limits = limits_after_ ? limits_after_(changes) : std::nullopt;
  if (!limits)
    return stop(ReplayResult::Outcome::CannotGoOn, at,
                "record " + std::to_string(records_[at].sequence) +
                    ": limits were changed here, to what cannot be made again from their words");
  core_->replace_limits(limits->first, limits->second, changes, now);
}

void JournalReplay::feed_control(std::size_t at, const ControlRecord& control) {
  const Timestamp now = records_[at].time;
  const std::string_view who = text_of(control.who);
  const ControlScope scope{control.level,
                           StrategyId{control.strategy},
                           InstrumentId{control.instrument},
                           {control.client_id},
                           {control.venue_id}};
  switch (control.action) {
    case ControlRecord::Action::Kill:
      return static_cast<void>(core_->kill(scope, text_of(control.why), who, now));
    case ControlRecord::Action::Resume:
      return static_cast<void>(core_->resume(scope, who, now));
    case ControlRecord::Action::Cancel:
      return static_cast<void>(core_->cancel(scope, who, now));
    case ControlRecord::Action::Flatten:
      return static_cast<void>(core_->flatten(scope, who, now));
  }
  stop(ReplayResult::Outcome::CannotGoOn, at, "a word of a newer version");
}

void JournalReplay::feed_command(std::size_t at, const CommandRecord& command) {
  const Timestamp now = records_[at].time;
  const std::string_view who = text_of(command.who);
  const std::string_view why = text_of(command.why);
  switch (command.kind) {
    case CommandRecord::Kind::Kill:
      return core_->kill(why, who, now);
    case CommandRecord::Kind::Resume:
      return core_->resume(who, now);
    case CommandRecord::Kind::Hold:
      return core_->hold(why, who, now);
    case CommandRecord::Kind::CancelAll:
      return core_->cancel_all(who, now);
    case CommandRecord::Kind::Accept:
      if (command.balance_of != 0) {
        const CurrencyId currency{static_cast<std::uint16_t>(command.balance_of - 1)};
        return static_cast<void>(core_->accept_balance(currency, who, now));
      }
      return static_cast<void>(core_->accept(InstrumentId{command.instrument}, who, now));
    case CommandRecord::Kind::Resolve:
      return static_cast<void>(core_->resolve(
          {command.client_id}, static_cast<OrderResolution>(command.resolution), who, now));
  }
  stop(ReplayResult::Outcome::CannotGoOn, at, "a command of a newer version");
}

}  // namespace gannet::engine
