/* SPDX-License-Identifier: Apache-2.0 */
/* control.c: the owner's socket and its one thread, and the client side of it. */
#include "crawler/control.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_BYTES 2000
#define DELETE_STEP 2000 /* records removed in one transaction */

struct control {
    struct engine *engine;
    struct writer *writer;
    struct control_hook hook;
    int socket, folder, stop[2];
    pthread_t thread;
    struct sockaddr_un address;
};

/* ---- deleting ---- */

struct delete_job {
    struct write_job job;
    struct id128 id;
    bool more;
};

static enum status delete_apply(struct write_job *handle, struct store_write *write)
{
    struct delete_job *d =
        (struct delete_job *)(void *)((char *)handle - offsetof(struct delete_job, job));
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), d->id, &job);
    if (st == OK && job.state == JOB_RUNNING)
        st = ST_BUSY;
    if (st == OK)
        st = store_job_delete(write, d->id, DELETE_STEP);
    d->more = st == ST_AGAIN;
    return d->more ? OK : st;
}

enum status job_delete(struct writer *writer, struct id128 job)
{
    struct delete_job d = {.id = job, .more = true};
    enum status st = OK;
    while (st == OK && d.more) {
        d.job = (struct write_job){.apply = delete_apply, .bytes = 1 << 16, .urgent = true};
        st = writer_run(writer, &d.job);
    }
    return st;
}

/* ---- lines ---- */

static enum status wait_readable(int fd, int64_t until_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int64_t left = until_ms - clock_mono_ms();
    int n = left > 0 ? poll(&p, 1, (int)left) : 0;
    return n > 0 ? OK : ST_TIMEOUT;
}

/* One line without its end, NUL-terminated. */
static enum status read_line(int fd, char *line, size_t size, int64_t wait_ms)
{
    int64_t until = clock_mono_ms() + wait_ms;
    size_t n = 0;
    while (n + 1 < size) {
        if (wait_readable(fd, until) != OK)
            return ST_TIMEOUT;
        ssize_t got = read(fd, line + n, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return ST_IO;
        if (line[n] == '\n') {
            line[n] = 0;
            return OK;
        }
        n++;
    }
    return ST_LIMIT;
}

static enum status write_all(int fd, const char *text)
{
    size_t n = strlen(text);
    while (n) {
        ssize_t put = send(fd, text, n, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return ST_IO;
        text += put;
        n -= (size_t)put;
    }
    return OK;
}

/* A path that is too long for a socket's address is reached through the folder's descriptor, which is the
 * caller's to close; else *ret_folder is -1. */
static enum status address_of(const char *data_dir, struct sockaddr_un *ret_address, int *ret_folder)
{
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    *ret_folder = -1;
    size_t size = sizeof ret_address->sun_path;
    int n = snprintf(ret_address->sun_path, size, "%s/webkeep.sock", data_dir);
    if (n > 0 && (size_t)n < size)
        return OK;
    *ret_folder = open(data_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*ret_folder < 0)
        return ST_IO;
    snprintf(ret_address->sun_path, size, "/proc/self/fd/%d/webkeep.sock", *ret_folder);
    return OK;
}

/* ---- the owner ---- */

static void close_all(struct control *c)
{
    const int fds[] = {c->socket, c->folder, c->stop[0], c->stop[1]};
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(c);
}

static enum status obey(struct control *c, const char *line)
{
    struct id128 job;
    const char *space = strchr(line, ' ');
    if (!space || hex_decode(str_of(space + 1), job.b, sizeof job.b) != OK)
        return ST_INPUT;
    if (strncmp(line, "cancel ", 7) == 0)
        return engine_stop_job(c->engine, job, CRAWL_STOP_CANCEL);
    if (strncmp(line, "delete ", 7) == 0)
        return job_delete(c->writer, job);
    return ST_UNSUPPORTED;
}

/* True when the line is a command of the owner's own. */
static bool ask_owner(struct control *c, const char *line, char *reply, size_t size)
{
    struct str word = str_head(str_of(line), str_find(str_of(line), ' '));
    if (!c->hook.command || str_is(word, "cancel") || str_is(word, "delete"))
        return false;
    struct buf answer;
    buf_init(&answer, size);
    enum status st = c->hook.command(c->hook.user, str_of(line), &answer);
    snprintf(reply, size, "%s %.*s\n", st == OK ? "ok" : "error", (int)answer.n,
             answer.n ? answer.p : "");
    if (answer.p)
        explicit_bzero(answer.p, answer.n);
    buf_fini(&answer);
    return true;
}

static void serve_one(struct control *c, int fd)
{
    char line[LINE_BYTES], reply[LINE_BYTES + 16];
    if (read_line(fd, line, sizeof line, 1000) != OK)
        return;
    if (ask_owner(c, line, reply, sizeof reply)) {
        (void)!write_all(fd, reply);
        explicit_bzero(reply, sizeof reply);
        return;
    }
    enum status st = obey(c, line);
    if (st == OK)
        snprintf(reply, sizeof reply, "ok\n");
    else if (st == ST_BUSY)
        snprintf(reply, sizeof reply, "error the job runs: stop it first (webkeep cancel)\n");
    else
        snprintf(reply, sizeof reply, "error %s\n", status_text(st));
    (void)!write_all(fd, reply);
}

static void *serve(void *user)
{
    struct control *c = user;
    struct pollfd fds[2] = {{.fd = c->socket, .events = POLLIN}, {.fd = c->stop[0], .events = POLLIN}};
    while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
        if (fds[1].revents)
            break;
        if (!(fds[0].revents & POLLIN))
            continue;
        int fd = accept4(c->socket, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) { /* no descriptor is free: it stays readable, so wait a little */
            poll(NULL, 0, 50);
            continue;
        }
        serve_one(c, fd);
        close(fd);
    }
    return NULL;
}

enum status control_serve(const char *data_dir, struct engine *engine, struct writer *writer,
                          const struct control_hook *hook, struct control **ret_control,
                          struct diag *ret_diag)
{
    struct control *c = calloc(1, sizeof *c);
    if (!c)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    *c = (struct control){.engine = engine, .writer = writer, .socket = -1, .stop = {-1, -1}};
    if (hook)
        c->hook = *hook;
    if (address_of(data_dir, &c->address, &c->folder) != OK) {
        free(c);
        return diag_set(ret_diag, ST_IO, "the data folder can't be opened: %s", strerror(errno));
    }
    /* The lock is held, so a socket that lies here is of a process that is gone. */
    unlink(c->address.sun_path);
    c->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mode_t old = umask(0177);
    bool bound =
        c->socket >= 0 && bind(c->socket, (struct sockaddr *)&c->address, sizeof c->address) == 0;
    umask(old);
    if (bound && listen(c->socket, 16) == 0 && pipe2(c->stop, O_CLOEXEC) == 0 &&
        pthread_create(&c->thread, NULL, serve, c) == 0) {
        *ret_control = c;
        return OK;
    }
    enum status st =
        diag_set(ret_diag, ST_IO, "no control socket at %s: %s", c->address.sun_path, strerror(errno));
    close_all(c);
    return st;
}

void control_stop(struct control *c)
{
    if (!c)
        return;
    (void)!write(c->stop[1], "x", 1);
    pthread_join(c->thread, NULL);
    unlink(c->address.sun_path);
    close_all(c);
}

/* ---- the client ---- */

enum status control_ask(const char *data_dir, struct str command, struct buf *ret_answer,
                        struct diag *ret_diag)
{
    struct sockaddr_un address;
    char line[LINE_BYTES + 16];
    int folder;
    if (command.n > LINE_BYTES - 2)
        return diag_set(ret_diag, ST_LIMIT, "the command is too long");
    if (address_of(data_dir, &address, &folder) != OK)
        return diag_set(ret_diag, ST_NOTFOUND, "the data folder can't be opened: %s", strerror(errno));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (folder >= 0)
        close(folder);
    if (!connected) {
        if (fd >= 0)
            close(fd);
        return diag_set(ret_diag, ST_NOTFOUND, "no process owns the data folder");
    }
    snprintf(line, sizeof line, "%.*s\n", STR_ARG(command));
    enum status st = write_all(fd, line);
    if (st == OK)
        st = read_line(fd, line, sizeof line, CONTROL_WAIT_MS);
    close(fd);
    if (st != OK)
        return diag_set(ret_diag, ST_IO, "the process that owns the data folder did not answer");
    struct str answer = str_of(line);
    if (str_is(answer, "ok") || str_starts(answer, STR_LIT("ok "))) {
        buf_put_str(ret_answer, str_from(answer, 3));
        explicit_bzero(line, sizeof line);
        return ret_answer->status;
    }
    return diag_set(ret_diag, ST_DENIED, "%.400s", strncmp(line, "error ", 6) == 0 ? line + 6 : line);
}

enum status control_send(const char *data_dir, const char *command, struct id128 job,
                         struct diag *ret_diag)
{
    char line[64], id[33];
    struct buf answer;
    hex_encode(job.b, sizeof job.b, id);
    int n = snprintf(line, sizeof line, "%.20s %s", command, id);
    buf_init(&answer, LINE_BYTES);
    enum status st = control_ask(data_dir, str_make(line, (size_t)n), &answer, ret_diag);
    buf_fini(&answer);
    return st;
}
