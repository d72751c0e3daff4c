# SPDX-License-Identifier: Apache-2.0
"""What pages say of themselves decides where links can't: dates, languages, types; and what is told when an instruction
matches nothing."""
import json

from harness import NOTHING
from rude_server import Reply, html

WORDS = "Sentences that say something, one after the other. " * 12


def post(title, head="", body="", lang="en"):
    page = html(title, f"<article><h1>{title}</h1>{body}<p>{WORDS}</p></article>")
    return page.replace("<head>", "<head>" + head, 1).replace("<html", f'<html lang="{lang}"', 1)


def json_ld(**item):
    return '<script type="application/ld+json">' + json.dumps({"@context": "https://schema.org", **item}) + "</script>"


def meta(name, value):
    return f'<meta property="{name}" content="{value}">'


def kept(webkeep, server):
    return sorted(url.removeprefix(server.url) for url in webkeep.pages())


def why(webkeep, url):
    return webkeep.run("why", "last", url, "--json").ok().rows[0]


def index(paths):
    return html("The blog", "Welcome. " * 30, list(paths))


# ---- dates ----

DATED = {
    "/blog/linked-data": post("Linked data", json_ld(**{"@type": "BlogPosting", "datePublished": "2024-03-05"})),
    "/blog/too-old": post("Too old", json_ld(**{"@type": "BlogPosting", "datePublished": "2023-12-31"})),
    "/blog/by-meta": post("By meta", meta("article:published_time", "2024-11-02T10:00:00Z")),
    "/blog/later": post("Later", meta("article:published_time", "2025-01-01T00:00:00Z")),
    "/blog/visible": post("Visible", body='<p><time datetime="2024-07-01">1 July 2024</time></p>'),
    "/blog/visible-old": post("Visible and old", body='<p><time datetime="2019-07-01">1 July 2019</time></p>'),
    "/blog/undated": post("Undated"),
}


def test_dates_that_only_the_pages_know(webkeep, site):
    server = site({"/blog/": index(DATED), **DATED})
    webkeep.crawl(server.url + "/blog/", "--instruction", "Only blog posts published in 2024").ok()
    assert kept(webkeep, server) == ["/blog/by-meta", "/blog/linked-data", "/blog/undated", "/blog/visible"]
    for path, date in (("/blog/too-old", "2023-12-31"), ("/blog/later", "2025-01-01"), ("/blog/visible-old", "2019-07-01")):
        told = why(webkeep, server.url + path)
        assert told["state"] == "skipped" and told["reason"] == "page says otherwise" and date in told["detail"], told


def test_links_of_a_refused_page_are_followed(webkeep, site):
    old = DATED["/blog/too-old"].replace("</article>", '<a href="/blog/linked-data">Newer: Linked data</a></article>')
    server = site({"/blog/": index(["/blog/too-old"]), "/blog/too-old": old, "/blog/linked-data": DATED["/blog/linked-data"]})
    webkeep.crawl(server.url + "/blog/", "--instruction", "Only blog posts published in 2024").ok()
    assert kept(webkeep, server) == ["/blog/linked-data"]


def test_without_a_date_in_the_instruction_none_counts(webkeep, site):
    server = site({"/blog/": index(DATED), **DATED})
    webkeep.crawl(server.url + "/blog/", "--instruction", "Only blog posts").ok()
    assert kept(webkeep, server) == sorted(DATED)


def test_an_include_pattern_beats_the_page(webkeep, site):
    server = site({"/blog/": index(DATED), **DATED})
    webkeep.crawl(server.url + "/blog/", "--instruction", "Only blog posts published in 2024", "--include", "/blog/too-old").ok()
    assert "/blog/too-old" in kept(webkeep, server)


# ---- languages, types ----

def test_languages_that_only_the_pages_know(webkeep, site):
    pages = {"/a-eins": post("Eins", lang="de-AT"), "/a-two": post("Two", lang="en"), "/a-three": post("Three", lang="")}
    server = site({"/": index(pages), **pages})
    webkeep.crawl(server.url + "/", "--instruction", "Everything, but only the German pages").ok()
    assert "/a-eins" in kept(webkeep, server) and "/a-two" not in kept(webkeep, server)
    assert why(webkeep, server.url + "/a-two")["reason"] == "page says otherwise"


def test_types_that_only_the_pages_know(webkeep, site):
    pages = {"/x/tea-at-noon": post("Tea at noon", json_ld(**{"@type": "BlogPosting"})),
             "/x/blue-kettle": post("Blue kettle", json_ld(**{"@type": "Product", "name": "Blue kettle"}))}
    server = site({"/": index(pages), **pages})
    webkeep.crawl(server.url + "/", "--instruction", "Everything except product pages").ok()
    assert "/x/tea-at-noon" in kept(webkeep, server) and "/x/blue-kettle" not in kept(webkeep, server)
    assert why(webkeep, server.url + "/x/blue-kettle")["detail"] == "its type is product"


# ---- nothing matches ----

def test_an_instruction_that_matches_nothing(webkeep, site):
    pages = {f"/guide/part-{n}.html": post(f"Part {n}") for n in range(9)}
    server = site({"/": index(pages), **pages})
    result = webkeep.crawl(server.url + "/", "--instruction", "Only recipes with lentils")
    assert result.code == NOTHING
    assert "no page matched the instruction" in result.said and "9 of /guide/*.html" in result.said, result.said


def test_a_base_page_that_is_refused_leads_on(webkeep, site):
    """Its links and the sitemaps are read all the same."""
    server = site({"/": post("Start", body='<a href="/a-eins">Eins</a>', lang="en"), "/a-eins": post("Eins", lang="de"),
                   "/a-zwei": post("Zwei", lang="de")})
    server.pages["/sitemap.xml"] = Reply(f"<urlset><url><loc>{server.url}/a-zwei</loc></url></urlset>", type="application/xml")
    webkeep.crawl(server.url + "/", "--instruction", "Everything, but only the German pages").ok()
    assert kept(webkeep, server) == ["/a-eins", "/a-zwei"]
