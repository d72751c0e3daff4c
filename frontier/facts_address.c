/* SPDX-License-Identifier: Apache-2.0 */
/* facts_address.c: a URL split into what a person reads in it: segments, parameters, file type, language. */
#include "frontier/facts.h"

#include "base/must.h"

/* clang-format off */
static const struct {
    enum file_class file;
    const char *extensions; /* each between spaces */
} extensions[] = {
    {FILE_PAGE, " html htm php aspx asp jsp xhtml shtml cgi do action md phtml cfm jsf "},
    {FILE_PDF, " pdf ps djvu epub mobi azw3 "},
    {FILE_IMAGE, " png jpg jpeg gif svg webp avif ico bmp tif tiff heic psd eps raw cr2 "},
    {FILE_ARCHIVE, " zip gz tgz bz2 xz zst tar 7z rar lz lzma jar war whl gem crate "},
    {FILE_MEDIA, " mp3 mp4 m4a m4v ogg oga ogv webm wav flac avi mov mkv wmv mpg mpeg aac opus m3u m3u8 "},
    {FILE_FONT, " woff woff2 ttf otf eot "},
    {FILE_STYLE, " css scss less "},
    {FILE_SCRIPT, " js mjs map wasm "},
    {FILE_OFFICE, " doc docx xls xlsx ppt pptx odt ods odp rtf pages numbers key "},
    {FILE_DATA, " xml json jsonl csv tsv rss atom ics ical yaml yml vcf sql parquet rdf ttl bib ris geojson kml gpx "},
    {FILE_PROGRAM, " exe msi dmg pkg deb rpm apk appimage iso img bin hex run snap flatpak torrent sig asc "},
    {FILE_CAD, " step stp stl dwg dxf iges igs obj 3ds skp "},
    {FILE_TEXT, " txt log diff patch "},
};

static const char *const file_class_texts[] = {
#define X(name, text) text,
    FILE_CLASS_TABLE(X)
#undef X
};
/* clang-format on */

const char *file_class_text(enum file_class file)
{
    return file_class_texts[file];
}

/* The extension of the last segment, lower case, between two spaces; empty: none a table could know. */
static bool extension_of(struct str path, char to[12], size_t *ret_at)
{
    size_t dot = path.n;
    while (dot > 0 && path.p[dot - 1] != '.' && path.p[dot - 1] != '/' && path.n - dot < 10)
        dot--;
    size_t n = path.n - dot;
    if (dot < 2 || path.p[dot - 1] != '.' || path.p[dot - 2] == '/' || n < 1 || n > 8)
        return false;
    to[0] = ' ';
    for (size_t i = 0; i < n; i++)
        to[i + 1] = ascii_lower(path.p[dot + i]);
    to[n + 1] = ' ';
    to[n + 2] = 0;
    *ret_at = dot - 1;
    return true;
}

/* "/wiki/Node.js" is a page about a program. */
static bool is_name_with_dot(struct str path, size_t dot)
{
    size_t from = dot;
    while (from > 0 && path.p[from - 1] != '/')
        from--;
    return path.p[from] >= 'A' && path.p[from] <= 'Z';
}

static enum file_class classify(struct str path, size_t *ret_stem)
{
    char extension[12];
    size_t at = path.n;
    *ret_stem = path.n;
    if (!extension_of(path, extension, &at))
        return FILE_PAGE;
    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        if (!strstr(extensions[i].extensions, extension))
            continue;
        if (extensions[i].file == FILE_SCRIPT && is_name_with_dot(path, at))
            return FILE_PAGE;
        *ret_stem = at;
        return extensions[i].file;
    }
    return FILE_PAGE;
}

enum file_class file_class_of(struct str path)
{
    size_t stem;
    return classify(path, &stem);
}

/* "Talk" of a wiki's "Talk:Otters": a folder in all but the sign. */
static struct str name_space_of(struct str segment)
{
    size_t colon = str_find(segment, ':');
    if (colon < 3 || colon + 1 >= segment.n || segment.p[colon + 1] == ':')
        return str_make(segment.p, 0);
    for (size_t i = 0; i < colon; i++)
        if (!ascii_is_alpha(segment.p[i]) && segment.p[i] != '_')
            return str_make(segment.p, 0);
    return str_head(segment, colon);
}

/* "struct" of rustdoc's "struct.Client.html". */
static struct str item_prefix_of(struct str segment)
{
    static const char *const names[] = {"struct", "enum", "trait",    "fn",    "macro",
                                        "type",   "mod",  "constant", "union", "static"};
    struct str head = str_head(segment, str_find(segment, '.'));
    for (size_t i = 0; i < ARRAY_LEN(names) && head.n + 1 < segment.n; i++)
        if (str_is(head, names[i]))
            return head;
    return str_make(segment.p, 0);
}

static void add_segments(struct address *a, struct str path)
{
    while (path.n && a->n_segments < MAX_SEGMENTS) {
        struct str one = str_head(path, str_find(path, '/'));
        path = str_from(path, one.n + 1);
        struct str space = name_space_of(one);
        if (!space.n && !path.n)
            space = item_prefix_of(one);
        if (space.n && a->n_segments + 1 < MAX_SEGMENTS) {
            a->segment[a->n_segments++] = space;
            one = str_from(one, space.n + 1);
        }
        if (one.n)
            a->segment[a->n_segments++] = one;
    }
}

static void add_parameters(struct address *a, struct str query)
{
    while (query.n && a->n_parameters < MAX_PARAMETERS) {
        struct str one = str_head(query, str_find(query, '&'));
        query = str_from(query, one.n + 1);
        struct str name = str_head(one, str_find(one, '='));
        if (one.n)
            a->parameter[a->n_parameters++] = (struct parameter){name, str_from(one, name.n + 1)};
    }
}

/* Pages of one-page applications: "#/guide/start", "#!/guide", "?path=/docs/button". */
static void add_route(struct address *a, struct str fragment)
{
    if (str_starts(fragment, STR_LIT("!")))
        fragment = str_from(fragment, 1);
    if (str_starts(fragment, STR_LIT("/"))) {
        struct str route = str_head(fragment, str_find(fragment, '?'));
        a->route = true;
        add_segments(a, route);
        add_parameters(a, str_from(fragment, route.n + 1));
        return;
    }
    static const char *const names[] = {"path", "route", "r", "q"};
    for (unsigned i = 0; i < a->n_parameters && a->n_segments <= 1; i++) {
        struct parameter p = a->parameter[i];
        for (size_t k = 0; k < ARRAY_LEN(names); k++) {
            if (str_is(p.name, names[k]) && str_starts(p.value, STR_LIT("/")) && p.value.n > 1) {
                a->route = true;
                add_segments(a, p.value);
                a->parameter[i] = a->parameter[--a->n_parameters];
                return;
            }
        }
    }
}

/* A language in one of the first three segments, or named by a parameter. */
static void find_language(struct address *a, struct str host)
{
    a->language = a->language_at = -1;
    for (unsigned i = 0; i < a->n_segments && i < 3 && a->language < 0; i++) {
        a->language = language_of_code(a->segment[i]);
        a->language_at = a->language < 0 ? -1 : (int)i;
    }
    for (unsigned i = 0; i < a->n_parameters && a->language < 0; i++) {
        struct str name = a->parameter[i].name;
        if (str_is(name, "lang") || str_is(name, "language") || str_is(name, "locale") ||
            str_is(name, "hl"))
            a->language = language_of_code(a->parameter[i].value);
    }
    size_t dot = str_find(host, '.');
    if (a->language < 0 && dot == 2 && str_find(str_from(host, 3), '.') < host.n - 3)
        a->language = language_of_code(str_head(host, dot));
}

void address_read(const struct url *url, struct address *a)
{
    a->n_segments = a->n_parameters = 0;
    a->route = false;
    a->slash = str_ends(url->path, STR_LIT("/"));
    size_t stem;
    a->file = classify(url->path, &stem);
    add_segments(a, str_head(url->path, stem));
    if (url->has_query)
        add_parameters(a, url->query);
    if ((url->has_fragment && url->fragment.n > 1) || (a->n_parameters && a->n_segments <= 1))
        add_route(a, url->fragment);
    find_language(a, url->host);
}
