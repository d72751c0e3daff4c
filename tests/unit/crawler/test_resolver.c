/* SPDX-License-Identifier: Apache-2.0 */
/* test_resolver.c: names are answered by a thread, cached, and asked for once. Only localhost is asked for. */
#include "crawler/resolver.h"

#include "base/clock.h"
#include "base/queue.h"
#include "tests/check.h"

#include <unistd.h>

static struct queue *answers;

static bool answered(void *user, struct answer **answer)
{
    (void)user;
    void *item = *answer;
    *answer = NULL;
    return queue_try_push(answers, &item) == OK;
}

static struct answer *wait_answer(void)
{
    void *item = NULL;
    return queue_pop(answers, &item, 1, 10000) == 1 ? item : NULL;
}

static void test_answer_then_cache(void)
{
    const struct resolver_options options = {.threads = 2, .cache_ms = 60000, .answered = answered};
    struct resolver *r = resolver_create(&options);
    NEED(r);
    struct answer *now = NULL;
    CHECK_INT(resolver_ask(r, STR_LIT("localhost"), &now), ST_AGAIN);
    struct answer *later = wait_answer();
    NEED(later);
    CHECK_INT(later->status, OK);
    CHECK(later->n > 0);
    CHECK(strcmp(later->host, "localhost") == 0);
    free(later);
    CHECK_INT(resolver_ask(r, STR_LIT("localhost"), &now), OK);
    NEED(now);
    CHECK(now->n > 0);
    free(now);
    resolver_destroy(r);
}

static void test_no_cache(void)
{
    const struct resolver_options options = {.threads = 1, .cache_ms = 0, .answered = answered};
    struct resolver *r = resolver_create(&options);
    NEED(r);
    struct answer *now = NULL;
    for (int i = 0; i < 2; i++) {
        CHECK_INT(resolver_ask(r, STR_LIT("localhost"), &now), ST_AGAIN);
        struct answer *later = wait_answer();
        NEED(later);
        free(later);
    }
    resolver_destroy(r);
}

static void test_long_name(void)
{
    char name[400];
    memset(name, 'a', sizeof name);
    const struct resolver_options options = {.threads = 1, .cache_ms = 0, .answered = answered};
    struct resolver *r = resolver_create(&options);
    NEED(r);
    struct answer *now = NULL;
    CHECK_INT(resolver_ask(r, str_make(name, sizeof name), &now), ST_INPUT);
    resolver_destroy(r);
}

int main(void)
{
    answers = queue_create(16, NULL, NULL);
    NEED(answers);
    RUN(test_answer_then_cache);
    RUN(test_no_cache);
    RUN(test_long_name);
    queue_destroy(answers);
    return check_report();
}
