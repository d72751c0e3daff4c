/* SPDX-License-Identifier: Apache-2.0 */
/* address.h: may this address be connected to? The guard against requests to internal networks.
 *
 * Judged by what the address is, after unwrapping (IPv4-mapped, NAT64, 6to4, Teredo): only globally
 * reachable unicast outside the IANA special-purpose registries (RFC 6890) is public. Judging happens before
 * the request and again where the socket is opened. Pure functions; threads: any. */
#ifndef WEBKEEP_BASE_ADDRESS_H
#define WEBKEEP_BASE_ADDRESS_H

#include "base/url.h"

#include <sys/socket.h>

/* Text of an IPv4 or IPv6 address (inet_pton forms, no zone). Port 0. ST_INPUT otherwise. */
enum status address_parse(struct str text, struct sockaddr_storage *ret_address) MUST_USE;

/* True for a globally reachable unicast address. Anything unknown is not public. */
bool address_is_public(const struct sockaddr *address);

/* Which addresses a job may reach. `allow` is what --allow-private lists: "host", "host:port",
 * "192.168.1.7", "[::1]:8080", "10.0.0.0/8"; it opens private addresses for those only. allow_private with
 * an empty list opens all. Immutable once created. */
struct address_rule;

/* NULL with a sentence when an entry is none of those, or without memory. Nothing of allow is kept. */
struct address_rule *address_rule_create(bool allow_private, const struct str *allow, size_t n_allow,
                                         struct diag *ret_diag);
struct address_rule *address_rule_share(struct address_rule *rule); /* one more owner; thread-safe */
void address_rule_release(struct address_rule *rule);               /* NULL is fine */

/* OK, or ST_DENIED with a sentence. rule NULL opens nothing. host is the name that was asked for (URL host,
 * lower case, IPv6 in brackets or not), port the one that will be connected to. */
enum status address_judge(const struct address_rule *rule, struct str host, int port,
                          const struct sockaddr *address, struct diag *ret_diag);

/* The judgement of a URL before any name is resolved: scheme http or https, a host, a port that is no other
 * protocol's (the Fetch standard's "bad ports"), a literal address judged at once. A name passes, and its
 * addresses are judged when resolved, except names that never are public: those of a single label and those
 * below localhost, local, internal, home.arpa and the like. They pass when the rule lists them, or lists any
 * address. ST_DENIED, or ST_INPUT (no host), with a sentence. */
enum status address_judge_url(const struct address_rule *rule, const struct url *url,
                              struct diag *ret_diag);

#endif
