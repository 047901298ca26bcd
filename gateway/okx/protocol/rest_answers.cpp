#include "gateway/okx/protocol/rest_answers.h"

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/rest_frame.h"

namespace gannet::okx {
namespace {

std::expected<void, Error> check(const HttpResponse& response, const RestFrame& frame) {
  if (response.status == 0) {
    return std::unexpected(
        Error{"the venue did not answer: check the network, the proxy and "
              "venue.rest_url"});
  }
  if (!frame.is_json()) {
    const std::string status = std::to_string(response.status);
    if (response.status == 403) {
      return std::unexpected(
          Error{"HTTP 403 from the wall in front of the venue: this machine's "
                "address or country may be blocked"});
    }
    return std::unexpected(
        Error{"HTTP " + status + " without an answer of the venue: check venue.rest_url"});
  }
  if (frame.ok()) return {};
  std::string message = "the venue refused (code " + std::to_string(frame.code());
  if (!frame.frame().message.empty()) {
    message.append(": ").append(frame.frame().message.substr(0, 200));
  }
  message += ")";
  if (frame.rule().error_class == ErrorClass::AuthFatal) {
    message.append("; ").append(advice(frame.code()));
  }
  return std::unexpected(Error{std::move(message)});
}

Error unreadable(std::string_view what, DecodeError error) {
  std::string message("the venue's answer about ");
  message.append(what).append(" could not be read: ").append(name_of(error));
  return Error{std::move(message)};
}

/// The named fields of the first row.
template <std::size_t N>
std::expected<std::array<std::string, N>, Error> first_row(const HttpResponse& response,
                                                           const FieldNames<N>& names,
                                                           std::string_view what) {
  RestFrame frame;
  frame.read(response);
  if (auto ok = check(response, frame); !ok) return std::unexpected(std::move(ok.error()));
  std::array<std::string, N> result;
  std::size_t rows = 0;
  const DecodeStatus status = for_each_row(frame.reader(), [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, N> texts{};
    if (const DecodeStatus read = read_texts(row, names, texts); !read) return read;
    if (rows++ > 0) return {};
    for (std::size_t i = 0; i < N; ++i) result[i] = texts[i];
    return {};
  });
  if (!status) return std::unexpected(unreadable(what, status.error()));
  if (rows == 0) return std::unexpected(unreadable(what, DecodeError::MissingField));
  return result;
}

bool contains_word(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (list.substr(0, comma) == word) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

std::expected<void, Error> check_answer(const HttpResponse& response) {
  RestFrame frame;
  frame.read(response);
  return check(response, frame);
}

bool needs_a_person(const HttpResponse& response) {
  if (response.status == 0) return false;
  RestFrame frame;
  frame.read(response);
  return frame.rule().error_class == ErrorClass::AuthFatal;
}

std::expected<Timestamp, Error> decode_time(const HttpResponse& response) {
  constexpr FieldNames<1> names({"ts"});
  const auto row = first_row(response, names, "its clock");
  if (!row) return std::unexpected(row.error());
  const auto time = timestamp_from_millis((*row)[0]);
  if (!time) return std::unexpected(unreadable("its clock", time.error()));
  return *time;
}

std::expected<AccountConfig, Error> decode_account_config(const HttpResponse& response) {
  constexpr FieldNames<9> names(
      {"uid", "acctLv", "posMode", "perm", "ip", "feeType", "level", "mainUid", "roleType"});
  const auto row = first_row(response, names, "the account");
  if (!row) return std::unexpected(row.error());
  const auto& [uid, account_level, position_mode, permissions, addresses, fee_type, level,
               main_account, role] = *row;
  AccountConfig config;
  config.account_name = uid;
  if (account_level == "1") {
    config.account_mode = AccountMode::Spot;
  } else if (account_level == "2") {
    config.account_mode = AccountMode::Futures;
  } else if (account_level == "3") {
    config.account_mode = AccountMode::MultiCurrency;
  } else if (account_level == "4") {
    config.account_mode = AccountMode::Portfolio;
  } else {
    return std::unexpected(
        Error{"the venue names an account mode that is not known here: \"" + account_level + "\""});
  }
  if (position_mode == "net_mode") {
    config.position_mode = PositionMode::Net;
  } else if (position_mode == "long_short_mode") {
    config.position_mode = PositionMode::LongShort;
  } else {
    return std::unexpected(
        Error{"the venue names a position mode that is not known here: \"" + position_mode + "\""});
  }
  config.may_trade = contains_word(permissions, "trade");
  config.may_withdraw = contains_word(permissions, "withdraw");
  config.bound_to_addresses = !addresses.empty();
  config.fees_in_quote = fee_type == "1";
  config.fee_level = level;
  config.main_account = main_account;
  config.addresses = addresses;
  config.permissions = permissions;
  config.leads_or_copies = !role.empty() && role != "0";
  return config;
}

std::expected<std::size_t, Error> intern_currencies(const HttpResponse& balance,
                                                    CurrencyTable& currencies) {
  RestFrame frame;
  frame.read(balance);
  if (auto ok = check(balance, frame); !ok) return std::unexpected(std::move(ok.error()));
  std::size_t count = 0;
  const auto on_currency = [&](JsonValue row) -> DecodeStatus {
    constexpr FieldNames<1> names({"ccy"});
    std::array<std::string_view, 1> texts{};
    if (const DecodeStatus read = read_texts(row, names, texts); !read) return read;
    if (texts[0].empty()) return {};
    currencies.intern(texts[0]);
    ++count;
    return {};
  };
  const DecodeStatus status = for_each_row(frame.reader(), [&](JsonValue account) -> DecodeStatus {
    return for_each_field(account, [&](std::string_view key, JsonValue value) -> DecodeStatus {
      return key == "details" ? for_each_element(value, on_currency) : DecodeStatus{};
    });
  });
  if (!status) return std::unexpected(unreadable("balances", status.error()));
  return count;
}

std::expected<std::vector<ClientOrderId>, Error> decode_client_ids(const HttpResponse& response) {
  RestFrame frame;
  frame.read(response);
  if (auto ok = check(response, frame); !ok) return std::unexpected(std::move(ok.error()));
  std::vector<ClientOrderId> ids;
  const DecodeStatus status = for_each_row(frame.reader(), [&](JsonValue row) -> DecodeStatus {
    constexpr FieldNames<1> names({"clOrdId"});
    std::array<std::string_view, 1> texts{};
    if (const DecodeStatus read = read_texts(row, names, texts); !read) return read;
    const auto number = parse_units(texts[0], 0);
    if (number && *number > 0) ids.push_back({static_cast<std::uint64_t>(*number)});
    return {};
  });
  if (!status) return std::unexpected(unreadable("recent orders", status.error()));
  return ids;
}

std::expected<std::string, Error> decode_leverage(const HttpResponse& response) {
  constexpr FieldNames<1> names({"lever"});
  const auto row = first_row(response, names, "leverage");
  if (!row) return std::unexpected(row.error());
  return (*row)[0];
}

}  // namespace gannet::okx
