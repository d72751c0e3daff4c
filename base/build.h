/* SPDX-License-Identifier: Apache-2.0 */
/* build.h: which build of the program this is. */
#ifndef WEBKEEP_BASE_BUILD_H
#define WEBKEEP_BASE_BUILD_H

#include "base/str.h"

/* The id that the linker made of all of the program's code and data (the note NT_GNU_BUILD_ID, bytes, not text), so that two
 * programs with the same id do the same; the version where there is none. Static. Threads: any. */
struct str build_id(void);

#endif
