/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_parts.h: an instruction cut into pieces: steering words, kinds, literals, limits, open words.
 * Inner header of the instruction compiler (instruct.c); nobody else includes it. */
#ifndef WEBKEEP_FRONTIER_INSTRUCT_PARTS_H
#define WEBKEEP_FRONTIER_INSTRUCT_PARTS_H

#include "frontier/rules.h"

#define MAX_PIECES 400

enum cue {
    CUE_NOT, /* what follows is unwanted */
    CUE_YES, /* what follows is wanted */
    CUE_ONLY,
    CUE_NONE,  /* says nothing, though it looks as if ("nothing else") */
    CUE_ALL,   /* everything */
    CUE_OTHER, /* other, the rest */
    CUE_ABOUT, /* a topic follows */
    CUE_IN,    /* a place, author, tag, ... follows */
    CUE_THAT,  /* a state follows */
    CUE_AND,
    CUE_BUT,
    CUE_WITH,    /* including */
    CUE_LIKE,    /* examples follow */
    CUE_TO_FIND, /* wanted for its links */
    CUE_RESULT,  /* as results */
    CUE_PAGE,    /* nouns that say no more than "page" */
    CUE_SECTION, /* ... than "section" */
    CUE_ITEM,    /* ... than "entry" */
    CUE_VAGUE,   /* can't be judged by a link */
    CUE_UNLESS,  /* an exception follows */
    CUE_WHEN,    /* a condition that can't be judged by a link follows */
    CUE_STOP,
};

enum piece_kind {
    PIECE_CUE,
    PIECE_BREAK, /* value: one of , . : ( ) - & */
    PIECE_KIND,  /* value: the kind */
    PIECE_WORD,
    PIECE_QUOTE, /* a quoted phrase no table knows */
    PIECE_PATH,
    PIECE_PARAMETER, /* "sid=" */
    PIECE_LANGUAGE,
    PIECE_VERSION,
    PIECE_DATE,     /* from, to */
    PIECE_NUMBERED, /* "sections 2 and 3": text is the noun, numbers as bits or in `number` */
};

struct piece {
    enum piece_kind kind;
    int value;
    int other_kind; /* of a cue that is also a kind's name, or -1 */
    int from, to;
    unsigned number[6], n_numbers;
    struct str text;   /* a slice of the instruction */
    bool plural, page; /* page: a kind's name that ends with "page" */
};

struct parts {
    struct piece piece[MAX_PIECES];
    unsigned n;
    int max_depth; /* -1 */
    uint64_t page_limit;
    bool cut; /* there was more */
};

/* tables holds kinds and languages (lexicon_add_tables), sealed. ST_NOMEM. */
enum status instruct_cut(struct str instruction, const struct lexicon *tables, struct arena *arena,
                         struct parts *ret_parts) MUST_USE;

/* A path as people write it ("/cart*", "^/issue/\\d+$", "item?id=") as a glob of pattern.h, in arena; STR_NONE
 * when it is too long. A trailing '*' means all that begins so. */
struct str instruct_glob(struct str path, struct arena *arena) MUST_USE;

#endif
