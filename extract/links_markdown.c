/* SPDX-License-Identifier: Apache-2.0 */
/* links_markdown.c: the links in a Markdown text, by a small scanner: [text](url), <url>, and reference
 * definitions. It is no Markdown parser: it knows fenced code and code spans, so that examples are not
 * followed, and nothing of nesting. Linear: every look ahead ends within its line or at a bound. */
#include "extract/html/text.h"
#include "extract/links.h"

enum { LABEL_MAX_BYTES = 1000, CODE_MAX_BYTES = 1000, MAX_OPEN = 16 };

struct source {
    struct links *links;
    struct arena *arena;
};

static void note(struct source *s, struct str href, struct str text)
{
    bool is_new;
    struct link *link = links_note(s->links, href, &is_new);
    if (link && link->text.n == 0)
        link->text = fold_copy(s->arena, text, LINK_TEXT_MAX_BYTES);
}

static size_t run_of(struct str s, size_t at, char c)
{
    size_t n = 0;
    while (at + n < s.n && s.p[at + n] == c)
        n++;
    return n;
}

/* Behind the run of backticks that closes the one at `at`; behind the opening when none does so near. */
static size_t skip_code(struct str line, size_t at)
{
    size_t open = run_of(line, at, '`');
    line = str_head(line, at + CODE_MAX_BYTES);
    for (size_t i = at + open; i < line.n;) {
        size_t n = run_of(line, i, '`');
        if (n == open)
            return i + n;
        i += n ? n : 1;
    }
    return at + open;
}

/* A link's target at the start of s: <...> or up to white space or an unmatched ')'. */
static struct str target(struct str s)
{
    if (s.n && s.p[0] == '<') {
        size_t close = str_find(s, '>');
        return close < s.n ? str_make(s.p + 1, close - 1) : STR_NONE;
    }
    size_t i = 0, open = 0;
    for (; i < s.n && !ascii_is_space(s.p[i]); i++) {
        if (s.p[i] == '(')
            open++;
        else if (s.p[i] == ')' && open-- == 0)
            break;
    }
    return str_head(s, i);
}

/* scheme ":" at the start, as autolinks must have (CommonMark 6.5). */
static bool has_scheme(struct str s)
{
    size_t i = 0;
    while (i < s.n && i < 33 &&
           (ascii_is_alpha(s.p[i]) || ascii_is_digit(s.p[i]) || memchr("+.-", s.p[i], 3)))
        i++;
    return i >= 2 && i < s.n && s.p[i] == ':' && ascii_is_alpha(s.p[0]);
}

/* The inside of <...> behind the '<', if it is an autolink; else none. */
static struct str autolink(struct str s)
{
    size_t n = 0;
    while (n < s.n && s.p[n] != '>' && s.p[n] != '<' && !ascii_is_space(s.p[n]))
        n++;
    return n < s.n && s.p[n] == '>' && has_scheme(str_head(s, n)) ? str_head(s, n) : STR_NONE;
}

/* [label]: target at the start of a line. */
static bool definition(struct source *s, struct str line)
{
    if (line.n == 0 || line.p[0] != '[')
        return false;
    size_t close = str_find(line, ']');
    if (close + 1 >= line.n || line.p[close + 1] != ':' || line.p[1] == '^')
        return false;
    struct str url = target(str_trim(str_from(line, close + 2)));
    if (url.n == 0)
        return false;
    note(s, url, str_make(line.p + 1, close - 1));
    return true;
}

/* The brackets that are open in a line; what is nested deeper than the room is plain text. */
struct brackets {
    struct str line;
    struct {
        size_t label; /* behind the '[' */
        bool image;
    } open[MAX_OPEN];
    bool unclosed; /* no '>' stands in the rest of the line */
    unsigned n_open, n_deeper;
    struct str alt; /* of the last picture: what a link around it shows */
};

static void open_bracket(struct brackets *b, size_t i)
{
    if (b->n_open == MAX_OPEN) {
        b->n_deeper++;
        return;
    }
    b->open[b->n_open].label = i + 1;
    b->open[b->n_open++].image = i > 0 && b->line.p[i - 1] == '!';
}

/* "]" at i: with "(" behind it, notes the target unless it is a picture's. Returns the last byte used. */
static size_t close_bracket(struct source *s, struct brackets *b, size_t i)
{
    if (b->n_deeper || b->n_open == 0) {
        b->n_deeper -= b->n_deeper > 0;
        return i;
    }
    size_t from = b->open[--b->n_open].label;
    if (i + 1 >= b->line.n || b->line.p[i + 1] != '(')
        return i;
    bool angle = i + 2 < b->line.n && b->line.p[i + 2] == '<';
    struct str url = angle && b->unclosed ? STR_NONE : target(str_from(b->line, i + 2));
    b->unclosed |= angle && !str_is_set(url);
    struct str label = i - from <= LABEL_MAX_BYTES ? str_make(b->line.p + from, i - from) : STR_NONE;
    if (b->open[b->n_open].image)
        b->alt = label;
    else
        note(s, url, label.n && label.p[0] == '!' ? b->alt : label);
    return i + 1 + url.n;
}

static void scan_line(struct source *s, struct str line)
{
    struct brackets b = {.line = line};
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (c == '\\') {
            i++;
        } else if (c == '`') {
            i = skip_code(line, i) - 1;
        } else if (c == '[') {
            open_bracket(&b, i);
        } else if (c == ']') {
            i = close_bracket(s, &b, i);
        } else if (c == '<') {
            struct str url = autolink(str_from(line, i + 1));
            if (url.n)
                note(s, url, url);
            i += url.n;
        }
    }
}

/* The length of a fence at the start of a line, else 0. */
static size_t fence_of(struct str line, char *ret_mark)
{
    char mark = line.n && (line.p[0] == '`' || line.p[0] == '~') ? line.p[0] : 0;
    size_t n = mark ? run_of(line, 0, mark) : 0;
    *ret_mark = mark;
    return n >= 3 ? n : 0;
}

void links_of_markdown(struct links *links, struct arena *arena, struct str text)
{
    struct source s = {links, arena};
    size_t open = 0;
    char mark = 0, now;
    while (text.n) {
        size_t end = str_find(text, '\n');
        struct str line = str_trim(str_head(text, end));
        text = str_from(text, end + 1);
        size_t fence = fence_of(line, &now);
        if (open) {
            if (fence >= open && now == mark && fence == line.n)
                open = 0;
        } else if (fence) {
            open = fence;
            mark = now;
        } else if (!definition(&s, line)) {
            scan_line(&s, line);
        }
    }
}
