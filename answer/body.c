/* SPDX-License-Identifier: Apache-2.0 */
/* body.c: the text of a page as a value: the Markdown of its content (content.h), or, where that can't be told apart, without
 * navigation, header, footer and what stands beside it, by what the elements say of themselves (region.h). The Markdown that the
 * page was given anyway is taken when it is shorter, as its content was asked for alone then. */
#include "answer/find.h"

#include "extract/content.h"
#include "extract/markdown.h"
#include "extract/region.h"

enum { BODY_MAX = 16 << 20, FINDER_BYTES = 64 << 20 };

static struct str absolute(void *user, uint32_t node, struct str href)
{
    const struct facts *facts = user;
    struct url url;
    (void)node;
    return facts->has_base && url_parse(facts->arena, href, &facts->base, &url) == OK ? url.href
                                                                                      : STR_NONE;
}

/* A bit for each node that is none of the body. The title's own header is part of it. */
static uint8_t *beside(const struct facts *facts)
{
    const struct html_tree *tree = facts->view.tree;
    uint8_t *skip = ARENA_ARRAY(facts->arena, uint8_t, tree->n_nodes / 8 + 1);
    struct region_path path = {.n = 0};
    for (uint32_t node = html_next(tree, 0, 0); skip && node; node = html_next(tree, node, 0)) {
        region_reach(&path, node);
        if (tree->nodes[node].type != HTML_ELEMENT)
            continue;
        region_enter(&path, tree, node);
        if (path.now.region != REGION_MAIN)
            skip[node / 8] |= (uint8_t)(1u << node % 8);
    }
    return skip;
}

static struct str write(struct facts *facts, uint32_t top, const uint8_t *skip)
{
    const struct markdown_links links = {absolute, facts};
    struct buf text;
    struct str body = STR_NONE;
    buf_init(&text, BODY_MAX);
    markdown_write_part(facts->view.tree, top, &(struct markdown_part){.skip = skip}, &links, &text);
    if (text.status == OK && text.n)
        body = arena_str(facts->arena, buf_str(&text));
    buf_fini(&text);
    return body;
}

static struct str content_of(struct facts *facts)
{
    struct content_finder *finder = content_finder_create(FINDER_BYTES);
    struct content content;
    struct str body = STR_NONE;
    if (finder && content_find(finder, facts->view.tree, facts->url_text, &content) == OK &&
        content.how != CONTENT_FELL_BACK)
        body = write(facts, content.root, content.skip);
    content_finder_destroy(finder);
    return body;
}

struct str body_of(struct facts *facts)
{
    struct str whole = facts->doc->markdown, body = content_of(facts);
    uint8_t *skip = body.n ? NULL : beside(facts);
    if (skip)
        body = write(facts, 0, skip);
    return body.n && body.n < whole.n ? body : whole;
}
