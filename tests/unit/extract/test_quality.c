/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that are none, and pages about such things that are. */
#include "extract/extract.h"
#include "extract/quality.h"
#include "tests/check.h"

#define LONG                                                                                            \
    "<p>A paragraph of the page that goes on for a while and says something about its matter. "         \
    "Another sentence follows it, and one more, so that there is text. It explains what the reader "    \
    "came for, with an example and a remark. There is a second remark, too.</p>"
#define LONGER LONG LONG LONG LONG LONG LONG

static const struct {
    const char *html;
    unsigned marks;
} pages[] = {
    {"<title>Guide</title><h1>Guide</h1>" LONG, 0},
    {"<title>x</title>", QUALITY_THIN},
    /* not there */
    {"<title>Page not found | Docs</title><h1>Page not found</h1><p>Sorry, the page you are looking for "
     "does not exist. Go back to the start page or search.</p>",
     QUALITY_SOFT_404},
    {"<title>Docs</title><h1>404</h1><p>We couldn't find the page you were looking for. It may have "
     "moved.</p>",
     QUALITY_SOFT_404},
    {"<title>Seite nicht gefunden</title><h1>Hoppla!</h1><p>Diese Seite existiert nicht (mehr). Bitte "
     "zurück zur Startseite.</p>",
     QUALITY_SOFT_404},
    {"<title>Page introuvable - Doc</title><p>Désolé, la page que vous cherchez n'existe pas ou a été "
     "déplacée.</p>",
     QUALITY_SOFT_404},
    {"<title>Página no encontrada</title><p>Lo sentimos, la página que busca no existe. Vuelva al "
     "inicio, por favor.</p>",
     QUALITY_SOFT_404},
    {"<title>404 Not Found - HTTP reference</title><h1>404 Not Found</h1><p>The status code says that "
     "the server has no representation of the target resource.</p>" LONG,
     0},
    {"<title>Not found exceptions</title><h1>Not found exceptions</h1><p>This page lists exceptions "
     "that are thrown when a key was not found.</p>",
     0},
    {"<title>404 | Errors</title><h1>404</h1>" LONGER
     "<p>Sorry, this page does not exist is what visitors see.</p>",
     0},
    /* log in */
    {"<title>Sign in</title><h1>Sign in</h1><form><input name=user><input type=password><button>Sign "
     "in</button></form><p>Forgot your password? Ask the operator of this site for a new one.</p>",
     QUALITY_LOGIN},
    {"<title>Anmelden - Intranet</title><form>Name <input> Kennwort <input "
     "type=PASSWORD></form><p>Bitte melden Sie sich an, um fortzufahren. Hilfe gibt es beim "
     "Support.</p>",
     QUALITY_LOGIN},
    {"<title>Connexion</title><form><input type=password></form><p>Connectez-vous pour accéder à votre "
     "espace personnel et à vos documents.</p>",
     QUALITY_LOGIN},
    {"<title>Iniciar sesión</title><form><input type=password></form><p>Introduzca su usuario y su "
     "contraseña para acceder a la documentación.</p>",
     QUALITY_LOGIN},
    {"<title>How to log in</title><h1>How to log in</h1>" LONG "<p>Type your password.</p>", 0},
    {"<title>Password fields</title><h1>Password fields</h1><p>An example of the element follows here, "
     "with its attributes.</p><input type=password>",
     0},
    {"<title>Sign in with tokens</title><h1>Sign in with tokens</h1>" LONGER "<input type=password>", 0},
    /* prove to be a person */
    {"<title>Just a moment...</title><h1>docs.example</h1><p>Verifying you are human. This may take a "
     "few seconds. docs.example needs to review the security of your connection.</p>",
     QUALITY_CHALLENGE},
    {"<title>Attention Required! | Shield</title><h1>Please complete the security check to access "
     "docs.example</h1><p>Why do I have to complete this? It proves you are human.</p>",
     QUALITY_CHALLENGE},
    {"<title>Robot check</title><p>Our systems have detected unusual traffic from your network. Please "
     "solve this captcha to go on.</p>",
     QUALITY_CHALLENGE},
    {"<title>Bitte warten</title><p>Bitte bestätigen Sie, dass Sie kein Roboter sind, um zur Seite zu "
     "gelangen. Danke.</p>",
     QUALITY_CHALLENGE},
    {"<title>Captchas</title><h1>Captchas</h1><p>Some sites ask you to verify you are human.</p>" LONGER,
     0},
    {"<title>Access denied errors</title><h1>Access denied errors</h1>" LONG, 0},
    /* consent */
    {"<title>Before you continue</title><h1>Before you continue</h1><p>We use cookies and data to "
     "deliver and maintain our services. Accept all? Reject all?</p>",
     QUALITY_CONSENT},
    /* other languages */
    {"<title>Página não encontrada</title><p>Desculpe, a página que você procura não existe ou foi "
     "removida.</p>",
     QUALITY_SOFT_404},
    {"<title>Pagina niet gevonden</title><p>Sorry, de pagina die u zoekt bestaat helaas niet (meer) op "
     "deze plek. Ga "
     "terug.</p>",
     QUALITY_SOFT_404},
    {"<title>Страница не найдена</title><p>К сожалению, запрашиваемая страница не существует или была "
     "удалена.</p>",
     QUALITY_SOFT_404},
    {"<title>ページが見つかりません</title><p>お探しのページは存在しないか、移動した可能性があります。</"
     "p>",
     QUALITY_SOFT_404},
    {"<title>页面未找到</title><h1>404</h1><p>抱歉，您访问的页面不存在或已被删除。请返回首页继续浏览。</"
     "p>",
     QUALITY_SOFT_404},
    {"<title>404</title><p>عذراً، الصفحة التي تبحث عنها غير موجودة أو تم نقلها.</p>", QUALITY_SOFT_404},
    {"<title>Oops! That page can’t be found. – Blog</title><h1>Oops! That page can’t be "
     "found.</h1><p>It looks like nothing was found at this "
     "location.</p>",
     QUALITY_SOFT_404},
    {"<title>エラー 404 "
     "とは</title><p>ページが見つからない場合にサーバーが返すコードです。原因と対処方法を説明します。</"
     "p>",
     0},
    {"<title>HTTP 404</title><h1>404 状态码</h1><p>404 "
     "状态码表示服务器找不到请求的资源。本页说明如何自定义错误页面。</p>",
     0},
    {"<title>登录</title><form>用户名 <input> 密码 <input "
     "type=password></form><p>没有账号？请先注册，然后再继续访问。</p>",
     QUALITY_LOGIN},
    {"<title>Zaloguj się</title><form>E-mail <input> Hasło <input type=password></form><p>Nie pamiętasz "
     "hasła? Napisz do nas, a my podamy nowe.</p>",
     QUALITY_LOGIN},
    {"<title>请稍候…</title><p>正在验证您是否是真人。这可能需要几秒钟时间。谢谢您的耐心。</p>",
     QUALITY_CHALLENGE},
    {"<title>Nur einen Moment…</title><p>Es wird überprüft, ob Sie ein Mensch sind. Das kann "
     "dauern.</p>",
     QUALITY_CHALLENGE},
    {"<title>Access Denied</title><h1>Access Denied</h1>You don't have permission to access this on "
     "this server. Reference 18.2d",
     QUALITY_CHALLENGE},
    /* about such things */
    {"<title>Access denied errors</title><p>You don't have permission to access an object when your "
     "role has no grant for it.</p>",
     0},
    {"<title>robots.txt</title><p>A file that tells a robot what it may read. A browser is not a robot. "
     "Rules have agents.</p>",
     0},
    {"<title>Captcha</title><p>Use the score to verify you are human. The key is passed to the "
     "script.</p><pre><code>ready();</code></pre>",
     0},
    {"<title>Cookie consent - Docs</title><p>The component shows a banner that asks for consent, with "
     "an Accept all.</p><pre><code>use(x)</code></pre>",
     0},
    {"<title>Your privacy choices</title><p>In the settings you find what is stored about you, and how "
     "to remove it again.</p>",
     0},
    {"<title>We value your privacy</title><p>We and our partners store cookies on your device. Reject "
     "all? Accept all?</p>",
     QUALITY_CONSENT},
    {"<title>main.c</title><pre><code>int main(void)\n{\n    return 0; /* that is all the program has "
     "to say */\n}</code></pre>",
     0},
    {"<title>安装</title><p>使用包管理器安装本软件，然后运行初始化命令即可开始使用。</p>", 0},
    {"<title>مقدمة</title><p>يشرح هذا الدليل كيفية تثبيت الأداة واستخدامها لأول مرة على جهازك.</p>", 0},
    {"<title>Values</title><table><tr><th>Name<th>Value<tr><td>key one<td>value one<tr><td>key "
     "two<td>value two<tr><td>key three<td>value three<tr><td>key four<td>value four</table>",
     0},
    /* damaged */
    {"<title>Caf\xC3\x83\xC2\xA9</title><p>Le caf\xC3\x83\xC2\xA9 est pr\xC3\x83\xC2\xAAt, "
     "d\xC3\x83\xC2\xA9j\xC3\x83\xC2\xA0 servi \xC3\x83\xC2\xA0 table, et il est bon pour tout le "
     "monde.</p>",
     QUALITY_MOJIBAKE},
    {"<title>Bytes</title><p>Some bytes \xFF\xFE\xFA\xFB are of no charset at all, and they stand in a "
     "short text, so it is damaged for its readers.</p>",
     QUALITY_MOJIBAKE},
    {"<title>S\xC3\xA3o Paulo</title><p>A cidade de S\xC3\xA3o Paulo n\xC3\xA3o \xC3\xA9 a capital do "
     "pa\xC3\xADs, mas a sua maior cidade, e \xC3\xA9 conhecida no mundo.</p>",
     0},
};

static void each_page(void)
{
    const struct html_limits limits = {.memory_bytes = 64u << 20,
                                       .nodes = 1u << 20,
                                       .depth = 512,
                                       .attrs = 256,
                                       .page_attrs = 1u << 20};
    struct extractor *x = extractor_create(HTML_ENGINE_BUILTIN, &limits);
    struct arena arena;
    NEED(x);
    arena_init(&arena, 16u << 20, 4096);
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        struct doc doc;
        struct buf body;
        buf_init(&body, 1 << 20);
        buf_puts(&body, "<!doctype html><meta charset=utf-8>");
        buf_puts(&body, pages[i].html);
        NEED(buf_terminate(&body));
        const struct extract_options options = {.url = STR_LIT("https://h.example/a"),
                                                .content_type = STR_LIT("text/html; charset=utf-8"),
                                                .want = EXTRACT_MARKDOWN,
                                                .max_links = 100,
                                                .max_markdown_bytes = 1 << 20};
        NEED(extract_document(x, &options, buf_str(&body), &arena, &doc) == OK);
        if (doc.quality != pages[i].marks)
            fprintf(stderr, "page %zu: %s\n", i, pages[i].html);
        CHECK_INT(doc.quality, pages[i].marks);
        buf_fini(&body);
        arena_reset(&arena, 4096);
    }
    arena_fini(&arena);
    extractor_destroy(x);
}

/* Markdown that was cut is none. */
static void no_markdown(void)
{
    const struct quality_page page = {.text_bytes = 100, .title = STR_LIT("a"), .code_share = 1000};
    CHECK_INT(quality_read(&page), QUALITY_TEXT_LOST);
}

static void words(void)
{
    CHECK_STR(str_of(quality_word(0)), STR_LIT("thin"));
    CHECK(quality_refusal(QUALITY_THIN | QUALITY_MOJIBAKE) == NULL && quality_refusal(0) == NULL);
    CHECK_STR(str_of(quality_refusal(QUALITY_THIN | QUALITY_LOGIN)), STR_LIT("login_wall"));
}

int main(void)
{
    RUN(each_page);
    RUN(no_markdown);
    RUN(words);
    return check_report();
}
