# SPDX-License-Identifier: Apache-2.0
"""Polite to servers, safe from them: robots.txt, waiting, redirects, decoding, addresses, secrets, names."""
import email.utils
import http.server
import os
import re
import threading
import time

import pytest
from harness import DONE, INTERRUPTED, NOTHING, PARTIAL, QUICK, SLOW, STORAGE, USAGE, wait_for
from rude_server import (BAD, CHARSET_WORDS, FINE, Abort, Close, Reply, html, numbered_site, redirect, retry_later,
                         rude_site)


def robots(text, status=200):
    return Reply(text, status, type="text/plain")


def three_pages(robots_page):
    pages = {"/": html("Start", links=["/open.html", "/closed/a.html"]), "/open.html": html("Open"),
             "/closed/a.html": html("Closed")}
    return {**pages, "/robots.txt": robots_page} if robots_page is not None else pages


ALL = {"/", "/open.html", "/closed/a.html"}
OPEN = {"/", "/open.html"}


# ---- robots.txt (RFC 9309) ----

@pytest.mark.parametrize("page, asked", [
    (robots("User-agent: *\nDisallow: /closed/\n"), OPEN),
    (robots("User-agent: webkeep\nDisallow: /closed/\n\nUser-agent: *\nDisallow: /\n"), OPEN),
    (robots("User-agent: *\nDisallow: /\n\nUser-agent: WebKeep\nDisallow:\n"), ALL),
    (robots("User-agent: other\nDisallow: /\n"), ALL),
    (robots("User-agent: *\nDisallow: /closed/\nAllow: /closed/a\n"), ALL),
    (robots("User-agent: *\nDisallow: /*.html$\nAllow: /open.html$\n"), OPEN),
    (robots("\ufeffUSER-AGENT : *\r\nDISALLOW : /closed # why\r\n"), OPEN),
    (robots("<!doctype html><h1>Not found</h1>"), ALL),
    (robots("", 404), ALL), (robots("no", 403), ALL), (None, ALL),
    (robots("", 500), set()), (robots("", 503), set()),
    (redirect("/robots-there.txt", 301), OPEN),
    (redirect("/robots.txt"), None),
], ids=["star", "own group", "own group wins", "another's", "longest wins", "pattern", "spelling", "html", "404", "403", "none",
        "500", "503", "redirect", "redirect loop"])
def test_robots(webkeep, site, page, asked):
    server = site({**three_pages(page), "/robots-there.txt": robots("User-agent: *\nDisallow: /closed/\n")})
    result = webkeep.crawl(server.url + "/", *QUICK)
    result.ok(*((NOTHING,) if asked == set() else (DONE, PARTIAL, NOTHING)))
    if asked is not None:
        assert set(server.paths()) - {"/robots-there.txt"} == asked
    if asked == set():
        assert "robots" in result.said


def test_no_robots_asks_for_none(webkeep, site):
    server = site(three_pages(robots("User-agent: *\nDisallow: /\n")))
    webkeep.crawl(server.url + "/", "--no-robots").ok()
    assert set(server.paths()) == ALL and server.requests("/robots.txt") == []


def test_an_endless_robots_is_cut(webkeep, site):
    text = "User-agent: *\nDisallow: /closed/\n" + "# filler\n" * 300000
    server = site(three_pages(robots(text)))
    webkeep.crawl(server.url + "/").ok()
    assert set(server.paths()) == OPEN


# ---- how fast ----

def test_four_requests_at_once_by_default(webkeep, site):
    server = site(numbered_site(60, fan=59), pause=0.03)
    webkeep.crawl(server.url + "/docs/").ok()
    assert 1 < server.most_at_once() <= 4


@pytest.mark.parametrize("most", [1, 2])
def test_concurrency(webkeep, site, most):
    server = site(numbered_site(30, fan=29), pause=0.02)
    webkeep.crawl(server.url + "/docs/", "--concurrency", most).ok()
    assert server.most_at_once() == most


def test_delay(webkeep, site):
    server = site(numbered_site(8, fan=7))
    webkeep.crawl(server.url + "/docs/", "--delay", 300).ok()
    starts = [one.began for one in server.requests()]
    gaps = [after - before for before, after in zip(starts, starts[1:])]
    assert min(gaps) > 0.250, gaps


def assert_waited(server, path, from_, to):
    first, second = server.requests(path)[:2]
    waited = second.began - first.ended
    assert from_ <= waited <= to * SLOW, f"waited {waited:.3f} s, wanted {from_} to {to}"
    return first, second


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_seconds(webkeep, site, status):
    pages = numbered_site(40, fan=39)
    pages["/docs/p1.html"] = retry_later(seconds=2, status=status)
    server = site(pages, pause=0.02)
    webkeep.crawl(server.url + "/docs/", "--concurrency", 2, timeout=90).ok()
    first, second = assert_waited(server, "/docs/p1.html", 2.0, 3.5)
    early = [one.path for one in server.requests() if first.ended + 0.1 < one.began < first.ended + 1.99]
    assert early == [], "the whole host is left in peace"
    assert server.url + "/docs/p1.html" in webkeep.pages()


def test_retry_after_date(webkeep, site):
    seen = {}

    async def refuse(request, wire):
        seen["date"] = int(time.time()) + 3
        return Reply("later", 429, headers=(("Retry-After", email.utils.formatdate(seen["date"], usegmt=True)),))

    pages = {"/": html("Start", links=["/a"]), "/a": [refuse, html("A")]}
    server = site(pages)
    offset = time.time() - time.monotonic()
    webkeep.crawl(server.url + "/", timeout=90).ok()
    second = server.requests("/a")[1]
    assert seen["date"] <= second.began + offset <= seen["date"] + 2 * SLOW


def test_retry_after_too_long_fails_the_page_at_once(webkeep, site):
    server = site({"/": html("Start", links=["/a", "/b"]), "/a": Reply("later", 429, headers=(("Retry-After", "86400"),)),
                   "/b": html("B")})
    began = time.monotonic()
    result = webkeep.crawl(server.url + "/", "--concurrency", 1, timeout=90)
    assert result.code in (PARTIAL, DONE) and time.monotonic() - began < 60 * SLOW
    assert re.search("429|come back|retry-after", result.said)


def test_a_server_in_trouble_is_not_hammered(webkeep, site):
    server = site({"/": html("Start", links=[f"/p{n}" for n in range(10)]), "/p*": Reply("broken", 503)})
    webkeep.crawl(server.url + "/", *QUICK, timeout=90).ok(PARTIAL)
    assert len(server.paths()) <= 1 + 10 * 3


# ---- redirects ----

def test_redirects_stay_http_and_in_scope(webkeep, site, sentinel):
    server = site({"/": html("Start", links=["/file", "/ftp", "/other", "/loop", "/good", "/long/0", "/userinfo"]),
                   "/file": redirect("file:///etc/passwd"), "/ftp": redirect("ftp://127.0.0.3/"),
                   "/other": redirect(sentinel.url + "/secret"), "/loop": redirect("/loop"), "/good": redirect("/there"),
                   "/there": html("There"), "/userinfo": redirect("http://127.0.0.1@127.0.0.3:" + str(sentinel.port) + "/")})

    async def on(request, wire):
        return redirect(f"/long/{int(request.path.rsplit('/', 1)[1]) + 1}")
    server.pages["/long/*"] = on
    webkeep.crawl(server.url + "/", *QUICK).ok(DONE, PARTIAL)
    assert sorted(webkeep.pages()) == [server.url + "/", server.url + "/there"]
    assert sentinel.log == []
    assert len([path for path in server.paths() if path.startswith("/long/")]) <= 22
    assert b"root:x:0" not in b"".join(path.read_bytes() for path in webkeep.data.rglob("*") if path.is_file())


# ---- secrets ----

def test_credentials_go_to_the_origin_only(webkeep, site):
    other_host = site({"/docs/": html("There"), "/*": html("There")}, host="127.0.0.2")
    other_port = site({"/docs/": html("There port"), "/*": html("There")})
    server = site({"/docs/": html("Start", links=["/docs/a"]), "/docs/a": html("A")})
    secrets = ("--header", "Authorization: Bearer sekret", "--header", "X-Token: sekret", "--cookies", "sid=sekret")
    webkeep.crawl(server.url + "/docs/", *secrets).ok()
    for one in server.log:
        assert one.headers.get("authorization") == "Bearer sekret" and one.headers.get("cookie") == "sid=sekret", one
    for other in (other_host, other_port):
        start = site({"/docs/": redirect(other.url + "/docs/")})
        webkeep.crawl(start.url + "/docs/", "--follow-base-redirect", *secrets).ok(DONE, PARTIAL, NOTHING)
        assert other_host.paths() or other is other_port
        for one in other.log:
            assert "sekret" not in str(one.headers), f"secrets went to {other.url}"
    assert other_host.paths()


def test_cookies_set_by_a_page_do_not_leak(webkeep, site):
    server = site({"/": Reply(html("Start", links=["/a"]), headers=(("Set-Cookie", "track=1"),)), "/a": html("A")})
    webkeep.crawl(server.url + "/").ok()
    assert all("track" not in one.headers.get("cookie", "") for one in server.log)


def test_userinfo_of_the_base_url_is_not_stored_in_names(webkeep, site):
    server = site({"/docs/": html("Start")})
    result = webkeep.crawl(server.url.replace("http://", "http://user:pa55w0rd@") + "/docs/")
    assert result.code in (DONE, USAGE)
    assert "pa55w0rd" not in result.text + webkeep.run("list", "--json").text


# ---- addresses ----

def spellings(port):
    return [f"http://{host}:{port}/" for host in ("127.0.0.3", "127.3", "2130706435", "0x7f000003", "017700000003", "0x7f.0.0.3",
                                                  "[::ffff:127.0.0.3]", "[::ffff:7f00:3]", "127.0.0.3.", "%31%32%37.0.0.3",
                                                  "１２７.0.0.3")]


@pytest.mark.parametrize("n", range(11))
def test_public_only_refuses_every_spelling(webkeep, sentinel, n):
    result = webkeep.crawl(spellings(sentinel.port)[n], "--public-only", *QUICK)
    assert result.code in (NOTHING, USAGE)
    assert re.search("address|private|not allowed|url", result.said), result.said
    assert sentinel.log == []


@pytest.mark.parametrize("url", ["http://localhost:PORT/", "http://0.0.0.0:PORT/", "http://[::1]:PORT/", "http://[::]:PORT/"])
def test_public_only_refuses_this_machine(webkeep, site, url):
    server = site({"/": html("Start")})
    assert webkeep.crawl(url.replace("PORT", str(server.port)), "--public-only", *QUICK).code == NOTHING
    assert server.log == []


def test_public_only_with_an_exception_judges_every_hop(webkeep, site, sentinel):
    server = site({"/": html("Start", links=["/a", "/out", sentinel.url + "/secret"]), "/a": html("A"),
                   "/out": redirect(sentinel.url + "/secret")})
    allowed = ("--public-only", "--allow-private", f"127.0.0.1:{server.port}")
    webkeep.crawl(server.url + "/", *allowed, *QUICK).ok(DONE, PARTIAL)
    assert server.url + "/a" in webkeep.pages()
    away = site({"/": redirect(sentinel.url + "/secret")})
    result = webkeep.crawl(away.url + "/", "--follow-base-redirect", "--public-only", "--allow-private",
                           f"127.0.0.1:{away.port}", *QUICK)
    assert result.code == NOTHING
    assert sentinel.log == []


def test_an_exception_is_for_its_port_only(webkeep, site):
    server, other = site({"/": html("Start")}), site({"/": html("Other")})
    result = webkeep.crawl(other.url + "/", "--public-only", "--allow-private", f"127.0.0.1:{server.port}", *QUICK)
    assert result.code == NOTHING and other.log == []


def test_public_only_sitemap_and_robots_redirects(webkeep, site, sentinel):
    server = site({"/": html("Start"), "/robots.txt": redirect(sentinel.url + "/robots.txt")})
    allowed = ("--public-only", "--allow-private", f"127.0.0.1:{server.port}")
    webkeep.crawl(server.url + "/", *allowed, *QUICK).ok(DONE, PARTIAL, NOTHING)
    server.pages["/robots.txt"] = robots(f"Sitemap: {sentinel.url}/map.xml\n")
    webkeep.crawl(server.url + "/", *allowed, *QUICK).ok(DONE, PARTIAL, NOTHING)
    assert sentinel.log == []


def test_private_addresses_are_fine_by_default(webkeep, site):
    server = site({"/": html("Start")})
    webkeep.crawl(server.url + "/").ok()


# ---- proxies ----

def test_a_proxy_is_used_and_the_environment_is_not(webkeep, site):
    target = "http://127.0.0.9:8099"
    proxy = site({target + "/robots.txt": robots(""), target + "/docs/": html("By proxy", links=["/docs/a"]),
                  target + "/docs/a": html("A")})
    webkeep.crawl(target + "/docs/", "--proxy", proxy.url).ok()
    assert webkeep.pages() == [target + "/docs/", target + "/docs/a"]
    direct = site({"/docs/": html("Direct")})
    asked = len(proxy.log)
    webkeep.run("crawl", direct.url + "/docs/", env={"http_proxy": proxy.url, "HTTP_PROXY": proxy.url, "ALL_PROXY": proxy.url}).ok()
    assert len(proxy.log) == asked and direct.paths() == ["/docs/"]


def test_public_only_judges_the_target_behind_a_proxy(webkeep, site):
    proxy = site({"/*": html("x"), "http*": html("By proxy")})
    result = webkeep.crawl("http://127.0.0.9:8099/docs/", "--proxy", proxy.url, "--public-only", "--allow-private",
                           f"127.0.0.1:{proxy.port}", *QUICK)
    assert result.code == NOTHING and proxy.log == []


# ---- bad manners, all of them ----

WAITING = ("/stall", "/stall-before-answer", "/drip", "/drip-headers")


def crawl_rude(webkeep, site, sentinel, leave_out, *args):
    pages, cases = rude_site(sentinel.url, leave_out)
    server = site(pages)
    began = time.monotonic()
    result = webkeep.crawl(server.url + "/", *args, timeout=300).ok(PARTIAL)
    took = time.monotonic() - began
    kept = set(webkeep.pages())
    lost = [path for path, (_, expected) in cases.items() if expected == FINE and server.url + path not in kept]
    wrong = [path for path, (_, expected) in cases.items() if expected == BAD and server.url + path in kept]
    assert (lost, wrong) == ([], []), f"lost {lost}, kept though broken {wrong}"
    assert sentinel.log == []
    webkeep.run("check").ok()
    return server, result, took


def test_rude_site(webkeep, site, sentinel):
    server, result, took = crawl_rude(webkeep, site, sentinel, (), *QUICK)
    assert took < 120 * SLOW
    for path, word in CHARSET_WORDS.items():
        shown = webkeep.run("show", "last", server.url + path, "--markdown").ok().text
        assert word in shown, path
    raw = webkeep.run("show", "last", server.url + "/charset-header", "--html").ok().out
    assert raw == server.pages["/charset-header"].body, "stored HTML is the body's own bytes"
    unpacked = webkeep.run("show", "last", server.url + "/gzip-twice", "--html").ok().out
    assert b"packed text" in unpacked
    webkeep.run("export", "last", "--out", "rude.zip").ok()
    webkeep.run("extract", "last").ok(DONE, PARTIAL)


def test_rude_site_with_default_limits(webkeep, site, sentinel):
    _, _, took = crawl_rude(webkeep, site, sentinel, WAITING)
    assert took < 180 * SLOW


@pytest.mark.skipif("asan" in os.environ.get("WEBKEEP_BIN", "") or "tsan" in os.environ.get("WEBKEEP_BIN", ""),
                    reason="a sanitizer's memory is not the program's")
@pytest.mark.parametrize("path", ["/bomb", "/bomb-twice", "/endless-body", "/endless-headers"])
def test_bombs_take_little_memory(webkeep, site, path):
    pages, _ = rude_site()
    pages["/"] = html("Start", links=[path])
    server = site(pages)
    crawl = webkeep.start("crawl", server.url + "/", *QUICK)
    peak = 0
    while crawl.alive():
        peak = max(peak, anonymous_kib(crawl.pid))
        time.sleep(0.005)
    crawl.wait(90).ok(PARTIAL)
    assert peak < 128 * 1024, f"{peak} KiB of anonymous memory"


def anonymous_kib(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("RssAnon")), 0)
    except OSError:
        return 0


def test_an_endless_site_ends_at_its_limit(webkeep, site):
    async def trap(request, wire):
        n = int(re.search(r"\d+", request.path).group())
        return Reply(html(f"Trap {n}", f"text {n}", [f"/trap/{n + 1}", f"/trap/{n + 2}?s={n}"]))
    server = site({"/": html("Start", links=["/trap/1"]), "/trap/*": trap})
    webkeep.crawl(server.url + "/", "--max-pages", 60).ok(PARTIAL)
    assert len(webkeep.pages()) == 60


def test_a_page_of_a_hundred_thousand_links(webkeep, site):
    links = "".join(f'<a href="/p{n}">p{n}</a>\n' for n in range(100000))
    server = site({"/": "<!doctype html><title>Many</title>" + links, "/p*": html("P")})
    webkeep.crawl(server.url + "/", "--max-pages", 30, timeout=120).ok(PARTIAL)
    assert len(webkeep.pages()) == 30


@pytest.mark.parametrize("body", [
    b"<div>" * 30000, b"<table><tr><td>" * 20000, b"<p>" + b"<b c=1>" * 500 + b"<p>x" * 20000, b"<a " + b"x=1 " * 100000 + b">",
    b"<!--" * 100000, b"<li>" * 50000, b"\xff\xfe" * 50000, b"<" * 200000, b"&#x110000;" * 20000,
], ids=["div", "table", "formatting", "attributes", "comments", "items", "utf16", "less-than", "entities"])
def test_hostile_html_is_no_more_than_a_page(webkeep, site, body):
    server = site({"/": html("Start", links=["/hostile", "/fine"]), "/hostile": Reply(body), "/fine": html("Fine")})
    webkeep.crawl(server.url + "/", timeout=60).ok(DONE, PARTIAL)
    assert server.url + "/fine" in webkeep.pages()
    assert webkeep.run("show", "last", server.url + "/hostile", "--html").ok().out == body


def test_keep_alive_is_used(webkeep, site):
    server = site(numbered_site(60))
    webkeep.crawl(server.url + "/docs/").ok()
    assert len({one.connection for one in server.log}) <= 8


def test_a_connection_that_closes_early_is_tried_again(webkeep, site):
    async def once(request, wire):
        raise (Abort if len(server.requests(request.path)) % 2 else Close)
    pages = numbered_site(10)
    for n in range(1, 10):
        pages[f"/docs/p{n}.html"] = [once, pages[f"/docs/p{n}.html"]]
    server = site(pages)
    webkeep.crawl(server.url + "/docs/", "--set", "fetch.retry_first_ms=50ms", timeout=90).ok()
    assert len(webkeep.pages()) == 10


# ---- TLS ----

def test_a_plain_server_on_an_https_url(webkeep, site):
    server = site({"/": html("Start")})
    result = webkeep.crawl(server.url.replace("http:", "https:") + "/", *QUICK).ok(NOTHING)
    assert re.search("tls|ssl|certificate|secure|connect", result.said)


def test_a_missing_cacert_is_told(webkeep, site):
    server = site({"/": html("Start")})
    result = webkeep.crawl(server.url + "/", "--cacert", "/no/such/ca.pem")
    assert result.code in (USAGE, STORAGE, NOTHING) and "ca.pem" in result.said


# ---- names ----

def test_ctrl_c_while_a_name_resolves(webkeep, silent_dns):
    webkeep.prefix = silent_dns.prefix
    crawl = webkeep.start("crawl", "http://never-answers.example/docs/")
    assert silent_dns.asked.wait(10 * SLOW)
    time.sleep(0.2)
    began = time.monotonic()
    crawl.interrupt()
    result = crawl.wait(30)
    assert time.monotonic() - began < 1.0 * SLOW, "a look-up must not hold up the end"
    assert result.code == INTERRUPTED


def test_cancel_while_a_name_resolves(webkeep, silent_dns):
    webkeep.prefix = silent_dns.prefix
    crawl = webkeep.start("crawl", "http://never-answers.example/docs/")
    assert silent_dns.asked.wait(10 * SLOW)
    wait_for(lambda: webkeep.run("list", "--json").rows)
    began = time.monotonic()
    webkeep.run("cancel", "last").ok()
    crawl.wait(30)
    assert time.monotonic() - began < 1.0 * SLOW


def test_a_name_that_never_resolves_ends_in_the_end(webkeep, silent_dns):
    webkeep.prefix = silent_dns.prefix
    result = webkeep.crawl("http://never-answers.example/docs/", *QUICK, timeout=120).ok(NOTHING)
    assert "never-answers.example" in result.said


def test_python_server_of_another_make(webkeep, tmp_path):
    """HTTP/1.0, one connection a request, another program's headers."""
    folder = tmp_path / "www"
    folder.mkdir()
    for name in ("index.html", "a.html"):
        (folder / name).write_text(html(name, "text", ["a.html"]))

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        webkeep.crawl(f"http://127.0.0.1:{server.server_port}/").ok()
        assert len(webkeep.pages()) == 2
    finally:
        server.shutdown()
        server.server_close()
