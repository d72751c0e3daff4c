# SPDX-License-Identifier: Apache-2.0
"""Section 6.9 of the contract: webhooks, their signature, their retries, and that they slow nothing."""
import hashlib
import hmac
import re
import time

import pytest

import harness
import receiver as receivers
import rude_server
import sites
from harness import wait_for

SECRET = "the-shared-secret"


@pytest.fixture(scope="module")
def signing(tmp_path_factory):
    """A service with a webhook secret that the tests know."""
    import serving
    one = serving.Service(tmp_path_factory.mktemp("signing"), settings={"webhook.secret": SECRET}).start()
    yield one
    one.end()


@pytest.fixture
def hooked(signing):
    client = signing.client()
    yield client
    client.close()


def crawl(client, base, hook, **fields):
    return client.crawl(base, webhookUrl=hook, **fields)


def delivered(receiver, event, seconds=15):
    wait_for(lambda: receiver.of(event), seconds, f"the delivery of {event}")
    return list(receiver.deliveries)


def test_events(hooked, docs, receiver):
    """One for each page, then one for the end, each with event, jobId, status and timestamp."""
    id, status = crawl(hooked, docs.url + "/", receiver.url, maxPages=4)
    got = delivered(receiver, "crawl.completed")
    assert [one.event for one in got] == ["crawl.page"] * 4 + ["crawl.completed"]
    for one in got:
        body = one.json
        assert body["jobId"] == id and re.match(r"\d{4}-\d\d-\d\dT", body["timestamp"]) and body["status"]
        assert one.headers["content-type"].startswith("application/json")
    pages = [one.json["page"] for one in got[:4]]
    # They are told in the order they were committed in, and listed in the order they were found in.
    assert sorted(page["url"] for page in pages) == sorted(page["url"] for page in hooked.pages(id))
    assert pages[0]["data"] == status["result"][0]["data"]
    assert got[-1].json["status"] == "completed"
    assert hooked.get("/crawl/job/" + id).json["webhook_url"] == receiver.url


def test_signature(hooked, docs, receiver):
    """X-Spidra-Signature: sha256=HMAC-SHA256 of the raw body, as the SDK's checker takes it."""
    crawl(hooked, docs.url + "/", receiver.url, maxPages=2)
    for one in delivered(receiver, "crawl.completed"):
        wanted = hmac.new(SECRET.encode(), one.body, hashlib.sha256).hexdigest()
        assert one.headers["x-spidra-signature"] == "sha256=" + wanted


def test_failed_and_cancelled(hooked, site, receiver):
    broken = site({"/": rude_server.Reply("x", 500)})
    crawl(hooked, broken.url + "/", receiver.url)
    body = delivered(receiver, "crawl.failed")[-1].json
    assert body["status"] == "failed" and body["error"]
    slow = site(sites.slow(20, 0.3))
    id = hooked.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 20, "webhookUrl": receiver.url}).ok(202)["jobId"]
    wait_for(lambda: receiver.of("crawl.page"), 10, "a page")
    hooked.delete("/crawl/" + id).ok()
    assert delivered(receiver, "crawl.cancelled")[-1].json["status"] == "cancelled"


def test_failed_pages(hooked, troubles, receiver):
    crawl(hooked, troubles.url + "/", receiver.url, maxPages=10)
    delivered(receiver, "crawl.completed")
    failed = [one.json["page"] for one in receiver.of("crawl.page") if one.json["page"]["status"] == "failed"]
    assert any(page["url"].endswith("/500") for page in failed)


def test_extract_has_no_hook_of_its_source(hooked, docs, receiver):
    id, _ = crawl(hooked, docs.url + "/", receiver.url, maxPages=2)
    delivered(receiver, "crawl.completed")
    new = hooked.post(f"/crawl/{id}/extract", {"transformInstruction": "titles"}).ok(202)["jobId"]
    hooked.wait("/crawl/" + new)
    time.sleep(0.3)
    assert all(one.json["jobId"] == id for one in receiver.deliveries)


def test_retries(signing, docs):
    """500 and a connection that breaks are tried again, three times; the order stays."""
    client = signing.client()
    hook = receivers.Receiver(answers=[500, 503, 302])
    crawl(client, docs.url + "/", hook.url, maxPages=2)
    got = delivered(hook, "crawl.completed")
    assert [one.event for one in got] == ["crawl.page"] * 5 + ["crawl.completed"]
    assert len({(one.json["id"], one.headers["x-webkeep-delivery"]) for one in got[:4]}) == 1
    assert [b.at - a.at >= wait for (a, b), wait in zip(zip(got, got[1:]), (0.09, 0.19, 0.29))] == [True] * 3
    hook.stop()


def test_giving_up(signing, docs):
    """After the third retry the event is given up and the next one follows."""
    client = signing.client()
    hook = receivers.Receiver(answers=[500] * 4)
    crawl(client, docs.url + "/", hook.url, maxPages=2)
    got = delivered(hook, "crawl.completed")
    assert len(got) == 6 and len({one.json["id"] for one in got[:4]}) == 1
    hook.stop()


def test_time_limit_and_no_slowing(signing, docs):
    """A receiver that doesn't answer is left after webhook.timeout_ms; the crawl doesn't wait for it."""
    client = signing.client()
    hook = receivers.Receiver(pause=60)
    began = time.monotonic()
    _, status = crawl(client, docs.url + "/", hook.url, maxPages=10)
    assert len(status["result"]) == 10 and time.monotonic() - began < 2 * harness.SLOW
    wait_for(lambda: len(hook.deliveries) >= 2, 10, "the retry")
    assert 1.5 <= hook.deliveries[1].at - hook.deliveries[0].at <= 6 * harness.SLOW
    hook.server.shutdown()


def test_redirects_are_not_followed(hooked, docs, site):
    target = site({"/*": "x"})
    hook = site({"/hook": rude_server.redirect(target.url + "/elsewhere", 307)})
    crawl(hooked, docs.url + "/", hook.url + "/hook", maxPages=1)
    wait_for(lambda: len(hook.requests("/hook")) >= 4, 10, "the retries")
    assert not target.log


def test_deliveries_survive_a_kill(make_service, docs):
    """An event may come twice, and none is lost."""
    own = make_service(settings={"webhook.retry1_ms": "1s"})
    client = own.client()
    hook = receivers.Receiver(answers=[500])
    id, _ = crawl(client, docs.url + "/", hook.url, maxPages=3)
    wait_for(lambda: hook.deliveries, 10, "the first try")
    own.kill9()
    own.start()
    delivered(hook, "crawl.completed", 20)
    seen = []
    for one in hook.deliveries:
        if one.json["id"] not in seen:
            seen.append(one.json["id"])
    assert len(seen) == 4 and [int(name.rpartition("-")[2]) for name in seen] == sorted(int(name.rpartition("-")[2]) for name in seen)
    hook.stop()


@pytest.mark.parametrize("hook", ["ftp://x/", "nothing", "javascript:x"])
def test_bad_hooks_are_400(hooked, docs, hook):
    assert "/webhookUrl" in hooked.post("/crawl", {"baseUrl": docs.url + "/", "webhookUrl": hook}).error(400, "INVALID_REQUEST")


def test_a_secret_of_its_own(make_service, docs, receiver):
    """Without a configured secret one is made, kept in the data folder and kept over restarts."""
    own = make_service()
    client = own.client()
    crawl(client, docs.url + "/", receiver.url, maxPages=1)
    first = delivered(receiver, "crawl.completed")[0]
    keys = [file for file in own.webkeep.data.iterdir() if file.name.startswith("webhook")]
    assert len(keys) == 1 and keys[0].stat().st_mode & 0o777 == 0o600
    secret = keys[0].read_bytes()
    signatures = {hmac.new(text, first.body, hashlib.sha256).hexdigest() for text in (secret, secret.strip(), secret.hex().encode())}
    assert first.headers["x-spidra-signature"].removeprefix("sha256=") in signatures
