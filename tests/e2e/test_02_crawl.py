# SPDX-License-Identifier: Apache-2.0
"""The main job on small sites: what is crawled, what is reported, and every command that reads the result."""
import io
import json
import re
import zipfile

import pytest
from harness import DONE, NOTHING, PARTIAL, USAGE, Archive, unzip_test
from rude_server import Reply, html, numbered_site, redirect

TEXT = "The quick brown fox jumps over the lazy dog."


def small_site():
    return {
        "/robots.txt": Reply("User-agent: *\nDisallow: /docs/hidden\n", type="text/plain"),
        "/docs/": html("Start", TEXT, ["guide.html", "ref/", "hidden.html", "pic.png", "figure", "/blog/", "/docs/guide.html#part",
                                       "https://elsewhere.example/docs/", "plain.txt", "missing.html"]),
        "/docs/guide.html": html("Guide", TEXT + " Guide.", ["./", "ref/a.html?x=1"]),
        "/docs/ref/": html("Reference", TEXT, ["a.html", "b.html"]),
        "/docs/ref/a.html": html("A", "Page a."),
        "/docs/ref/b.html": html("B", '<pre><code class="language-c">int b;\n</code></pre>', ["../guide.html"]),
        "/docs/plain.txt": Reply("Plain text.\n", type="text/plain"),
        "/docs/hidden.html": html("Hidden"),
        "/docs/figure": Reply(b"\x89PNG\r\n\x1a\n", type="image/png"),
        "/docs/pic.png": Reply(b"\x89PNG\r\n\x1a\n", type="image/png"),
        "/docs/missing.html": Reply("gone", 404),
        "/blog/": html("Blog"),
    }


KEPT = ["/docs/", "/docs/guide.html", "/docs/ref/", "/docs/plain.txt", "/docs/ref/a.html?x=1", "/docs/ref/a.html",
        "/docs/ref/b.html"]


@pytest.fixture
def crawled(webkeep, site):
    server = site(small_site())
    result = webkeep.crawl(server.url + "/docs/").ok(DONE, PARTIAL)
    return webkeep, server, result


def test_keeps_what_is_below_the_base_and_reports_it(crawled):
    webkeep, server, result = crawled
    assert sorted(webkeep.pages()) == sorted(server.url + path for path in KEPT)
    assert result.last.startswith(f"pages {len(KEPT)}"), result.last
    assert result.code == DONE, "a dead link of the site is told, and no fault of the crawl"
    for word in ("outside scope", "outside domain", "robots", "not a page", "dead link"):
        assert word in result.said, (word, result.text)
    assert "/docs/hidden.html" not in server.paths() and "/blog/" not in server.paths()
    assert len(server.paths()) == len(set(server.paths())), "each URL is asked for once"


def test_robots_comes_first(crawled):
    assert crawled[1].log[0].path == "/robots.txt"


def test_pages_come_in_order_of_discovery(crawled):
    webkeep, server, _ = crawled
    assert webkeep.pages()[:2] == [server.url + "/docs/", server.url + "/docs/guide.html"]


def test_list(crawled):
    webkeep, server, _ = crawled
    (row,) = webkeep.run("list", "--json").ok().rows
    assert row["job"] and row["url"] == server.url + "/docs/"
    assert row["job"][:6] in webkeep.run("list").ok().text


def test_pages(crawled):
    webkeep, server, _ = crawled
    rows = webkeep.run("pages", "last", "--json").ok().rows
    assert all(row["job"] and row["url"].startswith(server.url) for row in rows)
    text = webkeep.run("pages", "last").ok().text
    assert all(path in text for path in KEPT)


def test_a_job_has_four_names(crawled):
    webkeep, server, _ = crawled
    job = webkeep.run("list", "--json").rows[0]["job"]
    want = webkeep.pages("last")
    for name in (job, job[:8], "127.0.0.1"):
        assert webkeep.pages(name) == want, name


def test_show(crawled):
    webkeep, server, _ = crawled
    url = server.url + "/docs/guide.html"
    assert webkeep.run("show", "last", url, "--html").ok().out == small_site()["/docs/guide.html"].encode()
    markdown = webkeep.run("show", "last", url, "--markdown").ok().text
    assert "# Guide" in markdown and TEXT in markdown and f"({server.url}/docs/)" in markdown
    meta = webkeep.run("show", "last", url, "--meta").ok().text
    assert url in meta and "Guide" in meta and "200" in meta
    assert webkeep.run("show", "last", url).ok().text
    plain = webkeep.run("show", "last", server.url + "/docs/plain.txt", "--html").ok()
    assert plain.out == b"Plain text.\n"


@pytest.mark.parametrize("path, words", [
    ("/docs/guide.html", "keep"), ("/blog/", "outside scope"), ("/docs/hidden.html", "robots"),
    ("/docs/figure", "not a page.*image/png"), ("/docs/pic.png", "not a page|file type"), ("/docs/missing.html", "404"),
])
def test_why(crawled, path, words):
    webkeep, server, _ = crawled
    said = webkeep.run("why", "last", server.url + path).ok().said
    assert re.search(words, said), said


def test_why_another_host(crawled):
    said = crawled[0].run("why", "last", "https://elsewhere.example/docs/").ok().said
    assert "outside domain" in said


def test_why_of_what_was_never_seen(crawled):
    result = crawled[0].run("why", "last", crawled[1].url + "/docs/never-linked.html")
    assert result.code in (DONE, NOTHING) and result.said.strip()


def test_json_report_is_the_last_line(webkeep, site):
    server = site(small_site())
    result = webkeep.crawl(server.url + "/docs/", "--json", "--out", "docs.zip").ok()
    report = result.json
    assert report["pages"] == len(KEPT) and report["failed"] == 0 and report["status"] == "done"
    assert sum(report["skipped"].values()) >= 5
    assert any("robots" in reason for reason in report["skipped"])
    assert report["bytes"] > 0 and report["seconds"] >= 0 and report["out"].endswith("docs.zip")
    assert report["job"] == webkeep.run("list", "--json").rows[0]["job"]


def test_quiet_still_ends_with_the_count(webkeep, site):
    server = site(numbered_site(12))
    result = webkeep.crawl(server.url + "/docs/", "--quiet").ok()
    assert result.last.startswith("pages 12") and len(result.lines) == 1
    assert not result.err.strip()


# ---- bundles ----

@pytest.fixture
def zipped(webkeep, site):
    pages = small_site()
    del pages["/docs/missing.html"], pages["/docs/hidden.html"]
    server = site(pages)
    result = webkeep.crawl(server.url + "/docs/", "--out", "docs.zip").ok()
    return webkeep, server, result


def test_zip(zipped):
    webkeep, server, result = zipped
    path = webkeep.folder / "docs.zip"
    assert "docs.zip" in result.said
    unzip_test(path)
    archive = Archive(path)
    assert {"manifest.json", "index.md"} <= set(archive.names)
    kept = archive.html_of()
    served = {server.url + path: page for path, page in server.pages.items() if server.url + path in kept}
    assert set(kept) >= {server.url + "/docs/", server.url + "/docs/ref/b.html"}
    for url, page in served.items():
        if isinstance(page, str):
            assert kept[url] == page.encode(), url
    markdown = archive.markdown_of()
    assert "```c\nint b;\n```" in markdown[server.url + "/docs/ref/b.html"]
    assert all(name == name.strip("/") and ".." not in name.split("/") for name in archive.names)


def test_zip_again_is_the_same(zipped):
    webkeep = zipped[0]
    webkeep.run("export", "last", "--out", "again.zip").ok()
    webkeep.run("export", "last", "--out", "once-more.zip").ok()
    assert (webkeep.folder / "again.zip").read_bytes() == (webkeep.folder / "once-more.zip").read_bytes()


def test_zip_through_a_pipe(zipped):
    webkeep = zipped[0]
    piped = webkeep.run("export", "last", "--out", "-").ok()
    webkeep.run("export", "last", "--out", "file.zip").ok()
    assert piped.out == (webkeep.folder / "file.zip").read_bytes()
    assert zipfile.ZipFile(io.BytesIO(piped.out)).testzip() is None


def test_crawl_to_a_pipe_reports_on_stderr(webkeep, site):
    server = site(numbered_site(8))
    result = webkeep.crawl(server.url + "/docs/", "--out", "-").ok()
    assert zipfile.ZipFile(io.BytesIO(result.out)).testzip() is None
    assert re.search(r"^pages 8\b", result.err, re.M)


def test_zip_with_html_only(zipped):
    webkeep = zipped[0]
    webkeep.run("export", "last", "--out", "html.zip", "--include", "html").ok()
    names = Archive(webkeep.folder / "html.zip").names
    assert any(name.endswith(".html") for name in names)
    assert not any(name.startswith("markdown/") for name in names)


def test_folder_mirrors_the_site(zipped):
    webkeep, server, _ = zipped
    webkeep.run("export", "last", "--out", "mirror/").ok()
    files = {path.relative_to(webkeep.folder / "mirror").as_posix(): path.read_text()
             for path in (webkeep.folder / "mirror").rglob("*.md")}
    guide = next(text for name, text in files.items() if name.endswith("guide.md") or name.endswith("guide.html.md"))
    assert "# Guide" in guide
    assert any("/ref/" in "/" + name for name in files)


def test_markdown_file(zipped):
    webkeep, server, _ = zipped
    webkeep.run("export", "last", "--out", "all.md").ok()
    text = (webkeep.folder / "all.md").read_text()
    assert all(server.url + path in text for path in ("/docs/", "/docs/guide.html", "/docs/ref/b.html"))
    assert text.index(server.url + "/docs/guide.html") < text.index("int b;")


def test_json_lines(zipped):
    webkeep, server, _ = zipped
    webkeep.run("export", "last", "--out", "all.jsonl").ok()
    rows = [json.loads(line) for line in (webkeep.folder / "all.jsonl").read_text().splitlines()]
    assert [row["url"] for row in rows] == webkeep.pages()
    guide = next(row for row in rows if row["url"].endswith("guide.html"))
    assert guide["title"] == "Guide" and "# Guide" in guide["markdown"]


@pytest.mark.parametrize("out", ["folder/", "site.md", "site.jsonl"])
def test_crawl_straight_to(webkeep, site, out):
    server = site(numbered_site(5))
    webkeep.crawl(server.url + "/docs/", "--out", out).ok()
    assert (webkeep.folder / out).exists()


def test_no_temporary_files_are_left(zipped):
    webkeep = zipped[0]
    assert sorted(path.name for path in webkeep.folder.iterdir() if path.is_file()) == ["docs.zip"]


# ---- re-extraction ----

def test_extract_needs_no_site(zipped):
    webkeep, server, _ = zipped
    server.stop()
    asked, kept = len(server.log), webkeep.pages()
    result = webkeep.run("extract", "last", "--transform", "titles and all headings").ok()
    rows = {row["url"]: row for row in result.rows}
    assert set(rows) == set(kept)
    assert "Guide" in json.dumps(rows[server.url + "/docs/guide.html"])
    assert len(server.log) == asked


def test_extract_says_what_it_did_not_understand(zipped):
    result = zipped[0].run("extract", "last", "--transform", "titles and the colour of the author's socks")
    assert result.code in (DONE, PARTIAL)
    assert "socks" in result.err


def test_extract_makes_a_job_of_its_own(zipped):
    webkeep = zipped[0]
    before = webkeep.run("list", "--json").rows
    webkeep.run("extract", "last").ok()
    after = webkeep.run("list", "--json").rows
    assert len(after) == len(before) + 1


def test_extract_by_schema(zipped):
    webkeep, server, _ = zipped
    (webkeep.folder / "schema.json").write_text(json.dumps(
        {"type": "object", "properties": {"title": {"type": "string"}, "headings": {"type": "array"}}}))
    rows = webkeep.run("extract", "last", "--schema", "schema.json").ok().rows
    assert "Guide" in [row.get("title") or row.get("data", {}).get("title") for row in rows]


def test_extract_receipt(zipped):
    """The site is gone, and what was done is told in words and as an object."""
    webkeep, server, _ = zipped
    server.stop()
    asked, n = len(server.log), len(webkeep.pages())
    result = webkeep.run("extract", "last", "--transform", "titles", "--json").ok()
    receipt = json.loads(result.err)
    assert receipt.pop("job") in {row["job"] for row in webkeep.run("list", "--json").rows}
    assert receipt == {"pages": n, "answered": n, "reused": 0, "failed": 0, "empty": 0, "inputTokens": 0, "outputTokens": 0,
                       "siteRequests": 0}
    assert len(result.rows) == n and len(server.log) == asked
    told = webkeep.run("extract", "last", "--transform", "titles").ok().err
    assert f": {n} pages, 0 answered, {n} reused, 0 failed, 0 without an answer; 0 tokens in, 0 out; 0 requests to the site" in told
    assert webkeep.run("extract", "last", "--transform", "titles", "--quiet").ok().err == ""


def test_extract_answers_once(zipped):
    """The second time costs nothing and says the same; only as much is kept as may be."""
    webkeep = zipped[0]
    n, asked = len(webkeep.pages()), ("extract", "last", "--transform", "titles, headings and links", "--json")

    def reused(*more):
        result = webkeep.run(*asked, *more).ok()
        return json.loads(result.err)["reused"], result.out
    count, rows = reused()
    assert count == 0 and reused() == (n, rows) == reused()
    assert json.loads(webkeep.run(*asked, "--dry-run").ok().out) == {"pages": n, "anew": 0, "tokens": 0}
    assert reused("--set", "extract.answer_bytes=0") == (0, rows)
    assert reused("--set", "extract.depth=100") == (0, rows)
    for job in webkeep.run("list", "--json").rows:
        if job["kind"] == "extract":
            webkeep.run("delete", job["job"]).ok()
    assert reused() == (n, rows)
    little = ("--set", "extract.answer_bytes=1KiB", "--set", "extract.depth=99")
    assert reused(*little) == (0, rows) and 0 < reused(*little)[0] < n
    assert webkeep.run("check").ok()


@pytest.mark.parametrize("form", ["markdown", "text", "table"])
def test_extract_as_text(zipped, form):
    """An answer is a text; a schema makes objects whatever is said."""
    webkeep, server, _ = zipped
    asked = ("extract", "last", "--transform", "titles and headings", "--output")
    rows = {row["url"]: row for row in webkeep.run(*asked, form).ok().rows}
    assert all(set(row) == {"url", "data"} and isinstance(row["data"], str) for row in rows.values())
    assert "Guide" in rows[server.url + "/docs/guide.html"]["data"]
    assert webkeep.run(*asked, "json").ok().rows == webkeep.run(*asked[:-1]).ok().rows
    assert "none of json, markdown, text, table" in webkeep.run(*asked, "yaml").ok(USAGE).err
    (webkeep.folder / "schema.json").write_text(json.dumps({"type": "object", "properties": {"title": {"type": "string"}}}))
    assert "title" in webkeep.run("extract", "last", "--schema", "schema.json", "--output", form).ok().rows[0]


def test_extract_dry_run(zipped):
    """It counts, also beside a process that writes, and stores nothing."""
    webkeep = zipped[0]
    jobs, kept = webkeep.run("list", "--json").rows, webkeep.pages()
    asked = ("extract", "last", "--transform", "titles", "--dry-run")
    assert json.loads(webkeep.run(*asked, "--json").ok().out) == {"pages": len(kept), "anew": len(kept), "tokens": 0}
    assert webkeep.run(*asked).ok().out.startswith(b"%d pages, " % len(kept))
    assert webkeep.run("extract", "last", "--transform", "wonders", "--dry-run").code == USAGE
    assert webkeep.run("list", "--json").rows == jobs


# ---- scope and limits ----

def linked(paths, **more):
    pages = {path: html(path, TEXT) for path in paths}
    return {**pages, **more}


def test_scope_of_an_index_file_is_its_folder(webkeep, site):
    server = site({"/docs/index.html": html("Start", links=["a.html", "/other.html"]), "/docs/a.html": html("A"),
                   "/other.html": html("Other")})
    webkeep.crawl(server.url + "/docs/index.html").ok()
    assert set(server.paths()) == {"/docs/index.html", "/docs/a.html"}


def test_scope_of_a_path_is_not_its_neighbour(webkeep, site):
    server = site({"/docs": html("Start", links=["/docs/a.html", "/docs2/b.html", "/docsx"]),
                   **linked(["/docs/a.html", "/docs2/b.html", "/docsx"])})
    webkeep.crawl(server.url + "/docs").ok()
    assert set(server.paths()) == {"/docs", "/docs/a.html"}


def test_whole_domain(webkeep, site):
    server = site({"/docs/": html("Start", links=["/other.html"]), "/other.html": html("Other")})
    webkeep.crawl(server.url + "/docs/", "--whole-domain").ok()
    assert "/other.html" in server.paths()


def test_a_small_crawl_suggests_the_wider_scope(webkeep, site):
    others = [f"/guide/p{n}.html" for n in range(7)]
    server = site({"/docs/": html("Start", links=others), **linked(others)})
    result = webkeep.crawl(server.url + "/docs/").ok()
    assert "--whole-domain" in result.said and "7" in result.said


def test_max_pages(webkeep, site):
    server = site(numbered_site(40))
    result = webkeep.crawl(server.url + "/docs/", "--max-pages", 7).ok(PARTIAL)
    assert len(webkeep.pages()) == 7 and result.last.startswith("pages 7")
    assert len(server.paths()) <= 7 + 4


def test_max_depth(webkeep, site):
    pages = {f"/d{n}": html(f"D{n}", TEXT, [f"/d{n + 1}"]) for n in range(6)}
    server = site({"/": html("Start", links=["/d0"]), **pages})
    webkeep.crawl(server.url + "/", "--max-depth", 2).ok(DONE, PARTIAL)
    assert set(server.paths()) == {"/", "/d0", "/d1"}


def test_include_and_exclude(webkeep, site):
    paths = ["/docs/a.html", "/docs/b.html", "/docs/api/x.html", "/docs/api/internal/y.html"]
    server = site({"/docs/": html("Start", links=paths), **linked(paths)})
    webkeep.crawl(server.url + "/docs/", "--include", "/docs/api/", "--exclude", "/docs/**/internal/**").ok()
    assert "/docs/api/x.html" in server.paths()
    assert not {"/docs/a.html", "/docs/b.html", "/docs/api/internal/y.html"} & set(server.paths())


def test_ignore_query(webkeep, site):
    server = site({"/docs/": html("Start", links=["a.html?x=1", "a.html?x=2", "a.html"]), **linked(["/docs/a.html"])})
    webkeep.crawl(server.url + "/docs/", "--ignore-query").ok()
    assert len([path for path in server.paths() if path.startswith("/docs/a.html")]) == 1


def test_sitemap_pages_come_after_links(webkeep, site):
    server = site({"/": html("Start", links=["/linked.html"]), **linked(["/linked.html", "/orphan.html"])})
    server.pages["/robots.txt"] = Reply(f"Sitemap: {server.url}/map.xml\n", type="text/plain")
    server.pages["/map.xml"] = Reply(
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<url><loc>{server.url}/orphan.html</loc></url><url><loc>{server.url}/linked.html</loc></url></urlset>",
        type="application/xml")
    webkeep.crawl(server.url + "/").ok()
    assert webkeep.pages() == [server.url + path for path in ("/", "/linked.html", "/orphan.html")]


def test_redirects_within_the_host(webkeep, site):
    server = site({"/docs/": html("Start", links=["/docs/old.html", "/docs/new.html"]),
                   "/docs/old.html": redirect("/docs/new.html", 301), "/docs/new.html": html("New")})
    webkeep.crawl(server.url + "/docs/").ok()
    assert sorted(webkeep.pages()) == [server.url + "/docs/", server.url + "/docs/new.html"]
    assert server.paths().count("/docs/new.html") == 1


def test_scope_follows_the_base_redirect(webkeep, site):
    server = site({"/": redirect("/en/docs/"), "/en/docs/": html("Start", links=["a.html", "/other/"]),
                   "/en/docs/a.html": html("A"), "/other/": html("Other")})
    webkeep.crawl(server.url + "/").ok()
    assert server.url + "/en/docs/a.html" in webkeep.pages()


def test_a_base_that_redirects_to_another_host_stops(webkeep, site):
    there = site({"/docs/": html("There")}, host="127.0.0.2")
    here = site({"/docs/": redirect(there.url + "/docs/")})
    result = webkeep.crawl(here.url + "/docs/").ok(NOTHING)
    assert "--follow-base-redirect" in result.said and "127.0.0.2" in result.said
    assert not there.paths()
    webkeep.crawl(here.url + "/docs/", "--follow-base-redirect").ok()
    assert there.paths() == ["/docs/"]


def test_fragments_and_case_are_one_page(webkeep, site):
    server = site({"/docs/": html("Start", links=["a.html#x", "a.html#y", "./a.html", "HTTP://127.0.0.1:PORT/docs/a.html"]),
                   "/docs/a.html": html("A")})
    server.pages["/docs/"] = server.pages["/docs/"].replace("PORT", str(server.port))
    webkeep.crawl(server.url + "/docs/").ok()
    assert server.paths() == ["/docs/", "/docs/a.html"]


def test_user_agent(webkeep, site):
    server = site({"/docs/": html("Start")})
    webkeep.crawl(server.url + "/docs/").ok()
    assert all(re.fullmatch(r"webkeep/\d+\.\d+\.\d+\S*", one.headers["user-agent"]) for one in server.log)
    webkeep.crawl(server.url + "/docs/", "--user-agent", "Tester/9").ok()
    assert server.log[-1].headers["user-agent"] == "Tester/9"


def test_pages_without_text_are_told(webkeep, site):
    shell = '<!doctype html><title>App</title><div id="root"></div><script src="app.js"></script>'
    server = site({"/": html("Start", TEXT, ["/a", "/b"]), "/a": shell, "/b": shell.replace("App", "App b")})
    result = webkeep.crawl(server.url + "/").ok(PARTIAL)
    assert re.search(r"\b2 of 3\b", result.text + result.err) and "text" in result.said


def test_limits_that_a_page_reached_are_told(webkeep, site):
    deep = html("Deep", "<div>" * 40 + "<p hidden title=x lang=en>deep", ["/x", "/y"])
    server = site({"/": html("Start", TEXT, ["/deep"]), "/deep": deep})
    low = ("--set", "extract.depth=32", "--set", "extract.attrs=16", "--set", "extract.links=1")
    webkeep.crawl(server.url + "/", *low, "--out", "cut.zip").ok(PARTIAL, DONE)
    rows = {row["title"]: row for row in webkeep.run("pages", "last", "--json").ok().rows}
    assert rows["Start"]["cut"] == [] and rows["Deep"]["cut"] == ["depth", "links"]
    lines = webkeep.run("pages", "last").ok().text.splitlines()
    assert lines == [server.url + "/\tStart\tthin", server.url + "/deep\tDeep\tdepth,links,thin"]
    meta = json.loads(webkeep.run("show", "last", server.url + "/deep", "--meta").ok().text)
    assert meta["cut"] == ["depth", "links"]
    with zipfile.ZipFile(webkeep.folder / "cut.zip") as archive:
        pages = json.loads(archive.read("manifest.json"))["pages"]
    assert [page.get("cut") for page in pages] == [None, ["depth", "links"]]


def test_a_second_crawl_says_what_is_there(webkeep, site):
    server = site(numbered_site(3))
    webkeep.crawl(server.url + "/docs/").ok()
    result = webkeep.crawl(server.url + "/docs/")
    assert result.code in (DONE, USAGE)
    assert webkeep.run("list", "--json").rows[0]["job"][:6] in result.said


def test_delete(crawled):
    webkeep = crawled[0]
    webkeep.run("delete", "last").ok()
    assert webkeep.run("list", "--json").ok().rows == []
    webkeep.run("check").ok()


def test_check(crawled):
    assert crawled[0].run("check").ok().said.strip()
