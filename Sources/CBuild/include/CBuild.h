/// What the build says of itself.
#ifndef CBUILD_H
#define CBUILD_H

/// The commit that this was built from, 40 hexadecimal digits; empty in a build that was not told (scripts/release tells).
const char *ksx_commit(void);

/// Whether files differed from that commit.
int ksx_differs_from_commit(void);

#endif
