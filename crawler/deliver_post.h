/* SPDX-License-Identifier: Apache-2.0 */
/* deliver_post.h: the POSTs of deliver.c: names, addresses, signature, HTTP. It knows no jobs and no retries.
 *
 * Names are resolved in threads of the resolver and judged; libcurl is given the addresses and never looks one
 * up itself, so that no name server can block the thread, neither in a request nor when one is taken away. The
 * time limit covers all of it. Threads: one owner, but for poster_wake(). */
#ifndef WEBKEEP_CRAWLER_DELIVER_POST_H
#define WEBKEEP_CRAWLER_DELIVER_POST_H

#include "base/address.h"
#include "base/buf.h"
#include "base/config.h"
#include "crawler/deliver.h"

struct poster;

enum post_end {
    POST_RUNNING,   /* no end yet */
    POST_DELIVERED, /* answered with 2xx */
    POST_FAILED,    /* may work another time */
    POST_REFUSED,   /* by the address guard */
    POST_GONE,      /* answered with 410 */
};

/* The caller's part; body is empty when the post is taken. */
struct post {
    struct buf body;
    const char *event; /* its name, static */
    char id[DELIVERY_ID_TEXT];
    void *owner; /* the poster does not look at it */
};

struct poster_options {
    const struct config *config;
    struct address_rule *rule; /* shared */
    struct str secret;         /* borrowed */
    /* A post ended that was sent: never called from poster_send(). It is the poster's again afterwards. */
    void (*done)(void *user, struct post *post, enum post_end end);
    void *user;
};

enum status poster_create(const struct poster_options *options, struct poster **ret_poster) MUST_USE;
void poster_destroy(struct poster *poster); /* ends what is under way, calls nobody; NULL is fine */

/* A post to be filled, or NULL: webhook.connections are out, or there is no memory. */
struct post *poster_take(struct poster *poster);
void poster_give(struct poster *poster, struct post *post); /* unsent */
bool poster_has_room(const struct poster *poster);
/* Sends it. url, http or https, must live until the end. Unless it is POST_RUNNING the post has been given back. */
enum post_end poster_send(struct poster *poster, struct post *post, const struct url *url) MUST_USE;

/* Waits up to wait_ms for something to happen, does it, and calls done for what ended. */
void poster_run(struct poster *poster, int64_t wait_ms);
void poster_wake(struct poster *poster); /* any thread, never waits */

#endif
