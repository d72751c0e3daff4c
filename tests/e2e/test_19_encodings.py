# SPDX-License-Identifier: Apache-2.0
"""Encodings as a browser reads them: the checksums that tests/unit/extract/test_charset.c compares with are what the
Chromium of this machine says, and the tables are what their generator writes.

    python3 tests/e2e/test_19_encodings.py > tests/data/encoding/web.txt      asks the browser and writes them anew
"""
import ctypes.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pytest
from harness import BINARY, ROOT

DATA = ROOT / "tests/data/encoding"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HEAD = """\
# What a browser's TextDecoder makes of bytes, as checksums: the low 16 bits of the 32-bit FNV-1a of the UTF-8.
# NAME, then one checksum for each first byte: the 256 two-byte texts that begin with it, each decoded alone, joined;
# then one for each of 64 pseudo-random texts of 4,096 bytes. NAME-4: all four-byte texts by first byte; NAME-3: those of
# 0x8f and two bytes by the second. ask.html makes them; what it leaves out, and why, stands there.
"""


def ask_browser(profile):
    """What ask.html says in Chromium, which can reach nothing: no name resolves, its proxy is a closed port."""
    options = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
               "--disable-sync", "--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
               "--virtual-time-budget=600000", "--dump-dom", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    done = subprocess.run([CHROMIUM, *options, (DATA / "ask.html").as_uri()], capture_output=True, timeout=300, check=True)
    return HEAD + re.search(r'<pre id="o">([^<]*)</pre>', done.stdout.decode()).group(1)


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_a_browser_says_the_same(tmp_path):
    said, kept = ask_browser(tmp_path).splitlines(), (DATA / "web.txt").read_text("utf-8").splitlines()
    assert [line.split(" ")[0] for line in said] == [line.split(" ")[0] for line in kept]
    assert [now.split(" ")[0] for now, then in zip(said, kept) if now != then] == []


def has_converters():
    libc = ctypes.CDLL(ctypes.util.find_library("c"))
    libc.iconv_open.restype = ctypes.c_void_p
    return all(libc.iconv_open(b"UTF-32LE", name) != ctypes.c_size_t(-1).value
               for name in (b"BIG5-HKSCS", b"CP949", b"GB18030", b"CP932", b"EUC-JP"))


@pytest.mark.skipif(not sys.platform.startswith("linux") or not has_converters(), reason="the C library lacks converters")
def test_the_tables_are_as_generated():
    done = subprocess.run([sys.executable, ROOT / "tests/bench/charset_index.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("label, codec, text", [
    ("big5", "big5hkscs", "中文網頁 香港 㗎"), ("euc-kr", "cp949", "한국어 뷁 똠방각하"), ("gb2312", "gb18030", "简体中文 镕 €"),
    ("shift_jis", "cp932", "日本語 ｱｲｳ ① 髙"), ("euc-jp", "euc_jp", "日本語 丂"), ("iso-2022-jp", "iso2022_jp", "日本語"),
    ("windows-1251", "cp1251", "Привет"), ("utf-16", "utf-16", "Ünïcode 😀"),
])
def test_pages_are_converted(label, codec, text):
    page = f"<meta charset={label}><title>t</title><p>{text}</p>".encode(codec)
    done = subprocess.run([BINARY, "convert"], input=page, capture_output=True, check=True)
    assert text in done.stdout.decode()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(ask_browser(pathlib.Path(folder)))
