# SPDX-License-Identifier: Apache-2.0
"""Everything that can be wrong before or around a crawl: one clear sentence, the right exit code, nothing lost."""
import os
import re
import subprocess
import time

import pytest
from harness import DONE, INTERRUPTED, NOTHING, PARTIAL, QUICK, STORAGE, USAGE, free_port, wait_for
from rude_server import Reply, bulky_site, close_without_answer, html, numbered_site


def assert_clear(result, *words):
    """What a person reads: short, in words, no raw error names only, and with each of the words."""
    said = (result.err or result.text).strip()
    assert said, "nothing was said"
    assert len(said.splitlines()) <= 12, said
    assert not re.search(r"\bST_[A-Z]+\b|\berrno\b|CURLE_", said), said
    missing = [word for word in words if not re.search(word, result.said)]
    assert not missing, (missing, said)


@pytest.mark.parametrize("url", [
    "", "not a url", "http://", "https://", "http://a b.example/", "http://[::1/", "http://h.example:99999/",
    "http://256.256.256.256/", "http://exa mple/", "http://a\tb c.example/", "file:///etc/passwd", "ftp://h.example/", "javascript:alert(1)",
    "/docs/", "--", "http://%00.example/", "http://" + "a" * 70000 + "/",
])
def test_url_that_does_not_parse(webkeep, url):
    result = webkeep.run("crawl", url).ok(USAGE)
    assert_clear(result, "url|http|argument")
    assert len(result.err) < 4000


def test_host_without_scheme_is_understood_or_explained(webkeep, site):
    server = site({"/": html("Start")})
    result = webkeep.run("crawl", server.url.removeprefix("http://") + "/", *QUICK)
    assert result.code in (DONE, NOTHING, USAGE)
    assert result.code == DONE or "http" in result.said


def test_host_that_does_not_resolve(webkeep, mount_space, tmp_path):
    (tmp_path / "resolv.conf").write_text("nameserver 127.61.7.54\noptions timeout:1 attempts:1\n")
    webkeep.prefix = mount_space(f'mount --bind "{tmp_path}/resolv.conf" /etc/resolv.conf').prefix
    result = webkeep.crawl("http://no-such-host.invalid/docs/", *QUICK, timeout=90).ok(NOTHING)
    assert_clear(result, "no-such-host.invalid", "name|resolve|host")
    assert result.last.startswith("pages 0")


def test_nobody_listens(webkeep):
    result = webkeep.crawl(f"http://127.0.0.1:{free_port()}/docs/", *QUICK).ok(NOTHING)
    assert_clear(result, "connect|refused")


def test_server_that_says_nothing(webkeep, site):
    server = site({"/*": close_without_answer, "/": close_without_answer})
    assert_clear(webkeep.crawl(server.url + "/", *QUICK).ok(NOTHING), "answer|reply|connection|closed")


@pytest.mark.parametrize("status, word", [(401, "401"), (403, "403"), (404, "404"), (500, "500"), (503, "503")])
def test_base_page_that_is_refused(webkeep, site, status, word):
    server = site({"/docs/": Reply("no", status)})
    result = webkeep.crawl(server.url + "/docs/", *QUICK).ok(NOTHING)
    assert_clear(result, word)
    assert result.last.startswith("pages 0")
    if status == 401:
        assert re.search("cookie|header|login|authori", result.said), result.said


def test_base_that_robots_forbids(webkeep, site):
    server = site({"/docs/": html("Start"), "/robots.txt": Reply("User-agent: *\nDisallow: /docs\n", type="text/plain")})
    result = webkeep.crawl(server.url + "/docs/").ok(NOTHING)
    assert_clear(result, "robots", "--no-robots")
    assert server.paths() == []


def test_base_that_is_no_page(webkeep, site):
    server = site({"/docs/": Reply(b"%PDF-1.4", type="application/pdf")})
    assert_clear(webkeep.crawl(server.url + "/docs/").ok(NOTHING), "application/pdf")


# ---- the data folder ----

def test_data_folder_below_a_file(webkeep, site, tmp_path):
    server = site({"/docs/": html("Start")})
    (tmp_path / "file").write_text("x")
    result = webkeep.crawl(server.url + "/docs/", "--data", tmp_path / "file" / "data").ok(STORAGE)
    assert_clear(result, re.escape(str(tmp_path / "file").lower()), "--data|folder|directory")
    assert server.log == []


def test_data_folder_that_is_read_only(webkeep, site, mount_space, tmp_path):
    server = site({"/docs/": html("Start")})
    (tmp_path / "readonly").mkdir()
    webkeep.prefix = mount_space(f'mount -t tmpfs -o ro none "{tmp_path}/readonly"').prefix
    result = webkeep.crawl(server.url + "/docs/", "--data", tmp_path / "readonly" / "data").ok(STORAGE)
    assert_clear(result, "readonly", "read-only|write|permission")
    assert server.log == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_data_folder_without_permission(webkeep, site, tmp_path):
    server = site({"/docs/": html("Start")})
    (tmp_path / "closed").mkdir(mode=0o500)
    assert_clear(webkeep.crawl(server.url + "/docs/", "--data", tmp_path / "closed" / "data").ok(STORAGE), "permission")


def test_store_that_is_damaged(webkeep, site):
    server = site(numbered_site(20))
    webkeep.crawl(server.url + "/docs/").ok()
    (store,) = webkeep.data.rglob("data.mdb")
    store.write_bytes(b"this is no store" * 1000)
    for command in (("list",), ("check",), ("crawl", server.url + "/docs/")):
        assert_clear(webkeep.run(*command).ok(STORAGE), "store|damage|corrupt|data")


def test_full_disk(webkeep, site, mount_space):
    server = site(bulky_site(300))
    webkeep.data.mkdir()
    space = mount_space(f'mount -t tmpfs -o size=3m none "{webkeep.data}"')
    webkeep.prefix = space.prefix
    result = webkeep.crawl(server.url + "/docs/", timeout=120).ok(STORAGE)
    assert_clear(result, "space|full", "resume")
    kept = webkeep.pages()
    assert 0 < len(kept) < 300
    webkeep.run("list").ok()
    webkeep.run("check").ok()
    webkeep.run("show", "last", kept[-1], "--html").ok()
    subprocess.run([*space.prefix, "mount", "-o", "remount,size=64m", str(webkeep.data)], check=True)
    webkeep.run("resume", "last", timeout=120).ok()
    assert set(kept) <= set(webkeep.pages()) and len(webkeep.pages()) == 300
    webkeep.run("check").ok()


def test_full_disk_for_an_export(webkeep, site, mount_space, tmp_path):
    server = site(bulky_site(60))
    webkeep.crawl(server.url + "/docs/").ok()
    (tmp_path / "small").mkdir()
    space = mount_space(f'mount -t tmpfs -o size=256k none "{tmp_path}/small"')
    webkeep.prefix = space.prefix
    result = webkeep.run("export", "last", "--out", tmp_path / "small" / "docs.zip").ok(STORAGE)
    assert_clear(result, "space|full")
    left = subprocess.run([*space.prefix, "ls", "-A", str(tmp_path / "small")], capture_output=True, text=True).stdout
    assert left == "", "nothing half-written stays: " + left


def test_second_writer(webkeep, site):
    server = site(numbered_site(500), pause=0.05)
    first = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: webkeep.try_pages(), what="the first pages")
    began = time.monotonic()
    second = webkeep.crawl(server.url + "/docs/").ok(STORAGE)
    assert time.monotonic() - began < 5
    assert_clear(second, str(first.pid), "--data|wait|cancel")
    assert len(webkeep.run("list", "--json").ok().rows) == 1, "the refused crawl leaves nothing"
    first.interrupt()
    assert first.wait(20).code == INTERRUPTED


# ---- outputs and jobs ----

@pytest.mark.parametrize("out", ["docs.zip", "docs.md", "docs.jsonl", "docs/"])
def test_out_that_exists(webkeep, site, out):
    server = site({"/docs/": html("Start")})
    there = webkeep.folder / out
    if out.endswith("/"):
        there.mkdir()
        (there / "mine.txt").write_text("mine")
    else:
        there.write_text("mine")
    result = webkeep.crawl(server.url + "/docs/", "--out", out).ok(USAGE)
    assert_clear(result, re.escape(out.rstrip("/")), "exist|not empty", "--force|--out|another")
    assert server.log == [], "it is said before the first request"
    assert (there / "mine.txt" if there.is_dir() else there).read_text() == "mine"
    webkeep.crawl(server.url + "/docs/").ok()
    webkeep.run("export", "last", "--out", out).ok(USAGE)
    if not out.endswith("/"):
        webkeep.run("export", "last", "--out", out, "--force").ok()
        assert there.read_bytes() != b"mine"


def test_out_in_a_folder_that_is_not_there(webkeep, site):
    server = site({"/docs/": html("Start")})
    result = webkeep.crawl(server.url + "/docs/", "--out", "no/such/folder/docs.zip")
    assert result.code in (DONE, USAGE, STORAGE)
    if result.code == DONE:
        assert (webkeep.folder / "no/such/folder/docs.zip").exists()
    else:
        assert_clear(result, "no/such/folder")
        assert server.log == [], "it is said before the first request"


@pytest.mark.parametrize("command", [("pages",), ("show",), ("why",), ("extract",), ("export",), ("resume",), ("retry",),
                                     ("cancel",), ("delete",)])
def test_unknown_job(webkeep, site, command):
    server = site({"/docs/": html("Start")})
    webkeep.crawl(server.url + "/docs/").ok()
    more = {"show": (server.url + "/docs/",), "why": (server.url + "/docs/",), "export": ("--out", "x.zip")}.get(command[0], ())
    result = webkeep.run(*command, "ffffffff", *more).ok(NOTHING, USAGE)
    assert_clear(result, "ffffffff", "list|job")
    assert not (webkeep.folder / "x.zip").exists()


@pytest.mark.parametrize("command", ["pages", "extract", "resume", "delete"])
def test_no_job_at_all(webkeep, command):
    result = webkeep.run(command, "last").ok(NOTHING, USAGE)
    assert_clear(result, "job|crawl")
    assert not (webkeep.data / "store").exists() or command in ("resume", "delete", "extract")


def test_unknown_page(webkeep, site):
    server = site({"/docs/": html("Start")})
    webkeep.crawl(server.url + "/docs/").ok()
    result = webkeep.run("show", "last", server.url + "/docs/none.html").ok(NOTHING, USAGE)
    assert_clear(result, "none.html")


def test_an_ambiguous_prefix_is_told(webkeep, site):
    server = site({"/docs/": html("Start")})
    for _ in range(17):     # ids are random: of 17 at least two begin alike
        webkeep.crawl(server.url + "/docs/", "--quiet").ok()
    ids = [row["job"] for row in webkeep.run("list", "--json").ok().rows]
    first = [one[0] for one in ids]
    letter = next(letter for letter in first if first.count(letter) > 1)
    assert_clear(webkeep.run("pages", letter).ok(NOTHING, USAGE), "job")


def test_a_schema_that_is_no_schema(webkeep, site):
    server = site({"/docs/": html("Start")})
    webkeep.crawl(server.url + "/docs/").ok()
    (webkeep.folder / "bad.json").write_text('{"type": ')
    assert_clear(webkeep.run("extract", "last", "--schema", "bad.json").ok(USAGE), "bad.json|json|schema")
    assert_clear(webkeep.run("extract", "last", "--schema", "none.json").ok(USAGE, STORAGE), "none.json")


def test_retry_fetches_only_what_failed(webkeep, site):
    pages = numbered_site(6)
    good = pages["/docs/p3.html"]
    pages["/docs/p3.html"] = Reply("broken", 500)
    server = site(pages)
    result = webkeep.crawl(server.url + "/docs/", *QUICK).ok(PARTIAL)
    assert "p3.html" in result.said and "retry" in result.said
    server.pages["/docs/p3.html"] = good
    before = len(server.requests())
    webkeep.run("retry", "last").ok()
    assert server.paths()[before:] == ["/docs/p3.html"]
    assert len(webkeep.pages()) == 6
