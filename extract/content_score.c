/* SPDX-License-Identifier: Apache-2.0 */
/* content_score.c: how surely a block is content: boosted trees over the answers of content_features.h.
 *
 * The trees stand in content_model.def, which tests/bench/content_model.py makes. A tree's nodes stand one
 * behind the other: N(feature, limit, other) goes on with the next node when the feature is at most the limit, else with
 * the node `other` places on; L(value) ends the tree, in thousandths of a logit. Threads: any. */
#include "extract/content_features.h"

#include <math.h>

struct split {
    int16_t limit;  /* or value */
    uint16_t other; /* 0: a leaf */
    uint8_t feature;
};

/* clang-format off */
static const struct split model[] = {
#define N(feature, limit, other) {limit, other, feature},
#define L(value) {value, 0, 0},
#define TREE
#define PRIOR(value)
#include "extract/content_model.def"
#undef N
#undef L
#undef TREE
#undef PRIOR
};
static const int prior = 0
#define N(feature, limit, other)
#define L(value)
#define TREE
#define PRIOR(value) + (value)
#include "extract/content_model.def"
#undef N
#undef L
#undef TREE
#undef PRIOR
;
/* clang-format on */
_Static_assert(F_COUNT <= 256, "a feature is a byte");

/* What the tree at s says. */
static int tree_value(const struct split *s, const int16_t *f)
{

    while (s->other)
        s += f[s->feature] <= s->limit ? 1 : s->other;
    return s->limit;
}

static int logit_of(const int16_t *f)
{
    int sum = prior;
    for (const struct split *s = model; s < model + ARRAY_LEN(model);) {

        sum += tree_value(s, f);
        /* the right edge leads to the end */
        while (s->other)
            s += s->other;
        s++;
    }
    return sum;
}

enum status content_score(struct content_page *page, float *scores)
{
    struct content_measure measure;
    enum status st = content_measure_begin(&measure, page);
    for (uint32_t i = 0; st == OK && i < page->n_blocks; i++) {
        int16_t f[F_COUNT];
        content_measure(&measure, i, f);
        scores[i] = 1.0f / (1.0f + expf(-(float)logit_of(f) / 1000.0f));
    }
    return st;
}
