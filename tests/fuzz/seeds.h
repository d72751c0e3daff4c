/* SPDX-License-Identifier: Apache-2.0 */
/* seeds.h: inputs to start from, made of the pages in tests/data/html5lib and tests/golden. They are read from
 * the working folder, which is the repository's root. */
#ifndef WEBKEEP_TESTS_FUZZ_SEEDS_H
#define WEBKEEP_TESTS_FUZZ_SEEDS_H

#include "tests/fuzz/target.h"

/* Calls each for every seed (a head and a page); returns their number. Exits when a folder is missing. */
size_t seeds_each(void (*each)(void *user, struct str seed), void *user);

#endif
