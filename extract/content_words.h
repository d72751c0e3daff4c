/* SPDX-License-Identifier: Apache-2.0 */
/* content_words.h: what the words of class, id and role say of an element, and what the first words of a
 * short text say of it: two tables and the look-up in them. */
#ifndef WEBKEEP_EXTRACT_CONTENT_WORDS_H
#define WEBKEEP_EXTRACT_CONTENT_WORDS_H

#include "base/str.h"

#include <stdint.h>

/* What an element is called. One bit each. */
#define CONTENT_NAMES(X)                                                                                \
    X(NAV)                                                                                              \
    X(HEADER)                                                                                           \
    X(FOOTER)                                                                                           \
    X(SIDE)                                                                                             \
    X(COMMENT)                                                                                          \
    X(SHARE)                                                                                            \
    X(RELATED)                                                                                          \
    X(ADVERT)                                                                                           \
    X(CONSENT)                                                                                          \
    X(POPUP)                                                                                            \
    X(PROMO)                                                                                            \
    X(META)                                                                                             \
    X(BIO)                                                                                              \
    X(CRUMB)                                                                                            \
    X(PAGER)                                                                                            \
    X(TOC)                                                                                              \
    X(TAGS)                                                                                             \
    X(UI)                                                                                               \
    X(HIDE)                                                                                             \
    X(LEGAL)                                                                                            \
    X(LOGIN)                                                                                            \
    X(SEARCH)                                                                                           \
    X(FILTER)                                                                                           \
    X(REVIEW)                                                                                           \
    X(PRICE)                                                                                            \
    X(ARTICLE)                                                                                          \
    X(BODY)                                                                                             \
    X(MAIN)                                                                                             \
    X(PRODUCT)                                                                                          \
    X(ITEM)                                                                                             \
    X(THREAD)                                                                                           \
    X(MEDIA)                                                                                            \
    X(CAPTION)                                                                                          \
    X(TITLE)                                                                                            \
    X(LEAD)                                                                                             \
    X(PANEL)                                                                                            \
    X(USER)                                                                                             \
    X(HERO)                                                                                             \
    X(SPECS)

enum content_name {
#define X(name) NAME_##name,
    CONTENT_NAMES(X)
#undef X
        NAME_COUNT
};
_Static_assert(NAME_COUNT <= 64, "names are bits of 64");

/* What a short text begins with. */
#define CONTENT_CUES(X)                                                                                 \
    X(NONE)                                                                                             \
    X(RELATED)                                                                                          \
    X(COMMENT)                                                                                          \
    X(SHARE)                                                                                            \
    X(SUBSCRIBE)                                                                                        \
    X(LEGAL)                                                                                            \
    X(COOKIE)                                                                                           \
    X(META)                                                                                             \
    X(TAGS)                                                                                             \
    X(ADVERT)                                                                                           \
    X(ACTION)                                                                                           \
    X(CREDIT)                                                                                           \
    X(BIO)                                                                                              \
    X(REVIEW)

enum content_cue {
#define X(name) CUE_##name,
    CONTENT_CUES(X)
#undef X
        CUE_COUNT
};

/* The first table, ready for look-ups: words of any number of names. */
#define CONTENT_WORD_SLOTS 2048
struct content_words {
    struct {
        struct str word;
        uint64_t names;
    } slots[CONTENT_WORD_SLOTS];
};

void content_words_init(struct content_words *words);

/* Bits 1 << enum content_name of the words in a class, id or role. */
uint64_t content_names_of(const struct content_words *words, struct str value);

/* text: folded, as it stands. */
enum content_cue content_cue_of(struct str text);

#endif
