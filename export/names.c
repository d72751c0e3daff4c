/* SPDX-License-Identifier: Apache-2.0 */
/* names.c: from a URL to a file name, part by part.
 *
 * A part is percent-decoded by itself, so that %2F stays inside it, then every character is kept or becomes
 * '_' by one table. What is lost by that is found again by the collision pass. Cut parts end in a hash of
 * what they were, so that a long folder is the same folder for all its pages. */
#include "export/names.h"

#include "base/hash.h"
#include "base/url.h"
#include "base/utf8.h"

#include <stdlib.h>

#define HASH_DIGITS 12
#define MARK_BYTES (1 + HASH_DIGITS) /* '~' and digits */
/* What folders may take together: the rest is for the last part, a mark, and what the caller adds around. */
#define FOLDERS_BYTES (NAME_BYTES - 2 * NAME_PART_BYTES - 60)
#define HASHES_MAX_BYTES ((size_t)8 << 30)

/* ---- characters ---- */

struct range {
    uint32_t first, last;
};

static bool is_in(uint32_t c, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* Beyond ASCII: controls, line separators, what changes direction or can't be seen (some file systems
 * ignore it), non-characters. */
static const struct range unsafe_ranges[] = {
    {0x80, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},     {0x180E, 0x180E}, {0x200B, 0x200F},
    {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF},
    {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF},
};

static bool is_safe(uint32_t c)
{
    if (c < 0x80)
        return c >= 0x20 && c < 0x7F && !strchr("<>:\"/\\|?*`", (int)c);
    return !is_in(c, unsafe_ranges, ARRAY_LEN(unsafe_ranges));
}

static uint32_t decode(struct str s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s.p;
    uint32_t c = n == 1 ? p[0] : p[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3F);
    return c;
}

static int hex_value(char c)
{
    return ascii_is_digit(c)                                ? c - '0'
           : ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f' ? ascii_lower(c) - 'a' + 10
                                                            : -1;
}

/* Every %XX of s as its byte; '%' that begins none stays. */
static void percent_decode(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.p[i + 2]) : -1;
        if (low >= 0) {
            buf_putc(out, (char)(high << 4 | low));
            i += 2;
        } else {
            buf_putc(out, s.p[i]);
        }
    }
}

/* Decoded bytes with what is unsafe replaced; bytes that are no UTF-8 as %XX. */
static void put_safe(struct str s, struct buf *out)
{
    while (s.n) {
        size_t n = utf8_length(s);
        if (n == 0)
            buf_printf(out, "%%%02X", (unsigned char)s.p[0]);
        else if (is_safe(decode(s, n)))
            buf_put(out, s.p, n);
        else
            buf_putc(out, '_');
        s = str_from(s, n ? n : 1);
    }
}

/* ---- parts ---- */

/* Names of devices, with or without an extension, in any case ("nul", "COM1.txt", "con .x"). */
static bool is_reserved(struct str part)
{
    static const char *const words[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    struct str stem = str_trim(str_head(part, str_find(part, '.')));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_nocase(stem, str_of(words[i])))
            return true;
    struct str port = str_head(stem, 3), digit = str_from(stem, port.n);
    if (!str_eq_nocase(port, STR_LIT("com")) && !str_eq_nocase(port, STR_LIT("lpt")))
        return false;
    return (digit.n == 1 && ascii_is_digit(digit.p[0])) || str_is(digit, "\u00B9") ||
           str_is(digit, "\u00B2") || str_is(digit, "\u00B3");
}

static bool ends_nocase(struct str s, const char *tail)
{
    size_t n = strlen(tail);
    return s.n >= n && str_eq_nocase(str_from(s, s.n - n), str_of(tail));
}

static bool has_file_extension(struct str part)
{
    return ends_nocase(part, ".html") || ends_nocase(part, ".txt") || ends_nocase(part, ".md") ||
           ends_nocase(part, ".json") || ends_nocase(part, ".jsonl");
}

static void put_mark(struct str of, struct buf *out)
{
    struct id128 id = hash128(of);
    char hex[HASH_DIGITS + 1];
    hex_encode(id.b, HASH_DIGITS / 2, hex);
    buf_putc(out, '~');
    buf_puts(out, hex);
}

/* Shortens the part that begins at `from` to NAME_PART_BYTES, at a character's border. */
static void cut_part(struct buf *out, size_t from, struct str was)
{
    if (out->status != OK || out->n - from <= NAME_PART_BYTES)
        return;
    size_t end = from + NAME_PART_BYTES - MARK_BYTES;
    while (end > from && ((unsigned char)out->p[end] & 0xC0) == 0x80)
        end--;
    out->n = end;
    put_mark(was, out);
}

/* Appends one part made of raw (percent-encoded) text. is_folder: it must not look like one of our files. */
static void put_part(struct str raw, bool is_folder, struct buf *out)
{
    struct buf decoded, safe;
    buf_init(&decoded, URL_MAX_BYTES);
    buf_init(&safe, 4 * URL_MAX_BYTES);
    percent_decode(raw, &decoded);
    put_safe(buf_str(&decoded), &safe);
    struct str part = buf_str(&safe);
    size_t from = out->n;
    /* No hidden files, no options of commands, no "." and "..", no blanks that get lost. */
    bool hidden = part.n && strchr(". ", part.p[0]);
    if (hidden || (part.n && strchr("-~", part.p[0])) || is_reserved(part))
        buf_putc(out, '_');
    if (hidden)
        part = str_from(part, 1);
    buf_put_str(out, part);
    for (size_t i = out->n; i > from && (out->p[i - 1] == '.' || out->p[i - 1] == ' '); i--)
        out->p[i - 1] = '_';
    if (is_folder && has_file_extension(str_make(out->p + from, out->n - from)))
        buf_putc(out, '_');
    cut_part(out, from, raw);
    if (decoded.status != OK || safe.status != OK)
        out->status = ST_NOMEM;
    buf_fini(&decoded);
    buf_fini(&safe);
}

/* "guide.html" is kept as "guide" and gets the extension of the file that is made. */
static struct str without_extension(struct str part)
{
    static const char *const known[] = {".html", ".htm", ".xhtml", ".md", ".markdown", ".txt"};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (part.n > strlen(known[i]) && ends_nocase(part, known[i]))
            return str_head(part, part.n - strlen(known[i]));
    return part;
}

/* The last part: "index" for a path that ends in '/', the query behind it as "@a=1,b=2". */
static void put_last(struct str part, struct str query, struct buf *out)
{
    struct buf raw;
    buf_init(&raw, 2 * URL_MAX_BYTES + 16);
    buf_put_str(&raw, part.n ? without_extension(part) : STR_LIT("index"));
    if (query.n) {
        buf_putc(&raw, '@');
        for (size_t i = 0; i < query.n; i++)
            buf_putc(&raw, query.p[i] == '&' ? ',' : query.p[i]);
    }
    put_part(buf_str(&raw), false, out);
    if (raw.status != OK)
        out->status = raw.status;
    buf_fini(&raw);
}

void name_of_path(struct str host, struct str path, struct str query, struct buf *out)
{
    size_t from = out->n, last = path.n;
    while (last > 0 && path.p[last - 1] != '/')
        last--;
    struct str folders = str_head(path, last);
    if (host.n) {
        put_part(host, true, out);
        buf_putc(out, '/');
    }
    while (folders.n) {
        size_t slash = str_find(folders, '/');
        if (out->n - from > FOLDERS_BYTES) {
            /* Too deep: one folder stands for all that are left. */
            put_mark(folders, out);
            slash = folders.n - 1;
            buf_putc(out, '/');
        } else if (slash > 0) {
            put_part(str_head(folders, slash), true, out);
            buf_putc(out, '/');
        }
        folders = str_from(folders, slash + 1);
    }
    put_last(str_from(path, last), query, out);
}

const char *name_extension(struct str content_type)
{
    struct str type = str_trim(str_head(content_type, str_find(content_type, ';')));
    if (str_eq_nocase(type, STR_LIT("text/plain")))
        return ".txt";
    return str_eq_nocase(type, STR_LIT("text/markdown")) ? ".md" : ".html";
}

/* ---- what file systems take for equal ---- */

/* Characters that are another one with an accent, or that have two cases beyond the simple rules: they and
 * every character with a combining mark behind it fold to '?'. */
static const struct range composed_ranges[] = {
    {0xC0, 0x24F},    {0x344, 0x345},   {0x374, 0x37E},     {0x385, 0x390},     {0x3AA, 0x3B0},
    {0x3CA, 0x3FF},   {0x400, 0x401},   {0x403, 0x403},     {0x407, 0x407},     {0x40C, 0x40E},
    {0x419, 0x419},   {0x439, 0x439},   {0x450, 0x451},     {0x453, 0x453},     {0x457, 0x457},
    {0x45C, 0x45E},   {0x460, 0x52F},   {0x622, 0x626},     {0x6C0, 0x6D3},     {0x929, 0x934},
    {0x958, 0x95F},   {0x9CB, 0x9DF},   {0xA33, 0xA5E},     {0x10A0, 0x10C5},   {0x13A0, 0x13FF},
    {0x1C80, 0x1CBF}, {0x1E00, 0x1FFF}, {0x212B, 0x212B},   {0x2160, 0x217F},   {0x2183, 0x2184},
    {0x219A, 0x219B}, {0x24B6, 0x24E9}, {0x2C00, 0x2CEE},   {0x304C, 0x304C},   {0x304E, 0x304E},
    {0x3050, 0x3050}, {0x3052, 0x3052}, {0x3054, 0x3054},   {0x3056, 0x3056},   {0x3058, 0x3058},
    {0x305A, 0x305A}, {0x305C, 0x305C}, {0x305E, 0x305E},   {0x3060, 0x3060},   {0x3062, 0x3062},
    {0x3065, 0x3069}, {0x3070, 0x307D}, {0x3094, 0x3094},   {0x30AC, 0x30C9},   {0x30D0, 0x30DD},
    {0x30F4, 0x30FE}, {0xA640, 0xA69B}, {0xA722, 0xA7CA},   {0xAB70, 0xABBF},   {0xF900, 0xFAFF},
    {0xFB00, 0xFB4F}, {0xFF21, 0xFF5A}, {0x10400, 0x104FF}, {0x1E900, 0x1E943}, {0x2F800, 0x2FA1F},
};

static const struct range mark_ranges[] = {
    {0x300, 0x36F},   {0x483, 0x487},   {0x591, 0x5C7},   {0x610, 0x61A},   {0x64B, 0x65F},
    {0x93C, 0x93C},   {0x9BC, 0x9BE},   {0x9D7, 0x9D7},   {0xA3C, 0xA3C},   {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0x3099, 0x309A}, {0xFE20, 0xFE2F},
};

struct pair {
    uint32_t from, to;
};

/* Characters that stand for another one alone (singleton decompositions, and case across blocks). */
static const struct pair same[] = {
    {0xB5, 0x3BC},  {0x17F, 's'},    {0x37E, ';'},    {0x387, 0xB7},
    {0x3C2, 0x3C3}, {0x1FBE, 0x3B9}, {0x2126, 0x3C9}, {0x212A, 'k'},
};

/* Simple case folding of Greek, Cyrillic and Armenian; the rest of what has two cases is "composed". */
static uint32_t lower(uint32_t c)
{
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        if (same[i].from == c)
            return same[i].to;
    if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F && c != 0x419))
        return c + 0x20;
    if (c >= 0x402 && c <= 0x40F)
        return c + 0x50;
    return c >= 0x531 && c <= 0x556 ? c + 0x30 : c;
}

static void put_code(struct buf *out, uint32_t c)
{
    char bytes[4];
    buf_put(out, bytes, utf8_encode(c, bytes));
}

/* A Hangul syllable as the letters that spell it (Unicode 3.12, Hangul Syllable Decomposition). */
static void put_hangul(struct buf *out, uint32_t c)
{
    uint32_t index = c - 0xAC00;
    put_code(out, 0x1100 + index / 588);
    put_code(out, 0x1161 + index % 588 / 28);
    if (index % 28)
        put_code(out, 0x11A7 + index % 28);
}

void name_fold(struct str name, struct buf *out)
{
    size_t before = out->n; /* where the last character stands, in case a mark follows */
    while (name.n) {
        size_t n = utf8_length(name);
        uint32_t c = n ? lower(decode(name, n)) : 0xFFFD;
        name = str_from(name, n ? n : 1);
        if (c >= 0x80 && is_in(c, mark_ranges, ARRAY_LEN(mark_ranges))) {
            out->n = out->status == OK ? before : out->n;
            buf_putc(out, '?');
            continue;
        }
        before = out->n;
        if (c < 0x80)
            buf_putc(out, ascii_lower((char)c));
        else if (c >= 0xAC00 && c <= 0xD7A3)
            put_hangul(out, c);
        else if (is_in(c, composed_ranges, ARRAY_LEN(composed_ranges)))
            buf_putc(out, '?');
        else
            put_code(out, c);
    }
}

/* ---- the two passes ---- */

struct names {
    struct arena arena, scratch; /* base URL; one URL at a time */
    struct url base;
    bool has_base, settled;
    struct buf
        hashes; /* uint64_t each; after names_settle() only those that occur more than once, sorted */
    struct buf name, folded;
};

struct names *names_create(struct str base_url)
{
    struct names *names = calloc(1, sizeof *names);
    if (!names)
        return NULL;
    arena_init(&names->arena, 4 * URL_MAX_BYTES, 1024);
    arena_init(&names->scratch, 8 * URL_MAX_BYTES, 16384);
    buf_init(&names->hashes, HASHES_MAX_BYTES);
    buf_init(&names->name, 4 * NAME_BYTES);
    buf_init(&names->folded, 16 * NAME_BYTES);
    names->has_base = url_parse(&names->arena, base_url, NULL, &names->base) == OK;
    return names;
}

void names_destroy(struct names *names)
{
    if (!names)
        return;
    arena_fini(&names->arena);
    arena_fini(&names->scratch);
    buf_fini(&names->hashes);
    buf_fini(&names->name);
    buf_fini(&names->folded);
    free(names);
}

/* names->name: the name the URL has of itself. names->folded: under which it collides. */
static enum status make_name(struct names *names, struct str text)
{
    struct url url;
    arena_reset(&names->scratch, SIZE_MAX);
    enum status st = url_parse(&names->scratch, text, NULL, &url);
    if (st != OK)
        return st;
    struct str host = url.host;
    if (names->has_base && str_eq(host, names->base.host) && url_port(&url) == url_port(&names->base))
        host = STR_LIT("");
    else if (url.port >= 0)
        host = arena_printf(&names->scratch, "%.*s:%d", STR_ARG(url.host), url.port);
    buf_reset(&names->name);
    buf_reset(&names->folded);
    name_of_path(host, url.path, url.has_query ? url.query : STR_NONE, &names->name);
    name_fold(buf_str(&names->name), &names->folded);
    return names->name.status != OK ? names->name.status : names->folded.status;
}

/* A fixed seed: the same pages give the same names. Whoever builds two names of one hash gets two marks. */
static uint64_t hash_of(const struct names *names)
{
    return hash64(0, buf_str(&names->folded));
}

enum status names_add(struct names *names, struct str url)
{
    must(!names->settled);
    enum status st = make_name(names, url);
    if (st != OK)
        return st;
    uint64_t hash = hash_of(names);
    buf_put(&names->hashes, &hash, sizeof hash);
    return names->hashes.status;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void names_settle(struct names *names)
{
    uint64_t *hash = (uint64_t *)(void *)names->hashes.p;
    size_t n = names->hashes.n / sizeof *hash, kept = 0;
    if (n)
        qsort(hash, n, sizeof *hash, compare_hashes);
    for (size_t i = 1; i < n; i++)
        if (hash[i] == hash[i - 1] && (kept == 0 || hash[kept - 1] != hash[i]))
            hash[kept++] = hash[i];
    names->hashes.n = kept * sizeof *hash;
    names->settled = true;
}

/* A name that looks marked of itself always gets a mark, so that it can't be another's marked name. */
static bool looks_marked(struct str name)
{
    if (name.n < MARK_BYTES || name.p[name.n - MARK_BYTES] != '~')
        return false;
    for (size_t i = name.n - HASH_DIGITS; i < name.n; i++)
        if (hex_value(name.p[i]) < 0)
            return false;
    return true;
}

enum status names_put(struct names *names, struct str url, struct buf *out)
{
    must(names->settled);
    enum status st = make_name(names, url);
    if (st != OK)
        return st;
    uint64_t hash = hash_of(names);
    size_t n = names->hashes.n / sizeof hash;
    buf_put_str(out, buf_str(&names->name));
    if ((n && bsearch(&hash, names->hashes.p, n, sizeof hash, compare_hashes)) ||
        looks_marked(buf_str(&names->name)))
        put_mark(url, out);
    return out->status;
}
