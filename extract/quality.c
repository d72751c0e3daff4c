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

/* ASCII in lower case, other letters as they usually stand. Languages: en, de, fr, es, it, pt, nl, sv, da, no, pl, cs, tr,
 * ru, ar, ja, zh, ko. */
/* clang-format off */
static const char *const not_found[] = {
    "404", "404 not found", "error 404", "404 error", "page not found", "not found", "404 page not found",
    "that page can't be found", "that page can’t be found", "this page could not be found", "page could not be found",
    "seite nicht gefunden", "nicht gefunden", "fehler 404", "404 fehler", "page introuvable", "page non trouvée", "erreur 404",
    "página no encontrada", "pagina non trovata", "errore 404", "página não encontrada", "erro 404", "pagina niet gevonden",
    "sidan hittades inte", "sidan kunde inte hittas", "siden blev ikke fundet", "siden findes ikke", "siden finnes ikke",
    "nie znaleziono strony", "strona nie została znaleziona", "stránka nenalezena", "sayfa bulunamadı", "Страница не найдена",
    "Ошибка 404", "الصفحة غير موجودة", "ページが見つかりません", "页面未找到", "页面不存在", "找不到页面", "找不到頁面", "找不到網頁",
    "頁面不存在", "페이지를 찾을 수 없습니다"};
static const char *const of_page[] = {
    "page you", "this page", "the page", "that page", "you were looking for", "you are looking for", "requested url", " seite ",
    "cette page", "la page", "esta página", "la página", "questa pagina", "la pagina", "a página", "deze pagina", "de pagina",
    "sidan", "siden", "strona", "stránka", "sayfa", "страниц", "الصفحة", "ページ", "页面", "网页", "頁面", "網頁", "페이지"};
static const char *const gone_words[] = {
    "sorry", "doesn't exist", "does not exist", "doesn’t exist", "not be found", "couldn't find", "couldn’t find", "could not find",
    "can't find", "can’t find", "can't be found", "can’t be found", "nothing was found", "no longer", "been moved", "been removed",
    "was not found", "isn't here", "isn’t here", "existiert nicht", "nicht gefunden", "n'existe", "n’existe", "introuvable",
    "no existe", "no se ha encontrado", "non esiste", "não existe", "não foi encontrada", "bestaat niet", "niet gevonden",
    "finns inte", "findes ikke", "finnes ikke", "nie istnieje", "nie została znaleziona", "neexistuje", "mevcut değil", "bulunamadı",
    "не существует", "не найдена", "غير موجودة", "存在しない", "存在しません", "不存在", "已被删除", "已被移除", "찾을 수 없", "존재하지"};
static const char *const login_words[] = {
    "sign in", "log in", "login", "signin", "anmelden", "einloggen", "anmeldung", "connexion", "se connecter", "iniciar sesión",
    "inicia sesión", "accedi", "acceder", "entrar", "iniciar sessão", "inloggen", "logga in", "log ind", "logg inn", "zaloguj",
    "logowanie", "přihlášení", "giriş yap", "oturum aç", "Вход", "Войти", "تسجيل الدخول", "ログイン", "サインイン", "登录", "登入",
    "로그인"};
static const char *const challenge_titles[] = {
    "just a moment", "attention required", "checking your browser", "access denied", "are you a robot", "robot check",
    "security check", "pardon our interruption", "ddos-guard", "human verification", "one moment, please", "bot verification"};
static const char *const challenge_words[] = {
    "enable javascript and cookies to continue", "enable js and disable any ad blocker", "checking your browser before",
    "verify you are human", "verify that you are human", "verifying you are human", "confirm you are human", "unusual traffic from",
    "complete the security check", "ddos protection by", "press & hold", "you are not a robot", "you're not a robot", "you’re not a robot",
    "i'm not a robot", "and not a robot", "you're not a bot", "you’re not a bot", "performing security verification",
    "solve this captcha", "complete the captcha", "kein roboter", "sie ein mensch sind", "êtes humain", "no soy un robot",
    "eres humano", "você é humano", "sei umano", "u een mens bent", "jesteś człowiekiem", "insan olduğunuz", "вы не робот",
    "вы человек", "人間であることを確認", "是真人", "不是机器人", "不是機器人", "사람인지 확인", "로봇이 아닙니다"};
/* Only below such a title: errors are documented, too. */
static const char *const blocked_words[] = {"you don't have permission to access", "you have been blocked", "unable to access"};
static const char *const consent_titles[] = {
    "before you continue", "bevor sie fortfahren", "avant de continuer", "antes de continuar", "prima di continuare"};
/* These may be about consent: such a page asks for it only where there is something to press. */
static const char *const privacy_titles[] = {"we value your privacy", "your privacy choices", "cookie consent"};
static const char *const answers[] = {"accept all", "reject all", "accept cookies", "i agree", "agree and"};
/* clang-format on */

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

/* Takes the first part off a title: "Oops! Not found | The site". */
static struct str take_part(struct str *title)
{
    static const char *const joints[] = {" | ", " - ", " – ", " — ", " · ", " :: ", " » ", ": ", "! "};
    const char *hit = NULL;
    size_t joint = 0;
    for (size_t k = 0; k < ARRAY_LEN(joints); k++) {
        const char *at = memmem(title->p, title->n, joints[k], strlen(joints[k]));
        if (at && (!hit || at < hit)) {
            hit = at;
            joint = strlen(joints[k]);
        }
    }
    size_t n = hit ? (size_t)(hit - title->p) : title->n;
    struct str part = str_trim(str_head(*title, n));
    *title = str_from(*title, n + joint);
    return part;
}

/* One of the parts of a title is a phrase of the list, a sign behind it apart. */
static bool is_called(struct str title, const char *const *list, size_t n)
{
    while (title.n) {
        struct str part = take_part(&title);
        while (part.n && strchr(".!?…:", part.p[part.n - 1]))
            part.n--;
        for (size_t i = 0; i < n; i++)
            if (str_is(part, list[i]))
                return true;
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
    const char *end = s.n ? s.p + s.n : s.p;
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
    /* What shows code explains such pages. */
    bool shows_code = memchr(text.p, '`', text.n);
    bool short_notice = page->text_bytes < SHORT_BYTES / 2;
    if (HAS(text, challenge_words) && (HAS(title, challenge_titles) || short_notice) && !shows_code)
        marks |= QUALITY_CHALLENGE;
    if (HAS(text, blocked_words) && is_called(title, challenge_titles, ARRAY_LEN(challenge_titles)))
        marks |= QUALITY_CHALLENGE;
    if ((HAS(title, login_words) || HAS(heading, login_words)) && has_password(page->tree))
        marks |= QUALITY_LOGIN;
    bool asks = HAS(title, privacy_titles) || HAS(heading, privacy_titles);
    if (((asks && HAS(text, answers)) || HAS(title, consent_titles) || HAS(heading, consent_titles)) &&
        !shows_code)
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
