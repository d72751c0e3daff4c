#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the fuzzers, runs each a bounded number of times on one core, and says which lines were reached.

    python3 tests/fuzz/run.py                         1,000,000 inputs for each target, then coverage
    python3 tests/fuzz/run.py -n 50000 fuzz_tokens    one target, fewer
    python3 tests/fuzz/run.py -n 0                    coverage of what is kept alone

What is found and what is kept lies in build/fuzz-data: corpus/TARGET, finds/, TARGET.log. A later run goes on
from there. Exits 1 when a target found something, or did not get to its end.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The target and the most bytes of an input; differential: of choices, each makes a few bytes of page.
TARGETS = {"fuzz_tree": 1024, "fuzz_tokens": 1024, "fuzz_walks": 1024, "fuzz_charset": 512, "fuzz_markdown": 1024,
           "fuzz_content": 2048, "fuzz_metadata": 1024, "fuzz_lists": 1024, "fuzz_answer": 1024, "fuzz_differential": 192}
TOOLS = ("clang-14", "llvm-cov-14", "llvm-profdata-14", "cmake", "ninja")
# Generated, and nobody's code: tables.
NO_CODE = r"references_table\.h|charset_index\.c|tests/"


def call(*command, **more):
    return subprocess.run([str(part) for part in command], cwd=ROOT, **more)


def need_tools():
    if not all(shutil.which(tool) for tool in TOOLS):
        call("sh", "-c", ". ./packages.sh && packages_need build fuzz", check=True)


def build(folder, *options):
    print(f"== build {folder.name}", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "log", "w", encoding="utf-8") as log:
        for command in (("cmake", "--preset", "fuzz", "-B", folder, *options),
                        ("nice", "-n", "10", "cmake", "--build", folder, "--target", "fuzzers", "-j", "1")):
            if call(*command, stdout=log, stderr=subprocess.STDOUT).returncode:
                sys.exit(f"The build failed; {folder / 'log'} says why.")


def seeds(build_dir, data, target):
    folder = data / "seeds" / target
    if not folder.exists():
        folder.mkdir(parents=True)
        call(build_dir / f"test_{target}", "--seeds", folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def last_line(log, pattern):
    found = re.findall(pattern, log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    return found[-1] if found else "?"


def fuzz(build_dir, data, target, runs):
    """True: all runs were made and nothing was found."""
    corpus, finds, log = data / "corpus" / target, data / "finds", data / f"{target}.log"
    for folder in (corpus, finds):
        folder.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1",
                       UBSAN_OPTIONS="print_stacktrace=1")
    with open(log, "w", encoding="utf-8") as out:
        code = call("nice", "-n", "10", build_dir / target, f"-runs={runs}", f"-max_len={TARGETS[target]}", "-timeout=20",
                    "-rss_limit_mb=2048", "-reload=0", "-print_final_stats=1", f"-artifact_prefix={finds}/{target}-",
                    corpus, seeds(build_dir, data, target), stdout=out, stderr=subprocess.STDOUT,
                    env=environment).returncode
    done = last_line(log, r"number_of_executed_units:\s*(\d+)")
    seconds = last_line(log, r"Done \d+ runs in (\d+) second")
    print(f"{target}: {done} inputs in {seconds} s, {len(list(corpus.iterdir()))} kept"
          + ("" if code == 0 else f"; it FAILED, see {log}"), flush=True)
    counted = last_line(log, r"^(\d+ (?:pages|documents).*)$")
    print(f"  {counted}", flush=True)
    return code == 0


def coverage(folder, data, targets):
    build(folder, "-DWEBKEEP_FUZZ=OFF", "-DWEBKEEP_TESTS=ON", "-DWEBKEEP_SANITIZE=",
          "-DCMAKE_C_FLAGS=-fprofile-instr-generate -fcoverage-mapping")
    print("== coverage", flush=True)
    profiles = []
    for target in targets:
        profile = folder / f"{target}.profraw"
        folders = [path for path in (data / "corpus" / target, data / "seeds" / target) if path.exists()]
        call("nice", "-n", "10", folder / f"test_{target}", *folders, check=True, stdout=subprocess.DEVNULL,
             env=dict(os.environ, LLVM_PROFILE_FILE=str(profile)))
        profiles.append(profile)
    merged = folder / "all.profdata"
    call("llvm-profdata-14", "merge", "-sparse", "-o", merged, *profiles, check=True)
    objects = [part for target in targets[1:] for part in ("-object", folder / f"test_{target}")]
    table = call("llvm-cov-14", "export", "-summary-only", f"-instr-profile={merged}", f"-ignore-filename-regex={NO_CODE}",
                 folder / f"test_{targets[0]}", *objects, check=True, capture_output=True, text=True).stdout
    show(table)


def show(table):
    import json
    rows = []
    for file in json.loads(table)["data"][0]["files"]:
        name = pathlib.Path(file["filename"]).resolve().relative_to(ROOT).as_posix()
        if name.startswith("extract/"):
            lines, branches = file["summary"]["lines"], file["summary"]["branches"]
            rows.append((name, lines["covered"], lines["count"], branches["covered"], branches["count"]))
    print(f"{'file':40} {'lines':>12} {'':7} {'branches':>12}")
    html = [row for row in rows if row[0].startswith("extract/html/")]
    rest = [row for row in rows if row not in html]
    for group, name in ((html, "extract/html/ in all"), (rest, "the rest of extract/ in all")):
        for row in sorted(group) + [(name, *(sum(row[i] for row in group) for i in range(1, 5)))]:
            lines, branches = f"{row[1]}/{row[2]}", f"{row[3]}/{row[4]}"
            print(f"{row[0]:40} {lines:>12} {100 * row[1] / max(row[2], 1):5.1f} % {branches:>12} "
                  f"{100 * row[3] / max(row[4], 1):5.1f} %")


def main():
    parser = argparse.ArgumentParser(description="Runs the fuzzers of tests/fuzz.")
    parser.add_argument("-n", "--runs", type=int, default=1_000_000, help="inputs for each target")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="where to build")
    parser.add_argument("--no-coverage", action="store_true")
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], help="all, if none is named")
    options = parser.parse_args()
    targets, data = options.targets or list(TARGETS), options.build.resolve() / "fuzz-data"
    need_tools()
    good = True
    if options.runs:
        build(options.build.resolve() / "fuzz")
        print("== fuzz", flush=True)
        for target in targets:
            good = fuzz(options.build.resolve() / "fuzz", data, target, options.runs) and good
    if not options.no_coverage:
        coverage(options.build.resolve() / "fuzz-coverage", data, targets)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
