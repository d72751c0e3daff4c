#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what no compiler does: words, paths and functions that have no place here, licence lines, file lengths.

Reads every text file of the project but tests/data and build. Exits 1 when something is found. Each rule says
what to write instead.
"""
import pathlib
import re
import subprocess
import sys

MAX_LINES = 1000
# A file that has to be longer says so, and why, in its first lines.
LONG_ON_PURPOSE = re.compile(r"longer than 1,000 lines because")
LICENCE = "SPDX-License-Identifier: Apache-2.0"
CODE = {".c", ".h", ".def"}
LICENSED = CODE | {".py", ".sh"}
TEXT = LICENSED | {".md", ".txt", ".json", ".js", ".css", ".html", ".yml", ".yaml", ".cmake", ".toml", ".mjs", ""}

# Functions that overflow, keep hidden state or depend on the locale -> what to use.
FUNCTIONS = {
    "strcpy": "struct buf", "strcat": "struct buf", "sprintf": "snprintf or buf_printf", "vsprintf": "vsnprintf",
    "gets": "fgets or read", "strtok": "str_split or a loop over struct str", "gmtime": "base/clock.h",
    "localtime": "base/clock.h", "ctime": "base/clock.h", "asctime": "base/clock.h", "alloca": "an arena",
}
BANNED_CALL = re.compile(r"(?<![\w.>])(" + "|".join(FUNCTIONS) + r")\s*\(")
TYPEDEF = re.compile(r"^\s*typedef\s+(struct|union|enum)\b")
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
# Folders of one person's machine. A test may use the temporary folder, a program asks for TMPDIR.
MACHINE_PATH = re.compile(r"(?<![\w./~-])(/work/|/root/|/home/\w|/Users/\w|/mnt/\w)")
TEMPORARY = re.compile(r"""(?:^|["'\s=(])/tmp/""")

CODE_NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def project_files(root):
    """What git knows or would add; every file where there is no git."""
    try:
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"],
                                capture_output=True, check=True).stdout.decode().split("\0")
        paths = [root / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in root.rglob("*") if not {".git", "build"} & set(path.relative_to(root).parts)]
    for path in sorted(set(paths)):
        name = path.relative_to(root).as_posix()
        if path.is_file() and path.suffix in TEXT and not name.startswith("tests/data/"):
            yield name, path


def is_script(name, text):
    return pathlib.PurePath(name).suffix in LICENSED or text.startswith("#!")


def check_text(name, text):
    """Yields (line number, sentence)."""
    lines = text.split("\n")
    if is_script(name, text) and not any(LICENCE in line for line in lines[:3]):
        yield 1, f"the licence line is missing: write {LICENCE} in the first lines"
    if pathlib.PurePath(name).suffix in LICENSED and len(lines) > MAX_LINES + 1 and not any(
            LONG_ON_PURPOSE.search(line) for line in lines[:40]):
        yield 1, f"{len(lines) - 1} lines: split it by idea, or say at its head 'longer than 1,000 lines because ...'"
    for number, line in enumerate(lines, 1):
        found = UNFINISHED.search(line)
        if found:
            yield number, f"{found.group()}: finish it, or open an issue and take the mark away"
        found = MACHINE_PATH.search(line)
        if found and name != "LICENSE":
            yield number, f"{found.group()} is a path of one machine; use a relative one"
        if TEMPORARY.search(line) and not name.startswith("tests/") and "TMPDIR" not in line:
            yield number, "/tmp/: take the temporary folder from TMPDIR"
        if line.endswith((" ", "\t")) and not name.endswith(".md"):
            yield number, "white space at the end of the line"
    if "\r" in text:
        yield 1, "has carriage returns; lines end in a line feed"
    if text and not text.endswith("\n"):
        yield len(lines), "no line feed at the end of the file"


def check_code(name, text):
    bare = CODE_NOISE.sub(blank, text)
    for number, line in enumerate(bare.split("\n"), 1):
        for found in BANNED_CALL.finditer(line):
            yield number, f"{found.group(1)}() has no place here; use {FUNCTIONS[found.group(1)]}"
        if TYPEDEF.search(line) and "(*" not in line:
            yield number, "no typedef for a struct, union or enum: write its whole name"
    if name.endswith(".h") and "/" in name and not re.search(r"#ifndef WEBKEEP_\w+_H|#pragma once", text):
        # Files of table macros and generated data are included more than once on purpose and end in .def.
        yield 1, "a header has a guard, WEBKEEP_FOLDER_NAME_H"


def check(root):
    findings = []
    for name, path in project_files(root):
        if name == "tests/lint/prose.py":
            continue
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            if path.suffix in LICENSED:
                findings.append(f"{name}: is not UTF-8")
            continue
        except OSError:
            continue
        found = list(check_text(name, text))
        if path.suffix in CODE:
            found += check_code(name, text)
        findings += [f"{name}:{line}: {what}" for line, what in sorted(found)]
    return findings


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    findings = check(root)
    for finding in findings:
        print(finding)
    print(f"prose: {len(findings)} findings" if findings else "prose: fine")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
