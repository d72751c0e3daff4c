# SPDX-License-Identifier: Apache-2.0
"""The demo: the site that is made from the project's own documents, and the main job on it, start to end."""
import json
import re
import subprocess
import sys

import pytest
from harness import BINARY, PARTIAL, ROOT, SLOW, Archive, Webkeep, unzip_test

sys.path.insert(0, str(ROOT / "tests/demo"))

import make_site  # noqa: E402

SAMPLE = """# Title

Some *soft* and **bold** words with `code *kept*`, a [link](docs/other.md#a-part), and <https://h.example/>.

- one
  - inner one
  - inner two
- two
  goes on

1. first
2. second

   a paragraph in it

| a | b |
| --- | --- |
| `x | y` | 2 |

```c
int main(void) { return a < b && c; }
```

> quoted
> words

---

    ./run.sh demo
"""


def test_markdown_converter():
    said = make_site.Markdown(lambda target: "/to/" + target).convert(SAMPLE)
    for piece in ("<h1 id=\"title\">Title</h1>", "<em>soft</em>", "<strong>bold</strong>", "<code>code *kept*</code>",
                  '<a href="/to/docs/other.md#a-part">link</a>', '<a href="https://h.example/">', "<li>one\n<ul>\n<li>inner one</li>",
                  "<li>two goes on</li>", "<ol>\n<li>first</li>", "<p>a paragraph in it</p>", "<td><code>x | y</code></td><td>2</td>",
                  '<pre><code class="language-c">int main(void) { return a &lt; b &amp;&amp; c; }\n</code></pre>',
                  "<blockquote>\n<p>quoted words</p>\n</blockquote>", "<hr>", '<code class="language-sh">./run.sh demo\n'):
        assert piece in said, (piece, said)


def test_a_project_with_long_documents(tmp_path):
    (tmp_path / "docs").mkdir()
    sections = "".join(f"## Part {n}\n\nSee [next](#part-{n + 1}) and [the other](other.md).\n\n" + "word " * 100 + "\n" for n in range(8))
    (tmp_path / "docs/guide.md").write_text("# The guide\n\nFirst words.\n\n" + sections)
    (tmp_path / "docs/other.md").write_text("# Other\n\nShort, links [back](guide.md#part-3), and [away](../src/none.c).\n")
    (tmp_path / "README.md").write_text("# Product\n\nSee [the guide](docs/guide.md).\n")
    site = make_site.Site(tmp_path)
    pages = {page.path: page for page in site.make()}
    assert {"/docs/guide/", "/docs/guide/part-0.html", "/docs/other/", "/docs/introduction/"} <= set(pages)
    assert 'href="/docs/guide/part-3.html"' in pages["/docs/guide/part-2.html"].body
    assert 'href="/docs/guide/part-3.html"' in pages["/docs/other/"].body
    assert "away" in pages["/docs/other/"].body and "none.c" not in pages["/docs/other/"].body


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    site = make_site.Site()
    site.make()
    site.write(folder, "http://127.0.0.1:1")
    return site, folder


def test_the_site_is_what_the_demo_says(made):
    site, folder = made
    paths = [page.path for page in site.pages]
    assert len(paths) == len(set(paths)) and len(paths) >= 30
    assert {"/login.html", "/changelog.html", "/blog/", "/docs/", "/private/notes.html"} <= set(paths)
    assert "Disallow: /private/" in (folder / "robots.txt").read_text()
    listed = re.findall("<loc>http://127.0.0.1:1(.*?)</loc>", (folder / "sitemap.xml").read_text())
    assert "/docs/glossary.html" in listed and "/login.html" not in listed
    everything = "".join(path.read_text() for path in folder.rglob("*.html"))
    for piece in ("<table>", '<pre><code class="language-c">', "<img ", 'rel="next"', "breadcrumb"):
        assert piece in everything, piece


def test_every_link_of_the_site_leads_somewhere(made):
    site, folder = made
    broken = []
    for page in site.pages:
        text = (folder / (page.path.lstrip("/") + ("index.html" if page.path.endswith("/") else ""))).read_text()
        for target in re.findall(r'(?:href|src)="(/[^"#]*)', text):
            file = folder / (target.lstrip("/") + ("index.html" if target.endswith("/") else ""))
            if not file.is_file():
                broken.append((page.path, target))
    assert broken == []


def run_demo(folder):
    environment = Webkeep(folder).environment(WEBKEEP_BIN=BINARY)
    return subprocess.run([str(ROOT / "tests/demo/demo.sh")], cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=120 * SLOW, stdin=subprocess.DEVNULL)


def test_demo(webkeep, made):
    site, _ = made
    done = run_demo(webkeep.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    path = webkeep.folder / "demo.zip"
    unzip_test(path)
    archive = Archive(path)
    kept = {"/" + row["url"].split("/", 3)[3] for row in archive.page_rows()}
    documents = {page.path for page in site.pages if page.path.startswith("/docs/")}
    assert documents <= kept, f"lost {sorted(documents - kept)[:9]}"
    unwanted = {path for path in kept if path.startswith(("/blog", "/login", "/changelog", "/private"))}
    assert unwanted == set()
    assert str(len(kept)) in done.stdout and "without one request" in done.stdout
    again = run_demo(webkeep.folder)
    assert again.returncode == 0, again.stdout + again.stderr
    assert sorted(one.name for one in webkeep.folder.iterdir() if one.name != "xdg") == ["demo.zip"]


def test_demo_leaves_anothers_file_alone(webkeep):
    (webkeep.folder / "demo.zip").write_text("mine")
    done = run_demo(webkeep.folder)
    assert done.returncode == 2 and "demo.zip" in done.stderr
    assert (webkeep.folder / "demo.zip").read_text() == "mine"


def test_manifest_of_the_demo_names_the_instruction(webkeep):
    done = run_demo(webkeep.folder)
    assert done.returncode in (0, PARTIAL), done.stderr
    manifest = json.dumps(Archive(webkeep.folder / "demo.zip").manifest)
    assert "Skip changelog, blog and login pages" in manifest
