/* SPDX-License-Identifier: Apache-2.0 */
/* records_fit.h: the records of a page held against the fields of an array's items.
 *
 * Each group is tried; the one that answers most of the fields, in most of its records, wins. In all its records a field comes from the
 * same column: the one whose head names it, else the one where its values were found. Where that column is empty, or holds
 * what is no value of the field, it is null; what is a record of nothing is left out. Threads: as find.h. */
#ifndef WEBKEEP_ANSWER_RECORDS_FIT_H
#define WEBKEEP_ANSWER_RECORDS_FIT_H

#include "answer/find.h"
#include "answer/records.h"

struct records_fit {
    const struct records *group; /* NULL: no group answers the question */
    const uint32_t *rows;        /* indexes of its records */
    unsigned n_rows;
    const struct found *found; /* n_rows times item->n_fields; fields that are no scalars have none */
};

/* item: of the array, with its fields; its name is the array's. limit: the most rows; 0: all. */
enum status records_fit(struct facts *facts, const struct records_list *list, const struct field *item,
                        unsigned limit, struct records_fit *ret_fit) MUST_USE;

#endif
