/* SPDX-License-Identifier: Apache-2.0 */
/* money.c: the table of currencies, amounts in text, and price strings.
 *
 * In running text only what is surely a currency counts, and it must touch its number; in a price string whatever stands
 * beside the number may be one. */
#include "answer/money.h"

#include "answer/fold.h"
#include "base/must.h"

#include <stdlib.h>

enum sureness {
    SURE, /* a currency wherever it touches a number */
    WORD, /* in a price string, or as a whole word beside a number */
    WEAK, /* only in a price string, when nothing better is there */
};

/* Longest first among those that begin alike. */
/* clang-format off */
static const struct {
    const char *text;
    char iso[4];
    enum sureness sureness;
} table[] = {
    {"Bds$", "BBD", SURE}, {"CUC$", "CUC", SURE}, {"MOP$", "MOP", SURE}, {"AR$", "ARS", SURE}, {"AU$", "AUD", SURE},
    {"AU $", "AUD", SURE}, {"US $", "USD", SURE}, {"CAD$", "CAD", SURE}, {"BN$", "BND", SURE}, {"BZ$", "BZD", SURE}, {"CA$", "CAD", SURE},
    {"CL$", "CLP", SURE}, {"CO$", "COP", SURE}, {"CV$", "CVE", SURE}, {"HK$", "HKD", SURE}, {"MX$", "MXN", SURE},
    {"NT$", "TWD", SURE}, {"NZ$", "NZD", SURE}, {"TT$", "TTD", SURE}, {"RD$", "DOP", SURE}, {"WS$", "WST", SURE},
    {"US$", "USD", SURE}, {"$U", "UYU", SURE}, {"$b", "BOB", SURE}, {"C$", "CAD", SURE}, {"J$", "JMD", SURE}, {"N$", "NAD", SURE},
    {"R$", "BRL", SURE}, {"S$", "SGD", SURE}, {"T$", "TOP", SURE}, {"Z$", "ZWL", SURE}, {"A$", "AUD", SURE},
    {"SY£", "SYP", SURE}, {"LB£", "LBP", SURE}, {"E£", "EGP", SURE}, {"CN¥", "CNY", SURE}, {"GH₵", "GHS", SURE},
    {"$", "USD", SURE}, {"＄", "USD", SURE}, {"€", "EUR", SURE}, {"£", "GBP", SURE}, {"￡", "GBP", SURE}, {"₤", "GBP", SURE},
    {"¥", "JPY", SURE}, {"￥", "JPY", SURE}, {"円", "JPY", SURE}, {"元", "CNY", SURE}, {"人民币", "CNY", SURE},
    {"₽", "RUB", SURE}, {"₹", "INR", SURE}, {"₩", "KRW", SURE}, {"원", "KRW", SURE}, {"₺", "TRY", SURE}, {"₴", "UAH", SURE},
    {"₫", "VND", SURE}, {"฿", "THB", SURE}, {"บาท", "THB", SURE}, {"₪", "ILS", SURE}, {"₱", "PHP", SURE}, {"₦", "NGN", SURE},
    {"₡", "CRC", SURE}, {"₸", "KZT", SURE}, {"₮", "MNT", SURE}, {"₵", "GHS", SURE}, {"₲", "PYG", SURE}, {"₭", "LAK", SURE},
    {"₼", "AZN", SURE}, {"₾", "GEL", SURE}, {"؋", "AFN", SURE}, {"৳", "BDT", SURE}, {"៛", "KHR", SURE}, {"₶", "", SURE},
    {"₣", "", SURE}, {"¢", "", WORD}, {"₿", "", SURE}, {"Ƀ", "", SURE}, {"र", "NPR", WORD}, {"ლ", "GEL", WORD}, {"﷼", "IRR", SURE},
    {"Kč", "CZK", SURE}, {"Zł", "PLN", SURE}, {"zł", "PLN", SURE}, {"Ft", "HUF", WORD}, {"лв.", "BGN", SURE}, {"лв", "BGN", SURE},
    {"руб.", "RUB", SURE}, {"руб", "RUB", SURE}, {"р.", "RUB", WORD}, {"грн.", "UAH", SURE}, {"грн", "UAH", SURE}, {"тг", "KZT", WORD},
    {"Р", "RUB", WEAK}, {"с", "KGS", WEAK}, {"км", "BAM", WORD}, {"Дин", "RSD", WORD}, {"дин", "RSD", WORD}, {"ДЕН", "MKD", WORD},
    {"Rp", "IDR", WORD}, {"RM", "MYR", WORD}, {"Rs.", "INR", WORD}, {"Rs", "INR", WORD}, {"Re", "INR", WEAK}, {"Dhs", "AED", WORD},
    {"TL", "TRY", WORD}, {"kr.", "", WORD}, {"kr", "", WORD}, {"Kr", "", WORD}, {"lei", "RON", WORD}, {"Lei", "RON", WORD}, {"leu", "RON", WORD},
    {"euros", "EUR", WORD}, {"euro", "EUR", WORD}, {"Euro", "EUR", WORD}, {"dollars", "USD", WORD}, {"pounds", "GBP", WORD}, {"pound", "GBP", WEAK},
    {"yen", "JPY", WORD}, {"yuan", "CNY", WORD}, {"francs", "", WORD}, {"franc", "", WORD}, {"so'm", "UZS", WORD}, {"som", "KGS", WORD},
    {"hrn", "UAH", WORD}, {"lari", "GEL", WORD}, {"zl", "PLN", WORD}, {"din", "RSD", WEAK}, {"Esc", "", WEAK}, {"Nu.", "BTN", WEAK},
    {"Lek", "ALL", WORD}, {"KSh", "KES", WORD}, {"TSh", "TZS", WORD}, {"FCFA", "XAF", WORD}, {"FRw", "RWF", WORD}, {"Fdj", "DJF", WORD},
    {"Nfk", "ERN", WORD}, {"S/.", "PEN", WORD}, {"S/", "PEN", WEAK}, {"đ", "VND", WORD}, {"Fr.", "CHF", WORD}, {"Fr", "CHF", WEAK},
    {"BTC", "", WORD}, {"CND", "", WEAK}, {"Br", "", WEAK}, {"MK", "MWK", WEAK}, {"KM", "BAM", WEAK}, {"UM", "MRU", WEAK}, {"Db", "STN", WEAK},
    {"VT", "VUV", WEAK}, {"Bs", "BOB", WEAK}, {"FG", "GNF", WEAK}, {"LD", "LYD", WEAK}, {"ID", "", WEAK}, {"Sl", "", WEAK}, {"S'", "", WEAK},
    {"CHf", "CHF", WORD}, {"GBp", "GBP", WORD}, {"mkd", "MKD", WORD},
    {"q", "GTQ", WEAK}, {"Q", "GTQ", WEAK}, {"R", "ZAR", WEAK}, {"K", "", WEAK}, {"L", "", WEAK}, {"D", "", WEAK}, {"E", "", WEAK}, {"G", "", WEAK},
    {"ש\"ח", "ILS", WORD}, {"ש״ח", "ILS", WORD}, {"ש'ח", "ILS", WORD}, {"ብር", "ETB", WORD}, {"نافكا", "ERN", WORD},
    {"تومان", "IRR", WORD}, {"ریال", "IRR", WORD}, {"ريال", "SAR", WORD}, {"درهم", "AED", WORD}, {"جنيه", "EGP", WORD}, {"دينار كويتي", "KWD", WORD},
    {"دينار", "", WORD}, {".د.ب", "BHD", WORD}, {"د.إ", "AED", WORD}, {"د.ج", "DZD", WORD}, {"د.ع", "IQD", WORD}, {"دج", "DZD", WORD}, {"ج.س", "SDG", WORD},
    {"ر.ق", "QAR", WORD}, {"ر.س", "SAR", WORD}, {"ل.س", "SYP", WORD}, {"ل.ل", "LBP", WORD}, {"د.", "", WEAK},
};
static const char codes[] = "|USD|EUR|GBP|JPY|CNY|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|HRK|RUB|UAH|TRY|BRL|MXN|ARS|CLP|COP|PEN|UYU|"
    "INR|PKR|BDT|LKR|IDR|MYR|SGD|THB|VND|PHP|KRW|TWD|HKD|ILS|AED|SAR|QAR|KWD|BHD|OMR|JOD|EGP|MAD|TND|DZD|ZAR|NGN|KES|GHS|"
    "ISK|RSD|MKD|ALL|BAM|GEL|AMD|AZN|KZT|UZS|KMF|PTE|XAF|XOF|BYN|MDL|MOP|";
/* clang-format on */

/* ---- what a currency looks like ---- */

static bool is_letter_at(struct str s, size_t at)
{
    uint32_t c;
    return at < s.n && fold_char(str_from(s, at), &c) && fold_is_word(c) && !fold_is_cjk(c) &&
           !(c < 0x80 && ascii_is_digit((char)c));
}

static bool letter_before(struct str s, size_t at)
{
    while (at && ((unsigned char)s.p[at - 1] & 0xC0) == 0x80)
        at--;
    return at && is_letter_at(s, at - 1);
}

/* An index into the table of what s[at] begins with, or -1; no surer than `least`. */
static int entry_at(struct str s, size_t at, enum sureness least)
{
    int best = -1;
    size_t length = 0;
    for (size_t i = 0; at < s.n && i < ARRAY_LEN(table); i++) {
        if (table[i].text[0] != s.p[at])
            continue; /* nearly always, and this is asked at every character */
        struct str text = str_of(table[i].text);
        if (table[i].sureness > least || text.n <= length || !str_starts(str_from(s, at), text))
            continue;
        bool letters = is_letter_at(text, 0), end_letter = letter_before(text, text.n);
        if ((letters && letter_before(s, at)) || (end_letter && is_letter_at(s, at + text.n)))
            continue;
        best = (int)i;
        length = text.n;
    }
    return best;
}

static bool code_at(struct str s, size_t at)
{
    char key[6] = "|";
    if (at + 3 > s.n || letter_before(s, at) || is_letter_at(s, at + 3))
        return false;
    memcpy(key + 1, s.p + at, 3);
    key[4] = '|';
    key[5] = '\0';
    return key[1] != '|' && strstr(codes, key) != NULL;
}

struct currency {
    size_t at, n;
    char iso[4];
};

static void settle(struct currency *c, struct str s, struct str language)
{
    char a = language.n ? ascii_lower(language.p[0]) : 0,
         b = language.n > 1 ? ascii_lower(language.p[1]) : 0;
    if (c->iso[0] == '\0' && c->n && (s.p[c->at] | 0x20) == 'k')
        memcpy(c->iso, a == 's' ? "SEK" : a == 'd' ? "DKK" : a == 'n' ? "NOK" : "\0\0\0", 4);
    if (memcmp(c->iso, "JPY", 3) == 0 && a == 'z' && b == 'h')
        memcpy(c->iso, "CNY", 4);
}

static bool currency_at(struct str s, size_t at, enum sureness least, struct str language,
                        struct currency *ret)
{
    int entry = entry_at(s, at, least);
    if (code_at(s, at) && (entry < 0 || strlen(table[entry].text) <= 3)) {
        *ret = (struct currency){.at = at, .n = 3};
        memcpy(ret->iso, s.p + at, 3);
        return true;
    }
    if (entry < 0)
        return false;
    *ret = (struct currency){.at = at, .n = strlen(table[entry].text)};
    memcpy(ret->iso, table[entry].iso, 4);
    settle(ret, s, language);
    return true;
}

/* ---- amounts in text ---- */

static size_t gap_after(struct str s, size_t at)
{
    size_t n = 0;
    for (;;) {
        struct str rest = str_from(s, at + n);
        if (rest.n && rest.p[0] == ' ')
            n++;
        else if (str_starts(rest, STR_LIT("\xC2\xA0")))
            n += 2;
        else if (str_starts(rest, STR_LIT("\xE2\x80\xAF")) || str_starts(rest, STR_LIT("\xE2\x80\x89")))
            n += 3;
        else
            return n;
        if (n > 6)
            return n;
    }
}

static size_t gap_before(struct str s, size_t at)
{
    size_t n = 0;
    while (at > n && n < 6) {
        if (s.p[at - n - 1] == ' ')
            n++;
        else if (at >= n + 2 && memcmp(s.p + at - n - 2, "\xC2\xA0", 2) == 0)
            n += 2;
        else if (at >= n + 3 && (memcmp(s.p + at - n - 3, "\xE2\x80\xAF", 3) == 0 ||
                                 memcmp(s.p + at - n - 3, "\xE2\x80\x89", 3) == 0))
            n += 3;
        else
            break;
    }
    return n;
}

/* A currency that ends at `end`. */
static bool currency_before(struct str s, size_t end, struct str language, struct currency *ret)
{
    bool found = false;
    for (size_t n = 1; n <= 14 && n <= end; n++) {
        struct currency c;
        if (((unsigned char)s.p[end - n] & 0xC0) == 0x80)
            continue;
        struct str head = str_head(s, end);
        if (currency_at(head, end - n, WORD, language, &c) && c.at + c.n == end) {
            *ret = c;
            found = true;
        }
    }
    return found;
}

/* ",-" and ".–" behind a whole amount. */
static size_t dash_cents(struct str s, size_t at)
{
    static const char *const tails[] = {
        ",-", ".-", ",\xE2\x80\x93", ".\xE2\x80\x93", ",\xE2\x80\x94", ".\xE2\x80\x94"};
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        if (str_starts(str_from(s, at), str_of(tails[i])))
            return strlen(tails[i]) + (tails[i][1] == '-' && at + 2 < s.n && s.p[at + 2] == '-');
    return 0;
}

/* The amount whose digits begin at `at`, with the currency that touches it. */
static bool amount_at(struct str s, size_t at, enum numerals numerals, struct str language,
                      size_t *ret_at, struct money *ret)
{
    struct number number;
    struct currency before, after;
    double factor;
    /* Prices have no third decimal: "12.900" is thousands in any language, but for what is less than one. */
    bool below_one = at < s.n && s.p[at] == '0';
    if (!number_read(str_from(s, at), below_one ? numerals : NUMERALS_GROUP, &number))
        return false;
    size_t end = at + number.n, from = at;
    end += dash_cents(s, end);
    size_t scale = number_scale(str_from(s, end), &factor);
    if (scale) {
        number.value *= factor;
        end += scale;
    }
    size_t minus = from && s.p[from - 1] == '-' && (from == 1 || s.p[from - 2] == ' ') ? 1 : 0;
    bool has_before = currency_before(s, from - minus - gap_before(s, from - minus), language, &before);
    size_t gap = gap_after(s, end);
    bool has_after = currency_at(s, end + gap, WORD, language, &after);
    if (!has_before && !has_after)
        return false;
    /* "$45 – €60": what touches without a gap wins; else the one before. */
    bool near_after = has_after && gap == 0,
         near_before = has_before && before.at + before.n + minus == from;
    bool take_after = has_after && (!has_before || (near_after && !near_before));
    struct currency *c = take_after ? &after : &before;
    if (!take_after)
        from = before.at;
    else
        end = after.at + after.n;
    /* "$119.00 USD": the code behind the sign says more. */
    if (!take_after && has_after && after.n == 3 && after.iso[0] && !ascii_is_digit(s.p[after.at])) {
        size_t next = after.at + after.n + gap_after(s, after.at + after.n);
        if (next >= s.n || !ascii_is_digit(s.p[next])) {
            memcpy(before.iso, after.iso, 4);
            end = after.at + after.n;
        }
    }
    *ret = (struct money){.amount = minus ? -number.value : number.value,
                          .text = str_make(s.p + from, end - from),
                          .currency = str_make(s.p + c->at, c->n)};
    memcpy(ret->iso, c->iso, 4);
    /* "12€50" */
    int cents = take_after && near_after && number.whole && end + 2 <= s.n && ascii_is_digit(s.p[end]) &&
                        ascii_is_digit(s.p[end + 1]) && !(end + 2 < s.n && ascii_is_digit(s.p[end + 2]))
                    ? (s.p[end] - '0') * 10 + s.p[end + 1] - '0'
                    : -1;
    if (cents >= 0) {
        ret->amount += cents / 100.0;
        ret->text.n += 2;
    }
    *ret_at = from;
    return true;
}

bool money_find(struct str s, size_t from, enum numerals numerals, struct str language, size_t *ret_at,
                struct money *ret)
{
    for (size_t at = from; at < s.n; at++) {
        if (!ascii_is_digit(s.p[at]))
            continue;
        bool inside =
            at && (ascii_is_digit(s.p[at - 1]) || ((s.p[at - 1] == '.' || s.p[at - 1] == ',') &&
                                                   at > 1 && ascii_is_digit(s.p[at - 2])));
        if (!inside && amount_at(s, at, numerals, language, ret_at, ret) && *ret_at >= from)
            return true;
        while (at + 1 < s.n && ascii_is_digit(s.p[at + 1]))
            at++;
    }
    return false;
}

struct currency_code currency_of(struct str text, struct str language)
{
    struct currency_code code = {""};
    struct currency c;
    for (int least = SURE; least <= WORD; least++)
        for (size_t at = 0; at < text.n; at++) {
            if (!currency_at(text, at, (enum sureness)least, language, &c) || c.iso[0] == '\0')
                continue;
            memcpy(code.iso, c.iso, 4);
            return code;
        }
    return code;
}

/* ---- price strings ---- */

static bool is_space_at(struct str s, size_t at, size_t *ret_n)
{
    *ret_n = gap_after(s, at);
    if (*ret_n)
        return true;
    *ret_n = 1;
    return at < s.n && ascii_is_space(s.p[at]);
}

/* The characters of the first amount: digits and what may stand between them; the bytes taken. */
static size_t amount_text(struct str s, size_t at, char *to, size_t max)
{
    size_t n = 0, i = at, gap;
    if (at && s.p[at - 1] == '.')
        to[n++] = '.';
    while (i < s.n && n + 1 < max) {
        char c = s.p[i];
        struct str rest = str_from(s, i);
        if (ascii_is_digit(c) || c == '.' || c == ',') {
            to[n++] = c;
            i++;
        } else if (c == '\'' || str_starts(rest, STR_LIT("\xE2\x80\x99"))) {
            size_t length = c == '\'' ? 1 : 3;
            if (i + length >= s.n || !ascii_is_digit(s.p[i + length]))
                break;
            i += length;
        } else if (is_space_at(s, i, &gap)) {
            i += gap;
            to[n++] = ' ';
        } else {
            break;
        }
    }
    to[n] = '\0';
    return i - at;
}

/* Takes the spaces out: those before three digits group, those around a decimal separator are slips; any other ends it. */
static void join_digits(char *t)
{
    size_t n = 0;
    for (size_t i = 0; t[i]; i++) {
        if (t[i] != ' ') {
            t[n++] = t[i];
            continue;
        }
        size_t run = strspn(t + i + 1, "0123456789");
        char before = n ? t[n - 1] : 0;
        bool slip = (before == '.' || before == ',') && run > 0;
        if (!slip && run != 3 && t[i + 1] != '.' && t[i + 1] != ',')
            break;
        if (!slip && run == 3 && before && memchr(t, '.', n) && n > 3 && t[n - 3] == '.')
            break; /* "12.99 100" */
    }
    t[n] = '\0';
}

/* By the digits behind the last separator: one, two or more than three are a fraction. */
static bool text_value(char *t, double *ret)
{
    size_t n = strlen(t), m = 0;
    while (n && (t[n - 1] == '.' || t[n - 1] == ','))
        t[--n] = '\0';
    while (*t == ',' || (t[0] == '.' && t[1] == '.'))
        t++, n--;
    if (strcspn(t, "0123456789") == n)
        return false;
    size_t last = n;
    while (last && ascii_is_digit(t[last - 1]))
        last--;
    size_t behind = n - last;
    bool fraction = last > 0 && (behind != 3 || (last == 1) || (last == 2 && t[0] == '0'));
    /* "..75,333": what begins with a point is a fraction as a whole. */
    bool leads = t[0] == '.';
    char clean[64];
    for (size_t i = 0; i < n && m + 2 < sizeof clean; i++)
        if (ascii_is_digit(t[i]) || (leads && i == 0) || (!leads && fraction && i == last - 1))
            clean[m++] = ascii_is_digit(t[i]) ? t[i] : '.';
    clean[m] = '\0';
    *ret = strtod(clean, NULL);
    return true;
}

static bool price_amount(struct str s, double *ret)
{
    char text[64];
    for (size_t at = 0; at < s.n; at++) {
        if (!ascii_is_digit(s.p[at]))
            continue;
        size_t n = amount_text(s, at, text, sizeof text), end = at + n;
        if (end < s.n && s.p[end] == '%') {
            at = end;
            continue;
        }
        bool euro = str_starts(str_from(s, end), STR_LIT("\xE2\x82\xAC"));
        join_digits(text);
        if (!text_value(text, ret))
            continue;
        size_t cents = euro ? end + 3 : s.n;
        size_t run = 0;
        while (cents + run < s.n && ascii_is_digit(s.p[cents + run]))
            run++;
        if (run && run < 3 && !strpbrk(text, ".,"))
            *ret += (double)atoi(s.p + cents) / (run == 1 ? 10 : 100);
        return true;
    }
    char folded[256];
    bool free = s.n < 80 && fold_contains(str_make(folded, fold_to(s, folded)), STR_LIT("free"), NULL);
    *ret = 0;
    return free;
}

static struct str price_currency(struct str s, enum sureness least)
{
    struct currency c;
    for (size_t at = 0; at < s.n; at++)
        if (currency_at(s, at, least, STR_NONE, &c))
            return str_make(s.p + at, c.n);
    return STR_NONE;
}

struct price price_read(struct str text, struct str hint)
{
    struct price p = {.currency = STR_NONE};
    p.has_amount = price_amount(text, &p.amount);
    for (int least = SURE; least <= WEAK && !str_is_set(p.currency); least++) {
        p.currency = price_currency(text, (enum sureness)least);
        if (!str_is_set(p.currency))
            p.currency = price_currency(hint, (enum sureness)least);
    }
    return p;
}
