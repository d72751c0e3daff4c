/* SPDX-License-Identifier: Apache-2.0 */
/* url_idna.c: domain to ASCII (URL standard 3.3): UTS 46, non-transitional, CheckBidi and CheckJoiners on,
 * CheckHyphens, UseSTD3ASCIIRules and VerifyDnsLength off. The only file that knows libidn2.
 *
 * libidn2 can't be asked for just that: it holds IDNA2008 against symbols that UTS 46 allows, hyphens
 * against everybody, and 63 bytes against every label; its tables are some Unicode versions old. So a
 * domain goes through it in small pieces, as a table of mappings and normalisation (its transitional mode
 * makes no further tests), and once more label by label where context or direction must be judged (its
 * strict mode does). `rules` holds what pieces must not be asked about: the four deviation characters, and
 * what newer Unicode decides otherwise. Punycode (RFC 3492) is our own, for labels of any length.
 *
 * Known limits: characters newer than libidn2's Unicode are refused but for those in `rules`; in a domain
 * with right-to-left labels, the others are judged by their first and last ASCII character.
 * Threads: any; libidn2 keeps no state. It takes heap memory for the time of a call. */
#include "base/url_host.h"
#include "base/utf8.h"

#include <idn2.h>

/* Code points of a domain; twice what DNS could ever carry. Punycode is quadratic, so there is a bound. */
#define POINTS_MAX 512

struct points {
    uint32_t p[POINTS_MAX];
    size_t n;
};

static bool push(struct points *to, uint32_t c)
{
    if (to->n == POINTS_MAX)
        return false;
    to->p[to->n++] = c;
    return true;
}

/* ---- what libidn2 is not asked about ---- */

/* [first, last] becomes to, to + 1, ...; to == first: valid as it is; to == 0: ignored. Sorted. */
static const struct rule {
    uint32_t first, last, to;
} rules[] = {
    /* clang-format off */
    {0x00df, 0x00df, 0x00df}, {0x03c2, 0x03c2, 0x03c2}, {0x04c0, 0x04c0, 0x04cf},
    {0x10a0, 0x10c5, 0x2d00}, {0x115f, 0x1160, 0},      {0x17b4, 0x17b5, 0},
    {0x180e, 0x180e, 0},      {0x1e9e, 0x1e9e, 0x00df}, {0x200c, 0x200d, 0x200c},
    {0x2132, 0x2132, 0x214e}, {0x2183, 0x2183, 0x2184}, {0x3002, 0x3002, '.'},
    {0x3164, 0x3164, 0},      {0xff0e, 0xff0e, '.'},    {0xff61, 0xff61, '.'},
    {0xffa0, 0xffa0, 0},
    {0x1f6d8, 0x1f6d8, 0x1f6d8}, {0x1f6dc, 0x1f6dc, 0x1f6dc}, {0x1f774, 0x1f77f, 0x1f774},
    {0x1f7d9, 0x1f7d9, 0x1f7d9}, {0x1f8b2, 0x1f8bb, 0x1f8b2}, {0x1f8c0, 0x1f8c1, 0x1f8c0},
    {0x1f8d0, 0x1f8d8, 0x1f8d0}, {0x1fa54, 0x1fa57, 0x1fa54}, {0x1fa75, 0x1fa77, 0x1fa75},
    {0x1fa87, 0x1fa8a, 0x1fa87}, {0x1fa8e, 0x1fa8f, 0x1fa8e}, {0x1faad, 0x1faaf, 0x1faad},
    {0x1fabb, 0x1fabf, 0x1fabb}, {0x1fac6, 0x1fac6, 0x1fac6}, {0x1fac8, 0x1fac8, 0x1fac8},
    {0x1facd, 0x1facf, 0x1facd}, {0x1fada, 0x1fadc, 0x1fada}, {0x1fadf, 0x1fadf, 0x1fadf},
    {0x1fae8, 0x1faea, 0x1fae8}, {0x1faef, 0x1faef, 0x1faef}, {0x1faf7, 0x1faf8, 0x1faf7},
    {0x2b739, 0x2b73f, 0x2b739}, {0x2cea2, 0x2cead, 0x2cea2}, {0x2ebf0, 0x2ee5d, 0x2ebf0},
    {0x2f868, 0x2f868, 0x36fc},  {0x2f874, 0x2f874, 0x5f53},  {0x2f91f, 0x2f91f, 0x243ab},
    {0x2f95f, 0x2f95f, 0x7aee},  {0x2f9bf, 0x2f9bf, 0x45d7},  {0x31350, 0x33479, 0x31350},
    /* clang-format on */
};

static const struct rule *rule_of(uint32_t c)
{
    for (size_t i = 0; i < ARRAY_LEN(rules) && rules[i].first <= c; i++)
        if (c <= rules[i].last)
            return &rules[i];
    return NULL;
}

/* ASCII, and what a rule leaves as it is: neither changes in mapping nor moves in normalisation. */
static bool is_settled(uint32_t c)
{
    const struct rule *rule = c < 0x80 ? NULL : rule_of(c);
    return c < 0x80 || (rule && rule->to == rule->first);
}

/* ---- Punycode (RFC 3492) ---- */

enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, BIAS = 72, FIRST = 128 };

static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / count;
    for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
    return k <= bias + TMIN ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
}

static void puny_put_number(struct url_out *o, uint32_t q, uint32_t bias)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = threshold(k, bias);
        if (q < t)
            break;
        url_out_putc(o, digits[t + (q - t) % (BASE - t)]);
        q = (q - t) / (BASE - t);
    }
    url_out_putc(o, digits[q]);
}

/* At most POINTS_MAX code points below 0x110000: the deltas can't overflow 32 bits. */
static void puny_encode(struct url_out *o, const uint32_t *label, size_t n)
{
    uint32_t next = FIRST, delta = 0, bias = BIAS, basic = 0;
    for (size_t i = 0; i < n; i++)
        if (label[i] < 0x80) {
            url_out_putc(o, (char)label[i]);
            basic++;
        }
    if (basic)
        url_out_putc(o, '-');
    for (uint32_t done = basic; done < n; delta++, next++) {
        uint32_t least = UINT32_MAX;
        for (size_t i = 0; i < n; i++)
            if (label[i] >= next && label[i] < least)
                least = label[i];
        delta += (least - next) * (done + 1);
        next = least;
        for (size_t i = 0; i < n; i++) {
            delta += label[i] < next;
            if (label[i] != next)
                continue;
            puny_put_number(o, delta, bias);
            bias = adapt(delta, done + 1, done == basic);
            delta = 0;
            done++;
        }
    }
}

static int puny_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0' + 26;
    return ascii_is_alpha(c) ? ascii_lower(c) - 'a' : -1;
}

/* One variable-length number at s[*at], added to start; UINT32_MAX when it is damaged. */
static uint32_t puny_number(struct str s, size_t *at, uint32_t start, uint32_t bias)
{
    uint64_t value = start, weight = 1;
    for (uint32_t k = BASE;; k += BASE) {
        int digit = *at < s.n ? puny_digit(s.p[(*at)++]) : -1;
        if (digit < 0)
            return UINT32_MAX;
        value += (uint64_t)digit * weight;
        uint32_t t = threshold(k, bias);
        if (value > INT32_MAX || weight > INT32_MAX)
            return UINT32_MAX;
        if ((uint32_t)digit < t)
            return (uint32_t)value;
        weight *= BASE - t;
    }
}

static bool puny_decode(struct str s, struct points *to)
{
    size_t at = s.n;
    while (at && s.p[at - 1] != '-')
        at--;
    to->n = 0;
    for (size_t i = 0; at && i < at - 1; i++)
        if ((unsigned char)s.p[i] >= 0x80 || !push(to, (unsigned char)s.p[i]))
            return false;
    uint32_t next = FIRST, place = 0, bias = BIAS;
    while (at < s.n) {
        uint32_t before = place;
        place = puny_number(s, &at, place, bias);
        if (place > INT32_MAX || !push(to, 0))
            return false;
        uint32_t count = (uint32_t)to->n;
        bias = adapt(place - before, count, before == 0);
        next += place / count;
        place %= count;
        if (next > 0x10ffff || (next >= 0xd800 && next < 0xe000))
            return false;
        memmove(to->p + place + 1, to->p + place, (count - 1 - place) * sizeof *to->p);
        to->p[place++] = next;
    }
    return true;
}

/* ---- questions to libidn2 ---- */

enum {
    MAPPING = IDN2_TRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP,
    STRICT = IDN2_NONTRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP,
};

/* IDN2_OK or what it holds against these code points. */
static int ask(const uint32_t *p, size_t n, int flags)
{
    char *text = NULL;
    int rc = idn2_to_ascii_4i2(p, n, &text, flags);
    if (rc == IDN2_OK)
        idn2_free(text);
    return rc;
}

static bool is_mark(uint32_t c)
{
    uint32_t pair[2] = {c, '0'};
    return c >= 0x300 && ask(pair, 2, MAPPING) == IDN2_LEADING_COMBINING;
}

/* May normalisation join c with what stands before it? Marks, and the jamo that form Hangul syllables. */
static bool joins_left(uint32_t c)
{
    return (c >= 0x1100 && c < 0x1200) || (c >= 0x3130 && c < 0x3190) || (c >= 0xffa0 && c < 0xffdd) ||
           is_mark(c);
}

static bool is_refusal(int rc)
{
    return rc == IDN2_DISALLOWED || rc == IDN2_UNASSIGNED || rc == IDN2_CONTEXTO ||
           rc == IDN2_CONTEXTO_NO_RULE;
}

/* Bidi class R, AL or AN. Punctuation there is not IDNA2008's and gives no other answer than that. */
static bool is_rtl(uint32_t c)
{
    bool range = (c >= 0x590 && c < 0x900) || (c >= 0xfb1d && c < 0xfe00) ||
                 (c >= 0xfe70 && c < 0xff00) || (c >= 0x10800 && c < 0x11000) ||
                 (c >= 0x1e800 && c < 0x1f000);
    uint32_t pair[2] = {c, '!'};
    int rc = range ? ask(pair, 2, STRICT) : IDN2_OK;
    return rc == IDN2_BIDI || is_refusal(rc);
}

/* ---- mapping and normalisation ---- */

/* Pieces stand between digits, which join with nothing and keep hyphens from the places where libidn2
 * minds them. */
#define FRAME_BEFORE 4
#define FRAME_AFTER 1
#define PIECE_MAX 8
#define PIECE_HARD_MAX 48

static enum status map_piece(const uint32_t *piece, size_t n, struct points *to)
{
    uint32_t framed[FRAME_BEFORE + PIECE_HARD_MAX + FRAME_AFTER] = {'0', '0', '0', '0'};
    memcpy(framed + FRAME_BEFORE, piece, n * sizeof *piece);
    framed[FRAME_BEFORE + n] = '0';
    char *text = NULL;
    int rc = idn2_to_ascii_4i2(framed, FRAME_BEFORE + n + FRAME_AFTER, &text, MAPPING);
    if (rc != IDN2_OK)
        return rc == IDN2_MALLOC ? ST_NOMEM : ST_INPUT;
    struct str got = str_of(text);
    struct points part = {.n = 0};
    bool good = str_find(got, '.') == got.n;
    if (good && str_starts(got, STR_LIT("xn--")))
        good = puny_decode(str_from(got, 4), &part);
    else
        for (size_t i = 0; good && i < got.n; i++)
            good = push(&part, (unsigned char)got.p[i]);
    idn2_free(text);
    good = good && part.n >= FRAME_BEFORE + FRAME_AFTER;
    for (size_t i = FRAME_BEFORE; good && i < part.n - FRAME_AFTER; i++)
        good = push(to, part.p[i]);
    return good ? OK : ST_INPUT;
}

/* What maps one to one: rules and ASCII capitals; ignored characters go, so that pieces are whole. */
static void apply_rules(struct points *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        uint32_t c = s->p[i];
        const struct rule *rule = c < 0x80 ? NULL : rule_of(c);
        if (rule && rule->to == 0)
            continue;
        if (rule)
            c = rule->to + (c - rule->first);
        s->p[n++] = c < 0x80 ? (uint32_t)ascii_lower((char)c) : c;
    }
    s->n = n;
}

/* Maps and normalises s (which it uses up) into to. */
static enum status map_points(struct points *s, struct points *to)
{
    apply_rules(s);
    to->n = 0;
    for (size_t i = 0; i < s->n;) {
        if (is_settled(s->p[i])) {
            if (!push(to, s->p[i++]))
                return ST_INPUT;
            continue;
        }
        size_t start = i, end = i + 1;
        if (i > 0 && s->p[i - 1] < 0x80 && s->p[i - 1] != '.') {
            start--; /* a mark may join with the letter before it */
            to->n--;
        }
        while (end < s->n && end - start < PIECE_HARD_MAX && !is_settled(s->p[end]) &&
               (end - start < PIECE_MAX || joins_left(s->p[end])))
            end++;
        enum status st = map_piece(s->p + start, end - start, to);
        if (st != OK)
            return st;
        i = end;
    }
    return OK;
}

/* ---- validity of labels (UTS 46 section 4.1) ---- */

static bool has_high(const uint32_t *label, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (label[i] >= 0x80)
            return true;
    return false;
}

static bool has_rtl(const uint32_t *label, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_rtl(label[i]))
            return true;
    return false;
}

static bool has_joiner(const uint32_t *label, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (label[i] == 0x200c || label[i] == 0x200d)
            return true;
    return false;
}

/* Appends an "xn--" label decoded; it must be one that ToASCII could have made. */
static enum status push_decoded(struct points *to, const uint32_t *label, size_t n)
{
    char ascii[POINTS_MAX];
    for (size_t i = 0; i < n; i++) {
        if (label[i] >= 0x80)
            return ST_INPUT;
        ascii[i] = (char)label[i];
    }
    struct points plain, spare, mapped;
    if (!puny_decode(str_make(ascii + 4, n - 4), &plain) || !has_high(plain.p, plain.n))
        return ST_INPUT;
    spare = plain;
    enum status st = map_points(&spare, &mapped);
    if (st != OK)
        return st;
    if (mapped.n != plain.n || memcmp(mapped.p, plain.p, plain.n * sizeof *plain.p) != 0)
        return ST_INPUT;
    for (size_t i = 0; i < plain.n; i++)
        if (plain.p[i] == '.' || !push(to, plain.p[i]))
            return ST_INPUT;
    return OK;
}

/* Joiners and direction, judged by libidn2 on a copy in which what it refuses for other reasons is replaced
 * by characters of the same direction. */
static bool context_is_good(const uint32_t *label, size_t n)
{
    uint32_t copy[POINTS_MAX];
    for (size_t i = 0; i < n; i++)
        copy[i] = label[i] == '-' ? '!' : label[i];
    int rc = ask(copy, n, STRICT);
    if (is_refusal(rc)) {
        for (size_t i = 0; i < n; i++) {
            uint32_t pair[2] = {'0', label[i]};
            bool joiner = has_joiner(label + i, 1);
            if (label[i] >= 0x80 && !joiner && is_refusal(ask(pair, 2, STRICT)))
                copy[i] = is_rtl(label[i]) ? 0x5d0 : '!';
        }
        rc = ask(copy, n, STRICT);
    }
    return rc != IDN2_BIDI && rc != IDN2_CONTEXTJ && rc != IDN2_CONTEXTJ_NO_RULE && rc != IDN2_MALLOC;
}

static bool ascii_edges_are_good(const uint32_t *label, size_t n)
{
    uint32_t first = label[0], last = label[n - 1];
    return (first >= 0x80 || ascii_is_alpha((char)first)) &&
           (last >= 0x80 || ascii_is_alpha((char)last) || ascii_is_digit((char)last));
}

static bool label_is_good(const uint32_t *label, size_t n, bool bidi_domain)
{
    if (n == 0)
        return true;
    if (is_mark(label[0]))
        return false;
    bool rtl = bidi_domain && has_rtl(label, n);
    if (bidi_domain && !rtl && !ascii_edges_are_good(label, n))
        return false;
    return !(rtl || has_joiner(label, n)) || context_is_good(label, n);
}

static size_t label_end(const struct points *s, size_t from)
{
    while (from < s->n && s->p[from] != '.')
        from++;
    return from;
}

/* The mapped domain with its "xn--" labels decoded. */
static enum status decode_labels(const struct points *s, struct points *to)
{
    static const uint32_t prefix[4] = {'x', 'n', '-', '-'};
    to->n = 0;
    for (size_t at = 0, end;; at = end + 1) {
        end = label_end(s, at);
        const uint32_t *label = s->p + at;
        enum status st = OK;
        if (end - at >= 4 && memcmp(label, prefix, sizeof prefix) == 0)
            st = push_decoded(to, label, end - at);
        else
            for (size_t i = at; st == OK && i < end; i++)
                st = push(to, s->p[i]) ? OK : ST_INPUT;
        if (st != OK || end == s->n)
            return st;
        if (!push(to, '.'))
            return ST_INPUT;
    }
}

static enum status put_labels(struct url_out *o, const struct points *s)
{
    bool bidi_domain = has_rtl(s->p, s->n);
    for (size_t at = 0, end;; at = end + 1) {
        end = label_end(s, at);
        const uint32_t *label = s->p + at;
        if (!label_is_good(label, end - at, bidi_domain))
            return ST_INPUT;
        if (has_high(label, end - at)) {
            url_out_put(o, "xn--", 4);
            puny_encode(o, label, end - at);
        } else {
            for (size_t i = at; i < end; i++)
                url_out_putc(o, (char)s->p[i]);
        }
        if (end == s->n)
            return o->status;
        url_out_putc(o, '.');
    }
}

static enum status read_points(struct str domain, struct points *to)
{
    to->n = 0;
    while (domain.n) {
        static const unsigned char lead[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
        size_t n = utf8_length(domain);
        uint32_t c = (unsigned char)domain.p[0] & lead[n];
        for (size_t i = 1; i < n; i++)
            c = c << 6 | ((unsigned char)domain.p[i] & 0x3f);
        if (n == 0 || !push(to, c))
            return ST_INPUT;
        domain = str_from(domain, n);
    }
    return OK;
}

enum status url_domain_put(struct url_out *o, struct str domain)
{
    struct points given, mapped;
    enum status st = read_points(domain, &given);
    if (st == OK)
        st = map_points(&given, &mapped);
    if (st == OK)
        st = decode_labels(&mapped, &given);
    return st == OK ? put_labels(o, &given) : st;
}
