/* SPDX-License-Identifier: Apache-2.0 */
/* content_features.c: the numbers that a block is judged by. All sums come from running sums, so a block costs
 * the same on any page; only the walk up to larger areas goes over a few elements.
 *
 * Not here: what the numbers mean. */
#include "extract/content_features.h"

enum { UP_MOST = 40 };

static int16_t cap(uint64_t n)
{
    return (int16_t)(n < 10000 ? n : 10000);
}

static int16_t percent(uint64_t part, uint64_t whole)
{
    return whole ? cap(part * 100 / whole) : 0;
}

/* ---- the block itself ---- */

static void measure_text(const struct content_block *b, int16_t *f)
{
    f[F_WORDS] = cap(b->words);
    f[F_CHARS] = cap(b->chars);
    f[F_LINKS] = percent(b->link_chars, b->chars);
    f[F_WORD_LENGTH] = cap(b->words ? b->letters * 10u / b->words : 0);
    f[F_SENTENCES] = cap(b->sentences + b->ends);
    f[F_COMMAS] = cap(b->commas);
    f[F_ENDS] = b->ends;
    f[F_DIGITS] = percent(b->digits, b->letters + b->digits);
    f[F_CAPITALS] = percent(b->capitals, b->words);
    f[F_CODE] = b->code;
    f[F_STRONG] = b->strong;
    f[F_TIME] = b->time;
    f[F_TWICE] = b->twice;
    f[F_TITLED] = b->titled;
}

static void measure_tag(const struct content_block *b, int16_t *f)
{
    static const uint16_t features[TAG_COUNT] = {
        [TAG_OTHER] = F_TAG_OTHER,     [TAG_P] = F_TAG_P,
        [TAG_H1] = F_TAG_H1,           [TAG_H2] = F_TAG_H2,
        [TAG_H3] = F_TAG_H3,           [TAG_LI] = F_TAG_LI,
        [TAG_CELL] = F_TAG_CELL,       [TAG_TERM] = F_TAG_TERM,
        [TAG_PRE] = F_TAG_PRE,         [TAG_QUOTE] = F_TAG_QUOTE,
        [TAG_CAPTION] = F_TAG_CAPTION, [TAG_BUTTON] = F_TAG_BUTTON};
    static const uint16_t cues[CUE_COUNT] = {
        [CUE_RELATED] = F_CUE_RELATED,     [CUE_COMMENT] = F_CUE_COMMENT, [CUE_SHARE] = F_CUE_SHARE,
        [CUE_SUBSCRIBE] = F_CUE_SUBSCRIBE, [CUE_LEGAL] = F_CUE_LEGAL,     [CUE_COOKIE] = F_CUE_LEGAL,
        [CUE_META] = F_CUE_META,           [CUE_TAGS] = F_CUE_TAGS,       [CUE_ADVERT] = F_CUE_ADVERT,
        [CUE_ACTION] = F_CUE_ACTION,       [CUE_CREDIT] = F_CUE_CREDIT,   [CUE_BIO] = F_CUE_BIO,
        [CUE_REVIEW] = F_CUE_REVIEW};
    f[features[b->tag]] = 1;
    if (b->cue != CUE_NONE)
        f[cues[b->cue]] = 1;
}

static bool is_heading(const struct content_block *b)
{
    return b->tag == TAG_H1 || b->tag == TAG_H2 || b->tag == TAG_H3;
}

/* A heading's say ends with the area that holds it and what it heads. */
static void measure_heading(struct content_measure *m, uint32_t i, int16_t *f)
{
    const struct content_page *p = m->page;
    const struct content_block *b = &p->blocks[i];
    if (m->any_heading != UINT32_MAX)
        f[F_SINCE_HEADING] = cap(i - m->any_heading);
    else
        f[F_SINCE_HEADING] = 10000;
    if (m->heading != UINT32_MAX) {
        const struct content_block *h = &p->blocks[m->heading];
        uint32_t scope = h->area;
        while (p->areas[scope].parent != scope && p->areas[scope].to <= m->heading + 1)
            scope = p->areas[scope].parent;
        bool far = i >= p->areas[scope].to || (is_heading(b) && b->tag <= h->tag && b->cue == CUE_NONE);
        unsigned cue = h->cue;
        f[cue == CUE_RELATED   ? F_UNDER_RELATED
          : cue == CUE_COMMENT ? F_UNDER_COMMENT
          : cue == CUE_REVIEW  ? F_UNDER_REVIEW
                               : F_UNDER_OTHER] = far ? 1 : 2;
        f[F_UNDER_FAR] = cap(i - m->heading);
    }
    bool opens =
        b->words <= 12 && !b->ends &&
        (b->cue == CUE_RELATED || b->cue == CUE_COMMENT || b->cue == CUE_SHARE ||
         b->cue == CUE_SUBSCRIBE || b->cue == CUE_BIO || b->cue == CUE_TAGS || b->cue == CUE_REVIEW) &&
        (is_heading(b) || b->link_chars == 0);
    if (opens)
        m->heading = i;
    if (is_heading(b))
        m->any_heading = i;
}

/* ---- around it ---- */

static void measure_within(const struct content_page *p, const struct content_block *b, int16_t *f)
{
    static const struct {
        unsigned within;
        uint16_t feature;
    } list[] = {{IN_MAIN, F_IN_MAIN},
                {IN_ARTICLE, F_IN_ARTICLE},
                {IN_NAV, F_IN_NAV},
                {IN_HEADER, F_IN_HEADER},
                {IN_FOOTER, F_IN_FOOTER},
                {IN_ASIDE, F_IN_ASIDE},
                {IN_FORM, F_IN_FORM},
                {IN_LIST, F_IN_LIST},
                {IN_TABLE, F_IN_TABLE},
                {IN_FIGURE, F_IN_FIGURE},
                {IN_QUOTE, F_IN_QUOTE},
                {IN_DIALOG, F_IN_DIALOG},
                {IN_SECTION, F_IN_SECTION},
                {IN_BUTTON, F_IN_BUTTON},
                {IN_HIDDEN, F_IN_HIDDEN},
                {IN_PROP_BODY, F_IN_BODY_PROP},
                {IN_LINK, F_IN_LINK},
                {IN_LABEL, F_IN_LABEL},
                {IN_PRE, F_IN_PRE},
                {IN_DL, F_IN_DL},
                {IN_NESTED_ARTICLE, F_IN_NESTED},
                {IN_OPTIONAL, F_IN_DETAILS}};
    const struct content_area *a = &p->areas[b->area];
    for (size_t i = 0; i < ARRAY_LEN(list); i++)
        f[list[i].feature] = (a->within & list[i].within) != 0;
    static const uint64_t chrome = 1ull << NAME_NAV | 1ull << NAME_FOOTER | 1ull << NAME_CONSENT |
                                   1ull << NAME_POPUP | 1ull << NAME_SIDE | 1ull << NAME_SEARCH |
                                   1ull << NAME_LOGIN;
    f[F_CHROME] = a->within & (IN_NAV | IN_FOOTER | IN_ASIDE | IN_DIALOG) || a->up & chrome;
    f[F_COOKIE_TEXT] = b->cookie;
    f[F_DEPTH] = cap(a->depth);
    for (unsigned i = 0; i < NAME_COUNT; i++) {
        f[F_NEAR_NAV + i] = (int16_t)((a->near | b->own) >> i & 1);
        f[F_UP_NAV + i] = (int16_t)((a->up | b->own) >> i & 1);
    }
}

static void measure_sums(const struct content_page *p, uint32_t area, const struct content_sum *all,
                         int16_t *f, unsigned share)
{
    const struct content_area *a = &p->areas[area];
    struct content_sum s = content_sum_of(p, a->from, a->to);
    uint32_t blocks = a->to - a->from;
    f[0] = cap(s.words);
    f[1] = percent(s.link_chars, s.chars);
    f[2] = cap(blocks);
    f[3] = percent(s.prose, blocks);
    f[4] = cap(blocks ? s.words / blocks : 0);
    f[share] = percent(s.words, all->words);
}

/* Three areas, each with about twice the blocks of the one before. */
static void measure_areas(struct content_measure *m, const struct content_block *b,
                          const struct content_sum *all, int16_t *f)
{
    const struct content_page *p = m->page;
    static const uint16_t first[] = {F_A1_WORDS, F_A2_WORDS, F_A3_WORDS};
    static const uint16_t share[] = {F_A1_SHARE, F_A2_SHARE, F_A3_SHARE};
    uint32_t area = b->area, want = 2;
    for (unsigned level = 0; level < 3; level++) {
        for (unsigned up = 0; up < UP_MOST && area && p->areas[area].to - p->areas[area].from < want;
             up++)
            area = p->areas[area].parent;
        m->around[level] = area;
        measure_sums(p, area, all, f + first[level], share[level] - (unsigned)first[level]);
        want = (p->areas[area].to - p->areas[area].from) * 2;
    }
}

/* The innermost and the outermost area around it that has twins. */
static void measure_twins(const struct content_page *p, const struct content_block *b, int16_t *f)
{
    uint32_t area = b->area;
    bool inner = false;
    for (unsigned up = 0; up < UP_MOST && area && area != p->best; up++, area = p->areas[area].parent) {
        const struct content_area *a = &p->areas[area];
        if (a->twins < 3 || a->to - a->from < 1 || a->name == N_P || a->name == N_TD || a->name == N_TR)
            continue;
        struct content_sum s = content_sum_of(p, a->from, a->to);
        if (!inner) {
            f[F_TWINS] = cap(a->twins);
            f[F_TWIN_WORDS] = cap(s.words);
            f[F_TWIN_LINKS] = percent(s.link_chars, s.chars);
        }
        inner = true;
        f[F_OUTER_TWINS] = cap(a->twins);
        f[F_OUTER_TWIN_WORDS] = cap(s.words);
    }
}

/* ---- where it stands ---- */

static void measure_best(const struct content_page *p, uint32_t i, const struct content_sum *all,
                         int16_t *f)
{
    const struct content_area *best = &p->areas[p->best];
    struct content_sum s = content_sum_of(p, best->from, best->to);
    f[F_IN_BEST] = i >= best->from && i < best->to;
    f[F_BEFORE_BEST] = i < best->from ? cap(best->from - i) : 0;
    f[F_AFTER_BEST] = i >= best->to ? cap(i - best->to + 1) : 0;
    f[F_BEST_SHARE] = percent(s.words, all->words);
    f[F_BEST_LINKS] = percent(s.link_chars, s.chars);
    if (f[F_IN_BEST]) {
        f[F_BEST_DEPTH] = cap(p->areas[p->blocks[i].area].depth - best->depth);
        f[F_IN_BEST_AT] = percent(content_sum_of(p, best->from, i).words, s.words);
    }
    const struct content_area *up = &p->areas[best->parent];
    f[F_BEST_UP1] = i >= up->from && i < up->to;
    up = &p->areas[up->parent];
    f[F_BEST_UP2] = i >= up->from && i < up->to;
}

static void measure_place(struct content_measure *m, uint32_t i, const struct content_sum *all,
                          int16_t *f)
{
    const struct content_page *p = m->page;
    f[F_AT] = percent(p->sums[i].words, all->words);
    f[F_AT_BLOCK] = percent(i, p->n_blocks);
    f[F_H1_DISTANCE] = p->h1_block == UINT32_MAX
                           ? -10000
                           : (int16_t)(i < p->h1_block ? -cap(p->h1_block - i) : cap(i - p->h1_block));
    f[F_PROSE_BEFORE] = percent(p->sums[i].prose, all->prose);
    f[F_PROSE_AFTER] = percent(all->prose - p->sums[i + 1].prose, all->prose);
    f[F_PROSE_BACK] = m->last_prose == UINT32_MAX ? 10000 : cap(i - m->last_prose);
    f[F_PROSE_AHEAD] = m->next_prose[i] == UINT32_MAX ? 10000 : cap(m->next_prose[i] - i);
    if (p->sums[i + 1].prose > p->sums[i].prose)
        m->last_prose = i;
}

static void measure_neighbours(const struct content_page *p, uint32_t i, int16_t *f)
{
    const struct content_block *b = &p->blocks[i];
    if (i) {
        f[F_PREV_WORDS] = cap(b[-1].words);
        f[F_PREV_LINKS] = percent(b[-1].link_chars, b[-1].chars);
        f[F_PREV_SAME] = b[-1].tag == b->tag && p->areas[b[-1].area].parent == p->areas[b->area].parent;
    }
    if (i > 1)
        f[F_PREV2_WORDS] = cap(b[-2].words);
    if (i + 1 < p->n_blocks) {
        f[F_NEXT_WORDS] = cap(b[1].words);
        f[F_NEXT_LINKS] = percent(b[1].link_chars, b[1].chars);
        f[F_NEXT_SAME] = b[1].tag == b->tag && p->areas[b[1].area].parent == p->areas[b->area].parent;
    }
    if (i + 2 < p->n_blocks)
        f[F_NEXT2_WORDS] = cap(b[2].words);
    uint32_t from = i > 5 ? i - 5 : 0, to = i + 6 < p->n_blocks ? i + 6 : p->n_blocks;
    struct content_sum s = content_sum_of(p, from, to);
    f[F_NEAR_WORDS] = cap(s.words);
    f[F_NEAR_LINKS] = percent(s.link_chars, s.chars);
}

static void measure_url(const struct content_page *p, int16_t *f)
{
    f[F_URL_ARTICLE] = (p->url_names >> NAME_ARTICLE & 1) != 0;
    f[F_URL_PRODUCT] = (p->url_names >> NAME_PRODUCT & 1) != 0;
    f[F_URL_THREAD] = (p->url_names >> NAME_THREAD & 1) != 0;
    f[F_URL_LIST] = (p->url_names >> NAME_ITEM & 1) != 0;
    f[F_URL_DEPTH] = cap(p->url_depth);
    f[F_URL_HYPHENS] = cap(p->url_hyphens);
}

/* The child of the best area that holds the block. */
static void measure_part(const struct content_page *p, const struct content_block *b, int16_t *f)
{
    const struct content_area *best = &p->areas[p->best];
    uint32_t area = b->area;
    if (!f[F_IN_BEST] || area == p->best)
        return;
    for (unsigned up = 0; up < UP_MOST && p->areas[area].parent != p->best; up++)
        area = p->areas[area].parent;
    const struct content_area *a = &p->areas[area];
    struct content_sum s = content_sum_of(p, a->from, a->to);
    f[F_PART_WORDS] = cap(s.words);
    f[F_PART_LINKS] = percent(s.link_chars, s.chars);
    f[F_PART_PROSE] = percent(s.prose, a->to - a->from);
    f[F_PART_AT] = percent(a->from - best->from, best->to - best->from);
}

static void measure_page(struct content_measure *m, const struct content_sum *all, int16_t *f)
{
    const struct content_page *p = m->page;
    f[F_PAGE_COMMENTS] = m->comments;
    f[F_PAGE_PROSE_WORDS] = m->prose_words;
    f[F_PAGE_MEAN] = cap(p->n_blocks ? all->words / p->n_blocks : 0);
    f[F_PAGE_WORDS] = cap(all->words);
    f[F_PAGE_LINKS] = percent(all->link_chars, all->chars);
    f[F_PAGE_PROSE] = cap(all->prose);
    f[F_PAGE_ARTICLES] = cap(p->n_articles);
    f[F_PAGE_MAIN] = cap(p->n_mains);
    f[F_SAYS_ARTICLE] = (p->says & SAYS_ARTICLE) != 0;
    f[F_SAYS_PRODUCT] = (p->says & SAYS_PRODUCT) != 0;
    f[F_SAYS_THREAD] = (p->says & SAYS_THREAD) != 0;
    f[F_SAYS_LIST] = (p->says & SAYS_LIST) != 0;
    f[F_SAYS_SITE] = (p->says & SAYS_SITE) != 0;
}

enum status content_measure_begin(struct content_measure *m, const struct content_page *page)
{
    *m = (struct content_measure){
        .page = page, .heading = UINT32_MAX, .any_heading = UINT32_MAX, .last_prose = UINT32_MAX};
    m->next_prose = arena_alloc(page->arena, (page->n_blocks + 1) * sizeof *m->next_prose);
    if (!m->next_prose)
        return page->arena->status;
    uint32_t next = UINT32_MAX, comments = 0, prose_words = 0, words = page->sums[page->n_blocks].words;
    for (uint32_t i = page->n_blocks; i-- > 0;) {
        m->next_prose[i] = next;
        if (page->sums[i + 1].prose == page->sums[i].prose)
            continue;
        next = i;
        prose_words += page->blocks[i].words;
        if (page->areas[page->blocks[i].area].up >> NAME_COMMENT & 1)
            comments += page->blocks[i].words;
    }
    m->comments = percent(comments, prose_words);
    m->prose_words = percent(prose_words, words);
    return OK;
}

void content_measure(struct content_measure *m, uint32_t block, int16_t f[F_COUNT])
{
    const struct content_page *p = m->page;
    const struct content_block *b = &p->blocks[block];
    const struct content_sum *all = &p->sums[p->n_blocks];
    memset(f, 0, F_COUNT * sizeof *f);
    measure_text(b, f);
    measure_tag(b, f);
    measure_heading(m, block, f);
    measure_within(p, b, f);
    measure_areas(m, b, all, f);
    measure_twins(p, b, f);
    measure_best(p, block, all, f);
    measure_place(m, block, all, f);
    measure_neighbours(p, block, f);
    measure_page(m, all, f);
    measure_url(p, f);
    measure_part(p, b, f);
}
