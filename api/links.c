/* SPDX-License-Identifier: Apache-2.0 */
/* links.c: making and judging signed links. */
#include "api/links.h"

#include "api/put.h"

#include <stdio.h>

#define MESSAGE_MAX 256

void page_id_text(struct id128 url, char to[PAGE_ID_TEXT])
{
    hex_encode(url.b, sizeof url.b, to);
}

static void sign(const struct service *service, struct str job, struct str page, struct str part,
                 struct str expires, char ret_hex[65])
{
    char message[MESSAGE_MAX];
    int n = snprintf(message, sizeof message, "GET\n/files/%.*s/%.*s\n%.*s\n%.*s",
                     STR_ARG(str_head(job, 40)), STR_ARG(str_head(page, 40)),
                     STR_ARG(str_head(part, 20)), STR_ARG(str_head(expires, 20)));
    struct sha256 mac = hmac_sha256(str_make((const char *)service->signing, sizeof service->signing),
                                    str_make(message, (size_t)n));
    hex_encode(mac.b, sizeof mac.b, ret_hex);
}

static void put_link(const struct service *service, struct str origin, struct str job, struct str page,
                     const char *part, const char *expires, const char *name, const char *other_name,
                     struct json_out *out)
{
    char link[2400], signature[65];
    sign(service, job, page, str_of(part), str_of(expires), signature);
    int n =
        snprintf(link, sizeof link, "%.*s/api/files/%.*s/%.*s?part=%s&expires=%s&sig=%s",
                 STR_ARG(str_head(origin, 2000)), STR_ARG(job), STR_ARG(page), part, expires, signature);
    struct str text = str_make(link, (size_t)n);
    put_str(out, name, text);
    put_str(out, other_name, text);
}

void links_put(const struct service *service, struct str origin, struct id128 job, struct id128 url,
               unsigned n_parts, int64_t expires_s, struct json_out *out)
{
    char job_text[UUID_TEXT], page[PAGE_ID_TEXT], expires[24];
    uuid_format(job, job_text);
    page_id_text(url, page);
    snprintf(expires, sizeof expires, "%lld", (long long)expires_s);
    if (n_parts > 0) {
        put_link(service, origin, str_of(job_text), str_of(page), "html", expires, "html", "html_url",
                 out);
    } else {
        put_null(out, "html");
        put_null(out, "html_url");
    }
    if (n_parts > 1) {
        put_link(service, origin, str_of(job_text), str_of(page), "markdown", expires, "markdown",
                 "markdown_url", out);
    } else {
        put_null(out, "markdown");
        put_null(out, "markdown_url");
    }
}

static int64_t seconds_of(struct str digits)
{
    int64_t n = digits.n && digits.n < 16 ? 0 : -1;
    for (size_t i = 0; i < digits.n && n >= 0; i++)
        n = ascii_is_digit(digits.p[i]) ? n * 10 + (digits.p[i] - '0') : -1;
    return n;
}

bool link_is_good(const struct service *service, struct str job, struct str page, struct str part,
                  struct str expires, struct str signature, int64_t now_s)
{
    char expected[65];
    sign(service, job, page, part, expires, expected);
    return signature.n == 64 && bytes_equal(signature.p, expected, 64) && seconds_of(expires) >= now_s;
}
