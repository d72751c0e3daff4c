/* SPDX-License-Identifier: Apache-2.0 */
/* test_charset.c: labels and prescan against the published cases; decoding against known bytes. */
#include "extract/charset.h"
#include "tests/check.h"

static struct buf file_of(const char *path)
{
    struct buf b;
    buf_init(&b, 1 << 24);
    FILE *f = fopen(path, "rb");
    NEED(f);
    char *to;
    size_t n;
    while ((to = buf_room(&b, 65536)) != NULL && (n = fread(to, 1, 65536, f)) > 0)
        b.n += n;
    fclose(f);
    return b;
}

static struct str member(struct str line, const char *name)
{
    char key[32];
    int n = snprintf(key, sizeof key, "\"%s\": \"", name);
    const char *hit = memmem(line.p, line.n, key, (size_t)n);
    if (!hit)
        return STR_NONE;
    struct str rest = str_from(line, (size_t)(hit - line.p) + (size_t)n);
    return str_head(rest, str_find(rest, '"'));
}

static void test_labels(void)
{
    struct buf file = file_of("tests/data/encoding/labels.jsonl");
    struct str rest = buf_str(&file);
    unsigned n = 0;
    while (rest.n) {
        struct str line = str_head(rest, str_find(rest, '\n'));
        rest = str_from(rest, line.n + 1);
        struct str label = member(line, "label"), name = member(line, "name");
        const struct charset *found = charset_find(label);
        CHECK(found && str_eq_nocase(charset_name(found), name));
        n++;
    }
    CHECK(n > 100);
    buf_fini(&file);
    CHECK_STR(charset_name(charset_find(STR_LIT(" \tUTF8\n"))), STR_LIT("utf-8"));
    CHECK(charset_find(STR_LIT("")) == NULL);
    CHECK(charset_find(STR_LIT("utf-7")) == NULL);
    CHECK(charset_find(STR_LIT("latin1 latin1 latin1 latin1 latin1 latin1")) == NULL);
}

/* "#data\n...\n#encoding\nname\n": what the page says, or windows-1252. */
static void run_cases(const char *path, unsigned want)
{
    struct buf file = file_of(path);
    const char *at = file.p, *end = file.p + file.n;
    unsigned n = 0;
    while (at && (at = memmem(at, (size_t)(end - at), "#data\n", 6)) != NULL) {
        at += 6;
        const char *mark = memmem(at, (size_t)(end - at), "\n#encoding\n", 11);
        NEED(mark);
        struct str data = str_make(at, (size_t)(mark - at));
        struct str rest = str_make(mark + 11, (size_t)(end - mark) - 11);
        struct str name = str_head(rest, str_find(rest, '\n'));
        struct charset_choice choice = charset_choose(data, STR_NONE);
        bool said = choice.source == CHARSET_BY_BOM || choice.source == CHARSET_BY_META;
        struct str got = said ? charset_name(choice.charset) : STR_LIT("windows-1252");
        if (!CHECK(charset_find(name) && str_eq(charset_name(charset_find(name)), got)))
            fprintf(stderr, "    %s: want %.*s, got %.*s for\n%.*s\n", path, STR_ARG(name), STR_ARG(got),
                    STR_ARG(str_head(data, 300)));
        at = mark;
        n++;
    }
    CHECK_INT(n, want);
    buf_fini(&file);
}

static void test_prescan(void)
{
    run_cases("tests/data/encoding/html5lib/tests1.dat", 27);
    run_cases("tests/data/encoding/html5lib/tests2.dat", 10);
}

static void check_choice(struct str body, const char *header, const char *name,
                         enum charset_source source)
{
    struct charset_choice choice = charset_choose(body, str_of(header));
    CHECK_STR(charset_name(choice.charset), str_of(name));
    CHECK_INT(choice.source, source);
}

static void test_choice(void)
{
    struct str meta = STR_LIT("<meta charset=koi8-r>\xd0");
    check_choice(meta, "text/html", "koi8-r", CHARSET_BY_META);
    check_choice(meta, "text/html; charset=latin1", "windows-1252", CHARSET_BY_HEADER);
    check_choice(meta, "text/html;x=y; Charset=\"SJIS\"; charset=utf-8", "shift_jis", CHARSET_BY_HEADER);
    check_choice(meta, "text/html; charset=nonsense", "koi8-r", CHARSET_BY_META);
    check_choice(meta, "text/html; charset=", "koi8-r", CHARSET_BY_META);
    check_choice(STR_LIT("\xef\xbb\xbf<meta charset=koi8-r>"), "text/html; charset=gbk", "utf-8",
                 CHARSET_BY_BOM);
    check_choice(STR_LIT("\xff\xfe<\0"), "", "utf-16le", CHARSET_BY_BOM);
    check_choice(STR_LIT("\xfe\xff\0<"), "", "utf-16be", CHARSET_BY_BOM);
    check_choice(STR_LIT("na\xc3\xafve"), "", "utf-8", CHARSET_BY_DEFAULT);
    check_choice(STR_LIT("na\xefve"), "", "windows-1252", CHARSET_BY_DEFAULT);
    check_choice(STR_LIT("<meta charset=utf-16le>"), "", "utf-8", CHARSET_BY_META);
    check_choice(STR_LIT("<meta charset=x-user-defined>"), "", "windows-1252", CHARSET_BY_META);
    check_choice(STR_LIT("<?xml version='1.0' encoding='iso-8859-2'?><html>\xb1"), "", "iso-8859-2",
                 CHARSET_BY_META);
    check_choice(STR_LIT("<!--><meta charset=gbk>-->"), "", "gbk", CHARSET_BY_META);
    check_choice(STR_LIT("<!-- <meta charset=gbk> "), "", "utf-8", CHARSET_BY_DEFAULT);
    check_choice(STR_LIT(""), "", "utf-8", CHARSET_BY_DEFAULT);
    CHECK(charset_choose(meta, STR_LIT("text/html; charset=nonsense")).unknown_label);
}

/* want_bad: something became U+FFFD. */
static void check_decoded(const char *label, struct str bytes, struct str want, bool want_bad)
{
    struct buf out;
    size_t bad = 0;
    buf_init(&out, 1 << 20);
    const struct charset *charset = charset_find(str_of(label));
    NEED(charset);
    CHECK_INT(charset_decode(charset, bytes, &out, &bad), OK);
    if (!check_str(buf_str(&out), want, label, __FILE__, __LINE__))
        fprintf(stderr, "    for %s\n", label);
    CHECK_INT(bad > 0, want_bad);
    for (size_t i = 0; i < BUF_PAD; i++)
        CHECK(out.p[out.n + i] == 0);
    buf_fini(&out);
}

#define FFFD "\xef\xbf\xbd"

static void test_decode(void)
{
    static const struct {
        const char *label;
        struct str bytes, text;
        bool bad;
    } cases[] = {
        {"utf-8", STR_LIT("na\xc3\xafve \xf0\x9f\x98\x80"), STR_LIT("na\xc3\xafve \xf0\x9f\x98\x80"),
         false},
        {"utf-8", STR_LIT("a\xc3("), STR_LIT("a" FFFD "("), true},
        {"utf-8", STR_LIT("\xf0\x9f\x98<"), STR_LIT(FFFD "<"), true},
        {"utf-8", STR_LIT("\xed\xa0\x80"), STR_LIT(FFFD FFFD FFFD), true},
        {"utf-8", STR_LIT("\xc0\xaf\xf5"), STR_LIT(FFFD FFFD FFFD), true},
        {"utf-8", STR_LIT("\xe0\x80"), STR_LIT(FFFD FFFD), true},
        {"utf-8", STR_LIT("0123456789abcdef\xe4\xb8"), STR_LIT("0123456789abcdef" FFFD), true},
        {"latin1", STR_LIT("\x80 \x81 \xe9"), STR_LIT("\xe2\x82\xac \xc2\x81 \xc3\xa9"), false},
        {"ascii", STR_LIT("\x93q\x94"), STR_LIT("\xe2\x80\x9cq\xe2\x80\x9d"), false},
        {"windows-1253", STR_LIT("\xe1\xaa"), STR_LIT("\xce\xb1" FFFD), true},
        {"windows-1255", STR_LIT("\xe0\xc7"), STR_LIT("\xd7\x90\xd6\xb7"), false},
        {"windows-1258", STR_LIT("a\xcc"), STR_LIT("a\xcc\x80"), false},
        {"koi8-u", STR_LIT("\xae\xc1"), STR_LIT("\xd1\x9e\xd0\xb0"), false},
        {"macintosh", STR_LIT("\xdb"), STR_LIT("\xe2\x82\xac"), false},
        {"iso-8859-8-i", STR_LIT("\xe0"), STR_LIT("\xd7\x90"), false},
        {"gb2312", STR_LIT("\xd6\xd0\x80"), STR_LIT("\xe4\xb8\xad\xe2\x82\xac"), false},
        {"gb18030", STR_LIT("\x81\x30\x81\x30"), STR_LIT("\xc2\x80"), false},
        {"gbk", STR_LIT("\xd6<b>"), STR_LIT(FFFD "<b>"), true},
        {"big5", STR_LIT("\xa4\xa4\xa4\xe5"), STR_LIT("\xe4\xb8\xad\xe6\x96\x87"), false},
        {"big5", STR_LIT("\x88\x62"), STR_LIT("\xc3\x8a\xcc\x84"), false},
        {"shift_jis", STR_LIT("\x93\xfa\x96\x7b\\\xb1\x87\x40"),
         STR_LIT("\xe6\x97\xa5\xe6\x9c\xac\\\xef\xbd\xb1\xe2\x91\xa0"), false},
        {"shift_jis", STR_LIT("\x81\x60\x80"), STR_LIT("\xef\xbd\x9e\xc2\x80"), false},
        {"euc-jp", STR_LIT("\xc6\xfc\xcb\xdc\x8e\xb1\xad\xa1"),
         STR_LIT("\xe6\x97\xa5\xe6\x9c\xac\xef\xbd\xb1\xe2\x91\xa0"), false},
        {"iso-2022-jp", STR_LIT("\033$BF|K\\\033(Bx\033(I1"),
         STR_LIT("\xe6\x97\xa5\xe6\x9c\xacx\xef\xbd\xb1"), false},
        {"iso-2022-jp", STR_LIT("\033$XA\xfe"), STR_LIT(FFFD "$XA" FFFD), true},
        {"windows-949", STR_LIT("\xb0\xa1\x81\x41"), STR_LIT("\xea\xb0\x80\xea\xb0\x82"), false},
        {"euc-kr", STR_LIT("\xb0"), STR_LIT(FFFD), true},
        {"euc-kr", STR_LIT("\xa2\xe8<"), STR_LIT(FFFD "<"), true},
        {"euc-kr", STR_LIT("\xa2\xe8"), STR_LIT(FFFD), true},
        {"utf-16le", STR_LIT("a\0\x3d\xd8\x00\xde"), STR_LIT("a\xf0\x9f\x98\x80"), false},
        {"utf-16be", STR_LIT("\0a\xd8\x3d\0b\xff"), STR_LIT("a" FFFD "b" FFFD), true},
        {"x-user-defined", STR_LIT("a\x80\xff"), STR_LIT("a\xef\x9e\x80\xef\x9f\xbf"), false},
        {"iso-2022-kr", STR_LIT("<script>"), STR_LIT(FFFD), true},
        {"replacement", STR_LIT(""), STR_LIT(""), false},
        {"utf-8", STR_LIT(""), STR_LIT(""), false},
        {"shift_jis", STR_LIT(""), STR_LIT(""), false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check_decoded(cases[i].label, cases[i].bytes, cases[i].text, cases[i].bad);
}

/* Every U+FFFD is counted; broken bytes as the standard groups them; the last bytes of a text. */
static void test_counted(void)
{
    static const struct {
        const char *label;
        struct str bytes, text;
        size_t count;
    } cases[] = {
        {"utf-8", STR_LIT("\xff<\xf0\x9f\x98<\xff"), STR_LIT(FFFD "<" FFFD "<" FFFD), 3},
        {"gb18030", STR_LIT("\x81\x30\x81"), STR_LIT(FFFD), 1},
        {"gb18030", STR_LIT("\x81\x30\x81<"), STR_LIT(FFFD "0" FFFD "<"), 2},
        {"gb18030", STR_LIT("\xe3\x32\x9a\x35\xe3\x32\x9a\x36"), STR_LIT("\xf4\x8f\xbf\xbf" FFFD), 1},
        {"big5", STR_LIT("\x88\xa5\x88\x80\x88"), STR_LIT("\xc3\xaa\xcc\x8c" FFFD FFFD), 2},
        {"euc-jp", STR_LIT("\xa1\xa1\x8f\xa1<\x8e\xe0\x8f\xa2"),
         STR_LIT("\xe3\x80\x80" FFFD "<" FFFD FFFD), 3},
        {"shift_jis", STR_LIT("\xf0\x40\xfd\x81<"), STR_LIT("\xee\x80\x80" FFFD FFFD "<"), 2},
        {"euc-kr", STR_LIT("\x81\x41\xc9\xa1\xff"), STR_LIT("\xea\xb0\x82" FFFD FFFD), 2},
        {"iso-2022-jp", STR_LIT("\033(J\\~\033(B\033(B\\"), STR_LIT("\xc2\xa5\xe2\x80\xbe" FFFD "\\"),
         1},
        {"iso-2022-jp", STR_LIT("\033$B0\033(Bx"), STR_LIT(FFFD "x"), 1},
        {"utf-16le", STR_LIT("a\0\x3d\xd8\x00"), STR_LIT("a" FFFD), 1},
        {"utf-16le", STR_LIT("\x3d\xd8"), STR_LIT(FFFD), 1},
        {"windows-1253", STR_LIT("\xaa\xd2"), STR_LIT(FFFD FFFD), 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out;
        size_t replaced = 99;
        buf_init(&out, 1 << 16);
        CHECK_INT(charset_decode(charset_find(str_of(cases[i].label)), cases[i].bytes, &out, &replaced),
                  OK);
        CHECK_STR(buf_str(&out), cases[i].text);
        if (!CHECK_INT(replaced, cases[i].count))
            fprintf(stderr, "    case %zu, %s\n", i, cases[i].label);
        buf_fini(&out);
    }
}

static size_t count_of(struct str s, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == c;
    return n;
}

/* Every label has a converter, every byte string an answer that is valid UTF-8, and no '<' is lost or made. */
static void test_every_charset(void)
{
    static const char *const names[] = {
        "ibm866",        "iso-8859-2",     "iso-8859-3",   "iso-8859-4",   "iso-8859-5",
        "iso-8859-6",    "iso-8859-7",     "iso-8859-8",   "iso-8859-10",  "iso-8859-13",
        "iso-8859-14",   "iso-8859-15",    "iso-8859-16",  "koi8-r",       "koi8-u",
        "macintosh",     "windows-874",    "windows-1250", "windows-1251", "windows-1252",
        "windows-1253",  "windows-1254",   "windows-1255", "windows-1256", "windows-1257",
        "windows-1258",  "x-mac-cyrillic", "gbk",          "gb18030",      "big5",
        "euc-jp",        "iso-2022-jp",    "shift_jis",    "euc-kr",       "utf-8",
        "x-user-defined"};
    struct buf bytes, out;
    buf_init(&bytes, 1 << 20);
    buf_init(&out, 1 << 22);
    unsigned seed = 1;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1664525u + 1013904223u;
        buf_putc(&bytes, (char)(seed >> 24 | 0x80));
        buf_putc(&bytes, (char)(seed >> 16));
        buf_putc(&bytes, '<');
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t bad;
        buf_reset(&out);
        const struct charset *charset = charset_find(str_of(names[i]));
        NEED(charset);
        CHECK_INT(charset_decode(charset, buf_str(&bytes), &out, &bad), OK);
        CHECK_INT(utf8_valid_bytes(buf_str(&out)), out.n);
        if (!CHECK_INT(count_of(buf_str(&out), '<'), count_of(buf_str(&bytes), '<')))
            fprintf(stderr, "    in %s\n", names[i]);
    }
    buf_fini(&bytes);
    buf_fini(&out);
}

/* ---- against a browser ---- */

struct web {
    const struct charset *charset;
    struct str name;
    struct buf bytes, out;
};

/* Decodes web->bytes and goes on with the checksum. */
static uint32_t web_sum(struct web *web, uint32_t sum)
{
    size_t replaced;
    buf_reset(&web->out);
    NEED(charset_decode(web->charset, buf_str(&web->bytes), &web->out, &replaced) == OK);
    for (size_t i = 0; i < web->out.n; i++)
        sum = (sum ^ (unsigned char)web->out.p[i]) * 0x01000193u;
    return sum;
}

static void web_bytes(struct web *web, unsigned a, unsigned b, unsigned c, unsigned d, unsigned n)
{
    const unsigned all[4] = {a, b, c, d};
    buf_reset(&web->bytes);
    for (unsigned i = 0; i < n; i++)
        buf_putc(&web->bytes, (char)all[i]);
}

static uint32_t web_pairs(struct web *web, unsigned a)
{
    uint32_t sum = 0x811c9dc5u;
    for (unsigned b = 0; b < 256; b++) {
        web_bytes(web, a, b, 0, 0, 2);
        sum = web_sum(web, sum);
    }
    return sum;
}

static uint32_t web_fours(struct web *web, unsigned a)
{
    uint32_t sum = 0x811c9dc5u;
    for (unsigned b = '0'; b <= '9'; b++)
        for (unsigned c = 0x81; c < 0xff; c++)
            for (unsigned d = '0'; d <= '9'; d++) {
                web_bytes(web, a, b, c, d, 4);
                sum = web_sum(web, sum);
            }
    return sum;
}

static uint32_t web_threes(struct web *web, unsigned b)
{
    uint32_t sum = 0x811c9dc5u;
    for (unsigned c = 0; c < 256; c++) {
        web_bytes(web, 0x8f, b, c, 0, 3);
        sum = web_sum(web, sum);
    }
    return sum;
}

/* The byte behind those in web->bytes, from two random ones: many leads, digits as gb18030 has them, escapes
 * where the encoding has these; ask.html says which are left out. */
static unsigned web_next(const struct web *web, unsigned c, unsigned k)
{
    size_t n = web->bytes.n;
    unsigned before = n > 1 ? (unsigned char)web->bytes.p[n - 2] : 0;
    unsigned last = n > 1 ? (unsigned char)web->bytes.p[n - 1] : 0;
    if (str_is(web->name, "iso-2022-jp")) {
        if (n > 4093)
            return 0x61;
        c = k < 40    ? 27
            : k < 80  ? 0x24
            : k < 110 ? 0x28
            : k < 140 ? 0x40 + (c & 11)
                      : (c & 127) | (k > 250 ? 128u : 0u);
        bool third = before == 27 && (last == 0x24 || last == 0x28);
        return third && c != 0x42 && c != 0x49 && c != 0x4a ? 0x21 + (c & 31) : c;
    }
    c = k < 100 ? c | 128 : k < 128 ? 0x30 + c % 10 : c;
    bool third = str_is(web->name, "euc-jp") && before == 0x8f && last > 0xa0 && last < 0xff;
    return third ? 0xa1 + c % 94 : c;
}

static uint32_t web_text(struct web *web, uint32_t *seed)
{
    buf_reset(&web->bytes);
    for (int i = 0; i < 4096; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        buf_putc(&web->bytes, (char)web_next(web, *seed >> 24, *seed >> 16 & 255));
    }
    return web_sum(web, 0x811c9dc5u);
}

static void check_sum(const struct web *web, struct str *sums, uint32_t got, const char *what,
                      unsigned i)
{
    char text[5];
    snprintf(text, sizeof text, "%04x", got & 0xffffu);
    if (!CHECK(str_eq(str_head(*sums, 4), str_of(text))))
        fprintf(stderr, "    %.*s, %s %02x\n", STR_ARG(web->name), what, i);
    *sums = str_from(*sums, 4);
}

static void check_web_line(struct web *web, struct str line)
{
    web->name = str_head(line, str_find(line, ' '));
    struct str sums = str_from(line, web->name.n + 1), texts = str_from(sums, str_find(sums, ' ') + 1);
    uint32_t seed = 1;
    if (str_is(web->name, "gb18030-4") || str_is(web->name, "euc-jp-3")) {
        bool fours = str_is(web->name, "gb18030-4");
        web->charset = charset_find(str_head(web->name, web->name.n - 2));
        for (unsigned a = fours ? 0x81 : 0; a < (fours ? 0xffu : 256u); a++)
            check_sum(web, &sums, fours ? web_fours(web, a) : web_threes(web, a), "byte", a);
        return;
    }
    web->charset = charset_find(web->name);
    NEED(web->charset);
    for (unsigned a = 0; a < 256; a++)
        check_sum(web, &sums, web_pairs(web, a), "first byte", a);
    for (unsigned i = 0; i < 64; i++)
        check_sum(web, &texts, web_text(web, &seed), "text", i);
}

static void test_as_the_web_does(void)
{
    struct buf file = file_of("tests/data/encoding/web.txt");
    struct web web = {0};
    buf_init(&web.bytes, 1 << 16);
    buf_init(&web.out, 1 << 18);
    unsigned lines = 0;
    for (struct str rest = buf_str(&file); rest.n; rest = str_from(rest, str_find(rest, '\n') + 1)) {
        struct str line = str_head(rest, str_find(rest, '\n'));
        if (line.p[0] == '#')
            continue;
        check_web_line(&web, line);
        lines++;
    }
    CHECK_INT(lines, 41);
    buf_fini(&web.bytes);
    buf_fini(&web.out);
    buf_fini(&file);
}

int main(void)
{
    RUN(test_labels);
    RUN(test_prescan);
    RUN(test_choice);
    RUN(test_decode);
    RUN(test_every_charset);
    RUN(test_as_the_web_does);
    RUN(test_counted);
    return check_report();
}
