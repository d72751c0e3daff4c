/* SPDX-License-Identifier: Apache-2.0 */
/* page_text.c: one pass over words. The sketch is a bottom-k sample (Broder 1997): the k smallest of all hashes, so
 * two pages that share most of their text share most of their samples, whatever their lengths. */
#include "frontier/page_text.h"

#include "base/hash.h"

#define WORD_BYTES 32    /* what of a word is looked at */
#define LINK_BYTES 4096  /* a longer link is not looked at */
#define OWN_WORDS_MAX 48 /* words of the page's address */
#define SALT_TITLE 0x7469746cu

static bool is_word_byte(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || (unsigned char)c >= 0x80;
}

/* The next word of s in lower case; its length, 0: none is left. */
static size_t next_word(struct str *s, char *word)
{
    size_t at = 0, n = 0;
    while (at < s->n && !is_word_byte(s->p[at])) {
        /* "](" begins the target of a link. */
        if (s->p[at] == ']' && at + 1 < s->n && s->p[at + 1] == '(')
            at += str_find(str_from(*s, at), ')');
        at += at < s->n;
    }
    for (; at < s->n && is_word_byte(s->p[at]); at++)
        if (n < WORD_BYTES)
            word[n++] = ascii_lower(s->p[at]);
    *s = str_from(*s, at);
    return n;
}

/* ---- links to its own family ---- */

/* Up to the last slash, or with a query all before that. */
static struct str place_of(struct str url)
{
    size_t end = str_find(url, '?');
    if (end == url.n)
        while (end > 0 && url.p[end - 1] != '/')
            end--;
    return str_head(url, end);
}

/* Equal but for the digits in them? */
static bool same_place(struct str a, struct str b)
{
    size_t i = 0, k = 0;
    while (i < a.n && k < b.n) {
        bool digit = ascii_is_digit(a.p[i]);
        if (digit != ascii_is_digit(b.p[k]) || (!digit && a.p[i] != b.p[k]))
            return false;
        for (i++; digit && i < a.n && ascii_is_digit(a.p[i]);)
            i++;
        for (k++; digit && k < b.n && ascii_is_digit(b.p[k]);)
            k++;
    }
    return i == a.n && k == b.n;
}

/* The length of the link that begins s ("[text](target)") if it leads to the place, else 0. */
static size_t own_link(struct str s, struct str place)
{
    size_t text = 1;
    struct str near = str_head(s, LINK_BYTES);
    while (text < near.n && near.p[text] != ']' && near.p[text] != '[')
        text++;
    if (text + 2 >= near.n || near.p[text] != ']' || near.p[text + 1] != '(')
        return 0;
    struct str target = str_from(near, text + 2);
    target = str_head(target, str_find(target, ')'));
    struct str bare = str_head(target, str_find(target, ' '));
    bare = str_head(bare, str_find(bare, '#'));
    return same_place(place_of(bare), place) ? text + 2 + target.n : 0;
}

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}

static uint64_t hash_of(const char *word, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)word[i]) * 0x100000001b3u;
    return mix(h);
}

/* "7", "31", "2031": the parts of a date, and the numbers of pages. */
static bool is_counter(const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!ascii_is_digit(word[i]))
            return false;
    return n <= 2 ||
           (n == 4 && ((word[0] == '1' && word[1] == '9') || (word[0] == '2' && word[1] == '0')));
}

struct own_words {
    uint64_t hash[OWN_WORDS_MAX];
    unsigned n;
};

static void own_words_of(const struct url *url, struct own_words *own)
{
    char word[WORD_BYTES];
    struct str parts[] = {url->path, url->query};
    own->n = 0;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        for (size_t n; own->n < OWN_WORDS_MAX && (n = next_word(&parts[i], word));)
            own->hash[own->n++] = hash_of(word, n);
}

static bool is_own(const struct own_words *own, uint64_t hash)
{
    for (unsigned i = 0; i < own->n; i++)
        if (own->hash[i] == hash)
            return true;
    return false;
}

/* Keeps the smallest SKETCH_MAX, sorted. */
static void sample(struct page_text *t, uint32_t hash)
{
    if (t->n == SKETCH_MAX && hash >= t->sketch[SKETCH_MAX - 1])
        return;
    unsigned at = t->n;
    while (at > 0 && t->sketch[at - 1] > hash)
        at--;
    if (at > 0 && t->sketch[at - 1] == hash)
        return;
    unsigned end = t->n < SKETCH_MAX ? t->n++ : SKETCH_MAX - 1;
    memmove(&t->sketch[at + 1], &t->sketch[at], (end - at) * sizeof t->sketch[0]);
    t->sketch[at] = hash;
}

/* The last '[' of a gap between words. */
static const char *find_open(const char *from, const char *to)
{
    while (to > from && to[-1] != '[')
        to--;
    return to > from ? to - 1 : NULL;
}

/* Every word is part of the whole; of what is news a sample is kept. */
static void read_body(struct str rest, struct str place, const struct own_words *own,
                      struct page_text *t)
{
    char word[WORD_BYTES];
    uint64_t before[2] = {0, 0};
    const char *own_until = rest.p;
    for (size_t n;;) {
        const char *from = rest.p;
        if (!(n = next_word(&rest, word)))
            return;
        /* Did a link begin between the words? */
        const char *open = rest.p - from > (ptrdiff_t)n ? find_open(from, rest.p) : NULL;
        if (open && open >= own_until)
            own_until = open + own_link(str_make(open, (size_t)(rest.p + rest.n - open)), place);
        uint64_t hash = hash_of(word, n);
        t->whole = t->whole * 0x9e3779b97f4a7c15u + hash;
        t->n_words++;
        if (rest.p <= own_until || is_counter(word, n) || is_own(own, hash))
            continue;
        sample(t, (uint32_t)mix(before[0] * 3 + before[1] * 5 + hash));
        before[0] = before[1];
        before[1] = hash;
    }
}

void page_text_read(struct str title, struct str markdown, const struct url *url, struct page_text *t)
{
    char word[WORD_BYTES];
    struct own_words own;
    *t = (struct page_text){.whole = 0};
    own_words_of(url, &own);
    for (size_t n; (n = next_word(&title, word));) {
        uint64_t hash = hash_of(word, n);
        t->whole = mix(t->whole * 31 + hash);
        if (t->n_title < TITLE_WORDS_MAX && !is_counter(word, n) && !is_own(&own, hash))
            t->title[t->n_title++] = (uint32_t)mix(hash ^ SALT_TITLE);
    }
    read_body(markdown, place_of(url_without_fragment(url)), &own, t);
    t->whole = mix(t->whole);
}
