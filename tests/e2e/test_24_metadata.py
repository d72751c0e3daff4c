# SPDX-License-Identifier: Apache-2.0
"""What a page says of itself is kept with it and told wherever pages are listed; so is what of it reached the Markdown."""
import json
import zipfile

from harness import DONE
from rude_server import html

HEAD = ('<html lang="en-GB"><head><title>Growing pears | The Orchard</title><meta name="description" content="How to grow pears">'
        '<meta name="author" content="Ann Lee"><meta property="og:site_name" content="The Orchard">'
        '<meta property="og:image" content="/pear.png"><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-04-17T13:30:00+02:00">'
        '<meta property="article:modified_time" content="2026-05-01"><meta name="keywords" content="pears, orchards">'
        '<link rel="canonical" href="/pears">'
        '<script type="application/ld+json">{"@type": "BreadcrumbList", "itemListElement": ['
        '{"@type": "ListItem", "position": 1, "name": "Home", "item": "/"},'
        '{"@type": "ListItem", "position": 2, "name": "Fruit", "item": "/fruit"}]}</script></head>')
TEXT = "<p>" + "Sentences about pears and how they are grown. " * 10 + "</p>"
PAGE = HEAD + f"<body><h1>Growing pears</h1>{TEXT}<pre>dig()\nwater()</pre></body></html>"


def wanted(url):
    return {"title": "Growing pears", "authors": ["Ann Lee"], "published": "2026-04-17T13:30:00+02:00", "modified": "2026-05-01",
            "siteName": "The Orchard", "image": url + "/pear.png", "type": "article", "tags": ["pears", "orchards"],
            "breadcrumbs": [{"name": "Home", "url": url + "/"}, {"name": "Fruit", "url": url + "/fruit"}],
            "description": "How to grow pears", "language": "en-GB", "canonical": url + "/pears"}


def test_metadata_is_kept_and_told(webkeep, site):
    server = site({"/pears": PAGE})
    webkeep.crawl(server.url + "/pears", "--out", "a.zip").ok()
    row = webkeep.run("pages", "last", "--json").ok().rows[0]
    assert row["metadata"] == wanted(server.url) and row["title"] == "Growing pears | The Orchard"
    assert row["text_share"] == 1 and row["code_share"] == 1 and row["quality"] == []
    shown = json.loads(webkeep.run("show", "last", server.url + "/pears", "--meta").ok().text)
    assert shown == row
    manifest = json.loads(zipfile.ZipFile(webkeep.folder / "a.zip").read("manifest.json"))
    assert manifest["pages"][0]["metadata"] == row["metadata"] and manifest["counts"]["quality"] == {}
    webkeep.run("export", "last", "--out", "a.jsonl").ok()
    assert json.loads((webkeep.folder / "a.jsonl").read_text())["metadata"] == row["metadata"]


def test_a_page_that_says_nothing(webkeep, site):
    server = site({"/": "<p>" + "Words without a head. " * 10})
    webkeep.crawl(server.url + "/").ok()
    assert webkeep.run("pages", "last", "--json").ok().rows[0]["metadata"] == {}


def test_metadata_is_bounded(webkeep, site):
    """A page that says too much of itself keeps its title and what fits; its record stays small."""
    crumbs = ",".join('{"@type":"ListItem","position":%d,"name":"%s","item":"/%s"}' % (n, "\\u0001" * 400, "p" * 3000) for n in range(60))
    loud = PAGE.replace('"name": "Home", "item": "/"}', '"name": "Home", "item": "/"},' + crumbs)
    server = site({"/": loud})
    webkeep.crawl(server.url + "/", "--out", "a.zip").ok()
    told = webkeep.run("pages", "last", "--json").ok().rows[0]["metadata"]
    assert told["title"] == "Growing pears" and len(json.dumps(told)) < 20000
    assert webkeep.run("check").ok().code == DONE


def test_lost_text_is_marked_and_counted(webkeep, site):
    """A form's choices are shown by a browser and are no text of the Markdown."""
    choices = "".join(f"<option>Choice number {n} of the many</option>" for n in range(60))
    server = site({"/": html("Start", TEXT, ["/form.html"]), "/form.html": f"<h1>Form</h1><p>Choose.</p><select>{choices}</select>"})
    done = webkeep.crawl(server.url + "/", "--json").ok()
    assert done.rows[-1]["quality"] == {"text_lost": 1}
    rows = {row["url"].removeprefix(server.url): row for row in webkeep.run("pages", "last", "--json").ok().rows}
    assert rows["/form.html"]["quality"] == ["text_lost"] and rows["/form.html"]["text_share"] < 0.1
    assert rows["/"]["quality"] == [] and rows["/"]["text_share"] == 1
    assert "text_lost" in webkeep.run("pages", "last").ok().text
    status = webkeep.run("status", "last").ok().text
    assert "marked text_lost: 1 of 2 pages" in status
    assert webkeep.run("status", "last", "--json").ok().rows[0]["quality"] == {"text_lost": 1}


def test_hidden_text_is_not_lost(webkeep, site):
    server = site({"/": html("Start", TEXT + f"<div hidden>{TEXT * 5}<pre>x</pre></div>")})
    webkeep.crawl(server.url + "/").ok()
    row = webkeep.run("pages", "last", "--json").ok().rows[0]
    assert row["quality"] == [] and row["text_share"] == 1 and row["code_share"] == 1
