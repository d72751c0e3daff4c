/* SPDX-License-Identifier: Apache-2.0 */
/* quality.c: phrases against title, first heading and text of short pages, and double encodings in all of them. */
#include "extract/quality.h"

#include "extract/attr.h"

#include <string.h>

enum {
    THIN_BYTES = 60,
    TEXT_LEAST = 800,       /* thousandths */
    SHORT_BYTES = 1500,     /* a page that is nothing but a notice */
    LOOKED_AT_BYTES = 4000, /* of the Markdown */
    MOJIBAKE_LEAST = 3,
    MOJIBAKE_SHARE = 400 /* one in so many bytes */
};

/* Lower case, in UTF-8; English, German, French, Spanish, Italian. */
static const char *const not_found[] = {"404",
                                        "404 not found",
                                        "error 404",
                                        "404 error",
                                        "page not found",
                                        "not found",
                                        "404 page not found",
                                        "seite nicht gefunden",
                                        "nicht gefunden",
                                        "page introuvable",
                                        "page non trouvée",
                                        "página no encontrada",
                                        "pagina non trovata",
                                        "404 - page not found",
                                        "404: page not found"};
static const char *const of_page[] = {"page you",    "this page", "the page",      "that page",
                                      "diese seite", "die seite", "cette page",    "la page",
                                      "esta página", "la página", "questa pagina", "la pagina"};
static const char *const gone_words[] = {
    "sorry",         "doesn't exist",   "does not exist",      "doesn’t exist", "not be found",
    "couldn't find", "couldn’t find",   "can't find",          "can’t find",    "no longer",
    "been moved",    "existiert nicht", "nicht gefunden",      "n'existe",      "n’existe",
    "introuvable",   "no existe",       "no se ha encontrado", "non esiste",    "been removed",
    "was not found", "isn't here",      "isn’t here"};
static const char *const login_words[] = {
    "sign in",   "log in",       "login",          "signin",        "anmelden", "einloggen", "anmeldung",
    "connexion", "se connecter", "iniciar sesión", "inicia sesión", "accedi",   "acceder"};
static const char *const challenge_titles[] = {
    "just a moment",   "attention required", "checking your browser", "access denied",
    "are you a robot", "robot check",        "security check",        "pardon our interruption",
    "ddos-guard",      "human verification", "one moment, please",    "bot verification"};
static const char *const challenge_words[] = {"enable javascript and cookies to continue",
                                              "checking your browser before",
                                              "verify you are human",
                                              "verify that you are human",
                                              "verifying you are human",
                                              "confirm you are human",
                                              "unusual traffic from",
                                              "complete the security check",
                                              "ddos protection by",
                                              "press & hold",
                                              "not a robot",
                                              "kein roboter",
                                              "êtes humain",
                                              "no soy un robot",
                                              "eres humano",
                                              "performing security verification",
                                              "solve this captcha",
                                              "complete the captcha"};
static const char *const consent_titles[] = {
    "before you continue",   "bevor sie fortfahren", "avant de continuer",   "antes de continuar",
    "we value your privacy", "prima di continuare",  "your privacy choices", "cookie consent"};

#define HAS(text, list) has_any(text, list, ARRAY_LEN(list))

static bool has_any(struct str text, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text.n && memmem(text.p, text.n, list[i], strlen(list[i])))
            return true;
    return false;
}

/* ASCII letters in lower case, into room for n bytes. */
static struct str lower(struct str s, char *to, size_t n)
{
    n = s.n < n ? s.n : n;
    for (size_t i = 0; i < n; i++)
        to[i] = ascii_lower(s.p[i]);
    return str_make(to, n);
}

/* One of the parts of a title ("Not found | The site") is the phrase, a sign behind it apart. */
static bool is_called(struct str title, const char *const *list, size_t n)
{
    static const char *const joints[] = {" | ", " - ", " – ", " — ", " · ", " :: ", " » ", ": "};
    for (size_t i = 0; i < n; i++) {
        struct str rest = title, phrase = str_of(list[i]);
        for (;;) {
            const char *hit = NULL;
            size_t joint = 0;
            for (size_t k = 0; k < ARRAY_LEN(joints); k++) {
                const char *at = rest.n ? memmem(rest.p, rest.n, joints[k], strlen(joints[k])) : NULL;
                if (at && (!hit || at < hit)) {
                    hit = at;
                    joint = strlen(joints[k]);
                }
            }
            struct str part = str_trim(hit ? str_head(rest, (size_t)(hit - rest.p)) : rest);
            while (part.n && strchr(".!?…:", part.p[part.n - 1]))
                part.n--;
            if (str_eq(part, phrase))
                return true;
            if (!hit)
                break;
            rest = str_from(rest, (size_t)(hit - rest.p) + joint);
        }
    }
    return false;
}

/* The first heading of the Markdown; empty when it has none. */
static struct str first_heading(struct str markdown)
{
    while (markdown.n) {
        size_t end = str_find(markdown, '\n');
        struct str line = str_trim(str_head(markdown, end));
        markdown = str_from(markdown, end + 1);
        size_t level = 0;
        while (level < line.n && line.p[level] == '#')
            level++;
        if (level && level < line.n && line.p[level] == ' ')
            return str_trim(str_from(line, level));
    }
    return STR_LIT("");
}

/* A form asks for a password. Only asked of short pages. */
static bool has_password(const struct html_tree *tree)
{
    for (uint32_t node = 1; tree && node < tree->n_nodes; node++)
        if (html_is(tree, node, N_INPUT) && tree->nodes[node].attrs &&
            str_eq_nocase(html_attr(tree, node, N_TYPE), STR_LIT("password")))
            return true;
    return false;
}

/* UTF-8 that was read as a single-byte charset and written as UTF-8 again: "Ã©" for é, "â€™" for ’. */
static size_t double_encoded(struct str s)
{
    size_t n = 0;
    const char *end = s.p + s.n;
    for (const char *p = s.n ? memchr(s.p, 0xC3, s.n) : NULL; p;
         p = end - p > 1 ? memchr(p + 1, 0xC3, (size_t)(end - p - 1)) : NULL) {
        size_t left = (size_t)(end - p);
        n += (left >= 3 && memcmp(p, "\xC3\x83\xC2", 3) == 0) ||
             (left >= 5 && memcmp(p, "\xC3\xA2\xE2\x82\xAC", 5) == 0);
    }
    return n;
}

static unsigned marks_of_notice(const struct quality_page *page)
{
    char title_bytes[300], text_bytes[LOOKED_AT_BYTES], heading_bytes[300];
    struct str title = lower(page->title, title_bytes, sizeof title_bytes);
    struct str text = lower(page->markdown, text_bytes, sizeof text_bytes);
    struct str heading = lower(first_heading(page->markdown), heading_bytes, sizeof heading_bytes);
    unsigned marks = 0;
    bool called = is_called(title, not_found, ARRAY_LEN(not_found)) ||
                  is_called(heading, not_found, ARRAY_LEN(not_found));
    if (called && HAS(text, of_page) && HAS(text, gone_words))
        marks |= QUALITY_SOFT_404;
    if (HAS(text, challenge_words) &&
        (HAS(title, challenge_titles) || page->text_bytes < SHORT_BYTES / 2))
        marks |= QUALITY_CHALLENGE;
    if ((HAS(title, login_words) || HAS(heading, login_words)) && has_password(page->tree))
        marks |= QUALITY_LOGIN;
    if (HAS(title, consent_titles) || HAS(heading, consent_titles))
        marks |= QUALITY_CONSENT;
    return marks;
}

unsigned quality_read(const struct quality_page *page)
{
    unsigned marks = page->text_bytes < THIN_BYTES ? QUALITY_THIN : 0;
    size_t damaged = page->replaced + double_encoded(page->markdown);
    if (damaged >= MOJIBAKE_LEAST && damaged * MOJIBAKE_SHARE > page->text_bytes)
        marks |= QUALITY_MOJIBAKE;
    if (page->text_share < TEXT_LEAST && page->text_bytes >= THIN_BYTES)
        marks |= QUALITY_TEXT_LOST;
    if (page->code_share < 1000)
        marks |= QUALITY_CODE_LOST;
    if (page->tree && page->text_bytes <= SHORT_BYTES)
        marks |= marks_of_notice(page);
    return marks;
}

const char *quality_word(unsigned place)
{
    static const char *const words[] = {
#define X(mark, word, refused) word,
        QUALITY_TABLE(X)
#undef X
    };
    return words[place];
}

const char *quality_refusal(unsigned marks)
{
#define X(mark, word, refused)                                                                          \
    if (refused && (marks & mark))                                                                      \
        return word;
    QUALITY_TABLE(X)
#undef X
    return NULL;
}
