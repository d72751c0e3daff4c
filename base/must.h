/* SPDX-License-Identifier: Apache-2.0 */
/* must.h: promises that stay checked in release builds, and the compiler attributes the house uses.
 *
 * must(x) checks only what our own code promised (states, owners, magic numbers). What the network, the
 * disk, configuration or memory can cause is never asserted: it comes back as an enum status. */
#ifndef WEBKEEP_BASE_MUST_H
#define WEBKEEP_BASE_MUST_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define NO_RETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Prints the broken promise and aborts. */
NO_RETURN void must_failed(const char *what, const char *file, int line);

#define must(x) ((x) ? (void)0 : must_failed(#x, __FILE__, __LINE__))

#endif
