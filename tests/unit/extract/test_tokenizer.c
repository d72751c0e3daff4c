/* SPDX-License-Identifier: Apache-2.0 */
/* test_tokenizer.c: html5lib's tokenizer cases, each in all the states it names. The tokens are written down
 * as text, one form for what came out and for what should. */
#include "extract/html/input.h"
#include "extract/html/tokens.h"
#include "tests/jsontext.h"

static const struct html_limits limits = {
    .memory_bytes = 64 << 20, .nodes = 1 << 20, .depth = 512, .attrs = 1024};

static struct html_build build;
static struct tokens tokens;
static struct buf input, copy, want, got, scratch;
static bool twice; /* the case is escaped twice */
static size_t runs;

/* ---- what should come out ---- */

/* A string of the case; null is "-". */
static void put_string(struct buf *out, struct str raw)
{
    if (!jsontext_read(raw, &scratch)) {
        buf_putc(out, '-');
        return;
    }
    if (!twice) {
        buf_put_str(out, buf_str(&scratch));
        return;
    }
    struct buf quoted;
    buf_init(&quoted, 1 << 20);
    buf_putc(&quoted, '"');
    for (size_t i = 0; i < scratch.n; i++) {
        if (scratch.p[i] == '"')
            buf_putc(&quoted, '\\');
        buf_putc(&quoted, scratch.p[i]);
    }
    buf_putc(&quoted, '"');
    NEED(jsontext_read(buf_str(&quoted), &scratch));
    buf_put_str(out, buf_str(&scratch));
    buf_fini(&quoted);
}

/* The next item of an array, or member of an object, whose inside rest is; STR_NONE at its end. */
static struct str next_item(struct str *rest)
{
    *rest = str_trim(*rest);
    if (rest->n == 0)
        return STR_NONE;
    size_t n = jsontext_length(*rest);
    struct str item = str_trim(str_head(*rest, n));
    *rest = str_from(*rest, n + 1);
    return item;
}

static struct str inside(struct str raw)
{
    return str_make(raw.p + 1, raw.n - 2);
}

/* "name": value pairs come as one item up to the comma. */
static void want_attrs(struct str object)
{
    struct str rest = inside(object);
    for (struct str item; (item = next_item(&rest)).n;) {
        size_t end = 1;
        while (item.p[end] != '"')
            end += item.p[end] == '\\' ? 2 : 1;
        buf_puts(&want, "\n @");
        put_string(&want, str_head(item, end + 1));
        buf_putc(&want, '=');
        struct str value = str_trim(str_from(item, end + 1));
        put_string(&want, str_trim(str_from(value, 1)));
    }
}

static void want_token(struct str token)
{
    struct str rest = inside(token), kind = inside(next_item(&rest));
    if (str_is(kind, "Character")) {
        put_string(&want, next_item(&rest));
        return;
    }
    buf_printf(&want, "\n%.*s ", STR_ARG(kind));
    put_string(&want, next_item(&rest));
    if (str_is(kind, "StartTag")) {
        want_attrs(next_item(&rest));
        buf_puts(&want, next_item(&rest).n ? "/\n" : "\n");
    } else if (str_is(kind, "DOCTYPE")) {
        for (int i = 0; i < 2; i++) {
            buf_putc(&want, '|');
            put_string(&want, next_item(&rest));
        }
        buf_puts(&want, str_is(next_item(&rest), "true") ? " good\n" : " quirks\n");
    } else {
        buf_putc(&want, '\n');
    }
}

/* ---- what comes out ---- */

static void put_slice(bool has, struct html_slice s)
{
    if (has)
        buf_put_str(&got, html_build_text(&build, s));
    else
        buf_putc(&got, '-');
}

/* The cases have them in order of their names. */
static void sort_attrs(const struct token *token)
{
    struct html_attr *attrs = build.attrs + token->attrs;
    for (uint32_t i = 1; i < token->n_attrs; i++)
        for (uint32_t k = i; k > 0; k--) {
            struct html_attr before = attrs[k - 1], here = attrs[k];
            if (str_cmp(html_build_name_text(&build.names, before.name),
                        html_build_name_text(&build.names, here.name)) < 0)
                break;
            attrs[k - 1] = here;
            attrs[k] = before;
        }
}

static void put_token(const struct token *token)
{
    const struct token_doctype *d = &token->doctype;
    switch (token->kind) {
    case TOKEN_START:
        buf_printf(&got, "\nStartTag %.*s", STR_ARG(html_build_name_text(&build.names, token->name)));
        sort_attrs(token);
        for (uint32_t i = token->attrs; i < token->attrs + token->n_attrs; i++) {
            const struct html_attr *a = &build.attrs[i];
            buf_printf(&got, "\n @%.*s=", STR_ARG(html_build_name_text(&build.names, a->name)));
            put_slice(true, (struct html_slice){a->at, a->n, a->in_side});
        }
        buf_puts(&got, token->self_closing ? "/\n" : "\n");
        return;
    case TOKEN_END:
        buf_printf(&got, "\nEndTag %.*s\n", STR_ARG(html_build_name_text(&build.names, token->name)));
        return;
    case TOKEN_COMMENT:
        buf_puts(&got, "\nComment ");
        put_slice(true, token->text);
        buf_putc(&got, '\n');
        return;
    case TOKEN_DOCTYPE:
        buf_puts(&got, "\nDOCTYPE ");
        put_slice(d->has_name, d->name);
        buf_putc(&got, '|');
        put_slice(d->has_public_id, d->public_id);
        buf_putc(&got, '|');
        put_slice(d->has_system_id, d->system_id);
        buf_puts(&got, d->force_quirks ? " quirks\n" : " good\n");
        return;
    default:
        put_slice(true, token->text);
    }
}

static void run(enum tokens_mode mode, struct str last_start, struct str description)
{
    struct str body;
    struct token token;
    NEED(buf_terminate(&input));
    NEED(input_prepare(buf_str(&input), &copy, &body) == OK);
    NEED(html_build_begin(&build, body) == OK);
    tokens_begin(&tokens, &build);
    tokens.mode = mode;
    if (last_start.n)
        tokens.last_start = html_build_name(&build, last_start);
    buf_reset(&got);
    for (tokens_next(&tokens, &token); token.kind != TOKEN_EOF; tokens_next(&tokens, &token))
        put_token(&token);
    if (!CHECK_STR(buf_str(&got), buf_str(&want)))
        fprintf(stderr, "    case \"%.*s\"\n", STR_ARG(description));
    runs++;
}

static enum tokens_mode mode_of(struct str state)
{
    static const struct {
        const char *name;
        enum tokens_mode mode;
    } states[] = {
        {"\"Data state\"", TOKENS_DATA},           {"\"RCDATA state\"", TOKENS_RCDATA},
        {"\"RAWTEXT state\"", TOKENS_RAWTEXT},     {"\"Script data state\"", TOKENS_SCRIPT},
        {"\"PLAINTEXT state\"", TOKENS_PLAINTEXT}, {"\"CDATA section state\"", TOKENS_CDATA},
    };
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (str_is(state, states[i].name))
            return states[i].mode;
    NEED(!"a known state");
    return TOKENS_DATA;
}

static void one_case(struct str line)
{
    twice = str_is(jsontext_get(line, "doubleEscaped"), "true");
    buf_reset(&input);
    buf_reset(&want);
    put_string(&input, jsontext_get(line, "input"));
    struct str output = inside(jsontext_get(line, "output"));
    for (struct str token; (token = next_item(&output)).n;)
        want_token(token);
    struct str last = jsontext_get(line, "lastStartTag"), states = jsontext_get(line, "initialStates");
    struct str description = jsontext_get(line, "description");
    last = last.n ? inside(last) : last;
    if (states.n == 0) {
        run(TOKENS_DATA, last, description);
        return;
    }
    states = inside(states);
    for (struct str state; (state = next_item(&states)).n;)
        run(mode_of(state), last, description);
}

static void test_cases(void)
{
    static const struct {
        const char *file;
        size_t cases;
    } files[] = {
        {"contentModelFlags", 7},
        {"domjs", 19},
        {"entities", 41},
        {"escapeFlag", 2},
        {"namedEntities", 2061},
        {"numericEntities", 155},
        {"test1", 32},
        {"test2", 20},
        {"test3", 793},
        {"test4", 42},
        {"unicodeChars", 171},
        {"unicodeCharsProblematic", 3},
        {"xmlViolation", 1},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        snprintf(path, sizeof path, "tests/data/html5lib/tokenizer/%s.jsonl", files[i].file);
        CHECK_INT(jsontext_each(path, one_case), files[i].cases);
    }
    CHECK_INT(runs, 3469);
}

int main(void)
{
    NEED(html_build_init(&build, &limits) == OK);
    NEED(tokens_init(&tokens));
    buf_init(&input, 1 << 20);
    buf_init(&copy, 1 << 20);
    buf_init(&want, 1 << 20);
    buf_init(&got, 1 << 20);
    buf_init(&scratch, 1 << 20);
    RUN(test_cases);
    html_build_fini(&build);
    tokens_fini(&tokens);
    buf_fini(&input);
    buf_fini(&copy);
    buf_fini(&want);
    buf_fini(&got);
    buf_fini(&scratch);
    return check_report();
}
