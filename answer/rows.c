/* SPDX-License-Identifier: Apache-2.0 */
/* rows.c: what a document says about each wish, as one JSON object. What the page does not
 * say is null; a list without items is []. Lists carry the texts of the page, nothing is guessed. */
#include "answer/wishes.h"
#include "extract/fields.h"

static void put_said(struct json_out *json, struct str text)
{
    if (text.n)
        json_put_str(json, text);
    else
        json_put_null(json);
}

static void put_member(struct json_out *json, const char *name, struct str text)
{
    json_key(json, name);
    put_said(json, text);
}

static void put_headings(struct json_out *json, const struct fields *f, bool plain)
{
    for (unsigned i = 0; i < f->n_headings; i++) {
        const struct field_heading *heading = &f->headings[i];
        if (plain) {
            json_put_str(json, heading->text);
            continue;
        }
        json_begin(json, '{');
        json_key(json, "level");
        json_put_int(json, heading->level);
        json_key(json, "text");
        json_put_str(json, heading->text);
        put_member(json, "id", heading->id);
        json_end(json, '}');
    }
}

static void put_codes(struct json_out *json, const struct fields *f, bool plain)
{
    for (unsigned i = 0; i < f->n_codes; i++) {
        const struct field_code *code = &f->codes[i];
        if (plain) {
            json_put_str(json, code->text);
            continue;
        }
        json_begin(json, '{');
        put_member(json, "language", code->language);
        json_key(json, "text");
        json_put_str(json, code->text);
        json_end(json, '}');
    }
}

static void put_images(struct json_out *json, const struct fields *f, bool plain)
{
    for (unsigned i = 0; i < f->n_images; i++) {
        const struct field_image *image = &f->images[i];
        if (plain) {
            json_put_str(json, image->src);
            continue;
        }
        json_begin(json, '{');
        json_key(json, "url");
        json_put_str(json, image->src);
        put_member(json, "alt", image->alt);
        json_end(json, '}');
    }
}

static void put_cells(struct json_out *json, const struct field_row *row)
{
    json_begin(json, '[');
    for (unsigned i = 0; i < row->n_cells; i++)
        json_put_str(json, row->cells[i]);
    json_end(json, ']');
}

/* A header row is one only at the top; further ones stay among the rows, where they stood. */
static void put_table(struct json_out *json, const struct field_table *table)
{
    unsigned first = table->n_rows && table->rows[0].header;
    json_begin(json, '{');
    put_member(json, "caption", table->caption);
    json_key(json, "header");
    if (first)
        put_cells(json, &table->rows[0]);
    else
        json_put_null(json);
    json_key(json, "rows");
    json_begin(json, '[');
    for (unsigned i = first; i < table->n_rows; i++)
        put_cells(json, &table->rows[i]);
    json_end(json, ']');
    json_end(json, '}');
}

static void put_links(struct json_out *json, const struct doc *doc, bool plain)
{
    for (unsigned i = 0; i < doc->n_links; i++) {
        const struct link *link = &doc->links[i];
        if (plain) {
            json_put_str(json, link->url);
            continue;
        }
        json_begin(json, '{');
        json_key(json, "url");
        json_put_str(json, link->url);
        put_member(json, "text", link->text);
        json_end(json, '}');
    }
}

static void put_dates(struct json_out *json, const struct fields *f, bool plain)
{
    if (plain) {
        put_said(json, f->published.n ? f->published : f->modified);
        return;
    }
    json_begin(json, '{');
    put_member(json, "published", f->published);
    put_member(json, "modified", f->modified);
    json_end(json, '}');
}

static void put_list(struct json_out *json, const struct wish *wish, const struct doc *doc,
                     const struct fields *fields)
{
    json_begin(json, '[');
    switch (wish->kind) {
    case WISH_HEADINGS:
        put_headings(json, fields, wish->plain);
        break;
    case WISH_LINKS:
        put_links(json, doc, wish->plain);
        break;
    case WISH_IMAGES:
        put_images(json, fields, wish->plain);
        break;
    case WISH_CODE:
        put_codes(json, fields, wish->plain);
        break;
    case WISH_TABLES:
        for (unsigned i = 0; i < fields->n_tables; i++)
            put_table(json, &fields->tables[i]);
        break;
    default:
        must(!"a list");
    }
    json_end(json, ']');
}

static void put_value(struct json_out *json, const struct wish *wish, struct str url,
                      const struct doc *doc)
{
    static const struct fields none; /* of a page that is plain text */
    const struct fields *fields = doc->fields ? doc->fields : &none;
    switch (wish->kind) {
    case WISH_URL:
        json_put_str(json, url);
        break;
    case WISH_TITLE:
        put_said(json, doc->title);
        break;
    case WISH_DESCRIPTION:
        put_said(json, doc->description);
        break;
    case WISH_LANGUAGE:
        put_said(json, doc->language);
        break;
    case WISH_MARKDOWN:
        put_said(json, doc->markdown);
        break;
    case WISH_DATES:
        put_dates(json, fields, wish->plain);
        break;
    case WISH_TEXT_LENGTH:
        json_put_int(json, (int64_t)doc->text_bytes);
        break;
    case WISH_UNKNOWN:
    case WISH_KINDS:
        json_put_null(json);
        break;
    default:
        put_list(json, wish, doc, fields);
    }
}

void wishes_put(const struct wishes *wishes, struct str url, const struct doc *doc,
                const struct str *nulls, size_t n_nulls, struct json_out *json)
{
    json_begin(json, '{');
    for (size_t i = 0; i < wishes_count(wishes); i++) {
        const struct wish *wish = wishes_at(wishes, i);
        json_key_str(json, wish->key);
        put_value(json, wish, url, doc);
    }
    for (size_t i = 0; i < n_nulls; i++) {
        json_key_str(json, nulls[i]);
        json_put_null(json);
    }
    json_end(json, '}');
}
