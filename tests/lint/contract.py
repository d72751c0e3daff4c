#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks tests/e2e/contract.tsv: each row of the wire contract names a test that is there, or why there is none.

A row has an id of its own (section/what), a sentence, and tests: file::function for Python, a file for C. All sections
from 1 to 13 have rows. Exits 1 when something is found.
"""
import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests/e2e/contract.tsv"
WITHOUT = {"needs-browser", "client-side", "not-offered"}
SECTIONS = range(1, 14)


def functions(path, known={}):
    """Test functions of a Python file that pytest would run, without those that are marked to be skipped or to fail."""
    if path not in known:
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
        known[path] = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
                       and not any(re.search(r"mark\.(skip\b|xfail)", ast.unparse(one)) for one in node.decorator_list)}
    return known[path]


def fault_of(test):
    """What is wrong with one named test; None: nothing."""
    if test in WITHOUT:
        return None
    file, colons, name = test.partition("::")
    if not colons:
        return None if (ROOT / "tests" / file).is_file() else f"there is no tests/{file}"
    path = ROOT / "tests/e2e" / file
    if not path.is_file():
        return f"there is no tests/e2e/{file}"
    return None if name in functions(path) else f"{file} has no test {name} that runs"


def check(lines):
    """Yields (line number, sentence)."""
    seen, sections = set(), set()
    for number, line in enumerate(lines, 1):
        if line.startswith("#") or line == "id\twhat\ttests":
            continue
        cells = line.split("\t")
        if len(cells) != 3 or not all(cell.strip() for cell in cells):
            yield number, "expected three cells: id, what, tests"
            continue
        id, _, tests = cells
        if not re.fullmatch(r"\d+(\.\d+)?/\S+", id):
            yield number, f"id '{id}' is not section/what"
        if id in seen:
            yield number, f"id '{id}' stands twice"
        seen.add(id)
        sections.add(id.partition("/")[0].partition(".")[0])
        tests = tests.split()
        if len(tests) > 1 and WITHOUT & set(tests):
            yield number, "either tests, or why there is none"
        yield from ((number, fault) for fault in map(fault_of, tests) if fault)
    for section in SECTIONS:
        if str(section) not in sections:
            yield 0, f"section {section} has no row"


def main():
    faults = list(check(TABLE.read_text(encoding="utf-8").splitlines()))
    for number, sentence in faults:
        print(f"{TABLE.relative_to(ROOT)}:{number}: {sentence}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
