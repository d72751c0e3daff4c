# SPDX-License-Identifier: Apache-2.0
"""Section 1 of the contract: base URL, framing, authentication, status codes, errors, limits' headers."""
import http.client
import json
import re
import subprocess
import urllib.parse

import pytest

import serving
import sites
from harness import wait_for
from serving import Events


def good_scrape(blog):
    return {"urls": [{"url": blog.url + sites.POST[1]}]}


def test_mounts(client, blog):
    """Under /api, bare and /sdk: the same routes."""
    id = client.post("/scrape", good_scrape(blog)).ok(202)["jobId"]
    client.wait("/scrape/" + id)
    replies = [client.at(mount).get("/scrape/" + id).ok() for mount in ("/api", "", "/sdk")]
    assert replies[0] == replies[1] == replies[2]


@pytest.mark.parametrize("path", ["/api//scrape", "//api///scrape", "/api/scrape/"])
def test_slashes_collapse(client, blog, path):
    client.post(path, good_scrape(blog), raw=True).ok(202)


def test_content_type_without_body(client, blog):
    """Clients send Content-Type: application/json on GET, DELETE and POST without a body."""
    json_type = {"Content-Type": "application/json"}
    client.get("/crawl/stats", headers=json_type).ok()
    id, _ = client.batch([blog.url + sites.POST[1]])
    client.post(f"/batch/scrape/{id}/retry", headers=json_type).error(400, "NOTHING_TO_RETRY")
    client.delete(f"/batch/scrape/{id}", headers=json_type).error(409, "ALREADY_TERMINAL")


def test_body_without_content_type(client, blog):
    client.post("/scrape", body=json.dumps(good_scrape(blog)).encode()).ok(202)


def test_unknown_fields_are_ignored(client, blog):
    more = {"wait": True, "instruction": "x", "webhookUrl": "x", "new": {"deep": [1]}}
    client.post("/scrape", {**good_scrape(blog), **more}).ok(202)
    client.post("/batch/scrape", {"urls": [blog.url + "/"], **more}).ok(202)
    client.post("/crawl", {"baseUrl": blog.url + "/", "new": 1, "wait": False, "format": "json"}).ok(202)


def test_every_success_is_json(client, blog):
    """JS parses each 2xx, DELETE too."""
    id = client.post("/crawl", {"baseUrl": blog.url + "/", "maxPages": 3}).ok(202)["jobId"]
    reply = client.delete("/crawl/" + id)
    assert reply.status in (200, 409)
    assert reply.headers["content-type"].startswith("application/json") and isinstance(reply.json, dict)


@pytest.mark.parametrize("header", [{"x-api-key": "KEY"}, {"X-API-Key": "KEY"}, {"Authorization": "Bearer KEY"},
                                    {"Authorization": "bearer KEY"}, {"x-api-key": "KEY", "Authorization": "Bearer KEY"}])
def test_key_headers(client, header):
    headers = {name: value.replace("KEY", client.key) for name, value in header.items()}
    client.get("/crawl/stats", key=None, headers=headers).ok()


@pytest.mark.parametrize("key", [None, "", "spd_unknown", "wk_" + "0" * 40, "x" * 4000, "schl\xfcssel"])
def test_bad_keys_are_401(client, key):
    client.get("/crawl/stats", key=key).error(401, "UNAUTHORIZED")


def test_bad_key_before_the_body(service, client):
    """The key is looked up before the body is read: nothing of a megabyte is waited for."""
    where = urllib.parse.urlsplit(service.url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    connection.putrequest("POST", "/api/scrape")
    connection.putheader("x-api-key", "nobody")
    connection.putheader("Content-Length", "1000000")
    connection.endheaders()
    assert connection.getresponse().status == 401
    connection.close()


def test_revoked_keys_are_401(service):
    """Expiry is judged in the unit tests: no test can wait for the next day."""
    gone = service.client()
    gone.get("/crawl/stats").ok()
    service.webkeep.run("keys", "revoke", gone.key_id, "--data", service.webkeep.data).ok()
    gone.get("/crawl/stats").error(401, "UNAUTHORIZED")


def test_status_400(client):
    client.post("/scrape", {}).error(400, "INVALID_REQUEST")
    client.post("/crawl", {"maxPages": 5}).error(400, "INVALID_REQUEST")
    client.get("/usage-stats").error(400, "INVALID_REQUEST")


def test_field_errors_name_the_field(client, blog):
    """By JSON pointer, with what was expected and what came."""
    message = client.post("/scrape", {"urls": [{"url": blog.url}, {"url": 5}]}).error(400, "INVALID_REQUEST")
    assert "/urls/1/url" in message and "expected a string" in message and "got" in message
    message = client.post("/crawl", {"baseUrl": blog.url, "maxPages": "many"}).error(400, "INVALID_REQUEST")
    assert "/maxPages" in message and "whole number" in message and "got a string" in message
    message = client.post("/batch/scrape", {"urls": "x"}).error(400, "INVALID_REQUEST")
    assert "/urls" in message and "expected" in message and "got a string" in message


def test_status_404(service, client, blog):
    """Unknown ids, ids that are none, and other people's jobs: all the same."""
    other = service.client()
    scrape = other.post("/scrape", good_scrape(blog)).ok(202)["jobId"]
    batch = other.post("/batch/scrape", {"urls": [blog.url + "/"]}).ok(202)["batchId"]
    crawl = other.post("/crawl", {"baseUrl": blog.url + "/", "maxPages": 1}).ok(202)["jobId"]
    nobody = "01890000-0000-7000-8000-000000000000"
    for scrape_id, batch_id, crawl_id in ((scrape, batch, crawl), (nobody,) * 3, ("no-id",) * 3, (batch, crawl, scrape)):
        client.get(f"/scrape/{scrape_id}").error(404, "NOT_FOUND")
        client.get(f"/batch/scrape/{batch_id}").error(404, "NOT_FOUND")
        client.delete(f"/batch/scrape/{batch_id}").error(404, "NOT_FOUND")
        client.post(f"/batch/scrape/{batch_id}/retry").error(404, "NOT_FOUND")
        client.get(f"/scrape-logs/{scrape_id}").error(404, "NOT_FOUND")
        for tail in ("", "/pages", "/download", "/events"):
            client.get(f"/crawl/{crawl_id}{tail}").error(404, "NOT_FOUND")
        client.get(f"/crawl/job/{crawl_id}").error(404, "NOT_FOUND")
        client.delete(f"/crawl/{crawl_id}").error(404, "NOT_FOUND")
        client.post(f"/crawl/{crawl_id}/resume").error(404, "NOT_FOUND")
        client.post(f"/crawl/{crawl_id}/extract", {"transformInstruction": "titles"}).error(404, "NOT_FOUND")
        client.post(f"/crawl/{crawl_id}/retry/{'0' * 32}").error(404, "NOT_FOUND")


def test_unknown_paths_and_methods(client):
    client.get("/nope").error(404, "NOT_FOUND")
    client.get("/scrape/x/y/z").error(404, "NOT_FOUND")
    reply = client.delete("/scrape")
    reply.error(405, "METHOD_NOT_ALLOWED")
    assert reply.headers["allow"] == "POST"


def test_error_body(client):
    """status, message and error as strings, and a code: what both T and the Go SDK read."""
    body = client.post("/scrape", {}).json
    assert body["status"] == "error" and body["code"] == "INVALID_REQUEST"
    assert isinstance(body["message"], str) and body["error"] == body["message"]


def test_search_is_501(client):
    client.post("/search", {"query": "x"}).error(501, "NOT_IMPLEMENTED")
    client.get("/search/01890000-0000-7000-8000-000000000000").error(501, "NOT_IMPLEMENTED")


def test_ratelimit_headers_on_every_reply(client, blog):
    """In seconds from now: a Unix time would make clients wait for decades."""
    replies = [client.get("/crawl/stats"), client.get("/nope"), client.post("/scrape", {}), client.get("/healthz", key=None),
               client.post("/scrape", good_scrape(blog)), client.get("/crawl/stats", key="bad"), client.delete("/scrape")]
    for reply in replies:
        limit, remaining, reset = (int(reply.headers["ratelimit-" + name]) for name in ("limit", "remaining", "reset"))
        assert 0 <= remaining <= limit and 0 <= reset <= 3600


def test_body_limits(service, client):
    client.post("/scrape", body=b'{"urls": "' + b"x" * (1 << 20) + b'"}').error(413, "PAYLOAD_TOO_LARGE")
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(service.url).netloc, timeout=10)
    connection.request("GET", "/api/crawl/stats", headers={"x-api-key": client.key, "X-Long": "x" * 40000})
    assert connection.getresponse().status == 431
    connection.close()


def test_health_needs_no_key(client):
    assert client.get("/healthz", key=None).ok()["status"] == "ok"
    assert client.get("/readyz", key=None).ok()["status"] == "ok"
    metrics = client.get("/metrics", key=None)
    assert metrics.status == 200 and b"# TYPE webkeep_" in metrics.body
    assert client.get("/openapi.json", key=None).ok()["openapi"].startswith("3.1")


def test_first_key_line_works_as_pasted(make_service, blog):
    """The greeting of a new folder holds a key and a curl line."""
    own = make_service()
    line = re.search(r"^  curl .*?\n\n", own.said(), re.M | re.S).group(0)
    assert own.first_key in line
    done = subprocess.run(["sh", "-c", line.replace("https://example.com", blog.url + "/")], capture_output=True, text=True)
    assert json.loads(done.stdout)["status"] == "queued", done
    own.stop()
    own.start()
    assert "first API key" not in own.said()


def test_log_lines(service, client):
    """One line a request, key=value, without the key itself or a query."""
    client.get("/scrape-logs?searchTerm=needle-in-query").ok()
    def logged():   # the reply may be here before the line is
        lines = [line for line in service.log() if "path=/api/scrape-logs " in line]
        assert lines and "method=GET" in lines[-1] and "status=200" in lines[-1]
    serving.eventually(logged)
    assert not any("needle-in-query" in line or client.key in line for line in service.log())


def test_log_json(make_service):
    own = make_service(options=["--log-json"])
    own.client().get("/crawl/stats").ok()
    def logged():
        lines = [json.loads(line) for line in own.log() if line.strip()]
        assert any(line.get("path") == "/api/crawl/stats" and line["status"] == 200 for line in lines)
    serving.eventually(logged)


def test_busy_is_503(make_service, site):
    """With retry_after, in the header and in the body."""
    slow = site(sites.slow(30, 0.3))
    own = make_service(settings={"limits.streams": 1})
    client = own.client()
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 30}).ok(202)["jobId"]
    stream = Events(client, f"/crawl/{id}/events")
    assert stream.status == 200
    reply = client.get(f"/crawl/{id}/events")
    reply.error(503, "SERVICE_BUSY")
    assert int(reply.headers["retry-after"]) == reply.json["retry_after"] >= 1
    stream.close()


def test_nothing_is_taken_while_it_stops(make_service, site):
    """SIGTERM with work under way: it ends with 0, and the job goes on with the next start."""
    slow = site(sites.slow(12, 0.3))
    own = make_service()
    client = own.client()
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 12}).ok(202)["jobId"]
    wait_for(lambda: client.get("/crawl/" + id).json["progress"]["pagesCrawled"], 10, "a page")
    assert own.stop().code == 0
    own.start()
    assert len(client.wait("/crawl/" + id)["result"]) == 12
    asked = [one.path for one in slow.requests()]
    assert len(asked) == len(set(asked))
