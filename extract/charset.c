/* SPDX-License-Identifier: Apache-2.0 */
/* charset.c: the table of encodings, the table of labels, and which one a page is in. */
#include "extract/charset.h"

#include "extract/charset_table.h"

/* clang-format off */
enum {
    CS_UTF_8,
    CS_IBM866,
    CS_ISO_8859_2,
    CS_ISO_8859_3,
    CS_ISO_8859_4,
    CS_ISO_8859_5,
    CS_ISO_8859_6,
    CS_ISO_8859_7,
    CS_ISO_8859_8,
    CS_ISO_8859_8_I,
    CS_ISO_8859_10,
    CS_ISO_8859_13,
    CS_ISO_8859_14,
    CS_ISO_8859_15,
    CS_ISO_8859_16,
    CS_KOI8_R,
    CS_KOI8_U,
    CS_MACINTOSH,
    CS_WINDOWS_874,
    CS_WINDOWS_1250,
    CS_WINDOWS_1251,
    CS_WINDOWS_1252,
    CS_WINDOWS_1253,
    CS_WINDOWS_1254,
    CS_WINDOWS_1255,
    CS_WINDOWS_1256,
    CS_WINDOWS_1257,
    CS_WINDOWS_1258,
    CS_X_MAC_CYRILLIC,
    CS_GBK,
    CS_GB18030,
    CS_BIG5,
    CS_EUC_JP,
    CS_ISO_2022_JP,
    CS_SHIFT_JIS,
    CS_EUC_KR,
    CS_REPLACEMENT,
    CS_UTF_16BE,
    CS_UTF_16LE,
    CS_X_USER_DEFINED,
};

static const struct charset charsets[] = {
    [CS_UTF_8] = {.name = "utf-8", .kind = CHARSET_UTF8},
    [CS_IBM866] = {.name = "ibm866", .kind = CHARSET_SINGLE, .single = SINGLE_IBM866},
    [CS_ISO_8859_2] = {.name = "iso-8859-2", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_2},
    [CS_ISO_8859_3] = {.name = "iso-8859-3", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_3},
    [CS_ISO_8859_4] = {.name = "iso-8859-4", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_4},
    [CS_ISO_8859_5] = {.name = "iso-8859-5", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_5},
    [CS_ISO_8859_6] = {.name = "iso-8859-6", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_6},
    [CS_ISO_8859_7] = {.name = "iso-8859-7", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_7},
    [CS_ISO_8859_8] = {.name = "iso-8859-8", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_8},
    [CS_ISO_8859_8_I] = {.name = "iso-8859-8-i", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_8},
    [CS_ISO_8859_10] = {.name = "iso-8859-10", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_10},
    [CS_ISO_8859_13] = {.name = "iso-8859-13", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_13},
    [CS_ISO_8859_14] = {.name = "iso-8859-14", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_14},
    [CS_ISO_8859_15] = {.name = "iso-8859-15", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_15},
    [CS_ISO_8859_16] = {.name = "iso-8859-16", .kind = CHARSET_SINGLE, .single = SINGLE_ISO_8859_16},
    [CS_KOI8_R] = {.name = "koi8-r", .kind = CHARSET_SINGLE, .single = SINGLE_KOI8_R},
    [CS_KOI8_U] = {.name = "koi8-u", .kind = CHARSET_SINGLE, .single = SINGLE_KOI8_U},
    [CS_MACINTOSH] = {.name = "macintosh", .kind = CHARSET_SINGLE, .single = SINGLE_MACINTOSH},
    [CS_WINDOWS_874] = {.name = "windows-874", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_874},
    [CS_WINDOWS_1250] = {.name = "windows-1250", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_1250},
    [CS_WINDOWS_1251] = {.name = "windows-1251", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_1251},
    [CS_WINDOWS_1252] = {.name = "windows-1252", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_1252},
    [CS_WINDOWS_1253] = {.name = "windows-1253", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_1253},
    [CS_WINDOWS_1254] = {.name = "windows-1254", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_1254},
    [CS_WINDOWS_1255] = {.name = "windows-1255", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_1255},
    [CS_WINDOWS_1256] = {.name = "windows-1256", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_1256},
    [CS_WINDOWS_1257] = {.name = "windows-1257", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_1257},
    [CS_WINDOWS_1258] = {.name = "windows-1258", .kind = CHARSET_SINGLE, .single = SINGLE_WINDOWS_1258},
    [CS_X_MAC_CYRILLIC] = {.name = "x-mac-cyrillic", .kind = CHARSET_SINGLE, .single = SINGLE_X_MAC_CYRILLIC},
    [CS_GBK] = {.name = "gbk", .kind = CHARSET_MULTI, .multi = MULTI_GB18030},
    [CS_GB18030] = {.name = "gb18030", .kind = CHARSET_MULTI, .multi = MULTI_GB18030},
    [CS_BIG5] = {.name = "big5", .kind = CHARSET_MULTI, .multi = MULTI_BIG5},
    [CS_EUC_JP] = {.name = "euc-jp", .kind = CHARSET_MULTI, .multi = MULTI_EUC_JP},
    [CS_ISO_2022_JP] = {.name = "iso-2022-jp", .kind = CHARSET_MULTI, .multi = MULTI_ISO_2022_JP},
    [CS_SHIFT_JIS] = {.name = "shift_jis", .kind = CHARSET_MULTI, .multi = MULTI_SHIFT_JIS},
    [CS_EUC_KR] = {.name = "euc-kr", .kind = CHARSET_MULTI, .multi = MULTI_EUC_KR},
    [CS_REPLACEMENT] = {.name = "replacement", .kind = CHARSET_REPLACEMENT},
    [CS_UTF_16BE] = {.name = "utf-16be", .kind = CHARSET_UTF16BE},
    [CS_UTF_16LE] = {.name = "utf-16le", .kind = CHARSET_UTF16LE},
    [CS_X_USER_DEFINED] = {.name = "x-user-defined", .kind = CHARSET_USER},
};

/* Sorted bytewise. */
static const struct label {
    const char *text;
    unsigned char charset;
} labels[] = {
    {"866", CS_IBM866},
    {"ansi_x3.4-1968", CS_WINDOWS_1252},
    {"arabic", CS_ISO_8859_6},
    {"ascii", CS_WINDOWS_1252},
    {"asmo-708", CS_ISO_8859_6},
    {"big5", CS_BIG5},
    {"big5-hkscs", CS_BIG5},
    {"chinese", CS_GBK},
    {"cn-big5", CS_BIG5},
    {"cp1250", CS_WINDOWS_1250},
    {"cp1251", CS_WINDOWS_1251},
    {"cp1252", CS_WINDOWS_1252},
    {"cp1253", CS_WINDOWS_1253},
    {"cp1254", CS_WINDOWS_1254},
    {"cp1255", CS_WINDOWS_1255},
    {"cp1256", CS_WINDOWS_1256},
    {"cp1257", CS_WINDOWS_1257},
    {"cp1258", CS_WINDOWS_1258},
    {"cp819", CS_WINDOWS_1252},
    {"cp866", CS_IBM866},
    {"csbig5", CS_BIG5},
    {"cseuckr", CS_EUC_KR},
    {"cseucpkdfmtjapanese", CS_EUC_JP},
    {"csgb2312", CS_GBK},
    {"csibm866", CS_IBM866},
    {"csiso2022jp", CS_ISO_2022_JP},
    {"csiso2022kr", CS_REPLACEMENT},
    {"csiso58gb231280", CS_GBK},
    {"csiso88596e", CS_ISO_8859_6},
    {"csiso88596i", CS_ISO_8859_6},
    {"csiso88598e", CS_ISO_8859_8},
    {"csiso88598i", CS_ISO_8859_8_I},
    {"csisolatin1", CS_WINDOWS_1252},
    {"csisolatin2", CS_ISO_8859_2},
    {"csisolatin3", CS_ISO_8859_3},
    {"csisolatin4", CS_ISO_8859_4},
    {"csisolatin5", CS_WINDOWS_1254},
    {"csisolatin6", CS_ISO_8859_10},
    {"csisolatin9", CS_ISO_8859_15},
    {"csisolatinarabic", CS_ISO_8859_6},
    {"csisolatincyrillic", CS_ISO_8859_5},
    {"csisolatingreek", CS_ISO_8859_7},
    {"csisolatinhebrew", CS_ISO_8859_8},
    {"cskoi8r", CS_KOI8_R},
    {"csksc56011987", CS_EUC_KR},
    {"csmacintosh", CS_MACINTOSH},
    {"csshiftjis", CS_SHIFT_JIS},
    {"csunicode", CS_UTF_16LE},
    {"cyrillic", CS_ISO_8859_5},
    {"dos-874", CS_WINDOWS_874},
    {"ecma-114", CS_ISO_8859_6},
    {"ecma-118", CS_ISO_8859_7},
    {"elot_928", CS_ISO_8859_7},
    {"euc-jp", CS_EUC_JP},
    {"euc-kr", CS_EUC_KR},
    {"gb18030", CS_GB18030},
    {"gb2312", CS_GBK},
    {"gb_2312", CS_GBK},
    {"gb_2312-80", CS_GBK},
    {"gbk", CS_GBK},
    {"greek", CS_ISO_8859_7},
    {"greek8", CS_ISO_8859_7},
    {"hebrew", CS_ISO_8859_8},
    {"hz-gb-2312", CS_REPLACEMENT},
    {"ibm819", CS_WINDOWS_1252},
    {"ibm866", CS_IBM866},
    {"iso-10646-ucs-2", CS_UTF_16LE},
    {"iso-2022-cn", CS_REPLACEMENT},
    {"iso-2022-cn-ext", CS_REPLACEMENT},
    {"iso-2022-jp", CS_ISO_2022_JP},
    {"iso-2022-kr", CS_REPLACEMENT},
    {"iso-8859-1", CS_WINDOWS_1252},
    {"iso-8859-10", CS_ISO_8859_10},
    {"iso-8859-11", CS_WINDOWS_874},
    {"iso-8859-13", CS_ISO_8859_13},
    {"iso-8859-14", CS_ISO_8859_14},
    {"iso-8859-15", CS_ISO_8859_15},
    {"iso-8859-16", CS_ISO_8859_16},
    {"iso-8859-2", CS_ISO_8859_2},
    {"iso-8859-3", CS_ISO_8859_3},
    {"iso-8859-4", CS_ISO_8859_4},
    {"iso-8859-5", CS_ISO_8859_5},
    {"iso-8859-6", CS_ISO_8859_6},
    {"iso-8859-6-e", CS_ISO_8859_6},
    {"iso-8859-6-i", CS_ISO_8859_6},
    {"iso-8859-7", CS_ISO_8859_7},
    {"iso-8859-8", CS_ISO_8859_8},
    {"iso-8859-8-e", CS_ISO_8859_8},
    {"iso-8859-8-i", CS_ISO_8859_8_I},
    {"iso-8859-9", CS_WINDOWS_1254},
    {"iso-ir-100", CS_WINDOWS_1252},
    {"iso-ir-101", CS_ISO_8859_2},
    {"iso-ir-109", CS_ISO_8859_3},
    {"iso-ir-110", CS_ISO_8859_4},
    {"iso-ir-126", CS_ISO_8859_7},
    {"iso-ir-127", CS_ISO_8859_6},
    {"iso-ir-138", CS_ISO_8859_8},
    {"iso-ir-144", CS_ISO_8859_5},
    {"iso-ir-148", CS_WINDOWS_1254},
    {"iso-ir-149", CS_EUC_KR},
    {"iso-ir-157", CS_ISO_8859_10},
    {"iso-ir-58", CS_GBK},
    {"iso8859-1", CS_WINDOWS_1252},
    {"iso8859-10", CS_ISO_8859_10},
    {"iso8859-11", CS_WINDOWS_874},
    {"iso8859-13", CS_ISO_8859_13},
    {"iso8859-14", CS_ISO_8859_14},
    {"iso8859-15", CS_ISO_8859_15},
    {"iso8859-2", CS_ISO_8859_2},
    {"iso8859-3", CS_ISO_8859_3},
    {"iso8859-4", CS_ISO_8859_4},
    {"iso8859-5", CS_ISO_8859_5},
    {"iso8859-6", CS_ISO_8859_6},
    {"iso8859-7", CS_ISO_8859_7},
    {"iso8859-8", CS_ISO_8859_8},
    {"iso8859-9", CS_WINDOWS_1254},
    {"iso88591", CS_WINDOWS_1252},
    {"iso885910", CS_ISO_8859_10},
    {"iso885911", CS_WINDOWS_874},
    {"iso885913", CS_ISO_8859_13},
    {"iso885914", CS_ISO_8859_14},
    {"iso885915", CS_ISO_8859_15},
    {"iso88592", CS_ISO_8859_2},
    {"iso88593", CS_ISO_8859_3},
    {"iso88594", CS_ISO_8859_4},
    {"iso88595", CS_ISO_8859_5},
    {"iso88596", CS_ISO_8859_6},
    {"iso88597", CS_ISO_8859_7},
    {"iso88598", CS_ISO_8859_8},
    {"iso88599", CS_WINDOWS_1254},
    {"iso_8859-1", CS_WINDOWS_1252},
    {"iso_8859-15", CS_ISO_8859_15},
    {"iso_8859-1:1987", CS_WINDOWS_1252},
    {"iso_8859-2", CS_ISO_8859_2},
    {"iso_8859-2:1987", CS_ISO_8859_2},
    {"iso_8859-3", CS_ISO_8859_3},
    {"iso_8859-3:1988", CS_ISO_8859_3},
    {"iso_8859-4", CS_ISO_8859_4},
    {"iso_8859-4:1988", CS_ISO_8859_4},
    {"iso_8859-5", CS_ISO_8859_5},
    {"iso_8859-5:1988", CS_ISO_8859_5},
    {"iso_8859-6", CS_ISO_8859_6},
    {"iso_8859-6:1987", CS_ISO_8859_6},
    {"iso_8859-7", CS_ISO_8859_7},
    {"iso_8859-7:1987", CS_ISO_8859_7},
    {"iso_8859-8", CS_ISO_8859_8},
    {"iso_8859-8:1988", CS_ISO_8859_8},
    {"iso_8859-9", CS_WINDOWS_1254},
    {"iso_8859-9:1989", CS_WINDOWS_1254},
    {"koi", CS_KOI8_R},
    {"koi8", CS_KOI8_R},
    {"koi8-r", CS_KOI8_R},
    {"koi8-ru", CS_KOI8_U},
    {"koi8-u", CS_KOI8_U},
    {"koi8_r", CS_KOI8_R},
    {"korean", CS_EUC_KR},
    {"ks_c_5601-1987", CS_EUC_KR},
    {"ks_c_5601-1989", CS_EUC_KR},
    {"ksc5601", CS_EUC_KR},
    {"ksc_5601", CS_EUC_KR},
    {"l1", CS_WINDOWS_1252},
    {"l2", CS_ISO_8859_2},
    {"l3", CS_ISO_8859_3},
    {"l4", CS_ISO_8859_4},
    {"l5", CS_WINDOWS_1254},
    {"l6", CS_ISO_8859_10},
    {"l9", CS_ISO_8859_15},
    {"latin1", CS_WINDOWS_1252},
    {"latin2", CS_ISO_8859_2},
    {"latin3", CS_ISO_8859_3},
    {"latin4", CS_ISO_8859_4},
    {"latin5", CS_WINDOWS_1254},
    {"latin6", CS_ISO_8859_10},
    {"logical", CS_ISO_8859_8_I},
    {"mac", CS_MACINTOSH},
    {"macintosh", CS_MACINTOSH},
    {"ms932", CS_SHIFT_JIS},
    {"ms_kanji", CS_SHIFT_JIS},
    {"replacement", CS_REPLACEMENT},
    {"shift-jis", CS_SHIFT_JIS},
    {"shift_jis", CS_SHIFT_JIS},
    {"sjis", CS_SHIFT_JIS},
    {"sun_eu_greek", CS_ISO_8859_7},
    {"tis-620", CS_WINDOWS_874},
    {"ucs-2", CS_UTF_16LE},
    {"unicode", CS_UTF_16LE},
    {"unicode-1-1-utf-8", CS_UTF_8},
    {"unicode11utf8", CS_UTF_8},
    {"unicode20utf8", CS_UTF_8},
    {"unicodefeff", CS_UTF_16LE},
    {"unicodefffe", CS_UTF_16BE},
    {"us-ascii", CS_WINDOWS_1252},
    {"utf-16", CS_UTF_16LE},
    {"utf-16be", CS_UTF_16BE},
    {"utf-16le", CS_UTF_16LE},
    {"utf-8", CS_UTF_8},
    {"utf8", CS_UTF_8},
    {"visual", CS_ISO_8859_8},
    {"windows-1250", CS_WINDOWS_1250},
    {"windows-1251", CS_WINDOWS_1251},
    {"windows-1252", CS_WINDOWS_1252},
    {"windows-1253", CS_WINDOWS_1253},
    {"windows-1254", CS_WINDOWS_1254},
    {"windows-1255", CS_WINDOWS_1255},
    {"windows-1256", CS_WINDOWS_1256},
    {"windows-1257", CS_WINDOWS_1257},
    {"windows-1258", CS_WINDOWS_1258},
    {"windows-31j", CS_SHIFT_JIS},
    {"windows-874", CS_WINDOWS_874},
    {"windows-949", CS_EUC_KR},
    {"x-cp1250", CS_WINDOWS_1250},
    {"x-cp1251", CS_WINDOWS_1251},
    {"x-cp1252", CS_WINDOWS_1252},
    {"x-cp1253", CS_WINDOWS_1253},
    {"x-cp1254", CS_WINDOWS_1254},
    {"x-cp1255", CS_WINDOWS_1255},
    {"x-cp1256", CS_WINDOWS_1256},
    {"x-cp1257", CS_WINDOWS_1257},
    {"x-cp1258", CS_WINDOWS_1258},
    {"x-euc-jp", CS_EUC_JP},
    {"x-gbk", CS_GBK},
    {"x-mac-cyrillic", CS_X_MAC_CYRILLIC},
    {"x-mac-roman", CS_MACINTOSH},
    {"x-mac-ukrainian", CS_X_MAC_CYRILLIC},
    {"x-sjis", CS_SHIFT_JIS},
    {"x-unicode20utf8", CS_UTF_8},
    {"x-user-defined", CS_X_USER_DEFINED},
    {"x-x-big5", CS_BIG5},
};
/* clang-format on */

const struct charset *charset_find(struct str label)
{
    char lower[32];
    label = str_trim(label);
    if (label.n > sizeof lower)
        return NULL;
    for (size_t i = 0; i < label.n; i++)
        lower[i] = ascii_lower(label.p[i]);
    size_t from = 0, to = ARRAY_LEN(labels);
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = str_cmp(str_make(lower, label.n), str_of(labels[middle].text));
        if (order == 0)
            return &charsets[labels[middle].charset];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

struct str charset_name(const struct charset *charset)
{
    return str_of(charset->name);
}

static bool choose_by_bom(struct str body, struct charset_choice *choice)
{
    static const struct {
        struct str mark;
        int charset;
    } marks[] = {
        {{"\xef\xbb\xbf", 3}, CS_UTF_8}, {{"\xfe\xff", 2}, CS_UTF_16BE}, {{"\xff\xfe", 2}, CS_UTF_16LE}};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (!str_starts(body, marks[i].mark))
            continue;
        choice->charset = &charsets[marks[i].charset];
        choice->source = CHARSET_BY_BOM;
        choice->bom_bytes = (unsigned)marks[i].mark.n;
        return true;
    }
    return false;
}

/* A page that can say it in ASCII is neither UTF-16 nor what scripts call x-user-defined. */
static const struct charset *as_meta_means(const struct charset *charset)
{
    if (!charset)
        return NULL;
    if (charset->kind == CHARSET_UTF16LE || charset->kind == CHARSET_UTF16BE)
        return &charsets[CS_UTF_8];
    return charset->kind == CHARSET_USER ? &charsets[CS_WINDOWS_1252] : charset;
}

struct charset_choice charset_choose(struct str body, struct str content_type)
{
    struct charset_choice choice = {.source = CHARSET_BY_HEADER};
    if (choose_by_bom(body, &choice))
        return choice;
    struct str label = charset_of_header(content_type);
    if (str_is_set(label)) {
        choice.charset = charset_find(label);
        choice.unknown_label = choice.charset == NULL;
    }
    if (choice.charset)
        return choice;
    choice.source = CHARSET_BY_META;
    choice.charset = as_meta_means(charset_of_meta(body));
    if (choice.charset)
        return choice;
    choice.source = CHARSET_BY_DEFAULT;
    choice.charset = &charsets[utf8_valid_bytes(body) == body.n ? CS_UTF_8 : CS_WINDOWS_1252];
    return choice;
}
