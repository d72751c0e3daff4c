/* SPDX-License-Identifier: Apache-2.0 */
/* server_peer.c: addresses and networks as text. It opens no socket. Every address is held as 16 bytes. */
#include "api/server_peer.h"
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

struct ip16 ip16_of(const struct sockaddr *address)
{
    struct ip16 ip = {{0}};
    if (address && address->sa_family == AF_INET) {
        memcpy(ip.b, mapped, sizeof mapped);
        memcpy(ip.b + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    } else if (address && address->sa_family == AF_INET6) {
        memcpy(ip.b, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    }
    return ip;
}

static bool is_v4(const struct ip16 *ip)
{
    return memcmp(ip->b, mapped, sizeof mapped) == 0;
}

void ip16_text(const struct ip16 *ip, char *to)
{
    to[0] = 0;
    if (is_v4(ip))
        inet_ntop(AF_INET, ip->b + 12, to, IP_TEXT_BYTES);
    else
        inet_ntop(AF_INET6, ip->b, to, IP_TEXT_BYTES);
}

bool ip16_is_loopback(const struct ip16 *ip)
{
    static const struct ip16 one = {{[15] = 1}};
    return is_v4(ip) ? ip->b[12] == 127 : memcmp(ip, &one, sizeof one) == 0;
}

static enum status ip16_parse(struct str text, struct ip16 *ret_ip)
{
    struct sockaddr_storage address;
    enum status st = address_parse(text, &address);
    if (st == OK)
        *ret_ip = ip16_of((const struct sockaddr *)&address);
    return st;
}

/* Digits alone, at most `most`; -1 otherwise. */
static int small_number(struct str s, int most)
{
    int n = 0;
    if (s.n == 0 || s.n > 5)
        return -1;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_digit(s.p[i]))
            return -1;
        n = n * 10 + (s.p[i] - '0');
    }
    return n <= most ? n : -1;
}

/* ---- proxies ---- */

static bool add_proxy(struct proxies *proxies, struct str entry)
{
    struct ip16 ip;
    size_t slash = str_find(entry, '/');
    if (proxies->n == PROXIES_MAX || ip16_parse(str_head(entry, slash), &ip) != OK)
        return false;
    int whole = is_v4(&ip) && !memchr(entry.p, ':', slash) ? 32 : 128;
    int bits = slash == entry.n ? whole : small_number(str_from(entry, slash + 1), whole);
    if (bits < 0)
        return false;
    proxies->entries[proxies->n].ip = ip;
    proxies->entries[proxies->n].bits = (unsigned)(128 - whole + bits);
    proxies->n++;
    return true;
}

enum status proxies_parse(struct str text, struct proxies *ret_proxies, struct diag *ret_diag)
{
    struct proxies proxies = {0};
    while (text.n) {
        size_t comma = str_find(text, ',');
        struct str entry = str_trim(str_head(text, comma));
        if (entry.n && !add_proxy(&proxies, entry))
            return diag_set(
                ret_diag, ST_INPUT,
                "server.trusted_proxies: \"%.*s\" is no address; write up to %d addresses or networks "
                "such as 10.0.0.0/8, with commas between them.",
                STR_ARG(str_head(entry, 100)), PROXIES_MAX);
        text = str_from(text, comma + 1);
    }
    *ret_proxies = proxies;
    return OK;
}

bool proxies_trust(const struct proxies *proxies, const struct ip16 *ip)
{
    for (size_t i = 0; i < proxies->n; i++) {
        const uint8_t *b = proxies->entries[i].ip.b;
        unsigned whole = proxies->entries[i].bits / 8, rest = proxies->entries[i].bits % 8;
        if (memcmp(ip->b, b, whole) == 0 && (rest == 0 || (ip->b[whole] ^ b[whole]) >> (8 - rest) == 0))
            return true;
    }
    return false;
}

/* Takes the last entry off a list with commas. */
static struct str take_last(struct str *list)
{
    size_t from = list->n;
    while (from && list->p[from - 1] != ',')
        from--;
    struct str last = str_trim(str_from(*list, from));
    *list = str_head(*list, from ? from - 1 : 0);
    return last;
}

/* An entry of X-Forwarded-For: some proxies add a port, "1.2.3.4:567" or "[::1]:567". */
static enum status hop_parse(struct str hop, struct ip16 *ret_ip)
{
    size_t colon = str_find(hop, ':');
    if (hop.n && hop.p[0] == '[')
        hop = str_head(str_from(hop, 1), str_find(hop, ']') - 1);
    else if (colon < hop.n && str_find(str_from(hop, colon + 1), ':') == hop.n - colon - 1)
        hop = str_head(hop, colon);
    return ip16_parse(hop, ret_ip);
}

struct client client_of(const struct proxies *proxies, const struct ip16 *ip, struct str forwarded_for,
                        struct str forwarded_proto)
{
    struct client client = {.ip = *ip};
    struct ip16 hop;
    if (!proxies_trust(proxies, ip))
        return client;
    if (forwarded_proto.n)
        client.secure = str_eq_nocase(take_last(&forwarded_proto), STR_LIT("https"));
    while (forwarded_for.n && hop_parse(take_last(&forwarded_for), &hop) == OK) {
        client.ip = hop;
        if (!proxies_trust(proxies, &hop))
            break;
    }
    return client;
}

/* ---- where to listen ---- */

enum status listen_parse(struct str text, struct sockaddr_storage *ret_address, struct diag *ret_diag)
{
    struct sockaddr_storage address;
    struct str all = str_trim(text), host = all;
    while (host.n && host.p[host.n - 1] != ':')
        host.n--;
    int port = small_number(str_from(all, host.n), 65535);
    if (host.n)
        host.n--;
    bool brackets = host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (brackets)
        host = str_make(host.p + 1, host.n - 2);
    if (port < 0 || address_parse(host, &address) != OK || brackets != (address.ss_family == AF_INET6))
        return diag_set(
            ret_diag, ST_INPUT,
            "server.listen: \"%.*s\" is no address to listen on; write an address and a port, such as "
            "127.0.0.1:8787, 0.0.0.0:80 or [::1]:8787.",
            STR_ARG(str_head(all, 100)));
    if (address.ss_family == AF_INET)
        ((struct sockaddr_in *)&address)->sin_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in6 *)&address)->sin6_port = htons((uint16_t)port);
    *ret_address = address;
    return OK;
}

void listen_text(const struct sockaddr *address, char *to)
{
    char host[IP_TEXT_BYTES];
    struct ip16 ip = ip16_of(address);
    bool v6 = address->sa_family == AF_INET6;
    unsigned port = v6 ? ((const struct sockaddr_in6 *)(const void *)address)->sin6_port
                       : ((const struct sockaddr_in *)(const void *)address)->sin_port;
    ip16_text(&ip, host);
    snprintf(to, IP_TEXT_BYTES + 8, v6 ? "[%s]:%u" : "%s:%u", host, ntohs((uint16_t)port));
}
