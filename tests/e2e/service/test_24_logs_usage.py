# SPDX-License-Identifier: Apache-2.0
"""Sections 11 and 12 of the contract: logs of scrapes and batch items, usage by day and week."""
import datetime
import re

import pytest

import sites
from serving import eventually

NOBODY = "01890000-0000-7000-8000-000000000000"
LISTED = {"uuid", "urls", "extraction_prompt", "status", "credits_used", "started_at", "finished_at", "error_message",
          "input_tokens", "output_tokens", "tokens_used", "latency_ms", "ai_output_format", "use_proxy", "proxy_country",
          "captcha_solved_count", "scraped_sites_count"}


@pytest.fixture(scope="module")
def logged(service, blog, shop):
    """Somebody with a scrape, a failed scrape and a batch of two: (client, ids newest first)."""
    client = service.client()
    first = client.post("/scrape", {"urls": [{"url": blog.url + sites.POST[0]}, {"url": shop.url + "/product/1"}]}).ok(202)["jobId"]
    client.wait("/scrape/" + first)
    second = client.post("/scrape", {"urls": [{"url": blog.url + "/nowhere"}], "prompt": "Extract the Price"}).ok(202)["jobId"]
    client.wait("/scrape/" + second)
    _, batch = client.batch([shop.url + "/product/2", shop.url + "/nowhere-either"], output="markdown")
    yield client, [item["uuid"] for item in batch["items"]][::-1] + [second, first]
    client.close()


def found(client, query=""):
    return [log["uuid"] for log in client.get("/scrape-logs" + query).ok()["data"]]


# ---- 11.1 the list ----

def test_list(logged, blog, shop):
    """Newest first, without results."""
    client, ids = logged
    reply = client.get("/scrape-logs").ok()
    assert reply["status"] == "success" and reply["total"] == 4
    logs = reply["data"]
    assert [log["uuid"] for log in logs] == ids
    for log in logs:
        assert set(log) >= LISTED and "result_data" not in log
        assert log["started_at"] <= log["finished_at"] and log["latency_ms"] >= 0 and log["captcha_solved_count"] == 0
        assert log["tokens_used"] == log["input_tokens"] + log["output_tokens"] and log["use_proxy"] == 0
        assert log["proxy_country"] is None
    bad_item, item, failed, scrape = logs
    assert scrape["urls"] == [{"url": blog.url + sites.POST[0]}, {"url": shop.url + "/product/1"}]
    assert [log["status"] for log in logs] == ["failed", "success", "failed", "success"]
    assert [log["credits_used"] for log in logs] == [0, 1, 0, 2]
    assert [log["scraped_sites_count"] for log in logs] == [0, 1, 0, 2]
    assert failed["extraction_prompt"] == "Extract the Price" and failed["ai_output_format"] == "json"
    assert isinstance(failed["error_message"], str) and isinstance(bad_item["error_message"], str)
    assert scrape["error_message"] is None and item["error_message"] is None and item["ai_output_format"] == "markdown"


def test_mounts_differ_here_alone(logged):
    """Under /api data is the array, with logs and total beside it; under /sdk it is the SDKs' object."""
    client, ids = logged
    api, bare, sdk = (client.at(mount).get("/scrape-logs").ok() for mount in ("/api", "", "/sdk"))
    assert api == bare and api["data"] == api["logs"] and api["total"] == 4
    assert set(sdk) == {"status", "data"} and sdk["data"] == {"logs": api["data"], "total": 4}
    for path in (f"/scrape-logs/{ids[0]}", "/crawl/history", "/account/usage", "/batch/scrape"):
        assert client.at("/sdk").get(path).json == client.get(path).json


@pytest.mark.parametrize("query, wanted", [
    ("status=success", [1, 3]), ("status=failed", [0, 2]), ("status=error", [0, 2]), ("status=in_progress", []),
    ("searchTerm=product/2", [1]), ("searchTerm=NOWHERE", [0, 2]), ("searchTerm=extract%20the%20price", [2]),
    ("searchTerm=absent", []), ("searchTerm=nowhere&status=success", []), ("channel=api", [0, 1, 2, 3]),
    ("channel=playground", []), ("status=", [0, 1, 2, 3])])
def test_filters(logged, query, wanted):
    client, ids = logged
    reply = client.get("/scrape-logs?" + query).ok()
    assert [log["uuid"] for log in reply["data"]] == [ids[n] for n in wanted] and reply["total"] == len(wanted)


def test_dates(logged):
    """A day or an ISO time; the last day counts whole."""
    client, ids = logged
    now = datetime.datetime.now(datetime.timezone.utc)
    day, before, after = (str((now + datetime.timedelta(days=n)).date()) for n in (0, -1, 1))
    assert found(client, f"?dateStart={before}&dateEnd={after}") == ids
    assert found(client, f"?dateStart={after}") == [] and found(client, f"?dateEnd={before}T00:00:00Z") == []
    if now.hour < 23:
        assert found(client, f"?dateStart={day}&dateEnd={day}") == ids
    assert found(client, f"?dateStart={before}T10:00:00Z&dateEnd={after}T00:00:00.000Z") == ids


@pytest.mark.parametrize("query", ["status=odd", "channel=odd", "dateStart=yesterday", "dateEnd=2026-13-45", "dateEnd=1"])
def test_bad_filters_are_400(logged, query):
    name = query.partition("=")[0]
    assert name in logged[0].get("/scrape-logs?" + query).error(400, "INVALID_REQUEST")


def test_paging(logged):
    client, ids = logged
    assert found(client, "?page=1&limit=3") == ids[:3] and found(client, "?page=2&limit=3") == ids[3:]
    assert found(client, "?page=3&limit=3") == [] and found(client, "?status=failed&page=2&limit=1") == [ids[2]]
    assert found(client, "?page=0&limit=1000") == ids and len(found(client, "?limit=0")) >= 1
    assert client.get("/scrape-logs?page=2&limit=1").ok()["total"] == 4


def test_in_progress(client, site):
    import rude_server
    slow = site({"/page": rude_server.Reply(rude_server.html("Slow"), pause=1.0)})
    id = client.post("/scrape", {"urls": [{"url": slow.url + "/page"}]}).ok(202)["jobId"]
    log, = client.get("/scrape-logs?status=in_progress").ok()["data"]
    assert log["uuid"] == id and log["finished_at"] is None
    client.wait("/scrape/" + id)
    assert found(client, "?status=in_progress") == [] and found(client, "?status=success") == [id]


def test_logs_are_the_keys_own(logged, client):
    assert client.get("/scrape-logs").ok()["data"] == []
    client.get("/scrape-logs/" + logged[1][0]).error(404, "NOT_FOUND")


# ---- 11.2 one entry ----

def test_detail(logged, blog):
    """The entry and its result; uuid is the job's id."""
    client, (bad_item, item, failed, scrape) = logged
    listed = {log["uuid"]: log for log in client.get("/scrape-logs").ok()["data"]}
    for uuid in listed:
        reply = client.get("/scrape-logs/" + uuid).ok()
        assert reply["status"] == "success"
        data = reply["data"]
        assert {name: value for name, value in data.items() if name != "result_data"} == listed[uuid]
    def result(uuid):
        return client.get("/scrape-logs/" + uuid).json["data"]["result_data"]
    assert "Kettle 2" in str(result(item)) and sites.TITLES[0] in str(result(scrape)) and "Kettle 1" in str(result(scrape))
    assert result(failed) is None and result(bad_item) is None
    assert client.get("/scrape/" + scrape).ok()["status"] == "completed"


@pytest.mark.parametrize("uuid", [NOBODY, "x", "history"])
def test_detail_of_nothing(logged, uuid):
    logged[0].get("/scrape-logs/" + uuid).error(404, "NOT_FOUND")


def test_no_secrets_in_logs(client, blog):
    client.scrape(blog.url + "/", cookies="sid=topsecretcookie")
    uuid, = found(client)
    for path in ("/scrape-logs", "/scrape-logs/" + uuid):
        body = client.get(path).body
        assert b"topsecret" not in body and client.key.encode() not in body


# ---- 12 usage ----

@pytest.mark.parametrize("range, rows, days", [("7d", 7, 1), ("30d", 30, 1), ("weekly", 7, 7)])
def test_ranges(client, range, rows, days):
    """Oldest first, rows without use too; integers where the Go SDK wants them."""
    for path in ("/usage-stats", "/account/usage"):
        data = client.get(f"{path}?range={range}").ok()["data"]
        assert len(data) == rows
        firsts = [datetime.date.fromisoformat(row["date"][:10]) for row in data]
        assert all(b - a == datetime.timedelta(days=days) for a, b in zip(firsts, firsts[1:]))
        today = datetime.datetime.now(datetime.timezone.utc).date()
        assert firsts[-1] <= today < firsts[-1] + datetime.timedelta(days=days)
        for row in data:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d" if days == 1 else r"\d{4}-\d\d-\d\d.+\d{4}-\d\d-\d\d", row["date"]) and row["label"]
            for name in ("requests", "crawls", "tokens", "captchas"):
                assert type(row[name]) is int and row[name] == 0


@pytest.mark.parametrize("query", ["", "?range=", "?range=1y", "?range=7D"])
def test_range_is_required(client, query):
    client.get("/usage-stats" + query).error(400, "INVALID_REQUEST")


def test_account_usage_has_a_default(client):
    assert len(client.get("/account/usage").ok()["data"]) == 30
    client.get("/account/usage?range=1y").error(400, "INVALID_REQUEST")


def test_usage_counts_what_happens(client, blog, docs):
    """From counters kept as the work happens."""
    client.scrape(blog.url + sites.POST[0], blog.url + sites.POST[1])
    client.batch([blog.url + sites.POST[2], blog.url + "/nowhere"])
    _, crawl = client.crawl(docs.url + "/", maxPages=3)
    def counted():
        today = client.get("/usage-stats?range=7d").ok()["data"][-1]
        assert today["credits"] == 2 + 1 + len(crawl["result"]) and today["crawls"] == 1
        assert today["requests"] >= 4 and today["tokens"] == today["captchas"] == 0 and today["latency"] >= 0
        week = client.get("/usage-stats?range=weekly").ok()["data"][-1]
        assert {name: week[name] for name in ("credits", "crawls", "requests")} == {name: today[name] for name in ("credits", "crawls", "requests")}
    eventually(counted)
    assert client.service.client().get("/usage-stats?range=7d").ok()["data"][-1]["credits"] == 0
