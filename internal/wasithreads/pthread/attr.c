#include "thread.h"

#include <errno.h>
#include <limits.h>

// The words of the attributes of a thread. A size of the stack of 0 is the usual one.
enum { stackWord, detachWord, guardWord, scopeWord, inheritWord, policyWord, priorityWord, stackAtWord };

int pthread_attr_init(pthread_attr_t *a) {
	*a = (pthread_attr_t){0};
	return 0;
}

int pthread_attr_destroy(pthread_attr_t *a) { return 0; }

int pthread_attr_getdetachstate(const pthread_attr_t *a, int *state) {
	*state = a->__u.__i[detachWord];
	return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *a, int state) {
	if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
		return EINVAL;
	a->__u.__i[detachWord] = state;
	return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *a, size_t *size) {
	*size = a->__u.__s[stackWord] ? a->__u.__s[stackWord] : defaultStack;
	return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *a, size_t size) {
	if (size < PTHREAD_STACK_MIN || size > INT_MAX / 2)
		return EINVAL;
	a->__u.__s[stackWord] = size;
	return 0;
}

// There are no guards: the memory of WebAssembly has no pages that trap. The size is only kept.
int pthread_attr_getguardsize(const pthread_attr_t *a, size_t *size) {
	*size = a->__u.__s[guardWord];
	return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *a, size_t size) {
	a->__u.__s[guardWord] = size;
	return 0;
}

int pthread_attr_getscope(const pthread_attr_t *a, int *scope) {
	*scope = a->__u.__i[scopeWord];
	return 0;
}

int pthread_attr_setscope(pthread_attr_t *a, int scope) {
	if (scope != PTHREAD_SCOPE_SYSTEM)
		return scope == PTHREAD_SCOPE_PROCESS ? ENOTSUP : EINVAL;
	a->__u.__i[scopeWord] = scope;
	return 0;
}

int pthread_attr_getinheritsched(const pthread_attr_t *a, int *inherit) {
	*inherit = a->__u.__i[inheritWord];
	return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *a, int inherit) {
	if (inherit != PTHREAD_INHERIT_SCHED && inherit != PTHREAD_EXPLICIT_SCHED)
		return EINVAL;
	a->__u.__i[inheritWord] = inherit;
	return 0;
}

// A policy that nobody may have is kept, and refused when a thread is made that is to have it.
int pthread_attr_getschedpolicy(const pthread_attr_t *a, int *policy) {
	*policy = a->__u.__i[policyWord];
	return 0;
}

int pthread_attr_setschedpolicy(pthread_attr_t *a, int policy) {
	if (policy != SCHED_OTHER && policy != SCHED_FIFO && policy != SCHED_RR)
		return EINVAL;
	a->__u.__i[policyWord] = policy;
	return 0;
}

int pthread_attr_getschedparam(const pthread_attr_t *a, struct sched_param *p) {
	*p = (struct sched_param){.sched_priority = a->__u.__i[priorityWord]};
	return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *a, const struct sched_param *p) {
	int policy = a->__u.__i[policyWord], priority = p->sched_priority;
	if (priority < sched_get_priority_min(policy) || priority > sched_get_priority_max(policy))
		return EINVAL;
	a->__u.__i[priorityWord] = priority;
	return 0;
}

int pthread_attr_getstack(const pthread_attr_t *a, void **stack, size_t *size) {
	*stack = (void *)a->__u.__s[stackAtWord];
	return pthread_attr_getstacksize(a, size);
}

// The program keeps a stack that it has given: it does not lie in the memory of the thread.
int pthread_attr_setstack(pthread_attr_t *a, void *stack, size_t size) {
	if (!stack || ((size_t)stack + size) % 16)
		return EINVAL;
	int failed = pthread_attr_setstacksize(a, size);
	if (!failed)
		a->__u.__s[stackAtWord] = (size_t)stack;
	return failed;
}
