/* SPDX-License-Identifier: Apache-2.0 */
/* model_ground.h: whether a value stands in the text that a model was shown.
 *
 * Texts stand there when their words do, in a row or nearly so; numbers when the page writes one of that value, in any
 * notation; dates when the page has that date; addresses letter by letter. What can't be held against a page (true and false,
 * words of an enum, texts that were asked to be written) is the caller's to exempt. Threads: an index is not changed once made. */
#ifndef WEBKEEP_ANSWER_MODEL_GROUND_H
#define WEBKEEP_ANSWER_MODEL_GROUND_H

#include "base/arena.h"

struct ground;

/* Index of a text, in the arena; text is borrowed as long as the index lives. NULL: the arena is full. */
struct ground *ground_create(struct arena *arena, struct str text, struct str language);

bool ground_has_text(const struct ground *ground, struct arena *scratch, struct str text);
bool ground_has_number(const struct ground *ground, double value);
/* A quantity of the page is that much in the unit that the field's name asks for ("duration_minutes"). */
bool ground_has_quantity(const struct ground *ground, struct arena *scratch, struct str name,
                         double value);
/* Every number that a text holds. */
bool ground_has_numbers_of(const struct ground *ground, struct str text);

#endif
