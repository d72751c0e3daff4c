# SPDX-License-Identifier: Apache-2.0
"""Section 4 of the contract: batches."""
import re

import pytest

import rude_server
import sites
from harness import wait_for
from serving import eventually

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
NOBODY = "01890000-0000-7000-8000-000000000000"


def products(shop, *numbers):
    return [f"{shop.url}/product/{n}" for n in numbers or range(1, 6)]


def slow_site(site, count=12, pause=0.7):
    """Pages that take their time; with four requests at once to a host a batch of it takes a while."""
    pages = {f"/page-{n}": rude_server.Reply(rude_server.html(f"Page {n}", "slow words " * 20), pause=pause) for n in range(count)}
    one = site(pages)
    return one, [f"{one.url}/page-{n}" for n in range(count)]


# ---- 4.1 submit ----

def test_submit_reply(client, shop):
    reply = client.post("/batch/scrape", {"urls": products(shop)})
    body = reply.ok(202)
    assert body["status"] == "queued" and UUID.match(body["batchId"]) and body["total"] == 5
    assert reply.headers["location"] == "/api/batch/scrape/" + body["batchId"]


@pytest.mark.parametrize("count, status", [(0, 400), (1, 202), (50, 202), (51, 400), (300, 400)])
def test_one_to_fifty_urls(client, shop, count, status):
    reply = client.post("/batch/scrape", {"urls": products(shop) * 60 if count > 250 else (products(shop) * 60)[:count]})
    if status == 202:
        assert reply.ok(202)["total"] == count
    else:
        assert "/urls" in reply.error(400, "INVALID_REQUEST")


@pytest.mark.parametrize("url", ["", "ftp://x/", {"url": "http://example.com/"}, 5, None])
def test_plain_strings_only(client, shop, url):
    body = {"urls": products(shop, 1) + [url]}
    assert "/urls/1" in client.post("/batch/scrape", body).error(400, "INVALID_REQUEST")


def test_all_fields(client, shop):
    fields = {"prompt": "Extract the product", "output": "json", "extractContentOnly": True, "cookies": "a=b", "useProxy": False,
              "screenshot": True, "fullPageScreenshot": True, "scrapeMode": "fast", "proxyCountry": None, "schema": None}
    _, status = client.batch(products(shop, 1), **fields)
    assert status["items"][0]["screenshotUrl"] is None and status["completedCount"] == 1
    client.post("/batch/scrape", {"urls": products(shop, 1), "useProxy": True}).error(400, "NO_PROXY")


# ---- 4.2 status ----

def test_status(client, shop):
    urls = products(shop, 3, 1, 2)
    id, status = client.batch(urls)
    assert status["status"] == "completed" and status["createdAt"] <= status["finishedAt"]
    assert (status["totalUrls"], status["completedCount"], status["failedCount"]) == (3, 3, 0)
    assert [item["url"] for item in status["items"]] == urls
    assert len({item["uuid"] for item in status["items"]}) == 3
    for item in status["items"]:
        assert item["status"] == "completed" and item["error"] is None and item["creditsUsed"] == 1
        assert UUID.match(item["uuid"]) and UUID.match(item["jobId"])
        assert item["startedAt"] <= item["finishedAt"] and item["screenshotUrl"] is None
        result = item["result"]
        assert result["content"].count("Kettle") and result["title"] in result["content"] and result["success"] is True
        assert result["content"] == result["markdownContent"] and result["ai_extraction_failed"] is False
    assert client.get("/batch/scrape/" + id).json == status


def test_result_keeps_both_forms(client, shop):
    """item.result is an object with content; an extracted object's own keys stand beside it."""
    schema = {"type": "object", "required": ["name"], "properties": {"name": {"type": ["string", "null"]}, "title": {"type": "string"}}}
    _, status = client.batch(products(shop, 1, 2), prompt="Extract the product name", schema=schema)
    for item in status["items"]:
        result = item["result"]
        if result["ai_extraction_failed"]:
            assert result["content"] == result["markdownContent"] and "name" not in result
        else:
            assert result["name"] == result["content"]["name"] and result["title"].startswith("Kettle")


def test_what_is_told_gives_way_to_the_answer(client, site):
    """metadata and quality stand beside content, unless the answer has members of these names."""
    server = site({"/": "<title>Pear</title><h1>Pear</h1><p>Quality: first class</p><p>Weight: 3 kg</p>"})
    schema = {"type": "object", "required": ["quality"], "properties": {"quality": {"type": ["string", "null"]}}}
    for fields in ({}, {"schema": schema}):
        result = client.batch([server.url + "/"], **fields)[1]["items"][0]["result"]
        own = isinstance(result["content"], dict)
        assert result["metadata"] == {"title": "Pear"}
        assert result["quality"] == (result["content"]["quality"] if own else ["thin"])


def test_items_are_independent(client, troubles):
    """A batch with failures is completed; partial is never sent."""
    _, status = client.batch([troubles.url + "/good", troubles.url + "/nowhere", troubles.url + "/500", troubles.url + "/thin"])
    assert status["status"] == "completed" and (status["completedCount"], status["failedCount"]) == (2, 2)
    assert [item["status"] for item in status["items"]] == ["completed", "failed", "failed", "completed"]
    for item in status["items"]:
        bad = item["status"] == "failed"
        assert (item["result"] is None) == bad and isinstance(item["error"], str) == bad
        assert item["creditsUsed"] == (0 if bad else 1) and item["finishedAt"] is not None
    assert status["creditsUsed"] == 2


def test_all_items_failed_is_completed(client, troubles):
    _, status = client.batch([troubles.url + "/nowhere", troubles.url + "/500"])
    assert status["status"] == "completed" and status["failedCount"] == 2 and status["creditsUsed"] == 0


def test_status_while_it_runs(client, site):
    """pending, running, completed; uuids and order stable from the first poll to the last."""
    slow, urls = slow_site(site)
    id = client.post("/batch/scrape", {"urls": urls}).ok(202)["batchId"]
    seen, words, first = set(), set(), []
    def ended():
        status = client.get("/batch/scrape/" + id).ok()
        uuids = [item["uuid"] for item in status["items"]]
        first[:] = first or uuids
        assert uuids == first and [item["url"] for item in status["items"]] == urls
        words.add(status["status"])
        for item in status["items"]:
            seen.add(item["status"])
            assert (item["jobId"] is None) == (item["status"] == "pending")
            assert (item["result"] is None) == (item["status"] != "completed")
            if item["status"] in ("pending", "running"):
                assert item["finishedAt"] is None
        assert (status["finishedAt"] is None) == (status["status"] in ("pending", "running"))
        return status["status"] == "completed"
    wait_for(ended, 30, "the end")
    assert words <= {"pending", "running", "completed"} and "running" in words
    assert seen == {"pending", "running", "completed"}
    assert slow.most_at_once() <= 4 and len(slow.log) == len(urls)


# ---- 4.3 list ----

def test_list(client, shop):
    ids = [client.batch(products(shop, n), prompt="name", output="markdown")[0] for n in (1, 2, 3)]
    got = client.get("/batch/scrape").ok()
    assert [job["uuid"] for job in got["jobs"]] == ids[::-1]
    assert got["pagination"] == {"page": 1, "limit": 20, "total": 3, "totalPages": 1}
    for job in got["jobs"]:
        assert (job["status"], job["totalUrls"], job["completedCount"], job["failedCount"]) == ("completed", 1, 1, 0)
        assert job["outputFormat"] == "markdown" and job["scrapingChannel"] == "api" and job["creditsUsed"] == 1
        assert job["createdAt"] <= job["finishedAt"]
    second = client.get("/batch/scrape?page=2&limit=2").ok()
    assert [job["uuid"] for job in second["jobs"]] == [ids[0]]
    assert second["pagination"] == {"page": 2, "limit": 2, "total": 3, "totalPages": 2}


@pytest.mark.parametrize("query, page, limit", [("page=0&limit=0", 1, 1), ("page=-3&limit=-1", 1, None), ("limit=1000", 1, 50),
                                                ("page=x&limit=y", 1, 20), ("page=999999", 999999, 20)])
def test_list_clamps(client, shop, query, page, limit):
    """Go passes whatever it was given, 0 included."""
    pagination = client.get("/batch/scrape?" + query).ok()["pagination"]
    assert pagination["page"] == page and 1 <= pagination["limit"] <= 50 and pagination["limit"] == (limit or pagination["limit"])


def test_list_is_the_keys_own(service, client, shop):
    client.batch(products(shop, 1))
    assert service.client().get("/batch/scrape").ok()["jobs"] == []


# ---- 4.4 cancel ----

def test_cancel(client, site):
    """Within a second: what waits is cancelled and refunded, what was fetched is kept and charged."""
    slow, urls = slow_site(site, count=20)
    id = client.post("/batch/scrape", {"urls": urls}).ok(202)["batchId"]
    wait_for(lambda: client.get("/batch/scrape/" + id).json["completedCount"] >= 1, 20, "the first item")
    reply = client.delete("/batch/scrape/" + id).ok()
    assert reply["status"] == "cancelled" and reply["creditsRefunded"] == reply["cancelledItems"]
    status = client.wait("/batch/scrape/" + id)
    assert status["status"] == "cancelled" and status["finishedAt"]
    words = [item["status"] for item in status["items"]]
    assert words.count("cancelled") == reply["cancelledItems"] and words.count("completed") >= 1
    assert set(words) <= {"cancelled", "completed", "failed"}
    for item in status["items"]:
        if item["status"] == "cancelled":
            assert item["creditsUsed"] == 0 and item["result"] is None
    assert status["creditsUsed"] == words.count("completed") == status["completedCount"]
    asked = len(slow.log)
    client.delete("/batch/scrape/" + id).error(409, "ALREADY_TERMINAL")
    assert len(slow.log) == asked < len(urls)


def test_cancel_before_it_runs(make_service, site):
    """Of a batch that waits every item is cancelled and refunded."""
    own = make_service(settings={"limits.running_batches": 1})
    client = own.client(credits=100)
    slow, urls = slow_site(site, count=12)
    first = client.post("/batch/scrape", {"urls": urls}).ok(202)["batchId"]
    second = client.post("/batch/scrape", {"urls": urls[:5]}).ok(202)["batchId"]
    assert client.get("/batch/scrape/" + second).json["status"] == "pending"
    reply = client.delete("/batch/scrape/" + second).ok()
    assert (reply["cancelledItems"], reply["creditsRefunded"]) == (5, 5)
    client.delete("/batch/scrape/" + first).ok()
    client.wait("/batch/scrape/" + first)
    assert own.key(client)["reserved"] == 0


def test_cancel_ended_and_unknown(client, shop):
    id, _ = client.batch(products(shop, 1))
    client.delete("/batch/scrape/" + id).error(409, "ALREADY_TERMINAL")
    client.delete("/batch/scrape/" + NOBODY).error(404, "NOT_FOUND")


# ---- 4.5 retry ----

def test_retry(client, troubles):
    """Failed items alone, with or without a body; the others are untouched and not fetched again."""
    urls = [troubles.url + path for path in ("/good", "/later", "/nowhere")]
    id, before = client.batch(urls)
    assert [item["status"] for item in before["items"]] == ["completed", "failed", "failed"]
    fetched = len(troubles.requests("/good"))
    assert client.post(f"/batch/scrape/{id}/retry", {}).ok(202) == {"status": "queued", "retriedCount": 2}
    after = client.wait("/batch/scrape/" + id)
    assert [item["status"] for item in after["items"]] == ["completed", "completed", "failed"]
    assert (after["completedCount"], after["failedCount"], after["creditsUsed"]) == (2, 1, 2)
    assert [item["uuid"] for item in after["items"]] == [item["uuid"] for item in before["items"]]
    assert after["items"][0] == before["items"][0] and len(troubles.requests("/good")) == fetched
    assert client.post(f"/batch/scrape/{id}/retry").ok(202)["retriedCount"] == 1


def test_retry_goes_back_to_running(client, site):
    pages = {"/good": rude_server.html("Good"),
             "/bad": [rude_server.Reply("x", 404), rude_server.Reply(rude_server.html("Now"), pause=1.0)]}
    one = site(pages)
    id, before = client.batch([one.url + "/good", one.url + "/bad"])
    assert before["failedCount"] == 1
    client.post(f"/batch/scrape/{id}/retry").ok(202)
    during = client.get("/batch/scrape/" + id).json
    assert during["status"] in ("pending", "running") and during["failedCount"] == 0 and during["finishedAt"] is None
    client.post(f"/batch/scrape/{id}/retry").error(409, "NOT_FINISHED")
    assert client.wait("/batch/scrape/" + id)["completedCount"] == 2


def test_retry_of_nothing(client, shop):
    id, _ = client.batch(products(shop, 1))
    client.post(f"/batch/scrape/{id}/retry").error(400, "NOTHING_TO_RETRY")
    client.post(f"/batch/scrape/{NOBODY}/retry").error(404, "NOT_FOUND")


def test_retry_with_cookies_again(make_service, site):
    """After a restart items that had cookies end with CREDENTIALS_LOST; the retry brings them again."""
    async def account(request, wire):
        if request.headers.get("cookie") != "sid=1":
            return rude_server.Reply("no", 403)
        return rude_server.Reply(sites.page("Account", sites.text("accounts")), pause=0.7)
    one = site({f"/account/{n}": account for n in range(12)})
    own = make_service()
    client = own.client()
    urls = [f"{one.url}/account/{n}" for n in range(12)]
    id = client.post("/batch/scrape", {"urls": urls, "cookies": "sid=1"}).ok(202)["batchId"]
    wait_for(lambda: client.get("/batch/scrape/" + id).json["completedCount"] >= 1, 20, "the first item")
    own.kill9()
    own.start()
    status = client.wait("/batch/scrape/" + id)
    words = [item["status"] for item in status["items"]]
    assert set(words) == {"completed", "failed"}
    assert all("CREDENTIALS_LOST" in item["error"] for item in status["items"] if item["status"] == "failed")
    again = client.post(f"/batch/scrape/{id}/retry", {"cookies": "sid=1"}).ok(202)
    assert again["retriedCount"] == words.count("failed")
    assert client.wait("/batch/scrape/" + id)["completedCount"] == 12


def test_big_batches_are_written_item_by_item(client, site):
    """Fifty pages of a megabyte: the reply is whole."""
    one = site({f"/{n}": rude_server.html(f"Page {n}", f"word{n} " * 120000) for n in range(10)})
    _, status = client.batch([f"{one.url}/{n}" for n in range(10)] * 5)
    assert status["completedCount"] == 50
    assert all(len(item["result"]["content"]) > 600000 for item in status["items"])


def test_same_url_twice(client, shop):
    """Each item of its own, though the page is one."""
    _, status = client.batch(products(shop, 1, 1, 2, 1))
    assert [item["status"] for item in status["items"]] == ["completed"] * 4
    assert len({item["uuid"] for item in status["items"]}) == 4
    assert status["creditsUsed"] == sum(item["creditsUsed"] for item in status["items"])


def test_logs_know_items(client, troubles):
    id, status = client.batch([troubles.url + "/good", troubles.url + "/nowhere"])
    def logged():
        return [log["uuid"] for log in client.get("/scrape-logs").ok()["data"]]
    eventually(lambda: sorted(logged()) == sorted(item["jobId"] for item in status["items"]))
