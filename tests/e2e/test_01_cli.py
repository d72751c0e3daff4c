# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help, version, spelling, exit codes, and convert, which needs no store."""
import json
import re

import pytest
from harness import DONE, NOTHING, USAGE

COMMANDS = ("crawl", "list", "pages", "show", "why", "extract", "export", "resume", "retry", "cancel", "delete", "check",
            "version", "plan", "convert")


def test_version(webkeep):
    result = webkeep.run("version").ok()
    assert re.search(r"\b\d+\.\d+\.\d+\b", result.text)
    assert webkeep.run("--version").ok().text.strip()


def test_help_names_every_command(webkeep):
    result = webkeep.run("--help").ok()
    missing = [command for command in COMMANDS if not re.search(rf"\b{command}\b", result.text)]
    assert not missing
    assert not result.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(webkeep, command):
    result = webkeep.run(command, "--help").ok()
    assert f"webkeep {command}" in result.text
    assert "xample" in result.text


def test_help_of_crawl_names_every_option(webkeep):
    said = webkeep.run("crawl", "--help").ok().text
    options = """--instruction --transform --schema --max-pages --max-depth --include --exclude --subdomains --whole-domain
        --ignore-query --concurrency --delay --no-robots --keep-noindex --user-agent --header --cookies --proxy --cacert --insecure
        --public-only --allow-private --out --data --json --quiet --follow-base-redirect""".split()
    assert [option for option in options if option not in said] == []


def test_nothing_said_is_usage(webkeep):
    result = webkeep.run().ok(USAGE)
    assert "crawl" in result.said


@pytest.mark.parametrize("args, right", [
    (("crwal", "http://127.0.0.1/"), "crawl"),
    (("exprot", "last"), "export"),
    (("crawl", "http://127.0.0.1:9/", "--max-page", "3"), "--max-pages"),
    (("crawl", "http://127.0.0.1:9/", "--instructions", "x"), "--instruction"),
    (("pages", "last", "--jsno"), "--json"),
])
def test_a_misspelt_word_suggests_the_right_one(webkeep, args, right):
    result = webkeep.run(*args).ok(USAGE)
    assert re.search(rf"(?<![\w-]){re.escape(right)}(?![\w-])", result.err), result.err
    assert not result.out


@pytest.mark.parametrize("args", [
    ("crawl",), ("show", "last"), ("pages",), ("export", "last"), ("plan",), ("crawl", "http://a.example/", "http://b.example/"),
    ("crawl", "http://127.0.0.1:9/", "--max-pages"), ("crawl", "http://127.0.0.1:9/", "--max-pages", "many"),
    ("crawl", "http://127.0.0.1:9/", "--max-pages", "-1"), ("crawl", "http://127.0.0.1:9/", "--set", "fetch.idel_ms=1s"),
    ("crawl", "http://127.0.0.1:9/", "--delay", "soon"), ("crawl", "http://127.0.0.1:9/", "--header", "no colon"),
    ("crawl", "http://127.0.0.1:9/", "--header", "A: b\r\nEvil: c"), ("crawl", "http://127.0.0.1:9/", "--out", "x.rar"),
    ("crawl", "http://127.0.0.1:9/", "--max-pages", "99999999999999999999999"), ("plan", "--jsonl", "--bogus"),
])
def test_bad_usage_is_exit_2_and_one_clear_word(webkeep, args):
    result = webkeep.run(*args).ok(USAGE)
    assert result.err.strip() and not result.out
    assert len(result.err.strip().splitlines()) <= 6, "a person reads this: " + result.err


def test_options_stand_before_or_after(webkeep, site):
    server = site({"/docs/": "<title>One</title><p>Some words.</p>"})
    webkeep.run("crawl", "--quiet", server.url + "/docs/").ok()
    webkeep.run("crawl", server.url + "/docs/", "--quiet").ok()
    assert webkeep.run("--json", "list").ok().rows == webkeep.run("list", "--json").ok().rows


def test_data_folder_option_beats_the_variable(webkeep, site, tmp_path):
    server = site({"/docs/": "<title>One</title><p>Some words.</p>"})
    webkeep.run("crawl", server.url + "/docs/", "--data", tmp_path / "elsewhere").ok()
    assert (tmp_path / "elsewhere").is_dir() and not webkeep.data.exists()
    assert webkeep.run("list", "--json", "--data", tmp_path / "elsewhere").ok().rows


def test_data_folder_by_default_is_below_xdg(webkeep, site, tmp_path):
    server = site({"/docs/": "<title>One</title><p>Some words.</p>"})
    webkeep.run("crawl", server.url + "/docs/", env={"WEBKEEP_DATA": ""}).ok()
    assert any((tmp_path / "xdg").rglob("webkeep.lock"))


def test_list_before_the_first_crawl_says_how_to_begin(webkeep):
    assert "crawl" in webkeep.run("list").ok(DONE, NOTHING).said
    assert webkeep.run("list", "--json").ok(DONE, NOTHING).rows == []
    assert not webkeep.data.exists(), "reading makes nothing"


PAGE = """<!doctype html><html lang="en"><head><title>A page</title></head><body>
<nav><a href="/">Home</a></nav><main><h1>Title</h1><p>Some <b>bold</b> and <code>code</code> and
<a href="other.html#x">a link</a>.</p><ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>
<pre><code class="language-c">int main(void)
{
    return 0;
}
</code></pre><table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>
<p><img src="pic.png" alt="A picture"></p></main></body></html>"""


def test_convert(webkeep):
    said = webkeep.run("convert", "--url", "https://h.example/docs/page.html", input=PAGE.encode()).ok().text
    assert re.search(r"^# Title$", said, re.M)
    assert "**bold**" in said and "`code`" in said
    assert "(https://h.example/docs/other.html#x)" in said
    assert "https://h.example/docs/pic.png" in said and "A picture" in said
    assert re.search(r"^```c\nint main\(void\)\n\{\n    return 0;\n\}\n```$", said, re.M)
    assert re.search(r"^\| A +\| B +\|\n\| ?:?-+:? ?\| ?:?-+:? ?\|\n\| 1 +\| 2 +\|$", said, re.M)
    assert re.search(r"^[-*] one\n {2,4}[-*] inner$", said, re.M)


def test_convert_jsonl(webkeep):
    lines = [json.dumps({"id": n, "html": f"<title>T{n}</title><h1>Number {n}</h1><p>text</p>", "url": "https://h.example/"})
             for n in range(5)]
    for kind, key in (("markdown", "markdown"), ("text", "text"), (None, "markdown")):
        args = ("--as", kind) if kind else ()
        rows = webkeep.run("convert", "--jsonl", *args, input="\n".join(lines).encode() + b"\n").ok().rows
        assert [row["id"] for row in rows] == list(range(5))
        assert all(f"Number {row['id']}" in row[key] for row in rows)


def test_convert_takes_any_bytes(webkeep):
    for junk in (b"", b"\0\xff\xfe<", b"<" * 70000, b"<div>" * 20000, bytes(range(256)) * 40):
        webkeep.run("convert", input=junk).ok()
