# SPDX-License-Identifier: Apache-2.0
"""The tutorial's extraction samples against pages of the same kinds, every request as it stands there but for the URL:
what can be answered without a model exactly, what needs one declined with the reason. Then several URLs in one scrape,
and what the contract says of schemas that no other test asks of the service's answers.
"""
import ast
import json
import re

import kinds
import pytest
from model_server import ModelServer, refuse, say
from test_27_tutorial import SAMPLES


PIPELINE = SAMPLES[27][2][SAMPLES[27][2].index("JOB_SCHEMA"):SAMPLES[27][2].index("def collect_job_urls")]


@pytest.fixture(scope="module")
def web():
    import rude_server
    with rude_server.Server(kinds.site()) as server:
        yield server


def request_of(number, **names):
    """The body that a sample sends: of a curl, of a JSON text, or of a Python call, where names are its variables."""
    _, language, code = SAMPLES[number]
    if language == "python":
        words = next(word.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)
                     for word in node.keywords if word.arg == "json")
        return eval(compile(ast.Expression(words), "sample", "eval"), names)
    return json.loads(re.search(r"-d '(.*)'", code, re.S).group(1) if language == "sh" else code)


@pytest.fixture
def ask(client, web):
    """ask(request, path, ...): the result of the sample's request on pages of ours."""
    def scrape(request, *paths, **more):
        fields = {**{name: value for name, value in request.items() if name != "urls"}, **more}
        return client.scrape(*[web.url + path for path in paths], **fields)["result"]
    return scrape


def answered(result):
    assert result["ai_extraction_failed"] is False and result["engine"] == "fields"
    return result["content"]


def declined(result, why):
    """Markdown as content, and a sentence that says why."""
    assert result["ai_extraction_failed"] is True
    assert result["content"] == result["data"][0]["markdownContent"]
    assert "data" not in result["data"][0] and result["data"][0]["warnings"] == result["warnings"]
    assert why in result["warnings"][0] and result["warnings"][0].endswith(".")


JOBS = {"/jobs/dollars": ("Senior Backend Engineer", "Northwind Systems", True, 140000, 175000, "full_time"),
        "/jobs/pounds": ("Office Manager", "Harbour Foods", False, None, None, "part_time"),    # pounds are no dollars
        "/jobs/silent": ("Data Contractor", "Tidal Labs", None, None, None, "contract"),
        "/jobs/marked": ("Staff Engineer", "Blue Kite", True, 90000, 120000, "contract")}


# ---- sample 12: the front page of a news site ----

def test_front_page(ask):
    content = answered(ask(request_of(12), "/news"))
    assert content == [{"post_title": title, "point_score": points} for title, _, points in kinds.NEWS[:10]]


# ---- sample 14: a job by a schema ----


@pytest.mark.parametrize("path", JOBS)
def test_job(ask, path):
    request = request_of(14)
    content = answered(ask(request, path))
    names = list(request["schema"]["properties"])
    assert list(content.items()) == list(zip(names, JOBS[path], strict=True))


# ---- samples 16, 27: what their items' prompts ask of a page ----

@pytest.mark.parametrize("n", range(3))
def test_company(ask, n):
    prompt = request_of(16)["urls"][0]["actions"][1]["itemPrompt"]
    assert answered(ask({"prompt": prompt}, f"/companies/{n}")) == dict(zip(("company_name", "website", "industry"), kinds.COMPANIES[n],
                                                                           strict=True))


def test_companies_of_a_directory(ask):
    """The website of a company is none of the directory's own pages."""
    content = answered(ask({"prompt": "Extract the name, website and industry of each company"}, "/companies/"))
    assert [tuple(row.values()) for row in content] == kinds.COMPANIES


def test_job_by_a_prompt(ask):
    names = {}
    exec(PIPELINE, names)
    request = request_of(27, board_url="", JOB_SCHEMA=names["JOB_SCHEMA"])
    prompt = request["urls"][0]["actions"][1]["itemPrompt"]
    assert answered(ask({"prompt": prompt}, "/jobs/dollars")) == {
        "job_title": "Senior Backend Engineer", "company": "Northwind Systems", "location": "Berlin, Germany", "remote_status": True,
        "salary_range": "$140,000 – $175,000 per year", "employment_type": "Full-time"}


# ---- samples 15, 17: shops ----

def test_search_results(ask):
    request = request_of(15)
    content = answered(ask(request, "/search"))
    assert [list(row.values()) for row in content] == [list(one) for one in kinds.RESULTS]
    assert {tuple(row) for row in content} == {("product_name", "price")}


RENDERED = {
    "markdown": "| Product name | Price |\n| --- | --- |\n" + "".join(f"| {name} | {price} |\n" for name, price in kinds.RESULTS),
    "table": "| Product name | Price |\n| --- | --- |\n" + "".join(f"| {name} | {price} |\n" for name, price in kinds.RESULTS),
    "text": "\n".join(f"Product name: {name}\nPrice: {price}\n" for name, price in kinds.RESULTS)}


@pytest.mark.parametrize("output", RENDERED)
def test_search_results_as_a_text(ask, output):
    """Formatted text instead of structured data."""
    assert answered(ask(request_of(15), "/search", output=output)) == RENDERED[output]


def test_a_product_as_a_text(ask):
    """Of several pages one text, a rule between them."""
    request = request_of(21, urls=[])
    texts = [f"- **Product name**: {name}\n- **Price**: {price}\n- **Availability**: {'yes' if stock else 'no'}\n"
             for name, _, _, price, stock in kinds.PRODUCTS]
    assert answered(ask(request, "/product/1", output="markdown")) == texts[0]
    assert answered(ask(request, "/product/1", "/product/2", output="markdown")) == texts[0] + "\n\n---\n\n" + texts[1]


def test_price(ask):
    request = {name: value for name, value in request_of(17).items() if name not in ("useProxy", "proxyCountry")}
    assert answered(ask(request, "/large/B123456")) == {"product_price": 29.99}


# ---- sample 18: what needs a model ----

def test_summary_is_declined(ask):
    declined(ask(request_of(18), "/posts/cache.html"), "needs a model")


@pytest.mark.parametrize("prompt", ["Translate this article into German", "Classify the article by its topic",
                                    "Rewrite the article for children"])
def test_judgement_is_declined(ask, prompt):
    declined(ask({"prompt": prompt}, "/posts/cache.html"), "needs a model")


def test_a_page_that_says_nothing_of_it(ask):
    schema = {"type": "object", "properties": {"isbn": {"type": ["string", "null"]}, "pages": {"type": ["integer", "null"]}}}
    declined(ask({"schema": schema}, "/docs/"), "The page says nothing")


def test_an_amount_that_is_something_else(ask):
    """A balance is no price."""
    schema = request_of(22, urls=[])["schema"]
    assert answered(ask({"schema": schema}, "/dashboard"))["price"] is None


# ---- the same with a model (the scripted one of model_server.py) ----

WITH_A_MODEL = {18: ("/posts/cache.html", "Summarize this article", {"summary": "Caches forget, most of them badly."}),
                20: ("/dashboard", "Extract the account summary", {"plan": "Team", "balance": 120.5, "next_invoice": "2026-07-01"})}


@pytest.mark.parametrize("number", WITH_A_MODEL)
def test_what_needs_a_model_with_one(make_service, web, number):
    """The prompt as it stands and the page's text go to the model; its answer is the content."""
    path, prompt, answer = WITH_A_MODEL[number]
    request = {name: value for name, value in request_of(number).items() if name != "urls"}
    with ModelServer(faults=[say(json.dumps(answer))]) as model:
        client = make_service(settings={"model.url": model.url, "model.name": "scripted"}).client()
        result = client.scrape(web.url + path, **request)["result"]
    assert result["ai_extraction_failed"] is False and result["engine"] == "model" and result["content"] == answer
    asked, = model.requests
    said = json.dumps(asked["messages"])
    assert prompt in said and ("least recently used" in said if number == 18 else "$120.50" in said)
    assert result["stats"]["totalTokens"] > 0


def test_a_model_that_is_gone(make_service, web):
    """What the rules can answer they answer; the rest is declined, with both reasons."""
    with ModelServer(faults=[refuse(401)] * 20) as model:
        client = make_service(settings={"model.url": model.url, "model.name": "scripted"}).client()
        price = client.scrape(web.url + "/product/1", **{name: request_of(17)[name] for name in ("prompt", "output")})["result"]
        summary = client.scrape(web.url + "/posts/cache.html", prompt=request_of(18)["prompt"])["result"]
    assert answered(price) == {"product_price": 39.9} and "did not answer" in price["warnings"][0]
    assert summary["ai_extraction_failed"] is True and "needs a model" in summary["warnings"][-1]
    assert len(summary["warnings"]) == 2


# ---- samples 21, 22: batches ----

def products(web):
    return [f"{web.url}/product/{n}" for n in (1, 2, 3)]


def test_batch_of_products(client, web):
    request = request_of(21, urls=products(web))
    _, status = client.batch(request.pop("urls"), **request)
    assert [item["result"]["content"] for item in status["items"]] == [
        {"product_name": name, "price": price, "availability": stock} for name, _, _, price, stock in kinds.PRODUCTS]


def test_batch_with_a_schema(client, web):
    """The members of an object stand beside content too."""
    request = request_of(22, urls=products(web))
    _, status = client.batch(request.pop("urls"), **request)
    for item, (name, _, _, price, stock) in zip(status["items"], kinds.PRODUCTS, strict=True):
        expected = {"name": name, "price": price, "currency": "EUR", "available": stock}
        result = item["result"]
        assert result["content"] == expected and {key: result[key] for key in expected} == expected
        assert result["engine"] == "fields" and result["ai_extraction_failed"] is False


def test_batch_item_that_is_declined(client, web):
    _, status = client.batch([web.url + "/posts/cache.html"], prompt="Summarize this article")
    result = status["items"][0]["result"]
    assert result["ai_extraction_failed"] is True and "needs a model" in result["warnings"][0]
    assert result["content"] == result["markdownContent"]


# ---- samples 23, 24: crawls ----

def test_crawl_of_a_handbook(client, web):
    """Headings and code are in the text; navigation and footer are not."""
    request = request_of(23)
    id, _ = client.crawl(web.url + "/docs/", **{name: value for name, value in request.items() if name != "baseUrl"})
    page, = client.pages(id)
    assert page["data"] == {"page_title": "Install", "body_text": (
        "# Install\n\nFetch the archive and unpack it where you like.\n\n## From source\n\n```sh\nmake install\n```\n\n"
        "That is all there is to it.\n")}


def test_crawl_of_articles(client, web):
    request = request_of(24)
    id, status = client.crawl(web.url + "/", **{name: value for name, value in request.items() if name != "baseUrl"})
    found = {page["url"].removeprefix(web.url): page for page in client.pages(id)}
    assert set(kinds.ARTICLES) <= set(found)
    for path, (title, author, _, iso) in kinds.ARTICLES.items():
        data = found[path]["data"]
        assert {name: data[name] for name in data if name != "body_text"} == {
            "article_title": title, "author": author, "publish_date": iso}
        assert "evict(cache);" in data["body_text"] and "All rights reserved" not in data["body_text"]
        assert found[path]["engine"] == "fields"
    assert [entry["engine"] for entry in status["result"]] == ["fields"] * len(status["result"])


def test_crawl_that_is_declined(client, web):
    """Every page says so, in the status, in the pages and when it is fetched again."""
    id, status = client.crawl(web.url + "/posts/cache.html", transformInstruction="Summarize this article", maxPages=1)
    page, = client.pages(id)
    again = client.post(f"/crawl/{id}/retry/{page['id']}", {}).ok()
    for one in (page, status["result"][0], again):
        assert one["ai_extraction_failed"] is True and "needs a model" in one["warnings"][0] and "# How a cache" in one["data"]


# ---- sample 27: a pipeline's schema and its items' prompt ----

@pytest.mark.parametrize("path, location", [("/jobs/dollars", "Berlin, Germany"), ("/jobs/pounds", "Bristol, UK"),
                                            ("/jobs/silent", "Lisbon")])
def test_pipeline(ask, path, location):
    names = {}
    exec(PIPELINE, names)
    request = request_of(27, board_url="", JOB_SCHEMA=names["JOB_SCHEMA"])
    prompt = request["urls"][0]["actions"][1]["itemPrompt"]
    title, company, remote, least, most, employment = JOBS[path]
    assert answered(ask(request, path, prompt=prompt)) == {
        "title": title, "company": company, "location": location, "remote": remote, "salary_min": least, "salary_max": most,
        "employment_type": employment}


# ---- several URLs, one answer ----

def test_objects_are_merged(ask):
    """The first page that says something of a field gives it; each page's own answer stands beside its URL."""
    schema = {"type": "object", "required": ["name"], "properties": {
        "name": {"type": ["string", "null"]}, "price": {"type": ["number", "null"]}, "industry": {"type": ["string", "null"]}}}
    result = ask({"schema": schema}, "/product/1", "/companies/1")
    assert answered(result) == {"name": "Kettle One", "price": 39.9, "industry": "Agriculture"}
    first, second = result["data"]
    assert first["url"].endswith("/product/1") and first["data"] == {"name": "Kettle One", "price": 39.9, "industry": None}
    assert second["url"].endswith("/companies/1") and second["data"] == {"name": "Fenland Grain", "price": None, "industry": "Agriculture"}


def test_arrays_are_joined(ask):
    """In the order of the URLs; whose a row is stands in data."""
    request = request_of(15)
    result = ask(request, "/search", "/search?page=2")
    rows = [{"product_name": name, "price": price} for name, price in kinds.RESULTS]
    assert answered(result) == rows * 2
    assert [(one["url"].rpartition("/")[2], one["data"]) for one in result["data"]] == [("search", rows), ("search?page=2", rows)]


def test_arrays_in_objects_are_joined(ask):
    item = {"type": "object", "properties": {"name": {"type": "string"}, "price": {"type": ["number", "null"]}}}
    schema = {"type": "object", "properties": {"products": {"type": "array", "items": item}}}
    result = ask({"schema": schema}, "/search", "/search?page=2")
    rows = [{"name": name, "price": price} for name, price in kinds.RESULTS]
    assert answered(result) == {"products": rows * 2}
    assert [one["data"] for one in result["data"]] == [{"products": rows}] * 2


def test_one_page_of_two_is_answered(ask):
    """The Markdown of the other is no part of the answer; why it has none stands with it."""
    schema = {"type": "object", "properties": {"price": {"type": "number"}}}
    result = ask({"schema": schema}, "/docs/", "/product/1")
    assert answered(result) == {"price": 39.9}
    silent, said = result["data"]
    assert "data" not in silent and "The page says nothing" in silent["warnings"][0] and "warnings" not in said
    assert result["warnings"] == silent["warnings"]


# ---- schemas: the answer's side ----

def test_names_and_order_as_given(ask):
    """Names in any spelling, in the schema's order; required and nullable fields are null where the page is silent, others left out."""
    schema = {"type": "object", "required": ["Available?", "isbn"], "properties": {
        "ISBN-13": {"type": "string"}, "unit price": {"type": "number"}, "isbn": {"type": ["string", "null"]},
        "product_NAME": {"type": "string"}, "Available?": {"type": ["boolean", "null"]}, "edition": {"type": ["string", "null"]}}}
    content = answered(ask({"schema": schema}, "/product/2"))
    assert list(content.items()) == [("unit price", 1249), ("isbn", None), ("product_NAME", "Kettle Two"), ("Available?", False),
                                     ("edition", None)]


def test_required_is_present_where_null_is_no_type(ask):
    """Contract, section 8: always present, null when the page lacks it."""
    schema = {"type": "object", "required": ["name", "isbn"], "properties": {"name": {"type": "string"}, "isbn": {"type": "string"}}}
    assert answered(ask({"schema": schema}, "/product/1")) == {"name": "Kettle One", "isbn": None}


def test_object_without_properties_is_empty(ask):
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "details": {"type": "object"}}}
    assert answered(ask({"schema": schema}, "/product/1")) == {"name": "Kettle One", "details": {}}


def test_five_levels(ask):
    """As deep as a schema may be, with a value at its end."""
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "price": {"type": "number"}}}
    for name in ("c", "b", "a"):
        schema = {"type": "object", "properties": {name: schema}}
    assert answered(ask({"schema": schema}, "/product/1")) == {"a": {"b": {"c": {"name": "Kettle One", "price": 39.9}}}}


def test_faults_are_told_by_pointers(client, web):
    schema = {"type": "object", "properties": {"a": {"type": "strnig"}, "b": {"type": "array", "items": []}}, "required": "a"}
    reply = client.post("/scrape", {"urls": [{"url": web.url + "/docs/"}], "schema": schema})
    reply.error(422, "INVALID_SCHEMA")
    assert {one.partition(":")[0] for one in reply.json["errors"]} == {"/properties/a/type", "/properties/b/items", "/required"}


def test_what_is_ignored_is_told_by_pointers(client, web):
    schema = {"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}]}, "b": {"$ref": "#/$defs/b"}}}
    reply = client.post("/scrape", {"urls": [{"url": web.url + "/docs/"}], "schema": schema}).ok(202)
    assert {one.partition(":")[0] for one in reply["schema_warnings"]} == {"/properties/a/anyOf", "/properties/b/$ref"}
