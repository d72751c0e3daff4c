/* SPDX-License-Identifier: Apache-2.0 */
/* answers.h: answers that are kept beyond the job that made them, so that an unchanged page is not answered twice.
 *
 * An answer is found by a hash of all it depends on (its maker's to choose: page, question, engine). What is kept is
 * bounded in bytes: the oldest goes first, whatever it is used for. An answer that is lost is only made anew.
 * Transactions and statuses as in store.h. */
#ifndef WEBKEEP_CACHE_ANSWERS_H
#define WEBKEEP_CACHE_ANSWERS_H

#include "cache/store.h"

enum answer_flags {
    ANSWER_EMPTY = 1 << 0, /* the page says nothing of what was asked for */
};

struct answer_record {
    uint64_t turn;  /* the order in which answers came, from 1; given by store_answer_put() */
    uint32_t job;   /* number of the job that made it, which may be gone */
    unsigned flags; /* bits of enum answer_flags */
    struct packed packed;
    struct str stream; /* raw deflate of one JSON object, as in a row_record */
};

/* Where an answer stands in the order. */
struct turn_record {
    uint64_t turn;
    struct sha256 answer;
    uint64_t total; /* bytes of all answers up to this one, also of those that are gone */
};

/* What an answer counts for, with all that leads to it. */
#define ANSWER_EXTRA_BYTES 160

enum status store_answer_get(struct store_read *read, struct sha256 id,
                             struct answer_record *ret_answer) MUST_USE;

/* Keeps the answer (its turn is not read) until max_bytes of others have come after it. One that is there already stays as it
 * is, and one that is larger than all the room, or for which there is no room yet, is not kept: OK as well. */
enum status store_answer_put(struct store_write *write, struct sha256 id,
                             const struct answer_record *answer, uint64_t max_bytes) MUST_USE;

#endif
