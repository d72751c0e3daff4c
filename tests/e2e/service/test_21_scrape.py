# SPDX-License-Identifier: Apache-2.0
"""Section 3 of the contract: scrapes, and what all submissions share: prompts, schemas, proxies, cookies, screenshots."""
import json
import re

import pytest

import harness
from harness import wait_for
import rude_server
import sites

SCHEMA = {"type": "object", "required": ["name", "price"],
          "properties": {"name": {"type": "string"}, "price": {"type": ["number", "null"]}}}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


def urls(*all):
    return {"urls": [{"url": url} for url in all]}


# ---- 3.1 the request ----

def test_submit_reply(client, blog):
    reply = client.post("/scrape", urls(blog.url + "/"))
    body = reply.ok(202)
    assert body["status"] == "queued" and UUID.match(body["jobId"])
    assert body["jobId"] in body["message"] and "schema_warnings" not in body
    assert reply.headers["location"] == "/api/scrape/" + body["jobId"]
    assert client.at("/sdk").post("/scrape", urls(blog.url + "/")).headers["location"].startswith("/sdk/scrape/")


@pytest.mark.parametrize("count, status", [(0, 400), (1, 202), (3, 202), (4, 400), (6, 400)])
def test_one_to_three_urls(client, blog, count, status):
    reply = client.post("/scrape", urls(*[blog.url + path for path in (sites.POST * 2)[:count]]))
    if status == 202:
        reply.ok(202)
    else:
        assert "/urls" in reply.error(400, "INVALID_REQUEST")


def test_five_urls_by_setting(make_service, blog):
    own = make_service(settings={"limits.scrape_urls": 5}).client()
    own.post("/scrape", urls(*[blog.url + "/"] * 5)).ok(202)


@pytest.mark.parametrize("url", ["", "ftp://example.com/", "file:///etc/passwd", "example.com", "http://", "javascript:alert(1)",
                                 "http://exa mple.com/", "//example.com/", 5, None, "http://[::1", "gopher://x/", "data:,x"])
def test_only_http_urls(client, url):
    assert "/urls/0/url" in client.post("/scrape", urls(url)).error(400, "INVALID_REQUEST")


def test_actions(client, blog):
    """An empty list, as n8n sends it, is none; others need a browser."""
    client.post("/scrape", {"urls": [{"url": blog.url + "/", "actions": []}]}).ok(202)
    actions = [{"type": "click", "value": "Accept cookies"}]
    message = client.post("/scrape", {"urls": [{"url": blog.url + "/", "actions": actions}]}).error(400, "BROWSER_UNAVAILABLE")
    assert "browser" in message


def test_instruction_is_ignored(client, blog):
    client.post("/scrape", {"urls": [{"url": blog.url + "/", "instruction": "open the first post"}]}).ok(202)


def test_empty_prompt_is_none(client, blog):
    """MCP sends "" for no prompt: the content is the page's Markdown and nothing has failed."""
    status = client.scrape(blog.url + sites.POST[1], prompt="")
    assert f"\n# {sites.TITLES[1]}\n" in status["result"]["content"]
    assert status["result"]["ai_extraction_failed"] is False


def test_neither_prompt_nor_output(client, blog):
    result = client.scrape(blog.url + sites.POST[1])["result"]
    assert result["content"] == result["data"][0]["markdownContent"] and f"# {sites.TITLES[1]}" in result["content"]
    assert result["ai_extraction_failed"] is False and result["stats"]["totalTokens"] == 0


def test_metadata_and_quality(client, blog):
    """What the page says of itself stands beside its Markdown; a missing page has neither."""
    post = sites.POSTS[sites.POST[1]]
    good, gone = client.scrape(blog.url + sites.POST[1], blog.url + "/nowhere.html")["result"]["data"]
    told = good["metadata"]
    assert told["title"] == post["title"] and told["published"] == post["date"]
    assert told["language"] == "en" and good["quality"] == []
    assert "metadata" not in gone and "quality" not in gone


def answered_or_said(result, is_answer):
    """An answer of the wanted form, or Markdown and the flag that says so: nothing else."""
    if result["ai_extraction_failed"]:
        assert result["content"] == "\n\n---\n\n".join(one["markdownContent"] for one in result["data"] if one["success"])
    else:
        assert is_answer(result["content"]), result["content"]


def test_prompt(client, shop):
    """With a prompt the output is json by default."""
    result = client.scrape(shop.url + "/product/2", prompt="Extract the product name and price")["result"]
    answered_or_said(result, lambda content: isinstance(content, (dict, list)) and "Kettle 2" in json.dumps(content))


@pytest.mark.parametrize("output", ["json", "markdown", "text", "table"])
def test_outputs(client, shop, output):
    result = client.scrape(shop.url + "/product/2", prompt="Extract the product name and price", output=output)["result"]
    answered_or_said(result, lambda content: isinstance(content, (dict, list) if output == "json" else str))


def test_output_json_without_prompt(client, shop):
    """A default extraction pass."""
    result = client.scrape(shop.url + "/product/2", output="json")["result"]
    answered_or_said(result, lambda content: isinstance(content, (dict, list)))


@pytest.mark.parametrize("output", ["csv", "JSON", 5])
def test_unknown_output_is_400(client, shop, output):
    assert "/output" in client.post("/scrape", {**urls(shop.url + "/"), "output": output}).error(400, "INVALID_REQUEST")


def test_schema_forces_json(client, shop):
    result = client.scrape(shop.url + "/product/2", schema=SCHEMA, output="markdown")["result"]
    answered_or_said(result, lambda content: set(SCHEMA["required"]) <= set(content))


def test_content_only(client, blog):
    whole = client.scrape(blog.url + sites.POST[1])["result"]["content"]
    main = client.scrape(blog.url + sites.POST[1], extractContentOnly=True)["result"]["content"]
    assert "Footer words" not in main and "Sidebar words" not in main and "Site header words" not in main
    assert f"Sentence 5 about {sites.TITLES[1]}" in main and len(main) <= len(whole)


def test_screenshots_without_a_browser(client, blog):
    """Asked for or not: null and an empty list, and the job goes on."""
    result = client.scrape(blog.url + "/", screenshot=True, fullPageScreenshot=True)["result"]
    assert result["screenshots"] == [] and result["data"][0]["screenshotUrl"] is None


@pytest.mark.parametrize("mode, status", [("default", 202), ("fast", 202), ("slow", 400)])
def test_scrape_mode(client, blog, mode, status):
    assert client.post("/scrape", {**urls(blog.url + "/"), "scrapeMode": mode}).status == status


# ---- 3.2 the status ----

def test_status_while_it_waits_and_runs(client, site):
    """status waiting, active; progress with a message and 0..1; result and error null until the end."""
    slow = site({"/robots.txt": sites.ROBOTS, "/page": rude_server.Reply(rude_server.html("Slow"), pause=1.0)})
    id = client.post("/scrape", urls(slow.url + "/page")).ok(202)["jobId"]
    seen = set()
    def ended():
        status = client.get("/scrape/" + id).ok()
        assert isinstance(status["progress"]["message"], str) and 0 <= status["progress"]["progress"] <= 1
        if status["status"] not in ("completed", "failed"):
            assert status["result"] is None and status["error"] is None and status["progress"]["progress"] < 1
            seen.add(status["status"])
            return None
        return status
    status = wait_for(ended, 20, "the end")
    assert seen and seen <= {"waiting", "active"} and "active" in seen
    assert status["status"] == "completed" and status["progress"]["progress"] == 1 and status["error"] is None


def test_result(client, blog, shop):
    """One entry a URL, in the order of the request."""
    asked = [blog.url + sites.POST[2], shop.url + "/product/1", blog.url + sites.POST[0]]
    result = client.scrape(*asked)["result"]
    assert [one["url"] for one in result["data"]] == asked
    assert [one["title"] for one in result["data"]] == [sites.TITLES[2], "Kettle 1", sites.TITLES[0]]
    for one in result["data"]:
        assert one["success"] is True and one["screenshotUrl"] is None and one["lowContent"] is False
        assert one["title"] in one["markdownContent"] and one["markdownContent"] in result["content"]
    stats = result["stats"]
    assert stats["durationMs"] >= 0 and stats["captchaSolvedCount"] == 0
    assert stats["totalTokens"] == stats["inputTokens"] + stats["outputTokens"]
    assert all(isinstance(one, str) for one in result["screenshots"])


def test_low_content(client, troubles):
    result = client.scrape(troubles.url + "/good", troubles.url + "/thin")["result"]
    assert result["data"][0]["lowContent"] is False and isinstance(result["data"][1]["lowContent"], bool)


def test_one_url_of_several_fails(client, troubles):
    status = client.scrape(troubles.url + "/good", troubles.url + "/nowhere")
    assert status["status"] == "completed" and status["error"] is None
    good, bad = status["result"]["data"]
    assert good["success"] is True and bad["success"] is False and "404" in bad["error"]
    assert status["result"]["content"] == good["markdownContent"]


def test_all_urls_fail(client, troubles):
    """error is a string: the Go SDK reads nothing else."""
    status = client.scrape(troubles.url + "/nowhere", troubles.url + "/500")
    assert status["status"] == "failed" and status["result"] is None
    assert isinstance(status["error"], str) and status["error"] and status["progress"]["progress"] == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/", "http://no-such-host.invalid/"])
def test_unreachable(client, address):
    status = client.scrape(address.format(port=harness.free_port()))
    assert status["status"] == "failed" and isinstance(status["error"], str)


def test_redirect_is_followed(client, troubles):
    result = client.scrape(troubles.url + "/moved")["result"]
    assert result["data"][0]["success"] is True and "Good page" in result["content"]


def test_the_same_url_twice(client, blog):
    result = client.scrape(blog.url + sites.POST[1], blog.url + sites.POST[1])["result"]
    assert [one["success"] for one in result["data"]] == [True, True]


def test_robots_is_not_asked_for_named_urls(client, troubles):
    """A person named this very URL; scrape.robots = 1 changes that."""
    assert client.scrape(troubles.url + "/private/page")["status"] == "completed"
    assert not troubles.requests("/robots.txt")


def test_robots_by_setting(make_service, troubles):
    own = make_service(settings={"scrape.robots": 1}).client()
    assert own.scrape(troubles.url + "/private/page")["status"] == "failed"
    assert troubles.requests("/robots.txt") and not troubles.requests("/private/page")


# ---- 8 schemas ----

@pytest.mark.parametrize("schema", [[], "x", 5, {"type": "strange"}, {"type": "object", "properties": []},
                                    {"type": "object", "required": "name"}, {"type": "object", "properties": {"a": 5}},
                                    {"type": "array", "items": []}])
def test_malformed_schema_is_422(client, shop, schema):
    reply = client.post("/scrape", {**urls(shop.url + "/"), "schema": schema})
    reply.error(422, "INVALID_SCHEMA")
    assert reply.json["errors"] and all(isinstance(one, str) for one in reply.json["errors"])
    client.post("/batch/scrape", {"urls": [shop.url + "/"], "schema": schema}).error(422, "INVALID_SCHEMA")
    client.post("/crawl", {"baseUrl": shop.url + "/", "schema": schema}).error(422, "INVALID_SCHEMA")
    assert client.get("/scrape-logs").ok()["total"] == 0    # nothing was queued


def nested(depth):
    schema = {"type": "string"}
    for _ in range(depth - 1):
        schema = {"type": "object", "properties": {"x": schema}}
    return schema


def test_schema_limits(client, shop):
    """Five levels and 10 KB."""
    def status(schema):
        return client.post("/scrape", {**urls(shop.url + "/"), "schema": schema}).status
    assert status(nested(4)) == 202
    assert status(nested(5)) == 202
    assert status(nested(7)) == 422
    wide = {"type": "object", "properties": {"x": {"type": "string", "description": "d" * 8000}}}
    assert status(wide) == 202
    wide["properties"]["x"]["description"] = "d" * 11000
    assert status(wide) == 422


def test_schema_warnings(client, shop):
    """anyOf and $ref are ignored and said; what Zod adds is accepted silently."""
    odd = {"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}]}, "b": {"$ref": "#/definitions/b"}}}
    warnings = client.post("/scrape", {**urls(shop.url + "/"), "schema": odd}).ok(202)["schema_warnings"]
    assert any("anyOf" in one for one in warnings) and any("$ref" in one for one in warnings)
    zod = {"$schema": "http://json-schema.org/draft-07/schema#", "additionalProperties": False, **SCHEMA}
    assert "schema_warnings" not in client.post("/scrape", {**urls(shop.url + "/"), "schema": zod}).ok(202)
    assert client.post("/batch/scrape", {"urls": [shop.url + "/"], "schema": odd}).ok(202)["schema_warnings"]
    assert client.post("/crawl", {"baseUrl": shop.url + "/", "schema": odd}).ok(202)["schema_warnings"]


def test_schema_keywords(client, shop):
    """type as a name or a list, properties, required, items, enum with null."""
    schema = {"type": "object", "required": ["name", "kind", "colours"], "properties": {
        "name": {"type": "string"}, "kind": {"type": ["string", "null"], "enum": ["kettle", "pot", None]},
        "colours": {"type": "array", "items": {"type": "string"}}, "details": {"type": "object"}}}
    result = client.scrape(shop.url + "/product/3", prompt="Extract the product", schema=schema)["result"]
    answered_or_said(result, lambda content: set(schema["required"]) <= set(content))
    if not result["ai_extraction_failed"]:
        assert result["content"]["kind"] in ("kettle", "pot", None)


def test_no_invented_values(client, jobs):
    """What the page lacks is null or said to have failed."""
    schema = {"type": "object", "required": ["salary_min", "moons"],
              "properties": {"salary_min": {"type": ["number", "null"]}, "moons": {"type": ["integer", "null"]}}}
    result = client.scrape(jobs.url + "/job/2", prompt="Extract the salary", schema=schema)["result"]
    answered_or_said(result, lambda content: content["salary_min"] is None and content["moons"] is None)


# ---- 9 proxies, 10 cookies ----

@pytest.mark.parametrize("country", [None, "us", "de", "eu", "global", "zz"])
def test_no_proxy_configured_is_400(client, blog, country):
    message = client.post("/scrape", {**urls(blog.url + "/"), "useProxy": True, "proxyCountry": country}).error(400, "NO_PROXY")
    assert "proxy.pool" in message
    client.post("/scrape", {**urls(blog.url + "/"), "useProxy": False, "proxyCountry": country}).ok(202)


def test_proxy_by_country(make_service, site):
    """The country's own proxy, eu any of a member, an unknown one any; the request goes through it."""
    de, us = (site({"/*": rude_server.html(name, "came through " + name), "http*": rude_server.html(name)}) for name in ("de", "us"))
    own = make_service(settings={"proxy.pool": f"de={de.url},us={us.url}"}).client()
    nobody = f"http://127.0.0.1:{harness.free_port()}/page"
    def through(country):
        del de.log[:], us.log[:]
        fields = {"proxyCountry": country} if country else {}
        assert own.scrape(nobody, useProxy=True, **fields)["status"] == "completed"
        assert len(de.log) + len(us.log) >= 1
        return "de" if de.log else "us"
    assert through("de") == "de" and through("DE") == "de" and through("us") == "us" and through("eu") == "de"
    for country in ("global", None, "zz"):
        assert through(country) in ("de", "us")


def test_cookies_go_to_their_host(client, troubles):
    for cookies, sent in (("session_id=abc123; auth_token=xyz789", "session_id=abc123; auth_token=xyz789"),
                          ("sid\tabc\t127.0.0.1\t/\tSession\nlang\ten\t127.0.0.1\t/\tSession", "sid=abc; lang=en")):
        assert "cookie: " + sent in client.scrape(troubles.url + "/account", cookies=cookies)["result"]["content"].replace("\\_", "_")
    assert "cookie: none" in client.scrape(troubles.url + "/account")["result"]["content"]


def test_cookies_are_dropped_on_other_hosts(client, site):
    """A redirect to another host takes none along."""
    async def account(request, wire):
        return rude_server.html("Other", "cookie: " + request.headers.get("cookie", "none"))
    other = site({"/account": account}, host="127.0.0.2")
    here = site({"/": rude_server.redirect(other.url + "/account")})
    client.scrape(here.url + "/", cookies="sid=secret")
    assert here.requests("/")[0].headers["cookie"] == "sid=secret"
    assert all("cookie" not in one.headers for one in other.log)


@pytest.mark.parametrize("cookies", ["no pair at all", "a=b\r\nX-Evil: 1", "=x"])
def test_bad_cookies_are_400(client, troubles, cookies):
    assert "/cookies" in client.post("/scrape", {**urls(troubles.url + "/account"), "cookies": cookies}).error(400, "INVALID_REQUEST")


def test_cookies_are_never_stored_or_logged(make_service, troubles):
    own = make_service()
    client = own.client()
    client.scrape(troubles.url + "/good", cookies="sid=very-secret-cookie-value")
    _, batch = client.batch([troubles.url + "/good"], cookies="sid=very-secret-cookie-value")
    client.crawl(troubles.url + "/", cookies="sid=very-secret-cookie-value")
    logs = client.get("/scrape-logs").body
    own.stop()
    assert b"very-secret" not in logs and not any("very-secret" in line for line in own.log())
    for file in own.webkeep.data.rglob("*"):
        if file.is_file() and not file.is_socket():
            assert b"very-secret-cookie-value" not in file.read_bytes(), file


def test_credentials_lost(make_service, site):
    """Cookies live in memory only: after a restart a scrape that had them ends with CREDENTIALS_LOST."""
    slow = site({"/page": rude_server.Reply(rude_server.html("Slow"), pause=3.0)})
    own = make_service()
    client = own.client()
    id = client.post("/scrape", {**urls(slow.url + "/page"), "cookies": "sid=x"}).ok(202)["jobId"]
    wait_for(lambda: slow.requests("/page"), 10, "the request")
    own.kill9()
    own.start()
    status = client.wait("/scrape/" + id)
    assert status["status"] == "failed" and "CREDENTIALS_LOST" in status["error"]


def test_pages_go_to_the_cache(make_service, blog):
    """Scraped pages are pages of the archive like all others."""
    own = make_service()
    own.client().scrape(blog.url + sites.POST[1])
    assert harness.wait_for(lambda: own.webkeep.try_pages("last") == [blog.url + sites.POST[1]], 10, "the page")
