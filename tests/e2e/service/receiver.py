# SPDX-License-Identifier: Apache-2.0
"""A receiver of webhooks on loopback: keeps what was sent, and answers as the test says."""
import http.server
import json
import threading
import time


class Delivery:
    def __init__(self, path, headers, body):
        self.path, self.body, self.at = path, body, time.monotonic()
        self.headers = {name.lower(): value for name, value in headers.items()}

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def event(self):
        return self.json["event"]


class Receiver:
    """answers: statuses for the first deliveries, then 200. pause: seconds before each answer."""

    def __init__(self, host="127.0.0.1", answers=(), pause=0.0):
        self.deliveries, self.answers, self.pause = [], list(answers), pause
        lock, outer = threading.Lock(), self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with lock:
                    outer.deliveries.append(Delivery(self.path, self.headers, body))
                    status = outer.answers.pop(0) if outer.answers else 200
                if outer.pause:
                    time.sleep(outer.pause)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((host, 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self):
        host, port = self.server.server_address[:2]
        return f"http://{host}:{port}/hook"

    def of(self, event):
        return [one for one in list(self.deliveries) if one.event == event]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
