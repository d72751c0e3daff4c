#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes extract/charset_index.c: the tables of the East Asian encodings, as browsers have them.

    charset_index.py            prints the file
    charset_index.py --check    is the file of the tree the one that would be printed? Exits 1 if not

Nearly all of it is what the C library's iconv has under other names; WEB lists what it has otherwise or not at all,
found by asking a browser's TextDecoder for every sequence (tests/e2e/test_19_charset.py asks again). Needs glibc 2.36
with all its converters, as Debian 12 has them.
"""
import ctypes
import pathlib
import sys
import unicodedata

TARGET = pathlib.Path(__file__).resolve().parents[2] / "extract" / "charset_index.c"
BROKEN = ctypes.c_size_t(-1).value
LINE_CODES = 96

# Bytes and the code point that the web has for them: "0" for none.
WEB_GB18030 = """a3a0 3000 fe51 e816 fe52 e817 fe53 e818 fe6c e831 fe76 e83b fe91 e855"""
WEB_BIG5 = """
8e69 7bb8 8e6f 7c06 8e7e 7cce 8eab 7dd2 8eb4 7e1d 8ecd 8005 8ed0 8028 8f57 83c1 8f69 84a8 8f6e 840f 8fcb 89a6
8fcc 89a9 8ffe 8d77 906d 90fd 907a 92b9 90dc 975c 90f1 97ff 91bf 9f16 9244 8503 92af 5159 92b0 515b 92b1 515d
92b2 515e 92c8 936e 92d1 7479 9447 6d67 94ca 799b 95d9 9097 9644 975d 96ed 701e 96fc 5b28 9b76 7201 9b78 77d7
9b7b 7e87 9bc6 99d6 9bde 91d4 9bec 60de 9bf6 6fb6 9c42 8f36 9c53 4fbb 9c62 71df 9c68 9104 9c6b 9df0 9c77 83cf
9cbc 5c10 9cbd 79e3 9cd0 5a67 9d57 8f0b 9d5a 7b51 9dc4 62d0 9ea9 6062 9eef 75f9 9efd 6c4a 9f60 9b2e 9f66 9f17
9fcb 50ed 9fd8 5f0c a063 880f a077 62ce a0d5 7468 a0df 7162 a0e4 7250 a145 2027 a14e fe51 a15a 2574 a1c2 00af
a1c3 ffe3 a1c5 02cd a1e3 ff5e a1f2 2295 a1f3 2299 a1fe ff0f a240 ff3c a241 2215 a242 fe68 a244 ffe5 a246 ffe0
a247 ffe1 a2cc 5341 a2ce 5345 a3c0 2400 a3c1 2401 a3c2 2402 a3c3 2403 a3c4 2404 a3c5 2405 a3c6 2406 a3c7 2407
a3c8 2408 a3c9 2409 a3ca 240a a3cb 240b a3cc 240c a3cd 240d a3ce 240e a3cf 240f a3d0 2410 a3d1 2411 a3d2 2412
a3d3 2413 a3d4 2414 a3d5 2415 a3d6 2416 a3d7 2417 a3d8 2418 a3d9 2419 a3da 241a a3db 241b a3dc 241c a3dd 241d
a3de 241e a3df 241f a3e0 2421 a3e1 20ac c6cf 5ef4 c6d3 65e0 c6d5 7676 c6d7 96b6 c6de 3003 c6df 4edd fa5f 5029
fa66 507d fabd 5305 fac5 5344 fad5 537f fb48 5605 fbb8 5a77 fbf3 5e75 fbf9 5ed0 fc4f 5f58 fc6c 60a4 fcb9 6490
fce2 6674 fcf1 675e fdb7 6c9c fdb8 6e1d fdbb 6e2f fdf1 716e fe52 732a fe6f 745c feaa 74e9 fedd 7809
"""

HEAD = '''/* SPDX-License-Identifier: Apache-2.0 */
/* charset_index.c: the tables of charset_index.h. Written by tests/bench/charset_index.py, not to be changed by hand. */
#include "extract/charset_index.h"

/* clang-format off */
'''


class Iconv:
    """One converter of the C library."""

    def __init__(self, name):
        self.libc = ctypes.CDLL(None)
        self.libc.iconv_open.restype = ctypes.c_void_p
        self.libc.iconv.restype = ctypes.c_size_t
        self.libc.iconv.argtypes = [ctypes.c_void_p] * 5
        self.handle = self.libc.iconv_open(b"UTF-32LE", name.encode())
        if self.handle == BROKEN:
            sys.exit(f"The C library has no converter {name}; on Debian it is part of libc6.")

    def __call__(self, *sequence):
        """The one code point of these bytes; 0: none, or several."""
        source, room = ctypes.create_string_buffer(bytes(sequence)), ctypes.create_string_buffer(32)
        at, left = ctypes.c_void_p(ctypes.addressof(source)), ctypes.c_size_t(len(sequence))
        to, space = ctypes.c_void_p(ctypes.addressof(room)), ctypes.c_size_t(32)
        self.libc.iconv(self.handle, None, None, None, None)
        got = self.libc.iconv(self.handle, ctypes.byref(at), ctypes.byref(left), ctypes.byref(to), ctypes.byref(space))
        self.libc.iconv(self.handle, None, None, ctypes.byref(to), ctypes.byref(space))
        text = room.raw[:32 - space.value].decode("utf-32le")
        return ord(text) if got != BROKEN and not left.value and len(text) == 1 else 0


def differences(text):
    words = text.split()
    return {bytes.fromhex(words[i]): int(words[i + 1], 16) for i in range(0, len(words), 2)}


def table(converter, leads, trails, web=None, prefix=()):
    """Rows of code points: a row a lead byte, a cell a trail byte."""
    iconv, web = Iconv(converter), web or {}
    return [[web.get(bytes((lead, trail)), None) if bytes((lead, trail)) in web else iconv(*prefix, lead, trail)
             for trail in trails] for lead in leads]


def spelled(code):
    """A code point in a C string of 16-bit characters; what can't be seen, or has to be cut short, as a number."""
    if code == 0:
        return "\\0"
    if code > 0xFFFF or unicodedata.category(chr(code))[0] not in "LNPS" or unicodedata.bidirectional(chr(code)) in ("R", "AL"):
        return f"\\x{code & 0xFFFF:04x}"
    return chr(code)


def row_text(row):
    while row and row[-1] == 0:
        row = row[:-1]
    lines = [row[i:i + LINE_CODES] for i in range(0, len(row), LINE_CODES)] or [[]]
    return "\n     ".join('u"' + "".join(spelled(code) for code in line) + '"' for line in lines)


def print_table(out, name, rows):
    out.append(f"const uint16_t charset_{name}[{len(rows)}][{len(rows[0])}] = {{\n")
    out += [f"    {row_text(row)},\n" for row in rows]
    out.append("};\n\n")


def print_planes(out, rows):
    """Which cells of Big5 are of plane 2: bits, low ones first."""
    out.append(f"const uint32_t charset_big5_plane_2[{len(rows)}][5] = {{\n")
    assert all(code >> 16 in (0, 2) for row in rows for code in row)
    words = []
    for row in rows:
        bits = sum((code >> 16 == 2) << i for i, code in enumerate(row))
        words.append("{" + ", ".join(f"0x{bits >> 32 * i & 0xFFFFFFFF:08x}" for i in range(5)) + "},")
    out += ["    " + " ".join(words[i:i + 2]) + "\n" for i in range(0, len(words), 2)]
    out.append("};\n\n")


def print_ranges(out):
    """gb18030's four-byte sequences of the basic plane: where they do not go on by one."""
    iconv, ranges, follows = Iconv("GB18030"), [], None
    for pointer in range(39420):
        rest, fourth = divmod(pointer, 10)
        rest, third = divmod(rest, 126)
        first, second = divmod(rest, 10)
        # Where this iconv has none, it has newer two-byte sequences instead; the web has both.
        code = iconv(0x81 + first, 0x30 + second, 0x81 + third, 0x30 + fourth) or follows
        if code != follows:
            ranges.append(f"{{{pointer}, 0x{code:04x}}},")
        follows = code + 1
    out.append("const struct charset_range charset_gb18030_ranges[CHARSET_RANGES] = {\n")
    out += ["    " + " ".join(ranges[i:i + 6]) + "\n" for i in range(0, len(ranges), 6)]
    out.append(f'}};\n_Static_assert(CHARSET_RANGES == {len(ranges)}, "the header says how many");\n')


def sjis_rows(converter):
    """JIS X 0208 and what Windows has beyond it, by rows of 94: half of the trail bytes each."""
    trails = [trail for trail in range(0x40, 0xFD) if trail != 0x7F]
    leads = list(range(0x81, 0xA0)) + list(range(0xE0, 0xFD))
    pairs = table(converter, leads, trails)
    rows = [half for row in pairs for half in (row[:94], row[94:])]
    return rows[:94] + rows[114:119]  # those between are computed: U+E000 and on


def whole_file():
    out = [HEAD]
    high = range(0xA1, 0xFF)
    big5 = table("BIG5-HKSCS", range(0x87, 0xFF), [*range(0x40, 0x7F), *high], differences(WEB_BIG5))
    print_table(out, "big5", big5)
    print_planes(out, big5)
    print_table(out, "ks_x_1001", table("CP949", range(0x81, 0xFE), high))
    print_table(out, "uhc", table("CP949", range(0x81, 0xC7), range(0x41, 0xA1)))
    print_table(out, "gb18030", table("GB18030", range(0x81, 0xFF), [*range(0x40, 0x7F), *range(0x80, 0xFF)],
                                      differences(WEB_GB18030)))
    print_table(out, "jis_x_0208", sjis_rows("CP932"))
    print_table(out, "jis_x_0212", table("EUC-JP", range(0xA1, 0xEE), high, prefix=(0x8F,)))
    print_ranges(out)
    out.append("/* clang-format on */\n")
    return "".join(out)


def main():
    text = whole_file()
    if "--check" not in sys.argv[1:]:
        sys.stdout.write(text)
        return 0
    same = TARGET.read_text("utf-8") == text
    print(f"{TARGET.name} is " + ("as generated" if same else "not as generated: write it anew"))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
