/* SPDX-License-Identifier: Apache-2.0 */
/* facts.c: words of a link's parts, looked up; each hit noted with its place. */
#include "frontier/facts.h"

#include "base/must.h"

enum role_of_field { FIELD_HOST, FIELD_SEGMENT, FIELD_VALUE, FIELD_TEXT, FIELD_TITLE };

/* One run of words that stand together. */
struct field {
    const struct lexicon *lexicon;
    struct word word[40];
    const struct phrase *phrase[40]; /* the first that begins here */
    uint64_t light;                  /* words that say nothing, as bits: stop words and numbers */
    uint64_t bracket;                /* words between brackets */
    uint64_t number;                 /* numbers and months */
    uint64_t symbol;                 /* pictographs: a headphone, a check mark */
    size_t n;
    unsigned content; /* words that are not light */
    enum role_of_field role;
    uint16_t place; /* of a whole and of a part hit */
    uint16_t part_place;
    uint8_t depth;
};

#define FIELD_WORDS 40

static uint64_t bits(size_t from, size_t to)
{
    return to <= from ? 0 : (((uint64_t)1 << (to - from)) - 1) << from;
}

static unsigned count(uint64_t set)
{
    return (unsigned)__builtin_popcountll(set);
}

static bool is_stop(const struct lexicon *x, const struct phrase *p)
{
    for (; p; p = lexicon_next(x, p))
        if (p->concept == CONCEPT_STOP && p->n == 1)
            return true;
    return false;
}

static bool is_month(const struct lexicon *x, const struct phrase *p)
{
    for (; p; p = lexicon_next(x, p))
        if (p->concept >= CONCEPT_MONTH && p->concept < CONCEPT_MONTH + 12)
            return true;
    return false;
}

static void mark_brackets(struct field *f)
{
    size_t open = f->n;
    for (size_t i = 0; i < f->n; i++) {
        if (f->word[i].marks & WORD_OPEN)
            open = i;
        if ((f->word[i].marks & WORD_CLOSE) && open <= i) {
            f->bracket |= bits(open, i + 1);
            open = f->n;
        }
    }
}

static void field_read(struct field *f, struct str text, enum words_mode mode)
{
    f->n = words_of(text, mode, f->word, FIELD_WORDS);
    f->light = f->bracket = f->symbol = f->number = 0;
    for (size_t i = 0; i < f->n; i++) {
        f->phrase[i] = lexicon_first(f->lexicon, f->word[i].hash);
        if ((f->word[i].marks & WORD_NUMBER) || is_month(f->lexicon, f->phrase[i]))
            f->number |= bits(i, i + 1);
        if ((f->number >> i & 1) || (f->phrase[i] && is_stop(f->lexicon, f->phrase[i])))
            f->light |= bits(i, i + 1);
        if (f->word[i].marks & WORD_SYMBOL) {
            f->symbol |= bits(i, i + 1);
            f->light |= bits(i, i + 1);
        }
    }
    f->content = count(bits(0, f->n) & ~f->light);
    if (f->role == FIELD_TEXT)
        mark_brackets(f);
}

/* Nothing that counts stands in the field but these words. */
static bool is_whole(const struct field *f, uint64_t phrase)
{
    uint64_t rest = bits(0, f->n) & ~phrase & ~f->light;
    return !rest || (!(phrase & f->bracket) && !(rest & ~f->bracket));
}

/* "Guide: ...", "... - live updates", "[Solved] ...", "... (guide)". */
static bool is_label(const struct field *f, size_t at, size_t n)
{
    uint64_t phrase = bits(at, at + n), content = bits(0, f->n) & ~f->light;
    if ((phrase & f->bracket) == phrase) {
        size_t from = at, to = at + n;
        while (from > 0 && !(f->word[from].marks & WORD_OPEN))
            from--;
        while (to < f->n && !(f->word[to - 1].marks & WORD_CLOSE))
            to++;
        return count(bits(from, to) & ~f->light) <= 3;
    }
    size_t first = 1, last = f->n;
    while (first < f->n && !(f->word[first].marks & WORD_LABEL))
        first++;
    if (first >= f->n)
        return false;
    while (last > 1 && !(f->word[last - 1].marks & WORD_LABEL))
        last--;
    last--;
    if (at + n <= first && count(content & bits(0, first) & ~phrase) <= 1)
        return !(content & bits(at + n, first) & ~f->bracket);
    if (at < last)
        return false;
    uint64_t tail = content & bits(last, f->n);
    return f->word[last].marks & WORD_COLON ? !(tail & ~phrase) : count(tail) <= 3;
}

static uint16_t place_in_text(const struct field *f, const struct phrase *p, size_t at)
{
    uint64_t phrase = bits(at, at + p->n), content = bits(0, f->n) & ~f->light;
    if (is_whole(f, phrase))
        return IN_ALL | IN_TEXT;
    bool first = !(content & bits(0, at));
    bool cue = (p->roles & ROLE_ASKED) == 0;
    if (is_label(f, at, p->n) || (cue && first && p->n > 1) || (cue && f->symbol >> at & 1))
        return IN_LABEL | IN_TEXT;
    bool state = p->concept < KIND_COUNT && kind_class(p->concept) == CLASS_ATTR;
    size_t end = at + p->n;
    while (end < f->n && !(f->word[end].marks & WORD_COMMA))
        end++;
    uint64_t behind = bits(at + p->n, end) & ~f->bracket;
    bool last = !(content & behind) && !(behind & ~f->number);
    if ((last && count(content & bits(0, end)) <= 4) || (first && f->content <= (state ? 6 : 2)))
        return IN_HEAD | IN_TEXT;
    return first || last ? IN_TEXT | TEXT_EDGE : IN_TEXT;
}

static uint16_t place_of(const struct field *f, const struct phrase *p, size_t at)
{
    switch (f->role) {
    case FIELD_TEXT:
        return p->roles & ROLE_TEXT ? place_in_text(f, p, at) : 0;
    case FIELD_TITLE:
        if (!(p->roles & ROLE_TEXT))
            return 0;
        return is_whole(f, bits(at, at + p->n)) ? IN_TITLE | IN_TITLE_TEXT : IN_TITLE_TEXT;
    case FIELD_HOST:
        return (p->roles & ROLE_PATH) && is_whole(f, bits(at, at + p->n)) ? IN_HOST : 0;
    default:
        if ((p->roles & ROLE_PATH) && is_whole(f, bits(at, at + p->n)))
            return f->place;
        if (!(p->roles & ROLE_SLUG))
            return 0;
        return at == 0 || at + p->n == f->n ? f->part_place | SLUG_EDGE : f->part_place;
    }
}

static void field_note(const struct field *f, struct evidence *evidence, struct facts *facts)
{
    size_t covered = 0; /* words before this one belong to a longer phrase, where the head decides */
    for (size_t i = 0; i < f->n; i++) {
        size_t inside = covered;
        for (const struct phrase *p = f->phrase[i]; p; p = lexicon_next(f->lexicon, p)) {
            if (p->concept < KIND_COUNT && i + p->n <= inside)
                continue;
            if (p->concept == CONCEPT_STOP || !phrase_fits(f->lexicon, p, f->word + i, f->n - i))
                continue;
            uint16_t where = place_of(f, p, i);
            if (!where)
                continue;
            if (p->concept < KIND_COUNT && p->n > 1 && i + p->n > covered)
                covered = i + p->n;
            if (p->concept < KIND_COUNT && i + p->n < covered)
                continue;
            struct evidence *e = &evidence[p->concept];
            if (facts && !e->where && !e->parts && facts->n_touched < MAX_TOUCHED)
            facts->touched[facts->n_touched++] = p->concept;
            e->parts |= p->part ? p->part : 0xFF;
            if (p->part) {
                e->where |= where & (IN_SLUG | IN_VALUE | IN_TEXT | IN_SEGMENT | IN_LEAF);
                e->prefix |= i == 0 && (where & IN_SLUG) ? p->part : 0;
                continue;
            }
            if (f->role == FIELD_TEXT && f->word[i + p->n - 1].marks & WORD_PLURAL)
                where |= IS_PLURAL;
            e->where |= where;
            if (where & (IN_SEGMENT | IN_LEAF | IN_SLUG) && f->depth > e->depth)
                e->depth = f->depth;
        }
    }
}

static void note_segments(struct field *f, const struct address *a, struct evidence *evidence,
                          struct facts *facts)
{
    f->role = FIELD_SEGMENT;
    f->part_place = IN_SLUG;
    for (unsigned i = 0; i < a->n_segments; i++) {
        f->place = i + 1 == a->n_segments ? IN_LEAF : IN_SEGMENT;
        f->depth = (uint8_t)(i + 1);
        field_read(f, a->segment[i], WORDS_URL);
        field_note(f, evidence, facts);
    }
    if (facts && a->n_segments) {
        facts->slug_words = f->content;
        facts->slug_numbers = 0;
        for (size_t i = 0; i < f->n; i++)
            facts->slug_numbers += (f->word[i].marks & WORD_NUMBER) != 0;
    }
    f->role = FIELD_VALUE;
    f->part_place = IN_VALUE;
    f->depth = 0;
    for (unsigned i = 0; i < a->n_parameters; i++) {
        f->place = IN_QUERY;
        field_read(f, a->parameter[i].value, WORDS_URL);
        field_note(f, evidence, facts);
        f->place = IN_VALUE;
        field_read(f, a->parameter[i].name, WORDS_URL);
        field_note(f, evidence, facts);
    }
}

/* Labels of the host before its last two: "docs" of docs.example.com. */
static void note_host(struct field *f, struct str host, struct evidence *evidence, struct facts *facts)
{
    size_t end = host.n;
    for (int dots = 0; end > 0 && dots < 2; end--)
        dots += host.p[end - 1] == '.';
    f->role = FIELD_HOST;
    struct str front = str_head(host, end);
    while (front.n) {
        struct str one = str_head(front, str_find(front, '.'));
        front = str_from(front, one.n + 1);
        if (str_is(one, "www"))
            continue;
        field_read(f, one, WORDS_URL);
        field_note(f, evidence, facts);
    }
}

static void note_text(struct field *f, struct str text, struct facts *facts)
{
    f->role = FIELD_TEXT;
    field_read(f, text, WORDS_TEXT);
    facts->text_words = f->content;
    facts->text_language = -1;
    field_note(f, facts->own, facts);
}

/* The title without the site's name behind a bar or dash: "SQL Commands" of "SQL Commands - MiniDB 5". */
static struct str own_title(struct str title)
{
    struct word words[FIELD_WORDS];
    size_t n = words_of(title, WORDS_TEXT, words, FIELD_WORDS);
    for (size_t i = 1; i < n; i++)
        if ((words[i].marks & WORD_LABEL) && !(words[i].marks & WORD_COLON))
            return str_head(title, words[i - 1].at + (size_t)words[i - 1].n);
    return title;
}

/* A page whose whole title names a thing lists it, or is it; one that mentions it is neither. */
static void note_page_title(struct field *f, struct str title, struct evidence *from)
{
    f->role = FIELD_TITLE;
    field_read(f, own_title(title), WORDS_TEXT);
    for (size_t i = 0; i < f->n; i++)
        for (const struct phrase *p = f->phrase[i]; p; p = lexicon_next(f->lexicon, p)) {
            bool fits = p->concept != CONCEPT_STOP && !p->part && (p->roles & ROLE_TEXT) &&
                        phrase_fits(f->lexicon, p, f->word + i, f->n - i);
            if (!fits || !is_whole(f, bits(i, i + p->n)))
                continue;
            from[p->concept].where |= IN_TITLE;
            from[p->concept].parts = 0xFF;
        }
}

static void find_text_language(struct facts *facts)
{
    for (unsigned i = 0; i < facts->n_touched; i++) {
        unsigned c = facts->touched[i];
        if (c >= CONCEPT_LANGUAGE && c < CONCEPT_TERM && facts->own[c].where & (IN_ALL | IN_LABEL))
            facts->text_language = (int)(c - CONCEPT_LANGUAGE);
    }
}

static void note_file(struct facts *facts)
{
    static const struct {
        uint8_t file;
        uint16_t kind;
    } rows[] = {
        {FILE_PDF, KIND_PDF},          {FILE_IMAGE, KIND_IMAGE_FILE}, {FILE_ARCHIVE, KIND_ARCHIVE_FILE},
        {FILE_MEDIA, KIND_AUDIO_FILE}, {FILE_DATA, KIND_DATA_FILE},   {FILE_OFFICE, KIND_OFFICE_FILE},
        {FILE_TEXT, KIND_PLAIN_TEXT},  {FILE_CAD, KIND_CAD},          {FILE_PROGRAM, KIND_DOWNLOAD}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (facts->link.file == rows[i].file)
            facts->own[rows[i].kind] = (struct evidence){.where = IN_FILE, .parts = 0xFF};
}

void facts_read(const struct lexicon *lexicon, const struct link *link, const struct url *url,
                const struct url *found_on, struct facts *facts)
{
    struct field f;
    f.lexicon = lexicon;
    memset(facts->own, 0, sizeof facts->own);
    memset(facts->from, 0, sizeof facts->from);
    facts->n_touched = facts->slug_words = facts->slug_numbers = 0;
    address_read(url, &facts->link);
    note_file(facts);
    note_segments(&f, &facts->link, facts->own, facts);
    note_host(&f, url->host, facts->own, facts);
    note_text(&f, link->text, facts);
    if (link->title.n) {
        f.role = FIELD_TITLE;
        field_read(&f, link->title, WORDS_TEXT);
        field_note(&f, facts->own, facts);
    }
    find_text_language(facts);
    if (found_on) {
        address_read(found_on, &facts->found);
        note_segments(&f, &facts->found, facts->from, NULL);
        if (link->on_title.n)
            note_page_title(&f, link->on_title, facts->from);
    }
}

void facts_of_address(const struct lexicon *lexicon, const struct url *url, struct evidence *evidence)
{
    struct field f;
    struct address a;
    f.lexicon = lexicon;
    memset(evidence, 0, CONCEPT_COUNT * sizeof *evidence);
    address_read(url, &a);
    note_segments(&f, &a, evidence, NULL);
    note_host(&f, url->host, evidence, NULL);
}
