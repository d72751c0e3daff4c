/* SPDX-License-Identifier: Apache-2.0 */
/* zip_floor.c: what it costs minizip to copy the deflate streams of an archive into a new one.
 *
 *   zip_floor IN.zip OUT.zip
 *
 * Reads the streams of IN.zip into memory as they are, manifest.json and index.md left out, as an export makes
 * those anew. Then writes them to OUT.zip in raw mode; only that is timed. One thread; it writes no ZIP64 end
 * records, so it is for archives of fewer than 65,535 entries. Prints "entries N, MB, CPU us an entry". */
#include <minizip/unzip.h>
#include <minizip/zip.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct entry {
    char name[1024];
    char *stream;
    size_t packed_bytes, raw_bytes;
    unsigned long crc32;
};

struct entries {
    struct entry *v;
    size_t n, room, bytes;
};

static bool is_made_anew(const char *name)
{
    return strcmp(name, "manifest.json") == 0 || strcmp(name, "index.md") == 0;
}

/* Adds the entry that the archive stands at. */
static bool read_entry(unzFile in, struct entries *all)
{
    if (all->n == all->room) {
        size_t room = 2 * all->room + 256;
        struct entry *grown = realloc(all->v, room * sizeof *grown);
        if (!grown)
            return false;
        all->v = grown;
        all->room = room;
    }
    struct entry *e = &all->v[all->n];
    unz_file_info64 info;
    int method, level;
    if (unzGetCurrentFileInfo64(in, &info, e->name, sizeof e->name, NULL, 0, NULL, 0) != UNZ_OK ||
        info.size_filename >= sizeof e->name)
        return false;
    if (is_made_anew(e->name))
        return true;
    e->packed_bytes = info.compressed_size;
    e->raw_bytes = info.uncompressed_size;
    e->crc32 = info.crc;
    e->stream = malloc(e->packed_bytes + 1);
    if (!e->stream || unzOpenCurrentFile2(in, &method, &level, 1) != UNZ_OK || method != Z_DEFLATED)
        return false;
    if (unzReadCurrentFile(in, e->stream, (unsigned)e->packed_bytes) != (int)e->packed_bytes)
        return false;
    unzCloseCurrentFile(in);
    all->bytes += e->packed_bytes;
    all->n++;
    return true;
}

static bool read_all(const char *path, struct entries *all)
{
    unzFile in = unzOpen64(path);
    int at = in ? unzGoToFirstFile(in) : UNZ_ERRNO;
    while (at == UNZ_OK && read_entry(in, all))
        at = unzGoToNextFile(in);
    if (in)
        unzClose(in);
    return at == UNZ_END_OF_LIST_OF_FILE;
}

static bool copy(zipFile out, const struct entry *e)
{
    const zip_fileinfo info = {.dosDate = 1u << 21 | 1u << 16};
    return zipOpenNewFileInZip2_64(out, e->name, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED, 6, 1, 0) ==
               ZIP_OK &&
           zipWriteInFileInZip(out, e->stream, (unsigned)e->packed_bytes) == ZIP_OK &&
           zipCloseFileInZipRaw64(out, e->raw_bytes, e->crc32) == ZIP_OK;
}

static bool write_all(const char *path, const struct entries *all)
{
    zipFile out = zipOpen64(path, APPEND_STATUS_CREATE);
    bool good = out != NULL;
    for (size_t i = 0; good && i < all->n; i++)
        good = copy(out, &all->v[i]);
    return out && zipClose(out, NULL) == ZIP_OK && good;
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    struct entries all = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: zip_floor IN.zip OUT.zip\n");
        return 2;
    }
    if (!read_all(argv[1], &all) || all.n == 0) {
        fprintf(stderr, "zip_floor: %s can't be read as an archive of deflated entries\n", argv[1]);
        return 1;
    }
    unlink(argv[2]);
    double began = cpu_seconds();
    bool good = write_all(argv[2], &all);
    double cpu = cpu_seconds() - began;
    if (!good) {
        fprintf(stderr, "zip_floor: %s could not be written\n", argv[2]);
        return 1;
    }
    printf("entries %zu, %.1f MB, cpu %.2f us an entry\n", all.n, (double)all.bytes / 1e6,
           cpu / (double)all.n * 1e6);
    for (size_t i = 0; i < all.n; i++)
        free(all.v[i].stream);
    free(all.v);
    return 0;
}
