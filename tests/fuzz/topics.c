/* SPDX-License-Identifier: Apache-2.0 */
/* topics.c: the pieces of topics.h, as lists of texts. A '%' in a text stands for a drawn word of the topic. */
#include "tests/fuzz/topics.h"

#define COUNT(a) (uint32_t)(sizeof(a) / sizeof(a)[0])

static const char *one_of(struct draw *d, const char *const *texts, uint32_t n)
{
    return texts[draw(d, n)];
}

/* text with words in place of each '%'. */
static void put_filled(struct draw *d, const char *text, const char *const *words, uint32_t n,
                       struct buf *out)
{
    for (; *text; text++)
        if (*text == '%')
            buf_puts(out, one_of(d, words, n));
        else
            buf_putc(out, *text);
}

/* clang-format off */

/* ---- Markdown ---- */

static const char *const code_words[] = {
    "c", "cpp", "python3", "ipython3", "default", "none", "text", "source-js", "language-c++", "lang-rust", "highlight-python",
    "highlight", "highlight-source-shell", "highlight-text-html", "mw-highlight-lang-lua", "brush:", "brush: js; gutter: false",
    "source", "sh", "notranslate", "hljs", "linenos", "lineno", "gutter", "line-number", "line-numbers-rows", "blob-num", "fragment",
    "line", "foldopen", "headerlink", "anchor", "footnote-backref", "permalink", "simple", "admonitionblock", "wrapper", "no-highlight",
    "sourceCode", "rouge-gutter", "copybtn", "prettyprint", "cm-s", "nohighlight", "codehilite", "ttc", "a&quot;b", "x`y",
};

static const char *const code_texts[] = {
    "<pre class='%'>", "<pre><code class='language-%'>", "<div class='highlight-%'><div class=highlight><pre>", "</pre></div></div>",
    "<pre data-lang='%' lang=%>", "<code class='%'>a `b` ``c``</code>", "<code>` x</code>", "<pre>```\n````\n</pre>", "<tt>|</tt>",
    "<span class='%'>1\n</span>", "<div class=fragment><div class=line><a class='%'></a><span class=lineno>1</span>int x;</div>",
    "<table class=highlighttable><tr><td class=linenos><pre>1\n2</pre><td class=code><pre>a\nb</pre></table>",
    "<table><tr><th align=%>a<th style='text-align:center'>b<tr><td>1<td>2</table>", "<table><tr><td colspan=2>x<td rowspan=2>y<tr><td>z",
    "<table role=presentation><tr><td><p>a<td><ul><li>b</ul></table>", "<td><pre>x|y\nz</pre>", "<th>|<br>|</th>", "<caption>c</caption>",
    "<div class=admonitionblock><table><tr><td>Note<td>x</table></div>", "<ol start=9><li>a<li value=3>b<ol type=a><li>c</ol></ol>",
    "<ul class=simple><li><p>a</p><li><p>b</p><p>c</p></ul>", "<li><input type=checkbox checked>t", "<li><input type=checkbox disabled> t",
    "<dl><dt>a<dt>b<dd>c<dd><p>d<p>e</dl>", "<details><summary>s</summary>t</details>", "<blockquote><p>a<pre>b\n\nc</pre></blockquote>",
    "<figure><img src=a.png alt='x]y'><figcaption>f</figcaption></figure>", "<img data-src=b.png src='data:image/gif;base64,R0' alt=''>",
    "<img srcset='c.png 1x, d.png 2x' src>", "<a href='x y(z'>t]</a>", "<a href='<a>' title='q&quot;\"'>u</a>", "<a href=javascript:f()>j</a>",
    "<a href=mailto:a@b.c>a@b.c</a>", "<a class=% href='#s'>\xc2\xb6</a>", "<a href=http://h.example/>http://h.example/</a>", "<a name=n></a>",
    "<h1>a<a class=headerlink href='#a'>#</a></h1>", "<h3>#\n</h3>", "<h2><br>x<br></h2>", "<hr>", "<br><br>", "a<br>b", "<wbr>", "<b> x </b>y",
    "<b>*</b><i>_</i>", "a<i>b</i>c", "<b><i>x</i></b>", "<b>x</b><b>y</b>", "<del>~</del>", "<s>x</s>", "<sup>2</sup>", "<sub>i</sub>", "<kbd>Ctrl</kbd>",
    "<math alttext='x^2'><semantics><mi>x</mi><annotation encoding='application/x-tex'>x^2</annotation></semantics></math>",
    "<script type='math/tex'>a_b</script>", "<script type='math/tex; mode=display'>\\sum</script>", "<p hidden>h</p>", "<p style='display: none'>h</p>",
    "<p aria-hidden=true>h", "1. x", "1) y", "- z", "+ w", "# h", "=== ", "--- ", "~~~", "```", "> q", "    code", "\\*", "&amp;lt;", "[a](b)", "![", "<x>", "a_b_c",
    "https://h.example/a_b*c", "www.h.example", "a@b.example", "|-|-|", "\xc2\xa0", "\xe2\x80\x8b", "_x_", "**", "$a$", "</p>", "</li>", "</td>", "</a>", "</code></pre>",
    "<section id=footnotes><ol><li id=fn1><p>n <a class=footnote-backref href='#r1'>\xe2\x86\xa9</a></ol></section>", "<sup><a href='#fn1' id=r1>1</a></sup>",
    "<noscript><p>n</p></noscript>", "<template>t</template>", "<button>Copy</button>", "<q>q</q>", "<abbr title=t>a</abbr>", "<ruby>a<rt>b</ruby>", "<textarea>t</textarea>",
    "<video src=v><p>x</video>", "<iframe src=i></iframe>", "<object data=o>x</object>", "<select><option>a</select>", "<input value=v>", "<mark>m</mark>", "<samp>s</samp>",
};

/* ---- content ---- */

static const char *const page_words[] = {
    "content", "main", "article", "post-body", "entry-content", "nav", "navbar", "menu", "sidebar", "footer", "header", "related", "share",
    "social", "comment", "comments", "widget", "ads", "promo", "cookie-banner", "breadcrumbs", "toc", "pagination", "author", "byline",
    "product", "price", "listing", "card", "thread", "reply", "mw-parser-output", "md-content__inner", "theme-doc-markdown", "td-content",
    "vp-doc", "bd-article", "navfooter", "headerlink", "mw-editsection", "printfooter", "modal", "newsletter", "hidden", "text", "body", "x",
};

static const char *const page_texts[] = {
    "<article class='%'>", "</article>", "<main id=%>", "</main>", "<div class='% %'>", "<div id='%'>", "</div>", "<section class=%>", "</section>", "<nav class=%>", "</nav>",
    "<aside>", "</aside>", "<footer class=%>", "</footer>", "<header>", "</header>", "<div class='%'><p>", "<div id=docContent>", "<div class=% role=%>", "<ul class='%'><li><a href=a>%</a><li><a href=b>%</a></ul>",
    "<p>A sentence of several words, with a comma, that a person may have written about % and %. It goes on for a while; then it ends.</p>",
    "<p>More text follows here, since one paragraph is not yet a page. The second sentence speaks of %, and has some more words in it.</p>",
    "<p>Short %.</p>", "<h1>% of %</h1>", "<h2>%</h2>", "<h3 class=%>%</h3>", "<blockquote>Quoted words of some length about % and others.</blockquote>",
    "<pre><code>int main(void) { return 0; }\nint other(void) { return 1; }</code></pre>", "<table><tr><th>%<td>12.50<tr><th>%<td>in stock</table>",
    "<ul><li>first of % things<li>second of them, longer than the first<li>third</ul>", "<a href=l>%</a> | ", "<a href='/tag/%'>%</a>", "<img src=i.png alt='%'>",
    "<p>Share this on % and %</p>", "<p>Copyright 2026 %. All rights reserved.</p>", "<p><a href=x>Read more</a></p>", "<form><input name=%><button>Search</button></form>",
    "<time datetime=2026-04-17>Apr 17</time>", "<span class=%>% </span>", "<figure><img src=a><figcaption>%</figcaption></figure>", "<dl><dt>%<dd>a value of it</dl>",
    "<p class=% style='display:none'>hidden %</p>", "<noscript><p>Only without scripts: a sentence that is long enough to be read as one.</p></noscript>",
    "<body class='%'>", "<html class=% lang=en>", "<link rel=canonical href=/c>", "<meta property=og:type content=article>", "<meta name='og:title' content='% of %'>",
    "<meta property=og:type content='%'>", "<script type='application/ld+json'>{\"@type\":\"Product\",\"x\":{\"@type\": [\"Article\"]}}</script>",
    "<script type=application/ld+json>{\"@type\": \"DiscussionForumPosting\"}</script>", "<div itemscope itemtype='https://schema.org/Article'>",
    "<div itemtype=http://schema.org/Product/>", "<script type='application/ld+json'>\"@type\"</script>", "<title>% of %</title>",
};

/* ---- metadata ---- */

static const char *const meta_words[] = {
    "Ann Lee", "By Ann Lee and Bob Ray", "admin", "Example", "https://h.example/a", "2026-04-17T13:30:05.123+02:00", "April 17th, 2026", "17 Apr 2026", "17/04/2026",
    "2026/4/7", "20260417", "04/05/2026", "17.4.2026", "2026-02-30", "2026-04-17 13:30 Z", "Sept 3, 2026", "a, b; c", "[\\\"a\\\",\\\"b\\\"]", "Title | Example", "Title - Site \xc2\xab Blog", "@ann",
    "Last updated on Apr 17, 2026", "Article", "Product", "https://schema.org/Person", "schema:name", "author", "datePublished", "name", "1.50", "true", "", "a@b.example",
    "BreadcrumbList", "itemListElement", "Dr. J. R. \xc3\x96zg\xc3\xbc" "r, PhD", "Staff", "\\u00e9\\ud83d\\ude00", "\\ud800", "Published by Site Team on 3 May 2026",
};

static const char *const meta_texts[] = {
    "<meta name=author content='%'>", "<meta property=article:published_time content='%'>", "<meta property=og:title content='%'>", "<meta property=og:site_name content='%'>",
    "<meta name=keywords content='%, %'>", "<meta property=og:image content='%'>", "<meta itemprop=datePublished content='%'>", "<meta name=dc.creator content='%'>",
    "<meta name=twitter:creator content='%'>", "<meta http-equiv=last-modified content='%'>", "<meta property=og:type content='%'>", "<meta name=description content='%'>",
    "<meta name=robots content='noindex,none'>", "<link rel=canonical href='%'>", "<base href='%'>", "<title>%</title>", "<html lang='%'>", "<h1>%</h1>", "<p>%</p>", "<p>By</p>", "<p>Written by %</p>",
    "<script type='application/ld+json'>{\"@type\":\"Article\",\"author\":{\"name\":\"%\"},\"datePublished\":\"%\"}</script>",
    "<script type=application/ld+json>[{\"@graph\":[{\"@type\":[\"%\",\"Page\"],\"@id\":\"#a\",\"%\":[1,true,null,\"%\"]}]}]</script>", "<script type='application/ld+json'>", "</script>",
    "{\"@type\":\"%\",", "\"%\":", "\"%\",", "\"%\"}", "{", "}", "[", "]", ",", ":", "/* c */", "// c\n", "<!--", "-->", "<![CDATA[", "]]>", "1.5e3", "-0", "null", "true", "\"\\", "\"\n\"", "\\u12",
    "\"@value\":\"%\"", "\"mainEntity\":{\"@type\":\"BlogPosting\",\"headline\":\"%\"}", "\"image\":{\"url\":\"%\"}", "\"keywords\":\"%, %\"", "\"@context\":\"https://schema.org\"",
    "{\"@type\":\"BreadcrumbList\",\"itemListElement\":[{\"name\":\"%\",\"item\":\"/a\"},{\"item\":{\"@id\":\"/b\",\"name\":\"%\"}}]}",
    "<div itemscope itemtype='https://schema.org/%' itemid='%' itemref='r s'>", "<span itemprop='% name'>%</span>", "<div itemprop=author itemscope><b itemprop=name>%</b></div>", "</div>", "<p id=r itemprop=%>%</p>",
    "<a itemprop=url href='%'>x</a>", "<time itemprop=datePublished datetime='%'>%</time>", "<img itemprop=image src=i.png>", "<meter itemprop=rating value=4></meter>", "<data itemprop=price value='%'></data>",
    "<div vocab=https://schema.org/ typeof='%'>", "<span property='%'>%</span>", "<a property='schema:url' href='%' resource='#r'>%</a>", "<div about=# typeof=Person property=author><i property=name content='%'></i></div>",
    "<time datetime='%'>%</time>", "<time>%</time>", "<span class=post-author>%</span>", "<a rel=author href=/author/ann>%</a>", "<div class=byline>By %</div>", "<span class=date>%</span>", "<div class=published>%</div>",
    "<footer>%</footer>", "<div role=contentinfo>Last modified: %</div>", "<aside><span class=author>%</span></aside>", "<div class=comment><time datetime='%'></time></div>",
};

/* ---- bytes ---- */

static const char *const byte_words[] = {
    "utf-8", "gbk", "gb18030", "big5", "euc-jp", "shift_jis", "iso-2022-jp", "euc-kr", "windows-1252", "latin1", "koi8-r", "utf-16le", "UTF-16BE", "x-user-defined", "replacement",
    "none-such", " sjis ", "\"gb2312\"", "'ks_c_5601-1987'", "", "iso-8859-8-i",
};

static const char *const byte_texts[] = {
    "<meta charset=%>", "<meta charset='%' ", "<meta http-equiv=content-type content='text/html; charset=%'>", "<meta content='x;charset = %' http-equiv='Content-Type'>", "<?xml version='1.0' encoding='%'?>",
    "text/html; charset=%\n", "text/html;x=y; Charset=\"%\"\n", "; charset\n", "<!-- <meta charset=%> -->", "<a b='<meta charset=%>'>", "</x <meta charset=%>", "<!--", "<", ">", "\n", "charset=", "<meta", "<META/CHARSET=%/>",
    "\x1b(B", "\x1b(J", "\x1b(I", "\x1b$@", "\x1b$B", "\x1b$", "\x1b(", "\x1b", "\\~", "\x0e", "$B!!", "0!", "\x81\x30\x81\x30", "\x84\x31\xa4\x37", "\xe3\x32\x9a\x35", "\x90\x30\x81\x30", "\x81\x35\xf4\x37", "\xfe\x39\xfe\x39", "\x81\x30\x81",
    "\x8e\xb1", "\x8e\xe0", "\x8f\xb0\xa1", "\x8f\xa2\xaf", "\x8f\xf1(", "\x8f", "\xa1\xa1", "\x88\x62", "\x88\xa5", "\x87\x40", "\xa4\xa4", "\xfe\xfe", "\x80", "\xff", "\xfd\x40", "\xf0\x40", "\xfc\x4b", "\xfc\xfc", "\xa3\xa0", "\xfe\x51",
    "\xb0\xa1", "\x81\x41", "\xc6\x52", "\xc9\xa1", "\xef\xbb\xbf", "\xff\xfe", "\xfe\xff", "\xd8\x3d", "\x3d\xd8", "\xde\x00", "\xc3\xa9", "\xe4\xb8", "\xf0\x9f\x98\x80", "\xed\xa0\x80", "\xc0\xaf", "\xf5", "a", "<p>", "0123456789abcdef0123456789abcdef",
};

/* ---- lists ---- */

static const char *const list_words[] = {
    "1.2", "v3.0.1", "2.x", "latest", "stable", "dev", "3.12", "Sphinx 5.3.0", "Docusaurus v2", "MkDocs", "Doxygen 1.9", "GitBook", "mdBook", "rustdoc", "javadoc (17) on Tue", "https://h.example/1.2/", "/en/2.0/",
    "guide/a.html", "d3/d4/class_a.html#details", "annotated.html", "part/", "x.htm", "2024-05-31", "Tue, 10 Jun 2003 04:00:00 GMT", "10 June 03", "2024", "a b", "", "_sidebar.md", "versions.js", "/static/switcher.js?v=1", "en",
    "not found", "404", "log in", "just a moment", "verify you are human", "this page doesn't exist", "before you continue", "\xc3\x83\xc2\xa9\xc3\x83\xc2\xa9",
};

static const char *const list_texts[] = {
    "<urlset><url><loc>%</loc><lastmod>%</lastmod></url></urlset>", "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>%</loc></sitemap></sitemapindex>", "<?xml version='1.0' encoding='utf-8'?>",
    "<urlset xmlns:image='i'>", "<sm:url>", "<url>", "</url>", "<loc>", "</loc>", "<image:loc>%</image:loc>", "<![CDATA[%]]>", "&amp;", "<!DOCTYPE urlset [<!ENTITY a 'b'>]>", "</urlset>",
    "<rss><channel><item><link>%</link><title>%</title><pubDate>%</pubDate></item></channel></rss>", "<feed><entry><link href='%' rel=\"alternate\"/><updated>%</updated><title>%</title></entry></feed>", "<link href='%'/>",
    "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"url\":\"%\",\"title\":\"%\",\"date_published\":\"%\"}]}",
    "[{\"version\":\"%\",\"title\":\"%\",\"aliases\":[\"%\"]},{\"name\":\"%\",\"url\":\"%\"}]", "{\"versions\":{\"active\":[{\"slug\":\"%\",\"urls\":{\"documentation\":\"%\"}}]},\"projects\":{\"translations\":[{\"language\":{\"code\":\"%\"},\"urls\":{\"documentation\":\"%\"}}]}}",
    "{\"versions\":[\"%\",{\"name\":\"%\"}]}", "{\"%\":\"%\",\"%\":\"%\"}", "var versions = ['%', \"%\"];", "children:[{text:\"%\",url:\"%\"}]", "['%', '%\\'', \"%\n", "\"", "'", "\\", "// '%'\n",
    "# %\n", "- [%](%)\n", "* [%](<%>)\n", "![%](%)", "[![%](%)](%)", "[%]: %\n", "<https://h.example/%>", "```\n[%](%)\n```\n", "`[%](%)`", "[](<", "](", "\n", "> ", "https://h.example/%\n",
    "<meta name=generator content='%'>", "<meta name='readthedocs-project-slug' content='%'>", "<meta name=readthedocs-version-slug content=latest>", "<meta name=docusaurus_version content='%'>", "<meta name=rustdoc-vars data-rustdoc-version='%'>",
    "<script src='%'></script>", "<script src='x/menudata.js'></script>", "<script src=navtreedata.js></script>", "<script src=lib/docsify.min.js></script>", "<script>window.$docsify = {loadSidebar: '%'}</script>", "<script>loadSidebar: true</script>",
    "<script id=__config type=application/json>{\"base\":\"%\",\"version\":{\"provider\":\"mike\"}}</script>", "<script>theme_switcher_json_url = '%'</script>", "<script src='_static/documentation_options.js'></script>",
    "<link rel=stylesheet href='a/doxygen.css?x'>", "<!-- Generated by javadoc % -->", "<!-- Generated by Doxygen % -->", "<div class='% rustdoc'>", "<div class=theme-doc-markdown>", "<body class=rustdoc>", "<div id=__docusaurus>", "<a href=https://www.sphinx-doc.org/>Sphinx</a> %.",
    "<title>% | %</title>", "<h1>%</h1>", "<input type=password>", "# %\n\n%. %. %\n", "% - %", "<p>%</p>",
};

static const struct topic {
    unsigned bit;
    const char *const *texts, *const *words;
    uint32_t n_texts, n_words;
} topics[] = {
    {TOPIC_MARKDOWN, code_texts, code_words, COUNT(code_texts), COUNT(code_words)},
    {TOPIC_CONTENT, page_texts, page_words, COUNT(page_texts), COUNT(page_words)},
    {TOPIC_METADATA, meta_texts, meta_words, COUNT(meta_texts), COUNT(meta_words)},
    {TOPIC_BYTES, byte_texts, byte_words, COUNT(byte_texts), COUNT(byte_words)},
    {TOPIC_LISTS, list_texts, list_words, COUNT(list_texts), COUNT(list_words)},
};
/* clang-format on */

void topic_piece(struct draw *d, unsigned with, struct buf *out)
{
    uint32_t at = draw(d, COUNT(topics));
    while (!(topics[at].bit & with))
        at = (at + 1) % COUNT(topics);
    const struct topic *t = &topics[at];
    if (t->bit == TOPIC_BYTES && draw(d, 3) == 0)
        for (uint32_t n = draw(d, 4) + 1; n > 0; n--)
            buf_putc(out, (char)draw(d, 256));
    else
        put_filled(d, one_of(d, t->texts, t->n_texts), t->words, t->n_words, out);
}
