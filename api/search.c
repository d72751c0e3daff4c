/* SPDX-License-Identifier: Apache-2.0 */
/* search.c: what newer clients ask and is not offered: a search of the web needs an index of it. 501 says so; a 404
 * would read as "no such job". Threads: any. */
#include "api/routes.h"

static void refuse(struct call *call)
{
    call_error(call, 501, "NOT_IMPLEMENTED",
               "Search is not offered here: there is no index of the web. Scrape or crawl the pages you "
               "know instead.");
}

void search_submit(struct call *call)
{
    refuse(call);
}

void search_status(struct call *call)
{
    refuse(call);
}
