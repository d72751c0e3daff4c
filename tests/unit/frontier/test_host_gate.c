/* SPDX-License-Identifier: Apache-2.0 */
/* test_host_gate.c: several crawls ask the same host: limit, delay and rest hold over all of them, and each has its turn. */
#include "frontier/host_gate.h"
#include "frontier/workbench.h"
#include "tests/check.h"

static const struct workbench_options plain = {
    .window_urls = 64, .host_requests = 2, .retry_first_ms = 100, .retry_max_ms = 1000, .dead_after = 3};

static void fill(struct workbench *wb, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct ready_url *u = ready_url_create((struct id128){{(uint8_t)i}}, i, 0, 1, 0, VERDICT_KEEP,
                                               STR_LIT("http://a/x"));
        NEED(u && workbench_add(wb, &u) == OK);
    }
}

static struct workbench *crawl_at(struct host_gates *gates, const struct workbench_options *options,
                                  unsigned n)
{
    struct workbench *wb = workbench_create(options);
    NEED(wb);
    struct host *host = workbench_host(wb, STR_LIT("http://a"));
    NEED(host);
    host->robots_state = ROBOTS_KNOWN;
    fill(wb, n);
    NEED(workbench_join(wb, gates) == OK);
    return wb;
}

static struct host *take(struct workbench *wb, int64_t now_ms)
{
    struct ready_url *u;
    struct host *host;
    if (workbench_take(wb, now_ms, &u, &host) != OK)
        return NULL;
    free(u);
    return host;
}

static void done(struct workbench *wb, struct host *host, int64_t now_ms)
{
    workbench_answered(wb, host, HOST_GOOD, 1, -1, now_ms);
}

static void end(struct workbench *wb)
{
    workbench_leave(wb);
    workbench_destroy(wb);
}

static void test_limit_is_shared(void)
{
    struct host_gates *gates = host_gates_create();
    NEED(gates);
    struct workbench *a = crawl_at(gates, &plain, 8), *b = crawl_at(gates, &plain, 8);
    struct host *ha = take(a, 0);
    NEED(ha && take(a, 0) == ha);
    CHECK(!take(a, 0));
    CHECK(!take(b, 0));
    CHECK(workbench_due_ms(b, 0) == INT64_MAX);
    done(a, ha, 0);
    CHECK(!take(a, 0)); /* it has had its turn, and lets the other one go first */
    struct host *hb = take(b, 0);
    NEED(hb);
    CHECK(!take(a, 0) && !take(b, 0));
    done(a, ha, 0);
    CHECK(!take(b, 0));
    NEED(take(a, 0) == ha);
    done(a, ha, 0);
    done(b, hb, 0);
    end(a);
    end(b);
    host_gates_destroy(gates);
}

/* One that wants a place and does not take it holds nobody up. */
static void test_yields_once(void)
{
    struct host_gates *gates = host_gates_create();
    NEED(gates);
    struct workbench *a = crawl_at(gates, &plain, 8), *b = crawl_at(gates, &plain, 8);
    struct host *ha = take(a, 0);
    NEED(ha && take(a, 0) == ha);
    CHECK(!take(b, 0));
    done(a, ha, 0);
    CHECK(!take(a, 0));
    CHECK_INT(workbench_due_ms(a, 0), 0);
    NEED(take(a, 0) == ha);
    done(a, ha, 0);
    done(a, ha, 0);
    end(b);
    NEED(take(a, 0) == ha && take(a, 0) == ha); /* nobody else is there */
    done(a, ha, 0);
    done(a, ha, 0);
    end(a);
    host_gates_destroy(gates);
}

static void test_strictest_holds(void)
{
    struct host_gates *gates = host_gates_create();
    NEED(gates);
    struct workbench_options gentle = plain;
    gentle.host_requests = 1;
    gentle.delay_ms = 500;
    struct workbench *a = crawl_at(gates, &plain, 8), *b = crawl_at(gates, &gentle, 1);
    struct host *hb = take(b, 1000);
    NEED(hb);
    CHECK(!take(a, 1600)); /* one at once, as long as b is there */
    done(b, hb, 1600);
    struct host *ha = take(a, 1600);
    NEED(ha && take(a, 1600) == ha); /* b has nothing left to ask */
    fill(b, 1);
    CHECK(!take(b, 1700));
    done(a, ha, 1700);
    done(a, ha, 1700);
    CHECK(!take(b, 2099));
    CHECK_INT(workbench_due_ms(b, 2099), 2100);
    NEED(take(b, 2100) == hb);
    done(b, hb, 2101);
    end(a);
    end(b);
    host_gates_destroy(gates);
}

/* A delay and a rest outlive the crawl that met them. */
static void test_rest_outlives_crawl(void)
{
    struct host_gates *gates = host_gates_create();
    NEED(gates);
    struct workbench *a = crawl_at(gates, &plain, 2), *b = crawl_at(gates, &plain, 2);
    struct host *ha = take(a, 0);
    NEED(ha);
    workbench_answered(a, ha, HOST_BUSY, 1, 3000, 0);
    CHECK(!take(b, 2999));
    CHECK_INT(workbench_due_ms(b, 2999), 3000);
    end(a);
    end(b);
    host_gates_sweep(gates, 2000);
    struct workbench *c = crawl_at(gates, &plain, 2);
    CHECK(!take(c, 2999));
    struct host *hc = take(c, 3000);
    NEED(hc);
    done(c, hc, 3000);
    end(c);
    host_gates_sweep(gates, 4000);
    host_gates_destroy(gates);
}

static void test_given_back_is_uncounted(void)
{
    struct host_gates *gates = host_gates_create();
    NEED(gates);
    struct workbench_options slow = plain;
    slow.delay_ms = 1000;
    struct workbench *a = crawl_at(gates, &slow, 2);
    struct ready_url *u;
    struct host *host;
    NEED(workbench_take(a, 0, &u, &host) == OK);
    workbench_give_back(a, host, &u);
    CHECK_INT(workbench_due_ms(a, 1), 1);
    CHECK(take(a, 1) == host);
    workbench_answered(a, host, HOST_GOOD, 1, -1, 2);
    CHECK_INT(workbench_due_ms(a, 2), 1001);
    end(a);
    host_gates_destroy(gates);
}

int main(void)
{
    RUN(test_limit_is_shared);
    RUN(test_yields_once);
    RUN(test_strictest_holds);
    RUN(test_rest_outlives_crawl);
    RUN(test_given_back_is_uncounted);
    return check_report();
}
