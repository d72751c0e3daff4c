/* SPDX-License-Identifier: Apache-2.0 */
/* seen.c: look-ups in both parts of a set, and the move from young to old. */
#include "cache/seen.h"

/* A set is moved after so many new URLs, each set in its turn: young parts hold half as many entries on average, all
 * sets together. Fewer: old parts are touched more often; more: young ones grow. */
#define SEEN_STEP 32768u

/* The first record whose id it is, among the entries of one part. */
static enum status find_in(struct store_read *read, uint32_t job, bool old, struct id128 id,
                           struct url_record *ret_url)
{
    struct key key = key_of_seen(job, id, old);
    struct seen_entry from = seen_entry_of(id, 0);
    struct str entry, head = str_make((const char *)from.b, SEEN_ID_BYTES);
    bool past = false;
    for (;;) {
        enum status st =
            set_seek(read, TABLE_SEEN, key, str_make((const char *)from.b, sizeof from.b), past, &entry);
        if (st == OK && (entry.n != sizeof from.b || !str_starts(entry, head)))
            st = entry.n == sizeof from.b ? ST_NOTFOUND : ST_CORRUPT;
        if (st != OK)
            return st;
        st = store_url_at(read, job, key_seq(entry), ret_url);
        if (st != OK)
            return st == ST_NOTFOUND ? ST_CORRUPT : st;
        if (id128_eq(ret_url->id, id))
            return OK;
        memcpy(from.b, entry.p, sizeof from.b);
        past = true;
    }
}

enum status seen_find(struct store_read *read, uint32_t job, struct id128 id, struct url_record *ret_url)
{
    enum status st = find_in(read, job, false, id, ret_url);
    return st == ST_NOTFOUND ? find_in(read, job, true, id, ret_url) : st;
}

enum status seen_add(struct store_write *write, uint32_t job, struct id128 id, uint64_t seq)
{
    struct seen_entry entry = seen_entry_of(id, seq);
    enum status st = set_put(write, TABLE_SEEN, key_of_seen(job, id, false),
                             str_make((const char *)entry.b, sizeof entry.b));
    if (st != OK || seq % SEEN_STEP != SEEN_STEP - 1)
        return st;
    unsigned set = seq / SEEN_STEP % SEEN_SETS;
    return set_move(write, TABLE_SEEN, key_of_seen_set(job, set, false),
                    key_of_seen_set(job, set, true));
}
