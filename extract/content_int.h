/* SPDX-License-Identifier: Apache-2.0 */
/* content_int.h: what the files of the content finder share; nobody else includes it.
 *
 *   block   a run of text that no block element, rule or double line break parts
 *   area    an element that may hold several blocks: of its blocks it knows the first and the last, so that
 *           sums over an area are differences of running sums
 *
 * Area 0 is the body. An area's parent has a smaller index. Both arrays are in document order. */
#ifndef WEBKEEP_EXTRACT_CONTENT_INT_H
#define WEBKEEP_EXTRACT_CONTENT_INT_H

#include "base/arena.h"
#include "extract/content.h"
#include "extract/content_words.h"

struct content_area {
    uint32_t node, parent;
    uint32_t from, to; /* blocks [from, to) */
    uint32_t twins;    /* siblings of the same name and class, itself included */
    uint32_t shape;    /* hash of name and class */
    uint64_t own, up;  /* names: of itself; of itself and all around it */
    uint64_t near;     /* of itself and the three around it */
    uint16_t name;     /* enum html_name */
    uint16_t depth;
    uint32_t within; /* bits of enum content_within */
};

/* Elements and roles around a block. */
enum content_within {
    IN_MAIN = 1 << 0,
    IN_ARTICLE = 1 << 1,
    IN_NAV = 1 << 2,
    IN_HEADER = 1 << 3,
    IN_FOOTER = 1 << 4,
    IN_ASIDE = 1 << 5,
    IN_FORM = 1 << 6,
    IN_LIST = 1 << 7,
    IN_TABLE = 1 << 8,
    IN_FIGURE = 1 << 9,
    IN_QUOTE = 1 << 10,
    IN_DIALOG = 1 << 11,
    IN_SECTION = 1 << 12,
    IN_BUTTON = 1 << 13,
    IN_HIDDEN = 1 << 14,
    IN_PROP_BODY = 1 << 15, /* itemprop articleBody, text, description */
    IN_NOSCRIPT = 1 << 16,
    IN_LINK = 1 << 17, /* the area itself is in a link */
    IN_LABEL = 1 << 18,
    IN_PRE = 1 << 19,
    IN_DL = 1 << 20,
    IN_NESTED_ARTICLE = 1 << 21, /* an article within another, or one of many */
    IN_OPTIONAL = 1 << 22,       /* details */
};

struct content_block {
    uint32_t node, last; /* its first and last text */
    uint32_t area;
    uint32_t chars, link_chars; /* white space folded; a wide character counts 3 */
    uint32_t words, link_words;
    uint16_t sentences, commas, digits, capitals, letters;
    uint8_t tag; /* enum content_tag */
    uint8_t cue; /* enum content_cue, of a short one */
    bool ends, code, strong, time, twice, titled, cookie;
    uint64_t own; /* names of the inline elements around its beginning */
    uint64_t hash;
};

enum content_tag {
    TAG_OTHER,
    TAG_P,
    TAG_H1,
    TAG_H2,
    TAG_H3, /* to h6 */
    TAG_LI,
    TAG_CELL,
    TAG_TERM, /* dt, dd */
    TAG_PRE,
    TAG_QUOTE,
    TAG_CAPTION, /* figcaption, caption */
    TAG_BUTTON,  /* button, label, legend, summary */
    TAG_COUNT
};

/* What the page says of its kind. */
enum content_says {
    SAYS_ARTICLE = 1 << 0,
    SAYS_PRODUCT = 1 << 1,
    SAYS_THREAD = 1 << 2,
    SAYS_LIST = 1 << 3,
    SAYS_SITE = 1 << 4, /* og:type website, WebSite */
};

/* Running sums over blocks: entry i is over the blocks before i. */
struct content_sum {
    uint32_t words, link_words, chars, link_chars, prose, sentences, headings;
    int32_t worth;
};

struct content_page {
    const struct html_tree *tree;
    struct arena *arena;
    struct content_area *areas;
    struct content_block *blocks;
    struct content_sum *sums; /* n_blocks + 1 */
    uint32_t n_areas, n_blocks;
    uint32_t best;     /* the area with the most prose for its links */
    uint32_t h1_block; /* UINT32_MAX: none */
    uint32_t n_articles, n_mains;
    unsigned says;                   /* bits of enum content_says */
    struct str title, og_title;      /* as the head gives them */
    uint64_t url_names;              /* bits of enum content_name of the words in the URL's path */
    unsigned url_depth, url_hyphens; /* segments; hyphens in the last one */
    bool noscript;                   /* noscript is read */
    bool hidden;                     /* hidden parts are read */
    uint8_t *hidden_nodes;           /* a bit a node: is hidden */
};

/* Fills says, the titles and what the URL says. */
void content_evidence_read(struct content_page *page, const struct content_words *words, struct str url);

/* The element that a known generator puts its content in; 0: none, or several. */
uint32_t content_docs_root(const struct content_page *page);
/* Within that: what is no content. */
bool content_docs_drops(const struct html_tree *tree, uint32_t node);

/* Fills areas, blocks and sums. */
enum status content_blocks_read(struct content_page *page, const struct content_words *words);
bool content_is_hidden(const struct html_tree *tree, uint32_t node);

/* How probably each block is content, 0 to 1. scores: n_blocks. */
enum status content_score(struct content_page *page, float *scores);

static inline struct content_sum content_sum_of(const struct content_page *page, uint32_t from,
                                                uint32_t to)
{
    const struct content_sum *a = &page->sums[from], *b = &page->sums[to];
    return (struct content_sum){.words = b->words - a->words,
                                .link_words = b->link_words - a->link_words,
                                .chars = b->chars - a->chars,
                                .link_chars = b->link_chars - a->link_chars,
                                .prose = b->prose - a->prose,
                                .sentences = b->sentences - a->sentences,
                                .headings = b->headings - a->headings,
                                .worth = b->worth - a->worth};
}

#endif
