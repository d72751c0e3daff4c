/* SPDX-License-Identifier: Apache-2.0 */
/* facts.h: what a link says of itself, read once: the words of its address, of its text, of the address it was found
 * on and of that page's title where they are all of it, each with the place it stood at. No opinion yet: judge.c has those.
 * Pure; a struct facts lives on the caller's stack (about 9 KiB, not cleared as a whole). */
#ifndef WEBKEEP_FRONTIER_FACTS_H
#define WEBKEEP_FRONTIER_FACTS_H

#include "base/link.h"
#include "base/url.h"
#include "frontier/lexicon.h"

/* What a path's extension promises. */
#define FILE_CLASS_TABLE(X)                                                                             \
    X(FILE_PAGE, "page")                                                                                \
    X(FILE_PDF, "document")                                                                             \
    X(FILE_IMAGE, "image")                                                                              \
    X(FILE_ARCHIVE, "archive")                                                                          \
    X(FILE_MEDIA, "audio or video")                                                                     \
    X(FILE_FONT, "font")                                                                                \
    X(FILE_STYLE, "style sheet")                                                                        \
    X(FILE_SCRIPT, "script")                                                                            \
    X(FILE_OFFICE, "office file")                                                                       \
    X(FILE_DATA, "data file")                                                                           \
    X(FILE_PROGRAM, "program")                                                                          \
    X(FILE_CAD, "drawing")                                                                              \
    X(FILE_TEXT, "plain text")

enum file_class {
#define X(name, text) name,
    FILE_CLASS_TABLE(X)
#undef X
};

/* In the body of its page, be it text or a list of contents. */
static inline bool link_in_body(const struct link *link)
{
    return link->region == REGION_MAIN || link->region == REGION_CONTENTS;
}

enum file_class file_class_of(struct str path);
const char *file_class_text(enum file_class file);

enum place {
    IN_HOST = 1 << 0,    /* a whole host label */
    IN_SEGMENT = 1 << 1, /* a whole segment with others below it */
    IN_LEAF = 1 << 2,    /* the whole last segment */
    IN_SLUG = 1 << 3,    /* among other words of a segment */
    IN_QUERY = 1 << 4,   /* a whole query value or name */
    IN_VALUE = 1 << 5,   /* among other words of a query value */
    IN_TEXT = 1 << 6,    /* somewhere in the anchor text */
    IN_HEAD = 1 << 7,    /* the word a short anchor text ends with */
    IN_LABEL = 1 << 8,   /* "Event: ...", "... (guide)", "[Solved] ..." */
    IN_ALL = 1 << 9,     /* the whole anchor text */
    IN_TITLE = 1 << 10,  /* the whole title attribute */
    IN_TITLE_TEXT = 1 << 11,
    IS_PLURAL = 1 << 12, /* there, in plural */
    IN_FILE = 1 << 13,   /* by the file's extension */
    TEXT_EDGE = 1 << 14, /* the first or last word of the anchor text */
    SLUG_EDGE = 1 << 15, /* ... of a segment */
};

struct evidence {
    uint16_t where; /* bits of enum place */
    uint8_t depth;  /* of the deepest whole segment, 1 for the first */
    uint8_t parts;  /* words of a term seen anywhere, as bits */
    uint8_t prefix; /* of these, those that a segment of several words begins with: "lang_select" */
};

#define MAX_SEGMENTS 16
#define MAX_PARAMETERS 12
#define MAX_WORDS 120
#define MAX_TOUCHED 96

struct parameter {
    struct str name, value;
};

struct address {
    struct str segment[MAX_SEGMENTS];
    unsigned n_segments;
    struct parameter parameter[MAX_PARAMETERS];
    unsigned n_parameters;
    bool slash; /* the path ends in '/' */
    bool route; /* the page is in the fragment or in ?path=: no fragment of a page */
    enum file_class file;
    int language;    /* by a segment, host label or parameter; -1 */
    int language_at; /* the segment's index; -1 */
};

struct facts {
    struct address link, found;
    struct evidence own[CONCEPT_COUNT], from[CONCEPT_COUNT];
    uint16_t touched[MAX_TOUCHED]; /* concepts with own evidence */
    unsigned n_touched;
    unsigned text_words; /* of the anchor text, without stop words and numbers */
    unsigned slug_words; /* of the last segment, likewise */
    unsigned slug_numbers;
    int text_language; /* the text is a language's name, or says "(Deutsch)"; -1 */
};

/* Splits a URL; the slices are the URL's. */
void address_read(const struct url *url, struct address *ret_address);
/* found_on may be NULL. */
void facts_read(const struct lexicon *lexicon, const struct link *link, const struct url *url,
                const struct url *found_on, struct facts *ret_facts);
/* The evidence of one address alone (of a policy's base page). */
void facts_of_address(const struct lexicon *lexicon, const struct url *url, struct evidence *evidence);

#endif
