#include <pthread.h>
#include <stdlib.h>

// The C library's allocator knows nothing of threads: a lock goes around it. The linker lets all calls come here
// (--wrap).

static pthread_mutex_t heap = PTHREAD_MUTEX_INITIALIZER;

#define LOCKED(type, call) \
	pthread_mutex_lock(&heap); \
	type result = call; \
	pthread_mutex_unlock(&heap); \
	return result

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
void *__real_aligned_alloc(size_t, size_t);
int __real_posix_memalign(void **, size_t, size_t);
size_t __real_malloc_usable_size(void *);

void *__wrap_malloc(size_t n) { LOCKED(void *, __real_malloc(n)); }

void *__wrap_calloc(size_t n, size_t size) { LOCKED(void *, __real_calloc(n, size)); }

void *__wrap_realloc(void *p, size_t n) { LOCKED(void *, __real_realloc(p, n)); }

void *__wrap_aligned_alloc(size_t to, size_t n) { LOCKED(void *, __real_aligned_alloc(to, n)); }

int __wrap_posix_memalign(void **p, size_t to, size_t n) { LOCKED(int, __real_posix_memalign(p, to, n)); }

size_t __wrap_malloc_usable_size(void *p) { LOCKED(size_t, __real_malloc_usable_size(p)); }

void __wrap_free(void *p) {
	if (!p)
		return;
	pthread_mutex_lock(&heap);
	__real_free(p);
	pthread_mutex_unlock(&heap);
}
