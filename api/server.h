/* SPDX-License-Identifier: Apache-2.0 */
/* server.h: HTTP on libmicrohttpd: connections, limits, the wire. It knows routes and calls; it does not know
 * jobs. The one file set that includes microhttpd.h is server*.c.
 *
 * What Debian's library does wrong is refused or mended here (docs/operating.md says what a reverse proxy must
 * do about the rest): see the table at the top of server.c. */
#ifndef WEBKEEP_API_SERVER_H
#define WEBKEEP_API_SERVER_H

#include "api/routes.h"
#include "api/service.h"

struct server;

/* Listens on config's server.listen and serves until server_destroy(). ST_INPUT: not an address; ST_BUSY: in
 * use; a sentence each. service must live as long. */
enum status server_create(struct service *service, struct server **ret_server,
                          struct diag *ret_diag) MUST_USE;
/* Takes no new connection, lets replies that have begun end within grace_ms, ends streams and waiting calls,
 * then stops. What still waits for call_resume() keeps its call until then; server_wake_streams() may be
 * called and does nothing. NULL is fine. */
void server_stop(struct server *server, int64_t grace_ms);
/* Stops when that was not done, and frees: after everything that calls call_resume() or server_wake_streams() has
 * ended (the writer, the engine). NULL is fine. */
void server_destroy(struct server *server, int64_t grace_ms);
const char *
server_address(const struct server *server); /* "127.0.0.1:8787", the real port when 0 was asked for */

/* front.c, called by the server with the whole request once it is here; and before the body is read with
 * the head alone, which may refuse it (a reply was made: true). */
bool front_head(struct call *call);
void front_call(struct call *call);
/* Judges every URL of the body, as url_fields.def lists them, by service->rule: 400 with the field's JSON pointer.
 * False: a reply was made. Part of front_call(). */
bool front_check_urls(struct call *call);
/* The reply is made: front_head() and front_call() headers that every reply has (RateLimit-*, nosniff), the log
 * line, the counters. Called once a call, before the head is sent. */
void front_reply(struct call *call);

#endif
