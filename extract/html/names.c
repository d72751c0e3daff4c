/* SPDX-License-Identifier: Apache-2.0 */
/* names.c: the fixed names as a table, and a search by halves. Builders, who look up every tag, keep a
 * hash over the same table (build.c). Nothing here is ever changed: any thread. */
#include "extract/html/names.h"

static const struct str texts[HTML_NAMES_FIXED] = {[N_NONE] = {"", 0},
#define X(id, text) [id] = {text, sizeof(text) - 1},
                                                   HTML_NAME_TABLE(X)
#undef X
};

uint16_t html_name_find(struct str lower)
{
    uint16_t from = N_NONE + 1, to = HTML_NAMES_FIXED;
    while (from < to) {
        uint16_t middle = (uint16_t)(from + (to - from) / 2);
        int order = str_cmp(lower, texts[middle]);
        if (order == 0)
            return middle;
        if (order < 0)
            to = middle;
        else
            from = (uint16_t)(middle + 1);
    }
    return N_NONE;
}

struct str html_name_fixed_text(uint16_t name)
{
    return name < HTML_NAMES_FIXED ? texts[name] : texts[N_NONE];
}
