/* SPDX-License-Identifier: Apache-2.0 */
/* address.c: the judge of addresses, names and ports. It is fed what was parsed or resolved; it opens nothing.
 *
 * Every address is judged in one form, the 16 bytes of IPv6, with IPv4 as ::ffff:a.b.c.d. IPv4 is public
 * unless a range names it; IPv6 is public only within 2000::/3 and outside its special ranges. An address
 * that carries another one is what it carries.
 * Threads: any; a rule is immutable but for its count of owners. */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdlib.h>

/* ---- addresses ---- */

struct ip {
    uint8_t b[16];
};

struct range {
    uint8_t b[16];
    unsigned bits;
    const char *what;
};

/* clang-format off */
#define V4(a, b, c, d, n) {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, 96 + (n)
#define V6(a, b, c, d, n) {(a) >> 8, (a) & 0xff, (b) >> 8, (b) & 0xff, (c) >> 8, (c) & 0xff, (d) >> 8, (d) & 0xff}, n

/* IANA's IPv4 and IPv6 special-purpose address registries; and what is not there, but not public either. */
static const struct range special[] = {
    {V4(0, 0, 0, 0, 8), "an address of \"this network\""},
    {V4(10, 0, 0, 0, 8), "a private network address"},
    {V4(100, 64, 0, 0, 10), "a shared (carrier or cloud) address"},
    {V4(127, 0, 0, 0, 8), "a loopback address"},
    {V4(168, 63, 129, 16, 32), "a cloud platform's own address"},
    {V4(169, 254, 0, 0, 16), "a link-local address"},
    {V4(172, 16, 0, 0, 12), "a private network address"},
    {V4(192, 0, 0, 0, 24), "a protocol assignment"},
    {V4(192, 0, 2, 0, 24), "a documentation address"},
    {V4(192, 31, 196, 0, 24), "an AS112 address"},
    {V4(192, 52, 193, 0, 24), "a multicast relay address"},
    {V4(192, 88, 99, 0, 24), "a 6to4 relay address"},
    {V4(192, 168, 0, 0, 16), "a private network address"},
    {V4(192, 175, 48, 0, 24), "an AS112 address"},
    {V4(198, 18, 0, 0, 15), "a benchmarking address"},
    {V4(198, 51, 100, 0, 24), "a documentation address"},
    {V4(203, 0, 113, 0, 24), "a documentation address"},
    {V4(224, 0, 0, 0, 4), "a multicast address"},
    {V4(240, 0, 0, 0, 4), "a reserved address"},
    {{[15] = 1}, 128, "a loopback address"},
    {V6(0xfc00, 0, 0, 0, 7), "a private network address"},
    {V6(0xfe80, 0, 0, 0, 10), "a link-local address"},
    {V6(0xff00, 0, 0, 0, 8), "a multicast address"},
    {V6(0x2001, 0, 0, 0, 23), "a protocol assignment"},
    {V6(0x2001, 0xdb8, 0, 0, 32), "a documentation address"},
    {V6(0x2620, 0x4f, 0x8000, 0, 48), "an AS112 address"},
    {V6(0x3fff, 0, 0, 0, 20), "a documentation address"},
};

static const struct range mapped = {V4(0, 0, 0, 0, 0), "IPv4-mapped"},        /* RFC 4291 2.5.5.2 */
                          nat64 = {V6(0x64, 0xff9b, 0, 0, 96), "NAT64"},      /* RFC 6052 */
                          six_to_four = {V6(0x2002, 0, 0, 0, 16), "6to4"},    /* RFC 3056 */
                          teredo = {V6(0x2001, 0, 0, 0, 32), "Teredo"},       /* RFC 4380 */
                          unicast = {V6(0x2000, 0, 0, 0, 3), "unicast"};      /* RFC 4291 2.4 */
/* clang-format on */

static bool within(const struct ip *ip, const uint8_t *prefix, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(ip->b, prefix, whole) != 0)
        return false;
    return rest == 0 || ((ip->b[whole] ^ prefix[whole]) >> (8 - rest)) == 0;
}

static bool in_range(const struct ip *ip, const struct range *range)
{
    return within(ip, range->b, range->bits);
}

static struct ip ip_from_v4(const void *v4, uint8_t flip)
{
    struct ip ip = {.b = {[10] = 0xff, [11] = 0xff}};
    memcpy(ip.b + 12, v4, 4);
    for (int i = 12; i < 16; i++)
        ip.b[i] ^= flip;
    return ip;
}

static bool ip_of(const struct sockaddr *address, struct ip *ret_ip)
{
    if (address->sa_family == AF_INET) {
        *ret_ip = ip_from_v4(&((const struct sockaddr_in *)(const void *)address)->sin_addr, 0);
        return true;
    }
    if (address->sa_family == AF_INET6) {
        memcpy(ret_ip->b, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
        return true;
    }
    return false;
}

/* What the ranges say; NULL: public. */
static const char *plain_kind(const struct ip *ip)
{
    for (size_t i = 0; i < ARRAY_LEN(special); i++)
        if (in_range(ip, &special[i]))
            return special[i].what;
    return in_range(ip, &mapped) || in_range(ip, &unicast) ? NULL : "not a public address";
}

/* What kind of address it is, after unwrapping; NULL: public. */
static const char *kind_of(const struct ip *ip)
{
    struct ip inner = *ip;
    if (in_range(ip, &nat64)) {
        inner = ip_from_v4(ip->b + 12, 0);
    } else if (in_range(ip, &six_to_four)) {
        inner = ip_from_v4(ip->b + 2, 0);
    } else if (in_range(ip, &teredo)) { /* two in one: the server, and the client with its bits turned */
        struct ip server = ip_from_v4(ip->b + 4, 0);
        inner = ip_from_v4(ip->b + 12, 0xff);
        if (plain_kind(&server))
            return plain_kind(&server);
    }
    return plain_kind(&inner);
}

enum status address_parse(struct str text, struct sockaddr_storage *ret_address)
{
    char z[INET6_ADDRSTRLEN + 1];
    struct in_addr v4;
    struct in6_addr v6;
    if (text.n == 0 || text.n >= sizeof z || memchr(text.p, 0, text.n))
        return ST_INPUT;
    memcpy(z, text.p, text.n);
    z[text.n] = 0;
    if (inet_pton(AF_INET, z, &v4) == 1) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = v4};
        *ret_address = (struct sockaddr_storage){0};
        memcpy(ret_address, &in, sizeof in);
        return OK;
    }
    if (inet_pton(AF_INET6, z, &v6) != 1)
        return ST_INPUT;
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = v6};
    *ret_address = (struct sockaddr_storage){0};
    memcpy(ret_address, &in6, sizeof in6);
    return OK;
}

static bool parse_ip(struct str text, struct ip *ret_ip)
{
    struct sockaddr_storage address;
    return address_parse(text, &address) == OK && ip_of((const struct sockaddr *)&address, ret_ip);
}

bool address_is_public(const struct sockaddr *address)
{
    struct ip ip;
    return ip_of(address, &ip) && !kind_of(&ip);
}

/* ---- rules ---- */

#define HOST_MAX 253 /* RFC 1035 2.3.4 */

/* One thing that is opened: a name, or the addresses within a prefix. */
struct entry {
    char host[HOST_MAX + 1]; /* lower case, no dot at the end; empty: a prefix */
    struct ip ip;
    unsigned bits;
    int port; /* -1: any */
};

struct address_rule {
    atomic_uint owners;
    bool all;
    size_t n_entries;
    struct entry entries[];
};

static struct str without_dot(struct str host)
{
    return str_ends(host, STR_LIT(".")) ? str_head(host, host.n - 1) : host;
}

static struct str without_brackets(struct str host)
{
    bool has = host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    return has ? str_make(host.p + 1, host.n - 2) : host;
}

/* Decimal digits only, at most max. */
static bool parse_number(struct str s, unsigned max, unsigned *ret_n)
{
    unsigned n = 0;
    if (s.n == 0 || s.n > 5)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_digit(s.p[i]))
            return false;
        n = n * 10 + (unsigned)(s.p[i] - '0');
    }
    *ret_n = n;
    return n <= max;
}

static bool parse_name(struct str s, struct entry *e)
{
    s = without_dot(s);
    if (s.n == 0 || s.n > HOST_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_alpha(s.p[i]) && !ascii_is_digit(s.p[i]) && !memchr("-._", s.p[i], 3))
            return false;
        e->host[i] = ascii_lower(s.p[i]);
    }
    return true;
}

/* "10.0.0.0/8", "fd00::/8": all addresses that begin so. */
static bool parse_prefix(struct str s, struct entry *e)
{
    size_t slash = str_find(s, '/');
    struct str text = str_head(s, slash);
    bool v6 = str_find(text, ':') < text.n;
    unsigned bits = 0;
    if (!parse_ip(text, &e->ip) || !parse_number(str_from(s, slash + 1), v6 ? 128 : 32, &bits))
        return false;
    e->bits = bits + (v6 ? 0 : 96);
    return true;
}

static bool parse_host(struct str s, struct entry *e)
{
    e->bits = 128;
    return parse_ip(without_brackets(s), &e->ip) || parse_name(s, e);
}

static bool parse_entry(struct str s, struct entry *e)
{
    struct ip bare;
    unsigned port = 0;
    *e = (struct entry){.port = -1};
    if (str_find(s, '/') < s.n)
        return parse_prefix(s, e);
    if (parse_ip(s, &bare))
        return parse_host(s, e);
    size_t at = str_starts(s, STR_LIT("[")) ? str_find(s, ']') : 0;
    size_t colon = at + str_find(str_from(s, at), ':');
    if (colon >= s.n)
        return parse_host(s, e);
    if (!parse_number(str_from(s, colon + 1), 65535, &port))
        return false;
    e->port = (int)port;
    return parse_host(str_head(s, colon), e);
}

struct address_rule *address_rule_create(bool allow_private, const struct str *allow, size_t n_allow,
                                         struct diag *ret_diag)
{
    struct address_rule *rule = NULL;
    if (n_allow < SIZE_MAX / sizeof rule->entries[0] - 1)
        rule = calloc(1, sizeof *rule + n_allow * sizeof rule->entries[0]);
    if (!rule) {
        diag_set(ret_diag, ST_NOMEM, "There is not enough memory for the list of allowed addresses.");
        return NULL;
    }
    atomic_init(&rule->owners, 1);
    rule->all = allow_private && n_allow == 0;
    for (; rule->n_entries < n_allow; rule->n_entries++) {
        struct str text = str_trim(allow[rule->n_entries]);
        if (!parse_entry(text, &rule->entries[rule->n_entries])) {
            diag_set(
                ret_diag, ST_INPUT,
                "\"%.*s\" can't be allowed: write a host, host:port, an address, or a network such as "
                "10.0.0.0/8 (a name outside ASCII in its xn-- form).",
                STR_ARG(str_head(text, 200)));
            free(rule);
            return NULL;
        }
    }
    return rule;
}

struct address_rule *address_rule_share(struct address_rule *rule)
{
    atomic_fetch_add_explicit(&rule->owners, 1, memory_order_relaxed);
    return rule;
}

void address_rule_release(struct address_rule *rule)
{
    if (rule && atomic_fetch_sub_explicit(&rule->owners, 1, memory_order_acq_rel) == 1)
        free(rule);
}

static bool port_fits(const struct entry *e, int port)
{
    return e->port < 0 || e->port == port;
}

/* ip NULL: not known yet; then a listed prefix may still open it. */
static bool opens(const struct address_rule *rule, struct str host, int port, const struct ip *ip)
{
    host = without_dot(host);
    for (size_t i = 0; rule && i < rule->n_entries; i++) {
        const struct entry *e = &rule->entries[i];
        bool is_name = e->host[0] != 0;
        bool fits = is_name ? str_eq_nocase(host, str_of(e->host)) : !ip || within(ip, e->ip.b, e->bits);
        if (fits && port_fits(e, port))
            return true;
    }
    return rule && rule->all;
}

/* ---- judgements ---- */

static void ip_text(const struct ip *ip, char *to)
{
    bool v4 = in_range(ip, &mapped);
    if (!inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip->b + 12 : ip->b, to, INET6_ADDRSTRLEN))
        to[0] = 0;
}

static enum status judge_ip(const struct address_rule *rule, struct str host, int port,
                            const struct ip *ip, struct diag *ret_diag)
{
    char text[INET6_ADDRSTRLEN];
    const char *kind = kind_of(ip);
    if (!kind || opens(rule, host, port, ip))
        return OK;
    ip_text(ip, text);
    return diag_set(
        ret_diag, ST_DENIED,
        "%.*s is not fetched: %s is %s; to reach it on purpose, list it with --allow-private (in the "
        "service's settings: guard.allow_private).",
        STR_ARG(str_head(host, HOST_MAX)), text, kind);
}

enum status address_judge(const struct address_rule *rule, struct str host, int port,
                          const struct sockaddr *address, struct diag *ret_diag)
{
    struct ip ip;
    if (!ip_of(address, &ip))
        return diag_set(ret_diag, ST_DENIED,
                        "%.*s is not fetched: its address is neither IPv4 nor IPv6.",
                        STR_ARG(str_head(host, HOST_MAX)));
    return judge_ip(rule, host, port, &ip, ret_diag);
}

/* Ports of other protocols: a request there could be read as something else (Fetch standard, 2.9). */
static bool port_is_bad(int port)
{
    static const uint16_t bad[] = {
        0,    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,
        37,   42,   43,   53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,
        110,  111,  113,  115,  117,  119,  123,  135,  137,  139,  143,  161,  179,  389,
        427,  465,  512,  513,  514,  515,  526,  530,  531,  532,  540,  548,  554,  556,
        563,  587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049, 3659, 4045,
        4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (bad[i] == port)
            return true;
    return port < 0 || port > 65535;
}

/* Names that no public name server knows: RFC 6761, RFC 6762, RFC 8375, ICANN's "internal", and what home
 * and company networks use in their place. */
static bool name_is_private(struct str host)
{
    static const char *const tops[] = {"localhost", "local",    "internal", "home.arpa", "localdomain",
                                       "lan",       "intranet", "corp",     "home",      "private"};
    host = without_dot(host);
    if (str_find(host, '.') == host.n)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
        struct str top = str_of(tops[i]);
        struct str tail = host.n > top.n ? str_from(host, host.n - top.n) : host;
        if (str_eq_nocase(tail, top) && (host.n == top.n || host.p[host.n - top.n - 1] == '.'))
            return true;
    }
    return false;
}

static enum status judge_name(const struct address_rule *rule, struct str host, int port,
                              struct diag *ret_diag)
{
    if (!name_is_private(host) || opens(rule, host, port, NULL))
        return OK;
    return diag_set(
        ret_diag, ST_DENIED,
        "%.*s is not fetched: it is a name of a private network; to reach it on purpose, list it "
        "with --allow-private (in the service's settings: guard.allow_private).",
        STR_ARG(str_head(host, HOST_MAX)));
}

enum status address_judge_url(const struct address_rule *rule, const struct url *url,
                              struct diag *ret_diag)
{
    struct ip ip;
    if (url->kind != URL_HTTP && url->kind != URL_HTTPS)
        return diag_set(ret_diag, ST_DENIED, "Only http and https are fetched, not %.*s.",
                        STR_ARG(str_head(url->scheme, 40)));
    if (!url->has_host || url->host.n == 0)
        return diag_set(ret_diag, ST_INPUT, "The URL has no host.");
    int port = url_port(url);
    if (port_is_bad(port))
        return diag_set(ret_diag, ST_DENIED,
                        "Port %d is not fetched from: it belongs to another protocol.", port);
    if (parse_ip(without_brackets(url->host), &ip))
        return judge_ip(rule, url->host, port, &ip, ret_diag);
    return judge_name(rule, url->host, port, ret_diag);
}
