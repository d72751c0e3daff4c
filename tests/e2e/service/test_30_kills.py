# SPDX-License-Identifier: Apache-2.0
"""The service dies and comes back: what was acknowledged goes on, credits add up, and nothing is fetched twice but
what was in flight."""
import collections
import random
import time

import rude_server
import serving
from rude_server import Reply

KILLS = 20
ITEMS = 24
CREDITS = 100000
IN_FLIGHT = 4       # requests to one host at once, each job


def slow_site():
    site = {"/robots.txt": Reply("User-agent: *\nDisallow:\n", type="text/plain")}
    site["/"] = "<title>All</title><h1>All</h1>" + "".join(f'<a href="/page/{n}">{n}</a> ' for n in range(120))
    for n in range(120):
        site[f"/page/{n}"] = f"<title>Page {n}</title><h1>Page {n}</h1><p>text of page {n}</p>"
    for kill in range(KILLS):
        for n in range(ITEMS):
            site[f"/item/{kill}/{n}"] = f"<title>Item {n}</title><p>text of item {n} of batch {kill}</p>"
    return site


def test_kill9_twenty_times(make_service):
    chance = random.Random(7)
    with rude_server.Server(slow_site(), pause=0.01) as site:
        service = make_service()
        client = service.client(credits=str(CREDITS))
        batches, crawls = [], []
        for kill in range(KILLS):
            urls = [f"{site.url}/item/{kill}/{n}" for n in range(ITEMS)] + [f"{site.url}/missing/{kill}"]
            batches.append(client.post("/batch/scrape", {"urls": urls}).ok(202)["batchId"])
            if kill % 5 == 0:
                crawls.append(client.post("/crawl", {"baseUrl": site.url + "/", "maxPages": 60}).ok(202)["jobId"])
            time.sleep(chance.random() * 0.3)
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

        seen = collections.Counter(one["path"] if isinstance(one, dict) else one.path for one in site.log)
        again = sum(n - 1 for path, n in seen.items() if path.startswith("/item/"))
        assert again <= KILLS * IN_FLIGHT * 4       # four batches run at once
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
