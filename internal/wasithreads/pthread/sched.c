#include "thread.h"

#include <errno.h>
#include <sched.h>

enum { leastPriority = 1, greatestPriority = 99 }; // of the policies that nobody may have

int sched_get_priority_min(int policy) {
	switch (policy) {
	case SCHED_OTHER:
		return 0;
	case SCHED_FIFO:
	case SCHED_RR:
		return leastPriority;
	}
	errno = EINVAL;
	return -1;
}

int sched_get_priority_max(int policy) {
	switch (policy) {
	case SCHED_OTHER:
		return 0;
	case SCHED_FIFO:
	case SCHED_RR:
		return greatestPriority;
	}
	errno = EINVAL;
	return -1;
}

int may_schedule(int policy, int priority) {
	switch (policy) {
	case SCHED_OTHER:
		return priority == 0 ? 0 : EINVAL;
	case SCHED_FIFO:
	case SCHED_RR:
		return priority < leastPriority || priority > greatestPriority ? EINVAL : EPERM;
	}
	return EINVAL;
}

int pthread_setschedparam(pthread_t t, int policy, const struct sched_param *p) {
	return known(t) ? may_schedule(policy, p->sched_priority) : ESRCH;
}

int pthread_getschedparam(pthread_t t, int *policy, struct sched_param *p) {
	if (!known(t))
		return ESRCH;
	*policy = SCHED_OTHER;
	*p = (struct sched_param){0};
	return 0;
}

int pthread_setschedprio(pthread_t t, int priority) { return known(t) ? may_schedule(SCHED_OTHER, priority) : ESRCH; }
