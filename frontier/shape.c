/* SPDX-License-Identifier: Apache-2.0 */
/* shape.c: addresses have forms that mean something on most sites: pages of lists, dates, ids, versions. */
#include "frontier/relevance.h"

#include "base/must.h"

static bool is_one_of(struct str s, const char *words)
{
    /* words: each between spaces. */
    char key[34];
    if (s.n == 0 || s.n > 30)
        return false;
    key[0] = ' ';
    for (size_t i = 0; i < s.n; i++)
        key[i + 1] = ascii_lower(s.p[i]);
    key[s.n + 1] = ' ';
    key[s.n + 2] = 0;
    return strstr(words, key) != NULL;
}

static bool is_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_digit(s.p[i]))
            return false;
    return s.n > 0;
}

static long to_number(struct str s)
{
    long n = 0;
    if (!is_digits(s) || s.n > 9)
        return -1;
    for (size_t i = 0; i < s.n; i++)
        n = n * 10 + (s.p[i] - '0');
    return n;
}

static bool is_pager_name(struct str name)
{
    return is_one_of(
        name,
        " page paged pg start offset from cursor pageno pagenum seite pagina currentpage startat first "
        "after before p_page pn skip ");
}

static bool is_pager_value(const struct parameter *p)
{
    long n = to_number(p->value);
    if (is_pager_name(p->name))
        return n >= 0 || is_one_of(p->name, " cursor after before ");
    return str_is(p->name, "p") && n >= 0 && n < 1000;
}

bool shape_is_pager(const struct link *link, const struct facts *f)
{
    const struct address *a = &f->link;
    if (link->rel & REL_NEXT && link->region == REGION_PAGINATION)
        return true;
    for (unsigned i = 0; i < a->n_parameters; i++)
        if (is_pager_value(&a->parameter[i]))
            return true;
    for (unsigned i = 0; i + 1 < a->n_segments; i++)
        if (is_one_of(a->segment[i], " page seite pagina p pg ") && is_digits(a->segment[i + 1]) &&
            (a->segment[i].n > 2 || i + 2 == a->n_segments) && a->segment[i].n > 1)
            return true;
    return link->region == REGION_PAGINATION && f->text_words <= 2;
}

bool shape_is_variant(const struct facts *f)
{
    const struct address *a = &f->link;
    bool sorted = false;
    for (unsigned i = 0; i < a->n_parameters; i++) {
        struct str name = a->parameter[i].name;
        if (is_one_of(name, " print share replytocom format output oldid diff ical mark responsesopen "
                            "embed amp mobileaction "))
            return true;
        sorted |=
            is_one_of(
                name,
                " sort sort_by sortby order orderby order_by dir direction filter filters currency "
                "selected_currency answertab highlight showcomment theme style sortorder sort_order ") ||
            (str_starts(name, STR_LIT("filter")) && name.n > 6);
    }
    return sorted && !shape_has_id(f);
}

static bool is_tracking(struct str name)
{
    return str_starts(name, STR_LIT("utm_")) || (name.n && name.p[0] == '_') ||
           is_one_of(name, " year month week day date limit show per_page size count rows ref source "
                           "src gclid fbclid sid session variant gh_src lang hl locale ");
}

bool shape_has_id(const struct facts *f)
{
    const struct address *a = &f->link;
    for (unsigned i = 0; i < a->n_parameters; i++)
        if (!is_pager_value(&a->parameter[i]) && !is_tracking(a->parameter[i].name) &&
            a->parameter[i].value.n &&
            (to_number(a->parameter[i].value) >= 0 ||
             is_one_of(a->parameter[i].name,
                       " id title name slug uid pid tid topic thread article post product ")))
            return true;
    return false;
}

bool shape_other_container(const struct facts *f)
{
    const struct address *a = &f->link, *b = &f->found;
    bool same_leaf =
        a->n_segments == b->n_segments &&
        (!a->n_segments || str_eq(a->segment[a->n_segments - 1], b->segment[b->n_segments - 1]));
    if (same_leaf)
        return false;
    for (unsigned i = 0; i < a->n_parameters; i++)
        for (unsigned k = 0; k < b->n_parameters; k++)
            if (str_eq(a->parameter[i].name, b->parameter[k].name) &&
                !is_pager_name(a->parameter[i].name) && to_number(a->parameter[i].value) >= 0 &&
                to_number(b->parameter[k].value) >= 0 &&
                !str_eq(a->parameter[i].value, b->parameter[k].value))
                return true;
    return false;
}

bool shape_other_branch(const struct facts *f, unsigned at)
{
    const struct address *a = &f->link, *b = &f->found;
    if (at == 0 || at > b->n_segments || a->n_segments < at)
        return false;
    for (unsigned i = 0; i + 1 < at; i++)
        if (!str_eq(a->segment[i], b->segment[i]))
            return false;
    if (str_eq(a->segment[at - 1], b->segment[at - 1]))
        return false;
    return a->n_segments > at || at > 1;
}

static int month_of_segment(struct str s)
{
    static const char names[12][4] = {"jan", "feb", "mar", "apr", "may", "jun",
                                      "jul", "aug", "sep", "oct", "nov", "dec"};
    long n = to_number(s);
    if (n >= 1 && n <= 12 && s.n <= 2)
        return (int)n;
    for (int i = 0; i < 12; i++)
        if (s.n >= 3 && s.n <= 9 && str_eq_nocase(str_head(s, 3), str_make(names[i], 3)) &&
            ascii_is_alpha(s.p[s.n - 1]) &&
            (s.n == 3 ||
             is_one_of(
                 s,
                 " january february march april june july august september october november december ")))
            return i + 1;
    return 0;
}

static bool is_year(long n)
{
    return n >= 1980 && n < 2100;
}

/* "2024-05-14-slug", "2024_05", "20240514". */
static struct date_span date_in_slug(struct str s)
{
    long year = s.n >= 7 ? to_number(str_head(s, 4)) : -1;
    if (!is_year(year) || (s.p[4] != '-' && s.p[4] != '_'))
        return (struct date_span){0, 0};
    struct str word = str_from(s, 5);
    size_t dash = 0;
    while (dash < word.n && ascii_is_alpha(word.p[dash]))
        dash++;
    long month = dash ? month_of_segment(str_head(word, dash)) : to_number(str_head(word, 2));
    if (month < 1 || month > 12 || (!dash && s.n > 7 && ascii_is_digit(s.p[7])))
        return (struct date_span){0, 0};
    long day = s.n >= 10 && !dash ? to_number(str_head(str_from(s, 8), 2)) : -1;
    int from = (int)(year * 10000 + month * 100);
    return day >= 1 && day <= 31 ? (struct date_span){from + (int)day, from + (int)day}
                                 : (struct date_span){from + 1, from + 31};
}

struct date_span shape_path_date(const struct facts *f)
{
    const struct address *a = &f->link;
    for (unsigned i = 0; i < a->n_segments; i++) {
        struct str s = a->segment[i];
        long year = s.n == 4 ? to_number(s) : -1;
        if (!is_year(year)) {
            struct date_span d = date_in_slug(s);
            if (d.from)
                return d;
            continue;
        }
        int from = (int)year * 10000;
        int month = i + 1 < a->n_segments ? month_of_segment(a->segment[i + 1]) : 0;
        if (!month)
            return (struct date_span){from + 101, from + 1231};
        long day = i + 2 < a->n_segments ? to_number(a->segment[i + 2]) : -1;
        from += month * 100;
        return day >= 1 && day <= 31 ? (struct date_span){from + (int)day, from + (int)day}
                                     : (struct date_span){from + 1, from + 31};
    }
    for (unsigned i = 0; i < a->n_parameters; i++) {
        long year = is_one_of(a->parameter[i].name, " year y jahr annee anno ano ")
                        ? to_number(a->parameter[i].value)
                        : -1;
        if (is_year(year))
            return (struct date_span){(int)year * 10000 + 101, (int)year * 10000 + 1231};
    }
    return (struct date_span){0, 0};
}

bool shape_is_date_archive(const struct facts *f)
{
    const struct address *a = &f->link;
    if (!a->n_segments)
        return false;
    unsigned last = a->n_segments - 1;
    if (is_year(to_number(a->segment[last])) && a->segment[last].n == 4)
        return true;
    return last > 0 && is_year(to_number(a->segment[last - 1])) && a->segment[last - 1].n == 4 &&
           month_of_segment(a->segment[last]) > 0;
}

static int month_of_word(const struct lexicon *x, uint64_t hash)
{
    for (const struct phrase *p = lexicon_first(x, hash); p; p = lexicon_next(x, p))
        if (p->n == 1 && p->concept >= CONCEPT_MONTH && p->concept < CONCEPT_MONTH + 12)
    return p->concept - CONCEPT_MONTH + 1;
    return 0;
}

struct date_span shape_text_date(const struct lexicon *x, struct str text)
{
    struct word w[40];
    size_t n = words_of(text, WORDS_TEXT, w, ARRAY_LEN(w));
    for (size_t i = 0; i < n; i++) {
        struct str s = str_make(text.p + w[i].at, w[i].n);
        long year = s.n == 4 ? to_number(s) : -1;
        if (!is_year(year))
            continue;
        int from = (int)year * 10000;
        int month = i > 0 ? month_of_word(x, w[i - 1].hash) : 0;
        if (!month && i > 1) /* "March 12, 2024" */
            month = month_of_word(x, w[i - 2].hash);
        if (!month && i + 1 < n) { /* "2024-05-14" */
            long m = to_number(str_make(text.p + w[i + 1].at, w[i + 1].n));
            if (m >= 1 && m <= 12 && text.p[w[i].at + 4] == '-')
                month = (int)m;
        }
        if (month)
            return (struct date_span){from + month * 100 + 1, from + month * 100 + 31};
        if ((w[i].marks & WORD_OPEN) || (w[i].marks & WORD_CLOSE))
            return (struct date_span){from + 101, from + 1231};
    }
    return (struct date_span){0, 0};
}

static bool is_version(struct str s, bool bare)
{
    size_t i = 0;
    if (s.n > 1 && ascii_lower(s.p[0]) == 'v' && ascii_is_digit(s.p[1]))
        i = 1;
    bool dot = i == 1 || bare;
    size_t digits = 0;
    for (; i < s.n && (ascii_is_digit(s.p[i]) || s.p[i] == '.'); i++) {
        dot |= s.p[i] == '.';
        digits += s.p[i] != '.';
    }
    return digits > 0 && digits < 7 && dot &&
           (i == s.n || s.p[i] == '-' || s.p[i] == '_' || (s.p[i] == 'x' && i + 1 == s.n));
}

static bool is_version_name(struct str s)
{
    return is_one_of(s, " latest stable current next dev devel master main nightly edge unstable canary "
                        "preview lts trunk head ");
}

struct str shape_version(const struct address *a, const struct address *base)
{
    for (unsigned i = 0; i < a->n_segments && i < 6; i++) {
        bool base_has = base && i < base->n_segments &&
                        (is_version(base->segment[i], false) || is_version_name(base->segment[i]));
        if (is_version(a->segment[i], base_has) ||
            (is_version_name(a->segment[i]) && (base_has || i < 3)))
            return a->segment[i];
    }
    return STR_NONE;
}
