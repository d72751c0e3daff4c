/* SPDX-License-Identifier: Apache-2.0 */
/* judge.c: policy_judge(): the gates in order, cheapest and most binding first; what is left is judged by the
 * instruction (relevance.c). No heap, no state; a link without an instruction costs a few comparisons. */
#include "frontier/policy.h"

#include "base/pattern.h"
#include "frontier/policy_parts.h"
#include "frontier/relevance.h"

#include <stdio.h>

static void settle(struct judgement *j, enum verdict verdict, enum reason reason, const char *why,
                   struct str what)
{
    j->verdict = verdict;
    j->reason = reason;
    j->priority = verdict == VERDICT_KEEP ? 0 : 1;
    size_t room = sizeof j->detail - 1, n = strlen(why);
    memcpy(j->detail, why, n);
    if (what.n) {
        j->detail[n++] = ' ';
        size_t m = what.n < room - n ? what.n : room - n;
        /* Not within a character. */
        while (m < what.n && m > 0 && ((unsigned char)what.p[m] & 0xC0) == 0x80)
            m--;
        memcpy(j->detail + n, what.p, m);
        n += m;
    }
    j->detail[n] = 0;
}

static bool skip(struct judgement *j, enum reason reason, const char *why, struct str what)
{
    settle(j, VERDICT_SKIP, reason, why, what);
    return true;
}

static bool word_in(struct str s, const char *words)
{
    char key[34];
    if (s.n == 0 || s.n > 30)
        return false;
    key[0] = ' ';
    for (size_t i = 0; i < s.n; i++)
        key[i + 1] = ascii_lower(s.p[i]);
    key[s.n + 1] = ' ';
    key[s.n + 2] = 0;
    return strstr(words, key) != NULL;
}

#define ACTIONS                                                                                         \
    " edit delete logout log-out logoff signout sign-out login register signup subscribe unsubscribe "  \
    "reserve book "                                                                                     \
    "add add-to-cart add_to_cart addtocart remove vote upvote downvote like reply quote report flag "   \
    "watch unwatch purge "                                                                              \
    "rollback protect move submit create buy checkout post newtopic newreply follow unfollow "          \
    "delete_cookies lostpassword "

/* Links that do something: log out, add to a cart, edit. Only where the address says so plainly. */
static bool is_action(const struct address *a)
{
    for (unsigned i = 0; i < a->n_parameters; i++) {
        struct parameter p = a->parameter[i];
        if (word_in(p.name, " add-to-cart add_to_cart addtocart add-to-wishlist replytocom logout ") ||
            (word_in(p.name, " action do mode op act veaction task cmd operation ") &&
             word_in(p.value, ACTIONS)))
            return true;
    }
    if (!a->n_segments)
        return false;
    struct str last = a->segment[a->n_segments - 1];
    struct str before = a->n_segments > 1 ? a->segment[a->n_segments - 2] : STR_NONE;
    if (word_in(last, " logout log-out log_out logoff signout sign-out sign_out abmelden deconnexion "
                      "add-to-cart "))
        return true;
    if (word_in(before, " cart basket panier warenkorb carrito wishlist bag cesta ") &&
        word_in(last, " add remove update change "))
        return true;
    if (a->n_segments > 2 && word_in(before, " add ") &&
        word_in(a->segment[a->n_segments - 3], " cart basket panier warenkorb carrito "))
        return true;
    bool number = before.n > 0;
    for (size_t i = 0; i < before.n; i++)
        number &= ascii_is_digit(before.p[i]);
    return number && word_in(last, " edit delete vote upvote reply flag report ");
}

static const struct str *first_match(const struct str *patterns, size_t n, const struct url *url)
{
    for (size_t i = 0; i < n; i++)
        if (pattern_matches(patterns[i], url))
            return &patterns[i];
    return NULL;
}

/* The way down to what an include pattern asks for: "/docs" for "/docs/api/" and all below. */
static bool leads_to(struct str pattern, const struct url *url)
{
    if (!str_starts(pattern, STR_LIT("/")) || !str_starts(pattern, url->path))
        return false;
    return url->path.n == pattern.n || str_ends(url->path, STR_LIT("/")) ||
           pattern.p[url->path.n] == '/';
}

static bool leads_to_any(const struct str *patterns, size_t n, const struct url *url)
{
    for (size_t i = 0; i < n; i++)
        if (leads_to(patterns[i], url))
            return true;
    return false;
}

static bool is_base_page(const struct policy *p, const struct url *url)
{
    if (url->has_fragment && str_starts(url->fragment, STR_LIT("/")))
        return str_eq(url->href, p->base.href);
    return str_eq(url_without_fragment(url), url_without_fragment(&p->base));
}

struct gate {
    const struct policy *policy;
    const struct url *url;
    const struct address *address;
    bool is_base, given;
};

/* Where and how deep. True: the judgement is made. */
static bool outer_gates(struct gate *g, int depth, struct judgement *j)
{
    const struct policy *p = g->policy;
    const struct policy_request *r = &p->request;
    if (!url_is_http(g->url))
        return skip(j, REASON_SCHEME, "scheme", g->url->scheme);
    enum scope_side side = scope_side(&p->scope, g->url);
    if (side == SCOPE_OTHER_HOST)
        return skip(j, REASON_OUTSIDE_DOMAIN, "host", g->url->host);
    const struct str *hit = first_match(r->exclude, r->n_exclude, g->url);
    if (hit)
        return skip(j, REASON_EXCLUDE_PATTERN, "exclude:", *hit);
    if (p->max_depth >= 0 && depth > p->max_depth && !g->is_base)
        return skip(j, REASON_DEPTH, "more hops from the base page than allowed", STR_NONE);
    if (r->n_include && !(hit = first_match(r->include, r->n_include, g->url))) {
        if (!g->is_base && !leads_to_any(r->include, r->n_include, g->url))
            return skip(j, REASON_INCLUDE_PATTERN, "matches no include pattern", STR_NONE);
        settle(j, VERDICT_TRAVERSE, REASON_INCLUDE_PATTERN, "leads to an include pattern", STR_NONE);
        return true;
    }
    g->given = hit != NULL;
    if (side == SCOPE_OTHER_PATH && !g->given && !g->is_base)
        return skip(j, REASON_OUTSIDE_SCOPE, "not below", p->scope.path);
    return false;
}

static bool inner_gates(const struct gate *g, struct judgement *j)
{
    const struct address *a = g->address;
    const struct rules *r = &g->policy->rules;
    if (is_action(a))
        return skip(j, REASON_ACTION_LINK, "does something rather than show a page", STR_NONE);
    enum edition_kind kind;
    struct str name;
    if (!g->given && edition_is_other(&g->policy->editions, g->url, &kind, &name))
        return skip(j, REASON_OTHER_VERSION,
                    kind == EDITION_VERSION ? "another version:" : "another language:", name);
    bool page = a->file == FILE_PAGE || (a->file == FILE_TEXT && !g->policy->instructed);
    if (!page && !g->given && !(r->files >> a->file & 1))
        return skip(j, REASON_FILE_TYPE, "file:", str_of(file_class_text(a->file)));
    return false;
}

static void judge_by_instruction(const struct gate *g, const struct link *link,
                                 const struct url *found_on, struct judgement *j)
{
    const struct policy *p = g->policy;
    struct facts facts;
    facts_read(&p->lexicon, link, g->url, found_on, &facts);
    struct candidate_link c = {.policy = p,
                               .link = link,
                               .url = g->url,
                               .found_on = found_on,
                               .facts = &facts,
                               .is_base = g->is_base,
                               .from_base = found_on && is_base_page(p, found_on),
                               .given = g->given};
    struct opinion o;
    relevance_of(&c, &o);
    settle(j, o.verdict, o.verdict == VERDICT_SKIP ? o.reason : REASON_NONE, o.why, o.what);
    j->priority = o.verdict == VERDICT_KEEP && o.strength < 50 ? 2
                  : o.verdict == VERDICT_TRAVERSE              ? 1
                                                               : 0;
    /* A list is no result of an instruction: the word says why it is not kept. */
    if (o.verdict == VERDICT_TRAVERSE)
        j->reason = REASON_NOT_RELEVANT;
    if (g->is_base && o.verdict == VERDICT_SKIP)
        settle(j, VERDICT_TRAVERSE, REASON_NOT_RELEVANT, "the base page", STR_NONE);
}

void policy_judge(const struct policy *p, const struct link *link, const struct url *url,
                  const struct url *found_on, int depth, struct arena *scratch, struct judgement *j)
{
    (void)scratch;
    struct address address;
    struct gate g = {.policy = p, .url = url, .address = &address};
    g.is_base = url_is_http(url) && is_base_page(p, url);
    if (outer_gates(&g, depth, j))
        return;
    address_read(url, &address);
    if (!g.is_base && inner_gates(&g, j))
        return;
    if (p->instructed)
        judge_by_instruction(&g, link, found_on, j);
    else
        settle(j, VERDICT_KEEP, REASON_NONE, "below", p->scope.path);
}
