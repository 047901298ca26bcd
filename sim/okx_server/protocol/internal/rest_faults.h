#pragma once

#include <optional>
#include <string_view>

#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {

// What faults do to REST requests and their answers.

/// The answer in place of the request's own, nothing done; or none.
std::optional<HttpResponse> answer_by_fault(ServerState& state, const HttpRequest& request,
                                            std::string_view path);

/// Before the handler of a signed-in request: pages that overlap, lists that change between pages.
void bend_query(RestCall& call, std::string_view path);
/// After it: rows gone, pages that fail, lists as a replica has them.
void bend_reply(RestCall& call, std::string_view path, RestReply& reply);

/// The answer as a whole: another status after all was done, fields written wrongly, late or cut
/// short on its way.
void bend_answer(ServerState& state, std::string_view path, HttpResponse& response);

/// An HTML page as a content network's edge sends it.
HttpResponse html_page(int status);

}  // namespace gannet::okx_server
