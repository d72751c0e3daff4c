/* SPDX-License-Identifier: Apache-2.0 */
/* product_code.c: the code that a thing is ordered by. A label names it ("Product code: 46286401"), or the page's own address ends
 * with it, and the page says it again in a value of its own: then it is no word of the address only. */
#include "answer/product.h"

#include "base/must.h"

enum { CODE_MAX_BYTES = 40, LABEL_MAX_BYTES = 48, BEHIND_MAX = 400 };

/* clang-format off */
/* Surest first; what names a make or a series (model, reference) comes last. */
static const char *const labels[] = {
    "sku|product code|item code|product number|item number|item no|item #|stock code|catalog number|catalogue number|asin|product id|item id|ad id|post id|listing id|artikelnummer|"
    "artikel nr|art nr|bestellnummer|bestell nr|artikelnr|codice prodotto|codice articolo|cod articolo|codigo do produto|codigo de producto|codigo del producto|referencia do produto|"
    "code produit|code article|reference produit|reference fabricant|kod produktu|katalogove cislo|objednaci kod|kod zbozi|kod tovaru|kod|sifra|sifra artikla|sifra izdelka|"
    "artikul|артикул|код товара|код|номер товара|商品編號|商品番号|品番|商品编号|品號|상품번호|상품코드|tuotenumero|artikelnummer|varenummer|מקט|article number|article no|art no",
    "ref|reference|referenz|referencia|referenza|riferimento|referans|style|style number|style no|mpn|manufacturer part number|part number|part no|model number|modell nr|ref no",
};
/* clang-format on */

/* ---- behind labels ---- */

static bool is_code_char(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '_' || c == '/' || c == '.';
}

/* The code that a text begins with: a word with digits. */
static struct str code_of(struct str s)
{
    size_t n = 0, digits = 0;
    while (s.n &&
           (ascii_is_space(s.p[0]) || s.p[0] == ':' || s.p[0] == '#' || s.p[0] == '(' || s.p[0] == '.'))
        s = str_from(s, 1);
    if (str_starts(s, STR_LIT("\xE2\x80\x8E")) ||
        str_starts(s, STR_LIT("\xEF\xBC\x9A"))) /* a mark of direction; a wide colon */
        s = str_trim(str_from(s, 3));
    while (n < s.n && is_code_char(s.p[n]))
        digits += ascii_is_digit(s.p[n++]);
    while (n && !ascii_is_alpha(s.p[n - 1]) && !ascii_is_digit(s.p[n - 1]))
        n--;
    bool ends = n == s.n || ascii_is_space(s.p[n]) || s.p[n] == ')' || s.p[n] == ',' || s.p[n] == '.' ||
                (unsigned char)s.p[n] >= 0x80;
    return ends && n >= 3 && n <= CODE_MAX_BYTES && digits >= 2 ? str_head(s, n) : STR_NONE;
}

/* Where the value begins behind a label that a line begins with, or 0. */
static size_t behind_label(struct str text, const char *names)
{
    char folded[LABEL_MAX_BYTES * 3 + 1];
    size_t colon = str_find(text, ':'), wide = 0;
    const char *hit = text.n > 3 ? memmem(text.p, text.n, "\xEF\xBC\x9A", 3) : NULL;
    if (hit && (size_t)(hit - text.p) < colon)
        colon = (size_t)(hit - text.p), wide = 2;
    if (colon < text.n && colon <= LABEL_MAX_BYTES)
        return fold_is_any(str_make(folded, fold_to(str_head(text, colon), folded)), names)
                   ? colon + 1 + wide
                   : 0;
    for (size_t end = 2; end < text.n && end <= LABEL_MAX_BYTES; end++)
        if (ascii_is_space(text.p[end]) || text.p[end] == '#')
            if (fold_is_any(str_make(folded, fold_to(str_head(text, end), folded)), names) &&
                code_of(str_from(text, end)).n)
                return end;
    return 0;
}

static bool is_label(struct str text, const char *names)
{
    char folded[LABEL_MAX_BYTES * 3 + 1];
    return text.n <= LABEL_MAX_BYTES && fold_is_any(str_make(folded, fold_to(text, folded)), names);
}

static struct str code_at(const struct view *v, uint32_t line, const char *names)
{
    struct str text = v->lines[line].text;
    size_t at = behind_label(text, names);
    if (at && str_trim(str_from(text, at)).n)
        return code_of(str_from(text, at));
    bool next = line + 1 < v->n_lines && v->lines[line + 1].text.n <= CODE_MAX_BYTES;
    return next && is_label(text, names) ? code_of(v->lines[line + 1].text) : STR_NONE;
}

struct str seller_seen_code(const struct seller *s)
{
    const struct view *v = &s->view;
    uint32_t title = v->title < v->n_lines ? v->title : 0;
    for (size_t rank = 0; rank < ARRAY_LEN(labels); rank++)
        for (uint32_t i = title > 40 ? title - 40 : 0; i < v->n_lines && i < title + BEHIND_MAX; i++) {
            if (v->lines[i].marks & (VIEW_RELATED | VIEW_REVIEWS | VIEW_NAV | VIEW_NOISE))
                continue;
            struct str code = code_at(v, i, labels[rank]);
            if (code.n)
                return code;
        }
    return STR_NONE;
}

/* ---- in the address ---- */

/* Whether an attribute's value, or a text in quotes of a script, is this. */
static bool page_says(const struct html_tree *tree, struct str code)
{
    char quoted[CODE_MAX_BYTES + 2];
    quoted[0] = '"';
    memcpy(quoted + 1, code.p, code.n);
    quoted[code.n + 1] = '"';
    for (uint32_t i = 1; i < tree->n_attrs; i++)
        if (tree->attrs[i].n == code.n && str_eq_nocase(html_attr_value(tree, &tree->attrs[i]), code))
            return true;
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0)) {
        if (tree->nodes[node].type != HTML_TEXT)
            continue;
        struct str text = html_node_text(tree, node);
        bool script = html_is(tree, tree->nodes[node].parent, N_SCRIPT);
        if (script ? text.n && memmem(text.p, text.n, quoted, code.n + 2) != NULL
                   : str_eq(str_trim(text), code))
            return true;
    }
    return false;
}

static bool is_code(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_digit(s.p[i]) && !ascii_is_alpha(s.p[i]))
            return false;
        digits += ascii_is_digit(s.p[i]);
    }
    return s.n >= 4 && s.n <= CODE_MAX_BYTES && digits >= 3;
}

/* The words of an address from its end, set apart by all but letters and digits; the last that is a code and said again. */
struct str seller_url_code(const struct seller *s)
{
    size_t end = str_find(s->url, '#'), scheme = 8;
    struct str url = str_head(s->url, end);
    for (unsigned tried = 0; url.n > scheme && tried < 12; tried++) {
        size_t from = url.n;
        while (from > scheme && (ascii_is_alpha(url.p[from - 1]) || ascii_is_digit(url.p[from - 1])))
            from--;
        struct str word = str_from(url, from);
        url = str_head(url, from ? from - 1 : 0);
        if (is_code(word) && page_says(s->view.tree, word))
            return word;
        if (word.n > 4 && ascii_is_alpha(word.p[0]) && is_code(str_from(word, 1)) &&
            page_says(s->view.tree, str_from(word, 1)))
            return str_from(word, 1);
    }
    return STR_NONE;
}
