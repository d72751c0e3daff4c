/* SPDX-License-Identifier: Apache-2.0 */
/* edition_param.c: editions that a parameter chooses: "/guide?hl=de", "/docs/a?version=v2.1".
 *
 * Such a page lists its editions as links to itself, one parameter more or less. Two of a parameter, whose texts name the
 * language or version that its values stand for, make a family of the whole site. A plain number may count pages of a list,
 * so it is no version here. */
#include "frontier/edition.h"

enum { PARAMS_MAX = 8, ROOM_MAX = 4 };

struct param {
    struct str name, value;
};

/* The parameters of a query; 0 also when there are too many for a page of documentation. */
static unsigned params_of(struct str query, struct param params[PARAMS_MAX])
{
    unsigned n = 0;
    while (query.n) {
        struct str one = str_head(query, str_find(query, '&'));
        size_t eq = str_find(one, '=');
        query = str_from(query, one.n + 1);
        if (n == PARAMS_MAX)
            return 0;
        if (one.n)
            params[n++] = (struct param){str_head(one, eq), str_from(one, eq + 1)};
    }
    return n;
}

static bool has_param(const struct param *params, unsigned n, struct param one)
{
    for (unsigned i = 0; i < n; i++)
        if (str_eq(params[i].name, one.name) && str_eq(params[i].value, one.value))
            return true;
    return false;
}

/* The one parameter that the link has and the page has not; of the same name the page may have another. */
static bool differs_in(const struct url *page, const struct url *to, struct param *ret_param)
{
    struct param has[PARAMS_MAX], had[PARAMS_MAX];
    unsigned n_had = params_of(page->query, had), n = params_of(to->query, has), news = 0;
    for (unsigned i = 0; i < n; i++)
        if (!has_param(had, n_had, has[i])) {
            *ret_param = has[i];
            news++;
        }
    for (unsigned i = 0; i < n_had && news == 1; i++)
        news += !has_param(has, n, had[i]) && !str_eq(had[i].name, ret_param->name);
    return news == 1 && ret_param->name.n && ret_param->value.n;
}

static bool names_version(struct str value, struct str text)
{
    bool counts = memchr(value.p, '.', value.n) || !ascii_is_digit(value.p[0]);
    return counts && (edition_is_number(value) || edition_is_version_name(value)) && text.n >= value.n &&
           text.n < 40 && memmem(text.p, text.n, value.p, value.n);
}

static void add_member(struct edition_family *f, struct str name)
{
    for (unsigned i = 0; i < f->n; i++)
        if (str_eq_nocase(f->member[i], name))
            return;
    if (f->n < EDITION_MEMBERS)
        f->member[f->n++] = name;
}

static struct edition_family *family_of(struct edition_family *room, unsigned *n, enum edition_kind kind,
                                        struct str name)
{
    for (unsigned i = 0; i < *n; i++)
        if (room[i].kind == kind && str_eq(room[i].below, name))
            return &room[i];
    if (*n == ROOM_MAX)
        return NULL;
    room[*n] = (struct edition_family){
        .kind = kind, .below = name, .has_plain = true, .place = EDITION_IN_PARAMETER};
    return &room[(*n)++];
}

bool edition_take_params(struct editions *e, const struct edition_source *s, struct arena *arena)
{
    struct edition_family *room = ARENA_ARRAY(arena, struct edition_family, ROOM_MAX);
    unsigned n = 0;
    bool is_new = false;
    for (unsigned i = 0; room && s->url && i < s->n; i++) {
        const struct link *link = &s->links[i];
        struct param param;
        if (!url_is_http(link->parsed) || !str_eq(link->parsed->host, s->url->host) ||
            !str_eq(link->parsed->path, s->url->path) || !differs_in(s->url, link->parsed, &param))
            continue;
        bool doubtful, language = edition_is_language(param.value, &doubtful) &&
                                  edition_says_language(param.value, link->text);
        if (!language && !names_version(param.value, link->text))
            continue;
        struct edition_family *f =
            family_of(room, &n, language ? EDITION_LANGUAGE : EDITION_VERSION, param.name);
        if (f)
            add_member(f, param.value);
    }
    for (unsigned i = 0; i < n; i++) {
        struct str own = edition_segment(&room[i], s->url);
        if (room[i].n < 2)
            continue;
        if (own.n)
            add_member(&room[i], own);
        is_new |= edition_take(e, &room[i], s);
    }
    return is_new;
}
