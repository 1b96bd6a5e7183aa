#ifndef WEFT_ERRNO_H
#define WEFT_ERRNO_H

// The C library declares errno thread-local, but was compiled without threads: there it is one variable for all
// threads. This header takes the place of the library's, so that programs are compiled the same way.

#ifdef __cplusplus
extern "C" {
#endif

extern int errno;
#define errno errno

#ifdef __cplusplus
}
#endif

#endif
