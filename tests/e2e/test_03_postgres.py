# SPDX-License-Identifier: Apache-2.0
"""A whole real documentation site: PostgreSQL's manual as Debian packages it, served by nginx on loopback.

One crawl, looked at from all sides; the last tests run with nginx stopped.
"""
import html
import re
import urllib.parse
import zipfile

import pytest
from harness import SLOW, Archive, Nginx, Webkeep, postgres_doc, unzip_test

KNOWN_PAGES = {"postgresql-doc-15": 1169}


def reachable(folder):
    """Files that links lead to from index.html, found by a small walker of our own."""
    seen, wait = {"index.html"}, ["index.html"]
    while wait:
        name = wait.pop()
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
        for href in re.findall(r'<a[^>]*?\shref="([^"]+)"', text):
            url, _ = urllib.parse.urldefrag(urllib.parse.urljoin("http://h/" + name, html.unescape(href)))
            file = url.removeprefix("http://h/")
            if file != url and file not in seen and (folder / file).is_file():
                seen.add(file)
                wait.append(file)
    return seen


class Crawl:
    pass


@pytest.fixture(scope="module")
def manual(tmp_path_factory):
    folder = postgres_doc()
    if not folder:
        pytest.skip("postgresql-doc is not installed")
    if not Nginx.program():
        pytest.skip("nginx is not installed")
    one = Crawl()
    one.folder = folder
    one.files = reachable(folder)
    one.nginx = Nginx(folder, tmp_path_factory.mktemp("nginx")).start()
    one.webkeep = Webkeep(tmp_path_factory.mktemp("webkeep"))
    one.base = one.nginx.url + "/"
    try:
        one.result = one.webkeep.crawl(one.base + "index.html", "--out", "pg.zip", timeout=240).ok()
        one.zip = one.webkeep.folder / "pg.zip"
        yield one
    finally:
        one.webkeep.stop_all()
        one.nginx.stop()


@pytest.fixture(autouse=True)
def _needs_the_binary(webkeep):
    """Skips these tests where the binary is not built; the crawl itself is the module's."""


def test_every_page_is_kept(manual):
    assert manual.result.last.startswith(f"pages {len(manual.files)}"), manual.result.last
    known = next((count for name, count in KNOWN_PAGES.items() if name in str(manual.folder)), len(manual.files))
    assert len(manual.files) == known
    assert set(manual.webkeep.pages()) == {manual.base + name for name in manual.files}


def test_the_archive_is_accepted_by_others(manual):
    unzip_test(manual.zip)
    assert zipfile.ZipFile(manual.zip).testzip() is None


def test_every_html_is_byte_identical(manual):
    kept = Archive(manual.zip).html_of()
    assert set(kept) == {manual.base + name for name in manual.files}
    different = [url for url, body in kept.items() if body != (manual.folder / url.removeprefix(manual.base)).read_bytes()]
    assert different == []


def test_every_page_has_markdown_with_its_headings(manual):
    archive = Archive(manual.zip)
    source, pages = archive.html_of(), archive.markdown_of()
    assert len(pages) == len(manual.files)
    poor = [url for url, text in pages.items()
            if len(text) < 40 or (re.search(rb"<h[1-6][ >]", source[url]) and not re.search(r"^#{1,6} \S", text, re.M))]
    assert poor == []


def test_the_pipe_gives_the_same_bytes(manual):
    piped = manual.webkeep.run("export", "last", "--out", "-", timeout=120).ok().out
    manual.webkeep.run("export", "last", "--out", "file.zip", timeout=120).ok()
    assert piped == (manual.webkeep.folder / "file.zip").read_bytes()
    assert zipfile.ZipFile(manual.zip).namelist() == zipfile.ZipFile(manual.webkeep.folder / "file.zip").namelist()


def test_check_finds_nothing_wrong(manual):
    manual.webkeep.run("check", timeout=120).ok()


def test_gzip_on_the_wire_changes_nothing(manual, webkeep, nginx):
    server = nginx(manual.folder, gzip=True)
    base = server.url + "/"
    webkeep.crawl(base + "index.html", "--max-pages", 100, "--out", "some.zip", timeout=120).ok(3)
    kept = Archive(webkeep.folder / "some.zip").html_of()
    assert len(kept) == 100
    assert [url for url, body in kept.items() if body != (manual.folder / url.removeprefix(base)).read_bytes()] == []


def test_extraction_with_the_site_stopped(manual):
    manual.nginx.stop()
    result = manual.webkeep.run("extract", "last", "--transform", "titles and all headings", timeout=120).ok()
    rows = result.rows
    assert {row["url"] for row in rows} == {manual.base + name for name in manual.files}
    assert result.seconds < 10 * SLOW
    assert [row["url"] for row in rows if not (row.get("title") or (row.get("data") or {}).get("title"))] == []


def test_reading_with_the_site_stopped(manual):
    manual.nginx.stop()
    url = manual.base + "sql-select.html"
    job = manual.webkeep.run("list", "--json").ok().rows
    crawl = next(row["job"] for row in job if row["url"] == manual.base + "index.html")
    text = manual.webkeep.run("show", crawl, url, "--markdown").ok().text
    assert "SELECT" in text and "```" in text
    assert manual.webkeep.run("show", crawl, url, "--html").ok().out == (manual.folder / "sql-select.html").read_bytes()
