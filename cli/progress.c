/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c: the live line, signals, and the closing report. */
#include "cli/progress.h"

#include "base/json.h"
#include "cli/data.h"
#include "cli/plain.h"
#include "export/page_told.h"
#include "frontier/policy.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define TICK_MS 200
#define FAILURES_SHOWN 3
#define TYPES_SHOWN 12
#define FEW_PAGES 3 /* at most so many: a wider scope is suggested */

static volatile sig_atomic_t interrupts;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    static const char text[] = "\nwebkeep: stopped at once; nothing that was committed is lost. "
                               "`webkeep resume last` goes on.\n";
    if (++interrupts < 2)
        return;
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(EXIT_INTERRUPTED);
}

static void bytes_text(uint64_t n, char *to, size_t size)
{
    if (n < 1000000)
        snprintf(to, size, "%.0f kB", (double)n / 1e3);
    else
        snprintf(to, size, "%.1f MB", (double)n / 1e6);
}

static void time_text(int64_t ms, char *to, size_t size)
{
    int64_t s = ms / 1000;
    if (s >= 3600)
        snprintf(to, size, "%lld:%02lld:%02lld", (long long)(s / 3600), (long long)(s / 60 % 60),
                 (long long)(s % 60));
    else
        snprintf(to, size, "%lld:%02lld", (long long)(s / 60), (long long)(s % 60));
}

/* The rest can be told when the queue is known to the end: fewer wait than were done. */
static void eta_text(const struct crawl_progress *p, double rate, char *to, size_t size)
{
    uint64_t done = p->kept + p->traversed;
    to[0] = 0;
    if (rate <= 0 || p->ready == 0 || p->ready > done)
        return;
    char left[32];
    time_text((int64_t)((double)p->ready / rate * 1000), left, sizeof left);
    snprintf(to, size, " · %s left", left);
}

static void draw(const struct crawl_progress *p)
{
    char bytes[32], time[32], eta[48];
    double seconds = (double)p->running_ms / 1000;
    double rate = seconds > 0.5 ? (double)(p->kept + p->traversed) / seconds : 0;
    bytes_text(p->received_bytes, bytes, sizeof bytes);
    time_text(p->running_ms, time, sizeof time);
    eta_text(p, rate, eta, sizeof eta);
    fprintf(stderr, "\r\033[K%llu pages · %llu queued · %.0f/s · %s · %llu failed · %s%s%s",
            (unsigned long long)p->kept, (unsigned long long)p->ready, rate, bytes,
            (unsigned long long)p->failed, time, eta,
            interrupts ? " · finishing; Ctrl-C again stops at once" : "");
    fflush(stderr);
}

void progress_catch(bool on)
{
    struct sigaction action = {.sa_handler = on ? on_interrupt : SIG_DFL};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool progress_wait(struct crawl *crawl, const struct args *args)
{
    bool live = !args->quiet && !args->json && isatty(STDERR_FILENO), asked = false;
    while (!crawl_wait(crawl, TICK_MS)) {
        if (interrupts && !asked) {
            asked = true;
            crawl_stop(crawl, CRAWL_STOP_SOON);
            if (!live && !args->quiet)
                fprintf(stderr, "webkeep: finishing what is in flight; Ctrl-C again stops at once\n");
        }
        if (live) {
            struct crawl_progress p;
            crawl_progress(crawl, &p);
            draw(&p);
        }
    }
    if (live)
        fputs("\r\033[K", stderr);
    progress_catch(false);
    return asked;
}

/* ---- the report ---- */

/* "not a page" is told by type: at most TYPES_SHOWN of them, in the order met. */
struct type_count {
    char type[64];
    unsigned long long n;
};

static void count_type(struct type_count *types, struct str type)
{
    size_t i = 0;
    while (i < TYPES_SHOWN && types[i].n && !str_is(type, types[i].type))
        i++;
    if (i == TYPES_SHOWN)
        return;
    snprintf(types[i].type, sizeof types[i].type, "%.*s", STR_ARG(str_head(type, 63)));
    types[i].n++;
}

static void print_types(FILE *to, struct store *store, const struct job_record *job)
{
    struct type_count types[TYPES_SHOWN] = {0};
    struct store_read *read;
    struct url_record url;
    uint64_t from = 0;
    unsigned long long told = 0;
    if (store_read_begin(store, &read) != OK)
        return;
    for (; store_url_next(read, job->number, from, &url) == OK; from = url.seq + 1)
        if (url.state == URL_SKIPPED && url.reason == REASON_NOT_A_PAGE)
            count_type(types, url.detail);
    store_read_end(read);
    for (size_t i = 0; i < TYPES_SHOWN && types[i].n; told += types[i].n, i++) {
        fprintf(to, "skipped %llu: not a page: ", types[i].n);
        plain_put(to, str_of(types[i].type));
        fputc('\n', to);
    }
    if (job->skipped[REASON_NOT_A_PAGE] > told)
        fprintf(to, "skipped %llu: not a page: other types\n",
                (unsigned long long)job->skipped[REASON_NOT_A_PAGE] - told);
}

static void print_skipped(FILE *to, struct store *store, const struct job_record *job)
{
    for (unsigned i = 0; i < REASON_COUNT; i++)
        if (job->skipped[i] && i != REASON_NOT_A_PAGE)
            fprintf(to, "skipped %llu: %s\n", (unsigned long long)job->skipped[i], reason_text(i));
    if (job->skipped[REASON_NOT_A_PAGE])
        print_types(to, store, job);
}

static void print_failures(FILE *to, struct store *store, const struct job_record *job)
{
    struct store_read *read;
    if (!job->failed || store_read_begin(store, &read) != OK)
        return;
    struct url_record url;
    uint64_t from = 0;
    unsigned shown = 0;
    while (shown < FAILURES_SHOWN && store_url_next(read, job->number, from, &url) == OK) {
        from = url.seq + 1;
        if (url.state != URL_FAILED)
            continue;
        fprintf(to, "failed: %.*s: ", STR_ARG(url.url));
        plain_put(to, url.detail);
        fputc('\n', to);
        shown++;
    }
    if (job->failed > shown)
        fprintf(to, "failed: and %llu more\n", (unsigned long long)(job->failed - shown));
    store_read_end(read);
}

static void print_advice(FILE *to, const struct job_record *job)
{
    char id[JOB_ID_TEXT];
    job_id_short(job->id, id);
    if (job->no_text)
        fprintf(to,
                "%llu of %llu pages have no text: they seem to be drawn by scripts and need a browser\n",
                (unsigned long long)job->no_text, (unsigned long long)job->kept);
    marks_print(to, job);
    if (job->kept <= FEW_PAGES && job->skipped[REASON_OUTSIDE_SCOPE])
        fprintf(to, "%llu links of this host lie outside the base path: --whole-domain follows them\n",
                (unsigned long long)job->skipped[REASON_OUTSIDE_SCOPE]);
    if (job->kept <= FEW_PAGES && job->skipped[REASON_OUTSIDE_DOMAIN])
        fprintf(to, "%llu links lead to other hosts: --subdomains follows those of the same domain\n",
                (unsigned long long)job->skipped[REASON_OUTSIDE_DOMAIN]);
    bool at_limit =
        job->ready && job->state == JOB_PARTIAL && str_starts(job->message, STR_LIT("page limit"));
    if (job->ready)
        fprintf(to, "next: webkeep resume %s%s\n", id, at_limit ? " --max-pages N" : "");
    else if (job->failed)
        fprintf(to, "next: webkeep retry %s\n", id);
    else if (job->kept)
        fprintf(to,
                "next: webkeep export %s --out FILE.zip, or webkeep extract %s --transform \"titles\"\n",
                id, id);
}

static void print_json(FILE *to, const struct job_record *job, int64_t running_ms, const char *out_path)
{
    struct buf buf;
    struct json_out out;
    char id[JOB_ID_TEXT];
    job_id_text(job->id, id);
    buf_init(&buf, 1 << 20);
    json_out_init(&out, &buf, 0);
    json_begin(&out, '{');
    json_key(&out, "job"), json_put_str(&out, str_of(id));
    json_key(&out, "url"), json_put_str(&out, job->base_url);
    json_key(&out, "status"), json_put_str(&out, str_of(job_state_text(job->state)));
    json_key(&out, "message"), json_put_str(&out, job->message);
    json_key(&out, "pages"), json_put_int(&out, (int64_t)job->kept);
    json_key(&out, "traversed"), json_put_int(&out, (int64_t)job->traversed);
    json_key(&out, "redirected"), json_put_int(&out, (int64_t)job->redirected);
    json_key(&out, "skipped");
    json_begin(&out, '{');
    for (unsigned i = 0; i < REASON_COUNT; i++)
        if (job->skipped[i])
            json_key(&out, reason_text(i)), json_put_int(&out, (int64_t)job->skipped[i]);
    json_end(&out, '}');
    json_key(&out, "failed"), json_put_int(&out, (int64_t)job->failed);
    json_key(&out, "queued"), json_put_int(&out, (int64_t)job->ready);
    json_key(&out, "no_text"), json_put_int(&out, (int64_t)job->no_text);
    json_key(&out, "quality");
    job_put_marks(job, &out);
    json_key(&out, "completeness");
    json_put_raw(&out, job->completeness.n ? job->completeness : STR_LIT("null"));
    json_key(&out, "bytes"), json_put_int(&out, (int64_t)job->received_bytes);
    json_key(&out, "stored_bytes"), json_put_int(&out, (int64_t)job->stored_bytes);
    json_key(&out, "seconds"), json_put_double(&out, (double)running_ms / 1000);
    json_key(&out, "out"), out_path ? json_put_str(&out, str_of(out_path)) : json_put_null(&out);
    json_end(&out, '}');
    fprintf(to, "%.*s\n", (int)buf.n, buf.p ? buf.p : "");
    buf_fini(&buf);
}

void progress_report(const struct args *args, struct store *store, const struct job_record *job,
                     int64_t running_ms, const char *out_path, bool to_stderr)
{
    FILE *to = to_stderr ? stderr : stdout;
    char id[JOB_ID_TEXT], bytes[32];
    job_id_short(job->id, id);
    bytes_text(job->received_bytes, bytes, sizeof bytes);
    if (!args->quiet && !args->json) {
        print_skipped(to, store, job);
        print_failures(to, store, job);
        completeness_print(to, job->completeness, false);
        print_advice(to, job);
    }
    if (job->message.n && !args->json)
        complain(0, "%.*s", STR_ARG(job->message));
    if (args->json) {
        print_json(to, job, running_ms, out_path);
        return;
    }
    fprintf(to, "pages %llu, failed %llu, %s, %.1f s, job %s, %s%s%s\n", (unsigned long long)job->kept,
            (unsigned long long)job->failed, bytes, (double)running_ms / 1000, id,
            job_state_text(job->state), out_path ? ", out " : "", out_path ? out_path : "");
}

int progress_exit(const struct job_record *job, enum status trouble)
{
    if (trouble != OK && trouble != ST_CANCELLED)
        return EXIT_STORAGE;
    switch (job->state) {
    case JOB_DONE:
        return EXIT_DONE;
    case JOB_FAILED:
        return EXIT_NOTHING;
    case JOB_INTERRUPTED:
        return EXIT_INTERRUPTED;
    default:
        return EXIT_PARTIAL;
    }
}
