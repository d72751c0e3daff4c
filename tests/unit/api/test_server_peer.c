/* SPDX-License-Identifier: Apache-2.0 */
/* The server's pure parts by table: addresses to listen on, trusted proxies, who a client is, parts of files. */
#include "api/server_parts.h"
#include "base/address.h"
#include "tests/check.h"

#include <netinet/in.h>

/* Not called here: front.c's side of the server. */
bool front_head(struct call *call)
{
    (void)call;
    return false;
}
void front_call(struct call *call)
{
    (void)call;
}
void front_reply(struct call *call)
{
    (void)call;
}

static struct ip16 ip_of(const char *text)
{
    struct sockaddr_storage address;
    NEED(address_parse(str_of(text), &address) == OK);
    return ip16_of((struct sockaddr *)&address);
}

static void listen_addresses(void)
{
    static const struct {
        const char *text, *want; /* NULL: refused */
    } cases[] = {
        {"127.0.0.1:8787", "127.0.0.1:8787"},
        {" 0.0.0.0:80 ", "0.0.0.0:80"},
        {"[::1]:0", "[::1]:0"},
        {"[::]:8080", "[::]:8080"},
        {"[2001:db8::1]:65535", "[2001:db8::1]:65535"},
        {"", NULL},
        {"127.0.0.1", NULL},
        {"127.0.0.1:", NULL},
        {":8787", NULL},
        {"8787", NULL},
        {"127.0.0.1:65536", NULL},
        {"127.0.0.1:-1", NULL},
        {"127.0.0.1:80x", NULL},
        {"localhost:80", NULL},
        {"::1:80", NULL},
        {"[::1]", NULL},
        {"[::1:80", NULL},
        {"[127.0.0.1]:80", NULL},
        {"127.0.0.1:000080", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sockaddr_storage address;
        struct diag diag = {0};
        char text[IP_TEXT_BYTES + 8];
        enum status st = listen_parse(str_of(cases[i].text), &address, &diag);
        if (!check_int(st, cases[i].want ? OK : ST_INPUT, cases[i].text, __FILE__, __LINE__))
            continue;
        if (st == OK) {
            listen_text((struct sockaddr *)&address, text);
            CHECK_STR(str_of(text), str_of(cases[i].want));
        } else {
            CHECK(strstr(diag.text, "127.0.0.1:8787") != NULL);
        }
    }
}

static void proxy_lists(void)
{
    static const struct {
        const char *list, *ip;
        bool trusted;
    } cases[] = {
        {"", "127.0.0.1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"10.0.0.0/8, 192.0.2.7", "10.255.0.1", true},
        {"10.0.0.0/8, 192.0.2.7", "192.0.2.7", true},
        {"10.0.0.0/8, 192.0.2.7", "11.0.0.0", false},
        {"10.128.0.0/9", "10.127.255.255", false},
        {"10.128.0.0/9", "10.128.0.0", true},
        {"10.0.0.0/8", "::ffff:10.1.2.3", true},
        {"::ffff:10.0.0.0/104", "10.1.2.3", true},
        {"0.0.0.0/0", "203.0.113.1", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "203.0.113.1", true},
        {"2001:db8::/33,", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::1", "::1", true},
    };
    static const char *const wrong[] = {"me",      "10.0.0.0/33", "10.0.0.0/",         "10.0.0.0/-1",
                                        "::1/129", "10.0.0/8",    "10.0.0.1 10.0.0.2", "1.2.3.4:80"};
    struct proxies proxies;
    struct diag diag;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ip16 ip = ip_of(cases[i].ip);
        CHECK_INT(proxies_parse(str_of(cases[i].list), &proxies, &diag), OK);
        check_int(proxies_trust(&proxies, &ip), cases[i].trusted, cases[i].list, __FILE__, __LINE__);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        check_int(proxies_parse(str_of(wrong[i]), &proxies, &diag), ST_INPUT, wrong[i], __FILE__,
                  __LINE__);
    char many[64 * 10 + 20] = "";
    for (size_t i = 0; i < PROXIES_MAX; i++)
        memcpy(many + i * 10, "192.0.2.1,", 11);
    CHECK_INT(proxies_parse(str_of(many), &proxies, &diag), OK);
    memcpy(many + sizeof many - 20, "192.0.2.2", 10);
    CHECK_INT(proxies_parse(str_of(many), &proxies, &diag), ST_INPUT);
}

static void clients_behind_proxies(void)
{
    static const struct {
        const char *from, *forwarded_for, *proto, *want;
        bool secure;
    } cases[] = {
        {"203.0.113.1", "198.51.100.1", "https", "203.0.113.1", false},
        {"10.0.0.1", NULL, NULL, "10.0.0.1", false},
        {"10.0.0.1", "", "", "10.0.0.1", false},
        {"10.0.0.1", "198.51.100.1", "https", "198.51.100.1", true},
        {"10.0.0.1", "198.51.100.1", "HTTPS", "198.51.100.1", true},
        {"10.0.0.1", "198.51.100.1", "http", "198.51.100.1", false},
        {"10.0.0.1", "198.51.100.1", "https,http", "198.51.100.1", false},
        {"10.0.0.1", "6.6.6.6, 198.51.100.1", NULL, "198.51.100.1", false},
        {"10.0.0.1", "6.6.6.6,198.51.100.1 , 10.0.0.2", NULL, "198.51.100.1", false},
        {"10.0.0.1", "10.0.0.3, 10.0.0.2", NULL, "10.0.0.3", false},
        {"10.0.0.1", "6.6.6.6, unknown, 10.0.0.2", NULL, "10.0.0.2", false},
        {"10.0.0.1", "unknown", NULL, "10.0.0.1", false},
        {"10.0.0.1", "6.6.6.6,", NULL, "10.0.0.1", false},
        {"10.0.0.1", "198.51.100.1:4711", NULL, "198.51.100.1", false},
        {"10.0.0.1", "[2001:db8::5]:4711", NULL, "2001:db8::5", false},
        {"10.0.0.1", "2001:db8::5", NULL, "2001:db8::5", false},
        {"10.0.0.1", "[", NULL, "10.0.0.1", false},
        {"10.0.0.1", "<script>", NULL, "10.0.0.1", false},
    };
    struct proxies proxies;
    struct diag diag;
    NEED(proxies_parse(STR_LIT("10.0.0.0/24"), &proxies, &diag) == OK);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[IP_TEXT_BYTES];
        struct ip16 from = ip_of(cases[i].from);
        struct client client =
            client_of(&proxies, &from, str_of(cases[i].forwarded_for), str_of(cases[i].proto));
        ip16_text(&client.ip, text);
        if (!CHECK_STR(str_of(text), str_of(cases[i].want)) ||
            !CHECK_INT(client.secure, cases[i].secure))
            fprintf(stderr, "    row %zu\n", i);
    }
    struct ip16 own = ip_of("127.3.2.1"), own6 = ip_of("::1"), other = ip_of("128.0.0.1");
    CHECK(ip16_is_loopback(&own) && ip16_is_loopback(&own6) && !ip16_is_loopback(&other));
}

/* RFC 9110 13 and 14, of 10 bytes with the tag "t". */
static void parts_of_files(void)
{
    static const struct {
        const char *range, *if_range, *none_match;
        unsigned status;
        uint64_t at, bytes;
    } cases[] = {
        {NULL, NULL, NULL, 200, 0, 10},
        {"bytes=0-0", NULL, NULL, 206, 0, 1},
        {"bytes=2-5", NULL, NULL, 206, 2, 4},
        {"bytes=2-", NULL, NULL, 206, 2, 8},
        {"bytes=-3", NULL, NULL, 206, 7, 3},
        {"bytes=-10", NULL, NULL, 206, 0, 10},
        {"bytes=-99", NULL, NULL, 206, 0, 10},
        {"bytes=9-", NULL, NULL, 206, 9, 1},
        {"bytes=0-99", NULL, NULL, 206, 0, 10},
        {"bytes=3-18446744073709551615", NULL, NULL, 206, 3, 7},
        {"bytes=3-99999999999999999999999", NULL, NULL, 206, 3, 7},
        {"BYTES=3-4", NULL, NULL, 206, 3, 2},
        {"bytes= 3-4 ", NULL, NULL, 206, 3, 2},
        {"bytes=10-", NULL, NULL, 416, 0, 10},
        {"bytes=10-12", NULL, NULL, 416, 0, 10},
        {"bytes=99999999999999999999999-", NULL, NULL, 416, 0, 10},
        {"bytes=-0", NULL, NULL, 416, 0, 10},
        {"bytes=5-2", NULL, NULL, 200, 0, 10},
        {"bytes=", NULL, NULL, 200, 0, 10},
        {"bytes=-", NULL, NULL, 200, 0, 10},
        {"bytes=a-b", NULL, NULL, 200, 0, 10},
        {"bytes=1-2,4-5", NULL, NULL, 200, 0, 10},
        {"bytes=1-2x", NULL, NULL, 200, 0, 10},
        {"bytes", NULL, NULL, 200, 0, 10},
        {"", NULL, NULL, 200, 0, 10},
        {"lines=1-2", NULL, NULL, 200, 0, 10},
        {"bytes=1-2", "\"t\"", NULL, 206, 1, 2},
        {"bytes=1-2", "W/\"t\"", NULL, 200, 0, 10},
        {"bytes=1-2", "\"u\"", NULL, 200, 0, 10},
        {"bytes=1-2", "t", NULL, 200, 0, 10},
        {"bytes=1-2", "Wed, 21 Oct 2015 07:28:00 GMT", NULL, 200, 0, 10},
        {NULL, "\"t\"", NULL, 200, 0, 10},
        {NULL, NULL, "\"t\"", 304, 0, 10},
        {NULL, NULL, "W/\"t\"", 304, 0, 10},
        {NULL, NULL, "\"a\", W/\"b\" , \"t\"", 304, 0, 10},
        {NULL, NULL, "*", 304, 0, 10},
        {NULL, NULL, "\"u\"", 200, 0, 10},
        {NULL, NULL, "t", 200, 0, 10},
        {NULL, NULL, "\"t", 200, 0, 10},
        {NULL, NULL, "", 200, 0, 10},
        {"bytes=1-2", NULL, "\"t\"", 304, 0, 10},
        {"bytes=1-2", NULL, "\"u\"", 206, 1, 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct file_answer a =
            file_answer(STR_LIT("GET"), str_of(cases[i].range), str_of(cases[i].if_range),
                        str_of(cases[i].none_match), STR_LIT("t"), 10);
        if (!CHECK_INT(a.status, cases[i].status) || !CHECK_INT(a.at, cases[i].at) ||
            !CHECK_INT(a.bytes, cases[i].bytes))
            fprintf(stderr, "    row %zu\n", i);
    }
    struct file_answer a =
        file_answer(STR_LIT("HEAD"), STR_LIT("bytes=1-2"), STR_NONE, STR_NONE, STR_LIT("t"), 10);
    CHECK_INT(a.status, 200);
    a = file_answer(STR_LIT("GET"), STR_LIT("bytes=0-"), STR_NONE, STR_NONE, STR_NONE, 0);
    CHECK_INT(a.status, 416);
    a = file_answer(STR_LIT("GET"), STR_LIT("bytes=-5"), STR_NONE, STR_NONE, STR_NONE, 0);
    CHECK_INT(a.status, 416);
    a = file_answer(STR_LIT("GET"), STR_LIT("bytes=1-2"), STR_LIT("\"\""), STR_NONE, STR_NONE, 10);
    CHECK_INT(a.status, 200);
}

int main(void)
{
    RUN(listen_addresses);
    RUN(proxy_lists);
    RUN(clients_behind_proxies);
    RUN(parts_of_files);
    return check_report();
}
