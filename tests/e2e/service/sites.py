# SPDX-License-Identifier: Apache-2.0
"""Small sites of the kinds that the tutorial speaks of: a blog, documentation, a shop, job offers, a board with pages.

Each is a dict for rude_server.Server. What a test wants to find again stands beside it as plain Python data.
"""
import rude_server
from rude_server import Reply, redirect

ROBOTS = Reply("User-agent: *\nDisallow:\n", type="text/plain")


def page(title, main, nav=(), head="", lang="en"):
    """A page as sites have them: with a header, navigation and a footer around the content."""
    links = "".join(f'<li><a href="{href}">{text}</a></li>' for href, text in nav)
    return (f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
            f"<header><p>Site header words</p></header><nav><ul>{links}</ul></nav><main>{main}</main>"
            f"<aside><p>Sidebar words</p></aside><footer><p>Footer words</p></footer></body></html>\n")


def text(subject, sentences=6):
    return "".join(f"<p>Sentence {n} about {subject} says something of its own, and it is long enough to be read.</p>"
                   for n in range(sentences))


TITLES = ["Writing a parser by hand", "How a cache forgets", "Arenas and other habits", "A week without malloc",
          "Reading old code", "The price of a system call", "Small tools that last", "What a crash leaves behind"]
POSTS = {f"/posts/{title.lower().replace(' ', '-')}.html": {"title": title, "author": f"Author {n % 3}", "date": f"2026-05-{n + 1:02}"}
         for n, title in enumerate(TITLES)}
POST = list(POSTS)      # their paths


def blog():
    """A start page with posts, and tag and author pages that a reader of posts doesn't want."""
    nav = [("/", "Home"), ("/tags/c.html", "Tag c"), ("/authors/ann.html", "Author Ann")]
    site = {"/robots.txt": ROBOTS}
    listing = "".join(f'<li><a href="{path}">{post["title"]}</a></li>' for path, post in POSTS.items())
    site["/"] = page("The blog", f"<h1>The blog</h1><ul>{listing}</ul>", nav)
    for path, post in POSTS.items():
        article = (f'<article><h1>{post["title"]}</h1><p class="author">By <span rel="author">{post["author"]}</span></p>'
                   f'<time datetime="{post["date"]}">{post["date"]}</time>{text(post["title"])}</article>')
        head = (f'<meta property="og:type" content="article"><meta name="author" content="{post["author"]}">'
                f'<meta property="article:published_time" content="{post["date"]}">')
        site[path] = page(post["title"], article, nav, head)
    site["/tags/c.html"] = page("Tag: c", f"<h1>Tag: c</h1><ul>{listing}</ul>", nav)
    site["/authors/ann.html"] = page("Author: Ann", f"<h1>Author: Ann</h1><ul>{listing}</ul>", nav)
    return site


def docs(count=12, below=""):
    """Documentation: a contents page, chapters, code; and a changelog and a login page beside it."""
    nav = [(below + path, name) for path, name in (("/", "Contents"), ("/changelog.html", "Changelog"), ("/login.html", "Log in"))]
    chapters = [f"{below}/guide/chapter-{n}.html" for n in range(1, count)]
    listing = "".join(f'<li><a href="{path}">Chapter {n}</a></li>' for n, path in enumerate(chapters, 1))
    site = {"/robots.txt": ROBOTS, below + "/": page("Handbook", f"<h1>Handbook</h1><ul>{listing}</ul>", nav)}
    for n, path in enumerate(chapters, 1):
        site[path] = page(f"Chapter {n}", f"<h1>Chapter {n}</h1>{text(f'chapter {n}')}<h2>Example</h2>"
                          f'<pre><code class="language-c">int chapter = {n};</code></pre>', nav)
    site[below + "/changelog.html"] = page("Changelog", "<h1>Changelog</h1>" + text("changes"), nav)
    site[below + "/login.html"] = page("Log in", '<h1>Log in</h1><form><input name="user"><input name="secret"></form>', nav)
    return site


PRODUCTS = {n: {"name": f"Kettle {n}", "price": f"{10 * n}.99", "currency": "EUR"} for n in range(1, 6)}


def shop():
    site = {"/robots.txt": ROBOTS}
    for n, product in PRODUCTS.items():
        data = ('<script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","name":"%(name)s",'
                '"offers":{"@type":"Offer","price":"%(price)s","priceCurrency":"%(currency)s",'
                '"availability":"https://schema.org/InStock"}}</script>' % product)
        site[f"/product/{n}"] = page(product["name"], f'<h1>{product["name"]}</h1><p class="price">€{product["price"]}</p>'
                                     f"<p>In stock</p>{text(product['name'], 3)}", head=data)
    listing = "".join(f'<li><a href="/product/{n}">{one["name"]}</a></li>' for n, one in PRODUCTS.items())
    site["/"] = page("Shop", f"<h1>Shop</h1><ul>{listing}</ul>")
    return site


JOBS = {n: {"title": f"Engineer {n}", "company": f"Company {n}", "location": f"Town {n}"} for n in range(1, 8)}


def jobs():
    """Job offers, and a board that lists them over three pages."""
    site = {"/robots.txt": ROBOTS}
    for n, job in JOBS.items():
        site[f"/job/{n}"] = page(job["title"], f'<h1>{job["title"]}</h1><dl><dt>Company</dt><dd>{job["company"]}</dd>'
                                 f'<dt>Location</dt><dd>{job["location"]}</dd><dt>Employment type</dt><dd>full_time</dd></dl>'
                                 + text(job["title"], 3))
    site["/senior-engineer"] = site["/job/1"]
    numbers = list(JOBS)
    for at in range(3):
        rows = "".join(f'<li class="job"><a href="/job/{n}">{JOBS[n]["title"]}</a></li>' for n in numbers[at * 3:at * 3 + 3])
        more = f'<a class="next-page" href="/board?page={at + 2}">Next</a>' if at < 2 else ""
        site["/board" if at == 0 else f"/board?page={at + 1}"] = page("Board", f"<h1>Board</h1><ul>{rows}</ul>{more}")
    site["/"] = page("Jobs", '<h1>Jobs</h1><a href="/board">Board</a>')
    return site


def troubles():
    """Pages that fail in ways of their own, and some that look at what they are asked with."""
    async def shows_cookies(request, wire):
        return page("Account", f"<h1>Account</h1><p>cookie: {request.headers.get('cookie', 'none')}</p>" + text("accounts", 2))

    return {"/robots.txt": Reply("User-agent: *\nDisallow: /private/\n", type="text/plain"),
            "/good": page("Good page", "<h1>Good page</h1>" + text("good pages")),
            "/slow": Reply(page("Slow page", "<h1>Slow page</h1>" + text("slow pages")), pause=1.0),
            "/later": [Reply("broken", 500), Reply("broken", 500), page("Mended page", "<h1>Mended</h1>" + text("mending"))],
            "/private/page": page("Private page", "<h1>Private page</h1>" + text("private pages")),
            "/thin": page("Thin page", "<h1>Hi</h1>"),
            "/moved": redirect("/good"),
            "/account": shows_cookies,
            "/500": Reply("broken", 500),
            "/pdf": Reply(b"%PDF-1.4 ...", type="application/pdf"),
            "/": page("Troubles", '<a href="/good">good</a> <a href="/500">broken</a> <a href="/nowhere">nowhere</a>')}


def slow(count, pause):
    """A numbered site each page of which takes its time."""
    site = rude_server.numbered_site(count, folder="/")
    return {path: body if path == "/robots.txt" else Reply(body, pause=pause) for path, body in site.items()}
