/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint.c: a pool of connections, and what is known of the server, under one lock.
 *
 * Invariant: skills are only taken away and the context only narrows, so that threads which learn the same thing at the
 * same time agree. Nothing is sent with the lock held. */
#include "answer/endpoint.h"

#include "answer/client.h"
#include "base/clock.h"
#include "base/hash.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define STEPS_MAX 8u /* skills that one question may cost */
#define FIRST_WAIT_MS 500
#define LONGEST_WAIT_MS 30000
#define ASKED_WAIT_MAX_MS 120000 /* a Retry-After beyond this is no retry for this page */
#define SLICE_MS 100             /* how often a wait looks at cancel */
#define LOOK_MS 10000            /* for what the server tells of itself */
#define REQUEST_BYTES ((size_t)16 << 20)
#define CONTEXT_LEAST 512u

struct endpoint {
    struct endpoint_options options;
    char *url, *models_url, *key, *name, *extra;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    struct client *idle[ENDPOINT_REQUESTS_MAX];
    unsigned n_idle, in_use;
    struct skills skills;
    size_t context; /* 0: not known yet */
    bool looked;
    unsigned failures;
    int64_t closed_until_ms;
    char closed_why[300];
};

/* ---- making ---- */

static char *path_of(const char *base, const char *path)
{
    size_t n = strlen(base);
    while (n && base[n - 1] == '/')
        n--;
    struct buf text;
    buf_init(&text, 4096);
    buf_put(&text, base, n);
    buf_puts(&text, path);
    char *copy = text.status == OK && buf_terminate(&text) ? strdup(buf_str(&text).p) : NULL;
    buf_fini(&text);
    return copy;
}

static enum status check_options(const struct endpoint_options *o, struct diag *ret_diag)
{
    static const struct json_limits limits = {.max_bytes = 65536, .max_depth = 16};
    struct str url = str_of(o->url), extra = str_trim(str_of(o->extra));
    struct json_doc *doc = NULL;
    struct diag diag;
    if (!str_starts(url, STR_LIT("http://")) && !str_starts(url, STR_LIT("https://")))
        return diag_set(ret_diag, ST_INPUT,
                        "model.url: it begins with http:// or https://, as in http://127.0.0.1:8080/v1");
    if (!o->name[0])
        return diag_set(ret_diag, ST_INPUT,
                        "model.name: the name of the model at its server is missing");
    if (extra.n == 0)
        return OK;
    bool good =
        json_parse(extra, &limits, &doc, &diag) == OK && json_type(json_root(doc)) == JSON_OBJECT;
    json_doc_destroy(doc);
    return good ? OK
                : diag_set(ret_diag, ST_INPUT,
                           "model.extra: it is no JSON object, as in {\"reasoning_effort\":\"low\"}");
}

enum status endpoint_create(const struct endpoint_options *options, struct endpoint **ret_endpoint,
                            struct diag *ret_diag)
{
    enum status st = check_options(options, ret_diag);
    if (st != OK)
        return st;
    struct endpoint *e = calloc(1, sizeof *e);
    if (!e)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->freed, NULL);
    e->options = *options;
    e->options.requests = options->requests < 1                       ? 1
                          : options->requests > ENDPOINT_REQUESTS_MAX ? ENDPOINT_REQUESTS_MAX
                                                                      : options->requests;
    e->url = path_of(options->url, "/chat/completions");
    e->models_url = path_of(options->url, "/models");
    e->key = strdup(options->key);
    e->name = strdup(options->name);
    e->extra = strdup(options->extra);
    e->skills = SKILLS_ALL;
    e->context = options->context_tokens;
    if (!e->url || !e->models_url || !e->key || !e->name || !e->extra) {
        endpoint_destroy(e);
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    }
    *ret_endpoint = e;
    return OK;
}

void endpoint_destroy(struct endpoint *e)
{
    if (!e)
        return;
    for (unsigned i = 0; i < e->n_idle; i++)
        client_destroy(e->idle[i]);
    if (e->key)
        explicit_bzero(e->key, strlen(e->key));
    free(e->url);
    free(e->models_url);
    free(e->key);
    free(e->name);
    free(e->extra);
    pthread_cond_destroy(&e->freed);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

/* ---- connections ---- */

static bool is_set(const atomic_bool *cancel)
{
    return cancel && atomic_load_explicit(cancel, memory_order_relaxed);
}

static void nap(pthread_cond_t *cond, pthread_mutex_t *lock)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += SLICE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(cond, lock, &until);
}

/* NULL: cancelled, or without memory. */
static struct client *take_client(struct endpoint *e, const atomic_bool *cancel)
{
    struct client *client = NULL;
    pthread_mutex_lock(&e->lock);
    while (e->in_use >= e->options.requests && !is_set(cancel))
        nap(&e->freed, &e->lock);
    bool good = !is_set(cancel);
    if (good) {
        e->in_use++;
        client = e->n_idle ? e->idle[--e->n_idle] : NULL;
    }
    pthread_mutex_unlock(&e->lock);
    if (good && !client && !(client = client_create())) {
        pthread_mutex_lock(&e->lock);
        e->in_use--;
        pthread_mutex_unlock(&e->lock);
    }
    return client;
}

static void give_client(struct endpoint *e, struct client *client)
{
    pthread_mutex_lock(&e->lock);
    e->in_use--;
    e->idle[e->n_idle++] = client; /* no more than were in use, and those are bounded */
    pthread_cond_signal(&e->freed);
    pthread_mutex_unlock(&e->lock);
}

/* In slices, so that a cancel is heard. */
static void wait_ms(int64_t ms, const atomic_bool *cancel)
{
    for (int64_t end = clock_mono_ms() + ms; !is_set(cancel) && clock_mono_ms() < end;) {
        int64_t left = end - clock_mono_ms();
        poll(NULL, 0, (int)(left < SLICE_MS ? left : SLICE_MS));
    }
}

/* ---- the context ---- */

static size_t number_of(const struct json *v)
{
    int64_t n = json_int(v, 0);
    return n > 0 && n < (1 << 30) ? (size_t)n : 0;
}

/* llama.cpp tells it as meta.n_ctx, vLLM as max_model_len, others as context_length; of the model of that name, or the
 * only one. */
static size_t told_context(const struct endpoint *e, struct str body)
{
    static const struct json_limits limits = {
        .max_bytes = ENDPOINT_REPLY_BYTES, .max_depth = 32, .replace_nul = true};
    struct json_doc *doc = NULL;
    struct diag diag;
    size_t tokens = 0;
    if (json_parse(body, &limits, &doc, &diag) != OK)
        return 0;
    const struct json *list = json_get(json_root(doc), "data");
    for (const struct json *m = json_first(list); m && !tokens; m = json_after(m)) {
        if (json_length(list) > 1 && !str_is(json_str(json_get(m, "id"), STR_NONE), e->name))
            continue;
        tokens = number_of(json_get(json_get(m, "meta"), "n_ctx"));
        tokens = tokens ? tokens : number_of(json_get(m, "max_model_len"));
        tokens = tokens ? tokens : number_of(json_get(m, "context_length"));
    }
    json_doc_destroy(doc);
    return tokens;
}

static size_t look(struct endpoint *e, const atomic_bool *cancel)
{
    struct client *client = take_client(e, cancel);
    struct buf body;
    size_t tokens = 0;
    if (!client)
        return 0;
    buf_init(&body, ENDPOINT_REPLY_BYTES);
    const struct client_call call = {.url = e->models_url,
                                     .key = e->key,
                                     .body = STR_NONE,
                                     .connect_ms = e->options.connect_ms,
                                     .total_ms = LOOK_MS,
                                     .cancel = cancel};
    struct client_reply reply = client_send(client, &call, &body);
    if (reply.end == CLIENT_REPLIED && reply.status == 200)
        tokens = told_context(e, buf_str(&body));
    buf_fini(&body);
    give_client(e, client);
    return tokens;
}

size_t endpoint_context(struct endpoint *e, const atomic_bool *cancel)
{
    pthread_mutex_lock(&e->lock);
    size_t context = e->context;
    bool first = !context && !e->looked;
    e->looked = true;
    pthread_mutex_unlock(&e->lock);
    if (!first)
        return context ? context : ENDPOINT_CONTEXT;
    context = look(e, cancel);
    pthread_mutex_lock(&e->lock);
    if (!e->context)
        e->context = context >= CONTEXT_LEAST ? context : 0;
    context = e->context;
    pthread_mutex_unlock(&e->lock);
    return context ? context : ENDPOINT_CONTEXT;
}

bool endpoint_narrow(struct endpoint *e, size_t tokens)
{
    pthread_mutex_lock(&e->lock);
    size_t known = e->context ? e->context : ENDPOINT_CONTEXT;
    bool fewer = tokens >= CONTEXT_LEAST && tokens < known;
    if (fewer)
        e->context = tokens;
    pthread_mutex_unlock(&e->lock);
    return fewer;
}

unsigned endpoint_answer_tokens(const struct endpoint *e, size_t context)
{
    return e->options.answer_tokens < context / 4 ? e->options.answer_tokens : (unsigned)(context / 4);
}

/* ---- whether it is worth asking ---- */

static bool is_closed(struct endpoint *e, struct reply *reply)
{
    pthread_mutex_lock(&e->lock);
    bool closed = clock_mono_ms() < e->closed_until_ms;
    if (closed)
        snprintf(reply->why, sizeof reply->why, "%s", e->closed_why);
    pthread_mutex_unlock(&e->lock);
    return closed;
}

static void note(struct endpoint *e, enum talk_end verdict, const struct reply *reply)
{
    pthread_mutex_lock(&e->lock);
    e->failures = verdict == TALK_RETRY || verdict == TALK_CLOSED ? e->failures + 1 : 0;
    if (verdict == TALK_CLOSED || e->failures >= ENDPOINT_FAILURES) {
        e->closed_until_ms = clock_mono_ms() + e->options.pause_ms;
        snprintf(e->closed_why, sizeof e->closed_why, "%s", reply->why);
        e->failures = 0;
    }
    pthread_mutex_unlock(&e->lock);
}

static struct skills skills_now(struct endpoint *e)
{
    pthread_mutex_lock(&e->lock);
    struct skills skills = e->skills;
    pthread_mutex_unlock(&e->lock);
    return skills;
}

static void lose_skills(struct endpoint *e, struct skills left)
{
    pthread_mutex_lock(&e->lock);
    e->skills.strict &= left.strict;
    e->skills.schema &= left.schema;
    e->skills.object &= left.object;
    e->skills.temperature &= left.temperature;
    e->skills.max_tokens &= left.max_tokens;
    pthread_mutex_unlock(&e->lock);
}

/* ---- asking ---- */

/* Some servers repeat the key that they refuse. */
static void hide_key(const struct endpoint *e, struct reply *reply)
{
    size_t n = strlen(e->key);
    for (char *at = reply->why; n && (at = strstr(at, e->key)); at += n)
        memset(at, '*', n);
}

/* One request. ret_wait_ms: how long the server asks to wait; -1: it does not. */
static enum talk_end send(struct endpoint *e, const struct talk *talk, const atomic_bool *cancel,
                          struct reply *reply, int64_t *ret_wait_ms)
{
    struct client *client = take_client(e, cancel);
    struct buf request, body;
    *reply = (struct reply){0};
    *ret_wait_ms = -1;
    if (!client) {
        snprintf(reply->why, sizeof reply->why, "%s", client_end_text(CLIENT_CANCELLED));
        return TALK_REFUSED;
    }
    if (is_closed(e, reply)) { /* while this one waited for its turn */
        give_client(e, client);
        return TALK_CLOSED;
    }
    struct skills skills = skills_now(e);
    buf_init(&request, REQUEST_BYTES);
    buf_init(&body, ENDPOINT_REPLY_BYTES);
    talk_request(talk, &skills, &request);
    enum talk_end verdict = TALK_REFUSED;
    if (request.status != OK) {
        snprintf(reply->why, sizeof reply->why, "the request is too long");
    } else {
        const struct client_call call = {.url = e->url,
                                         .key = e->key,
                                         .body = buf_str(&request),
                                         .connect_ms = e->options.connect_ms,
                                         .total_ms = e->options.total_ms,
                                         .cancel = cancel};
        struct client_reply got = client_send(client, &call, &body);
        *ret_wait_ms = got.retry_after_ms;
        if (got.end == CLIENT_REPLIED) {
            verdict = talk_read(got.status, buf_str(&body), talk->schema.n > 0, &skills, reply);
        } else {
            snprintf(reply->why, sizeof reply->why, "%s", client_end_text(got.end));
            verdict =
                got.end == CLIENT_CANCELLED || got.end == CLIENT_TOO_LONG ? TALK_REFUSED : TALK_RETRY;
        }
    }
    hide_key(e, reply);
    if (verdict == TALK_STEP)
        lose_skills(e, skills);
    else
        note(e, verdict, reply);
    buf_fini(&body);
    buf_fini(&request);
    give_client(e, client);
    return verdict;
}

/* Doubled each time, by up to a quarter less, so that threads do not come back together. */
static int64_t backoff_ms(unsigned attempt)
{
    int64_t ms = FIRST_WAIT_MS << (attempt < 10 ? attempt : 10);
    uint8_t chance = 0;
    ms = ms > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : ms;
    if (random_bytes(&chance, 1) != OK)
        chance = 128;
    return ms - ms * chance / 1024;
}

enum talk_end endpoint_ask(struct endpoint *e, struct talk *talk, const atomic_bool *cancel,
                           struct reply *ret_reply)
{
    talk->model = e->name;
    talk->extra = str_of(e->extra);
    unsigned attempt = 0, steps = 0;
    for (;;) {
        int64_t wait;
        enum talk_end verdict = send(e, talk, cancel, ret_reply, &wait);
        if (verdict == TALK_STEP && ++steps <= STEPS_MAX) {
            json_doc_destroy(ret_reply->doc);
            continue;
        }
        if (verdict == TALK_STEP)
            verdict = TALK_REFUSED;
        if (verdict != TALK_RETRY || attempt >= e->options.retries || is_set(cancel) ||
            wait > ASKED_WAIT_MAX_MS)
            return verdict;
        json_doc_destroy(ret_reply->doc);
        ret_reply->doc = NULL;
        wait_ms(wait >= 0 ? wait : backoff_ms(attempt), cancel);
        attempt++;
    }
}
