# SPDX-License-Identifier: Apache-2.0
"""The service under hostile clients: what races, what is asked twice, what must stay secret. Each test is a fault that a
review found, or an attack that must go on failing."""
import pathlib
import random
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "service"))

import harness  # noqa: E402
import rude_server  # noqa: E402
import serving  # noqa: E402
from harness import wait_for  # noqa: E402
from rude_server import Reply  # noqa: E402
from serving import Client, Events  # noqa: E402

SECRET = "kept-nowhere-7f3a9c"
COOKIES = {"cookies": f"sid={SECRET}"}


@pytest.fixture
def make_service(tmp_path_factory):
    made = []

    def make(**more):
        one = serving.Service(tmp_path_factory.mktemp("review"), **more)
        made.append(one)
        return one.start()

    yield make
    for one in made:
        one.end()


@pytest.fixture
def service(make_service):
    return make_service(settings={"limits.running_crawls": 1, "limits.pending_batches": 1000})


@pytest.fixture
def client(service):
    one = service.client()
    yield one
    one.close()


def small_site(site, count=30, pause=0.0):
    words = "<p>" + "words that can be read. " * 30 + "</p>"
    pages = {f"/post/{n}": Reply(rude_server.html(f"Post {n}", words), pause=pause) for n in range(count)}
    links = "".join(f'<a href="/post/{n}">{n}</a>' for n in range(count))
    return site({"/robots.txt": Reply("User-agent: *\nDisallow:\n", type="text/plain"),
                 "/": rude_server.html("Start", words + links), **pages})


def in_parallel(count, run):
    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def begin_crawl(client, base, **fields):
    return client.post("/crawl", {"baseUrl": base, "maxPages": 30, **fields}).ok(202)["jobId"]


def pages_crawled(client, id):
    return client.get(f"/crawl/{id}").ok()["progress"]["pagesCrawled"]


def secrets_in(service):
    folder = pathlib.Path(service.webkeep.data)
    return [path for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


# ---- jobs that end, and are asked for again ----

def test_a_batch_that_is_retried_the_moment_it_ends(service, client, site):
    """The retry comes before the queue has heard of the end: its cookies count, and it does not wait for 15 s."""
    one = small_site(site)
    over = threading.Event()

    def busy(_):
        me = Client(service, client.key)
        while not over.is_set():
            me.post("/scrape", {"urls": [{"url": one.url + "/"}]})
            time.sleep(0.01)

    slow = []

    def retry(n):
        me = Client(service, client.key)
        for round in range(6):
            id, _ = me.batch([f"{one.url}/missing-{n}-{round}"], **COOKIES)
            began = time.monotonic()
            me.post(f"/batch/scrape/{id}/retry", COOKIES).ok(202)
            status = me.wait("/batch/scrape/" + id)
            assert "404" in status["items"][0]["error"]
            if time.monotonic() - began > 10:
                slow.append(id)

    noise = threading.Thread(target=busy, args=(0,))
    noise.start()
    in_parallel(6, retry)
    over.set()
    noise.join()
    assert not slow


def test_a_retry_without_its_cookies_is_refused(client, site):
    one = small_site(site)
    id, _ = client.batch([one.url + "/missing"], **COOKIES)
    assert "/cookies" in client.post(f"/batch/scrape/{id}/retry").error(400, "CREDENTIALS_LOST")
    client.post(f"/batch/scrape/{id}/retry", COOKIES).ok(202)
    crawl, status = client.crawl(one.url + "/", maxPages=2, **COOKIES)
    page = client.pages(crawl)[0]["id"]
    client.post(f"/crawl/{crawl}/retry/{page}", {}).error(400, "CREDENTIALS_LOST")
    assert client.get(f"/crawl/{crawl}").ok()["status"] == status["status"] == "completed"
    assert client.post(f"/crawl/{crawl}/retry/{page}", COOKIES).ok()["success"]


def test_a_page_that_waits_for_its_turn_is_answered_when_the_crawl_is_cancelled(client, site):
    one, slow = small_site(site), small_site(site, pause=0.5)
    id, _ = client.crawl(one.url + "/", maxPages=2)
    page = client.pages(id)[0]["id"]
    other = begin_crawl(client, slow.url + "/")     # limits.running_crawls is 1
    replies = []
    asking = threading.Thread(target=lambda: replies.append(
        Client(client.service, client.key).post(f"/crawl/{id}/retry/{page}", {})))
    asking.start()
    wait_for(lambda: client.get(f"/crawl/{id}").ok()["status"] == "waiting", 10, "the retry")
    client.delete(f"/crawl/{id}").ok()
    asking.join(10 * harness.SLOW)
    assert replies and replies[0].status == 200
    client.delete(f"/crawl/{other}").ok()


def test_a_page_that_is_fetched_again_says_what_it_cost(service, client, site):
    one = site({"/": rude_server.html("Start", '<p>words</p><a href="/late">late</a>'),
                "/late": [Reply("not yet", status=500)] * 2 + [rude_server.html("Late", "words")]})     # fetch.retries is 1
    id, _ = client.crawl(one.url + "/")
    before = service.key(client)["used"]
    failed = next(page["id"] for page in client.pages(id) if page["status"] == "failed")
    again = client.post(f"/crawl/{id}/retry/{failed}", {}).ok()
    assert again["success"] and again["creditsUsed"] == service.key(client)["used"] - before == 1
    assert client.post(f"/crawl/{id}/retry/{failed}", {}).ok()["creditsUsed"] == 0


# ---- streams that must end ----

def test_events_of_a_job_that_is_deleted_end(service, client, site):
    slow = small_site(site, pause=0.5)
    first, second = begin_crawl(client, slow.url + "/"), begin_crawl(client, slow.url + "/")
    stream = Events(client, f"/crawl/{second}/events")
    wait_for(lambda: stream.events, 10, "the first event")
    service.webkeep.run("delete", second, "--data", service.webkeep.data).ok()
    client.get(f"/crawl/{second}").error(404)
    client.delete(f"/crawl/{first}").ok()       # a commit with news wakes streams
    stream.wait(10)


def test_events_of_a_crawl_of_the_command_line_end(service, client, site):
    """Such a job has no events; it can be read by every key."""
    one = small_site(site, count=2)
    assert service.stop().code == 0
    service.webkeep.run("crawl", one.url + "/", "--data", service.webkeep.data, "--allow-private",
                        one.url.partition("//")[2]).ok()
    service.start()
    id = client.get("/crawl/history").ok()["jobs"][0]["id"]
    assert Events(client, f"/crawl/{id}/events").wait(10) == []


# ---- requests that are sent twice ----

def test_an_idempotency_key_counts_for_one_path(client, site):
    one = small_site(site)
    first, second = (client.crawl(f"{one.url}/post/{n}", maxPages=1)[0] for n in (1, 2))
    key, body = {"Idempotency-Key": "again"}, {"transformInstruction": "titles"}
    id = client.post(f"/crawl/{first}/extract", body, headers=key).ok(202)["jobId"]
    assert client.post(f"/crawl/{first}/extract", body, headers=key).ok(202)["jobId"] == id
    client.post(f"/crawl/{second}/extract", body, headers=key).error(409, "IDEMPOTENCY_CONFLICT")


def test_fifty_at_once_with_one_key_are_one_job(client, site):
    one = small_site(site)
    ids = []

    def ask(_):
        me = Client(client.service, client.key)
        ids.append(me.post("/scrape", {"urls": [{"url": one.url + "/"}]}, headers={"Idempotency-Key": "k"}).ok(202)["jobId"])

    in_parallel(50, ask)
    assert len(ids) == 50 and len(set(ids)) == 1


def test_credits_are_never_overdrawn(service, site):
    one = small_site(site)
    poor = service.client(credits="20")
    codes = []

    def ask(_):
        me = Client(service, poor.key)
        codes.append(me.post("/scrape", {"urls": [{"url": f"{one.url}/post/{n}"} for n in (1, 2)]}).status)

    in_parallel(30, ask)
    assert sorted(codes) == [202] * 10 + [403] * 20
    wait_for(lambda: service.key(poor)["reserved"] == 0, 20, "the end of all")
    assert service.key(poor)["used"] == 20


# ---- archives ----

def test_archives_that_are_kept_are_bounded(service, client, site):
    """Each holds a descriptor: who asks for many must not take them all."""
    one = small_site(site)
    ids = [client.crawl(f"{one.url}/post/{n}", maxPages=1)[0] for n in range(14)]
    folder = pathlib.Path(f"/proc/{service.running.pid}/fd")
    before = len(list(folder.iterdir()))
    for id in ids:
        for include in ("html", "markdown", "data", "html,markdown", "html,data", "markdown,data", "html,markdown,data"):
            assert client.get(f"/crawl/{id}/download?include={include}").status == 200
    assert len(list(folder.iterdir())) - before <= 70


# ---- secrets ----

def test_no_secret_is_stored_told_or_logged(service, client, site):
    one = small_site(site, count=5)
    crawl, _ = client.crawl(one.url + "/", maxPages=5, **COOKIES)
    batch, _ = client.batch([one.url + "/post/1", one.url + "/missing"], **COOKIES)
    client.scrape(one.url + "/post/2", **COOKIES)
    for wrong in (f"{SECRET}; no pair", f"a={SECRET}\r\nb: c", "a=" + SECRET * 9000):
        reply = client.post("/scrape", {"urls": [{"url": one.url + "/"}], "cookies": wrong})
        reply.error(400, "INVALID_REQUEST")
        assert SECRET.encode() not in reply.body
    login = one.url.replace("//", f"//user:{SECRET}@")
    hook = "http://user:" + SECRET + "@127.0.0.1:8099/hook"
    for path, body in (("/scrape", {"urls": [{"url": one.url + "/"}, {"url": login}]}), ("/batch/scrape", {"urls": [login]}),
                       ("/crawl", {"baseUrl": login}), ("/crawl", {"baseUrl": one.url + "/", "webhookUrl": hook})):
        reply = client.post(path, body)
        reply.error(400, "INVALID_REQUEST")
        assert SECRET.encode() not in reply.body
    assert any(SECRET in request.headers.get("cookie", "") for request in one.requests())
    for path in (f"/crawl/{crawl}", f"/crawl/job/{crawl}", f"/crawl/{crawl}/pages", f"/crawl/{crawl}/download",
                 f"/batch/scrape/{batch}", "/scrape-logs", "/crawl/history"):
        assert SECRET.encode() not in client.get(path).body
    assert service.stop().code == 0
    assert not secrets_in(service) and not any(SECRET in line for line in service.log())


# ---- the guard, on the ways around it ----

def test_nothing_reaches_an_address_that_is_not_allowed(make_service, site, sentinel):
    """By a redirect at once or at a retry, robots.txt, a sitemap, a webhook, and after a restart that allows less."""
    one = site({"/robots.txt": Reply(f"User-agent: *\nDisallow:\nSitemap: {sentinel.url}/map.xml\nSitemap: /map.xml\n", type="text/plain"),
                "/map.xml": rude_server.redirect(sentinel.url + "/map.xml"), "/gone": rude_server.redirect(sentinel.url + "/gone"),
                "/": rude_server.html("Start", f'<p>words</p><a href="/gone">g</a><a href="{sentinel.url}/link">l</a>'),
                "/flip": [Reply("busy", status=503), rude_server.redirect(sentinel.url + "/flip")]})
    robots = site({"/robots.txt": rude_server.redirect(sentinel.url + "/robots.txt"), "/": rude_server.html("R", "words")})
    hook = site({"/hook": rude_server.redirect(sentinel.url + "/hook", 307)})
    slow = small_site(site, pause=0.4)
    allowed = [server.url.partition("//")[2] for server in (one, robots, hook, slow)]
    service = make_service(allow=",".join(allowed))
    client = service.client()
    port = sentinel.url.rpartition(":")[2].rstrip("/")
    for url in (sentinel.url, f"http://127.3:{port}/", f"http://0x7f000003:{port}/", f"http://[::ffff:127.0.0.3]:{port}/"):
        client.post("/scrape", {"urls": [{"url": url}]}).error(400, "ADDRESS_REFUSED")
        client.post("/crawl", {"baseUrl": one.url + "/", "webhookUrl": url}).error(400, "ADDRESS_REFUSED")
    batch, _ = client.batch([one.url + "/gone", one.url + "/flip"])
    client.post(f"/batch/scrape/{batch}/retry").ok(202)
    client.wait("/batch/scrape/" + batch)
    client.crawl(one.url + "/", webhookUrl=hook.url + "/hook")
    client.crawl(robots.url + "/")
    id = begin_crawl(client, slow.url + "/")
    wait_for(lambda: pages_crawled(client, id) >= 2, 20, "two pages")
    assert service.stop().code == 0
    asked = len(slow.requests())
    service.allow = allowed[0]
    service.start()
    client.wait("/crawl/" + id)
    client.post(f"/crawl/{id}/retry/{client.pages(id)[0]['id']}", {}).ok()
    assert len(slow.requests()) == asked and sentinel.requests() == []


# ---- everything at once ----

def do_something(client, one, rnd, crawls, batches):
    """One request of a hostile client; its reply."""
    secret = COOKIES if rnd.random() < 0.4 else {}
    dice = rnd.random()
    if dice < 0.2:
        reply = client.post("/crawl", {"baseUrl": one.url + "/", "maxPages": rnd.randint(1, 20), **secret})
        crawls += [reply.json["jobId"]] if reply.status == 202 else []
    elif dice < 0.4:
        urls = [f"{one.url}/post/{rnd.randint(0, 40)}" for _ in range(rnd.randint(1, 10))]
        reply = client.post("/batch/scrape", {"urls": urls, **secret})
        batches += [reply.json["batchId"]] if reply.status == 202 else []
    elif dice < 0.7 and crawls:
        id = rnd.choice(crawls[-20:])
        reply = rnd.choice((lambda: client.delete(f"/crawl/{id}"), lambda: client.post(f"/crawl/{id}/resume", secret),
                            lambda: client.get(f"/crawl/{id}/pages"), lambda: client.get(f"/crawl/{id}/download"),
                            lambda: client.post(f"/crawl/{id}/extract", {"transformInstruction": "titles"})))()
    elif batches:
        id = rnd.choice(batches[-20:])
        reply = rnd.choice((lambda: client.delete(f"/batch/scrape/{id}"), lambda: client.get(f"/batch/scrape/{id}"),
                            lambda: client.post(f"/batch/scrape/{id}/retry", secret)))()
    else:
        reply = client.get("/scrape-logs")
    return reply


def leave_early(client, id):
    """An event stream whose client goes without a word."""
    stream = Events(client, f"/crawl/{id}/events")
    if stream.connection.sock:
        stream.connection.sock.close()


def all_of(client, path, limit):
    rows, page = [], 1
    while len(rows) == (page - 1) * limit:
        rows += client.get(f"{path}?page={page}&limit={limit}").ok()["jobs"]
        page += 1
    return rows


def end_all(client):
    """What has not ended yet. A crawl that lost its cookies waits for them until somebody cancels it; that goes for jobs
    whose reply was lost, too: so these are lists of the service, not of the clients."""
    left = [row for row in all_of(client, "/crawl/history", 100) if row["status"] not in serving.ENDED]
    for row in left:
        if row["status"] == "waiting":
            client.delete("/crawl/" + row["id"]).ok(200, 409)   # 409: it was its turn, and quick
    return left + [row for row in all_of(client, "/batch/scrape", 50) if row["status"] not in serving.ENDED]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_storm_of_clients_and_kills(make_service, site, seed):
    """Submit, cancel, retry, resume, leave, SIGTERM and kill -9 in any order: no reply but those of the contract, nothing
    that was acknowledged is lost, every job ends, and every credit is accounted for."""
    one, rnd = small_site(site, pause=0.01), random.Random(seed)
    service = make_service(settings={"limits.pending_batches": 5000, "limits.pending_crawls": 5000, "limits.running_crawls": 2})
    owner = service.client()
    service.document = None
    crawls, batches, strange = [], [], []
    for round in range(4):
        over = threading.Event()

        def storm(n):
            mine = random.Random(seed * 100 + round * 10 + n)
            me = Client(service, owner.key)
            while not over.is_set():
                try:
                    reply = do_something(me, one, mine, crawls, batches)
                    if reply.status >= 500 and reply.status != 503:
                        strange.append((reply.status, reply.body[:300]))
                    if crawls and mine.random() < 0.05:
                        leave_early(me, mine.choice(crawls[-10:]))
                except (OSError, ValueError, serving.http.client.HTTPException):
                    if over.is_set() or not service.running.alive():
                        return

        threads = [threading.Thread(target=storm, args=(n,)) for n in range(5)]
        for thread in threads:
            thread.start()
        time.sleep(0.5 + rnd.random() * 1.5)
        hard = round % 2
        ended = service.kill9() if hard else service.stop()
        over.set()
        for thread in threads:
            thread.join()
        assert hard or ended.code == 0
        service.webkeep.run("check", "--data", service.webkeep.data).ok()
        service.start()
    assert not strange
    for path in ["/batch/scrape/" + id for id in batches] + ["/crawl/" + id for id in crawls]:
        owner.get(path).ok()
    wait_for(lambda: not end_all(owner), 90, "the end of all jobs")
    assert service.key(owner)["reserved"] == 0
    assert service.stop().code == 0
    service.webkeep.run("check", "--data", service.webkeep.data).ok()
    assert not secrets_in(service)
