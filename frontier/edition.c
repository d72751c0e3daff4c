/* SPDX-License-Identifier: Apache-2.0 */
/* edition.c: what a segment looks like, which edition a page is of, and editions as JSON. */
#include "frontier/edition.h"

#include "frontier/match.h"

static const char *const kind_texts[] = {
#define X(name, text) text,
    EDITION_KIND_TABLE(X)
#undef X
};

static const char *const place_texts[] = {
    [EDITION_IN_FOLDER] = "folder", [EDITION_IN_TAIL] = "tail", [EDITION_IN_PARAMETER] = "parameter"};

const char *edition_kind_text(enum edition_kind kind)
{
    return kind_texts[kind];
}

/* ---- segments ---- */

static bool is_one_of(struct str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(s, str_of(words[i])))
            return true;
    return false;
}

bool edition_is_version_name(struct str segment)
{
    static const char *const names[] = {"latest", "stable", "current",  "next",    "main",
                                        "master", "dev",    "devel",    "nightly", "canary",
                                        "edge",   "trunk",  "unstable", "lts",     "development"};
    return is_one_of(segment, names, ARRAY_LEN(names));
}

/* "v2", "2.1", "v1.x", "release-3.0", "3.0-beta", "16" of one or two digits. */
bool edition_is_number(struct str s)
{
    static const char *const heads[] = {"version-", "release-", "rel-", "v"};
    bool told = false;
    for (size_t i = 0; i < ARRAY_LEN(heads) && !told; i++) {
        struct str head = str_of(heads[i]);
        if (s.n > head.n && str_eq_nocase(str_head(s, head.n), head)) {
            s = str_from(s, head.n);
            told = true;
        }
    }
    size_t digits = 0, dots = 0, i = 0;
    for (; i < s.n && (ascii_is_digit(s.p[i]) || (s.p[i] == '.' && i > 0 && s.p[i - 1] != '.')); i++) {
        digits += ascii_is_digit(s.p[i]);
        dots += s.p[i] == '.';
    }
    bool ends_in_x = dots && i + 1 == s.n && (s.p[i] == 'x' || s.p[i] == 'X') && s.p[i - 1] == '.';
    if (!digits || digits > 8 || dots > 3 || (i == s.n && s.p[i - 1] == '.'))
        return false;
    if (i < s.n && !ends_in_x && ((!told && !dots) || s.n - i > 8 || s.p[i - 1] == '.'))
        return false; /* "3d", "2-column": but "3.0-beta" */
    return told || dots || digits <= 2;
}

bool edition_is_language(struct str segment, bool *ret_doubtful)
{
    int language = language_of_code(segment);
    *ret_doubtful = language >= 0 && segment.n == 2 && language_is_doubtful(language);
    return language >= 0;
}

static struct str value_of(struct str query, struct str name)
{
    while (query.n) {
        struct str one = str_head(query, str_find(query, '&'));
        size_t eq = str_find(one, '=');
        if (str_eq(str_head(one, eq), name))
            return str_from(one, eq + 1);
        query = str_from(query, one.n + 1);
    }
    return STR_NONE;
}

struct str edition_segment(const struct edition_family *f, const struct url *url)
{
    if (f->place == EDITION_IN_PARAMETER)
        return value_of(url->query, f->below);
    if (!str_starts(url->path, f->below))
        return STR_NONE;
    struct str rest = str_from(url->path, f->below.n);
    if (f->place == EDITION_IN_FOLDER)
        return str_head(rest, str_find(rest, '/'));
    size_t from = rest.n;
    while (from && rest.p[from - 1] != '/')
        from--;
    return from > 1 ? str_from(rest, from) : STR_NONE;
}

struct str edition_folder(struct str path)
{
    for (size_t at = 1; at < path.n;) {
        struct str rest = str_from(path, at), name = str_head(rest, str_find(rest, '/'));
        bool is_folder = name.n < rest.n;
        if (is_folder && (edition_is_number(name) || edition_is_version_name(name)))
            return str_head(path, at);
        at += name.n + 1;
    }
    return STR_NONE;
}

/* ---- which edition ---- */

static bool is_kept(const struct edition_family *f, struct str segment)
{
    for (unsigned i = 0; i < f->n_kept; i++)
        if (str_eq_nocase(f->kept[i], segment))
            return true;
    return false;
}

static bool is_member(const struct edition_family *f, struct str segment)
{
    bool doubtful = false;
    for (unsigned i = 0; i < f->n; i++)
        if (str_eq_nocase(f->member[i], segment))
            return true;
    if (f->kind == EDITION_VERSION)
        return edition_is_number(segment);
    return edition_is_language(segment, &doubtful) && !doubtful;
}

bool edition_is_other(const struct editions *e, const struct url *url, enum edition_kind *ret_kind,
                      struct str *ret_name)
{
    for (unsigned i = 0; i < e->n; i++) {
        const struct edition_family *f = &e->family[i];
        struct str segment = edition_segment(f, url);
        if (e->all[f->kind] || !segment.n || is_kept(f, segment) || !is_member(f, segment))
            continue;
        *ret_kind = f->kind;
        *ret_name = segment;
        return true;
    }
    return false;
}

bool edition_is_translation(const struct editions *e, const struct link *link)
{
    bool alternate = (link->rel & REL_ALTERNATE) && link->language.n >= 2 && e->language.n >= 2;
    if (!alternate || e->all[EDITION_LANGUAGE] || str_eq_nocase(link->language, STR_LIT("x-default")))
        return false;
    return !str_eq_nocase(str_head(link->language, 2), str_head(e->language, 2));
}

/* ---- what an instruction says ---- */

static struct str next_word(struct str *text)
{
    size_t i = 0, from;
    while (i < text->n && !ascii_is_alpha(text->p[i]))
        i++;
    for (from = i; i < text->n && ascii_is_alpha(text->p[i]);)
        i++;
    struct str word = str_make(text->p + from, i - from);
    *text = str_from(*text, i);
    return word;
}

/* "all versions", "every other language", "alle Versionen", "toutes les langues"; but not "skip all versions". */
void edition_asked(struct str text, struct editions *e)
{
    static const char *const every[] = {"all",  "every", "each",   "any",   "both",  "alle",
                                        "jede", "tous",  "toutes", "todas", "todos", "beide"};
    static const char *const versions[] = {"version",   "versions",  "release", "releases",
                                           "versionen", "versiones", "editions"};
    static const char *const languages[] = {"language", "languages", "translation", "translations",
                                            "sprache",  "sprachen",  "langues",     "idiomas",
                                            "locale",   "locales",   "traductions", "traducciones"};
    static const char *const no[] = {"skip",    "no",    "not",      "except", "without", "ignore",
                                     "exclude", "don",   "dont",     "avoid",  "drop",    "ohne",
                                     "nicht",   "keine", "sans",     "sauf",   "sin",     "salvo",
                                     "omit",    "leave", "excluding"};
    unsigned since = 9, since_no = 9; /* words since "all", since a "no" */
    while (text.n) {
        struct str word = next_word(&text);
        since_no = is_one_of(word, no, ARRAY_LEN(no)) ? 0 : since_no + 1;
        since = is_one_of(word, every, ARRAY_LEN(every)) ? 0 : since + 1;
        if (since == 0 || since > 3 || since_no <= 5)
            continue;
        e->all[EDITION_VERSION] |= is_one_of(word, versions, ARRAY_LEN(versions));
        e->all[EDITION_LANGUAGE] |= is_one_of(word, languages, ARRAY_LEN(languages));
    }
}

/* ---- copies and JSON ---- */

static void copy_texts(struct arena *arena, struct str *texts, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        texts[i] = arena_str(arena, texts[i]);
}

enum status edition_copy(struct arena *arena, const struct editions *from, struct editions *ret_copy)
{
    struct editions copy = *from;
    copy.language = arena_str(arena, copy.language);
    for (unsigned i = 0; i < copy.n; i++) {
        struct edition_family *f = &copy.family[i];
        f->below = arena_str(arena, f->below);
        copy_texts(arena, f->member, f->n);
        copy_texts(arena, f->kept, f->n_kept);
    }
    if (arena->status == OK)
        *ret_copy = copy;
    return arena->status;
}

static void put_texts(struct json_out *out, const char *name, const struct str *texts, unsigned n)
{
    json_key(out, name);
    json_begin(out, '[');
    for (unsigned i = 0; i < n; i++)
        json_put_str(out, texts[i]);
    json_end(out, ']');
}

static void put_family(const struct edition_family *f, struct json_out *out)
{
    json_begin(out, '{');
    json_key(out, "kind");
    json_put_str(out, str_of(kind_texts[f->kind]));
    json_key(out, "below");
    json_put_str(out, f->below);
    put_texts(out, "kept", f->kept, f->n_kept);
    put_texts(out, "known", f->member, f->n);
    if (f->has_plain) {
        json_key(out, "plain");
        json_put_bool(out, true);
    }
    if (f->place != EDITION_IN_FOLDER) {
        json_key(out, "in");
        json_put_str(out, str_of(place_texts[f->place]));
    }
    json_end(out, '}');
}

void edition_write(const struct editions *e, struct json_out *out)
{
    json_begin(out, '{');
    json_key(out, "all");
    json_begin(out, '[');
    for (unsigned i = 0; i < EDITION_KINDS; i++)
        if (e->all[i])
            json_put_str(out, str_of(kind_texts[i]));
    json_end(out, ']');
    if (e->language.n) {
        json_key(out, "language");
        json_put_str(out, e->language);
    }
    json_key(out, "families");
    json_begin(out, '[');
    for (unsigned i = 0; i < e->n; i++)
        put_family(&e->family[i], out);
    json_end(out, ']');
    json_end(out, '}');
}

static unsigned read_texts(const struct json *list, struct arena *arena, struct str *to, unsigned most)
{
    unsigned n = 0;
    for (const struct json *v = json_first(list); v && n < most; v = json_after(v))
        to[n++] = arena_str(arena, json_str(v, STR_LIT("")));
    return n;
}

static bool read_kind(const struct json *v, enum edition_kind *ret_kind)
{
    for (unsigned i = 0; i < EDITION_KINDS; i++)
        if (str_is(json_str(v, STR_LIT("")), kind_texts[i])) {
            *ret_kind = (enum edition_kind)i;
            return true;
        }
    return false;
}

static enum edition_place read_place(const struct json *v)
{
    for (unsigned i = 0; i < ARRAY_LEN(place_texts); i++)
        if (str_is(json_str(v, STR_LIT("")), place_texts[i]))
            return (enum edition_place)i;
    return EDITION_IN_FOLDER;
}

static bool read_family(const struct json *v, struct arena *arena, struct edition_family *f)
{
    *f = (struct edition_family){.below = arena_str(arena, json_str(json_get(v, "below"), STR_LIT("")))};
    f->n = read_texts(json_get(v, "known"), arena, f->member, EDITION_MEMBERS);
    f->n_kept = read_texts(json_get(v, "kept"), arena, f->kept, EDITION_KEPT);
    f->has_plain = json_bool(json_get(v, "plain"), false);
    f->place = read_place(json_get(v, "in"));
    bool is_folder = str_starts(f->below, STR_LIT("/")) && str_ends(f->below, STR_LIT("/"));
    return read_kind(json_get(v, "kind"), &f->kind) && f->n_kept &&
           (is_folder || (f->below.n && f->place == EDITION_IN_PARAMETER));
}

void edition_read(const struct json *value, struct arena *arena, struct editions *e)
{
    enum edition_kind kind;
    const struct json *v;
    *e = (struct editions){.language =
                               arena_str(arena, json_str(json_get(value, "language"), STR_LIT("")))};
    for (v = json_first(json_get(value, "all")); v; v = json_after(v))
        if (read_kind(v, &kind))
            e->all[kind] = true;
    for (v = json_first(json_get(value, "families")); v && e->n < EDITION_FAMILIES; v = json_after(v))
        e->n += read_family(v, arena, &e->family[e->n]);
}
