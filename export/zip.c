/* SPDX-License-Identifier: Apache-2.0 */
/* zip.c: minizip in raw mode over I/O functions of our own; the only file that knows minizip.
 *
 * minizip 1.1 wants to seek back to an entry's local header when it closes the entry, and writes no ZIP64
 * end record for a high number of entries. So its bytes pass through here:
 *
 *   phase        what minizip writes                  where it goes
 *   HEADER       the local header                     `header`, in memory
 *   THROUGH      a copied stream                      the sink; its header went out before, filled in by us
 *   HELD         a stream it compresses               the spool; header and spool go out at the end
 *   DIRECTORY    central directory, end records       the sink, but for the last bytes, which are replaced
 *   BROKEN       anything                             nowhere
 *
 * What it writes at an earlier position is a patch of the local header. In HELD it is applied; in THROUGH
 * it must repeat what was given out already, else the stream was not what its record says.
 * Invariant: `at` is the archive's size as minizip counts it; bytes given out are never changed. */
#include "export/zip.h"

#include "base/buf.h"
#include "base/clock.h"
#include "export/spool.h"

#include <minizip/zip.h>
#include <stdlib.h>

#define NAME_MAX_BYTES 65535u
#define HEADER_MAX_BYTES (NAME_MAX_BYTES + 1024)
#define FLAG_UTF8 0x800u
#define LIMIT_32 0xFFFFFFFFu
#define LIMIT_16 0xFFFFu
#define DEFLATE_LEVEL 3 /* of what is made anew; minizip marks 1, 2, 8 and 9 in every entry's flags */

/* APPNOTE 4.3.7, 4.3.14 to 4.3.16, 4.5.3 */
enum {
    LOCAL_CRC_AT = 14,
    LOCAL_PACKED_AT = 18,
    LOCAL_RAW_AT = 22,
    LOCAL_NAME_LENGTH_AT = 26,
    LOCAL_EXTRA_LENGTH_AT = 28,
    LOCAL_BYTES = 30,
    EXTRA_RAW_AT = 4,
    EXTRA_PACKED_AT = 12,
    EXTRA_BYTES = 20,
    END_BYTES = 22,
    END64_BYTES = 56,
    LOCATOR64_BYTES = 20,
    TAIL_BYTES = END64_BYTES + LOCATOR64_BYTES + END_BYTES,
    TAIL_MAX_BYTES = 64 << 10,
};

enum phase { HEADER, THROUGH, HELD, DIRECTORY, BROKEN };

struct zip {
    struct sink *sink;
    zipFile file;
    enum phase phase;
    enum status status;
    struct diag diag;
    uint64_t at;        /* end of the archive so far */
    uint64_t position;  /* where minizip writes next */
    uint64_t header_at; /* where the last local header begins */
    uint64_t entries;
    struct buf header, tail, name;
    struct spool spool;
};

static enum status fail(struct zip *zip, enum status st, const char *text)
{
    if (zip->status == OK)
        zip->status = diag_set(&zip->diag, st, "%s", text);
    zip->phase = BROKEN;
    return zip->status;
}

/* ---- little-endian fields ---- */

static void set_le(char *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (char)(value >> (8 * i));
}

static uint64_t get_le(const char *from, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)(unsigned char)from[i] << (8 * i);
    return value;
}

/* ---- minizip's I/O ---- */

static voidpf io_open(voidpf opaque, const void *filename, int mode)
{
    (void)filename;
    (void)mode;
    return opaque;
}

static uLong io_read(voidpf opaque, voidpf stream, void *bytes, uLong n)
{
    (void)opaque;
    (void)stream;
    (void)bytes;
    (void)n;
    return 0;
}

static ZPOS64_T io_tell(voidpf opaque, voidpf stream)
{
    (void)stream;
    return ((struct zip *)opaque)->position;
}

static long io_seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
    struct zip *zip = opaque;
    (void)stream;
    uint64_t from = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                    : origin == ZLIB_FILEFUNC_SEEK_CUR ? zip->position
                                                       : zip->at;
    if (offset > zip->at - from)
        return -1;
    zip->position = from + offset;
    return 0;
}

static int io_nothing(voidpf opaque, voidpf stream)
{
    (void)opaque;
    (void)stream;
    return 0;
}

static void put_tail(struct zip *zip, const char *bytes, size_t n)
{
    buf_put(&zip->tail, bytes, n);
    if (zip->tail.n < TAIL_MAX_BYTES)
        return;
    size_t give = zip->tail.n - TAIL_BYTES;
    sink_put(zip->sink, zip->tail.p, give);
    memmove(zip->tail.p, zip->tail.p + give, TAIL_BYTES);
    zip->tail.n = TAIL_BYTES;
}

static void append(struct zip *zip, const char *bytes, size_t n)
{
    switch (zip->phase) {
    case HEADER:
        buf_put(&zip->header, bytes, n);
        break;
    case THROUGH:
        sink_put(zip->sink, bytes, n);
        break;
    case HELD:
        spool_put(&zip->spool, bytes, n);
        break;
    case DIRECTORY:
        put_tail(zip, bytes, n);
        break;
    case BROKEN:
        break;
    }
}

static void patch(struct zip *zip, const char *bytes, size_t n)
{
    uint64_t at = zip->position - zip->header_at;
    bool inside = zip->position >= zip->header_at && at <= zip->header.n && n <= zip->header.n - at;
    if (inside && zip->phase == HELD)
        memcpy(zip->header.p + at, bytes, n);
    else if (!inside || zip->phase != THROUGH)
        fail(zip, ST_INTERNAL, "The ZIP library changed a place that is none of an open entry's.");
    else if (memcmp(zip->header.p + at, bytes, n) != 0)
        fail(zip, ST_CORRUPT, "A stored stream does not have the size that its record says.");
}

static uLong io_write(voidpf opaque, voidpf stream, const void *bytes, uLong n)
{
    struct zip *zip = opaque;
    (void)stream;
    if (zip->phase == BROKEN)
        return n; /* minizip only frees its memory now */
    if (zip->position < zip->at) {
        patch(zip, bytes, n);
        zip->position += n;
    } else {
        append(zip, bytes, n);
        zip->position = zip->at += n;
    }
    return n;
}

/* ---- life ---- */

enum status zip_create(struct sink *sink, struct zip **ret_zip)
{
    struct zip *zip = calloc(1, sizeof *zip);
    if (!zip)
        return ST_NOMEM;
    zip->sink = sink;
    buf_init(&zip->header, HEADER_MAX_BYTES);
    buf_init(&zip->tail, 2 * TAIL_MAX_BYTES);
    buf_init(&zip->name, NAME_MAX_BYTES + 1);
    spool_init(&zip->spool, 0);
    zlib_filefunc64_def io = {
        .zopen64_file = io_open,
        .zread_file = io_read,
        .zwrite_file = io_write,
        .ztell64_file = io_tell,
        .zseek64_file = io_seek,
        .zclose_file = io_nothing,
        .zerror_file = io_nothing,
        .opaque = zip,
    };
    zip->file = zipOpen2_64("", APPEND_STATUS_CREATE, NULL, &io);
    if (!zip->file) {
        zip_destroy(zip);
        return ST_NOMEM;
    }
    *ret_zip = zip;
    return OK;
}

void zip_destroy(struct zip *zip)
{
    if (!zip)
        return;
    zip->phase = BROKEN;
    if (zip->file)
        zipClose(zip->file, NULL);
    buf_fini(&zip->header);
    buf_fini(&zip->tail);
    buf_fini(&zip->name);
    spool_fini(&zip->spool);
    free(zip);
}

uint64_t zip_entries(const struct zip *zip)
{
    return zip->entries;
}

void zip_explain(const struct zip *zip, struct diag *ret_diag)
{
    if (zip->status != OK && zip->diag.text[0] && ret_diag)
        *ret_diag = zip->diag;
}

/* ---- entries ---- */

/* MS-DOS date and time (date in the high half); times before 1980 and after 2107 become the nearest. */
static uint32_t dos_time(int64_t time_ms)
{
    char text[32];
    unsigned part[6] = {0}, n = 0;
    clock_format(time_ms, text);
    for (const char *c = text; *c && n < 6; c++) {
        if (ascii_is_digit(*c))
            part[n] = part[n] * 10 + (unsigned)(*c - '0');
        else
            n++;
    }
    if (time_ms < 315532800000 || part[0] < 1980)
        return 1u << 21 | 1u << 16;
    if (part[0] > 2107)
        return 127u << 25 | 12u << 21 | 31u << 16 | 23u << 11 | 59u << 5 | 29u;
    return (uint32_t)((part[0] - 1980) << 25 | part[1] << 21 | part[2] << 16 | part[3] << 11 |
                      part[4] << 5 | part[5] / 2);
}

static enum status open_entry(struct zip *zip, struct str name, int64_t time_ms, bool raw, bool zip64)
{
    if (zip->status != OK)
        return zip->status;
    must(zip->phase == HEADER && name.n > 0 && name.n <= NAME_MAX_BYTES);
    buf_reset(&zip->name);
    buf_put_str(&zip->name, name);
    buf_putc(&zip->name, 0);
    buf_reset(&zip->header);
    if (zip->name.status != OK)
        return fail(zip, ST_NOMEM, "No memory for the name of an entry.");
    zip->header_at = zip->at;
    zip_fileinfo info = {.dosDate = dos_time(time_ms)};
    int rc = zipOpenNewFileInZip4_64(zip->file, zip->name.p, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED,
                                     DEFLATE_LEVEL, raw, -MAX_WBITS, DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY,
                                     NULL, 0, 0, FLAG_UTF8, zip64);
    if (rc != ZIP_OK || zip->header.status != OK)
        return fail(zip, ST_NOMEM, "No memory to open an entry of the archive.");
    must(zip->header.n >= LOCAL_BYTES);
    return OK;
}

static char *extra_of(struct zip *zip)
{
    if (get_le(zip->header.p + LOCAL_EXTRA_LENGTH_AT, 2) == 0)
        return NULL;
    must(zip->header.n == LOCAL_BYTES + get_le(zip->header.p + LOCAL_NAME_LENGTH_AT, 2) + EXTRA_BYTES);
    return zip->header.p + zip->header.n - EXTRA_BYTES;
}

/* CRC and sizes in the place that the header has for them (APPNOTE 4.5.3: with a ZIP64 field both sizes
 * stand there and all ones here). */
static void fill_header(struct zip *zip, uint32_t crc32, uint64_t raw_bytes, uint64_t packed_bytes)
{
    char *extra = extra_of(zip);
    set_le(zip->header.p + LOCAL_CRC_AT, crc32, 4);
    set_le(zip->header.p + LOCAL_PACKED_AT, extra ? LIMIT_32 : packed_bytes, 4);
    set_le(zip->header.p + LOCAL_RAW_AT, extra ? LIMIT_32 : raw_bytes, 4);
    if (extra) {
        set_le(extra + EXTRA_RAW_AT, raw_bytes, 8);
        set_le(extra + EXTRA_PACKED_AT, packed_bytes, 8);
    }
}

static enum status write_body(struct zip *zip, struct str bytes)
{
    while (bytes.n && zip->status == OK) {
        size_t n = bytes.n < (1u << 30) ? bytes.n : 1u << 30; /* minizip takes an unsigned */
        if (zipWriteInFileInZip(zip->file, bytes.p, (unsigned)n) != ZIP_OK)
            return fail(zip, ST_INTERNAL, "The ZIP library refused the bytes of an entry.");
        bytes = str_from(bytes, n);
    }
    return zip->status;
}

static enum status entry_done(struct zip *zip)
{
    if (zip->status != OK)
        return zip->status;
    enum status st = sink_status(zip->sink, &zip->diag);
    if (st != OK) {
        zip->status = st;
        zip->phase = BROKEN;
        return st;
    }
    zip->phase = HEADER;
    zip->entries++;
    return OK;
}

enum status zip_put_packed(struct zip *zip, struct str name, int64_t time_ms, const struct packed *info,
                           struct str stream)
{
    bool zip64 = info->raw_bytes >= LIMIT_32 || info->packed_bytes >= LIMIT_32;
    enum status st = open_entry(zip, name, time_ms, true, zip64);
    if (st != OK)
        return st;
    fill_header(zip, info->crc32, info->raw_bytes, info->packed_bytes);
    sink_put_str(zip->sink, buf_str(&zip->header));
    zip->phase = THROUGH;
    if ((st = write_body(zip, stream)) != OK)
        return st;
    if (zipCloseFileInZipRaw64(zip->file, info->raw_bytes, info->crc32) != ZIP_OK)
        return fail(zip, ST_INTERNAL, "The ZIP library could not end an entry.");
    return entry_done(zip);
}

enum status zip_begin(struct zip *zip, struct str name, int64_t time_ms, bool may_be_large)
{
    enum status st = open_entry(zip, name, time_ms, false, may_be_large);
    if (st == OK)
        zip->phase = HELD;
    return st;
}

enum status zip_put(struct zip *zip, struct str bytes)
{
    must(zip->status != OK || zip->phase == HELD);
    return zip->status != OK ? zip->status : write_body(zip, bytes);
}

enum status zip_end(struct zip *zip)
{
    if (zip->status != OK)
        return zip->status;
    must(zip->phase == HELD);
    if (zipCloseFileInZip(zip->file) != ZIP_OK)
        return fail(zip, ST_LIMIT, "An entry of the archive grew past 4 GiB unexpectedly.");
    if (zip->status != OK)
        return zip->status;
    /* A prepared ZIP64 field that turned out not to be needed was left empty: minizip patched the short
     * sizes. Both forms must not be mixed. */
    const char *header = zip->header.p;
    if (extra_of(zip) && get_le(header + LOCAL_RAW_AT, 4) != LIMIT_32)
        fill_header(zip, (uint32_t)get_le(header + LOCAL_CRC_AT, 4), get_le(header + LOCAL_RAW_AT, 4),
                    get_le(header + LOCAL_PACKED_AT, 4));
    sink_put_str(zip->sink, buf_str(&zip->header));
    enum status st = spool_give(&zip->spool, zip->sink, &zip->diag);
    if (st != OK) {
        zip->status = st;
        zip->phase = BROKEN;
    }
    return entry_done(zip);
}

/* ---- the end of the archive ---- */

/* Cuts the end records off the tail and returns how many bytes they took, or 0. Newer libraries than 1.1
 * write the ZIP64 ones for a high count; ours replace them, so that the bytes never depend on that. */
static size_t cut_end_records(struct zip *zip)
{
    struct buf *tail = &zip->tail;
    if (tail->status != OK || tail->n < END_BYTES ||
        memcmp(tail->p + tail->n - END_BYTES, "PK\5\6", 4) != 0)
        return 0;
    size_t cut = END_BYTES;
    if (tail->n >= TAIL_BYTES && memcmp(tail->p + tail->n - TAIL_BYTES, "PK\6\6", 4) == 0 &&
        memcmp(tail->p + tail->n - END_BYTES - LOCATOR64_BYTES, "PK\6\7", 4) == 0)
        cut = TAIL_BYTES;
    tail->n -= cut;
    return cut;
}

static uint64_t at_most(uint64_t value, uint64_t limit)
{
    return value < limit ? value : limit;
}

static void put_end_records(struct zip *zip, uint64_t directory_at, uint64_t directory_bytes)
{
    char end64[END64_BYTES + LOCATOR64_BYTES] = "PK\6\6", end[END_BYTES] = "PK\5\6";
    if (zip->entries >= LIMIT_16 || directory_at >= LIMIT_32 || directory_bytes >= LIMIT_32) {
        set_le(end64 + 4, END64_BYTES - 12, 8); /* what follows this field */
        set_le(end64 + 12, 45, 2);              /* made by and needed: version 4.5 */
        set_le(end64 + 14, 45, 2);
        set_le(end64 + 24, zip->entries, 8);
        set_le(end64 + 32, zip->entries, 8);
        set_le(end64 + 40, directory_bytes, 8);
        set_le(end64 + 48, directory_at, 8);
        char *locator = end64 + END64_BYTES;
        memcpy(locator, "PK\6\7", 4);
        set_le(locator + 8, directory_at + directory_bytes, 8);
        set_le(locator + 16, 1, 4); /* disks in all */
        sink_put(zip->sink, end64, sizeof end64);
    }
    set_le(end + 8, at_most(zip->entries, LIMIT_16), 2);
    set_le(end + 10, at_most(zip->entries, LIMIT_16), 2);
    set_le(end + 12, at_most(directory_bytes, LIMIT_32), 4);
    set_le(end + 16, at_most(directory_at, LIMIT_32), 4);
    sink_put(zip->sink, end, sizeof end);
}

enum status zip_finish(struct zip *zip)
{
    if (zip->status != OK)
        return zip->status;
    must(zip->phase == HEADER && zip->file);
    zip->phase = DIRECTORY;
    uint64_t directory_at = zip->at;
    int rc = zipClose(zip->file, NULL);
    zip->file = NULL;
    size_t cut = rc == ZIP_OK ? cut_end_records(zip) : 0;
    if (cut == 0)
        return fail(zip, ST_INTERNAL, "The ZIP library could not end the archive.");
    sink_put_str(zip->sink, buf_str(&zip->tail));
    put_end_records(zip, directory_at, zip->at - directory_at - cut);
    zip->phase = BROKEN;
    return sink_status(zip->sink, &zip->diag);
}
