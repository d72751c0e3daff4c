/* SPDX-License-Identifier: Apache-2.0 */
/* build.c: finds the note among the program's own segments (elf(5)): they are in memory, and the first object that is told of
 * is the program itself. */
#include "base/build.h"

#include <link.h>

#define NOTE_ALIGN(n) (((size_t)(n) + 3) & ~(size_t)3)

/* One segment of notes: heads, each followed by its name and its bytes, both aligned. */
static struct str id_in(const char *at, size_t n)
{
    while (n >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) head;
        memcpy(&head, at, sizeof head);
        size_t name = sizeof head, bytes = name + NOTE_ALIGN(head.n_namesz),
               end = bytes + NOTE_ALIGN(head.n_descsz);
        if (end > n)
            break;
        if (head.n_type == NT_GNU_BUILD_ID &&
            str_eq(str_make(at + name, head.n_namesz), STR_LIT("GNU\0")) && head.n_descsz)
            return str_make(at + bytes, head.n_descsz);
        at += end;
        n -= end;
    }
    return STR_NONE;
}

static int look(struct dl_phdr_info *program, size_t size, void *user)
{
    (void)size;
    struct str *id = user;
    for (size_t i = 0; i < program->dlpi_phnum && !id->n; i++) {
        const ElfW(Phdr) *segment = &program->dlpi_phdr[i];
        if (segment->p_type == PT_NOTE)
            *id = id_in((const char *)program->dlpi_addr + segment->p_vaddr, segment->p_memsz);
    }
    return 1; /* what follows are libraries */
}

struct str build_id(void)
{
    struct str id = STR_NONE;
    dl_iterate_phdr(look, &id);
    return id.n ? id : STR_LIT(WEBKEEP_VERSION);
}
