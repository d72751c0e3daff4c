# SPDX-License-Identifier: Apache-2.0
"""Each code sample of the tutorial, run unchanged but for the base URL, the key and the target URLs.

Python samples run by exec in a process of their own, where only time.sleep is shortened; fragments get the names that
the tutorial's text defines before them. Samples with browser actions are refused as the API says.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

import harness
import sites

DATA = pathlib.Path(__file__).resolve().parents[2] / "data/tutorial/samples.md"
SAMPLES = {int(number): (heading, language, code) for number, heading, language, code in
           re.findall(r"^## (\d+)\. ([^\n]*)\n\n``` (\w+)\n(.*?)^```$", DATA.read_text(), re.M | re.S)}

NEEDS_BROWSER = {15, 16, 27}
NO_PROGRAM = {1, 3}             # the base URL and a header, by themselves
SHAPES = {4, 6, 8, 9, 13}       # replies

RUN = """
import sys, time
sleep = time.sleep
time.sleep = lambda seconds: sleep(min(seconds, 0.1))
exec(compile(open(sys.argv[1]).read(), "sample", "exec"), {"__name__": "__main__"})
"""

COMMON = """
import requests, time, json
API_KEY = "YOUR_API_KEY"
BASE_URL = "https://api.spidra.io/api"
HEADERS = {"x-api-key": API_KEY, "Content-Type": "application/json"}
"""


@pytest.fixture
def handbook(site):
    """Documentation that its address shows as such: here that is the path, where docs.example.com is a host."""
    return site(sites.docs(below="/docs"))


@pytest.fixture
def adapt(client, blog, handbook, shop, jobs, troubles):
    """adapt(text): the sample for this service, key and sites."""
    targets = [("https://api.spidra.io/api", client.service.url + "/api"), ("YOUR_API_KEY", client.key),
               ("https://news.ycombinator.com", blog.url + "/"), ("https://jobs.example.com/senior-engineer", jobs.url + "/senior-engineer"),
               ("https://jobs.example.com/engineering", jobs.url + "/board"),
               ("https://careers.anothersite.com/remote", jobs.url + "/board?page=2"),
               ("https://directory.example.com/companies", jobs.url + "/board"), ("https://example.com/search", shop.url + "/"),
               ("https://amazon.de/dp/B123456", shop.url + "/product/1"),
               ("https://blog.example.com/article", blog.url + sites.POST[0]), ("https://blog.example.com", blog.url + "/"),
               ("https://docs.example.com", handbook.url + "/docs/"), ("https://app.example.com/dashboard", troubles.url + "/account"),
               ("https://example.com/product/", shop.url + "/product/"), ("https://example.com", blog.url + "/")]

    def replace(text):
        for old, new in targets:
            text = text.replace(old, new)
        assert "example.com" not in text and "spidra.io" not in text
        return text

    return replace


@pytest.fixture
def run(adapt, tmp_path):
    """run(number) -> what the sample printed; before and after: code around a fragment."""
    def run_it(number, before="", after="", targets=()):
        _, language, code = SAMPLES[number]
        for old, new in targets:
            code = code.replace(old, new)
        code = adapt(before + "\n" + code + "\n" + after)
        script = tmp_path / f"sample-{number}.{'mjs' if language == 'js' else 'txt'}"
        script.write_text(code)
        command = {"python": [sys.executable, "-c", RUN, script], "sh": ["sh", script], "js": ["node", script]}[language]
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60 * harness.SLOW)
        assert done.returncode == 0, f"sample {number}:\n{done.stdout}\n{done.stderr}"
        return done.stdout
    return run_it


def code_of(number):
    return SAMPLES[number][2]


def need(module):
    if subprocess.run([sys.executable, "-c", "import " + module], capture_output=True).returncode:
        pytest.skip(f"Python's {module} is not installed (Debian: python3-{module})")


def ended(client, reply, path="/scrape/", id="jobId"):
    return client.wait(path + json.loads(reply)[id])


def shape_of(reply, sample, where="reply"):
    """The reply has each field of the sample, of the same JSON type."""
    if isinstance(sample, dict):
        for name, value in sample.items():
            assert name in reply, f"{where}: without {name}"
            shape_of(reply[name], value, f"{where}.{name}")
    elif isinstance(sample, list):
        assert isinstance(reply, list), where
        for one in reply[:1] if sample else []:
            shape_of(one, sample[0], where + "[0]")
    elif sample is None:
        assert reply is None or isinstance(reply, str), where
    elif isinstance(sample, bool) or isinstance(sample, str):
        assert type(reply) is type(sample), f"{where}: {reply!r}"
    else:
        assert isinstance(reply, (int, float)) and not isinstance(reply, bool), f"{where}: {reply!r}"


# ---- every sample is some test's ----

def test_every_sample_has_a_test():
    source = pathlib.Path(__file__).read_text()
    shown = {int(number) for number in re.findall(r"\b(?:run|code_of)\((\d+)", source)}
    assert set(SAMPLES) == set(range(1, 30)) == shown | NO_PROGRAM


# ---- curl ----

def test_curl_minimal(run, client):
    assert ended(client, run(2))["status"] == "completed"


def test_curl_scrape_and_status(run, client):
    """The request, the 202, the poll, and the shapes that the tutorial shows of them."""
    submitted = json.loads(run(5))
    shape_of(submitted, json.loads(code_of(6)))
    assert "/api/scrape/" + submitted["jobId"] in submitted["message"]
    status = client.wait("/scrape/" + submitted["jobId"])
    shape_of(status, json.loads(code_of(9)))
    assert status["status"] == "completed" and status["progress"]["progress"] == 1
    assert json.loads(run(7, targets=[("550e8400-e29b-41d4-a716-446655440000", submitted["jobId"])])) == status


def test_status_while_it_runs_has_the_shape(client, troubles):
    id = client.post("/scrape", {"urls": [{"url": troubles.url + "/slow"}]}).ok(202)["jobId"]
    status = client.get("/scrape/" + id).ok()
    shape_of(status, json.loads(code_of(8)))
    assert status["result"] is None and status["error"] is None
    client.wait("/scrape/" + id)


def test_errors_have_the_shape(client):
    for reply in (client.post("/scrape", {}), client.get("/crawl/stats", key=None), client.get("/scrape/unknown")):
        shape_of(reply.json, json.loads(code_of(4)))


def test_curl_prompt(run, client):
    """JSON of the sample's kind, or Markdown and ai_extraction_failed."""
    result = ended(client, run(12))["result"]
    if result["ai_extraction_failed"]:
        assert result["content"] == result["data"][0]["markdownContent"]
    else:
        assert isinstance(result["content"], type(json.loads(code_of(13)))) or isinstance(result["content"], dict)


def test_curl_schema(run, client):
    """Required fields always appear; a salary that the page doesn't mention is null."""
    result = ended(client, run(14))["result"]
    if result["ai_extraction_failed"]:
        assert result["content"] == result["data"][0]["markdownContent"]
    else:
        assert {"title", "company", "remote", "employment_type"} <= set(result["content"])
        assert result["content"].get("salary_min") is None and result["content"].get("salary_max") is None


# ---- bodies of POST /scrape ----

def test_body_proxy(adapt, client):
    """Nobody has configured a proxy: the sentence says how to."""
    assert "proxy.pool" in client.post("/scrape", json.loads(adapt(code_of(17)))).error(400, "NO_PROXY")


@pytest.mark.parametrize("code", ["code_of(18)", "code_of(19)", "code_of(20)"])
def test_bodies(adapt, client, code, troubles):
    number = int(re.search(r"\d+", code).group())
    id = client.post("/scrape", json.loads(adapt(code_of(number)))).ok(202)["jobId"]
    result = client.wait("/scrape/" + id)["result"]
    if number == 18:
        assert "Footer words" not in result["data"][0]["markdownContent"]
    if number == 19:
        assert result["screenshots"] == [] and result["data"][0]["screenshotUrl"] is None
    if number == 20:
        assert troubles.requests("/account")[0].headers["cookie"] == "session_id=abc123; auth_token=xyz789"


@pytest.mark.parametrize("code", ["code_of(15)", "code_of(16)"])
def test_bodies_with_actions(adapt, client, code):
    body = json.loads(adapt(code_of(int(re.search(r"\d+", code).group()))))
    client.post("/scrape", body).error(400, "BROWSER_UNAVAILABLE")


# ---- Python and Node ----

def test_python_scrape_loop(run):
    need("requests")
    assert "# The blog" in run(10)


def test_node_scrape_loop(run):
    node = shutil.which("node")
    if not node or int(subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip("v\n").split(".")[0]) < 18:
        pytest.skip("Node 18 or later is not installed")
    assert "# The blog" in run(11)


def test_python_batch(run, shop):
    need("requests")
    out = run(21)
    for n in (1, 2, 3):
        assert f"{shop.url}/product/{n}: " in out
    assert out.count("Kettle") >= 3 and "Failed" not in out


def test_python_batch_with_schema(run, client, shop):
    need("requests")
    run(22, before=COMMON + f'urls = ["{shop.url}/product/1", "{shop.url}/product/2"]')
    job, = client.get("/batch/scrape").ok()["jobs"]
    for item in client.wait("/batch/scrape/" + job["uuid"])["items"]:
        assert item["status"] == "completed"
        content = item["result"]["content"]
        assert isinstance(content, str) if item["result"]["ai_extraction_failed"] else {"name", "price"} <= set(content)


def test_python_crawl_submit(run, client, handbook):
    need("requests")
    out = run(23, before=COMMON, after="print(response.status_code, job_id)").split()
    assert out[0] == "202"
    status = client.wait("/crawl/" + out[1])
    got = [entry["url"].removeprefix(handbook.url + "/docs") for entry in status["result"]]
    assert "/guide/chapter-1.html" in got and "/changelog.html" not in got and "/login.html" not in got


def test_python_crawl_complete(run, tmp_path, blog):
    need("requests")
    out = run(24)
    rows = [json.loads(line) for line in (tmp_path / "crawl_results.jsonl").read_text().splitlines()]
    assert f"Saved {len(rows)} pages" in out and "Status: completed" in out
    assert sorted(row["url"].removeprefix(blog.url) for row in rows) == sorted(sites.POSTS)
    for row in rows:
        assert sites.POSTS[row["url"].removeprefix(blog.url)]["title"] in json.dumps(row["data"])


def test_python_logs(run, client, blog):
    need("requests")
    uuid = client.post("/scrape", {"urls": [{"url": blog.url + "/"}]}).ok(202)["jobId"]
    client.wait("/scrape/" + uuid)
    out = run(25, before=COMMON, after='print(log_detail["data"]["uuid"], "result_data" in log_detail["data"])')
    assert re.search(r"^\d{4}-\d\d-\d\dT.* — success — \d+ms — 0 tokens$", out, re.M) and f"{uuid} True" in out


def test_python_usage(run):
    need("requests")
    out = run(26, before=COMMON)
    assert "'status': 'success'" in out and "'credits': 0" in out


def test_python_pipeline_needs_a_browser(run, client):
    """Its scrapes have actions; what the API says of them reaches the reader."""
    need("requests")
    out = run(27, before="import requests\nfirst = requests.post\n"
              "def post(*words, **more):\n    reply = first(*words, **more)\n"
              "    print(reply.status_code, reply.json()['code'])\n    raise SystemExit\nrequests.post = post")
    assert "400 BROWSER_UNAVAILABLE" in out


def test_python_error_handling(run, client, blog):
    """The function of the tutorial: its five ways out but the 500."""
    need("requests")
    after = """
def outcome(work):
    try:
        return "job " + work()
    except Exception as error:
        return str(error)
print(outcome(lambda: safe_scrape("https://example.com", "titles")))
HEADERS = {"x-api-key": "wrong"}
print(outcome(lambda: safe_scrape("https://example.com", "titles")))
HEADERS = {"x-api-key": "%s"}
print(outcome(lambda: safe_scrape("https://example.com", "titles")))
HEADERS = {"x-api-key": "%s"}
print(outcome(lambda: safe_scrape("https://example.com", "titles")))
HEADERS = {"x-api-key": API_KEY}
print(outcome(lambda: safe_scrape("no url", "titles")))
BASE_URL = "http://127.0.0.1:%d/api"
print(outcome(lambda: safe_scrape("https://example.com", "titles")))
"""
    poor, hasty = client.service.client(credits=1), client.service.client(rate="1/3600")
    poor.scrape(blog.url + "/")
    hasty.get("/crawl/stats").ok()
    lines = run(28, before=COMMON, after=after % (poor.key, hasty.key, harness.free_port())).splitlines()
    assert lines[0].startswith("job ")
    assert lines[1] == "Invalid API key. Check your x-api-key header."
    assert lines[2] == "Credits exhausted or plan limit reached."
    assert lines[3] == "Rate limit hit. Wait before retrying."
    assert lines[4].startswith("400 ")
    assert lines[5] == "Could not connect to the Spidra API."


def test_python_fallback_to_markdown(run, client, blog):
    """The fragment that looks at ai_extraction_failed: prints the content, or the Markdown beside it."""
    whole = client.scrape(blog.url + "/")
    failed = json.loads(json.dumps(whole))
    failed["result"].update(ai_extraction_failed=True, content=None)
    for status in (whole, failed):
        out = run(29, before=f"import json\nstatus = json.loads({json.dumps(json.dumps(status))})", after="print(content)")
        assert sites.TITLES[0] in out
