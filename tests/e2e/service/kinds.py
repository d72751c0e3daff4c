# SPDX-License-Identifier: Apache-2.0
"""Pages of the kinds that the tutorial's extraction samples ask things of, written the way such sites write them: a
front page of news in tables, a job with and without marks for machines, search results, a shop's products, a large
shop's product, a directory and its companies, articles, a handbook, and an account.

What a test wants to find again stands beside a page as plain Python data.
"""
import json

HEADER = ('<header><a class="logo" href="/">Harbour</a><nav><ul><li><a href="/">Home</a></li><li><a href="/all">All of it</a></li>'
          '<li><a href="/about">About us</a></li></ul></nav></header>')
FOOTER = '<footer><p>© 2026 Harbour Ltd. All rights reserved.</p><ul><li><a href="/privacy">Privacy</a></li></ul></footer>'


def bare(title, body, head=""):
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
            f"<body>{body}</body></html>\n")


def page(title, main, head=""):
    return bare(title, f"{HEADER}<main>{main}</main>{FOOTER}", head)


def ld(**data):
    return f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", **data})}</script>'


def terms(**pairs):
    rows = "".join(f"<dt>{name.replace('_', ' ')}</dt><dd>{value}</dd>" for name, value in pairs.items() if value)
    return f"<dl>{rows}</dl>"


# ---- a front page of news: two table rows an entry, and one that has no points ----

NEWS = [("Show HN: A parser in one file", "files.example", 342), ("Ask HN: What are you reading?", None, 289),
        ("The price of a system call", "kernel.example", 251), ("Why caches forget", "cache.example", 199),
        ("A new text editor, again", "edit.example", 187), ("PostgreSQL 19 released", "pg.example", 150),
        ("How we cut our build time by 80%", "build.example", 133), ("The last typewriter factory", "news.example", 120),
        ("Zig 1.0", "zig.example", 118), ("An e-bike battery teardown", "bike.example", 97),
        ("Notes on 3 years of solo work", "solo.example", 64), ("Maps of small islands", "maps.example", 12)]


def news_entry(n, title, site, points):
    told = (f'<span class="sitebit comhead"> (<a href="from?site={site}"><span class="sitestr">{site}</span></a>)</span>'
            if site else "")
    return (f'<tr class="athing submission" id="{n}"><td align="right" class="title"><span class="rank">{n}.</span></td>'
            f'<td class="votelinks"><center><a id="up_{n}" href="vote?id={n}"><div class="votearrow" title="upvote"></div></a>'
            f'</center></td><td class="title"><span class="titleline"><a href="https://{site or "news.example"}/{n}">{title}</a>'
            f'{told}</span></td></tr><tr><td colspan="2"></td><td class="subtext"><span class="subline"><span class="score" '
            f'id="score_{n}">{points} points</span> by <a href="user?id=u{n}" class="hnuser">u{n}</a> <span class="age">'
            f'<a href="item?id={n}">{n} hours ago</a></span> | <a href="hide?id={n}">hide</a> | <a href="item?id={n}">{n * 7}'
            '&nbsp;comments</a></span></td></tr><tr class="spacer" style="height:5px"></tr>')


def news():
    rows = "".join(news_entry(n, *entry) for n, entry in enumerate(NEWS, 1))
    top = " | ".join(f'<a href="{word}">{word}</a>' for word in ("new", "past", "comments", "ask", "show", "jobs", "submit"))
    return bare("Hacker News", '<center><table id="hnmain" width="85%"><tr><td bgcolor="#ff6600"><table width="100%"><tr>'
                f'<td><span class="pagetop"><b class="hnname"><a href="news">Hacker News</a></b> {top}</span></td><td>'
                '<span class="pagetop"><a href="login">login</a></span></td></tr></table></td></tr><tr><td><table>'
                f'{rows}<tr class="morespace"></tr><tr><td colspan="2"></td><td class="title"><a href="?p=2" class="morelink" '
                'rel="next">More</a></td></tr></table></td></tr><tr><td><center><span class="yclinks"><a href="faq">FAQ</a> | '
                '<a href="lists">Lists</a></span></center></td></tr></table></center>')


# ---- jobs ----

def job(title, company, location, workplace, salary, employment):
    return page(f"{title} at {company} | Jobs", f'<h1>{title}</h1><p class="company">{company}</p>'
                + terms(Company=company, Location=location, Workplace=workplace, Salary=salary, Employment_type=employment)
                + "<h2>About the role</h2><p>You will build and run the services behind our product, with six others.</p>"
                "<h2>Requirements</h2><ul><li>5 years of experience</li><li>Go or C</li></ul>"
                '<a class="apply" href="/apply">Apply now</a>')


def job_marked():
    place = {"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": "Oslo", "addressCountry": "NO"}}
    salary = {"@type": "MonetaryAmount", "currency": "USD",
              "value": {"@type": "QuantitativeValue", "minValue": 90000, "maxValue": 120000, "unitText": "YEAR"}}
    head = ld(**{"@type": "JobPosting"}, title="Staff Engineer", hiringOrganization={"@type": "Organization", "name": "Blue Kite"},
              jobLocationType="TELECOMMUTE", employmentType="CONTRACTOR", jobLocation=place, baseSalary=salary)
    return page("Staff Engineer - Blue Kite", "<h1>Staff Engineer</h1><p>Join us to build kites of software.</p>", head)


# ---- shops ----

RESULTS = [("SoundMax 300 Wireless Headphones", 79.99), ("QuietPro Over-Ear", 249), ("Budget Buds", 19.5),
           ("Studio One Wired", 129.95)]


def search_results():
    cards = "".join(f'<div class="product-card"><a href="/p/{n}"><img src="/i/{n}.jpg" alt="{name}"><h2 class="product-title">'
                    f'{name}</h2></a><div class="rating">★★★★☆ (12{n} reviews)</div><span class="price">${price:.2f}</span>'
                    "<button>Add to cart</button></div>" for n, (name, price) in enumerate(RESULTS))
    return page("Search: wireless headphones", f'<h1>Results for "wireless headphones"</h1><div class="results">{cards}</div>'
                "<button>Load more</button>")


PRODUCTS = [("Kettle One", "€39.90", "In stock", 39.9, True), ("Kettle Two", "€1.249,00", "Sold out", 1249, False),
            ("Kettle Three", "€54.00", "Only 3 left in stock", 54, True)]


def product(name, price, stock, *_):
    return page(f"{name} – Harbour", f'<nav class="breadcrumb"><a href="/">Home</a> › <a href="/k">Kettles</a></nav><h1>{name}</h1>'
                f'<div class="price">{price}</div><p class="stock">{stock}</p><p>It boils water in two minutes.</p>'
                '<h2>You may also like</h2><ul><li><a href="/x">Teapot</a> €12.00</li><li><a href="/y">Mug</a> €5.00</li></ul>')


def large_shop():
    """The price in three forms, two of them for the eye, and the one that it was before."""
    return bare("Wasserkocher Edelstahl 1,7 L : Küche", HEADER + '<div id="dp"><h1 id="title"><span id="productTitle"> '
                'Wasserkocher Edelstahl 1,7 L </span></h1><div id="corePrice"><span class="a-price"><span class="a-offscreen">29,99 €'
                '</span><span aria-hidden="true"><span class="a-price-whole">29<span class="a-price-decimal">,</span></span>'
                '<span class="a-price-fraction">99</span><span class="a-price-symbol">€</span></span></span> <span class="basisPrice">'
                'UVP: <span class="a-price a-text-price" data-a-strike="true"><span class="a-offscreen">39,99 €</span></span></span>'
                '</div><div id="availability"><span>Auf Lager</span></div></div>' + FOOTER)


# ---- a directory ----

COMPANIES = [("Quayside Robotics", "https://quayside.example/", "Industrial automation"),
             ("Fenland Grain", "https://fenland.example/", "Agriculture"), ("Alto Voice", "https://alto.example/", "Telecommunications")]


def company(name, website, industry):
    return page(f"{name} | Directory", f"<h1>{name}</h1>"
                + terms(Website=f'<a href="{website}">{website.split("/")[2]}</a>', Industry=industry, Employees="120")
                + "<p>Founded by three friends beside a dock.</p>")


def directory():
    cards = "".join(f'<article class="company-card"><h3><a href="/companies/{n}">{name}</a></h3><p>Industry: {industry}</p>'
                    f'<a class="site" href="{website}">{website.split("/")[2]}</a></article>'
                    for n, (name, website, industry) in enumerate(COMPANIES))
    return page("Companies", f"<h1>Companies</h1><div>{cards}</div>")


# ---- texts ----

ARTICLES = {"/posts/cache.html": ("How a cache forgets", "Ines Carvalho", "May 3, 2026", "2026-05-03"),
            "/posts/malloc.html": ("A week without malloc", "Tom Reyes", "7 May 2026", "2026-05-07")}


def article(title, author, date, iso):
    return page(f"{title} | Harbour", f'<article><h1>{title}</h1><p class="byline">By <a rel="author" href="/authors/{author[0]}">'
                f'{author}</a> · <time datetime="{iso}">{date}</time></p><p>A cache is a promise to forget things in the right '
                "order, and most of them break it sooner or later.</p><h2>Order</h2><p>The least recently used entry goes first, "
                'unless something pins it.</p><pre><code class="language-c">evict(cache);</code></pre></article>')


def install():
    return page("Install - Handbook", "<h1>Install</h1><p>Fetch the archive and unpack it where you like.</p><h2>From source"
                '</h2><pre><code class="language-sh">make install</code></pre><p>That is all there is to it.</p>')


def account():
    return page("Dashboard", "<h1>Dashboard</h1><section><h2>Account summary</h2>"
                + terms(Plan="Team", Balance="$120.50", Next_invoice="2026-07-01") + "</section>")


def site():
    pages = {"/news": news(), "/search": search_results(), "/large/B123456": large_shop(), "/dashboard": account(),
             "/companies/": directory(),
             "/docs/": install(), "/jobs/marked": job_marked(),
             "/jobs/dollars": job("Senior Backend Engineer", "Northwind Systems", "Berlin, Germany", "Fully remote",
                                  "$140,000 – $175,000 per year", "Full-time"),
             "/jobs/pounds": job("Office Manager", "Harbour Foods", "Bristol, UK", "On-site", "£32,000 a year", "Part-time"),
             "/jobs/silent": job("Data Contractor", "Tidal Labs", "Lisbon", "", "", "Contract")}
    pages |= {f"/product/{n}": product(*one) for n, one in enumerate(PRODUCTS, 1)}
    pages |= {f"/companies/{n}": company(*one) for n, one in enumerate(COMPANIES)}
    pages |= {path: article(*one) for path, one in ARTICLES.items()}
    posts = "".join(f'<li><a href="{path}">{one[0]}</a></li>' for path, one in ARTICLES.items())
    return pages | {"/": page("The blog", f"<h1>The blog</h1><ul>{posts}</ul>")}
