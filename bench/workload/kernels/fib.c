/* Fibonacci numbers by plain recursion: calls. */
#include "kernel.h"

static NOINLINE i64 fib(i32 n, i64 one) { return n < 2 ? one : fib(n - 1, one) + fib(n - 2, one); }

/* Adds up fib(20), of 21,891 calls, n times. */
EXPORT(run) i64 run(i32 n) {
	i64 sum = 0;
	for (i32 i = 0; i < n; i++)
		sum += fib(20, i);
	return sum;
}
