/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_bounds.c: paths, languages, versions and dates of an instruction to rules. */
#include "base/pattern.h"
#include "frontier/instruct_grammar.h"

static void add_path(struct grammar *g, const struct noun_phrase *np, struct str text)
{
    struct rules *r = g->rules;
    struct str glob = instruct_glob(text, g->arena);
    unsigned *n = np->unwanted ? &r->n_path_out : &r->n_path_in;
    if (!str_is_set(glob) || *n == MAX_RULE_PATHS || pattern_check(glob, NULL) != OK) {
        grammar_unresolved(g, text);
        return;
    }
    (np->unwanted ? r->path_out : r->path_in)[(*n)++] = glob;
}

static void add_date(struct grammar *g, const struct noun_phrase *np, const struct piece *p)
{
    struct rules *r = g->rules;
    if (!np->unwanted) {
        r->from = p->from;
        r->to = p->to;
    } else if (p->from == DATE_NONE) {
        r->from = p->to + 1;
        if (p->to % 10000 == 1231)
            r->from = (p->to / 10000 + 1) * 10000 + 101;
        r->to = DATE_END;
    } else if (p->to == DATE_END) {
        r->to = p->from - 1;
    } else {
        int concept = grammar_term(g, p->text, false);
        struct target *t = concept >= 0 ? grammar_target(g, true) : NULL;
        struct group *group = t ? target_group(t) : NULL;
        if (group) {
            t->text = p->text;
            grammar_group_add(g, group, concept);
        }
    }
}

static void add_version(struct grammar *g, const struct noun_phrase *np, const struct piece *p)
{
    struct rules *r = g->rules;
    struct str text = p->value ? STR_LIT("*") : p->text;
    struct target *t = np->unwanted && p->value ? grammar_target(g, true) : NULL;
    if (t) { /* older versions are often kept in an archive */
        t->text = p->text;
        target_add_kind(t, KIND_ARCHIVE);
    }
    if (np->unwanted && r->n_versions_out < MAX_VERSIONS)
        r->version_out[r->n_versions_out++] = text;
    else if (!np->unwanted && r->n_versions < MAX_VERSIONS)
        r->version[r->n_versions++] = text;
}

void grammar_limit(struct grammar *g, const struct noun_phrase *np)
{
    struct rules *r = g->rules;
    const struct piece *p = &g->parts->piece[np->limit];
    switch (p->kind) {
    case PIECE_PATH:
        add_path(g, np, p->text);
        break;
    case PIECE_LANGUAGE:
        if (np->unwanted)
            r->languages_out |= (uint64_t)1 << p->value;
        else
            r->languages |= (uint64_t)1 << p->value;
        break;
    case PIECE_VERSION:
        add_version(g, np, p);
        break;
    case PIECE_DATE:
        add_date(g, np, p);
        break;
    case PIECE_PARAMETER:
        if (np->unwanted)
            break; /* "ignore session ids (sid=)": such pages are told by the rest of their address */
        grammar_unresolved(g, p->text);
        break;
    default:
        grammar_unresolved(g, p->text);
        break;
    }
}
