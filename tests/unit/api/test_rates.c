/* SPDX-License-Identifier: Apache-2.0 */
/* test_rates.c: buckets that empty and fill as they should, by a clock of the test's own. */
#include "api/rates.h"
#include "tests/check.h"

#include <pthread.h>

static const struct rate ten_in_ten = {10, 10};

static struct id128 id_of(unsigned n)
{
    return hash128(str_make((const char *)&n, sizeof n));
}

static void empties_and_fills(void)
{
    struct rates *rates = rates_create(64);
    NEED(rates);
    for (unsigned i = 0; i < 10; i++) {
        struct rate_state s = rates_take(rates, id_of(1), ten_in_ten, 5000);
        CHECK(s.allowed);
        CHECK_INT(s.limit, 10);
        CHECK_INT(s.remaining, 9 - i);
        CHECK_INT(s.reset_s, i + 1);
        CHECK_INT(s.retry_s, 0);
    }
    struct rate_state s = rates_take(rates, id_of(1), ten_in_ten, 5000);
    CHECK(!s.allowed);
    CHECK_INT(s.remaining, 0);
    CHECK_INT(s.reset_s, 10);
    CHECK_INT(s.retry_s, 1);
    CHECK(!rates_take(rates, id_of(1), ten_in_ten, 5999).allowed);
    CHECK(rates_take(rates, id_of(1), ten_in_ten, 6000).allowed);
    CHECK(!rates_take(rates, id_of(1), ten_in_ten, 6000).allowed);
    s = rates_look(rates, id_of(1), ten_in_ten, 60000);
    CHECK(s.allowed);
    CHECK_INT(s.remaining, 10);
    CHECK_INT(s.reset_s, 0);
    rates_destroy(rates);
}

static void looking_takes_nothing(void)
{
    struct rates *rates = rates_create(64);
    NEED(rates);
    for (unsigned i = 0; i < 50; i++)
        CHECK_INT(rates_look(rates, id_of(1), ten_in_ten, 0).remaining, 10);
    CHECK_INT(rates_take(rates, id_of(1), ten_in_ten, 0).remaining, 9);
    CHECK_INT(rates_look(rates, id_of(1), ten_in_ten, 0).remaining, 9);
    rates_destroy(rates);
}

static void each_has_its_own(void)
{
    struct rates *rates = rates_create(64);
    NEED(rates);
    for (unsigned i = 0; i < 11; i++)
        (void)rates_take(rates, id_of(1), ten_in_ten, 0);
    CHECK(!rates_take(rates, id_of(1), ten_in_ten, 0).allowed);
    CHECK(rates_take(rates, id_of(2), ten_in_ten, 0).allowed);
    rates_destroy(rates);
}

static void no_limit(void)
{
    struct rates *rates = rates_create(1);
    NEED(rates);
    for (unsigned i = 0; i < 1000; i++)
        CHECK(rates_take(rates, id_of(1), (struct rate){0, 60}, 0).allowed);
    CHECK_INT(rates_take(rates, id_of(1), (struct rate){0, 60}, 0).limit, 0);
    rates_destroy(rates);
}

/* A rate that changes while the service runs holds from the next request on. */
static void changed_rates(void)
{
    struct rates *rates = rates_create(64);
    NEED(rates);
    (void)rates_take(rates, id_of(1), (struct rate){100, 10}, 0);
    struct rate_state s = rates_take(rates, id_of(1), (struct rate){5, 10}, 0);
    CHECK_INT(s.limit, 5);
    CHECK_INT(s.remaining, 4);
    CHECK_INT(rates_take(rates, id_of(1), (struct rate){100, 0}, 0).limit, 100);
    rates_destroy(rates);
}

/* Slow rates, large numbers, and a clock that steps back. */
static void odd_numbers(void)
{
    struct rates *rates = rates_create(64);
    NEED(rates);
    struct rate slow = {1, 86400}, fast = {10000000, 1};
    CHECK(rates_take(rates, id_of(1), slow, 1000).allowed);
    CHECK_INT(rates_take(rates, id_of(1), slow, 1000).retry_s, 86400);
    CHECK_INT(rates_take(rates, id_of(1), slow, 500).retry_s, 86400);
    CHECK(!rates_take(rates, id_of(1), slow, 86400999).allowed);
    CHECK(rates_take(rates, id_of(1), slow, 86401000).allowed);
    CHECK_INT(rates_take(rates, id_of(2), fast, 0).remaining, 9999999);
    CHECK_INT(rates_take(rates, id_of(2), fast, INT64_MAX).remaining, 9999999);
    rates_destroy(rates);
}

/* A thousand strangers can't wash away the bucket of one who has used his up. */
static void strangers(void)
{
    struct rates *rates = rates_create(256);
    NEED(rates);
    for (unsigned i = 0; i < 11; i++)
        (void)rates_take(rates, id_of(1), ten_in_ten, 0);
    for (unsigned i = 1000; i < 20000; i++)
        CHECK(rates_take(rates, id_of(i), ten_in_ten, 1).allowed);
    CHECK(!rates_take(rates, id_of(1), ten_in_ten, 1).allowed);
    rates_destroy(rates);
}

/* ---- threads: what is given out in all is exact ---- */

struct crowd {
    struct rates *rates;
    unsigned allowed;
};

static void *take_many(void *user)
{
    struct crowd *crowd = user;
    for (unsigned i = 0; i < 500; i++)
        crowd->allowed += rates_take(crowd->rates, id_of(7), (struct rate){1000, 60}, 0).allowed;
    return NULL;
}

static void threads(void)
{
    pthread_t t[4];
    struct crowd crowds[4];
    unsigned sum = 0;
    struct rates *rates = rates_create(64);
    NEED(rates);
    for (unsigned i = 0; i < 4; i++) {
        crowds[i] = (struct crowd){rates, 0};
        NEED(pthread_create(&t[i], NULL, take_many, &crowds[i]) == 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
        sum += crowds[i].allowed;
    }
    CHECK_INT(sum, 1000);
    rates_destroy(rates);
}

int main(void)
{
    RUN(empties_and_fills);
    RUN(looking_takes_nothing);
    RUN(each_has_its_own);
    RUN(no_limit);
    RUN(changed_rates);
    RUN(odd_numbers);
    RUN(strangers);
    RUN(threads);
    rates_destroy(NULL);
    return check_report();
}
