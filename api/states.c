/* SPDX-License-Identifier: Apache-2.0 */
/* states.c: the table of states.h, looked up. */
#include "api/states.h"

struct state_row {
    enum job_state state;
    bool ended;
    const char *word, *batch_word, *message;
};

static const struct state_row rows[] = {
#define X(state, ended, word, batch_word, message) {state, ended, word, batch_word, message},
    API_STATE_TABLE(X)
#undef X
};

static const struct state_row *row_of(enum job_state state)
{
    size_t i = 0;
    while (i < ARRAY_LEN(rows) && rows[i].state != state)
        i++;
    must(i < ARRAY_LEN(rows));
    return &rows[i];
}

const char *state_word(enum job_kind kind, enum job_state state)
{
    return kind == JOB_BATCH ? row_of(state)->batch_word : row_of(state)->word;
}

const char *state_message(enum job_state state)
{
    return row_of(state)->message;
}

bool state_has_ended(enum job_state state)
{
    return row_of(state)->ended;
}

enum item_state item_state_of(enum job_state job, enum url_state url, bool leased)
{
    if (url == URL_KEPT)
        return ITEM_COMPLETED;
    if (url != URL_READY)
        return ITEM_FAILED;
    if (job == JOB_CANCELLED)
        return ITEM_CANCELLED;
    if (state_has_ended(job))
        return ITEM_FAILED;
    return leased ? ITEM_RUNNING : ITEM_PENDING;
}

static const char *const item_words[] = {"pending", "running", "completed", "failed", "cancelled"};
static const char *const log_words[] = {"in_progress", "in_progress", "success", "failed", "failed"};

const char *item_state_word(enum item_state state)
{
    return item_words[state];
}

const char *log_word_of_item(enum item_state state)
{
    return log_words[state];
}
