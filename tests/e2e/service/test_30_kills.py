# SPDX-License-Identifier: Apache-2.0
"""The service dies and comes back: what was acknowledged goes on, credits add up, and nothing is fetched twice but
what was in flight."""
import random
import time

import rude_server
import serving
from harness import SLOW
from rude_server import Reply

KILLS = 20
ITEMS = 24
CREDITS = 100000
COMMIT = 0.5        # seconds from the end of an answer to its commit, at most


def slow_site():
    site = {"/robots.txt": Reply("User-agent: *\nDisallow:\n", type="text/plain")}
    for crawl in range(0, KILLS, 5):
        site[f"/crawl/{crawl}/"] = "<title>All</title><h1>All</h1>" + "".join(f'<a href="page/{n}">{n}</a> ' for n in range(120))
        for n in range(120):
            site[f"/crawl/{crawl}/page/{n}"] = f"<title>Page {n}</title><h1>Page {n}</h1><p>text of page {n} of {crawl}</p>"
    for kill in range(KILLS):
        for n in range(ITEMS):
            site[f"/item/{kill}/{n}"] = f"<title>Item {n}</title><p>text of item {n} of batch {kill}</p>"
    return site


def fetched_again(log, kills):
    """Paths that were asked for once more though no kill fell between the earlier request and its page's commit."""
    found, last = [], {}
    for one in log:
        before = last.get(one.path)
        if before and not any(before.began <= kill + 0.1 and kill <= (before.ended or kill) + COMMIT * SLOW for kill in kills):
            found.append(one.path)
        last[one.path] = one
    return found


def test_kill9_twenty_times(make_service):
    chance = random.Random(7)
    with rude_server.Server(slow_site(), pause=0.01) as site:
        service = make_service()
        client = service.client(credits=str(CREDITS))
        batches, crawls, kills = [], [], []
        for kill in range(KILLS):
            urls = [f"{site.url}/item/{kill}/{n}" for n in range(ITEMS)] + [f"{site.url}/missing/{kill}"]
            batches.append(client.post("/batch/scrape", {"urls": urls}).ok(202)["batchId"])
            if kill % 5 == 0:
                crawls.append(client.post("/crawl", {"baseUrl": f"{site.url}/crawl/{kill}/", "maxPages": 60}).ok(202)["jobId"])
            time.sleep(chance.random() * 0.3)
            kills.append(time.monotonic())
            service.kill9()
            service.start()
        ended = [client.wait("/batch/scrape/" + one, 60) for one in batches]
        done = [client.wait("/crawl/" + one, 60) for one in crawls]
        assert all(one["status"] == "completed" for one in ended + done)
        assert [(one["completedCount"], one["failedCount"]) for one in ended] == [(ITEMS, 1)] * KILLS
        assert [len(one["result"]) for one in done] == [60] * len(crawls)

        key = service.key(client)
        assert key["reserved"] == 0
        assert key["used"] == KILLS * ITEMS + 60 * len(crawls)
        assert key["used"] == sum(one["creditsUsed"] for one in ended + done)

        assert fetched_again(site.requests(), kills) == []
        assert service.stop().code == 0
    service.webkeep.run("check", "--data", service.webkeep.data).ok()


def test_kill9_while_extracting(make_service):
    """An extraction reads cached pages only, so it goes on where it was, or begins again, and charges nothing twice."""
    with rude_server.Server(rude_server.numbered_site(300, folder="/")) as site:
        service = make_service(settings={"credits.extract": 1})
        client = service.client(credits=2000)
        id, status = client.crawl(site.url + "/", maxPages=300)
        asked = len(site.log)
        jobs = []
        for wait, what in ((0, "titles"), (0.005, "headings"), (0.01, "links"), (0.02, "titles and links"), (0.05, "titles and headings")):
            jobs.append(client.post(f"/crawl/{id}/extract", {"transformInstruction": what}).ok(202)["jobId"])
            time.sleep(wait)
            service.kill9()
            service.start()
        for job in jobs:
            assert client.wait("/crawl/" + job)["status"] == "completed"
            assert [page["url"] for page in client.pages(job)] == [entry["url"] for entry in status["result"]]
        key = service.key(client)
        assert (key["used"], key["reserved"]) == (300 * 6, 0) and len(site.log) == asked
        assert service.stop().code == 0
    service.webkeep.run("check", "--data", service.webkeep.data).ok()


def test_term_with_a_hundred_event_streams(make_service):
    pages = {"/": "<title>Slow</title>" + "".join(f'<a href="/{n}">{n}</a>' for n in range(2000))}
    pages.update({f"/{n}": f"<title>{n}</title><p>page {n}</p>" for n in range(2000)})
    with rude_server.Server(pages, pause=0.05) as site:
        service = make_service(settings={"rate.requests": 0})
        client = service.client()
        id = client.post("/crawl", {"baseUrl": site.url + "/", "maxPages": 2000}).ok(202)["jobId"]
        streams = [serving.Events(client, f"/crawl/{id}/events") for _ in range(100)]
        serving.eventually(lambda: check_all(streams))
        assert service.stop().code == 0
        for one in streams:
            one.wait()
            numbers = [int(event["id"]) for event in one.events]
            assert numbers == list(range(1, len(numbers) + 1))
            one.close()
        service.start()
        go_on = serving.Events(client, f"/crawl/{id}/events", headers={"Last-Event-ID": "2"})
        serving.eventually(lambda: check_all([go_on]))
        assert go_on.events[0]["id"] == "3"
        assert client.delete(f"/crawl/{id}").ok()["status"] == "cancelled"
        assert go_on.wait()[-1]["data"]["status"] == "cancelled"


def check_all(streams):
    assert all(one.status == 200 and one.events for one in streams)
