/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_charset.c: which encoding bytes are in, and every decoder on any bytes.
 *
 * A decoder gives UTF-8 of bounded length, counts what it replaced, loses no ASCII byte that can't be part of a
 * letter, and decodes lines one by one as it decodes them together. The multi-byte ones are held against a second
 * reading of the Encoding standard: its handlers, byte by byte, as they stand there. */
#include "tests/fuzz/target.h"

#include "base/utf8.h"
#include "extract/charset.h"
#include "extract/charset_index.h"
#include "extract/charset_table.h"
#include "tests/fuzz/topics.h"

#include <stdio.h>

static struct buf whole, parts, again;
static size_t pages, with_errors;

static void init(void)
{
    buf_init(&whole, 1 << 20);
    buf_init(&parts, 1 << 20);
    buf_init(&again, 1 << 20);
}

static void fini(void)
{
    printf("%zu pages; not all decoded %zu\n", pages, with_errors);
    buf_fini(&whole);
    buf_fini(&parts);
    buf_fini(&again);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_charset", true, 20000, init, fini, TOPIC_BYTES};

/* ---- the standard's handlers ---- */

enum { END = -1, GO_ON = -1, ERROR = -2 };

/* The variables of all decoders: a byte each, or a state of ISO-2022-JP. */
struct decoder {
    int lead, second, third;
    bool flag; /* EUC-JP: jis0212; ISO-2022-JP: output */
    enum { AT_ASCII, AT_ROMAN, AT_KATAKANA, AT_LEAD, AT_TRAIL, AT_START, AT_ESCAPE } state, output;
    int back[4], n_back; /* bytes to be read again, the last one first */
    int mark;            /* the second code point of two */
};

static bool in(int byte, int low, int high)
{
    return byte >= low && byte <= high;
}

static void give_back(struct decoder *d, int byte)
{
    d->back[d->n_back++] = byte;
}

static int or_error(struct decoder *d, int code, int byte)
{
    if (code > 0)
        return code;
    if (in(byte, 0, 0x7f))
        give_back(d, byte);
    return ERROR;
}

static int take_lead(struct decoder *d)
{
    int lead = d->lead;
    d->lead = 0;
    return lead;
}

static int big5_at(int pointer)
{
    int row = pointer / 157 - 6, cell = pointer % 157;
    if (row < 0)
        return 0;
    return charset_big5[row][cell] +
           (int)(charset_big5_plane_2[row][cell / 32] >> cell % 32 & 1) * 0x20000;
}

static int big5(struct decoder *d, int byte)
{
    static const int pairs[][3] = {
        {1133, 0xca, 0x304}, {1135, 0xca, 0x30c}, {1164, 0xea, 0x304}, {1166, 0xea, 0x30c}};
    if (!d->lead) {
        if (in(byte, 0x81, 0xfe))
            d->lead = byte;
        return d->lead ? GO_ON : byte < 0x80 ? byte : ERROR;
    }
    int lead = take_lead(d), pointer = -1;
    if (byte == END)
        return ERROR;
    if (in(byte, 0x40, 0x7e) || in(byte, 0xa1, 0xfe))
        pointer = (lead - 0x81) * 157 + byte - (byte < 0x7f ? 0x40 : 0x62);
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (pointer == pairs[i][0]) {
            d->mark = pairs[i][2];
            return pairs[i][1];
        }
    return or_error(d, pointer < 0 ? 0 : big5_at(pointer), byte);
}

static int euc_kr_at(int pointer)
{
    int row = pointer / 190, cell = pointer % 190;
    if (cell < 96)
        return row < 70 ? charset_uhc[row][cell] : 0;
    return row < 125 ? charset_ks_x_1001[row][cell - 96] : 0;
}

static int euc_kr(struct decoder *d, int byte)
{
    if (!d->lead) {
        if (in(byte, 0x81, 0xfe))
            d->lead = byte;
        return d->lead ? GO_ON : byte < 0x80 ? byte : ERROR;
    }
    int lead = take_lead(d);
    if (byte == END)
        return ERROR;
    return or_error(d, in(byte, 0x41, 0xfe) ? euc_kr_at((lead - 0x81) * 190 + byte - 0x41) : 0, byte);
}

static int gb18030_range_at(int pointer)
{
    if ((pointer > 39419 && pointer < 189000) || pointer > 1237575)
        return 0;
    if (pointer >= 189000)
        return 0x10000 + pointer - 189000;
    int i = CHARSET_RANGES - 1;
    while (charset_gb18030_ranges[i].pointer > pointer)
        i--;
    return charset_gb18030_ranges[i].code + pointer - charset_gb18030_ranges[i].pointer;
}

static int gb18030(struct decoder *d, int byte)
{
    int first = d->lead, second = d->second, third = d->third;
    if (byte == END) {
        d->lead = d->second = d->third = 0;
        return ERROR;
    }
    if (third) {
        d->lead = d->second = d->third = 0;
        if (in(byte, 0x30, 0x39)) {
            int code = gb18030_range_at(((first - 0x81) * 10 + second - 0x30) * 1260 +
                                        (third - 0x81) * 10 + byte - 0x30);
            return code ? code : ERROR;
        }
        give_back(d, byte);
        give_back(d, third);
        give_back(d, second);
        return ERROR;
    }
    if (second) {
        if (in(byte, 0x81, 0xfe)) {
            d->third = byte;
            return GO_ON;
        }
        d->lead = d->second = 0;
        give_back(d, byte);
        give_back(d, second);
        return ERROR;
    }
    if (first) {
        if (in(byte, 0x30, 0x39)) {
            d->second = byte;
            return GO_ON;
        }
        d->lead = 0;
        int cell = byte - (byte < 0x7f ? 0x40 : 0x41);
        bool known = in(byte, 0x40, 0x7e) || in(byte, 0x80, 0xfe);
        return or_error(d, known ? charset_gb18030[first - 0x81][cell] : 0, byte);
    }
    if (in(byte, 0x81, 0xfe))
        d->lead = byte;
    return d->lead ? GO_ON : byte < 0x80 ? byte : byte == 0x80 ? 0x20ac : ERROR;
}

static int jis0208_at(int pointer)
{
    int row = pointer / 94;
    row = row < 94 ? row : row < 114 ? -1 : row - 20;
    return row >= 0 && row < 99 ? charset_jis_x_0208[row][pointer % 94] : 0;
}

static int jis0212_at(int pointer)
{
    return pointer / 94 < 77 ? charset_jis_x_0212[pointer / 94][pointer % 94] : 0;
}

static int euc_jp(struct decoder *d, int byte)
{
    if (byte == END) {
        d->lead = 0;
        return ERROR;
    }
    if (d->lead == 0x8e && in(byte, 0xa1, 0xdf)) {
        d->lead = 0;
        return 0xff61 - 0xa1 + byte;
    }
    if (d->lead == 0x8f && in(byte, 0xa1, 0xfe)) {
        d->flag = true;
        d->lead = byte;
        return GO_ON;
    }
    if (d->lead) {
        int lead = take_lead(d), code = 0;
        if (in(lead, 0xa1, 0xfe) && in(byte, 0xa1, 0xfe))
            code = (d->flag ? jis0212_at : jis0208_at)((lead - 0xa1) * 94 + byte - 0xa1);
        d->flag = false;
        return or_error(d, code, byte);
    }
    if (byte == 0x8e || byte == 0x8f || in(byte, 0xa1, 0xfe))
        d->lead = byte;
    return d->lead ? GO_ON : byte < 0x80 ? byte : ERROR;
}

static int shift_jis(struct decoder *d, int byte)
{
    if (d->lead) {
        int lead = take_lead(d), code = 0;
        if (byte == END)
            return ERROR;
        if (in(byte, 0x40, 0x7e) || in(byte, 0x80, 0xfc)) {
            int pointer =
                (lead - (lead < 0xa0 ? 0x81 : 0xc1)) * 188 + byte - (byte < 0x7f ? 0x40 : 0x41);
            code = in(pointer, 8836, 10715) ? 0xe000 - 8836 + pointer : jis0208_at(pointer);
        }
        return or_error(d, code, byte);
    }
    if (in(byte, 0, 0x80))
        return byte;
    if (in(byte, 0xa1, 0xdf))
        return 0xff61 - 0xa1 + byte;
    if (!in(byte, 0x81, 0x9f) && !in(byte, 0xe0, 0xfc))
        return ERROR;
    d->lead = byte;
    return GO_ON;
}

static int after_escape(struct decoder *d, int byte)
{
    int lead = take_lead(d), state = -1;
    if (lead == 0x28)
        state = byte == 0x42 ? AT_ASCII : byte == 0x4a ? AT_ROMAN : byte == 0x49 ? AT_KATAKANA : -1;
    else if (byte == 0x40 || byte == 0x42)
        state = AT_LEAD;
    if (state >= 0) {
        bool output = d->flag;
        d->state = d->output = state;
        d->flag = true;
        return output ? ERROR : GO_ON;
    }
    if (byte != END)
        give_back(d, byte);
    give_back(d, lead);
    d->flag = false;
    d->state = d->output;
    return ERROR;
}

static int start_escape(struct decoder *d, int byte)
{
    if (byte == 0x24 || byte == 0x28) {
        d->lead = byte;
        d->state = AT_ESCAPE;
        return GO_ON;
    }
    if (byte != END)
        give_back(d, byte);
    d->flag = false;
    d->state = d->output;
    return ERROR;
}

static int iso_2022_jp(struct decoder *d, int byte)
{
    if (d->state == AT_START)
        return start_escape(d, byte);
    if (d->state == AT_ESCAPE)
        return after_escape(d, byte);
    if (d->state == AT_TRAIL) {
        if (byte == 0x1b) {
            d->state = AT_START;
            return ERROR;
        }
        d->state = AT_LEAD;
        int code = in(byte, 0x21, 0x7e) ? jis0208_at((d->lead - 0x21) * 94 + byte - 0x21) : 0;
        return code ? code : ERROR;
    }
    if (byte == 0x1b) {
        d->state = AT_START;
        return GO_ON;
    }
    d->flag = false;
    if (d->state == AT_KATAKANA)
        return in(byte, 0x21, 0x5f) ? 0xff61 - 0x21 + byte : ERROR;
    if (d->state == AT_LEAD) {
        if (!in(byte, 0x21, 0x7e))
            return ERROR;
        d->lead = byte;
        d->state = AT_TRAIL;
        return GO_ON;
    }
    if (d->state == AT_ROMAN && (byte == 0x5c || byte == 0x7e))
        return byte == 0x5c ? 0xa5 : 0x203e;
    return in(byte, 0, 0x7f) && byte != 0x0e && byte != 0x0f ? byte : ERROR;
}

static bool is_between_letters(const struct decoder *d, bool jp)
{
    return jp ? d->state != AT_TRAIL && d->state != AT_START && d->state != AT_ESCAPE : !d->lead;
}

/* Decodes as the standard's loop does; returns the number of errors. */
static size_t decode_by_handler(enum charset_multi which, struct str body, struct buf *out)
{
    static int (*const handlers[])(struct decoder *, int) = {
        [MULTI_GB18030] = gb18030, [MULTI_BIG5] = big5,           [MULTI_EUC_KR] = euc_kr,
        [MULTI_EUC_JP] = euc_jp,   [MULTI_SHIFT_JIS] = shift_jis, [MULTI_ISO_2022_JP] = iso_2022_jp};
    struct decoder d = {0};
    size_t errors = 0;
    buf_reset(out);
    for (size_t i = 0;;) {
        bool over = i == body.n && !d.n_back;
        if (over && is_between_letters(&d, which == MULTI_ISO_2022_JP))
            return errors;
        int byte = over ? END : d.n_back ? d.back[--d.n_back] : (unsigned char)body.p[i++];
        int code = handlers[which](&d, byte);
        char text[4];
        errors += code == ERROR;
        if (code != GO_ON)
            buf_put(out, text, utf8_encode(code == ERROR ? 0xfffd : (uint32_t)code, text));
        if (d.mark)
            buf_put(out, text, utf8_encode((uint32_t)d.mark, text));
        d.mark = 0;
    }
}

/* ---- checks ---- */

static size_t count_of(struct str s, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == c;
    return n;
}

static size_t count_replacements(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i + 3 <= s.n; i++)
        n += memcmp(s.p + i, UTF8_REPLACEMENT, 3) == 0;
    return n;
}

/* Lines decoded one by one are the lines of the whole: no letter has a line feed in it. */
static void check_lines(const struct charset *charset, struct str page)
{
    size_t replaced;
    buf_reset(&parts);
    while (page.n) {
        size_t n = str_find(page, '\n') + 1;
        FUZZ_CHECK(charset_decode(charset, str_head(page, n), &parts, &replaced) == OK);
        page = str_from(page, n);
    }
    FUZZ_CHECK(str_eq(buf_str(&parts), buf_str(&whole)));
}

static void check_decoding(const struct charset *charset, struct str page)
{
    static const char never_parts[] = "<>=\n!\"& ;?";
    size_t replaced = SIZE_MAX;
    buf_reset(&whole);
    FUZZ_CHECK(charset_decode(charset, page, &whole, &replaced) == OK);
    struct str text = buf_str(&whole);
    FUZZ_CHECK(text.n <= 3 * page.n && utf8_valid_bytes(text) == text.n);
    FUZZ_CHECK(replaced <= count_replacements(text));
    for (size_t i = 0; i < BUF_PAD; i++)
        FUZZ_CHECK(whole.p[whole.n + i] == '\0');
    with_errors += replaced > 0;
    if (charset->kind == CHARSET_MULTI)
        FUZZ_CHECK(decode_by_handler(charset->multi, page, &again) == replaced &&
                   str_eq(buf_str(&again), text));
    bool plain = charset->kind == CHARSET_UTF8 || charset->kind == CHARSET_SINGLE ||
                 (charset->kind == CHARSET_MULTI && charset->multi != MULTI_ISO_2022_JP);
    if (!plain)
        return;
    for (const char *c = never_parts; *c; c++)
        FUZZ_CHECK(count_of(page, *c) == count_of(text, *c));
    check_lines(charset, page);
}

static const struct charset *charset_of(const struct fuzz_head *head)
{
    static const char *const labels[] = {"gb18030",     "gbk",          "big5",           "euc-jp",
                                         "iso-2022-jp", "shift_jis",    "euc-kr",         "utf-8",
                                         "utf-16le",    "utf-16be",     "ibm866",         "iso-8859-2",
                                         "iso-8859-6",  "windows-1252", "windows-1255",   "windows-874",
                                         "koi8-u",      "macintosh",    "x-user-defined", "replacement"};
    return charset_find(str_of(labels[head->label % ARRAY_LEN(labels)]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_head head;
    struct str page;
    if (!fuzz_head_read(data, n, &head, &page))
        return 0;
    page = fuzz_page(page);
    pages++;
    check_decoding(charset_of(&head), page);
    struct str header = head.how & 1 ? str_head(page, str_find(page, '\n')) : STR_NONE;
    struct charset_choice choice = charset_choose(page, header);
    FUZZ_CHECK(choice.charset && choice.bom_bytes <= page.n);
    FUZZ_CHECK(charset_find(charset_name(choice.charset)) == choice.charset);
    check_decoding(choice.charset, str_from(page, choice.bom_bytes));
    return 0;
}
