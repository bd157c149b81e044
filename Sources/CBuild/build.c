#include "CBuild.h"

#ifndef KSX_COMMIT
#define KSX_COMMIT ""
#endif

#ifndef KSX_DIRTY
#define KSX_DIRTY 0
#endif

const char *ksx_commit(void) { return KSX_COMMIT; }

int ksx_differs_from_commit(void) { return KSX_DIRTY; }
