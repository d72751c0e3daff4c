# SPDX-License-Identifier: Apache-2.0
"""YAML in front of Markdown: every value is a double-quoted scalar, which is JSON too."""
import hashlib
import json
import re

import pytest
from harness import USAGE

PAGE = """<!doctype html><html lang="no"><head><meta charset="utf-8"><title>A "quoted": title # &#x2028; \\ end</title>
<meta name="description" content="What it is: 'all'"><meta name="author" content="Ann Lee">
<meta property="article:published_time" content="2026-04-17T13:30:00+02:00"></head>
<body><h1>Heading</h1><p>Hello <b>you</b>.</p></body></html>"""


def split(text):
    """The block's values, and the Markdown behind it; PyYAML, where there is one, must read the same."""
    found = re.match(r"---\n((?:[a-z]+: \".*\"\n)*)---\n\n", text)
    assert found, text[:300]
    values = {key: json.loads(value) for key, value in
              (line.split(": ", 1) for line in found.group(1).split("\n") if line)}
    try:
        import yaml
    except ImportError:
        pass
    else:
        assert (yaml.safe_load(found.group(1)) or {}) == values
    return values, text[found.end():]


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_convert(webkeep):
    plain = webkeep.run("convert", "--url", "https://h.example/a", input=PAGE.encode()).ok().text
    said = webkeep.run("convert", "--front-matter", "--url", "https://h.example/a", input=PAGE.encode()).ok().text
    values, rest = split(said)
    assert rest == plain
    assert values.pop("title").startswith('A "quoted": title #')
    assert values == {"url": "https://h.example/a", "language": "no", "author": "Ann Lee", "hash": sha(PAGE),
                      "date": "2026-04-17T13:30:00+02:00", "description": "What it is: 'all'"}
    values, rest = split(webkeep.run("convert", "--front-matter", input=b"").ok().text)
    assert values == {"hash": sha("")} and rest == ""


def test_show_and_export(webkeep, site, tmp_path):
    server = site({"/docs/": PAGE})
    webkeep.run("crawl", server.url + "/docs/").ok()
    url = server.url + "/docs/"
    plain = webkeep.run("show", "last", url).ok().text
    values, rest = split(webkeep.run("show", "last", url, "--front-matter").ok().text)
    assert rest == plain
    assert values["author"] == "Ann Lee" and values["date"] == "2026-04-17T13:30:00+02:00"
    body = webkeep.run("show", "last", url, "--html").ok().text
    out = tmp_path / "docs"
    webkeep.run("export", "last", "--out", f"{out}/", "--front-matter").ok()
    entry = json.loads((out / "manifest.json").read_text())["pages"][0]
    exported, rest = split((out / entry["markdown"]["file"]).read_text())
    assert rest == plain and sha(rest) == entry["markdown"]["sha256"], "the hash is of the Markdown alone"
    assert exported["url"] == url and exported["hash"] == values["hash"] == sha(body)
    assert exported["fetched"] == values["fetched"] == entry["fetchedAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", exported["fetched"])
    assert exported["language"] == "no" and exported["description"] == "What it is: 'all'"
    assert exported["author"] == values["author"] and exported["date"] == values["date"]
    webkeep.run("export", "last", "--out", str(tmp_path / "plain") + "/").ok()
    assert (tmp_path / "plain" / entry["markdown"]["file"]).read_text() == plain


@pytest.mark.parametrize("args", [("show", "last", "https://h.example/", "--html"),
                                  ("show", "last", "https://h.example/", "--meta"), ("convert", "--jsonl")])
def test_where_it_has_no_place(webkeep, args):
    result = webkeep.run(*args, "--front-matter", input=b"")
    assert result.code == USAGE and "--front-matter" in result.said


@pytest.mark.parametrize("out", ["all.md", "all.zip", "all.jsonl"])
def test_only_folders_take_it(webkeep, site, tmp_path, out):
    server = site({"/docs/": PAGE})
    webkeep.run("crawl", server.url + "/docs/").ok()
    result = webkeep.run("export", "last", "--out", str(tmp_path / out), "--front-matter")
    assert result.code == USAGE and "--front-matter" in result.said
    assert not (tmp_path / out).exists()
