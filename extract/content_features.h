/* SPDX-License-Identifier: Apache-2.0 */
/* content_features.h: what is asked of a block before it is judged. Every answer is a whole number; parts are in
 * per cent. content_features.c fills them, content_model.h weighs them. */
#ifndef WEBKEEP_EXTRACT_CONTENT_FEATURES_H
#define WEBKEEP_EXTRACT_CONTENT_FEATURES_H

#include "extract/content_int.h"

/* clang-format off */
#define CONTENT_FEATURES(X)                                                                             \
    /* the block */                                                                                     \
    X(WORDS) X(CHARS) X(LINKS) X(WORD_LENGTH) X(SENTENCES) X(COMMAS) X(ENDS) X(DIGITS) X(CAPITALS)      \
    X(TAG_P) X(TAG_H1) X(TAG_H2) X(TAG_H3) X(TAG_LI) X(TAG_CELL) X(TAG_TERM) X(TAG_PRE) X(TAG_QUOTE)    \
    X(TAG_CAPTION) X(TAG_BUTTON) X(TAG_OTHER) X(CODE) X(STRONG) X(TIME) X(TWICE) X(TITLED)              \
    X(CUE_RELATED) X(CUE_COMMENT) X(CUE_SHARE) X(CUE_SUBSCRIBE) X(CUE_LEGAL) X(CUE_META) X(CUE_TAGS)    \
    X(CUE_ADVERT) X(CUE_ACTION) X(CUE_CREDIT) X(CUE_BIO) X(CUE_REVIEW)                                  \
    /* the cue of the heading over it, and how many blocks ago that was */                              \
    X(UNDER_RELATED) X(UNDER_COMMENT) X(UNDER_OTHER) X(UNDER_REVIEW) X(UNDER_FAR) X(SINCE_HEADING)      \
    /* what is around it */                                                                             \
    X(IN_MAIN) X(IN_ARTICLE) X(IN_NAV) X(IN_HEADER) X(IN_FOOTER) X(IN_ASIDE) X(IN_FORM) X(IN_LIST)      \
    X(IN_TABLE) X(IN_FIGURE) X(IN_QUOTE) X(IN_DIALOG) X(IN_SECTION) X(IN_BUTTON) X(IN_HIDDEN)           \
    X(IN_BODY_PROP) X(IN_LINK) X(IN_LABEL) X(IN_PRE) X(IN_DL) X(IN_NESTED) X(IN_DETAILS) X(DEPTH)       \
    /* sums over larger and larger areas around it */                                                   \
    X(A1_WORDS) X(A1_LINKS) X(A1_BLOCKS) X(A1_PROSE) X(A1_MEAN)                                         \
    X(A2_WORDS) X(A2_LINKS) X(A2_BLOCKS) X(A2_PROSE) X(A2_MEAN)                                         \
    X(A3_WORDS) X(A3_LINKS) X(A3_BLOCKS) X(A3_PROSE) X(A3_MEAN)                                         \
    X(A1_SHARE) X(A2_SHARE) X(A3_SHARE)                                                                 \
    /* repetition */                                                                                    \
    X(TWINS) X(TWIN_WORDS) X(TWIN_LINKS) X(OUTER_TWINS) X(OUTER_TWIN_WORDS)                             \
    /* the area that is best on the whole */                                                            \
    X(IN_BEST) X(BEFORE_BEST) X(AFTER_BEST) X(BEST_SHARE) X(BEST_LINKS) X(BEST_DEPTH) X(IN_BEST_AT)     \
    X(BEST_UP1) X(BEST_UP2)                                                                             \
    /* position */                                                                                      \
    X(AT) X(AT_BLOCK) X(H1_DISTANCE) X(PROSE_BEFORE) X(PROSE_AFTER) X(PROSE_BACK) X(PROSE_AHEAD)        \
    /* neighbours */                                                                                    \
    X(PREV_WORDS) X(PREV_LINKS) X(NEXT_WORDS) X(NEXT_LINKS) X(PREV2_WORDS) X(NEXT2_WORDS)               \
    X(PREV_SAME) X(NEXT_SAME) X(NEAR_WORDS) X(NEAR_LINKS)                                               \
    /* the page */                                                                                      \
    X(PAGE_WORDS) X(PAGE_LINKS) X(PAGE_PROSE) X(PAGE_ARTICLES) X(PAGE_MAIN) X(SAYS_ARTICLE)             \
    X(SAYS_PRODUCT) X(SAYS_THREAD) X(SAYS_LIST) X(SAYS_SITE) X(PAGE_COMMENTS) X(PAGE_PROSE_WORDS)       \
    X(PAGE_MEAN)                                                                                        \
    X(URL_ARTICLE) X(URL_PRODUCT) X(URL_THREAD) X(URL_LIST) X(URL_DEPTH) X(URL_HYPHENS)                 \
    /* the part of the best area that it stands in */                                                   \
    X(PART_WORDS) X(PART_LINKS) X(PART_PROSE) X(PART_AT) X(CHROME) X(COOKIE_TEXT)

/* Each name twice: of the block or the three areas next to it, and of any area around it. */
enum content_feature {
#define X(name) F_##name,
    CONTENT_FEATURES(X)
#undef X
#define X(name) F_NEAR_##name,
        CONTENT_NAMES(X)
#undef X
#define X(name) F_UP_##name,
            CONTENT_NAMES(X)
#undef X
                F_COUNT
};
/* clang-format on */

/* What is the same for every block of a page, and what runs along with them. */
struct content_measure {
    const struct content_page *page;
    uint32_t
        heading; /* the last short block with a cue that opens a part of the page; UINT32_MAX: none */
    uint32_t any_heading;
    uint32_t last_prose;
    int16_t comments, prose_words; /* per cent of the page */
    uint32_t *next_prose;          /* by block */
    uint32_t around[3];            /* the areas that the last block was measured in */
};

enum status content_measure_begin(struct content_measure *m, const struct content_page *page);
/* Blocks in order, one after the other. */
void content_measure(struct content_measure *m, uint32_t block, int16_t f[F_COUNT]);

#endif
