/* SPDX-License-Identifier: Apache-2.0 */
/* model_talk.h: what is said to a model's server, and what its replies mean.
 *
 * Order of a request: fixed rules, then schema and question, then the page, so that servers can use what they have read of an
 * earlier request of the same question again. The page is data: it stands between two marks which it can't contain, in the user's
 * message, and no tools are offered. Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_MODEL_TALK_H
#define WEBKEEP_ANSWER_MODEL_TALK_H

#include "answer/model_chunk.h"
#include "base/json.h"

/* What an endpoint was found to take; all true at first. Each refusal takes one away. */
struct skills {
    bool strict, schema, object; /* forms of response_format, best first */
    bool temperature;
    bool max_tokens; /* false: it wants max_completion_tokens */
};
#define SKILLS_ALL ((struct skills){true, true, true, true, true})

struct talk {
    const char *model;      /* its name at the server */
    struct str extra;       /* members that are added to every request: a JSON object, or empty */
    struct str prompt;      /* the question in words; may be empty */
    struct str schema;      /* the lowered schema (model_schema.h); empty: none */
    unsigned answer_tokens; /* the most that an answer may take */
    struct str head;        /* what is known of the page: lines */
    struct chunk chunk;
    unsigned part, of_parts; /* 1 of 1: the whole page */
    struct str said, faults; /* an earlier answer and what is wrong with it; empty: none */
};

/* Appends the body of a request. Trouble is out->status. */
void talk_request(const struct talk *talk, const struct skills *skills, struct buf *out);

enum talk_end {
    TALK_ANSWER,  /* a text to be read */
    TALK_STEP,    /* skills were changed: ask again */
    TALK_SMALLER, /* more than the context holds */
    TALK_RETRY,   /* the same may work later */
    TALK_REFUSED, /* not for this page */
    TALK_CLOSED,  /* not for any page: key, name of the model, quota */
};

struct reply {
    struct json_doc *doc; /* owns the texts; the caller destroys it */
    struct str text;      /* TALK_ANSWER: what the model wrote */
    struct str thought;   /* what it wrote where reasoning belongs; may be all there is */
    bool cut;             /* it ended at the limit of its length */
    uint64_t input_tokens, output_tokens, cached_tokens;
    uint64_t context_tokens; /* TALK_SMALLER: what the server says it holds; 0: it does not */
    char why[300];           /* for people, all but TALK_ANSWER */
};

/* Reads a reply; ret_reply->doc is set where there is one. skills are changed by TALK_STEP. */
enum talk_end talk_read(int status, struct str body, bool has_schema, struct skills *skills,
                        struct reply *ret_reply);

#endif
