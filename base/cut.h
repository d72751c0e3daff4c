/* SPDX-License-Identifier: Apache-2.0 */
/* cut.h: the limits that a page can reach while it is read, as bits with a word each.
 *
 * No limit fails a page: what is within it is kept, and a bit says which one was reached. extract sets the bits,
 * the page's record keeps them (docs/format.md), `webkeep pages` and manifests show the words. The values of
 * the limits are settings (config.def). */
#ifndef WEBKEEP_BASE_CUT_H
#define WEBKEEP_BASE_CUT_H

/* name, word, what is missing then. The order is that of the bits on disk: new ones go to the end. */
#define CUT_TABLE(X)                                                                                    \
    X(DEPTH, "depth", "nesting: elements deeper than `extract.depth` became siblings")                  \
    X(ATTRS, "attrs", "attributes of one element beyond `extract.attrs`")                               \
    X(NODES, "nodes", "what follows after `extract.nodes`")                                             \
    X(PAGE_ATTRS, "page_attrs", "what follows after `extract.page_attrs`")                              \
    X(NAMES, "names",                                                                                   \
      "names beyond `extract.names` or `extract.name_bytes`, or of more than 2,048 bytes")              \
    X(FORMATTING, "formatting",                                                                         \
      "formatting elements beyond `extract.formatting` that were to be reopened")                       \
    X(TEMPLATES, "templates", "the kind of content of templates deeper than `extract.templates`")       \
    X(MEMORY, "memory", "what follows after `extract.page_bytes`; with `parser = gumbo` all")           \
    X(LENGTH, "length", "all: no page of more than 512 MiB is read")                                    \
    X(BUILDER, "builder", "all: gumbo gave up")                                                         \
    X(LINKS, "links", "links beyond `extract.links`, or a quarter of `page.arena_bytes`")               \
    X(MARKDOWN, "markdown", "the Markdown, which is longer than `extract.markdown_bytes`")

enum cut_bit {
#define X(name, word, what) CUT_BIT_##name,
    CUT_TABLE(X)
#undef X
        CUT_BITS
};

enum cut {
#define X(name, word, what) CUT_##name = 1 << CUT_BIT_##name,
    CUT_TABLE(X)
#undef X
        CUT_ALL = (1 << CUT_BITS) - 1
};

/* The word of the lowest bit of *cuts, which is taken out; NULL when none is left. Unknown bits are passed. */
const char *cut_next(unsigned *cuts);

#endif
