#include "app/fee_rates.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "gateway/okx/protocol/rest_questions.h"

namespace gannet::app {
namespace {

constexpr std::size_t kMostQuestions = 8;  // the venue takes 5 in 2 s

using Question = std::pair<InstrumentKind, std::string>;  // "" for all of a kind

Question question_of(const Instrument& instrument) {
  const bool derivative = is_derivative(instrument.kind);
  return {instrument.kind,
          std::string(derivative ? instrument.family.view() : instrument.name.view())};
}

}  // namespace

std::optional<engine::FeeRate> rates_of(const FeeRates& row) {
  // One group is the instrument's; of several only the old, flat figures say something.
  if (row.groups.size() == 1) {
    return engine::FeeRate{row.groups.front().maker, row.groups.front().taker};
  }
  if (!row.maker || !row.taker) return std::nullopt;
  return engine::FeeRate{*row.maker, *row.taker};
}

engine::FeeTable read_fees(okx::VenueReader& reader, const InstrumentTable& instruments) {
  std::map<Question, std::optional<engine::FeeRate>> answers;
  for (const Instrument& instrument : instruments) answers[question_of(instrument)];
  const bool by_kind = answers.size() > kMostQuestions;
  if (by_kind) {
    answers.clear();
    for (const Instrument& instrument : instruments) answers[{instrument.kind, ""}];
  }
  for (auto& [question, fee] : answers) {
    const auto answer = reader.read<FeeRates>(okx::ask_fees(question.first, question.second));
    if (!answer.rows.empty()) fee = rates_of(answer.rows.front());
  }
  engine::FeeTable fees;
  for (const Instrument& instrument : instruments) {
    Question question = question_of(instrument);
    if (by_kind) question.second.clear();
    if (const auto& rate = answers[question]) fees.set(instrument.id, *rate);
  }
  return fees;
}

}  // namespace gannet::app
