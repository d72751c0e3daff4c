/* SPDX-License-Identifier: Apache-2.0 */
/* policy_write.c: a policy as JSON, for the plan a user confirms and for reports. */
#include "frontier/policy.h"

#include "frontier/policy_parts.h"

static void put_concept(struct json_out *w, const struct rules *r, unsigned concept)
{
    if (concept < KIND_COUNT)
        json_put_str(w, kind_name(concept));
    else if (concept >= CONCEPT_TERM)
        json_put_str(w, r->term[concept - CONCEPT_TERM].text);
    else
        json_put_null(w);
}

static void put_flag(struct json_out *w, const char *name, bool set)
{
    if (!set)
        return;
    json_key(w, name);
    json_put_bool(w, true);
}

static void put_word(struct json_out *w, const char *word, bool set)
{
    if (set)
        json_put_str(w, str_of(word));
}

/* "with" says what must be true of a link, one alternative of each list; "how" says of each list how. */
static void put_groups(struct json_out *w, const struct rules *r, const struct target *t)
{
    bool how = false;
    json_key(w, "with");
    json_begin(w, '[');
    for (unsigned k = 0; k < t->n_groups; k++) {
        const struct group *g = &t->group[k];
        json_begin(w, '[');
        for (unsigned m = 0; m < g->n; m++)
            put_concept(w, r, g->concept[m]);
        json_end(w, ']');
        how |= g->own || g->about || g->numbered || g->told;
    }
    json_end(w, ']');
    if (!how)
        return;
    json_key(w, "how");
    json_begin(w, '[');
    for (unsigned k = 0; k < t->n_groups; k++) {
        json_begin(w, '[');
        put_word(w, "own", t->group[k].own);
        put_word(w, "about", t->group[k].about);
        put_word(w, "numbered", t->group[k].numbered);
        put_word(w, "told", t->group[k].told);
        json_end(w, ']');
    }
    json_end(w, ']');
}

static void put_kinds(struct json_out *w, const char *name, const uint16_t *kinds, unsigned n)
{
    if (!n)
        return;
    json_key(w, name);
    json_begin(w, '[');
    for (unsigned k = 0; k < n; k++)
        json_put_str(w, kind_name(kinds[k]));
    json_end(w, ']');
}

/* The words no table knows, in the order they were met. */
static void put_terms(struct json_out *w, const struct rules *r)
{
    if (!r->n_terms)
        return;
    json_key(w, "terms");
    json_begin(w, '[');
    for (unsigned i = 0; i < r->n_terms; i++) {
        const struct term *t = &r->term[i];
        json_begin(w, '{');
        json_key(w, "text");
        json_put_str(w, t->numbered ? t->noun : t->text);
        if (t->numbered) {
            json_key(w, "numbers");
            json_begin(w, '[');
            for (unsigned k = 0; k < t->n_numbers; k++)
                json_put_int(w, t->number[k]);
            json_end(w, ']');
        }
        put_flag(w, "inflected", t->inflected);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void put_files(struct json_out *w, unsigned files)
{
    if (!files)
        return;
    json_key(w, "files");
    json_begin(w, '[');
    for (unsigned i = 0; i <= FILE_TEXT; i++)
        if (files >> i & 1)
            json_put_str(w, str_of(file_class_text((enum file_class)i)));
    json_end(w, ']');
}

static void put_targets(struct json_out *w, const char *name, const struct rules *r,
                        const struct target *t, unsigned n)
{
    json_key(w, name);
    json_begin(w, '[');
    for (unsigned i = 0; i < n; i++, t++) {
        json_begin(w, '{');
        json_key(w, "text");
        json_put_str(w, t->text);
        put_kinds(w, "kinds", t->kind, t->n_kinds);
        put_kinds(w, "also", t->also, t->n_also);
        if (t->n_groups)
            put_groups(w, r, t);
        put_flag(w, "front_page", t->index);
        put_flag(w, "all_below", t->below);
        put_flag(w, "other_sort", t->sort);
        put_flag(w, "links_only", t->discover);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void put_strs(struct json_out *w, const char *name, const struct str *s, size_t n)
{
    if (!n)
        return;
    json_key(w, name);
    json_begin(w, '[');
    for (size_t i = 0; i < n; i++)
        json_put_str(w, s[i]);
    json_end(w, ']');
}

static void put_languages(struct json_out *w, const char *name, uint64_t set)
{
    if (!set)
        return;
    json_key(w, name);
    json_begin(w, '[');
    for (int i = 0; i < MAX_LANGUAGES; i++)
        if (set >> i & 1)
            json_put_str(w, str_of(language_code(i)));
    json_end(w, ']');
}

static void put_date(struct json_out *w, const char *name, int day)
{
    if (day == DATE_NONE || day == DATE_END)
        return;
    static const int lengths[13] = {31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = day / 10000, month = day / 100 % 100;
    int last = month == 2 && (year % 4 || (year % 100 == 0 && year % 400)) ? 28 : lengths[month % 13];
    int of_month = day % 100 < last ? day % 100 : last; /* a month's end is kept as the 31st */
    struct buf b;
    buf_init(&b, 32);
    buf_printf(&b, "%04d-%02d-%02d", year, month, of_month);
    json_key(w, name);
    json_put_str(w, buf_str(&b));
    buf_fini(&b);
}

static void put_scope(struct json_out *w, const struct policy *p)
{
    json_key(w, "scope");
    json_begin(w, '{');
    json_key(w, "host");
    json_put_str(w, p->scope.host);
    json_key(w, "path");
    json_put_str(w, p->scope.path);
    json_key(w, "subdomains");
    json_put_bool(w, p->scope.subdomains);
    json_end(w, '}');
}

void policy_write(const struct policy *p, struct json_out *w)
{
    const struct rules *r = &p->rules;
    json_begin(w, '{');
    json_key(w, "base_url");
    json_put_str(w, p->base.href);
    put_scope(w, p);
    json_key(w, "everything");
    json_put_bool(w, r->all);
    put_targets(w, "include", r, r->wanted, r->n_wanted);
    put_targets(w, "exclude", r, r->unwanted, r->n_unwanted);
    put_terms(w, r);
    put_strs(w, "include_patterns", p->request.include, p->request.n_include);
    put_strs(w, "exclude_patterns", p->request.exclude, p->request.n_exclude);
    put_strs(w, "include_paths", r->path_in, r->n_path_in);
    put_strs(w, "exclude_paths", r->path_out, r->n_path_out);
    put_languages(w, "languages", r->languages);
    put_languages(w, "exclude_languages", r->languages_out);
    if (r->no_translations) {
        json_key(w, "no_translations");
        json_put_bool(w, true);
    }
    put_strs(w, "versions", r->version, r->n_versions);
    put_strs(w, "exclude_versions", r->version_out, r->n_versions_out);
    put_files(w, r->files);
    put_date(w, "from", r->from);
    put_date(w, "to", r->to);
    if (p->max_depth >= 0) {
        json_key(w, "max_depth");
        json_put_int(w, p->max_depth);
    }
    if (r->page_limit) {
        json_key(w, "page_limit");
        json_put_int(w, (int64_t)r->page_limit);
    }
    json_key(w, "editions");
    edition_write(&p->editions, w);
    json_key(w, "unresolved");
    json_begin(w, '[');
    for (unsigned i = 0; i < r->n_unresolved; i++)
        json_put_str(w, r->unresolved[i]);
    json_end(w, ']');
    json_end(w, '}');
}
