/* SPDX-License-Identifier: Apache-2.0 */
/* feed.c: what feeds need beside XML: JSON Feed, dates in both styles, media types. */
#include "base/json.h"
#include "extract/sitemap_int.h"

#define FEED_MAX_DEPTH 32

bool feed_is_type(struct str content_type)
{
    static const char *const types[] = {"application/rss+xml", "application/atom+xml",
                                        "application/rdf+xml", "application/feed+json",
                                        "application/xml",     "text/xml"};
    struct str type = str_trim(str_head(content_type, str_find(content_type, ';')));
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_eq_nocase(type, str_of(types[i])))
            return true;
    return false;
}

/* ---- dates ---- */

/* Takes up to most digits off the front; -1: there are none. */
static int take_number(struct str *s, size_t most)
{
    int n = 0;
    size_t i = 0;
    for (; i < s->n && i < most && ascii_is_digit(s->p[i]); i++)
        n = n * 10 + (s->p[i] - '0');
    *s = str_from(*s, i);
    return i ? n : -1;
}

static bool take_sign(struct str *s, char sign)
{
    bool is_there = s->n > 0 && s->p[0] == sign;
    if (is_there)
        *s = str_from(*s, 1);
    return is_there;
}

static int day_of(int year, int month, int day)
{
    bool good = year >= 1990 && year <= 2999 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    return good ? year * 10000 + month * 100 + day : 0;
}

/* "2024", "2024-05", "2024-05-31T...". */
static int iso_date(struct str s)
{
    int year = take_number(&s, 4), month, day;
    if (!take_sign(&s, '-'))
        return s.n ? 0 : day_of(year, 12, 31);
    month = take_number(&s, 2);
    if (!take_sign(&s, '-'))
        return s.n ? 0 : day_of(year, month, 31);
    day = take_number(&s, 2);
    return s.n && ascii_is_digit(s.p[0]) ? 0 : day_of(year, month, day);
}

/* "Tue, 10 Jun 2003 04:00:00 GMT", "10 June 03". */
static int mail_date(struct str s)
{
    static const char *const names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
    size_t comma = str_find(s, ',');
    s = str_trim(comma < s.n ? str_from(s, comma + 1) : s);
    int day = take_number(&s, 2), month = 0, year;
    s = str_trim(s);
    for (int i = 0; i < 12; i++)
        if (str_eq_nocase(str_head(s, 3), str_make(names[i], 3)))
            month = i + 1;
    while (s.n && ascii_is_alpha(s.p[0]))
        s = str_from(s, 1);
    s = str_trim(s);
    year = take_number(&s, 4);
    return day_of(year >= 0 && year < 100 ? year + 2000 : year, month, day);
}

int feed_date(struct str text)
{
    text = str_trim(text);
    bool iso = text.n >= 4;
    for (size_t i = 0; iso && i < 4; i++)
        iso = ascii_is_digit(text.p[i]);
    return iso ? iso_date(text) : mail_date(text);
}

/* ---- JSON Feed ---- */

static struct str text_of(const struct json *item, const char *name)
{
    return json_str(json_get(item, name), STR_LIT(""));
}

void feed_read_json(struct str body, struct arena *arena, struct sitemap *map)
{
    const struct json_limits limits = {
        .max_bytes = body.n, .max_depth = FEED_MAX_DEPTH, .replace_nul = true};
    struct json_doc *doc;
    struct diag diag;
    if (json_parse(body, &limits, &doc, &diag) != OK)
        return;
    const struct json *root = json_root(doc), *item = NULL;
    if (str_starts(text_of(root, "version"), STR_LIT("https://jsonfeed.org/version/")))
        item = json_first(json_get(root, "items"));
    for (; item; item = json_after(item)) {
        int changed = feed_date(text_of(item, "date_modified"));
        if (!changed)
            changed = feed_date(text_of(item, "date_published"));
        sitemap_add(map, arena,
                    (struct sitemap_entry){text_of(item, "url"), text_of(item, "title"), changed});
    }
    json_doc_destroy(doc);
}
