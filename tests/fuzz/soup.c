/* SPDX-License-Identifier: Apache-2.0 */
/* soup.c: the pieces of soup.h. Names come from the parser's own table, so that a new name is met here too. */
#include "tests/fuzz/soup.h"

#include "extract/html/category.h"
#include "tests/fuzz/topics.h"

/* ---- names ---- */

/* Elements that tree construction treats apart; they are most of what makes a difference. */
static bool is_apart(uint16_t name)
{
    switch (name) {
    case N_SVG:
    case N_MATH:
    case N_NOSCRIPT:
    case N_MGLYPH:
    case N_MALIGNMARK:
        return true;
    default:
        return category_of_html(name) || category_of_foreign(HTML_NS_SVG, name, false) != IS_FOREIGN ||
               category_of_foreign(HTML_NS_MATHML, name, false) != IS_FOREIGN;
    }
}

static bool is_left_out(uint16_t name, unsigned with)
{
    return (!(with & SOUP_SELECT) && (name == N_FORM || name == N_SELECT)) ||
           (!(with & SOUP_ODD_NAMES) && (name == N_SEARCH || !is_apart(name)));
}

/* From a random place in the table to the next name that fits. */
static uint16_t find_name(struct draw *d, unsigned with, bool (*fits)(uint16_t name))
{
    uint16_t name = (uint16_t)draw(d, HTML_NAMES_FIXED);
    for (unsigned i = 0; i < HTML_NAMES_FIXED; i++, name = (uint16_t)((name + 1) % HTML_NAMES_FIXED))
        if (name != N_NONE && fits(name) && !is_left_out(name, with))
            return name;
    return N_P;
}

static bool is_formatting(uint16_t name)
{
    return category_of_html(name) & IS_FORMATTING;
}

static bool is_table_part(uint16_t name)
{
    return category_of_html(name) & (IS_TABLE_PART | IS_CELL) || name == N_CAPTION || name == N_COL ||
           name == N_COLGROUP || name == N_TEMPLATE;
}

static bool is_any(uint16_t name)
{
    (void)name;
    return true;
}

static void put_name(struct draw *d, unsigned with, struct buf *out)
{
    static bool (*const fits[])(uint16_t) = {is_apart,      is_apart,      is_apart,
                                             is_formatting, is_table_part, is_any};
    uint32_t choice = draw(d, sizeof fits / sizeof *fits + 1);
    if (choice == sizeof fits / sizeof *fits && with & SOUP_ODD_NAMES) {
        buf_puts(out, draw(d, 2) ? "x-y" : "zz");
        return;
    }
    struct str text =
        html_name_fixed_text(find_name(d, with, fits[choice % (sizeof fits / sizeof *fits)]));
    if (draw(d, 16))
        buf_put_str(out, text);
    else
        for (size_t i = 0; i < text.n; i++)
            buf_putc(out, text.p[i] >= 'a' && text.p[i] <= 'z' ? (char)(text.p[i] - 32) : text.p[i]);
}

/* ---- attributes ---- */

/* Attributes that something looks at, with values that it looks for. */
static const char *const attrs[] = {
    "type=hidden",
    "type=text",
    "color=red",
    "face",
    "size='1'",
    "encoding=text/html",
    "encoding='application/xhtml+xml'",
    "href=x.html",
    "href='#f'",
    "href=\"../a?b=1&amp;c=2\"",
    "href='//h.example/p'",
    "href=mailto:a@b.example",
    "href='http://[::1'",
    "href",
    "href='a b'",
    "rel=next",
    "rel='canonical nofollow'",
    "rel=alternate",
    "name=robots",
    "content='noindex, nofollow'",
    "name=description",
    "http-equiv=refresh",
    "content='0; url=y.html'",
    "charset=utf-8",
    "lang=de",
    "property=og:title",
    "content=text",
    "id=i",
    "class='nav footer'",
    "class=language-c",
    "role=main",
    "role=navigation",
    "hidden",
    "aria-hidden=true",
    "style='display:none'",
    "src=i.png",
    "alt='a*b'",
    "title=t",
    "colspan=3",
    "rowspan='2'",
    "colspan=99999",
    "start=7",
    "align=right",
    "datetime=2020-01-01",
    "checked",
    "type=checkbox",
    "xlink:href=z",
    "a=1",
    "a=2",
    "b=\"&lt;&copy=\"",
    "c='&notit;'",
    "=d",
    "/e",
    "f = g",
    "open",
    "value=v",
};

static void put_attrs(struct draw *d, struct buf *out)
{
    for (uint32_t n = draw(d, 8); n > 4; n--) {
        buf_putc(out, "  \n/"[draw(d, 4)]);
        uint32_t choice = draw(d, sizeof attrs / sizeof *attrs + 4);
        if (choice < sizeof attrs / sizeof *attrs)
            buf_puts(out, attrs[choice]);
        else
            buf_printf(out, "a%u=%u", draw(d, 8), draw(d, 3));
    }
}

/* ---- pieces ---- */

static void put_start(struct draw *d, unsigned with, struct buf *out)
{
    buf_putc(out, '<');
    put_name(d, with, out);
    put_attrs(d, out);
    static const char *const ends[] = {">", ">", ">", ">", ">", ">", "/>", ""};
    buf_puts(out, ends[draw(d, 8)]);
}

static void put_end(struct draw *d, unsigned with, struct buf *out)
{
    buf_puts(out, "</");
    put_name(d, with, out);
    if (!draw(d, 16))
        put_attrs(d, out);
    buf_putc(out, '>');
}

static void put_one_of(struct draw *d, const char *const *texts, uint32_t n, struct buf *out)
{
    buf_puts(out, texts[draw(d, n)]);
}

static void put_text(struct draw *d, struct buf *out)
{
    static const char *const texts[] = {
        "x",
        " ",
        "\n",
        "a b",
        "\t\n",
        "word ",
        "\xc3\xa9",
        "\xe4\xb8\xad",
        "\xf0\x9f\x98\x80",
        "1. ",
        "# ",
        "* ",
        "`",
        "_",
        "[",
        "](",
        "|",
        "\\",
        "<",
        "< ",
        "&",
        ">",
        "\f",
        "http://h.example/",
    };
    put_one_of(d, texts, sizeof texts / sizeof *texts, out);
}

static void put_reference(struct draw *d, struct buf *out)
{
    static const char *const texts[] = {
        "&amp;",
        "&lt;",
        "&lt",
        "&gt",
        "&nbsp;",
        "&notit;",
        "&notin;",
        "&#65;",
        "&#x1F600;",
        "&#0;",
        "&#13;",
        "&#x80;",
        "&#xD800;",
        "&#x110000",
        "&#",
        "&#x;",
        "&NotEqualTilde;",
        "&CounterClockwiseContourIntegral;",
        "&copy",
        "&copyx",
        "&unknown;",
        "&ngE;",
        "&#32;",
        "&#10;",
    };
    put_one_of(d, texts, sizeof texts / sizeof *texts, out);
}

static void put_declaration(struct draw *d, struct buf *out)
{
    static const char *const texts[] = {
        "<!--c-->",
        "<!-- -- > -->",
        "<!-->",
        "<!--->",
        "<!--x--!>",
        "<!--",
        "-->",
        "<!---",
        "--!>",
        "<!",
        "<!doctype html>",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"u\">",
        "<!doctype x system 'y' z>",
        "<!doctype>",
        "<!DOCTYPE HTML public '-//W3O//DTD W3 HTML Strict 3.0//EN//'>",
        "<!doctype html system \"",
        "<!doctype html public \"-//W3C//DTD XHTML 1.0 Frameset//\">",
        "<?xml version='1.0'?>",
        "<?",
        "</>",
        "</ x>",
        "<![CDATA[",
        "<![CDATA[x]]>",
        "]]>",
        "<![CDATA[a<b>&amp;]]>",
        "<!x>",
        "</",
        "<!doctype HTML public x>",
    };
    put_one_of(d, texts, sizeof texts / sizeof *texts, out);
}

/* Openings that lead deep into a mode in one step, and ends of raw text. */
static void put_group(struct draw *d, unsigned with, struct buf *out)
{
    static const char *const texts[] = {
        "<table><tr><td>",
        "<table><tbody>",
        "<table><caption>",
        "<table><colgroup>",
        "<svg><foreignObject>",
        "<svg><desc>",
        "<math><mi>",
        "<math><annotation-xml encoding=text/html>",
        "<math><annotation-xml>",
        "<template><tr>",
        "<template><col>",
        "<ul><li>",
        "<dl><dt>",
        "<ruby><rtc><rt>",
        "<b><i><u>",
        "<a><b><p></a>",
        "<script><!--<script>",
        "</script>",
        "<style>",
        "</style>",
        "<title>",
        "</title>",
        "<textarea>\n",
        "</textarea>",
        "<plaintext>",
        "<pre>\n",
        "<frameset><frame>",
        "</frameset>",
        "<head><noscript>",
        "</head>",
        "</body>",
        "</html>",
        "<body a=1>",
        "<html b=2>",
        "<object><b>",
        "</object>",
        "<table><b>x",
        "<pre><code>",
        "<table><thead><tr><th>a<th>b<tbody><tr><td>",
        "<h2 id=s>",
        "<nobr><nobr>",
        "<a href=l.html>l</a>",
        "<p><button><p>",
        "<blockquote><ol><li>",
        "<xmp>",
        "<iframe>",
        "<noembed>",
    };
    static const char *const selects[] = {
        "<select><option>",   "<select><optgroup>", "</select>",
        "<form><div></form>", "<table><form>",      "<select><input>",
    };
    if (with & SOUP_SELECT && !draw(d, 8))
        put_one_of(d, selects, sizeof selects / sizeof *selects, out);
    else
        put_one_of(d, texts, sizeof texts / sizeof *texts, out);
}

static void put_odd(struct draw *d, struct buf *out)
{
    static const char texts[][4] = {"\0",   "\0\0",     "\r",       "\r\n", "\xff",
                                    "\xc3", "\xed\xa0", "\xf4\x90", "<\0a", "\x80"};
    static const uint8_t lengths[] = {1, 2, 1, 2, 1, 1, 2, 2, 3, 1};
    uint32_t i = draw(d, sizeof lengths);
    buf_put(out, texts[i], lengths[i]);
}

void soup_piece(struct draw *d, unsigned with, struct buf *out)
{
    if (with & TOPICS && draw(d, 4)) {
        topic_piece(d, with, out);
        return;
    }
    uint32_t kind = draw(d, 32);
    if (kind < 13)
        put_start(d, with, out);
    else if (kind < 20)
        put_end(d, with, out);
    else if (kind < 24)
        put_text(d, out);
    else if (kind < 29)
        put_group(d, with, out);
    else if (kind < 30)
        put_reference(d, out);
    else if (kind < 31 || !(with & SOUP_ODD_BYTES))
        put_declaration(d, out);
    else
        put_odd(d, out);
}

/* ---- changes ---- */

/* A place to cut: half of the time where a tag begins. */
static size_t place(struct draw *d, struct str page)
{
    size_t at = draw(d, page.n < 65535 ? (uint32_t)page.n + 1 : 65536);
    if (draw(d, 2))
        while (at < page.n && page.p[at] != '<')
            at++;
    return at;
}

static void replace(struct buf *page, size_t from, size_t to, struct str with)
{
    struct buf tail;
    buf_init(&tail, page->max);
    buf_put(&tail, page->p + to, page->n - to);
    page->n = from;
    buf_put_str(page, with);
    buf_put_str(page, buf_str(&tail));
    buf_fini(&tail);
}

static void change_once(struct draw *d, unsigned with, struct buf *page)
{
    struct buf piece;
    size_t a = place(d, buf_str(page)), b = place(d, buf_str(page));
    size_t from = a < b ? a : b, to = a < b ? b : a;
    buf_init(&piece, 1 << 16);
    switch (draw(d, 8)) {
    case 0: /* a range goes */
        replace(page, from, to - from > 100 ? from + 100 : to, STR_LIT(""));
        break;
    case 1: /* a range is copied behind itself */
        buf_put(&piece, page->p + from, to - from > 200 ? 200 : to - from);
        replace(page, to, to, buf_str(&piece));
        break;
    case 2: /* a range gives way to a piece */
        soup_piece(d, with, &piece);
        replace(page, from, to - from > 16 ? from + 16 : to, buf_str(&piece));
        break;
    default:
        for (uint32_t n = draw(d, 4) + 1; n > 0; n--)
            soup_piece(d, with, &piece);
        replace(page, from, from, buf_str(&piece));
    }
    buf_fini(&piece);
}

void soup_change(struct draw *d, unsigned with, struct buf *page)
{
    if (!buf_terminate(page))
        return;
    for (uint32_t n = draw(d, 3) + 1; n > 0; n--)
        change_once(d, with, page);
    /* Over its maximum a buffer refuses the last piece; what is there is still a page. */
    if (page->status == ST_LIMIT)
        page->status = OK;
}
