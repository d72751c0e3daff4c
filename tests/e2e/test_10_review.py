# SPDX-License-Identifier: Apache-2.0
"""Where crawls ended wrong, never, or said too little: one test for each fault that was found by review."""
import json
import os
import re
import socket
import subprocess
import time

import pytest
from harness import DONE, INTERRUPTED, NOTHING, PARTIAL, QUICK, SLOW, STORAGE, USAGE, wait_for
from rude_server import Reply, html, numbered_site, redirect, stall


def plain(text, **more):
    return Reply(text, type="text/plain", **more)


# ---- crawls that must end ----

def test_a_host_that_dies_with_a_full_window_ends_the_crawl(webkeep, site):
    server = site(numbered_site(300, fan=299), pause=0.02)
    crawl = webkeep.start("crawl", server.url + "/docs/", "--set", "frontier.window_urls=16", *QUICK)
    wait_for(lambda: len(server.requests()) >= 10)
    server.stop()
    result = crawl.wait(60).ok(PARTIAL)
    assert "resume" in result.said
    webkeep.run("check").ok()


def test_large_robots_files_do_not_use_up_the_room_for_pages(webkeep, site):
    pages = numbered_site(20)
    pages["/robots.txt"] = plain("User-agent: *\nDisallow: /closed/\n" + "# filler\n" * 200000)
    server = site(pages)
    webkeep.crawl(server.url + "/docs/", "--set", "fetch.inflight_bytes=1MiB", timeout=30).ok()
    assert len(webkeep.pages()) == 20


def test_an_endless_robots_is_read_to_its_limit(webkeep, site):
    async def endless(request, wire):
        await wire.head("Content-Type: text/plain")
        await wire.send("User-agent: *\nDisallow: /docs/p1.html\n")
        while True:
            await wire.send("# filler\n" * 10000)

    server = site({**numbered_site(5), "/robots.txt": endless})
    webkeep.crawl(server.url + "/docs/", *QUICK).ok()
    assert sorted(server.paths()) == ["/docs/", "/docs/p2.html", "/docs/p3.html", "/docs/p4.html"]


def test_a_long_retry_after_is_not_forgotten_by_a_short_one(webkeep, site):
    """Two answers under way: the first sends the host away for a day, the second is busy without a word."""
    pages = {"/": html("Start", links=[f"/p{n}" for n in range(8)]),
             "/p*": Reply("busy", 503, pause=0.4),
             "/p0": Reply("go away", 429, headers=(("Retry-After", "86400"),), pause=0.2)}
    server = site(pages)
    result = webkeep.crawl(server.url + "/", *QUICK, timeout=40).ok(PARTIAL)
    assert "come back" in result.said


# ---- redirects ----

@pytest.mark.parametrize("start, there", [("/", "/index.html"), ("/docs/", "/docs/index.html"), ("/", "/?utm_source=x")])
def test_a_redirect_to_another_spelling_of_the_same_page(webkeep, site, start, there):
    server = site({start: redirect(there), there: html("Home", links=["/docs/a.html"]), "/docs/a.html": html("A")})
    webkeep.crawl(server.url + start, "--whole-domain").ok()
    assert server.url + "/docs/a.html" in webkeep.pages() and len(webkeep.pages()) == 2
    assert "Home" in webkeep.run("show", "last", server.url + start).ok().text


def test_a_redirect_that_adds_an_ignored_query(webkeep, site):
    server = site({"/": html("Start", links=["/a?x=1"]), "/a?x=1": redirect("/a?x=1&s=2"), "/a?x=1&s=2": html("A")})
    webkeep.crawl(server.url + "/", "--ignore-query").ok()
    assert len(webkeep.pages()) == 2


def test_spellings_that_redirect_to_each_other_end(webkeep, site):
    server = site({"/": redirect("/index.html"), "/index.html": redirect("/")})
    result = webkeep.crawl(server.url + "/", *QUICK).ok(NOTHING)
    assert "redirects" in result.said
    assert len(server.paths()) <= 22


def test_a_base_that_redirects_in_a_circle_says_so(webkeep, site):
    server = site({"/docs/": redirect("/docs/a"), "/docs/a": redirect("/docs/")})
    assert "circle" in webkeep.crawl(server.url + "/docs/", *QUICK).ok(NOTHING).said


@pytest.mark.parametrize("target, word", [(Reply("no", 403), "403"), (Reply("no", 404), "404"),
                                          (Reply(b"%PDF", type="application/pdf"), "application/pdf")])
def test_a_base_that_redirects_to_trouble_says_which(webkeep, site, target, word):
    server = site({"/docs/": redirect("/docs/start"), "/docs/start": target})
    said = webkeep.crawl(server.url + "/docs/", *QUICK).ok(NOTHING).said
    assert word in said and "/docs/start" in said


@pytest.mark.parametrize("status", [300, 304, 305, 306])
def test_other_answers_with_a_location_are_no_pages(webkeep, site, status):
    server = site({"/": html("Start", links=["/a"]), "/a": redirect("/b", status), "/b": html("B")})
    webkeep.crawl(server.url + "/", *QUICK).ok(PARTIAL, DONE)
    assert server.url + "/a" not in webkeep.pages()


# ---- limits ----

def test_max_pages_is_exact_whatever_happens_between(webkeep, site):
    pages = numbered_site(200, fan=12)
    for n in range(3, 200, 7):
        pages[f"/docs/p{n}.html"] = Reply("gone", 404)
    for n in range(4, 200, 7):
        pages[f"/docs/p{n}.html"] = [Reply("later", 503), pages[f"/docs/p{n}.html"]]
    for n in range(5, 200, 7):
        pages[f"/docs/p{n}.html"] = Reply(b"\x89PNG", type="image/png")
    for n in range(6, 200, 14):
        pages[f"/docs/p{n}.html"] = redirect(f"/docs/p{n + 1}.html")
    server = site(pages, pause=0.005)
    for most in (1, 2, 3, 7, 20, 41):
        result = webkeep.crawl(server.url + "/docs/", "--max-pages", most, *QUICK).ok(PARTIAL)
        assert result.last.startswith(f"pages {most},")
        assert len(webkeep.pages()) == most
    more = webkeep.run("resume", "last", "--max-pages", "60", *QUICK)
    assert len(webkeep.pages()) == 60, more
    webkeep.run("check").ok()


def test_max_pages_of_nothing_is_refused(webkeep, site):
    server = site({"/": html("Start")})
    assert "max-pages" in webkeep.crawl(server.url + "/", "--max-pages", 0).ok(USAGE).said
    assert server.log == []


def test_many_hosts_and_few_connections(webkeep, site, mount_space, tmp_path):
    """Names that are being resolved hold no connection, so more pages may be under way than connections."""
    hosts = [f"h{n}.site.test" for n in range(12)]
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n" + "".join(f"127.0.0.1 {host}\n" for host in ["site.test", *hosts]))
    webkeep.prefix = mount_space(f'mount --bind "{tmp_path}/hosts" /etc/hosts').prefix
    server = site({"/*": html("Sub"), "/": html("Start"), "/robots.txt": plain("")}, pause=0.05)
    server.pages["/"] = html("Start", links=[f"http://{host}:{server.port}/page{n}" for host in hosts for n in range(3)])
    webkeep.crawl(f"http://site.test:{server.port}/", "--subdomains", "--set", "fetch.connections=2",
                  "--set", "fetch.retries=0", timeout=60).ok()
    assert len(webkeep.pages()) == 37


def test_64_descriptors_are_enough(webkeep, site):
    server = site(numbered_site(120, fan=40), pause=0.01)
    webkeep.prefix = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"]
    webkeep.crawl(server.url + "/docs/", "--concurrency", 100, "--set", "fetch.connections=128", timeout=90).ok()
    assert len(webkeep.pages()) == 120


# ---- stopping and going on ----

def test_ctrl_c_does_not_give_up_what_was_busy(webkeep, site):
    busy = Reply("busy", 503, pause=0.6)
    pages = {"/": html("Start", links=[f"/p{n}" for n in range(4)]), **{f"/p{n}": [busy, html(f"P{n}")] for n in range(4)}}
    server = site(pages)
    crawl = webkeep.start("crawl", server.url + "/", *QUICK)
    wait_for(lambda: "/p0" in server.paths())
    crawl.interrupt()
    assert crawl.wait(20).code == INTERRUPTED
    webkeep.run("resume", "last", *QUICK).ok()
    assert len(webkeep.pages()) == 5


def test_resume_that_gets_nothing_still_exports_what_is_there(webkeep, site):
    server = site(numbered_site(30), pause=0.02)
    webkeep.crawl(server.url + "/docs/", "--max-pages", 10).ok(PARTIAL)
    server.pages.update({path: stall for path in server.pages if path != "/robots.txt"})
    resume = webkeep.start("resume", "last", "--max-pages", "20", "--out", "some.zip")
    asked = len(server.requests())
    wait_for(lambda: len(server.requests()) > asked)
    webkeep.run("cancel", "last").ok()
    result = resume.wait(20)
    assert result.last.startswith("pages 10,")
    assert (webkeep.folder / "some.zip").exists()


def test_nothing_left_is_told_in_the_form_that_was_asked_for(webkeep, site):
    server = site({"/": html("Start")})
    webkeep.crawl(server.url + "/").ok()
    assert webkeep.run("resume", "last").ok().last.startswith("pages 1,")
    told = webkeep.run("resume", "last", "--json").ok().json
    assert (told["pages"], told["status"]) == (1, "done")


def test_a_proxy_with_a_password_must_be_given_again(webkeep, site):
    target = "http://127.0.0.9:8099"
    pages = {target + path: page for path, page in numbered_site(30).items()}
    proxy = site(pages)
    with_secret = proxy.url.replace("http://", "http://me:pa55w0rd@")
    webkeep.crawl(target + "/docs/", "--proxy", with_secret, "--max-pages", 5).ok(PARTIAL)
    assert "--proxy" in webkeep.run("resume", "last", "--cookies", "a=b", "--max-pages", "9").ok(NOTHING).said
    webkeep.run("resume", "last", "--proxy", with_secret, "--max-pages", "9").ok(PARTIAL)
    for path in webkeep.data.rglob("*"):
        assert path.is_dir() or b"pa55w0rd" not in path.read_bytes(), path


def test_an_interrupted_crawl_still_reads_its_sitemap(webkeep, site):
    async def slow_map(request, wire):
        slow_map.asked += 1
        if slow_map.asked == 1:
            return await stall(request, wire)
        text = f"<urlset><url><loc>{server.url}/docs/only-in-the-map.html</loc></url></urlset>"
        return Reply(text, type="application/xml")
    slow_map.asked = 0
    async def robots(request, wire):
        return plain(f"Sitemap: {server.url}/map.xml\n")
    server = site({**numbered_site(60), "/robots.txt": robots, "/map.xml": slow_map, "/docs/only-in-the-map.html": html("Hidden")}, pause=0.03)
    crawl = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: slow_map.asked and len(server.requests()) > 10)
    webkeep.run("cancel", "last").ok()
    crawl.wait(20)
    webkeep.run("resume", "last").ok()
    assert server.url + "/docs/only-in-the-map.html" in webkeep.pages()


def test_a_running_job_is_not_deleted(webkeep, site):
    """Also not by who asks the owner directly."""
    server = site(numbered_site(300), pause=0.05)
    crawl = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: webkeep.try_pages())
    job = webkeep.run("list", "--json").ok().rows[0]["job"]
    assert "cancel" in webkeep.run("delete", job).ok(NOTHING).said
    with socket.socket(socket.AF_UNIX) as ask:
        ask.connect(str(webkeep.data / "webkeep.sock"))
        ask.sendall(f"delete {job.replace('-', '')}\n".encode())
        assert ask.recv(1000).startswith(b"error ")
    webkeep.run("cancel", job).ok()
    crawl.wait(20).ok(PARTIAL)
    assert webkeep.pages()


def test_a_long_path_of_the_data_folder_can_be_controlled(webkeep, site):
    server = site(numbered_site(300), pause=0.05)
    webkeep.data = webkeep.folder / ("a" * 100) / ("b" * 100)
    crawl = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: webkeep.try_pages())
    webkeep.run("cancel", "last").ok()
    assert "cancelled" in crawl.wait(20).ok(PARTIAL).said
    assert not list(webkeep.data.glob("*.sock"))


def test_delete_and_export_of_other_jobs_beside_a_crawl(webkeep, site):
    server, other = site(numbered_site(200), pause=0.02), site(numbered_site(150))
    webkeep.crawl(other.url + "/docs/").ok()
    old = webkeep.run("list", "--json").ok().rows[0]["job"]
    crawl = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: webkeep.try_pages())
    webkeep.run("export", old, "--out", "old.zip").ok()
    webkeep.run("delete", old).ok()
    crawl.wait(60).ok()
    assert [row["status"] for row in webkeep.run("list", "--json").ok().rows] == ["done"]
    webkeep.run("check").ok()


# ---- what is said, and where it goes ----

def test_a_long_retry_after_on_the_base_is_told(webkeep, site):
    server = site({"/": Reply("later", 429, headers=(("Retry-After", "86400"),))})
    assert "come back" in webkeep.crawl(server.url + "/").ok(NOTHING).said


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_retry_after_on_robots_leaves_the_urls_for_later(webkeep, site, status):
    """What may be fetched is not known, so nothing is; and nothing has failed."""
    robots = [Reply("later", status, headers=(("Retry-After", "86400"),)), Reply("User-agent: *\nDisallow: /b\n", type="text/plain")]
    server = site({"/": html("Start", links=["/a", "/b"]), "/a": html("A"), "/b": html("B"), "/robots.txt": robots})
    assert "come back in 86400 s" in webkeep.crawl(server.url + "/").ok(NOTHING).said
    assert server.paths() == [] and len(server.requests("/robots.txt")) == 1
    assert webkeep.run("why", "last", server.url + "/", "--json").ok().rows[0]["state"] == "ready"
    webkeep.run("resume", "last").ok()
    assert webkeep.pages() == [server.url + "/", server.url + "/a"]
    assert "/b" not in server.paths()


def test_a_server_can_not_write_to_the_terminal(webkeep, site):
    bell = "\x1b]0;owned\x07"
    server = site({"/": html("Start", links=["/type", "/where"]) .replace("Start", "Start&#27;[2J&#10;x"),
                   "/type": Reply("x", type=f"application/{bell}x"), "/where": Reply("", 302, headers=(("Location", f"http://[{bell}"),))})
    result = webkeep.crawl(server.url + "/", *QUICK).ok(PARTIAL)
    shown = [result, webkeep.run("pages", "last"), webkeep.run("why", "last", server.url + "/type"),
             webkeep.run("why", "last", server.url + "/where"), webkeep.run("retry", "last", *QUICK)]
    for one in shown:
        assert "\x1b" not in one.text + one.err and "\x07" not in one.text + one.err, one
    assert len(webkeep.run("pages", "last").lines) == 1


def shell(webkeep, line, *words):
    return subprocess.run(["sh", "-c", line, "sh", webkeep.binary, *words], cwd=webkeep.folder, env=webkeep.environment(),
                          capture_output=True, text=True, timeout=60 * SLOW)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_do_not_end_up_in_the_store(webkeep, site, closed):
    server = site(numbered_site(40))
    for _ in range(2): # the second one has something to say on stderr too
        shell(webkeep, f'exec "$@" {closed}', "crawl", server.url + "/docs/")
    webkeep.run("check").ok()
    assert len(webkeep.pages()) == 40
    for path in webkeep.data.rglob("*"):
        assert path.is_dir() or not re.search(b"pages 40|crawled before", path.read_bytes()), path


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize("command", [("list",), ("pages", "last", "--json"), ("show", "last", "BASE"), ("extract", "last"),
                                     ("export", "last", "--out", "-"), ("check",)])
def test_a_full_stdout_is_told(webkeep, site, command):
    server = site(numbered_site(40, size=3000))
    webkeep.crawl(server.url + "/docs/").ok()
    words = [server.url + "/docs/" if word == "BASE" else word for word in command]
    done = shell(webkeep, 'exec "$@" >/dev/full', *words)
    assert done.returncode == STORAGE and re.search("space|written", done.stderr), done


def test_a_reader_that_had_enough_is_no_trouble(webkeep, site):
    server = site(numbered_site(400, fan=399))
    webkeep.crawl(server.url + "/docs/").ok()
    done = shell(webkeep, '{ "$@"; echo "code $?" >&2; } | head -n 1', "pages", "last", "--json")
    assert done.stderr == "code 0\n" and done.stdout.count("\n") == 1


def test_json_goes_where_the_report_goes(webkeep, site):
    server = site({"/": html("Start")})
    result = webkeep.crawl(server.url + "/", "--json", "--out", "-").ok()
    assert result.out.startswith(b"PK") and json.loads(result.err.splitlines()[-1])["pages"] == 1


# ---- options ----

def test_allow_private_takes_a_list(webkeep, site):
    server = site({"/": html("Start")})
    allowed = f"127.0.0.2:1,127.0.0.1:{server.port},[::1]"
    webkeep.crawl(server.url + "/", "--public-only", "--allow-private", allowed).ok()


def test_a_proxy_is_no_way_round_allow_private(webkeep, site):
    proxy = site({"/*": html("x"), "http*": html("By proxy")})
    result = webkeep.crawl("http://localhost:8099/", "--proxy", proxy.url, "--allow-private", "127.0.0.2", *QUICK)
    assert result.code == NOTHING and proxy.log == []


LONG = type("Long", (str,), {"__repr__": lambda self: "long"})("X-Token: " + "a" * 9000)


@pytest.mark.parametrize("option, value, word", [
    ("--proxy", "nonsense", "proxy"), ("--proxy", "ftp://h:1/", "proxy"), ("--proxy", "http://me:pa55w0rd@h:99999", "proxy"),
    ("--proxy", "gopher://me:pa55w0rd@h/", "proxy"), ("--proxy", "http://h\r\nX: y", "proxy"),
    ("--header", LONG, "header"), ("--header", "X: a\x7fb", "header"), ("--header", "Content-Length: 5", "header"),
    ("--header", "Transfer-Encoding: chunked", "header"), ("--cookies", "a=b\nX: y", "cookies"),
    ("--user-agent", "me\r\nX: y", "user-agent"), ("--cacert", "/no/such/file", "cacert"), ("--delay", "99999999999", "delay"),
    ("--delay", "-1", "delay"), ("--concurrency", "0", "concurrency"), ("--concurrency", "4294967297", "concurrency"),
    ("--max-depth", "-2", "max-depth"), ("--max-pages", "1e3", "max-pages"), ("--allow-private", "a b", "allow"),
], ids=lambda value: str(value)[:20])
def test_bad_values(webkeep, site, option, value, word):
    server = site({"/": html("Start")})
    result = webkeep.crawl(server.url + "/", option, value).ok(USAGE)
    assert word in result.said and "pa55w0rd" not in result.said and len(result.err.splitlines()) == 1
    assert server.log == []


def test_an_option_before_no_command(webkeep):
    assert "command" in webkeep.run("--data", "/tmp/x").ok(USAGE).said
