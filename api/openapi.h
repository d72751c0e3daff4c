/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.h: the interface described, for programs and for people, from routes.def, params.def and schemas.def.
 * Pure functions; threads: any. */
#ifndef WEBKEEP_API_OPENAPI_H
#define WEBKEEP_API_OPENAPI_H

#include "base/json.h"

/* The OpenAPI 3.1 document. ST_NOMEM; other errors are out->out->status. */
enum status openapi_write(struct json_out *out) MUST_USE;

/* The generated part of docs/api.md. As above. */
enum status reference_write(struct buf *out) MUST_USE;

#endif
