/* SPDX-License-Identifier: Apache-2.0 */
/* routes.h: every route of the service, once. From routes.def come the router, the validation of bodies,
 * /openapi.json, docs/api.md and the test that no route is without one.
 *
 * ROUTE(method, path, handler, auth, request, reply, status, help)
 *   path     below the mount; {id} and {page} are parameters; a literal beats a parameter
 *   auth     AUTH_KEY (x-api-key or Bearer), AUTH_SIGNED (the signature in the query), AUTH_NONE
 *   request  a schema of schemas.def, or NONE: a body is then ignored
 *   reply    a schema of schemas.def for OpenAPI, or NONE (not JSON)
 *   status   of success */
#ifndef WEBKEEP_API_ROUTES_H
#define WEBKEEP_API_ROUTES_H

#include "api/call.h"

enum auth { AUTH_NONE, AUTH_KEY, AUTH_SIGNED };

struct route {
    const char *method, *path;
    void (*handler)(struct call *call);
    enum auth auth;
    const char *request, *reply; /* names of schemas; NULL: none */
    unsigned status;
    const char *help;
};

extern const struct route routes[];
extern const size_t n_routes;

/* The route of a request and its mount and parameters. ST_NOTFOUND: no such path; ST_UNSUPPORTED: the path is
 * there with other methods, which ret_allow lists ("GET, DELETE"). Repeated slashes count as one, a slash at
 * the end as none; HEAD finds GET's route. */
enum status route_find(struct str method, struct str path, struct arena *arena,
                       const struct route **ret_route, enum mount *ret_mount,
                       struct str ret_params[CALL_PARAMS], struct str *ret_allow) MUST_USE;

/* A schema of schemas.def by name, as JSON text; NULL: none. */
const char *schema_text(const char *name);
const char *schema_name(size_t i); /* in the order of the table; NULL past the end */

/* What a route takes beside path and body: the rows of params.def.
 *
 * PARAM(handler, place, name, help, schema...): place QUERY, NEEDED (a query parameter that must be there)
 *   or HEADER; schema is JSON */
struct param {
    void (*handler)(struct call *call);
    enum param_place { PARAM_QUERY, PARAM_NEEDED, PARAM_HEADER } place;
    const char *name, *help, *schema;
};
const struct param *route_param(const struct route *route, size_t i); /* NULL past the end */

/* Handlers, one file a group. All have this shape. */
#define ROUTE(method, path, handler, auth, request, reply, status, help) void handler(struct call *call);
#include "api/routes.def"
#undef ROUTE

#endif
