/* SPDX-License-Identifier: Apache-2.0 */
/* idempotency.c: which request made which job, for as long as a key counts.
 *
 * `ages` lists the records by time, so that old ones are found without a walk: each put takes a few of them
 * along, more than it adds, and the table stays about as large as a day's keys. */
#include "cache/accounts.h"

#include "cache/lmdb_int.h"

#define REMOVE_MOST 64

enum status store_idempotency_get(struct store_read *read, uint32_t owner, struct id128 key,
                                  struct idempotency_record *ret_record)
{
    struct str value;
    struct key at = key_of_idempotency(owner, key);
    enum status st = table_get(read, TABLE_IDEMPOTENCY, at, &value);
    return st != OK ? st
                    : format_read_idempotency(str_make((const char *)at.b, at.n), value, ret_record);
}

static enum status remove_oldest(struct store_write *write, int64_t oldest_ms)
{
    for (int i = 0; i < REMOVE_MOST; i++) {
        struct str key, value;
        enum status st =
            table_seek(&write->view, TABLE_AGES, (struct key){.n = 0}, false, 0, &key, &value);
        if (st == ST_NOTFOUND || (st == OK && key_age(key) >= oldest_ms))
            return OK;
        if (st != OK)
            return st;
        struct key age = key_copy(key), aged = key_aged(key);
        st = table_del(write, TABLE_AGES, age);
        if (st == OK)
            st = table_del(write, TABLE_IDEMPOTENCY, aged);
        if (st != OK)
            return st == ST_NOTFOUND ? ST_CORRUPT : st;
    }
    return OK;
}

static enum status remove_same(struct store_write *write, uint32_t owner, struct id128 key)
{
    struct idempotency_record old;
    enum status st = store_idempotency_get(&write->view, owner, key, &old);
    if (st != OK)
        return st == ST_NOTFOUND ? OK : st;
    st = table_del(write, TABLE_AGES, key_of_age(old.at_ms, owner, key));
    return st == ST_NOTFOUND ? ST_CORRUPT : st;
}

enum status store_idempotency_put(struct store_write *write, uint32_t owner, struct id128 key,
                                  const struct idempotency_record *record, int64_t oldest_ms)
{
    struct key_record known;
    enum status st = !owner_is_key(owner) ? OK : store_key_get(&write->view, owner, &known);
    if (st == OK)
        st = remove_oldest(write, oldest_ms);
    if (st == OK)
        st = remove_same(write, owner, key);
    if (st == OK)
        st = table_put(write, TABLE_AGES, key_of_age(record->at_ms, owner, key), STR_LIT(""), 0);
    if (st != OK)
        return st;
    format_idempotency(record, &write->scratch);
    return table_put_scratch(write, TABLE_IDEMPOTENCY, key_of_idempotency(owner, key), 0);
}
