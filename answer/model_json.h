/* SPDX-License-Identifier: Apache-2.0 */
/* model_json.h: the JSON in what a model wrote: alone, fenced, within prose, with slips, or broken off.
 *
 * What can be mended is what has one meaning: commas before a bracket, raw line feeds in strings, Python's True, False and
 * None, and an end that is missing. Of an answer that was broken off the last value, which may be half, is dropped. Nothing
 * is guessed: what is no JSON then is none. Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_MODEL_JSON_H
#define WEBKEEP_ANSWER_MODEL_JSON_H

#include "base/json.h"

#define MODEL_JSON_DEPTH 24u

/* cut: its end was missing. ST_INPUT: there is no object, array or single value; ST_NOMEM. */
enum status model_json_read(struct str text, struct json_doc **ret_doc, bool *ret_cut) MUST_USE;

#endif
