#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the demo site from the project's own documents, and serves it on loopback.

    make_site.py FOLDER [--url URL]     writes the site, with sitemap.xml and robots.txt for URL
    make_site.py --serve                makes it in a temporary folder, prints its URL, serves until stdin closes

The pages come from README.md, CONTRIBUTING.md, CHANGELOG.md and docs/**/*.md as they are now, split by heading,
and from the comments at the head of the C files, so that the site can't go stale. What no document provides (a blog,
a login page, a page only the sitemap names, one that robots.txt forbids) is written here. The Markdown converter
knows what these documents use: headings, lists, tables, fenced code, quotes, links, images, emphasis.
"""
import argparse
import functools
import html
import http.server
import pathlib
import posixpath
import re
import struct
import sys
import tempfile
import threading
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = ("base", "cache", "extract", "frontier", "export", "crawler", "answer", "browser", "api", "cli")
SPLIT_BYTES = 2500      # a document longer than this gets a page a section


# ---------------------------------------------------------------- Markdown

def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"<[^>]*>|`", "", text).lower()).strip("-") or "section"


class Markdown:
    """One document's text to HTML. `link` turns a target as written into one of this site."""

    def __init__(self, link=lambda target: target):
        self.link = link

    def inline(self, text):
        """Code spans and links are set aside first, so that emphasis can't reach into them."""
        kept = []

        def keep(piece):
            kept.append(piece)
            return f"\0{len(kept) - 1}\0"

        def code(match):
            return keep(f"<code>{html.escape(match.group(2).strip(), quote=False)}</code>")

        def image(match):
            return keep(f'<img src="{html.escape(self.link(match.group(2)))}" alt="{html.escape(match.group(1))}">')

        def anchor(match):
            target = self.link(match.group(2))
            words = self.emphasis(html.escape(match.group(1), quote=False))
            return keep(f'<a href="{html.escape(target)}">{words}</a>' if target else words)

        def bare(match):
            url = html.escape(match.group(1))
            return keep(f'<a href="{url}">{url}</a>')

        text = re.sub(r"(`+)(.+?)\1", code, text)
        text = re.sub(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)", image, text)
        text = re.sub(r"\[([^\]]+)\]\(([^)\s]+)[^)]*\)", anchor, text)
        text = re.sub(r"<(https?://[^>\s]+)>", bare, text)
        text = self.emphasis(html.escape(text, quote=False))
        while "\0" in text:
            text = re.sub(r"\0(\d+)\0", lambda match: kept[int(match.group(1))], text)
        return text

    @staticmethod
    def emphasis(text):
        text = re.sub(r"\*\*(\S(?:.*?\S)?)\*\*", r"<strong>\1</strong>", text)
        return re.sub(r"(?<!\w)\*(\S(?:[^*]*\S)?)\*(?!\w)", r"<em>\1</em>", text)

    def convert(self, text):
        self.lines, self.at, out = text.split("\n"), 0, []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.at += 1
            elif line.lstrip().startswith("```"):
                out.append(self.fence())
            elif line.startswith("    "):
                out.append(self.indented())
            elif re.match(r"#{1,6} ", line):
                level, words = len(line) - len(line.lstrip("#")), line.lstrip("#").strip()
                out.append(f'<h{level} id="{slug(words)}">{self.inline(words)}</h{level}>')
                self.at += 1
            elif re.match(r" {0,3}([-*_] ?){3,}$", line):
                out.append("<hr>")
                self.at += 1
            elif self.is_table():
                out.append(self.table())
            elif self.marker(line):
                out.append(self.list())
            elif line.startswith(">"):
                out.append(self.quote())
            else:
                out.append(self.paragraph())
        return "\n".join(out)

    def take(self, wanted):
        begin = self.at
        while self.at < len(self.lines) and wanted(self.lines[self.at]):
            self.at += 1
        return self.lines[begin:self.at]

    def fence(self):
        head = self.lines[self.at]
        indent = len(head) - len(head.lstrip())
        language = head.strip().strip("`").split(" ")[0]
        self.at += 1
        body = [line[indent:] if not line[:indent].strip() else line
                for line in self.take(lambda line: not line.lstrip().startswith("```"))]
        self.at += 1
        return code_block("\n".join(body) + "\n", language)

    def indented(self):
        body = self.take(lambda line: line.startswith("    ") or not line.strip())
        text = "\n".join(line[4:] for line in body).rstrip() + "\n"
        return code_block(text, "sh" if re.match(r"\s*(\./|webkeep|curl)", text) else "")

    def is_table(self):
        following = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        return "|" in self.lines[self.at] and "-" in following and bool(re.match(r"^\s*\|?[\s:|-]+\|[\s:|-]*$", following))

    def table(self):
        def cells(line):
            kept = re.sub(r"`[^`]*`", lambda match: match.group().replace("|", "\1"), line.strip().strip("|"))
            return [self.inline(cell.strip().replace("\1", "|")) for cell in re.split(r"(?<!\\)\|", kept)]
        rows = self.take(lambda line: "|" in line)
        head = "".join(f"<th>{cell}</th>" for cell in cells(rows[0]))
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells(row)) + "</tr>\n" for row in rows[2:])
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"

    @staticmethod
    def marker(line):
        return re.match(r"( {0,3})([-*+]|\d{1,9}[.)])( +)(?=\S)", line)

    def list(self):
        """Items hold blocks: what is indented below an item's words is converted as a document of its own."""
        ordered = self.marker(self.lines[self.at]).group(2)[0].isdigit()
        items = []
        while self.at < len(self.lines):
            found = self.marker(self.lines[self.at])
            if not found or found.group(2)[0].isdigit() != ordered:
                break
            width = found.end()
            body = [self.lines[self.at][width:]]
            self.at += 1
            while self.at < len(self.lines):
                line = self.lines[self.at]
                if line.startswith(" " * min(width, 2)) and line.strip():
                    indent = min(width, len(line) - len(line.lstrip()))
                    body.append(line[indent:])
                elif not line.strip() and self.at + 1 < len(self.lines) and self.lines[self.at + 1].startswith(" " * 2):
                    body.append("")
                elif line.strip() and body[-1].strip() and not self.marker(line) and not self.starts_block(line):
                    body.append(line)
                else:
                    break
                self.at += 1
            inner = Markdown(self.link).convert("\n".join(body))
            one = re.fullmatch(r"<p>(.*?)</p>(\n<[uo]l>.*)?", inner, re.DOTALL)
            simple = one and "<p>" not in one.group(1)
            items.append(f"<li>{one.group(1) + (one.group(2) or '') if simple else inner}</li>")
        tag = "ol" if ordered else "ul"
        return f"<{tag}>\n" + "\n".join(items) + f"\n</{tag}>"

    @staticmethod
    def starts_block(line):
        return bool(re.match(r"#{1,6} |>|```", line))

    def quote(self):
        body = self.take(lambda line: line.startswith(">"))
        inner = Markdown(self.link).convert("\n".join(line[1:].removeprefix(" ") for line in body))
        return f"<blockquote>\n{inner}\n</blockquote>"

    def paragraph(self):
        begin = self.at
        self.at += 1
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip() or self.starts_block(line) or self.marker(line) or self.is_table():
                break
            self.at += 1
        return f"<p>{self.inline(' '.join(line.strip() for line in self.lines[begin:self.at]))}</p>"


def code_block(text, language):
    mark = f' class="language-{html.escape(language)}"' if language else ""
    return f"<pre><code{mark}>{html.escape(text, quote=False)}</code></pre>"


# ---------------------------------------------------------------- pages

class Page:
    def __init__(self, path, title, body, group, source=None):
        self.path, self.title, self.body, self.group, self.source = path, title, body, group, source


def split_sections(text):
    """[(heading, text)] by second-level headings; what stands before the first has the heading None."""
    parts, fenced, heading, lines = [], False, None, []
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        found = None if fenced else re.match(r"## +(.+)", line)
        if found:
            parts.append((heading, "\n".join(lines)))
            heading, lines = found.group(1).strip(), []
        else:
            lines.append(line)
    parts.append((heading, "\n".join(lines)))
    return parts


def document_title(text, fallback):
    found = re.search(r"^# +(.+)$", text, re.MULTILINE)
    return re.sub(r"[`*]", "", found.group(1)).strip() if found else fallback


class Site:
    def __init__(self, root=ROOT):
        self.root = root
        self.pages = []
        self.homes = {}     # "docs/cli.md" -> path of its first page
        self.anchors = {}   # ("docs/cli.md", "exit-codes") -> path of the section's page

    def documents(self):
        names = ["README.md", "CONTRIBUTING.md"]
        names += sorted(path.relative_to(self.root).as_posix() for path in (self.root / "docs").rglob("*.md"))
        return [name for name in names if (self.root / name).is_file()]

    def read(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def home_of(self, name):
        stem = "/".join(slug(part) for part in pathlib.PurePosixPath(name).with_suffix("").parts if part != "docs")
        return f"/docs/{'introduction' if stem == 'readme' else stem}/"

    def make(self):
        documents = [(name, self.read(name)) for name in self.documents()]
        plans = [(name, text, self.plan(name, text)) for name, text in documents]
        for name, text, sections in plans:
            self.add_document(name, text, sections)
        self.add_reference()
        self.add_front()
        self.add_blog()
        self.add_changelog()
        return self.pages

    def plan(self, name, text):
        """Decides the pages of a document before any is written, so that links between documents are known."""
        home = self.homes[name] = self.home_of(name)
        sections = split_sections(text) if len(text) > SPLIT_BYTES else [(None, text)]
        taken = {}
        for heading, _ in sections:
            if heading:
                word = slug(heading)
                taken[word] = taken.get(word, 0) + 1
                path = f"{home}{word}{'' if taken[word] == 1 else '-' + str(taken[word])}.html"
                self.anchors.setdefault((name, word), path)
        return sections

    def linker(self, name):
        """A link as it stands in a document, as one on this site; None for files that have no page here."""
        folder = posixpath.dirname(name)

        def link(target):
            if re.match(r"[a-z][a-z0-9+.-]*:|//", target):
                return target
            file, _, anchor = target.partition("#")
            file = posixpath.normpath(posixpath.join(folder, file)) if file else name
            if file == "CHANGELOG.md":
                return "/changelog.html"
            if (file, anchor) in self.anchors:
                return self.anchors[file, anchor]
            if file in self.homes:
                return self.homes[file] + ("#" + anchor if anchor else "")
            return f"/docs/source/{slug(file)}.html" if file in self.listed else None
        return link

    @functools.cached_property
    def listed(self):
        """Headers and tables: each has a page of its own."""
        return [path.relative_to(self.root).as_posix() for module in MODULES if (self.root / module).is_dir()
                for path in sorted((self.root / module).rglob("*")) if path.suffix in (".h", ".def")]

    def add_document(self, name, text, sections):
        title = document_title(text, pathlib.PurePosixPath(name).stem.replace("-", " ").capitalize())
        converter = Markdown(self.linker(name))
        home, seen = self.homes[name], {}
        contents = []
        for heading, body in sections:
            if heading is None:
                continue
            word = slug(heading)
            seen[word] = seen.get(word, 0) + 1
            path = f"{home}{word}{'' if seen[word] == 1 else '-' + str(seen[word])}.html"
            contents.append((path, heading))
        listing = "".join(f'<li><a href="{path}">{converter.inline(heading)}</a></li>\n' for path, heading in contents)
        lead = converter.convert(sections[0][1])
        if "<h1" not in lead:
            lead = f"<h1>{html.escape(title)}</h1>\n{lead}"
        if listing:
            lead += f"\n<h2>In this chapter</h2>\n<ul>\n{listing}</ul>"
        self.pages.append(Page(home, title, lead, title, name))
        bodies = [body for heading, body in sections if heading is not None]
        for (path, heading), body in zip(contents, bodies):
            plain = re.sub(r"[`*]", "", heading)
            self.pages.append(Page(path, f"{plain} - {title}", f'<h1 id="{slug(heading)}">{converter.inline(heading)}</h1>\n'
                                   + converter.convert(body), title, name))

    def add_reference(self):
        """A page a header file, made of the comment at its head and its declarations, and one a module."""
        by_module = {}
        for name in self.listed:
            by_module.setdefault(name.split("/")[0], []).append(name)
        index = []
        for module, names in by_module.items():
            rows = ""
            for name in names:
                text = self.read(name)
                first, comment = head_comment(text)
                path = f"/docs/source/{slug(name)}.html"
                rows += f'<tr><td><a href="{path}">{name}</a></td><td>{len(text.splitlines())}</td><td>{html.escape(first)}</td></tr>\n'
                body = (f"<h1>{name}</h1>\n" + "".join(f"<p>{html.escape(part)}</p>\n" for part in comment)
                        + f"<h2>Declarations</h2>\n{code_block(text, 'c')}")
                self.pages.append(Page(path, name, body, "Source", name))
            table = ('<table>\n<thead><tr><th>File</th><th>Lines</th><th>What it is</th></tr></thead>\n<tbody>\n'
                     f"{rows}</tbody>\n</table>")
            self.pages.append(Page(f"/docs/source/{module}/", f"Module {module}",
                                   f"<h1>Module {module}</h1>\n<p>Headers of the module, with their first sentence.</p>\n"
                                   f'<p><img src="/assets/{module}.png" alt="Lines a header in {module}"></p>\n{table}', "Source"))
            index.append(f'<li><a href="/docs/source/{module}/">{module}</a>: {len(names)} headers</li>\n')
        self.pages.append(Page("/docs/source/", "Source", "<h1>Source</h1>\n<p>The modules, lowest first.</p>\n<ul>\n"
                               + "".join(index) + "</ul>", "Source"))
        self.charts = {module: [self.read(name).count("\n") for name in names] for module, names in by_module.items()}

    def add_front(self):
        tops = [page for page in self.pages if page.path.endswith("/") and page.path.count("/") <= 3 and page.path != "/docs/source/"
                and not page.path.startswith("/docs/source/")]
        listing = "".join(f'<li><a href="{page.path}">{html.escape(page.title)}</a></li>\n' for page in tops)
        docs = ('<h1>Documentation</h1>\n<p><img src="/assets/life.svg" alt="The life of a page: frontier, fetch, extract, store">'
                f"</p>\n<ul>\n{listing}<li><a href=\"/docs/source/\">Source</a></li>\n</ul>")
        self.pages.insert(0, Page("/docs/", "Documentation", docs, "Documentation"))
        self.pages.insert(0, Page("/", "Webkeep", "<h1>Webkeep</h1>\n<p>Crawls a documentation site into a local archive and "
                                  'keeps it.</p>\n<p>Start with the <a href="/docs/">documentation</a>.</p>', "Home"))
        self.pages.append(Page("/docs/glossary.html", "Glossary", "<h1>Glossary</h1>\n<p>No page links here: the sitemap alone names "
                               "it.</p>\n<dl><dt>Frontier</dt><dd>What is to be fetched next.</dd><dt>Bundle</dt><dd>The bytes of "
                               "one page, stored once.</dd></dl>", "Documentation"))
        self.pages.append(Page("/login.html", "Log in", '<h1>Log in</h1>\n<form action="/login.html" method="post"><label>Name '
                               '<input name="name"></label> <label>Password <input type="password" name="password"></label> '
                               "<button>Log in</button></form>", "Account"))
        self.pages.append(Page("/private/notes.html", "Private notes", "<h1>Private notes</h1>\n<p>robots.txt forbids this page.</p>",
                               "Private"))

    def add_blog(self):
        posts = (("keep-what-you-read", "Keep what you read", "Pages go away. An archive on your own disk doesn't."),
                 ("one-transaction", "One transaction a page", "A page and its links are committed together, or not at all."),
                 ("polite-by-default", "Polite by default", "robots.txt first, four requests at once, and Retry-After kept."))
        listing = ""
        for word, title, text in posts:
            listing += f'<li><a href="/blog/{word}.html">{title}</a></li>\n'
            self.pages.append(Page(f"/blog/{word}.html", f"{title} - Blog", f"<article><h1>{title}</h1>\n<p>{html.escape(text)}</p>\n"
                                   '<p>More in the <a href="/docs/">documentation</a>.</p></article>', "Blog"))
        self.pages.append(Page("/blog/", "Blog", f"<h1>Blog</h1>\n<ul>\n{listing}</ul>", "Blog"))

    def add_changelog(self):
        text = self.read("CHANGELOG.md") if (self.root / "CHANGELOG.md").is_file() else "# Changelog\n\nNothing yet.\n"
        self.pages.append(Page("/changelog.html", "Changelog", Markdown(self.linker("CHANGELOG.md")).convert(text), "Changelog"))

    # ---- the folder ----

    def write(self, folder, url):
        for module, counts in self.charts.items():
            write_bytes(folder, f"/assets/{module}.png", bar_chart(counts))
        write_bytes(folder, "/assets/life.svg", LIFE_SVG.encode())
        write_bytes(folder, "/assets/style.css", STYLE.encode())
        documents = [page for page in self.pages if page.path.startswith("/docs/") and page.path != "/docs/glossary.html"]
        tops = [page for page in documents if page.path.endswith("/") and page.path.count("/") <= 3]
        for page in self.pages:
            write_bytes(folder, page.path + ("index.html" if page.path.endswith("/") else ""),
                        self.render(page, tops, documents).encode())
        public = [page for page in self.pages if not page.path.startswith("/private/") and page.path != "/login.html"]
        rows = "".join(f"  <url><loc>{url}{html.escape(page.path)}</loc></url>\n" for page in public)
        write_bytes(folder, "/sitemap.xml", ('<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/'
                                             f'schemas/sitemap/0.9">\n{rows}</urlset>\n').encode())
        write_bytes(folder, "/robots.txt", f"User-agent: *\nDisallow: /private/\n\nSitemap: {url}/sitemap.xml\n".encode())

    def render(self, page, tops, documents):
        aside = "".join(f'<li><a href="{one.path}">{html.escape(one.title)}</a></li>\n' for one in tops)
        crumbs, turn = "", ""
        if page in documents:
            crumbs = (f'<nav class="breadcrumb" aria-label="Breadcrumb"><a href="/">Home</a> &rsaquo; <a href="/docs/">Documentation</a>'
                      f" &rsaquo; {html.escape(page.title)}</nav>\n")
            at = documents.index(page)
            if at > 0:
                turn += f'<a rel="prev" href="{documents[at - 1].path}">Previous: {html.escape(documents[at - 1].title)}</a> '
            if at + 1 < len(documents):
                turn += f'<a rel="next" href="{documents[at + 1].path}">Next: {html.escape(documents[at + 1].title)}</a>'
            turn = f'<nav class="pagination" aria-label="Pages">{turn}</nav>\n'
        words = re.sub(r"<[^>]*>|\s+", " ", re.search(r"<p>(.*?)</p>|$", page.body, re.DOTALL).group(1) or page.title)
        description = html.escape(html.unescape(re.sub(r" +", " ", words)).strip()[:160])
        return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{html.escape(page.title)}</title>
<meta name="description" content="{description}">
<link rel="stylesheet" href="/assets/style.css">
</head>
<body>
<header><nav aria-label="Site"><a href="/">Webkeep</a> <a href="/docs/">Documentation</a> <a href="/blog/">Blog</a>
<a href="/changelog.html">Changelog</a> <a href="/login.html">Log in</a></nav></header>
<aside><ul>
{aside}</ul></aside>
<main>
{crumbs}{page.body}
{turn}</main>
<footer><a href="/changelog.html">What is new</a> <a href="/private/notes.html">Notes</a></footer>
</body>
</html>
"""


def head_comment(text):
    """First sentence and paragraphs of the comment that says what a file is."""
    comments = re.findall(r"/\*(.*?)\*/", text, re.DOTALL)
    comment = next((one for one in comments if "SPDX" not in one), "")
    lines = [re.sub(r"^\s*\* ?", "", line).strip() for line in comment.split("\n")]
    parts = [" ".join(part.split()) for part in "\n".join(lines).split("\n\n")]
    parts = [part for part in parts if part]
    first = parts[0].partition(": ")[2] or parts[0] if parts else ""
    return first.split(". ")[0], parts


def write_bytes(folder, path, data):
    target = pathlib.Path(folder) / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def bar_chart(values, height=60):
    """A PNG of grey bars."""
    width = max(1, len(values)) * 12
    most = max(values, default=1) or 1
    rows = b""
    for y in range(height):
        line = bytearray(b"\xff" * width)
        for n, value in enumerate(values):
            if height - y <= value * height // most:
                line[n * 12 + 2:n * 12 + 10] = b"\x60" * 8
        rows += b"\0" + bytes(line)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


LIFE_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="560" height="60" font-family="sans-serif" font-size="14">
<title>The life of a page</title>
""" + "".join(f'<rect x="{10 + n * 110}" y="10" width="90" height="40" fill="#eee" stroke="#333"/>'
              f'<text x="{55 + n * 110}" y="35" text-anchor="middle">{word}</text>\n'
              for n, word in enumerate(("frontier", "fetch", "extract", "store", "export"))) + "</svg>\n"

STYLE = """body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 0 auto; padding: 1em; }
pre { background: #f4f4f4; padding: 1em; overflow: auto; } table { border-collapse: collapse; }
td, th { border: 1px solid #ccc; padding: .2em .6em; text-align: left; } aside { float: right; width: 14em; font-size: 85%; }
"""


# ---------------------------------------------------------------- serving

class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass


def serve():
    with tempfile.TemporaryDirectory(prefix="webkeep-demo-") as folder:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
        url = f"http://127.0.0.1:{server.server_port}"
        site = Site()
        site.make()
        site.write(folder, url)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(url, len(site.pages), flush=True)
        sys.stdin.read()
        server.shutdown()


def main():
    parser = argparse.ArgumentParser(description="Makes the demo site.")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--url", default="http://127.0.0.1")
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.serve:
        serve()
    elif options.folder:
        site = Site()
        site.make()
        site.write(options.folder, options.url)
        print(f"{len(site.pages)} pages in {options.folder}")
    else:
        parser.error("name a folder, or --serve")


if __name__ == "__main__":
    main()
