#include <array>
#include <string>

#include "sim/okx_server/protocol/internal/account_routes.h"
#include "sim/okx_server/protocol/internal/bill_json.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

constexpr std::int64_t kWeek = 7 * 24 * 3'600;
constexpr std::int64_t kQuarter = 92 * 24 * 3'600;

std::string_view contract_type(const ServerState& state, InstrumentId id) {
  if (!id.valid() || !state.instruments.contains(id)) return "";
  switch (state.instruments[id].contract) {
    case ContractKind::Linear:
      return "linear";
    case ContractKind::Inverse:
      return "inverse";
    case ContractKind::None:
      break;
  }
  return "";
}

bool wanted(const RestCall& call, const sim::Bill& bill) {
  const BillType words = bill_type(bill);
  if (!inside_page(call, bill.id)) return false;
  if (!listed_in(call.param("ccy"), call.state.currencies.name(bill.change.currency))) return false;
  if (!listed_in(call.param("type"), words.type)) return false;
  if (!listed_in(call.param("subType"), words.sub_type)) return false;
  if (!listed_in(call.param("mgnMode"), name_of(bill.mode))) return false;
  if (!listed_in(call.param("ctType"), contract_type(call.state, bill.instrument))) return false;
  const bool filtered = !call.param("instId").empty() || !call.param("instType").empty();
  return !filtered || inside_filter(call, bill.instrument);
}

RestReply list_bills(RestCall& call, std::int64_t kept_seconds) {
  const auto begin = parse_digits(call.param("begin"));
  const auto end = parse_digits(call.param("end"));
  const Timestamp oldest = call.state.exchange_time() - seconds(kept_seconds);
  RestReply reply;
  JsonWriter json(reply.data);
  const std::vector<sim::Bill>& all = call.state.exchange->bills(call.account().id);
  std::size_t left = page_limit(call, 100);
  for (auto bill = all.rbegin(); bill != all.rend() && left > 0; ++bill) {
    if (bill->time < oldest) break;
    const auto millis =
        static_cast<std::uint64_t>(to_unix_millis(call.state.wall_time(bill->time)));
    if ((begin && millis < *begin) || (end && millis > *end)) continue;
    if (!wanted(call, *bill)) continue;
    write_bill(json, call.state, *bill);
    --left;
  }
  return reply;
}

RestReply bills(RestCall& call) { return list_bills(call, kWeek); }
RestReply bills_archive(RestCall& call) { return list_bills(call, kQuarter); }

struct SubType {
  std::string_view type, sub_type, meaning;
};
/// Those that this venue makes.
constexpr std::array kSubTypes{
    SubType{"1", "11", "Transfer in"},
    SubType{"1", "12", "Transfer out"},
    SubType{"2", "1", "Buy"},
    SubType{"2", "2", "Sell"},
    SubType{"2", "3", "Open long"},
    SubType{"2", "4", "Open short"},
    SubType{"2", "5", "Close long"},
    SubType{"2", "6", "Close short"},
    SubType{"3", "112", "Delivery long"},
    SubType{"3", "113", "Delivery short"},
    SubType{"5", "100", "Partial liquidation close long"},
    SubType{"5", "101", "Partial liquidation close short"},
    SubType{"5", "102", "Partial liquidation buy"},
    SubType{"5", "103", "Partial liquidation sell"},
    SubType{"5", "104", "Liquidation long"},
    SubType{"5", "105", "Liquidation short"},
    SubType{"5", "106", "Liquidation buy"},
    SubType{"5", "107", "Liquidation sell"},
    SubType{"6", "160", "Manual margin increase"},
    SubType{"6", "161", "Manual margin decrease"},
    SubType{"8", "173", "Funding fee expense"},
    SubType{"8", "174", "Funding fee income"},
    SubType{"9", "125", "ADL close long"},
    SubType{"9", "126", "ADL close short"},
    SubType{"9", "127", "ADL buy"},
    SubType{"9", "128", "ADL sell"},
};

RestReply subtypes(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  std::string_view open;
  for (const SubType& row : kSubTypes) {
    if (!listed_in(call.param("type"), row.type)) continue;
    if (row.type != open) {
      if (!open.empty()) json.end_array().end_object();
      json.begin_object().field("type", row.type).key("subTypeDetails").begin_array();
      open = row.type;
    }
    json.begin_object()
        .field("subType", row.sub_type)
        .field("subTypeDesc", row.meaning)
        .end_object();
  }
  if (!open.empty()) json.end_array().end_object();
  return reply;
}

constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/account/bills", true, false, 5, 1000, kUser, bills},
    {"GET", "/api/v5/account/bills-archive", true, false, 5, 2000, kUser, bills_archive},
    {"GET", "/api/v5/account/subtypes", true, false, 20, 2000, kUser, subtypes},
};

}  // namespace

std::span<const Route> bill_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
