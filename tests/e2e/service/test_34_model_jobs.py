# SPDX-License-Identifier: Apache-2.0
"""Jobs of the service with a model (the scripted one of model_server.py): answers come after the pages' commits, as many at
once as set; tokens are counted; stops, crashes and a large crawl beside a small scrape."""
import json
import time

import pytest

import model_server
from harness import wait_for
from model_server import ModelServer, say
import rude_server
import sites

SCHEMA = {"type": "object", "required": ["name", "price"], "properties": {"name": {"type": "string"}, "price": {"type": ["number", "null"]}}}
N = 12


def thing(i):
    return sites.page(f"Thing {i}", f"<h1>Thing {i}</h1><p>Name: Thing {i}</p><p>Price: {i}.50 EUR</p>{sites.text(f'thing {i}')}")


@pytest.fixture(scope="module")
def things():
    listing = "".join(f'<li><a href="/{i}">Thing {i}</a></li>' for i in range(N))
    pages = {"/robots.txt": sites.ROBOTS, "/": sites.page("Things", f"<h1>Things</h1><ul>{listing}</ul>" + sites.text("all things"))}
    with rude_server.Server({**pages, **{f"/{i}": thing(i) for i in range(N)}}) as server:
        yield server


def settings(server, **more):
    given = {"url": server.url, "name": "scripted", "key": "sk-hidden-key", "requests": 4, "retries": 1, **more}
    return {f"model.{name}": value for name, value in given.items()}


def test_scrape(make_service, things):
    with ModelServer("openai", key="sk-hidden-key") as server:
        client = make_service(settings=settings(server)).client()
        status = client.scrape(things.url + "/3", prompt="The product", schema=SCHEMA)
        assert status["status"] == "completed", status
        result = status["result"]
        assert "Price: 3.50 EUR" in result["data"][0]["markdownContent"]
        assert result["content"] == {"name": "Thing 3", "price": 3.5}
        assert result["ai_extraction_failed"] is False
        assert result["stats"]["inputTokens"] > 100 and result["stats"]["outputTokens"] > 5, result["stats"]
        told = result["data"][0]
        assert told["engine"] == "model" and "warnings" not in told
        assert told["grounding"] == {"onPage": 2, "exempt": 0, "dropped": 0}
        assert "sk-hidden-key" not in json.dumps(status)


def test_two_urls_make_one_answer(make_service, things):
    with ModelServer("openai") as server:
        client = make_service(settings=settings(server)).client()
        schema = {"type": "array", "items": SCHEMA}
        status = client.scrape(things.url + "/3", things.url + "/4", prompt="The product", schema=SCHEMA)
        assert status["result"]["content"]["name"] == "Thing 3", (status, schema)
        assert len(server.requests) == 2


def test_batch(make_service, things):
    with ModelServer("llamacpp") as server:
        client = make_service(settings=settings(server)).client()
        id, status = client.batch([f"{things.url}/{i}" for i in range(6)], prompt="The product", schema=SCHEMA)
        assert status["status"] == "completed"
        got = {item["url"].rpartition("/")[2]: item["result"] for item in status["items"]}
        assert {i: json.loads(r)["price"] if isinstance(r, str) else r["price"] for i, r in got.items()} == {
            str(i): i + 0.5 for i in range(6)}


def test_crawl(make_service, things):
    with ModelServer("openai", pause=0.1) as server:
        client = make_service(settings=settings(server)).client()
        id, status = client.crawl(things.url + "/", transformInstruction="The product", schema=SCHEMA, maxPages=50)
        assert status["status"] == "completed"
        rows = {page["url"].rpartition("/")[2]: page["data"] for page in client.pages(id)}
        assert len(rows) == N + 1 and rows["7"] == {"name": "Thing 7", "price": 7.5}
        assert server.most_at_once == 4


def test_words_as_markdown(make_service, things):
    """output=markdown: the model's own text is the content."""
    with ModelServer(faults=[say('{"result":"**Thing 3** is a thing of 3.50 EUR."}')]) as server:
        client = make_service(settings=settings(server)).client()
        status = client.scrape(things.url + "/3", prompt="Summarise this page in one sentence", output="markdown")
        assert status["result"]["content"] == "**Thing 3** is a thing of 3.50 EUR.", status
        assert status["result"]["ai_extraction_failed"] is False


def test_nobody_answers(make_service, things):
    """The built-in engine takes over; what it can't do is said."""
    with ModelServer(faults=[model_server.refuse(401)] * 99) as server:
        client = make_service(settings=settings(server)).client()
        status = client.scrape(things.url + "/3", prompt="The product", schema=SCHEMA)
        assert status["result"]["content"]["price"] == 3.5
        told = status["result"]["data"][0]
        assert told["engine"] == "fields" and "the model did not answer: its server answered 401" in told["warnings"][0]
        assert client.scrape(things.url + "/4", prompt="The product", schema=SCHEMA)["result"]["data"][0]["warnings"]
        status = client.scrape(things.url + "/3", prompt="Summarise this page in one sentence")
        assert status["result"]["ai_extraction_failed"] is True and "Thing 3" in status["result"]["content"]


def test_a_scrape_does_not_wait_for_a_crawl(make_service, things):
    with ModelServer("openai", pause=0.5) as server:
        client = make_service(settings=settings(server, requests=2)).client()
        crawl = client.post("/crawl", {"baseUrl": things.url + "/", "schema": SCHEMA, "transformInstruction": "The product",
                                       "maxPages": 50}).ok(202)["jobId"]
        wait_for(lambda: len(server.requests) >= 3, what="the crawl's questions")
        asked = len(server.requests)
        client.scrape(things.url + "/5", prompt="The product", schema=SCHEMA)
        assert len(server.requests) < asked + 6
        assert client.get("/crawl/" + crawl).ok()["status"] not in ("completed", "failed")
        assert client.wait("/crawl/" + crawl)["status"] == "completed"


def test_kill_9_while_the_model_thinks(make_service, things):
    """Pages are committed before their answers: after a crash the answers alone are fetched."""
    with ModelServer("openai", pause=0.3) as server:
        service = make_service(settings=settings(server, requests=2))
        client = service.client()
        id = client.post("/crawl", {"baseUrl": things.url + "/", "schema": SCHEMA, "transformInstruction": "The product",
                                    "maxPages": 50}).ok(202)["jobId"]
        wait_for(lambda: len(things.log) and client.get("/crawl/" + id).ok().get("pages_crawled", N + 1) >= N + 1 and
                 len(server.requests) >= 4, what="some answers")
        time.sleep(0.5)
        fetched = len(things.log)
        service.kill9()
        service.start()
        status = client.wait("/crawl/" + id, 60)
        assert status["status"] == "completed"
        rows = {page["url"].rpartition("/")[2]: page["data"] for page in client.pages(id)}
        assert len(rows) == N + 1 and all(rows[str(i)] == {"name": f"Thing {i}", "price": i + 0.5} for i in range(N))
        again = [one.path for one in things.log[fetched:] if one.path != "/robots.txt"]
        assert again == [], again


def test_cancel_while_the_model_thinks(make_service, things):
    with ModelServer("openai", pause=20) as server:
        client = make_service(settings=settings(server)).client()
        id = client.post("/crawl", {"baseUrl": things.url + "/", "schema": SCHEMA, "transformInstruction": "The product",
                                    "maxPages": 50}).ok(202)["jobId"]
        wait_for(lambda: len(server.requests) >= 1, what="a question")
        began = time.monotonic()
        client.delete("/crawl/" + id)
        client.wait("/crawl/" + id)
        assert time.monotonic() - began < 10


def test_cancel_of_an_extraction(make_service, things):
    """What was answered by then is kept and not asked for again; nothing else stands in for it."""
    with ModelServer("openai", pause=0.3) as server:
        client = make_service(settings=settings(server, requests=1)).client()
        crawl, status = client.crawl(things.url + "/", maxPages=50)
        body = {"transformInstruction": "The product", "schema": SCHEMA}
        id = client.post(f"/crawl/{crawl}/extract", body).ok(202)["jobId"]
        wait_for(lambda: len(server.requests) >= 4, what="some questions")
        client.delete("/crawl/" + id)
        status = client.wait("/crawl/" + id)
        done, asked = status["receipt"]["answered"], len(server.requests)
        assert status["status"] == "cancelled" and 3 <= done <= asked < N
        pages = client.pages(id)
        assert len(pages) == done and all(page["engine"] == "model" for page in pages), pages
        survey = client.post(f"/crawl/{crawl}/extract", {**body, "dryRun": True}).ok()
        assert survey["anew"] == N + 1 - done and survey["tokens"] > 100
        id = client.post(f"/crawl/{crawl}/extract", body).ok(202)["jobId"]
        receipt = client.wait("/crawl/" + id)["receipt"]
        assert (receipt["reused"], receipt["answered"], len(server.requests)) == (done, N + 1 - done, asked + N + 1 - done)


def test_what_was_answered_is_not_asked_again(make_service, things):
    """Crawls, scrapes and extractions know each other's answers to the same question; other owners do not."""
    with ModelServer("openai") as server:
        service = make_service(settings=settings(server))
        client, question = service.client(), {"transformInstruction": "The product", "schema": SCHEMA}
        first, status = client.crawl(things.url + "/", maxPages=50, **question)
        assert len(server.requests) == N + 1
        record = client.get("/crawl/job/" + first).json
        assert record["input_tokens"] > 100
        again, status = client.crawl(things.url + "/", maxPages=50, **question)
        assert len(server.requests) == N + 1
        assert client.get("/crawl/job/" + again).json["input_tokens"] == 0
        assert [page["data"] for page in client.pages(again)] == [page["data"] for page in client.pages(first)]
        assert client.post(f"/crawl/{first}/extract", {**question, "dryRun": True}).ok()["anew"] == 0
        result = client.scrape(things.url + "/5", prompt="The product", schema=SCHEMA)["result"]
        assert result["content"] == {"name": "Thing 5", "price": 5.5} and len(server.requests) == N + 1
        client.scrape(things.url + "/5", prompt="The product, please", schema=SCHEMA)
        service.client().scrape(things.url + "/5", prompt="The product", schema=SCHEMA)
        assert len(server.requests) == N + 3


def test_an_item_is_not_ready_before_its_answer(make_service, things):
    with ModelServer("openai", pause=1.0) as server:
        client = make_service(settings=settings(server, requests=1)).client()
        id = client.post("/batch/scrape", {"urls": [f"{things.url}/{i}" for i in range(3)], "prompt": "The product", "schema": SCHEMA}).ok(202)["batchId"]

        def look():
            status = client.get("/batch/scrape/" + id).ok()
            for item in status["items"]:
                assert item["status"] != "completed" or item["result"], item
            return status if status["status"] == "completed" else None
        status = wait_for(look, 30, "the batch's end")
        assert all(item["status"] == "completed" for item in status["items"])


def test_a_key_that_a_server_repeats(make_service, things):
    """An error may quote the key it refuses: what is stored and told does not."""
    error = {"error": {"message": "Incorrect API key provided: sk-hidden-key. Find yours elsewhere.", "type": "invalid_request_error"}}
    with ModelServer(faults=[model_server.refuse(401, error)] * 9) as server:
        service = make_service(settings=settings(server))
        status = service.client().scrape(things.url + "/3", prompt="The product", schema=SCHEMA)
        said = json.dumps(status)
        assert "Incorrect API key" in said and "sk-hidden-key" not in said
        service.stop()
        assert b"sk-hidden-key" not in b"".join(one.read_bytes() for one in service.webkeep.data.rglob("*") if one.is_file())


# ---- the tutorial's samples that need a model ----

WRITTEN = {"Summarize": {"summary": "Caches forget what nobody asks for."}, "Translate": {"text": "Wie ein Cache vergisst"},
           "Classify": {"topic": "caches"}}


def writer(request):
    """What a model would write, by the first word of what is wanted; a text where a text is asked for."""
    wanted = request["messages"][1]["content"].partition("What is wanted:\n")[2]
    value = next(value for word, value in WRITTEN.items() if wanted.startswith(word))
    schema = model_server.schema_of(request)
    return json.dumps({"result": next(iter(value.values()))} if schema else value)


@pytest.fixture
def kinds_site():
    import kinds
    with rude_server.Server(kinds.site()) as server:
        yield server


def test_samples_that_need_a_model(make_service, kinds_site):
    from test_34_samples import request_of
    sample = {name: value for name, value in request_of(18).items() if name not in ("urls", "useProxy", "proxyCountry")}
    with ModelServer("openai-reasoning", script=writer) as server:
        client = make_service(settings=settings(server)).client()
        page = kinds_site.url + "/posts/cache.html"
        result = client.scrape(page, **sample)["result"]
        assert result["ai_extraction_failed"] is False and result["engine"] == "model", result
        assert result["content"] == WRITTEN["Summarize"] or result["content"] == WRITTEN["Summarize"]["summary"]
        for prompt in ("Translate this article into German", "Classify the article by its topic"):
            result = client.scrape(page, prompt=prompt)["result"]
            assert result["content"] == WRITTEN[prompt.split()[0]] and result["ai_extraction_failed"] is False
        _, status = client.batch([page], prompt="Summarize this article")
        assert status["items"][0]["result"]["content"] == WRITTEN["Summarize"]
        id, _ = client.crawl(page, transformInstruction="Summarize this article", maxPages=1)
        assert [one["data"] for one in client.pages(id)] == [WRITTEN["Summarize"]]


def test_extracting_anew_from_the_cache(make_service, things):
    """Nothing is asked of the site; every page is asked of the model once."""
    with ModelServer("openai") as server:
        client = make_service(settings=settings(server)).client()
        id, _ = client.crawl(things.url + "/", maxPages=50)
        before = len(things.log)
        body = {"transformInstruction": "The product", "schema": SCHEMA}
        first = client.post(f"/crawl/{id}/extract", body).ok(202)["jobId"]
        status = client.wait("/crawl/" + first)
        assert status["status"] == "completed" and len(things.log) == before
        asked = len(server.requests)
        assert asked == N + 1
        rows = {page["url"].rpartition("/")[2]: page for page in client.pages(first)}
        assert rows["7"]["data"] == {"name": "Thing 7", "price": 7.5} and rows["7"]["engine"] == "model"
