#include "thread.h"

#include <errno.h>
#include <string.h>

int pthread_setname_np(pthread_t t, const char *name) {
	if (!known(t))
		return ESRCH;
	size_t n = strlen(name) + 1;
	if (n > sizeof t->name)
		return ERANGE;
	memcpy(t->name, name, n);
	return 0;
}

int pthread_getname_np(pthread_t t, char *name, size_t size) {
	if (!known(t))
		return ESRCH;
	size_t n = strlen(t->name) + 1;
	if (n > size)
		return ERANGE;
	memcpy(name, t->name, n);
	return 0;
}
