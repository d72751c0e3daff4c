/* SPDX-License-Identifier: Apache-2.0 */
/* stub_routes.h: a handler for each route that only remembers that it was called, so that the router and the front
 * are tested without the service behind them. They are weak: a handler that is linked for another reason wins. */
#ifndef WEBKEEP_TESTS_API_STUB_ROUTES_H
#define WEBKEEP_TESTS_API_STUB_ROUTES_H

#include "api/routes.h"

static struct {
    unsigned calls;
    const char *last;
} handled;

#define ROUTE(method, path, handler, auth, request, reply, success, help)                               \
    void __attribute__((weak)) handler(struct call *call)                                               \
    {                                                                                                   \
        handled.calls++;                                                                                \
        handled.last = #handler;                                                                        \
        call->status = 200;                                                                             \
    }
#include "api/routes.def"
#undef ROUTE

#endif
