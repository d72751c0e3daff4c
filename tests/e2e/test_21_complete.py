# SPDX-License-Identifier: Apache-2.0
"""The completeness report: kept pages against what sitemap and navigation name, and the gap with reasons."""
import json
import zipfile

from harness import PARTIAL
from rude_server import Reply, html

NAMES = ("/a.html", "/b.html", "/c.html")


def site_with_gaps(site):
    menu = "<nav>" + "".join(f"<a href='{path}'>{path}</a>" for path in (*NAMES, "/gone.html", "https://other.example/")) + "</nav>"
    server = site({"/": html("Start", menu + "<p>Words of the start.</p>"), "/broken.html": Reply("no", status=500), "/orphan.html": html("Orphan"),
                   "/robots.txt": Reply("User-agent: *\nDisallow: /closed/\n", type="text/plain"), "/print/a.html": html("/a.html").replace(
                       "<head>", "<head><link rel='canonical' href='/a.html'>"), **{path: html(path, menu) for path in NAMES}})
    server.pages["/print/a.html"] = html("/a.html", menu).replace("<head>", '<head><link rel="canonical" href="/a.html">')
    listed = ["/", *NAMES, "/orphan.html", "/gone.html", "/broken.html", "/closed/x.html", "/skip/y.html", "/print/a.html"]
    server.pages["/sitemap.xml"] = Reply("<urlset>" + "".join(f"<url><loc>{server.url}{path}</loc></url>" for path in listed) + "</urlset>",
                                         type="application/xml")
    return server


def gap(server, *paths):
    return {"count": len(paths), "samples": [server.url + path for path in paths]}


def wanted(server):
    return {
        "sitemap": {"named": 10, "kept": 5, "folded": 1, "for_links": 0, "missing": 3,
                    "missing_by_reason": {"robots.txt": gap(server, "/closed/x.html"), "dead link": gap(server, "/gone.html"),
                                          "failed": gap(server, "/broken.html")},
                    "unwanted_by_reason": {"exclude pattern": gap(server, "/skip/y.html")}},
        "navigation": {"named": 4, "kept": 3, "folded": 0, "for_links": 0, "missing": 1,
                       "missing_by_reason": {"dead link": gap(server, "/gone.html")},
                       "unwanted_by_reason": {}},
    }


def test_what_a_crawl_has_and_what_it_lacks(webkeep, site, tmp_path):
    server = site_with_gaps(site)
    report = webkeep.crawl(server.url + "/", "--exclude", "/skip/**", "--set", "fetch.retries=0", "--json").ok(PARTIAL).json
    assert report["completeness"] == wanted(server)
    assert webkeep.run("status", "last", "--json").ok().json["completeness"] == wanted(server)
    shown = webkeep.run("status", "last").ok().text
    assert "sitemap names 10: kept 5, missing 3, folded into others 1\n" in shown
    assert f"  missing 1: dead link\n    {server.url}/gone.html\n" in shown and "  not wanted 1: exclude pattern\n" in shown
    webkeep.run("export", "last", "--out", tmp_path / "x.zip").ok()
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("manifest.json"))
        assert json.loads(archive.read(name))["completeness"] == wanted(server)
    webkeep.run("check").ok()


def test_a_page_limit_leaves_a_gap_that_a_resume_closes(webkeep, site):
    server = site({"/": html("Start", links=NAMES), **{path: html(path) for path in NAMES}})
    server.pages["/sitemap.xml"] = Reply("<urlset>" + "".join(f"<url><loc>{server.url}{path}</loc></url>" for path in NAMES) + "</urlset>",
                                         type="application/xml")
    report = webkeep.crawl(server.url + "/", "--max-pages", "3", "--json").ok(PARTIAL).json["completeness"]["sitemap"]
    assert report["named"] == 3 and report["kept"] == 2 and report["missing_by_reason"]["not reached"]["count"] == 1
    report = webkeep.run("resume", "last", "--max-pages", "10", "--json").ok().json["completeness"]["sitemap"]
    assert report["kept"] == 3 and report["missing"] == 0


def test_a_site_without_lists_has_no_report(webkeep, site):
    server = site({"/": html("Start", links=NAMES), **{path: html(path) for path in NAMES}})
    assert webkeep.crawl(server.url + "/", "--json").ok().json["completeness"] is None
    assert "names" not in webkeep.run("status", "last").ok().text
