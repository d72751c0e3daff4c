/* SPDX-License-Identifier: Apache-2.0 */
/* answers.c: answers by what they depend on, and the order in which they came.
 *
 * `turns` holds the order; each entry says how many bytes had come up to it, so that what is kept between the first and the
 * last is a difference, and no counter needs to be right. Each put takes a few of the oldest along, more than it
 * adds. */
#include "cache/answers.h"

#include "cache/lmdb_int.h"

#define REMOVE_MOST 64

enum status store_answer_get(struct store_read *read, struct sha256 id, struct answer_record *ret_answer)
{
    struct str value;
    struct key key = key_of_sha(id);
    enum status st = table_get(read, TABLE_ANSWERS, key, &value);
    return st != OK ? st : format_read_answer(str_make((const char *)key.b, key.n), value, ret_answer);
}

static enum status oldest_turn(struct store_read *read, struct turn_record *ret_turn)
{
    struct str key, value;
    enum status st = table_seek(read, TABLE_TURNS, (struct key){.n = 0}, false, 0, &key, &value);
    return st != OK ? st : format_read_turn(key, value, ret_turn);
}

/* The last one; of none: turn and total 0. */
static enum status newest_turn(struct store_read *read, struct turn_record *ret_turn)
{
    struct str key, value;
    enum status st = table_last(read, TABLE_TURNS, &key, &value);
    if (st == ST_NOTFOUND)
        *ret_turn = (struct turn_record){.turn = 0};
    return st != OK ? st == ST_NOTFOUND ? OK : st : format_read_turn(key, value, ret_turn);
}

/* An answer that was damaged and came again has another turn by now: then only this turn goes. */
static enum status remove_turn(struct store_write *write, const struct turn_record *turn)
{
    struct answer_record answer;
    enum status st = table_del(write, TABLE_TURNS, key_of_turn(turn->turn));
    if (st == OK)
        st = store_answer_get(&write->view, turn->answer, &answer);
    if (st == OK && answer.turn != turn->turn)
        return OK;
    if (st == OK || st == ST_CORRUPT)
        st = table_del(write, TABLE_ANSWERS, key_of_sha(turn->answer));
    return st == ST_NOTFOUND ? OK : st;
}

/* Bytes before the oldest one are those of answers that are gone. */
static uint64_t bytes_kept(const struct turn_record *oldest, uint64_t oldest_bytes,
                           const struct turn_record *newest)
{
    return newest->total - oldest->total + oldest_bytes;
}

static uint64_t bytes_of(const struct answer_record *answer)
{
    return ANSWER_EXTRA_BYTES + answer->stream.n;
}

/* Removes old ones until there is room for more_bytes. ST_LIMIT: enough for once, and there is none yet. */
static enum status make_room(struct store_write *write, uint64_t more_bytes, uint64_t max_bytes)
{
    struct turn_record newest, oldest;
    enum status st = newest_turn(&write->view, &newest);
    for (int i = 0; st == OK; i++) {
        struct answer_record answer = {.turn = 0};
        st = oldest_turn(&write->view, &oldest);
        if (st != OK)
            return st == ST_NOTFOUND ? OK : st;
        st = store_answer_get(&write->view, oldest.answer, &answer);
        if (st != OK && st != ST_NOTFOUND && st != ST_CORRUPT)
            return st;
        if (bytes_kept(&oldest, bytes_of(&answer), &newest) + more_bytes <= max_bytes)
            return OK;
        if (i == REMOVE_MOST)
            return ST_LIMIT;
        st = remove_turn(write, &oldest);
    }
    return st;
}

static enum status add(struct store_write *write, struct sha256 id, const struct answer_record *answer)
{
    struct turn_record turn;
    struct answer_record added = *answer;
    enum status st = newest_turn(&write->view, &turn);
    if (st != OK)
        return st;
    turn = (struct turn_record){
        .turn = turn.turn + 1, .answer = id, .total = turn.total + bytes_of(answer)};
    added.turn = turn.turn;
    format_turn(&turn, &write->scratch);
    st = table_put_scratch(write, TABLE_TURNS, key_of_turn(turn.turn), MDB_NOOVERWRITE);
    if (st != OK)
        return st == ST_EXISTS ? ST_CORRUPT : st;
    format_answer(&added, &write->scratch);
    return table_put_scratch(write, TABLE_ANSWERS, key_of_sha(id), 0);
}

enum status store_answer_put(struct store_write *write, struct sha256 id,
                             const struct answer_record *answer, uint64_t max_bytes)
{
    struct answer_record known;
    if (bytes_of(answer) > max_bytes)
        return OK;
    enum status st = store_answer_get(&write->view, id, &known);
    if (st != ST_NOTFOUND && st != ST_CORRUPT)
        return st;
    st = make_room(write, bytes_of(answer), max_bytes);
    if (st == ST_LIMIT)
        return OK;
    return st != OK ? st : add(write, id, answer);
}
