/* SPDX-License-Identifier: Apache-2.0 */
/* charset_index.h: the indexes of the multi-byte encodings of the WHATWG Encoding standard (section 5).
 *
 * They are the web's, which is not what C libraries' converters of the same names have. A row is a lead byte, a
 * cell a trail byte as the comment says; 0: no code point. 159 KB, constant; threads: any. */
#ifndef WEBKEEP_EXTRACT_CHARSET_INDEX_H
#define WEBKEEP_EXTRACT_CHARSET_INDEX_H

#include <stdint.h>

/* Leads 87 to FE, trails 40 to 7E and A1 to FE. The bit of a cell says that 0x20000 is to be added. */
extern const uint16_t charset_big5[120][157];
extern const uint32_t charset_big5_plane_2[120][5];

/* EUC-KR: leads 81 to FD with trails A1 to FE, and leads 81 to C6 with trails 41 to A0. */
extern const uint16_t charset_ks_x_1001[125][94];
extern const uint16_t charset_uhc[70][96];

/* Leads 81 to FE, trails 40 to 7E and 80 to FE. */
extern const uint16_t charset_gb18030[126][190];

/* EUC-JP, leads and trails A1 to FE. Shift_JIS has two rows a lead; its last ones, FA to FC, are the last five. */
extern const uint16_t charset_jis_x_0208[99][94];
/* EUC-JP behind 8F, leads A1 to ED. */
extern const uint16_t charset_jis_x_0212[77][94];

/* gb18030's sequences of four bytes below U+10000: each range goes on to the pointer of the next one. */
struct charset_range {
    uint16_t pointer, code;
};

enum { CHARSET_RANGES = 208 };

extern const struct charset_range charset_gb18030_ranges[CHARSET_RANGES];

#endif
