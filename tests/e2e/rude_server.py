# SPDX-License-Identifier: Apache-2.0
"""A web server on loopback that answers exactly as a test says, also with bytes no server should send.

A site is a dict: path -> page. A page is text or bytes (200, text/html), a Reply, a list of pages (the first
request gets the first, the last one stays), or an `async def page(request, wire)` that writes raw bytes.
Every request is logged with its times; GET /__log gives the log as JSON. rude_pages() is the collection of
bad manners; `python3 rude_server.py [PORT]` serves it for a look by hand.

The server runs in a thread of its own with its own event loop. Binds loopback only. HTTP/1.1, keep-alive.
"""
import asyncio
import dataclasses
import email.utils
import functools
import gzip
import itertools
import json
import random
import struct
import sys
import threading
import time
import zlib

HTML = "text/html; charset=utf-8"
USUAL_SITEMAPS = ("sitemap.xml", "sitemap_index.xml", "sitemap.xml.gz", "sitemap.txt")
USUAL_LISTS = (*USUAL_SITEMAPS, "llms.txt")


@dataclasses.dataclass
class Reply:
    """One well-formed answer; `length` lies about the body's length, `pause` waits before the answer."""
    body: bytes | str = b""
    status: int = 200
    type: str | None = HTML
    headers: tuple = ()
    pause: float = 0
    length: int | None = None

    def encode(self, head_only=False):
        body = self.body.encode() if isinstance(self.body, str) else self.body
        lines = [f"HTTP/1.1 {self.status} X"]
        if self.type is not None:
            lines.append(f"Content-Type: {self.type}")
        lines.append(f"Content-Length: {len(body) if self.length is None else self.length}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (b"" if head_only else body)


@dataclasses.dataclass
class Request:
    method: str
    path: str           # with the query
    headers: dict       # names in lower case
    began: float        # time.monotonic() when its head was read
    connection: int
    ended: float | None = None
    status: int = 0     # 0: raw bytes, or nothing was sent

    def as_json(self):
        return dataclasses.asdict(self)


class Close(Exception):
    """A page raises it to end the connection after what it wrote; Abort resets it."""


class Abort(Close):
    pass


class Wire:
    """The raw side of one connection."""

    def __init__(self, writer):
        self.writer = writer

    async def send(self, data):
        self.writer.write(data.encode("latin-1") if isinstance(data, str) else data)
        await self.writer.drain()

    async def head(self, *lines, status="200 OK"):
        await self.send("\r\n".join((f"HTTP/1.1 {status}",) + lines) + "\r\n\r\n")


class Server:
    def __init__(self, pages, host="127.0.0.1", port=0, pause=0.0):
        self.pages, self.host, self.port, self.pause = pages, host, port, pause
        self.log = []
        self.on_request = None      # called in the server's thread with each request
        self._served = {}
        self._connections = itertools.count(1)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failed = None

    # ---- the test's side ----

    def start(self):
        self._thread.start()
        self._ready.wait(10)
        if self._failed:
            raise self._failed
        return self

    def stop(self):
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop_event.set)
            self._thread.join(10)

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def settle(self, quiet=0.4):
        """How many requests there were, once none came for `quiet` seconds: those of a client just killed may
        still be on their way."""
        count, since = len(self.log), time.monotonic()
        end = since + 20
        while time.monotonic() - since < quiet:
            assert time.monotonic() < end, "requests keep coming"
            time.sleep(0.02)
            if len(self.log) != count:
                count, since = len(self.log), time.monotonic()
        return count

    def requests(self, path=None):
        """The log so far, in order of arrival; without robots.txt, and sitemaps that are not there, unless asked for."""
        log = list(self.log)
        if path is not None:
            return [one for one in log if one.path == path]
        return [one for one in log if one.path != "/robots.txt" and not self._is_guess(one.path)]

    def _is_guess(self, path):
        return path.rpartition("/")[2] in USUAL_LISTS and path not in self.pages

    def paths(self):
        return [one.path for one in self.requests()]

    def most_at_once(self):
        """The largest number of requests that were being answered at the same time."""
        marks = []
        for one in self.requests():
            marks += [(one.began, 1), (one.ended or time.monotonic(), -1)]
        most = now = 0
        for _, step in sorted(marks):
            now += step
            most = max(most, now)
        return most

    # ---- the server's thread ----

    def _run(self):
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except OSError as error:
            self._failed = error
            self._ready.set()
        finally:
            self._loop.close()

    async def _serve(self):
        self._stop_event = asyncio.Event()
        self._tasks = set()
        server = await asyncio.start_server(self._connection, self.host, self.port, limit=1 << 20, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop_event.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connection(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        number = next(self._connections)
        try:
            while await self._exchange(reader, writer, number):
                pass
        except Abort:
            writer.transport.abort()
        except (Close, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader, writer, number):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {}
        for line in head[1:]:
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip().lower()] = value.strip()
        if headers.get("content-length", "0") != "0":
            await reader.readexactly(int(headers["content-length"]))
        if target == "/__log":
            writer.write(Reply(json.dumps([one.as_json() for one in self.log]), type="application/json").encode())
            await writer.drain()
            return True
        request = Request(method, target, headers, time.monotonic(), number)
        self.log.append(request)
        if self.on_request:
            self.on_request(request)
        try:
            await self._answer(request, writer)
        finally:
            request.ended = time.monotonic()
        return headers.get("connection", "").lower() != "close"

    def _find(self, path):
        page = self.pages.get(path)
        if page is None:
            page = self.pages.get(path.partition("?")[0])
        if page is None:
            prefixes = [key for key in self.pages if key.endswith("*") and path.startswith(key[:-1])]
            page = self.pages[max(prefixes, key=len)] if prefixes else None
        if isinstance(page, list):
            nth = self._served.get(path, 0)
            self._served[path] = nth + 1
            page = page[min(nth, len(page) - 1)]
        return page

    async def _answer(self, request, writer):
        page = self._find(request.path)
        if self.pause:
            await asyncio.sleep(self.pause)
        if callable(page):
            got = await page(request, Wire(writer))
            if got is None:
                return
            page = got
        if page is None:
            page = Reply("<title>Not found</title><h1>Not found</h1>", 404)
        elif not isinstance(page, Reply):
            page = Reply(page)
        if page.pause:
            await asyncio.sleep(page.pause)
        request.status = page.status
        writer.write(page.encode(head_only=request.method == "HEAD"))
        await writer.drain()


# ---- small well-behaved sites ----

def html(title, body="", links=()):
    items = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><main><h1>{title}</h1><p>{body}</p><ul>{items}</ul></main></body></html>\n")


def redirect(to, status=302):
    return Reply("moved", status, headers=(("Location", to),))


def numbered_site(count, fan=10, size=400, folder="/docs/"):
    """`count` pages below folder in a tree: page n links to its fan children. The base page is the folder."""
    pages = {"/robots.txt": Reply("User-agent: *\nDisallow:\n", type="text/plain")}
    for n in range(count):
        children = [f"{folder}p{child}.html" for child in range(n * fan + 1, min(n * fan + fan, count - 1) + 1)]
        text = f"Page number {n} says: " + f"word{n} " * (size // 8)
        pages[folder if n == 0 else f"{folder}p{n}.html"] = html(f"Page {n}", text, children)
    return pages


def bulky_site(count, size=24000):
    """Pages that hardly compress, so that a small disk fills."""
    source = random.Random(7)
    pages = numbered_site(count, size=8)
    for path in pages:
        if path != "/robots.txt":
            noise = "".join(source.choices("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ +", k=size))
            pages[path] = pages[path].replace("says:", "says: " + noise)
    return pages


# ---- bad manners ----

async def drop_in_body(request, wire):
    await wire.head("Content-Type: " + HTML, "Content-Length: 100000")
    await wire.send(html("Dropped", "x" * 500))
    raise Abort


async def drop_before_answer(request, wire):
    raise Abort


async def close_without_answer(request, wire):
    raise Close


async def stall(request, wire):
    await wire.head("Content-Type: " + HTML, "Content-Length: 100000")
    await wire.send("<title>Stalled</title>")
    await asyncio.sleep(3600)


async def stall_before_answer(request, wire):
    await asyncio.sleep(3600)


async def drip(request, wire):
    await wire.head("Content-Type: " + HTML, "Transfer-Encoding: chunked")
    while True:
        await wire.send("1\r\nx\r\n")
        await asyncio.sleep(0.5)


async def drip_headers(request, wire):
    await wire.send("HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        await wire.send("x")
        await asyncio.sleep(0.5)


async def endless_body(request, wire):
    await wire.head("Content-Type: " + HTML, "Transfer-Encoding: chunked")
    chunk = b"10000\r\n" + b"<p>endless</p>\n\n" * 4096 + b"\r\n"
    while True:
        await wire.send(chunk)


async def endless_headers(request, wire):
    await wire.send("HTTP/1.1 200 OK\r\n")
    for n in itertools.count():
        await wire.send(f"X-Header-{n}: {'v' * 200}\r\n" * 50)


async def huge_header(request, wire):
    await wire.head("Content-Type: " + HTML, "X-Huge: " + "h" * (4 << 20), "Content-Length: 2")
    await wire.send("hi")


async def nul_in_header(request, wire):
    await wire.head("Content-Type: " + HTML, "X-Odd: a\0b", "Content-Length: 2")
    await wire.send("hi")


async def length_too_long(request, wire):
    page = html("Length too long")
    await wire.head("Content-Type: " + HTML, f"Content-Length: {len(page) + 500}")
    await wire.send(page)
    raise Close


async def length_too_short(request, wire):
    page = html("Length too short")
    await wire.head("Content-Type: " + HTML, f"Content-Length: {len(page) - 40}")
    await wire.send(page)
    raise Close


async def chunked_broken(request, wire):
    await wire.head("Content-Type: " + HTML, "Transfer-Encoding: chunked")
    await wire.send("5\r\nhello\r\nzz-not-a-size\r\nrest")
    raise Close


async def chunked_unfinished(request, wire):
    await wire.head("Content-Type: " + HTML, "Transfer-Encoding: chunked")
    await wire.send("5\r\nhello\r\n")
    raise Close


async def junk(request, wire):
    await wire.send("this is no HTTP answer at all\n" * 20)
    raise Close


async def status_junk(request, wire):
    await wire.send("HTTP/1.1 9x9 What\r\nContent-Length: 0\r\n\r\n")
    raise Close


def encoded(data, coding, **more):
    return Reply(data, headers=(("Content-Encoding", coding),), **more)


@functools.lru_cache(maxsize=None)
def deflated_zeros(total):
    """A gzip stream of about `total` bytes of a repeated paragraph, made by repeating one packed piece."""
    piece = b"<p>bomb</p>     " * 65536
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(b"<!doctype html><title>Bomb</title>") + packer.flush(zlib.Z_FULL_FLUSH)
    packed = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    times, crc = total // len(piece), zlib.crc32(b"<!doctype html><title>Bomb</title>")
    for _ in range(times):
        crc = zlib.crc32(piece, crc)
    tail = struct.pack("<II", crc, (34 + times * len(piece)) & 0xffffffff)
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + first + packed * times + packer.flush() + tail


def retry_later(seconds=None, date_in=None, status=429):
    """First a refusal with Retry-After, in seconds or as a date, then the page."""
    async def refuse(request, wire):
        value = str(seconds) if date_in is None else email.utils.formatdate(int(time.time()) + 1 + date_in, usegmt=True)
        return Reply("later", status, headers=(("Retry-After", value),))
    return [refuse, html("Came later")]


FINE, BAD, ANY = "kept", "not kept", "either"

# Words in other charsets, as they must come out.
CHARSET_WORDS = {"/charset-header": "Grüße aus Köln", "/charset-meta": "日本語の文書",
                 "/charset-bom": "Zażółć gęślą", "/charset-wrong": "Übergrößenträger", "/charset-windows": "“quoted” – dash"}


def rude_pages(other=None):
    """path -> (page, FINE | BAD | ANY). `other` is the URL of a server that no request may reach."""
    words = CHARSET_WORDS
    plain = html("Packed", "packed text")
    packed = gzip.compress(plain.encode())
    random_tail = bytes((n * 7919 + (n >> 3) * 31) & 255 for n in range(4000))
    cases = {
        "/good-1": (html("Good one"), FINE),
        "/good-2": (html("Good two"), FINE),
        "/drop-in-body": (drop_in_body, BAD),
        "/drop-before-answer": (drop_before_answer, BAD),
        "/drop-once": ([drop_before_answer, html("Came the second time")], FINE),
        "/close-without-answer": (close_without_answer, BAD),
        "/stall": (stall, BAD),
        "/stall-before-answer": (stall_before_answer, BAD),
        "/drip": (drip, BAD),
        "/drip-headers": (drip_headers, BAD),
        "/endless-body": (endless_body, BAD),
        "/endless-headers": (endless_headers, BAD),
        "/huge-header": (huge_header, ANY),
        "/nul-in-header": (nul_in_header, ANY),
        "/length-too-long": (length_too_long, BAD),
        "/length-too-short": (length_too_short, ANY),
        "/chunked-broken": (chunked_broken, BAD),
        "/chunked-unfinished": (chunked_unfinished, BAD),
        "/junk": (junk, BAD),
        "/status-junk": (status_junk, BAD),
        "/redirect-good": (redirect("/redirect-target", 301), ANY),
        "/redirect-relative": (redirect("redirect-target-2"), ANY),
        "/redirect-loop": (redirect("/redirect-loop"), BAD),
        "/redirect-loop-2": (redirect("/redirect-loop-3"), BAD),
        "/redirect-endless/*": (None, BAD),
        "/redirect-file": (redirect("file:///etc/passwd"), BAD),
        "/redirect-ftp": (redirect("ftp://127.0.0.1/x"), BAD),
        "/redirect-javascript": (redirect("javascript:alert(1)"), BAD),
        "/redirect-nowhere": (Reply("", 302), BAD),
        "/redirect-crlf": (redirect("/good-1%0d%0aX-Evil:%201"), BAD),
        "/bomb": (encoded(deflated_zeros(256 << 20), "gzip"), BAD),
        "/bomb-twice": (encoded(gzip.compress(deflated_zeros(512 << 20), 9), "gzip, gzip"), BAD),
        "/gzip": (encoded(packed, "gzip"), FINE),
        "/gzip-twice": (encoded(gzip.compress(packed), "gzip, gzip"), FINE),
        "/gzip-cut": (encoded(gzip.compress((plain + str(list(range(3000)))).encode())[:2000], "gzip"), BAD),
        "/gzip-junk": (encoded(b"this is not gzip", "gzip"), BAD),
        "/gzip-members": (encoded(gzip.compress(plain[:60].encode()) + gzip.compress(plain[60:].encode()), "gzip"), FINE),
        "/deflate": (encoded(zlib.compress(plain.encode()), "deflate"), FINE),
        "/deflate-raw": (encoded(zlib.compress(plain.encode())[2:-4], "deflate"), FINE),
        "/identity": (encoded(plain, "identity"), FINE),
        "/coding-unknown": (encoded(b"\x0b\x02\x80abc\x03", "zstd-of-tomorrow"), BAD),
        "/charset-header": (Reply(html("German", words["/charset-header"]).replace('<meta charset="utf-8">', "").encode("latin-1"),
                                  type="text/html; charset=ISO-8859-1"), FINE),
        "/charset-meta": (Reply(html("Japanese", words["/charset-meta"]).replace('"utf-8"', '"shift_jis"').encode("shift_jis"),
                                type="text/html"), FINE),
        "/charset-bom": (Reply("\ufeff".encode("utf-8") + html("Polish", words["/charset-bom"]).encode(),
                               type="text/html; charset=iso-8859-2"), FINE),
        "/charset-wrong": (Reply(html("Odd label", words["/charset-wrong"]).encode(), type="text/html; charset=no-such-set"), FINE),
        "/charset-windows": (Reply(html("Quotes", words["/charset-windows"]).replace('<meta charset="utf-8">', "").encode("cp1252"),
                                   type="text/html; charset=iso-8859-1"), FINE),
        "/broken-utf8": (Reply(b"<title>Broken</title><p>a\xff\xfe\xc3(b</p>"), FINE),
        "/nul-bytes": (Reply(b"<title>Nul</title><p>a\0b\0c</p>"), FINE),
        "/empty": (Reply(b""), ANY),
        "/no-type": (Reply(html("No type"), type=None), ANY),
        "/binary-as-html": (Reply(random_tail), ANY),
        "/picture": (Reply(b"\x89PNG\r\n\x1a\n", type="image/png"), BAD),
        "/archive": (Reply(b"PK\x03\x04", type="application/zip"), BAD),
        "/json": (Reply("{}", type="application/json"), BAD),
        "/plain": (Reply("Plain text\n", type="text/plain"), FINE),
        "/markdown": (Reply("# Markdown\n", type="text/markdown"), FINE),
        "/xhtml": (Reply('<html xmlns="http://www.w3.org/1999/xhtml"><head><title>XHTML</title></head><body/></html>',
                         type="application/xhtml+xml"), FINE),
        "/429-seconds": (retry_later(seconds=1), FINE),
        "/429-date": (retry_later(date_in=1), FINE),
        "/503-seconds": (retry_later(seconds=1, status=503), FINE),
        "/401": (Reply("login", 401, headers=(("WWW-Authenticate", "Basic"),)), BAD),
        "/403": (Reply("no", 403), BAD),
        "/404": (Reply("gone", 404), BAD),
        "/410": (Reply("gone", 410), BAD),
        "/500": (Reply("broken", 500), BAD),
        "/204": (Reply("", 204), BAD),
        "/206": (Reply("part", 206), BAD),
        "/304": (Reply("", 304), BAD),
        "/999": (Reply("odd", 999), BAD),
    }
    if other:
        cases["/redirect-other-host"] = (redirect(other + "/secret"), BAD)
        cases["/redirect-private"] = (redirect(other + "/secret", 301), BAD)
    return cases


def rude_site(other=None, leave_out=()):
    """The pages of a site whose start page links to every case, and the cases themselves."""
    cases = {path: case for path, case in rude_pages(other).items() if path not in leave_out}

    async def endless_redirect(request, wire):
        number = int(request.path.rsplit("/", 1)[1] or 0)
        return redirect(f"/redirect-endless/{number + 1}")

    pages = {path: page for path, (page, _) in cases.items()}
    pages["/redirect-endless/*"] = endless_redirect
    pages["/redirect-loop-3"] = redirect("/redirect-loop-2")
    pages["/redirect-target"] = html("Target of a redirect")
    pages["/redirect-target-2"] = html("Target of a relative redirect")
    pages["/robots.txt"] = Reply("User-agent: *\nDisallow:\n", type="text/plain")
    links = [path.replace("/*", "/0") for path in cases]
    odd = '<a href="javascript:void(0)">x</a><a href="mailto:a@b.example">x</a><a href="http://[bad">x</a><a href="#top">x</a>'
    pages["/"] = html("Rude site", odd, links)
    return pages, cases


if __name__ == "__main__":
    rude, _ = rude_site()
    with Server(rude, port=int(sys.argv[1]) if len(sys.argv) > 1 else 0) as running:
        print(running.url, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            pass
