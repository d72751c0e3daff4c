/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_code.c: code spans, fenced blocks with their language, and formulas.
 *
 * Fenced text is copied byte for byte: highlighters' spans vanish, line-number gutters are dropped, nothing
 * else is. */
#include "extract/html/text.h"
#include "extract/markdown_int.h"

/* --- class attributes --- */

#define CLASS_MAX 256 /* bytes of a class attribute that are read */

/* Takes the next token off *rest; an empty one at the end. */
static struct str next_token(struct str *rest)
{
    struct str s = str_trim(*rest);
    size_t n = 0;
    while (n < s.n && !ascii_is_space(s.p[n]))
        n++;
    *rest = str_from(s, n);
    return str_head(s, n);
}

bool md_class_has(struct str classes, struct str token)
{
    if (classes.n < token.n)
        return false;
    classes = str_head(classes, CLASS_MAX);
    for (struct str t; (t = next_token(&classes)).n;)
        if (str_eq(t, token))
            return true;
    return false;
}

bool md_class_has_any(struct str classes, const struct str *tokens, size_t n)
{
    classes = str_head(classes, CLASS_MAX);
    for (struct str t; (t = next_token(&classes)).n;)
        for (size_t i = 0; i < n; i++)
            if (tokens[i].n == t.n && tokens[i].p[0] == t.p[0] && memcmp(tokens[i].p, t.p, t.n) == 0)
                return true;
    return false;
}

/* --- spans --- */

void md_code_text(struct md *w, struct str s)
{
    for (size_t i = 0; i < s.n && w->out->status == OK;) {
        size_t from = i;
        bool folds = false;
        for (; i < s.n && ascii_is_space(s.p[i]); i++)
            folds |= s.p[i] == '\n';
        if (i > from)
            md_count_space(w);
        if (i > from && w->cell_pre && folds) {
            md_code_close(w);
            w->gap = w->out->n > w->line_at ? GAP_BREAK : GAP_NONE;
            continue;
        }
        if (folds && w->code_fresh)
            from = i; /* a line feed behind the tag is no content */
        if (i == s.n && i == from)
            return;
        if (!w->code_at || w->gap) {
            md_inline(w, CHAR_PUNCT);
            buf_putc(w->out, '`');
            w->code_at = w->out->n;
        }
        w->code_fresh = false;
        size_t word = i;
        if (i > from) {
            buf_putc(w->out, ' ');
            w->code_folded = folds;
        }
        for (from = i; i < s.n && !ascii_is_space(s.p[i]); i++)
            if (s.p[i] == '|' && w->flat == FLAT_CELL) {
                buf_put(w->out, s.p + from, i - from);
                buf_putc(w->out, '\\');
                from = i;
            }
        md_count_words(w, i - word);
        if (i > from)
            w->code_folded = false;
        buf_put(w->out, s.p + from, i - from);
    }
}

/* The element ends; the span is closed later, so that its neighbour may join. */
void md_code_leave(struct md *w)
{
    if (--w->code_depth == 0 && w->code_at && w->code_folded && w->out->n > w->code_at)
        w->out->n--; /* nor is a line feed before the end tag */
    w->code_folded = false;
}

/* The shortest run of backticks that doesn't occur in s. */
static unsigned free_ticks(struct str s)
{
    uint64_t seen = 1;
    for (size_t i = str_find(s, '`'); i < s.n;) {
        size_t n = 0;
        while (i < s.n && s.p[i] == '`')
            i++, n++;
        seen |= n < 64 ? (uint64_t)1 << n : 0;
        i += str_find(str_from(s, i), '`');
    }
    unsigned n = 1;
    while (n < 63 && seen >> n & 1)
        n++;
    return n;
}

static bool all_spaces(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ')
            return false;
    return true;
}

void md_code_close(struct md *w)
{
    if (!w->code_at)
        return;
    struct buf *out = w->out;
    size_t at = w->code_at;
    w->code_at = 0;
    if (out->status != OK)
        return;
    struct str s = str_make(out->p + at, out->n - at);
    if (s.n == 0) {
        out->n--;
        return;
    }
    unsigned ticks = free_ticks(s);
    char first = s.p[0], last = s.p[s.n - 1];
    bool pad = first == '`' || last == '`' || (first == ' ' && last == ' ' && !all_spaces(s));
    if (ticks == 1 && !pad) {
        buf_putc(out, '`');
        return;
    }
    size_t shift = ticks - 1u + pad, n = s.n;
    char *to = buf_room(out, 2 * shift + 1);
    if (!to)
        return;
    memmove(out->p + at + shift, out->p + at, n);
    memset(out->p + at, '`', ticks - 1u);
    memset(out->p + at + n + shift, '`', shift + 1);
    if (pad)
        out->p[at + shift - 1] = out->p[at + shift + n] = ' ';
    out->n += 2 * shift + 1;
}

/* --- languages --- */

static const char bare_languages[][12] = {
    "rust",   "python", "python3", "java",   "javascript", "js",      "typescript", "ts",      "c",
    "cpp",    "c++",    "csharp",  "go",     "ruby",       "php",     "perl",       "lua",     "swift",
    "kotlin", "sql",    "bash",    "sh",     "shell",      "html",    "xml",        "css",     "json",
    "yaml",   "toml",   "ini",     "diff",   "make",       "cmake",   "scala",      "haskell", "r",
    "julia",  "dart",   "elixir",  "erlang", "clojure",    "console",
};

static bool is_bare_language(struct str s)
{
    if (s.n >= sizeof bare_languages[0])
        return false;
    for (size_t i = 0; i < ARRAY_LEN(bare_languages); i++)
        if (s.p[0] == bare_languages[i][0] && str_is(s, bare_languages[i]))
            return true;
    return false;
}

/* Names that say "no highlighting". */
static bool is_no_language(struct str s)
{
    static const char *const none[] = {"default",     "none",        "text",   "plaintext", "plain",
                                       "notranslate", "nohighlight", "source", "wrap",      "wrapper"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        if (str_is(s, none[i]))
            return true;
    return s.n == 0;
}

static bool cut_prefix(struct str *s, const char *prefix)
{
    struct str p = str_of(prefix);
    if (!str_starts(*s, p) || s->n == p.n)
        return false;
    *s = str_from(*s, p.n);
    return true;
}

/* What a class attribute says of the language: STR_NONE nothing, an empty text that there is none. */
static struct str class_language(struct str classes, bool own)
{
    struct str bare = STR_NONE;
    classes = str_head(classes, CLASS_MAX);
    for (struct str t; (t = next_token(&classes)).n;) {
        if (cut_prefix(&t, "language-") || cut_prefix(&t, "lang-"))
            return is_no_language(t) ? STR_LIT("") : t;
        if (cut_prefix(&t, "highlight-source-") || cut_prefix(&t, "highlight-text-") ||
            cut_prefix(&t, "mw-highlight-lang-") || cut_prefix(&t, "highlight-") ||
            cut_prefix(&t, "source-")) {
            if (str_is(t, "python3") || str_is(t, "ipython3"))
                return STR_LIT("python");
            return is_no_language(t) ? STR_LIT("") : t;
        }
        if (cut_prefix(&t, "brush:") || str_is(t, "brush:")) {
            if (str_is(t, "brush:"))
                t = next_token(&classes);
            t = str_head(t, str_find(t, ';'));
            return is_no_language(t) ? STR_LIT("") : t;
        }
        if (own && !str_is_set(bare) && is_bare_language(t))
            bare = t;
    }
    return bare;
}

static struct str node_language(const struct html_tree *tree, uint32_t node, bool own)
{
    struct str classes = html_attr(tree, node, N_CLASS);
    struct str found = classes.n ? class_language(classes, own) : STR_NONE;
    if (str_is_set(found))
        return found;
    found = html_attr(tree, node, N_DATA_LANG);
    if (!str_is_set(found))
        found = html_attr(tree, node, N_DATA_LANGUAGE);
    return str_is_set(found) || !own ? found : html_attr(tree, node, N_LANGUAGE);
}

/* The code element within pre is asked first, then pre itself, then up to three elements around it. */
static struct str language_of(const struct html_tree *tree, uint32_t pre)
{
    for (uint32_t i = tree->nodes[pre].first; i; i = tree->nodes[i].next)
        if (html_is(tree, i, N_CODE)) {
            struct str found = node_language(tree, i, true);
            if (str_is_set(found))
                return found;
            break;
        }
    uint32_t node = pre;
    for (unsigned up = 0; up < 4 && node; up++, node = tree->nodes[node].parent) {
        struct str found = node_language(tree, node, up == 0);
        if (str_is_set(found))
            return found;
    }
    return STR_NONE;
}

/* --- fences --- */

struct fence {
    bool at_line; /* a line feed was the last byte; the prefix is not written yet */
};

static void fence_put(struct md *w, struct fence *f, struct str s)
{
    if (w->prefix_n == 0) {
        buf_put_str(w->out, s);
        f->at_line = s.n ? s.p[s.n - 1] == '\n' : f->at_line;
        return;
    }
    while (s.n) {
        size_t n = str_find(s, '\n');
        if (f->at_line) {
            if (n)
                buf_put(w->out, w->prefix, w->prefix_n);
            else
                md_put_prefix_bare(w);
        }
        f->at_line = n < s.n;
        n += f->at_line;
        buf_put(w->out, s.p, n);
        s = str_from(s, n);
    }
}

/* A carriage return, which only a reference can bring, is a space to browsers (CSS Text 3, 4.1), but would end a
 * line of Markdown. */
static void fence_put_copied(struct md *w, struct fence *f, struct str s)
{
    for (size_t n; (n = str_find(s, '\r')) < s.n; s = str_from(s, n + 1)) {
        fence_put(w, f, str_head(s, n));
        if (n + 1 == s.n || s.p[n + 1] != '\n')
            fence_put(w, f, STR_LIT(" "));
    }
    fence_put(w, f, s);
}

static void fence_put_node(struct md *w, struct fence *f, uint32_t node)
{
    struct str s = html_node_text(w->tree, node);
    if (w->tree->nodes[node].in_side)
        fence_put_copied(w, f, s);
    else
        fence_put(w, f, s);
}

static void fence_new_line(struct md *w, struct fence *f)
{
    if (!f->at_line)
        fence_put(w, f, STR_LIT("\n"));
}

/* Line numbers, buttons and the like, which are no code. */
bool md_is_gutter(const struct html_tree *tree, uint32_t node)
{
    static const struct str gutters[] = {{"linenos", 7},
                                         {"lineno", 6},
                                         {"linenumber", 10},
                                         {"line-number", 11},
                                         {"ln-num", 6},
                                         {"gutter", 6},
                                         {"rouge-gutter", 12},
                                         {"hljs-ln-numbers", 15},
                                         {"blob-num", 8},
                                         {"ln", 2},
                                         {"codelineno", 10},
                                         {"line-numbers-rows", 17},
                                         {"react-syntax-highlighter-line-number", 36}};
    uint16_t name = tree->nodes[node].name;
    if (name == N_BUTTON || name == N_SCRIPT || name == N_STYLE || name == N_TEMPLATE ||
        name == N_TEXTAREA || name == N_SELECT || tree->nodes[node].ns == HTML_NS_SVG)
        return true;
    if (!tree->nodes[node].attrs)
        return false;
    struct str classes = html_attr(tree, node, N_CLASS);
    /* Highlighters' own classes are short: "k", "nb". */
    if (classes.n < 6 && !str_is(classes, "ln"))
        return classes.n > 2 && md_class_has(classes, STR_LIT("ln"));
    return md_class_has_any(classes, gutters, ARRAY_LEN(gutters));
}

static bool is_line(const struct html_tree *tree, uint32_t node)
{
    return html_is(tree, node, N_DIV) && md_class_has(html_attr(tree, node, N_CLASS), STR_LIT("line"));
}

bool md_is_fragment(const struct html_tree *tree, uint32_t node)
{
    if (!html_is(tree, node, N_DIV) ||
        !md_class_has(html_attr(tree, node, N_CLASS), STR_LIT("fragment")))
        return false;
    uint32_t first = tree->nodes[node].first;
    while (first && tree->nodes[first].type != HTML_ELEMENT)
        first = tree->nodes[first].next;
    return first &&
           (is_line(tree, first) || md_class_has(html_attr(tree, first, N_CLASS), STR_LIT("foldopen")));
}

/* Lines may stand in blocks that can be folded; what is in no line (white space, tips) is no code. */
static void fragment_walk(struct md *w, uint32_t top, struct fence *f)
{
    const struct html_tree *tree = w->tree;
    uint32_t end = 0; /* what comes behind the line */
    bool in_line = false, before = false;
    for (uint32_t node = html_next(tree, top, top); node && w->out->status == OK;) {
        const struct html_node *n = &tree->nodes[node];
        if (in_line && node == end)
            in_line = false;
        if (!in_line && is_line(tree, node)) {
            if (before)
                fence_put(w, f, STR_LIT("\n"));
            in_line = before = true;
            end = html_skip(tree, node, top);
        }
        bool drop = n->type == HTML_ELEMENT && (md_is_gutter(tree, node) || md_hidden(tree, node));
        if (in_line && n->type == HTML_TEXT)
            fence_put_node(w, f, node);
        if (drop)
            md_count_hidden(w, node);
        node = drop ? html_skip(tree, node, top) : html_next(tree, node, top);
    }
}

static void fence_walk(struct md *w, uint32_t pre, struct fence *f)
{
    const struct html_tree *tree = w->tree;
    uint32_t node = html_next(tree, pre, pre);
    while (node && w->out->status == OK) {
        const struct html_node *n = &tree->nodes[node];
        if (n->prev && md_is_block(tree, n->prev))
            fence_new_line(w, f);
        if (n->type == HTML_TEXT) {
            fence_put_node(w, f, node);
        } else if (n->type == HTML_ELEMENT) {
            if (md_is_gutter(tree, node) || md_hidden(tree, node)) {
                md_count_hidden(w, node);
                node = html_skip(tree, node, pre);
                continue;
            }
            w->count.code += html_is(tree, node, N_PRE);
            if (n->name == N_BR && n->ns == HTML_NS_HTML)
                fence_put(w, f, STR_LIT("\n"));
            else if (md_is_block(tree, node))
                fence_new_line(w, f);
        }
        node = html_next(tree, node, pre);
    }
}

/* The fence must be longer than any run of backticks inside. */
static unsigned fence_length(struct str code)
{
    size_t longest = 2;
    for (size_t i = str_find(code, '`'); i < code.n;) {
        size_t n = 0;
        while (i < code.n && code.p[i] == '`')
            i++, n++;
        longest = n > longest ? n : longest;
        i += str_find(str_from(code, i), '`');
    }
    return longest < 1000 ? (unsigned)longest + 1 : 1000;
}

static void put_fence(struct buf *out, unsigned n)
{
    for (; n; n--)
        buf_putc(out, '`');
}

static void put_language(struct md *w, struct str language)
{
    language = str_trim(language);
    if (language.n > 64)
        return;
    for (size_t i = 0; i < language.n; i++)
        if (language.p[i] == '`' || (unsigned char)language.p[i] <= ' ')
            return;
    buf_put_str(w->out, language);
}

/* The last bytes are copied, as nothing need be readable behind them. */
static void count_code(struct md *w, struct str code)
{
    char tail[32] = {0};
    size_t whole = code.n / 16 * 16;
    memcpy(tail, code.p + whole, code.n - whole);
    w->count.text += fold_count(str_head(code, whole), &w->counted_gap);
    w->count.text += fold_count(str_make(tail, code.n - whole), &w->counted_gap);
}

void md_pre(struct md *w, uint32_t node)
{
    struct buf *out = w->out;
    md_leaf_end(w);
    md_leaf_begin(w, LEAF_PRE);
    size_t fence_at = out->n;
    put_fence(out, 3);
    put_language(w, language_of(w->tree, node));
    struct fence f = {.at_line = true};
    buf_putc(out, '\n');
    size_t code_at = out->n;
    if (md_is_fragment(w->tree, node))
        fragment_walk(w, node, &f);
    else
        fence_walk(w, node, &f);
    fence_new_line(w, &f);
    if (out->status != OK)
        return;
    struct str code = str_make(out->p + code_at, out->n - code_at);
    w->count.code += html_is(w->tree, node, N_PRE);
    count_code(w, code);
    unsigned n = fence_length(code);
    if (n > 3 && buf_room(out, n - 3)) {
        memmove(out->p + fence_at + n - 3, out->p + fence_at, out->n - fence_at);
        memset(out->p + fence_at, '`', n - 3);
        out->n += n - 3;
    }
    buf_put(out, w->prefix, w->prefix_n);
    put_fence(out, n);
    w->last = LEAF_PRE;
    w->leaf = LEAF_NONE;
    w->gap = GAP_NONE;
}

/* --- formulas --- */

static uint32_t find_tex(const struct html_tree *tree, uint32_t math)
{
    for (uint32_t i = html_next(tree, math, math); i; i = html_next(tree, i, math))
        if (tree->nodes[i].type == HTML_ELEMENT && tree->nodes[i].name == N_ANNOTATION &&
            str_is(html_attr(tree, i, N_ENCODING), "application/x-tex"))
            return i;
    return 0;
}

/* On one line; what TeX means by its backslashes stays. */
static void put_tex(struct md *w, struct str s)
{
    bool first = true;
    for (struct str t; (t = next_token(&s)).n; first = false) {
        if (!first)
            buf_putc(w->out, ' ');
        for (size_t n; t.n && (n = str_find(t, '|')) < t.n && w->flat == FLAT_CELL;
             t = str_from(t, n + 1)) {
            buf_put(w->out, t.p, n);
            buf_put(w->out, "\\|", 2);
        }
        buf_put_str(w->out, t);
    }
}

/* The TeX source where the page carries it, else the visible text. */
void md_math(struct md *w, uint32_t node)
{
    const struct html_tree *tree = w->tree;
    uint32_t tex = find_tex(tree, node);
    if (tex) {
        md_inline(w, CHAR_PUNCT);
        buf_putc(w->out, '$');
    }
    for (uint32_t i = tex ? tex : node, top = i; i; i = html_next(tree, i, top)) {
        if (tree->nodes[i].type != HTML_TEXT)
            continue;
        if (tex)
            put_tex(w, html_node_text(tree, i));
        else
            md_text(w, html_node_text(tree, i));
    }
    if (tex)
        buf_putc(w->out, '$');
}
