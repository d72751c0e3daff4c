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

static void words(void)
{
    CHECK_STR(str_of(quality_word(0)), STR_LIT("thin"));
    CHECK(quality_refusal(QUALITY_THIN | QUALITY_MOJIBAKE) == NULL && quality_refusal(0) == NULL);
    CHECK_STR(str_of(quality_refusal(QUALITY_THIN | QUALITY_LOGIN)), STR_LIT("login_wall"));
}

int main(void)
{
    RUN(each_page);
    RUN(words);
    return check_report();
}
