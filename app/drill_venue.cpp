#include "app/drill_venue.h"

#include <simdjson.h>

#include <utility>

namespace gannet::app {

std::expected<std::unique_ptr<DrillVenue>, Error> DrillVenue::start(const std::string& folder) {
  auto child = ChildSim::spawn({.program = {},
                                .arguments = {"--state-dir", folder + "/sim"},
                                .log_file = folder + "/venue"});
  if (!child) return std::unexpected(child.error());
  std::unique_ptr<DrillVenue> venue(new DrillVenue(std::move(*child)));
  auto tls = net::TlsContext::client({.system_roots = false, .ca_file = venue->ready().ca});
  if (!tls) return std::unexpected(tls.error());
  venue->tls_.emplace(std::move(*tls));
  auto client = net::HttpClient::make(venue->loop_, *venue->tls_,
                                      {.url = venue->ready().url, .connections = 1});
  if (!client) return std::unexpected(client.error());
  venue->client_ = std::move(*client);
  return venue;
}

std::expected<std::vector<std::string>, Error> DrillVenue::resting() {
  std::optional<net::HttpAnswer> answer;
  // A connection that idled for long is one that the venue has closed: once more on a new one.
  for (int attempt = 0; attempt < 2 && (!answer || answer->response.status == 0); ++attempt) {
    answer.reset();
    client_->send({.method = "GET", .target = "/sim/v1/truth", .headers = {}, .body = {}},
                  [&answer](net::HttpAnswer given) { answer = std::move(given); });
    while (!answer) loop_.run_for(milliseconds(20));
  }
  if (answer->response.status != 200)
    return std::unexpected(Error{"the simulated venue does not answer: " + answer->error});
  std::vector<std::string> numbers;
  simdjson::dom::parser parser;
  try {
    for (const auto order : parser.parse(answer->response.body)["orders"].get_array()) {
      const std::string_view state = order["state"];
      if (state != "live" && state != "partially_filled") continue;
      numbers.emplace_back(std::string_view(order["ordId"]));
    }
  } catch (const simdjson::simdjson_error& e) {
    return std::unexpected(Error{std::string("the simulated venue's truth: ") + e.what()});
  }
  return numbers;
}

}  // namespace gannet::app
