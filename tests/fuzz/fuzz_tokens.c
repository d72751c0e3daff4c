/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_tokens.c: the tokenizer alone, steered as the tree would steer it, and as it never would: raw text after
 * any start tag, CDATA anywhere.
 *
 * It must get on with every token, in order, and what it gives must be UTF-8 within the page or the side
 * buffer. */
#include "tests/fuzz/target.h"

#include "extract/charset.h"
#include "extract/html/input.h"
#include "extract/html/tokens.h"

#include <stdio.h>

static struct html_build build;
static struct tokens tokens;
static struct buf copy;
static size_t pages, counts[TOKEN_EOF + 1];

static void init(void)
{
    FUZZ_CHECK(html_build_init(&build, &fuzz_generous) == OK);
    FUZZ_CHECK(tokens_init(&tokens));
    buf_init(&copy, 1 << 24);
}

static void fini(void)
{
    printf("%zu pages; texts %zu, start tags %zu, end tags %zu, comments %zu, doctypes %zu\n", pages,
           counts[TOKEN_TEXT], counts[TOKEN_START], counts[TOKEN_END], counts[TOKEN_COMMENT],
           counts[TOKEN_DOCTYPE]);
    html_build_fini(&build);
    tokens_fini(&tokens);
    buf_fini(&copy);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_tokens", true, 40000, init, fini, 0};

static void check_slice(struct html_slice s)
{
    size_t bytes = s.in_side ? build.side.n : build.body.n;
    FUZZ_CHECK((uint64_t)s.at + s.n <= bytes);
    FUZZ_CHECK(s.n == 0 || utf8_valid_bytes(html_build_text(&build, s)) == s.n);
}

static void check_text(const struct token *token)
{
    struct str text = html_build_text(&build, token->text);
    FUZZ_CHECK(text.n > 0);
    FUZZ_CHECK(token->nul ? str_eq(text, STR_LIT("\0")) : !memchr(text.p, '\0', text.n));
    FUZZ_CHECK(token->text.in_side ||
               token->text.at + token->text.n == (size_t)(tokens.at - tokens.body));
}

static void check_tag(const struct token *token)
{
    FUZZ_CHECK(token->name < build.names.n_known);
    FUZZ_CHECK(token->n_attrs <= build.limits.attrs);
    FUZZ_CHECK(token->attrs + token->n_attrs == build.n_attrs);
    FUZZ_CHECK(token->kind == TOKEN_START || token->n_attrs == 0);
    for (uint32_t i = token->attrs; i < build.n_attrs; i++) {
        const struct html_attr *a = &build.attrs[i];
        FUZZ_CHECK(a->name != N_NONE && a->name < build.names.n_known);
        check_slice((struct html_slice){a->at, a->n, a->in_side});
        for (uint32_t k = token->attrs; k < i; k++)
            FUZZ_CHECK(build.attrs[k].name != a->name);
    }
}

static void check_token(const struct token *token)
{
    const struct token_doctype *d = &token->doctype;
    counts[token->kind]++;
    switch (token->kind) {
    case TOKEN_TEXT:
        check_slice(token->text);
        check_text(token);
        break;
    case TOKEN_START:
    case TOKEN_END:
        check_tag(token);
        break;
    case TOKEN_COMMENT:
        check_slice(token->text);
        break;
    case TOKEN_DOCTYPE:
        check_slice(d->name);
        check_slice(d->public_id);
        check_slice(d->system_id);
        FUZZ_CHECK(d->force_quirks || d->has_name);
        break;
    default:
        FUZZ_CHECK(tokens.at == tokens.end);
    }
}

/* What the tree would do after a start tag, or anything else. */
static void steer(const struct token *token, const struct fuzz_head *head)
{
    if (token->kind != TOKEN_START)
        return;
    switch (token->name) {
    case N_TITLE:
    case N_TEXTAREA:
        tokens.mode = TOKENS_RCDATA;
        break;
    case N_STYLE:
    case N_XMP:
        tokens.mode = TOKENS_RAWTEXT;
        break;
    case N_SCRIPT:
        tokens.mode = TOKENS_SCRIPT;
        break;
    case N_PLAINTEXT:
        tokens.mode = TOKENS_PLAINTEXT;
        break;
    case N_A:
        if (head->mode & 128)
            tokens.mode = (enum tokens_mode)(head->mode / 8 % (TOKENS_CDATA + 1));
        break;
    default:
        tokens.foreign = head->how & 64 || token->name == N_SVG;
    }
}

static void begin(const struct fuzz_head *head, struct str page)
{
    struct str body;
    enum html_ns ns;
    FUZZ_CHECK(input_prepare(fuzz_page(page), &copy, &body) == OK);
    FUZZ_CHECK(utf8_valid_bytes(body) == body.n);
    FUZZ_CHECK(body.n == 0 || !memchr(body.p, '\r', body.n));
    build.limits.attrs = fuzz_limits(head).attrs;
    FUZZ_CHECK(html_build_begin(&build, body) == OK);
    tokens_begin(&tokens, &build);
    tokens.mode = (enum tokens_mode)((head->mode & 7) % (TOKENS_CDATA + 1));
    tokens.last_start = html_build_name(&build, fuzz_context(head, &ns));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_head head;
    struct token token = {0};
    struct str page;
    if (!fuzz_head_read(data, n, &head, &page))
        return 0;
    begin(&head, page);
    pages++;
    do {
        const char *before = tokens.at;
        tokens_next(&tokens, &token);
        FUZZ_CHECK(tokens.at > before || token.kind == TOKEN_EOF);
        FUZZ_CHECK(tokens.at <= tokens.end);
        check_token(&token);
        steer(&token, &head);
    } while (token.kind != TOKEN_EOF);
    FUZZ_CHECK(build.status == OK && build.side.status == OK);
    return 0;
}
