/* SPDX-License-Identifier: Apache-2.0 */
/* match_limits.c: languages, versions and dates: what a link is of, against what was asked for. */
#include "frontier/match.h"

#include "base/must.h"

static bool has_bit(uint64_t set, int bit)
{
    return bit >= 0 && (set >> bit & 1);
}

/* Two-letter segments that are seldom a language. */
bool language_is_doubtful(int language)
{
    static const char *const codes[] = {"it", "no", "id", "is", "el", "he", "fa", "et", "eo",
                                        "da", "hi", "th", "ga", "ca", "eu", "sl", "ro", "sk",
                                        "ar", "lt", "lv", "gl", "cy", "sr", "hr", "hu"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (strcmp(language_code(language), codes[i]) == 0)
            return true;
    return false;
}

bool limit_other_language(const struct candidate_link *c)
{
    const struct rules *r = &c->policy->rules;
    const struct facts *f = c->facts;
    const struct address *base = &c->policy->base_address;
    int by_path = f->link.language, by_text = f->text_language;
    bool doubtful = by_path >= 0 && f->link.n_segments && language_is_doubtful(by_path) &&
                    f->link.language_at >= 0 && base->language_at != f->link.language_at;
    for (int i = 0; r->languages_out && i < MAX_LANGUAGES; i++)
        if (has_bit(r->languages_out, i) && (by_path == i || f->own[CONCEPT_LANGUAGE + i].where))
            return true;
    if (r->languages) {
        if (by_path >= 0 && !doubtful)
            return !has_bit(r->languages, by_path);
        return by_text >= 0 && !has_bit(r->languages, by_text);
    }
    bool any = c->policy->editions.all[EDITION_LANGUAGE];
    if ((r->all || any) && !r->no_translations)
        return false;
    if (by_path >= 0 && base->language >= 0)
        return by_path != base->language && f->link.language_at == base->language_at;
    if (by_path >= 0 && f->link.language_at == 0 && base->language < 0)
        return !doubtful || by_text >= 0;
    return r->no_translations && by_text >= 0 && (f->own[CONCEPT_LANGUAGE + by_text].where & IN_ALL);
}

static bool version_fits(struct str have, struct str want, struct str base)
{
    if (have.n > 1 && ascii_lower(have.p[0]) == 'v' && ascii_is_digit(have.p[1]))
        have = str_from(have, 1);
    if (base.n > 1 && ascii_lower(base.p[0]) == 'v' && ascii_is_digit(base.p[1]))
        base = str_from(base, 1);
    if (want.n && !ascii_is_digit(want.p[0]))
        return str_is(have, "latest") || str_is(have, "stable") || str_is(have, "current") ||
               (base.n && str_eq(have, base));
    return str_starts(have, want) && (have.n == want.n || !ascii_is_digit(have.p[want.n])) &&
           (have.n == want.n || have.p[want.n] != '-');
}

bool limit_other_version(const struct candidate_link *c)
{
    const struct rules *r = &c->policy->rules;
    if (!r->n_versions && !r->n_versions_out)
        return false;
    struct str have = shape_version(&c->facts->link, &c->policy->base_address);
    struct str base = shape_version(&c->policy->base_address, NULL);
    if (!str_is_set(have))
        return false;
    for (unsigned i = 0; i < r->n_versions_out; i++) {
        bool any = str_is(r->version_out[i], "*");
        if (any ? !version_fits(have, STR_LIT("latest"), base)
                : version_fits(have, r->version_out[i], base))
            return true;
    }
    for (unsigned i = 0; i < r->n_versions; i++)
        if (version_fits(have, r->version[i], base))
            return false;
    return r->n_versions > 0;
}

bool limit_out_of_time(const struct candidate_link *c)
{
    const struct rules *r = &c->policy->rules;
    if (!r->from && !r->to)
        return false;
    struct date_span d = shape_path_date(c->facts);
    if (!d.from)
        d = shape_text_date(&c->policy->lexicon, c->link->text);
    if (!d.from)
        return policy_is_past(c->policy, c->link->changed);
    return d.to < r->from || (r->to && d.from > r->to);
}
