# SPDX-License-Identifier: Apache-2.0
"""Notices that a site sends with status 200 are no pages of an archive: not there, log in, prove to be a person."""
import json
import zipfile

from harness import DONE, PARTIAL
from rude_server import html

WORDS = "Sentences that say something, one after the other. " * 12
NOT_THERE = html("Page not found", "Sorry, the page you are looking for does not exist. Go back to the start page.")
LOG_IN = html("Sign in", '<form><input name="user"><input type="password"><button>Sign in</button></form>')
CHALLENGE = html("Just a moment...", "Verifying you are human. This may take a few seconds, then the page is shown.")
TORN = html("Torn", "Le cafÃ© est prÃªt, dÃ©jÃ\u00a0 servi, Ã\u00a0 table. " * 3)


def site_of(server_of):
    pages = {"/good.html": html("Good", WORDS), "/gone.html": NOT_THERE, "/member.html": LOG_IN, "/guarded.html": CHALLENGE,
             "/torn.html": TORN, "/about-logins.html": html("How to log in", WORDS + "Type your password.")}
    return server_of({"/": html("Start", WORDS, list(pages)), **pages})


def test_notices_are_not_kept(webkeep, site):
    server = site_of(site)
    webkeep.crawl(server.url + "/", "--out", "a.zip").ok(DONE, PARTIAL)
    kept = sorted(url.removeprefix(server.url) for url in webkeep.pages())
    assert kept == ["/", "/about-logins.html", "/good.html", "/torn.html"]
    told = {path: webkeep.run("why", "last", server.url + path, "--json").ok().rows[0]
            for path in ("/gone.html", "/member.html", "/guarded.html")}
    assert (told["/gone.html"]["state"], told["/gone.html"]["reason"]) == ("skipped", "dead link")
    assert (told["/member.html"]["state"], told["/member.html"]["reason"]) == ("skipped", "not a page")
    assert told["/member.html"]["detail"] == "login_wall"
    assert told["/guarded.html"]["state"] == "failed" and "challenge" in told["/guarded.html"]["detail"]


def test_marks_are_shown(webkeep, site):
    server = site_of(site)
    webkeep.crawl(server.url + "/", "--out", "a.zip").ok(DONE, PARTIAL)
    marks = {row["url"].removeprefix(server.url): row["quality"] for row in webkeep.run("pages", "last", "--json").ok().rows}
    assert marks == {"/": [], "/about-logins.html": [], "/good.html": [], "/torn.html": ["mojibake"]}
    manifest = json.loads(zipfile.ZipFile(webkeep.folder / "a.zip").read("manifest.json"))
    assert {page["url"].removeprefix(server.url): page.get("quality") for page in manifest["pages"]}["/torn.html"] == ["mojibake"]


def test_a_guarded_page_can_be_asked_for_again(webkeep, site):
    """A failed one is tried again by `resume --failed`, and kept when it is a page then."""
    server = site_of(site)
    webkeep.crawl(server.url + "/").ok(DONE, PARTIAL)
    server.pages["/guarded.html"] = html("Guarded no more", WORDS)
    webkeep.run("retry", "last").ok(DONE, PARTIAL)
    assert server.url + "/guarded.html" in webkeep.pages()


def test_what_a_crawl_begins_with_is_kept(webkeep, site):
    server = site({"/": LOG_IN})
    webkeep.crawl(server.url + "/").ok(DONE, PARTIAL)
    assert list(webkeep.pages()) == [server.url + "/"]


def test_notices_of_the_world_and_what_only_looks_like_one(webkeep, site):
    """Marks in several languages; pages about such things are kept."""
    notices = {
        "/pt.html": html("Página não encontrada", "Desculpe, a página que você procura não existe ou foi removida."),
        "/ru.html": html("Страница не найдена", "К сожалению, запрашиваемая страница не существует или была удалена."),
        "/ja.html": html("ページが見つかりません", "お探しのページは存在しないか、移動した可能性があります。"),
        "/zh.html": html("登录", '<form>用户名 <input> 密码 <input type="password"></form>没有账号？请先注册，然后再继续访问。'),
        "/ko.html": html("로봇이 아닙니다", "계속하려면 로봇이 아닙니다를 확인하세요. 잠시만 기다려 주십시오."),
        "/privacy.html": html("We value your privacy", "We and our partners store cookies on your device. Reject all? Accept all?"),
    }
    pages = {
        "/status-404.html": html("HTTP 404", "404 状态码表示服务器找不到请求的资源。本页说明如何自定义错误页面。"),
        "/captcha.html": html("Captcha", "Use the score to verify you are human. <pre><code>ready();</code></pre> The key is passed on."),
        "/denied.html": html("Access denied errors", "You don't have permission to access an object when your role has no grant for it."),
        "/cookies.html": html("Cookie consent - Docs", "The component asks for consent: Accept all. <pre><code>use(consent)</code></pre>"),
        "/arabic.html": html("مقدمة", "يشرح هذا الدليل كيفية تثبيت الأداة واستخدامها لأول مرة على جهازك."),
    }
    server = site({"/": html("Start", WORDS, [*notices, *pages]), **notices, **pages})
    webkeep.crawl(server.url + "/", "--out", "a.zip").ok(DONE, PARTIAL)
    assert sorted(url.removeprefix(server.url) for url in webkeep.pages()) == sorted(["/", *pages])
    told = {path: webkeep.run("why", "last", server.url + path, "--json").ok().rows[0] for path in notices}
    assert [told[path]["reason"] for path in ("/pt.html", "/ru.html", "/ja.html")] == ["dead link"] * 3
    assert [told[path]["detail"] for path in ("/zh.html", "/privacy.html")] == ["login_wall", "consent_wall"]
    assert told["/ko.html"]["state"] == "failed" and "challenge" in told["/ko.html"]["detail"]
