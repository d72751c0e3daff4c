/* SPDX-License-Identifier: Apache-2.0 */
/* scope.c: host equality and a path prefix that ends at a segment boundary. */
#include "frontier/scope.h"

/* A last segment with a dot in it is a file, unless it is a version ("/docs/v1.2"). */
static bool is_file_name(struct str segment)
{
    size_t dot = segment.n;
    while (dot > 0 && segment.p[dot - 1] != '.')
        dot--;
    if (dot < 2 || dot == segment.n || segment.n - dot > 5)
        return false;
    for (size_t i = dot; i < segment.n; i++)
        if (!ascii_is_alpha(segment.p[i]))
            return false;
    return true;
}

static struct str folder_of(struct str path)
{
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/')
        slash--;
    return is_file_name(str_from(path, slash)) ? str_head(path, slash) : path;
}

struct scope scope_of(const struct url *base, bool subdomains, bool whole_host)
{
    struct str path = folder_of(base->path);
    return (struct scope){
        .host = base->host,
        .path = whole_host || path.n == 0 ? STR_LIT("/") : path,
        .port = base->port,
        .subdomains = subdomains,
    };
}

static bool is_subdomain(struct str host, struct str of)
{
    return host.n > of.n + 1 && host.p[host.n - of.n - 1] == '.' && str_ends(host, of);
}

enum scope_side scope_side(const struct scope *scope, const struct url *url)
{
    bool host =
        str_eq(url->host, scope->host) || (scope->subdomains && is_subdomain(url->host, scope->host));
    if (!host || url->port != scope->port)
        return SCOPE_OTHER_HOST;
    struct str prefix = scope->path;
    if (str_ends(prefix, STR_LIT("/")))
        prefix.n--;
    bool inside =
        str_starts(url->path, prefix) && (url->path.n == prefix.n || url->path.p[prefix.n] == '/');
    return inside ? SCOPE_INSIDE : SCOPE_OTHER_PATH;
}
