/* SPDX-License-Identifier: Apache-2.0 */
/* Whole cases: base URL, instruction and links in, decisions out, held against hand-made labels. The floors are
 * what the compiler reaches today, rounded down: a change may not lose links. tests/data/policy/README.md says how
 * labels are scored; policy-more.jsonl has the same form and more kinds of sites and phrasings. */
#include "base/json.h"
#include "frontier/plan_jsonl.h"
#include "tests/check.h"

struct tally {
    unsigned long cases, scored, right, kept_right, kept_wrong, missed;
};

static struct json_doc *parse(struct str text)
{
    const struct json_limits limits = {.max_bytes = 1u << 20, .max_depth = 64, .replace_nul = true};
    struct json_doc *doc = NULL;
    struct diag diag;
    NEED(json_parse(text, &limits, &doc, &diag) == OK);
    return doc;
}

static void count(struct tally *t, const struct json *links, const struct json *decisions)
{
    const struct json *d = json_first(decisions);
    CHECK_INT(json_length(decisions), json_length(links));
    for (const struct json *l = json_first(links); l && d; l = json_after(l), d = json_after(d)) {
        struct str gold = json_str(json_get(l, "label"), STR_LIT(""));
        if (str_is(gold, "either"))
            continue;
        bool want = str_is(gold, "keep"), got = str_is(json_str(d, STR_LIT("")), "keep");
        t->scored++;
        t->right += want == got;
        t->kept_right += want && got;
        t->kept_wrong += !want && got;
        t->missed += want && !got;
    }
}

static void judge_line(struct tally *t, struct str line)
{
    struct buf out;
    struct diag diag;
    buf_init(&out, 1u << 20);
    NEED(plan_jsonl_line(line, &out, &diag) == OK);
    CHECK(out.n && out.p[out.n - 1] == '\n');
    struct json_doc *gold = parse(line), *plan = parse(buf_str(&out));
    const struct json *g = json_root(gold), *p = json_root(plan);
    CHECK_STR(json_str(json_get(p, "id"), STR_NONE), json_str(json_get(g, "id"), STR_LIT("")));
    count(t, json_get(g, "links"), json_get(p, "decisions"));
    t->cases++;
    json_doc_destroy(gold);
    json_doc_destroy(plan);
    buf_fini(&out);
}

static struct tally judge_file(const char *path)
{
    struct tally t = {.cases = 0};
    FILE *f = fopen(path, "r");
    NEED(f);
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, f)) > 0)
        judge_line(&t, str_trim(str_make(line, (size_t)n)));
    free(line);
    fclose(f);
    return t;
}

static void hold(const char *path, unsigned long cases, double accuracy_floor, double f1_floor)
{
    struct tally t = judge_file(path);
    NEED(t.scored > 0);
    double accuracy = (double)t.right / (double)t.scored;
    double f1 = 2.0 * (double)t.kept_right / (double)(2 * t.kept_right + t.kept_wrong + t.missed);
    printf("     %s: %lu cases, %lu links, accuracy %.3f, keep-F1 %.3f\n", path, t.cases, t.scored,
           accuracy, f1);
    CHECK_INT(t.cases, cases);
    CHECK(accuracy >= accuracy_floor);
    CHECK(f1 >= f1_floor);
}

static void labelled_cases(void)
{
    hold("tests/data/policy/policy-dev.jsonl", 51, 0.982, 0.972);
}

static void more_cases(void)
{
    hold("tests/data/policy/policy-more.jsonl", 53, 0.980, 0.970);
}

static void own_cases(void)
{
    hold("tests/data/policy/own.jsonl", 40, 0.960, 0.940);
}

static void bad_lines_say_why(void)
{
    static const char *const lines[] = {
        "",
        "[]",
        "{",
        "{\"id\":1}",
        "{\"id\":1,\"base_url\":\"ftp://h/\",\"links\":[]}",
        "{\"id\":1,\"base_url\":\"https://h/\",\"include\":[\"[\"],\"links\":[]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct buf out;
        struct diag diag = {.at = 0};
        buf_init(&out, 1000);
        buf_puts(&out, "before");
        CHECK_INT(plan_jsonl_line(str_of(lines[i]), &out, &diag), ST_INPUT);
        CHECK(diag.text[0]);
        CHECK_STR(buf_str(&out), STR_LIT("before"));
        buf_fini(&out);
    }
}

static void depth_follows_the_links(void)
{
    struct buf out;
    struct diag diag;
    buf_init(&out, 1000);
    NEED(plan_jsonl_line(STR_LIT("{\"id\":7,\"base_url\":\"https://h.example/"
                                 "\",\"instruction\":\"everything, at most 2 clicks deep\","
                                 "\"links\":[{\"url\":\"https://h.example/a/b/"
                                 "c\",\"text\":\"C\",\"found_on\":\"https://h.example/a/b\"},"
                                 "{\"url\":\"https://h.example/a/"
                                 "b\",\"text\":\"B\",\"found_on\":\"https://h.example/a\"},"
                                 "{\"url\":\"https://h.example/a\",\"text\":\"A\"},"
                                 "{\"url\":\"not a url\",\"text\":\"A\",\"found_on\":\"nonsense\"}]}"),
                         &out, &diag) == OK);
    CHECK_STR(buf_str(&out),
              STR_LIT("{\"id\":7,\"decisions\":[\"skip\",\"keep\",\"keep\",\"keep\"]}\n"));
    buf_fini(&out);
}

int main(void)
{
    RUN(labelled_cases);
    RUN(more_cases);
    RUN(own_cases);
    RUN(bad_lines_say_why);
    RUN(depth_follows_the_links);
    return check_report();
}
