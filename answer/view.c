/* SPDX-License-Identifier: Apache-2.0 */
/* view.c: one walk that flattens the tree into pieces and lines; then the marks that headings give to what follows them, and
 * the line that names the page. */
#include "answer/view.h"

#include "extract/attr.h"
#include "answer/fold.h"
#include "base/buf.h"
#include "extract/html/text.h"
#include "extract/region.h"

enum { LINE_MAX_BYTES = 64 << 10, NAME_WORDS_MAX = 40 };

struct maker {
    struct view *view;
    const struct html_tree *tree;
    struct region_path regions;
    uint16_t *marks; /* by node */
    uint32_t cap_pieces, cap_lines;
    struct buf text;   /* of the line that is open */
    uint32_t first;    /* its first piece */
    uint32_t block;    /* the nearest block element */
    size_t text_bytes; /* of all lines */
    bool gap;
};

/* ---- what an element says of its content ---- */

/* clang-format off */
static const struct {
    const char *words;
    uint16_t mark;
} names[] = {
    {"cookie|cookies|consent|gdpr|onetrust|cybot|cookiebot|ccpa|advert|advertisement|ads|ad|adslot|sponsor|sponsored|promo|promotion|newsletter|"
     "popup|modal|dialog|toast|skip|share|sharing|social|sharedaddy|announcement", VIEW_NOISE},
    {"related|similar|recommend|recommended|recommendation|recs|upsell|upsells|crosssell|alsolike|suggested|suggestion|deep|more|discover|"
     "aehnlich|simili|similares|similaires|correlati|relacionados|recently|recent|also|nearby|bestseller|trending|popularposts|carousel", VIEW_RELATED},
    {"review|comment|testimonial|testimonials|recensioni|bewertungen|avis", VIEW_REVIEWS},
    {"breadcrumb|crumb|crumbs|brotkrumen|fil|ariane", VIEW_CRUMB},
    {"sr|hidden|visually|screenreader|offscreen", VIEW_SPOKEN},
};
/* clang-format on */

static bool is_container(uint16_t name)
{
    return name == N_DIV || name == N_SECTION || name == N_UL || name == N_OL || name == N_ASIDE ||
           name == N_ARTICLE || name == N_NAV || name == N_TABLE || name == N_FORM || name == N_DL ||
           name >= HTML_NAMES_FIXED;
}

/* Whether a word of a class means what it says here: "review" alone may be the rating of the thing itself. */
static bool means(const struct words *w, struct str word, uint16_t mark, uint16_t element)
{
    if (mark == VIEW_SPOKEN)
        return (str_is(word, "sr") && words_has(w, "only")) ||
               (str_is(word, "visually") && words_has(w, "hidden")) ||
               (str_is(word, "screenreader") || str_is(word, "offscreen"));
    if (mark == VIEW_REVIEWS)
        return is_container(element) && w->n <= 3 &&
               (words_has(w, "list") || words_has(w, "area") || words_has(w, "section") ||
                words_has(w, "container") || w->n == 1) &&
               !words_has(w, "count") && !words_has(w, "summary");
    if (mark == VIEW_RELATED) {
        bool broad = str_is(word, "more") || str_is(word, "deep") || str_is(word, "discover") ||
                     str_is(word, "recent") || str_is(word, "also") || str_is(word, "carousel");
        return is_container(element) &&
               (!broad || words_has(w, "item") || words_has(w, "link") || words_has(w, "post") ||
                words_has(w, "product") || words_has(w, "viewed"));
    }
    if (mark == VIEW_NOISE && (str_is(word, "ad") || str_is(word, "more") || str_is(word, "skip")))
        return str_is(word, "ad") ? w->n <= 2 : words_has(w, "link");
    return mark != VIEW_CRUMB || is_container(element);
}

static uint16_t marks_of_token(struct str token, uint16_t element)
{
    char folded[256];
    uint16_t marks = 0;
    if (token.n > 80)
        return 0;
    struct str text = str_make(folded, fold_to(token, folded));
    struct words w = fold_words(text);
    if (w.n && (str_is(w.word[0], "has") || str_is(w.word[0], "no") || str_is(w.word[0], "with")))
        return 0;
    if (str_is(text, "screen reader text") || str_is(text, "visually hidden") || str_is(text, "sr only"))
        return VIEW_SPOKEN;
    for (unsigned i = 0; i < w.n; i++)
        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            if (fold_is_any(w.word[i], names[k].words) && means(&w, w.word[i], names[k].mark, element))
                marks |= names[k].mark;
    return marks;
}

static uint16_t marks_of_names(const struct html_tree *tree, uint32_t node)
{
    const uint16_t attrs[] = {N_CLASS, N_ID};
    uint16_t marks = 0, element = tree->nodes[node].name;
    for (size_t k = 0; k < ARRAY_LEN(attrs); k++) {
        struct str rest = str_trim(html_attr(tree, node, attrs[k]));
        for (unsigned i = 0; rest.n && i < NAME_WORDS_MAX; i++) {
            size_t n = 0;
            while (n < rest.n && !ascii_is_space(rest.p[n]))
                n++;
            marks |= marks_of_token(str_head(rest, n), element);
            rest = str_trim(str_from(rest, n));
        }
    }
    return marks;
}

static bool style_hides(struct str style)
{
    char folded[512];
    if (style.n == 0 || style.n > 160)
        return false;
    struct str text = str_make(folded, fold_to(style, folded));
    return fold_contains(text, STR_LIT("display none"), NULL) ||
           fold_contains(text, STR_LIT("visibility hidden"), NULL);
}

static uint16_t marks_of_element(uint16_t name)
{
    switch (name) {
    case N_DEL:
    case N_S:
    case N_STRIKE:
        return VIEW_STRUCK;
    case N_B:
    case N_STRONG:
    case N_DT:
    case N_TH:
    case N_LEGEND:
    case N_LABEL:
        return VIEW_STRONG;
    case N_A:
        return VIEW_LINK;
    case N_SUB:
    case N_SUP:
        return VIEW_SMALL;
    case N_CODE:
    case N_PRE:
    case N_KBD:
        return VIEW_CODE;
    case N_BUTTON:
        return VIEW_BUTTON;
    case N_BLOCKQUOTE:
    case N_Q:
        return VIEW_QUOTE;
    case N_NAV:
        return VIEW_NAV;
    case N_DIALOG:
        return VIEW_NOISE;
    case N_TIME:
        return VIEW_TIME;
    default:
        return 0;
    }
}

/* Whether an element is the page's own header or footer, not a "card-header". */
static bool is_of_page(const struct html_tree *tree, uint32_t node)
{
    char folded[256];
    const uint16_t attrs[] = {N_CLASS, N_ID, N_ROLE};
    if (html_is(tree, node, N_HEADER) || html_is(tree, node, N_FOOTER))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
        struct str value = str_trim(html_attr(tree, node, attrs[i]));
        struct str text = str_make(folded, value.n < 80 ? fold_to(value, folded) : 0);
        if (fold_is_any(text, "header|footer|site header|site footer|page "
                              "footer|masthead|topbar|colophon|banner|contentinfo|navbar|bottom"))
            return true;
    }
    return false;
}

static uint16_t marks_of_region(const struct html_tree *tree, uint32_t node, enum region region)
{
    switch (region) {
    case REGION_FOOTER:
    case REGION_HEADER:
        return is_of_page(tree, node) ? VIEW_NAV : 0;
    case REGION_NAV:
    case REGION_CONTENTS:
    case REGION_PAGINATION:
        return VIEW_NAV;
    case REGION_BREADCRUMB:
        return VIEW_CRUMB;
    case REGION_ASIDE:
        return VIEW_ASIDE;
    default:
        return 0;
    }
}

static uint16_t own_marks(struct maker *m, uint32_t node)
{
    const struct html_tree *tree = m->tree;
    const struct html_node *n = &tree->nodes[node];
    uint16_t marks = marks_of_element(n->name);
    if (!n->attrs || n->name == N_BODY || n->name == N_HTML || n->name == N_MAIN)
        return marks;
    marks |= marks_of_names(tree, node);
    if (str_is_set(html_attr(tree, node, N_HIDDEN)) || style_hides(html_attr(tree, node, N_STYLE)))
        marks |= VIEW_HIDDEN;
    struct str role = html_attr(tree, node, N_ROLE);
    if (str_is(role, "dialog") || str_is(role, "alertdialog"))
        marks |= VIEW_NOISE;
    if (str_is(role, "button"))
        marks |= VIEW_BUTTON;
    return marks;
}

/* ---- pieces and lines ---- */

static void *grown(struct maker *m, void *old, uint32_t n, uint32_t *cap, size_t bytes)
{
    if (n < *cap)
        return old;
    uint32_t more = *cap ? *cap * 2 : 256;
    void *p = arena_alloc(m->view->arena, more * bytes);
    if (p && n)
        memcpy(p, old, n * bytes);
    if (p)
        *cap = more;
    return p;
}

static void end_line(struct maker *m)
{
    struct view *v = m->view;
    m->gap = false;
    if (v->n_pieces == m->first)
        return;
    struct line *lines = grown(m, v->lines, v->n_lines, &m->cap_lines, sizeof *lines);
    struct str text = arena_str(v->arena, buf_str(&m->text));
    if (!lines || !str_is_set(text))
        return;
    v->lines = lines;
    struct line *line = &lines[v->n_lines++];
    *line = (struct line){.text = text,
                          .folded = fold_text(v->arena, text),
                          .first = m->first,
                          .n = v->n_pieces - m->first,
                          .node = m->block};
    for (uint32_t i = line->first; i < v->n_pieces; i++) {
        v->pieces[i].text = str_make(text.p + v->pieces[i].at, v->pieces[i].text.n);
        line->marks |= v->pieces[i].marks;
    }
    m->text_bytes += text.n * 2;
    m->first = v->n_pieces;
    buf_reset(&m->text);
}

/* Length of a white space or an invisible character at s, and whether it is a gap. */
static size_t space_length(struct str s, bool *ret_gap)
{
    static const struct {
        const char *text;
        bool gap;
    } table[] = {{"\xC2\xA0", true},     {"\xE3\x80\x80", true},  {"\xE2\x80\xAF", true},
                 {"\xE2\x80\x89", true}, {"\xE2\x80\x8B", false}, {"\xC2\xAD", false},
                 {"\xEF\xBB\xBF", false}};
    *ret_gap = true;
    if (ascii_is_space(s.p[0]))
        return 1;
    for (size_t i = 0; (unsigned char)s.p[0] >= 0xC2 && i < ARRAY_LEN(table); i++)
        if (str_starts(s, str_of(table[i].text))) {
            *ret_gap = table[i].gap;
            return strlen(table[i].text);
        }
    return 0;
}

static void put_text(struct maker *m, struct str text, uint32_t node, uint16_t marks)
{
    struct view *v = m->view;
    struct piece *piece = NULL;
    size_t i = 0;
    while (i < text.n) {
        bool gap;
        size_t n = space_length(str_from(text, i), &gap);
        if (n) {
            m->gap = m->gap || gap;
            i += n;
            continue;
        }
        size_t from = i;
        while (i < text.n && space_length(str_from(text, i), &gap) == 0)
            i++;
        if (m->text.n + (i - from) + 1 > LINE_MAX_BYTES)
            return;
        bool first = m->text.n == 0;
        if (m->gap && !first)
            buf_putc(&m->text, ' ');
        m->gap = false;
        if (!piece) {
            struct piece *pieces = grown(m, v->pieces, v->n_pieces, &m->cap_pieces, sizeof *pieces);
            if (!pieces || v->n_pieces >= VIEW_PIECES_MAX || m->text_bytes > VIEW_TEXT_MAX_BYTES) {
                v->cut = true;
                return;
            }
            v->pieces = pieces;
            piece = &pieces[v->n_pieces++];
            *piece = (struct piece){
                .node = node, .line = v->n_lines, .at = (uint32_t)m->text.n, .marks = marks};
        }
        buf_put(&m->text, text.p + from, i - from);
        piece->text.n = m->text.n - piece->at;
    }
}

/* What screen readers say in place of a picture or of stars. */
static void put_spoken(struct maker *m, uint32_t node, uint16_t marks)
{
    const struct html_tree *tree = m->tree;
    uint16_t name = tree->nodes[node].name;
    bool container = is_container(name) && name < HTML_NAMES_FIXED && name != N_DIV;
    struct str said = name == N_IMG ? html_attr(tree, node, N_ALT)
                      : container   ? STR_NONE
                                    : html_attr(tree, node, N_ARIA_LABEL);
    if (str_trim(said).n == 0 || said.n > 200 || name == N_A || name == N_INPUT)
        return;
    m->gap = true;
    put_text(m, said, node, marks | VIEW_SPOKEN);
    m->gap = true;
}

static bool is_silent(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->ns != HTML_NS_HTML)
        return true;
    switch (n->name) {
    case N_HEAD:
    case N_SCRIPT:
    case N_STYLE:
    case N_TEMPLATE:
    case N_NOSCRIPT:
    case N_SELECT:
    case N_TEXTAREA:
    case N_DATALIST:
    case N_IFRAME:
    case N_OBJECT:
    case N_AUDIO:
    case N_VIDEO:
        return true;
    default:
        return false;
    }
}

static bool is_block(const struct html_tree *tree, uint32_t node)
{
    static const uint16_t more[] = {N_LEGEND, N_FIELDSET, N_LABEL, N_BUTTON, N_THEAD, N_TBODY};
    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        if (html_is(tree, node, more[i]))
            return true;
    return html_is_block(tree, node);
}

static void enter(struct maker *m, uint32_t node)
{
    const struct html_tree *tree = m->tree;
    const struct html_node *n = &tree->nodes[node];
    uint16_t outside = node ? m->marks[n->parent] : 0;
    m->marks[node] = outside;
    region_reach(&m->regions, node);
    m->view->begin[node] = m->view->n_pieces;
    if (n->type == HTML_TEXT) {
        put_text(m, html_node_text(tree, node), n->parent, outside);
    } else if (n->type == HTML_ELEMENT) {
        enum region before = m->regions.now.region;
        region_enter(&m->regions, tree, node);
        enum region now = m->regions.now.region;
        m->marks[node] = (uint16_t)(outside | own_marks(m, node) |
                                    (now != before ? marks_of_region(tree, node, now) : 0));
        if (is_block(tree, node)) {
            end_line(m);
            m->block = node;
        }
        if (n->attrs)
            put_spoken(m, node, m->marks[node]);
    }
}

static void leave(struct maker *m, uint32_t node)
{
    const struct html_tree *tree = m->tree;
    if (is_block(tree, node)) {
        end_line(m);
        uint32_t up = tree->nodes[node].parent;
        while (up && !is_block(tree, up))
            up = tree->nodes[up].parent;
        m->block = up;
    }
    m->view->end[node] = m->view->n_pieces;
}

static void flatten(struct maker *m)
{
    const struct html_tree *tree = m->tree;
    uint32_t node = tree->nodes[0].first;
    while (node && m->view->arena->status == OK && m->text.status == OK) {
        enter(m, node);
        bool skip = tree->nodes[node].type == HTML_ELEMENT && is_silent(tree, node);
        if (tree->nodes[node].first && tree->nodes[node].type == HTML_ELEMENT && !skip) {
            node = tree->nodes[node].first;
            continue;
        }
        for (;; node = tree->nodes[node].parent) {
            if (node == 0)
                break;
            leave(m, node);
            if (tree->nodes[node].next) {
                node = tree->nodes[node].next;
                break;
            }
        }
    }
    end_line(m);
    m->view->begin[0] = 0;
    m->view->end[0] = m->view->n_pieces;
}

/* ---- headings ---- */

static int heading_level(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->type != HTML_ELEMENT)
        return 0;
    if (n->ns == HTML_NS_HTML && n->name >= N_H1 && n->name <= N_H6)
        return n->name - N_H1 + 1;
    if (!n->attrs || !str_is(html_attr(tree, node, N_ROLE), "heading"))
        return 0;
    struct str level = attr_named(tree, node, "aria-level");
    return level.n == 1 && level.p[0] >= '1' && level.p[0] <= '6' ? level.p[0] - '0' : 2;
}

static void find_headings(struct view *v)
{
    for (uint32_t i = 0; i < v->n_lines; i++) {
        uint32_t node = v->pieces[v->lines[i].first].node;
        for (int up = 0; up < 5 && node; up++, node = v->tree->nodes[node].parent) {
            int level = heading_level(v->tree, node);
            if (level) {
                v->lines[i].heading = (uint8_t)level;
                break;
            }
            if (node == v->lines[i].node && is_block(v->tree, node) && up > 0)
                break;
        }
    }
}

/* clang-format off */
static const char related[] =
    "you may also like|you might also like|you might also enjoy|related|related products|related items|related articles|related posts|related questions|similar|similar items|"
    "similar products|similar homes|similar jobs|similar listings|recommended|recommended for you|recommendations|more from|more posts|more products|more articles|more items|"
    "more to discover|more courses|more like this|often bought together|frequently bought together|customers also bought|customers also viewed|also bought|recently viewed|"
    "popular articles|popular posts|next in this series|other notices|see also|further reading|hot network questions|also open|pairs well with|people also viewed|"
    "people also bought|sponsored|trending|trending now|latest episodes|latest posts|latest news|accessories|add ons|suggested topics|colleagues|other jobs|similar stays|"
    "ahnliche produkte|ahnliche artikel|ahnliche fahrzeuge|das konnte ihnen auch gefallen|das konnte dich auch interessieren|kunden kauften auch|passend dazu|weitere artikel|"
    "zuletzt angesehen|empfehlungen|produits similaires|articles similaires|offres similaires|vous aimerez aussi|a lire aussi|produits associes|productos relacionados|"
    "tambien te puede interesar|destacados|prodotti correlati|prodotti simili|potrebbe interessarti anche|ristoranti simili|articoli correlati|gerelateerde producten|"
    "こちらもおすすめ|関連記事|関連商品|おすすめ商品|この商品を買った人はこんな商品も買っています|save the date|read next|up next|keep reading|related topics";
static const char reviews[] =
    "customer reviews|reviews|comments|what buyers say|what our customers say|customers about us|guest reviews|user reviews|bewertungen|kundenbewertungen|kommentare|"
    "rezensionen|avis|avis clients|commentaires|opiniones|comentarios|recensioni|commenti|レビュー|口コミ|コメント|testimonials|guests who stayed here loved|discussion";
/* clang-format on */

static bool begins_with_any(struct str text, const char *phrases)
{
    struct str rest = str_of(phrases);
    while (rest.n) {
        struct str phrase = str_head(rest, str_find(rest, '|'));
        rest = str_from(rest, phrase.n + 1);
        if (phrase.n >= 5 && str_starts(text, phrase) && (text.n == phrase.n || text.p[phrase.n] == ' '))
            return true;
    }
    return false;
}

static uint16_t mark_of_heading(const struct line *line)
{
    struct words w = fold_words(line->folded);
    if (w.cut || line->text.n > 90)
        return 0;
    if (fold_is_any(line->folded, related) ||
        (line->heading && w.n <= 6 && begins_with_any(line->folded, related)) ||
        (w.n >= 2 && w.n <= 4 &&
         (str_is(w.word[0], "also") || (line->heading && str_is(w.word[0], "similar")))))
        return VIEW_RELATED;
    bool thoughts = line->heading && (fold_contains(line->folded, STR_LIT("thoughts on"), NULL) ||
                                      fold_contains(line->folded, STR_LIT("comments on"), NULL));
    struct str bare = line->folded;
    while (bare.n && (ascii_is_digit(bare.p[bare.n - 1]) || bare.p[bare.n - 1] == ' '))
        bare.n--;
    return thoughts || fold_is_any(bare, reviews) ? VIEW_REVIEWS : 0;
}

/* The pieces a heading line speaks of: the rest of the element it opens, or up to the next heading of its rank. */
static struct range section_of(const struct view *v, uint32_t line)
{
    const struct line *l = &v->lines[line];
    uint32_t last = l->first + l->n, node = l->node;
    while (node && v->end[node] <= last)
        node = v->tree->nodes[node].parent;
    struct range r = {last, node ? v->end[node] : v->n_pieces};
    bool opens = node && v->begin[node] >= l->first;
    int level = l->heading ? l->heading : 6;
    for (uint32_t i = line + 1; !opens && i < v->n_lines && v->lines[i].first < r.to; i++)
        if (v->lines[i].heading && v->lines[i].heading <= level)
            r.to = v->lines[i].first;
    return r;
}

static void mark(struct view *v, struct range r, uint16_t marks)
{
    for (uint32_t i = r.from; i < r.to; i++) {
        v->pieces[i].marks |= marks;
        v->lines[v->pieces[i].line].marks |= marks;
    }
}

static void mark_sections(struct view *v)
{
    for (uint32_t i = 0; i < v->n_lines; i++) {
        uint16_t found = mark_of_heading(&v->lines[i]);
        struct range r = found ? section_of(v, i) : (struct range){0, 0};
        bool whole = r.to - r.from > v->n_pieces / 2 && r.from < v->n_pieces / 3;
        if (!found || (v->lines[i].marks & found) || whole)
            continue;
        mark(v, (struct range){v->lines[i].first, r.to}, found);
    }
}

/* ---- the name of the page ---- */

/* How much of the head's title a line is, in hundredths; 0: it does not stand in it. */
static int share_of_title(struct str title, struct str text)
{
    return text.n >= 2 && title.n && fold_contains(title, text, NULL) ? (int)(100 * text.n / title.n)
                                                                      : 0;
}

static void find_title(struct view *v, struct str head)
{
    struct str title = fold_text(v->arena, head);
    int best = 0;
    v->title = v->n_lines;
    for (uint32_t i = 0; i < v->n_lines; i++) {
        const struct line *l = &v->lines[i];
        if (l->text.n > 300 || (l->marks & (VIEW_HIDDEN | VIEW_RELATED | VIEW_NOISE | VIEW_CRUMB)))
            continue;
        bool nav = (l->marks & VIEW_NAV) != 0;
        int score = l->heading == 1 ? 200 : l->heading == 2 ? 60 : l->heading ? 20 : 0;
        int share = share_of_title(title, l->folded);
        if (nav && (l->heading != 1 || share < 10))
            continue;
        bool begins = share && str_starts(title, l->folded);
        score += share ? 30 + share + (begins ? 60 : 0) : 0;
        score -= nav ? 100 : 0;
        if (score > best && score >= 110) {
            best = score;
            v->title = i;
        }
    }
}

/* ---- the door ---- */

static bool room(struct maker *m, uint32_t n)
{
    struct view *v = m->view;
    v->begin = ARENA_ARRAY(v->arena, uint32_t, n);
    v->end = ARENA_ARRAY(v->arena, uint32_t, n);
    m->marks = ARENA_ARRAY(v->arena, uint16_t, n);
    return v->begin && v->end && m->marks;
}

enum status view_make(const struct html_tree *tree, struct str title, struct str language,
                      struct arena *arena, struct view *ret)
{
    *ret = (struct view){.tree = tree,
                         .arena = arena,
                         .language = language,
                         .numerals = numerals_of(language),
                         .style = when_style_of(language)};
    struct maker *m = ARENA_NEW(arena, struct maker);
    if (!m)
        return arena->status;
    m->view = ret;
    m->tree = tree;
    if (!room(m, tree->n_nodes))
        return arena->status;
    buf_init(&m->text, LINE_MAX_BYTES + 1024);
    flatten(m);
    enum status st = m->text.status;
    buf_fini(&m->text);
    if (st != OK || arena->status != OK)
        return st != OK ? st : arena->status;
    find_headings(ret);
    mark_sections(ret);
    find_title(ret, title);
    return OK;
}

/* ---- looking at parts ---- */

struct str view_run(const struct view *v, struct range r, uint32_t *ret_next)
{
    const struct piece *first = &v->pieces[r.from];
    const struct line *line = &v->lines[first->line];
    uint32_t last = line->first + line->n < r.to ? line->first + line->n : r.to;
    const struct piece *end = &v->pieces[last - 1];
    *ret_next = last;
    return str_make(line->text.p + first->at, end->at + end->text.n - first->at);
}

uint32_t view_piece_at(const struct view *v, uint32_t line, size_t at)
{
    const struct line *l = &v->lines[line];
    uint32_t low = l->first, high = l->first + l->n;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (v->pieces[mid].at <= at)
            low = mid;
        else
            high = mid;
    }
    return low;
}

struct str view_text(const struct view *v, struct range r, const char *separator, unsigned without)
{
    struct buf out;
    uint32_t line = UINT32_MAX, before = 0;
    buf_init(&out, LINE_MAX_BYTES * 4);
    for (uint32_t i = r.from; i < r.to; i++) {
        const struct piece *p = &v->pieces[i];
        if (p->marks & without)
            continue;
        if (out.n && p->line != line)
            buf_puts(&out, separator);
        else if (out.n && (before + 1 != i || p->at > v->pieces[before].at + v->pieces[before].text.n))
            buf_putc(&out, ' ');
        buf_put_str(&out, p->text);
        line = p->line;
        before = i;
    }
    struct str text = arena_str(v->arena, buf_str(&out));
    buf_fini(&out);
    return text;
}

unsigned view_parts(const struct view *v, uint32_t node, uint32_t *ret_nodes, unsigned max)
{
    unsigned n = 0;
    for (uint32_t c = v->tree->nodes[node].first; c && n < max; c = v->tree->nodes[c].next)
        if (v->end[c] > v->begin[c])
            ret_nodes[n++] = c;
    return n;
}
