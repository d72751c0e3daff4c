/* SPDX-License-Identifier: Apache-2.0 */
/* model_chunk.c: lines are weighed until a part is full; then it ends at the best place seen. */
#include "answer/model_chunk.h"

size_t model_tokens(struct str text)
{
    size_t ascii = 0;
    for (size_t i = 0; i < text.n; i++)
        ascii += (unsigned char)text.p[i] < 0x80;
    return (2 * ascii + 3 * (text.n - ascii) + 5) / 6;
}

/* 1 to 6; 0: no heading. */
static unsigned heading_level(struct str line)
{
    unsigned n = 0;
    while (n < line.n && line.p[n] == '#')
        n++;
    return n >= 1 && n <= CHUNK_HEADINGS && n < line.n && line.p[n] == ' ' ? n : 0;
}

static struct str line_of(struct str s)
{
    size_t n = str_find(s, '\n');
    return str_head(s, n < s.n ? n + 1 : n);
}

static bool is_fence(struct str line)
{
    line = str_trim(line);
    return str_starts(line, STR_LIT("```")) || str_starts(line, STR_LIT("~~~"));
}

void chunker_init(struct chunker *c, struct str markdown, size_t most_tokens)
{
    *c = (struct chunker){.rest = markdown, .most_tokens = most_tokens > 64 ? most_tokens : 64};
}

/* A line that is a part's length and more is cut between characters. */
static size_t cut_line(const struct chunker *c)
{
    size_t n = 2 * c->most_tokens < c->rest.n ? 2 * c->most_tokens : c->rest.n;
    while (n > 1 && n < c->rest.n && ((unsigned char)c->rest.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

/* Where the part that begins at rest ends. A place is better the further it is, but a heading in its second half, and an
 * empty line in its last quarter, are better still. */
static size_t end_of(const struct chunker *c)
{
    size_t at = 0, tokens = 0, heading = 0, blank = 0, line_end = 0, heading_tokens = 0,
           blank_tokens = 0;
    bool fenced = false;
    while (at < c->rest.n) {
        struct str line = line_of(str_from(c->rest, at));
        if (at && !fenced && heading_level(line)) {
            heading = at;
            heading_tokens = tokens;
        }
        size_t weight = model_tokens(line);
        if (tokens + weight > c->most_tokens)
            break;
        tokens += weight;
        at += line.n;
        line_end = at;
        if (is_fence(line))
            fenced = !fenced;
        if (!fenced && str_trim(line).n == 0) {
            blank = at;
            blank_tokens = tokens;
        }
    }
    if (at >= c->rest.n)
        return c->rest.n;
    if (heading && heading_tokens >= c->most_tokens / 2)
        return heading;
    if (blank && blank_tokens >= c->most_tokens / 4)
        return blank;
    return heading ? heading : blank ? blank : line_end ? line_end : cut_line(c);
}

static void note_headings(struct chunker *c, struct str part)
{
    bool fenced = false;
    while (part.n) {
        struct str line = line_of(part);
        unsigned level = fenced ? 0 : heading_level(line);
        if (is_fence(line))
            fenced = !fenced;
        if (level) {
            c->headings[level - 1] = str_trim(line);
            for (unsigned i = level; i < CHUNK_HEADINGS; i++)
                c->headings[i] = STR_NONE;
        }
        part = str_from(part, line.n);
    }
}

bool chunker_next(struct chunker *c, struct chunk *ret)
{
    if (str_trim(c->rest).n == 0)
        return false;
    size_t n = end_of(c);
    *ret = (struct chunk){.text = str_head(c->rest, n)};
    unsigned level = heading_level(line_of(ret->text));
    for (unsigned i = 0; i < CHUNK_HEADINGS && (level == 0 || i + 1 < level); i++)
        ret->headings[i] = c->headings[i];
    note_headings(c, ret->text);
    c->rest = str_from(c->rest, n);
    return true;
}
