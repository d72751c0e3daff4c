/* SPDX-License-Identifier: Apache-2.0 */
/* records_keys.c: by what elements are said to be alike. Keys are hashes: two kinds of elements with one key would only make a
 * group that is not alike, which is weighed low. Time is linear in the children and their class words. */
#include "answer/records_int.h"

#include "base/must.h"

enum { WORDS_MAX = 8, SLOTS = 1024, SLOTS_USED = 768, LOOK_BACK = 8 };

uint32_t records_hash(uint32_t h, uint32_t more)
{
    h = (h ^ more) * 0x9E3779B1u;
    h ^= h >> 15;
    return h ? h : 1;
}

/* Lower case, without digits; 0: a word that says nothing of what the element is. */
static uint32_t hash_word(struct str word)
{
    uint32_t h = 2166136261u;
    size_t n = 0;
    if (word.n > 60 || fold_is_any(word, "odd|even|alt|first|last|active|selected|current|highlight|"
                                         "highlighted|open|closed|show|hide|visible"))
        return 0;
    for (size_t i = 0; i < word.n; i++) {
        if (ascii_is_digit(word.p[i]))
            continue;
        h = (h ^ (unsigned char)ascii_lower(word.p[i])) * 16777619u;
        n++;
    }
    return n == 0 ? 0 : h ? h : 1;
}

/* The words of an element's class that count, as hashes. */
static unsigned words_of(const struct html_tree *tree, uint32_t node, uint32_t *ret, unsigned max)
{
    struct str list = str_trim(html_attr(tree, node, N_CLASS));
    unsigned n = 0;
    for (unsigned i = 0; list.n && n < max && i < 2 * WORDS_MAX; i++) {
        size_t end = 0;
        while (end < list.n && !ascii_is_space(list.p[end]))
            end++;
        uint32_t h = hash_word(str_head(list, end));
        if (h)
            ret[n++] = h;
        list = str_trim(str_from(list, end));
    }
    return n;
}

uint32_t records_step(const struct html_tree *tree, uint32_t node, bool *ret_named)
{
    uint32_t word = 0;
    *ret_named = words_of(tree, node, &word, 1) > 0;
    return records_hash(tree->nodes[node].name + 1u, word);
}

/* Tags of the first children that are elements, and how many there are. */
uint32_t records_shape(const struct html_tree *tree, uint32_t node)
{
    uint32_t h = tree->nodes[node].name + 1u, n = 0;
    for (uint32_t c = tree->nodes[node].first; c && n < LOOK_BACK; c = tree->nodes[c].next)
        if (tree->nodes[c].type == HTML_ELEMENT) {
            h = records_hash(h, tree->nodes[c].name + 1u);
            n++;
        }
    return records_hash(h, n);
}

struct count {
    uint32_t hash, n;
};

static struct count *slot_of(struct count *slots, uint32_t hash)
{
    uint32_t i = hash % SLOTS;
    while (slots[i].hash && slots[i].hash != hash)
        i = (i + 1) % SLOTS;
    return &slots[i];
}

/* How often each word stands at the children with one tag. Past the room rarer words are not told apart. */
static void count_words(const struct html_tree *tree, const struct child *children, uint32_t n,
                        struct count *slots)
{
    uint32_t words[WORDS_MAX], used = 0;
    for (uint32_t i = 0; i < n; i++) {
        unsigned k = words_of(tree, children[i].node, words, WORDS_MAX);
        for (unsigned w = 0; w < k; w++) {
            uint32_t hash = records_hash(tree->nodes[children[i].node].name + 1u, words[w]);
            struct count *slot = slot_of(slots, hash);
            if (slot->hash == 0 && used++ >= SLOTS_USED)
                continue;
            slot->hash = hash;
            slot->n++;
        }
    }
}

static uint32_t key_of(const struct html_tree *tree, uint32_t node, struct count *slots)
{
    uint32_t words[WORDS_MAX], best = 0, most = 1;
    unsigned n = words_of(tree, node, words, WORDS_MAX);
    for (unsigned w = 0; w < n; w++) {
        uint32_t hash = records_hash(tree->nodes[node].name + 1u, words[w]);
        const struct count *slot = slot_of(slots, hash);
        if (slot->hash == hash && slot->n > most) {
            best = hash;
            most = slot->n;
        }
    }
    return best ? best : records_hash(tree->nodes[node].name + 1u, 0);
}

uint32_t records_children(struct records_maker *m, uint32_t parent, struct child *to)
{
    const struct view *v = m->view;
    const struct html_tree *tree = v->tree;
    struct count slots[SLOTS];
    uint32_t n = 0;
    for (uint32_t c = tree->nodes[parent].first; c; c = tree->nodes[c].next) {
        if (tree->nodes[c].type != HTML_ELEMENT || v->end[c] <= v->begin[c])
            continue;
        if (n == RECORDS_CHILDREN_MAX) {
            m->cut = true;
            break;
        }
        to[n++] = (struct child){.node = c, .shape = records_shape(tree, c)};
    }
    if (n < 2) {
        for (uint32_t i = 0; i < n; i++)
            to[i].key = 1;
        return n;
    }
    memset(slots, 0, sizeof slots);
    count_words(tree, to, n, slots);
    for (uint32_t i = 0; i < n; i++)
        to[i].key = key_of(tree, to[i].node, slots);
    return n;
}
