# SPDX-License-Identifier: Apache-2.0
"""POST /crawl/plan, and a crawl under a policy that was given as an object."""
import concurrent.futures
import time

import pytest
from harness import wait_for
from rude_server import Reply, html, stall

INSTRUCTION = "Only the guide, no blog posts"


def guide(count=60, posts=8):
    """A site with a sitemap that lists more than is wanted."""
    links = [f"/guide/p{n}.html" for n in range(count)] + [f"/blog/2024/post-{n}.html" for n in range(posts)]
    pages = {path: html(path, f"Words of {path}. " * 40) for path in links}
    pages["/"] = html("Start", "Welcome. " * 40, links[:5])
    return pages, links


@pytest.fixture
def server(site):
    pages, links = guide()
    one = site(pages)
    one.pages["/sitemap.xml"] = Reply("<urlset>" + "".join(f"<url><loc>{one.url}{path}</loc></url>" for path in links) + "</urlset>",
                                      type="application/xml")
    return one


@pytest.fixture
def aside():
    """Runs a call beside the test."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit


def family(plan, form):
    return next(one for one in plan["families"] if one["form"] == form)


def test_a_plan_holds_against_the_crawl(client, server):
    """What it says of families and numbers is what the crawl under its policy then does."""
    plan = client.post("/crawl/plan", {"baseUrl": server.url + "/", "crawlInstruction": INSTRUCTION}).ok(200)
    assert len(server.log) <= 20 and plan["fetches"] == len(server.log)
    assert family(plan, "/guide/*.html")["keep"] == 60 and family(plan, "/blog/N/*.html")["skip"] == 8
    assert family(plan, "/blog/N/*.html")["reason"] and plan["sitemaps"] == 1
    assert plan["robots"]["state"] == "none" and not plan["expected"]["at_least"] and plan["framework"] is None
    asked = len(server.log)
    _, status = client.crawl(server.url + "/", maxPages=500, policy=plan["policy"])
    kept = [page["url"] for page in status["result"]]
    assert len(kept) == plan["expected"]["pages"] and not [url for url in kept if "/blog/" in url]
    assert status["policy"] == plan["policy"] and len(server.log) > asked


def test_a_plan_names_the_framework(client, site):
    server = site({"/": '<title>Start</title><meta name="generator" content="VitePress v1.0.0"><p>Words.'})
    plan = client.post("/crawl/plan", {"baseUrl": server.url + "/"}).ok(200)
    assert plan["framework"] == {"name": "VitePress", "version": "1.0.0"}


def test_a_policy_is_edited(client, server):
    """The object of a plan, changed, is another crawl; nonsense in it is named."""
    plan = client.post("/crawl/plan", {"baseUrl": server.url + "/", "crawlInstruction": INSTRUCTION}).ok(200)
    both = client.post("/crawl", {"baseUrl": server.url + "/", "crawlInstruction": "x", "policy": plan["policy"]})
    assert both.error(400, "INVALID_REQUEST") and "policy" in both.json["message"]
    broken = client.post("/crawl", {"baseUrl": server.url + "/", "policy": {**plan["policy"], "include": 7}})
    assert broken.error(400, "INVALID_REQUEST") and "include" in broken.json["message"]
    wrong = client.post("/crawl/plan", {"baseUrl": server.url + "/", "policy": "all of it"})
    assert wrong.status in (400, 422) and "/policy" in wrong.json["message"]


def test_limits_of_a_plan(client, server):
    plan = client.post("/crawl/plan", {"baseUrl": server.url + "/", "maxPages": 7}).ok(200)
    assert plan["expected"] == {"pages": 7, "at_least": False}
    client.post("/crawl/plan", {"baseUrl": server.url + "/", "maxPages": 0}).error(400, "INVALID_REQUEST")
    client.post("/crawl/plan", {}).error(400, "INVALID_REQUEST")


def test_a_plan_leaves_nothing(make_service, server):
    """No job in a list, no credits, and the archive is as it was."""
    own = make_service()
    client = own.client(credits=10)
    before = client.get("/crawl/stats").json["total"]
    client.post("/crawl/plan", {"baseUrl": server.url + "/"}).ok(200)
    assert client.get("/crawl/stats").json["total"] == before and client.get("/crawl/history").json["jobs"] == []
    assert own.key(client)["used"] == 0 == own.key(client)["reserved"]
    assert own.stop().code == 0
    assert not own.webkeep.run("list", "--json", "--data", own.webkeep.data).rows
    own.webkeep.run("check", "--data", own.webkeep.data).ok()


def test_a_site_that_fails(client, site):
    gone = site({"/": Reply("no", 500)})
    reply = client.post("/crawl/plan", {"baseUrl": gone.url + "/"})
    reply.error(502, "SITE_FAILED")
    assert "500" in reply.json["message"]
    closed = site({"/robots.txt": Reply("User-agent: *\nDisallow: /\n", type="text/plain")})
    client.post("/crawl/plan", {"baseUrl": closed.url + "/"}).error(502, "SITE_FAILED")


def test_a_slow_site_ends_in_time(client, site):
    slow = site({"/": html("Start", "Welcome. " * 40, ["/a.html"]), "/sitemap.xml": stall})
    began = time.monotonic()
    plan = client.post("/crawl/plan", {"baseUrl": slow.url + "/"}).ok(200)
    assert plan["expected"] == {"pages": 2, "at_least": True} and time.monotonic() - began < 30


def test_too_many_plans_and_a_stop(make_service, site, aside):
    """One is made; the next is told to come again; a stop ends the first one."""
    slow = site({"/": stall})
    own = make_service(settings={"limits.plans": 1})
    client = own.client()
    first = aside(client.post, "/crawl/plan", {"baseUrl": slow.url + "/"})
    wait_for(lambda: slow.requests("/"), 10, "its request")
    second = own.client().post("/crawl/plan", {"baseUrl": slow.url + "/"})
    second.error(429, "TOO_MANY_PLANS")
    assert second.headers["retry-after"] == "5"
    assert own.stop().code == 0
    assert first.result(20).status in (502, 503)


def test_a_plan_of_a_dead_service(make_service, site, aside):
    """What a kill left is deleted at the next start."""
    slow = site({"/": stall})
    own = make_service()
    client = own.client()
    first = aside(client.post, "/crawl/plan", {"baseUrl": slow.url + "/"})
    wait_for(lambda: slow.requests("/"), 10, "its request")
    own.kill9()
    first.exception(20)
    own.start()
    assert own.stop().code == 0
    assert not own.webkeep.run("list", "--json", "--data", own.webkeep.data).rows
    own.webkeep.run("check", "--data", own.webkeep.data).ok()


def test_a_model_proposes(make_service, server):
    from model_server import ModelServer
    from test_35_proposal import chooser
    with ModelServer("openai", script=chooser(skip=["/guide/*.html"], keep=["/blog/N/*.html"])) as model:
        settings = {"model.url": model.url, "model.name": "scripted"}
        client = make_service(settings=settings).client()
        plan = client.post("/crawl/plan", {"baseUrl": server.url + "/", "crawlInstruction": INSTRUCTION, "propose": True}).ok(200)
        assert plan["proposal"]["include_paths"] == ["/blog/*/*.html"] and plan["proposal"]["exclude_paths"] == ["/guide/*.html"]
        assert "proposal" not in client.post("/crawl/plan", {"baseUrl": server.url + "/", "crawlInstruction": INSTRUCTION}).ok(200)


def test_nobody_proposes(client, server):
    message = client.post("/crawl/plan", {"baseUrl": server.url + "/", "propose": True}).error(400, "INVALID_REQUEST")
    assert "model.url" in message
