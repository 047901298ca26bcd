#include "monitor/curl_courier.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace gannet::monitor {
namespace {

struct Request {
  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
  HttpJob job;
  HttpCourier::Done done;

  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request() {
    curl_easy_cleanup(handle);
    curl_slist_free_all(headers);
  }
};

/// Bodies of answers are of no use.
std::size_t throw_away(char* /*bytes*/, std::size_t size, std::size_t count, void* /*user*/) {
  return size * count;
}

long milliseconds_of(Nanos duration) { return static_cast<long>(duration.count / 1'000'000); }

void prepare(Request& request) {
  CURL* const handle = request.handle;
  const HttpJob& job = request.job;
  std::string url(job.url);
  while (!job.path.empty() && url.ends_with('/')) url.pop_back();
  url += job.path;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  wipe(url);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, &request);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, throw_away);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "gannet");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds_of(job.timeout));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds_of(job.timeout));
  // A name that cannot be looked up must not hold up the end of the process.
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  // The proxy of somebody's shell is none for alerts.
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  if (!job.ca_file.empty())
    curl_easy_setopt(handle, CURLOPT_CAINFO, std::string(job.ca_file).c_str());
  if (job.kind == HttpJob::Kind::Connect) {
    curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
  } else if (job.kind == HttpJob::Kind::Post) {
    request.headers = curl_slist_append(nullptr, "Content-Type: application/json");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, request.headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(job.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, job.body.c_str());  // not copied: the job stays
  }
}

HttpOutcome outcome_of(const Request& request, CURLcode code) {
  // The words of the code alone: libcurl's longer ones may name what was asked.
  if (code != CURLE_OK) return {false, curl_easy_strerror(code)};
  if (request.job.kind == HttpJob::Kind::Connect) return {true, {}};
  long status = 0;
  curl_easy_getinfo(request.handle, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return {true, {}};
  return {false, fmt::format("answered {}", status)};
}

}  // namespace

struct CurlCourier::State {
  CURLM* multi = curl_multi_init();
  std::vector<std::unique_ptr<Request>> requests;
  std::vector<std::pair<HttpCourier::Done, HttpOutcome>> over;

  void finish(Request* request, CURLcode code) {
    curl_multi_remove_handle(multi, request->handle);
    over.emplace_back(std::move(request->done), outcome_of(*request, code));
    std::erase_if(requests, [&](const auto& one) { return one.get() == request; });
  }
};

CurlCourier::CurlCourier() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  state_ = std::make_unique<State>();
}

CurlCourier::~CurlCourier() {
  for (const auto& request : state_->requests)
    curl_multi_remove_handle(state_->multi, request->handle);
  state_->requests.clear();
  curl_multi_cleanup(state_->multi);
}

void CurlCourier::start(HttpJob job, Done done) {
  auto request = std::make_unique<Request>();
  request->job = std::move(job);
  request->done = std::move(done);
  request->handle = curl_easy_init();
  if (request->handle == nullptr) {
    state_->over.emplace_back(std::move(request->done), HttpOutcome{false, "out of memory"});
    return;
  }
  prepare(*request);
  curl_multi_add_handle(state_->multi, request->handle);
  state_->requests.push_back(std::move(request));
}

void CurlCourier::work(Nanos longest) {
  int running = 0;
  curl_multi_perform(state_->multi, &running);
  const bool anything_over =
      !state_->over.empty() || static_cast<std::size_t>(running) < state_->requests.size();
  if (!anything_over) {
    curl_multi_poll(state_->multi, nullptr, 0,
                    static_cast<int>(std::min<long>(milliseconds_of(longest), 60'000)), nullptr);
    curl_multi_perform(state_->multi, &running);
  }
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(state_->multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Request* request = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
    state_->finish(request, message->data.result);
  }
  for (auto& [done, outcome] : std::exchange(state_->over, {})) done(std::move(outcome));
}

void CurlCourier::wake() noexcept { curl_multi_wakeup(state_->multi); }

}  // namespace gannet::monitor
