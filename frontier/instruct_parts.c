/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_parts.c: from text to pieces. Literals first (paths, globs, quoted words), then limits (depth,
 * count, dates, versions), then at each place the longest phrase of the cues and of the kinds table. */
#include "frontier/instruct_parts.h"

#include "base/must.h"

#define MAX_ASKED_WORDS 400

enum word_state { FREE, USED, LITERAL };

struct cutting {
    struct str text;
    const struct lexicon *tables;
    struct lexicon cues;
    struct word word[MAX_ASKED_WORDS];
    uint8_t state[MAX_ASKED_WORDS];
    int piece_at[MAX_ASKED_WORDS]; /* a piece made for this word before its turn; -1 */
    size_t n;
    struct parts *parts;
};

static struct piece *piece_add(struct cutting *c, enum piece_kind kind, int value)
{
    struct parts *p = c->parts;
    if (p->n == MAX_PIECES) {
        p->cut = true;
        return NULL;
    }
    p->piece[p->n] = (struct piece){.kind = kind, .value = value, .other_kind = -1};
    return &p->piece[p->n++];
}

static struct str word_text(const struct cutting *c, size_t i, size_t n)
{
    size_t from = c->word[i].at, to = c->word[i + n - 1].at + (size_t)c->word[i + n - 1].n;
    return str_make(c->text.p + from, to - from);
}

static struct str gap_before(const struct cutting *c, size_t i)
{
    size_t from = i ? c->word[i - 1].at + (size_t)c->word[i - 1].n : 0;
    size_t to = i < c->n ? c->word[i].at : c->text.n;
    return to > from ? str_make(c->text.p + from, to - from) : str_make(c->text.p + from, 0);
}

static bool word_is(const struct cutting *c, size_t i, const char *any)
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
    while (chunk.n > 2 && (unsigned char)chunk.p[chunk.n - 3] == 0xE2 && (unsigned char)chunk.p[chunk.n - 2] == 0x80)
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
    if (question > 0 && question < s.n && str_find(str_from(s, question), '=') < s.n - question)
        return true;
    return slash > 0 && slash < s.n - 1 && s.p[s.n - 1] == '/';
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

/* ---- limits ---- */

static const char *const number_words[] = {"zero", "one",   "two",   "three", "four", "five",
                                           "six",  "seven", "eight", "nine",  "ten"};

/* A plain number of at most nine digits, or a small number word; -1. */
static long number_at(const struct cutting *c, size_t i)
{
    if (i >= c->n || c->state[i] != FREE)
        return -1;
    struct str s = word_text(c, i, 1);
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

#define DEPTH_NOUNS "level|click|hop|step|deep|link deep|ebene|ebenen|klick|niveau|clic|nivel|niveles|stufe"
#define LIMIT_WORDS                                                                                     \
    "up|to|at|most|max|maximum|maximal|no|not|more|deeper|further|than|only|just|go|going|dont|do|don|t|limit|" \
    "of|limited|depth|link|crawl|bis|zu|hochstens|nicht|tiefer|als|jusqu|a|au|plus|de|pas|hasta|como|mucho|max|" \
    "within|beyond|follow|tiefe|profondeur|profundidad|first|stay|the|maxima|maximale|crawling|keep|it|and|mas"

static void find_depth(struct cutting *c)
{
    for (size_t i = 0; i < c->n; i++) {
        long n = number_at(c, i);
        if (n < 0 || n > 100)
            continue;
        size_t from = i, to = i + 1;
        bool named = (i > 0 && word_is(c, i - 1, "depth|tiefe|profondeur|profundidad")) ||
                     (i > 1 && word_is(c, i - 1, "of|limit|is|von|de|max|maximum|at|to") &&
                      word_is(c, i - 2, "depth|tiefe|profondeur|profundidad"));
        if (word_is(c, i + 1, DEPTH_NOUNS))
            to = i + 2;
        else if (word_is(c, i + 1, "link|page") && word_is(c, i + 2, "deep|away"))
            to = i + 3;
        else if (!named)
            continue;
        while (to < c->n && word_is(c, to, "deep|down|away|below|tief|max|maximum|at|most|only"))
            to++;
        while (from > 0 && c->state[from - 1] == FREE && word_is(c, from - 1, LIMIT_WORDS) &&
               str_find(gap_before(c, from), '.') == gap_before(c, from).n)
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
        if (n < 1 || n > 1000000 || (n >= 1900 && n < 2100 && word_text(c, i, 1).n == 4) ||
            (n == 1 && word_is(c, i, "one")))
            continue;
        bool before = i > 0 && word_is(c, i - 1, "first|top|latest|newest|last|recent|max|maximum|most|erste|ersten|neueste|"
                                                 "neuesten|letzte|letzten|premier|premiere|dernier|derniere|primero|primera|"
                                                 "ultimo|ultima|hochstens|maximal|maximo|limit");
        before |= i > 1 && word_is(c, i - 2, "up|no|more|limit|maximum|jusqu|bis|hasta|at|mas") &&
                  word_is(c, i - 1, "to|than|of|a|zu|most|de");
        bool after = word_is(c, i + 1, "page|seite|seiten|pagina|url") &&
                     (word_is(c, i + 2, "max|maximum|at|only|limit|tops|in|is|or") || i == 0);
        if ((!before && !after) || word_is(c, i + 1, "year|month|week|day|jahr|jahre|an|annee|ano|mois|mes"))
            continue;
        size_t from = i;
        while (from > 0 && c->state[from - 1] == FREE && word_is(c, from - 1, LIMIT_WORDS "|top|latest|newest|last|recent"))
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
    for (const struct phrase *p = lexicon_first(c->tables, c->word[i].hash); p; p = lexicon_next(c->tables, p))
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
    if (is_year(n) && word_text(c, i, 1).n == 4) {
        long m = -1, d = -1;
        if (i + 1 < c->n && str_is(gap_before(c, i + 1), "-"))
            m = number_at(c, i + 1);
        if (m >= 1 && m <= 12 && i + 2 < c->n && str_is(gap_before(c, i + 2), "-"))
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
        if (word_is(c, at, "of|de|st|nd|rd|th"))
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
    } else if (word_is(c, at, "of|de")) {
        at++;
    }
    long year = number_at(c, at);
    if (!is_year(year))
        return false;
    *ret = (struct date_read){day_number(year, month, day > 0 ? day : 1), day_number(year, month, day > 0 ? day : 31),
                              at + 1};
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
    c->piece_at[from] = -2;
    struct piece *p = piece_add(c, PIECE_DATE, 0);
    if (!p)
        return;
    p->from = first;
    p->to = last;
    p->text = word_text(c, from, to - from);
    c->piece_at[from] = (int)c->parts->n - 1;
}

#define ONWARD "onward|onwards|later|newer|after|on|up|present|now|today|forward|since|neuer|spater|aufwarts|plus recent|adelante"

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
            (word_is(c, to, "to|and|until|till|through|thru|bis|und|a|et|al|y|hasta|jusqu"))) {
            range = word_is(c, to, "to|until|till|through|thru|bis|hasta|jusqu|a|al") ||
                    (i > 0 && word_is(c, i - 1, "between|zwischen|entre"));
            if (range || !word_is(c, to, "to")) {
                last = b.to;
                to = b.next;
                range = true;
            }
        } else if (to < c->n && date_at(c, to, &b) && gap_before(c, to).n <= 5 &&
                   (str_find(gap_before(c, to), '-') < gap_before(c, to).n || gap_before(c, to).n >= 3)) {
            last = b.to;
            to = b.next;
            range = true;
        }
        if (!range && (word_is(c, to, "or|and|oder|ou|o|et|y|und") && word_is(c, to + 1, ONWARD))) {
            last = DATE_END;
            to += 2;
        } else if (!range && (word_is(c, to, ONWARD))) {
            last = DATE_END;
            to++;
        } else if (!range && (word_is(c, to, "or|and|oder|ou|o") && word_is(c, to + 1, "earlier|older|before|fruher|alter|avant|antes"))) {
            first = DATE_NONE;
            to += 2;
        } else if (!range && i > 0 && word_is(c, i - 1, "since|starting|ab|seit|depuis|desde|newer|dated since")) {
            last = DATE_END;
        } else if (!range && i > 1 && word_is(c, i - 1, "than|als|que|de|of|in|from|with") &&
                   word_is(c, i - 2, "newer|later|neuer|junger|starting|start|beginning|recent|partir")) {
            first = word_is(c, i - 1, "than|als|que") ? day_after(a.to) : a.from;
            last = DATE_END;
        } else if (!range && i > 0 && word_is(c, i - 1, "after|nach|apres|despues|past")) {
            first = day_after(a.to);
            last = DATE_END;
        } else if (!range && i > 0 && word_is(c, i - 1, "before|vor|avant|antes|prior|pre")) {
            first = DATE_NONE;
            last = day_before(a.from);
        } else if (!range && i > 1 && word_is(c, i - 1, "than|als|que|to|de|of|a") &&
                   word_is(c, i - 2, "older|earlier|alter|prior|antes|anterior|anteriore|avant")) {
            first = DATE_NONE;
            last = day_before(a.from);
        } else if (!range && i > 0 && word_is(c, i - 1, "until|till|hasta|jusqu|bis|through")) {
            first = DATE_NONE;
        }
        while (from > 0 && c->state[from - 1] == FREE &&
               word_is(c, from - 1, "in|from|since|between|of|dated|before|after|until|till|older|newer|than|prior|starting|"
                                    "year|im|jahr|aus|dem|vor|nach|seit|ab|bis|zwischen|depuis|avant|apres|entre|en|de|du|"
                                    "desde|hasta|antes|despues|published|posted|released|earlier|later|partir|a|the|anterior|"
                                    "annee|ano|publie|publicado|veroffentlicht|during|published in|written|through|issued"))
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
    struct str s = word_text(c, i, 1);
    bool v = ascii_lower(s.p[0]) == 'v' && s.n > 1 && s.n < 6;
    for (size_t k = v; k < s.n; k++)
        if (!ascii_is_digit(s.p[k]))
            return 0;
    size_t n = 1;
    while (i + n < c->n && str_is(gap_before(c, i + n), ".") &&
           ((c->word[i + n].marks & WORD_NUMBER) || str_eq_nocase(word_text(c, i + n, 1), STR_LIT("x"))))
        n++;
    return v || announced || n > 1 ? n : 0;
}

static void version_piece(struct cutting *c, size_t from, size_t at, size_t to)
{
    struct piece *p = piece_add(c, PIECE_VERSION, 0);
    if (p) {
        struct str s = word_text(c, at, to - at);
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
        bool noun = c->state[i] == FREE && word_is(c, i, "version|release|v|ver|versionen");
        size_t n = version_words(c, i + noun, noun);
        if (n) {
            version_piece(c, i, i + noun, i + noun + n);
            i += noun + n - 1;
            /* "versions 3 and 4" */
            size_t more;
            while (noun && word_is(c, i + 1, "and|or|und|et|y|oder|ou|o") && (more = version_words(c, i + 2, true)) > 0) {
                version_piece(c, i + 2, i + 2, i + 2 + more);
                i += 1 + more;
            }
        } else if (i + 1 < c->n && c->state[i] == FREE &&
                   word_is(c, i, "latest|current|newest|stable|aktuelle|aktuellste|neueste|derniere|actuelle|ultima|actual") &&
                   word_is(c, i + 1, "version|release|stable")) {
            version_piece(c, i, i, i + 1);
            use(c, i + 1, i + 2);
        } else if (i + 1 < c->n && c->state[i] == FREE &&
                   word_is(c, i, "old|older|earlier|outdated|previous|archived|alte|alten|altere|alteren|ancienne|antigua|antigua|"
                                 "anterior|other") &&
                   (word_is(c, i + 1, "version|release|versionen") ||
                    (word_is(c, i + 1, "doc|documentation|product|software|api") && word_is(c, i + 2, "version|release")))) {
            version_piece(c, i, i, i + 1);
            c->parts->piece[c->parts->n - 1].value = 1;
            use(c, i + 1, i + 2 + !word_is(c, i + 1, "version|release|versionen"));
        }
    }
}

static void find_numbered(struct cutting *c)
{
    for (size_t i = 0; i + 1 < c->n; i++) {
        if (c->state[i] != FREE ||
            !word_is(c, i, "section|volume|vol|chapter|part|issue|level|grade|unit|season|week|number|no|band|kapitel|"
                           "teil|staffel|ausgabe|tome|chapitre|numero|volumen|capitulo|temporada|saison|episode|lesson|"
                           "page|year|stage|step|phase|book|title"))
            continue;
        unsigned numbers[6], n = 0;
        size_t at = i + 1;
        long first = number_at(c, at);
        if (first < 0 || is_year(first) || !(c->word[at].marks & WORD_NUMBER))
            continue;
        while (n < 6 && number_at(c, at) >= 0 && (c->word[at].marks & WORD_NUMBER)) {
            long value = number_at(c, at);
            bool dash = n > 0 && (str_is(gap_before(c, at), "-") || str_is(gap_before(c, at), "–"));
            for (long k = dash ? (long)numbers[n - 1] + 1 : value; k <= value && n < 6; k++)
                numbers[n++] = (unsigned)k;
            at++;
            if (word_is(c, at, "and|or|und|et|y|oder|ou|o") && number_at(c, at + 1) >= 0 &&
                (c->word[at + 1].marks & WORD_NUMBER))
                at++;
        }
        struct piece *p = piece_add(c, PIECE_NUMBERED, 0);
        if (p) {
            p->text = word_text(c, i, 1);
            memcpy(p->number, numbers, sizeof numbers);
            p->n_numbers = n;
            c->piece_at[i] = (int)c->parts->n - 1;
        }
        use(c, i, at);
    }
}

/* ---- pieces in order ---- */

static bool is_abbreviation(const struct cutting *c, size_t i)
{
    static const char *const list[] = {"e", "g", "i", "eg", "ie", "incl", "etc", "vs", "vol", "no", "nr", "z", "b", "bzw",
                                       "inkl", "usw", "p", "max", "min", "st", "dr", "prof", "mr", "approx", "ca", "d"};
    if (i == 0)
        return false;
    struct str s = word_text(c, i - 1, 1);
    for (size_t k = 0; k < ARRAY_LEN(list); k++)
        if (str_eq_nocase(s, str_of(list[k])))
            return true;
    return false;
}

static void add_breaks(struct cutting *c, size_t i)
{
    struct str gap = gap_before(c, i);
    for (size_t k = 0; k < gap.n; k++) {
        char ch = gap.p[k];
        bool spaced = (k == 0 || ascii_is_space(gap.p[k - 1]));
        bool ends = k + 1 >= gap.n || ascii_is_space(gap.p[k + 1]) || strchr(")\"'!?.", gap.p[k + 1]);
        if (ch == ',')
            piece_add(c, PIECE_BREAK, ',');
        else if ((ch == '.' && ends && !is_abbreviation(c, i)) || ch == ';' || ch == '!' || ch == '?' || ch == '\n')
            piece_add(c, PIECE_BREAK, '.');
        else if (ch == ':' && ends)
            piece_add(c, PIECE_BREAK, ':');
        else if (ch == '(' || ch == ')')
            piece_add(c, PIECE_BREAK, ch);
        else if ((ch == '-' && spaced && ends && gap.n > 1) ||
                 (gap.n - k >= 3 && (memcmp(gap.p + k, "–", 3) == 0 || memcmp(gap.p + k, "—", 3) == 0)))
            piece_add(c, PIECE_BREAK, '-');
        else if (ch == '/' || ch == '&' || ch == '+' || ch == '|')
            piece_add(c, PIECE_BREAK, '&');
    }
}

static const struct phrase *longest(const struct lexicon *x, const struct cutting *c, size_t i, size_t most,
                                    unsigned below, unsigned concepts)
{
    size_t free_words = 0;
    while (i + free_words < c->n && c->state[i + free_words] == FREE && free_words < most) {
        struct str gap = gap_before(c, i + free_words);
        if (free_words && (str_find(gap, ',') < gap.n || str_find(gap, '(') < gap.n || str_find(gap, ';') < gap.n ||
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
    struct str gap = gap_before(c, i);
    bool opened = false;
    for (size_t k = 0; k < gap.n; k++) {
        size_t n;
        if (is_open_quote(gap, k, &n) && (k + n == gap.n)) /* touches the word */
            opened = true;
    }
    if (!opened)
        return 0;
    for (size_t n = 1; n <= TERM_MAX_WORDS && i + n <= c->n; n++) {
        struct str after = gap_before(c, i + n);
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
        struct piece *piece = piece_add(c, PIECE_KIND, p->concept);
        if (piece)
            piece->text = word_text(c, i, n);
        return n;
    }
    /* "X vs ..." names a kind inside the quotes. */
    for (size_t k = i; k < i + n; k++) {
        const struct phrase *q = longest(c->tables, c, k, i + n - k, 0, KIND_COUNT);
        if (q && q->concept == KIND_COMPARISON) {
            struct piece *piece = piece_add(c, PIECE_KIND, q->concept);
            if (piece)
                piece->text = word_text(c, i, n);
            return n;
        }
    }
    struct piece *piece = piece_add(c, PIECE_QUOTE, 0);
    if (piece)
        piece->text = word_text(c, i, n);
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
    return i + k + 2 == a.n && ascii_lower(a.p[i]) == ascii_lower(b.p[i + 1]) && ascii_lower(a.p[i + 1]) == ascii_lower(b.p[i]);
}

/* Long names only, lower case only: a short or capital word is rather another word. */
static const char *const often_mistyped[] = {
    "documentation", "tutorial",    "tutorials",   "reference",    "changelog",  "release",      "releases",   "download",
    "downloads",     "article",     "articles",    "product",      "products",   "category",     "categories", "comment",
    "comments",      "community",   "calendar",    "question",     "questions",  "guidance",     "guides",     "exclude",
    "ignore",        "include",     "without",     "except",       "everything", "archive",      "archives",   "recipes",
    "recipe",        "reviews",     "review",      "account",      "checkout",   "newsletter",   "podcast",    "podcasts",
    "episode",       "episodes",    "transcript",  "transcripts",  "careers",    "pricing",      "customer",   "customers",
    "integration",   "integrations", "installation", "configuration", "translation", "translations", "language", "section",
    "sections",      "forums",      "threads",     "announcement", "announcements", "event",     "events",     "webinar",
    "webinars",      "privacy",     "publication", "publications", "attachment", "attachments",  "history",    "profile",
    "profiles",      "images",      "version",     "versions",     "manual",     "manuals",      "glossary",   "security",
    "specification", "endpoint",    "endpoints",   "schema",       "exhibition", "exhibitions",  "regulation", "regulations",
    "vacancies",     "interview",   "interviews",  "opinion",      "opinions",   "gallery",      "testimonial", "testimonials",
    "levels",        "pages",       "only",        "posts",        "stories",    "search",       "login"};

static void correct_words(struct cutting *c)
{
    for (size_t i = 0; i < c->n; i++) {
        struct str s = word_text(c, i, 1);
        if (c->state[i] != FREE || s.n < 6 || s.p[0] < 'a' || s.p[0] > 'z' ||
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
    return p->kind == PIECE_BREAK || (p->kind == PIECE_CUE && (p->value == CUE_STOP || p->value == CUE_BUT ||
                                                               p->value == CUE_NOT || p->value == CUE_ONLY));
}

/* "Download all recipes", but "no download": a verb at the start of its clause, with something behind it. */
static bool is_verb_here(const struct cutting *c, size_t i)
{
    if (c->parts->n) {
        const struct piece *p = &c->parts->piece[c->parts->n - 1];
        if (p->kind == PIECE_CUE && p->value == CUE_NOT && !str_starts(word_text(c, i - 1, 1), STR_LIT("t")) &&
            !word_is(c, i - 1, "not|dont|never|nicht|pas"))
            return false;
    }
    struct str gap = gap_before(c, i + 1);
    return at_clause_start(c) && i + 1 < c->n && str_find(gap, ',') == gap.n && str_find(gap, '.') == gap.n &&
           !word_is(c, i + 1, "and|or|section|page|link|area|und|et|y");
}

static size_t add_language_code(struct cutting *c, size_t i)
{
    if (i + 1 >= c->n || !str_is(gap_before(c, i + 1), "-") || word_text(c, i, 1).n != 2)
        return 0;
    struct str code = word_text(c, i, 2);
    int language = code.n == 5 || code.n == 7 ? language_of_code(code) : -1;
    if (language < 0)
        return 0;
    struct piece *p = piece_add(c, PIECE_LANGUAGE, language);
    if (p)
        p->text = code;
    return 2;
}

/* "English literature courses" are about English, not in it. */
static bool language_is_subject(const struct cutting *c, size_t i)
{
    return word_is(c, i + 1, "literature|grammar|language|course|lesson|learning|vocabulary|teacher|class|food|recipe|cuisine|"
                             "history|wine|league|market|art|culture|department|studie|restaurant|politics|football");
}

/* "C", "R", "D": a capital by itself is a name, but for the words "A" and "I" and French articles. */
static bool is_letter_name(const struct cutting *c, size_t i)
{
    struct str s = word_text(c, i, 1), gap = gap_before(c, i + 1);
    return s.n == 1 && s.p[0] >= 'B' && s.p[0] <= 'Z' && s.p[0] != 'I' && str_find(gap, '\'') == gap.n &&
           !str_starts(gap, STR_LIT("’")) && i > 0;
}

static size_t add_piece(struct cutting *c, size_t i)
{
    size_t n = add_language_code(c, i);
    if (n)
        return n;
    const struct phrase *cue = longest(&c->cues, c, i, PHRASE_MAX_WORDS, 0, CUE_STOP + 1);
    const struct phrase *kind = longest(c->tables, c, i, PHRASE_MAX_WORDS, 0, KIND_COUNT);
    const struct phrase *language = longest(c->tables, c, i, PHRASE_MAX_WORDS, CONCEPT_LANGUAGE, CONCEPT_TERM);
    struct piece *p = NULL;
    if (is_letter_name(c, i)) {
        cue = kind = language = NULL;
    }
    if (language && !(kind && kind->n > language->n) && !language_is_subject(c, i)) {
        p = piece_add(c, PIECE_LANGUAGE, language->concept - CONCEPT_LANGUAGE);
        n = language->n;
    } else if (cue && (!kind || cue->n > kind->n || (cue->n == kind->n && !(cue->concept == CUE_YES && !is_verb_here(c, i))))) {
        p = piece_add(c, PIECE_CUE, cue->concept);
        n = cue->n;
        if (p && kind && kind->n == n)
            p->other_kind = kind->concept;
    } else if (kind) {
        p = piece_add(c, PIECE_KIND, kind->concept);
        n = kind->n;
    } else {
        p = piece_add(c, PIECE_WORD, 0);
        n = 1;
    }
    if (p) {
        p->text = word_text(c, i, n);
        p->plural = (c->word[i + n - 1].marks & WORD_PLURAL) != 0;
        p->page = n > 1 && word_is(c, i + n - 1, "page|seite");
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
            struct piece *p = piece_add(c, PIECE_WORD, 0);
            if (p)
                *p = ready.piece[c->piece_at[i]];
            i++;
        } else if (c->state[i] == LITERAL) {
            struct piece *p = piece_add(c, (enum piece_kind)c->word[i].hash, 0);
            if (p)
                p->text = word_text(c, i, 1);
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
            known += lexicon_first(&cues, c->word[i].hash) != NULL;
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
    find_depth(c);
    find_versions(c);
    find_count(c);
    find_dates(c);
    find_numbered(c);
    correct_words(c);
    add_ordered(c);
    return OK;
}
