/* SPDX-License-Identifier: Apache-2.0 */
/* doctype.c: the public identifiers of the years before standards mode (HTML 13.2.6.4.1). Without quirks mode
 * a table closes the paragraph it stands in, so the list changes what real pages look like. */
#include "extract/html/modes.h"

static const char *const prefixes[] = {
    "+//silmaril//dtd html pro v0r11 19970101//",
    "-//as//dtd html 3.0 aswedit + extensions//",
    "-//advasoft ltd//dtd html 3.0 aswedit + extensions//",
    "-//ietf//dtd html 2.0 level 1//",
    "-//ietf//dtd html 2.0 level 2//",
    "-//ietf//dtd html 2.0 strict level 1//",
    "-//ietf//dtd html 2.0 strict level 2//",
    "-//ietf//dtd html 2.0 strict//",
    "-//ietf//dtd html 2.0//",
    "-//ietf//dtd html 2.1e//",
    "-//ietf//dtd html 3.0//",
    "-//ietf//dtd html 3.2 final//",
    "-//ietf//dtd html 3.2//",
    "-//ietf//dtd html 3//",
    "-//ietf//dtd html level 0//",
    "-//ietf//dtd html level 1//",
    "-//ietf//dtd html level 2//",
    "-//ietf//dtd html level 3//",
    "-//ietf//dtd html strict level 0//",
    "-//ietf//dtd html strict level 1//",
    "-//ietf//dtd html strict level 2//",
    "-//ietf//dtd html strict level 3//",
    "-//ietf//dtd html strict//",
    "-//ietf//dtd html//",
    "-//metrius//dtd metrius presentational//",
    "-//microsoft//dtd internet explorer 2.0 html strict//",
    "-//microsoft//dtd internet explorer 2.0 html//",
    "-//microsoft//dtd internet explorer 2.0 tables//",
    "-//microsoft//dtd internet explorer 3.0 html strict//",
    "-//microsoft//dtd internet explorer 3.0 html//",
    "-//microsoft//dtd internet explorer 3.0 tables//",
    "-//netscape comm. corp.//dtd html//",
    "-//netscape comm. corp.//dtd strict html//",
    "-//o'reilly and associates//dtd html 2.0//",
    "-//o'reilly and associates//dtd html extended 1.0//",
    "-//o'reilly and associates//dtd html extended relaxed 1.0//",
    "-//sq//dtd html 2.0 hotmetal + extensions//",
    "-//softquad software//dtd hotmetal pro 6.0::19990601::extensions to html 4.0//",
    "-//softquad//dtd hotmetal pro 4.0::19971010::extensions to html 4.0//",
    "-//spyglass//dtd html 2.0 extended//",
    "-//sun microsystems corp.//dtd hotjava html//",
    "-//sun microsystems corp.//dtd hotjava strict html//",
    "-//w3c//dtd html 3 1995-03-24//",
    "-//w3c//dtd html 3.2 draft//",
    "-//w3c//dtd html 3.2 final//",
    "-//w3c//dtd html 3.2//",
    "-//w3c//dtd html 3.2s draft//",
    "-//w3c//dtd html 4.0 frameset//",
    "-//w3c//dtd html 4.0 transitional//",
    "-//w3c//dtd html experimental 19960712//",
    "-//w3c//dtd html experimental 970421//",
    "-//w3c//dtd w3 html//",
    "-//w3o//dtd w3 html 3.0//",
    "-//webtechs//dtd mozilla html 2.0//",
    "-//webtechs//dtd mozilla html//",
};

/* Quirks only where there is no system identifier. */
static const char *const prefixes_alone[] = {
    "-//w3c//dtd html 4.01 frameset//",
    "-//w3c//dtd html 4.01 transitional//",
};

static const char *const whole[] = {
    "-//w3o//dtd w3 html strict 3.0//en//",
    "-/w3c/dtd html 4.0 transitional/en",
    "html",
};

static bool begins_with_any(struct str id, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str prefix = str_of(list[i]);
        if (id.n >= prefix.n && str_eq_nocase(str_head(id, prefix.n), prefix))
            return true;
    }
    return false;
}

static bool is_quirky_public(struct str id, bool alone)
{
    for (size_t i = 0; i < ARRAY_LEN(whole); i++)
        if (str_eq_nocase(id, str_of(whole[i])))
            return true;
    return begins_with_any(id, prefixes, ARRAY_LEN(prefixes)) ||
           (alone && begins_with_any(id, prefixes_alone, ARRAY_LEN(prefixes_alone)));
}

bool doctype_is_quirky(const struct html_build *b, const struct token_doctype *d)
{
    const struct str ibm = STR_LIT("http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd");
    if (d->force_quirks || !d->has_name || !str_is(html_build_text(b, d->name), "html"))
        return true;
    if (d->has_system_id && str_eq_nocase(html_build_text(b, d->system_id), ibm))
        return true;
    return d->has_public_id && is_quirky_public(html_build_text(b, d->public_id), !d->has_system_id);
}
