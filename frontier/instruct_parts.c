/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_parts.c: from text to pieces. Literals first (paths, globs, quoted words), then limits (depth,
 * count, dates, versions), then at each place the longest phrase of the cues and of the kinds table. */
#include "frontier/instruct_cutting.h"

#include "base/must.h"

struct piece *cut_piece(struct cutting *c, enum piece_kind kind, int value)
{
    struct parts *p = c->parts;
    if (p->n == MAX_PIECES) {
        p->cut = true;
        return NULL;
    }
    p->piece[p->n] = (struct piece){.kind = kind, .value = value, .other_kind = -1};
    return &p->piece[p->n++];
}

struct str cut_text(const struct cutting *c, size_t i, size_t n)
{
    size_t from = c->word[i].at, to = c->word[i + n - 1].at + (size_t)c->word[i + n - 1].n;
    return str_make(c->text.p + from, to - from);
}

struct str cut_gap(const struct cutting *c, size_t i)
{
    size_t from = i ? c->word[i - 1].at + (size_t)c->word[i - 1].n : 0;
    size_t to = i < c->n ? c->word[i].at : c->text.n;
    return to > from ? str_make(c->text.p + from, to - from) : str_make(c->text.p + from, 0);
}

bool cut_is(const struct cutting *c, size_t i, const char *any)
{
    if (i >= c->n)
        return false;
    struct str list = str_of(any);
    while (list.n) {
        struct str one = str_head(list, str_find(list, '|'));
        list = str_from(list, one.n + 1);
        struct word w;
        if (words_of(one, WORDS_TEXT, &w, 1) && w.hash == c->word[i].hash)
            return true;
    }
    return false;
}

/* ---- literals ---- */

static bool is_open_quote(struct str s, size_t at, size_t *ret_n)
{
    static const char *const quotes[] = {"\"", "“", "„", "«", "”"};
    for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
        if (str_starts(str_from(s, at), str_of(quotes[i]))) {
            *ret_n = strlen(quotes[i]);
            return true;
        }
    }
    return false;
}

static bool is_close_quote(struct str s, size_t at, size_t *ret_n)
{
    if (str_starts(str_from(s, at), STR_LIT("»"))) {
        *ret_n = 2;
        return true;
    }
    return is_open_quote(s, at, ret_n);
}

static bool is_tail_mark(char ch)
{
    return strchr(",.;:!?)\"'", ch) != NULL;
}

/* A run between white space without the marks of the sentence around it. */
static struct str bare_chunk(struct str chunk)
{
    while (chunk.n && strchr("(\"'[", chunk.p[0]))
        chunk = str_from(chunk, 1);
    size_t n;
    while (chunk.n > 2 && is_open_quote(chunk, 0, &n) && n > 1)
        chunk = str_from(chunk, n);
    while (chunk.n && is_tail_mark(chunk.p[chunk.n - 1])) {
        if (chunk.p[chunk.n - 1] == ')' && str_find(chunk, '(') < chunk.n)
            break;
        chunk.n--;
    }
    while (chunk.n > 2 && (unsigned char)chunk.p[chunk.n - 3] == 0xE2 &&
           (unsigned char)chunk.p[chunk.n - 2] == 0x80)
        chunk.n -= 3;
    return chunk;
}

static bool is_path(struct str s)
{
    if (str_starts(s, STR_LIT("http://")) || str_starts(s, STR_LIT("https://")))
        return true;
    if (s.n < 2)
        return false;
    if (s.p[0] == '/' && s.p[1] != '/')
        return true;
    if (str_starts(s, STR_LIT("#/")) || str_starts(s, STR_LIT("#!/")) || str_starts(s, STR_LIT("^/")) ||
        str_starts(s, STR_LIT("*.")) || str_starts(s, STR_LIT("**/")) || str_starts(s, STR_LIT("*/")))
        return true;
    size_t slash = str_find(s, '/'), question = str_find(s, '?');
    if (str_find(s, '*') < s.n && (slash < s.n || str_find(s, '-') < s.n || str_find(s, '=') < s.n))
        return true;
    if (question < s.n && str_find(str_from(s, question), '=') < s.n - question)
        return true;
    return slash > 0 && s.n > 2 && s.p[s.n - 1] == '/';
}

static void take_chunk(struct cutting *c, struct str chunk)
{
    enum piece_kind kind;
    if (is_path(chunk))
        kind = PIECE_PATH;
    else if (chunk.n > 1 && chunk.p[chunk.n - 1] == '=' && ascii_is_alpha(chunk.p[0]))
        kind = PIECE_PARAMETER;
    else
        return;
    size_t from = (size_t)(chunk.p - c->text.p), to = from + chunk.n;
    bool first = true;
    for (size_t i = 0; i < c->n; i++) {
        size_t at = c->word[i].at, end = at + c->word[i].n;
        if (end <= from || at >= to)
            continue;
        c->state[i] = first ? LITERAL : USED;
        if (first) {
            /* The word stands for the whole literal from here on. */
            c->word[i].at = (uint16_t)from;
            c->word[i].n = (uint16_t)chunk.n;
            c->word[i].hash = (uint64_t)kind;
        } else {
            c->word[i].at = (uint16_t)to;
            c->word[i].n = 0;
        }
        first = false;
    }
}

static void find_literals(struct cutting *c)
{
    for (size_t at = 0; at < c->text.n;) {
        if (ascii_is_space(c->text.p[at])) {
            at++;
            continue;
        }
        size_t end = at;
        while (end < c->text.n && !ascii_is_space(c->text.p[end]) && c->text.p[end] != ',')
            end++;
        struct str chunk = bare_chunk(str_make(c->text.p + at, end - at));
        if (chunk.n > 1)
            take_chunk(c, chunk);
        at = end + (end == at);
    }
}

/* ---- pieces in order ---- */

static bool is_abbreviation(const struct cutting *c, size_t i)
{
    static const char *const list[] = {"e",   "g",  "i",  "eg",   "ie",  "incl",   "etc", "vs", "vol",
                                       "no",  "nr", "z",  "b",    "bzw", "inkl",   "usw", "p",  "max",
                                       "min", "st", "dr", "prof", "mr",  "approx", "ca",  "d"};
    if (i == 0)
        return false;
    struct str s = cut_text(c, i - 1, 1);
    for (size_t k = 0; k < ARRAY_LEN(list); k++)
        if (str_eq_nocase(s, str_of(list[k])))
            return true;
    return false;
}

static void add_breaks(struct cutting *c, size_t i)
{
    struct str gap = cut_gap(c, i);
    for (size_t k = 0; k < gap.n; k++) {
        char ch = gap.p[k];
        bool spaced = (k == 0 || ascii_is_space(gap.p[k - 1]));
        bool ends = k + 1 >= gap.n || ascii_is_space(gap.p[k + 1]) || strchr(")\"'!?.", gap.p[k + 1]);
        if (ch == ',')
            cut_piece(c, PIECE_BREAK, ',');
        else if ((ch == '.' && ends && !is_abbreviation(c, i)) || ch == ';' || ch == '!' || ch == '?' ||
                 ch == '\n')
            cut_piece(c, PIECE_BREAK, '.');
        else if (ch == ':' && ends)
            cut_piece(c, PIECE_BREAK, ':');
        else if (ch == '(' || ch == ')')
            cut_piece(c, PIECE_BREAK, ch);
        else if ((ch == '-' && spaced && ends && gap.n > 1) ||
                 (gap.n - k >= 3 && (memcmp(gap.p + k, "–", 3) == 0 || memcmp(gap.p + k, "—", 3) == 0)))
            cut_piece(c, PIECE_BREAK, '-');
        else if (ch == '/' || ch == '&' || ch == '+' || ch == '|')
            cut_piece(c, PIECE_BREAK, '&');
    }
}

static const struct phrase *longest(const struct lexicon *x, const struct cutting *c, size_t i,
                                    size_t most, unsigned below, unsigned concepts)
{
    size_t free_words = 0;
    while (i + free_words < c->n && c->state[i + free_words] == FREE && free_words < most) {
        struct str gap = cut_gap(c, i + free_words);
        if (free_words &&
            (str_find(gap, ',') < gap.n || str_find(gap, '(') < gap.n || str_find(gap, ';') < gap.n ||
             str_find(gap, ')') < gap.n || (str_find(gap, '.') < gap.n && gap.n > 1)))
            break;
        free_words++;
    }
    for (const struct phrase *p = lexicon_first(x, c->word[i].hash); p; p = lexicon_next(x, p))
        if ((p->roles & ROLE_ASKED) && p->concept < concepts && p->concept >= below &&
            phrase_fits(x, p, c->word + i, free_words))
            return p;
    return NULL;
}

/* A quoted run up to its closing mark; how many words, 0: no quote begins before word i. */
static size_t quoted_words(const struct cutting *c, size_t i)
{
    struct str gap = cut_gap(c, i);
    bool opened = false;
    for (size_t k = 0; k < gap.n; k++) {
        size_t n;
        if (is_open_quote(gap, k, &n) && (k + n == gap.n)) /* touches the word */
            opened = true;
    }
    if (!opened)
        return 0;
    for (size_t n = 1; n <= TERM_MAX_WORDS && i + n <= c->n; n++) {
        struct str after = cut_gap(c, i + n);
        for (size_t k = 0; k < after.n; k++) {
            size_t width;
            if (is_close_quote(after, k, &width))
                return c->state[i] == LITERAL ? 0 : n;
        }
    }
    return 0;
}

static size_t add_quote(struct cutting *c, size_t i, size_t n)
{
    const struct phrase *p = longest(c->tables, c, i, n, 0, KIND_COUNT);
    if (p && p->n == n) {
        struct piece *piece = cut_piece(c, PIECE_KIND, p->concept);
        if (piece)
            piece->text = cut_text(c, i, n);
        return n;
    }
    /* "X vs ..." names a kind inside the quotes. */
    for (size_t k = i; k < i + n; k++) {
        const struct phrase *q = longest(c->tables, c, k, i + n - k, 0, KIND_COUNT);
        if (q && q->concept == KIND_COMPARISON) {
            struct piece *piece = cut_piece(c, PIECE_KIND, q->concept);
            if (piece)
                piece->text = cut_text(c, i, n);
            return n;
        }
    }
    struct piece *piece = cut_piece(c, PIECE_QUOTE, 0);
    if (piece)
        piece->text = cut_text(c, i, n);
    return n;
}

/* ---- slips of the keyboard ---- */

/* One letter more, less or other, or two swapped. */
static bool is_one_off(struct str a, struct str b)
{
    if (a.n > b.n) {
        struct str t = a;
        a = b;
        b = t;
    }
    if (b.n - a.n > 1)
        return false;
    size_t i = 0, k = 0;
    while (i < a.n && ascii_lower(a.p[i]) == ascii_lower(b.p[i]))
        i++;
    while (k < a.n - i && ascii_lower(a.p[a.n - 1 - k]) == ascii_lower(b.p[b.n - 1 - k]))
        k++;
    if (a.n < b.n)
        return i + k == a.n;
    if (i + k + 1 == a.n)
        return a.n >= 8;
    return i + k + 2 == a.n && ascii_lower(a.p[i]) == ascii_lower(b.p[i + 1]) &&
           ascii_lower(a.p[i + 1]) == ascii_lower(b.p[i]);
}

/* Long names only, not capitalised: a short or capital word is rather another word. */
static const char *const often_mistyped[] = {
    "documentation", "tutorial",     "tutorials",     "reference",     "changelog",   "release",
    "releases",      "download",     "downloads",     "article",       "articles",    "product",
    "products",      "category",     "categories",    "comment",       "comments",    "community",
    "calendar",      "question",     "questions",     "guidance",      "guides",      "exclude",
    "ignore",        "include",      "without",       "except",        "everything",  "archive",
    "archives",      "recipes",      "recipe",        "reviews",       "review",      "account",
    "checkout",      "newsletter",   "podcast",       "podcasts",      "episode",     "episodes",
    "transcript",    "transcripts",  "careers",       "pricing",       "customer",    "customers",
    "integration",   "integrations", "installation",  "configuration", "translation", "translations",
    "language",      "section",      "sections",      "forums",        "threads",     "announcement",
    "announcements", "event",        "events",        "webinar",       "webinars",    "privacy",
    "publication",   "publications", "attachment",    "attachments",   "history",     "profile",
    "profiles",      "images",       "version",       "versions",      "manual",      "manuals",
    "glossary",      "security",     "specification", "endpoint",      "endpoints",   "schema",
    "exhibition",    "exhibitions",  "regulation",    "regulations",   "vacancies",   "interview",
    "interviews",    "opinion",      "opinions",      "gallery",       "testimonial", "testimonials",
    "levels",        "pages",        "only",          "posts",         "stories",     "search",
    "login",         "shipping",     "delivery",      "returns",       "instructions"};

/* "Prodcut" is rather a name; "PRODCUT" is a loud word. */
static bool is_capitalised(struct str s)
{
    return !(s.p[0] >= 'a' && s.p[0] <= 'z') &&
           !(s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= 'A' && s.p[1] <= 'Z');
}

static void correct_words(struct cutting *c)
{
    for (size_t i = 0; i < c->n; i++) {
        struct str s = cut_text(c, i, 1);
        if (c->state[i] != FREE || s.n < 6 || is_capitalised(s) ||
            lexicon_first(c->tables, c->word[i].hash) || lexicon_first(&c->cues, c->word[i].hash))
            continue;
        for (size_t k = 0; k < ARRAY_LEN(often_mistyped); k++) {
            if (!is_one_off(s, str_of(often_mistyped[k])))
                continue;
            c->word[i].hash = word_hash(often_mistyped[k]);
            break;
        }
    }
}

static bool at_clause_start(const struct cutting *c)
{
    if (!c->parts->n)
        return true;
    const struct piece *p = &c->parts->piece[c->parts->n - 1];
    return p->kind == PIECE_BREAK ||
           (p->kind == PIECE_CUE && (p->value == CUE_STOP || p->value == CUE_BUT ||
                                     p->value == CUE_NOT || p->value == CUE_ONLY));
}

/* "Download all recipes", but "no download": a verb at the start of its clause, with something behind it. */
static bool is_verb_here(const struct cutting *c, size_t i)
{
    if (c->parts->n) {
        const struct piece *p = &c->parts->piece[c->parts->n - 1];
        if (p->kind == PIECE_CUE && p->value == CUE_NOT &&
            !str_starts(cut_text(c, i - 1, 1), STR_LIT("t")) &&
            !cut_is(c, i - 1, "not|dont|never|nicht|pas"))
            return false;
    }
    struct str gap = cut_gap(c, i + 1);
    return at_clause_start(c) && i + 1 < c->n && str_find(gap, ',') == gap.n &&
           str_find(gap, '.') == gap.n && !cut_is(c, i + 1, "and|or|section|page|link|area|und|et|y");
}

static size_t add_language_code(struct cutting *c, size_t i)
{
    if (i + 1 >= c->n || !str_is(cut_gap(c, i + 1), "-") || cut_text(c, i, 1).n != 2)
        return 0;
    struct str code = cut_text(c, i, 2);
    int language = code.n == 5 || code.n == 7 ? language_of_code(code) : -1;
    if (language < 0)
        return 0;
    struct piece *p = cut_piece(c, PIECE_LANGUAGE, language);
    if (p)
        p->text = code;
    return 2;
}

/* "English literature courses" are about English, not in it. */
static bool language_is_subject(const struct cutting *c, size_t i)
{
    return cut_is(
        c, i + 1,
        "literature|grammar|language|course|lesson|learning|vocabulary|teacher|class|food|recipe|"
        "cuisine|"
        "history|wine|league|market|art|culture|department|studie|restaurant|politics|football");
}

/* "C", "R", "D": a capital by itself is a name, but for the words "A" and "I", French articles, and "Y" and "O" where
 * a sentence begins. */
static bool is_letter_name(const struct cutting *c, size_t i)
{
    struct str s = cut_text(c, i, 1), gap = cut_gap(c, i + 1);
    return s.n == 1 && s.p[0] >= 'B' && s.p[0] <= 'Z' && s.p[0] != 'I' && str_find(gap, '\'') == gap.n &&
           !str_starts(gap, STR_LIT("’")) && (i > 0 || (s.p[0] != 'Y' && s.p[0] != 'O'));
}

/* "org.orbit.net", "std::net", "package-use": one name, whatever its parts mean alone. How many words, 1: none. */
static size_t joined_words(const struct cutting *c, size_t i)
{
    size_t n = 1;
    bool steers = false;
    while (i + n < c->n && n < TERM_MAX_WORDS && c->state[i + n] == FREE) {
        struct str gap = cut_gap(c, i + n);
        bool hyphen = str_is(gap, "-");
        if (!hyphen && !str_is(gap, ".") && !str_is(gap, "::") && !str_is(gap, "_"))
            break;
        steers |= !hyphen || longest(&c->cues, c, i + n, 1, 0, CUE_STOP + 1) != NULL;
        n++;
    }
    return steers && !is_abbreviation(c, i + 1) ? n : 1;
}

/* "no", "without" and their like want a noun behind them. */
static bool is_negated_noun(const struct cutting *c)
{
    const struct piece *p = c->parts->n ? &c->parts->piece[c->parts->n - 1] : NULL;
    static const char *const words[] = {"no",      "without", "skip", "ignore",
                                        "exclude", "ohne",    "sans", "sin"};
    for (size_t k = 0; p && p->kind == PIECE_CUE && p->value == CUE_NOT && k < ARRAY_LEN(words); k++)
        if (str_eq_nocase(p->text, str_of(words[k])))
            return true;
    return false;
}

/* "$50", "50 EUR": a price is not told by a link. */
static bool is_money(const struct cutting *c, size_t i)
{
    struct str gap = cut_gap(c, i);
    bool sign =
        gap.n && (gap.p[gap.n - 1] == '$' || str_ends(gap, STR_LIT("€")) || str_ends(gap, STR_LIT("£")));
    return (c->word[i].marks & WORD_NUMBER) &&
           (sign || cut_is(c, i + 1, "eur|euro|usd|dollar|gbp|pound"));
}

/* "the REST API": the last word of a cue is the first of a longer name. */
static bool begins_kind(const struct cutting *c, size_t i)
{
    const struct phrase *kind = longest(c->tables, c, i, PHRASE_MAX_WORDS, 0, KIND_COUNT);
    return kind && kind->n > 1;
}

static size_t add_piece(struct cutting *c, size_t i)
{
    size_t n = add_language_code(c, i);
    if (n)
        return n;
    n = joined_words(c, i);
    const struct phrase *whole =
        n > 1 ? longest(c->tables, c, i, PHRASE_MAX_WORDS, 0, KIND_COUNT) : NULL;
    if (n > 1 && (!whole || whole->n < n) && !longest(&c->cues, c, i, 1, 0, CUE_STOP + 1)) {
        struct piece *name = cut_piece(c, PIECE_QUOTE, 0);
        if (name)
            name->text = cut_text(c, i, n);
        return n;
    }
    const struct phrase *cue = longest(&c->cues, c, i, PHRASE_MAX_WORDS, 0, CUE_STOP + 1);
    const struct phrase *kind = longest(c->tables, c, i, PHRASE_MAX_WORDS, 0, KIND_COUNT);
    const struct phrase *language =
        longest(c->tables, c, i, PHRASE_MAX_WORDS, CONCEPT_LANGUAGE, CONCEPT_TERM);
    struct piece *p = NULL;
    if (cue && cue->concept == CUE_OTHER && cue->n > 1 && begins_kind(c, i + cue->n - 1))
        cue = longest(&c->cues, c, i, 1, 0, CUE_STOP + 1);
    if (is_letter_name(c, i)) {
        cue = kind = language = NULL;
    }
    if (cue && kind && cue->concept == CUE_STOP && cue->n == kind->n && (c->word[i].marks & WORD_PLURAL))
        cue = NULL; /* "shipping and returns", but "don't return" */
    if (cue && cue->concept == CUE_YES && !kind && is_negated_noun(c))
        cue = NULL; /* "no pull requests" */
    if (is_money(c, i)) {
        p = cut_piece(c, PIECE_CUE, CUE_VAGUE);
        if (p)
            p->text = cut_text(c, i, 1);
        return 1;
    }
    if (language && !(kind && kind->n > language->n) && !language_is_subject(c, i)) {
        p = cut_piece(c, PIECE_LANGUAGE, language->concept - CONCEPT_LANGUAGE);
        n = language->n;
    } else if (cue && (!kind || cue->n > kind->n ||
                       (cue->n == kind->n && !(cue->concept == CUE_YES && !is_verb_here(c, i))))) {
        p = cut_piece(c, PIECE_CUE, cue->concept);
        n = cue->n;
        if (p && kind && kind->n == n)
        p->other_kind = kind->concept;
    } else if (kind) {
        p = cut_piece(c, PIECE_KIND, kind->concept);
        n = kind->n;
    } else {
        p = cut_piece(c, PIECE_WORD, 0);
        n = 1;
    }
    if (p) {
        p->text = cut_text(c, i, n);
        p->plural = (c->word[i + n - 1].marks & WORD_PLURAL) != 0;
        p->page = n > 1 && cut_is(c, i + n - 1, "page|seite");
    }
    return n;
}

static void add_ordered(struct cutting *c)
{
    struct parts ready = *c->parts;
    c->parts->n = 0;
    for (size_t i = 0; i < c->n;) {
        if (c->word[i].n || c->state[i] != USED)
            add_breaks(c, i);
        if (c->piece_at[i] >= 0) {
            struct piece *p = cut_piece(c, PIECE_WORD, 0);
            if (p)
                *p = ready.piece[c->piece_at[i]];
            i++;
        } else if (c->state[i] == LITERAL) {
            struct piece *p = cut_piece(c, (enum piece_kind)c->word[i].hash, 0);
            if (p)
                p->text = cut_text(c, i, 1);
            i++;
        } else if (c->state[i] == USED) {
            i++;
        } else {
            size_t quoted = quoted_words(c, i);
            i += quoted ? add_quote(c, i, quoted) : add_piece(c, i);
        }
    }
    add_breaks(c, c->n);
}

enum asked_language { EN, DE, FR, ES, ASKED_LANGUAGES };

#define CUE_PHRASES 900

static bool make_cues(struct lexicon *cues, struct arena *arena, enum asked_language language)
{
    if (!lexicon_init(cues, arena, CUE_PHRASES))
        return false;
#define CUE(of, cue, phrases)                                                                           \
    if (of == language)                                                                                 \
        lexicon_add(cues, STR_LIT(phrases), cue, ROLE_ASKED);
#include "frontier/cues.def"
#undef CUE
    return lexicon_seal(cues);
}

/* The language whose cues explain most of the words; English when it is a draw. */
static bool choose_cues(struct cutting *c, struct arena *arena)
{
    size_t most = 0;
    for (enum asked_language l = EN; l < ASKED_LANGUAGES; l++) {
        struct lexicon cues;
        if (!make_cues(&cues, arena, l))
            return false;
        size_t known = 0;
        for (size_t i = 0; i < c->n; i++)
            known += !is_letter_name(c, i) && lexicon_first(&cues, c->word[i].hash) != NULL;
        if (l == EN || known > most) {
            most = known;
            c->cues = cues;
        }
    }
    return true;
}

enum status instruct_cut(struct str instruction, const struct lexicon *tables, struct arena *arena,
                         struct parts *parts)
{
    struct cutting *c = ARENA_NEW(arena, struct cutting);
    if (!c)
        return ST_NOMEM;
    *parts = (struct parts){.max_depth = -1};
    c->text = instruction;
    c->tables = tables;
    c->parts = parts;
    c->n = words_of(instruction, WORDS_TEXT, c->word, MAX_ASKED_WORDS);
    parts->cut = c->n == MAX_ASKED_WORDS;
    if (!choose_cues(c, arena))
        return ST_NOMEM;
    for (size_t i = 0; i < c->n; i++)
        c->piece_at[i] = -1;
    find_literals(c);
    cut_limits(c);
    correct_words(c);
    add_ordered(c);
    return OK;
}
