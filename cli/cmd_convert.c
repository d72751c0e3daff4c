/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_convert.c: the extract room on stdin: a page to Markdown, or a stream of pages, one JSON object a line
 * each way: in `id`, `html`, `url`; out `id` and `markdown`, `text` or `data`. Also `version`. */
#include "cli/commands.h"

#include "base/json.h"
#include "answer/answer.h"
#include "answer/money.h"
#include "answer/product.h"
#include "extract/extract.h"
#include "extract/front_matter.h"
#include "extract/item.h"
#include "extract/page_meta.h"

#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX_BYTES (256u << 20)

struct converter {
    struct extractor *extractor;
    struct arena arena;
    struct extract_options options;
    struct buf page; /* one page, padded for the parser */
};

static bool converter_init(struct converter *c, const struct args *args)
{
    const struct config *config = &args->config;
    const struct html_limits limits = html_limits_of(config);
    *c = (struct converter){.extractor =
                                extractor_create((enum html_engine)config->extract_parser, &limits)};
    arena_init(&c->arena, config->page_arena_bytes, 64 * 1024);
    buf_init(&c->page, INPUT_MAX_BYTES);
    c->options = (struct extract_options){.want = EXTRACT_MARKDOWN,
                                          .max_links = config->extract_links,
                                          .max_markdown_bytes = config->extract_markdown_bytes,
                                          .content_only = args->content_only,
                                          .relative_links = args->relative_links};
    return c->extractor != NULL;
}

static void converter_fini(struct converter *c)
{
    extractor_destroy(c->extractor);
    arena_fini(&c->arena);
    buf_fini(&c->page);
}

/* c->page is read; doc lives until the next call. */
static enum status convert(struct converter *c, struct str url, struct str type, struct doc *ret_doc)
{
    arena_reset(&c->arena, 1 << 20);
    c->options.url = url.n ? url : STR_LIT("about:blank");
    c->options.content_type = type;
    if (!buf_terminate(&c->page))
        return ST_NOMEM;
    return extract_document(c->extractor, &c->options, buf_str(&c->page), &c->arena, ret_doc);
}

/* ---- one page ---- */

/* Of a page from stdin nobody knows when it was fetched; its hash is that of the bytes as they came. */
static enum status put_front_matter(const struct converter *c, struct str url, const struct doc *doc)
{
    struct sha256_ctx *ctx = sha256_create();
    if (!ctx)
        return ST_NOMEM;
    const struct sha256 hash = sha256_of(ctx, buf_str(&c->page), STR_NONE);
    struct front_matter front = {.url = url, .hash = &hash};
    struct buf out;
    buf_init(&out, INPUT_MAX_BYTES);
    front_matter_take(&front, doc);
    front_matter_put(&front, &out);
    enum status st = out.status;
    if (st == OK)
        fwrite(out.p, 1, out.n, stdout);
    buf_fini(&out);
    sha256_destroy(ctx);
    return st;
}

static int convert_stdin(struct args *args, struct converter *c)
{
    char chunk[16384];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        buf_put(&c->page, chunk, n);
    if (ferror(stdin) || c->page.status != OK)
        return complain(EXIT_USAGE, "stdin can't be read, or holds more than %u MiB",
                        INPUT_MAX_BYTES >> 20);
    struct doc doc;
    enum status st = convert(c, args->url, STR_LIT("text/html"), &doc);
    if (st == ST_INPUT)
        return complain(EXIT_USAGE, "--url: '%.*s' is not a URL", STR_ARG(args->url));
    if (st == OK && args->front_matter)
        st = put_front_matter(c, args->url, &doc);
    if (st != OK)
        return complain(EXIT_NOTHING, "the page can't be converted: %s", status_text(st));
    fwrite(doc.markdown.p ? doc.markdown.p : "", 1, doc.markdown.n, stdout);
    return EXIT_DONE;
}

/* ---- a stream of pages ---- */

enum answer_kind { AS_MARKDOWN, AS_TEXT, AS_DATA };

static int parse_as(const struct args *args, enum answer_kind *ret_as)
{
    static const char *const names[] = {"markdown", "text", "data"};
    *ret_as = AS_MARKDOWN;
    for (size_t i = 0; args->as.n && i < ARRAY_LEN(names); i++) {
        if (str_is(args->as, names[i])) {
            *ret_as = (enum answer_kind)i;
            return EXIT_DONE;
        }
    }
    return args->as.n
               ? complain(EXIT_USAGE, "--as: '%.*s' is none of markdown, text, data", STR_ARG(args->as))
               : EXIT_DONE;
}

static void put_pair(struct json_out *out, const char *name, struct str s)
{
    if (s.n) {
        json_key(out, name);
        json_put_str(out, s);
    }
}

static void put_framework(struct json_out *out, const struct framework *framework)
{
    if (framework->id == FRAMEWORK_NONE)
        return;
    json_key(out, "framework");
    json_begin(out, '{');
    put_pair(out, "name", str_of(framework_name(framework->id)));
    put_pair(out, "version", framework->version);
    json_end(out, '}');
}

/* The page's own title where there is one, its authors in one text, and the day it was published. */
static void put_meta(struct json_out *out, const struct doc *doc)
{
    const struct page_meta *meta = doc->meta;
    struct buf authors;
    put_pair(out, "title", meta && meta->headline.n ? meta->headline : doc->title);
    if (!meta)
        return;
    buf_init(&authors, META_AUTHORS_MAX * (META_TEXT_MAX_BYTES + 2));
    for (unsigned i = 0; i < meta->n_authors; i++) {
        buf_puts(&authors, i ? ", " : "");
        buf_put_str(&authors, meta->authors[i]);
    }
    put_pair(out, "author", buf_str(&authors));
    buf_fini(&authors);
    put_pair(out, "date", meta->published);
    json_key(out, "metadata");
    json_begin(out, '{');
    put_pair(out, "description", doc->description);
    put_pair(out, "language", doc->language);
    put_pair(out, "canonical", doc->canonical);
    page_meta_put(meta, out);
    put_framework(out, &doc->framework);
    json_end(out, '}');
}

static void put_answer(struct json_out *out, enum answer_kind as, const struct doc *doc)
{
    put_meta(out, doc);
    if (as == AS_MARKDOWN) {
        json_key(out, "markdown");
        json_put_str(out, doc->markdown);
    } else if (as == AS_TEXT) {
        json_key(out, "text");
        json_put_str(out, doc->text);
    }
}

/* Fields named by the line's prompt and schema; "declined" when none was understood. */
static void put_data(struct json_out *out, const struct json *line, const struct doc *doc,
                     struct str url)
{
    struct asker *asker = NULL;
    struct answer_info info;
    struct diag diag;
    struct answer_row read;
    struct buf schema, row;
    const struct json *given = json_get(line, "schema");
    buf_init(&schema, 1 << 20);
    buf_init(&row, INPUT_MAX_BYTES);
    if (given && json_type(given) == JSON_OBJECT)
        json_copy(given, &schema);
    const struct question question = {.prompt = json_str(json_get(line, "prompt"), STR_LIT("")),
                                      .schema = schema.n ? buf_str(&schema) : STR_NONE,
                                      .strict = true};
    bool answered = asker_create(&question, &asker, &diag) == OK &&
                    answer_page(asker, url, doc, &row, &info) == OK &&
                    answer_row_read(buf_str(&row), &read) == OK && str_is_set(read.data);
    json_key(out, answered ? "data" : "declined");
    if (answered)
        json_put_raw(out, read.data);
    else
        json_put_bool(out, true);
    asker_destroy(asker);
    buf_fini(&schema);
    buf_fini(&row);
}

/* A line that names a kind of items gets all of them as they stand on the page. */
static bool put_items(struct converter *c, struct json_out *out, struct str kind, const struct doc *doc)
{
    static const struct str kinds[] = {
        [ITEM_JSONLD] = {"json-ld", 7}, [ITEM_MICRODATA] = {"microdata", 9}, [ITEM_RDFA] = {"rdfa", 4}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct items items;
        if (!str_eq(kind, kinds[i]) || !doc->tree ||
            items_of_tree(doc->tree, NULL, 1u << i, &c->arena, &items) != OK)
            continue;
        json_key(out, "data");
        items_put(&items, (enum item_source)i, out);
        return true;
    }
    return false;
}

/* A line of kind "price" has no page: its text, and what may stand beside it, are read as a price. */
static void put_price(struct json_out *out, const struct json *line)
{
    const struct price price = price_read(json_str(json_get(line, "text"), STR_LIT("")),
                                          json_str(json_get(line, "hint"), STR_LIT("")));
    json_key(out, "data");
    json_begin(out, '{');
    json_key(out, "amount");
    if (price.has_amount)
        json_put_double(out, price.amount);
    else
        json_put_null(out);
    json_key(out, "currency");
    if (str_is_set(price.currency))
        json_put_str(out, price.currency);
    else
        json_put_null(out);
    json_end(out, '}');
}

/* A line of kind "product" gets what its page sells. */
static void put_product(struct converter *c, struct json_out *out, const struct doc *doc, struct str url)
{
    static const char *const stocks[] = {[STOCK_IN] = "InStock", [STOCK_OUT] = "OutOfStock"};
    struct product product;
    if (!doc->tree || product_read(doc, url, &c->arena, &product) != OK)
        return;
    json_key(out, "data");
    json_begin(out, '{');
    if (product.has_price) {
        json_key(out, "price");
        json_put_double(out, product.price);
    }
    put_pair(out, "currency", str_of(product.currency));
    put_pair(out, "sku", product.sku);
    put_pair(out, "availability", product.stock ? str_of(stocks[product.stock]) : STR_NONE);
    json_end(out, '}');
}

static int convert_line(struct converter *c, enum answer_kind as, struct str text, unsigned long number)
{
    const struct json_limits limits = {
        .max_bytes = INPUT_MAX_BYTES, .max_depth = 64, .replace_nul = true};
    struct json_doc *json;
    struct diag diag = {0};
    if (json_parse(text, &limits, &json, &diag) != OK)
        return complain(EXIT_USAGE, "line %lu: %s", number, diag.text);
    const struct json *root = json_root(json);
    struct str url = json_str(json_get(root, "url"), STR_LIT(""));
    struct doc doc = {0};
    buf_reset(&c->page);
    buf_put_str(&c->page, json_str(json_get(root, "html"), STR_LIT("")));
    enum status st = convert(c, url, STR_LIT("text/html;charset=utf-8"), &doc);
    if (st == ST_INPUT)
        st = convert(c, STR_NONE, STR_LIT("text/html;charset=utf-8"), &doc);
    struct buf buf;
    struct json_out out;
    buf_init(&buf, INPUT_MAX_BYTES);
    json_out_init(&out, &buf, 0);
    json_begin(&out, '{');
    json_key(&out, "id");
    json_put_value(&out, json_get(root, "id"));
    if (st != OK)
        put_pair(&out, "error", str_of(status_text(st)));
    else if (as == AS_DATA && str_is(json_str(json_get(root, "kind"), STR_NONE), "price"))
        put_price(&out, root);
    else if (as == AS_DATA && str_is(json_str(json_get(root, "kind"), STR_NONE), "product"))
        put_product(c, &out, &doc, url);
    else if (as == AS_DATA && put_items(c, &out, json_str(json_get(root, "kind"), STR_NONE), &doc))
        ; /* done */
    else if (as == AS_DATA)
        put_data(&out, root, &doc, url);
    else
        put_answer(&out, as, &doc);
    json_end(&out, '}');
    printf("%.*s\n", (int)buf.n, buf.p);
    fflush(stdout);
    buf_fini(&buf);
    json_doc_destroy(json);
    return st == OK ? EXIT_DONE : EXIT_PARTIAL;
}

static int convert_lines(struct converter *c, enum answer_kind as)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    int code = EXIT_DONE;
    c->options.want |= EXTRACT_FRAMEWORK;
    c->options.want |= as == AS_TEXT   ? EXTRACT_TEXT
                       : as == AS_DATA ? EXTRACT_FIELDS | EXTRACT_LINKS | EXTRACT_TREE
                                       : 0u;
    for (unsigned long number = 1; (n = getline(&line, &size, stdin)) > 0; number++) {
        struct str text = str_trim(str_make(line, (size_t)n));
        int one = text.n ? convert_line(c, as, text, number) : EXIT_DONE;
        code = one != EXIT_DONE ? one : code;
    }
    free(line);
    return code;
}

int cmd_convert(struct args *args)
{
    struct converter c;
    enum answer_kind as;
    int code = parse_as(args, &as);
    if (code == EXIT_DONE && args->jsonl && args->front_matter)
        code = complain(EXIT_USAGE,
                        "--front-matter: with --jsonl the same is in title, author, date and metadata");
    if (code != EXIT_DONE)
        return code;
    if (converter_init(&c, args))
        code = args->jsonl ? convert_lines(&c, as) : convert_stdin(args, &c);
    else
        code = complain(EXIT_STORAGE, "out of memory");
    converter_fini(&c);
    return code;
}

int cmd_version(struct args *args)
{
    (void)args;
    printf("webkeep " WEBKEEP_VERSION "\n");
    return EXIT_DONE;
}
