/* The sieve of Eratosthenes over 64 Ki numbers, n times: stores with a stride. */
#include "kernel.h"

enum { LIMIT = 1 << 16 };
static u8 composite[LIMIT];

EXPORT(run) i64 run(i32 n) {
	i64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		for (i32 i = 0; i < LIMIT; i++)
			composite[i] = 0;
		for (i32 i = 2; i * i < LIMIT; i++)
			if (!composite[i])
				for (i32 j = i * i; j < LIMIT; j += i)
					composite[j] = 1;
		for (i32 i = 2; i < LIMIT; i++)
			if (!composite[i])
				sum += i + round;
	}
	return sum;
}
