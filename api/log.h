/* SPDX-License-Identifier: Apache-2.0 */
/* log.h: the service's log: one event a line on stderr, "name=value name=value" or a JSON object.
 *
 *   log_begin(&line, service->log_json, "request"); log_put_str(&line, "path", path); log_end(&line);
 *
 * Every line begins with the time and the event. Values are escaped, so that a line is one line whatever is in it.
 * What must not be known to whoever reads logs is the caller's business: keys, cookies, bodies, signatures.
 * Threads: any; a line is written by one write(). */
#ifndef WEBKEEP_API_LOG_H
#define WEBKEEP_API_LOG_H

#include "base/json.h"

struct log_line {
    bool json;
    struct buf text;
    struct json_out out; /* over text */
};

#define LOG_VALUE_BYTES ((size_t)1000) /* longer ones are cut */

void log_begin(struct log_line *line, bool json, const char *event);
void log_put_str(struct log_line *line, const char *name, struct str value);
void log_put_int(struct log_line *line, const char *name, int64_t value);
void log_end(struct log_line *line); /* writes and frees it */
/* What log_end() would write, for tests; frees it too. */
void log_end_to(struct log_line *line, struct buf *to);

#endif
