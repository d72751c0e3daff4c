/* SPDX-License-Identifier: Apache-2.0 */
/* policy_read.c: the members of a policy file one by one; the first mistake is the one that is told. */
#include "frontier/policy_read.h"

#include "base/must.h"
#include "frontier/facts.h"
#include "frontier/instruct.h"
#include "frontier/instruct_grammar.h"

#include <stdio.h>

/* Room for phrases of the file's own words, as for those of an instruction. */
#define EXTRA_PHRASES 2000

struct reader {
    struct grammar g;
    struct diag *diag;
    enum status st;
    char field[64]; /* "include[2].kinds" */
};

static void fail(struct reader *r, const char *why, struct str what)
{
    if (r->st != OK)
        return;
    what = str_head(what, 100);
    r->st = diag_set(r->diag, ST_INPUT, "policy: %s: \"%.*s\" %s", r->field, STR_ARG(what), why);
}

static void expect(struct reader *r, const struct json *v, enum json_type type)
{
    static const char *const names[] = {"null", "true or false", "a number",
                                        "text", "a list",        "an object"};
    if (v && json_type(v) != type && r->st == OK)
        r->st = diag_set(r->diag, ST_INPUT, "policy: %s must be %s", r->field, names[type]);
}

/* Member `name` of parent, of that type, or NULL. */
static const struct json *member(struct reader *r, const struct json *parent, const char *name,
                                 enum json_type type)
{
    const struct json *v = json_get(parent, name);
    char before[sizeof r->field];
    if (!v)
        return NULL;
    memcpy(before, r->field, sizeof before);
    snprintf(r->field, sizeof r->field, "%.40s%s%.20s", before, before[0] ? "." : "", name);
    expect(r, v, type);
    memcpy(r->field, before, sizeof before);
    return json_type(v) == type ? v : NULL;
}

static bool member_flag(struct reader *r, const struct json *parent, const char *name)
{
    return json_bool(member(r, parent, name, JSON_BOOL), false);
}

/* names: parted by '|'. */
static void only_members(struct reader *r, const struct json *object, const char *names)
{
    for (const struct json *v = json_first(object); v; v = json_after(v)) {
        struct str list = str_of(names);
        bool known = false;
        while (list.n && !known) {
            struct str one = str_head(list, str_find(list, '|'));
            list = str_from(list, one.n + 1);
            known = str_eq(one, json_name(v));
        }
        if (!known)
            fail(r, "is no member of a policy; see docs/frontier.md for those that are", json_name(v));
    }
}

static void at_field(struct reader *r, const char *name, unsigned i, const char *sub)
{
    snprintf(r->field, sizeof r->field, "%s[%u]%s%s", name, i, sub[0] ? "." : "", sub);
}

/* A text of the arena; what is none, or empty, is an error. */
static struct str text_of(struct reader *r, const struct json *v)
{
    expect(r, v, JSON_STRING);
    struct str s = arena_str(r->g.arena, json_str(v, STR_LIT("")));
    if (!str_is_set(s) && r->st == OK)
        r->st = ST_NOMEM;
    return s;
}

static bool has_room(struct reader *r, unsigned n, unsigned most)
{
    if (n < most)
        return true;
    if (r->st == OK)
        r->st = diag_set(r->diag, ST_INPUT, "policy: %s: more than %u entries", r->field, most);
    return false;
}

/* ---- names ---- */

static int kind_named(struct reader *r, struct str name)
{
    for (unsigned k = 0; k < KIND_COUNT; k++)
        if (str_eq_nocase(kind_name(k), name))
            return (int)k;
    struct word words[PHRASE_MAX_WORDS];
    size_t n = words_of(name, WORDS_TEXT, words, PHRASE_MAX_WORDS);
    const struct lexicon *x = r->g.lexicon;
    for (const struct phrase *p = n ? lexicon_first(x, words[0].hash) : NULL; p; p = lexicon_next(x, p))
        if (p->n == n && (p->roles & ROLE_ASKED) && p->concept < KIND_COUNT &&
            phrase_fits(x, p, words, n))
    return p->concept;
    return -1;
}

static int term_named(const struct reader *r, struct str name)
{
    for (unsigned i = 0; i < r->g.rules->n_terms; i++)
        if (str_eq(r->g.rules->term[i].text, name))
            return (int)(CONCEPT_TERM + i);
    return -1;
}

static void read_kinds(struct reader *r, const struct json *list, uint16_t *to, uint8_t *n)
{
    for (const struct json *v = json_first(list); v && has_room(r, *n, MAX_TARGET_KINDS);
         v = json_after(v)) {
        struct str name = text_of(r, v);
        int kind = kind_named(r, name);
        if (kind < 0)
            fail(r, "is no kind of page; give it under \"with\" when it is a topic", name);
        else
            to[(*n)++] = (uint16_t)kind;
    }
}

static void read_term(struct reader *r, const struct json *v)
{
    only_members(r, v, "text|numbers|inflected");
    struct str text = text_of(r, member(r, v, "text", JSON_STRING));
    const struct json *numbers = member(r, v, "numbers", JSON_ARRAY);
    struct piece p = {.kind = PIECE_NUMBERED, .text = text};
    for (const struct json *n = json_first(numbers); n && has_room(r, p.n_numbers, MAX_TERM_NUMBERS);
         n = json_after(n))
        p.number[p.n_numbers++] = (unsigned)json_int(n, 0);
    bool inflected = member_flag(r, v, "inflected");
    if (!has_room(r, r->g.rules->n_terms, MAX_TERMS))
        return;
    int concept = numbers ? grammar_numbered(&r->g, &p) : grammar_term(&r->g, text, inflected);
    if (concept < 0)
        fail(r, "says nothing that a link could be told by", text);
}

/* ---- targets ---- */

static void read_how(struct reader *r, const struct json *words, struct group *g)
{
    for (const struct json *v = json_first(words); v; v = json_after(v)) {
        struct str word = json_str(v, STR_LIT(""));
        if (str_is(word, "own"))
            g->own = true;
        else if (str_is(word, "about"))
            g->about = true;
        else if (str_is(word, "numbered"))
            g->numbered = true;
        else if (str_is(word, "told"))
            g->told = true;
        else
            fail(r, "must be own, about, numbered or told", word);
    }
}

static void read_group(struct reader *r, const struct json *names, struct target *t, bool wanted)
{
    expect(r, names, JSON_ARRAY);
    if (!has_room(r, t->n_groups, MAX_GROUPS))
        return;
    struct group *g = target_group(t);
    for (const struct json *v = json_first(names); v && has_room(r, g->n, MAX_ALTERNATIVES);
         v = json_after(v)) {
        struct str name = text_of(r, v);
        int concept = term_named(r, name);
        if (concept < 0)
        concept = kind_named(r, name);
        if (concept < 0 && has_room(r, r->g.rules->n_terms, MAX_TERMS))
        concept = grammar_term(&r->g, name, wanted);
        if (concept < 0)
            fail(r, "says nothing that a link could be told by", name);
        grammar_group_add(&r->g, g, concept);
    }
    if (!g->n && r->st == OK)
        r->st = diag_set(r->diag, ST_INPUT, "policy: %s: an empty list wants nothing", r->field);
}

static void read_groups(struct reader *r, const struct json *v, struct target *t, const char *list,
                        unsigned i)
{
    bool wanted = str_is(str_of(list), "include");
    const struct json *with = member(r, v, "with", JSON_ARRAY), *how = member(r, v, "how", JSON_ARRAY);
    at_field(r, list, i, "with");
    for (const struct json *g = json_first(with); g && r->st == OK; g = json_after(g))
        read_group(r, g, t, wanted);
    at_field(r, list, i, "how");
    unsigned k = 0;
    for (const struct json *g = json_first(how); g && r->st == OK; g = json_after(g))
        if (has_room(r, k, t->n_groups))
            read_how(r, g, &t->group[k++]);
}

static void read_target(struct reader *r, const struct json *v, const char *list, unsigned i)
{
    at_field(r, list, i, "");
    expect(r, v, JSON_OBJECT);
    only_members(r, v, "text|kinds|also|with|how|front_page|all_below|other_sort|links_only");
    struct target *t = grammar_target(&r->g, str_is(str_of(list), "exclude"));
    if (!t) {
        (void)has_room(r, MAX_TARGETS, MAX_TARGETS);
        return;
    }
    const struct json *text = member(r, v, "text", JSON_STRING);
    t->text = text ? text_of(r, text) : STR_LIT("");
    t->index = member_flag(r, v, "front_page");
    t->below = member_flag(r, v, "all_below");
    t->sort = member_flag(r, v, "other_sort");
    t->discover = member_flag(r, v, "links_only");
    const struct json *kinds = member(r, v, "kinds", JSON_ARRAY),
                      *also = member(r, v, "also", JSON_ARRAY);
    at_field(r, list, i, "kinds");
    read_kinds(r, kinds, t->kind, &t->n_kinds);
    at_field(r, list, i, "also");
    read_kinds(r, also, t->also, &t->n_also);
    at_field(r, list, i, "");
    read_groups(r, v, t, list, i);
    if (target_is_empty(t) && r->st == OK)
        r->st = diag_set(r->diag, ST_INPUT, "policy: %s[%u] needs \"kinds\" or \"with\"", list, i);
    r->field[0] = 0;
}

static void read_targets(struct reader *r, const struct json *root, const char *list)
{
    unsigned i = 0;
    const struct json *all = member(r, root, list, JSON_ARRAY);
    for (const struct json *v = json_first(all); v && r->st == OK; v = json_after(v))
        read_target(r, v, list, i++);
}

/* ---- bounds ---- */

static void read_texts(struct reader *r, const struct json *root, const char *name, struct str *to,
                       unsigned *n, unsigned most)
{
    const struct json *list = member(r, root, name, JSON_ARRAY);
    snprintf(r->field, sizeof r->field, "%s", name);
    for (const struct json *v = json_first(list); v && has_room(r, *n, most); v = json_after(v))
        to[(*n)++] = text_of(r, v);
    r->field[0] = 0;
}

static uint64_t read_languages(struct reader *r, const struct json *root, const char *name)
{
    uint64_t set = 0;
    const struct json *list = member(r, root, name, JSON_ARRAY);
    snprintf(r->field, sizeof r->field, "%s", name);
    for (const struct json *v = json_first(list); v; v = json_after(v)) {
        struct str code = json_str(v, STR_LIT(""));
        int language = language_of_code(code);
        if (language < 0)
            fail(r, "is no language code; give two letters such as \"en\"", code);
        else
            set |= (uint64_t)1 << language;
    }
    r->field[0] = 0;
    return set;
}

static unsigned read_files(struct reader *r, const struct json *root)
{
    unsigned set = 0;
    const struct json *list = member(r, root, "files", JSON_ARRAY);
    snprintf(r->field, sizeof r->field, "files");
    for (const struct json *v = json_first(list); v; v = json_after(v)) {
        unsigned before = set;
        struct str name = json_str(v, STR_LIT(""));
        for (unsigned i = 0; i <= FILE_TEXT; i++)
            if (str_is(name, file_class_text((enum file_class)i)))
                set |= 1u << i;
        if (set == before)
            fail(r, "is no sort of file, or named twice", name);
    }
    r->field[0] = 0;
    return set;
}

static bool is_month_end(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day == lengths[month - 1] + (month == 2 && leap);
}

/* "2024-05-31" as 20240531; a month's end is kept as the 31st. */
static int read_date(struct reader *r, const struct json *root, const char *name, int otherwise)
{
    const struct json *v = member(r, root, name, JSON_STRING);
    struct str s = json_str(v, STR_LIT(""));
    int n[8] = {0};
    bool good = s.n == 10 && s.p[4] == '-' && s.p[7] == '-';
    for (size_t i = 0, k = 0; good && i < s.n; i++) {
        if (i == 4 || i == 7)
            continue;
        good = ascii_is_digit(s.p[i]);
        n[k++] = s.p[i] - '0';
    }
    int year = n[0] * 1000 + n[1] * 100 + n[2] * 10 + n[3], month = n[4] * 10 + n[5],
        day = n[6] * 10 + n[7];
    if (!v)
        return otherwise;
    snprintf(r->field, sizeof r->field, "%s", name);
    if (!good || month < 1 || month > 12 || day < 1 || day > 31)
        fail(r, "is no date; write it as 2024-05-31", s);
    else if (str_is(str_of(name), "to") && is_month_end(year, month, day))
        day = 31;
    r->field[0] = 0;
    return year * 10000 + month * 100 + day;
}

static int64_t read_count(struct reader *r, const struct json *root, const char *name, int64_t otherwise)
{
    const struct json *v = member(r, root, name, JSON_NUMBER);
    int64_t n = json_int(v, -1);
    if (v && (n < 0 || n > INT32_MAX) && r->st == OK)
        r->st = diag_set(r->diag, ST_INPUT, "policy: %s must be a whole number, 0 or more", name);
    return v ? n : otherwise;
}

static void read_bounds(struct reader *r, const struct json *root)
{
    struct rules *to = r->g.rules;
    read_texts(r, root, "include_paths", to->path_in, &to->n_path_in, MAX_RULE_PATHS);
    read_texts(r, root, "exclude_paths", to->path_out, &to->n_path_out, MAX_RULE_PATHS);
    read_texts(r, root, "versions", to->version, &to->n_versions, MAX_VERSIONS);
    read_texts(r, root, "exclude_versions", to->version_out, &to->n_versions_out, MAX_VERSIONS);
    read_texts(r, root, "unresolved", to->unresolved, &to->n_unresolved, MAX_UNRESOLVED);
    to->languages = read_languages(r, root, "languages");
    to->languages_out = read_languages(r, root, "exclude_languages");
    to->no_translations = member_flag(r, root, "no_translations");
    to->files = read_files(r, root);
    int from = read_date(r, root, "from", DATE_NONE), end = read_date(r, root, "to", DATE_NONE);
    to->from = from;
    to->to = end == DATE_NONE && from != DATE_NONE ? DATE_END : end;
    to->max_depth = (int)read_count(r, root, "max_depth", -1);
    to->page_limit = (uint64_t)read_count(r, root, "page_limit", 0);
}

static void read_all(struct reader *r, const struct json *root)
{
    only_members(r, root,
                 "base_url|scope|everything|include|exclude|terms|include_patterns|exclude_patterns|"
                 "include_paths|exclude_paths|languages|exclude_languages|no_translations|versions|"
                 "exclude_versions|files|from|to|max_depth|page_limit|unresolved|editions");
    unsigned i = 0;
    const struct json *terms = member(r, root, "terms", JSON_ARRAY);
    for (const struct json *v = json_first(terms); v && r->st == OK; v = json_after(v)) {
        at_field(r, "terms", i++, "");
        read_term(r, v);
    }
    r->field[0] = 0;
    read_targets(r, root, "include");
    read_targets(r, root, "exclude");
    read_bounds(r, root);
    struct rules *to = r->g.rules;
    bool named = to->n_wanted || to->n_path_in;
    const struct json *all = member(r, root, "everything", JSON_BOOL);
    to->all = !named;
    if (all && json_bool(all, false) != to->all && r->st == OK)
        r->st =
            diag_set(r->diag, ST_INPUT,
                     to->all ? "policy: nothing is included; name something under \"include\", or set "
                               "\"everything\" to true"
                             : "policy: \"everything\" is true and \"include\" or \"include_paths\" "
                               "names something; keep one of them");
}

enum status policy_file_rules(const struct json *file, struct arena *arena, struct rules *ret_rules,
                              struct lexicon *ret_lexicon, struct diag *ret_diag)
{
    *ret_rules = (struct rules){.max_depth = -1};
    if (!lexicon_init(ret_lexicon, arena, TABLE_PHRASES + EXTRA_PHRASES))
        return ST_NOMEM;
    lexicon_add_tables(ret_lexicon);
    struct reader *r = ARENA_NEW(arena, struct reader);
    if (!r || !lexicon_seal(ret_lexicon))
        return ST_NOMEM;
    *r = (struct reader){.diag = ret_diag, .st = OK};
    r->g.arena = arena;
    r->g.rules = ret_rules;
    r->g.lexicon = ret_lexicon;
    read_all(r, file);
    if (r->st != OK)
        return r->st;
    return lexicon_seal(ret_lexicon) ? OK : ST_NOMEM;
}

/* ---- the request, the text ---- */

static const struct str *read_patterns(struct reader *r, const struct json *file, const char *name,
                                       size_t *ret_n)
{
    const struct json *list = member(r, file, name, JSON_ARRAY);
    size_t n = 0;
    struct str *to = ARENA_ARRAY(r->g.arena, struct str, json_length(list) + 1);
    snprintf(r->field, sizeof r->field, "%s", name);
    for (const struct json *v = json_first(list); to && v; v = json_after(v))
        to[n++] = text_of(r, v);
    r->field[0] = 0;
    if (!to && r->st == OK)
        r->st = ST_NOMEM;
    *ret_n = n;
    return to;
}

enum status policy_file_request(const struct json *file, struct arena *arena, struct policy_request *q,
                                struct diag *ret_diag)
{
    struct reader *r = ARENA_NEW(arena, struct reader);
    if (!r)
        return ST_NOMEM;
    *r = (struct reader){.diag = ret_diag, .st = OK};
    r->g.arena = arena;
    struct policy_request to = *q;
    if (!to.n_include)
        to.include = read_patterns(r, file, "include_patterns", &to.n_include);
    if (!to.n_exclude)
        to.exclude = read_patterns(r, file, "exclude_patterns", &to.n_exclude);
    if (to.max_depth < 0)
        to.max_depth = (int)read_count(r, file, "max_depth", -1);
    const struct json *scope = member(r, file, "scope", JSON_OBJECT);
    snprintf(r->field, sizeof r->field, "scope");
    only_members(r, scope, "host|path|subdomains");
    to.subdomains |= member_flag(r, scope, "subdomains");
    struct str path = json_str(member(r, scope, "path", JSON_STRING), STR_LIT(""));
    to.whole_domain |= str_is(path, "/");
    if (r->st == OK)
        *q = to;
    return r->st;
}

enum status policy_file_parse(struct str text, struct json_doc **ret_doc, struct diag *ret_diag)
{
    const struct json_limits limits = {.max_bytes = POLICY_FILE_MAX_BYTES, .max_depth = 16};
    struct diag why = {.at = 0};
    struct json_doc *doc = NULL;
    enum status st = json_parse(text, &limits, &doc, &why);
    if (st == ST_NOMEM)
        return st;
    if (st != OK) {
        size_t line = 1;
        for (size_t i = 0; i < why.at && i < text.n; i++)
            line += text.p[i] == '\n';
        return diag_set(ret_diag, ST_INPUT, "policy: line %zu: %.300s", line, why.text);
    }
    if (json_type(json_root(doc)) != JSON_OBJECT) {
        json_doc_destroy(doc);
        return diag_set(ret_diag, ST_INPUT,
                        "policy: a policy is a JSON object, as webkeep plan writes it");
    }
    *ret_doc = doc;
    return OK;
}
