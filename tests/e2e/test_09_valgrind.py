# SPDX-License-Identifier: Apache-2.0
"""A crawl of 100 pages under valgrind leaks nothing. Runs only when asked: ./test.sh valgrind."""
import os

import pytest
from harness import INTERRUPTED, wait_for
from rude_server import numbered_site

VALGRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
            "--errors-for-leak-kinds=definite,indirect,possible"]
# valgrind refuses large maps.
SMALL_MAP = ("--set", "store.map_bytes=8GiB")

pytestmark = pytest.mark.skipif(not os.environ.get("WEBKEEP_VALGRIND"), reason="runs by ./test.sh valgrind")


def test_valgrind_finds_no_leak_in_a_crawl(webkeep, site):
    server = site(numbered_site(100))
    webkeep.prefix = VALGRIND
    result = webkeep.crawl(server.url + "/docs/", "--out", "docs.zip", *SMALL_MAP, timeout=60).ok()
    assert result.last.startswith("pages 100"), result.err
    for command in (("pages", "last"), ("show", "last", server.url + "/docs/"), ("extract", "last"), ("check",)):
        webkeep.run(*command, *SMALL_MAP).ok()


def test_valgrind_finds_no_leak_when_interrupted(webkeep, site):
    server = site(numbered_site(400), pause=0.05)
    webkeep.prefix = VALGRIND
    crawl = webkeep.start("crawl", server.url + "/docs/", *SMALL_MAP)
    wait_for(lambda: len(server.requests()) > 20)
    crawl.interrupt()
    assert crawl.wait(60).code == INTERRUPTED
