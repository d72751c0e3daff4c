/* SPDX-License-Identifier: Apache-2.0 */
/* usage.c: usage by day and week, from the counters that are kept as the work happens. */
#include "api/jobs.h"
#include "api/put.h"
#include "api/routes.h"

#include <stdio.h>
#include <time.h>

#define DAY_MS 86400000
#define ROWS_MAX 30u

struct range {
    const char *word;
    unsigned rows, days; /* days a row */
};

static const struct range ranges[] = {{"7d", 7, 1}, {"30d", 30, 1}, {"weekly", 7, 7}};

static void day_text(uint32_t day, const char *format, char *to, size_t size)
{
    time_t t = (time_t)day * 86400;
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(to, size, format, &tm);
}

static void add(struct usage_record *sum, const struct usage_record *more)
{
    sum->requests += more->requests;
    sum->crawls += more->crawls;
    sum->input_tokens += more->input_tokens;
    sum->output_tokens += more->output_tokens;
    sum->captchas += more->captchas;
    sum->credits += more->credits;
    sum->latency_ms += more->latency_ms;
    sum->latencies += more->latencies;
}

static void put_row(struct json_out *out, const struct usage_record *u, uint32_t first, unsigned days)
{
    char label[32], from[32], to[32], span[80];
    day_text(first, "%b %d", label, sizeof label);
    day_text(first, "%Y-%m-%d", from, sizeof from);
    day_text(first + days - 1, "%Y-%m-%d", to, sizeof to);
    snprintf(span, sizeof span, days == 1 ? "%s" : "%s - %s", from, to);
    json_begin(out, '{');
    put_text(out, "label", label);
    put_text(out, "date", span);
    put_u64(out, "requests", u->requests);
    put_u64(out, "crawls", u->crawls);
    put_u64(out, "tokens", u->input_tokens + u->output_tokens);
    put_u64(out, "captchas", u->captchas);
    put_u64(out, "latency", u->latencies ? u->latency_ms / u->latencies : 0);
    put_u64(out, "credits", u->credits);
    json_end(out, '}');
}

/* Oldest first, days without use as zeros. */
static void show(struct call *call, const struct range *range)
{
    struct usage_record sums[ROWS_MAX] = {0}, day = {0};
    uint32_t today = (uint32_t)(clock_wall_ms() / DAY_MS);
    uint32_t first = today + 1 - range->rows * range->days, from = first;
    struct store_read *read;
    enum status st;
    if (!call_read_begin(call, &read))
        return;
    for (; (st = store_usage_next(read, call->key.number, from, &day)) == OK && day.day <= today;
         from = day.day + 1)
        add(&sums[(day.day - first) / range->days], &day);
    store_read_end(read);
    if (st != OK && st != ST_NOTFOUND) {
        call_error_status(call, st);
        return;
    }
    struct json_out *out = &call->json_out;
    json_begin(out, '{');
    put_text(out, "status", "success");
    json_key(out, "data");
    json_begin(out, '[');
    for (unsigned i = 0; i < range->rows; i++)
        put_row(out, &sums[i], first + i * range->days, range->days);
    json_end(out, ']');
    json_end(out, '}');
    call_reply_json(call, 200);
}

static void show_range(struct call *call, struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
        if (str_is(word, ranges[i].word)) {
            show(call, &ranges[i]);
            return;
        }
    call_error(call, 400, "INVALID_REQUEST", "range: expected 7d, 30d or weekly");
}

void usage_stats(struct call *call)
{
    show_range(call, call_query(call, "range"));
}

void usage_account(struct call *call)
{
    struct str word = call_query(call, "range");
    show_range(call, word.n ? word : STR_LIT("30d"));
}
