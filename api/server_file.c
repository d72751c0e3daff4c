/* SPDX-License-Identifier: Apache-2.0 */
/* server_file.c: replies from a file: which part of it, if any (RFC 9110 13 and 14). The sending is the library's.
 *
 * One range gets 206, ranges that don't fit 416, several ranges the whole file (which 14.2 allows: no client of ours
 * asks for several, and those who do must take the whole). There is no Last-Modified: an ETag says more. */
#include "api/server_parts.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- conditions and ranges ---- */

/* One entity tag of a list, without W/ and quotes; false at the end or where the list is broken. */
static bool next_tag(struct str *list, struct str *ret_tag, bool *ret_weak)
{
    while (list->n && (ascii_is_space(list->p[0]) || list->p[0] == ','))
        *list = str_from(*list, 1);
    *ret_weak = str_starts(*list, STR_LIT("W/"));
    if (*ret_weak)
        *list = str_from(*list, 2);
    if (list->n < 2 || list->p[0] != '"')
        return false;
    struct str rest = str_from(*list, 1);
    size_t quote = str_find(rest, '"');
    if (quote == rest.n)
        return false;
    *ret_tag = str_head(rest, quote);
    *list = str_from(rest, quote + 1);
    return true;
}

/* If-None-Match: compared weakly (13.1.2). */
static bool has_tag(struct str list, struct str etag)
{
    struct str tag;
    bool weak;
    if (str_is(str_trim(list), "*"))
        return true;
    while (str_is_set(etag) && next_tag(&list, &tag, &weak))
        if (str_eq(tag, etag))
            return true;
    return false;
}

/* If-Range: compared strongly (13.1.5); a date never matches, we send none. */
static bool same_tag(struct str if_range, struct str etag)
{
    struct str tag;
    bool weak;
    return str_is_set(etag) && next_tag(&if_range, &tag, &weak) && !weak && str_eq(tag, etag);
}

/* Digits up to the end of *s or a '-'; false without any. Beyond 64 bits it is the largest number. */
static bool take_number(struct str *s, uint64_t *ret_n)
{
    uint64_t n = 0;
    size_t i = 0;
    for (; i < s->n && ascii_is_digit(s->p[i]); i++) {
        uint64_t digit = (uint64_t)(s->p[i] - '0');
        n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
    }
    *s = str_from(*s, i);
    *ret_n = n;
    return i > 0;
}

/* "bytes=2-5", "bytes=2-", "bytes=-3" of size bytes. ST_INPUT: not one range in bytes, to be ignored. ST_LIMIT: it
 * holds no byte that is there. */
static enum status parse_range(struct str range, uint64_t size, uint64_t *ret_at, uint64_t *ret_bytes)
{
    uint64_t first = 0, last = UINT64_MAX;
    if (!str_eq_nocase(str_head(range, 6), STR_LIT("bytes=")))
        return ST_INPUT;
    range = str_trim(str_from(range, 6));
    bool has_first = take_number(&range, &first);
    if (range.n == 0 || range.p[0] != '-')
        return ST_INPUT;
    range = str_from(range, 1);
    bool has_last = take_number(&range, &last);
    if (range.n || (!has_first && !has_last) || (has_first && has_last && last < first))
        return ST_INPUT;
    if (!has_first) { /* the last so many */
        first = last < size ? size - last : 0;
        if (last == 0)
            return ST_LIMIT;
        last = UINT64_MAX;
    } else if (!has_last) {
        last = UINT64_MAX;
    }
    if (first >= size)
        return ST_LIMIT;
    *ret_at = first;
    *ret_bytes = (last < size ? last : size - 1) - first + 1;
    return OK;
}

struct file_answer file_answer(struct str method, struct str range, struct str if_range,
                               struct str if_none_match, struct str etag, uint64_t size)
{
    struct file_answer answer = {.status = 200, .bytes = size};
    if (str_is_set(if_none_match) && has_tag(if_none_match, etag)) {
        answer.status = 304;
        return answer;
    }
    if (!str_is_set(range) || !str_is(method, "GET") ||
        (str_is_set(if_range) && !same_tag(if_range, etag)))
        return answer;
    enum status st = parse_range(range, size, &answer.at, &answer.bytes);
    if (st != ST_INPUT)
        answer.status = st == OK ? 206 : 416;
    return answer;
}

/* ---- the reply ---- */

/* RFC 6266 4: a plain name for old readers, the real one for all others. */
static void offer_name(struct call *call, struct str name)
{
    struct buf value;
    buf_init(&value, 4096);
    buf_puts(&value, "attachment; filename=\"");
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '/' && c != '%';
        buf_putc(&value, plain ? c : '_');
    }
    buf_puts(&value, "\"; filename*=UTF-8''");
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr("-._~", c)))
            buf_putc(&value, c);
        else
            buf_printf(&value, "%%%02X", (unsigned)(unsigned char)c);
    }
    call_set_header(call, "Content-Disposition",
                    value.status == OK ? buf_str(&value) : STR_LIT("attachment"));
    buf_fini(&value);
}

static void say_file(struct call *call, const struct file_answer *answer, uint64_t size,
                     const char *content_type, struct str etag, struct str name)
{
    struct arena *arena = &call->arena;
    call_set_header(call, "Accept-Ranges", STR_LIT("bytes"));
    if (str_is_set(etag))
        call_set_header(call, "ETag", arena_printf(arena, "\"%.*s\"", STR_ARG(etag)));
    if (answer->status == 304)
        return;
    call_set_header(call, "Content-Type", str_of(content_type));
    if (str_is_set(name))
        offer_name(call, name);
    if (answer->status == 206)
        call_set_header(call, "Content-Range",
                        arena_printf(arena, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, answer->at,
                                     answer->at + answer->bytes - 1, size));
}

void call_reply_file(struct call *call, int fd, const char *content_type, struct str etag,
                     struct str name)
{
    struct server_call *sc = call->server;
    struct stat info;
    must(call->status == 0);
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        call_error_status(call, ST_IO);
        return;
    }
    uint64_t size = (uint64_t)info.st_size;
    struct file_answer answer =
        file_answer(call->method, call_header(call, "Range"), call_header(call, "If-Range"),
                    call_header(call, "If-None-Match"), etag, size);
    if (answer.status == 416) {
        close(fd);
        call_set_header(call, "Content-Range", arena_printf(&call->arena, "bytes */%" PRIu64, size));
        call_error(call, 416, "RANGE_NOT_SATISFIABLE",
                   "The file has %" PRIu64 " bytes; the range asked for holds none of them.", size);
        return;
    }
    sc->kind = REPLY_FILE;
    sc->fd = fd;
    sc->file_at = answer.at;
    sc->file_bytes = answer.bytes;
    say_file(call, &answer, size, content_type, etag, name);
    call->status = answer.status;
}
