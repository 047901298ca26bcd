#include "sim/okx_server/protocol/internal/rest_faults.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/malform.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/venue_faults.h"

namespace gannet::okx_server {
namespace {

HttpResponse coded_answer(int status, std::string_view code) {
  HttpResponse response{status, {{"Content-Type", "application/json"}}, {}};
  JsonWriter json(response.body);
  json.begin_object().field("code", code).field("msg", "An ordered fault");
  json.key("data").begin_array().end_array().end_object();
  return response;
}

int status_of(const Fault& fault, int otherwise) noexcept {
  return static_cast<int>(std::clamp<std::int64_t>(fault.number("status", otherwise), 200, 599));
}

HttpResponse status_answer(const Fault& fault) {
  const std::string_view code = fault.text("code");
  if (code.empty()) return html_page(status_of(fault, 503));
  return coded_answer(status_of(fault, 200), code);
}

std::optional<std::size_t> cut_point(const Fault& fault) noexcept {
  return static_cast<std::size_t>(std::max<std::int64_t>(fault.number("byte", 0), 0));
}

/// The rows of a list, each as text.
std::vector<std::string> rows_of(const std::string& data) {
  std::vector<std::string> rows;
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  const std::string list = "[" + data + "]";
  if (parser.parse(list.data(), list.size(), true).get(array) != simdjson::SUCCESS) return rows;
  for (const simdjson::dom::element row : array) rows.push_back(simdjson::minify(row));
  return rows;
}

std::string joined(const std::vector<std::string>& rows) {
  std::string data;
  for (const std::string& row : rows) {
    if (!data.empty()) data += ',';
    data += row;
  }
  return data;
}

void bend_rows(Faults& faults, std::string_view path, RestReply& reply) {
  const bool wanted = faults.any(FaultKind::MissingRow) || faults.any(FaultKind::EmptyList) ||
                      faults.any(FaultKind::ReverseRows) || faults.any(FaultKind::TruncateList);
  if (!wanted || reply.data.empty()) return;
  std::vector<std::string> rows = rows_of(reply.data);
  if (rows.empty()) return;
  if (faults.take(FaultKind::EmptyList, path)) rows.clear();
  if (!rows.empty()) {
    if (const auto fault = faults.take(FaultKind::MissingRow, path)) {
      const auto row =
          static_cast<std::size_t>(std::clamp<std::int64_t>(fault->number("row", 0), 0, 10'000));
      if (row < rows.size()) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(row));
    }
  }
  if (faults.take(FaultKind::ReverseRows, path)) std::ranges::reverse(rows);
  if (const auto fault = faults.take(FaultKind::TruncateList, path)) {
    const auto keep =
        static_cast<std::size_t>(std::clamp<std::int64_t>(fault->number("keep", 1), 0, 10'000));
    if (rows.size() > keep) rows.resize(keep);
  }
  reply.data = joined(rows);
}

/// What happens to the user's open orders while a client turns the page at the order `after`.
void change_list(RestCall& call, std::uint64_t after, std::string_view how) {
  ServerState& state = call.state;
  const sim::UserId user = call.account().id;
  const std::vector<VenueOrderId> open = state.exchange->open_orders(user);
  if (open.empty()) return;
  if (how == "new") {
    sim::NewOrder twin = state.exchange->find(open.back())->terms;
    twin.client_id = {};
    twin.algo_id = 0;
    twin.attachment = 0;
    if (state.exchange->place(twin, state.exchange_time()).refusal != sim::Refusal::None)
      state.refuse("page_change", "", "the exchange refused the order of this fault");
    return;
  }
  const auto older = [&](VenueOrderId id) { return wire_order_id(id) < after; };
  const auto next = std::find_if(open.rbegin(), open.rend(), older);
  if (next == open.rend()) return;
  if (how == "fill") {
    if (state.exchange->fill_whole(user, *next, {}, state.exchange_time()) != sim::Refusal::None)
      state.refuse("page_change", "", "the exchange can not fill that order");
    return;
  }
  state.exchange->cancel(user, *next, sim::CancelCause::System, state.exchange_time());
}

}  // namespace

HttpResponse html_page(int status) {
  return {status,
          {{"Content-Type", "text/html"}},
          "<html><head><title>" + std::to_string(status) +
              "</title></head><body><center><h1>fault " + std::to_string(status) +
              "</h1></center></body></html>"};
}

std::optional<HttpResponse> answer_by_fault(ServerState& state, const HttpRequest& request,
                                            std::string_view path) {
  if (const auto status = down_status(state)) return html_page(*status);
  if (const Fault* const rule = state.faults.find(FaultKind::HttpStatus, path);
      rule != nullptr && !rule->flag("after_effect", false)) {
    if (const auto fault = state.faults.take(FaultKind::HttpStatus, path))
      return status_answer(*fault);
  }
  if (const Fault* const rule = state.faults.find(FaultKind::HttpCut, path);
      rule != nullptr && rule->flag("before_effect", false)) {
    if (const auto fault = state.faults.take(FaultKind::HttpCut, path)) {
      state.delivery.cut_after = cut_point(*fault);
      return html_page(503);
    }
  }
  const bool places = request.method == "POST" && path.starts_with("/api/v5/trade/") &&
                      path.find("cancel") == std::string_view::npos;
  if (places && under_maintenance(state)) {
    state.faults.count(FaultKind::Maintenance);
    return coded_answer(503, "50001");
  }
  return std::nullopt;
}

void bend_query(RestCall& call, std::string_view path) {
  const auto after = call.query.find("after");
  if (after == call.query.end()) return;
  const auto id = parse_digits(after->second);
  if (!id) return;
  if (const auto change = call.state.faults.take(FaultKind::PageChange, path))
    change_list(call, *id, change->text("how", "cancel"));
  if (call.state.faults.take(FaultKind::PageOverlap, path)) after->second = std::to_string(*id + 1);
}

void bend_reply(RestCall& call, std::string_view path, RestReply& reply) {
  Faults& faults = call.state.faults;
  if (!call.param("after").empty()) {
    if (const auto fault = faults.take(FaultKind::PageError, path)) {
      reply = refusal(std::string(fault->text("code", "50026")), "System error. Try again later",
                      status_of(*fault, 500));
      return;
    }
  }
  if (call.state.replica.on() && call.request.method == "GET")
    call.state.replica.bend(call, path, reply);
  if (reply.code == "0" && call.request.method == "GET") bend_rows(faults, path, reply);
}

void bend_answer(ServerState& state, std::string_view path, HttpResponse& response) {
  Faults& faults = state.faults;
  if (const auto fault = faults.take(FaultKind::HttpStatus, path)) response = status_answer(*fault);
  if (const auto fault = faults.take(FaultKind::HttpDelay, path))
    state.delivery.delay = fault->duration("ms", milliseconds(500));
  if (const auto fault = faults.take(FaultKind::HttpCut, path))
    state.delivery.cut_after = cut_point(*fault);
  if (path == "/api/v5/public/funding-rate") {
    if (const Fault* const shift = faults.find(FaultKind::FundingShift, "")) {
      faults.count(FaultKind::FundingShift);
      response.body = malformed(response.body, "shift", "", shift->text("ms", "3600000"));
    }
  }
  if (!faults.any(FaultKind::Malform)) return;
  // Of REST: rules that name a path.
  for (const Fault& fault : faults.all()) {
    if (fault.kind != FaultKind::Malform || fault.text("path") != path) continue;
    const std::string how(fault.text("how", "add"));
    const std::string field(fault.text("field"));
    const std::string value(fault.text("value"));
    if (!faults.take(FaultKind::Malform, fault.target)) return;
    response.body = malformed(response.body, how, field, value);
    return;
  }
}

}  // namespace gannet::okx_server
