/* SPDX-License-Identifier: Apache-2.0 */
/* target.h: what the fuzz targets share: how an input is laid out, limits, parsers that are kept, and the
 * check that a tree is one.
 *
 * A target is one file that defines fuzz_target and LLVMFuzzerTestOneInput(). It is built twice: with
 * libFuzzer, which makes inputs (mutate.c helps it), and as a test program that runs seeds and
 * pseudo-random inputs (replay.c). A broken invariant aborts. Threads: one. */
#ifndef WEBKEEP_TESTS_FUZZ_TARGET_H
#define WEBKEEP_TESTS_FUZZ_TARGET_H

#include "base/buf.h"
#include "extract/html/html.h"

#include <stdint.h>

struct fuzz_target {
    const char *name;
    bool is_page;       /* an input is a head and a page; else it is choices for the grammar */
    unsigned runs;      /* pseudo-random inputs of the test program */
    void (*init)(void); /* once, before the first input */
    void (*fini)(void); /* prints what was counted, frees */
    unsigned topics;    /* bits of topics.h: what its pages are made of beside tag soup */
};

extern const struct fuzz_target fuzz_target;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* ---- inputs ---- */

enum { FUZZ_HEAD_BYTES = 8, FUZZ_SMALL_MAX_BYTES = 1 << 14 };

/* The bytes before the page. All zero: a document, with limits that no small page reaches. */
struct fuzz_head {
    uint8_t limits[3];
    uint8_t how;     /* FUZZ_FRAGMENT, FUZZ_SCRIPTING, and the namespace of the context */
    uint8_t name[2]; /* of the context: a number of names.h, 0 for one that is not there */
    uint8_t label;   /* of the charset */
    uint8_t mode;    /* of the tokenizer */
};
_Static_assert(sizeof(struct fuzz_head) == FUZZ_HEAD_BYTES, "bytes, as they stand in an input");

enum { FUZZ_FRAGMENT = 1, FUZZ_SCRIPTING = 2, FUZZ_NS_SHIFT = 2 };

/* Takes the head from an input; false when it is too short for one. */
bool fuzz_head_read(const uint8_t *data, size_t n, struct fuzz_head *ret_head, struct str *ret_page);
struct html_limits fuzz_limits(const struct fuzz_head *head);
struct str fuzz_context(const struct fuzz_head *head, enum html_ns *ret_ns);

/* The page in memory of exactly its length and the padding, so that a read behind it is found. Lives until
 * the next call; fuzz_fini() frees it. */
struct str fuzz_page(struct str page);

/* A parser with these limits, which is kept and used again: what one page leaves behind would show in the
 * next. */
struct html_parser *fuzz_parser(enum html_engine engine, const struct html_limits *limits);
void fuzz_fini(void);

/* ---- checks ---- */

/* Says what is wrong and aborts. */
NO_RETURN void fuzz_fail(const char *what, const char *file, int line);
#define FUZZ_CHECK(x) ((x) ? (void)0 : fuzz_fail(#x, __FILE__, __LINE__))

extern const struct html_limits fuzz_generous;

/* Links agree, no node is met twice, slices and attributes are in range and UTF-8, counts are within the
 * limits, and a limit that is said to be reached was reached. */
void fuzz_check_tree(const struct html_tree *tree, enum html_engine engine);
/* What holds of a whole document of the builtin engine. */
void fuzz_check_document(const struct html_tree *tree);

/* The tree as text, the same for the same tree; neighbouring texts are one, and there is no doctype: gumbo's
 * adapter puts it before all comments. */
void fuzz_print(struct buf *out, const struct html_tree *tree);

#endif
