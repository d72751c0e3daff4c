# SPDX-License-Identifier: Apache-2.0
"""`webkeep repack`: the archive gets smaller and nothing of it changes, whenever it is stopped or killed."""
import json
import random
import time
import zipfile

import pytest
from harness import DONE, INTERRUPTED, NOTHING, STORAGE, USAGE, wait_for
from rude_server import numbered_site


def wordy_site(count, size=4000):
    """Pages of a few words each, which no other page has: a higher level of compression finds more in them."""
    source = random.Random(11)
    pages = numbered_site(count, size=8)
    for nth, path in enumerate(pages):
        if path != "/robots.txt":
            words = [f"{a}{nth}{b}" for a in ("page", "crawl", "archive", "the", "link", "<b>term</b> v") for b in ("s ", "ing ", "ed, ", " of ", ". ")]
            text = "".join(source.choices(words, k=size // 7))
            pages[path] = pages[path].replace("says:", "says: " + text)
    return pages


@pytest.fixture
def crawled(webkeep, site):
    """crawled(count, size) -> webkeep with one finished crawl of such a site, which is stopped."""
    def make(count, size=4000):
        server = site(wordy_site(count, size))
        webkeep.crawl(server.url + "/docs/", "--quiet", timeout=120).ok()
        server.stop()
        return webkeep
    return make


def contents(webkeep, name, job="last"):
    """What an export holds: its HTML, Markdown and list of pages."""
    webkeep.run("export", job, "--out", name, "--force", timeout=120).ok()
    with zipfile.ZipFile(webkeep.folder / name) as bundle:
        assert bundle.testzip() is None
        kept = {entry: bundle.read(entry) for entry in bundle.namelist()}
    pages = json.loads(kept.pop("manifest.json"))["pages"]
    return pages, kept


def packed_bytes(webkeep):
    return webkeep.run("check", "--json", timeout=120).ok().json["bytes"]


def test_an_export_is_the_same_before_and_after(crawled):
    webkeep = crawled(300, 12000)
    before, size = contents(webkeep, "before.zip"), packed_bytes(webkeep)
    report = webkeep.run("repack", "--json").ok().json
    assert report["bodies"] == report["repacked"] == 300 and report["level"] == 6
    assert report["bytes_before"] == size and report["bytes_after"] == packed_bytes(webkeep) < size
    assert report["disk_after"] < report["disk_before"] and not report["interrupted"]
    assert contents(webkeep, "after.zip") == before
    assert (webkeep.folder / "after.zip").stat().st_size < (webkeep.folder / "before.zip").stat().st_size
    data = webkeep.data / "store/data.mdb"
    assert data.stat().st_blocks * 512 == report["disk_after"]
    url = before[0][7]["url"]
    assert b"Page number" in webkeep.run("show", "last", url, "--html").ok().out


def test_what_it_says(crawled):
    webkeep = crawled(30)
    said = webkeep.run("repack").ok().last
    assert "30 bodies looked at, 30 repacked at level 6" in said and "bytes before" in said
    again = webkeep.run("repack").ok().last
    assert again.startswith("nothing to repack: 30 pages")
    assert webkeep.run("repack", "--level", 3, "--json").ok().json["bodies"] == 0
    higher = webkeep.run("repack", "last", "--level", 12, "--json").ok().json
    assert higher["bodies"] == 30 and higher["bytes_after"] <= higher["bytes_before"]


def test_a_crawl_packed_small_is_left_alone(webkeep, site):
    server = site(wordy_site(20))
    webkeep.crawl(server.url + "/docs/", "--set", "codec.level=9").ok()
    report = webkeep.run("repack", "--json").ok().json
    assert report["bodies"] == 0 and report["skipped"] == 20


def test_only_the_jobs_named(webkeep, site):
    first, second = site(wordy_site(20)), site(wordy_site(30, size=3000))
    webkeep.crawl(first.url + "/docs/").ok()
    webkeep.crawl(second.url + "/docs/").ok()
    jobs = [row["job"] for row in webkeep.run("list", "--json").ok().rows]
    assert webkeep.run("repack", jobs[0], "--json").ok().json["bodies"] == 20
    assert webkeep.run("repack", *jobs, "--json").ok().json["bodies"] == 30


def test_what_can_not_be_done_is_told(webkeep, site):
    nothing = webkeep.run("repack")
    assert nothing.code == NOTHING and nothing.err.strip()
    assert not (webkeep.data / "store").exists(), "asking makes no archive"
    server = site(wordy_site(5))
    webkeep.crawl(server.url + "/docs/").ok()
    assert webkeep.run("repack", "0000dead").code == NOTHING
    for level in ("0", "13", "six"):
        assert webkeep.run("repack", "--level", level).code == USAGE
    off = webkeep.run("repack", "--set", "repack.level=0")
    assert off.code == USAGE and "--level" in off.err
    assert webkeep.run("repack", "--set", "repack.level=8", "--json").ok().json["level"] == 8


def test_beside_a_crawl_the_holder_is_named(webkeep, site):
    server = site(numbered_site(400), pause=0.03)
    crawl = webkeep.start("crawl", server.url + "/docs/")
    wait_for(lambda: len(webkeep.try_pages()) > 5)
    refused = webkeep.run("repack")
    assert refused.code == STORAGE and str(crawl.pid) in refused.err and "crawl" in refused.err
    crawl.interrupt()
    crawl.wait(20)
    assert webkeep.run("repack", "--json").ok().json["bodies"] == len(webkeep.pages()), "what can be resumed is finished too"
    webkeep.run("resume", "last", "--quiet", timeout=120).ok()
    assert webkeep.run("repack", "--json").ok().json["skipped"] > 5
    webkeep.run("check").ok()


def test_ctrl_c_stops_it_and_it_goes_on(crawled):
    webkeep = crawled(80, 60000)
    before = contents(webkeep, "before.zip")
    repack = webkeep.start("repack", "--level", 12, "--json")
    time.sleep(0.4)
    assert repack.alive(), "more work than this is needed for the test"
    repack.interrupt()
    result = repack.wait(10)
    assert result.code == INTERRUPTED and result.json["interrupted"] and "goes on" in result.err
    done = result.json["bodies"]
    assert done < 80
    webkeep.run("check").ok()
    rest = webkeep.run("repack", "--level", 12, "--json", timeout=120).ok().json
    assert rest["bodies"] + done == 80 and rest["skipped"] == done
    assert contents(webkeep, "after.zip") == before


def test_ctrl_c_twice_ends_it_at_once(crawled):
    webkeep = crawled(80, 60000)
    repack = webkeep.start("repack", "--level", 12)
    time.sleep(0.3)
    repack.interrupt()
    time.sleep(0.001)
    repack.interrupt()
    assert repack.wait(10).code == INTERRUPTED
    webkeep.run("check").ok()


def test_kill_9_again_and_again(crawled):
    """Killed where it may be, with exports during it: every export is the same, and each run goes on."""
    webkeep = crawled(100, 60000)
    source = random.Random(3)
    before = contents(webkeep, "before.zip")
    for turn in range(8):
        repack = webkeep.start("repack", "--level", 12)
        time.sleep(source.uniform(0.05, 0.5))
        if turn % 3 == 0:
            assert contents(webkeep, "during.zip") == before
        repack.kill9()
        webkeep.run("check", timeout=120).ok()
    rest = webkeep.run("repack", "--level", 12, "--json", timeout=120).ok().json
    done = rest["skipped"]
    assert done > 0, "what was committed before a kill is not done again"
    assert rest["bodies"] + done == 100
    assert contents(webkeep, "after.zip") == before
    assert webkeep.run("repack", "--level", 12, "--json").ok().json["bodies"] == 0
    webkeep.run("check").ok()


def test_the_space_is_used_again(webkeep, site):
    """Crawl, repack and delete in turn: the archive on disk does not grow with the number of turns."""
    server = site(wordy_site(150, 12000))
    sizes = []
    for _ in range(5):
        webkeep.crawl(server.url + "/docs/", "--quiet").ok()
        webkeep.run("repack", "--quiet").ok()
        sizes.append((webkeep.data / "store/data.mdb").stat().st_blocks * 512)
        assert webkeep.run("delete", "last").code == DONE
    assert max(sizes) < 1.5 * sizes[0], sizes
    report = webkeep.run("repack", "--json").ok().json
    assert report["bodies"] == 0 and report["disk_after"] < sizes[0] / 3, "what deleted jobs took goes back to the disk"
    webkeep.run("check").ok()
