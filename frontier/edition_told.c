/* SPDX-License-Identifier: Apache-2.0 */
/* edition_told.c: families from a list of versions that a site keeps for its switcher: versions.json, switcher.json.
 *
 * It says which front pages are versions, so their names need not look like any: "/docs/experimental/" is one. Those of one
 * folder are a family. A version at the folder itself ("/docs/") is the one without a segment, and so is what lies beside a
 * version that is alone in its folder ("/devdocs/" beside "/doc/1.2/"). Translations in the list, whose names are codes of
 * languages, are left to edition_learn.c, unless languages are all that the list has. */
#include "frontier/edition.h"

enum { FRONTS_MAX = 400 };

struct front {
    struct str below, name;
};

/* A front page's path with index file and last slash taken off, as folder and name. */
static bool read_front(const struct edition_source *s, const struct link *link, struct front *ret_front)
{
    if (!url_is_http(link->parsed) || !str_eq(link->parsed->host, s->base->host) ||
        link->parsed->query.n)
        return false;
    struct str path = link->parsed->path;
    size_t end = path.n, from;
    if (str_ends(path, STR_LIT("/index.html")))
        end -= strlen("index.html");
    while (end > 1 && path.p[end - 1] == '/')
        end--;
    for (from = end; from && path.p[from - 1] != '/';)
        from--;
    *ret_front = (struct front){str_head(path, from), str_make(path.p + from, end - from)};
    bool doubtful, is_language = edition_is_language(link->text, &doubtful);
    bool is_file = memmem(ret_front->name.p, ret_front->name.n, ".htm", 4) != NULL;
    is_language = is_language && !str_eq_nocase(link->text, ret_front->name);
    return from > 0 && !is_file && !is_language && (ret_front->name.n || end == 1);
}

static void add_member(struct edition_family *f, struct str name)
{
    for (unsigned i = 0; i < f->n; i++)
        if (str_eq_nocase(f->member[i], name))
            return;
    if (f->n < EDITION_MEMBERS)
        f->member[f->n++] = name;
}

/* Is the front page that of the folder itself? */
static bool is_of(const struct front *front, struct str folder)
{
    return folder.n == front->below.n + front->name.n + (front->name.n ? 1 : 0) &&
           str_starts(folder, front->below) && str_starts(str_from(folder, front->below.n), front->name);
}

/* The other versions' folder is no version. */
static bool is_member(const struct front *fronts, unsigned n, const struct front *front)
{
    bool is_folder = false;
    for (unsigned i = 0; i < n; i++)
        is_folder = is_folder || is_of(front, fronts[i].below);
    return front->name.n && !is_folder;
}

static struct edition_family family_of(const struct front *fronts, unsigned n, const unsigned *members,
                                       unsigned n_members, struct str below)
{
    struct edition_family f = {.kind = EDITION_VERSION, .below = below};
    for (unsigned i = 0; i < n_members; i++)
        if (str_eq(fronts[members[i]].below, below))
            add_member(&f, fronts[members[i]].name);
    for (unsigned i = 0; i < n; i++)
        f.has_plain = f.has_plain || is_of(&fronts[i], below);
    bool doubtful, is_language = f.n > 1;
    for (unsigned i = 0; i < f.n; i++)
        is_language = is_language && edition_is_language(f.member[i], &doubtful);
    f.kind = is_language ? EDITION_LANGUAGE : EDITION_VERSION;
    f.has_plain = f.has_plain || (f.n == 1 && n > 1);
    return f;
}

bool edition_take_told(struct editions *e, const struct edition_source *s, struct arena *arena)
{
    unsigned n = 0, n_members = 0;
    bool is_new = false;
    struct front *fronts = ARENA_ARRAY(arena, struct front, FRONTS_MAX);
    unsigned *members = ARENA_ARRAY(arena, unsigned, FRONTS_MAX);
    if (!fronts || !members)
        return false;
    for (unsigned i = 0; i < s->n && n < FRONTS_MAX; i++)
        n += read_front(s, &s->links[i], &fronts[n]);
    for (unsigned i = 0; i < n; i++)
        if (is_member(fronts, n, &fronts[i]))
            members[n_members++] = i;
    for (unsigned i = 0; i < n_members; i++) {
        struct str below = fronts[members[i]].below;
        bool is_first = true;
        for (unsigned k = 0; k < i; k++)
            is_first = is_first && !str_eq(fronts[members[k]].below, below);
        if (!is_first)
            continue;
        struct edition_family f = family_of(fronts, n, members, n_members, below);
        if (f.n + f.has_plain > 1)
            is_new |= edition_take(e, &f, s);
    }
    return is_new;
}
