/* SPDX-License-Identifier: Apache-2.0 */
/* doc_compare.h: the first place in which two documents differ that were read from one page: links with all that
 * is known of them, text, Markdown, title, description, language, canonical URL, limits. */
#ifndef WEBKEEP_TESTS_DOC_COMPARE_H
#define WEBKEEP_TESTS_DOC_COMPARE_H

#include "extract/extract.h"

#include <stdio.h>

struct doc_difference {
    const char *what; /* NULL: there is none */
    struct str a, b;  /* from a little before the place on; slices of the documents */
};

static inline bool doc_strs_differ(const char *what, struct str a, struct str b,
                                   struct doc_difference *ret)
{
    if (str_eq(a, b))
        return false;
    size_t at = 0;
    while (at < a.n && at < b.n && a.p[at] == b.p[at])
        at++;
    size_t from = at > 40 ? at - 40 : 0;
    *ret = (struct doc_difference){what, str_from(a, from), str_from(b, from)};
    return true;
}

static inline bool doc_links_differ(const struct doc *a, const struct doc *b, struct doc_difference *ret)
{
    for (unsigned i = 0; i < a->n_links && i < b->n_links; i++) {
        const struct link *x = &a->links[i], *y = &b->links[i];
        if (doc_strs_differ("link", x->url, y->url, ret) ||
            doc_strs_differ("link text", x->text, y->text, ret) ||
            doc_strs_differ("link title", x->title, y->title, ret))
            return true;
        if (x->region != y->region || x->rel != y->rel) {
            *ret = (struct doc_difference){"region or rel of a link", x->url, y->url};
            return true;
        }
    }
    if (a->n_links == b->n_links)
        return false;
    *ret =
        (struct doc_difference){"number of links", a->n_links ? a->links[a->n_links - 1].url : STR_NONE,
                                b->n_links ? b->links[b->n_links - 1].url : STR_NONE};
    return true;
}

static inline struct doc_difference doc_compare(const struct doc *a, const struct doc *b)
{
    struct doc_difference d = {0};
    bool differ = doc_links_differ(a, b, &d) || doc_strs_differ("text", a->text, b->text, &d) ||
                  doc_strs_differ("Markdown", a->markdown, b->markdown, &d) ||
                  doc_strs_differ("title", a->title, b->title, &d) ||
                  doc_strs_differ("description", a->description, b->description, &d) ||
                  doc_strs_differ("language", a->language, b->language, &d) ||
                  doc_strs_differ("canonical", a->canonical, b->canonical, &d);
    if (!differ && (a->cuts != b->cuts || a->flags != b->flags))
        d.what = "limits or flags";
    return d;
}

static inline void doc_difference_print(FILE *to, const char *path, const struct doc_difference *d)
{
    fprintf(to, "%s: %s\n    gumbo   \"%.*s\"\n    builtin \"%.*s\"\n", path, d->what,
            STR_ARG(str_head(d->a, 100)), STR_ARG(str_head(d->b, 100)));
}

#endif
