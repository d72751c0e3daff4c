#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The service under load, on loopback: python3 tests/bench/load.py --webkeep BINARY --floor HTTP_FLOOR [PART...]

Parts (all without any):
  pollers   500 clients ask for a job's status at once, and the same of a bare handler of the same library
  idle      10,000 idle kept connections: anonymous memory of the service
  slow      100 slow senders beside 50 pollers
  crawl     a crawl of 4,000 pages alone, and beside 500 pollers that ask 10 times a second each
  pages     50 pollers of the status of a finished crawl of 100,000 pages: growth of anonymous memory
Everything runs in this process and its children, on 127.0.0.1 only; each part is bounded in time."""
import argparse
import asyncio
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request

SECONDS = 20


def anonymous_mib(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", text).group(1)) / 1024


def quantiles(times):
    times = sorted(times)
    return [1000 * times[min(len(times) - 1, int(len(times) * q))] for q in (0.5, 0.99)] if times else [0, 0]


# ---- a client that costs little: one request at a time on a kept connection ----

async def read_reply(reader):
    """The status and the body's length; the body is read and dropped."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = re.search(rb"(?i)content-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length.group(1)))
        return status, int(length.group(1))
    total = 0
    while True:
        size = int(await reader.readline(), 16)
        await reader.readexactly(size + 2)
        total += size
        if not size:
            return status, total


async def poller(port, request, until, times, errors, pause=0.0):
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < until:
            at = time.monotonic()
            writer.write(request)
            status, _ = await read_reply(reader)
            times.append(time.monotonic() - at)
            if status != 200:
                errors.append(status)
            if pause:
                await asyncio.sleep(pause)
        writer.close()
    except (OSError, asyncio.IncompleteReadError) as trouble:
        errors.append(repr(trouble))


async def pollers(port, request, count, seconds, pause=0.0):
    times, errors = [], []
    until = time.monotonic() + seconds
    await asyncio.gather(*(poller(port, request, until, times, errors, pause) for _ in range(count)))
    return times, errors


def get(path, key):
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {key}\r\n\r\n".encode()


# ---- the service, and a site of small pages made as they are asked for ----

class Service:
    def __init__(self, webkeep, folder):
        self.process = subprocess.Popen(
            [webkeep, "serve", "--data", folder, "--listen", "127.0.0.1:0", "--allow-private", "--set", "rate.requests=0",
             "--set", "limits.connections=15000"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = re.search(r"http://\S+(?=/api)", self.process.stdout.readline()).group(0)
        self.port = int(self.url.rsplit(":", 1)[1])
        self.key = next(line.strip() for line in self.process.stdout if line.startswith("  wk_"))

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + "/api" + path, method=method, headers={"x-api-key": self.key},
                                         data=json.dumps(body).encode() if body is not None else None)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def anonymous(self):
        return anonymous_mib(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


SITE = """
import asyncio, sys
PAGES = int(sys.argv[1])
def page(n):
    links = "".join(f'<a href="/{m}">{m}</a> ' for m in range(n * 10 + 1, n * 10 + 11) if m < PAGES)
    return f"<title>Page {n}</title><h1>Page {n}</h1><p>Some words about page {n}, enough to be a page.</p>{links}".encode()
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            path = head.split(b" ", 2)[1][1:]
            good = path == b"" or path.isdigit()
            body = page(int(path or 0)) if good else b""
            writer.write(b"HTTP/1.1 %s\\r\\nContent-Type: text/html\\r\\nContent-Length: %d\\r\\n\\r\\n" % (b"200 OK" if good else b"404 No", len(body)) + body)
    except (OSError, asyncio.IncompleteReadError):
        pass
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Site:
    def __init__(self, pages):
        self.process = subprocess.Popen([sys.executable, "-c", SITE, str(pages)], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/"

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def crawl(service, site, pages, seconds=600):
    id = service.ask("POST", "/crawl", {"baseUrl": site.url, "maxPages": pages})["jobId"]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        record = service.ask("GET", f"/crawl/job/{id}")
        if record["status"] in ("completed", "failed"):
            return id, record["pages_crawled"]
        time.sleep(0.1)
    raise SystemExit("the crawl did not end in time")


# ---- the parts ----

def part_pollers(service, args):
    site = Site(10)
    id = service.ask("POST", "/scrape", {"urls": [{"url": site.url}]})["jobId"]
    time.sleep(1)
    floor = subprocess.Popen([args.floor, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    floor_port = int(re.search(r":(\d+)", floor.stdout.readline()).group(1))
    rows = []
    for name, port in (("bare", floor_port), ("service", service.port)) * 2:
        times, errors = asyncio.run(pollers(port, get(f"/api/scrape/{id}", service.key), 500, args.seconds))
        p50, p99 = quantiles(times)
        rows.append((name, p99))
        print(f"pollers: {name:8} {len(times) / args.seconds:8.0f} requests/s  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  {len(errors)} errors")
    best = {name: min(p99 for other, p99 in rows if other == name) for name, _ in rows}
    print(f"pollers: p99 of the service is {best['service'] / best['bare']:.2f} of the bare handler's (limit 5)")
    floor.stdin.close()
    floor.wait(10)
    site.stop()


IDLE = """
import socket, sys, time, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
held = []
for n in range(int(sys.argv[2])):
    one = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    one.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    one.recv(4096)
    held.append(one)
print(len(held), flush=True)
sys.stdin.read()
"""


def part_idle(service, _):
    before = service.anonymous()
    children = [subprocess.Popen([sys.executable, "-c", IDLE, str(service.port), "2500"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True) for _ in range(4)]
    held = sum(int(child.stdout.readline()) for child in children)
    print(f"idle: {held} kept connections, {service.anonymous():.0f} MiB anonymous (limit 200), {before:.0f} before")
    for child in children:
        child.stdin.close()
        child.wait(30)


async def drip(port, until):
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        for byte in b"POST /api/scrape HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 10000:
            if time.monotonic() > until:
                break
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.2)
        writer.close()
    except OSError:
        pass


async def slow_and_quick(service, seconds, slow):
    until = time.monotonic() + seconds
    drips = [asyncio.create_task(drip(service.port, until)) for _ in range(slow)]
    result = await pollers(service.port, get("/api/crawl/stats", service.key), 50, seconds)
    await asyncio.gather(*drips)
    return result


def part_slow(service, args):
    for slow in (0, 100):
        times, errors = asyncio.run(slow_and_quick(service, args.seconds / 2, slow))
        p50, p99 = quantiles(times)
        print(f"slow: {slow:3} slow senders  {2 * len(times) / args.seconds:8.0f} requests/s  p50 {p50:.1f} ms  p99 {p99:.1f} ms  {len(errors)} errors")


POLL = "import asyncio, sys; sys.path.insert(0, sys.argv[1]); import load; asyncio.run(load.pollers(int(sys.argv[2]), load.get(sys.argv[3], sys.argv[4]), int(sys.argv[5]), float(sys.argv[6]), float(sys.argv[7])))"


def part_crawl(service, _):
    site = Site(4000)
    here = str(pathlib.Path(__file__).parent)
    for clients in (0, 100, 500):
        poll = None
        if clients:
            poll = subprocess.Popen([sys.executable, "-c", POLL, here, str(service.port), "/api/crawl/stats", service.key, str(clients), "15", "1"])
            time.sleep(2)
        at = time.monotonic()
        _, kept = crawl(service, site, 4000)
        took = time.monotonic() - at
        print(f"crawl: {kept} pages beside {clients:3} pollers, each asking once a second: {kept / took:.0f} pages/s")
        if poll:
            poll.terminate()
            poll.wait(30)
    site.stop()


def part_pages(service, _):
    site = Site(100000)
    at = time.monotonic()
    id, kept = crawl(service, site, 100000)
    print(f"pages: {kept} pages crawled in {time.monotonic() - at:.0f} s")
    before = service.anonymous()
    peak = before

    async def watch():
        nonlocal peak
        request = get(f"/api/crawl/{id}", service.key)
        work = asyncio.create_task(pollers(service.port, request, 50, 10))
        while not work.done():
            peak = max(peak, service.anonymous())
            await asyncio.sleep(0.1)
        return await work
    times, errors = asyncio.run(watch())
    print(f"pages: 50 pollers, {len(times)} replies, {len(errors)} errors; anonymous memory {before:.0f} -> {peak:.0f} MiB (growth limit 64)")
    site.stop()


PARTS = {"pollers": part_pollers, "idle": part_idle, "slow": part_slow, "crawl": part_crawl, "pages": part_pages}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--webkeep", required=True)
    parser.add_argument("--floor", help="tests/bench/http_floor; for the part pollers")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    args = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for name in args.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            service = Service(args.webkeep, folder)
            try:
                PARTS[name](service, args)
            finally:
                service.stop()


if __name__ == "__main__":
    main()
