/* SPDX-License-Identifier: Apache-2.0 */
/* policy_read.h: a policy file, as policy_write() writes it and a person may have edited it, back to rules.
 *
 * Nothing in a file widens the host scope: "base_url" and "scope.host" are told for the reader and not used.
 * Kinds are given by any name an instruction may call them; other names become terms. Unknown members, wrong
 * types and unknown names are errors that name the field. Pure; any thread. */
#ifndef WEBKEEP_FRONTIER_POLICY_READ_H
#define WEBKEEP_FRONTIER_POLICY_READ_H

#include "base/json.h"
#include "frontier/policy.h"
#include "frontier/rules.h"

/* ST_INPUT with line and reason, ST_NOMEM. The document is the caller's. */
enum status policy_file_parse(struct str text, struct json_doc **ret_doc,
                              struct diag *ret_diag) MUST_USE;

/* What the request does not say itself, the file says: patterns, depth, a wider path. Slices of the file's
 * document; the pattern arrays are the arena's. ST_INPUT naming the field, ST_NOMEM. */
enum status policy_file_request(const struct json *file, struct arena *arena,
                                struct policy_request *request, struct diag *ret_diag) MUST_USE;

/* As instruct_compile(), from a file. ST_INPUT naming the field, ST_NOMEM. */
enum status policy_file_rules(const struct json *file, struct arena *arena, struct rules *ret_rules,
                              struct lexicon *ret_lexicon, struct diag *ret_diag) MUST_USE;

#endif
