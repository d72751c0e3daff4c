/* SPDX-License-Identifier: Apache-2.0 */
/* service.c: makes the parts in order, and takes them apart in the opposite one. */
#include "api/service.h"

#include "api/downloads.h"
#include "api/hooks.h"
#include "api/idle.h"
#include "api/keys.h"
#include "api/plans.h"
#include "api/proxies.h"
#include "api/queue.h"
#include "api/rates.h"
#include "api/server.h"
#include "answer/model.h"
#include "crawler/control.h"
#include "crawler/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RATE_BUCKETS 16384
#define GRACE_MS 5000
#define TROUBLE_MS 10000 /* after a full disk: until a request may try again */

/* ---- secrets of the data folder ---- */

/* n bytes from the file, which is made with those of ret_bytes when it is not there. */
static enum status folder_secret(const char *dir, const char *name, uint8_t *ret_bytes, size_t n,
                                 struct diag *ret_diag)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = length > 0 && (size_t)length < sizeof path
                 ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)
                 : -1;
    if (fd < 0)
        return diag_set(ret_diag, ST_IO, "%s/%s can't be opened: %s", dir, name, strerror(errno));
    enum status st = OK;
    ssize_t got = read(fd, ret_bytes, n);
    if (got > 0 && got != (ssize_t)n)
        st = diag_set(ret_diag, ST_INPUT,
                      "%s is too short: put it back from a backup, or remove it to get a new one", path);
    else if (got <= 0 && (pwrite(fd, ret_bytes, n, 0) != (ssize_t)n || fsync(fd) != 0))
        st = diag_set(ret_diag, ST_IO, "%s can't be written: %s", path, strerror(errno));
    close(fd);
    return st;
}

/* The same as SECRET_BYTES in hex, NUL-terminated: what a person reads there and gives to who checks signatures. */
static enum status folder_secret_text(const char *dir, const char *name, char *ret_hex,
                                      struct diag *ret_diag)
{
    uint8_t fresh[SECRET_BYTES];
    enum status st = random_bytes(fresh, sizeof fresh);
    hex_encode(fresh, sizeof fresh, ret_hex);
    return st == OK ? folder_secret(dir, name, (uint8_t *)ret_hex, 2 * SECRET_BYTES, ret_diag) : st;
}

/* ---- parts ---- */

static enum status open_store(struct service *s, const struct service_options *o, struct diag *ret_diag)
{
    const struct store_options store = {.dir = o->data_dir,
                                        .mode = STORE_WRITE,
                                        .map_bytes = o->config->store_map_bytes,
                                        .max_readers = o->config->store_max_readers,
                                        .command = o->command};
    const struct writer_options writer = {.batch_jobs = o->config->writer_batch_jobs,
                                          .batch_bytes = o->config->writer_batch_bytes,
                                          .batch_ms = (unsigned)o->config->writer_batch_ms,
                                          .queue_jobs = 4096,
                                          .trouble_ms = TROUBLE_MS};
    enum status st = store_open(&store, &s->store, ret_diag);
    if (st != OK)
        return st;
    st = writer_create(s->store, &writer, &s->writer);
    if (st == OK)
        st = jobs_mark_interrupted(s->store, s->writer);
    return st == OK ? OK : diag_set(ret_diag, st, "the store could not be opened: %s", status_text(st));
}

static void take_list(struct service *s, struct str list)
{
    while (list.n && s->allow_private.n < REQUEST_LIST_MAX) {
        size_t end = str_find(list, ',');
        struct str one = str_trim(str_head(list, end));
        list = str_from(list, end + 1);
        if (one.n)
            s->allow_private.v[s->allow_private.n++] = one;
    }
}

static enum status make_guard(struct service *s, const struct service_options *o, struct diag *ret_diag)
{
    s->public_only = !o->allow_all_private;
    s->allow_private = o->allow_private;
    take_list(s, str_of(o->config->guard_allow_private));
    enum status st = proxies_check(str_of(o->config->proxy_pool), ret_diag);
    if (st != OK)
        return st;
    s->rule = address_rule_create(!s->public_only, s->allow_private.v, s->allow_private.n, ret_diag);
    return s->rule ? OK : ST_INPUT;
}

static void job_ended(void *user, struct id128 job)
{
    struct service *s = user;
    job_queue_ended(s->queue, job);
    idle_job_ended(s->idle, job);
}

static void job_fed(void *user, struct id128 job)
{
    struct service *s = user;
    deliver_wake(s->deliver, job);
    server_wake_streams(s);
}

static enum status make_engine(struct service *s, struct diag *ret_diag)
{
    const struct engine_options options = {.config = s->config,
                                           .store = s->store,
                                           .writer = s->writer,
                                           .model = s->model,
                                           .ended = job_ended,
                                           .fed = job_fed,
                                           .user = s};
    return engine_create(&options, &s->engine, ret_diag);
}

static enum status make_deliver(struct service *s, const char *dir, struct diag *ret_diag)
{
    char hex[2 * SECRET_BYTES + 1];
    struct str secret = str_of(s->config->webhook_secret);
    if (!secret.n) {
        enum status st = folder_secret_text(dir, "webhook.secret", hex, ret_diag);
        if (st != OK)
            return st;
        secret = str_of(hex);
    }
    const struct deliver_options options = {.config = s->config,
                                            .store = s->store,
                                            .writer = s->writer,
                                            .rule = s->rule,
                                            .secret = secret,
                                            .body = hook_body,
                                            .user = s};
    return deliver_create(&options, &s->deliver, ret_diag);
}

static enum status make_idle(struct service *s, struct diag *ret_diag)
{
    struct idle *idle = NULL;
    enum status st = idle_create(s, &idle, ret_diag);
    s->idle = idle; /* jobs may be running and end already */
    return st;
}

static enum status first_key(struct service *s, char *ret_key, struct diag *ret_diag)
{
    struct store_read *read;
    struct key_record key;
    struct id128 id;
    ret_key[0] = 0;
    enum status st = store_read_begin(s->store, &read);
    if (st != OK)
        return diag_set(ret_diag, st, "the store can't be read: %s", status_text(st));
    st = store_key_next(read, 0, &key);
    store_read_end(read);
    if (st == OK)
        return OK;
    const struct key_wish wish = {.name = STR_LIT("first"), .credits = CREDITS_UNLIMITED};
    return key_create(s->writer, &wish, ret_key, &id, ret_diag);
}

/* Commands of other processes: about jobs, and about keys. */
static enum status serve_commands(struct service *s, const char *dir, struct diag *ret_diag)
{
    const struct control_hook hook = {.command = keys_command, .user = s->writer};
    return control_serve(dir, s->engine, s->writer, &hook, &s->control, ret_diag);
}

static enum status make_parts(struct service *s, const struct service_options *o, char *ret_new_key,
                              struct diag *ret_diag)
{
    enum status st = make_guard(s, o, ret_diag);
    if (st == OK)
        st = open_store(s, o, ret_diag);
    if (st == OK)
        st = random_bytes(s->signing, sizeof s->signing);
    if (st == OK)
        st = folder_secret(o->data_dir, "links.key", s->signing, sizeof s->signing, ret_diag);
    if (st == OK)
        st = first_key(s, ret_new_key, ret_diag);
    s->rates = rates_create(RATE_BUCKETS);
    s->downloads = downloads_create(s);
    s->plans = st == OK ? plans_create(s) : NULL;
    if (st == OK && (!s->rates || !s->downloads || !s->plans))
        st = diag_set(ret_diag, ST_NOMEM, "out of memory");
    if (st == OK)
        st = make_deliver(s, o->data_dir, ret_diag);
    if (st == OK)
        st = model_create(s->config, &s->model, ret_diag);
    if (st == OK)
        st = make_engine(s, ret_diag);
    if (st == OK)
        st = job_queue_create(s, &s->queue, ret_diag);
    if (st == OK)
        st = make_idle(s, ret_diag);
    if (st == OK)
        st = server_create(s, &s->server, ret_diag);
    if (st == OK)
        st = serve_commands(s, o->data_dir, ret_diag);
    return st;
}

enum status service_create(const struct service_options *options, struct service **ret_service,
                           char *ret_new_key, struct diag *ret_diag)
{
    struct service *s = calloc(1, sizeof *s);
    if (!s)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    s->config = options->config;
    s->log_json = options->log_json;
    enum status st = make_parts(s, options, ret_new_key, ret_diag);
    if (st != OK)
        service_destroy(s);
    else
        *ret_service = s;
    return st;
}

static enum status do_nothing(struct write_job *job, struct store_write *write)
{
    (void)job;
    (void)write;
    return OK;
}

/* Until what was pushed before has been told of. */
static void await_writer(struct service *s)
{
    struct write_job job = {.apply = do_nothing, .urgent = true};
    if (s->writer)
        (void)!writer_run(s->writer, &job);
}

void service_destroy(struct service *s)
{
    if (!s)
        return;
    atomic_store(&s->stopping, true);
    control_stop(s->control);
    idle_stop(s->idle);
    job_queue_stop(s->queue); /* what waits for a job is answered */
    plans_stop(s->plans);
    downloads_stop(s->downloads);
    server_stop(s->server, GRACE_MS);
    await_writer(
        s); /* who asked it for something has gone, and the answer still wants engine and queue */
    engine_destroy(s->engine);
    model_destroy(s->model);
    downloads_destroy(s->downloads);
    plans_destroy(s->plans);
    deliver_destroy(s->deliver);
    writer_destroy(s->writer);
    /* Whoever told these of jobs and events is gone now. */
    job_queue_destroy(s->queue);
    idle_destroy(s->idle);
    server_destroy(s->server, 0);
    rates_destroy(s->rates);
    store_close(s->store);
    address_rule_release(s->rule);
    explicit_bzero(s->signing, sizeof s->signing);
    free(s);
}

const char *service_address(const struct service *service)
{
    return server_address(service->server);
}
