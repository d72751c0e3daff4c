/* SPDX-License-Identifier: Apache-2.0 */
/* scope.h: which addresses belong to a crawl by where they are: host and path below the base URL.
 *
 * `https://h/docs` and `https://h/docs/` mean /docs and all below; `https://h/docs/index.html` (a file) means
 * its folder, /docs/ and all below. http and https on their own ports count as one place. Pure, any thread. */
#ifndef WEBKEEP_FRONTIER_SCOPE_H
#define WEBKEEP_FRONTIER_SCOPE_H

#include "base/url.h"

struct scope {
    struct str host;
    struct str path; /* "/docs" or "/docs/" or "/"; a slice of the base URL */
    int port;        /* -1: the scheme's own */
    bool subdomains;
};

enum scope_side { SCOPE_INSIDE, SCOPE_OTHER_PATH, SCOPE_OTHER_HOST };

/* Slices are base's. whole_host: the path is "/". */
struct scope scope_of(const struct url *base, bool subdomains, bool whole_host);
enum scope_side scope_side(const struct scope *scope, const struct url *url);

#endif
