/* SPDX-License-Identifier: Apache-2.0 */
/* robots.c: robots.txt by RFC 9309.
 *
 * Reading walks the lines twice: once to count what concerns the agent, once to keep just that. A rule's
 * path becomes tokens (RFC 9309 2.2.2): one for each octet, percent-escapes undone, so that "/%7Ea" and "/~a",
 * or "/é" and "/%C3%A9" are the same tokens; only '/' and "%2F" stay two. Each token has a border, as Knuth,
 * Morris and Pratt have it, so that a match takes time linear in the URL whatever the rule.
 * Rules stand in the order of their strength: the first that matches decides.
 * Threads: immutable once parsed. */
#include "frontier/robots.h"

#include "base/arena.h"

#include <stdlib.h>

#define ARENA_BYTES ((size_t)16 << 20) /* a body of ROBOTS_MAX_BYTES needs less */
#define MAX_DELAY_MS 30000

/* Tokens beyond octets. */
#define WILD 0x200
#define ESCAPED_SLASH 0x100

struct rule {
    uint16_t *tokens;
    uint32_t *borders; /* n_tokens + 1 */
    uint32_t n_tokens;
    uint32_t octets; /* strength: the length of the path, escaped as the RFC wants it */
    uint32_t order;
    bool allow, to_end; /* to_end: the path ended in '$' */
    bool query_escaped; /* the URL's '/' after '?' is compared as "%2F" */
    struct str text;
};

struct robots {
    struct arena arena;
    struct rule *rules;
    struct str *sitemaps;
    size_t n_rules, n_sitemaps;
    int64_t delay_ms;
};

/* ---- lines ---- */

enum line_kind { LINE_OTHER, LINE_AGENT, LINE_ALLOW, LINE_DISALLOW, LINE_DELAY, LINE_SITEMAP };

struct line {
    enum line_kind kind;
    struct str text, value;
};

/* The walk, and the group that it stands in. */
struct walk {
    struct str rest, token; /* token: the agent's, may be empty */
    bool for_agent, for_all, in_rules;
};

static struct str next_text(struct str *rest)
{
    size_t end = 0;
    while (end < rest->n && rest->p[end] != '\n' && rest->p[end] != '\r')
        end++;
    struct str text = str_head(*rest, end);
    *rest = str_from(*rest, end + 1);
    return str_trim(str_head(text, str_find(text, '#')));
}

static enum line_kind kind_of(struct str name)
{
    static const struct {
        const char *name;
        enum line_kind kind;
    } kinds[] = {{"user-agent", LINE_AGENT},
                 {"allow", LINE_ALLOW},
                 {"disallow", LINE_DISALLOW},
                 {"crawl-delay", LINE_DELAY},
                 {"sitemap", LINE_SITEMAP}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq_nocase(name, str_of(kinds[i].name)))
            return kinds[i].kind;
    return LINE_OTHER;
}

static struct line parse_line(struct str text)
{
    size_t colon = str_find(text, ':');
    if (colon == text.n)
        return (struct line){.text = text};
    return (struct line){kind_of(str_trim(str_head(text, colon))), text,
                         str_trim(str_from(text, colon + 1))};
}

/* The product token that s begins with. The RFC knows letters, '-' and '_'; digits and non-ASCII letters
 * are in use and do no harm. */
static struct str product_token(struct str s)
{
    size_t n = 0;
    while (n < s.n && (ascii_is_alpha(s.p[n]) || ascii_is_digit(s.p[n]) || s.p[n] == '-' ||
                       s.p[n] == '_' || (unsigned char)s.p[n] >= 0x80))
        n++;
    return str_head(s, n);
}

static void enter_group(struct walk *w, struct str value)
{
    if (w->in_rules)
        w->for_agent = w->for_all = w->in_rules = false;
    struct str token = product_token(value);
    if (str_starts(value, STR_LIT("*")) && (value.n == 1 || ascii_is_space(value.p[1])))
        w->for_all = true;
    else if (token.n && str_eq_nocase(token, w->token))
        w->for_agent = true;
}

/* The next line with a meaning; false at the end. Only rules end the list of a group's agents: other
 * records must not interfere (RFC 9309 2.2.4). */
static bool next_line(struct walk *w, struct line *line)
{
    while (w->rest.n) {
        *line = parse_line(next_text(&w->rest));
        if (line->kind == LINE_AGENT)
            enter_group(w, line->value);
        else if (line->kind == LINE_ALLOW || line->kind == LINE_DISALLOW)
            w->in_rules = true;
        if (line->kind != LINE_OTHER)
            return true;
    }
    return false;
}

/* What is read: no byte order mark, at most ROBOTS_MAX_BYTES, and no line that the cut went through. */
static struct str readable(struct str body)
{
    if (str_starts(body, STR_LIT("\xEF\xBB\xBF")))
        body = str_from(body, 3);
    if (body.n <= ROBOTS_MAX_BYTES)
        return body;
    size_t n = ROBOTS_MAX_BYTES;
    while (n && body.p[n - 1] != '\n' && body.p[n - 1] != '\r')
        n--;
    return str_head(body, n);
}

/* ---- paths as tokens ---- */

static int hex_digit(char c)
{
    char low = ascii_lower(c);
    return ascii_is_digit(c) ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* The token at s.p[*at], which is moved behind it. */
static int next_token(struct str s, size_t *at)
{
    unsigned char c = (unsigned char)s.p[(*at)++];
    if (c != '%' || *at + 2 > s.n || hex_digit(s.p[*at]) < 0 || hex_digit(s.p[*at + 1]) < 0)
        return c;
    int octet = hex_digit(s.p[*at]) * 16 + hex_digit(s.p[*at + 1]);
    *at += 2;
    return octet == '/' ? ESCAPED_SLASH : octet;
}

static bool stands_plain(int token)
{
    return token == WILD || (token > 0x20 && token < 0x7F && !strchr("\"%<>\\^`{|}", token));
}

/* borders[j]: where to go on in the tokens when token j does not fit: the longest end of what has matched
 * that is also a beginning, within the run of literals that j stands in. */
static void set_borders(struct rule *r)
{
    uint32_t run = 0, k = 0;
    r->borders[0] = 0;
    for (uint32_t j = 0; j < r->n_tokens; j++) {
        if (r->tokens[j] == WILD) {
            run = k = j + 1;
            r->borders[run] = run;
            continue;
        }
        while (k > run && r->tokens[j] != r->tokens[k])
            k = r->borders[k];
        if (j > run && r->tokens[j] == r->tokens[k])
            k++;
        r->borders[j + 1] = k;
    }
}

static void add_token(struct rule *r, int token)
{
    r->octets += stands_plain(token) ? 1 : 3;
    if (token == WILD && r->n_tokens && r->tokens[r->n_tokens - 1] == WILD)
        return;
    r->tokens[r->n_tokens++] = (uint16_t)token;
}

/* A '/' after the path's own '?' is data and the same as "%2F" (the RFC's example has both); a path without
 * '?' that says "%2F" can only mean such a one behind its wildcard, or a path's, which keeps it too. */
static void read_path(struct rule *r, struct str path)
{
    bool in_query = false;
    for (size_t at = 0; at < path.n;) {
        bool wild = path.p[at] == '*', question = path.p[at] == '?';
        int token = next_token(path, &at);
        if (in_query && token == '/')
            token = ESCAPED_SLASH;
        add_token(r, wild ? WILD : token);
        in_query |= question;
        r->query_escaped |= in_query || token == ESCAPED_SLASH;
    }
}

static bool make_rule(struct arena *arena, const struct line *line, struct rule *r)
{
    struct str path = line->value;
    *r = (struct rule){.allow = line->kind == LINE_ALLOW};
    if (str_ends(path, STR_LIT("$"))) {
        r->to_end = true;
        r->octets++;
        path.n--;
    }
    r->text = arena_str(arena, line->text);
    r->tokens = ARENA_ARRAY(arena, uint16_t, path.n + 1);
    r->borders = ARENA_ARRAY(arena, uint32_t, path.n + 2);
    if (arena->status != OK)
        return false;
    if (path.n == 0 || (path.p[0] != '/' && path.p[0] != '*'))
        add_token(r, '/'); /* "Disallow: private" means "/private" */
    read_path(r, path);
    set_borders(r);
    return true;
}

/* One pass over the URL. Literals after a wildcard are looked for, leftmost first; a mismatch falls back to
 * a border. Before the first wildcard there is nothing to fall back to. */
static bool rule_matches(const struct rule *r, struct str url)
{
    size_t at = 0, query_at = str_find(url, '?');
    uint32_t j = 0, run = 0;
    bool floating = false;
    for (;;) {
        if (j < r->n_tokens && r->tokens[j] == WILD) {
            run = ++j;
            floating = true;
        }
        if (j == r->n_tokens && (!r->to_end || (floating && j == run)))
            return true;
        if (at >= url.n)
            return j == r->n_tokens;
        bool in_query = at > query_at;
        int token = next_token(url, &at);
        if (in_query && (token == '/' || token == ESCAPED_SLASH))
            token = r->query_escaped ? ESCAPED_SLASH : '/';
        while (j > run && floating && (j == r->n_tokens || r->tokens[j] != token))
            j = r->borders[j];
        if (j < r->n_tokens && r->tokens[j] == token)
            j++;
        else if (!floating)
            return false;
    }
}

/* ---- the whole ---- */

/* "5", "0.5": seconds. */
static int64_t delay_of(struct str value)
{
    int64_t ms = 0, unit = 1000;
    bool fraction = false, digits = false;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (c == '.' && !fraction) {
            fraction = true;
        } else if (ascii_is_digit(c)) {
            digits = true;
            if (fraction)
                ms += (c - '0') * (unit /= 10);
            else if (ms <= MAX_DELAY_MS)
                ms = ms * 10 + (c - '0') * 1000;
        } else {
            return -1;
        }
    }
    return !digits ? -1 : ms > MAX_DELAY_MS ? MAX_DELAY_MS : ms;
}

static bool is_rule(const struct line *line)
{
    return (line->kind == LINE_ALLOW || line->kind == LINE_DISALLOW) && line->value.n > 0;
}

struct count {
    size_t rules[2], sitemaps; /* rules: of "*", of the agent */
    bool has_agent;            /* a group names the agent: "*" is not for it */
};

static struct count count_lines(struct walk w)
{
    struct count n = {.has_agent = false};
    struct line line;
    while (next_line(&w, &line)) {
        n.has_agent |= w.for_agent;
        n.sitemaps += line.kind == LINE_SITEMAP;
        n.rules[0] += is_rule(&line) && w.for_all;
        n.rules[1] += is_rule(&line) && w.for_agent;
    }
    return n;
}

static void keep_line(struct robots *r, const struct line *line, bool concerned)
{
    if (line->kind == LINE_SITEMAP) {
        r->sitemaps[r->n_sitemaps++] = arena_str(&r->arena, line->value);
    } else if (concerned && is_rule(line)) {
        struct rule *rule = &r->rules[r->n_rules];
        if (make_rule(&r->arena, line, rule))
            rule->order = (uint32_t)r->n_rules++;
    } else if (concerned && line->kind == LINE_DELAY) {
        int64_t ms = delay_of(line->value);
        r->delay_ms = ms > r->delay_ms ? ms : r->delay_ms;
    }
}

static int rule_cmp(const void *left, const void *right)
{
    const struct rule *a = left, *b = right;
    if (a->octets != b->octets)
        return a->octets > b->octets ? -1 : 1;
    if (a->allow != b->allow)
        return a->allow ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static void keep_lines(struct robots *r, struct walk w)
{
    struct count n = count_lines(w);
    struct line line;
    r->rules = ARENA_ARRAY(&r->arena, struct rule, n.rules[n.has_agent] + 1);
    r->sitemaps = ARENA_ARRAY(&r->arena, struct str, n.sitemaps + 1);
    while (r->arena.status == OK && next_line(&w, &line))
        keep_line(r, &line, n.has_agent ? w.for_agent : w.for_all);
    if (r->arena.status == OK)
        qsort(r->rules, r->n_rules, sizeof *r->rules, rule_cmp);
}

enum status robots_parse(struct str body, struct str agent, struct robots **ret_robots)
{
    struct robots *r = calloc(1, sizeof *r);
    if (!r)
        return ST_NOMEM;
    arena_init(&r->arena, ARENA_BYTES, 4096);
    r->delay_ms = -1;
    keep_lines(r, (struct walk){.rest = readable(body), .token = product_token(agent)});
    if (r->arena.status != OK) {
        robots_destroy(r);
        return ST_NOMEM;
    }
    *ret_robots = r;
    return OK;
}

void robots_destroy(struct robots *robots)
{
    if (!robots)
        return;
    arena_fini(&robots->arena);
    free(robots);
}

bool robots_allows(const struct robots *robots, struct str path_and_query, struct str *ret_rule)
{
    const struct rule *hit = NULL;
    bool is_robots = str_is(str_head(path_and_query, str_find(path_and_query, '?')), "/robots.txt");
    for (size_t i = 0; i < robots->n_rules && !hit && !is_robots; i++)
        if (rule_matches(&robots->rules[i], path_and_query))
            hit = &robots->rules[i];
    if (ret_rule)
        *ret_rule = hit ? hit->text : STR_NONE;
    return !hit || hit->allow;
}

int64_t robots_crawl_delay_ms(const struct robots *robots)
{
    return robots->delay_ms;
}

size_t robots_sitemaps(const struct robots *robots)
{
    return robots->n_sitemaps;
}

struct str robots_sitemap(const struct robots *robots, size_t i)
{
    return i < robots->n_sitemaps ? robots->sitemaps[i] : STR_NONE;
}
