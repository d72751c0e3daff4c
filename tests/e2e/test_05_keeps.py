# SPDX-License-Identifier: Apache-2.0
"""Nothing that was acknowledged is lost: Ctrl-C, kill -9, resume, and readers beside a crawl.

Acknowledged means: `webkeep pages` has shown it, so it was committed.
"""
import io
import json
import random
import re
import subprocess
import threading
import time
import urllib.request
import zipfile

import pytest
from harness import DONE, INTERRUPTED, NOTHING, PARTIAL, SLOW, USAGE, wait_for
from rude_server import bulky_site, html, numbered_site, stall


def urls_of(server):
    return {server.url + path for path in server.pages if path != "/robots.txt"}


def test_ctrl_c_once_finishes_what_is_in_flight(webkeep, site):
    server = site(numbered_site(300), pause=0.03)
    crawl = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: len(server.requests()) >= 40)
    crawl.interrupt()
    result = crawl.wait(15)
    assert result.code == INTERRUPTED, result
    assert "resume" in result.said
    asked = set(server.paths())
    kept = webkeep.pages()
    assert {server.url + path for path in asked} == set(kept), "what was in flight was finished and committed"
    assert re.search(rf"^pages {len(kept)}\b", result.last) or f"{len(kept)}" in result.said
    webkeep.run("resume", "last").ok()
    assert set(webkeep.pages()) == urls_of(server)
    assert len(server.paths()) == 300, "nothing is fetched twice"
    webkeep.run("check").ok()


def test_ctrl_c_twice_stops_at_once(webkeep, site):
    pages = numbered_site(30)
    for n in range(8):
        pages[f"/docs/stall{n}.html"] = stall
        pages["/docs/"] = pages["/docs/"].replace("</ul>", f'<li><a href="stall{n}.html">s</a></li></ul>')
    server = site(pages)
    crawl = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: webkeep.try_pages() and any("stall" in path for path in server.paths()), what="a page that stalls")
    crawl.interrupt()
    time.sleep(0.5)
    kept = webkeep.pages()
    assert crawl.alive(), "once: it waits for what is in flight"
    began = time.monotonic()
    crawl.interrupt()
    result = crawl.wait(10)
    assert time.monotonic() - began < 1.0 * SLOW
    assert result.code == INTERRUPTED
    assert set(kept) <= set(webkeep.pages())
    webkeep.run("check").ok()


def test_sigterm_is_like_ctrl_c(webkeep, site):
    server = site(numbered_site(300), pause=0.03)
    crawl = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: len(server.requests()) >= 20)
    crawl.signal(15)
    assert crawl.wait(15).code == INTERRUPTED
    assert {server.url + path for path in server.paths()} == set(webkeep.pages())


def test_a_gone_reader_of_stdout_is_no_crash(webkeep, site):
    server = site(numbered_site(60, size=8000))
    webkeep.crawl(server.url + "/docs/").ok()
    for args in (("export", "last", "--out", "-"), ("pages", "last", "--json"), ("extract", "last")):
        child = subprocess.Popen([webkeep.binary, *args], cwd=webkeep.folder, env=webkeep.environment(),
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdout.close()
        err = child.stderr.read().decode()
        assert child.wait(30) not in (-6, -11, 134, 139), err
    webkeep.run("check").ok()


def test_resume_of_what_is_done_says_so(webkeep, site):
    server = site(numbered_site(5))
    webkeep.crawl(server.url + "/docs/").ok()
    result = webkeep.run("resume", "last")
    assert result.code in (DONE, NOTHING, USAGE) and result.said.strip()
    assert len(server.paths()) == 5


def test_cancel_from_another_process(webkeep, site):
    server = site(numbered_site(500), pause=0.05)
    crawl = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: len(webkeep.try_pages()) > 5)
    began = time.monotonic()
    webkeep.run("cancel", "last").ok()
    result = crawl.wait(10)
    assert time.monotonic() - began < 3 * SLOW
    assert result.code in (PARTIAL, INTERRUPTED)
    assert "cancel" in webkeep.run("list", "--json").ok().text
    kept = webkeep.pages()
    webkeep.run("resume", "last", "--quiet", timeout=120).ok()
    assert set(kept) <= set(webkeep.pages()) and len(webkeep.pages()) == 500


def test_secrets_are_not_kept_and_a_resume_asks_for_them(webkeep, site):
    server = site(numbered_site(200), pause=0.03)
    crawl = webkeep.start("crawl", server.url + "/docs/", "--cookies", "sid=Qx93secretQx93", "--header", "X-Key: Zk41secretZk41")
    wait_for(lambda: len(webkeep.try_pages()) > 5)
    crawl.interrupt()
    assert crawl.wait(15).code == INTERRUPTED
    assert all(one.headers.get("cookie") == "sid=Qx93secretQx93" for one in server.requests())
    for path in webkeep.data.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"Qx93secretQx93" not in data and b"Zk41secretZk41" not in data, path
    asked = len(server.requests())
    refused = webkeep.run("resume", "last")
    assert refused.code in (NOTHING, USAGE) and "cookie" in refused.said
    assert len(server.requests()) == asked
    webkeep.run("resume", "last", "--cookies", "sid=again", timeout=120).ok()
    assert server.requests()[-1].headers.get("cookie") == "sid=again"


class Beside:
    """Reads the store again and again while a crawl runs, and remembers what it was shown."""

    def __init__(self, webkeep, commands):
        self.webkeep, self.commands = webkeep, commands
        self.acknowledged, self.runs, self.wrong = [], 0, []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(60)

    def _loop(self):
        while not self._stop.is_set():
            try:
                self._once()
            except AssertionError as error:
                self.wrong.append(str(error))
            self.runs += 1

    def _once(self):
        kept = self.webkeep.try_pages()
        if not kept:
            return
        if not set(self.acknowledged) <= set(kept):
            self.wrong.append(f"shown before, gone now: {set(self.acknowledged) - set(kept)}")
        self.acknowledged = kept
        if "show" in self.commands:
            shown = self.webkeep.run("show", "last", kept[-1], "--html").ok()
            if b"Page" not in shown.out:
                self.wrong.append(f"show {kept[-1]} gave {shown.out[:80]!r}")
        if "export" in self.commands:
            piped = self.webkeep.run("export", "last", "--out", "-", "--include", "html").ok(DONE, PARTIAL)
            with zipfile.ZipFile(io.BytesIO(piped.out)) as bundle:
                if bundle.testzip() or len(json.loads(bundle.read("manifest.json"))["pages"]) < len(kept):
                    self.wrong.append("an export beside the crawl has fewer pages than were acknowledged")
        if "check" in self.commands:
            self.webkeep.run("check").ok()


def test_readers_beside_a_crawl(webkeep, site):
    server = site(numbered_site(400), pause=0.02)
    crawl = webkeep.start("crawl", server.url + "/docs/")
    with Beside(webkeep, ("show", "export", "check")) as beside:
        result = crawl.wait(120)
    assert result.ok().last.startswith("pages 400")
    assert beside.wrong == [] and beside.runs >= 3
    assert set(beside.acknowledged) <= set(webkeep.pages())


def test_the_map_grows_with_readers_beside(webkeep, site):
    server = site(bulky_site(300), pause=0.01)
    crawl = webkeep.start("crawl", server.url + "/docs/", "--set", "store.map_bytes=1MiB")
    with Beside(webkeep, ("show", "export")) as beside:
        result = crawl.wait(120)
    assert result.ok().last.startswith("pages 300")
    assert beside.wrong == [] and beside.acknowledged
    assert sum(path.stat().st_size for path in webkeep.data.rglob("data.mdb")) > 4 << 20
    webkeep.run("check").ok()


@pytest.mark.parametrize("commands", [(), ("show", "export")], ids=["alone", "with readers beside"])
def test_kill_9_ten_times_in_one_crawl(webkeep, site, commands):
    source = random.Random(9 + len(commands))
    server = site(numbered_site(1000, size=900), pause=0.03)
    kills, acknowledged = 0, set()
    with Beside(webkeep, commands) as beside:
        while True:
            asked = len(server.requests())
            crawl = webkeep.start(*(("resume", "last") if webkeep.try_pages() or kills else ("crawl", server.url + "/docs/")))
            wait_for(lambda: len(server.requests()) > asked or not crawl.alive(), what="a request of the new start")
            if kills == 10:
                crawl.wait(180).ok()
                break
            time.sleep(source.uniform(0.02, 0.35) * SLOW)
            assert crawl.alive(), f"the crawl ended before kill {kills + 1}: {crawl.wait(1).said[-500:]}"
            acknowledged |= set(beside.acknowledged)
            crawl.kill9()
            kills += 1
            committed = set(webkeep.try_pages())
            assert acknowledged <= committed, "shown before the kill, gone after it"
            acknowledged |= committed
            webkeep.run("check").ok()
            server.on_request = refuse_again(server, frozenset(committed))
    assert server.fetched_again == [], "committed before the kill, and asked for again after it"
    assert beside.wrong == []
    kept = webkeep.pages()
    assert set(kept) == urls_of(server) and len(kept) == len(set(kept)) == 1000
    twice = len(server.paths()) - len(set(server.paths()))
    assert twice <= kills * 40, f"{twice} pages were fetched twice after {kills} kills"
    webkeep.run("check").ok()


def refuse_again(server, committed):
    """A watcher of the server's log: a request for a committed page is a fault. Late answers don't matter: the
    killed process can't ask any more."""
    if not hasattr(server, "fetched_again"):
        server.fetched_again = []

    def watch(request):
        if server.url + request.path in committed:
            server.fetched_again.append(request.path)
    return watch


def test_kill_9_before_the_first_page(webkeep, site):
    server = site(numbered_site(20), pause=0.2)
    for _ in range(3):
        crawl = webkeep.start("crawl", server.url + "/docs/")
        time.sleep(0.08)
        crawl.kill9()
        assert webkeep.run("list").code == DONE
    webkeep.crawl(server.url + "/docs/", timeout=90).ok()
    webkeep.run("check").ok()


def test_kill_9_of_an_export_leaves_no_half_file(webkeep, site):
    server = site(numbered_site(200, size=20000))
    webkeep.crawl(server.url + "/docs/", timeout=120).ok()
    for delay in (0.005, 0.01, 0.02, 0.04):
        export = webkeep.start("export", "last", "--out", "half.zip")
        time.sleep(delay)
        export.kill9()
        path = webkeep.folder / "half.zip"
        if path.exists():
            assert zipfile.ZipFile(path).testzip() is None
            path.unlink()
    webkeep.run("export", "last", "--out", "half.zip").ok()
    assert zipfile.ZipFile(webkeep.folder / "half.zip").testzip() is None


def test_the_watcher_sees_a_second_fetch(site):
    """The watcher itself sees what it should."""
    server = site({"/a": html("A")})
    server.on_request = refuse_again(server, frozenset({server.url + "/a"}))
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(server.url + "/a").read()
    assert server.fetched_again == ["/a"]
