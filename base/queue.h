/* SPDX-License-Identifier: Apache-2.0 */
/* queue.h: a bounded queue of pointers between threads.
 *
 * A push moves the pointer: the giver's variable is NULL afterwards. A closed queue refuses pushes and
 * hands out what it still holds. `on_push`, when given, is called after each push with no lock held
 * (it wakes a loop that sleeps in poll). Threads: any. */
#ifndef WEBKEEP_BASE_QUEUE_H
#define WEBKEEP_BASE_QUEUE_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct queue;

/* capacity > 0 pointers. NULL without memory. */
struct queue *queue_create(size_t capacity, void (*on_push)(void *), void *user);
void queue_destroy(struct queue *q); /* NULL is fine; the queue must be empty */

/* Takes *item. Waits while full; ST_CANCELLED when closed (the item stays the caller's). */
enum status queue_push(struct queue *q, void **item) MUST_USE;
/* The same, but ST_BUSY at once when full. */
enum status queue_try_push(struct queue *q, void **item) MUST_USE;
/* Up to max items, oldest first. Waits up to wait_ms (<0: for ever) for the first one. 0 items: time is
 * up, or the queue is closed and empty (queue_is_closed() tells). */
size_t queue_pop(struct queue *q, void **items, size_t max, int64_t wait_ms);
void queue_close(struct queue *q);
bool queue_is_closed(struct queue *q);
size_t queue_length(struct queue *q);

#endif
