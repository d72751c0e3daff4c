/* SPDX-License-Identifier: Apache-2.0 */
/* json.h: the only door to cJSON, and a writer that needs no tree.
 *
 * Reading: a strict scan first (RFC 8259 grammar, UTF-8, depth, size, duplicate keys), so that cJSON only
 * sees what is surely JSON. Look-up is case-sensitive. A number keeps its text, so 9007199254740993 comes
 * back as it went in. Threads: a document belongs to one owner. */
#ifndef WEBKEEP_BASE_JSON_H
#define WEBKEEP_BASE_JSON_H

#include "base/buf.h"

struct json_doc; /* owns everything parsed */
struct json;     /* one value, borrowed from its document */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

#define JSON_MAX_DEPTH 256       /* the most that max_depth may be */
#define JSON_MAX_VALUES 1000000u /* values in one document: what bounds its memory, to some 150 MB */

struct json_limits {
    size_t max_bytes;
    unsigned max_depth; /* 64 */
    bool replace_nul;   /* \u0000 becomes U+FFFD (page data) instead of ST_INPUT (requests) */
};

/* A leading byte order mark is skipped. ST_INPUT with position and reason; ST_LIMIT (bytes, depth, values)
 * likewise; ST_NOMEM. */
enum status json_parse(struct str text, const struct json_limits *limits, struct json_doc **ret_doc,
                       struct diag *ret_diag) MUST_USE;
void json_doc_destroy(struct json_doc *doc); /* NULL is fine */
const struct json *json_root(const struct json_doc *doc);

enum json_type json_type(const struct json *v);
/* Member of an object by exact name, or NULL (also when v is NULL or no object). */
const struct json *json_get(const struct json *v, const char *name);
size_t json_length(const struct json *v); /* array or object; else 0 */
/* Element i of an array or member i of an object; ret_name may be NULL. NULL past the end. Walking by i is
 * linear in total when done in order with json_first/json_after. */
const struct json *json_first(const struct json *v);
const struct json *json_after(const struct json *v);
struct str json_name(const struct json *v); /* of an object's member */
/* Values; the fallback is returned when v is NULL or of another type. */
struct str json_str(const struct json *v, struct str fallback);
bool json_bool(const struct json *v, bool fallback);
double json_double(const struct json *v, double fallback); /* also the fallback: beyond double's range */
/* A whole number within int64 (1e3 and 5.0 are whole), else the fallback. */
int64_t json_int(const struct json *v, int64_t fallback);
struct str json_number_text(const struct json *v); /* as it stood; STR_NONE when v is no number */
/* Writes a value back, compact, numbers as they stood. */
void json_copy(const struct json *v, struct buf *out);

/* ---- writing ---- */

#define JSON_OUT_DEPTH 32

/* Streams compact JSON (or indented, when indent > 0) into a buffer. Commas and quotes are its business:
 *   json_begin(&w, '{'); json_key(&w, "n"); json_put_int(&w, 3); json_end(&w, '}');
 * Strings must be UTF-8; bytes that are not become U+FFFD. Errors are out->status. */
struct json_out {
    struct buf *out;
    unsigned indent, depth;
    bool need_comma[JSON_OUT_DEPTH], after_key;
};

void json_out_init(struct json_out *w, struct buf *out, unsigned indent);
void json_begin(struct json_out *w, char bracket); /* '{' or '[' */
void json_end(struct json_out *w, char bracket);   /* '}' or ']' */
void json_key(struct json_out *w, const char *name);
void json_key_str(struct json_out *w, struct str name);
void json_put_str(struct json_out *w, struct str s);
void json_put_int(struct json_out *w, int64_t n);
/* The shortest text that reads back the same; null for what JSON can't say (infinities, NaN). */
void json_put_double(struct json_out *w, double n);
void json_put_bool(struct json_out *w, bool b);
void json_put_null(struct json_out *w);
void json_put_raw(struct json_out *w, struct str json);        /* already JSON */
void json_put_value(struct json_out *w, const struct json *v); /* always compact */

#endif
