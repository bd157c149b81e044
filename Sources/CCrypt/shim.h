// crypt's state is 32 kilobytes, which Swift would put on the stack.
#pragma once
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

/// Whether `password` is the one that `hash` was made of; in a time that does not tell where they differ.
static inline int ksx_crypt_matches(const char *password, const char *hash) {
  struct crypt_data *state = calloc(1, sizeof *state);
  if (!state) return 0;
  const char *made = crypt_r(password, hash, state);
  size_t length = strlen(hash);
  int difference = !made || made[0] == '*' || strlen(made) != length;
  unsigned char bits = 0;
  if (!difference)
    for (size_t at = 0; at < length; at++) bits |= (unsigned char)(made[at] ^ hash[at]);
  free(state);
  return !difference && bits == 0;
}

/// Whether crypt knows how `hash` was made.
static inline int ksx_crypt_knows(const char *hash) {
  int verdict = crypt_checksalt(hash);
  return verdict != CRYPT_SALT_INVALID && verdict != CRYPT_SALT_METHOD_DISABLED;
}
