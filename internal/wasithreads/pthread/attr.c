#include "thread.h"

#include <errno.h>
#include <limits.h>

// The words of the attributes of a thread. A size of the stack of 0 is the usual one.
enum { stackWord, detachWord, guardWord, scopeWord, inheritWord };

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
