/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_limits.c: the parts of an instruction that say how far, how many, when and which version. Each is
 * told by a number with the right words around it; the words are taken, the nouns beside them are not. */
#include "frontier/instruct_cutting.h"

static const char *const number_words[] = {"zero", "one",   "two",   "three", "four", "five",
                                           "six",  "seven", "eight", "nine",  "ten"};

/* A plain number of at most nine digits, or a small number word; -1. */
static long number_at(const struct cutting *c, size_t i)
{
    if (i >= c->n || c->state[i] != FREE)
        return -1;
    struct str s = cut_text(c, i, 1);
    long n = 0;
    for (size_t k = 0; k < s.n; k++) {
        if (!ascii_is_digit(s.p[k]) || s.n > 9) {
            n = -1;
            break;
        }
        n = n * 10 + (s.p[k] - '0');
    }
    for (size_t k = 0; n < 0 && k < ARRAY_LEN(number_words); k++)
        if (str_eq_nocase(s, str_of(number_words[k])))
            return (long)k;
    return n;
}

static void use(struct cutting *c, size_t from, size_t to)
{
    for (size_t i = from; i < to && i < c->n; i++)
        if (c->state[i] == FREE)
            c->state[i] = USED;
}

#define DEPTH_NOUNS                                                                                     \
    "level|click|hop|step|deep|link deep|ebene|ebenen|klick|niveau|clic|nivel|niveles|stufe"
#define LIMIT_WORDS                                                                                     \
    "up|to|at|most|max|maximum|maximal|no|not|more|deeper|further|than|only|just|go|going|dont|do|don|" \
    "t|limit|"                                                                                          \
    "of|limited|depth|link|crawl|bis|zu|hochstens|nicht|tiefer|als|jusqu|a|au|plus|de|pas|hasta|como|"  \
    "mucho|max|"                                                                                        \
    "within|beyond|follow|tiefe|profondeur|profundidad|first|stay|the|maxima|maximale|crawling|keep|"   \
    "it|and|mas"

static void find_depth(struct cutting *c)
{
    for (size_t i = 0; i < c->n; i++) {
        long n = number_at(c, i);
        if (n < 0 || n > 100)
            continue;
        size_t from = i, to = i + 1;
        bool named = (i > 0 && cut_is(c, i - 1, "depth|tiefe|profondeur|profundidad")) ||
                     (i > 1 && cut_is(c, i - 1, "of|limit|is|von|de|max|maximum|at|to") &&
                      cut_is(c, i - 2, "depth|tiefe|profondeur|profundidad"));
        if (cut_is(c, i + 1, DEPTH_NOUNS))
            to = i + 2;
        else if (cut_is(c, i + 1, "link|page") && cut_is(c, i + 2, "deep|away"))
            to = i + 3;
        else if (!named)
            continue;
        while (to < c->n && cut_is(c, to, "deep|down|away|below|tief|max|maximum|at|most|only"))
            to++;
        while (from > 0 && c->state[from - 1] == FREE && cut_is(c, from - 1, LIMIT_WORDS) &&
               str_find(cut_gap(c, from), '.') == cut_gap(c, from).n)
            from--;
        c->parts->max_depth = (int)n;
        use(c, from, to);
        return;
    }
}

static void find_count(struct cutting *c)
{
    for (size_t i = 0; i < c->n; i++) {
        long n = number_at(c, i);
        if (n < 1 || n > 1000000 || (n >= 1900 && n < 2100 && cut_text(c, i, 1).n == 4) ||
            (n == 1 && cut_is(c, i, "one")))
            continue;
        bool before =
            i > 0 && cut_is(c, i - 1,
                            "first|top|latest|newest|last|recent|max|maximum|most|erste|ersten|neueste|"
                            "neuesten|letzte|letzten|premier|premiere|dernier|derniere|primero|primera|"
                            "ultimo|ultima|hochstens|maximal|maximo|limit");
        before |= i > 1 && cut_is(c, i - 2, "up|no|more|limit|maximum|jusqu|bis|hasta|at|mas") &&
                  cut_is(c, i - 1, "to|than|of|a|zu|most|de");
        bool after = cut_is(c, i + 1, "page|seite|seiten|pagina|url") &&
                     (cut_is(c, i + 2, "max|maximum|at|only|limit|tops|in|is|or") || i == 0);
        if ((!before && !after) ||
            cut_is(c, i + 1, "year|month|week|day|jahr|jahre|an|annee|ano|mois|mes"))
            continue;
        size_t from = i;
        while (from > 0 && c->state[from - 1] == FREE &&
               cut_is(c, from - 1, LIMIT_WORDS "|top|latest|newest|last|recent"))
            from--;
        c->parts->page_limit = (uint64_t)n;
        use(c, from, i + 1);
        return;
    }
}

/* ---- dates ---- */

static int month_at(const struct cutting *c, size_t i)
{
    if (i >= c->n || c->state[i] != FREE)
        return -1;
    for (const struct phrase *p = lexicon_first(c->tables, c->word[i].hash); p;
         p = lexicon_next(c->tables, p))
        if (p->n == 1 && p->concept >= CONCEPT_MONTH && p->concept < CONCEPT_MONTH + 12)
    return p->concept - CONCEPT_MONTH + 1;
    return -1;
}

static bool is_year(long n)
{
    return n >= 1900 && n < 2100;
}

struct date_read {
    int from, to; /* first and last day */
    size_t next;
};

static int day_number(long year, long month, long day)
{
    return (int)(year * 10000 + month * 100 + day);
}

/* "2024", "March 2024", "15 March 2024", "March 15, 2024", "2024-03", "2024-03-15". */
static bool date_at(const struct cutting *c, size_t i, struct date_read *ret)
{
    long n = number_at(c, i);
    int month = month_at(c, i);
    if (is_year(n) && cut_text(c, i, 1).n == 4) {
        long m = -1, d = -1;
        if (i + 1 < c->n && str_is(cut_gap(c, i + 1), "-"))
            m = number_at(c, i + 1);
        if (m >= 1 && m <= 12 && i + 2 < c->n && str_is(cut_gap(c, i + 2), "-"))
            d = number_at(c, i + 2);
        bool has_month = m >= 1 && m <= 12, has_day = has_month && d >= 1 && d <= 31;
        *ret = (struct date_read){day_number(n, has_month ? m : 1, has_day ? d : 1),
                                  day_number(n, has_month ? m : 12, has_day ? d : 31),
                                  i + 1 + has_month + has_day};
        return true;
    }
    size_t at = i;
    long day = -1;
    if (month < 0 && n >= 1 && n <= 31) {
        day = n;
        at++;
        if (cut_is(c, at, "of|de|st|nd|rd|th"))
            at++;
        month = month_at(c, at);
    }
    if (month < 0)
        return false;
    at++;
    long next = number_at(c, at);
    if (day < 0 && next >= 1 && next <= 31) {
        day = next;
        at++;
    } else if (cut_is(c, at, "of|de")) {
        at++;
    }
    long year = number_at(c, at);
    if (!is_year(year))
        return false;
    *ret = (struct date_read){day_number(year, month, day > 0 ? day : 1),
                              day_number(year, month, day > 0 ? day : 31), at + 1};
    return true;
}

static int day_before(int day)
{
    if (day % 100 > 1)
        return day - 1;
    if (day / 100 % 100 > 1)
        return day - 100 + 30;
    return (day / 10000 - 1) * 10000 + 1231;
}

static int day_after(int day)
{
    if (day % 100 < 31)
        return day + 1;
    if (day / 100 % 100 < 12)
        return day / 100 * 100 + 101;
    return (day / 10000 + 1) * 10000 + 101;
}

static void date_piece(struct cutting *c, size_t from, size_t to, int first, int last)
{
    use(c, from, to);
    struct piece *p = cut_piece(c, PIECE_DATE, 0);
    if (!p)
        return;
    p->from = first;
    p->to = last;
    p->text = cut_text(c, from, to - from);
    c->piece_at[from] = (int)c->parts->n - 1;
}

#define ONWARD                                                                                          \
    "onward|onwards|later|newer|after|on|up|present|now|today|forward|since|neuer|spater|aufwarts|"     \
    "plus recent|adelante"

static void find_dates(struct cutting *c)
{
    for (size_t i = 0; i < c->n; i++) {
        struct date_read a, b;
        if (!date_at(c, i, &a))
            continue;
        size_t from = i, to = a.next;
        int first = a.from, last = a.to;
        bool range = false;
        if (to < c->n && date_at(c, to + 1, &b) &&
            (cut_is(c, to, "to|and|until|till|through|thru|bis|und|a|et|al|y|hasta|jusqu"))) {
            range = cut_is(c, to, "to|until|till|through|thru|bis|hasta|jusqu|a|al") ||
                    (i > 0 && cut_is(c, i - 1, "between|zwischen|entre"));
            if (range || !cut_is(c, to, "to")) {
                last = b.to;
                to = b.next;
                range = true;
            }
        } else if (to < c->n && date_at(c, to, &b) && cut_gap(c, to).n <= 5 &&
                   (str_find(cut_gap(c, to), '-') < cut_gap(c, to).n || cut_gap(c, to).n >= 3)) {
            last = b.to;
            to = b.next;
            range = true;
        }
        if (!range && (cut_is(c, to, "or|and|oder|ou|o|et|y|und") && cut_is(c, to + 1, ONWARD))) {
            last = DATE_END;
            to += 2;
        } else if (!range && (cut_is(c, to, ONWARD))) {
            last = DATE_END;
            to++;
        } else if (!range && (cut_is(c, to, "or|and|oder|ou|o") &&
                              cut_is(c, to + 1, "earlier|older|before|fruher|alter|avant|antes"))) {
            first = DATE_NONE;
            to += 2;
        } else if (!range && i > 0 &&
                   cut_is(c, i - 1, "since|starting|ab|seit|depuis|desde|newer|dated since")) {
            last = DATE_END;
        } else if (!range && i > 1 && cut_is(c, i - 1, "than|als|que|de|of|in|from|with") &&
                   cut_is(c, i - 2, "newer|later|neuer|junger|starting|start|beginning|recent|partir")) {
            first = cut_is(c, i - 1, "than|als|que") ? day_after(a.to) : a.from;
            last = DATE_END;
        } else if (!range && i > 0 && cut_is(c, i - 1, "after|nach|apres|despues|past")) {
            first = day_after(a.to);
            last = DATE_END;
        } else if (!range && i > 0 && cut_is(c, i - 1, "before|vor|avant|antes|prior|pre")) {
            first = DATE_NONE;
            last = day_before(a.from);
        } else if (!range && i > 1 && cut_is(c, i - 1, "than|als|que|to|de|of|a") &&
                   cut_is(c, i - 2, "older|earlier|alter|prior|antes|anterior|anteriore|avant")) {
            first = DATE_NONE;
            last = day_before(a.from);
        } else if (!range && i > 0 && cut_is(c, i - 1, "until|till|hasta|jusqu|bis|through")) {
            first = DATE_NONE;
        }
        while (
            from > 0 && c->state[from - 1] == FREE &&
            cut_is(
                c, from - 1,
                "in|from|since|between|of|dated|before|after|until|till|older|newer|than|prior|starting|"
                "year|im|jahr|aus|dem|vor|nach|seit|ab|bis|zwischen|depuis|avant|apres|entre|en|de|du|"
                "desde|hasta|antes|despues|published|posted|released|earlier|later|partir|a|the|"
                "anterior|"
                "annee|ano|publie|publicado|veroffentlicht|during|published in|written|through|issued|"
                "updated|changed|modified|edited|revised|last|aktualisierte|geanderte|modifie|"
                "actualizado"))
            from--;
        date_piece(c, from, to, first, last);
        i = to - 1;
    }
}

/* ---- versions and numbered things ---- */

/* "5.4", "v2", "v2.x", "3.x": how many words from i, 0: none. */
static size_t version_words(const struct cutting *c, size_t i, bool announced)
{
    if (i >= c->n || c->state[i] != FREE || !(c->word[i].marks & WORD_NUMBER))
        return 0;
    struct str s = cut_text(c, i, 1);
    bool v = ascii_lower(s.p[0]) == 'v' && s.n > 1 && s.n < 6;
    for (size_t k = v; k < s.n; k++)
        if (!ascii_is_digit(s.p[k]))
            return 0;
    size_t n = 1;
    while (i + n < c->n && str_is(cut_gap(c, i + n), ".") &&
           ((c->word[i + n].marks & WORD_NUMBER) || str_eq_nocase(cut_text(c, i + n, 1), STR_LIT("x"))))
        n++;
    return v || announced || n > 1 ? n : 0;
}

static void version_piece(struct cutting *c, size_t from, size_t at, size_t to)
{
    struct piece *p = cut_piece(c, PIECE_VERSION, 0);
    if (p) {
        struct str s = cut_text(c, at, to - at);
        if (s.n > 2 && ascii_lower(s.p[s.n - 1]) == 'x' && s.p[s.n - 2] == '.')
            s.n -= 2;
        if (ascii_lower(s.p[0]) == 'v' && s.n > 1 && ascii_is_digit(s.p[1]))
            s = str_from(s, 1);
        p->text = s;
        c->piece_at[from] = (int)c->parts->n - 1;
    }
    use(c, from, to);
}

static void find_versions(struct cutting *c)
{
    for (size_t i = 0; i < c->n; i++) {
        bool noun = c->state[i] == FREE && cut_is(c, i, "version|release|v|ver|versionen");
        size_t n = version_words(c, i + noun, noun);
        if (n) {
            version_piece(c, i, i + noun, i + noun + n);
            i += noun + n - 1;
            /* "versions 3 and 4" */
            size_t more;
            while (noun && cut_is(c, i + 1, "and|or|und|et|y|oder|ou|o") &&
                   (more = version_words(c, i + 2, true)) > 0) {
                version_piece(c, i + 2, i + 2, i + 2 + more);
                i += 1 + more;
            }
        } else if (i + 1 < c->n && c->state[i] == FREE &&
                   cut_is(c, i,
                          "latest|current|newest|stable|aktuelle|aktuellste|neueste|derniere|actuelle|"
                          "ultima|actual") &&
                   cut_is(c, i + 1, "version|release|stable")) {
            version_piece(c, i, i, i + 1);
            use(c, i + 1, i + 2);
        } else if (i + 1 < c->n && c->state[i] == FREE &&
                   cut_is(c, i,
                          "old|older|earlier|outdated|previous|archived|alte|alten|altere|alteren|"
                          "ancienne|antigua|antigua|"
                          "anterior|other") &&
                   (cut_is(c, i + 1, "version|release|versionen") ||
                    (cut_is(c, i + 1, "doc|documentation|product|software|api") &&
                     cut_is(c, i + 2, "version|release")))) {
            version_piece(c, i, i, i + 1);
            c->parts->piece[c->parts->n - 1].value = 1;
            use(c, i + 1, i + 2 + !cut_is(c, i + 1, "version|release|versionen"));
        }
    }
}

/* "in all languages" says which editions are wanted (edition.h) and nothing of the pages. */
static void find_all_languages(struct cutting *c)
{
    for (size_t i = 0; i + 1 < c->n; i++) {
        size_t from = i, to = i + 1;
        if (c->state[i] != FREE ||
            !cut_is(c, i, "all|every|each|any|both|alle|allen|jede|jeder|toutes|todos"))
            continue;
        while (to < c->n && cut_is(c, to, "the|other|available|of|les|los|la"))
            to++;
        if (to == c->n ||
            !cut_is(c, to, "language|languages|locale|locales|sprache|sprachen|langues|idiomas"))
            continue;
        while (from > 0 && cut_is(c, from - 1, "in|en|dans|of"))
            from--;
        if (to + 1 < c->n && cut_is(c, to + 1, "too|also|auch|aussi|tambien"))
            to++;
        use(c, from, to + 1);
        i = to;
    }
}

static void find_numbered(struct cutting *c)
{
    for (size_t i = 0; i + 1 < c->n; i++) {
        if (c->state[i] != FREE || !cut_is(c, i,
                                           "section|volume|vol|chapter|part|issue|level|grade|unit|"
                                           "season|week|number|no|band|kapitel|"
                                           "teil|staffel|ausgabe|tome|chapitre|numero|volumen|capitulo|"
                                           "temporada|saison|episode|lesson|"
                                           "page|year|stage|step|phase|book|title"))
            continue;
        unsigned numbers[6], n = 0;
        size_t at = i + 1;
        long first = number_at(c, at);
        if (first < 0 || is_year(first) || !(c->word[at].marks & WORD_NUMBER))
            continue;
        while (n < 6 && number_at(c, at) >= 0 && (c->word[at].marks & WORD_NUMBER)) {
            long value = number_at(c, at);
            bool dash = n > 0 && (str_is(cut_gap(c, at), "-") || str_is(cut_gap(c, at), "–"));
            for (long k = dash ? (long)numbers[n - 1] + 1 : value; k <= value && n < 6; k++)
                numbers[n++] = (unsigned)k;
            at++;
            if (cut_is(c, at, "and|or|und|et|y|oder|ou|o") && number_at(c, at + 1) >= 0 &&
                (c->word[at + 1].marks & WORD_NUMBER))
                at++;
        }
        struct piece *p = cut_piece(c, PIECE_NUMBERED, 0);
        if (p) {
            p->text = cut_text(c, i, 1);
            memcpy(p->number, numbers, sizeof numbers);
            p->n_numbers = n;
            c->piece_at[i] = (int)c->parts->n - 1;
        }
        use(c, i, at);
    }
}

void cut_limits(struct cutting *c)
{
    find_depth(c);
    find_versions(c);
    find_all_languages(c);
    find_count(c);
    find_dates(c);
    find_numbered(c);
}
