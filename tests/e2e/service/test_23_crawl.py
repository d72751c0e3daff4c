# SPDX-License-Identifier: Apache-2.0
"""Section 6 of the contract: crawls, their pages, signed links, downloads, extraction from the cache, events."""
import hashlib
import io
import json
import re
import time
import urllib.parse
import zipfile

import pytest

import harness
import rude_server
import sites
from harness import wait_for
from serving import Events

NOBODY = "01890000-0000-7000-8000-000000000000"
PAGE_FIELDS = {"id", "url", "title", "status", "data", "error_message", "created_at", "html", "markdown", "html_url",
               "markdown_url"}


@pytest.fixture(scope="module")
def crawled(service, docs):
    """A finished crawl of the documentation site that tests only read: (client, id, status)."""
    client = service.client()
    id, status = client.crawl(docs.url + "/", maxPages=30)
    yield client, id, status
    client.close()


def paths(pages):
    return [urllib.parse.urlsplit(one["url"]).path for one in pages]


# ---- 6.1 submit ----

def test_submit_reply(client, docs):
    reply = client.post("/crawl", {"baseUrl": docs.url + "/"})
    body = reply.ok(202)
    assert body["status"] == "queued" and re.match(r"[0-9a-f]{8}-", body["jobId"]) and isinstance(body["message"], str)
    assert reply.headers["location"] == "/api/crawl/" + body["jobId"]


@pytest.mark.parametrize("pages, status", [(0, 400), (-1, 400), (1, 202), (20, 202), (50, 202), (100000, 202), (100001, 400),
                                           ("5", 400), (2.5, 400), (None, 202)])
def test_max_pages(client, blog, pages, status):
    reply = client.post("/crawl", {"baseUrl": blog.url + sites.POST[1], "maxPages": pages, "maxDepth": 0})
    if status == 400:
        assert "/maxPages" in reply.error(400, "INVALID_REQUEST")
    else:
        reply.ok(202)


def test_max_pages_is_the_operators(make_service, docs):
    own = make_service(settings={"limits.max_pages": 7}).client()
    own.post("/crawl", {"baseUrl": docs.url + "/", "maxPages": 8}).error(400, "INVALID_REQUEST")
    own.post("/crawl", {"baseUrl": docs.url + "/", "maxPages": 7}).ok(202)


def test_five_pages_by_default(client, docs):
    _, status = client.crawl(docs.url + "/")
    assert len(status["result"]) == 5 and status["progress"]["maxPages"] == 5


def test_empty_texts_are_absent(client, docs):
    """Go always sends transformInstruction, "" when it has none: data is the page's Markdown then."""
    for more in ({}, {"transformInstruction": "", "crawlInstruction": ""}, {"transformInstruction": None, "webhookUrl": ""}):
        id, status = client.crawl(docs.url + "/", maxPages=2, **more)
        first = status["result"][0]
        assert first["data"].count("# Handbook") == 1 and "ai_extraction_failed" not in first
        assert client.get("/crawl/job/" + id).json["transform_instruction"] == ""


def test_order(client, docs):
    """The base page, then its links in their order, then what those reveal."""
    _, status = client.crawl(docs.url + "/", maxPages=6)
    assert paths(status["result"])[0] == "/"
    assert set(paths(status["result"])[1:]) <= set(docs.pages) and len(status["result"]) == 6


def test_max_depth_zero_is_the_base_page(client, docs):
    _, status = client.crawl(docs.url + "/", maxPages=20, maxDepth=0)
    assert paths(status["result"]) == ["/"]


@pytest.mark.parametrize("fields, wanted", [
    ({"includePaths": ["/guide/*"]}, {"/guide/"}), ({"includePaths": ["/guide/"]}, {"/guide/"}),
    ({"includePaths": ["/guide/chapter-1"]}, {"/guide/chapter-1"}),
    ({"excludePaths": ["/guide/*", "/login.html"]}, {"/", "/changelog.html"}),
    ({"includePaths": ["/guide/"], "excludePaths": ["/guide/chapter-1*"]}, {"/guide/chapter-"})])
def test_include_and_exclude(client, docs, fields, wanted):
    _, status = client.crawl(docs.url + "/", maxPages=30, **fields)
    got = [path for path in paths(status["result"]) if path != "/" or "/" in wanted]
    assert got and all(any(path == one or (one != "/" and path.startswith(one)) for one in wanted) for path in got), got
    if fields.get("includePaths") == ["/guide/chapter-1"]:
        assert set(got) == {"/guide/chapter-1.html", "/guide/chapter-10.html", "/guide/chapter-11.html"}
    if "excludePaths" in fields and "includePaths" in fields:
        assert len(got) == 8


def test_entire_domain(client, blog):
    """Below the base path, or the whole host."""
    _, below = client.crawl(blog.url + sites.POST[1], maxPages=30)
    _, whole = client.crawl(blog.url + sites.POST[1], maxPages=30, crawlEntireDomain=True)
    assert all(path.startswith("/posts/") for path in paths(below["result"]))
    assert "/tags/c.html" in paths(whole["result"])


def test_ignore_query_params(client, site):
    listing = "".join(f'<a href="/item?id={n}">{n}</a>' for n in range(5))

    async def item(request, wire):
        return sites.page("Item", sites.text(f"item {request.path.rpartition('=')[2]} and no other"))

    one = site({"/robots.txt": sites.ROBOTS, "/": sites.page("List", listing), "/item": item})
    _, apart = client.crawl(one.url + "/", maxPages=20)
    _, same = client.crawl(one.url + "/", maxPages=20, ignoreQueryParams=True)
    assert len(apart["result"]) == 6 and len(same["result"]) == 2


def test_instruction_chooses(client, blog):
    """T's own example: posts, neither tag pages nor author pages nor the homepage."""
    _, status = client.crawl(blog.url + "/", maxPages=15, transformInstruction="Extract the article title.",
                             crawlInstruction="Follow all blog post pages. Skip tag pages, author pages, and the homepage.")
    assert sorted(paths(status["result"])) == sorted(sites.POSTS)


def test_proxy_and_cookies(client, troubles):
    client.post("/crawl", {"baseUrl": troubles.url + "/", "useProxy": True}).error(400, "NO_PROXY")
    client.crawl(troubles.url + "/account", maxPages=1, cookies="sid=1")
    assert troubles.requests("/account")[0].headers["cookie"] == "sid=1"


# ---- 6.2 status ----

def test_status(crawled, docs):
    _, _, status = crawled
    assert status["status"] == "completed" and status["error"] is None
    progress = status["progress"]
    assert progress["pagesCrawled"] == len(status["result"]) == 14 and progress["maxPages"] == 30
    assert progress["progress"] == 1 and progress["status"] == "completed" and isinstance(progress["message"], str)
    for entry in status["result"]:
        assert {"url", "title", "status", "data"} <= set(entry)
        assert entry["status"] == "success" and entry["title"] in entry["data"]


def test_metadata_and_quality(client, site):
    """In the result and in /pages, as for a scrape."""
    head = '<meta name="author" content="Ann Lee"><meta property="article:published_time" content="2026-05-02">'
    server = site({"/": f"<html lang=en><title>Start</title>{head}<h1>Start</h1><p>" + "Words that say something. " * 10})
    id, status = client.crawl(server.url + "/")
    told = {"title": "Start", "authors": ["Ann Lee"], "published": "2026-05-02", "language": "en"}
    for page in (status["result"][0], client.get(f"/crawl/{id}/pages").json["pages"][0]):
        assert page["metadata"] == told and page["quality"] == []


def test_progress_while_it_runs(client, site):
    """The message changes with every page, as watchers read the pages only then; result is null until the end."""
    slow = site(sites.slow(16, 0.4))
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 16}).ok(202)["jobId"]
    messages = {}
    def ended():
        status = client.get("/crawl/" + id).ok()
        progress = status["progress"]
        assert set(progress) >= {"message", "pagesCrawled", "maxPages", "status", "progress"} and 0 <= progress["progress"] <= 1
        messages.setdefault(progress["pagesCrawled"], set()).add(progress["message"])
        if status["status"] in ("waiting", "active"):
            assert status["result"] is None and status["error"] is None
            assert isinstance(client.pages(id), list)      # readable while it runs
        return status["status"] == "completed"
    wait_for(ended, 30, "the end")
    counts = sorted(messages)
    assert len(counts) >= 4
    for one, next_one in zip(counts, counts[1:]):
        assert not messages[one] & messages[next_one]


def test_failed_crawl(client, site):
    """error is a string; result is null."""
    one = site({"/": rude_server.Reply("broken", 500)})
    _, status = client.crawl(one.url + "/")
    assert status["status"] == "failed" and status["result"] is None and isinstance(status["error"], str)


def test_large_results_are_cut(make_service, site):
    """Past limits.inline_result_bytes entries keep url, title and status."""
    pages = rude_server.numbered_site(30, folder="/", size=8000)
    one = site(pages)
    own = make_service(settings={"limits.inline_result_bytes": 65536}).client()
    id, status = own.crawl(one.url + "/", maxPages=30)
    assert status["resultTruncated"] is True and status["pagesUrl"].endswith(f"/api/crawl/{id}/pages")
    assert len(status["result"]) == 30 and status["result"][0]["data"]
    cut = [entry for entry in status["result"] if entry["data"] is None]
    assert cut and all(entry["url"] and entry["title"] and entry["status"] == "success" for entry in cut)
    assert cut == status["result"][-len(cut):]
    own.request("GET", urllib.parse.urlsplit(status["pagesUrl"]).path, raw=True).ok()
    assert all(page["data"] for page in own.pages(id))


def test_small_results_are_whole(crawled):
    _, _, status = crawled
    assert "resultTruncated" not in status and all(entry["data"] for entry in status["result"])


# ---- 6.3 cancel ----

def test_cancel(service, site):
    """Within a second; finished pages stay readable; what was not done is refunded."""
    slow = site(sites.slow(60, 0.3))
    client = service.client(credits=100)
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 60}).ok(202)["jobId"]
    wait_for(lambda: client.get("/crawl/" + id).json["progress"]["pagesCrawled"] >= 3, 20, "three pages")
    began = time.monotonic()
    assert client.delete("/crawl/" + id).ok() == {"status": "cancelled", "jobId": id}
    assert client.wait("/crawl/" + id, 3)["status"] == "cancelled"
    assert time.monotonic() - began < 1.5
    kept = client.pages(id)
    assert 3 <= len(kept) < 60 and all(page["data"] for page in kept)
    record = client.get("/crawl/job/" + id).json
    assert record["status"] == "cancelled" and record["credits_used"] == record["pages_crawled"] == len(kept)
    key = service.key(client)
    assert (key["used"], key["reserved"]) == (len(kept), 0)
    asked = len(slow.log)
    time.sleep(0.5)
    assert len(slow.log) == asked
    client.delete("/crawl/" + id).error(409, "ALREADY_TERMINAL")
    client.post(f"/crawl/{id}/extract", {"transformInstruction": "titles"}).error(400)


def test_cancel_ended(crawled):
    client, id, _ = crawled
    client.delete("/crawl/" + id).error(409, "ALREADY_TERMINAL")


def test_resume_of_a_cancelled_crawl(client, site):
    slow = site(sites.slow(12, 0.3))
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 12}).ok(202)["jobId"]
    wait_for(lambda: client.get("/crawl/" + id).json["progress"]["pagesCrawled"] >= 1, 20, "a page")
    client.delete("/crawl/" + id).ok()
    client.wait("/crawl/" + id)
    client.post(f"/crawl/{id}/resume", {}).ok(202)
    assert len(client.wait("/crawl/" + id)["result"]) == 12
    asked = [one.path for one in slow.requests()]
    assert max(asked.count(path) for path in asked) <= 2


# ---- 6.4 the record ----

def test_record(client, docs):
    fields = {"crawlInstruction": "all pages", "transformInstruction": "titles", "maxPages": 3, "maxDepth": 4,
              "includePaths": ["/guide/"], "excludePaths": ["/x*"], "allowSubdomains": True, "crawlEntireDomain": True,
              "ignoreQueryParams": True, "schema": {"type": "object", "properties": {"title": {"type": "string"}}}}
    id, _ = client.crawl(docs.url + "/", **fields)
    record = client.get("/crawl/job/" + id).ok()
    assert record["id"] == id and record["base_url"] == docs.url + "/" and record["status"] == "completed"
    assert record["crawl_instruction"] == "all pages" and record["transform_instruction"] == "titles"
    assert record["max_pages"] == 3 and record["max_depth"] == 4 and record["pages_crawled"] == record["credits_used"]
    assert record["include_paths"] and record["exclude_paths"] and record["output_schema"] == fields["schema"]
    assert record["allow_subdomains"] == record["crawl_entire_domain"] == record["ignore_query_params"] == 1
    assert record["created_at"] <= record["updated_at"] and record["input_tokens"] == record["output_tokens"] == 0
    assert record["webhook_url"] is None
    plain, _ = client.crawl(docs.url + "/", maxPages=1)
    record = client.get("/crawl/job/" + plain).ok()
    assert record["max_depth"] is None and record["allow_subdomains"] == 0 and record["output_schema"] is None


def test_record_keeps_the_patterns_as_given(client, docs):
    """What a client sent comes back as it was sent."""
    id, _ = client.crawl(docs.url + "/", maxPages=1, includePaths=["/guide/", "/guide/*"], excludePaths=["/x"])
    record = client.get("/crawl/job/" + id).ok()
    assert record["include_paths"] == ["/guide/", "/guide/*"] and record["exclude_paths"] == ["/x"]


# ---- 6.5 pages and signed links ----

def test_pages(crawled, docs):
    client, id, status = crawled
    pages = client.pages(id)
    assert [page["url"] for page in pages] == [entry["url"] for entry in status["result"]]
    for page in pages:
        assert set(page) >= PAGE_FIELDS and page["status"] == "success" and page["error_message"] is None
        assert page["html"] == page["html_url"] and page["markdown"] == page["markdown_url"]
        assert page["html"].startswith(client.service.url + "/api/files/")
    assert len({page["id"] for page in pages}) == len(pages)


def test_failed_pages_are_listed(client, troubles):
    id, status = client.crawl(troubles.url + "/", maxPages=10)
    assert status["status"] == "completed"
    failed = [page for page in client.pages(id) if page["status"] == "failed"]
    assert "/500" in paths(failed)
    for page in failed:
        assert isinstance(page["error_message"], str) and page["data"] is None
        assert page["html"] is page["markdown"] is page["html_url"] is page["markdown_url"] is None


def test_paging(crawled):
    client, id, _ = crawled
    whole = [page["id"] for page in client.pages(id)]
    got = []
    for number in range(1, 5):
        got += [page["id"] for page in client.get(f"/crawl/{id}/pages?page={number}&limit=4").ok()["pages"]]
    assert got == whole
    assert client.get(f"/crawl/{id}/pages?page=99&limit=4").ok()["pages"] == []
    assert len(client.get(f"/crawl/{id}/pages?limit=3").ok()["pages"]) == 3
    assert len(client.get(f"/crawl/{id}/pages?page=0&limit=-5").ok()["pages"]) <= len(whole)


def fetch(client, link, **more):
    where = urllib.parse.urlsplit(link)
    return client.request(more.pop("method", "GET"), f"{where.path}?{where.query}", raw=True, key=None, **more)


def test_signed_links(crawled, docs):
    """Absolute, without a key, the bytes that were crawled; never runnable on this origin."""
    client, id, _ = crawled
    for page in client.pages(id)[:3]:
        html = fetch(client, page["html"])
        assert html.status == 200 and html.body.decode() == docs.pages[urllib.parse.urlsplit(page["url"]).path]
        markdown = fetch(client, page["markdown"])
        assert markdown.status == 200 and markdown.body.decode() == page["data"]
        assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
        for reply in (html, markdown):
            assert "sandbox" in reply.headers["content-security-policy"] and reply.headers["x-content-type-options"] == "nosniff"
        assert html.headers["content-disposition"].startswith("attachment")
        head = fetch(client, page["html"], method="HEAD")
        assert head.status == 200 and head.body == b"" and int(head.headers["content-length"]) == len(html.body)


def test_signed_links_last_an_hour(crawled):
    client, id, _ = crawled
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(client.pages(id)[0]["html"]).query)
    assert 3500 < int(query["expires"][0]) - time.time() <= 3601


def test_altered_links_are_403(crawled, service):
    client, id, _ = crawled
    first, second = client.pages(id)[:2]
    link, other = first["html"], second["html"]
    signature = re.search(r"sig=([0-9a-f]+)", link).group(1)
    altered = [link.replace(signature, signature[:-1] + ("0" if signature[-1] != "0" else "1")), link.replace(signature, ""),
               link.replace(signature, signature[:-2]), link.replace("part=html", "part=markdown"),
               re.sub(r"expires=(\d+)", lambda m: f"expires={int(m.group(1)) + 1}", link), re.sub(r"&sig=.*", "", link),
               link.replace(first["id"], second["id"]), re.sub(r"sig=[0-9a-f]+", re.search(r"sig=[0-9a-f]+", other).group(0), link),
               link.replace(id, NOBODY), link.replace("part=html", "part=x"), link.partition("?")[0],
               link.replace(first["id"], "0" * 32), link.replace("/api/files", "/api/files/x")]
    for bad in altered:
        if "/files/x" in bad:
            assert fetch(client, bad).status == 404
        else:
            fetch(client, bad).error(403, "LINK_REFUSED")
    assert fetch(client, link, method="POST").status in (403, 405)
    assert fetch(client, link, method="DELETE").status in (403, 405)
    assert fetch(client, link).status == 200


def test_a_refused_link_never_tells_what_exists(crawled):
    """The same answer for a page that is there and one that never was."""
    client, id, _ = crawled
    link = client.pages(id)[0]["html"]
    page = client.pages(id)[0]["id"]
    wrong = re.sub(r"sig=[0-9a-f]+", "sig=" + "0" * 64, link)
    replies = [fetch(client, one) for one in (wrong, wrong.replace(page, "f" * 32), wrong.replace(id, NOBODY))]
    assert len({(one.status, one.body) for one in replies}) == 1 and replies[0].status == 403


def test_late_links_are_403(make_service, docs):
    own = make_service(settings={"api.signed_ms": "1s"})
    client = own.client()
    id, _ = client.crawl(docs.url + "/", maxPages=1)
    link = client.pages(id)[0]["html"]
    assert fetch(client, link).status == 200
    wait_for(lambda: fetch(client, link).status == 403, 5, "the link's end")
    assert fetch(client, client.pages(id)[0]["html"]).status == 200


def test_links_of_another_service_are_403(crawled, make_service):
    """Each data folder signs with a secret of its own; a restart keeps it."""
    client, id, _ = crawled
    own = make_service()
    fetch(own.client(), client.pages(id)[0]["html"]).error(403, "LINK_REFUSED")


def test_links_survive_a_restart(make_service, docs):
    own = make_service()
    client = own.client()
    id, _ = client.crawl(docs.url + "/", maxPages=1)
    link = client.pages(id)[0]["markdown"]
    own.stop()
    own.start()
    assert fetch(client, link).status == 200


def test_links_begin_with_the_public_url(make_service, docs):
    own = make_service(options=["--public-url", "https://crawl.example.com"]).client()
    id, _ = own.crawl(docs.url + "/", maxPages=1)
    link = own.pages(id)[0]["html"]
    assert link.startswith("https://crawl.example.com/api/files/") and fetch(own, link).status == 200


def test_links_begin_with_the_host(crawled):
    client, id, _ = crawled
    pages = client.get(f"/crawl/{id}/pages", headers={"Host": "crawler.internal:8080"}).ok()["pages"]
    assert pages[0]["html"].startswith("http://crawler.internal:8080/api/files/")


# ---- 6.6 download ----

def archive(client, id, query="", **more):
    reply = client.get(f"/crawl/{id}/download{query}", **more)
    assert reply.status == 200 and reply.headers["content-type"] == "application/zip", reply.body[:300]
    return reply, zipfile.ZipFile(io.BytesIO(reply.body))


def test_download(crawled):
    client, id, status = crawled
    reply, got = archive(client, id)
    assert got.testzip() is None and int(reply.headers["content-length"]) == len(reply.body)
    assert "attachment" in reply.headers["content-disposition"] and ".zip" in reply.headers["content-disposition"]
    names = got.namelist()
    assert len([name for name in names if name.endswith(".html")]) == len(status["result"])
    manifest = json.loads(got.read("manifest.json"))
    assert [page["url"] for page in manifest["pages"]] == [entry["url"] for entry in status["result"]]


@pytest.mark.parametrize("include, has, lacks", [("html", ".html", ".md"), ("markdown", ".md", ".html"), ("data", "", ".html"),
                                                 ("html,markdown", ".md", ".json-of-a-page"), ("markdown,data,html", ".html", "-")])
def test_download_include(crawled, include, has, lacks):
    client, id, _ = crawled
    _, got = archive(client, id, "?include=" + include)
    pages = [name for name in got.namelist() if name not in ("manifest.json", "index.md", "README.md")]
    assert not has or any(name.endswith(has) for name in pages)
    assert not any(name.endswith(lacks) for name in pages)


def test_download_of_what_is_not_there(crawled):
    client, id, _ = crawled
    client.get(f"/crawl/{id}/download?include=html,pdf").error(400, "INVALID_REQUEST")
    client.get(f"/crawl/{NOBODY}/download").error(404, "NOT_FOUND")


def test_download_has_ranges_and_etag(crawled):
    client, id, _ = crawled
    reply, _ = archive(client, id)
    etag, size = reply.headers["etag"], len(reply.body)
    path = f"/crawl/{id}/download"
    assert client.get(path, headers={"If-None-Match": etag}).status == 304
    part = client.get(path, headers={"Range": "bytes=100-299"})
    assert part.status == 206 and part.body == reply.body[100:300] and part.headers["content-range"] == f"bytes 100-299/{size}"
    tail = client.get(path, headers={"Range": "bytes=-50", "If-Range": etag})
    assert tail.status == 206 and tail.body == reply.body[-50:]
    assert client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status == 200
    assert client.get(path, headers={"Range": f"bytes={size}-"}).status == 416
    head = client.request("HEAD", path)
    assert head.status == 200 and int(head.headers["content-length"]) == size and head.body == b""
    assert client.get(path + "?include=markdown").headers["etag"] != etag


def test_download_needs_a_completed_crawl(client, site):
    slow = site(sites.slow(20, 0.3))
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 20}).ok(202)["jobId"]
    client.get(f"/crawl/{id}/download").error(400, "NOT_FINISHED")
    client.post(f"/crawl/{id}/extract", {"transformInstruction": "x"}).error(400, "NOT_FINISHED")
    client.delete("/crawl/" + id)


# ---- 6.7 extract ----

def test_extract(service, docs):
    """A new crawl from stored pages: no request to the site, no charge for pages."""
    client = service.client(credits=50)
    id, status = client.crawl(docs.url + "/", maxPages=20)
    asked = len(docs.log)
    reply = client.post(f"/crawl/{id}/extract", {"transformInstruction": "Extract the page title and all code blocks."})
    body = reply.ok(202)
    assert body["status"] == "queued" and body["jobId"] != id and isinstance(body["message"], str)
    assert reply.headers["location"] == "/api/crawl/" + body["jobId"]
    new = client.wait("/crawl/" + body["jobId"])
    assert new["status"] == "completed" and len(docs.log) == asked
    pages = client.pages(body["jobId"])
    assert [page["url"] for page in pages] == [page["url"] for page in client.pages(id) if page["status"] == "success"]
    for page in pages:
        if page.get("ai_extraction_failed"):
            assert isinstance(page["data"], str)
        else:
            assert isinstance(page["data"], (dict, list))
        assert fetch(client, page["html"]).status == 200
    _, got = archive(client, body["jobId"])
    assert got.testzip() is None
    record = client.get("/crawl/job/" + body["jobId"]).json
    assert record["source_job_id"] == id and record["credits_used"] == 0
    assert client.get("/crawl/history").json["jobs"][0]["source_job_id"] == id
    assert service.key(client)["used"] == len(status["result"])


def test_extract_from_an_extraction(client, docs):
    """It is a crawl like others: from the same stored pages."""
    id, _ = client.crawl(docs.url + "/", maxPages=4)
    asked = len(docs.log)
    first = client.post(f"/crawl/{id}/extract", {"transformInstruction": "titles"}).ok(202)["jobId"]
    client.wait("/crawl/" + first)
    second = client.post(f"/crawl/{first}/extract", {"transformInstruction": "headings"}).ok(202)["jobId"]
    assert client.wait("/crawl/" + second)["status"] == "completed"
    assert [page["url"] for page in client.pages(second)] == [page["url"] for page in client.pages(id)] and len(docs.log) == asked
    assert client.get("/crawl/job/" + second).json["source_job_id"] == id


def test_extract_receipt(service, site):
    """The site is stopped first: everything comes from stored pages, and the receipt says what it took."""
    client, docs = service.client(), site(sites.docs())
    id, status = client.crawl(docs.url + "/", maxPages=20)
    assert "receipt" not in status
    docs.stop()
    asked, n = len(docs.log), len(status["result"])
    new = client.post(f"/crawl/{id}/extract", {"transformInstruction": "titles"}).ok(202)["jobId"]
    assert client.wait("/crawl/" + new)["receipt"] == {"pages": n, "answered": n, "reused": 0, "failed": 0, "empty": 0, "inputTokens": 0,
                                                       "outputTokens": 0, "credits": 0, "siteRequests": 0}
    assert len(client.pages(new)) == n and len(docs.log) == asked


def test_extract_as_text(client, docs):
    """Each page's data is a text where that is asked for; a schema makes objects."""
    id, _ = client.crawl(docs.url + "/", maxPages=4)

    def extract(**body):
        job = client.post(f"/crawl/{id}/extract", body).ok(202)["jobId"]
        assert client.wait("/crawl/" + job)["status"] == "completed"
        return [page["data"] for page in client.pages(job)]
    for form in ("markdown", "text", "table"):
        texts = extract(transformInstruction="titles and headings", output=form)
        assert all(isinstance(text, str) for text in texts) and "Handbook" in texts[0]
        assert all(isinstance(one, dict) for one in extract(schema={"type": "object", "properties": {"title": {"type": "string"}}}, output=form))
    assert all(isinstance(one, dict) for one in extract(transformInstruction="titles", output="json"))
    assert "/output" in client.post(f"/crawl/{id}/extract", {"transformInstruction": "x", "output": "yaml"}).error(400, "INVALID_REQUEST")


def test_extract_answers_once(make_service, docs):
    """The same question again is free; another question, and another owner's, are not."""
    service = make_service(settings={"credits.extract": 3})
    client, other = service.client(credits=500), service.client(credits=500)
    id, status = client.crawl(docs.url + "/", maxPages=20)
    n = len(status["result"])

    def extract(client, id, what):
        job = client.post(f"/crawl/{id}/extract", {"transformInstruction": what}).ok(202)["jobId"]
        receipt = client.wait("/crawl/" + job)["receipt"]
        return (receipt["answered"], receipt["reused"], receipt["credits"]), [page["data"] for page in client.pages(job)]
    first = extract(client, id, "titles")
    again = extract(client, id, "titles")
    assert first[0] == (n, 0, 3 * n) and again[0] == (0, n, 0) and first[1] == again[1]
    body = client.post(f"/crawl/{id}/extract", {"transformInstruction": "titles", "dryRun": True}).ok()
    assert body == {"dryRun": True, "pages": n, "anew": 0, "tokens": 0, "credits": 0}
    assert extract(client, id, "headings")[0] == (n, 0, 3 * n)
    id, status = other.crawl(docs.url + "/", maxPages=20)
    assert extract(other, id, "titles")[0] == (n, 0, 3 * n)


@pytest.mark.parametrize("name", ["dryRun", "dry_run"])
def test_extract_dry_run(make_service, docs, name):
    """What it would take, and nothing is stored or charged."""
    service = make_service(settings={"credits.extract": 3})
    client = service.client(credits=500)
    id, status = client.crawl(docs.url + "/", maxPages=20)
    asked, used, n = len(docs.log), service.key(client)["used"], len(status["result"])
    path = f"/crawl/{id}/extract"
    body = client.post(path, {"transformInstruction": "titles", name: True}).ok(200)
    assert body == {"dryRun": True, "pages": n, "anew": n, "tokens": 0, "credits": 3 * n}
    assert client.get("/crawl/stats").json["total"] == 1 and service.key(client)["used"] == used and len(docs.log) == asked
    client.post(path, {"transformInstruction": "", name: True}).error(400, "INVALID_REQUEST")
    client.post(path, {"transformInstruction": "titles", name: "yes"}).error(400, "INVALID_REQUEST")
    client.post(f"/crawl/{NOBODY}/extract", {"transformInstruction": "x", name: True}).error(404, "NOT_FOUND")
    client.post(path, {"transformInstruction": "titles", name: False}).ok(202)


def test_extract_limits(crawled):
    client, id, _ = crawled
    path = f"/crawl/{id}/extract"
    for body in ({}, {"transformInstruction": ""}, {"transformInstruction": "  "}, {"transformInstruction": 5},
                 {"transformInstruction": "x" * 5001}):
        assert "/transformInstruction" in client.post(path, body).error(400, "INVALID_REQUEST")
    client.post(path, {"transformInstruction": "x" * 5000}).ok(202)
    client.post(path, {"transformInstruction": "x", "schema": {"type": "strange"}}).error(422, "INVALID_SCHEMA")
    client.post(f"/crawl/{NOBODY}/extract", {"transformInstruction": "x"}).error(404, "NOT_FOUND")


# ---- 6.8 history, stats, retry ----

def test_history(client, docs):
    ids = [client.crawl(docs.url + "/", maxPages=1, crawlInstruction="all pages")[0] for n in range(3)]
    got = client.get("/crawl/history").ok()
    assert [job["id"] for job in got["jobs"]] == [job["uuid"] for job in got["jobs"]] == ids[::-1]
    assert (got["total"], got["page"], got["totalPages"]) == (3, 1, 1)
    for job in got["jobs"]:
        assert job["status"] == "completed" and job["pages_crawled"] == job["credits_used"] == 1 and job["max_pages"] == 1
        assert job["base_url"] == docs.url + "/" and job["created_at"] <= job["updated_at"]
        assert job["crawl_instruction"] == "all pages" and job["transform_instruction"] == ""
    second = client.get("/crawl/history?page=2&limit=2").ok()
    assert [job["id"] for job in second["jobs"]] == [ids[0]] and second["totalPages"] == 2 and second["page"] == 2
    assert client.get("/crawl/stats").ok() == {"total": 3}


@pytest.mark.parametrize("query", ["page=0&limit=0", "limit=1000", "page=-1", "page=x&limit=y"])
def test_history_clamps(client, query):
    got = client.get("/crawl/history?" + query).ok()
    assert got["jobs"] == [] and got["total"] == 0 and got["page"] >= 1


def test_static_paths_win(client):
    """history, stats and job/... are no job ids."""
    assert "jobs" in client.get("/crawl/history").ok() and "total" in client.get("/crawl/stats").ok()
    client.get("/crawl/job/" + NOBODY).error(404, "NOT_FOUND")


def test_retry_of_a_page(client, site):
    one = site({"/robots.txt": sites.ROBOTS, "/": sites.page("List", '<a href="/good">good</a><a href="/bad">bad</a>'),
                "/good": sites.page("Good", sites.text("good")),
                "/bad": [rude_server.Reply("x", 403), sites.page("Mended", sites.text("mending"))]})
    id, _ = client.crawl(one.url + "/", maxPages=10)
    page = next(page for page in client.pages(id) if page["status"] == "failed")
    reply = client.post(f"/crawl/{id}/retry/{page['id']}").ok()
    assert reply["success"] is True and "about mending" in reply["data"] and reply["tokensUsed"] == 0 and isinstance(reply["message"], str)
    again = next(one for one in client.pages(id) if one["id"] == page["id"])
    assert again["status"] == "success" and again["title"] == "Mended" and again["data"] == reply["data"]
    assert len(one.requests("/good")) == 1
    client.post(f"/crawl/{id}/retry/{'0' * 32}").error(404, "NOT_FOUND")
    client.post(f"/crawl/{id}/retry/x").error(404, "NOT_FOUND")


def test_retry_of_a_page_that_fails_again(client, troubles):
    id, _ = client.crawl(troubles.url + "/", maxPages=10)
    page = next(page for page in client.pages(id) if page["url"].endswith("/500"))
    reply = client.post(f"/crawl/{id}/retry/{page['id']}").ok()
    assert reply["success"] is False and reply["data"] is None and reply["message"]


# ---- events ----

def test_events(client, docs):
    """Every page and every state change, numbered without a gap; the stream ends with the job."""
    id = client.post("/crawl", {"baseUrl": docs.url + "/", "maxPages": 6}).ok(202)["jobId"]
    stream = Events(client, f"/crawl/{id}/events")
    assert stream.status == 200 and stream.headers["content-type"].startswith("text/event-stream")
    events = stream.wait()
    assert [int(event["id"]) for event in events] == list(range(1, len(events) + 1))
    states = [event["data"]["status"] for event in events if event["event"] == "state"]
    assert states[-1] == "completed" and states[0] == "waiting" and "active" in states
    pages = [event["data"]["page"] for event in events if event["event"] == "page"]
    assert len(pages) == 6 and {page["url"] for page in pages} == {page["url"] for page in client.pages(id)}
    assert all(event["data"]["jobId"] == id for event in events)


@pytest.mark.parametrize("how", ["header", "query"])
def test_events_replay(crawled, how):
    client, id, _ = crawled
    whole = Events(client, f"/crawl/{id}/events").wait()
    seen = whole[4]["id"]
    path = f"/crawl/{id}/events" + (f"?lastEventId={seen}" if how == "query" else "")
    rest = Events(client, path, {"Last-Event-ID": seen} if how == "header" else {}).wait()
    assert rest == whole[5:]
    assert Events(client, f"/crawl/{id}/events", {"Last-Event-ID": whole[-1]["id"]}).wait() == []


def test_events_come_as_they_happen(client, site):
    slow = site(sites.slow(8, 0.4))
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 8}).ok(202)["jobId"]
    streams = [Events(client, f"/crawl/{id}/events") for _ in range(5)]
    wait_for(lambda: all(any(event["event"] == "page" for event in stream.events) for stream in streams), 20, "the first page")
    assert client.get("/crawl/" + id).json["status"] == "active"
    all_events = [stream.wait() for stream in streams]
    assert all(events == all_events[0] for events in all_events) and all_events[0][-1]["data"]["status"] == "completed"


def test_events_of_a_waiting_crawl(make_service, site):
    own = make_service(settings={"limits.running_crawls": 1})
    client = own.client()
    slow = site(sites.slow(8, 0.5))
    first, second = (client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 8}).ok(202)["jobId"] for _ in range(2))
    stream = Events(client, f"/crawl/{second}/events")
    wait_for(lambda: stream.events, 5, "the first event")
    assert stream.events[0]["data"]["status"] == "waiting"
    client.delete("/crawl/" + second).ok()
    assert stream.wait(5)[-1]["data"]["status"] == "cancelled"
    client.delete("/crawl/" + first).ok()


# ---- owners ----

def test_local_jobs(make_service, docs):
    """Jobs of the command line are readable by every key, and nobody's to change; limits.local_jobs = 0 hides them."""
    own = make_service()
    client = own.client()
    own.stop()
    own.webkeep.run("crawl", docs.url + "/", "--max-pages", "3").ok(harness.PARTIAL)
    own.start()
    history = client.get("/crawl/history").ok()
    id = history["jobs"][0]["id"]
    assert len(client.get("/crawl/" + id).ok()["result"]) == 3 and len(client.pages(id)) == 3
    assert client.delete("/crawl/" + id).status in (403, 404, 409)
    own.stop()
    own.settings["limits.local_jobs"] = 0
    own.start()
    client.get("/crawl/" + id).error(404, "NOT_FOUND")
    assert client.get("/crawl/history").ok()["jobs"] == []


def test_crawl_waits_for_its_cookies(make_service, site):
    """After a restart a crawl that had cookies keeps its pages and waits for them."""
    slow = site(sites.slow(12, 0.4))
    own = make_service()
    client = own.client()
    id = client.post("/crawl", {"baseUrl": slow.url + "/", "maxPages": 12, "cookies": "sid=1"}).ok(202)["jobId"]
    wait_for(lambda: client.get("/crawl/" + id).json["progress"]["pagesCrawled"] >= 1, 20, "a page")
    own.kill9()
    asked = slow.settle()
    own.start()
    time.sleep(0.7)
    assert client.get("/crawl/" + id).json["status"] == "waiting" and len(slow.log) == asked
    assert len(client.pages(id)) >= 1
    client.post(f"/crawl/{id}/resume", {"cookies": "sid=1"}).ok(202)
    assert len(client.wait("/crawl/" + id)["result"]) == 12
    assert all(one.headers.get("cookie") == "sid=1" for one in slow.requests())


def test_identical_bodies_stay_apart(service, client, docs):
    """Another key's crawl of the same pages: links of its own, and no way to the first one's."""
    other = service.client()
    mine, _ = client.crawl(docs.url + "/", maxPages=2)
    theirs, _ = other.crawl(docs.url + "/", maxPages=2)
    link, their_link = client.pages(mine)[0]["html"], other.pages(theirs)[0]["html"]
    assert hashlib.sha256(fetch(client, link).body).digest() == hashlib.sha256(fetch(other, their_link).body).digest()
    fetch(client, link.replace(mine, theirs)).error(403, "LINK_REFUSED")
