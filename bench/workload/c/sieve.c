/* The first n primes by a chain of coroutines: the first one counts, and behind it
 * stands one for each prime that lets pass what the prime does not divide. Returns
 * their sum. */
#include "coro.h"

typedef struct {
	coro *source;
	i64 prime;
} filter;

static i64 numbers(i64 first) {
	for (;;)
		if (coro_yield(first++) < 0)
			return 0;
}

static i64 sieve(i64 arg) {
	filter *f = (filter *)(size)arg;
	for (;;) {
		i64 v = coro_resume(f->source, 0);
		if (v % f->prime != 0)
			if (coro_yield(v) < 0)
				return 0;
	}
}

EXPORT(run) i64 run(i32 n) {
	static filter *filters;
	if (!filters)
		filters = allocate(4096 * sizeof(filter));
	coro *last = coro_new(numbers, 2, 128);
	i64 sum = 0;
	for (i32 i = 0; i < n; i++) {
		i64 prime = coro_resume(last, 0);
		sum += prime;
		filters[i].source = last;
		filters[i].prime = prime;
		last = coro_new(sieve, (i64)(size)&filters[i], 128);
	}
	/* The last one has not started, the others wait in their yield: they are
	 * told to return. */
	coro_free(last);
	for (i32 i = n - 1; i >= 0; i--) {
		coro_resume(filters[i].source, -1);
		coro_free(filters[i].source);
	}
	return sum;
}
