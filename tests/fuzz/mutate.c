/* SPDX-License-Identifier: Apache-2.0 */
/* mutate.c: what the targets tell libFuzzer: begin and end, and how to change a page so that it stays markup.
 * A fourth of the changes are libFuzzer's own, on bytes; they also reach the head. */
#include "tests/fuzz/soup.h"
#include "tests/fuzz/target.h"

#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t max); /* libFuzzer's */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzz_target.init();
    atexit(fuzz_target.fini);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed)
{
    struct draw d = draw_of_seed(seed);
    struct buf page;
    uint32_t kind = draw(&d, 8);
    if (!fuzz_target.is_page || kind == 0 || max < FUZZ_HEAD_BYTES)
        return LLVMFuzzerMutate(data, n, max);
    if (n < FUZZ_HEAD_BYTES)
        memset(data + n, 0, FUZZ_HEAD_BYTES - n);
    if (n < FUZZ_HEAD_BYTES || kind == 1) {
        LLVMFuzzerMutate(data, FUZZ_HEAD_BYTES, FUZZ_HEAD_BYTES);
        return n < FUZZ_HEAD_BYTES ? FUZZ_HEAD_BYTES : n;
    }
    buf_init(&page, max - FUZZ_HEAD_BYTES);
    buf_put(&page, data + FUZZ_HEAD_BYTES, n - FUZZ_HEAD_BYTES);
    soup_change(&d, SOUP_ALL | fuzz_target.topics, &page);
    n = page.n;
    if (n)
        memcpy(data + FUZZ_HEAD_BYTES, page.p, n);
    buf_fini(&page);
    return FUZZ_HEAD_BYTES + n;
}
