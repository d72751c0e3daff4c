/* SPDX-License-Identifier: Apache-2.0 */
/* hostile.h: pages made to be slow or large, as a table of generators. test_hostile.c makes 1 MB of each and knows
 * the tree; tests/bench/hostile.c makes 10 MB and takes the time. */
#ifndef WEBKEEP_TESTS_HOSTILE_H
#define WEBKEEP_TESTS_HOSTILE_H

#include "base/buf.h"
#include "base/cut.h"
#include "tests/check.h"

/* A page is `head`, then `each` again and again, then for the rest of the bytes `after`. */
struct hostile {
    const char *name;
    const char *head;
    const char *each;            /* NULL: random soup */
    unsigned per_cent;           /* of the bytes: the rest is `after` */
    const char *after;           /* NULL: nothing */
    unsigned cuts;               /* exactly the limits that 1 MB of it reaches */
    unsigned nodes, attrs, side; /* what the tree of 1 MB takes: entries, entries, bytes */
};

enum {
    DEPTH = CUT_DEPTH,
    ATTRS = CUT_ATTRS,
    NODES = CUT_NODES,
    NAMES = CUT_NAMES,
    FORMAT = CUT_FORMATTING,
};

/* In texts %u is a number that counts up, %c a NUL and %% a per cent sign. A word in capitals in `head` or `each` stands
 * for many of what hostile_many has. */
/* clang-format off */
static const struct hostile hostile_pages[] = {
    {"nested div", "", "<div>", 100, NULL, DEPTH, 209704, 1, 0},
    {"nested span", "", "<span>", 100, NULL, DEPTH, 174754, 1, 0},
    {"nested p", "", "<p>", 100, NULL, 0, 349504, 1, 0},
    {"nested b", "", "<b>", 100, NULL, DEPTH, 349504, 1, 0},
    {"nested a", "", "<a>", 100, NULL, 0, 349504, 1, 0},
    {"nested table", "", "<table>", 100, NULL, 0, 149790, 1, 0},
    {"nested cells", "", "<table><tr><td>", 100, NULL, DEPTH | FORMAT, 279604, 1, 0},
    {"nested tables with text", "", "<table>x", 100, NULL, 0, 262130, 1, 0},
    {"nested ul li", "", "<ul><li>", 100, NULL, DEPTH, 262130, 1, 0},
    {"nested template", "", "<template>", 100, NULL, DEPTH | FORMAT, 104854, 1, 0},
    {"nested svg", "", "<svg>", 100, NULL, DEPTH, 209704, 1, 0},
    {"nested g", "<svg>", "<g>", 100, NULL, DEPTH, 349504, 1, 0},
    {"nested math mi", "<math>", "<mi>", 100, NULL, DEPTH, 262129, 1, 0},
    {"svg in foreignObject", "", "<svg><foreignObject>", 100, NULL, DEPTH, 104854, 1, 0},
    {"annotation-xml svg", "", "<math><annotation-xml><svg><desc>", 100, NULL, DEPTH, 127096, 1, 0},
    {"nested button", "", "<button>", 100, NULL, 0, 131067, 1, 0},
    {"nested button div", "", "<button><div>", 100, NULL, 0, 161312, 1, 0},
    {"nested select", "", "<select><div>", 100, NULL, DEPTH, 160803, 1, 0},
    {"nested option", "<select>", "<option><optgroup>", 100, NULL, 0, 116505, 1, 0},
    {"nested ruby", "", "<ruby><rtc><rt>", 100, NULL, DEPTH, 209704, 1, 0},
    {"nested object", "", "<object>", 100, NULL, DEPTH | FORMAT, 131067, 1, 0},
    {"nested form div", "", "<form><div>", 100, NULL, DEPTH, 95324, 1, 0},
    {"nested dd", "", "<dl><dd>", 100, NULL, DEPTH, 262130, 1, 0},
    {"headings", "", "<h1><h2>", 100, NULL, 0, 262130, 1, 0},
    {"headings in div", "", "<h1><div>", 100, NULL, DEPTH, 233004, 1, 0},
    {"nested unknown", "", "<x%u>", 100, NULL, DEPTH | NAMES, 128850, 1, 0},
    {"nested frameset", "", "<frameset>", 100, NULL, DEPTH, 104853, 1, 0},
    {"nested nobr", "", "<nobr>", 100, NULL, 0, 174754, 1, 0},
    {"div and end", "", "<div>", 50, "</div>", DEPTH, 104854, 1, 0},
    {"span and p end", "", "<span>", 50, "</p>", DEPTH, 218461, 1, 0},
    {"span and other end", "", "<span>", 50, "</q>", DEPTH, 87379, 1, 0},
    {"span and unknown ends", "", "<span>", 20, "</x%u>", DEPTH | NAMES, 34954, 1, 0},
    {"span and li", "<ul><li>", "<span>", 20, "<li>", DEPTH, 244674, 1, 0},
    {"div and li", "<ul><li>", "<div>", 20, "<li>", DEPTH, 251664, 1, 0},
    {"span and br end", "", "<span>", 20, "</br>", DEPTH, 202730, 1, 0},
    {"div and headings end", "<h1>", "<div>", 20, "</h2>", DEPTH, 41945, 1, 0},
    {"div and table", "", "<div>", 20, "<table>", DEPTH, 161784, 1, 0},
    {"g and unknown ends", "<svg>", "<g>", 20, "</x>", DEPTH, 69904, 1, 0},
    {"g and end of div", "<div><svg>", "<g>", 20, "</div>", DEPTH, 69903, 1, 0},
    {"g and break-out", "<svg>", "<g>", 50, "<p>", DEPTH, 349529, 1, 0},
    {"foreign title and end", "<svg>", "<title>", 20, "</g>", 0, 8, 1, 0},
    {"misnested groups", "", "<a><b><i><p></a></b>", 100, NULL, 0, 366975, 1, 0},
    {"misnested b div", "", "<b><div></b>", 100, NULL, DEPTH, 175263, 1, 0},
    {"misnested b p", "", "<b><p></b>", 100, NULL, 0, 209705, 1, 0},
    {"a in div", "", "<a><div>", 100, NULL, DEPTH, 262639, 1, 0},
    {"formatting ends", "<b><i><u><s><em><tt><code><div>", "</b></i></u></s></em></tt></code>", 100, NULL, 0, 22, 1, 0},
    {"adopted children", "<b><div>", "<i></i>", 90, "</b>", 0, 134813, 1, 0},
    {"formatting and p", "", "<font size=%u>", 10, "<p>", DEPTH | FORMAT, 321200, 6624, 0},
    {"formatting and text", "", "<b><i><u>", 1, "<p>x", DEPTH, 522545, 1, 0},
    {"distinct font", "<p>", "<font size=%u></p>", 100, NULL, DEPTH | FORMAT, 100921, 50459, 0},
    {"distinct font values", "", "<font a=%u></font>", 100, NULL, 0, 50462, 50459, 0},
    {"equal font", "", "<font size=1><p>", 100, NULL, 0, 327655, 65533, 0},
    {"formatting with markers", "", "<b><object></object>", 100, NULL, DEPTH, 104854, 1, 0},
    {"text in table", "<table>", "x<tr>", 100, NULL, 0, 419404, 1, 0},
    {"nul in table", "<table>", " %c ", 100, NULL, 0, 6, 1, 698996},
    {"foster b", "<table>", "<b>", 100, NULL, DEPTH, 349503, 1, 0},
    {"foster b x tr", "<table>", "<b>x<tr>", 100, NULL, 0, 786372, 1, 0},
    {"foster div end", "<table><tr>", "<div></div>", 100, NULL, 0, 95325, 1, 0},
    {"hidden inputs", "<table>", "<input type=hidden>", 100, NULL, 0, 55189, 55185, 0},
    {"rows", "<table>", "<tr><td>", 100, NULL, 0, 262130, 1, 0},
    {"col", "<table>", "<col>", 100, NULL, 0, 209705, 1, 0},
    {"caption", "<table>", "<caption><b>", 100, NULL, 0, 174755, 1, 0},
    {"template rows", "<template>", "<tr></tr>", 100, NULL, 0, 116504, 1, 0},
    {"attributes", "<p ", "a%u ", 100, NULL, ATTRS, 4, 1, 0},
    {"equal attributes", "<p ", "a=1 ", 100, NULL, 0, 4, 1, 0},
    {"attributes a tag", "", "<p a b c d e f g h i j k l m>", 100, NULL, 0, 36160, 470029, 0},
    {"attributes of b", "", "<b a b c d e f g h i j k l m n=%u><p>", 100, NULL, NODES | FORMAT, 1048649, 113835, 0},
    {"attributes of html", "", "<html a%u>", 100, NULL, ATTRS | NAMES, 4, 525824, 0},
    {"attributes of body", "<body>", "<body a%u>", 100, NULL, ATTRS | NAMES, 4, 525825, 0},
    {"attribute names", "", "<p a%u>", 100, NULL, NAMES, 105424, 60001, 0},
    {"open value", "<p a=\"", "x", 100, NULL, 0, 4, 1, 0},
    {"open tag", "", "<p a", 100, NULL, 0, 4, 1, 0},
    {"slashes", "<p ", "/", 100, NULL, 0, 4, 1, 0},
    {"equals", "<p ", "=", 100, NULL, 0, 4, 1, 0},
    {"long name", "<", "n", 100, NULL, NAMES, 4, 1, 0},
    {"less-thans", "", "<", 100, NULL, 0, 5, 1, 0},
    {"less-than slash", "", "</", 100, NULL, 0, 5, 1, 0},
    {"empty ends", "", "</>", 100, NULL, 0, 4, 1, 0},
    {"dashes", "<!--", "-", 100, NULL, 0, 5, 1, 0},
    {"comment openings", "", "<!--", 100, NULL, 0, 5, 1, 0},
    {"comments", "", "<!---->", 100, NULL, 0, 149790, 1, 0},
    {"greater-thans in comment", "<!--", ">", 100, NULL, 0, 6, 1, 0},
    {"bogus comments", "", "<?>", 100, NULL, 0, 349504, 1, 0},
    {"doctypes", "", "<!doctype>", 100, NULL, 0, 5, 1, 0},
    {"open doctype", "<!doctype html public '", "x", 100, NULL, 0, 5, 1, 0},
    {"cdata", "<svg>", "<![CDATA[x]]>", 100, NULL, 0, 80659, 1, 0},
    {"cdata brackets", "<svg><![CDATA[", "]", 100, NULL, 0, 6, 1, 0},
    {"cdata nul", "<svg><![CDATA[", "%c", 100, NULL, 0, 6, 1, 3145458},
    {"script comments", "<script>", "<!--", 100, NULL, 0, 6, 1, 0},
    {"script in script", "<script><!--", "<script>", 100, NULL, 0, 6, 1, 0},
    {"script ends in comment", "<script><!--", "<script></script>", 100, NULL, 0, 6, 1, 0},
    {"script half ends", "<script>", "</script", 100, NULL, 0, 6, 1, 0},
    {"scripts", "", "<script></script>", 100, NULL, 0, 61681, 1, 0},
    {"title half ends", "<title>", "</titl", 100, NULL, 0, 6, 1, 0},
    {"textarea", "<textarea>", "&amp;", 100, NULL, 0, 6, 1, 209698},
    {"plaintext", "<plaintext>", "</plaintext>", 100, NULL, 0, 6, 1, 0},
    {"text", "", "text ", 100, NULL, 0, 5, 1, 0},
    {"ampersands", "", "&", 100, NULL, 0, 5, 1, 0},
    {"half references", "", "&not", 100, NULL, 0, 5, 1, 524250},
    {"references that are none", "", "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 100, NULL, 0, 5, 1, 0},
    {"references that grow", "", "&nGt;", 100, NULL, 0, 5, 1, 1258200},
    {"long numbers", "&#", "9", 100, NULL, 0, 5, 1, 3},
    {"nul", "", "%c", 100, NULL, 0, 4, 1, 0},
    {"nul in svg", "<svg>", "%c", 100, NULL, 0, 6, 1, 3145485},
    {"nul in style", "<style>", "%c", 100, NULL, 0, 6, 1, 3145479},
    {"nul in names", "", "<%ca %c=%c>", 100, NULL, 0, 393194, 1, 0},
    {"carriage returns", "", "\r", 100, NULL, 0, 4, 1, 0},
    {"bytes that are no UTF-8", "", "\xff", 100, NULL, 0, 5, 1, 0},
    {"text in frameset", "<frameset>", "a b ", 100, NULL, 0, 5, 1, 524246},
    {"after the body", "<body></body>", "<!-- --></html>x</body>", 100, NULL, 0, 91178, 1, 0},
    {"after the html", "</html>", " <!-- -->x</html>", 100, NULL, 0, 185035, 1, 0},
    {"heads", "", "</head><title></title>", 100, NULL, 0, 47664, 1, 0},
    {"late templates", "<head></head>", "<template></template>", 100, NULL, 0, 49932, 1, 0},
    {"noscript in head", "<head>", "<noscript><link></noscript>", 100, NULL, 0, 77672, 1, 0},
    {"frames", "", "<frameset><frame></frameset>", 100, NULL, 0, 5, 1, 0},
    {"pre", "", "<pre>\n", 100, NULL, DEPTH, 174754, 1, 0},
    {"applet ends", "", "<applet><b></applet>", 100, NULL, 0, 104854, 1, 0},
    {"form ends", "", "<form></form>", 100, NULL, 0, 80658, 1, 0},
    {"many attributes of font", "", "<font color=%u size=%u face=%u>", 100, NULL, DEPTH | FORMAT, 27050, 81139, 0},
    /* Lists and cells that nobody closes, and what stands in them. */
    {"open li", "<ul>", "<li>x", 100, NULL, 0, 419405, 1, 0},
    {"open td", "<table><tr>", "<td>x", 100, NULL, 0, 419403, 1, 0},
    {"open dd", "<dl>", "<dd>x", 100, NULL, 0, 419405, 1, 0},
    {"open option", "<select>", "<option>x", 100, NULL, 0, 233005, 1, 0},
    {"formatting bomb", "<p>", "<b c=%u>", 1, "<p>x", DEPTH | NODES | FORMAT, 1048576, 1161, 0},
    {"random soup", NULL, NULL, 100, NULL, DEPTH | FORMAT, 117808, 9190, 7346},
    /* For the walks behind the tree. */
    {"links", "", "<a href=p%u>x</a>", 100, NULL, 0, 105966, 52982, 0},
    {"links to one page", "", "<a href=p>x</a>", 100, NULL, 0, 139804, 69901, 0},
    {"links with long names", "", "<a href=/a/../b/./%u/../c/%%7e?x=%%20&amp;y#z>x</a>", 100, NULL, 0, 40760, 20379, 681742},
    {"links of a long base", "<base href=/aSLASHES>", "<a href=p%u>x</a>", 100, NULL, 0, 105775, 52887, 0},
    {"one long link", "<a href='/", "p/../", 100, NULL, 0, 4, 1, 0},
    {"long host", "<a href='//", "\xc3\xa4", 100, NULL, 0, 4, 1, 0},
    {"links in a deep place", "DIVS", "<a href=p%u>x</a>", 100, NULL, 0, 105846, 53122, 0},
    {"links with much text", "<a href=p>", "x <i>y</i> ", 100, NULL, 0, 285960, 2, 0},
    {"links in links", "", "<a href=p%u><table><td>", 100, NULL, DEPTH | FORMAT, 203779, 40756, 0},
    {"images", "", "<img src=p%u alt='x y'>", 100, NULL, 0, 40759, 81511, 0},
    {"metas", "", "<meta name=description content=x>", 100, NULL, 0, 31777, 63547, 0},
    {"refreshes", "", "<meta http-equiv=refresh content='1;url=p%u'>", 100, NULL, 0, 22080, 44153, 0},
    {"alternates", "", "<link rel=alternate href=p%u>", 100, NULL, 0, 33117, 66227, 0},
    {"titles", "", "<title>x</title>", 100, NULL, 0, 131068, 1, 0},
    {"long title", "<title>", "x ", 100, NULL, 0, 6, 1, 0},
    {"classes", "<div class='", "nav-", 100, NULL, 0, 4, 1, 0},
    {"words of a class", "<div class='", "x ", 100, NULL, 0, 4, 1, 0},
    {"styles", "", "<p style='color:red;x:y'>", 100, NULL, 0, 41944, 41941, 0},
    {"long style", "<p style='", "a:b;", 100, NULL, 0, 4, 1, 0},
    {"quotes and lines", "QUOTES", "x<br>", 100, NULL, 0, 417884, 1, 0},
    {"quotes and paragraphs", "QUOTES", "<p>x", 100, NULL, 0, 522254, 1, 0},
    {"lists and items", "LISTS", "<li>x", 100, NULL, 0, 419164, 1, 0},
    {"lists and code", "LISTS<pre>", "x\n", 100, NULL, 0, 406, 1, 0},
    {"ordered", "<ol start=999999999>", "<li>x", 100, NULL, 0, 419397, 2, 0},
    {"line breaks", "", "<br>", 100, NULL, 0, 262129, 1, 0},
    {"rules", "", "<hr>", 100, NULL, 0, 262129, 1, 0},
    {"emphasis", "", "<b>x</b>", 100, NULL, 0, 262130, 1, 0},
    {"emphasis and blanks", "", "<b> </b>", 100, NULL, 0, 262130, 1, 0},
    {"turns of emphasis", "", "<b>x<i>y</b>z</i>", 100, NULL, 0, 370066, 1, 0},
    {"code spans", "", "<code>`</code>", 100, NULL, 0, 149790, 1, 0},
    {"ticks in a code span", "<code>", "`x", 100, NULL, 0, 6, 1, 0},
    {"ticks", "<code>", "`", 100, NULL, 0, 6, 1, 0},
    {"fences", "<pre>", "```\n", 100, NULL, 0, 6, 1, 0},
    {"code blocks", "", "<pre>x</pre>", 100, NULL, 0, 174754, 1, 0},
    {"code of spans", "<pre>", "<span class=k>x</span>", 100, NULL, 0, 95323, 47660, 0},
    {"stars", "", "*", 100, NULL, 0, 5, 1, 0},
    {"things to escape", "", "_[]\\~<|", 100, NULL, 0, 5, 1, 0},
    {"lines that look like lists", "", "<p>1. x", 100, NULL, 0, 299576, 1, 0},
    {"cells", "<table><tr>", "<td>x</td>", 100, NULL, 0, 209705, 1, 0},
    {"heads of rows", "<table>", "<tr><th>x<td>y", 100, NULL, 0, 374471, 1, 0},
    {"spans of columns", "<table>", "<tr><td colspan=1000>x", 100, NULL, 0, 142983, 47660, 0},
    {"spans of rows", "<table>", "<tr><td rowspan=65534>x", 100, NULL, 0, 136767, 45588, 0},
    {"many columns, many rows", "<table><tr>CELLS", "<tr><td>x", 100, NULL, 0, 349839, 1, 0},
    {"tables", "", "<table><tr><th>a<td>b</table>", 100, NULL, 0, 253096, 1, 0},
    {"tables in cells", "", "<table><tr><td>x<td>", 100, NULL, DEPTH | FORMAT, 314554, 1, 0},
    {"cells of lists", "<table><tr>", "<td><ul><li>x</ul>", 100, NULL, 0, 233007, 1, 0},
    {"headings with ids", "", "<h2 id=a%u>x</h2>", 100, NULL, 0, 105966, 52982, 0},
    {"definitions", "<dl>", "<dt>x<dd>y", 100, NULL, 0, 419405, 1, 0},
    {"check boxes", "<ul>", "<li><input type=checkbox>x", 100, NULL, 0, 120986, 40328, 0},
    {"hidden", "", "<p hidden>x", 100, NULL, 0, 190642, 95320, 0},
    {"sup", "", "<sup>x</sup>", 100, NULL, 0, 174754, 1, 0},
    {"math", "", "<math><annotation encoding=application/x-tex>x</annotation></math>", 100, NULL, 0, 47665, 15888, 0},
    {"scripts with text", "", "<script>x</script>", 100, NULL, 0, 116504, 1, 0},
    {"figures", "", "<figure><img src=p%u><figcaption>x</figcaption></figure>", 100, NULL, 0, 71844, 17961, 0},
    {"details", "", "<details><summary>x</summary>y</details>", 100, NULL, 0, 104856, 1, 0},
    {"mains", "", "<main>x</main>", 100, NULL, 0, 149790, 1, 0},
    {"articles", "", "<article>x</article>", 100, NULL, 0, 104854, 1, 0},
    {"non-breaking spaces", "", "&nbsp;", 100, NULL, 0, 5, 1, 349500},
    {"two-byte text", "", "\xc3\xa4 ", 100, NULL, 0, 5, 1, 0},
    {"items", "", "<p itemscope itemprop=a itemtype=b>x", 100, NULL, 0, 58254, 87376, 0},
    {"nested items", "", "<div itemscope itemprop=a itemtype=b>x", 100, NULL, DEPTH, 55190, 82780, 0},
    {"items that refer", "<div id=r>", "<p itemprop=a>x", 50, "</div><i itemscope itemref=r></i>", 0, 85794, 66730, 0},
    {"items that refer to all", "", "<p id=r%u itemscope itemprop=a itemref='r%u r0 r1'>x", 100, NULL, 0, 36926, 73845, 0},
    {"many references", "<p itemscope itemref='", "r%u ", 50, "'><p id=r itemprop=a>", 0, 49940, 49939, 0},
    {"properties", "<div itemscope>", "<p itemprop='a b c d e f g h'>x", 100, NULL, 0, 67651, 33825, 0},
    {"RDFa", "<div vocab=x>", "<p typeof=a property=b about=c>x", 100, NULL, 0, 65537, 98300, 0},
    {"nested RDFa", "<div vocab=x>", "<div typeof=a property=b>x", 100, NULL, DEPTH, 80659, 80656, 0},
    {"items in circles", "<div vocab=x>", "<div about=a typeof=Article property='mainEntity hasPart'><b about=b typeof=Article property='mainEntity hasPart'></b></div><div about=b typeof=Article property='mainEntity hasPart'><b about=a typeof=Article property='mainEntity hasPart'></b></div>", 100, NULL, 0, 16917, 50738, 0},
    {"names of properties", "<div itemscope>", "<p itemprop=a%u>x", 100, NULL, 0, 105965, 52982, 0},
    {"JSON-LD scripts", "", "<script type=application/ld+json>{\"@type\":\"Article\",\"author\":{\"name\":\"A B\"}}</script>", 100, NULL, 0, 24676, 12337, 0},
    {"JSON-LD arrays", "<script type=application/ld+json>", "[", 100, NULL, 0, 6, 2, 0},
    {"JSON-LD objects", "<script type=application/ld+json>", "{\"a\":", 100, NULL, 0, 6, 2, 0},
    {"JSON-LD members", "<script type=application/ld+json>{\"@type\":\"Article\"", ",\"a%u\":1", 100, NULL, 0, 6, 2, 0},
    {"JSON-LD items", "<script type=application/ld+json>[1", ",{\"@type\":\"Article\",\"@id\":\"%u\",\"author\":{\"@id\":\"x\"}}", 99, "]</script>", 0, 1058, 2, 0},
    {"JSON-LD names", "<script type=application/ld+json>{\"@type\":\"Article\",\"author\":[1", ",{\"name\":\"A B\"}", 99, "]}</script>", 0, 965, 2, 0},
    {"JSON-LD crumbs", "<script type=application/ld+json>{\"@type\":\"BreadcrumbList\",\"itemListElement\":[1", ",{\"item\":{\"@id\":\"/%u\"}}", 99, "]}</script>", 0, 965, 2, 0},
    {"JSON-LD escapes", "<script type=application/ld+json>{\"a\":\"", "\\n", 99, "\"}</script>", 0, 966, 2, 0},
    {"JSON-LD controls", "<script type=application/ld+json>{\"a\":\"", "\n", 99, "\"}</script>", 0, 966, 2, 0},
    {"JSON-LD comments", "<script type=application/ld+json>", "/**/", 99, "[]</script>", 0, 965, 2, 0},
    {"JSON-LD openings", "<script type=application/ld+json>", "<!--", 100, NULL, 0, 6, 2, 0},
    {"JSON-LD commas", "<script type=application/ld+json>[1", ",", 99, "]</script>", 0, 1062, 2, 0},
    {"metas", "", "<meta name=author content='A B, C D and E F'>", 100, NULL, 0, 23304, 46601, 0},
    {"one long meta", "<meta name=author content='", "A B, ", 99, "'>", 0, 6, 3, 0},
    {"one long list of tags", "<meta name=keywords content='", "a%u,", 99, "'>", 0, 6, 3, 0},
    {"one long date", "<meta name=date content='", "1-", 99, "'>", 0, 6, 3, 0},
    {"a long title", "<meta property=og:site_name content=x><title>", "x | ", 100, NULL, 0, 7, 3, 0},
    {"bylines", "", "<b class=author>A %u</b>", 100, NULL, 0, 78494, 39246, 0},
    {"links to authors", "", "<a href=/author/%u>x</a>", 100, NULL, 0, 78494, 39246, 0},
    {"dates", "", "<i class=date>no</i>", 100, NULL, 0, 104854, 52426, 0},
    {"times", "", "<time>no</time>", 100, NULL, 0, 139804, 1, 0},
    {"feet", "", "<footer>last updated no</footer>", 100, NULL, 0, 65536, 1, 0},
    {"class words", "<p class='", "author date nav ", 100, NULL, 0, 4, 1, 0},
    {"classes", "", "<i class='content nav date%u'>x</i>", 100, NULL, 0, 55774, 27886, 0},
    {"nested classes", "", "<div class='content comment nav%u'>x y", 100, NULL, DEPTH, 51694, 25846, 0},
    {"blocks", "", "<div class='content main'>A word, more words.</div>", 100, NULL, 0, 41122, 20560, 0},
    {"frames", "", "<div id=docContent>A word, more words.</div>", 100, NULL, 0, 47664, 23831, 0},
    {"list of links", "<ul>", "<li><a href=a%u>a b</a>", 100, NULL, 0, 122270, 40756, 0},
    {"one long word", "<p>", "x", 100, NULL, 0, 6, 1, 0},
    {"short words", "<p>", "x, ", 100, NULL, 0, 6, 1, 0},
    {"a title in parts", "<title>Sign in", " | 404 - Just a moment", 100, NULL, 0, 6, 1, 0},
    {"passwords", "<title>Sign in</title>", "<input type=password>", 100, NULL, 0, 49934, 49929, 0},
    {"notices", "<title>404</title>", "<h1>page not found</h1>", 100, NULL, 0, 91180, 1, 0},
    {"mojibake", "<p>", "\xC3\x83\xC2\xA9", 100, NULL, 0, 6, 1, 0},
    {"halves of mojibake", "<p>", "\xC3\x83", 100, NULL, 0, 6, 1, 0},
    {"hidden code", "", "<p hidden><pre hidden>x", 100, NULL, DEPTH, 136765, 91175, 0},
    {"nested hidden", "", "<div hidden>x", 100, NULL, DEPTH, 161312, 80655, 0},
    {"nested pre", "", "<pre>x", 100, NULL, DEPTH, 349504, 1, 0},
    {"gutters", "<pre>", "<span class=linenos>1</span>x", 100, NULL, 0, 108470, 36156, 0},
    {"noscripts", "", "<noscript><p>x</noscript>", 100, NULL, 0, 125824, 1, 0},
    /* What is around is asked again for each of what is in it. */
    {"codes in a long class", "<div class='", "x ", 50, "'><pre>y</pre>", 0, 112360, 2, 0},
    {"texts in a long class", "<p><span class='", "x ", 50, "'>y<br><br>", 0, 143004, 2, 0},
    {"texts in long classes", "<p>CLASSES", "y<i>z</i><br><br>", 100, NULL, 0, 297855, 481, 0},
    {"texts deep in spans", "SPANS", "x<br><br>", 100, NULL, 0, 347746, 481, 0},
    {"dates in a long class", "<div class='", "c", 90, "'><time>no</time><i class=date>no</i><i class=author>1</i>", 0, 12674, 3622, 0},
    {"codes in many attributes", "<div NAMES><div NAMES><div NAMES>", "<pre>y</pre>", 100, NULL, 0, 172309, 3001, 0},
    {"tables in many attributes", "<div NAMES>", "<table><tr><th>a<td>b</table>", 100, NULL, 0, 251914, 1001, 0},
    {"headings in many attributes", "<div NAMES>", "<h2>x</h2>", 100, NULL, 0, 208727, 1001, 0},
    {"dates in many attributes", "NAMED", "<time>no</time><i class=date>no</i><i class=author>1</i>", 100, NULL, 0, 109894, 48951, 0},
    {"pictures in links", "", "NESTEDTITLESBREAKSCLOSED", 100, NULL, 0, 232804, 4801, 0},
    {"breaks in links", "", "NESTEDNESTEDBREAKSCLOSEDCLOSED", 100, NULL, DEPTH | FORMAT, 231804, 9761, 0},
    {"breaks in properties", "", "<section itemscope>PROPSBREAKS</section>", 100, NULL, 0, 152541, 37038, 0},
    {"breaks in headings", "", "<section>HEADSBREAKS</section>", 100, NULL, 0, 255553, 1, 0},
    {"heading in a deep place", "DIVS<h2>Related</h2>ENDS", "<p>x y z", 100, NULL, 0, 260628, 401, 0},
    /* Long values of many parts. */
    {"styles of colons and spaces", "", "<p style='COLONSSPACES'>x", 100, NULL, 0, 58, 28, 0},
    {"styles of words and spaces", "", "<p style='DISPLAYSSPACES'>x", 100, NULL, 0, 28, 13, 0},
    {"halves of a mark", "", "<script src='HALVES'></script>", 100, NULL, 0, 21, 18, 0},
    {"halves of a setting", "<script src=docsify.min.js></script>", "<script>loadSidebar theme_switcher_json_url</script>", 100, NULL, 0, 40331, 2, 0},
    {"settings", "", "<script id=__config>{\"base\":\"a\",\"version\":{\"provider\":\"x\"}}</script>", 100, NULL, 0, 30844, 15421, 0},
    {"menus", "<meta name=generator content=Doxygen>", "<script src=menudata.js></script>", 100, NULL, 0, 31777, 31775, 0},
    /* Items that many refer to. */
    {"distinct subjects", "<div vocab=x>", "<p typeof=a about=a%u>x</p>", 100, NULL, 0, 70645, 70642, 0},
    {"people that refer", "<i about=b typeof=Person></i><div vocab=x typeof=Article>", "<b property=author about=b typeof=Person><i property=p>x</i></b>", 100, NULL, 0, 49152, 65533, 0},
    {"crumbs that refer", "<i about=b typeof=Thing></i><div vocab=x typeof=BreadcrumbList>", "<b property=itemListElement about=b typeof=Thing><i property=p>x</i></b>", 100, NULL, 0, 43692, 58253, 0},
    {"parts that refer", "<i about=b typeof=Article></i><div vocab=x typeof=Article>", "<b property=hasPart about=b typeof=Article><i property=hasPart about=b typeof=Article></i></b>", 100, NULL, 0, 22314, 66929, 0},
    {"JSON-LD twins", "", "<script type=application/ld+json>{\"b\":1TWINS}</script>", 100, NULL, 0, 54, 26, 0},
    {"JSON-LD twins of arrays", "", "<script type=application/ld+json>{\"b\":[1ONES]PAIRS}</script>", 100, NULL, 0, 56, 27, 0},
    /* Addresses that are slow to resolve. */
    {"links beyond a long base", "<base href='/STEPS'>", "<a href='pYS%u'>x</a>", 100, NULL, 0, 11519, 5759, 0},
    {"images beyond a long base", "<base href='/STEPS'>", "<img src='pYS%u'>", 100, NULL, 0, 5899, 5896, 0},
    {"steps back in a long base", "<base href='/STEPS'>", "<img src='/%u'>", 100, NULL, 0, 55244, 55241, 0},
    {"foreign hosts", "", "<a href=//\xc3\xa4%u.x>x</a>", 100, NULL, 0, 84774, 42386, 0},
    {"foreign hosts of images", "", "<img src=//\xc3\xa4%u.x>", 100, NULL, 0, 50462, 50459, 0},
    {"areas", "<map>", "<area href=p%u alt='x y'>", 100, NULL, 0, 37849, 75689, 0},
    /* Bytes that grow when they are decoded. */
    {"names of properties, decoded", "<meta charset=windows-1252><div itemscope>", "<p itemprop=a%u>x", 100, NULL, 0, 105964, 52982, 0},
    {"euros", "<meta charset=windows-1252>", "\x80", 100, NULL, 0, 6, 2, 0},
    {"euros in paragraphs", "<meta charset=windows-1252>", "<p>\x80\x80\x80\x80\x80\x80\x80", 100, NULL, 0, 209701, 2, 0},
    {"four bytes a letter", "<meta charset=gb18030>", "\x84\x31\xa4\x37", 100, NULL, 0, 6, 2, 0},
    {"broken pairs", "<meta charset=gb18030>", "\x81\x30\x81", 100, NULL, 0, 6, 2, 0},
    {"escapes of ISO-2022-JP", "<meta charset=iso-2022-jp>", "\x1b(J\x1b(B", 100, NULL, 0, 6, 2, 0},
    {"pairs of Big5", "<meta charset=big5>", "\x88\x62", 100, NULL, 0, 6, 2, 0},
    {"leads of EUC-JP", "<meta charset=euc-jp>", "\x8f\xa1\x8f", 100, NULL, 0, 6, 2, 0},
    {"half surrogates", "\xff\xfe", "%c\xd8", 100, NULL, 0, 524254, 1, 0},
    {"UTF-16", "\xff\xfe", "<%cp%c>%cx%c", 100, NULL, 0, 524256, 1, 0},
};
/* clang-format on */

/* Files that are no pages, by what reads them. */
enum hostile_reader {
    READS_MARKDOWN,
    READS_SITEMAP,
    READS_LLMS,
    READS_VERSIONS,
    READS_MENU,
    READS_SIDEBAR
};

/* clang-format off */
static const struct hostile_file { enum hostile_reader reader; struct hostile file; } hostile_files[] = {
    {READS_MARKDOWN, {"open targets", "", "[](<", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"open brackets", "", "[", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"closed brackets", "", "[]", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"targets of brackets", "", "[a](((((", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"open angles", "", "<a:", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"runs of ticks", "", "`a``a```a````a`````a``````a```````a````````a`````````a``````````a```````````a````````````a", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"lines of ticks", "", "``` \n", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"definitions", "", "[a%u]: /p%u\n", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"links of Markdown", "", "[a](p%u) ", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"headings of Markdown", "", "#\n", 100, NULL, 0, 0, 0, 0}},
    {READS_MARKDOWN, {"pictures of Markdown", "", "[![a](b)](c%u)", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"elements in elements", "", "<a>", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"attributes of a sitemap", "<a ", "b%u='' ", 99, ">", 0, 0, 0, 0}},
    {READS_SITEMAP, {"names of a sitemap", "<urlset>", "<a%u/>", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"a long name", "<a", "b", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"entries of a sitemap", "<urlset>", "<url><loc>https://h.example/%u</loc></url>", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"empty entries", "<urlset>", "<url/>", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"links of one entry", "<feed><entry>", "<link href='%u'/>", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"spaces in an address", "<urlset><url><loc>", " ", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"a comment in a sitemap", "<urlset><!--", "-a", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"open CDATA", "<urlset><url><loc><![CDATA[", "]", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"lines of addresses", "", "http://h/%u\n", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"JSON feed of arrays", "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[1", ",[]", 99, "]}", 0, 0, 0, 0}},
    {READS_SITEMAP, {"JSON feed of names", "{\"version\":\"https://jsonfeed.org/version/1\"", ",\"%u\":1", 100, NULL, 0, 0, 0, 0}},
    {READS_SITEMAP, {"JSON feed of numbers", "{\"items\":[1", ",1", 99, "]}", 0, 0, 0, 0}},
    {READS_SITEMAP, {"JSON feed of items", "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[1", ",{\"url\":\"a\"}", 99, " ", 0, 0, 0, 0}},
    {READS_LLMS, {"links of llms.txt", "# a\n", "- [a](p%u): b\n", 100, NULL, 0, 0, 0, 0}},
    {READS_LLMS, {"blank lines", "", " \n", 100, NULL, 0, 0, 0, 0}},
    {READS_LLMS, {"open targets of llms.txt", "# a\n", "[](<", 100, NULL, 0, 0, 0, 0}},
    {READS_VERSIONS, {"versions", "[{\"name\":\"1.0\"}", ",{\"name\":\"1.%u\",\"aliases\":[\"a\"]}", 99, "]", 0, 0, 0, 0}},
    {READS_VERSIONS, {"texts of a script", "var a = [", "'1.%u',", 100, NULL, 0, 0, 0, 0}},
    {READS_VERSIONS, {"slashes of a text", "'/", "/", 99, "'", 0, 0, 0, 0}},
    {READS_VERSIONS, {"open quotes", "", "'\n", 100, NULL, 0, 0, 0, 0}},
    {READS_MENU, {"pages of a menu", "", "'a%u.html',", 100, NULL, 0, 0, 0, 0}},
    {READS_MENU, {"quotes of a menu", "", "\"'\n", 100, NULL, 0, 0, 0, 0}},
    {READS_MENU, {"slashes of a menu", "", "\"\\", 100, NULL, 0, 0, 0, 0}},
    {READS_MENU, {"anchors of a menu", "", "'a.html#%u',", 100, NULL, 0, 0, 0, 0}},
    {READS_SIDEBAR, {"links of a sidebar", "", "- [a](p%u)\n", 100, NULL, 0, 0, 0, 0}},
};
/* clang-format on */

static const struct hostile_many {
    const char *word, *text;
    unsigned times;
} hostile_many[] = {
    {"QUOTES", "<blockquote>", 400},
    {"LISTS", "<ul><li>", 200},
    {"DIVS", "<div class=x>", 400},
    {"ENDS", "</div>", 400},
    {"CELLS", "<td>x", 1000},
    {"SLASHES", "/", 1900},
    {"SPANS", "<span class=x>", 480},
    {"CLASSES", "<span class='x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x'>", 480},
    {"NAMES", " a%u", 1000},
    {"NAMED", "<div a b c d e f g h i j k l m n o p q r s t u v w x y z>", 480},
    {"NESTED", "<a href=q%u><table><td>", 40},
    {"TITLES", "<svg><title>", 120},
    {"BREAKS", "<br>", 1500},
    {"CLOSED", "</table>", 40},
    {"PROPS", "<div itemprop=a>", 480},
    {"HEADS", "<h1><div>", 240},
    {"COLONS", ":", 20000},
    {"DISPLAYS", "display", 10000},
    {"HALVES", "_static/documentation_options.j", 2000},
    {"SPACES", " ", 20000},
    {"TWINS", ",\"a\":1", 7000},
    {"ONES", ",1", 10000},
    {"PAIRS", ",\"a%u\":1,\"a%u\":2", 1000},
    {"STEPS", "a/", 32650},
    {"YS", "y", 150},
};

static inline void hostile_put(struct buf *out, const char *text, size_t n, unsigned number)
{
    for (const char *p = text; p < text + n; p++) {
        if (*p != '%')
            buf_putc(out, *p);
        else if (*++p == 'u')
            buf_printf(out, "%u", number);
        else
            buf_putc(out, *p == 'c' ? '\0' : *p);
    }
}

/* The first word in capitals of the text; *ret_at: where it stands. NULL: there is none. */
static inline const struct hostile_many *hostile_word(const char *text, const char **ret_at)
{
    const struct hostile_many *first = NULL;
    for (size_t i = 0; i < ARRAY_LEN(hostile_many); i++) {
        const char *at = strstr(text, hostile_many[i].word);
        if (!at || (first && at >= *ret_at))
            continue;
        first = &hostile_many[i];
        *ret_at = at;
    }
    return first;
}

/* A text, with many of what its words in capitals stand for. */
static inline void hostile_put_all(struct buf *out, const char *text, unsigned number)
{
    const char *at = NULL;
    for (const struct hostile_many *many; (many = hostile_word(text, &at));) {
        hostile_put(out, text, (size_t)(at - text), number);
        for (unsigned n = 0; n < many->times; n++)
            hostile_put(out, many->text, strlen(many->text), many->times * number + n);
        text = at + strlen(many->word);
    }
    hostile_put(out, text, strlen(text), number);
}

/* Tags, ends and texts in an order that is the same on every machine. */
static inline void hostile_soup(struct buf *out, size_t bytes)
{
    static const char *const pieces[] = {
        "<a href=x>", "</a>",     "<b>",       "</b>",       "<i>",        "</i>",        "<p>",
        "</p>",       "<div>",    "</div>",    "<table>",    "</table>",   "<tr>",        "<td>",
        "</td>",      "<th>",     "<ul>",      "<li>",       "</ul>",      "<select>",    "<option>",
        "</select>",  "<h1>",     "</h2>",     "<font a=b>", "</font>",    "<nobr>",      "</nobr>",
        "<svg>",      "</svg>",   "<math>",    "<mi>",       "<template>", "</template>", "<caption>",
        "</caption>", "<button>", "</button>", "<form>",     "</form>",    "<br>",        "<hr>",
        "<x-y z=1>",  "</x-y>",   "text",      " ",          "&amp;",      "&#9;",        "<!-- -->",
        "<pre>",      "</pre>",   "<object>",  "</object>",  "<dd>",       "<dl>",        "</body>",
    };
    uint64_t state = 42;
    while (out->n < bytes) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        buf_puts(out, pieces[(state >> 33) % ARRAY_LEN(pieces)]);
    }
}

static inline void hostile_make(struct buf *out, const struct hostile *page, size_t bytes)
{
    unsigned number = 0;
    buf_reset(out);
    if (!page->each) {
        hostile_soup(out, bytes);
    } else {
        const char *at;
        bool plain = !hostile_word(page->each, &at);
        hostile_put_all(out, page->head, 0);
        while (out->n < bytes / 100 * page->per_cent)
            if (plain)
                hostile_put(out, page->each, strlen(page->each), number++);
            else
                hostile_put_all(out, page->each, number++);
        while (page->after && out->n < bytes)
            hostile_put(out, page->after, strlen(page->after), number++);
    }
    NEED(buf_terminate(out));
}

#endif
