/* SPDX-License-Identifier: Apache-2.0 */
/* routes.c: the table of routes, and the router over it: a path is cut into segments, and the route with the most
 * literal segments at the front wins. Nothing is decoded: a path with escapes is no path of ours.
 *
 * Threads: any; nothing is changed. */
#include "api/routes.h"

#define SEGMENTS_MAX 8

/* A route that names a schema which isn't there doesn't compile. */
enum {
    HAS_NONE = 0,
#define SCHEMA(name, ...) HAS_##name = 1,
#include "api/schemas.def"
#undef SCHEMA
};

const struct route routes[] = {
#define ROUTE(method, path, handler, auth, request, reply, status, help)                                \
    {method, path, handler, auth, HAS_##request ? #request : NULL, HAS_##reply ? #reply : NULL,         \
     status, help},
#include "api/routes.def"
#undef ROUTE
};
const size_t n_routes = ARRAY_LEN(routes);

/* ---- schemas ---- */

static const struct {
    const char *name, *text;
} schemas[] = {
#define SCHEMA(name, ...) {#name, #__VA_ARGS__},
#include "api/schemas.def"
#undef SCHEMA
};

const char *schema_text(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(schemas); i++)
        if (strcmp(schemas[i].name, name) == 0)
            return schemas[i].text;
    return NULL;
}

const char *schema_name(size_t i)
{
    return i < ARRAY_LEN(schemas) ? schemas[i].name : NULL;
}

/* ---- parameters ---- */

static const struct param params[] = {
#define PARAM(handler, place, name, help, ...) {handler, PARAM_##place, #name, help, #__VA_ARGS__},
#include "api/params.def"
#undef PARAM
};

const struct param *route_param(const struct route *route, size_t i)
{
    for (size_t j = 0; j < ARRAY_LEN(params); j++)
        if (params[j].handler == route->handler && i-- == 0)
            return &params[j];
    return NULL;
}

/* ---- the router ---- */

struct segments {
    struct str v[SEGMENTS_MAX];
    size_t n;
};

/* Empty segments are left out. False: there are too many. */
static bool split(struct str path, struct segments *to)
{
    to->n = 0;
    while (path.n) {
        size_t end = str_find(path, '/');
        if (end && to->n == SEGMENTS_MAX)
            return false;
        if (end)
            to->v[to->n++] = str_head(path, end);
        path = str_from(path, end + 1);
    }
    return true;
}

static enum mount take_mount(struct segments *path)
{
    bool sdk = path->n && str_is(path->v[0], "sdk");
    if (!sdk && !(path->n && str_is(path->v[0], "api")))
        return MOUNT_API;
    path->n--;
    memmove(path->v, path->v + 1, path->n * sizeof path->v[0]);
    return sdk ? MOUNT_SDK : MOUNT_API;
}

/* How well a pattern fits: a bit for each literal segment, the first one the highest; -1: not at all. */
static int rank(const char *pattern, const struct segments *path, struct str ret_params[CALL_PARAMS])
{
    struct segments own;
    size_t n_params = 0;
    int bits = 0;
    if (!split(str_of(pattern), &own) || own.n != path->n)
        return -1;
    for (size_t i = 0; i < own.n; i++) {
        bool is_param = own.v[i].p[0] == '{';
        if (!is_param && !str_eq(own.v[i], path->v[i]))
            return -1;
        if (is_param && n_params < CALL_PARAMS)
            ret_params[n_params++] = path->v[i];
        bits = bits << 1 | !is_param;
    }
    return bits;
}

/* A route of the best pattern, whatever its method; NULL: no path. */
static const struct route *find_path(const struct segments *path, struct str ret_params[CALL_PARAMS])
{
    const struct route *best = NULL;
    int best_rank = -1;
    for (size_t i = 0; i < n_routes; i++) {
        struct str found[CALL_PARAMS] = {STR_NONE, STR_NONE};
        int r = rank(routes[i].path, path, found);
        if (r <= best_rank)
            continue;
        best = &routes[i];
        best_rank = r;
        memcpy(ret_params, found, sizeof found);
    }
    return best;
}

static struct str allow_of(const char *path, struct arena *arena)
{
    struct str list = STR_LIT("");
    for (size_t i = 0; i < n_routes; i++)
        if (strcmp(routes[i].path, path) == 0)
            list = arena_printf(arena, "%.*s%s%s%s", STR_ARG(list), list.n ? ", " : "", routes[i].method,
                                strcmp(routes[i].method, "GET") == 0 ? ", HEAD" : "");
    return list;
}

enum status route_find(struct str method, struct str path, struct arena *arena,
                       const struct route **ret_route, enum mount *ret_mount,
                       struct str ret_params[CALL_PARAMS], struct str *ret_allow)
{
    struct segments parts;
    struct str found[CALL_PARAMS] = {STR_NONE, STR_NONE};
    if (!path.n || path.p[0] != '/' || !split(path, &parts))
        return ST_NOTFOUND;
    enum mount mount = take_mount(&parts);
    const struct route *like = find_path(&parts, found);
    if (!like)
        return ST_NOTFOUND;
    if (str_is(method, "HEAD"))
        method = STR_LIT("GET");
    for (size_t i = 0; i < n_routes; i++) {
        if (strcmp(routes[i].path, like->path) != 0 || !str_is(method, routes[i].method))
            continue;
        *ret_route = &routes[i];
        *ret_mount = mount;
        memcpy(ret_params, found, sizeof found);
        return OK;
    }
    *ret_allow = allow_of(like->path, arena);
    return ST_UNSUPPORTED;
}
