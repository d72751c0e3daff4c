/* SPDX-License-Identifier: Apache-2.0 */
/* edition_learn.c: families of editions from the links of one page, or from a list of pages.
 *
 * Each link with a segment that may be an edition is a row: folder, segment, tail. Rows are sorted, so that the
 * editions of one page stand together. Evidence is weighed by folder; at ENOUGH its segments are a family:
 *
 *   the page itself below another segment, or below none        2 (1 where only one name or language says so)
 *   another page below two segments                             1
 *   front pages (no tail) that texts or hreflang call editions  2
 *
 * Folders of releases, chapters and such number other things: they never are a family of versions. */
#include "frontier/edition.h"

#include "frontier/lexicon.h"

#include <stdlib.h>

enum { ENOUGH = 2, MAX_DEPTH = 5, MAX_ROWS = 8192, ROOTS_MAX = 16, SAID_MAX_BYTES = 40 };

struct row {
    struct str below, name, tail;
    enum edition_kind kind;
    bool is_page; /* of the page itself */
    bool is_said; /* the link says so: hreflang, or a text that is the edition's name */
    bool is_near; /* it stands beside the content */
    bool is_weak; /* a word that is seldom an edition: counts only beside others */
};

struct table {
    const struct edition_source *source;
    struct row *rows;
    struct str *paths;           /* of all links and the page, sorted */
    struct str roots[ROOTS_MAX]; /* of links whose text is a version: "3.x", "Latest" */
    struct str page;             /* the page's own path; empty: there is none in scope */
    unsigned n_rows, max_rows, n_paths, n_roots;
    struct arena *arena;
};

/* ---- rows ---- */

static struct str without_index(struct str path)
{
    static const char *const names[] = {"index.html", "index.htm", "index.php"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct str name = str_of(names[i]);
        if (str_ends(path, name) && (path.n == name.n || path.p[path.n - name.n - 1] == '/'))
            return str_head(path, path.n - name.n);
    }
    return path;
}

static struct str last_segment(struct str below)
{
    size_t end = below.n ? below.n - 1 : 0, from = end;
    while (from && below.p[from - 1] != '/')
        from--;
    return str_make(below.p + from, end - from);
}

/* "16" is a version below /docs/, and a chapter, lesson or page elsewhere. */
static bool may_be_numbered(struct str below, struct str name)
{
    static const char *const others[] = {
        "releases", "release",  "changelog", "changes",  "history",   "download", "downloads",
        "tag",      "tags",     "chapter",   "chapters", "section",   "sections", "release-notes",
        "lesson",   "lessons",  "unit",      "part",     "page",      "pages",    "week",
        "volume",   "vol",      "issue",     "issues",   "news",      "blog",     "posts",
        "whatsnew", "exercise", "exercises", "step",     "steps",     "figure",   "figures",
        "rfc",      "level",    "notes",     "archive",  "changelogs"};
    static const char *const docs[] = {"docs",      "doc", "documentation", "manual",
                                       "reference", "api", "javase",        "javadoc"};
    struct str folder = last_segment(below);
    bool plain = name.n <= 2, is_docs = false, doubtful;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_eq_nocase(folder, str_of(others[i])))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(docs); i++)
        is_docs |= str_eq_nocase(folder, str_of(docs[i]));
    for (size_t i = 0; i < name.n; i++)
        plain &= ascii_is_digit(name.p[i]);
    return !plain || is_docs || edition_is_language(folder, &doubtful);
}

static bool kind_of(struct row *row)
{
    bool doubtful = false;
    bool is_name = edition_is_version_name(row->name);
    row->is_weak = is_name && !str_eq_nocase(row->name, STR_LIT("latest")) &&
                   !str_eq_nocase(row->name, STR_LIT("stable"));
    row->kind = EDITION_VERSION;
    if (is_name || edition_is_number(row->name))
        return may_be_numbered(row->below, row->name);
    row->kind = EDITION_LANGUAGE;
    bool is_language = edition_is_language(row->name, &doubtful);
    row->is_weak = doubtful;
    return is_language;
}

bool edition_says_language(struct str segment, struct str text)
{
    int language = language_of_code(segment);
    return language >= 0 && (str_eq_nocase(text, segment) || str_eq_nocase(text, str_head(segment, 2)) ||
                             language_is_named(language, text));
}

/* "2.x", "Version 3.12 (stable)", "latest", "DE". */
static bool text_names(const struct row *row, struct str text)
{
    struct str name = row->name;
    if (!text.n || text.n > SAID_MAX_BYTES)
        return false;
    if (row->kind == EDITION_LANGUAGE)
        return edition_says_language(name, text);
    if (name.n > 1 && ascii_lower(name.p[0]) == 'v' && ascii_is_digit(name.p[1]))
        name = str_from(name, 1);
    if (edition_is_version_name(name)) /* "Latest", "latest (3.2)": but "Latest news" */
        return str_eq_nocase(text, name) || (str_eq_nocase(str_head(text, name.n), name) &&
                                             str_starts(str_from(text, name.n), STR_LIT(" (")));
    for (size_t i = 0; i + name.n <= text.n; i++)
        if (str_eq_nocase(str_make(text.p + i, name.n), name))
            return true;
    return false;
}

/* "3.x", "v2 (old)", "Latest", "Version 4". */
static bool is_version_text(struct str text)
{
    static const char *const heads[] = {"version ", "release "};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        if (str_eq_nocase(str_head(text, strlen(heads[i])), str_of(heads[i])))
            text = str_from(text, strlen(heads[i]));
    struct str word = str_head(text, str_find(text, ' '));
    return text.n <= SAID_MAX_BYTES && (edition_is_number(word) || edition_is_version_name(word));
}

static void add_rows(struct table *t, const struct url *url, const struct link *link)
{
    struct str path = url->path, scope = t->source->scope_path;
    size_t least = scope.n && scope.p[scope.n - 1] == '/' ? scope.n - 1 : scope.n;
    if (!str_starts(path, str_head(scope, least)) || !str_starts(path, STR_LIT("/")))
        return;
    struct str bare = without_index(path);
    t->paths[t->n_paths++] = bare;
    if (link && is_version_text(link->text) && t->n_roots < ROOTS_MAX)
        t->roots[t->n_roots++] = bare;
    if (!link)
        t->page = bare;
    size_t at = 1;
    for (unsigned depth = 0; depth < MAX_DEPTH && at < path.n && t->n_rows < t->max_rows; depth++) {
        struct str rest = str_from(path, at), name = str_head(rest, str_find(rest, '/'));
        struct row row = {.below = str_head(path, at), .name = name, .is_page = !link};
        bool is_leaf = name.n == rest.n && link && !link->language.n; /* no folder, so no edition */
        if (at > least && name.n && !is_leaf && kind_of(&row)) {
            row.tail = without_index(str_from(rest, name.n + 1));
            row.is_said = link && ((row.kind == EDITION_LANGUAGE && link->language.n &&
                                    !str_eq_nocase(link->language, STR_LIT("x-default"))) ||
                                   text_names(&row, link->text));
            row.is_near = link && link->region != REGION_MAIN;
            t->rows[t->n_rows++] = row;
        }
        at += name.n + 1;
    }
}

static int by_folder(const struct row *a, const struct row *b)
{
    int order = (int)a->kind - (int)b->kind;
    return order ? order : str_cmp(a->below, b->below);
}

static int by_page(const struct row *a, const struct row *b)
{
    int order = by_folder(a, b);
    return order ? order : str_cmp(a->tail, b->tail);
}

static int by_row(const void *x, const void *y)
{
    const struct row *a = x, *b = y;
    int order = by_page(a, b);
    return order ? order : str_cmp(a->name, b->name);
}

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static bool has_path(const struct table *t, struct str below, struct str tail)
{
    struct str path = arena_printf(t->arena, "%.*s%.*s", STR_ARG(below), STR_ARG(tail));
    return path.p && bsearch(&path, t->paths, t->n_paths, sizeof path, by_text) != NULL;
}

/* ---- evidence ---- */

static bool has_text(const struct str *texts, unsigned n, struct str text)
{
    for (unsigned i = 0; i < n; i++)
        if (str_eq_nocase(texts[i], text))
            return true;
    return false;
}

/* The rows of one page. */
static unsigned weigh(const struct table *t, const struct row *rows, unsigned n, bool *ret_plain)
{
    unsigned names = 0, strong = 0, said = 0, near = 0;
    bool has_page = false, has_tail = rows[0].tail.n > 0;
    bool is_language = rows[0].kind == EDITION_LANGUAGE;
    for (unsigned i = 0; i < n; i++) {
        bool again = i && str_eq(rows[i].name, rows[i - 1].name);
        names += !again;
        strong += !again && !rows[i].is_weak;
        said += !again && rows[i].is_said;
        near += !again && rows[i].is_near && !rows[i].is_weak;
        has_page |= rows[i].is_page;
    }
    if (is_language && !said && near >= 2)
        said = near;
    bool is_plain = t->page.n == rows[0].below.n + rows[0].tail.n &&
                    str_starts(t->page, rows[0].below) && str_ends(t->page, rows[0].tail);
    bool plain =
        (has_tail || (is_plain && said && is_language)) && has_path(t, rows[0].below, rows[0].tail);
    if (!has_tail && !is_language)
        plain = said && has_text(t->roots, t->n_roots, rows[0].below);
    *ret_plain = plain;
    if (names + plain < 2)
        return 0;
    if (!has_tail)
        return (said >= 2 && (strong || is_language)) || (plain && said) ? ENOUGH : 0;
    if (strong && (said >= 2 || (said && is_language && strong >= 2)))
        return ENOUGH;
    bool sure = said > 0 || strong >= 2 || (strong && (!is_language || !plain));
    return (has_page || is_plain) && sure ? ENOUGH : strong || said || names >= 2 ? 1 : 0;
}

static void add_member(struct edition_family *f, struct str name)
{
    if (f->n < EDITION_MEMBERS && !has_text(f->member, f->n, name))
        f->member[f->n++] = name;
}

/* The rows of one folder and kind. False: no family. */
static bool gather(const struct table *t, const struct row *rows, unsigned n, struct edition_family *f)
{
    unsigned weight = 0;
    *f = (struct edition_family){.kind = rows[0].kind, .below = rows[0].below};
    for (unsigned i = 0, end; i < n; i = end) {
        bool plain;
        for (end = i + 1; end < n && by_page(&rows[i], &rows[end]) == 0;)
            end++;
        unsigned one = weigh(t, rows + i, end - i, &plain);
        weight += one;
        f->has_plain |= one && plain;
        for (unsigned k = i; one && k < end; k++)
            add_member(f, rows[k].name);
    }
    return weight >= ENOUGH;
}

/* ---- which is kept ---- */

/* Numbers compare by their parts; a beta is before its number, a name before all. */
static bool is_later(struct str a, struct str b)
{
    for (size_t i = 0, k = 0;;) {
        unsigned long x = 0, y = 0;
        while (i < a.n && !ascii_is_digit(a.p[i]))
            i++;
        while (k < b.n && !ascii_is_digit(b.p[k]))
            k++;
        if (i == a.n || k == b.n)
            return i < a.n && k == b.n;
        for (; i < a.n && ascii_is_digit(a.p[i]) && x < 100000000; i++)
            x = x * 10 + (unsigned)(a.p[i] - '0');
        for (; k < b.n && ascii_is_digit(b.p[k]) && y < 100000000; k++)
            y = y * 10 + (unsigned)(b.p[k] - '0');
        if (x != y)
            return x > y;
    }
}

static bool is_unfinished(struct str version)
{
    static const char *const marks[] = {"alpha", "beta", "rc", "dev", "pre", "a", "b"};
    size_t i = version.n;
    while (i && !(ascii_is_digit(version.p[i - 1]) || version.p[i - 1] == '.'))
        i--;
    struct str tail = str_from(version, i);
    while (tail.n && (tail.p[0] == '-' || tail.p[0] == '_'))
        tail = str_from(tail, 1);
    for (size_t k = 0; k < ARRAY_LEN(marks); k++)
        if (str_eq_nocase(tail, str_of(marks[k])))
            return true;
    size_t dash = str_find(version, '-');
    return dash + 1 < version.n && ascii_is_alpha(version.p[dash + 1]) && dash > 0 &&
           ascii_is_digit(version.p[dash - 1]);
}

static struct str latest_of(const struct edition_family *f)
{
    static const char *const names[] = {"stable", "latest", "current", "lts"};
    struct str best = STR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        for (unsigned k = 0; k < f->n; k++)
            if (str_eq_nocase(f->member[k], str_of(names[i])))
                return f->member[k];
    for (unsigned k = 0; k < f->n; k++) {
        struct str one = f->member[k];
        bool better = !best.n || edition_is_number(one) > edition_is_number(best) ||
                      is_unfinished(one) < is_unfinished(best);
        bool worse = best.n && (edition_is_number(one) < edition_is_number(best) ||
                                is_unfinished(one) > is_unfinished(best));
        if (better || (!worse && is_later(one, best)))
            best = one;
    }
    return best;
}

static struct str member_in(const struct edition_family *f, struct str language)
{
    for (unsigned k = 0; k < f->n && language.n >= 2; k++)
        if (str_eq_nocase(f->member[k], language))
            return f->member[k];
    for (unsigned k = 0; k < f->n && language.n >= 2; k++)
        if (str_eq_nocase(str_head(f->member[k], 2), str_head(language, 2)))
            return f->member[k];
    return STR_NONE;
}

static void choose(struct edition_family *f, const struct url *base, struct str language)
{
    struct str own = edition_segment(f, base);
    f->n_kept = 1;
    bool is_own =
        has_text(f->member, f->n, own) || (f->kind == EDITION_VERSION && edition_is_number(own));
    if (own.n && is_own)
        f->kept[0] = own;
    else if (f->has_plain)
        f->kept[0] = STR_LIT("");
    else if (f->kind == EDITION_VERSION)
        f->kept[0] = latest_of(f);
    else if (member_in(f, language).n)
        f->kept[0] = member_in(f, language);
    else
        f->kept[0] = member_in(f, STR_LIT("en")).n ? member_in(f, STR_LIT("en")) : f->member[0];
}

/* ---- what is new ---- */

/* A member that the look of a segment tells anyway is no news. */
static bool join(struct edition_family *f, const struct edition_family *more, const struct url *base,
                 struct str language)
{
    bool is_new = more->has_plain && !f->has_plain, doubtful = false;
    for (unsigned i = 0; i < more->n; i++) {
        bool told = f->kind == EDITION_VERSION
                        ? edition_is_number(more->member[i])
                        : edition_is_language(more->member[i], &doubtful) && !doubtful;
        is_new |= !told && f->n < EDITION_MEMBERS && !has_text(f->member, f->n, more->member[i]);
        add_member(f, more->member[i]);
    }
    f->has_plain |= more->has_plain;
    if (is_new)
        choose(f, base, language);
    return is_new;
}

bool edition_take(struct editions *e, struct edition_family *f, const struct edition_source *source)
{
    struct str language = e->language.n ? e->language : source->language;
    for (unsigned i = 0; i < e->n; i++)
        if (e->family[i].kind == f->kind && e->family[i].place == f->place &&
            str_eq(e->family[i].below, f->below))
            return join(&e->family[i], f, source->base, language);
    if (e->n == EDITION_FAMILIES)
        return false;
    choose(f, source->base, language);
    e->family[e->n++] = *f;
    return true;
}

static bool find_families(struct table *t, struct editions *e)
{
    bool is_new = false;
    if (!t->n_rows)
        return false;
    qsort(t->rows, t->n_rows, sizeof *t->rows, by_row);
    qsort(t->paths, t->n_paths, sizeof *t->paths, by_text);
    for (unsigned i = 0, end; i < t->n_rows; i = end) {
        struct edition_family f;
        for (end = i + 1; end < t->n_rows && by_folder(&t->rows[i], &t->rows[end]) == 0;)
            end++;
        if (end > i && gather(t, t->rows + i, end - i, &f))
            is_new |= edition_take(e, &f, t->source);
    }
    return is_new;
}

bool edition_learn(const struct editions *have, const struct edition_source *s, struct arena *arena,
                   struct editions *ret_editions)
{
    struct editions e = *have;
    struct table t = {
        .source = s, .arena = arena, .max_rows = s->n < MAX_ROWS / 2 ? 2 * s->n + 2 : MAX_ROWS};
    t.rows = arena_alloc(arena, t.max_rows * sizeof *t.rows);
    t.paths = arena_alloc(arena, (s->n + 1u) * sizeof *t.paths);
    bool is_new = s->is_base && !e.language.n && s->language.n >= 2;
    if (!t.rows || !t.paths)
        return false;
    if (is_new)
        e.language = s->language;
    if (s->url)
        add_rows(&t, s->url, NULL);
    for (unsigned i = 0; i < s->n; i++)
        if (url_is_http(s->links[i].parsed) && str_eq(s->links[i].parsed->host, s->base->host))
            add_rows(&t, s->links[i].parsed, &s->links[i]);
    struct edition_family tail;
    if (s->is_told)
        is_new |= edition_take_told(&e, s, arena);
    else if (edition_find_tail(s, &tail))
        is_new |= edition_take(&e, &tail, s);
    is_new |= edition_take_params(&e, s, arena);
    is_new |= find_families(&t, &e);
    return is_new && edition_copy(arena, &e, ret_editions) == OK;
}

bool edition_learn_alias(const struct editions *have, const struct url *from, const struct url *to,
                         struct arena *arena, struct editions *ret_editions)
{
    struct editions e = *have;
    for (unsigned i = 0; i < e.n; i++) {
        struct edition_family *f = &e.family[i];
        struct str a = edition_segment(f, from), b = edition_segment(f, to);
        bool kept = has_text(f->kept, f->n_kept, a) || has_text(f->kept, f->n_kept, STR_LIT(""));
        if (f->place != EDITION_IN_FOLDER || !a.n || !b.n || str_eq_nocase(a, b) || !kept ||
            f->n_kept == EDITION_KEPT || has_text(f->kept, f->n_kept, b))
            continue;
        struct str tail_a = str_from(from->path, f->below.n + a.n);
        struct str tail_b = str_from(to->path, f->below.n + b.n);
        bool plain = !has_text(f->member, f->n, a) &&
                     str_eq(str_from(from->path, f->below.n), str_from(tail_b, 1));
        if (!plain && !str_eq(tail_a, tail_b))
            continue;
        f->kept[f->n_kept++] = b;
        return edition_copy(arena, &e, ret_editions) == OK;
    }
    return false;
}
