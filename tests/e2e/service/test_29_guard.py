# SPDX-License-Identifier: Apache-2.0
"""The address guard of the service: on by default, for every field that holds a URL and at every hop.

The sentinel listens on 127.0.0.3; what must not be connected to is proved by its empty log. Where a test needs a site,
that one host and port is allowed, as an operator would allow an intranet.
"""
import json
import pathlib
import re
import time

import pytest

import harness
import receiver as receivers
import rude_server
import sites
from harness import wait_for
from rude_server import Reply, html, redirect

ROOT = pathlib.Path(__file__).resolve().parents[3]
REFUSED = ("ADDRESS_REFUSED", "INVALID_REQUEST")
PUBLIC = "http://fine.invalid/"    # stands beside a refused URL; what holds one is refused as a whole

# (schema, pointer) of each row of api/url_fields.def -> path, and the body with a URL in that field
FIELDS = {
    ("ScrapeRequest", "/urls/*/url"): ("/scrape", lambda url, fine: {"urls": [{"url": fine}, {"url": url}]}),
    ("BatchRequest", "/urls/*"): ("/batch/scrape", lambda url, fine: {"urls": [fine, url]}),
    ("CrawlRequest", "/baseUrl"): ("/crawl", lambda url, fine: {"baseUrl": url}),
    ("CrawlRequest", "/webhookUrl"): ("/crawl", lambda url, fine: {"baseUrl": fine, "webhookUrl": url}),
    ("PlanRequest", "/baseUrl"): ("/crawl/plan", lambda url, fine: {"baseUrl": url}),
}


def rows():
    text = (ROOT / "api/url_fields.def").read_text()
    return set(re.findall(r'^FIELD\((\w+),\s*"([^"]+)"', text, re.M))


def uri_fields(document, schema, pointer=""):
    """Pointers of all strings of a schema that are URLs."""
    if schema.get("format") == "uri":
        yield pointer
    for name, one in schema.get("properties", {}).items():
        yield from uri_fields(document, one, f"{pointer}/{name}")
    if "items" in schema:
        yield from uri_fields(document, schema["items"], pointer + "/*")


def spellings(port):
    """The sentinel's address in other words."""
    return [f"http://{host}:{port}/" for host in (
        "127.0.0.3", "127.3", "127.0.3", "2130706435", "0x7f000003", "017700000003", "0x7f.0.0.3", "0177.0.0.3", "[::ffff:127.0.0.3]",
        "[::ffff:7f00:3]", "[64:ff9b::7f00:3]", "127.0.0.3.", "%31%32%37.0.0.3", "１２７.0.0.3", "127。0。0。3", "user:pass@127.0.0.3",
        "example.com:80@127.0.0.3")]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A service as it is by default: nothing private is allowed."""
    import serving
    one = serving.Service(tmp_path_factory.mktemp("guarded"), allow=None).start()
    yield one
    one.end()


@pytest.fixture
def anybody(guarded):
    client = guarded.client()
    yield client
    client.close()


@pytest.fixture
def intranet(make_service, site):
    """intranet(pages, **settings) -> (client, site): only that site's host and port is allowed."""
    def make(pages, **settings):
        server = site({"/robots.txt": sites.ROBOTS, **pages})
        return make_service(allow=f"127.0.0.1:{server.port}", settings=settings).client(), server
    return make


# ---- what a request holds ----

def test_every_url_field_is_tested(guarded):
    """The table of the code, the schemas of the API and the table above say the same."""
    document = guarded.document.document
    schemas = {operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
               for operations in document["paths"].values() for operation in operations.values() if "requestBody" in operation}
    documented = {(name, pointer) for name in schemas for pointer in uri_fields(document, document["components"]["schemas"][name])}
    assert documented == rows() == set(FIELDS)
    names = {name for schema in schemas for name in document["components"]["schemas"][schema]["properties"]}
    looks_like_url = {name for name in names if re.search("url|uri|host|link|endpoint|address|proxy$", name, re.I)}
    assert looks_like_url == {"urls", "baseUrl", "webhookUrl", "useProxy"}


@pytest.mark.parametrize("field", sorted(FIELDS), ids=" ".join)
def test_each_spelling_in_each_field(anybody, sentinel, field):
    path, body = FIELDS[field]
    urls = spellings(sentinel.port) + [f"http://localhost:{sentinel.port}/", f"http://LOCALHOST.:{sentinel.port}/",
                                       f"http://x.localhost:{sentinel.port}/", f"http://[::1]:{sentinel.port}/",
                                       f"http://0.0.0.0:{sentinel.port}/", f"http://[::]:{sentinel.port}/"]
    for url in urls:
        reply = anybody.post(path, body(url, PUBLIC))
        assert reply.status == 400 and reply.json["code"] in REFUSED, (url, reply.body)
        assert field[1].replace("/*", "/1") in reply.json["message"], (url, reply.body)
    assert sentinel.log == []


@pytest.mark.parametrize("field", sorted(FIELDS), ids=" ".join)
def test_each_case_of_the_table(anybody, field):
    """The cases that are to be refused; those that are fine would lead out of this machine."""
    path, body = FIELDS[field]
    cases = [json.loads(line) for line in (ROOT / "tests/data/ssrf/cases.jsonl").read_text().splitlines()]
    urls = [case["url"] for case in cases if case["kind"] == "url" and case["expect"] == "block"]
    for case in cases:
        if case["kind"] == "address" and case["expect"] == "block":
            host = f"[{case['address']}]" if ":" in case["address"] else case["address"]
            urls.append(f"http://{host}/")
    assert len(urls) == 70
    wrong = []
    for url in urls:
        reply = anybody.post(path, body(url, PUBLIC))
        if reply.status != 400 or reply.json["code"] not in REFUSED:
            wrong.append((url, reply.status, reply.body[:200]))
    assert not wrong


def test_nothing_was_queued(anybody, sentinel):
    """A refused URL leaves no job and costs nothing."""
    anybody.post("/scrape", {"urls": [{"url": sentinel.url}]}).error(400, "ADDRESS_REFUSED")
    assert anybody.get("/scrape-logs").ok()["total"] == 0 and anybody.get("/crawl/stats").ok() == {"total": 0}


# ---- every hop ----

@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(intranet, sentinel, status):
    client, server = intranet({"/out": redirect(sentinel.url + "/secret", status), "/far": redirect("/out", status),
                               "/good": sites.page("Good", sites.text("good"))})
    assert client.scrape(server.url + "/out")["status"] == "failed"
    assert client.scrape(server.url + "/far")["status"] == "failed"
    _, batch = client.batch([server.url + "/out", server.url + "/good"])
    assert [item["status"] for item in batch["items"]] == ["failed", "completed"]
    _, crawl = client.crawl(server.url + "/out", crawlEntireDomain=True, allowSubdomains=True)
    assert crawl["status"] in ("failed", "completed") and not crawl["result"]
    assert sentinel.log == []


def test_redirects_in_other_words(intranet, sentinel):
    pages = {f"/out-{n}": redirect(url) for n, url in enumerate(spellings(sentinel.port)) if url.isascii()}
    pages["/relative"] = redirect(f"//127.0.0.3:{sentinel.port}/secret")
    client, server = intranet(pages)
    _, batch = client.batch([server.url + path for path in pages])
    assert {item["status"] for item in batch["items"]} == {"failed"}
    assert all("127.0.0.3" in item["error"] or "address" in item["error"].lower() or "url" in item["error"].lower()
               for item in batch["items"]), batch
    assert sentinel.log == []


def test_links_robots_and_sitemaps(intranet, sentinel):
    """Links, frames, canonical links, sitemaps and their indexes: none leads there."""
    there = sentinel.url + "/secret"
    head = f'<link rel="canonical" href="{there}"><link rel="next" href="{there}"><meta http-equiv="refresh" content="0;url={there}">'
    body = f'<a href="{there}">x</a><iframe src="{there}"></iframe><img src="{there}"><a href="/inside">y</a><base href="{there}">'
    index = (f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{there}.xml'
             "</loc></sitemap></sitemapindex>")
    listing = (f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{there}</loc></url></urlset>')
    client, server = intranet({"/": sites.page("Start", body, head=head), "/inside": sites.page("Inside", sites.text("inside")),
                               "/index.xml": Reply(index, type="application/xml"), "/map.xml": Reply(listing, type="application/xml"),
                               "/moved.xml": redirect(there + ".xml")})
    server.pages["/robots.txt"] = Reply("User-agent: *\nDisallow:\n" + "".join(
        f"Sitemap: {url}\n" for url in (there + ".xml", server.url + "/index.xml", server.url + "/map.xml", server.url + "/moved.xml")),
        type="text/plain")
    _, status = client.crawl(server.url + "/", maxPages=20, crawlEntireDomain=True, allowSubdomains=True)
    assert status["status"] == "completed"
    server.pages["/robots.txt"] = redirect(sentinel.url + "/robots.txt")
    client.crawl(server.url + "/", maxPages=3)
    assert sentinel.log == []


def test_an_exception_is_for_its_port(intranet, sentinel, site):
    """The next port of the allowed host, and the host's other names, stay refused."""
    client, server = intranet({"/": sites.page("Start", sites.text("start"))})
    neighbour = site({"/": "x"})
    client.post("/scrape", {"urls": [{"url": neighbour.url + "/"}]}).error(400, "ADDRESS_REFUSED")
    client.post("/scrape", {"urls": [{"url": f"http://127.0.0.2:{server.port}/"}]}).error(400, "ADDRESS_REFUSED")
    server.pages["/out"] = redirect(neighbour.url + "/")
    assert client.scrape(server.url + "/out")["status"] == "failed"
    assert client.scrape(server.url + "/")["status"] == "completed"
    assert neighbour.log == []


def test_retries_are_judged_again(intranet, sentinel):
    """A page that redirects there only the second time."""
    client, server = intranet({"/turns": [Reply("x", 403), redirect(sentinel.url + "/secret")],
                               "/": sites.page("Start", '<a href="/turns-too">x</a>'),
                               "/turns-too": [Reply("x", 403), redirect(sentinel.url + "/secret")]})
    id, _ = client.batch([server.url + "/turns"])
    client.post(f"/batch/scrape/{id}/retry").ok(202)
    assert client.wait("/batch/scrape/" + id)["failedCount"] == 1
    crawl, _ = client.crawl(server.url + "/", maxPages=5)
    page = next(page for page in client.pages(crawl) if page["status"] == "failed")
    assert client.post(f"/crawl/{crawl}/retry/{page['id']}").ok()["success"] is False
    assert sentinel.log == []


def test_a_restart_with_the_guard_on(make_service, site):
    """Jobs of a time when all was allowed are judged by the guard that is on now."""
    slow = site(sites.slow(20, 0.3))
    own = make_service()
    client = own.client()
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 20}).ok(202)["jobId"]
    batch = client.post("/batch/scrape", {"urls": [f"{slow.url}/p{n}.html" for n in range(1, 20)]}).ok(202)["batchId"]
    wait_for(lambda: len(slow.log) > 5, 10, "some requests")
    own.kill9()
    own.allow = None
    asked = slow.settle()
    own.start()
    client.wait("/crawl/" + id)
    status = client.wait("/batch/scrape/" + batch)
    assert status["failedCount"] > 0 and status["completedCount"] + status["failedCount"] == 19
    assert len(slow.log) == asked


# ---- webhooks ----

def test_webhooks(intranet, sentinel):
    """Neither directly nor by a redirect of an allowed receiver."""
    client, server = intranet({"/": sites.page("Start", sites.text("start")), "/hook": redirect(sentinel.url + "/hook", 307)})
    client.post("/crawl", {"baseUrl": server.url + "/", "webhookUrl": sentinel.url}).error(400, "ADDRESS_REFUSED")
    client.crawl(server.url + "/", maxPages=1, webhookUrl=server.url + "/hook")
    wait_for(lambda: len(server.requests("/hook")) >= 2, 10, "a retry")
    assert sentinel.log == []


def test_webhooks_after_a_restart_with_the_guard_on(make_service, site):
    """Deliveries of a time when all was allowed."""
    blog = site(sites.blog())
    own = make_service(settings={"webhook.retry1_ms": "1s"})
    client = own.client()
    hook = receivers.Receiver(answers=[500] * 9)
    client.crawl(blog.url + "/", maxPages=2, webhookUrl=hook.url)
    wait_for(lambda: hook.deliveries, 10, "the first try")
    own.kill9()
    own.allow = None
    tried = len(hook.deliveries)
    own.start()
    time.sleep(1.5)
    assert len(hook.deliveries) == tried
    hook.stop()


# ---- proxies ----

def test_targets_behind_a_proxy(make_service, site, sentinel):
    """The operator's proxy is exempt for its own socket; what is asked of it is judged all the same."""
    pages = {}
    proxy, target = site(pages), site({"/": "direct"})
    pages["http*"] = sites.page("By proxy", sites.text("proxies"))
    pages[target.url + "/out"] = redirect(sentinel.url + "/secret")
    own = make_service(allow=f"127.0.0.1:{target.port}", settings={"proxy.pool": f"global={proxy.url}"})
    client = own.client()
    assert client.scrape(target.url + "/page", useProxy=True)["status"] == "completed"
    assert client.scrape(target.url + "/out", useProxy=True)["status"] == "failed"
    for url in (sentinel.url, proxy.url):
        client.post("/scrape", {"urls": [{"url": url}], "useProxy": True}).error(400, "ADDRESS_REFUSED")
    assert target.log == [] and sentinel.log == []
    assert [one.path for one in proxy.log] == [target.url + "/page", target.url + "/out"]


# ---- names ----

def test_names_are_judged_by_their_addresses(tmp_path, mount_space, sentinel, site):
    """A harmless name that resolves to a refused address: judged where it is connected to."""
    import serving
    server = site({"/robots.txt": sites.ROBOTS, "/": sites.page("Start", '<a href="/out">x</a>'),
                   "/out": redirect(f"http://harmless.example:{sentinel.port}/secret")})
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n127.0.0.3 harmless.example\n::ffff:127.0.0.3 mapped.example\n")
    own = serving.Service(tmp_path / "own", allow=f"127.0.0.1:{server.port}")
    own.webkeep.folder.mkdir()
    own.webkeep.prefix = mount_space(f'mount --bind "{hosts}" /etc/hosts').prefix
    own.start()
    try:
        client = own.client()
        for name in ("harmless.example", "mapped.example", "HARMLESS.example."):
            url = f"http://{name}:{sentinel.port}/"
            assert client.scrape(url)["status"] == "failed"
            _, batch = client.batch([url, server.url + "/"])
            assert [item["status"] for item in batch["items"]] == ["failed", "completed"]
            assert client.crawl(url)[1]["status"] == "failed"
        assert client.scrape(server.url + "/out")["status"] == "failed"
        client.crawl(server.url + "/", maxPages=1, webhookUrl=f"http://harmless.example:{sentinel.port}/hook")
        time.sleep(1.0 * harness.SLOW)
        assert sentinel.log == []
    finally:
        own.end()


# ---- with it off ----

def test_allowing_all_is_a_choice(service, sentinel):
    """--allow-private without a host: the same requests work, so the tests above show the guard and nothing else."""
    client = service.client()
    assert client.scrape(sentinel.url + "/page")["status"] == "completed" and len(sentinel.log) == 1


def test_metrics_count_refusals(anybody, sentinel):
    def counted():
        text = anybody.get("/metrics").body.decode()
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if "address" in line and not line.startswith("#"))
    before = counted()
    anybody.post("/scrape", {"urls": [{"url": sentinel.url}]}).error(400, "ADDRESS_REFUSED")
    assert counted() == before + 1
