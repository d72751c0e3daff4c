/* SPDX-License-Identifier: Apache-2.0 */
/* proxies.c: the pool's text, walked entry by entry. */
#include "api/proxies.h"

#include "base/url.h"

struct entry {
    struct str country, proxy;
};

/* The next entry of the list; false at its end. */
static bool next_entry(struct str *rest, struct entry *ret_entry)
{
    while (rest->n) {
        size_t end = str_find(*rest, ',');
        struct str text = str_trim(str_head(*rest, end));
        *rest = str_from(*rest, end + 1);
        if (!text.n)
            continue;
        size_t equals = str_find(text, '=');
        ret_entry->country = str_trim(str_head(text, equals));
        ret_entry->proxy = str_trim(str_from(text, equals + 1));
        return true;
    }
    return false;
}

static bool is_country(struct str word)
{
    return str_eq_nocase(word, STR_LIT("global")) ||
           (word.n == 2 && ascii_is_alpha(word.p[0]) && ascii_is_alpha(word.p[1]));
}

static bool is_proxy(struct str text)
{
    struct arena arena;
    struct url url;
    arena_init(&arena, 1 << 16, 1024);
    bool ok = url_parse(&arena, text, NULL, &url) == OK && url_is_http(&url) && url.host.n;
    arena_fini(&arena);
    return ok;
}

enum status proxies_check(struct str pool, struct diag *ret_diag)
{
    struct entry e;
    for (unsigned n = 1; next_entry(&pool, &e); n++) {
        if (!is_country(e.country))
            return diag_set(ret_diag, ST_INPUT,
                            "proxy.pool: entry %u must begin with a country of two letters, 'eu' or "
                            "'global', then '=': us=http://host:port",
                            n);
        if (!is_proxy(e.proxy))
            return diag_set(ret_diag, ST_INPUT,
                            "proxy.pool: entry %u (%.*s) is no http or https URL of a proxy", n,
                            STR_ARG(e.country));
    }
    return OK;
}

static bool is_of_eu(struct str country)
{
    static const char members[] = "at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro "
                                  "sk si es se";
    struct str rest = str_of(members);
    for (; rest.n; rest = str_from(rest, 3))
        if (str_eq_nocase(str_head(rest, 2), country))
            return true;
    return false;
}

/* How well an entry serves the wish; 0: not at all. */
static unsigned fitness(struct str wish, struct str country)
{
    bool any = !wish.n || str_eq_nocase(wish, STR_LIT("global"));
    bool eu = str_eq_nocase(wish, STR_LIT("eu")) || is_of_eu(wish);
    if (!any && str_eq_nocase(wish, country))
        return 4;
    if (eu && (str_eq_nocase(country, STR_LIT("eu")) || is_of_eu(country)))
        return 3;
    return str_eq_nocase(country, STR_LIT("global")) ? 2 : 1;
}

enum status proxies_pick(struct str pool, struct str country, unsigned turn, struct str *ret_proxy)
{
    struct entry e;
    unsigned best = 0, n = 0;
    for (struct str rest = pool; next_entry(&rest, &e);) {
        unsigned f = fitness(country, e.country);
        n = f > best ? 1 : f == best ? n + 1 : n;
        best = f > best ? f : best;
    }
    if (!best)
        return ST_NOTFOUND;
    unsigned want = turn % n;
    for (struct str rest = pool; next_entry(&rest, &e);)
        if (fitness(country, e.country) == best && want-- == 0)
            *ret_proxy = e.proxy;
    return OK;
}
