#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes references_table.h: the named character references of HTML 13.5, as Python's html.entities has them.

    python3 extract/html/make_references.py > extract/html/references_table.h
"""
from html.entities import html5

HEAD = """\
/* SPDX-License-Identifier: Apache-2.0 */
/* references_table.h: the named character references of HTML (13.5), in bytewise order; for references.c
 * only, where struct reference is. Made by make_references.py: change that, not this. The text is UTF-8.
 * The `_from` arrays hold, for each first letter (A-Z, then a-z), where its names begin.
 * It is longer than 1,000 lines because there are 2,231 names. */
#ifndef WEBKEEP_EXTRACT_HTML_REFERENCES_TABLE_H
#define WEBKEEP_EXTRACT_HTML_REFERENCES_TABLE_H

/* clang-format off */"""


def c_text(text):
    return '"' + "".join(f"\\x{byte:02X}" for byte in text.encode()) + '"'


def put_table(name, rows):
    print(f"\nstatic const struct reference {name}[] = {{")
    for key, text in rows:
        print(f'    {{"{key}", {len(key)}, {c_text(text)}}},')
    print("};")
    letters = [chr(c) for c in range(ord("A"), ord("Z") + 1)] + [chr(c) for c in range(ord("a"), ord("z") + 1)]
    starts = [sum(key[0] < letter for key, _ in rows) for letter in letters] + [len(rows)]
    print(f"\nstatic const uint16_t {name}_from[{len(starts)}] = {{")
    for i in range(0, len(starts), 16):
        print("    " + ", ".join(str(n) for n in starts[i:i + 16]) + ",")
    print("};")


print(HEAD)
print("\n/* Names that end in a semicolon, written without it. */", end="")
put_table("closed", sorted((key[:-1], text) for key, text in html5.items() if key.endswith(";")))
print("\n/* Old names, which may stand without a semicolon. */", end="")
put_table("open", sorted((key, text) for key, text in html5.items() if not key.endswith(";")))
print("/* clang-format on */\n\n#endif")
