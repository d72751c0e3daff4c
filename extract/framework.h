/* SPDX-License-Identifier: Apache-2.0 */
/* framework.h: which documentation generator or wiki made a page, told by what it leaves in its pages: its own name
 * (generator, comments), else ids, classes and files that are its alone. It serves the plan of a crawl and where
 * versions and languages are looked for; the content of a page is content.h's matter, which needs none of this.
 *
 * To know another one, add a line to the table and its marks to framework.c. Pure; one walk over the tree. */
#ifndef WEBKEEP_EXTRACT_FRAMEWORK_H
#define WEBKEEP_EXTRACT_FRAMEWORK_H

#include "extract/html/html.h"

/* clang-format off */
#define FRAMEWORK_TABLE(X)                   \
    X(FRAMEWORK_SPHINX,      "Sphinx")       \
    X(FRAMEWORK_DOCUSAURUS,  "Docusaurus")   \
    X(FRAMEWORK_MKDOCS,      "MkDocs")       \
    X(FRAMEWORK_GITBOOK,     "GitBook")      \
    X(FRAMEWORK_JAVADOC,     "Javadoc")      \
    X(FRAMEWORK_RUSTDOC,     "rustdoc")      \
    X(FRAMEWORK_MEDIAWIKI,   "MediaWiki")    \
    X(FRAMEWORK_HUGO,        "Hugo")         \
    X(FRAMEWORK_VITEPRESS,   "VitePress")    \
    X(FRAMEWORK_VUEPRESS,    "VuePress")     \
    X(FRAMEWORK_DOXYGEN,     "Doxygen")      \
    X(FRAMEWORK_MDBOOK,      "mdBook")       \
    X(FRAMEWORK_ANTORA,      "Antora")       \
    X(FRAMEWORK_STARLIGHT,   "Starlight")    \
    X(FRAMEWORK_DOKUWIKI,    "DokuWiki")     \
    X(FRAMEWORK_DOCBOOK,     "DocBook XSL")  \
    X(FRAMEWORK_ASCIIDOCTOR, "Asciidoctor")  \
    X(FRAMEWORK_DOCFX,       "DocFX")        \
    X(FRAMEWORK_DOCSIFY,     "Docsify")      \
    X(FRAMEWORK_EXDOC,       "ExDoc")        \
    X(FRAMEWORK_TYPEDOC,     "TypeDoc")      \
    X(FRAMEWORK_TEXINFO,     "GNU Texinfo")
/* clang-format on */

enum framework_id {
    FRAMEWORK_NONE,
#define X(id, name) id,
    FRAMEWORK_TABLE(X)
#undef X
        FRAMEWORKS
};

struct framework {
    enum framework_id id;
    struct str version; /* the framework's own, "5.3.0"; a slice of the tree; empty: it does not say */
};

/* id: not FRAMEWORK_NONE. */
const char *framework_name(enum framework_id id);

/* A page that several claim (a theme in another's page) is the one's that names itself, else the first one's. */
struct framework framework_of(const struct html_tree *tree);

/* ---- for the tests of the tables ---- */

/* The first line that does not stand where a search by halves looks for it, or -1. */
int framework_marks_unsorted(void);

#endif
