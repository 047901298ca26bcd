#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/doctor.h"
#include "domain/instrument_table.h"
#include "gateway/net/event_loop.h"
#include "gateway/okx/protocol/feed_exam.h"
#include "gateway/okx/protocol/instrument_codes.h"
#include "gateway/okx/protocol/instrument_sink.h"
#include "gateway/okx/protocol/rest_answers.h"
#include "gateway/okx/transport/venue_reader.h"

namespace gannet::app {

/// One run of `gannet doctor`. Split over files by what is looked at: REST (doctor), sockets
/// (doctor_sockets), a trial order (doctor_trial).
class DoctorVisit {
 public:
  DoctorVisit(const config::Settings& settings, const okx::Signer& signer,
              const net::TlsContext& tls, const DoctorOptions& options);

  DoctorReport run();

 private:
  using Result = DoctorCheck::Result;

  void check_access();
  void check_account();
  void check_rates();
  void check_demo_header();
  void check_instruments();
  void check_one_instrument(const config::Settings& settings, std::size_t index);
  void check_market_data();
  void check_lists();
  void check_paging();
  void check_dead_man_timer();
  void check_public_socket();
  void check_private_socket();
  void check_business_socket();
  void check_channels(const okx::FeedExam& exam, const std::vector<std::string>& channels);
  void check_books(const okx::FeedExam& exam);
  void try_an_order();

  /// Asks, and puts a check for it: ok if the answer is whole and every row is understood.
  template <class Row>
  std::vector<Row> ask(std::string_view area, const std::string& what, okx::RestQuestion question,
                       std::string_view meaning) {
    auto answer = reader_->read<Row>(std::move(question));
    put_answer(area, what, answer.outcome, meaning);
    return std::move(answer.rows);
  }
  void put_answer(std::string_view area, const std::string& what, const okx::RestOutcome& outcome,
                  std::string_view meaning);
  void put(std::string_view area, std::string what, Result result, std::string expected,
           std::string actual, std::string_view meaning);
  Timestamp venue_now() const;
  HttpResponse send(HttpRequest request);

  const config::Settings& settings_;
  const okx::Signer& signer_;
  const net::TlsContext& tls_;
  DoctorOptions options_;
  okx::RestIdentity identity_;
  net::EventLoop loop_;
  std::unique_ptr<okx::VenueReader> reader_;
  std::unique_ptr<net::HttpClient> client_;
  CurrencyTable currencies_;
  InstrumentTable instruments_;
  okx::InstrumentCodes codes_;
  okx::InstrumentSink definitions_{currencies_};
  std::vector<std::string> watched_;
  okx::AccountConfig account_;
  DoctorReport report_;
};

}  // namespace gannet::app
