# SPDX-License-Identifier: Apache-2.0
"""Every case of the JSON parsing suite as the value of a field that the service does not know: what is no JSON is
refused as such, what is JSON is taken, and nothing crashes or hangs."""
import base64
import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
CASES = [json.loads(line) for line in (ROOT / "tests/data/json/parsing.jsonl").read_text().splitlines()]


def body_of(case, url):
    """The request with the case in it; or the case alone, when its bytes can't stand in one."""
    raw = base64.b64decode(case["b64"])
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw, True
    return b'{"urls":[{"url":"%s"}],"x":%s}' % (url.encode(), raw), False


@pytest.mark.parametrize("expect", ["accept", "reject", "either"])
def test_cases(client, blog, expect):
    url = blog.url + "/posts/writing-a-parser-by-hand.html"
    wrong = []
    cases = [case for case in CASES if case["expect"] == expect]
    assert cases
    for case in cases:
        body, whole = body_of(case, url)
        reply = client.post("/scrape", body=body, headers={"Content-Type": "application/json"})
        refused = reply.status == 400 and reply.json.get("code") == "INVALID_JSON"
        taken = reply.status == 202 and not whole
        good = refused if whole or expect == "reject" else taken if expect == "accept" else refused or taken
        if not good:
            wrong.append((case["name"], reply.status, reply.body[:200]))
    assert not wrong, wrong
    client.get("/crawl/stats").ok()
