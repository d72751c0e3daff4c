/* SPDX-License-Identifier: Apache-2.0 */
/* test_config.c: defaults, values with units, refusals that help, and the table as documentation. */
#include "base/config.h"
#include "tests/check.h"

static struct diag diag;

static size_t n_rows(void)
{
    size_t n = 0;
    while (config_row(n))
        n++;
    return n;
}

static void defaults(void)
{
    struct config c;
    config_init(&c);
    CHECK(c.store_map_bytes == (uint64_t)1 << 40);
    CHECK_INT(c.store_max_readers, 126);
    CHECK_INT(c.writer_batch_ms, 50);
    CHECK_INT(c.fetch_body_bytes, 16 << 20);
    CHECK_INT(c.fetch_total_ms, 120000);
    CHECK_INT(c.fetch_robots_ms, 24 * 3600 * 1000);
    CHECK_INT(c.extract_workers, 0);
    CHECK_INT(n_rows(), 108);
    for (size_t i = 0; config_row(i); i++)
        CHECK(config_value(&c, i) == config_row(i)->fallback);
    CHECK_INT(config_value(&c, n_rows()), 0);
}

/* Every row takes its own least and most, as they are written, and nothing beyond. */
static void every_row(void)
{
    struct config c;
    struct buf text;
    config_init(&c);
    buf_init(&text, 100);
    for (size_t i = 0; config_row(i); i++) {
        const struct config_row *row = config_row(i);
        if (row->unit == CONFIG_LINE)
            continue;
        uint64_t ends[] = {row->least, row->most};
        for (size_t j = 0; j < 2; j++) {
            buf_reset(&text);
            config_format(row->unit, ends[j], &text);
            CHECK(config_set(&c, str_of(row->key), buf_str(&text), &diag) == OK);
            CHECK(config_value(&c, i) == ends[j]);
        }
        buf_reset(&text);
        buf_printf(&text, "%llu", (unsigned long long)row->most + 1);
        CHECK(config_set(&c, str_of(row->key), buf_str(&text), &diag) == ST_INPUT);
        CHECK(config_value(&c, i) == row->most && !config_line(&c, i));
        CHECK(strlen(row->key) <= 64 && strncmp(row->key, row->section, strlen(row->section)) == 0);
    }
    buf_fini(&text);
}

/* A text takes its most bytes and no more, and a refusal says nothing of a secret one. */
static void every_text(void)
{
    struct config c;
    size_t n = 0, n_secret = 0;
    char text[16001];
    config_init(&c);
    for (size_t i = 0; config_row(i); i++) {
        const struct config_row *row = config_row(i);
        if (row->unit != CONFIG_LINE)
            continue;
        NEED(row->most < sizeof text);
        memset(text, 'x', sizeof text);
        CHECK(strcmp(config_line(&c, i), row->text) == 0);
        CHECK(config_set(&c, str_of(row->key), str_make(text, row->most + 1), &diag) == ST_INPUT);
        CHECK(!strstr(diag.text, "xxx") && strcmp(config_line(&c, i), row->text) == 0);
        CHECK(config_set(&c, str_of(row->key), str_make(text, row->most), &diag) == OK);
        CHECK(strlen(config_line(&c, i)) == row->most);
        n++;
        n_secret += row->secret;
    }
    CHECK_INT(n, 11);
    CHECK_INT(n_secret, 3);
}

static void texts(void)
{
    struct config c;
    config_init(&c);
    CHECK_STR(str_of(c.server_listen), STR_LIT("127.0.0.1:8787"));
    CHECK_STR(str_of(c.server_public_url), STR_LIT(""));
    CHECK(config_set(&c, STR_LIT("server.listen"), STR_LIT("  [::]:80 "), &diag) == OK);
    CHECK_STR(str_of(c.server_listen), STR_LIT("[::]:80"));
    CHECK(config_set(&c, STR_LIT("server.listen"), STR_LIT(""), &diag) == OK);
    CHECK_STR(str_of(c.server_listen), STR_LIT(""));
    CHECK(config_set(&c, STR_LIT("webhook.secret"), STR_LIT("pass\xC3\xA9 ; # \"x\""), &diag) == OK);
    CHECK_STR(str_of(c.webhook_secret), STR_LIT("pass\xC3\xA9 ; # \"x\""));
    CHECK(config_set(&c, STR_LIT("webhook.secret"), STR_LIT("hush\x01hush"), &diag) == ST_INPUT);
    CHECK(!strstr(diag.text, "hush"));
    CHECK(config_set(&c, STR_LIT("webhook.secret"), STR_LIT("hush\xFF"), &diag) == ST_INPUT);
    CHECK(config_set(&c, STR_LIT("webhook.secret"), STR_LIT("hu\0sh"), &diag) == ST_INPUT);
    CHECK(strncmp(c.webhook_secret, "pass", 4) == 0);
}

static enum status file(struct config *c, struct str text)
{
    diag.text[0] = 0;
    return config_read_text(c, "some.conf", text, &diag);
}

static void files(void)
{
    struct config c;
    config_init(&c);
    CHECK(file(&c, STR_LIT("\xEF\xBB\xBF# a comment\n; another = 1\n\nfetch.retries = 7\r\n"
                           "[ fetch ]\n  body_bytes=1 MiB\n[server]\npublic_url = http://h/?a=b;c#d  \n"
                           "[webhook]\nsecret=")) == OK);
    CHECK_INT(c.fetch_retries, 7);
    CHECK_INT(c.fetch_body_bytes, 1 << 20);
    CHECK_STR(str_of(c.server_public_url), STR_LIT("http://h/?a=b;c#d"));
    CHECK(file(&c, STR_LIT("")) == OK);
    CHECK(file(&c, STR_LIT("[fetch]\nretries = 9\nbody_byte = 1\n")) == ST_INPUT);
    CHECK(strstr(diag.text, "some.conf:3: ") && strstr(diag.text, "did you mean \"fetch.body_bytes\""));
    CHECK_INT(c.fetch_retries, 7);
    CHECK(file(&c, STR_LIT("[fetch]\nretries = 99\n")) == ST_INPUT);
    CHECK(strstr(diag.text, "some.conf:2: fetch.retries") != NULL);
    CHECK(file(&c, STR_LIT("\n[fetch\n")) == ST_INPUT && strstr(diag.text, "some.conf:2: "));
    CHECK(file(&c, STR_LIT("[")) == ST_INPUT && strstr(diag.text, "some.conf:1: "));
    CHECK(file(&c, STR_LIT("[]\nfetch.retries=1\n[fetch]\nretries\n")) == ST_INPUT);
    CHECK(strstr(diag.text, "some.conf:4: ") && strstr(diag.text, "key = value"));
    CHECK(file(&c, STR_LIT("[fetch]\nretries\0x = 1\n")) == ST_INPUT);
    CHECK(file(&c, STR_LIT("[webhook]\nsecret = a\0b\n")) == ST_INPUT);
    CHECK(config_read_file(&c, "tests/data/none.conf", &diag) == ST_INPUT);
    CHECK(strstr(diag.text, "tests/data/none.conf can't be opened: ") != NULL);
    CHECK(config_read_file(&c, "tests", &diag) == ST_INPUT);
    CHECK_INT(c.fetch_retries, 7);
}

/* docs/settings.md ends with the table as config_write_docs() makes it. */
static void documented(void)
{
    struct buf table, page;
    char chunk[4096];
    size_t n;
    buf_init(&table, 1 << 20);
    buf_init(&page, 1 << 20);
    config_write_docs(&table);
    FILE *f = fopen("docs/settings.md", "re");
    NEED(f);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_put(&page, chunk, n);
    fclose(f);
    CHECK(table.n > 1000 && str_ends(buf_str(&page), buf_str(&table)));
    buf_fini(&table);
    buf_fini(&page);
}

static uint64_t parsed(enum config_unit unit, const char *text)
{
    uint64_t n = 777;
    return config_parse(unit, str_of(text), &n) == OK ? n : (CHECK(n == 777), UINT64_MAX);
}

static void sizes(void)
{
    CHECK_INT(parsed(CONFIG_BYTES, "16MiB"), 16 << 20);
    CHECK_INT(parsed(CONFIG_BYTES, " 1 tib "), (long long)1 << 40);
    CHECK_INT(parsed(CONFIG_BYTES, "2KiB"), 2048);
    CHECK_INT(parsed(CONFIG_BYTES, "3GiB"), (long long)3 << 30);
    CHECK_INT(parsed(CONFIG_BYTES, "5B"), 5);
    CHECK_INT(parsed(CONFIG_BYTES, "4096"), 4096);
    CHECK(parsed(CONFIG_BYTES, "16 apples") == UINT64_MAX);
    CHECK(parsed(CONFIG_BYTES, "MiB") == UINT64_MAX);
    CHECK(parsed(CONFIG_BYTES, "") == UINT64_MAX);
    CHECK(parsed(CONFIG_BYTES, "-1") == UINT64_MAX);
    CHECK(parsed(CONFIG_BYTES, "1.5MiB") == UINT64_MAX);
    CHECK(parsed(CONFIG_BYTES, "16MB") == UINT64_MAX);
    CHECK(parsed(CONFIG_BYTES, "99999999999999999999") == UINT64_MAX);
    CHECK(parsed(CONFIG_BYTES, "99999999TiB") == UINT64_MAX);
}

static void times(void)
{
    CHECK_INT(parsed(CONFIG_MS, "30s"), 30000);
    CHECK_INT(parsed(CONFIG_MS, "50"), 50);
    CHECK_INT(parsed(CONFIG_MS, "50 ms"), 50);
    CHECK_INT(parsed(CONFIG_MS, "2m"), 120000);
    CHECK_INT(parsed(CONFIG_MS, "2 min"), 120000);
    CHECK_INT(parsed(CONFIG_MS, "24h"), 86400000);
    CHECK_INT(parsed(CONFIG_MS, "1d"), 86400000);
    CHECK(parsed(CONFIG_MS, "1 week") == UINT64_MAX);
    CHECK(parsed(CONFIG_MS, "1 MiB") == UINT64_MAX);
}

static void counts_and_truth(void)
{
    CHECK_INT(parsed(CONFIG_COUNT, "64"), 64);
    CHECK(parsed(CONFIG_COUNT, "64 s") == UINT64_MAX);
    CHECK(parsed(CONFIG_COUNT, "0x10") == UINT64_MAX);
    CHECK_INT(parsed(CONFIG_BOOL, "true"), 1);
    CHECK_INT(parsed(CONFIG_BOOL, " On "), 1);
    CHECK_INT(parsed(CONFIG_BOOL, "yes"), 1);
    CHECK_INT(parsed(CONFIG_BOOL, "0"), 0);
    CHECK_INT(parsed(CONFIG_BOOL, "off"), 0);
    CHECK(parsed(CONFIG_BOOL, "2") == UINT64_MAX);
    CHECK(parsed(CONFIG_BOOL, "") == UINT64_MAX);
}

static void check_format(enum config_unit unit, uint64_t value, const char *want)
{
    struct buf out;
    buf_init(&out, 100);
    config_format(unit, value, &out);
    CHECK_STR(buf_str(&out), str_of(want));
    buf_fini(&out);
}

static void formats(void)
{
    check_format(CONFIG_BYTES, 16 << 20, "16 MiB");
    check_format(CONFIG_BYTES, (uint64_t)1 << 40, "1 TiB");
    check_format(CONFIG_BYTES, 1025, "1025 B");
    check_format(CONFIG_BYTES, 0, "0 B");
    check_format(CONFIG_MS, 50, "50 ms");
    check_format(CONFIG_MS, 90000, "90 s");
    check_format(CONFIG_MS, 120000, "2 min");
    check_format(CONFIG_MS, 7200000, "2 h");
    check_format(CONFIG_MS, 86400000, "1 d");
    check_format(CONFIG_COUNT, 64, "64");
    check_format(CONFIG_BOOL, 1, "true");
    check_format(CONFIG_BOOL, 0, "false");
}

static bool said(struct config *c, const char *key, const char *value, const char *words)
{
    struct config before = *c;
    bool refused = config_set(c, str_of(key), str_of(value), &diag) == ST_INPUT;
    bool same = true;
    for (size_t i = 0; config_row(i); i++)
        same &= config_value(&before, i) == config_value(c, i);
    if (!strstr(diag.text, words))
        fprintf(stderr, "    %s\n", diag.text);
    return refused && same && strstr(diag.text, words);
}

static void refusals(void)
{
    struct config c;
    config_init(&c);
    CHECK(said(&c, "fetch.bodybytes", "1", "did you mean \"fetch.body_bytes\""));
    CHECK(said(&c, "fetch.body-bytes", "1", "did you mean \"fetch.body_bytes\""));
    CHECK(said(&c, "Fetch.Retrys", "1", "did you mean \"fetch.retries\""));
    CHECK(said(&c, "body_bytes", "1", "did you mean \"fetch.body_bytes\""));
    CHECK(said(&c, "zebra", "1", "There is no setting \"zebra\"."));
    CHECK(said(&c, "", "1", "There is no setting"));
    char longest[300];
    memset(longest, 'x', sizeof longest);
    longest[299] = 0;
    CHECK(said(&c, longest, "1", "There is no setting"));
    CHECK(said(&c, "fetch.body_bytes", "lots", "16 MiB"));
    CHECK(said(&c, "fetch.idle_ms", "lots", "30 s"));
    CHECK(said(&c, "fetch.retries", "lots", "whole number"));
    CHECK(said(&c, "fetch.retries", "21", "not within 0 to 20"));
    CHECK(said(&c, "fetch.body_bytes", "1", "1 KiB to 1 GiB"));
    CHECK(config_set(&c, STR_LIT("nope"), STR_LIT("1"), NULL) == ST_INPUT);
    CHECK(config_set(&c, STR_LIT("fetch.idle_ms"), STR_LIT("45s"), NULL) == OK);
    CHECK_INT(c.fetch_idle_ms, 45000);
}

static void documentation(void)
{
    struct buf out;
    buf_init(&out, 1u << 20);
    config_write_docs(&out);
    CHECK(buf_terminate(&out));
    CHECK(strstr(out.p, "## fetch\n") != NULL);
    CHECK(strstr(out.p, "| `fetch.body_bytes` | 16 MiB | 1 KiB | 1 GiB | ") != NULL);
    CHECK(strstr(out.p, "| `extract.workers` | 0 | 0 | 256 | ") != NULL);
    size_t lines = 0;
    for (size_t i = 0; i < out.n; i++)
        lines += out.p[i] == '\n' && i + 3 < out.n && memcmp(out.p + i + 1, "| `", 3) == 0;
    CHECK_INT(lines, n_rows());
    buf_fini(&out);
}

int main(void)
{
    RUN(defaults);
    RUN(every_row);
    RUN(every_text);
    RUN(texts);
    RUN(files);
    RUN(documented);
    RUN(sizes);
    RUN(times);
    RUN(counts_and_truth);
    RUN(formats);
    RUN(refusals);
    RUN(documentation);
    return check_report();
}
