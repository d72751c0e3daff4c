# SPDX-License-Identifier: Apache-2.0
"""What became of a crawl's URLs: one of them, and all that are no results, by reason."""
import urllib.parse

import pytest
from rude_server import Reply, html


@pytest.fixture
def crawl(client, site_of):
    """A crawl with a page of each fate: (server, path of the job, client)."""
    link = '<a rel="nofollow" href="/no.html">no</a>'
    text = "The same words in both prints of one page. " * 20
    server = site_of({"/": html("Start", link, ["/a.html", "/print/a.html", "/gone.html", "/closed/x", "/broken",
                                                "http://other.example/", "/pic.zip"]),
                      "/a.html": html("A", text).replace("<head>", '<head><link rel="canonical" href="/a.html">'),
                      "/print/a.html": html("A", text).replace("<head>", '<head><link rel="canonical" href="/a.html">'),
                      "/broken": Reply("no", 403), "/no.html": html("No"),
                      "/robots.txt": Reply("User-agent: *\nDisallow: /closed/\n", type="text/plain")})
    id, _ = client.crawl(server.url + "/", maxPages=30)
    return server, "/crawl/" + id, client


@pytest.fixture
def site_of():
    import rude_server
    servers = []

    def make(pages):
        servers.append(rude_server.Server(pages).start())
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


def test_why_tells_each_fate(crawl):
    server, job, client = crawl

    def why(path):
        url = path if path.startswith("http") else server.url + path
        return client.get(f"{job}/why?url={urllib.parse.quote(url, safe='')}").ok(200)

    assert why("/")["state"] == "kept" and why("/")["found_on"] is None and why("/")["reason"] == "wanted"
    assert why("/gone.html")["reason"] == "dead link" and why("/gone.html")["http_status"] == 404
    assert why("/gone.html")["found_on"] == server.url + "/"
    copy = why("/print/a.html")
    assert copy["state"] == "redirected" and copy["alias_of"] == server.url + "/a.html"
    assert why("/a.html")["state"] == "kept" and why("/a.html")["alias_of"] is None
    assert why("/broken")["state"] == "failed" and "403" in why("/broken")["detail"]
    assert why("/closed/x")["reason"] == "robots.txt" and why("/no.html")["reason"] == "nofollow"
    assert why("/never.html") | {"detail": ""} == {"url": server.url + "/never.html", "state": "unseen", "reason": "wanted",
                                                   "detail": "", "alias_of": None, "verdict": "keep"}
    assert why("http://127.0.0.9/")["reason"] == "outside domain"


def test_the_status_says_what_is_missing(client, site_of):
    server = site_of({"/": html("Start", links=["/a.html"]), "/a.html": html("A")})
    server.pages["/sitemap.xml"] = Reply("".join(["<urlset>", *(f"<url><loc>{server.url}{path}</loc></url>" for path in ("/a.html", "/gone.html")),
                                                  "</urlset>"]), type="application/xml")
    id, _ = client.crawl(server.url + "/", maxPages=30)
    sitemap = client.get("/crawl/" + id).ok(200)["completeness"]["sitemap"]
    assert (sitemap["named"], sitemap["kept"], sitemap["missing"]) == (2, 1, 1)
    assert sitemap["missing_by_reason"] == {"dead link": {"count": 1, "samples": [server.url + "/gone.html"]}}


def test_why_knows_the_versions_of_the_site(client, site_of):
    """Also of an address that no page led to."""
    links = ["/latest/", "/v1.0/"]
    server = site_of({"/": html("Start", "<a href='/latest/'>latest</a> <a href='/v1.0/'>v1.0</a>"), "/latest/": html("L", links=links)})
    id, _ = client.crawl(server.url + "/", maxPages=30)
    told = client.get(f"/crawl/{id}/why?url={urllib.parse.quote(server.url + '/v0.9/x', safe='')}").ok(200)
    assert (told["state"], told["reason"], told["detail"]) == ("unseen", "other version or language", "another version: v0.9")


def test_why_of_what_is_none(crawl, service):
    server, job, client = crawl
    for bad in ("", "?url=", "?url=/a.html", "?url=mailto:x"):
        client.get(job + "/why" + bad).error(400, "INVALID_REQUEST")
    client.get("/crawl/01890000-0000-7000-8000-000000000000/why?url=http://h/").error(404, "NOT_FOUND")
    other = service.client()
    other.get(job + "/why?url=http://h/").error(404, "NOT_FOUND")
    other.get(job + "/skipped").error(404, "NOT_FOUND")
    other.close()


def test_skipped_by_reason_and_page(crawl):
    server, job, client = crawl
    body = client.get(job + "/skipped").ok(200)
    reasons = {one["url"].removeprefix(server.url): one["reason"] for one in body["urls"]}
    assert reasons == {"/print/a.html": "duplicate page", "/gone.html": "dead link", "/closed/x": "robots.txt",
                       "/no.html": "nofollow", "http://other.example/": "outside domain", "/pic.zip": "file type"}
    assert body["counts"] == {reason: 1 for path, reason in reasons.items() if path != "/print/a.html"}
    one = client.get(job + "/skipped?reason=Dead%20link").ok(200)["urls"]
    assert [entry["url"] for entry in one] == [server.url + "/gone.html"]
    paged = [client.get(f"{job}/skipped?limit=4&page={page}").ok(200)["urls"] for page in (1, 2, 3)]
    assert [len(page) for page in paged] == [4, 2, 0] and sum(paged, []) == body["urls"]
    assert "counts" in client.get(job + "/skipped?reason=nonsense").error(400, "INVALID_REQUEST")
