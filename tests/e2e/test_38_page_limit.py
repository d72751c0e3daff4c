# SPDX-License-Identifier: Apache-2.0
"""--max-pages counts what is stored: never one page more, never one fewer while the site has more. Half of this site's
links lead to something that takes a place while it is fetched and gives it back: redirects, copies, canonicals, failures,
noindex, files, pages that turn out to be another thing than was asked for."""
import pytest

from harness import PARTIAL
from rude_server import Reply, html, redirect

WORDS = "Sentences that say something about {}, one after the other. "
GOOD = 12


def post(name, head=""):
    page = html(name, f"<article><h1>{name}</h1><p>{WORDS.format(name) * 12}</p></article>")
    return page.replace("<head>", "<head>" + head, 1)


def mixed_site(site):
    """Twelve good posts, and before and behind each what is none."""
    pages, order = {}, []
    for i in range(GOOD):
        good = f"/blog/post-number-{i}"
        pages[good] = post(f"Post number {i}", f'<meta property="article:published_time" content="2024-0{i % 9 + 1}-02">')
        bad = {
            f"/blog/moved-{i}": redirect(good, 301),
            f"/blog/gone-{i}": Reply("no", status=404),
            f"/blog/broken-{i}": Reply("no", status=500),
            f"/blog/hidden-{i}": post(f"Hidden {i}", '<meta name="robots" content="noindex">'),
            f"/blog/old-{i}": post(f"Old {i}", '<meta property="article:published_time" content="2019-01-02">'),
            f"/blog/picture-{i}": Reply(b"GIF89a", type="image/gif"),
            f"/closed/post-{i}": post(f"Closed {i}"),
        }
        # Under three addresses: one names the good one, one differs from it in what changes nothing.
        bad[f"/blog/copy-{i}"] = post(f"Post number {i}", f'<link rel="canonical" href="{good}">')
        bad[good + "?ref=home"] = pages[good]
        pages.update(bad)
        order += [*list(bad)[i % 2::2], good, *list(bad)[(i + 1) % 2::2]]
    pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /closed/\n", type="text/plain")
    pages["/blog/"] = html("The blog", "Welcome. " * 30, order)
    return site(pages)


def crawl(webkeep, server, *options):
    done = webkeep.crawl(server.url + "/blog/", "--set", "fetch.retries=0", *options)
    return done, names(webkeep, server)


def names(webkeep, server):
    """Of addresses of one page any may be the one that is kept."""
    return sorted(url.removeprefix(server.url).removesuffix("?ref=home").replace("copy-", "post-number-") for url in webkeep.pages())


ALL = sorted(f"/blog/post-number-{i}" for i in range(GOOD))
ASKED = ("--instruction", "Only blog posts published in 2024")


def test_without_a_limit_each_good_page_is_kept_once(webkeep, site):
    _, kept = crawl(webkeep, mixed_site(site), *ASKED)
    assert kept == ALL


@pytest.mark.parametrize("limit", [1, 2, 5, GOOD - 1, GOOD, GOOD + 1])
@pytest.mark.parametrize("at_once", [1, 8])
def test_the_limit_is_what_is_stored(webkeep, site, limit, at_once):
    _, kept = crawl(webkeep, mixed_site(site), "--max-pages", limit, "--set", f"fetch.host_requests={at_once}", *ASKED)
    assert len(kept) == len(set(kept)) == min(limit, GOOD)
    assert set(kept) <= set(ALL)
    webkeep.run("check").ok()


@pytest.mark.parametrize("at_once", [1, 8])
def test_without_an_instruction_too(webkeep, site, at_once):
    _, everything = crawl(webkeep, mixed_site(site))
    assert len(everything) == 2 * GOOD + 1, everything  # the posts, the old ones, and the list
    for limit in (1, 4, 2 * GOOD, 2 * GOOD + 1, 2 * GOOD + 5):
        _, kept = crawl(webkeep, mixed_site(site), "--max-pages", limit, "--set", f"fetch.host_requests={at_once}")
        assert len(kept) == len(set(kept)) == min(limit, len(everything)) and set(kept) <= set(everything)


def test_a_resume_adds_what_was_missing_and_no_more(webkeep, site):
    server = mixed_site(site)
    done, kept = crawl(webkeep, server, "--max-pages", 3, *ASKED)
    done.ok(PARTIAL)
    assert len(kept) == 3
    webkeep.run("resume", "last", "--max-pages", "7")
    more = names(webkeep, server)
    assert len(more) == 7 and set(kept) <= set(more) <= set(ALL)
