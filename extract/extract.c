/* SPDX-License-Identifier: Apache-2.0 */
/* extract.c: the order of the rooms: kind, charset, tree, metadata, links, fields, Markdown.
 *
 * The extractor holds what one page needs and the next may use again. Of a page's document only the Markdown
 * stands in it. */
#include "extract/extract.h"

#include "base/url.h"
#include "extract/charset.h"
#include "extract/content.h"
#include "extract/fields.h"
#include "extract/html/text.h"
#include "extract/links.h"
#include "extract/markdown.h"
#include "extract/metadata.h"
#include "extract/quality.h"
#include "extract/switcher.h"

#include <stdlib.h>

/* Below so much visible text what is meant for readers without scripts is read. */
enum { SEEN_BYTES_LEAST = 200 };

enum {
    CONTENT_BYTES = 160 << 20, /* with a tree of the most nodes below 256 MB in all */
    KEEP_TEXT_BYTES = 4 << 20,
    RESOLVE_BYTES = 1 << 20,
    RESOLVE_CHUNK_BYTES = 16 << 10
};

struct extractor {
    struct html_parser *parser;
    struct links *links;
    struct buf text;               /* the page as UTF-8, if it is not that itself */
    struct buf markdown;           /* of the last document */
    struct content_finder *finder; /* NULL: not asked for yet */
    struct arena resolving;
    struct buf absolute;
    struct url base; /* for resolve_link(), while Markdown is written */
    bool noted;      /* the page's links are in `links` */
};

struct extractor *extractor_create(enum html_engine engine, const struct html_limits *limits)
{
    struct extractor *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->parser = html_parser_create(engine, limits);
    x->links = links_create();
    buf_init(&x->text, SIZE_MAX / 4);
    buf_init(&x->markdown, 0);
    buf_init(&x->absolute, 2 * URL_MAX_BYTES);
    arena_init(&x->resolving, RESOLVE_BYTES, RESOLVE_CHUNK_BYTES);
    if (!x->parser || !x->links) {
        extractor_destroy(x);
        return NULL;
    }
    return x;
}

void extractor_destroy(struct extractor *x)
{
    if (!x)
        return;
    html_parser_destroy(x->parser);
    links_destroy(x->links);
    content_finder_destroy(x->finder);
    buf_fini(&x->text);
    buf_fini(&x->markdown);
    buf_fini(&x->absolute);
    arena_fini(&x->resolving);
    free(x);
}

/* ---- kind ---- */

static enum doc_kind sniff(struct str head)
{
    if (str_starts(head, STR_LIT("\xef\xbb\xbf")))
        head = str_from(head, 3);
    while (head.n && ascii_is_space(head.p[0]))
        head = str_from(head, 1);
    if (head.n == 0 || head.p[0] != '<')
        return DOC_OTHER;
    if (!str_starts(head, STR_LIT("<?xml")))
        return DOC_HTML;
    return memmem(head.p, head.n < 4096 ? head.n : 4096, "<html", 5) ? DOC_XHTML : DOC_OTHER;
}

enum doc_kind extract_kind(struct str content_type, struct str body_head)
{
    static const struct {
        struct str type;
        enum doc_kind kind;
    } kinds[] = {
        {{"text/html", 9}, DOC_HTML},
        {{"application/xhtml+xml", 21}, DOC_XHTML},
        {{"text/plain", 10}, DOC_TEXT},
        {{"text/markdown", 13}, DOC_MARKDOWN},
        {{"text/x-markdown", 15}, DOC_MARKDOWN},
    };
    struct str type = str_trim(str_head(content_type, str_find(content_type, ';')));
    if (type.n == 0)
        return sniff(body_head);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq_nocase(type, kinds[i].type))
            return kinds[i].kind;
    return DOC_OTHER;
}

/* ---- text ---- */

/* The page as UTF-8: itself, or a copy in x->text. */
static enum status decode(struct extractor *x, const struct extract_options *options, struct str body,
                          struct str *ret_text, struct charset_choice *ret_choice, size_t *ret_replaced)
{
    struct charset_choice choice = charset_choose(body, options->content_type);
    body = str_from(body, choice.bom_bytes);
    *ret_choice = choice;
    buf_shrink(&x->text, KEEP_TEXT_BYTES);
    if (str_is(charset_name(choice.charset), "utf-8") && utf8_valid_bytes(body) == body.n) {
        *ret_text = body;
        *ret_replaced = 0;
        return OK;
    }
    enum status st = charset_decode(choice.charset, body, &x->text, ret_replaced);
    if (st == OK)
        *ret_text = buf_str(&x->text);
    return st;
}

enum status extract_text(struct str content_type, struct str body, struct buf *out)
{
    struct charset_choice choice = charset_choose(body, content_type);
    size_t replaced;
    return charset_decode(choice.charset, str_from(body, choice.bom_bytes), out, &replaced);
}

/* ---- Markdown ---- */

static struct str resolve_link(void *user, uint32_t node, struct str href)
{
    struct extractor *x = user;
    struct url url;
    struct str noted = x->noted ? links_absolute(x->links, node, href, &x->absolute) : STR_NONE;
    if (str_is_set(noted))
        return noted;
    arena_reset(&x->resolving, RESOLVE_BYTES);
    if (href.n > URL_MAX_BYTES || url_parse(&x->resolving, href, &x->base, &url) != OK)
        return STR_NONE;
    return url.href;
}

/* What is in x->markdown is the document's. */
static enum status keep_markdown(struct extractor *x, struct doc *doc)
{
    enum status st = x->markdown.status;
    if (st == OK)
        doc->markdown = buf_str(&x->markdown);
    if (st != ST_LIMIT)
        return st;
    buf_shrink(&x->markdown, KEEP_TEXT_BYTES);
    doc->cuts |= CUT_MARKDOWN;
    return OK;
}

static void begin_markdown(struct extractor *x, const struct extract_options *options)
{
    size_t max = options->max_markdown_bytes;
    /* No capacity beyond the maximum: buf.c counts on it. */
    buf_shrink(&x->markdown, max < KEEP_TEXT_BYTES ? max : KEEP_TEXT_BYTES);
    x->markdown.max = max;
}

/* ---- content ---- */

/* Made when it is first asked for: few crawls do. A page too large for it is taken whole. */
static enum status find_content(struct extractor *x, const struct html_tree *tree, struct str url,
                                struct content *ret)
{
    *ret = (struct content){.how = CONTENT_FELL_BACK};
    if (!x->finder)
        x->finder = content_finder_create(CONTENT_BYTES);
    if (!x->finder)
        return ST_NOMEM;
    enum status st = content_find(x->finder, tree, url, ret);
    return st == ST_LIMIT ? OK : st;
}

/* ---- documents ---- */

static enum status keep_links(struct extractor *x, struct doc *doc)
{
    enum status st = links_end(x->links, &doc->links, &doc->n_links, &doc->links_cut);
    if (doc->links_cut)
        doc->cuts |= CUT_LINKS;
    return st;
}

/* A text that is too long is cut. */
static enum status keep_text(struct extractor *x, const struct html_tree *tree,
                             const struct content *content, size_t max, struct arena *arena,
                             struct doc *doc)
{
    buf_shrink(&x->markdown, max < KEEP_TEXT_BYTES ? max : KEEP_TEXT_BYTES);
    x->markdown.max = max;
    content_text(tree, content->root, content, &x->markdown);
    if (x->markdown.status == ST_NOMEM)
        return ST_NOMEM;
    doc->text = arena_str(arena, str_make(x->markdown.p, x->markdown.n));
    return arena->status;
}

static unsigned share_of(size_t part, size_t whole)
{
    return whole == 0 || part >= whole ? 1000 : (unsigned)(part * 1000 / whole);
}

/* Of the content alone it can't be said what was lost: the rest was left out on purpose. */
static void judge(const struct html_tree *tree, const struct markdown_count *count, bool content_only,
                  struct doc *doc)
{
    size_t text =
        doc->text_bytes - (count->hidden_text < doc->text_bytes ? count->hidden_text : doc->text_bytes);
    unsigned code = doc->code_blocks -
                    (count->hidden_code < doc->code_blocks ? count->hidden_code : doc->code_blocks);
    doc->text_share = doc->cuts & CUT_MARKDOWN ? 0 : share_of(count->text, text);
    doc->code_share = doc->cuts & CUT_MARKDOWN ? 0 : share_of(count->code, code);
    const struct quality_page seen = {.tree = tree,
                                      .title = doc->title,
                                      .markdown = doc->markdown,
                                      .text_bytes = doc->text_bytes,
                                      .replaced = doc->replaced,
                                      .text_share = content_only ? 1000 : doc->text_share,
                                      .code_share = content_only ? 1000 : doc->code_share};
    doc->quality = quality_read(&seen);
}

static enum status read_html(struct extractor *x, const struct extract_options *options, struct str text,
                             const struct url *page, struct arena *arena, struct doc *doc)
{
    const struct html_tree *tree;
    enum status st = html_parse(x->parser, text, &tree);
    if (st != OK)
        return st;
    doc->cuts = tree->cuts;
    if (options->want & EXTRACT_TREE)
        doc->tree = tree;
    x->noted = options->want & EXTRACT_LINKS;
    links_reset(x->links);
    metadata_read(tree, page, x->noted ? x->links : NULL, arena, doc, &x->base);
    if (options->want & EXTRACT_FRAMEWORK) {
        doc->framework = framework_of(tree);
        doc->framework.version = arena_str(arena, doc->framework.version);
        doc->switcher = switcher_of(tree, &x->base, arena);
        doc->n_menus = menu_scripts_of(tree, doc->framework.id, &x->base, arena, doc->menus);
    }
    if (x->noted) {
        links_begin(x->links, arena, &x->base, options->max_links);
        links_of_tree(x->links, arena, tree);
        links_of_header(x->links, arena, options->link);
        st = keep_links(x, doc);
    }
    if (st == OK && options->want & EXTRACT_FIELDS)
        st = fields_read(tree, &x->base, arena, &doc->fields);
    struct content content = {.how = CONTENT_NOT_ASKED, .noscript = doc->text_bytes < SEEN_BYTES_LEAST};
    if (st == OK && options->content_only)
        st = find_content(x, tree, options->url, &content);
    if (content.how == CONTENT_FELL_BACK)
        doc->flags |= DOC_NO_CONTENT;
    if (st == OK && options->want & EXTRACT_TEXT)
        st = keep_text(x, tree, &content, options->max_markdown_bytes, arena, doc);
    if (st == OK && options->want & EXTRACT_MARKDOWN) {
        begin_markdown(x, options);
        const struct markdown_count count = markdown_write_part(
            tree, content.root, &(struct markdown_part){content.skip, content.noscript},
            options->relative_links ? NULL : &(struct markdown_links){resolve_link, x}, &x->markdown);
        st = keep_markdown(x, doc);
        if (st == OK)
            judge(tree, &count, options->content_only, doc);
    }
    return st;
}

/* The first line that is "# title". */
static struct str markdown_title(struct arena *arena, struct str text)
{
    while (text.n) {
        size_t end = str_find(text, '\n');
        struct str line = str_trim(str_head(text, end));
        text = str_from(text, end + 1);
        if (!str_starts(line, STR_LIT("# ")))
            continue;
        line = str_trim(str_from(line, 2));
        while (line.n && line.p[line.n - 1] == '#')
            line.n--;
        return fold_copy(arena, line, TITLE_MAX_BYTES);
    }
    return STR_NONE;
}

/* Text and Markdown are their own Markdown. */
static enum status read_text(struct extractor *x, const struct extract_options *options, struct str text,
                             const struct url *page, struct arena *arena, struct doc *doc)
{
    bool gap = true;
    enum status st = OK;
    doc->base = url_without_fragment(page);
    doc->text_bytes = fold_count(text, &gap);
    doc->text_share = doc->code_share = 1000;
    if (doc->kind == DOC_MARKDOWN)
        doc->title = markdown_title(arena, text);
    if (options->want & EXTRACT_LINKS && doc->kind == DOC_MARKDOWN) {
        links_reset(x->links);
        links_begin(x->links, arena, page, options->max_links);
        links_of_markdown(x->links, arena, text);
        links_of_header(x->links, arena, options->link);
        st = keep_links(x, doc);
    }
    if (options->want & EXTRACT_TEXT)
        doc->text = fold_copy(arena, text, options->max_markdown_bytes);
    if (st == OK && options->want & EXTRACT_MARKDOWN) {
        begin_markdown(x, options);
        buf_put_str(&x->markdown, text);
        if (text.n && text.p[text.n - 1] != '\n')
            buf_putc(&x->markdown, '\n');
        st = keep_markdown(x, doc);
    }
    return st;
}

/* The head's word, where the page has none. */
static struct str canonical_of_head(const struct doc *doc)
{
    for (unsigned i = 0; i < doc->n_links; i++)
        if ((doc->links[i].rel & REL_CANONICAL) && str_starts(doc->links[i].url, STR_LIT("http")))
            return doc->links[i].url;
    return STR_LIT("");
}

enum status extract_document(struct extractor *x, const struct extract_options *options, struct str body,
                             struct arena *arena, struct doc *ret_doc)
{
    struct doc doc = {.kind = extract_kind(options->content_type, body)};
    struct url page;
    struct str text;
    struct charset_choice choice;
    size_t replaced;
    if (doc.kind == DOC_OTHER) {
        *ret_doc = doc;
        return ST_UNSUPPORTED;
    }
    enum status st = url_parse(arena, options->url, NULL, &page);
    if (st != OK)
        return st;
    st = decode(x, options, body, &text, &choice, &replaced);
    if (st != OK)
        return st;
    doc.charset = charset_name(choice.charset);
    doc.charset_source = choice.source;
    doc.replaced = replaced;
    if (replaced || choice.unknown_label)
        doc.flags |= DOC_UNDECODED;
    if (doc.kind == DOC_HTML || doc.kind == DOC_XHTML)
        st = read_html(x, options, text, &page, arena, &doc);
    else
        st = read_text(x, options, text, &page, arena, &doc);
    if (st == OK && !doc.canonical.n)
        doc.canonical = canonical_of_head(&doc);
    if (st == OK)
        st = arena->status;
    if (st == OK)
        *ret_doc = doc;
    return st;
}
