/* SPDX-License-Identifier: Apache-2.0 */
/* machine.c: which item a page is about, and the value at a concept's paths in it. What the reader of the page can see too counts
 * more than what only machines are told, as that grows stale. */
#include "answer/find.h"

enum { PATHS_MAX = 12, VISIBLE = 88, UNSEEN = 56 };

/* ---- the page's item ---- */

/* clang-format off */
static const char of_site[] = "|website|webpage|breadcrumblist|organization|searchaction|sitenavigationelement|imageobject|listitem|wpheader|wpfooter|wpsidebar|"
    "person|itemlist|collectionpage|offer|aggregaterating|contactpoint|postaladdress|review|rating|videoobject|brand|corporation|onlinestore|speakablespecification|";
static const char of_thing[] = "|product|productgroup|individualproduct|recipe|article|newsarticle|blogposting|techarticle|report|jobposting|event|musicevent|theaterevent|"
    "businessevent|educationevent|sportsevent|hotel|lodgingbusiness|restaurant|localbusiness|book|movie|course|softwareapplication|mobileapplication|"
    "softwaresourcecode|question|qapage|faqpage|realestatelisting|apartment|house|vehicle|car|podcastepisode|tvseries|musicalbum|dataset|howto|"
    "scholarlyarticle|discussionforumposting|store|";
/* clang-format on */

static bool type_in(const struct item *item, const char *list)
{
    for (unsigned i = 0; i < item->n_types; i++) {
        char key[80] = "|";
        struct str name = item_type_name(item->types[i]);
        if (name.n > 70)
            continue;
        for (size_t k = 0; k < name.n; k++)
            key[k + 1] = ascii_lower(name.p[k]);
        key[name.n + 1] = '|';
        key[name.n + 2] = '\0';
        if (strstr(list, key))
            return true;
    }
    return false;
}

static unsigned properties(const struct item *item)
{
    unsigned n = 0;
    for (const struct prop *p = item->first; p && n < 10; p = p->next)
        n++;
    return n;
}

static int item_score(const struct item *item, const struct view *v)
{
    int score =
        (int)properties(item) + (type_in(item, of_thing) ? 60 : 0) - (type_in(item, of_site) ? 40 : 0);
    const struct prop *name = item_prop(item, "name");
    if (!name || name->item)
        name = item_prop(item, "headline");
    if (!name || name->item || v->title >= v->n_lines)
        return score;
    struct str said = fold_text(v->arena, name->text), title = v->lines[v->title].folded;
    bool same = fold_contains(title, said, NULL) || fold_contains(said, title, NULL);
    bool hidden = item->node && v->end[item->node] > v->begin[item->node] &&
                  (v->pieces[v->begin[item->node]].marks & (VIEW_RELATED | VIEW_NAV));
    return score + (same ? 50 : 0) - (hidden ? 80 : 0);
}

static void consider(const struct item *item, const struct view *v, const struct item **best,
                     int *best_score)
{
    int score = item_score(item, v);
    if (score > *best_score) {
        *best = item;
        *best_score = score;
    }
}

const struct item *machine_main(const struct items *items, const struct view *v)
{
    const struct item *best = NULL;
    int best_score = 20;
    for (const struct item *i = items->first; i; i = i->next) {
        const struct prop *entity;
        if (i->source == ITEM_META)
            continue;
        consider(i, v, &best, &best_score);
        if ((entity = item_prop(i, "mainEntity")) && entity->item)
            consider(entity->item, v, &best, &best_score);
    }
    return best;
}

/* ---- paths ---- */

/* "12 Tallow Street, Bristol BS1 6QX" of a PostalAddress. */
static struct str address_text(struct arena *arena, const struct item *item)
{
    static const char *const parts[] = {"streetAddress", "addressLocality", "addressRegion",
                                        "postalCode"};
    struct buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const struct prop *p = item_prop(item, parts[i]);
        if (!p || p->item)
            continue;
        if (out.n)
            buf_puts(&out, ", ");
        buf_put_str(&out, p->text);
    }
    struct str text = out.n ? arena_str(arena, buf_str(&out)) : STR_NONE;
    buf_fini(&out);
    return text;
}

static struct str item_text(struct arena *arena, const struct item *item)
{
    static const char *const names[] = {"name", "text", "value", "url", "contentUrl"};
    if (item_is(item, "PostalAddress"))
        return address_text(arena, item);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct prop *p = item_prop(item, names[i]);
        if (p && !p->item)
            return p->text;
    }
    return STR_NONE;
}

struct collector {
    const struct facts *facts;
    struct str *texts;
    unsigned n, max;
};

static void collect(struct collector *c, const struct item *item, struct str path, unsigned depth)
{
    size_t dot = str_find(path, '.');
    bool whole = str_find(path, ':') < path.n || str_starts(path, STR_LIT("dc."));
    struct str name = whole ? path : str_head(path, dot),
               rest = whole ? STR_LIT("") : str_from(path, dot + 1);
    for (const struct prop *p = item->first; p && c->n < c->max && depth < 8; p = p->next) {
        if (!str_eq_nocase(p->name, name))
            continue;
        if (rest.n && p->item)
            collect(c, p->item, rest, depth + 1);
        else if (rest.n == 0)
            c->texts[c->n++] = p->item ? item_text(c->facts->arena, p->item) : p->text;
        c->n -= c->n && c->texts[c->n - 1].n == 0;
    }
}

/* A property that is called as the field is. */
static void collect_named(struct collector *c, const struct item *item, const struct field *field,
                          unsigned depth)
{
    for (const struct prop *p = item->first; p && c->n < c->max; p = p->next) {
        char folded[512];
        if (p->name.n > 160)
            continue;
        struct meaning m = {.words = fold_words(str_make(folded, fold_to(p->name, folded)))};
        if (meaning_match(&(struct meaning){.words = field->meaning.words}, &m) >= 95)
            c->texts[c->n++] = p->item ? item_text(c->facts->arena, p->item) : p->text;
        c->n -= c->n && c->texts[c->n - 1].n == 0;
        if (p->item && depth < 1)
            collect_named(c, p->item, field, depth + 1);
    }
}

unsigned machine_texts(const struct facts *facts, const struct field *field, struct str *texts,
                       unsigned max)
{
    struct collector c = {.facts = facts, .texts = texts, .max = max};
    struct str paths = str_of(concept_machine(field->meaning.concept));
    while (paths.n && c.n == 0) {
        struct str path = str_head(paths, str_find(paths, '|'));
        if (facts->main)
            collect(&c, facts->main, path, 0);
        if (c.n == 0 && facts->meta)
            collect(&c, facts->meta, path, 0);
        paths = str_from(paths, path.n + 1);
    }
    if (c.n == 0 && facts->main && field->meaning.concept == CONCEPT_NONE)
        collect_named(&c, facts->main, field, 0);
    return c.n;
}

/* ---- what can be seen ---- */

static bool seen_text(const struct facts *facts, struct str text)
{
    struct str folded = fold_text(facts->arena, text);
    for (uint32_t i = 0; folded.n && i < facts->view.n_lines; i++) {
        const struct line *l = &facts->view.lines[i];
        if (!(l->marks & (VIEW_NAV | VIEW_NOISE | VIEW_HIDDEN | VIEW_RELATED)) &&
            fold_contains(l->folded, folded, NULL))
            return true;
    }
    return false;
}

static bool seen_number(const struct facts *facts, double wanted)
{
    for (uint32_t i = 0; i < facts->view.n_lines; i++) {
        const struct line *l = &facts->view.lines[i];
        struct number number;
        size_t at;
        if (l->marks & (VIEW_NAV | VIEW_NOISE | VIEW_HIDDEN | VIEW_RELATED))
            continue;
        for (struct str rest = l->text; number_find(rest, NUMERALS_GROUP, &at, &number);
             rest = str_from(rest, at + number.n))
            if (number.value == wanted || -number.value == wanted)
                return true;
    }
    return false;
}

static bool is_seen(const struct facts *facts, const struct field *field, const struct value *value,
                    struct str text)
{
    if (value->sort == VALUE_NUMBER)
        return seen_number(facts, value->number) ||
               (field->kind == KIND_SPAN && seen_number(facts, value->number));
    if (field->kind == KIND_DATE || field->kind == KIND_URL)
        return true; /* dates are written in too many ways to be looked for */
    return value->sort == VALUE_TEXT ? seen_text(facts, value->text) || seen_text(facts, text) : false;
}

/* The path of an enum's member: "https://schema.org/InStock". */
static struct str bare(struct str text)
{
    bool schema = str_starts(text, STR_LIT("http://schema.org/")) ||
                  str_starts(text, STR_LIT("https://schema.org/"));
    return schema ? item_type_name(text) : text;
}

void cue_machine(struct finder *f)
{
    struct str texts[PATHS_MAX];
    const struct facts *facts = f->facts;
    unsigned n = machine_texts(facts, f->field, texts, PATHS_MAX);
    struct reading reading = facts->reading;
    reading.labelled = true;
    reading.numerals = NUMERALS_POINT;
    for (unsigned i = 0; i < n; i++) {
        struct value value;
        struct str text = bare(texts[i]);
        enum verdict verdict = f->field->kind == KIND_URL
                                   ? value_of_text(&reading, f->field, text, &value)
                                   : value_read(&reading, f->field, text, &value);
        if (verdict != VERDICT_FIT)
            continue;
        bool known = f->field->kind == KIND_STOCK || f->field->kind == KIND_CURRENCY;
        find_offer(f, &value,
                   known                                    ? UNSEEN + 4
                   : is_seen(facts, f->field, &value, text) ? VISIBLE
                                                            : UNSEEN,
                   facts->view.n_pieces);
        if (!value_is_last(f->field))
            return;
    }
}
