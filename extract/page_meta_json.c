/* SPDX-License-Identifier: Apache-2.0 */
/* page_meta_json.c: what a page says of its origin as JSON: as it is told, and as it is stored with the page. */
#include "extract/page_meta.h"

static void put_text(struct json_out *json, const char *name, struct str s)
{
    if (!s.n)
        return;
    json_key(json, name);
    json_put_str(json, s);
}

static void put_list(struct json_out *json, const char *name, const struct str *list, unsigned n)
{
    if (!n)
        return;
    json_key(json, name);
    json_begin(json, '[');
    for (unsigned i = 0; i < n; i++)
        json_put_str(json, list[i]);
    json_end(json, ']');
}

static void put_crumbs(struct json_out *json, const struct meta_crumb *crumbs, unsigned n)
{
    if (!n)
        return;
    json_key(json, "breadcrumbs");
    json_begin(json, '[');
    for (unsigned i = 0; i < n; i++) {
        json_begin(json, '{');
        put_text(json, "name", crumbs[i].name);
        put_text(json, "url", crumbs[i].url);
        json_end(json, '}');
    }
    json_end(json, ']');
}

void page_meta_put(const struct page_meta *meta, struct json_out *json)
{
    put_text(json, "title", meta->headline);
    put_list(json, "authors", meta->authors, meta->n_authors);
    put_text(json, "published", meta->published);
    put_text(json, "modified", meta->modified);
    put_text(json, "siteName", meta->site_name);
    put_text(json, "image", meta->image);
    put_text(json, "type", meta->type);
    put_list(json, "tags", meta->tags, meta->n_tags);
    put_crumbs(json, meta->crumbs, meta->n_crumbs);
}

/* Something of it is left out; false: there is nothing that could be. */
static bool shorten(struct page_meta *meta)
{
    if (meta->n_tags + meta->n_crumbs + meta->n_authors) {
        meta->n_tags /= 2;
        meta->n_crumbs /= 2;
        meta->n_authors /= 2;
        return true;
    }
    bool had = meta->image.n;
    meta->image = STR_NONE;
    return had;
}

void page_meta_pack(const struct page_meta *meta, struct buf *out)
{
    struct page_meta kept = *meta;
    do {
        struct json_out json;
        buf_reset(out);
        json_out_init(&json, out, 0);
        json_begin(&json, '{');
        page_meta_put(&kept, &json);
        json_end(&json, '}');
    } while (out->n > META_PACKED_MAX_BYTES && shorten(&kept));
    if (out->n > META_PACKED_MAX_BYTES || out->n == strlen("{}"))
        buf_reset(out);
}
