/* SPDX-License-Identifier: Apache-2.0 */
/* edition_tail.c: translations that are subpages: "/wiki/Page/de" beside "/wiki/Page", as MediaWiki's Translate has them.
 *
 * A page of a wiki lists its languages as links side by side, each to itself with a code behind it. A run of such links, of
 * which one has a text that names its language, makes a family: all the site's pages below the same first folder, and of the
 * run also codes that no table of ours has. Elsewhere such links may be of pages about languages. */
#include "frontier/edition.h"

#include "frontier/lexicon.h"

enum { CODE_MAX_BYTES = 12 };

/* "de", "pt-br", "nds", "be-tarask". */
static bool looks_like_code(struct str s)
{
    size_t letters = 0;
    while (letters < s.n && ascii_is_alpha(s.p[letters]))
        letters++;
    if (letters < 2 || letters > 3 || s.n > CODE_MAX_BYTES || (letters < s.n && s.p[letters] != '-'))
        return false;
    for (size_t i = letters; i < s.n; i++)
        if (!ascii_is_alpha(s.p[i]) && s.p[i] != '-')
            return false;
    return s.p[s.n - 1] != '-';
}

static struct str last_of(struct str path, struct str *ret_stem)
{
    size_t from = path.n;
    while (from && path.p[from - 1] != '/')
        from--;
    *ret_stem = from ? str_head(path, from - 1) : STR_NONE;
    return str_from(path, from);
}

/* "/wiki/" of "/wiki/Manual:Guide/Part". */
static struct str first_folder(struct str stem)
{
    size_t end = stem.n > 1 ? 1 + str_find(str_from(stem, 1), '/') : stem.n;
    return end < stem.n ? str_head(stem, end + 1) : str_head(stem, 1);
}

struct run {
    struct str names[EDITION_MEMBERS];
    unsigned n, said;
};

/* Does the link lead to the stem's page in some language? An empty name: to the stem's own page. */
static bool leads_to_language(const struct edition_source *s, const struct link *link, struct str stem,
                              struct str *ret_name)
{
    if (!url_is_http(link->parsed) || !str_eq(link->parsed->host, s->base->host))
        return false;
    struct str path = link->parsed->path;
    if (!str_starts(path, stem) || link->parsed->query.n)
        return false;
    struct str rest = str_from(path, stem.n);
    *ret_name = rest.n ? str_from(rest, 1) : rest;
    return !rest.n || (rest.p[0] == '/' && looks_like_code(*ret_name));
}

/* The longest run of such links, one beside the other, that is sure enough. */
static bool find_run(const struct edition_source *s, struct str stem, struct run *ret_run)
{
    struct run run = {.n = 0};
    bool found = false;
    for (unsigned i = 0; i <= s->n; i++) {
        struct str name;
        if (i < s->n && leads_to_language(s, &s->links[i], stem, &name)) {
            if (name.n && run.n < EDITION_MEMBERS) {
                run.said += edition_says_language(name, s->links[i].text);
                run.names[run.n++] = name;
            }
            continue;
        }
        if (run.said && (!found || run.n > ret_run->n)) {
            *ret_run = run;
            found = true;
        }
        run = (struct run){.n = 0};
    }
    return found;
}

/* The page's path is the stem, or the stem with a language behind it. */
bool edition_find_tail(const struct edition_source *s, struct edition_family *f)
{
    struct run run = {.n = 0};
    struct str stem, own = STR_NONE;
    if (!s->is_wiki || !s->url || s->url->path.n < 2)
        return false;
    own = last_of(s->url->path, &stem);
    if (!looks_like_code(own) || stem.n < 2 || !find_run(s, stem, &run)) {
        own = STR_NONE;
        stem = s->url->path;
        if (str_ends(stem, STR_LIT("/")) || !find_run(s, stem, &run))
            return false;
    }
    *f = (struct edition_family){.kind = EDITION_LANGUAGE,
                                 .below = first_folder(stem),
                                 .has_plain = true,
                                 .place = EDITION_IN_TAIL};
    if (own.n)
        f->member[f->n++] = own;
    for (unsigned i = 0; i < run.n && f->n < EDITION_MEMBERS; i++)
        if (!str_eq_nocase(run.names[i], own))
            f->member[f->n++] = run.names[i];
    return true;
}

bool edition_has_kept_twin(const struct editions *e, const struct edition_source *page)
{
    enum edition_kind kind;
    struct str name;
    for (unsigned i = 0; i < e->n; i++) {
        const struct edition_family *f = &e->family[i];
        bool counts = f->place == EDITION_IN_TAIL && !e->all[f->kind] && f->kept[0].n;
        if (!counts || !str_starts(page->url->path, f->below) ||
            edition_is_other(e, page->url, &kind, &name))
            continue;
        for (unsigned k = 0; k < page->n; k++)
            if (leads_to_language(page, &page->links[k], page->url->path, &name) &&
                str_eq_nocase(name, f->kept[0]))
                return true;
    }
    return false;
}
