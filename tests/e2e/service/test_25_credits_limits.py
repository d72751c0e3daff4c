# SPDX-License-Identifier: Apache-2.0
"""Section 13 of the contract and the limits of 1.3, 1.7 and 1.8: credits, pending jobs, rates, idempotency, fairness.
Exact, also when many ask at once."""
import concurrent.futures
import time

import pytest

import rude_server
import serving
import sites
from harness import wait_for
from serving import eventually


def scrape_of(blog, n=1):
    return {"urls": [{"url": blog.url + path} for path in sites.POST[:n]]}


def spent(service, client):
    """(used, reserved) of a client's key."""
    key = service.key(client)
    return key["used"], key["reserved"]


# ---- credits ----

def test_price_of_a_url(service, blog):
    """One credit a URL; failed ones cost nothing."""
    client = service.client(credits=10)
    client.scrape(blog.url + sites.POST[0], blog.url + sites.POST[1])
    client.scrape(blog.url + "/nowhere")
    client.batch([blog.url + sites.POST[0], blog.url + "/nowhere"])
    assert spent(service, client) == (3, 0)


def test_price_of_a_page(service, docs):
    """Reserved for maxPages, charged for what was kept."""
    client = service.client(credits=40)
    _, status = client.crawl(docs.url + "/", maxPages=40)
    assert status["creditsUsed"] == len(status["result"]) == 14
    assert spent(service, client) == (14, 0)


def test_used_up_is_403(service, blog):
    client = service.client(credits=3)
    client.scrape(blog.url + sites.POST[0], blog.url + sites.POST[1])
    client.post("/scrape", scrape_of(blog, 2)).error(403, "INSUFFICIENT_CREDITS")
    client.post("/batch/scrape", {"urls": [blog.url + "/"] * 2}).error(403, "INSUFFICIENT_CREDITS")
    client.post("/crawl", {"baseUrl": blog.url + "/", "maxPages": 2}).error(403, "INSUFFICIENT_CREDITS")
    assert client.get("/batch/scrape").ok()["jobs"] == [] and client.get("/crawl/stats").ok()["total"] == 0
    client.scrape(blog.url + sites.POST[0])
    client.post("/scrape", scrape_of(blog)).error(403, "INSUFFICIENT_CREDITS")
    assert spent(service, client) == (3, 0)
    assert client.get("/scrape-logs").ok()["total"] == 2     # reading needs no credits


def test_retries_need_credits(service, site, blog):
    """A batch retry reserves anew: 403 when there is nothing left."""
    client = service.client(credits=2)
    one = site({"/later": rude_server.Reply("x", 403), "/good": sites.page("Good", sites.text("good"))})
    id, _ = client.batch([one.url + "/good", one.url + "/later"])
    client.scrape(blog.url + "/")
    assert spent(service, client) == (2, 0)
    client.post(f"/batch/scrape/{id}/retry").error(403, "INSUFFICIENT_CREDITS")


def test_unlimited_without_a_number(service, client, docs):
    client.crawl(docs.url + "/", maxPages=100000, maxDepth=0)
    key = service.key(client)
    assert key["credits"] is None and key["used"] == 1


def test_reserved_at_submit(service, site):
    """What is reserved can't be spent twice; a cancel gives it back."""
    slow = site(sites.slow(20, 0.5))
    client = service.client(credits=20)
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 15}).ok(202)["jobId"]
    assert spent(service, client) == (0, 15)
    client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 6}).error(403, "INSUFFICIENT_CREDITS")
    client.delete("/crawl/" + id).ok()
    assert spent(service, client) == (len(client.pages(id)), 0)


def test_configured_prices(make_service, blog, docs):
    own = make_service(settings={"credits.url": 5, "credits.page": 2, "credits.extract": 1})
    client = own.client(credits=1000)
    client.scrape(*[blog.url + path for path in sites.POST[:2]])
    assert spent(own, client) == (10, 0)
    crawl, status = client.crawl(docs.url + "/", maxPages=4)
    assert spent(own, client) == (10 + 2 * len(status["result"]), 0)
    extract = client.post(f"/crawl/{crawl}/extract", {"transformInstruction": "titles"}).ok(202)["jobId"]
    client.wait("/crawl/" + extract)
    assert spent(own, client) == (10 + 3 * len(status["result"]), 0)


def test_extract_and_page_retry_are_free(service, docs):
    client = service.client(credits=20)
    id, _ = client.crawl(docs.url + "/", maxPages=5)
    client.wait("/crawl/" + client.post(f"/crawl/{id}/extract", {"transformInstruction": "titles"}).ok(202)["jobId"])
    page = client.pages(id)[0]
    assert client.post(f"/crawl/{id}/retry/{page['id']}").ok()["creditsUsed"] == 0
    assert spent(service, client) == (5, 0)


def at_once(service, client, count, work):
    """work(client, n) for n below count, all at once, each with a connection of its own."""
    def one(n):
        mine = serving.Client(service, client.key)
        try:
            return work(mine, n)
        finally:
            mine.close()
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_fifty_clients_scrape_at_once(service, blog):
    """They ask for more than the key has: what was granted is what was used, to the last credit."""
    client = service.client(credits=120)

    def submit(mine, n):
        granted = []
        for k in range(4):
            reply = mine.post("/scrape", scrape_of(blog, 1 + (n + k) % 2))
            if reply.status == 202:
                granted.append((reply.json["jobId"], 1 + (n + k) % 2))
            else:
                reply.error(403, "INSUFFICIENT_CREDITS")
        return granted

    granted = sum(at_once(service, client, 50, submit), [])
    assert len(granted) < 200
    for id, _ in granted:
        assert client.wait("/scrape/" + id)["status"] == "completed"
    used = sum(urls for _, urls in granted)
    assert spent(service, client) == (used, 0) and 119 <= used <= 120
    assert client.get("/usage-stats?range=7d").ok()["data"][-1]["credits"] == used


def test_fifty_clients_send_batches_at_once(service, blog):
    """Half of each batch fails and comes back, so that some more are granted meanwhile."""
    client = service.client(credits=70)

    def submit(mine, n):
        reply = mine.post("/batch/scrape", {"urls": [f"{blog.url}{sites.POST[0]}?n={n}", f"{blog.url}/missing/{n}"]})
        return reply.json["batchId"] if reply.status == 202 else reply.error(403, "INSUFFICIENT_CREDITS") and None

    ids = [id for id in at_once(service, client, 50, submit) if id]
    ended = [client.wait("/batch/scrape/" + id) for id in ids]
    assert 35 <= len(ids) <= 50
    assert all((one["completedCount"], one["failedCount"]) == (1, 1) for one in ended)
    assert spent(service, client) == (len(ids), 0) and len(ids) == sum(one["creditsUsed"] for one in ended)


# ---- pending jobs ----

@pytest.mark.parametrize("kind, setting", [("/scrape", "pending_scrapes"), ("/batch/scrape", "pending_batches"),
                                           ("/crawl", "pending_crawls")])
def test_too_many_pending(make_service, site, kind, setting):
    slow = site(sites.slow(40, 0.4))
    own = make_service(settings={"limits." + setting: 2})
    client, other = own.client(), own.client()
    body = {"/scrape": {"urls": [{"url": slow.url + "/p1.html"}]}, "/batch/scrape": {"urls": [f"{slow.url}/p{n}.html" for n in range(1, 9)]},
            "/crawl": {"baseUrl": slow.url + "/", "maxPages": 12}}[kind]
    for _ in range(2):
        client.post(kind, body).ok(202)
    reply = client.post(kind, body)
    reply.error(429, "TOO_MANY_PENDING_JOBS")
    assert int(reply.headers["retry-after"]) >= 1 and reply.json["retry_after"] == int(reply.headers["retry-after"])
    other.post(kind, body).ok(202)     # another key has its own
    eventually(lambda: client.post(kind, body).ok(202), 20)


def test_running_jobs_are_limited_and_fair(make_service, site):
    """One key's long row of jobs doesn't keep another's single one waiting until its end."""
    slow = site({"/*": rude_server.Reply(sites.page("Slow", sites.text("waiting")), pause=0.3)})
    own = make_service(settings={"limits.running_scrapes": 2})
    busy, other = own.client(), own.client()
    many = [busy.post("/scrape", {"urls": [{"url": f"{slow.url}/a{n}"}]}).ok(202)["jobId"] for n in range(14)]
    one = other.post("/scrape", {"urls": [{"url": slow.url + "/b"}]}).ok(202)["jobId"]
    other.wait("/scrape/" + one)
    states = [busy.get("/scrape/" + id).json["status"] for id in many]
    assert states.count("waiting") >= 6, states
    assert slow.most_at_once() <= 2
    for id in many:
        busy.wait("/scrape/" + id)


# ---- rates ----

def test_rate_of_the_configuration(make_service):
    own = make_service(settings={"rate.requests": 5, "rate.seconds": 3600})
    client = own.client()
    replies = [client.get("/crawl/stats") for _ in range(7)]
    assert [reply.status for reply in replies] == [200] * 5 + [429] * 2
    assert [int(reply.headers["ratelimit-remaining"]) for reply in replies] == [4, 3, 2, 1, 0, 0, 0]
    assert all(reply.headers["ratelimit-limit"] == "5" for reply in replies)
    refused = replies[-1]
    refused.error(429, "RATE_LIMITED")
    assert 1 <= int(refused.headers["retry-after"]) == refused.json["retry_after"] <= 3600
    assert all(0 <= int(reply.headers["ratelimit-reset"]) <= 3600 for reply in replies)     # seconds from now
    assert own.client().get("/crawl/stats").status == 200      # another key has its own bucket
    assert client.get("/healthz", key=None).status == 200


def test_rate_comes_back(make_service):
    own = make_service(settings={"rate.requests": 2, "rate.seconds": 1})
    client = own.client()
    statuses = [client.get("/crawl/stats").status for _ in range(4)]
    assert 429 in statuses
    time.sleep(1.1)
    assert client.get("/crawl/stats").status == 200


def test_rate_of_one_key(service):
    """A key may have its own."""
    client = service.client(rate="3/3600")
    assert [client.get("/crawl/stats").status for _ in range(4)] == [200, 200, 200, 429]


def test_rate_of_strangers(make_service):
    """Without a good key an address has a rate, so that keys can't be guessed quickly."""
    own = make_service(settings={"rate.address_requests": 4, "rate.address_seconds": 3600})
    client = own.client()
    assert [client.get("/crawl/stats", key=f"guess-{n}").status for n in range(6)] == [401] * 4 + [429] * 2
    assert client.get("/crawl/stats").status == 200


# ---- idempotency, 1.8 ----

@pytest.mark.parametrize("kind", ["/scrape", "/batch/scrape", "/crawl"])
def test_idempotency_key(service, blog, kind):
    """The same key and body: the same job. Another body: 409."""
    client = service.client(credits=50)
    body = {"/scrape": scrape_of(blog), "/batch/scrape": {"urls": [blog.url + "/"]}, "/crawl": {"baseUrl": blog.url + "/", "maxPages": 2}}[kind]
    headers = {"Idempotency-Key": "order-66"}
    first, second = (client.post(kind, body, headers=headers) for _ in range(2))
    id = "batchId" if kind == "/batch/scrape" else "jobId"
    assert first.ok(202)[id] == second.ok(202)[id] and first.headers["location"] == second.headers["location"]
    client.wait(f"{kind}/{first.json[id]}")
    assert client.post(kind, body, headers=headers).ok(202)[id] == first.json[id]
    client.post(kind, {**body, "prompt": "other"}, headers=headers).error(409, "IDEMPOTENCY_CONFLICT")
    assert client.post(kind, body, headers={"Idempotency-Key": "order-67"}).ok(202)[id] != first.json[id]
    assert client.post(kind, body).ok(202)[id] != first.json[id]
    other = service.client()
    assert other.post(kind, body, headers=headers).ok(202)[id] != first.json[id]    # another key's keys are its own


def test_idempotency_of_extract(client, docs):
    id, _ = client.crawl(docs.url + "/", maxPages=2)
    headers = {"Idempotency-Key": "extract-1"}
    jobs = {client.post(f"/crawl/{id}/extract", {"transformInstruction": "titles"}, headers=headers).ok(202)["jobId"] for _ in range(3)}
    assert len(jobs) == 1
    client.post(f"/crawl/{id}/extract", {"transformInstruction": "prices"}, headers=headers).error(409, "IDEMPOTENCY_CONFLICT")


def test_idempotency_of_extract_is_of_its_crawl(client, docs):
    """The same body for another crawl is another request."""
    first, second = (client.crawl(docs.url + "/", maxPages=n)[0] for n in (1, 2))
    headers = {"Idempotency-Key": "extract-2"}
    client.post(f"/crawl/{first}/extract", {"transformInstruction": "titles"}, headers=headers).ok(202)
    client.post(f"/crawl/{second}/extract", {"transformInstruction": "titles"}, headers=headers).error(409, "IDEMPOTENCY_CONFLICT")


def test_idempotency_at_once(service, client, blog):
    """Thirty at once with one key: one job."""
    def submit(mine, _):
        return mine.post("/scrape", scrape_of(blog), headers={"Idempotency-Key": "once"}).ok(202)["jobId"]
    assert len(set(at_once(service, client, 30, submit))) == 1
    assert client.get("/scrape-logs").ok()["total"] == 1


def test_idempotency_ends(make_service, blog):
    own = make_service(settings={"api.idempotency_ms": "1s"})
    client = own.client()
    headers = {"Idempotency-Key": "short"}
    first = client.post("/scrape", scrape_of(blog), headers=headers).ok(202)["jobId"]
    wait_for(lambda: client.post("/scrape", scrape_of(blog), headers=headers).ok(202)["jobId"] != first, 5, "the end of the key")


def test_idempotency_survives_a_kill(make_service, blog):
    own = make_service()
    client = own.client()
    headers = {"Idempotency-Key": "kill"}
    first = client.post("/scrape", scrape_of(blog), headers=headers).ok(202)["jobId"]
    own.kill9()
    own.start()
    assert client.post("/scrape", scrape_of(blog), headers=headers).ok(202)["jobId"] == first


def test_no_deduplication_without_a_key(client, blog):
    ids = {client.post("/scrape", scrape_of(blog)).ok(202)["jobId"] for _ in range(3)}
    assert len(ids) == 3
