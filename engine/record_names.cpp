#include "engine/journal_inputs.h"

namespace gannet::engine {

std::string_view name_of(RecordType type) noexcept {
  switch (type) {
    case RecordType::None:
      return "none";
    case RecordType::Run:
      return "run";
    case RecordType::PlaceIntent:
      return "place_intent";
    case RecordType::AmendIntent:
      return "amend_intent";
    case RecordType::CancelIntent:
      return "cancel_intent";
    case RecordType::Denied:
      return "denied";
    case RecordType::Place:
      return "place";
    case RecordType::Amend:
      return "amend";
    case RecordType::Cancel:
      return "cancel";
    case RecordType::NotSent:
      return "not_sent";
    case RecordType::Report:
      return "report";
    case RecordType::FillRow:
      return "fill_row";
    case RecordType::FillBooked:
      return "fill_booked";
    case RecordType::Position:
      return "position";
    case RecordType::Balance:
      return "balance";
    case RecordType::SnapshotEdge:
      return "snapshot_edge";
    case RecordType::Connection:
      return "connection";
    case RecordType::State:
      return "state";
    case RecordType::Command:
      return "command";
    case RecordType::Adjustment:
      return "adjustment";
    case RecordType::OrderEnded:
      return "order_ended";
    case RecordType::AlgoIntent:
      return "algo_intent";
    case RecordType::AlgoPlace:
      return "algo_place";
    case RecordType::AlgoReport:
      return "algo_report";
    case RecordType::Observations:
      return "observations";
    case RecordType::BatchEdge:
      return "batch_edge";
    case RecordType::CoreCall:
      return "core_call";
    case RecordType::IntentWithExits:
      return "intent_with_exits";
    case RecordType::VenueClock:
      return "venue_clock";
    case RecordType::DeadManAnswer:
      return "dead_man_answer";
    case RecordType::Cash:
      return "cash";
    case RecordType::LiquidationAlert:
      return "liquidation_alert";
    case RecordType::InstrumentState:
      return "instrument_state";
    case RecordType::InstrumentChanged:
      return "instrument_changed";
    case RecordType::MaySendAgain:
      return "may_send_again";
    case RecordType::NotAsked:
      return "not_asked";
    case RecordType::Lost:
      return "lost";
    case RecordType::SettingsText:
      return "settings_text";
    case RecordType::CoreState:
      return "core_state";
  }
  return "unknown";
}

}  // namespace gannet::engine
