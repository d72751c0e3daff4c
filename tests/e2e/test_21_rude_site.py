# SPDX-License-Identifier: Apache-2.0
"""One site with every bad manner at once: each good page is kept exactly once, nothing forbidden is asked for, each trap
ends within its cap, and the crawl ends. The caps follow from the settings."""
import gzip
import itertools
import random
import re
import urllib.parse

from harness import PARTIAL, QUICK
from rude_server import Abort, Reply, deflated_zeros, drip, encoded, endless_body, redirect, stall_before_answer

STALE = 12          # frontier.family_stale in these tests
AT_ONCE = 4         # requests that are under way when a family is closed
CAP = STALE + AT_ONCE
DEEP = 4 * STALE + AT_ONCE     # of paths that grow
SET = (*QUICK, "--set", f"frontier.family_stale={STALE}", "--set", "fetch.body_bytes=1MiB")
MONTHS = "January February March April May June July August September October November December".split()


def prose(seed, words=120):
    """Text that no other seed has."""
    source = random.Random(seed)
    syllables = "ba do ke li mu no pa ri se ta vo xu zy chi gra sto ple".split()
    return " ".join("".join(source.choices(syllables, k=source.randint(2, 4))) for _ in range(words))


def page(title, text, links=(), head=""):
    items = "".join(f'<li><a href="{link}">{title_of(link)}</a></li>' for link in links)
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
            f"<body><main><h1>{title}</h1><p>{text}</p><ul>{items}</ul></main></body></html>\n")


def title_of(link):
    return link.partition("?")[0].strip("/").rpartition("/")[2][:30] or "start"


def plain(text, **more):
    return Reply(text, type="text/plain", **more)


def xml(text):
    return Reply(text, type="application/xml")


def urls_of(*urls):
    return xml("<urlset>" + "".join(f"<url><loc>{url}</loc></url>" for url in urls) + "</urlset>")


# ---- traps: each a page for whatever is asked below its path ----

async def calendar(request, wire):
    """Months without end; two of them have something to say."""
    year, month = map(int, re.match(r"/calendar/(\d+)/(\d+)", request.path).groups())
    ahead = year * 12 + month
    near = [f"/calendar/{n // 12}/{n % 12 + 1}" for n in (ahead, ahead - 2)]
    note = {(2026, 12): prose("event one") + ' <a href="/event/one.html">more</a>',
            (2027, 3): prose("event two") + ' <a href="/event/two.html">more</a>'}.get((year, month), "No events in this month.")
    days = " ".join(str(day) for day in range(1, 32))
    return page(f"{MONTHS[month - 1]} {year}", f"Events. Monday Tuesday Wednesday Thursday Friday. {days}. {note}", near)


async def facets(request, wire):
    """A search whose every page leads to every other choice."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)
    items = [f"{name} {prose(name, 12)}" for name in ("lamp", "chair", "table", "shelf", "carpet", "clock")]
    choices = {"color": ["red", "blue", "green"], "size": ["small", "large"], "sort": ["price", "name"], "page": ["1", "2", "3"]}
    links = [f"/search?{urllib.parse.urlencode({**{key: value[0] for key, value in query.items()}, key: value})}"
             for key, values in choices.items() for value in values]
    chosen = " ".join(value for values in query.values() for value in values)
    return page(f"Search {chosen}", f"Results for {chosen}: " + ", ".join(items), links)


async def shop(request, wire):
    """Each answer gives a session id of its own to all its links."""
    shop.sessions += 1
    name = request.path.partition("?")[0]
    links = [f"/shop/{letter}.html?sid={shop.sessions:08x}" for letter in "abcdefgh"]
    return page(f"Shop {name[6:7]}", prose("shop" + name), links)


async def listing(request, wire):
    """Three pages of a list, and the same empty one after that for ever."""
    number = int(re.search(r"page=(\d+)", request.path).group(1))
    text = prose(f"list {number}", 60) if number <= 3 else "There is nothing more to be shown on this page of the list."
    links = [f"/item/{number}-{n}.html" for n in range(3)] if number <= 3 else []
    return page("The list", text, [*links, f"/list?page={number + 1}"])


async def maze(request, wire):
    """Rooms with names that nobody thought of, four doors each."""
    names = random.Random(request.path)
    doors = ["".join(names.choices("bcdfghjklmnprstvwz", k=7)) for _ in range(4)]
    here = request.path.strip("/").rpartition("/")[2]
    return page(f"Room {here}", f"You stand in the room called {here}. There are four doors in this room, choose one of them.",
                [f"/maze/{door}.html" for door in doors])


async def missing(request, wire):
    """Says that it is not there, with 200, and leads to more of that."""
    nth = next(missing.count)
    return page("Sorry", "The page that you asked for could not be found on this server. Try one of these instead:",
                [f"/missing/n{nth}x{n}.html" for n in range(5)])


async def loop(request, wire):
    return page("Loop", prose("loop"), ["up/", "down/", "/loop/"])


async def grow(request, wire):
    return page("Grow", prose("grow") + f" {len(request.path)}", [request.path + "&x=1"])


async def escape(request, wire):
    return page("Escape", prose("escape") + f" {len(request.path)}", ["/escape?u=" + urllib.parse.quote(request.path.partition("=")[2], safe="")])


async def hop(request, wire):
    return redirect(f"/hop/{int(request.path.rpartition('/')[2]) + 1}")


async def no_one(request, wire):
    raise Abort


def rude_site():
    """path -> page, and the paths of what is good: each once."""
    good = [f"/good/{n}.html" for n in range(12)] + ["/event/one.html", "/event/two.html"]
    good += [f"/item/{number}-{n}.html" for number in (1, 2, 3) for n in range(3)]
    pages = {path: page(f"Good {path}", prose(path), ["/good/0.html"]) for path in good}
    # Copies under other names.
    pages["/good/0.html?print=1"] = pages["/good/0.html"]
    pages["/good/print-1.html"] = pages["/good/1.html"].replace("<head>", '<head><link rel="canonical" href="/good/1.html">')
    pages["/good/2.html/"] = pages["/good/2.html"]
    pages["/GOOD/3.html"] = pages["/good/3.html"]
    # Wrong canonicals cost no page.
    pages["/good/4.html"] = pages["/good/4.html"].replace("<head>", '<head><link rel="canonical" href="/">')
    pages["/good/5.html"] = pages["/good/5.html"].replace("<head>", '<head><link rel="canonical" href="/nowhere.html">')
    pages["/good/6.html"] = pages["/good/6.html"].replace("<head>", '<head><link rel="canonical" href="http://other.invalid/6.html">')
    # Constants: a template and one word, but each is a page, and the changelog's entries differ in numbers alone.
    constants = [f"/const/{name}.html" for name in "ALPHA BETA GAMMA DELTA EPSILON ZETA ETA THETA IOTA KAPPA LAMBDA MU NU XI RHO SIGMA TAU PHI CHI PSI".split()]
    changes = [f"/changes/1.{n}.html" for n in range(2 * CAP)]
    for path in constants:
        pages[path] = page(path[7:-5], f"The constant {path[7:-5]} is a member of the module. See the index for others.")
    for path in changes:
        pages[path] = page(f"Version {path[9:-5]}", f"Version {path[9:-5]}: bug fixes and small improvements everywhere.")
    pages["/const/"] = page("Constants", prose("constants"), constants)
    pages["/changes/"] = page("Changes", prose("changes"), changes)
    good += constants + changes + ["/const/", "/changes/"]
    shop.sessions, missing.count = 0, itertools.count()
    for path, trap in {"/calendar/*": calendar, "/search": facets, "/shop/*": shop, "/list": listing, "/maze/*": maze,
                       "/missing/*": missing, "/loop/*": loop, "/grow": grow, "/escape": escape, "/hop/*": hop}.items():
        pages[path] = trap
    pages |= {"/ring/a": redirect("/ring/b"), "/ring/b": redirect("/ring/c"), "/ring/c": redirect("/ring/a"),
              "/self": redirect("/self"), "/moved": redirect("/good/7.html", 301), "/off": redirect("http://127.0.0.3:9/"),
              "/huge.html": page("Huge", "x " * (1 << 20)), "/drip.html": drip, "/endless.html": endless_body,
              "/abort.html": no_one, "/gone.html": Reply("gone", 410),
              "/bomb.html": encoded(deflated_zeros(64 << 20), "gzip"),
              "/closed/a.html": page("Closed", prose("closed")), "/Closed/a.html": page("Open", prose("open")),
              "/noindex.html": page("Noindex", prose("noindex"), ["/good/11.html"], '<meta name="robots" content="noindex">')}
    good += ["/Closed/a.html"]
    start = ["/good/0.html?print=1", "/good/print-1.html", "/good/2.html/", "/GOOD/3.html", "/moved", "/off", "/self", "/ring/a",
             "/closed/a.html", "/Closed/a.html", "/huge.html", "/drip.html", "/endless.html", "/abort.html", "/gone.html",
             "/bomb.html", "/noindex.html", "/const/", "/changes/", "/calendar/2026/11", "/search?color=red", "/shop/a.html",
             "/list?page=1", "/maze/entrance.html", "/missing/first.html", "/loop/", "/grow?x=1", "/escape?u=%25", "/hop/1",
             "mailto:a@b", "javascript:void(0)", "http://[broken", "//127.0.0.3:9/other"]
    start += [path for path in good if path.startswith("/good/") and path != "/good/11.html"]
    pages["/"] = page("Start", prose("start"), start)
    return pages, ["/", *good]


def sitemaps_of(server):
    """Bombs, a ring of indexes, and one that lists a million pages elsewhere."""
    index = "<sitemapindex>" + "".join(f"<sitemap><loc>{server.url}/maps/{name}</loc></sitemap>" for name in (
        "ring.xml", "bomb.xml.gz", "entities.xml", "junk.xml", "million.xml.gz", "stall.xml", "good.xml")) + "</sitemapindex>"
    entities = ('<!DOCTYPE x [<!ENTITY a "' + "http://h/" * 20 + '">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 20}">' for n in range(8)) + "]><urlset><url><loc>&i;</loc></url></urlset>")
    million = "<urlset>" + "".join(f"<url><loc>{server.url}/million/{n}</loc></url>" for n in range(60000)) + "</urlset>"
    return {"/maps/ring.xml": xml(index), "/maps/bomb.xml.gz": Reply(deflated_zeros(64 << 20), type="application/gzip"),
            "/maps/entities.xml": xml(entities), "/maps/junk.xml": xml("<urlset><url><loc>" + "x" * 5000),
            "/maps/million.xml.gz": Reply(gzip.compress(million.encode()), type="application/gzip"),
            "/maps/stall.xml": stall_before_answer, "/maps/good.xml": urls_of(server.url + "/good/10.html", server.url + "/closed/b.html")}


def test_a_rude_site(webkeep, site):
    pages, good = rude_site()
    server = site(pages)
    server.pages |= sitemaps_of(server)
    server.pages["/robots.txt"] = plain("User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /closed/\nDisallow: /million/\n"
                                        f"Sitemap: {server.url}/maps/ring.xml\n")
    result = webkeep.crawl(server.url + "/", *SET, timeout=180).ok(PARTIAL)
    kept = [url.removeprefix(server.url) for url in webkeep.pages()]
    asked = [one.path for one in server.requests()]

    assert len(kept) == len(set(kept))
    lost = set(good) - set(kept)
    assert not lost - {"/good/0.html", "/good/2.html", "/good/3.html"}
    for twins in (("/good/0.html", "/good/0.html?print=1"), ("/good/2.html", "/good/2.html/"), ("/good/3.html", "/GOOD/3.html"),
                  ("/good/1.html", "/good/print-1.html")):
        assert len(set(twins) & set(kept)) == 1, twins
    assert not [path for path in asked if path.startswith(("/closed/", "/million/", "/other"))], "forbidden, or another host"
    assert not set(kept) & {"/huge.html", "/drip.html", "/endless.html", "/bomb.html", "/noindex.html", "/gone.html", "/self"}

    def count(prefix):
        return len([path for path in asked if path.startswith(prefix)])
    shown = {prefix: count(prefix) for prefix in ("/calendar/", "/search", "/shop/", "/list", "/maze/", "/missing/", "/loop/", "/grow",
                                                  "/escape", "/hop/")}
    assert shown["/calendar/"] <= 2 * len(MONTHS) + CAP, shown      # each month has a name that is new once
    assert shown["/search"] <= 12 + CAP, shown
    assert shown["/list"] <= 4 + CAP, shown
    assert shown["/maze/"] <= 1 + CAP, shown
    assert shown["/missing/"] <= 2 + CAP, shown
    assert shown["/shop/"] <= 8 * 2 + CAP, shown
    assert len([path for path in asked if path.startswith("/maps/")]) <= 7 + 2, "each sitemap once, what fails again"
    assert shown["/hop/"] <= 12 and shown["/grow"] <= 5 and shown["/escape"] <= 4 and shown["/loop/"] <= 1 + DEEP, shown
    assert len([path for path in kept if path.startswith("/shop/")]) == 8, "each page of the shop once"
    report = result.said
    assert "trap" in report and "duplicate page" in report


def test_why_tells_of_a_trap(webkeep, site):
    server = site({"/": page("Start", prose("start"), ["/maze/entrance.html", "/loop/"]), "/maze/*": maze, "/loop/*": loop})
    webkeep.crawl(server.url + "/", *SET).ok()
    asked = set(server.paths())
    rows = [webkeep.run("why", "last", f"{server.url}/loop/up/up/up/up/", "--json").ok().rows[0]]
    assert rows[0]["reason"] == "trap" and "times the segment up" in rows[0]["detail"]
    last = random.Random(sorted(path for path in asked if path.startswith("/maze/"))[0])
    doors = ["/maze/" + "".join(last.choices("bcdfghjklmnprstvwz", k=7)) + ".html" for _ in range(4)]
    told = [webkeep.run("why", "last", server.url + door, "--json").ok().rows[0] for door in doors if door not in asked]
    assert all(row["reason"] == "trap" and "said nothing new" in row["detail"] for row in told)
