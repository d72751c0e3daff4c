/* SPDX-License-Identifier: Apache-2.0 */
/* page_told.c: the record's texts and bits as JSON. Description, language and canonical URL have texts of their own in
 * the record; the rest of the metadata is stored as the object that is told. */
#include "export/page_told.h"

#include "base/cut.h"
#include "extract/quality.h"

static void put_text(struct json_out *json, const char *name, struct str text)
{
    if (!text.n)
        return;
    json_key(json, name);
    json_put_str(json, text);
}

void page_put_metadata(const struct page_record *page, struct json_out *json)
{
    json_begin(json, '{');
    if (page->metadata.n > 2) /* its members, without the brackets around them */
        json_put_raw(json, str_make(page->metadata.p + 1, page->metadata.n - 2));
    put_text(json, "description", page->description);
    put_text(json, "language", page->language);
    put_text(json, "canonical", page->canonical);
    json_end(json, '}');
}

void page_put_quality(const struct page_record *page, struct json_out *json)
{
    json_begin(json, '[');
    for (unsigned i = 0; i < QUALITY_MARKS; i++)
        if (page->flags / PAGE_QUALITY >> i & 1)
            json_put_str(json, str_of(quality_word(i)));
    json_end(json, ']');
}

void page_put_cuts(const struct page_record *page, struct json_out *json)
{
    unsigned cuts = page->cuts;
    json_begin(json, '[');
    for (const char *word; (word = cut_next(&cuts));)
        json_put_str(json, str_of(word));
    json_end(json, ']');
}

void page_put_share(unsigned thousandths, struct json_out *json)
{
    json_put_double(json, thousandths / 1000.0);
}

void job_put_marks(const struct job_record *job, struct json_out *json)
{
    json_begin(json, '{');
    for (unsigned i = 0; i < QUALITY_MARKS; i++)
        if (job->marks[i]) {
            json_key(json, quality_word(i));
            json_put_int(json, (int64_t)job->marks[i]);
        }
    json_end(json, '}');
}
