#ifndef OSRTP_SLICE_H
#define OSRTP_SLICE_H

#include <stddef.h>

#include "core/str.h"
#include "module/osrtp_abi.h"

/** Kamailio's text as the C++ half has it; of no text, or an empty one, there is none. */
static inline struct osrtp_slice osrtp_slice_of(const str* text) {
  struct osrtp_slice slice = {NULL, 0};
  if (text == NULL || text->s == NULL || text->len <= 0) return slice;
  slice.data = text->s;
  slice.size = (size_t)text->len;
  return slice;
}

#endif
