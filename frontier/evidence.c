/* SPDX-License-Identifier: Apache-2.0 */
/* evidence.c: dates, languages and types of pages against the rules of an instruction. */
#include "frontier/evidence.h"

#include "base/pattern.h"
#include "frontier/match.h"

#include <stdio.h>

static const struct {
    const char *type;
    uint16_t kind;
    bool plain;
} types[] = {
#define TYPE(type, kind, plain) {type, KIND_##kind, plain},
#include "frontier/page_types.def"
#undef TYPE
};

static bool refuse(struct judgement *j, const char *what, struct str value)
{
    *j = (struct judgement){.verdict = VERDICT_SKIP, .reason = REASON_PAGE_ITSELF};
    snprintf(j->detail, sizeof j->detail, "%s %.*s", what, value.n < 40 ? (int)value.n : 40, value.p);
    return true;
}

/* ---- dates ---- */

static int digits_of(struct str s, size_t at, size_t n)
{
    int value = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.n || !ascii_is_digit(s.p[i]))
            return -1;
        value = value * 10 + (s.p[i] - '0');
    }
    return value;
}

/* All days that "2024", "2024-05" or "2024-05-17..." may mean; from 0: no date. */
static struct date_span span_of(struct str date)
{
    int year = digits_of(date, 0, 4), month = -1, day = -1;
    if (year < 1900)
        return (struct date_span){0, 0};
    if (date.n >= 7 && date.p[4] == '-')
        month = digits_of(date, 5, 2);
    if (month >= 1 && date.n >= 10 && date.p[7] == '-')
        day = digits_of(date, 8, 2);
    if (month < 1 || month > 12)
        return (struct date_span){year * 10000 + 101, year * 10000 + 1231};
    int begin = year * 10000 + month * 100;
    if (day < 1 || day > 31)
        return (struct date_span){begin + 1, begin + 31};
    return (struct date_span){begin + day, begin + day};
}

static bool refuses_date(const struct rules *r, const struct page_evidence *e, struct judgement *j)
{
    if (!r->from && !r->to)
        return false;
    struct date_span published = span_of(e->published), modified = span_of(e->modified);
    if (published.from && (published.to < r->from || (r->to && published.from > r->to)))
        return refuse(j, "it was published", e->published);
    if (!published.from && modified.from && modified.to < r->from)
        return refuse(j, "it was last changed", e->modified);
    return false;
}

/* ---- languages ---- */

static bool refuses_language(const struct policy *p, const struct url *url,
                             const struct page_evidence *e, struct judgement *j)
{
    const struct rules *r = &p->rules;
    struct address address;
    if ((!r->languages && !r->languages_out) || !e->language.n)
        return false;
    address_read(url, &address);
    int language = language_of_code(e->language);
    /* Templates forget to say that a page is a translation; its address doesn't. */
    if (language < 0 || address.language >= 0)
        return false;
    bool wanted = !r->languages || (r->languages >> language & 1);
    if (wanted && !(r->languages_out >> language & 1))
        return false;
    return refuse(j, "its language is", e->language);
}

/* ---- types ---- */

static bool is_of_kind(const struct target *t, unsigned kind)
{
    for (unsigned i = 0; i < t->n_kinds; i++)
        if (t->kind[i] == kind || match_same_family(t->kind[i], kind))
            return true;
    return false;
}

/* Unwanted as such: "skip product pages", not "skip product pages about shoes". */
static bool is_unwanted(const struct rules *r, unsigned kind)
{
    for (unsigned i = 0; i < r->n_unwanted; i++) {
        const struct target *t = &r->unwanted[i];
        for (unsigned k = 0; k < t->n_kinds && !t->n_groups; k++)
            if (t->kind[k] == kind)
                return true;
    }
    return false;
}

/* Every wanted target is of kinds of single things, and of none that this one might be meant by. */
static bool is_other_thing(const struct rules *r, unsigned kind)
{
    if (r->all || !r->n_wanted)
        return false;
    for (unsigned i = 0; i < r->n_wanted; i++) {
        const struct target *t = &r->wanted[i];
        if (!t->n_kinds || is_of_kind(t, kind) || match_is_kind_of(t, kind))
            return false;
        for (unsigned k = 0; k < t->n_kinds; k++)
            if (kind_class(t->kind[k]) != CLASS_ITEM)
                return false;
    }
    return true;
}

static bool refuses_type(const struct rules *r, const struct page_evidence *e, struct judgement *j)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (!str_is(e->type, types[i].type))
            continue;
        unsigned kind = types[i].kind;
        return (is_unwanted(r, kind) || (types[i].plain && is_other_thing(r, kind))) &&
               refuse(j, "its type is", e->type);
    }
    return false;
}

/* ---- all ---- */

static bool is_given(const struct policy_request *r, const struct url *url)
{
    for (size_t i = 0; i < r->n_include; i++)
        if (pattern_matches(r->include[i], url))
            return true;
    return false;
}

bool policy_refuses_page(const struct policy *policy, const struct url *url,
                         const struct page_evidence *evidence, struct judgement *ret_judgement)
{
    const struct rules *r = &policy->rules;
    if (!policy->instructed || is_given(&policy->request, url))
        return false;
    return refuses_date(r, evidence, ret_judgement) ||
           refuses_language(policy, url, evidence, ret_judgement) ||
           refuses_type(r, evidence, ret_judgement);
}
