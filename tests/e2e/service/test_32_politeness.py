# SPDX-License-Identifier: Apache-2.0
"""Politeness over all jobs of the service, read from the log of the server that they crawl."""
import collections
import email.utils
import itertools
import time

import rude_server

# What a test's clock and a busy machine may be off by.
SLACK = 0.06


def most_at_once(server):
    """Of all requests, robots.txt and sitemaps too."""
    marks = sorted(mark for one in server.log for mark in ((one.began, 1), (one.ended or time.monotonic(), -1)))
    return max(itertools.accumulate(step for _, step in marks))


def crawl_all(client, server, jobs, pages, **fields):
    """`jobs` crawls of the same site at the same time; their ids, all complete."""
    ids = [client.post("/crawl", {"baseUrl": server.url + "/docs/", "maxPages": 1000, **fields}).ok(202)["jobId"]
           for _ in range(jobs)]
    for id in ids:
        status = client.wait("/crawl/" + id, 60)
        assert status["status"] == "completed" and len(status["result"]) == pages, status["status"]
    return ids


def test_concurrency_over_jobs(make_service, site):
    """Five crawls of one host: together never more than one of them may have, and all places are used."""
    server = site(rude_server.numbered_site(40), pause=0.02)
    client = make_service(settings={"fetch.host_requests": 3}).client()
    crawl_all(client, server, 5, 40)
    assert most_at_once(server) == 3
    served = collections.Counter(one.path for one in server.requests("/docs/p7.html"))
    assert served == {"/docs/p7.html": 5}


def test_every_job_has_its_turn(make_service, site):
    """With one place, no job waits for another one's end: while one is under way, so are the others."""
    server = site(rude_server.numbered_site(30), pause=0.01)
    client = make_service(settings={"fetch.host_requests": 1}).client()
    crawl_all(client, server, 3, 30)
    assert most_at_once(server) == 1
    asked = [one.path for one in server.requests() if one.path.startswith("/docs/")]
    last = {path: [at for at, one in enumerate(asked) if one == path] for path in set(asked)}
    assert all(len(places) == 3 for places in last.values())
    # Had one job gone ahead of the others, it would have asked for its last page in the first third.
    assert last["/docs/p29.html"][0] > len(asked) // 2, last["/docs/p29.html"]


def test_crawl_delay_over_jobs(make_service, site):
    """Crawl-delay of robots.txt, kept between any two requests, whichever job they are from."""
    pages = rude_server.numbered_site(5)
    pages["/robots.txt"] = rude_server.Reply("User-agent: *\nCrawl-delay: 0.3\n", type="text/plain")
    server = site(pages)
    client = make_service().client()
    crawl_all(client, server, 3, 5)
    # Before a job has read robots.txt it knows of no delay.
    known = [one.began for one in server.log if one.path != "/robots.txt"]
    close = [gap for earlier, later in itertools.pairwise(sorted(known)) if (gap := later - earlier) < 0.3 - SLACK]
    assert close == [], close


def test_retry_after_over_jobs(make_service, site):
    """A host that asks for a rest gets it from all jobs: seconds, and a date."""
    for form in ("seconds", "date"):
        refused = []

        async def busy(request, wire, form=form, refused=refused):
            if refused:
                return rude_server.html("Came later")
            until = int(time.time()) + 3
            refused.append((time.monotonic(), until - time.time()))
            value = "2" if form == "seconds" else email.utils.formatdate(until, usegmt=True)
            return rude_server.Reply("later", 429, headers=(("Retry-After", value),))

        server = site({**rude_server.numbered_site(12), "/docs/p3.html": busy}, pause=0.02)
        client = make_service(settings={"fetch.host_requests": 2}).client()
        crawl_all(client, server, 4, 12)
        at, wait = refused[0]
        wait = 2 if form == "seconds" else wait - 1     # a date has whole seconds
        # What was on its way when the refusal came can't be called back.
        during = [one.path for one in server.log if at + 2 * SLACK < one.began < at + wait - SLACK]
        assert during == [], (form, during)


def test_a_later_job_keeps_the_rest(make_service, site):
    """A job that comes while the host rests waits too, though it has never asked that host."""
    refused = []

    async def busy(request, wire):
        if refused:
            return rude_server.html("Came later")
        refused.append(time.monotonic())
        return rude_server.Reply("later", 503, headers=(("Retry-After", "2"),))

    server = site({**rude_server.numbered_site(3), "/docs/": [busy, rude_server.html("Base")]})
    client = make_service().client()
    first = client.post("/crawl", {"baseUrl": server.url + "/docs/"}).ok(202)["jobId"]
    while not refused:
        time.sleep(0.01)
    time.sleep(2 * SLACK)
    second = client.post("/crawl", {"baseUrl": server.url + "/docs/"}).ok(202)["jobId"]
    for id in (first, second):
        assert client.wait("/crawl/" + id)["status"] == "completed"
    early = [one.path for one in server.log if refused[0] + SLACK < one.began < refused[0] + 2 - SLACK]
    assert early == [], early
