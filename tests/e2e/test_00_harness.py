# SPDX-License-Identifier: Apache-2.0
"""The tests' own tools: when one of these is red, nothing after it can be trusted."""
import gzip
import http.client
import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib

import pytest
from harness import ROOT, postgres_doc, wait_for
from rude_server import FINE, Reply, deflated_zeros, html, numbered_site, retry_later, rude_pages, rude_site


def get(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as reply:
            return reply.status, reply.read(), reply.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def test_server_serves_and_logs(site):
    server = site({"/": html("Start", links=["/a"]), "/a": Reply(b"abc", type="text/plain", headers=(("X-A", "1"),))})
    assert get(server.url + "/")[1].startswith(b"<!doctype html>")
    status, body, headers = get(server.url + "/a", Cookie="c=1")
    assert (status, body, headers["X-A"], headers["Content-Type"]) == (200, b"abc", "1", "text/plain")
    assert get(server.url + "/missing")[0] == 404
    assert server.paths() == ["/", "/a", "/missing"]
    assert server.requests("/a")[0].headers["cookie"] == "c=1"
    log = json.loads(get(server.url + "/__log")[1])
    assert [entry["path"] for entry in log] == server.paths()
    assert all(entry["ended"] >= entry["began"] for entry in log)


def test_server_keeps_connections(site):
    server = site({"/": html("Start")})
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/")
        assert connection.getresponse().read()
    connection.close()
    assert {one.connection for one in server.requests()} == {server.requests()[0].connection}


def test_server_counts_requests_at_once(site):
    server = site({"/slow": Reply("x", pause=0.3)})
    sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
    for one in sockets:
        one.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    for one in sockets:
        assert one.recv(100).startswith(b"HTTP/1.1 200")
        one.close()
    assert server.most_at_once() == 3


def test_server_repeats_the_last_of_a_list(site):
    server = site({"/": [Reply("no", 503), "yes"], "/later": retry_later(seconds=7), "/date": retry_later(date_in=5)})
    assert [get(server.url + "/")[0] for _ in range(3)] == [503, 200, 200]
    status, _, headers = get(server.url + "/later")
    assert (status, headers["Retry-After"]) == (429, "7")
    assert get(server.url + "/date")[2]["Retry-After"].endswith("GMT")
    assert get(server.url + "/date")[0] == 200


def test_server_on_another_loopback_address(sentinel):
    assert get(sentinel.url + "/secret")[0] == 200
    assert sentinel.paths() == ["/secret"]


def test_server_stops_with_stalled_connections(site):
    pages, _ = rude_site()
    server = site(pages)
    one = socket.create_connection(("127.0.0.1", server.port))
    one.sendall(b"GET /stall HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_for(lambda: server.requests("/stall"))
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 3
    one.close()


def test_numbered_site_is_connected():
    pages = numbered_site(57)
    found, wait = {"/docs/"}, ["/docs/"]
    while wait:
        text = pages[wait.pop()]
        for piece in text.split('href="')[1:]:
            link = piece.split('"')[0]
            if link not in found:
                found.add(link)
                wait.append(link)
    assert found == set(pages) - {"/robots.txt"} and len(found) == 57


@pytest.mark.parametrize("path", sorted(path for path, case in rude_pages().items() if case[1] == FINE))
def test_rude_pages_that_are_fine_are_fine(site, path):
    server = site(rude_site()[0])
    for _ in range(2):
        try:
            status, body, headers = get(server.url + path)
        except (http.client.HTTPException, OSError):
            continue
    assert status == 200
    for coding in reversed([part.strip() for part in (headers["Content-Encoding"] or "").split(",") if part]):
        if coding == "gzip":
            body = gzip.decompress(body)
        elif coding == "deflate":
            body = zlib.decompress(body, 15 if path == "/deflate" else -15)
    assert body


def test_rude_pages_misbehave(site):
    server = site(rude_site()[0])
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        get(server.url + "/drop-in-body")
    with pytest.raises(http.client.IncompleteRead):
        get(server.url + "/length-too-long")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        get(server.url + "/junk")
    with pytest.raises(EOFError):
        gzip.decompress(get(server.url + "/gzip-cut")[1])
    one = socket.create_connection(("127.0.0.1", server.port))
    one.sendall(b"GET /redirect-endless/4 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"Location: /redirect-endless/5\r\n" in one.recv(1000)
    one.close()
    bomb = deflated_zeros(8 << 20)
    assert len(bomb) < 20000 and len(gzip.decompress(bomb)) >= 8 << 20


def test_nginx(nginx, tmp_path):
    (tmp_path / "index.html").write_text(html("From nginx"))
    server = nginx(tmp_path)
    assert get(server.url + "/")[1] == (tmp_path / "index.html").read_bytes()
    server.stop()
    with pytest.raises(OSError):
        get(server.url + "/")


def test_postgres_documentation_is_here():
    folder = postgres_doc()
    if not folder:
        pytest.skip("postgresql-doc is not installed")
    assert len(list(folder.glob("*.html"))) > 1000


def test_mount_space_is_private(mount_space, tmp_path):
    (tmp_path / "small").mkdir()
    space = mount_space(f'mount -t tmpfs -o size=1m none "{tmp_path}/small"')
    done = subprocess.run([*space.prefix, "sh", "-c", f'df -k "{tmp_path}/small" | tail -n 1'], capture_output=True, text=True)
    assert done.stdout.split()[1] == "1024", done
    subprocess.run([*space.prefix, "touch", f"{tmp_path}/small/inside"], check=True)
    assert not (tmp_path / "small" / "inside").exists()


def test_silent_dns_is_asked_and_says_nothing(silent_dns):
    code = "import socket\nsocket.getaddrinfo('never.example', 80)"
    child = subprocess.Popen([*silent_dns.prefix, sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    try:
        assert silent_dns.asked.wait(10)
        time.sleep(0.3)
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()


# ---- the lints ----

def lint(name, root):
    done = subprocess.run([sys.executable, "-B", str(ROOT / "tests/lint" / name), str(root)], capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.fixture
def tree(tmp_path):
    def make(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path
    return make


GUARDED = "/* SPDX-License-Identifier: Apache-2.0 */\n#ifndef WEBKEEP_BASE_A_H\n#define WEBKEEP_BASE_A_H\n#endif\n"


@pytest.mark.parametrize("name, line, word", [
    ("base/x.c", '#include "cache/a.h"', "cache"),
    ("cache/x.c", '#include "frontier/a.h"', "frontier"),
    ("export/x.c", '#include "crawler/a.h"', "crawler"),
    ("base/x.c", '#include "../base/a.h"', "from the root"),
    ("base/x.c", '#include "base/none.h"', "no such file"),
    ("base/x.c", "#include <lmdb.h>", "cache/*"),
    ("crawler/jobs.c", "#include <curl/curl.h>", "crawler/fetch*"),
    ("cli/x.c", "# include   <gumbo.h>", "gumbo_tree"),
    ("cli/x.c", "#include <unheard/of.h>", "tables"),
    ("cli/x.c", "#include NAME", "can't read"),
])
def test_layers_finds(tree, name, line, word):
    root = tree({"base/a.h": "", "cache/a.h": "", "crawler/a.h": "", "frontier/a.h": "", name: f"int x;\n{line}\n"})
    code, said = lint("layers.py", root)
    assert code == 1 and f"{name}:2:" in said and word in said, said


def test_layers_is_content(tree):
    root = tree({"base/a.h": "", "cache/b.c": '#include "base/a.h"\n#include <lmdb.h>\n#include <stdio.h>\n',
                 "tests/unit/base/test_a.c": '#include "base/a.h"\n#include <zlib.h>\n',
                 "cli/main.c": '/* #include "x/y.h" */\n#include "base/a.h"\n'})
    assert lint("layers.py", root) == (0, "layers: fine\n")


@pytest.mark.parametrize("name, text, word", [
    ("base/x.c", "int x;\n", "SPDX"),
    ("run.sh", "#!/bin/sh\ntrue\n", "SPDX"),
    ("base/x.c", "/* SPDX-License-Identifier: Apache-2.0 */\nint f(void) { return strtok(a, b); }\n", "strtok"),
    ("base/x.c", "/* SPDX-License-Identifier: Apache-2.0 */\nvoid f(void) { (sprintf)(a, b); sprintf(a, b); }\n", "snprintf"),
    ("base/x.c", "/* SPDX-License-Identifier: Apache-2.0 */\ntypedef struct a { int b; } c;\n", "typedef"),
    ("base/x.c", "/* SPDX-License-Identifier: Apache-2.0 */\n/* TO" + "DO: later */\n", "finish it"),
    ("docs/x.md", "see /wo" + "rk/main/x\n", "machine"),
    ("docs/x.md", "one\r\ntwo\r\n", "carriage"),
    ("base/x.c", "/* SPDX-License-Identifier: Apache-2.0 */\n" + "int x;\n" * 1200, "split it"),
    ("base/x.h", "/* SPDX-License-Identifier: Apache-2.0 */\nint x;\n", "guard"),
])
def test_prose_finds(tree, name, text, word):
    code, said = lint("prose.py", tree({name: text}))
    assert code == 1 and name in said and word in said, said


def test_prose_is_content(tree):
    root = tree({"base/a.h": GUARDED, "README.md": "A user's page about strcpy() and ${TMPDIR:-/tmp}.\n",
                 "base/a.c": '/* SPDX-License-Identifier: Apache-2.0 */\n/* not strcpy() */\nint n = snprintf(a, 3, "gets(");\n'})
    assert lint("prose.py", root) == (0, "prose: fine\n")


def test_sum_of_results(tmp_path):
    results = tmp_path / "results.xml"
    results.write_text('<testsuites><testsuite><testcase classname="a" name="b"/><testcase name="c"><failure/></testcase>'
                       '<testcase name="d"><skipped message="no need"/></testcase></testsuite></testsuites>')
    program = [sys.executable, "-B", str(ROOT / "tests/sum_junit.py")]
    said = subprocess.run([*program, str(results)], capture_output=True, text=True).stdout
    assert said.splitlines()[-1] == "1 1" and "FAILED c" in said and "skipped d: no need" in said
    said = subprocess.run([*program, str(pathlib.Path("missing.xml"))], capture_output=True, text=True).stdout
    assert said.splitlines()[-1] == "0 1"
