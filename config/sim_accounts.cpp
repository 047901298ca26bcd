#include "config/sim_accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "config/internal/table_reader.h"

namespace gannet::config {
namespace {

constexpr std::pair<std::string_view, int> kModes[] = {
    {"simple", 1}, {"futures", 2}, {"multi_currency", 3}};
constexpr std::pair<std::string_view, bool> kPositionModes[] = {{"net", false},
                                                                {"long_short", true}};

std::vector<SimMoney> money(TableReader& table, std::string_view key) {
  std::vector<SimMoney> amounts;
  for (const std::string& text : table.texts(key)) {
    const std::size_t space = text.find(' ');
    const auto amount = parse_decimal(std::string_view(text).substr(0, space));
    const std::string currency = space == std::string::npos ? "" : text.substr(space + 1);
    if (!amount || amount->mantissa < 0 || currency.empty() || currency.size() > 15)
      table.problem(key, fmt::format("\"{}\" is not an amount: \"100000 USDT\"", text));
    else
      amounts.push_back({*amount, currency});
  }
  return amounts;
}

SimUser read_user(TableReader& table) {
  SimUser user;
  user.name = table.required_text("name", "keys name their user");
  user.main_account = table.text("sub_account_of").value_or("");
  user.account_mode = table.choice("account_mode", kModes).value_or(2);
  user.long_short = table.choice("position_mode", kPositionModes).value_or(false);
  user.deep_books = table.boolean("deep_books").value_or(false);
  user.trading = money(table, "trading");
  user.funding = money(table, "funding");
  return user;
}

SimKey read_key(TableReader& table) {
  SimKey key;
  key.user = table.required_text("user", "whose account it opens");
  key.key = table.text("key").value_or("");
  key.secret = table.text("secret").value_or("");
  key.passphrase = table.text("passphrase").value_or("");
  const int given = !key.key.empty() + !key.secret.empty() + !key.passphrase.empty();
  if (given != 0 && given != 3)
    table.problem("key",
                  "key, secret and passphrase go together; without all three they are made "
                  "up from the seed");
  key.label = table.text("label").value_or("gannet");
  bool named = false;
  for (const std::string& permission : table.texts("permissions")) {
    named = true;
    if (permission == "trade")
      key.may_trade = true;
    else if (permission == "withdraw")
      key.may_withdraw = true;
    else if (permission != "read")
      table.problem("permissions",
                    fmt::format("\"{}\" is none of read, trade, withdraw", permission));
  }
  if (!named) key.may_trade = true;
  key.addresses = table.texts("addresses");
  return key;
}

void check(const SimAccounts& accounts, Problems& problems) {
  const auto known = [&](std::string_view name) {
    return std::ranges::any_of(accounts.users, [&](const SimUser& u) { return u.name == name; });
  };
  for (const SimUser& user : accounts.users) {
    const auto twins = std::ranges::count_if(accounts.users,
                                             [&](const SimUser& u) { return u.name == user.name; });
    if (twins > 1)
      problems.add(0, "user", fmt::format("\"{}\" is named {} times", user.name, twins));
    if (!user.main_account.empty() && (!known(user.main_account) || user.main_account == user.name))
      problems.add(0, "user.sub_account_of",
                   fmt::format("\"{}\" is no other user", user.main_account));
  }
  for (const SimKey& key : accounts.keys) {
    // Without users there is the one that the venue makes by itself.
    const bool made = accounts.users.empty() && key.user == "trader";
    if (!made && !known(key.user))
      problems.add(0, "key.user", fmt::format("\"{}\" is no user of this file", key.user));
  }
  if (!accounts.users.empty() && accounts.keys.empty())
    problems.add(0, "key", "users without a key: nobody can log in");
}

template <class Row, class Read>
void read_all(const toml::table& root, std::string_view name, Problems& problems,
              std::vector<Row>& rows, Read&& read) {
  const toml::node* const node = root.get(name);
  if (node == nullptr) return;
  const toml::array* const list = node->as_array();
  if (list == nullptr || !list->is_array_of_tables()) {
    problems.add(static_cast<int>(node->source().begin.line), std::string(name),
                 fmt::format("is written [[{}]]", name));
    return;
  }
  for (const toml::node& element : *list) {
    const toml::table& raw = *element.as_table();
    TableReader table(&raw, std::string(name), problems,
                      static_cast<int>(element.source().begin.line));
    rows.push_back(read(table));
    table.finish();
  }
}

}  // namespace

std::expected<SimAccounts, std::vector<Problem>> load_sim_accounts_text(std::string_view text,
                                                                        std::string name) {
  Problems problems(name);
  SimAccounts accounts;
  try {
    const toml::table root = toml::parse(text, std::string_view(name));
    read_all(root, "user", problems, accounts.users, read_user);
    read_all(root, "key", problems, accounts.keys, read_key);
    if (problems.empty()) check(accounts, problems);
  } catch (const toml::parse_error& e) {
    problems.add(static_cast<int>(e.source().begin.line), "", std::string(e.description()));
  }
  if (!problems.empty()) return std::unexpected(problems.take());
  return accounts;
}

std::expected<SimAccounts, std::vector<Problem>> load_sim_accounts(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    return std::unexpected(std::vector<Problem>{{path, 0, "", "no such file, or not readable"}});
  return load_sim_accounts_text(text, path);
}

}  // namespace gannet::config
