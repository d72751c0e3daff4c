/* SPDX-License-Identifier: Apache-2.0 */
/* url.h: URLs by the WHATWG URL standard: the only parser of the project.
 *
 * A struct url is one serialisation (`href`) and offsets into it, so that frontier and fetcher can't
 * disagree about the host. Bytes live in the arena they were parsed into. IDNA is libidn2's (UTS 46
 * non-transitional), registrable domains are libpsl's. Threads: any; nothing shared is changed. */
#ifndef WEBKEEP_BASE_URL_H
#define WEBKEEP_BASE_URL_H

#include "base/arena.h"
#include "base/hash.h"

enum url_scheme { URL_OTHER, URL_HTTP, URL_HTTPS, URL_FTP, URL_WS, URL_WSS, URL_FILE };

/* The most bytes an input or a serialisation may have. */
#define URL_MAX_BYTES 65536

struct url {
    struct str href; /* the whole serialisation, NUL behind it */
    /* Slices of href. scheme without ':', query without '?', fragment without '#'. */
    struct str scheme, username, password, host, path, query, fragment;
    enum url_scheme kind;
    int port; /* -1: none or the scheme's own */
    bool has_host, has_query, has_fragment;
    bool opaque_path;
};

/* Parses input against base (NULL: input must be absolute). Input is UTF-8; other bytes are escaped as they
 * are, and refused in a host. base lives as long as this call. ST_INPUT: not a URL. ST_LIMIT: too long, or
 * the arena ended (ST_NOMEM: no memory for it). */
enum status url_parse(struct arena *arena, struct str input, const struct url *base,
                      struct url *ret_url) MUST_USE;

/* The serialisation without '#fragment': what is requested. A slice of href. */
struct str url_without_fragment(const struct url *u);
/* The same without "user:password@" too: what is written down and shown. Made in the arena when there is
 * something to leave out, else a slice of href. STR_NONE: the arena ended. */
struct str url_public(struct arena *arena, const struct url *u);
/* "scheme://host[:port]", no credentials; a slice is not possible, so it is made in the arena. */
struct str url_origin(struct arena *arena, const struct url *u);
bool url_same_origin(const struct url *a, const struct url *b);
bool url_is_http(const struct url *u); /* http or https with a host */
/* The port that is connected to: port, or the scheme's own (80, 443). */
int url_port(const struct url *u);

struct url_key_options {
    bool ignore_query; /* the whole query is folded away */
};

/* The canonical key of an http(s) URL: equal keys are one page. Folded, in the key only and never in what
 * is requested: fragment, credentials, empty query, a final index.html or index.htm, percent-escapes of
 * unreserved characters (and hex case), tracking parameters (utm_*, gclid, fbclid, msclkid, mc_cid, mc_eid,
 * _hsenc, _hsmi, igshid, yclid, dclid, gbraid, wbraid). Scheme, host, slash variants and parameter order
 * stay apart. */
struct str url_key(struct arena *arena, const struct url *u, const struct url_key_options *options);

/* hash128 of the key. scratch is needed for a URL beyond 1 KiB only; without room there, scratch->status
 * says why and the id is zero. */
struct id128 url_id(struct arena *scratch, const struct url *u, const struct url_key_options *options);

/* The registrable domain of a host ("docs.example.co.uk" -> "example.co.uk"), a slice of host; STR_NONE
 * for an IP address, a public suffix itself, or a single label. */
struct str url_registrable_domain(struct str host);
/* True when both hosts are equal or share a registrable domain. */
bool url_same_site(struct str host_a, struct str host_b);

/* Percent-decodes (every %XX) into out. */
enum status url_percent_decode(struct arena *arena, struct str s, struct str *ret_bytes) MUST_USE;

#endif
