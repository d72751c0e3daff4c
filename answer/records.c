/* SPDX-License-Identifier: Apache-2.0 */
/* records.c: one walk over the elements of a page offers groups of parts that are built alike; the best are kept and read.
 *
 * Every element is looked at once as a child and once as a grandchild, so the walk is linear. Weights are sums of a few small
 * numbers, and what fits a question best is decided by the one who asks: here only what can't be records is left behind. */
#include "answer/records_int.h"

#include "base/must.h"

enum {
    LEADERS_MAX = 3,  /* kinds of children that are tried as records of one parent */
    KINDS_MAX = 24,   /* kinds of children told apart */
    SAMPLE = 24,      /* records whose shapes are compared */
    HEADING_BACK = 8, /* lines before a group that are searched for its heading */
    OUT_OF_VOICE = VIEW_NAV | VIEW_NOISE | VIEW_HIDDEN | VIEW_CRUMB,
};

/* ---- weighing ---- */

static struct range range_of(const struct view *v, const struct member *member)
{
    return (struct range){v->begin[member->first], v->end[member->last]};
}

/* What the pieces of a few records say of the group. */
struct look {
    uint32_t pieces, out, related, aside, links, headings, digits, alike, seen;
};

static void look_at(struct records_maker *m, const struct member *member, uint32_t shape,
                    struct look *look)
{
    const struct view *v = m->view;
    struct range r = range_of(v, member);
    for (uint32_t i = r.from; i < r.to && i < r.from + 200; i++) {
        const struct piece *p = &v->pieces[i];
        look->pieces++;
        look->out += (p->marks & OUT_OF_VOICE) != 0;
        look->related += (p->marks & VIEW_RELATED) != 0;
        look->aside += (p->marks & VIEW_ASIDE) != 0;
        look->links += (p->marks & VIEW_LINK) != 0;
        look->headings += v->lines[p->line].heading != 0;
        look->digits += p->text.n > 0 && ascii_is_digit(p->text.p[0]);
    }
    look->alike += records_shape(v->tree, member->first) == shape;
    look->seen++;
}

static int bits(uint32_t n)
{
    int b = 0;
    while (n >>= 1)
        b++;
    return b;
}

static int weigh(struct records_maker *m, enum records_sort sort, uint32_t n)
{
    const struct view *v = m->view;
    struct look look = {0};
    uint32_t covered = 0, step = n > SAMPLE ? n / SAMPLE : 1,
             shape = records_shape(v->tree, m->members[n / 2].first);
    for (uint32_t i = 0; i < n; i++) {
        struct range r = range_of(v, &m->members[i]);
        covered += r.to - r.from;
        if (i % step == 0)
            look_at(m, &m->members[i], shape, &look);
    }
    uint32_t each = covered / n;
    int score = 7 * (bits(n) < 5 ? bits(n) : 5) +
                (m->own ? (int)(60ull * (covered < m->own ? covered : m->own) / m->own) : 0);
    score += each <= 1 ? 0 : each == 2 ? 12 : each <= 40 ? 22 : each <= 120 ? 14 : 4;
    score += (int)(12 * look.alike / look.seen) + (look.links >= look.seen ? 5 : 0) +
             (look.headings >= look.seen ? 8 : 0) + (look.digits * 2 >= look.seen ? 4 : 0);
    score -= (int)(60 * look.out / look.pieces) + (int)(30 * look.related / look.pieces) +
             (int)(12 * look.aside / look.pieces);
    if (html_is(v->tree, m->members[0].first, N_P) && sort == RECORDS_PARTS)
        score -= 25;
    if (sort == RECORDS_COLUMNS)
        score -= 8;
    return score;
}

void records_offer(struct records_maker *m, enum records_sort sort, uint32_t parent, uint32_t header,
                   uint32_t n)
{
    if (n > RECORDS_MAX) {
        n = RECORDS_MAX;
        m->cut = true;
    }
    uint32_t filled = 0;
    for (uint32_t i = 0; i < n; i++)
        filled += m->view->end[m->members[i].last] > m->view->begin[m->members[i].first];
    if (filled == 0)
        return;
    int score = weigh(m, sort, n);
    unsigned at = m->n_kept;
    while (at && m->kept[at - 1].score < score)
        at--;
    if (at == RECORDS_GROUPS_MAX || score < 0)
        return;
    struct member *copy = ARENA_ARRAY(m->arena, struct member, n);
    if (!copy)
        return;
    memcpy(copy, m->members, n * sizeof *copy);
    m->n_kept += m->n_kept < RECORDS_GROUPS_MAX;
    memmove(&m->kept[at + 1], &m->kept[at], (m->n_kept - 1 - at) * sizeof m->kept[0]);
    m->kept[at] = (struct candidate){
        .sort = sort, .parent = parent, .header = header, .p = copy, .n = n, .score = score};
}

/* ---- among the children of one parent ---- */

struct kind_of_child {
    uint32_t key, n, pieces, shape, first;
};

static unsigned kinds_of(const struct view *v, const struct child *children, uint32_t n,
                         struct kind_of_child *kinds)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < n; i++) {
        unsigned k = 0;
        while (k < count && kinds[k].key != children[i].key)
            k++;
        if (k == KINDS_MAX)
            continue;
        if (k == count)
            kinds[count++] =
                (struct kind_of_child){.key = children[i].key, .shape = children[i].shape, .first = i};
        kinds[k].n++;
        kinds[k].pieces += v->end[children[i].node] - v->begin[children[i].node];
    }
    return count;
}

static void offer_kind(struct records_maker *m, enum records_sort sort, uint32_t parent, uint32_t header,
                       const struct child *children, uint32_t n, uint32_t key)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (children[i].key == key)
            m->members[count++] = (struct member){children[i].node, children[i].node};
    records_offer(m, sort, parent, header, count);
}

static int heading_of(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    return n->ns == HTML_NS_HTML && n->name >= N_H1 && n->name <= N_H6 ? n->name - N_H1 + 1 : 0;
}

/* Runs that begin with a child of that key; a heading of a higher rank ends the last of them. */
static void offer_runs(struct records_maker *m, uint32_t parent, uint32_t header,
                       const struct child *children, uint32_t n, uint32_t key, uint32_t followed_least)
{
    const struct html_tree *tree = m->view->tree;
    uint32_t count = 0, followed = 0;
    bool open = false;
    for (uint32_t i = 0; i < n; i++) {
        bool leads = children[i].key == key;
        int level = heading_of(tree, children[i].node);
        if (!leads && level && count && level < heading_of(tree, m->members[count - 1].first))
            open = false;
        if (leads) {
            m->members[count++] = (struct member){children[i].node, children[i].node};
            open = true;
        } else if (open) {
            followed += m->members[count - 1].last == m->members[count - 1].first;
            m->members[count - 1].last = children[i].node;
        }
    }
    if (count >= 2 && followed * 100 >= count * followed_least)
        records_offer(m, RECORDS_RUNS, parent, header, count);
}

/* The kind of child that may lead runs: terms, the highest headings, else the first that comes again but is not all there is. */
static const struct kind_of_child *leader_of(const struct view *v, const struct child *children,
                                             uint32_t n, const struct kind_of_child *kinds,
                                             unsigned count)
{
    const struct kind_of_child *heading = NULL, *first = NULL;
    uint32_t all = 0;
    for (unsigned k = 0; k < count; k++)
        all += kinds[k].pieces;
    for (unsigned k = 0; k < count; k++) {
        uint32_t node = children[kinds[k].first].node;
        int level = heading_of(v->tree, node);
        if (kinds[k].n < 2)
            continue;
        if (html_is(v->tree, node, N_DT))
            return &kinds[k];
        if (level && (!heading || level < heading_of(v->tree, children[heading->first].node)))
            heading = &kinds[k];
        if (!first && kinds[k].pieces * 20 < all * 17)
            first = &kinds[k];
    }
    (void)n;
    return heading ? heading : first;
}

void records_consider(struct records_maker *m, enum records_sort sort, uint32_t parent, uint32_t header,
                      const struct child *children, uint32_t n)
{
    struct kind_of_child kinds[KINDS_MAX];
    unsigned count = kinds_of(m->view, children, n, kinds);
    bool tried[KINDS_MAX] = {false};
    const struct kind_of_child *leader =
        count > 1 ? leader_of(m->view, children, n, kinds, count) : NULL;
    for (unsigned round = 0; round < LEADERS_MAX; round++) {
        unsigned best = count;
        for (unsigned k = 0; k < count; k++)
            if (!tried[k] && kinds[k].n >= 2 && (best == count || kinds[k].pieces > kinds[best].pieces))
                best = k;
        if (best == count)
            break;
        tried[best] = true;
        offer_kind(m, sort, parent, header, children, n, kinds[best].key);
    }
    if (leader)
        offer_runs(m, parent, header, children, n, leader->key,
                   heading_of(m->view->tree, children[leader->first].node) ? 30 : 60);
}

/* ---- cousins ---- */

/* The commonest step among the grandchildren under the children of one key. */
static uint32_t common_step(const struct view *v, const struct child *children, uint32_t n, uint32_t key,
                            uint32_t *ret_n)
{
    struct {
        uint32_t step, n;
    } steps[KINDS_MAX] = {0};
    unsigned count = 0, best = 0;
    bool named;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t c = children[i].key == key ? v->tree->nodes[children[i].node].first : 0; c;
             c = v->tree->nodes[c].next) {
            if (v->tree->nodes[c].type != HTML_ELEMENT || v->end[c] < v->begin[c] + 2)
                continue;
            uint32_t step = records_step(v->tree, c, &named);
            unsigned k = 0;
            while (k < count && steps[k].step != step)
                k++;
            if (k == KINDS_MAX)
                continue;
            count += k == count;
            steps[k].step = step;
            steps[k].n++;
            best = steps[k].n > steps[best].n ? k : best;
        }
    *ret_n = count ? steps[best].n : 0;
    return count ? steps[best].step : 0;
}

/* Rows of cards: the children of children that are alike. */
static void consider_cousins(struct records_maker *m, uint32_t parent, const struct child *children,
                             uint32_t n)
{
    const struct view *v = m->view;
    struct kind_of_child kinds[KINDS_MAX];
    unsigned count = kinds_of(v, children, n, kinds), most = 0;
    bool named;
    for (unsigned k = 1; k < count; k++)
        most = kinds[k].pieces > kinds[most].pieces ? k : most;
    if (count == 0 || kinds[most].n < 2)
        return;
    uint32_t key = kinds[most].key, same, members = 0, step = common_step(v, children, n, key, &same);
    if (same < kinds[most].n + 1)
        return;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t c = children[i].key == key ? v->tree->nodes[children[i].node].first : 0; c;
             c = v->tree->nodes[c].next)
            if (v->tree->nodes[c].type == HTML_ELEMENT && v->end[c] >= v->begin[c] + 2 &&
                members < RECORDS_CHILDREN_MAX && records_step(v->tree, c, &named) == step)
                m->members[members++] = (struct member){c, c};
    records_offer(m, RECORDS_PARTS, parent, 0, members);
}

/* ---- the walk ---- */

static bool is_of_table(const struct html_tree *tree, uint32_t node)
{
    return html_is(tree, node, N_TBODY) || html_is(tree, node, N_THEAD) ||
           html_is(tree, node, N_TFOOT) || html_is(tree, node, N_TR);
}

static void visit(struct records_maker *m, uint32_t node)
{
    const struct html_tree *tree = m->view->tree;
    if (html_is(tree, node, N_TABLE)) {
        records_table(m, node);
    } else if (!is_of_table(tree, node)) {
        uint32_t n = records_children(m, node, m->children);
        if (n < 2)
            return;
        records_consider(m, RECORDS_PARTS, node, 0, m->children, n);
        consider_cousins(m, node, m->children, n);
    }
}

static void walk(struct records_maker *m)
{
    const struct view *v = m->view;
    uint32_t node = v->tree->nodes[0].first;
    while (node && m->arena->status == OK) {
        bool text = v->tree->nodes[node].type == HTML_ELEMENT && v->end[node] > v->begin[node] + 1;
        if (text)
            visit(m, node);
        node = text ? html_next(v->tree, node, 0) : html_skip(v->tree, node, 0);
    }
}

/* ---- names of a group ---- */

static struct str heading_before(const struct view *v, const struct records *r)
{
    uint32_t piece =
        r->p[0].n_cells && r->sort == RECORDS_COLUMNS ? r->p[0].cells[0].range.from : r->p[0].range.from;
    uint32_t line = piece < v->n_pieces ? v->pieces[piece].line : 0;
    for (uint32_t back = 0; back < HEADING_BACK && line > 0; back++)
        if (v->lines[--line].heading)
            return v->lines[line].text;
    return STR_NONE;
}

static struct str names_of(struct records_maker *m, const struct candidate *c)
{
    const struct html_tree *tree = m->view->tree;
    struct str class = html_attr(tree, c->parent, N_CLASS), id = html_attr(tree, c->parent, N_ID),
               own = html_attr(tree, c->p[0].first, N_CLASS);
    struct str all = arena_printf(m->arena, "%.*s %.*s %.*s", STR_ARG(str_head(class, 200)),
                                  STR_ARG(str_head(id, 100)), STR_ARG(str_head(own, 200)));
    return fold_text(m->arena, all);
}

/* ---- the door ---- */

static uint32_t own_pieces(const struct view *v)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < v->n_pieces; i++)
        n += (v->pieces[i].marks & (OUT_OF_VOICE | VIEW_RELATED)) == 0;
    return n;
}

enum status records_find(const struct view *v, const struct concepts *concepts, struct records_list *ret)
{
    struct arena *arena = v->arena;
    struct records_maker *m = ARENA_NEW(arena, struct records_maker);
    *ret = (struct records_list){0};
    if (!m)
        return arena->status;
    m->view = v;
    m->concepts = concepts;
    m->arena = arena;
    m->own = own_pieces(v);
    m->children = ARENA_ARRAY(arena, struct child, RECORDS_CHILDREN_MAX);
    m->members = ARENA_ARRAY(arena, struct member, RECORDS_CHILDREN_MAX);
    ret->p = ARENA_ARRAY(arena, struct records, RECORDS_GROUPS_MAX);
    if (!m->children || !m->members || !ret->p)
        return arena->status;
    walk(m);
    for (unsigned i = 0; i < m->n_kept && arena->status == OK; i++) {
        struct records *r = &ret->p[ret->n];
        enum status st = records_read(m, &m->kept[i], r);
        if (st != OK)
            return st;
        r->heading = heading_before(v, r);
        r->names = names_of(m, &m->kept[i]);
        ret->n++;
    }
    ret->cut = m->cut;
    return arena->status;
}

const struct record_cell *record_cell(const struct record *record, unsigned column)
{
    for (uint32_t i = 0; i < record->n_cells; i++)
        if (record->cells[i].column == column)
            return &record->cells[i];
    return NULL;
}

const struct record_cell *record_cell_at(const struct record *record, uint32_t piece)
{
    const struct record_cell *best = NULL;
    for (uint32_t i = 0; i < record->n_cells; i++)
        if (record->cells[i].range.from <= piece && piece < record->cells[i].range.to)
            best = &record->cells[i];
    return best;
}
