#ifndef WEFT_SCHED_H
#define WEFT_SCHED_H

// The C library's header has little more than sched_yield. There is one policy, with one priority: asking for another
// one fails as it does for a program without privileges.

#include_next <sched.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef SCHED_OTHER
#define SCHED_OTHER 0
#define SCHED_FIFO 1
#define SCHED_RR 2

struct sched_param {
	int sched_priority;
};

int sched_get_priority_max(int);
int sched_get_priority_min(int);
#endif

#ifdef __cplusplus
}
#endif

#endif
