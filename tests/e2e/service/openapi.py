# SPDX-License-Identifier: Apache-2.0
"""Holds replies against the service's own OpenAPI document.

The subset of JSON Schema that the document uses, no more: a keyword that is not known here fails the test, so that
none is silently passed over. A field that the schema does not name fails too: what is sent is documented.
"""
import datetime
import re

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
NOTES = {"description", "default", "examples", "title", "$comment"}


class Mismatch(AssertionError):
    pass


def is_type(value, name):
    """JSON Schema's types: true is no integer, 1.0 is one."""
    if name == "integer":
        return not isinstance(value, bool) and isinstance(value, (int, float)) and value == int(value)
    if name == "number":
        return not isinstance(value, bool) and isinstance(value, (int, float))
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    return isinstance(value, kinds[name])


def is_format(value, name):
    if name == "uuid":
        return bool(UUID.match(value))
    if name == "date-time":
        try:
            return datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None
        except ValueError:
            return False
    if name == "uri":
        return value.startswith(("http://", "https://"))
    raise Mismatch(f"format {name} is not known to the tests")


class Document:
    def __init__(self, document):
        self.document = document
        self.seen = set()       # (method, template, status) that some test has shown
        self.templates = {}
        for template, operations in document["paths"].items():
            pattern = re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part)
                                         for part in re.split(r"(\{[^}]+\})", template)) + r"\Z")
            self.templates[template] = (pattern, operations)

    # ---- replies ----

    def template_of(self, path):
        """The path's template, those without parameters first; None: there is none."""
        found = [name for name, (pattern, _) in self.templates.items() if pattern.match(path)]
        return min(found, key=lambda name: name.count("{"), default=None)

    def check(self, method, path, reply):
        """path: with its mount, without query. Fails the test when the reply is not as documented."""
        path = re.sub(r"/+", "/", path).rstrip("/")
        for mount in ("/api", "/sdk"):
            if path.startswith(mount + "/"):
                path = path[len(mount):]
                break
        template = self.template_of(path)
        if template is None or method.lower() not in self.templates[template][1]:
            if reply.status < 400:
                raise Mismatch(f"{method} {path} answers {reply.status} and is not documented")
            self._validate({"$ref": "#/components/schemas/Error"}, reply.json, f"{method} {path}")
            return
        responses = self.templates[template][1][method.lower()]["responses"]
        known = responses.get(str(reply.status)) or (responses.get("default") if reply.status >= 400 else None)
        if known is None:
            raise Mismatch(f"{method} {template}: status {reply.status} is not documented")
        self.seen.add((method, template, reply.status))
        known = self._resolve(known)
        for name, header in known.get("headers", {}).items():
            if self._resolve(header).get("required") and name.lower() not in reply.headers:
                raise Mismatch(f"{method} {template}: {reply.status} without the header {name}")
        content = known.get("content")
        if not content:
            return
        kind = reply.headers.get("content-type", "").partition(";")[0].strip()
        if kind not in content:
            raise Mismatch(f"{method} {template}: {reply.status} is {kind!r}, documented: {list(content)}")
        if kind == "application/json" and "schema" in content[kind]:
            self._validate(content[kind]["schema"], reply.json, f"{method} {template} {reply.status}: ")

    def _resolve(self, node):
        while "$ref" in node:
            at = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                at = at[step.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    # ---- schemas ----

    def _validate(self, schema, value, where):
        schema = self._resolve(schema)
        for keyword, wanted in schema.items():
            if keyword in NOTES:
                continue
            check = getattr(self, "_" + keyword, None)
            if check is None:
                raise Mismatch(f"{where}: keyword {keyword} is not known to the tests")
            check(wanted, value, where, schema)

    def _type(self, wanted, value, where, schema):
        names = wanted if isinstance(wanted, list) else [wanted]
        if not any(is_type(value, name) for name in names):
            raise Mismatch(f"{where}: expected {' or '.join(names)}, got {value!r:.200}")

    def _required(self, wanted, value, where, schema):
        if isinstance(value, dict):
            missing = [name for name in wanted if name not in value]
            if missing:
                raise Mismatch(f"{where}: without {missing}: {value!r:.300}")

    def _properties(self, wanted, value, where, schema):
        if not isinstance(value, dict):
            return
        for name, one in value.items():
            if name in wanted:
                self._validate(wanted[name], one, f"{where}/{name}")
            elif "additionalProperties" not in schema:
                raise Mismatch(f"{where}/{name} is not documented")

    def _additionalProperties(self, wanted, value, where, schema):
        if isinstance(value, dict) and wanted is False:
            more = set(value) - set(schema.get("properties", {}))
            if more:
                raise Mismatch(f"{where}: not documented: {sorted(more)}")

    def _items(self, wanted, value, where, schema):
        if isinstance(value, list):
            for i, one in enumerate(value):
                self._validate(wanted, one, f"{where}/{i}")

    def _enum(self, wanted, value, where, schema):
        if value not in wanted:
            raise Mismatch(f"{where}: {value!r} is none of {wanted}")

    def _const(self, wanted, value, where, schema):
        if value != wanted:
            raise Mismatch(f"{where}: {value!r}, expected {wanted!r}")

    def _oneOf(self, wanted, value, where, schema):
        faults = []
        for one in wanted:
            try:
                self._validate(one, value, where)
            except Mismatch as fault:
                faults.append(str(fault))
        if len(faults) != len(wanted) - 1:
            raise Mismatch(f"{where}: matches {len(wanted) - len(faults)} of {len(wanted)} forms; {faults}")

    def _minimum(self, wanted, value, where, schema):
        if is_type(value, "number") and value < wanted:
            raise Mismatch(f"{where}: {value} is less than {wanted}")

    def _maximum(self, wanted, value, where, schema):
        if is_type(value, "number") and value > wanted:
            raise Mismatch(f"{where}: {value} is more than {wanted}")

    def _format(self, wanted, value, where, schema):
        if isinstance(value, str) and not is_format(value, wanted):
            raise Mismatch(f"{where}: {value!r} is no {wanted}")
