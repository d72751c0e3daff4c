/* SPDX-License-Identifier: Apache-2.0 */
/* status.c: names and texts of enum status, diagnoses, and the end of a broken promise. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    enum status_class group;
    const char *name, *text;
} table[] = {
#define X(name, group, text) [name] = {group, #name, text},
    STATUS_TABLE(X)
#undef X
};

enum status_class status_class(enum status st)
{
    return table[st].group;
}

const char *status_name(enum status st)
{
    return table[st].name;
}

const char *status_text(enum status st)
{
    return table[st].text;
}

enum status diag_set(struct diag *diag, enum status st, const char *format, ...)
{
    if (diag) {
        va_list args;
        va_start(args, format);
        vsnprintf(diag->text, sizeof diag->text, format, args);
        va_end(args);
    }
    return st;
}

void must_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "webkeep: broken promise at %s:%d: %s\n", file, line, what);
    abort();
}
