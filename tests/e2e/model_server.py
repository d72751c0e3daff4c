# SPDX-License-Identifier: Apache-2.0
"""A model's server for tests, scripted: no model can be had here, so this is a fake and says so.

It speaks OpenAI's chat completions as seven servers do, each with its own refusals, silences and error bodies (PROFILES). What
it answers is found in the request itself: an oracle reads the page that stands between the marks, and the schema; or a test gives
a function of its own. Faults are a list of functions that are used up one request each. Every request is kept in `requests`.
Binds loopback only.
"""
import http.server
import json
import re
import socket
import struct
import threading
import time

MARKS = re.compile(r"<<<PAGE\n(.*?)\nPAGE>>>", re.S)
PORTABLE = {"type", "properties", "required", "additionalProperties", "items", "enum", "description"}


def tokens(text):
    return (len(text.encode()) + 3) // 4


class Refusal(Exception):
    """An error reply: status and JSON body."""

    def __init__(self, status, body, headers=()):
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


def nested(status, kind, message, **more):
    return Refusal(status, {"error": {"code": status, "message": message, "type": kind, **more}})


# ---- the oracle ----

def page_of(request):
    found = MARKS.search(request["messages"][1]["content"])
    return found.group(1) if found else ""


def schema_of(request):
    """The schema of response_format, or the one that stands in the words."""
    form = request.get("response_format") or {}
    if form.get("type") == "json_schema":
        return form["json_schema"]["schema"]
    found = re.search(r"JSON Schema:\n(\{.*\})\n", request["messages"][1]["content"])
    return json.loads(found.group(1)) if found else None


def value_of(text, types):
    if "number" in types or "integer" in types:
        number = re.search(r"-?\d[\d,]*\.?\d*", text)
        if number:
            value = float(number.group().replace(",", "").rstrip("."))
            return int(value) if value == int(value) else value
        if "string" not in types:
            return None
    if "boolean" in types and "string" not in types:
        return text.lower().startswith(("yes", "true"))
    return text


def oracle(page, schema):
    """Fields from lines `name: value`, lists from lines `- name: value, name: value`."""
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "object" in types:
        return {name: field(page, name, part) for name, part in schema.get("properties", {}).items()}
    if "array" in types:
        return [row(line, schema["items"]) for line in re.findall(r"^[-*] +(.+)$", page, re.M)]
    return None


def row(line, items):
    if "object" not in items.get("type", []):
        return line
    return {name: field(line.replace(", ", "\n"), name, part) for name, part in items["properties"].items()}


def field(page, name, schema):
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "object" in types or "array" in types:
        return oracle(page, schema)
    words = name.replace("_", " ")
    found = re.search(rf"^\W*{re.escape(words)}\W*:\**\s*(.+?)\s*$", page, re.M | re.I)
    return value_of(found.group(1), types) if found else None


def by_oracle(request):
    schema = schema_of(request)
    return json.dumps(oracle(page_of(request), schema) if schema else {})


# ---- the servers ----

def objects(schema):
    """All object schemas within."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


class Profile:
    """What a server takes. context: tokens of prompt and answer."""
    context = 32768
    tells_context = False

    def prepare(self, request, server):
        """Refuses, or changes what the model sees; comes back with the prompt's tokens."""
        return sum(tokens(message["content"]) for message in request["messages"])

    def limit(self, request):
        return request.get("max_tokens") or request.get("max_completion_tokens")

    def form(self, text, request):
        """The message of an answer."""
        return {"role": "assistant", "content": text}


class LlamaCpp(Profile):
    tells_context = True

    def prepare(self, request, server):
        form = (request.get("response_format") or {}).get("type", "text")
        if form not in ("text", "json_object", "json_schema"):
            raise nested(400, "invalid_request_error", f"response_format type must be one of ..., got {form}")
        n = super().prepare(request, server)
        if n >= self.context:
            raise nested(400, "exceed_context_size_error", "the request exceeds the available context size",
                         n_prompt_tokens=n, n_ctx=self.context)
        return n


class Ollama(Profile):
    """Cuts what is too long without a word."""
    context = 4096

    def prepare(self, request, server):
        n = super().prepare(request, server)
        if n > self.context:
            text = request["messages"][1]["content"]
            keep = 4 * (self.context - tokens(request["messages"][0]["content"]))
            begin, _, page = text.partition("<<<PAGE\n")
            request["messages"][1]["content"] = begin + "<<<PAGE\n" + page[-max(keep - len(begin), 0):]
            n = self.context
        return n

    def limit(self, request):
        return request.get("max_tokens")


class Vllm(Profile):
    tells_context = False

    def prepare(self, request, server):
        schema = json.dumps(schema_of(request) or {})
        for word in ("multipleOf", "uniqueItems", "contains", "patternProperties"):
            if f'"{word}"' in schema:
                raise Refusal(400, {"object": "error", "message": f"The provided JSON schema contains features not supported by xgrammar: {word}",
                                    "type": "BadRequestError", "param": None, "code": 400})
        n, answer = super().prepare(request, server), self.limit(request) or 16
        if n + answer > self.context:
            raise Refusal(400, {"object": "error", "type": "BadRequestError", "param": None, "code": 400,
                                "message": f"This model's maximum context length is {self.context} tokens. However, you requested {n + answer} tokens"})
        return n


class LmStudio(Profile):
    def prepare(self, request, server):
        form = (request.get("response_format") or {}).get("type")
        if form == "json_object":
            raise Refusal(400, {"error": "'response_format.type' must be 'json_schema' or 'text'"})
        return super().prepare(request, server)

    def form(self, text, request):
        return {"role": "assistant", "content": "", "reasoning_content": text}


class OpenAi(Profile):
    def prepare(self, request, server):
        form = request.get("response_format") or {}
        if form.get("type") == "json_schema" and form["json_schema"].get("strict"):
            schema = form["json_schema"]["schema"]
            if schema.get("type") != "object":
                raise nested(400, "invalid_request_error", "schema must be a JSON Schema of 'type: \"object\"'", param="response_format")
            for part in objects(schema):
                if part.get("additionalProperties") is not False or set(part.get("required", ())) != set(part["properties"]):
                    raise nested(400, "invalid_request_error", "'required' is required to be supplied and to be an array including every key",
                                 param="response_format")
        elif form.get("type") == "json_object" and not any("JSON" in m["content"] for m in request["messages"]):
            raise nested(400, "invalid_request_error", "'messages' must contain the word 'json'", param="messages")
        return super().prepare(request, server)


class OpenAiReasoning(OpenAi):
    def prepare(self, request, server):
        if "max_tokens" in request:
            raise nested(400, "invalid_request_error", "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                         "'max_completion_tokens' instead.", param="max_tokens", code="unsupported_parameter")
        if request.get("temperature", 1) != 1:
            raise nested(400, "invalid_request_error", "Unsupported value: 'temperature' does not support 0 with this model.",
                         param="temperature", code="unsupported_value")
        return super().prepare(request, server)


class AnthropicCompat(Profile):
    """Ignores response_format: prose and a fence."""

    def form(self, text, request):
        return {"role": "assistant", "content": f"Here is what the page says:\n\n```json\n{text}\n```\nAnything else?"}




PROFILES = {"llamacpp": LlamaCpp, "ollama": Ollama, "vllm": Vllm, "lmstudio": LmStudio, "openai": OpenAi,
            "openai-reasoning": OpenAiReasoning, "anthropic-compat": AnthropicCompat}


# ---- faults: each is used for one request ----

def refuse(status, body=None, headers=()):
    def fault(handler, request):
        raise Refusal(status, body or {"error": {"message": f"scripted {status}", "type": "server_error"}}, headers)
    return fault


def say(text, finish="stop", **message):
    """An answer as given, whatever was asked."""
    def fault(handler, request):
        handler.answer({"role": "assistant", "content": text, **message}, finish, 10, 10)
    return fault


def reset(handler, request):
    """Breaks off in the middle of a body."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def html_page(handler, request):
    handler.raw(200, b"<!doctype html><title>Welcome</title>", "text/html")


def drip(handler, request):
    """A byte now and then, for longer than anybody waits."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass
    handler.close_connection = True


def huge(handler, request):
    handler.raw(200, b'{"choices": [{"message": {"content": "' + b"x" * (8 << 20) + b'"}}]}')


def chunked(handler, request):
    """A good answer without a length."""
    body = json.dumps(handler.reply({"role": "assistant", "content": by_oracle(request)}, "stop", 10, 10)).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for i in range(0, len(body), 100):
        piece = body[i:i + 100]
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    handler.wfile.write(b"0\r\n\r\n")


# ---- the server ----

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def raw(self, status, body, kind="application/json", headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def reply(self, message, finish, input_tokens, output_tokens):
        return {"id": "chatcmpl-1", "object": "chat.completion", "model": "scripted",
                "choices": [{"index": 0, "message": message, "finish_reason": finish}],
                "usage": {"prompt_tokens": input_tokens, "completion_tokens": output_tokens,
                          "total_tokens": input_tokens + output_tokens}}

    def answer(self, message, finish, input_tokens, output_tokens):
        self.raw(200, json.dumps(self.reply(message, finish, input_tokens, output_tokens)).encode())

    def do_GET(self):
        server = self.server.model
        if self.path != "/v1/models":
            self.raw(404, b"{}")
            return
        entry = {"id": "scripted", "object": "model"}
        if server.profile.tells_context:
            entry["meta"] = {"n_ctx": server.profile.context}
        self.raw(200, json.dumps({"object": "list", "data": [entry]}).encode())

    def do_POST(self):
        server = self.server.model
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            if self.path != "/v1/chat/completions":
                raise nested(404, "not_found", f"no such path {self.path}")
            if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
                raise nested(401, "authentication_error", "Invalid API Key")
            request = json.loads(body)
            fault = server.take(request, dict(self.headers))
            with server.working():
                if fault:
                    fault(self, request)
                else:
                    self.complete(server, request)
        except Refusal as refusal:
            self.raw(refusal.status, json.dumps(refusal.body).encode(), headers=refusal.headers)

    def complete(self, server, request):
        n = server.profile.prepare(request, server)
        if server.pause:
            time.sleep(server.pause)
        text = server.script(request)
        limit = server.profile.limit(request)
        finish = "stop"
        if limit and tokens(text) > limit:
            text, finish = text[:4 * limit], "length"
        self.answer(server.profile.form(text, request), finish, n, tokens(text))


class ModelServer:
    """with ModelServer("openai") as server: ... server.url is the base URL for model.url."""

    def __init__(self, profile="llamacpp", script=by_oracle, key="", faults=(), pause=0.0, **attributes):
        self.profile = PROFILES[profile]()
        for name, value in attributes.items():
            setattr(self.profile, name, value)
        self.script, self.key, self.pause = script, key, pause
        self.faults = list(faults)
        self.requests, self.headers = [], []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.model = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def take(self, request, headers):
        with self._lock:
            self.requests.append(json.loads(json.dumps(request)))
            self.headers.append(headers)
            return self.faults.pop(0) if self.faults else None

    def working(self):
        server = self

        class Work:
            def __enter__(self):
                with server._lock:
                    server.at_once += 1
                    server.most_at_once = max(server.most_at_once, server.at_once)

            def __exit__(self, *_):
                with server._lock:
                    server.at_once -= 1
        return Work()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def settings(self):
        """Words of a command line that make it the model."""
        pairs = {"model.url": self.url, "model.name": "scripted", "model.key": self.key or "unused", "model.retries": "3"}
        return [word for name, value in pairs.items() for word in ("--set", f"{name}={value}")]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._http.shutdown()
        self._http.server_close()
