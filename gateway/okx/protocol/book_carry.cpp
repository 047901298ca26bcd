#include "gateway/okx/protocol/book_carry.h"

#include <simdjson.h>

#include <cstdlib>

namespace gannet::okx {
namespace {

using Object = simdjson::dom::object;
using Element = simdjson::dom::element;

/// A price for sorting alone; the text is what is told. Texts of one grid, so equal prices are
/// equal texts.
double price_of(const Element& row) {
  std::string_view text;
  return row.at(0).get(text) == simdjson::SUCCESS ? std::strtod(std::string(text).c_str(), nullptr)
                                                  : 0;
}

bool is_delete(const Element& row) {
  std::string_view text;
  return row.at(1).get(text) == simdjson::SUCCESS &&
         std::strtod(std::string(text).c_str(), nullptr) == 0;
}

template <class Side>
void apply(const Element& data, std::string_view key, Side& side) {
  simdjson::dom::array rows;
  if (data[key].get(rows) != simdjson::SUCCESS) return;
  for (const Element row : rows) {
    if (is_delete(row)) {
      side.erase(price_of(row));
    } else {
      side[price_of(row)] = simdjson::minify(row);
    }
  }
}

}  // namespace

struct BookCarry::Parser {
  simdjson::dom::parser json;
};

BookCarry::BookCarry() : parser_(std::make_unique<Parser>()) {}
BookCarry::~BookCarry() = default;

void BookCarry::see(std::string_view message) {
  // Most messages are none: a look at their text is quicker than a parser's.
  if (message.find("\"action\"") == std::string_view::npos) return;
  Element root, argument;
  std::string_view action;
  simdjson::dom::array rows;
  if (parser_->json.parse(message.data(), message.size()).get(root) != simdjson::SUCCESS ||
      root["action"].get(action) != simdjson::SUCCESS ||
      root["arg"].get(argument) != simdjson::SUCCESS ||
      root["data"].get(rows) != simdjson::SUCCESS) {
    return;
  }
  std::string name = simdjson::minify(argument);
  if (action == "snapshot") books_[name] = {{}, {}, name, {}};
  const auto found = books_.find(name);
  if (found == books_.end()) return;
  Book& book = found->second;
  for (const Element data : rows) {
    apply(data, "bids", book.bids);
    apply(data, "asks", book.asks);
    Object members;
    if (data.get(members) != simdjson::SUCCESS) continue;
    book.rest.clear();
    for (const auto& [key, value] : members) {
      if (key == "bids" || key == "asks") continue;
      book.rest += ",\"" + std::string(key) + "\":";
      book.rest += key == "prevSeqId" ? "-1" : std::string(simdjson::minify(value));
    }
  }
}

std::vector<std::string> BookCarry::snapshots() const {
  std::vector<std::string> messages;
  for (const auto& [name, book] : books_) {
    if (book.bids.empty() && book.asks.empty()) continue;
    std::string text =
        "{\"arg\":" + book.argument + ",\"action\":\"snapshot\",\"data\":[{\"asks\":[";
    const char* comma = "";
    for (const auto& [price, row] : book.asks) {
      text += comma + row;
      comma = ",";
    }
    text += "],\"bids\":[";
    comma = "";
    for (auto row = book.bids.rbegin(); row != book.bids.rend(); ++row) {
      text += comma + row->second;
      comma = ",";
    }
    messages.push_back(text + "]" + book.rest + "}]}");
  }
  return messages;
}

}  // namespace gannet::okx
