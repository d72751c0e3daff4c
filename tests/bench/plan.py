#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds plans against crawls on three real documentation sites, served by nginx on loopback.

plan.py [--webkeep BINARY] [--sites python,cppref,postgres]

For each site, once with a sitemap of all its pages and once without, and for each instruction: what `webkeep plan`
expects, what the crawl under that policy then keeps, how far they are apart, and the requests of the plan. Without an
instruction also the coverage: pages kept of those that links lead to (a small walker of its own), and pages kept twice.
Needs nginx and Debian's python3-doc, cppreference-doc-en-html, postgresql-doc-15; sites that are not there are left out.
"""
import argparse
import collections
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
import harness  # noqa: E402

SITES = {
    "python": ("/usr/share/doc/python3/html", "index.html", ["", "Only the library reference", "The tutorial and the howtos, nothing about C"]),
    "cppref": ("/usr/share/cppreference/doc/html", "en/index.html", ["", "Only pages about containers", "C language only, no C++"]),
    "postgres": ("/usr/share/doc/postgresql-doc-15/html", "index.html", ["", "Only the SQL commands", "Everything but the release notes"]),
}


def reachable(folder, start):
    """Files that links lead to from the start page, below its folder."""
    seen, wait = {start}, [start]
    scope = start.rpartition("/")[0]
    while wait:
        name = wait.pop()
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
        for href in re.findall(r'<(?:a|area|link|iframe|frame)\b[^>]*?\s(?:href|src)="([^"]+)"', text):
            url = urllib.parse.urldefrag(urllib.parse.urljoin("http://h/" + urllib.parse.quote(name), html.unescape(href)))[0]
            file = urllib.parse.unquote(urllib.parse.urlsplit(url).path).lstrip("/")
            if url.startswith("http://h/") and file not in seen and file.startswith(scope) and file.endswith(".html") \
                    and (folder / file).is_file():
                seen.add(file)
                wait.append(file)
    return seen


def sitemap(base, files):
    rows = "".join(f"<url><loc>{html.escape(base + urllib.parse.quote(name))}</loc></url>" for name in sorted(files))
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


class Program:
    def __init__(self, binary, folder):
        self.binary, self.data = binary, folder / "data"

    def run(self, *args):
        done = subprocess.run([self.binary, *args], capture_output=True, text=True, timeout=600)
        assert done.returncode in (0, 3), (args, done.returncode, done.stderr[-500:])
        return done.stdout

    def plan(self, url, instruction):
        return json.loads(self.run("plan", url, "--json", *(("--instruction", instruction) if instruction else ())))

    def crawl(self, url, instruction):
        """The pages that were kept, as `webkeep pages --json` has them."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.run("crawl", url, "--data", str(self.data), "--quiet", *(("--instruction", instruction) if instruction else ()))
        rows = self.run("pages", "last", "--data", str(self.data), "--json").splitlines()
        return [json.loads(row) for row in rows if row.strip()]


def measure(name, binary):
    source, start, instructions = SITES[name]
    if not os.path.isfile(f"{source}/{start}"):
        print(f"{name}: {source} is not installed")
        return
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        site = folder / "site"
        subprocess.run(["cp", "-rsL", os.path.realpath(source), str(site)], check=True)
        files = reachable(site, start)
        program = Program(binary, folder)
        server = harness.Nginx(site, folder / "nginx").start()
        try:
            for mapped in (True, False):
                if mapped:
                    (site / "sitemap.xml").write_text(sitemap(server.url + "/", files))
                else:
                    (site / "sitemap.xml").unlink()
                for instruction in instructions:
                    compare(name, program, server.url + "/", start, files, instruction, mapped)
        finally:
            server.stop()


def compare(name, program, base, start, files, instruction, mapped):
    plan = program.plan(base + start, instruction)
    pages = program.crawl(base + start, instruction)
    expected, kept = plan["expected"]["pages"], len(pages)
    line = (f"{name:9}{'sitemap' if mapped else 'none':9}expected {'>=' if plan['expected']['at_least'] else ''}{expected:<6}"
            f"kept {kept:<6}apart {100 * abs(expected - kept) / max(kept, 1):5.1f} %  fetches {plan['fetches']:<3}")
    if not instruction:
        names = [urllib.parse.unquote(page["url"].removeprefix(base)) for page in pages]
        twice = [one for one, count in collections.Counter(names).items() if count > 1]
        missing = files - set(names)
        line += f" coverage {len(files & set(names)) / len(files):.4f} of {len(files)}, twice {len(twice)}"
        if missing:
            line += f", missing {sorted(missing)[:5]}"
        if set(names) - files:
            line += f", beyond {sorted(set(names) - files)[:5]} ({len(set(names) - files)})"
    print(line, instruction or "(everything)", sep="  ", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--webkeep", default=str(ROOT / "build/release/webkeep"))
    parser.add_argument("--sites", default=",".join(SITES))
    args = parser.parse_args()
    for name in args.sites.split(","):
        measure(name, args.webkeep)


if __name__ == "__main__":
    main()
