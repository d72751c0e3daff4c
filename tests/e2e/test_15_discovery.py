# SPDX-License-Identifier: Apache-2.0
"""Which pages a crawl comes to know of beside plain links, and which it leaves because the site says so: sitemaps and
feeds where sites have them, rel=canonical, noindex and nofollow."""
import gzip
import json

import pytest
import rude_server
from harness import NOTHING, wait_for
from rude_server import USUAL_SITEMAPS, Reply, html, redirect, stall


def plain(text, **more):
    return Reply(text, type="text/plain", **more)


def urlset(*urls):
    return "<urlset>" + "".join(f"<url><loc>{url}</loc></url>" for url in urls) + "</urlset>"


def xml(text):
    return Reply(text, type="application/xml")


def page(title, head="", links=(), body="", size=60):
    return html(title, body or f"Words of {title}. " * size, links).replace("<head>", "<head>" + head)


def canonical(url):
    return f'<link rel="canonical" href="{url}">'


def kept(webkeep, server):
    return sorted(url.removeprefix(server.url) for url in webkeep.pages())


def why(webkeep, url):
    return webkeep.run("why", "last", url, "--json").ok().rows[0]


def asked(server):
    return [one.path for one in server.log if one.path.rpartition("/")[2] in USUAL_SITEMAPS]


# ---- sitemaps ----

@pytest.mark.parametrize("place, encode", [
    ("/sitemap.xml", lambda urls: xml(urlset(*urls))),
    ("/sitemap_index.xml", None),
    ("/sitemap.xml.gz", lambda urls: Reply(gzip.compress(urlset(*urls).encode()), type="application/gzip")),
    ("/sitemap.txt", lambda urls: plain("\n".join(urls) + "\n")),
    ("/docs/sitemap.xml", lambda urls: xml(urlset(*urls))),
    ("/docs/sitemap.txt", lambda urls: plain("\n".join(urls))),
])
def test_a_sitemap_at_a_usual_place_is_read(webkeep, site, place, encode):
    server = site({"/docs/index.html": page("Start", links=["a.html"]), "/docs/a.html": page("A"),
                   "/docs/orphan.html": page("Orphan")})
    urls = [server.url + "/docs/orphan.html", server.url + "/elsewhere/x.html", "https://other.example/"]
    if encode:
        server.pages[place] = encode(urls)
    else:
        server.pages[place] = xml(f"<sitemapindex><sitemap><loc>{server.url}/maps/one.xml</loc></sitemap></sitemapindex>")
        server.pages["/maps/one.xml"] = xml(urlset(*urls))
    result = webkeep.crawl(server.url + "/docs/index.html").ok()
    assert kept(webkeep, server) == ["/docs/a.html", "/docs/index.html", "/docs/orphan.html"]
    assert "failed 0" in result.text
    assert asked(server)[-1] == place and len(asked(server)) == len(set(asked(server)))


def test_no_sitemap_is_no_failure(webkeep, site):
    server = site({"/docs/": page("Start"), "/robots.txt": plain("User-agent: *\nDisallow: /docs/sitemap.txt\n")})
    report = webkeep.crawl(server.url + "/docs/", "--json").ok().json
    assert report["failed"] == 0 and "dead link" not in str(report)
    assert set(asked(server)) == {"/" + name for name in USUAL_SITEMAPS} | {"/docs/" + name for name in USUAL_SITEMAPS} - {"/docs/sitemap.txt"}


def test_named_sitemaps_end_the_guessing(webkeep, site):
    server = site({"/": page("Start"), "/orphan.html": page("Orphan"), "/other.html": page("Other")})
    server.pages["/robots.txt"] = plain(f"Sitemap: {server.url}/map.xml\n")
    server.pages["/map.xml"] = xml(urlset(server.url + "/orphan.html"))
    server.pages["/sitemap.xml"] = xml(urlset(server.url + "/other.html"))
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/orphan.html"] and not asked(server)


@pytest.mark.parametrize("more", [("--no-robots",), ("--max-depth", "3"), ("--max-pages", "1")])
def test_some_crawls_ask_for_none(webkeep, site, more):
    server = site({"/": page("Start")})
    webkeep.crawl(server.url + "/", *more).ok()
    assert not asked(server)


def test_a_page_for_whatever_is_missing_is_no_sitemap(webkeep, site):
    server = site({"/": page("Start"), "/*": page("Not here", links=["/trap.html"]), "/sitemap.txt": plain("nothing")})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/"]


@pytest.mark.parametrize("feed", [
    "<rss version='2.0'><channel><link>{0}/</link><item><link>{0}/new.html</link></item></channel></rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/new.html'/></entry></feed>",
])
def test_feeds_are_sitemaps(webkeep, site, feed):
    server = site({"/": page("Start"), "/new.html": page("New")})
    server.pages["/robots.txt"] = plain(f"Sitemap: {server.url}/feed.xml\n")
    server.pages["/feed.xml"] = xml(feed.format(server.url))
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/new.html"]


@pytest.mark.parametrize("stop", ["interrupt", "kill9", "cancel"])
def test_a_resume_without_waiting_urls_reads_the_sitemaps_that_are_left(webkeep, site, stop):
    async def map_once_silent(request, wire):
        map_once_silent.asked += 1
        if map_once_silent.asked == 1:
            return await stall(request, wire)
        return xml(urlset(server.url + "/orphan.html"))
    map_once_silent.asked = 0
    server = site({"/": page("Start"), "/orphan.html": page("Orphan"), "/sitemap.xml": map_once_silent})
    crawl = webkeep.start("crawl", server.url + "/")
    wait_for(lambda: map_once_silent.asked)
    if stop == "cancel":
        webkeep.run("cancel", "last").ok()
    elif stop == "kill9":
        crawl.kill9()
    else:
        crawl.interrupt()
        wait_for(lambda: "again stops" in crawl._said())  # two signals at once are one
        crawl.interrupt()
    crawl.wait(20)
    assert kept(webkeep, server) == ["/"]
    webkeep.run("resume", "last").ok()
    assert kept(webkeep, server) == ["/", "/orphan.html"]


@pytest.mark.parametrize("named", ["feed", "menu"])
def test_a_resume_reads_the_lists_that_the_base_page_names(webkeep, site, named):
    async def list_once_silent(request, wire):
        list_once_silent.asked += 1
        if list_once_silent.asked == 1:
            return await stall(request, wire)
        return xml(f"<rss version='2.0'><channel><item><link>{server.url}/orphan.html</link></item></channel></rss>") if named == "feed" else Reply(
            "var menudata={children:[{text:'Orphan',url:'orphan.html'}]}", type="text/javascript")
    list_once_silent.asked = 0
    head = ('<link rel="alternate" type="application/rss+xml" href="/list">' if named == "feed" else
            '<!-- Generated by Doxygen 1.9.4 --><script src="/menudata.js"></script>')
    server = site({"/": page("Start", head), "/orphan.html": page("Orphan"), "/list" if named == "feed" else "/menudata.js": list_once_silent})
    crawl = webkeep.start("crawl", server.url + "/")
    wait_for(lambda: list_once_silent.asked)
    crawl.kill9()
    webkeep.run("resume", "last").ok()
    assert kept(webkeep, server) == ["/", "/orphan.html"]
    assert server.paths().count("/") == 1


def test_a_higher_page_limit_reads_the_sitemaps_that_are_left(webkeep, site):
    server = site({"/": page("Start"), "/orphan.html": page("Orphan")})
    server.pages["/sitemap.xml"] = xml(urlset(server.url + "/orphan.html"))
    webkeep.crawl(server.url + "/", "--max-pages", "1").ok()
    assert kept(webkeep, server) == ["/"] and not asked(server)
    assert "nothing" in webkeep.run("resume", "last").said and not asked(server)
    webkeep.run("resume", "last", "--max-pages", "5").ok()
    assert kept(webkeep, server) == ["/", "/orphan.html"]
    assert "nothing" in webkeep.run("resume", "last", "--max-pages", "9").said


# ---- llms.txt and feeds ----

RSS = "<rss version='2.0'><channel><item><title>{1}</title><link>{0}</link><pubDate>{2}</pubDate></item></channel></rss>"


def test_llms_txt_leads_to_pages(webkeep, site):
    """Also to Markdown that stands beside HTML: of the two the HTML is kept, whichever is known of."""
    server = site({"/docs/": page("Start", links=["seen.html"]), "/docs/orphan": page("Orphan"), "/docs/seen.html": page("Seen"),
                   "/docs/seen.html.md": plain("# Seen\n\nWords.\n"), "/docs/only.md": plain("# Only\n\nWords.\n"),
                   "/docs/orphan.md": plain("# Orphan\n\nWords.\n"), "/other/x.html": page("Other")})
    server.pages["/docs/llms.txt"] = plain("# Docs\n\n- [O](orphan.md)\n- [O](orphan)\n- [S](seen.html.md): again\n- [Only](only.md)\n"
                                           f"- [X](/other/x.html)\n- [Y](https://else.example/)\n")
    webkeep.crawl(server.url + "/docs/").ok()
    assert kept(webkeep, server) == ["/docs/", "/docs/only.md", "/docs/orphan", "/docs/seen.html"]
    assert why(webkeep, server.url + "/docs/seen.html.md")["detail"] == server.url + "/docs/seen.html"
    assert why(webkeep, server.url + "/other/x.html")["reason"] == "outside scope"


def test_a_page_instead_of_llms_txt_is_no_list(webkeep, site):
    server = site({"/": page("Start"), "/llms.txt": page("Not here", links=["/trap.html"]), "/trap.html": page("Trap")})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/"]


@pytest.mark.parametrize("type, body", [
    ("application/rss+xml", RSS), ("application/feed+json", '{{"version":"https://jsonfeed.org/version/1.1","items":[{{"url":"{0}"}}]}}'),
    ("application/atom+xml", '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>{1}</title><link href="{0}"/></entry></feed>'),
])
def test_a_feed_that_the_base_page_names_is_read(webkeep, site, type, body):
    link = f'<link rel="alternate" type="{type}" href="/feed.x"><link rel="alternate" type="{type}" href="/feed.x">'
    comments = f'<link rel="alternate" type="{type}" href="/comments.x">'
    server = site({"/": page("Start", link, ["/a.html"]), "/a.html": page("A", comments), "/new.html": page("New")})
    server.pages["/feed.x"] = Reply(body.format(server.url + "/new.html", "New", ""), type=type)
    server.pages["/comments.x"] = Reply(body.format(server.url + "/hidden.html", "Hidden", ""), type=type)
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/a.html", "/new.html"]
    assert server.paths().count("/feed.x") == 1 and "/comments.x" not in server.paths()
    assert why(webkeep, server.url + "/feed.x")["reason"] == "not a page"


@pytest.mark.parametrize("type", ["application/rss+xml", "text/xml; charset=utf-8"])
def test_a_feed_met_as_a_page_is_read_and_not_kept(webkeep, site, type):
    server = site({"/": page("Start", links=["/feed/", "/data/"]), "/new.html": page("New"), "/data/": Reply("<x/>", type="text/xml")})
    server.pages["/feed/"] = Reply(RSS.format("/new.html", "New", ""), type=type)
    report = webkeep.crawl(server.url + "/", "--json").ok().json
    assert kept(webkeep, server) == ["/", "/new.html"] and report["failed"] == 0
    assert why(webkeep, server.url + "/feed/")["detail"] == "a feed: read for its entries"
    assert why(webkeep, server.url + "/data/")["reason"] == "not a page"


def test_a_head_names_pages_too(webkeep, site):
    """Link with the rels that a page may use, and Refresh."""
    headers = (("Link", '</next.html>; rel="next"; title="a, b", </style.css>; rel=stylesheet'), ("Link", "</c.html>; rel=contents"),
               ("Refresh", "9; url=/soon.html"))
    server = site({"/": Reply(page("Start", links=["/a.html?print=1"]), headers=headers), "/style.css": page("Style"),
                   **{path: page(path) for path in ("/next.html", "/c.html", "/soon.html", "/a.html")},
                   "/a.html?print=1": Reply(page("/a.html"), headers=(("Link", "</a.html>; rel=canonical"),))})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/a.html", "/c.html", "/next.html", "/soon.html"]


def test_what_did_not_change_since_is_not_asked_for(webkeep, site):
    """The sitemap's word holds against plain links that know no date."""
    names = ("/old.html", "/new.html", "/when.html")
    server = site({"/": page("Start", links=["/list.html"]), "/list.html": page("List", links=names), **{name: page(name) for name in names}})
    server.pages["/sitemap.xml"] = xml(f"<urlset><url><loc>{server.url}/old.html</loc><lastmod>2021-05-01</lastmod></url><url>"
                                       f"<loc>{server.url}/new.html</loc><lastmod>2024-05</lastmod></url></urlset>")
    webkeep.crawl(server.url + "/", "--instruction", "everything updated since 2024").ok()
    assert kept(webkeep, server) == ["/", "/list.html", "/new.html", "/when.html"]
    assert why(webkeep, server.url + "/old.html")["reason"] == "outside the dates"


def test_an_index_of_old_sitemaps_is_not_followed(webkeep, site):
    server = site({"/": page("Start"), "/a.html": page("A"), "/b.html": page("B")})
    server.pages["/sitemap.xml"] = xml("<sitemapindex>" + "".join(
        f"<sitemap><loc>{server.url}/map-{year}.xml</loc><lastmod>{year}-12-31</lastmod></sitemap>" for year in (2020, 2025)) + "</sitemapindex>")
    server.pages["/map-2020.xml"] = xml(urlset(server.url + "/a.html"))
    server.pages["/map-2025.xml"] = xml(urlset(server.url + "/b.html"))
    webkeep.crawl(server.url + "/", "--instruction", "everything updated since 2024").ok()
    assert kept(webkeep, server) == ["/", "/b.html"] and "/map-2020.xml" not in [one.path for one in server.log]


# ---- what a plan says of it ----

def test_a_plan_counts_what_the_sitemap_lists(webkeep, site):
    server = site({"/": page("Start", links=["/a.html", "/zip/x.zip"]), "/*": page("Any")})
    urls = [f"{server.url}/guide/p{n}.html" for n in range(300)] + [f"{server.url}/blog/{n}" for n in range(40)]
    server.pages["/sitemap.xml"] = xml(urlset(*urls))
    said = webkeep.run("plan", server.url + "/", "--exclude", "/blog/*").ok().text
    assert "expected pages: 302" in said and "sitemaps 1" in said
    assert "/guide/*.html" in said and "keep 300" in said and "skip 40 (exclude pattern)" in said
    assert len(server.log) <= 20 and not [path for path in server.paths() if "/guide/" in path]
    webkeep.crawl(server.url + "/", "--exclude", "/blog/*").ok()
    assert len(webkeep.pages()) == 302


def test_a_plan_without_a_sitemap_says_at_least(webkeep, site):
    server = site({"/": page("Start", links=["/a.html", "/b.html", "/gone.html"]), "/a.html": page("A", links=["/c.html"]),
                   "/b.html": page("B"), "/c.html": page("C")})
    said = webkeep.run("plan", server.url + "/").ok().text
    assert "expected pages: at least 4" in said and "robots.txt: none" in said


def test_a_plan_of_a_large_site_without_a_sitemap(webkeep, site):
    """Twenty requests, whatever there is; as JSON."""
    server = site(rude_server.numbered_site(300, folder="/"))
    server.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /private\n", type="text/plain")
    plan = json.loads(webkeep.run("plan", server.url + "/", "--json").ok().text)
    assert len(server.log) <= 20 and plan["fetches"] == len(server.log)
    assert plan["expected"]["at_least"] and 20 <= plan["expected"]["pages"] <= 301
    assert plan["robots"] == {"state": "rules", "detail": None, "crawl_delay_ms": None, "sitemaps": 0}
    assert plan["families"][0]["keep"] >= 10 and plan["families"][0]["samples"] and plan["url"] == server.url + "/"


def test_a_plan_ends_in_time(webkeep, site):
    server = site({"/": page("Start", links=["/a.html"]), "/sitemap.xml": stall})
    result = webkeep.run("plan", server.url + "/").ok()
    assert result.seconds < 9 and "expected pages: at least 2" in result.text


# ---- rel=canonical ----

def test_a_copy_folds_into_its_original(webkeep, site):
    """Whichever of the two is met first, and however many copies there are."""
    server = site({"/": page("Start", links=["/print/a.html", "/a.html", "/c.html?view=1", "/c.html?view=2"]),
                   "/a.html": page("A", canonical("/a.html")), "/print/a.html": page("A", canonical("/a.html")),
                   "/c.html": page("C", canonical("/c.html"))})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/a.html", "/c.html"]
    copy = why(webkeep, server.url + "/print/a.html")
    assert copy["state"] == "redirected" and copy["reason"] == "duplicate page"
    assert copy["detail"] == server.url + "/a.html"
    assert "alias of " + server.url + "/a.html" in webkeep.run("why", "last", server.url + "/print/a.html").ok().text


@pytest.mark.parametrize("wrong", ["/gone.html", "/a.html", "http://127.0.0.2:1/x", "/moved.html", "/closed/", "mailto:x",
                                   "/login.png", "/hidden.html"])
def test_a_wrong_canonical_costs_no_page(webkeep, site, wrong):
    """Dead, itself, foreign, moved here, forbidden, no page at all."""
    server = site({"/": page("Start", links=["/a.html"]), "/a.html": page("A", canonical(wrong)),
                   "/moved.html": redirect("/a.html"), "/hidden.html": page("A", '<meta name="robots" content="noindex">'),
                   "/robots.txt": plain("User-agent: *\nDisallow: /closed/\n")})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/a.html"]
    assert why(webkeep, server.url + "/a.html")["detail"] in ("", "below /")


def test_all_pages_name_the_front_page(webkeep, site):
    names = [f"/p{n}.html" for n in range(8)]
    server = site({"/": page("Start", canonical("/"), names), **{name: page(name, canonical("/")) for name in names}})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", *names]


def test_two_pages_that_name_each_other(webkeep, site):
    server = site({"/": page("Start", links=["/a.html", "/b.html"]), "/a.html": page("Same", canonical("/b.html")),
                   "/b.html": page("Same", canonical("/a.html"))})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/a.html"]
    assert len(server.requests()) <= 8


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_copies_do_not_count(webkeep, site, most):
    names = [f"/p{n}.html" for n in range(4)]
    copies = {"/copy" + name: page(name, canonical(name)) for name in names}
    server = site({"/": page("Start", links=[*copies, *names]), **copies, **{name: page(name) for name in names}})
    webkeep.crawl(server.url + "/", "--max-pages", most)
    assert len(kept(webkeep, server)) == most
    assert not [path for path in kept(webkeep, server) if path in names and "/copy" + path in kept(webkeep, server)]


# ---- noindex, nofollow ----

@pytest.mark.parametrize("tag, head", [
    (None, '<meta name="robots" content="noindex">'), (None, '<meta name="webkeep" content="noindex">'),
    ("noindex", ""), ("otherbot: nofollow, webkeep: noindex", "")])
def test_noindex_is_followed_and_not_kept(webkeep, site, tag, head):
    headers = (("X-Robots-Tag", tag),) if tag else ()
    server = site({"/": page("Start", links=["/hidden.html"]), "/below.html": page("Below"),
                   "/hidden.html": Reply(page("Hidden", head, ["/below.html"]), headers=headers)})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/below.html"]
    record = why(webkeep, server.url + "/hidden.html")
    assert (record["state"], record["reason"]) == ("skipped", "noindex")
    for option in ("--keep-noindex", "--no-robots"):
        webkeep.crawl(server.url + "/", option).ok()
        assert kept(webkeep, server) == ["/", "/below.html", "/hidden.html"]


def test_what_is_asked_of_another_agent_is_nothing_to_us(webkeep, site):
    server = site({"/": Reply(page("Start", '<meta name="otherbot" content="none">', ["/a.html"]),
                              headers=(("X-Robots-Tag", "otherbot: none"),)), "/a.html": page("A")})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/a.html"]


def test_a_base_that_asks_not_to_be_kept_says_so(webkeep, site):
    server = site({"/": page("Start", '<meta name="robots" content="none">', ["/a.html"]), "/a.html": page("A")})
    assert "noindex" in webkeep.crawl(server.url + "/").ok(NOTHING).said
    assert server.paths() == ["/"]


def test_nofollow_links_are_not_followed(webkeep, site):
    link = '<a rel="nofollow" href="{0}">{0}</a>'
    server = site({"/": page("Start", body=link.format("/no.html") + link.format("/both.html") + '<a href="/both.html">B</a>',
                             links=["/meta.html", "/header.html", "/late.html"]) + link.format("/later.html"),
                   "/meta.html": page("Meta", '<meta name="robots" content="nofollow">', ["/m.html"]),
                   "/header.html": Reply(page("Header", links=["/h.html"]), headers=(("X-Robots-Tag", "nofollow"),)),
                   "/late.html": page("Late", links=["/later.html"]), "/later.html": page("Later"),
                   **{path: page(path) for path in ("/no.html", "/both.html", "/m.html", "/h.html")}})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", "/both.html", "/header.html", "/late.html", "/later.html", "/meta.html"]
    assert why(webkeep, server.url + "/no.html")["reason"] == "nofollow"
    webkeep.crawl(server.url + "/", "--no-robots").ok()
    assert len(webkeep.pages()) == 9


# ---- who made the site ----

def test_a_plan_tells_the_framework(webkeep, site):
    head = '<meta name="generator" content="Docusaurus v3.1.0">'
    server = site({"/": page("Start", head, links=["/a"]), "/a": page("A", head)})
    assert "made with: Docusaurus 3.1.0\n" in webkeep.run("plan", server.url + "/").ok().text
    shown = json.loads(webkeep.run("plan", server.url + "/", "--json").ok().text)
    assert shown["framework"] == {"name": "Docusaurus", "version": "3.1.0"}


def test_a_framework_that_only_an_inner_page_tells(webkeep, site):
    server = site({"/": page("Start", links=["/a"]), "/a": page("A", '<script src="_static/documentation_options.js"></script>')})
    shown = json.loads(webkeep.run("plan", server.url + "/", "--json").ok().text)
    assert shown["framework"] == {"name": "Sphinx", "version": None}
    plain_site = site({"/": page("Start", links=["/a"]), "/a": page("A")})
    assert json.loads(webkeep.run("plan", plain_site.url + "/", "--json").ok().text)["framework"] is None


def test_convert_tells_the_framework(webkeep):
    line = json.dumps({"id": 1, "html": "<title>T</title><!-- Generated by Doxygen 1.9.1 --><p>Words.</p>"}) + "\n"
    row = webkeep.run("convert", "--jsonl", input=line.encode()).ok().rows[0]
    assert row["metadata"]["framework"] == {"name": "Doxygen", "version": "1.9.1"}


# ---- menus that scripts draw ----

def test_a_menu_of_doxygen(webkeep, site):
    """Its pages hold no link to its lists of classes and files."""
    def made(title, links=()):
        return page(title, '<!-- Generated by Doxygen 1.9.4 --><script src="menudata.js"></script>', links)
    server = site({"/api/index.html": made("Otter"), "/api/annotated.html": made("Classes", links=["class_a.html"]), "/api/class_a.html": made("A"),
                   "/api/files.html": made("Files"), "/else.html": page("Else"),
                   "/api/menudata.js": Reply('var menudata={children:[\n{text:"Main Page",url:"index.html"},\n{text:"Classes",url:"annotated.html",'
                                             'children:[\n{text:"a",url:"annotated.html#a"}]},\n{text:"Files",url:"files.html"},{text:"Gone",url:"gone.html"}]}',
                                             type="text/javascript")})
    report = webkeep.crawl(server.url + "/api/index.html", "--json").ok().json
    assert kept(webkeep, server) == ["/api/annotated.html", "/api/class_a.html", "/api/files.html", "/api/index.html"]
    assert server.paths().count("/api/menudata.js") == 1
    menu = report["completeness"]["navigation"]
    assert (menu["named"], menu["kept"], menu["missing"]) == (4, 3, 1) and menu["missing_by_reason"]["dead link"]["count"] == 1


def test_a_docsify_site_is_read_as_markdown(webkeep, site):
    """Nothing of it is there without a script but the files that the script reads."""
    server = site({"/": "<title>Otter</title><div id=app></div><script>window.$docsify = {loadSidebar: true}</script>"
                        "<script src='/lib/docsify.min.js'></script>",
                   "/_sidebar.md": plain("- [Guide](guide)\n- [Part](part/)\n"), "/README.md": plain("# Otter\n\nWords.\n"),
                   "/guide.md": plain("# Guide\n\nOther words.\n"), "/part/README.md": plain("# Part\n\nMore words.\n")})
    webkeep.crawl(server.url + "/")
    assert kept(webkeep, server) == ["/", "/README.md", "/guide.md", "/part/README.md"]
