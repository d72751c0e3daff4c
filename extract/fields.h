/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h: the parts of a page that programs ask for by kind: headings, code, tables, images, dates.
 * In document order, bounded, in the arena of the page. */
#ifndef WEBKEEP_EXTRACT_FIELDS_H
#define WEBKEEP_EXTRACT_FIELDS_H

#include "base/url.h"
#include "extract/html/html.h"

/* The most of each kind; further ones are not read and `cut` is set. */
#define FIELDS_MAX 10000
#define FIELD_TEXT_MAX_BYTES 4000

struct field_heading {
    int level;       /* 1 to 6 */
    struct str text; /* white space folded */
    struct str id;   /* of the heading, or of the section it opens; may be empty */
};

struct field_code {
    struct str language; /* as the page names it: "python"; may be empty */
    struct str text;     /* white space as it stands, without a line feed at the ends */
};

struct field_row {
    struct str *cells; /* white space folded */
    unsigned n_cells;
    bool header; /* in <thead>, or all cells are <th> */
};

/* Tables inside tables are tables of their own. */
struct field_table {
    struct str caption;
    struct field_row *rows;
    unsigned n_rows;
};

struct field_image {
    struct str src; /* absolute */
    struct str alt;
};

struct fields {
    struct field_heading *headings;
    struct field_code *codes;
    struct field_table *tables;
    struct field_image *images;
    unsigned n_headings, n_codes, n_tables, n_images;
    struct str published, modified; /* as written by the page; empty: not said */
    bool cut;
};

/* ST_LIMIT or ST_NOMEM: the arena ended. */
enum status fields_read(const struct html_tree *tree, const struct url *base, struct arena *arena,
                        struct fields **ret_fields) MUST_USE;

#endif
