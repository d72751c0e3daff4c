# SPDX-License-Identifier: Apache-2.0
"""The service under test: the real binary in a data folder of its own, and a client that speaks real HTTP to it.

Every reply that a Client gets is held against /openapi.json (openapi.py).
"""
import http.client
import itertools
import json
import pathlib
import re
import signal
import threading
import time
import urllib.parse

import harness
import openapi
from harness import wait_for

ENDED = ("completed", "failed", "cancelled")

# Of the shared service: waits of seconds where a test has to sit them out, and no rate that a test could meet by chance.
SETTINGS = {"rate.requests": 1000000, "rate.address_requests": 1000000, "fetch.retries": 1, "fetch.retry_first_ms": "50ms",
            "webhook.retry1_ms": "100ms", "webhook.retry2_ms": "200ms", "webhook.retry3_ms": "300ms",
            "webhook.timeout_ms": f"{2 * harness.SLOW:.0f}s", "fetch.connect_ms": f"{2 * harness.SLOW:.0f}s",
            "fetch.idle_ms": f"{3 * harness.SLOW:.0f}s"}


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}

    @property
    def json(self):
        return json.loads(self.body)

    def ok(self, *codes):
        """Its JSON, when the status is one of codes (200 without any)."""
        assert self.status in (codes or (200,)), f"status {self.status}, wanted {codes or (200,)}: {self.body[:2000]!r}"
        return self.json

    def error(self, status, code=None):
        """The sentence of an error that has the contract's form, with that status and code."""
        assert self.status == status, f"status {self.status}, wanted {status}: {self.body[:2000]!r}"
        body = self.json
        assert body["status"] == "error" and isinstance(body["message"], str) and body["message"]
        assert body["error"] == body["message"]
        if code:
            assert body.get("code") == code, body
        return body["message"]


class Client:
    """Somebody with a key. Safe in several threads: each has a connection of its own."""

    def __init__(self, service, key=None, mount="/api"):
        self.service, self.key, self.mount = service, key, mount
        self.key_id = None
        self._local = threading.local()

    def at(self, mount):
        return Client(self.service, self.key, mount)

    def request(self, method, path, json_body=None, body=None, headers=(), key=True, raw=False, timeout=30.0):
        """path: below the mount, or the whole one with raw. key: True is its own, None sends none."""
        path = path if raw else self.mount + path
        headers = dict(headers)
        if key is True:
            key = self.key
        if key is not None:
            headers.setdefault("x-api-key", key)
        if json_body is not None:
            body = json.dumps(json_body).encode()
            headers.setdefault("Content-Type", "application/json")
        reply = self._exchange(method, path, body, headers, timeout * harness.SLOW)
        document = self.service.document
        if document and method != "HEAD":
            document.check(method, path.partition("?")[0], reply)
        return reply

    def _exchange(self, method, path, body, headers, timeout):
        for attempt in (1, 2):
            connection = getattr(self._local, "connection", None)
            fresh = connection is None or self._local.url != self.service.url
            if fresh:
                where = urllib.parse.urlsplit(self.service.url)
                connection = http.client.HTTPConnection(where.hostname, where.port, timeout=timeout)
                self._local.connection, self._local.url = connection, self.service.url
            try:
                try:
                    connection.request(method, path, body=body, headers=headers)
                except BrokenPipeError:     # it answered before it had the whole body
                    pass
                got = connection.getresponse()
                reply = Reply(got.status, got.getheaders(), got.read())
                if got.will_close:
                    self.close()
                return reply
            except (http.client.HTTPException, OSError):
                self.close()
                if fresh or attempt == 2:
                    raise
        return None

    def close(self):
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.connection = None

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, json_body=None, **more):
        return self.request("POST", path, json_body, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    # ---- jobs ----

    def scrape(self, *urls, **fields):
        """Submits and waits: the status reply of the ended job."""
        id = self.post("/scrape", {"urls": [{"url": url} for url in urls], **fields}).ok(202)["jobId"]
        return self.wait("/scrape/" + id)

    def batch(self, urls, **fields):
        id = self.post("/batch/scrape", {"urls": list(urls), **fields}).ok(202)["batchId"]
        return id, self.wait("/batch/scrape/" + id)

    def crawl(self, base, **fields):
        id = self.post("/crawl", {"baseUrl": base, **fields}).ok(202)["jobId"]
        return id, self.wait("/crawl/" + id)

    def wait(self, path, seconds=30.0):
        """The status of a job once it has ended."""
        def ended():
            status = self.get(path).ok()
            return status if status["status"] in ENDED else None
        return wait_for(ended, seconds, f"the end of {path}")

    def pages(self, id):
        return self.get(f"/crawl/{id}/pages").ok()["pages"]


class Events:
    """A client of a server-sent event stream, in a thread of its own."""

    def __init__(self, client, path, headers=()):
        where = urllib.parse.urlsplit(client.service.url)
        self.connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60 * harness.SLOW)
        self.connection.request("GET", client.mount + path, headers={"x-api-key": client.key, **dict(headers)})
        self.reply = self.connection.getresponse()
        self.status, self.headers = self.reply.status, {k.lower(): v for k, v in self.reply.getheaders()}
        self.events, self.comments, self.ended = [], 0, False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        event = {}
        try:
            for line in self.reply:
                line = line.decode().rstrip("\n")
                name, _, value = line.partition(": ")
                if not line and event:
                    if "data" in event:
                        self.events.append({**event, "data": json.loads(event["data"])})
                    event = {}
                elif line.startswith(":"):
                    self.comments += 1
                elif line:
                    event[name] = value
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass        # AttributeError: closed under the reader's feet
        self.ended = True

    def wait(self, seconds=30.0):
        wait_for(lambda: self.ended, seconds, "the end of the event stream")
        return self.events

    def close(self):
        self.connection.close()


class Service:
    """`webkeep serve` over one data folder. start() again after stop() or kill9() goes on with the same folder."""

    _names = itertools.count(1)

    def __init__(self, folder, allow="", settings=None, options=(), shared=True):
        """allow: "" all private addresses, "host:port" that one only, None none at all (the guard as it is by default)."""
        self.webkeep = harness.Webkeep(pathlib.Path(folder))
        self.allow, self.options = allow, tuple(options)
        self.settings = {**(SETTINGS if shared else {}), **(settings or {})}
        self.running = self.url = self.document = self.first_key = None

    def start(self):
        args = ["serve", "--data", self.webkeep.data, "--listen", "127.0.0.1:0"]
        for key, value in self.settings.items():
            args += ["--set", f"{key}={value}"]
        if self.allow is not None:
            args += ["--allow-private"] + ([self.allow] if self.allow else [])
        self.running = self.webkeep.start(*args, *self.options)
        self.url = wait_for(self._address, 20, "the service's address")
        key = re.search(r"^  (\S{20,})$", self.said(), re.M)
        self.first_key = key.group(1) if key else self.first_key
        if self.document is None:
            anybody = Client(self)
            self.document = openapi.Document(anybody.get("/openapi.json").ok())
            anybody.close()
        return self

    def _address(self):
        if not self.running.alive():
            result = self.running.wait(1)
            raise AssertionError(f"serve ended with {result.code}: {result.text}{result.err}")
        found = re.match(r"Webkeep serves at (http://\S+)/api\n", self.said())
        return found.group(1) if found else None

    def said(self):
        return b"".join(self.running._out).decode("utf-8", "replace")

    def log(self):
        """The lines that it logged so far."""
        return self.running._said().splitlines()

    def client(self, name=None, mount="/api", **options):
        """Somebody with a new key: options are those of `keys create`."""
        args = ["keys", "create", "--json", "--data", self.webkeep.data, "--name", name or f"key-{next(self._names)}"]
        for option, value in options.items():
            args += ["--" + option, value]
        made = self.webkeep.run(*args).ok().json
        client = Client(self, made["key"], mount)
        client.key_id = made["id"]
        return client

    def key(self, client):
        """What `keys list` says of a client's key."""
        rows = self.webkeep.run("keys", "list", "--json", "--data", self.webkeep.data).ok()
        keys = json.loads(rows.text)
        return next(one for one in (keys["keys"] if isinstance(keys, dict) else keys) if one["id"] == client.key_id)

    def kill9(self):
        return self.running.kill9()

    def stop(self, seconds=30.0):
        """SIGTERM, and the exit it leads to."""
        self.running.signal(signal.SIGTERM)
        return self.running.wait(seconds)

    def end(self):
        if self.running:
            self.running.stop()
            harness.check_sanitizers(self.running._said())


def eventually(check, seconds=10.0):
    """check() until it passes; the last failure when it never does."""
    end = time.monotonic() + seconds * harness.SLOW
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
