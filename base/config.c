/* SPDX-License-Identifier: Apache-2.0 */
/* config.c: the table of config.def as a struct, as rows, and as text.
 *
 * The table is included once for each thing made of it. Values travel as uint64_t and take their C type
 * where they are put into the struct; the compiler checks that each range fits its type.
 * Threads: none of its own. */
#include "base/config.h"

#include "base/distance.h"
#include "base/utf8.h"

#include <inttypes.h>

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)
#define TIB(n) ((uint64_t)(n) << 40)
#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY ((uint64_t)24 * HOUR)

static const struct config_row rows[] = {
#define CONFIG(section, name, type, unit, fallback, least, most, help)                                  \
    {#section, #section "." #name, help, CONFIG_##unit, fallback, least, most, NULL, false},
#define CONFIG_TEXT(section, name, most_bytes, fallback, help)                                          \
    {#section, #section "." #name, help, CONFIG_LINE, 0, 0, most_bytes, fallback, false},
#define CONFIG_SECRET(section, name, most_bytes, fallback, help)                                        \
    {#section, #section "." #name, help, CONFIG_LINE, 0, 0, most_bytes, fallback, true},
#include "base/config.def"
#undef CONFIG
};

/* A default outside its range, or a type too small for its range, doesn't compile. */
#define CONFIG(section, name, type, unit, fallback, least, most, help)                                  \
    _Static_assert((uint64_t)(least) <= (uint64_t)(fallback) &&                                         \
                       (uint64_t)(fallback) <= (uint64_t)(most) &&                                      \
                       (uint64_t)(type)(most) == (uint64_t)(most),                                      \
                   #section "." #name);
#define CONFIG_TEXT(section, name, most_bytes, fallback, help)                                          \
    _Static_assert(sizeof(fallback) <= (most_bytes) + 1, #section "." #name);
#include "base/config.def"
#undef CONFIG

/* The rows' numbers: AT_fetch_body_bytes. */
enum {
#define CONFIG(section, name, type, unit, fallback, least, most, help) AT_##section##_##name,
#define CONFIG_TEXT(section, name, most_bytes, fallback, help) AT_##section##_##name,
#include "base/config.def"
#undef CONFIG
};

void config_init(struct config *config)
{
    *config = (struct config){
#define CONFIG(section, name, type, unit, fallback, least, most, help)                                  \
    .section##_##name = (type)(fallback),
#define CONFIG_TEXT(section, name, most_bytes, fallback, help) .section##_##name = fallback,
#include "base/config.def"
#undef CONFIG
    };
}

static void put_value(struct config *config, size_t i, uint64_t value)
{
    switch (i) {
#define CONFIG(section, name, type, unit, fallback, least, most, help)                                  \
    case AT_##section##_##name:                                                                         \
        config->section##_##name = (type)value;                                                         \
        break;
#include "base/config.def"
#undef CONFIG
    }
}

uint64_t config_value(const struct config *config, size_t i)
{
    switch (i) {
#define CONFIG(section, name, type, unit, fallback, least, most, help)                                  \
    case AT_##section##_##name:                                                                         \
        return (uint64_t)config->section##_##name;
#include "base/config.def"
#undef CONFIG
    default:
        return 0;
    }
}

const char *config_line(const struct config *config, size_t i)
{
    switch (i) {
#define CONFIG(section, name, type, unit, fallback, least, most, help)
#define CONFIG_TEXT(section, name, most_bytes, fallback, help)                                          \
    case AT_##section##_##name:                                                                         \
        return config->section##_##name;
#include "base/config.def"
#undef CONFIG
    default:
        return NULL;
    }
}

const struct config_row *config_row(size_t i)
{
    return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

/* ---- values ---- */

struct scale {
    const char *name;
    uint64_t factor;
};

/* A second name for a factor, for reading only, stands behind the first. */
static const struct scale bytes[] = {
    {"B", 1}, {"KiB", KIB(1)}, {"MiB", MIB(1)}, {"GiB", GIB(1)}, {"TiB", TIB(1)}};
static const struct scale times[] = {{"ms", 1},   {"s", SECOND}, {"min", MINUTE},
                                     {"h", HOUR}, {"d", DAY},    {"m", MINUTE}};
static const struct scale plain[] = {{"", 1}};

static const struct scale *scales_of(enum config_unit unit, size_t *ret_n)
{
    *ret_n = unit == CONFIG_BYTES ? ARRAY_LEN(bytes)
             : unit == CONFIG_MS  ? ARRAY_LEN(times)
                                  : ARRAY_LEN(plain);
    return unit == CONFIG_BYTES ? bytes : unit == CONFIG_MS ? times : plain;
}

static enum status parse_bool(struct str text, uint64_t *ret_value)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq_nocase(text, str_of(words[i]))) {
            *ret_value = i % 2;
            return OK;
        }
    }
    return ST_INPUT;
}

/* The names of the parsers, by number. */
static const char *const parsers[] = {"gumbo", "builtin"};

static enum status parse_parser(struct str text, uint64_t *ret_value)
{
    for (size_t i = 0; i < ARRAY_LEN(parsers); i++) {
        if (str_eq_nocase(text, str_of(parsers[i]))) {
            *ret_value = i;
            return OK;
        }
    }
    return ST_INPUT;
}

enum status config_parse(enum config_unit unit, struct str text, uint64_t *ret_value)
{
    size_t n_digits = 0, n_scales = 0;
    uint64_t n = 0;
    text = str_trim(text);
    if (unit == CONFIG_BOOL)
        return parse_bool(text, ret_value);
    if (unit == CONFIG_PARSER)
        return parse_parser(text, ret_value);
    for (; n_digits < text.n && ascii_is_digit(text.p[n_digits]); n_digits++)
        if (__builtin_mul_overflow(n, 10u, &n) ||
            __builtin_add_overflow(n, (uint64_t)(text.p[n_digits] - '0'), &n))
            return ST_INPUT;
    struct str name = str_trim(str_from(text, n_digits));
    const struct scale *scales = scales_of(unit, &n_scales);
    for (size_t i = 0; i < n_scales && n_digits; i++) {
        if (name.n && !str_eq_nocase(name, str_of(scales[i].name)))
            continue;
        if (__builtin_mul_overflow(n, scales[i].factor, &n))
            return ST_INPUT;
        *ret_value = n;
        return OK;
    }
    return ST_INPUT;
}

void config_format(enum config_unit unit, uint64_t value, struct buf *out)
{
    size_t n_scales = 0;
    const struct scale *scales = scales_of(unit, &n_scales), *best = &scales[0];
    if (unit == CONFIG_BOOL) {
        buf_puts(out, value ? "true" : "false");
        return;
    }
    if (unit == CONFIG_PARSER) {
        buf_puts(out, value < ARRAY_LEN(parsers) ? parsers[value] : "?");
        return;
    }
    for (size_t i = 1; i < n_scales && value; i++)
        if (value % scales[i].factor == 0 && scales[i].factor > best->factor)
            best = &scales[i];
    buf_printf(out, "%" PRIu64 "%s%s", value / best->factor, best->name[0] ? " " : "", best->name);
}

/* ---- keys ---- */

/* The key that was probably meant, or NULL. The name alone is compared too: "body_bytes" is enough. */
static const char *nearest(struct str key)
{
    const char *best = NULL;
    size_t least = 2 + key.n / 4;
    for (size_t i = 0; i < ARRAY_LEN(rows) && key.n <= DISTANCE_MAX_BYTES; i++) {
        struct str whole = str_of(rows[i].key), name = str_from(whole, strlen(rows[i].section) + 1);
        size_t far = distance_of(key, whole), near = distance_of(key, name);
        near = near < far ? near : far;
        if (near < least) {
            least = near;
            best = rows[i].key;
        }
    }
    return best;
}

static enum status refuse_key(struct str key, struct diag *ret_diag)
{
    const char *best = nearest(key);
    return diag_set(ret_diag, ST_INPUT, "There is no setting \"%.*s\"%s%s%s",
                    STR_ARG(str_head(key, 100)), best ? "; did you mean \"" : "", best ? best : "",
                    best ? "\"?" : ".");
}

static const char *how_to_write(enum config_unit unit)
{
    switch (unit) {
    case CONFIG_BYTES:
        return "a size such as \"16 MiB\" (B, KiB, MiB, GiB, TiB)";
    case CONFIG_MS:
        return "a time such as \"30 s\" (ms, s, min, h, d)";
    case CONFIG_BOOL:
        return "true or false";
    case CONFIG_PARSER:
        return "builtin or gumbo";
    default:
        return "a whole number";
    }
}

static enum status refuse_range(const struct config_row *row, struct str value, struct diag *ret_diag)
{
    char text[100] = "";
    struct buf range;
    buf_init(&range, sizeof text - 1);
    config_format(row->unit, row->least, &range);
    buf_puts(&range, " to ");
    config_format(row->unit, row->most, &range);
    memcpy(text, range.p ? range.p : "", range.n);
    buf_fini(&range);
    return diag_set(ret_diag, ST_INPUT, "%s is out of range: \"%.*s\" is not within %s.", row->key,
                    STR_ARG(str_head(value, 100)), text);
}

static bool is_line(struct str text)
{
    while (text.n) {
        size_t n = utf8_length(text);
        if (n == 0 || (n == 1 && ((unsigned char)text.p[0] < 0x20 || text.p[0] == 0x7F)))
            return false;
        text = str_from(text, n);
    }
    return true;
}

static enum status set_line(struct config *config, size_t i, struct str value, struct diag *ret_diag)
{
    value = str_trim(value);
    if (value.n > rows[i].most)
        return diag_set(ret_diag, ST_INPUT, "%s is too long: %zu bytes, and %" PRIu64 " are the most.",
                        rows[i].key, value.n, rows[i].most);
    if (!is_line(value))
        return diag_set(ret_diag, ST_INPUT, "%s must be UTF-8 text of one line.", rows[i].key);
    char *to = (char *)config_line(config, i);
    memcpy(to, value.p, value.n);
    memset(to + value.n, 0, rows[i].most + 1 - value.n);
    return OK;
}

enum status config_set(struct config *config, struct str key, struct str value, struct diag *ret_diag)
{
    uint64_t n = 0;
    size_t i = 0;
    while (i < ARRAY_LEN(rows) && !str_is(key, rows[i].key))
        i++;
    const struct config_row *row = config_row(i);
    if (!row)
        return refuse_key(key, ret_diag);
    if (row->unit == CONFIG_LINE)
        return set_line(config, i, value, ret_diag);
    if (config_parse(row->unit, value, &n) != OK)
        return diag_set(ret_diag, ST_INPUT, "%s can't be \"%.*s\": write %s.", row->key,
                        STR_ARG(str_head(value, 100)), how_to_write(row->unit));
    if (n < row->least || n > row->most)
        return refuse_range(row, value, ret_diag);
    put_value(config, i, n);
    return OK;
}

/* ---- documentation ---- */

static void write_row(const struct config_row *row, struct buf *out)
{
    buf_printf(out, "| `%s` | ", row->key);
    if (row->unit == CONFIG_LINE) {
        if (row->text[0])
            buf_printf(out, "`%s`", row->text);
        else
            buf_puts(out, "(empty)");
        buf_printf(out, " | | %" PRIu64 " bytes | %s%s |\n", row->most, row->help,
                   row->secret ? "; never printed" : "");
        return;
    }
    config_format(row->unit, row->fallback, out);
    buf_puts(out, " | ");
    config_format(row->unit, row->least, out);
    buf_puts(out, " | ");
    config_format(row->unit, row->most, out);
    buf_printf(out, " | %s |\n", row->help);
}

void config_write_docs(struct buf *out)
{
    const char *section = "";
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(section, rows[i].section) != 0) {
            section = rows[i].section;
            buf_printf(out,
                       "%s## %s\n\n| key | default | least | most | meaning |\n| --- | --- | --- | --- "
                       "| --- |\n",
                       i ? "\n" : "", section);
        }
        write_row(&rows[i], out);
    }
}
