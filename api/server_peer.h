/* SPDX-License-Identifier: Apache-2.0 */
/* server_peer.h: addresses: where to listen, and who a request that a proxy forwarded came from.
 *
 * A proxy is believed only when its address is listed. Of X-Forwarded-For the last entry that is no listed
 * proxy counts: what stands left of it was written by strangers. Pure functions; threads: any. */
#ifndef WEBKEEP_API_SERVER_PEER_H
#define WEBKEEP_API_SERVER_PEER_H

#include "base/status.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/socket.h>

/* IPv6, or IPv4 as ::ffff:a.b.c.d. */
struct ip16 {
    uint8_t b[16];
};

#define IP_TEXT_BYTES 48 /* of the longest text, NUL included */

struct ip16 ip16_of(const struct sockaddr *address); /* all zero: neither IPv4 nor IPv6 */
void ip16_text(const struct ip16 *ip, char *to);     /* IPv4 as IPv4; to holds IP_TEXT_BYTES */
bool ip16_is_loopback(const struct ip16 *ip);

#define PROXIES_MAX 64

struct proxies {
    size_t n;
    struct {
        struct ip16 ip;
        unsigned bits;
    } entries[PROXIES_MAX];
};

/* "10.0.0.1, 192.168.0.0/16, ::1"; empty: none. ST_INPUT with a sentence. */
enum status proxies_parse(struct str text, struct proxies *ret_proxies, struct diag *ret_diag) MUST_USE;
bool proxies_trust(const struct proxies *proxies, const struct ip16 *ip);

struct client {
    struct ip16 ip;
    bool secure;
};

/* The client of a request that came from ip. forwarded_for and forwarded_proto are the headers' values, several
 * of a name joined by commas in their order; STR_NONE: none. */
struct client client_of(const struct proxies *proxies, const struct ip16 *ip, struct str forwarded_for,
                        struct str forwarded_proto);

/* "127.0.0.1:8787", "[::1]:0", "0.0.0.0:80". ST_INPUT with a sentence. */
enum status listen_parse(struct str text, struct sockaddr_storage *ret_address,
                         struct diag *ret_diag) MUST_USE;
/* "127.0.0.1:8787", "[::1]:8787"; to holds IP_TEXT_BYTES + 8. */
void listen_text(const struct sockaddr *address, char *to);

#endif
