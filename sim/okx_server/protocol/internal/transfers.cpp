#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/sub_accounts.h"

namespace gannet::okx_server {
namespace {

constexpr std::string_view kFunding = "6";
constexpr std::string_view kTrading = "18";

/// What a body asks for, understood.
struct WantedTransfer {
  std::size_t from_user = 0, to_user = 0;
  std::string from, to;  ///< 6 or 18
  Amount amount;
  std::string type = "0";
  std::string client_id;
  std::string sub_account;
};

bool is_account(std::string_view code) noexcept { return code == kFunding || code == kTrading; }

sim::Wallet wallet_of(std::string_view code) noexcept {
  return code == kFunding ? sim::Wallet::Funding : sim::Wallet::Trading;
}

/// A member that clients send as text or as a number.
std::string text_of(simdjson::dom::object body, std::string_view name) {
  simdjson::dom::element element;
  if (body.at_key(name).get(element) != simdjson::SUCCESS) return "";
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) return std::string(text);
  return element.is_number() ? simdjson::minify(element) : "";
}

/// Currency, amount and accounts. A refusal, or code "0".
RestReply read_common(const RestCall& call, simdjson::dom::object body, WantedTransfer& wanted) {
  const std::string currency = text_of(body, "ccy");
  const std::string amount = text_of(body, "amt");
  wanted.from = text_of(body, "from");
  wanted.to = text_of(body, "to");
  wanted.client_id = text_of(body, "clientId");
  if (currency.empty()) return missing("ccy");
  if (amount.empty()) return missing("amt");
  if (wanted.from.empty()) return missing("from");
  if (wanted.to.empty()) return missing("to");
  if (!is_account(wanted.from)) return bad_parameter("from");
  if (!is_account(wanted.to)) return bad_parameter("to");
  wanted.amount.currency = call.state.currencies.find(currency);
  if (!wanted.amount.currency.valid()) return bad_parameter("ccy");
  // At most eight decimals leave or enter an account.
  const auto units = parse_units(amount, 8);
  if (!units) return bad_parameter("amt");
  if (*units <= 0) return refusal("58114", "Transfer amount must be more than 0");
  wanted.amount.raw = static_cast<__int128>(*units) * 10'000'000'000;
  if (!wanted.client_id.empty() && !is_plain_name(wanted.client_id, 32))
    return bad_parameter("clientId");
  return {};
}

void note_bill(ServerState& state, const WantedTransfer& wanted, std::size_t user, bool in,
               std::uint64_t id) {
  FundingBill bill;
  bill.id = id;
  bill.user = user;
  bill.client_id = wanted.client_id;
  const bool own = wanted.from_user == wanted.to_user;
  // 130, 131: from and to the trading account; 20, 21: to and from a sub-account; 22, 23: by one.
  const bool of_master = master_of(state, user) == user;
  bill.type = own ? (in ? "130" : "131") : of_master ? (in ? "21" : "20") : (in ? "23" : "22");
  bill.change = in ? wanted.amount : -wanted.amount;
  bill.balance = {0, wanted.amount.currency};
  for (const Amount& held : state.exchange->funding_balances(state.users[user].id)) {
    if (held.currency == wanted.amount.currency) bill.balance = held;
  }
  bill.time = state.now;
  state.funding.bills.push_back(std::move(bill));
  if (state.funding.bills.size() > FundingBooks::kMost) state.funding.bills.pop_front();
}

RestReply refused_transfer(sim::AccountRefusal refused) {
  switch (refused) {
    case sim::AccountRefusal::InsufficientFunds:
      return refusal("58350", "Insufficient balance");
    case sim::AccountRefusal::UnknownUser:
      return refusal("58115", "Sub-account does not exist");
    default:
      return refusal("58112", "Your fund transfer failed. Please try again later");
  }
}

RestReply carry_out(RestCall& call, const WantedTransfer& wanted) {
  ServerState& state = call.state;
  const auto refused = state.exchange->transfer(
      state.users[wanted.from_user].id, wallet_of(wanted.from), state.users[wanted.to_user].id,
      wallet_of(wanted.to), wanted.amount, state.exchange_time());
  if (refused != sim::AccountRefusal::None) return refused_transfer(refused);
  FundTransfer made;
  made.id = 700'000'000 + ++state.funding.last_id;
  made.by = *call.user;
  made.client_id = wanted.client_id;
  made.type = wanted.type;
  made.from = wanted.from;
  made.to = wanted.to;
  made.sub_account = wanted.sub_account;
  made.currency = state.currencies.name(wanted.amount.currency);
  made.amount = amount_text(wanted.amount);
  made.time = state.now;
  if (wanted.from == kFunding) note_bill(state, wanted, wanted.from_user, false, made.id * 2);
  if (wanted.to == kFunding) note_bill(state, wanted, wanted.to_user, true, made.id * 2 + 1);
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("transId", std::to_string(made.id))
      .field("ccy", made.currency)
      .field("clientId", made.client_id)
      .field("from", made.from)
      .field("amt", made.amount)
      .field("to", made.to)
      .end_object();
  state.funding.transfers.push_back(std::move(made));
  if (state.funding.transfers.size() > FundingBooks::kMost) state.funding.transfers.pop_front();
  return reply;
}

/// A sub-account of the caller's family by name; nothing with a refusal.
std::optional<std::size_t> family_member(const RestCall& call, std::string_view name) {
  const auto found = call.state.find_user(name);
  const std::size_t master = master_of(call.state, *call.user);
  if (!found || !is_sub_account_of(call.state, *found, master)) return std::nullopt;
  return found;
}

}  // namespace

RestReply transfer_funds(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  WantedTransfer wanted;
  if (RestReply refused = read_common(call, *body, wanted); refused.code != "0") return refused;
  wanted.from_user = wanted.to_user = *call.user;
  wanted.sub_account = text_of(*body, "subAcct");
  if (const std::string type = text_of(*body, "type"); !type.empty()) wanted.type = type;
  const bool master = is_master(call);
  if (wanted.type == "0") {
    if (wanted.from == wanted.to)
      return refusal("58123", "Parameter from can not equal to parameter to");
    return carry_out(call, wanted);
  }
  if (wanted.type == "3") {
    if (master) return bad_parameter("type");
    wanted.to_user = master_of(call.state, *call.user);
    return carry_out(call, wanted);
  }
  if (wanted.type != "1" && wanted.type != "2" && wanted.type != "4") return bad_parameter("type");
  if (wanted.sub_account.empty()) return missing("subAcct");
  const auto sub = family_member(call, wanted.sub_account);
  if (!sub) return refusal("58115", "Sub-account does not exist");
  // 1 and 2 are asked by the master's key, 4 by a sub-account's.
  if (master == (wanted.type == "4")) return bad_parameter("type");
  (wanted.type == "2" ? wanted.from_user : wanted.to_user) = *sub;
  if (wanted.from_user == wanted.to_user) return bad_parameter("subAcct");
  return carry_out(call, wanted);
}

RestReply transfer_between_subs(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  if (!is_master(call))
    return refusal("59500", "Only the API key of the main account has permission");
  WantedTransfer wanted;
  if (RestReply refused = read_common(call, *body, wanted); refused.code != "0") return refused;
  const std::string from = text_of(*body, "fromSubAccount");
  const std::string to = text_of(*body, "toSubAccount");
  if (from.empty()) return missing("fromSubAccount");
  if (to.empty()) return missing("toSubAccount");
  const auto giver = family_member(call, from);
  const auto taker = family_member(call, to);
  if (!giver || !taker) return refusal("58115", "Sub-account does not exist");
  if (*giver == *taker)
    return refusal("59507",
                   "The two accounts involved in a transfer must be two different "
                   "sub-accounts under the same parent account");
  wanted.from_user = *giver;
  wanted.to_user = *taker;
  wanted.type.assign(1, '4');
  wanted.sub_account = to;
  return carry_out(call, wanted);
}

RestReply transfer_state(RestCall& call) {
  const std::string_view id = call.param("transId");
  const std::string_view client_id = call.param("clientId");
  if (id.empty() && client_id.empty())
    return refusal("50015", "Either parameter transId or clientId is required", 400);
  RestReply reply;
  JsonWriter json(reply.data);
  for (const FundTransfer& made : call.state.funding.transfers) {
    if (made.by != *call.user) continue;
    if (id.empty() ? made.client_id != client_id : std::to_string(made.id) != id) continue;
    json.begin_object()
        .field("transId", std::to_string(made.id))
        .field("clientId", made.client_id)
        .field("ccy", made.currency)
        .field("amt", made.amount)
        .field("from", made.from)
        .field("to", made.to)
        .field("type", made.type)
        .field("subAcct", made.sub_account)
        .field("instId", "")
        .field("toInstId", "")
        .field("state", "success")
        .end_object();
  }
  if (reply.data.empty()) return refusal("58129", "Transfer does not exist");
  return reply;
}

}  // namespace gannet::okx_server
