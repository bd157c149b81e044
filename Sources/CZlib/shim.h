// zlib's init functions are macros that add the library's version; Swift cannot call them.
#pragma once
#include <zlib.h>

/// Prepares a stream that reads gzip (RFC 1952) or zlib data, whichever comes.
static inline int ksx_inflate_init(z_stream *stream) { return inflateInit2(stream, 15 + 32); }

/// Prepares a stream that writes gzip data.
static inline int ksx_deflate_init(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
