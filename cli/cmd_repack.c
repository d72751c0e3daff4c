/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_repack.c: brings the pages of finished jobs to a higher compression, as cache/repack.h does it. */
#include "cli/commands.h"

#include "base/clock.h"
#include "cache/repack.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define TICK_MS 200

/* ---- interrupting ---- */

static volatile sig_atomic_t interrupts;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    static const char text[] =
        "\nwebkeep: stopped at once; nothing is lost. `webkeep repack` goes on.\n";
    if (++interrupts < 2)
        return;
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(EXIT_INTERRUPTED);
}

static void catch_interrupts(bool on)
{
    struct sigaction action = {.sa_handler = on ? on_interrupt : SIG_DFL};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- the live line ---- */

struct live {
    const struct repack_report *report;
    int64_t drawn_ms; /* 0: no terminal to draw on */
};

static double saved_percent(const struct repack_report *r)
{
    return r->bytes_before ? 100 - 100 * (double)r->bytes_after / (double)r->bytes_before : 0;
}

static bool should_stop(void *context)
{
    struct live *live = context;
    int64_t now = live->drawn_ms ? clock_mono_ms() : 0;
    if (now - live->drawn_ms >= TICK_MS) {
        live->drawn_ms = now;
        fprintf(stderr, "\r\033[K%llu bodies · %.0f %% smaller · %.1f MB",
                (unsigned long long)live->report->bodies, saved_percent(live->report),
                (double)live->report->bytes_before / 1e6);
        fflush(stderr);
    }
    return interrupts > 0;
}

/* ---- which jobs, and which level ---- */

struct wanted {
    struct id128 jobs[ARGS_MAX];
    unsigned level;
};

static int find_jobs(const struct args *args, struct wanted *wanted)
{
    struct store *store = NULL;
    struct store_read *read = NULL;
    int code = data_open(args, STORE_READ, &store);
    if (code == EXIT_DONE && store_read_begin(store, &read) != OK)
        code = complain(EXIT_STORAGE, "the store can't be read");
    for (int i = 0; i < args->n && code == EXIT_DONE; i++) {
        struct job_record job;
        code = data_find_job(read, args->v[i], &job);
        if (code == EXIT_DONE)
            wanted->jobs[i] = job.id;
    }
    store_read_end(read);
    store_close(store);
    return code;
}

static int find_level(const struct args *args, struct wanted *wanted)
{
    wanted->level = args->level ? args->level : args->config.repack_level;
    if (wanted->level == 0)
        return complain(EXIT_USAGE, "the setting repack.level is 0: say how small with --level N");
    if (wanted->level > BUNDLE_LEVEL_MAX)
        return complain(EXIT_USAGE, "--level: %u is not from 1 to %d", wanted->level, BUNDLE_LEVEL_MAX);
    return EXIT_DONE;
}

/* ---- the report ---- */

static void report_json(const struct repack_report *r, unsigned level, double seconds, bool stopped)
{
    printf("{\"level\":%u,\"bodies\":%llu,\"repacked\":%llu,\"kept\":%llu,\"changed\":%llu,"
           "\"damaged\":%llu,\"skipped\":%llu,\"bytes_before\":%llu,\"bytes_after\":%llu,"
           "\"disk_before\":%llu,\"disk_after\":%llu,"
           "\"seconds\":%.3f,\"interrupted\":%s}\n",
           level, (unsigned long long)r->bodies, (unsigned long long)r->repacked,
           (unsigned long long)r->kept, (unsigned long long)r->changed, (unsigned long long)r->damaged,
           (unsigned long long)r->skipped, (unsigned long long)r->bytes_before,
           (unsigned long long)r->bytes_after, (unsigned long long)r->disk_before,
           (unsigned long long)r->disk_after, seconds, stopped ? "true" : "false");
}

static void report_text(const struct repack_report *r, unsigned level, double seconds)
{
    if (r->bodies == 0 && r->skipped == 0)
        printf("nothing to repack: no finished job has a page");
    else if (r->bodies == 0)
        printf("nothing to repack: %llu pages are packed at level %u or above",
               (unsigned long long)r->skipped, level);
    else
        printf("%llu bodies looked at, %llu repacked at level %u, %llu bytes before, %llu after "
               "(%.1f %% less), %.1f s",
               (unsigned long long)r->bodies, (unsigned long long)r->repacked, level,
               (unsigned long long)r->bytes_before, (unsigned long long)r->bytes_after, saved_percent(r),
               seconds);
    if (r->disk_after < r->disk_before)
        printf("; given back to the disk: %llu bytes",
               (unsigned long long)(r->disk_before - r->disk_after));
    putchar('\n');
}

static int conclude(const struct args *args, const struct repack_report *r, enum status st)
{
    if (r->damaged)
        complain(EXIT_STORAGE,
                 "%llu bodies are damaged and were left as they are: `webkeep check` names them",
                 (unsigned long long)r->damaged);
    if (st == ST_CANCELLED) {
        if (!args->quiet)
            complain(EXIT_INTERRUPTED, "stopped; `webkeep repack` goes on where it was");
        return EXIT_INTERRUPTED;
    }
    if (st != OK)
        return complain(EXIT_STORAGE,
                        "repacking stopped: %s. Nothing is lost, and `webkeep repack` goes on later",
                        status_text(st));
    return r->damaged ? EXIT_STORAGE : EXIT_DONE;
}

/* ---- the command ---- */

static int repack(const struct args *args, const struct wanted *wanted, struct store *store,
                  struct writer *writer)
{
    struct repack_report report = {.bodies = 0};
    bool draws = !args->quiet && !args->json && isatty(STDERR_FILENO);
    int64_t began = clock_mono_ms();
    struct live live = {.report = &report, .drawn_ms = draws ? began : 0};
    const struct repack_options options = {.level = wanted->level,
                                           .jobs = args->n ? wanted->jobs : NULL,
                                           .n_jobs = (size_t)args->n,
                                           .should_stop = should_stop,
                                           .context = &live};
    enum status st = repack_run(store, writer, &options, &report);
    double seconds = (double)(clock_mono_ms() - began) / 1000;
    if (draws)
        fputs("\r\033[K", stderr);
    if (args->json)
        report_json(&report, wanted->level, seconds, st == ST_CANCELLED);
    else
        report_text(&report, wanted->level, seconds);
    return conclude(args, &report, st);
}

int cmd_repack(struct args *args)
{
    struct wanted wanted = {.level = 0};
    struct store *store = NULL;
    struct writer *writer = NULL;
    int code = find_level(args, &wanted);
    if (code == EXIT_DONE)
        code = find_jobs(args, &wanted);
    if (code != EXIT_DONE)
        return code;
    catch_interrupts(true);
    code = data_open(args, STORE_WRITE, &store);
    if (code == EXIT_DONE)
        code = cli_writer(args, store, &writer);
    if (code == EXIT_DONE)
        code = repack(args, &wanted, store, writer);
    writer_destroy(writer);
    store_close(store);
    catch_interrupts(false);
    return code;
}
