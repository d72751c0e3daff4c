/* SPDX-License-Identifier: Apache-2.0 */
/* What pages sell: told to machines, seen by readers, and both where they differ. */
#include "answer/product.h"
#include "tests/check.h"

#include "base/buf.h"

static struct extractor *extractor;
static struct arena arena;
static struct buf page;

static struct product read_page(const char *url, const char *html)
{
    const struct extract_options options = {.url = str_of(url),
                                            .content_type = STR_LIT("text/html;charset=utf-8"),
                                            .want = EXTRACT_TREE,
                                            .max_links = 10,
                                            .max_markdown_bytes = 1 << 20};
    struct doc doc;
    struct product p = {.sku = STR_NONE};
    arena_reset(&arena, 1 << 20);
    buf_reset(&page);
    buf_puts(&page, html);
    NEED(buf_terminate(&page));
    NEED(extract_document(extractor, &options, buf_str(&page), &arena, &doc) == OK);
    CHECK(product_read(&doc, options.url, &arena, &p) == OK);
    return p;
}

static void expect(struct product p, double price, const char *currency, const char *sku,
                   enum stock stock)
{
    CHECK(p.has_price == (price > 0));
    if (price > 0 && !CHECK(p.price > price - 0.001 && p.price < price + 0.001))
        fprintf(stderr, "    price %g, not %g\n", p.price, price);
    CHECK_STR(str_of(p.currency), str_of(currency));
    CHECK_STR(p.sku, str_of(sku));
    CHECK_INT(p.stock, stock);
}

static void test_json_ld(void)
{
    expect(read_page("https://shop.example/p/lamp",
                     "<title>Lamp</title><script "
                     "type=application/"
                     "ld+json>{\"@type\":\"Product\",\"name\":\"Lamp\",\"sku\":\"L-100\",\"offers\":[{"
                     "\"@type\":\"Offer\","
                     "\"price\":19.5,\"priceCurrency\":\"EUR\",\"availability\":\"https://schema.org/"
                     "OutOfStock\"},{\"@type\":\"Offer\",\"price\":\"19.50\","
                     "\"priceCurrency\":\"EUR\",\"availability\":\"InStock\"}]}</script><h1>Lamp</h1>"),
           19.5, "EUR", "L-100", STOCK_IN);
}

static void test_microdata_and_a_plain_label(void)
{
    expect(read_page("https://shop.example/p/1",
                     "<h1>Chair</h1><div itemscope itemtype=https://schema.org/Product><span "
                     "itemprop=name>Chair</span><span itemprop=sku>4667999</span>"
                     "<div itemprop=offers itemscope itemtype=https://schema.org/Offer><b "
                     "itemprop=price>1.299,00 €</b><meta itemprop=priceCurrency content=EUR>"
                     "<link itemprop=availability "
                     "href=https://schema.org/SoldOut></div></div><p>Product code: 466/7999</p>"),
           1299, "EUR", "466/7999", STOCK_OUT);
}

static void test_meta(void)
{
    expect(read_page("https://shop.example/x-998877.html",
                     "<meta property=product:price:amount content=12.90><meta "
                     "property=product:price:currency content=USD><h1>Thing</h1>"
                     "<form data-id=998877><button>Add to cart</button></form>"),
           12.9, "USD", "998877", STOCK_IN);
}

static const char related[] =
    "<div class=related><h2>You may also like</h2><ul><li><a href=/a>A</a> <span "
    "class=price>$1.00</span><li><a href=/b>B</a> <span class=price>$2.00</span>"
    "<li><a href=/c>C</a> <span class=price>$3.00</span></ul></div>";

static void test_seen_price(void)
{
    char html[4096];
    snprintf(
        html, sizeof html,
        "<title>Desk - Shop</title><nav>Basket $0.00</nav><h1>Desk</h1><div class=prices><span "
        "class=old-price><del>$90.00</del></span> <span class=price>$75.00</span></div>"
        "<p>Shipping: $5.00</p><table><tr><th>SKU<td>DK-7512</table><button>Add to basket</button>%s",
        related);
    expect(read_page("https://shop.example/desk", html), 75, "USD", "DK-7512", STOCK_IN);
}

static void test_sold_out(void)
{
    char html[4096];
    snprintf(
        html, sizeof html,
        "<title>Sofa</title><h1>Sofa</h1><p>Currently unavailable.</p><p>Artikel-Nr.: 55-1020</p>%s",
        related);
    expect(read_page("https://shop.example/sofa", html), 0, "", "55-1020", STOCK_OUT);
}

static void test_sizes_that_are_gone(void)
{
    expect(read_page("https://shop.example/shoe",
                     "<title>Shoe</title><h1>Shoe</h1><p class=price>£40</p><ul class=sizes><li>41 sold "
                     "out<li>42</ul><button>Add to bag</button>"),
           40, "GBP", "", STOCK_IN);
}

static void test_no_product(void)
{
    expect(read_page("https://shop.example/about",
                     "<title>About</title><h1>About us</h1><p>We raised $5 "
                     "million in 2019 for our mission of care and more."),
           0, "", "", STOCK_UNKNOWN);
    expect(read_page("https://shop.example/", ""), 0, "", "", STOCK_UNKNOWN);
}

static void test_words(void)
{
    CHECK_INT(stock_said(STR_LIT("out of stock")), STOCK_OUT);
    CHECK_INT(stock_said(STR_LIT("not available")), STOCK_OUT);
    CHECK_INT(stock_said(STR_LIT("available")), STOCK_IN);
    CHECK_INT(stock_said(STR_LIT("in den warenkorb")), STOCK_IN);
    CHECK_INT(stock_said(STR_LIT("a nice lamp")), STOCK_UNKNOWN);
}

int main(void)
{
    const struct html_limits limits = {
        .memory_bytes = 64u << 20, .nodes = 1000000, .depth = 500, .attrs = 400};
    arena_init(&arena, 256u << 20, 1 << 20);
    buf_init(&page, 1 << 20);
    NEED((extractor = extractor_create(HTML_ENGINE_BUILTIN, &limits)) != NULL);
    RUN(test_json_ld);
    RUN(test_microdata_and_a_plain_label);
    RUN(test_meta);
    RUN(test_seen_price);
    RUN(test_sold_out);
    RUN(test_sizes_that_are_gone);
    RUN(test_no_product);
    RUN(test_words);
    extractor_destroy(extractor);
    buf_fini(&page);
    arena_fini(&arena);
    return check_report();
}
