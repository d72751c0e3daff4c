# SPDX-License-Identifier: Apache-2.0
"""Of documentation in several versions and languages one of each is kept, unless more are asked for: as Sphinx lays it
out on Read the Docs, as Docusaurus does, as subpages of a wiki, by links and by sitemap; and what only looks like versions is
kept whole."""
import json

import pytest
from harness import wait_for
from rude_server import Reply, html, redirect, stall

PAGES = ("index", "install", "usage")
LANGUAGES = {"en": "English", "de": "Deutsch"}


def body(*where):
    """Words of one page alone."""
    return " ".join(f"Words about {' '.join(where)}, number {n}." for n in range(30))


def sphinx(languages=LANGUAGES, versions=("latest", "v2.0", "v1.0"), root=True):
    """/en/latest/install.html: a sidebar of the edition's own pages, and a panel with all versions and languages."""
    site = {}
    for language in languages:
        for version in versions:
            for name in PAGES:
                menu = "".join(f'<li><a href="{other}.html">{other}</a></li>' for other in PAGES)
                panel = "".join(f'<dd><a href="/{language}/{other}/">{other}</a></dd>' for other in versions)
                panel += "".join(f'<dd><a href="/{other}/{version}/">{other}</a></dd>' for other in languages)
                site[f"/{language}/{version}/{name}.html"] = (
                    f'<html lang="{language}"><head><title>{name}</title><meta name="generator" content="sphinx"></head><body>'
                    f'<div class="sphinxsidebar"><ul>{menu}</ul></div><div role="main" class="body"><p>{body(language, version, name)}</p></div>'
                    f'<div class="rst-versions">{panel}</div></body></html>')
            site[f"/{language}/{version}/"] = site[f"/{language}/{version}/index.html"]
    if root:
        site["/"] = html("Otter", "<p>Read the <a href='/en/latest/'>documentation</a>.</p>")
    return site


def docusaurus():
    """/docs/install is the current version, /docs/next/, /docs/1.0/ are others; /de/docs/ is German."""
    site = {"/": docusaurus_page("en", "", "Home", ["/docs/index"]), "/de/": docusaurus_page("de", "", "Start", ["/de/docs/index"])}
    for language in LANGUAGES:
        prefix = "" if language == "en" else "/" + language
        for version in ("", "next/", "1.0/"):
            for name in PAGES:
                site[f"{prefix}/docs/{version}{name}"] = docusaurus_page(
                    language, f"/docs/{version}{name}", f"{language} {version} {name}", [f"{prefix}/docs/{version}{other}" for other in PAGES],
                    [(f"{prefix}/docs/{other}{name}", text) for other, text in (("", "2.0"), ("next/", "Next"), ("1.0/", "1.0"))])
    return site


def docusaurus_page(language, path, words, links, versions=()):
    heads = "".join(f'<link rel="alternate" hreflang="{other}" href="{"" if other == "en" else "/" + other}{path or "/"}">' for other in LANGUAGES)
    menu = "".join(f'<a class="dropdown__link" href="{href}">{text}</a>' for href, text in versions)
    items = "".join(f'<li><a class="menu__link" href="{href}">{href}</a></li>' for href in links)
    return (f'<html lang="{language}"><head><title>{words}</title><meta name="generator" content="Docusaurus v3.1">{heads}</head><body>'
            f'<nav class="navbar">{menu}</nav><nav class="menu"><ul>{items}</ul></nav><main><article>{body(words, path)}</article></main></body></html>')


def kept(webkeep, server):
    """A folder and its index are one page, whichever is linked first."""
    return sorted(url.removeprefix(server.url).removesuffix("index.html") for url in webkeep.pages())


def why(webkeep, url):
    return webkeep.run("why", "last", url, "--json").ok().rows[0]


def edition(root):
    return [f"{root}{name}" for name in ("", "install.html", "usage.html")]


# ---- one of each ----

def test_sphinx_one_version_one_language(webkeep, site):
    server = site(sphinx())
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == sorted(["/", *edition("/en/latest/")])
    assert why(webkeep, server.url + "/en/v1.0/")["reason"] == "other version or language"
    assert why(webkeep, server.url + "/en/v1.0/")["detail"] == "another version: v1.0"
    assert why(webkeep, server.url + "/de/latest/")["detail"] == "another language: de"
    assert not [path for path in server.paths() if "v1.0" in path or "/de/" in path]


@pytest.mark.parametrize("base", ["/en/v2.0/", "/de/v1.0/index.html", "/de/latest/usage.html"])
def test_the_base_urls_own_edition_is_kept(webkeep, site, base):
    server = site(sphinx())
    webkeep.crawl(server.url + base, "--whole-domain").ok()
    assert kept(webkeep, server) == edition(base[:base.rindex("/") + 1])


def test_docusaurus_one_version_one_language(webkeep, site):
    server = site(docusaurus())
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == sorted(["/", *(f"/docs/{name}" for name in PAGES)])
    assert why(webkeep, server.url + "/docs/next/index")["detail"] == "another version: next"
    assert why(webkeep, server.url + "/de/")["detail"] == "another language: de"


def test_docusaurus_from_inside_a_version(webkeep, site):
    server = site(docusaurus())
    webkeep.crawl(server.url + "/docs/index").ok()
    assert kept(webkeep, server) == ["/docs/index"]  # a file is its own scope here
    webkeep.crawl(server.url + "/de/docs/1.0/index", "--whole-domain").ok()
    assert "/de/docs/1.0/usage" in kept(webkeep, server)
    assert not [path for path in kept(webkeep, server) if "/next/" in path]


@pytest.mark.parametrize("make, wanted", [(sphinx, edition("/en/latest/")), (docusaurus, ["/docs/index", "/docs/install", "/docs/usage"])])
def test_a_sitemap_of_everything(webkeep, site, make, wanted):
    """Its order says nothing, and no page shows a switcher before it is read."""
    pages = make()
    server = site(pages)
    server.pages["/"] = html("Otter", "<p>Nothing here.</p>")
    urls = "".join(f"<url><loc>{server.url}{path}</loc></url>" for path in sorted(pages, reverse=True))
    server.pages["/sitemap.xml"] = Reply(f"<urlset>{urls}</urlset>", type="application/xml")
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == sorted(["/", *wanted])
    shown = webkeep.run("plan", server.url + "/").ok().text
    assert "other version or language" in shown


def test_a_resume_knows_them_still(webkeep, site):
    server = site(sphinx(), pause=0.05)
    crawl = webkeep.start("crawl", server.url + "/", "--delay", "200")
    wait_for(lambda: len(server.paths()) >= 3)
    crawl.interrupt()
    crawl.wait(20)
    webkeep.run("resume", "last").ok()
    assert kept(webkeep, server) == sorted(["/", *edition("/en/latest/")])


def test_two_names_of_one_version(webkeep, site):
    """/stable/ redirects to the number it stands for: both are kept, the others are not."""
    pages = {}
    for version in ("3.2", "3.1"):
        for name in PAGES:
            menu = "".join(f'<li><a href="/{version}/{other}.html">{other}</a></li>' for other in PAGES)
            pages[f"/{version}/{name}.html"] = html(name, body(version, name) + f'<ul>{menu}</ul><a href="/3.1/{name}.html">3.1</a>'
                                                    f'<a href="/stable/{name}.html">stable</a><a href="/3.2/{name}.html">3.2</a>')
    pages |= {"/stable/": redirect("/3.2/"), "/3.2/": pages["/3.2/index.html"]}
    pages |= {f"/stable/{name}.html": redirect(f"/3.2/{name}.html") for name in PAGES}
    pages["/"] = html("Otter", "<ul><li><a href='/stable/'>stable</a><li><a href='/3.2/'>3.2</a><li><a href='/3.1/'>3.1</a></ul>")
    server = site(pages)
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == ["/", *edition("/3.2/")]


# ---- what is asked for wins ----

def roots(webkeep, server):
    return sorted({path.rpartition("/")[0] for path in kept(webkeep, server)})


@pytest.mark.parametrize("instruction, wanted", [
    ("Crawl all versions", ["/en/latest", "/en/v1.0", "/en/v2.0"]),
    ("Everything in all languages", ["/de/latest", "/en/latest"]),
    ("Everything, all versions and all languages", [f"/{one}/{two}" for one in ("de", "en") for two in ("latest", "v1.0", "v2.0")]),
    ("Only version 2", ["/en/v2.0"]),
])
def test_an_instruction_says_which(webkeep, site, instruction, wanted):
    server = site(sphinx())
    webkeep.crawl(server.url + "/en/latest/", "--whole-domain", "--instruction", instruction).ok()
    assert [root for root in roots(webkeep, server) if root] == wanted


def test_a_pattern_says_which(webkeep, site):
    server = site(sphinx())
    webkeep.crawl(server.url + "/", "--include", "/en/**").ok()
    assert [root for root in roots(webkeep, server) if root] == ["/en/latest", "/en/v1.0", "/en/v2.0"]


# ---- subpages of a wiki ----

WIKI = {"de": "Deutsch", "be-tarask": "беларуская", "it": "italiano"}


def mediawiki(generator="MediaWiki 1.43.0"):
    """/wiki/Page, /wiki/Page/de: each page lists its languages but its own; Install is there in English alone."""
    site = {}
    for name in ("Start", "Manual:Use", "Manual:Use/More", "Install", "Template:Doc"):
        languages = ("", *WIKI) if name not in ("Install", "Template:Doc") else ("",)
        for language in languages:
            path = f"/wiki/{name}" + (language and "/" + language)
            others = "".join(f'<li><a href="/wiki/{name}{code and "/" + code}" lang="{code}">{WIKI.get(code, "English")}</a></li>'
                             for code in languages if code != language)
            links = "".join(f'<p>See <a href="/wiki/{other}{language and other != "Install" and "/" + language}">{other}</a>.</p>'
                            for other in ("Start", "Manual:Use", "Manual:Use/More", "Install"))
            site[path] = (f'<html lang="{language or "en"}"><head><title>{path}</title><meta name="generator" content="{generator}"></head>'
                          f'<body class="mediawiki"><div id="mw-content-text"><div class="mw-pt-languages"><ul>{others}</ul></div>'
                          f'<p>{body(path)}</p>{links}<a href="/wiki/Template:Doc/doc">doc</a></div></body></html>')
    site["/wiki/Template:Doc/doc"] = site["/wiki/Template:Doc"].replace("Words", "Other words")
    return site


def test_translations_that_are_subpages(webkeep, site):
    server = site(mediawiki())
    webkeep.crawl(server.url + "/wiki/Start", "--whole-domain").ok()
    plain = ["/wiki/Install", "/wiki/Manual:Use", "/wiki/Manual:Use/More", "/wiki/Start", "/wiki/Template:Doc/doc"]
    assert kept(webkeep, server) == plain
    assert why(webkeep, server.url + "/wiki/Start/be-tarask")["detail"] == "another language: be-tarask"
    assert not [path for path in server.paths() if path.endswith(tuple(WIKI))]
    webkeep.crawl(server.url + "/wiki/Start", "--whole-domain", "--instruction", "Everything in all languages").ok()
    assert len(kept(webkeep, server)) == len(plain) + 3 * len(WIKI)


def test_the_base_pages_own_translation_is_kept(webkeep, site):
    """What is there in no other language is kept as it is."""
    server = site(mediawiki())
    webkeep.crawl(server.url + "/wiki/Manual:Use/de", "--whole-domain").ok()
    assert kept(webkeep, server) == ["/wiki/Install", "/wiki/Manual:Use/More/de", "/wiki/Manual:Use/de", "/wiki/Start/de", "/wiki/Template:Doc/doc"]
    assert why(webkeep, server.url + "/wiki/Start")["detail"] == "another language: en"


def test_pages_about_languages_are_no_translations(webkeep, site):
    pages = {"/learn": html("Learn", body("learn"), ("/learn/de", "/learn/fr")), "/learn/de": html("German", body("German")),
             "/learn/fr": html("French", body("French"))}
    pages["/learn"] = pages["/learn"].replace(">/learn/de<", ">German<").replace(">/learn/fr<", ">French<")
    server = site(pages)
    webkeep.crawl(server.url + "/learn", "--whole-domain").ok()
    assert kept(webkeep, server) == sorted(pages)


# ---- switchers that are scripts ----

def scripted(folder, versions, head, extra=()):
    """Each version's pages link to each other; the first one's also, in the text, to pages of others. No page has a switcher."""
    site = {}
    for version in versions:
        for name in ("", "install/", "usage/"):
            depth = "../" if name else ""
            links = [f"{folder}{version}/{other}" for other in ("", "install/", "usage/")]
            links += [f"{folder}{other}/usage/" for other in versions[1:]] if version == versions[0] else []
            page = html(f"{version} {name}", body(version, name), [*links, *extra])
            site[f"{folder}{version}/{name}"] = page.replace("<head>", "<head>" + head.replace("UP", depth + "."))
    return site


def fronts(folder, *versions):
    return sorted(f"{folder}{version}/{name}" for version in versions for name in ("", "install/", "usage/"))


def as_json(value):
    return Reply(json.dumps(value), type="application/json")


def mike():
    head = '<script id="__config" type="application/json">{"base": "UP", "version": {"provider": "mike"}}</script>'
    site = scripted("/otter/", ("2.0", "1.0", "lab"), head)
    site["/otter/versions.json"] = as_json([{"version": "2.0", "title": "2.0.1", "aliases": ["latest"]},
                                            {"version": "1.0", "title": "1.0", "aliases": []}, {"version": "lab", "title": "Lab", "aliases": []}])
    return site | {path.replace("/2.0/", "/latest/"): page.replace("/2.0/", "/latest/") for path, page in site.items() if "/2.0/" in path}


def test_mike_lists_its_versions(webkeep, site):
    """Names need not look like versions, and pages that nothing links to are found when all versions are asked for."""
    server = site(mike())
    webkeep.crawl(server.url + "/otter/2.0/", "--whole-domain").ok()
    assert kept(webkeep, server) == fronts("/otter/", "2.0")
    assert why(webkeep, server.url + "/otter/lab/usage/")["detail"] == "another version: lab"
    assert server.paths().count("/otter/versions.json") == 1
    webkeep.crawl(server.url + "/otter/2.0/", "--whole-domain", "--instruction", "Everything, all versions").ok()
    assert set(fronts("/otter/", "1.0", "2.0", "lab")) <= set(kept(webkeep, server))


def test_a_front_page_that_leads_to_the_latest(webkeep, site):
    """mike's own root, which is no page of the documentation."""
    server = site({**mike(), "/otter/": '<title>Redirecting</title><noscript><meta http-equiv="refresh" content="1; url=latest/"></noscript>'
                   "<script>window.location.replace('latest/')</script>Redirecting to <a href='latest/'>latest/</a>..."})
    webkeep.crawl(server.url + "/otter/").ok()
    assert [path for path in kept(webkeep, server) if path != "/otter/"] == fronts("/otter/", "latest")


@pytest.mark.parametrize("there", [True, False])
def test_a_list_that_can_not_be_had_costs_nothing(webkeep, site, there):
    pages = {**mike(), "/robots.txt": Reply("User-agent: *\nDisallow: /otter/versions.json\n", type="text/plain")}
    if not there:
        pages |= {"/robots.txt": Reply("", type="text/plain"), "/otter/versions.json": Reply("<p>Not here '1.0'", 404)}
    server = site(pages)
    webkeep.crawl(server.url + "/otter/lab/", "--whole-domain").ok()
    assert kept(webkeep, server) == fronts("/otter/", "lab")
    assert ("/otter/versions.json" in server.paths()) != there


def test_a_resume_reads_the_list_that_was_not_read(webkeep, site):
    """Nothing else is asked for before it is there."""
    pages = mike()
    server = site(pages | {"/otter/versions.json": [stall, pages["/otter/versions.json"]]})
    crawl = webkeep.start("crawl", server.url + "/otter/2.0/", "--whole-domain")
    wait_for(lambda: "/otter/versions.json" in server.paths())
    crawl.kill9()
    assert server.paths() == ["/otter/2.0/", "/otter/versions.json"]
    webkeep.run("resume", "last").ok()
    assert kept(webkeep, server) == fronts("/otter/", "2.0")
    assert server.paths().count("/otter/2.0/") == 1


def test_a_sphinx_switcher(webkeep, site):
    """Versions of one list in different folders."""
    head = "<script>DOCUMENTATION_OPTIONS.theme_switcher_json_url = '/doc/_static/switcher.json';</script>"
    server = site(scripted("/doc/", ("stable", "1.25"), head, ("/devdocs/usage/", "/about/")))
    server.pages |= {"/devdocs/usage/": html("dev", body("dev")), "/devdocs/": html("devs", body("devs")), "/about/": html("About", body("about"))}
    server.pages["/doc/_static/switcher.json"] = as_json([{"name": "dev", "version": "devdocs", "url": server.url + "/devdocs/"}, {
        "name": "1.26 (stable)", "version": "stable", "url": server.url + "/doc/stable/", "preferred": True}, {"version": "1.25", "url": "/doc/1.25/"}])
    webkeep.crawl(server.url + "/doc/stable/", "--whole-domain").ok()
    assert kept(webkeep, server) == sorted(["/about/", *fronts("/doc/", "stable")])
    assert why(webkeep, server.url + "/devdocs/usage/")["detail"] == "another version: devdocs"
    webkeep.crawl(server.url + "/doc/stable/", "--whole-domain", "--instruction", "crawl all versions").ok()
    assert kept(webkeep, server) == sorted(["/about/", "/devdocs/", "/devdocs/usage/", *fronts("/doc/", "stable", "1.25")])


def test_a_switcher_that_is_a_script_file(webkeep, site):
    server = site(scripted("/docs/", ("3.2", "dev", "3.1"), '<script src="UP/_static/versions.js"></script>', ("/docs/3.10/x/",)))
    server.pages |= {f"/docs/{version}/{folder}_static/versions.js": Reply("var all = ['3.2', '3.1', 'dev'];\nload('jquery', \"a.b\");", type="text/javascript")
                     for version in ("3.2", "dev") for folder in ("", "install/")}
    webkeep.crawl(server.url + "/docs/3.2/", "--whole-domain").ok()
    assert kept(webkeep, server) == fronts("/docs/", "3.2")
    assert why(webkeep, server.url + "/docs/dev/usage/")["detail"] == "another version: dev"


def test_read_the_docs_knows_its_versions_and_translations(webkeep, site):
    head = '<meta name="readthedocs-project-slug" content="otter"><meta name="readthedocs-version-slug" content="latest">'
    server = site(scripted("/en/", ("latest", "develop-x"), head, ("/de/latest/install/",)))
    server.pages["/de/latest/install/"] = html("Anleitung", body("de"))
    server.pages["/de/latest/"] = html("Start", body("Start"), ("/de/latest/install/",))
    server.pages["/_/addons/"] = as_json({
        "versions": {"active": [{"slug": name, "urls": {"documentation": f"{server.url}/en/{name}/"}} for name in ("latest", "develop-x")]},
        "projects": {"translations": [{"language": {"code": "de"}, "urls": {"documentation": server.url + "/de/latest/"}}]}})
    webkeep.crawl(server.url + "/en/latest/", "--whole-domain").ok()
    assert kept(webkeep, server) == fronts("/en/", "latest")
    assert why(webkeep, server.url + "/en/develop-x/usage/")["detail"] == "another version: develop-x"
    assert why(webkeep, server.url + "/de/latest/install/")["detail"] == "another language: de"
    asked = [path for path in server.paths() if path.startswith("/_/")]
    assert len(asked) == 1 and "project-slug=otter&version-slug=latest" in asked[0]
    webkeep.crawl(server.url + "/en/latest/", "--whole-domain", "--instruction", "Everything in all languages").ok()
    assert kept(webkeep, server) == sorted(["/de/latest/", "/de/latest/install/", *fronts("/en/", "latest")])


# ---- a parameter that chooses ----

def test_a_parameter_chooses_the_language(webkeep, site):
    """Every page lists itself in all languages, and its own links keep the one that it is in."""
    names, site_of = {"en": "English", "de": "Deutsch", "pt-br": "Português"}, {}
    for name in ("guide", "install", "usage"):
        for code in ("", *names):
            own = f"?hl={code}" if code else ""
            menu = "".join(f'<a href="/{name}?hl={other}">{text}</a>' for other, text in names.items())
            site_of[f"/{name}{own}"] = html(f"{name} {code}", body(name, code), [f"/{other}{own}" for other in ("guide", "install", "usage")]).replace(
                "</main>", f"</main><footer>{menu}</footer>")
    server = site(site_of)
    shown = webkeep.run("plan", server.url + "/guide", "--whole-domain").ok().text
    assert "languages by parameter hl: kept what names none; others en de pt-br\n" in shown
    webkeep.crawl(server.url + "/guide", "--whole-domain").ok()
    assert kept(webkeep, server) == ["/guide", "/install", "/usage"]
    assert why(webkeep, server.url + "/usage?hl=de")["detail"] == "another language: de"
    webkeep.crawl(server.url + "/guide?hl=de", "--whole-domain").ok()
    assert kept(webkeep, server) == ["/guide?hl=de", "/install?hl=de", "/usage?hl=de"]


# ---- what only looks like an edition ----

def test_versions_without_siblings_are_kept(webkeep, site):
    names = ("/v2/a.html", "/v2/b.html", "/releases/1.0/", "/releases/2.0/", "/chapter/1.1/", "/chapter/1.2/", "/it/", "/no/")
    server = site({"/": html("Otter", body("start"), names), **{name: html(name, body(name)) for name in names}})
    webkeep.crawl(server.url + "/").ok()
    assert kept(webkeep, server) == sorted(["/", *names])
