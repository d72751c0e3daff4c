/* SPDX-License-Identifier: Apache-2.0 */
/* records.c: the words people see for kinds and states. */
#include "cache/records.h"

#define X(name, text) [name] = text,
static const char *const job_kinds[] = {JOB_KIND_TABLE(X)};
static const char *const job_states[] = {JOB_STATE_TABLE(X)};
static const char *const url_states[] = {URL_STATE_TABLE(X)};
#undef X

const char *job_kind_text(enum job_kind kind)
{
    must(kind < ARRAY_LEN(job_kinds));
    return job_kinds[kind];
}

const char *job_state_text(enum job_state state)
{
    must(state < ARRAY_LEN(job_states));
    return job_states[state];
}

const char *url_state_text(enum url_state state)
{
    must(state < ARRAY_LEN(url_states));
    return url_states[state];
}
