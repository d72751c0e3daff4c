/* SPDX-License-Identifier: Apache-2.0 */
/* charset_multi.c: Big5, EUC-KR, gb18030, EUC-JP, Shift_JIS and ISO-2022-JP, as the Encoding standard decodes them.
 *
 * Which bytes one U+FFFD stands for is the standard's too: an ASCII byte is never swallowed with the broken lead
 * before it, so that no mark-up is hidden from us that browsers see; ISO-2022-JP alone is an exception. */
#include "extract/charset_multi.h"

#include "base/must.h"
#include "extract/charset_index.h"

#include <string.h>

static bool within(unsigned char c, unsigned low, unsigned high)
{
    return c >= low && c <= high;
}

static struct charset_step step_of(uint32_t code, size_t bytes)
{
    return (struct charset_step){code, 0, (uint16_t)bytes};
}

/* The bytes before `last`, and that one too unless it is ASCII. */
static struct charset_step broken(size_t before, unsigned char last)
{
    return step_of(STEP_BROKEN, last < 0x80 ? before : before + 1);
}

/* What two bytes stand for: code, or nothing if that is 0. */
static struct charset_step step_of_two(uint32_t code, unsigned char trail)
{
    return code ? step_of(code, 2) : broken(1, trail);
}

/* The cell of a trail byte where these are 40 to 7E and, from cell 63 on, `second` to `last`; -1: it is none. */
static int cell_of(unsigned char trail, unsigned second, unsigned last)
{
    if (within(trail, 0x40, 0x7e))
        return trail - 0x40;
    return within(trail, second, last) ? (int)(trail - second + 63) : -1;
}

/* ---- Chinese and Korean ---- */

/* Lead 88 has four letters with a mark that Unicode has in two parts only; else 0. */
static uint16_t big5_mark(unsigned char trail)
{
    return trail == 0x62 || trail == 0xa3 ? 0x304 : trail == 0x64 || trail == 0xa5 ? 0x30c : 0;
}

static struct charset_step step_big5(const unsigned char *p, size_t n)
{
    enum { FIRST = 0x87 };
    if (!within(p[0], 0x81, 0xfe) || n < 2)
        return step_of(STEP_BROKEN, 1);
    int cell = cell_of(p[1], 0xa1, 0xfe);
    if (cell < 0 || p[0] < FIRST)
        return broken(1, p[1]);
    uint16_t mark = p[0] == 0x88 ? big5_mark(p[1]) : 0;
    if (mark)
        return (struct charset_step){p[1] < 0x80 ? 0xca : 0xea, mark, 2};
    uint32_t code = charset_big5[p[0] - FIRST][cell];
    if (charset_big5_plane_2[p[0] - FIRST][cell / 32] >> cell % 32 & 1)
        code += 0x20000;
    return step_of_two(code, p[1]);
}

static struct charset_step step_euc_kr(const unsigned char *p, size_t n)
{
    if (!within(p[0], 0x81, 0xfe) || n < 2)
        return step_of(STEP_BROKEN, 1);
    uint32_t code = 0;
    if (within(p[1], 0xa1, 0xfe) && p[0] <= 0xfd)
        code = charset_ks_x_1001[p[0] - 0x81][p[1] - 0xa1];
    else if (within(p[1], 0x41, 0xa0) && p[0] <= 0xc6)
        code = charset_uhc[p[0] - 0x81][p[1] - 0x41];
    return step_of_two(code, p[1]);
}

/* The code point of four bytes; STEP_BROKEN: they have none. */
static uint32_t gb18030_four(const unsigned char *p)
{
    enum { BASIC_LAST = 39419, ASTRAL_FIRST = 189000, ASTRAL_LAST = 1237575 };
    uint32_t pointer = ((p[0] - 0x81u) * 10 + p[1] - '0') * 1260 + (p[2] - 0x81u) * 10 + p[3] - '0';
    if (pointer >= ASTRAL_FIRST)
        return pointer <= ASTRAL_LAST ? 0x10000 + pointer - ASTRAL_FIRST : STEP_BROKEN;
    if (pointer > BASIC_LAST)
        return STEP_BROKEN;
    size_t low = 0, high = CHARSET_RANGES;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (charset_gb18030_ranges[middle].pointer <= pointer)
            low = middle;
        else
            high = middle;
    }
    return charset_gb18030_ranges[low].code + (pointer - charset_gb18030_ranges[low].pointer);
}

static struct charset_step step_gb18030(const unsigned char *p, size_t n)
{
    if (p[0] == 0x80)
        return step_of(0x20ac, 1);
    if (p[0] == 0xff || n < 2)
        return step_of(STEP_BROKEN, 1);
    if (!within(p[1], '0', '9')) {
        int cell = cell_of(p[1], 0x80, 0xfe);
        return step_of_two(cell < 0 ? 0 : charset_gb18030[p[0] - 0x81][cell], p[1]);
    }
    /* Broken, the three bytes behind the first one are read again; at the end they are not. */
    if (n > 2 && !within(p[2], 0x81, 0xfe))
        return step_of(STEP_BROKEN, 1);
    if (n < 4)
        return step_of(STEP_BROKEN, n);
    return within(p[3], '0', '9') ? step_of(gb18030_four(p), 4) : step_of(STEP_BROKEN, 1);
}

/* ---- Japanese ---- */

enum { JIS_CELLS = 94, JIS_ROWS = 94, KATAKANA = 0xff61 };

static struct charset_step step_euc_jp(const unsigned char *p, size_t n)
{
    enum { ROWS_0212 = ARRAY_LEN(charset_jis_x_0212) };
    if ((p[0] != 0x8e && p[0] != 0x8f && !within(p[0], 0xa1, 0xfe)) || n < 2)
        return step_of(STEP_BROKEN, 1);
    if (p[0] == 0x8e && within(p[1], 0xa1, 0xdf))
        return step_of(KATAKANA + p[1] - 0xa1u, 2);
    if (!within(p[1], 0xa1, 0xfe) || p[0] == 0x8e)
        return broken(1, p[1]);
    if (p[0] != 0x8f)
        return step_of_two(charset_jis_x_0208[p[0] - 0xa1][p[1] - 0xa1], p[1]);
    if (n < 3)
        return step_of(STEP_BROKEN, n);
    bool inside = within(p[2], 0xa1, 0xfe) && p[1] - 0xa1 < ROWS_0212;
    uint32_t code = inside ? charset_jis_x_0212[p[1] - 0xa1][p[2] - 0xa1] : 0;
    return code ? step_of(code, 3) : broken(2, p[2]);
}

/* Two rows a lead: those of JIS X 0208, 20 rows that are U+E000 on, five of IBM's. */
static uint32_t shift_jis_code(unsigned row, unsigned cell)
{
    enum { OWN_ROWS = 20, ROWS = ARRAY_LEN(charset_jis_x_0208) };
    if (row < JIS_ROWS)
        return charset_jis_x_0208[row][cell];
    row -= JIS_ROWS;
    if (row < OWN_ROWS)
        return 0xe000 + row * JIS_CELLS + cell;
    row = row - OWN_ROWS + JIS_ROWS;
    return row < ROWS ? charset_jis_x_0208[row][cell] : 0;
}

static struct charset_step step_shift_jis(const unsigned char *p, size_t n)
{
    if (p[0] == 0x80)
        return step_of(0x80, 1);
    if (within(p[0], 0xa1, 0xdf))
        return step_of(KATAKANA + p[0] - 0xa1u, 1);
    if (p[0] == 0xa0 || p[0] > 0xfc || n < 2)
        return step_of(STEP_BROKEN, 1);
    int cell = cell_of(p[1], 0x80, 0xfc);
    if (cell < 0)
        return broken(1, p[1]);
    unsigned lead = p[0] - (p[0] < 0xa0 ? 0x81u : 0xc1u), at = (unsigned)cell;
    return step_of_two(shift_jis_code(lead * 2 + at / JIS_CELLS, at % JIS_CELLS), p[1]);
}

static struct charset_step step_escape(struct charset_state *state, const unsigned char *p, size_t n)
{
    static const struct {
        char bytes[2];
        int set;
    } escapes[] = {{"(B", SET_ASCII},
                   {"(J", SET_ROMAN},
                   {"(I", SET_KATAKANA},
                   {"$@", SET_KANJI},
                   {"$B", SET_KANJI}};
    bool twice = state->escaped;
    state->escaped = false;
    for (size_t i = 0; n > 2 && i < ARRAY_LEN(escapes); i++) {
        if (memcmp(p + 1, escapes[i].bytes, 2) != 0)
            continue;
        state->set = escapes[i].set;
        state->escaped = true;
        return step_of(twice ? STEP_BROKEN : STEP_SILENT, 3);
    }
    return step_of(STEP_BROKEN, 1);
}

static struct charset_step step_kanji(const unsigned char *p, size_t n)
{
    if (!within(p[0], 0x21, 0x7e) || n < 2 || p[1] == 033)
        return step_of(STEP_BROKEN, 1);
    uint32_t code = within(p[1], 0x21, 0x7e) ? charset_jis_x_0208[p[0] - 0x21][p[1] - 0x21] : 0;
    return step_of(code ? code : STEP_BROKEN, 2);
}

static struct charset_step step_iso_2022_jp(struct charset_state *state, const unsigned char *p,
                                            size_t n)
{
    if (p[0] == 033)
        return step_escape(state, p, n);
    state->escaped = false;
    if (state->set == SET_KANJI)
        return step_kanji(p, n);
    if (state->set == SET_KATAKANA)
        return step_of(within(p[0], 0x21, 0x5f) ? KATAKANA + p[0] - 0x21u : STEP_BROKEN, 1);
    if (state->set == SET_ROMAN && (p[0] == '\\' || p[0] == '~'))
        return step_of(p[0] == '~' ? 0x203e : 0xa5, 1);
    return step_of(p[0] < 0x80 && p[0] != 0x0e && p[0] != 0x0f ? p[0] : STEP_BROKEN, 1);
}

struct charset_step charset_multi_step(enum charset_multi which, struct charset_state *state,
                                       const unsigned char *p, size_t n)
{
    if (which == MULTI_ISO_2022_JP)
        return step_iso_2022_jp(state, p, n);
    if (p[0] < 0x80)
        return step_of(p[0], 1);
    switch (which) {
    case MULTI_BIG5:
        return step_big5(p, n);
    case MULTI_EUC_KR:
        return step_euc_kr(p, n);
    case MULTI_EUC_JP:
        return step_euc_jp(p, n);
    case MULTI_SHIFT_JIS:
        return step_shift_jis(p, n);
    default:
        return step_gb18030(p, n);
    }
}
