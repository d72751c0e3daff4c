/* SPDX-License-Identifier: Apache-2.0 */
/* content_words.c: the two tables. Words are whole words of a name: it is parted at what is no letter and
 * where a capital follows a small letter ("siteHeader"); the parts joined are looked up too. Words stand here
 * that many sites use, in the languages that their authors name things in. */
#include "extract/content_words.h"

#include "base/must.h"

enum { WORD_MAX = 24, CUE_MAX_BYTES = 120 };

/* clang-format off */
#define NAME_WORDS(X) \
    X(NAV, "nav navbar navbars navigation navi menu menus submenu menubar menuitem topnav subnav sidenav leftnav " \
           "mainnav sitenav megamenu mega dropdown dropdowns flyout hamburger burger navlink navlinks globalnav " \
           "skip skiplink skipnav navlist navitem sitemap switcher") \
    X(HEADER, "header masthead topbar siteheader pageheader branding logo brand headerbar toolbar") \
    X(FOOTER, "footer colophon foot contentinfo siteinfo pagefooter sitefooter postfooter articlefooter bottom") \
    X(SIDE, "sidebar sidebars aside rail side complementary widget widgets widgettitle rightcol leftcol rightbar " \
            "leftbar sidecolumn secondary tertiary textwidget sidecol sticky") \
    X(COMMENT, "comment comments commentlist commentform disqus respond replies trackback trackbacks pingback " \
               "kommentar kommentare commentaires commentaire comentarios usercomments livefyre fbcomments " \
               "commentary commentbox") \
    X(SHARE, "share sharing shares sharedaddy social socials addthis addtoany sharethis follow facebook twitter " \
             "whatsapp linkedin pinterest instagram rss socialshare sharebar sharebuttons shareaholic jp sharer " \
             "socialmedia socialmediaicons youtube telegram mastodon bluesky") \
    X(RELATED, "related recommended recommendation recommendations recommend similar popular trending recirc " \
               "recirculation suggested suggestions outbrain taboola upsell upsells crosssell readmore mostread " \
               "latest recent relatedposts relatedarticles seealso nextup readnext morelike ymal teasers " \
               "mehr verwandt weitere promoted crp yarpp relatedcontent jprelatedposts spotlight explore") \
    X(ADVERT, "ad ads adv advert adverts advertisement advertising sponsored sponsor adsense dfp adslot anzeige " \
              "anzeigen werbung publicidad adcontainer adwrapper affiliate pub promobox partner partners adunit") \
    X(CONSENT, "cookie cookies consent gdpr privacy onetrust ot cmp ccpa tcf cookiebar fides didomi usercentrics " \
               "cookielaw sp cookieconsent cky cmplz borlabs") \
    X(POPUP, "modal modals popup popups overlay popover lightbox dialog toast tooltip offcanvas drawer " \
             "interstitial alert alerts notification notifications notice") \
    X(PROMO, "promo promos promotion promotions cta ctas newsletter newsletters subscribe subscription signup " \
             "optin mailchimp donate donation campaign paywall membership register registration offer offers " \
             "deals deal teaser hubspot leadgen calltoaction announcement") \
    X(META, "meta byline bylines author authors date dates dateline datetime time timestamp published publish posted " \
            "postmeta entrymeta updated metadata info credits credit source kicker eyebrow category categories " \
            "readtime autor datum pubdate postinfo postdate writer writtenby by articlemeta") \
    X(BIO, "bio biography authorbox profile authorbio gravatar aboutauthor vcard contributor contributors") \
    X(CRUMB, "breadcrumb breadcrumbs crumbs crumb breadcrump") \
    X(PAGER, "pagination pager paginator pagenav pagenavi paging previous prev next pagenumbers nextprev postnav " \
             "adjacent pageination") \
    X(TOC, "toc tocs toctree tableofcontents contents outline jumplinks onthispage anchors") \
    X(TAGS, "tag tags tagcloud taglist taxonomy taxonomies topics keywords hashtags terms labels") \
    X(UI, "button buttons btn btns action actions tools tool control controls icon icons toggle input " \
          "print printer close clipboard copy vote votes voting flag bookmark save edit editsection dropdown") \
    X(HIDE, "hidden hide invisible sronly sr visually screen visuallyhidden offscreen collapsed noprint " \
            "noscript") \
    X(LEGAL, "copyright legal disclaimer disclaimers disclosure terms license licence imprint impressum") \
    X(LOGIN, "login signin account logout auth loginform myaccount password") \
    X(SEARCH, "search searchform searchbox searchbar suche typeahead autocomplete") \
    X(FILTER, "filter filters facet facets sort refine sorting refinement swatch swatches variant variants " \
              "sortby option options selector picker") \
    X(REVIEW, "review reviews rating ratings testimonial testimonials stars star feedback") \
    X(PRICE, "price prices pricing cart basket checkout buy stock addtocart quantity qty wishlist shipping " \
             "delivery availability") \
    X(ARTICLE, "article articles story post entry hentry blogpost news singlepost artikel articulo blog " \
               "newsarticle storyline articlecontent posts single") \
    X(BODY, "body text copy prose rich richtext wysiwyg markdown paragraph paragraphs articlebody storybody " \
            "entrycontent postcontent rte description desc bodytext postbody textblock longform articletext " \
            "storytext bodycopy field formatted typography texte inhalt haupttext contenido corps blurb") \
    X(MAIN, "main content page primary maincontent container pagecontent contentarea contentmain") \
    X(PRODUCT, "product products pdp productdetail productdetails productinfo sku shop store item") \
    X(ITEM, "items card cards tile tiles grid list listing listings result results row rows feed collection " \
            "catalog cell loop column cols plp masonry stream entries category collections categories search") \
    X(THREAD, "question answer answers thread topic message messages reply forum discussion conversation " \
              "postcontent qa cooked postlist posttext messagetext postmessage threads questions topics t forums " \
              "community comments") \
    X(MEDIA, "gallery slider carousel slideshow swiper slick video image images figure photo photos media " \
             "thumbnail thumbnails thumb player slide slides img picture embed podcast") \
    X(CAPTION, "caption captions figcaption legend imagecaption") \
    X(TITLE, "title headline heading pagetitle posttitle entrytitle subject headings") \
    X(LEAD, "lead intro introduction lede dek deck standfirst summary excerpt subhead abstract subtitle " \
            "subheadline chapo vorspann teasertext sell tldr takeaways highlights") \
    X(PANEL, "accordion accordions tab tabs tabpanel faq faqs collapse panel panels collapsible expandable " \
             "tablist details accordeon") \
    X(USER, "user username member avatar poster userinfo members userdetails signature") \
    X(HERO, "hero banner jumbotron billboard splash marquee cover") \
    X(SPECS, "specification specifications specs features feature ingredients ingredient benefits attributes " \
             "instructions recipe nutrition requirements")
/* clang-format on */

struct group {
    enum content_name name;
    struct str words;
};

static const struct group groups[] = {
#define X(name, words) {NAME_##name, {words, sizeof(words) - 1}},
    NAME_WORDS(X)
#undef X
};

/* ---- names ---- */

static size_t slot_of(struct str word)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < word.n; i++)
        hash = (hash ^ (unsigned char)word.p[i]) * 16777619u;
    return (hash ^ hash >> 15) & (CONTENT_WORD_SLOTS - 1);
}

static void add_word(struct content_words *w, struct str word, enum content_name name)
{
    size_t i = slot_of(word);
    while (w->slots[i].word.n && !str_eq(w->slots[i].word, word))
        i = (i + 1) & (CONTENT_WORD_SLOTS - 1);
    w->slots[i].word = word;
    w->slots[i].names |= 1ull << name;
}

void content_words_init(struct content_words *words)
{
    memset(words, 0, sizeof *words);
    for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
        struct str list = groups[g].words;
        while (list.n) {
            size_t end = str_find(list, ' ');
            add_word(words, str_head(list, end), groups[g].name);
            list = str_from(list, end + 1);
        }
    }
}

static uint64_t find_word(const struct content_words *w, struct str word)
{
    for (size_t i = slot_of(word); w->slots[i].word.n; i = (i + 1) & (CONTENT_WORD_SLOTS - 1))
        if (str_eq(w->slots[i].word, word))
            return w->slots[i].names;
    return 0;
}

/* "has-sidebar" and "no-nav" speak of the page, not of the element. */
static bool is_about(struct str word)
{
    static const char *const words[] = {"has", "no", "with", "without", "is", "not"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(word, words[i]))
            return true;
    return false;
}

/* "tag-apple category-fruit" tells what an article is about. */
#define ONLY_LAST (1ull << NAME_TAGS | 1ull << NAME_META)

/* One class: its words, and all of them joined. */
static uint64_t names_of_token(const struct content_words *w, struct str token)
{
    char joined[WORD_MAX];
    size_t n = 0, from = 0, total = 0;
    uint64_t names = 0, last = 0;
    for (size_t i = 0; i <= token.n; i++) {
        bool letter = i < token.n && ascii_is_alpha(token.p[i]);
        bool hump = letter && i && token.p[i] <= 'Z' && token.p[i - 1] >= 'a' && token.p[i - 1] <= 'z';
        if ((!letter || hump) && n > from) {
            struct str word = str_make(joined + from, n - from);
            if (from == 0 && i < token.n && is_about(word))
                return 0;
            names |= last & ~ONLY_LAST;
            last = find_word(w, word);
            from = n;
        }
        if (letter) {
            total++;
            if (n < sizeof joined)
                joined[n++] = ascii_lower(token.p[i]);
        }
    }
    names |= last;
    if (total <= sizeof joined)
        names |= find_word(w, str_make(joined, n));
    return names;
}

uint64_t content_names_of(const struct content_words *words, struct str value)
{
    uint64_t names = 0;
    for (size_t i = 0; i < value.n;) {
        while (i < value.n && ascii_is_space(value.p[i]))
            i++;
        size_t from = i;
        bool variant = false; /* "md:hidden" */
        while (i < value.n && !ascii_is_space(value.p[i]))
            variant |= value.p[i++] == ':';
        if (i > from && !variant)
            names |= names_of_token(words, str_make(value.p + from, i - from));
    }
    return names;
}

/* ---- cues ---- */

/* A text that ends in '*' is a stem: what follows may be a letter. */
struct cue {
    enum content_cue cue;
    struct str text;
};

/* clang-format off */
#define C(cue, text) {CUE_##cue, {text, sizeof(text) - 1}},
static const struct cue cues[] = {
    C(RELATED, "related") C(RELATED, "you may also") C(RELATED, "you might also") C(RELATED, "you might like")
    C(RELATED, "you may like") C(RELATED, "more from") C(RELATED, "more on") C(RELATED, "more in")
    C(RELATED, "more about") C(RELATED, "more stories") C(RELATED, "more articles") C(RELATED, "more like")
    C(RELATED, "more posts") C(RELATED, "more news") C(RELATED, "more to") C(RELATED, "read next")
    C(RELATED, "recommended") C(RELATED, "see also") C(RELATED, "also read") C(RELATED, "read also")
    C(RELATED, "read more:") C(RELATED, "most popular") C(RELATED, "most read") C(RELATED, "most viewed")
    C(RELATED, "trending") C(RELATED, "latest") C(RELATED, "popular") C(RELATED, "similar")
    C(RELATED, "what to read") C(RELATED, "don't miss") C(RELATED, "don\xe2\x80\x99t miss") C(RELATED, "up next")
    C(RELATED, "keep reading") C(RELATED, "next article") C(RELATED, "next post") C(RELATED, "previous article")
    C(RELATED, "previous post") C(RELATED, "recent posts") C(RELATED, "recent articles") C(RELATED, "recently viewed")
    C(RELATED, "top stories") C(RELATED, "editor's picks") C(RELATED, "featured") C(RELATED, "other articles")
    C(RELATED, "customers also") C(RELATED, "frequently bought") C(RELATED, "people also") C(RELATED, "explore more")
    C(RELATED, "further reading") C(RELATED, "in this section") C(RELATED, "discover more") C(RELATED, "watch next")
    C(RELATED, "related content") C(RELATED, "complete the look") C(RELATED, "pairs well") C(RELATED, "we recommend")
    C(RELATED, "mehr zum thema") C(RELATED, "lesen sie auch") C(RELATED, "auch interessant") C(RELATED, "mehr von")
    C(RELATED, "das k\xc3\xb6nnte") C(RELATED, "weitere") C(RELATED, "\xc3\xa4hnliche") C(RELATED, "mehr aus")
    C(RELATED, "meistgelesen") C(RELATED, "neueste") C(RELATED, "empfehlung*") C(RELATED, "passend dazu")
    C(RELATED, "lesetipp") C(RELATED, "mehr dazu") C(RELATED, "zum thema") C(RELATED, "auch spannend")
    C(RELATED, "verwandte") C(RELATED, "vorheriger") C(RELATED, "n\xc3\xa4" "chster") C(RELATED, "beliebte")
    C(RELATED, "\xc3\xa0 lire") C(RELATED, "lire aussi") C(RELATED, "sur le m\xc3\xaame") C(RELATED, "articles similaires")
    C(RELATED, "dans la m\xc3\xaame") C(RELATED, "les plus lus") C(RELATED, "voir aussi") C(RELATED, "plus de")
    C(RELATED, "te puede") C(RELATED, "tambi\xc3\xa9n") C(RELATED, "lo m\xc3\xa1s") C(RELATED, "relacionad*")
    C(RELATED, "noticias relacionadas") C(RELATED, "m\xc3\xa1s sobre") C(RELATED, "leia tamb\xc3\xa9m") C(RELATED, "veja tamb\xc3\xa9m")
    C(RELATED, "leggi anche") C(RELATED, "potrebbe interessarti") C(RELATED, "articoli correlati") C(RELATED, "lees ook")
    C(RELATED, "zobacz tak\xc5\xbc") C(RELATED, "czytaj tak\xc5\xbc") C(RELATED, "polecamy") C(RELATED, "l\xc3\xa4s mer")
    C(RELATED, "l\xc3\xa6s ogs\xc3\xa5") C(RELATED, "les ogs\xc3\xa5") C(RELATED, "\xd1\x87\xd0\xb8\xd1\x82\xd0\xb0\xd0\xb9\xd1\x82\xd0\xb5 \xd1\x82\xd0\xb0\xd0\xba\xd0\xb6\xd0\xb5")
    C(RELATED, "\xe7\x9b\xb8\xe5\x85\xb3") C(RELATED, "\xe7\x9b\xb8\xe9\x97\x9c") C(RELATED, "\xe9\x96\xa2\xe9\x80\xa3") C(RELATED, "\xe6\x8e\xa8\xe8\x8d\x90")
    C(COMMENT, "comment") C(COMMENT, "comments") C(COMMENT, "leave a") C(COMMENT, "post a comment")
    C(COMMENT, "join the discussion") C(COMMENT, "join the conversation") C(COMMENT, "add a comment") C(COMMENT, "add your comment")
    C(COMMENT, "your email address") C(COMMENT, "reader interactions") C(COMMENT, "responses") C(COMMENT, "what do you think")
    C(COMMENT, "cancel reply") C(COMMENT, "write a comment") C(COMMENT, "no comments") C(COMMENT, "show comments")
    C(COMMENT, "view comments") C(COMMENT, "kommentar") C(COMMENT, "kommentare") C(COMMENT, "schreibe einen")
    C(COMMENT, "schreib einen") C(COMMENT, "deine e-mail") C(COMMENT, "commentaire") C(COMMENT, "commentaires")
    C(COMMENT, "laisser un") C(COMMENT, "comentario") C(COMMENT, "comentarios") C(COMMENT, "deja un")
    C(COMMENT, "coment\xc3\xa1rios") C(COMMENT, "commenti") C(COMMENT, "lascia un") C(COMMENT, "reacties")
    C(COMMENT, "thoughts on") C(COMMENT, "antwort abbrechen") C(COMMENT, "dodaj komentarz") C(COMMENT, "komentarze")
    C(SHARE, "share") C(SHARE, "tweet") C(SHARE, "teilen") C(SHARE, "partager") C(SHARE, "compartir")
    C(SHARE, "compartilhar") C(SHARE, "condividi") C(SHARE, "follow us") C(SHARE, "follow") C(SHARE, "email")
    C(SHARE, "e-mail") C(SHARE, "print") C(SHARE, "facebook") C(SHARE, "twitter") C(SHARE, "linkedin")
    C(SHARE, "whatsapp") C(SHARE, "pinterest") C(SHARE, "copy link") C(SHARE, "drucken") C(SHARE, "folgen")
    C(SHARE, "folge uns") C(SHARE, "like this") C(SHARE, "reddit") C(SHARE, "telegram") C(SHARE, "instagram")
    C(SHARE, "link copied") C(SHARE, "pocket") C(SHARE, "merken") C(SHARE, "auf facebook") C(SHARE, "youtube")
    C(SUBSCRIBE, "subscribe") C(SUBSCRIBE, "newsletter") C(SUBSCRIBE, "sign up") C(SUBSCRIBE, "get the latest")
    C(SUBSCRIBE, "abonn*") C(SUBSCRIBE, "stay up to date") C(SUBSCRIBE, "stay in touch") C(SUBSCRIBE, "join our")
    C(SUBSCRIBE, "get our") C(SUBSCRIBE, "enter your email") C(SUBSCRIBE, "thank you for subscribing") C(SUBSCRIBE, "become a")
    C(SUBSCRIBE, "support us") C(SUBSCRIBE, "donate") C(SUBSCRIBE, "unser newsletter") C(SUBSCRIBE, "suscr*")
    C(SUBSCRIBE, "inscr*") C(SUBSCRIBE, "stay connected") C(SUBSCRIBE, "get updates") C(SUBSCRIBE, "jetzt")
    C(SUBSCRIBE, "unterst\xc3\xbctze") C(SUBSCRIBE, "stay informed") C(SUBSCRIBE, "be the first") C(SUBSCRIBE, "thanks for")
    C(LEGAL, "\xc2\xa9") C(LEGAL, "copyright") C(LEGAL, "all rights reserved") C(LEGAL, "privacy")
    C(LEGAL, "terms of") C(LEGAL, "terms &") C(LEGAL, "terms and") C(LEGAL, "alle rechte") C(LEGAL, "impressum")
    C(LEGAL, "datenschutz") C(LEGAL, "mentions l\xc3\xa9gales") C(LEGAL, "disclaimer") C(LEGAL, "disclosure")
    C(LEGAL, "affiliate") C(LEGAL, "this site uses") C(LEGAL, "this website uses") C(LEGAL, "we may earn")
    C(LEGAL, "(c)") C(LEGAL, "powered by") C(LEGAL, "this site is protected") C(LEGAL, "agb") C(LEGAL, "as an amazon")
    C(COOKIE, "we use cookies") C(COOKIE, "cookie") C(COOKIE, "cookies") C(COOKIE, "wir verwenden") C(COOKIE, "accept")
    C(COOKIE, "manage consent") C(COOKIE, "diese website") C(COOKIE, "nous utilisons") C(COOKIE, "functional")
    C(META, "by") C(META, "published") C(META, "updated") C(META, "posted") C(META, "last updated")
    C(META, "written by") C(META, "von") C(META, "autor") C(META, "autorin") C(META, "author")
    C(META, "ver\xc3\xb6" "ffentlicht") C(META, "par") C(META, "por") C(META, "publi\xc3\xa9") C(META, "publicado")
    C(META, "date") C(META, "aktualisiert") C(META, "stand:") C(META, "reviewed by") C(META, "medically reviewed")
    C(META, "fact checked") C(META, "edited by") C(META, "last modified") C(META, "erstellt") C(META, "created")
    C(META, "reading time") C(META, "lesezeit") C(META, "datum") C(META, "di") C(META, "door") C(META, "text:")
    C(TAGS, "tags") C(TAGS, "tag:") C(TAGS, "tagged") C(TAGS, "filed under") C(TAGS, "categories")
    C(TAGS, "category") C(TAGS, "topics") C(TAGS, "schlagw*") C(TAGS, "etiquetas") C(TAGS, "kategorie")
    C(TAGS, "kategorien") C(TAGS, "themen") C(TAGS, "stichw*") C(TAGS, "mots-cl*") C(TAGS, "keywords")
    C(TAGS, "posted in") C(TAGS, "labels") C(TAGS, "temas") C(TAGS, "abgelegt")
    C(ADVERT, "advertisement") C(ADVERT, "advertise") C(ADVERT, "anzeige") C(ADVERT, "sponsored") C(ADVERT, "publicidad")
    C(ADVERT, "werbung") C(ADVERT, "ad") C(ADVERT, "ads by") C(ADVERT, "publicit\xc3\xa9") C(ADVERT, "promoted")
    C(ADVERT, "story continues") C(ADVERT, "article continues") C(ADVERT, "scroll to") C(ADVERT, "reklama")
    C(ACTION, "read more") C(ACTION, "learn more") C(ACTION, "view") C(ACTION, "see all") C(ACTION, "see more")
    C(ACTION, "add to") C(ACTION, "show more") C(ACTION, "show less") C(ACTION, "load more") C(ACTION, "loading")
    C(ACTION, "shop now") C(ACTION, "click here") C(ACTION, "log in") C(ACTION, "login") C(ACTION, "sign in")
    C(ACTION, "skip to") C(ACTION, "back to") C(ACTION, "close") C(ACTION, "search") C(ACTION, "menu")
    C(ACTION, "next") C(ACTION, "previous") C(ACTION, "continue reading") C(ACTION, "buy now") C(ACTION, "download")
    C(ACTION, "get started") C(ACTION, "weiterlesen") C(ACTION, "mehr") C(ACTION, "zum") C(ACTION, "get a quote")
    C(ACTION, "contact us") C(ACTION, "book") C(ACTION, "apply now") C(ACTION, "request") C(ACTION, "try")
    C(ACTION, "start free") C(ACTION, "quick view") C(ACTION, "choose options") C(ACTION, "select") C(ACTION, "compare")
    C(ACTION, "sort by") C(ACTION, "filter") C(ACTION, "zur\xc3\xbc" "ck") C(ACTION, "home") C(ACTION, "reply")
    C(ACTION, "report") C(ACTION, "edit") C(ACTION, "quote") C(ACTION, "jump to") C(ACTION, "go to") C(ACTION, "suivant")
    C(ACTION, "open") C(ACTION, "watch") C(ACTION, "listen") C(ACTION, "play") C(ACTION, "expand") C(ACTION, "please enable")
    C(ACTION, "table of contents") C(ACTION, "on this page") C(ACTION, "in this article") C(ACTION, "contents") C(ACTION, "inhalt")
    C(ACTION, "was this") C(ACTION, "sold out") C(ACTION, "out of stock") C(ACTION, "quantity") C(ACTION, "call")
    C(CREDIT, "photo") C(CREDIT, "image") C(CREDIT, "credit") C(CREDIT, "foto") C(CREDIT, "getty") C(CREDIT, "source:")
    C(CREDIT, "bild") C(CREDIT, "(photo") C(CREDIT, "quelle") C(CREDIT, "photograph") C(CREDIT, "(foto") C(CREDIT, "bildquelle")
    C(CREDIT, "picture") C(CREDIT, "illustration") C(CREDIT, "video:") C(CREDIT, "screenshot") C(CREDIT, "fotos")
    C(BIO, "about the author") C(BIO, "about author") C(BIO, "about") C(BIO, "\xc3\xbc" "ber den autor")
    C(BIO, "\xc3\xbc" "ber die autorin") C(BIO, "zur person") C(BIO, "about me") C(BIO, "\xc3\xbc" "ber")
    C(REVIEW, "reviews") C(REVIEW, "customer reviews") C(REVIEW, "ratings") C(REVIEW, "rating") C(REVIEW, "bewertung")
    C(REVIEW, "write a review") C(REVIEW, "based on") C(REVIEW, "rated") C(REVIEW, "testimonials") C(REVIEW, "verified")
};
#undef C
/* clang-format on */

static bool begins_word(struct str text, struct str lower)
{
    bool stem = lower.p[lower.n - 1] == '*';
    lower.n -= stem;
    if (text.n < lower.n)
        return false;
    for (size_t i = 0; i < lower.n; i++)
        if (ascii_lower(text.p[i]) != lower.p[i])
            return false;
    return stem || text.n == lower.n || !ascii_is_alpha(text.p[lower.n]) ||
           !ascii_is_alpha(lower.p[lower.n - 1]);
}

static bool is_mark(char c)
{
    static const char marks[] = "-+.,:;|/<>#*\"'[]!?\xc2\xa0";
    return ascii_is_space(c) || ascii_is_digit(c) || memchr(marks, c, sizeof marks - 1);
}

enum content_cue content_cue_of(struct str text)
{
    while (text.n && is_mark(text.p[0]) && !(text.n > 1 && text.p[0] == '\xc2' && text.p[1] == '\xa9'))
        text = str_from(text, 1);
    if (text.n == 0 || text.n > CUE_MAX_BYTES)
        return CUE_NONE;
    char first = ascii_lower(text.p[0]);
    for (size_t i = 0; i < ARRAY_LEN(cues); i++)
        if (cues[i].text.p[0] == first && begins_word(text, cues[i].text))
            return cues[i].cue;
    return CUE_NONE;
}
