/* SPDX-License-Identifier: Apache-2.0 */
/* test_address.c: the judge against the table of addresses and URLs, every range's edges, and the rules that
 * open something. Nothing here is connected to. */
#include "base/address.h"
#include "tests/check.h"
#include "tests/jsonl.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/un.h>

static struct diag diag;

static bool is_public(struct str text)
{
    struct sockaddr_storage address;
    return address_parse(text, &address) == OK && address_is_public((const struct sockaddr *)&address);
}

/* The URL, and its address when it is one. */
static enum status judge_url(const struct address_rule *rule, struct str text)
{
    struct arena arena;
    struct url url;
    arena_init(&arena, 1u << 20, 4096);
    enum status st = url_parse(&arena, text, NULL, &url);
    if (st == OK)
        st = address_judge_url(rule, &url, &diag);
    struct sockaddr_storage address;
    if (st == OK && address_parse(url.host, &address) == OK)
        st = address_judge(rule, url.host, url_port(&url), (const struct sockaddr *)&address, &diag);
    arena_fini(&arena);
    return st;
}

/* ---- the table ---- */

static void table_case(const struct json *line)
{
    bool allow = str_is(json_str(json_get(line, "expect"), STR_NONE), "allow");
    struct str address = json_str(json_get(line, "address"), STR_NONE);
    struct str url = json_str(json_get(line, "url"), STR_NONE);
    bool passed = str_is_set(address) ? is_public(address) : judge_url(NULL, url) == OK;
    if (!CHECK(passed == allow))
        fprintf(stderr, "    %.*s%.*s\n", STR_ARG(address), STR_ARG(url));
}

static void table(void)
{
    CHECK_INT(jsonl_each("tests/data/ssrf/cases.jsonl", table_case), 83);
}

/* ---- addresses ---- */

static void edges(void)
{
    /* below, first, last, above: public only outside */
    static const char *const ranges[][4] = {
        {"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
        {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
        {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
        {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
        {"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"},
        {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
        {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
        {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
        {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
        {"192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"},
        {"192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"},
        {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
        {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
        {"192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"},
        {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
        {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
        {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
        {"223.255.255.255", "224.0.0.0", "255.255.255.255", ""},
        {"", "1fff:ffff::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::1"},
        {"2000:ffff::1", "2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
        {"2001:db7:ffff::1", "2001:db8::", "2001:db8:ffff:ffff::1", "2001:db9::"},
        {"2620:4f:7fff::1", "2620:4f:8000::", "2620:4f:8000:ffff::1", "2620:4f:8001::"},
        {"3ffe:ffff::1", "3fff::", "3fff:fff:ffff::1", "3fff:1000::"},
        {"3fff:ffff::1", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        for (size_t j = 0; j < 4; j++) {
            bool outside = j == 0 || j == 3;
            if (ranges[i][j][0] && !CHECK(is_public(str_of(ranges[i][j])) == outside))
                fprintf(stderr, "    %s\n", ranges[i][j]);
        }
    }
}

static void wrapped(void)
{
    CHECK(is_public(STR_LIT("::ffff:8.8.8.8")) && !is_public(STR_LIT("::ffff:192.168.0.1")));
    CHECK(is_public(STR_LIT("64:ff9b::8.8.8.8")) && !is_public(STR_LIT("64:ff9b::10.0.0.1")));
    CHECK(!is_public(STR_LIT("64:ff9b:0:0:0:1::1")));
    CHECK(is_public(STR_LIT("2002:808:808::1")) && !is_public(STR_LIT("2002:7f00:1::1")));
    CHECK(is_public(STR_LIT("2001:0:808:808:0:0:f7f7:f7f7")));  /* server and client 8.8.8.8 */
    CHECK(!is_public(STR_LIT("2001:0:808:808:0:0:80ff:fffe"))); /* client 127.0.0.1 */
    CHECK(!is_public(STR_LIT("2001:0:7f00:1:0:0:f7f7:f7f7")));  /* server 127.0.0.1 */
    CHECK(!is_public(STR_LIT("::8.8.8.8")) && !is_public(STR_LIT("::ffff:0:8.8.8.8")));
}

static void parsing(void)
{
    struct sockaddr_storage address;
    CHECK(address_parse(STR_LIT("1.2.3.4"), &address) == OK && address.ss_family == AF_INET);
    CHECK(address_parse(STR_LIT("2001:db8::1"), &address) == OK && address.ss_family == AF_INET6);
    CHECK(address_parse(STR_LIT("[::1]"), &address) == ST_INPUT);
    CHECK(address_parse(STR_LIT("fe80::1%eth0"), &address) == ST_INPUT);
    CHECK(address_parse(STR_LIT("127.1"), &address) == ST_INPUT);
    CHECK(address_parse(STR_LIT("1.2.3.4\0"), &address) == ST_INPUT);
    CHECK(address_parse(STR_LIT(""), &address) == ST_INPUT);
    CHECK(address_parse(STR_LIT("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"), &address) ==
          ST_INPUT);
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    CHECK(!address_is_public((const struct sockaddr *)&local));
    CHECK(address_judge(NULL, STR_LIT("x"), 80, (const struct sockaddr *)&local, &diag) == ST_DENIED);
}

/* ---- URLs ---- */

static void urls(void)
{
    CHECK(judge_url(NULL, STR_LIT("https://docs.example.com/")) == OK);
    CHECK(judge_url(NULL, STR_LIT("https://docs.example.com:8443/")) == OK);
    CHECK(judge_url(NULL, STR_LIT("https://user:secret@docs.example.com/")) == OK);
    CHECK(judge_url(NULL, STR_LIT("http://docs.example.com:6667/")) == ST_DENIED);
    CHECK(strstr(diag.text, "6667") != NULL);
    CHECK(judge_url(NULL, STR_LIT("ftp://docs.example.com/")) == ST_DENIED);
    CHECK(judge_url(NULL, STR_LIT("http://x.localhost/")) == ST_DENIED);
    CHECK(judge_url(NULL, STR_LIT("http://metadata.google.internal./")) == ST_DENIED);
    CHECK(judge_url(NULL, STR_LIT("http://printer.local/")) == ST_DENIED);
    CHECK(judge_url(NULL, STR_LIT("http://nas.home.arpa/")) == ST_DENIED);
    CHECK(judge_url(NULL, STR_LIT("http://local.example/")) == OK);
    CHECK(judge_url(NULL, STR_LIT("http://notlocal.example/")) == OK);
    CHECK(judge_url(NULL, STR_LIT("http://192.168.1.1/")) == ST_DENIED);
    CHECK(strstr(diag.text, "192.168.1.1") && strstr(diag.text, "private"));
    CHECK(judge_url(NULL, STR_LIT("http://[::1]/")) == ST_DENIED);
    CHECK(judge_url(NULL, STR_LIT("http://[2001:4860:4860::8888]/")) == OK);
    struct url no_host = {.kind = URL_HTTP, .port = -1};
    CHECK(address_judge_url(NULL, &no_host, &diag) == ST_INPUT);
}

/* ---- rules ---- */

static struct address_rule *rule_of(const char *a, const char *b)
{
    struct str allow[] = {str_of(a), str_of(b)};
    struct address_rule *rule = address_rule_create(true, allow, b ? 2 : 1, &diag);
    if (!rule)
        fprintf(stderr, "    %s\n", diag.text);
    NEED(rule);
    return rule;
}

/* May a host that resolved to this address be connected to? */
static bool opened(const struct address_rule *rule, const char *host, int port, const char *text)
{
    struct sockaddr_storage address;
    NEED(address_parse(str_of(text), &address) == OK);
    return address_judge(rule, str_of(host), port, (const struct sockaddr *)&address, &diag) == OK;
}

static void names_open(void)
{
    struct address_rule *rule = rule_of("Wiki.Corp.", "nas:8080");
    CHECK(opened(rule, "wiki.corp", 80, "10.0.0.1") && opened(rule, "wiki.corp.", 443, "::1"));
    CHECK(!opened(rule, "x.wiki.corp", 80, "10.0.0.1"));
    CHECK(opened(rule, "nas", 8080, "192.168.0.2") && !opened(rule, "nas", 80, "192.168.0.2"));
    CHECK(opened(rule, "example.com", 80, "8.8.8.8") && !opened(rule, "example.com", 80, "10.0.0.1"));
    CHECK(strstr(diag.text, "10.0.0.1") != NULL);
    CHECK(judge_url(rule, STR_LIT("http://wiki.corp/")) == OK);
    CHECK(judge_url(rule, STR_LIT("http://nas:8080/")) == OK);
    CHECK(judge_url(rule, STR_LIT("http://nas/")) == ST_DENIED);
    CHECK(judge_url(rule, STR_LIT("http://localhost/")) == ST_DENIED);
    address_rule_release(rule);
}

static void addresses_open(void)
{
    struct address_rule *rule = rule_of("10.1.0.0/16", "[::1]:8080");
    CHECK(opened(rule, "any.example", 80, "10.1.2.3") &&
          opened(rule, "any.example", 80, "::ffff:10.1.2.3"));
    CHECK(!opened(rule, "any.example", 80, "10.2.0.1"));
    CHECK(opened(rule, "::1", 8080, "::1") && !opened(rule, "::1", 80, "::1"));
    CHECK(judge_url(rule, STR_LIT("http://10.1.0.1/")) == OK);
    CHECK(judge_url(rule, STR_LIT("http://[::1]:8080/")) == OK);
    CHECK(judge_url(rule, STR_LIT("http://[::1]/")) == ST_DENIED);
    /* A private name may pass to be resolved; its address is judged then. */
    CHECK(judge_url(rule, STR_LIT("http://localhost/")) == OK);
    CHECK(!opened(rule, "localhost", 80, "127.0.0.1"));
    address_rule_release(rule);

    rule = rule_of(" 127.0.0.1 ", "fd00::/8");
    CHECK(opened(rule, "x", 1234, "127.0.0.1") && !opened(rule, "x", 1234, "127.0.0.2"));
    CHECK(opened(rule, "x", 80, "fd12::1") && !opened(rule, "x", 80, "fc12::1"));
    address_rule_release(rule);
    rule = rule_of("fe80::1", "127.0.0.1:81");
    CHECK(opened(rule, "x", 80, "fe80::1") && opened(rule, "x", 81, "127.0.0.1"));
    CHECK(!opened(rule, "x", 80, "127.0.0.1"));
    address_rule_release(rule);
}

static void all_or_nothing(void)
{
    struct address_rule *all = address_rule_create(true, NULL, 0, &diag);
    struct address_rule *none = address_rule_create(false, NULL, 0, &diag);
    NEED(all && none);
    CHECK(opened(all, "x", 80, "127.0.0.1") && !opened(none, "x", 80, "127.0.0.1"));
    CHECK(judge_url(all, STR_LIT("http://localhost/")) == OK);
    CHECK(judge_url(all, STR_LIT("http://localhost:22/")) == ST_DENIED);
    CHECK(judge_url(all, STR_LIT("file:///etc/passwd")) == ST_DENIED);
    CHECK(judge_url(none, STR_LIT("http://localhost/")) == ST_DENIED);
    address_rule_release(all);
    address_rule_release(none);
    address_rule_release(NULL);
}

static void bad_entries(void)
{
    static const char *const bad[] = {"",
                                      ".",
                                      "a b",
                                      "10.0.0.0/33",
                                      "10.0.0.0/",
                                      "x/8",
                                      "::/129",
                                      "host:",
                                      "host:65536",
                                      "host:80x",
                                      "[::1",
                                      "[::1]x",
                                      "[::1]:x",
                                      "http://x/",
                                      "b\xC3\xBC"
                                      "cher.example",
                                      "host:1:2",
                                      "host:999999",
                                      "1.2.3.4/8:80"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct str allow = str_of(bad[i]);
        struct address_rule *rule = address_rule_create(true, &allow, 1, &diag);
        if (!CHECK(!rule))
            fprintf(stderr, "    %s\n", bad[i]);
        address_rule_release(rule);
    }
    char longest[300];
    memset(longest, 'a', sizeof longest);
    struct str allow = str_make(longest, 254);
    CHECK(!address_rule_create(true, &allow, 1, NULL));
}

static void *share_and_release(void *user)
{
    for (int i = 0; i < 20000; i++)
        address_rule_release(address_rule_share(user));
    return NULL;
}

static void owners(void)
{
    struct address_rule *rule = rule_of("nas", NULL);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        NEED(pthread_create(&threads[i], NULL, share_and_release, rule) == 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CHECK(opened(rule, "nas", 80, "127.0.0.1"));
    address_rule_release(rule);
}

int main(void)
{
    RUN(table);
    RUN(edges);
    RUN(wrapped);
    RUN(parsing);
    RUN(urls);
    RUN(names_open);
    RUN(addresses_open);
    RUN(all_or_nothing);
    RUN(bad_entries);
    RUN(owners);
    return check_report();
}
