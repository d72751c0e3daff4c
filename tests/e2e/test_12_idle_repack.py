# SPDX-License-Identifier: Apache-2.0
"""`webkeep serve` repacks what was crawled when nobody wants anything, and makes way at once when somebody does."""
import json
import pathlib
import sys
import time
import zipfile

import pytest
from harness import SLOW, wait_for
from rude_server import html
from test_11_repack import wordy_site

sys.path.insert(0, str(pathlib.Path(__file__).parent / "service"))
import serving  # noqa: E402


@pytest.fixture
def serve(tmp_path):
    """serve(**settings) -> a running service; again: one that goes on with the same folder."""
    made = []

    def make(**settings):
        settings = {name.replace("__", "."): value for name, value in settings.items()}
        one = serving.Service(tmp_path, settings={"repack.idle_ms": "300ms", **settings}, options=("--log-json",))
        made.append(one)
        return one.start()

    yield make
    for one in made:
        one.end()


def runs(service):
    """What the log tells of repacking so far."""
    rows = [json.loads(line) for line in service.log() if line.startswith("{")]
    return [row for row in rows if row["event"] == "repack"]


def bodies(service):
    return sum(run["bodies"] for run in runs(service))


def contents(webkeep, name):
    """What an export of the crawl holds."""
    job = next(row["job"] for row in webkeep.run("list", "--json").ok().rows if row["kind"] == "crawl")
    webkeep.run("export", job, "--out", name, timeout=120).ok()
    with zipfile.ZipFile(webkeep.folder / name) as bundle:
        kept = {entry: bundle.read(entry) for entry in bundle.namelist()}
    return json.loads(kept.pop("manifest.json"))["pages"], kept


def packed_bytes(webkeep):
    return webkeep.run("check", "--json", timeout=120).ok().json["bytes"]


def crawl(service, server, pages):
    id, status = service.client().crawl(server.url + "/docs/", maxPages=pages + 10)
    assert status["status"] == "completed" and status["progress"]["pagesCrawled"] == pages
    return id


def test_pages_get_smaller_and_nothing_of_them_changes(serve, site):
    service = serve(repack__idle_ms="2s")
    server = site(wordy_site(120, 12000))
    crawl(service, server, 120)
    assert runs(service) == [], "it waits until nobody has wanted anything for a while"
    before, size = contents(service.webkeep, "before.zip"), packed_bytes(service.webkeep)
    wait_for(lambda: bodies(service) == 120, 30, "the end of repacking")
    run, = runs(service)
    assert run["end"] == "done" and run["repacked"] == 120 and run["damaged"] == 0
    assert run["bytes_before"] == size and run["bytes_after"] == packed_bytes(service.webkeep) < size
    assert run["disk_after"] < run["disk_before"]
    assert contents(service.webkeep, "after.zip") == before
    assert len(server.log) == len({one.path for one in server.log}), "and no page was asked for again"


def test_once_done_it_sleeps_until_another_job_has_ended(serve, site):
    service = serve()
    crawl(service, site(wordy_site(20, 6000)), 20)
    wait_for(lambda: bodies(service) == 20, 30, "the first run")
    time.sleep(1.5)
    assert len(runs(service)) == 1
    crawl(service, site(wordy_site(9, 3000)), 9)
    wait_for(lambda: bodies(service) == 29, 30, "the run for the second crawl")
    assert [run["end"] for run in runs(service)] == ["done", "done"]


def test_a_job_stops_it_and_it_goes_on_when_that_has_ended(serve, site):
    # The pages come from a crawl of the command line: what an earlier process left is repacked too.
    service = serve(repack__level=0)
    assert service.stop().code == 0
    count = 60
    service.webkeep.crawl(site(wordy_site(count, 60000)).url + "/docs/", "--quiet", timeout=120).ok()
    before = contents(service.webkeep, "before.zip")
    service = serve(repack__level=12)
    slow = site({"/": html("Slow")}, pause=1.5)
    client = service.client()
    time.sleep(0.6)
    assert not runs(service), "more work than this is needed for the test"
    began = time.monotonic()
    status = client.scrape(slow.url + "/")
    assert status["status"] == "completed" and time.monotonic() - began < 10 * SLOW
    stopped = runs(service)
    assert [run["end"] for run in stopped] == ["stopped"] and stopped[0]["bodies"] < count, "it made way for the job"
    wait_for(lambda: runs(service)[-1]["end"] == "done", 120, "the rest")
    assert bodies(service) in (count, count + 1), "each once, and perhaps the scraped page"
    assert contents(service.webkeep, "after.zip") == before


def test_the_end_of_the_service_stops_it_and_the_next_one_goes_on(serve, site):
    service = serve(repack__level=12)
    crawl(service, site(wordy_site(60, 60000)), 60)
    time.sleep(0.8)
    assert not runs(service), "more work than this is needed for the test"
    began = time.monotonic()
    assert service.stop().code == 0
    assert time.monotonic() - began < 5 * SLOW
    stopped, = runs(service)
    assert stopped["end"] == "stopped" and 0 < stopped["bodies"] < 60
    service = serve(repack__level=12)
    wait_for(lambda: bodies(service) == 60 - stopped["bodies"], 120, "the rest")
    service.webkeep.run("check").ok()


def test_level_0_leaves_pages_as_they_are(serve, site):
    service = serve(repack__level=0, repack__idle_ms=0)
    crawl(service, site(wordy_site(20, 6000)), 20)
    size = packed_bytes(service.webkeep)
    time.sleep(1)
    assert runs(service) == [] and packed_bytes(service.webkeep) == size
