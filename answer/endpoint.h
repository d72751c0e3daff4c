/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint.h: one model behind an OpenAI-compatible server: how it is reached, what it was found to take, whether it is
 * worth asking now.
 *
 * So many requests at once as the settings say; who comes later waits. What the server refuses is remembered (struct
 * skills), as is the size of its context. Failures are tried again with growing waits, or as long as the server asks
 * (RFC 9110, section 10.2.3); after ENDPOINT_FAILURES in a row, or one that no page can change (a wrong key), nobody
 * asks for endpoint_options.pause_ms. The key is told to nobody but the server. Threads: any number. */
#ifndef WEBKEEP_ANSWER_ENDPOINT_H
#define WEBKEEP_ANSWER_ENDPOINT_H

#include "answer/model_talk.h"

#include <stdatomic.h>

#define ENDPOINT_REQUESTS_MAX 64u
#define ENDPOINT_FAILURES 5u
#define ENDPOINT_CONTEXT 4096u                 /* tokens; of a server that does not tell */
#define ENDPOINT_REPLY_BYTES ((size_t)1 << 20) /* of a reply at most */

struct endpoint_options { /* the settings of the section "model"; texts are borrowed */
    const char *url, *key, *name, *extra;
    unsigned requests, context_tokens, answer_tokens, retries;
    int64_t connect_ms, total_ms, pause_ms;
};

struct endpoint;

enum status endpoint_create(const struct endpoint_options *options, struct endpoint **ret_endpoint,
                            struct diag *ret_diag) MUST_USE;
void endpoint_destroy(struct endpoint *endpoint); /* NULL is fine; nobody asks any more */

/* Tokens of a request and its answer together: as set, as the server tells or was found to hold, or ENDPOINT_CONTEXT. */
size_t endpoint_context(struct endpoint *endpoint, const atomic_bool *cancel);
/* It holds fewer. False: no fewer than was known. */
bool endpoint_narrow(struct endpoint *endpoint, size_t context_tokens);
/* Tokens that an answer may take, of that context. */
unsigned endpoint_answer_tokens(const struct endpoint *endpoint, size_t context);

/* Says it and reads the reply, which ret_reply->doc owns. talk->model, extra and answer_tokens are filled in here.
 * TALK_ANSWER, SMALLER, REFUSED or CLOSED; TALK_RETRY: it did not work, however often it was tried, or
 * cancel was set. cancel may be NULL. */
enum talk_end endpoint_ask(struct endpoint *endpoint, struct talk *talk, const atomic_bool *cancel,
                           struct reply *ret_reply);

#endif
