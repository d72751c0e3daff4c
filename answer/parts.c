/* SPDX-License-Identifier: Apache-2.0 */
/* parts.c: which member of a part a field's name means. */
#include "answer/parts.h"

#include "extract/fields.h"

/* Parts of the page's structure that are objects of their own: code with its language, links with their texts. Members of other
 * names are none of theirs. */
static struct str part_of(const struct doc *doc, enum wish_kind wish, const struct field *f, unsigned i)
{
    static const char *const addresses =
        "url|src|href|link|links|image|images|address|uri|file|path|source|target";
    const struct fields *fields = doc->fields;
    bool language = fold_contains_any(f->folded, "language|lang", NULL).n > 0;
    bool words =
        fold_contains_any(f->folded, "alt|text|title|label|anchor|caption|name|description", NULL).n > 0;
    bool address = fold_contains_any(f->folded, addresses, NULL).n > 0;
    switch (wish) {
    case WISH_CODE:
        return language ? fields->codes[i].language
               : fold_contains_any(f->folded, "code|text|content|source|snippet|example|body|block",
                                   NULL)
                       .n
                   ? fields->codes[i].text
                   : STR_NONE;
    case WISH_IMAGES:
        return words ? fields->images[i].alt : address ? fields->images[i].src : STR_NONE;
    case WISH_LINKS:
        return words ? doc->links[i].text : address ? doc->links[i].url : STR_NONE;
    default:
        return fold_contains_any(f->folded, "id|anchor|slug", NULL).n ? fields->headings[i].id
               : words || fold_contains_any(f->folded, "heading|content|section", NULL).n
                   ? fields->headings[i].text
                   : STR_NONE;
    }
}

unsigned parts_count(const struct doc *doc, enum wish_kind wish)
{
    const struct fields *fields = doc->fields;
    return !fields                 ? 0
           : wish == WISH_CODE     ? fields->n_codes
           : wish == WISH_IMAGES   ? fields->n_images
           : wish == WISH_LINKS    ? doc->n_links
           : wish == WISH_HEADINGS ? fields->n_headings
                                   : 0;
}

struct value part_value(const struct doc *doc, enum wish_kind wish, const struct field *f, unsigned i)
{
    bool level = wish == WISH_HEADINGS && field_takes(f, SHAPE_NUMBER) &&
                 fold_contains_any(f->folded, "level|depth|rank", NULL).n;
    if (level)
        return (struct value){.sort = VALUE_NUMBER, .number = doc->fields->headings[i].level};
    struct str text =
        field_takes(f, SHAPE_STRING) && !f->n_options ? part_of(doc, wish, f, i) : STR_NONE;
    return (struct value){.sort = text.n ? VALUE_TEXT : VALUE_NONE, .text = text};
}
