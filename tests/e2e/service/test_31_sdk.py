# SPDX-License-Identifier: Apache-2.0
"""Programs from npm: a linter takes the OpenAPI document, and the official Node SDK works against the service.

Skipped with the reason where there is no Node or npm can't install. WEBKEEP_SPIDRA_SDK names a folder with the SDK when
it was got in another way.
"""
import json
import os
import shutil
import subprocess

import pytest

import harness
import sites

LINTER = "@redocly/cli@2.77.0"
SDK = "spidra@0.3.0"


def npm_install(folder, package):
    """Installs a package into a folder, or skips."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--fetch-retries=0",
               "--fetch-timeout=20000", package]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm can't install {package}: it takes too long")
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or ["no reason given"]
        pytest.skip(f"npm can't install {package}: {lines[0]}")
    return folder


# ---- the linter ----

def test_openapi_passes_a_linter(service, client, tmp_path):
    npm_install(tmp_path, LINTER)
    (tmp_path / "openapi.json").write_bytes(client.get("/openapi.json").body)
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "HOME": str(tmp_path)}
    done = subprocess.run(["node_modules/.bin/redocly", "lint", "--format=json", "openapi.json"], cwd=tmp_path, capture_output=True,
                          text=True, timeout=60, env=environment)
    report = json.loads(done.stdout[done.stdout.index("{"):])
    errors = [problem for problem in report["problems"] if problem["severity"] == "error"]
    assert done.returncode == 0 and not errors, errors[:5] or done.stderr


# ---- the SDK ----

@pytest.fixture(scope="module")
def sdk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdk")
    if os.environ.get("WEBKEEP_SPIDRA_SDK"):
        (folder / "node_modules").mkdir()
        (folder / "node_modules/spidra").symlink_to(os.path.abspath(os.environ["WEBKEEP_SPIDRA_SDK"]))
        return folder
    return npm_install(folder, SDK)


@pytest.fixture
def run(sdk, client):
    """run(script) -> what the script put into `out`; `spidra` is the SDK's client with our key and /sdk as its base URL."""
    def run_it(script):
        config = json.dumps({"apiKey": client.key, "baseUrl": client.service.url + "/sdk"})
        (sdk / "test.mjs").write_text(f'import * as sdk from "spidra";\nconst spidra = new sdk.SpidraClient({config});\n'
                                      "const quick = { pollInterval: 100 };\nconst out = {};\n"
                                      f"{script}\nconsole.log(JSON.stringify(out));\n")
        done = subprocess.run(["node", "test.mjs"], cwd=sdk, capture_output=True, text=True, timeout=60 * harness.SLOW)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)
    return run_it


def test_sdk_scrape_and_logs(run, blog):
    url = json.dumps(blog.url + sites.POST[0])
    out = run(f"out.job = await spidra.scrape.run({{ urls: [{{ url: {url} }}], prompt: '' }}, quick);\n"
              "out.logs = await spidra.logs.list({ limit: 5 });\nout.log = await spidra.logs.get(out.logs.logs[0].uuid);\n"
              "out.usage = await spidra.usage.get('7d');")
    assert sites.TITLES[0] in out["job"]["result"]["content"]
    assert out["logs"]["total"] == 1 and out["log"]["uuid"] == out["logs"]["logs"][0]["uuid"] and len(out["usage"]) == 7


def test_sdk_batch(run, shop):
    urls = json.dumps([f"{shop.url}/product/1", f"{shop.url}/nowhere"])
    out = run(f"out.batch = await spidra.batch.run({{ urls: {urls} }}, quick);\nout.list = await spidra.batch.list();\n"
              "out.retried = await spidra.batch.retry(out.list.jobs[0].uuid);")
    assert out["batch"]["status"] == "completed" and out["batch"]["failedCount"] == 1
    assert out["list"]["pagination"]["total"] == 1 and out["retried"]["retriedCount"] == 1


def test_sdk_crawl(run, docs):
    out = run(f"const {{ jobId }} = await spidra.crawl.submit({{ baseUrl: {json.dumps(docs.url + '/')}, maxPages: 3 }});\n"
              "do { out.job = await spidra.crawl.get(jobId); } while (!['completed', 'failed'].includes(out.job.status));\n"
              "out.pages = (await spidra.crawl.pages(jobId)).pages;\nout.history = await spidra.crawl.history({ limit: 3 });\n"
              "out.stats = await spidra.crawl.stats();\nout.extract = await spidra.crawl.extract(jobId, 'titles');")
    assert out["job"]["status"] == "completed" and len(out["pages"]) == len(out["job"]["result"]) == 3
    assert out["history"]["total"] == out["stats"]["total"] == 1 and out["extract"]["status"] == "queued"


def test_sdk_errors(run, blog):
    out = run("const name = async (work) => { try { await work(); return 'none'; } catch (e) { return e.constructor.name; } };\n"
              "out.gone = await name(() => spidra.scrape.get('01890000-0000-7000-8000-000000000000'));\n"
              "out.bad = await name(() => spidra.scrape.submit({ urls: [] }));")
    assert out["gone"].startswith("Spidra") and out["bad"].startswith("Spidra")
