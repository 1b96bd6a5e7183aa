#ifndef WEFT_CHECK_H
#define WEFT_CHECK_H

#include <stdio.h>
#include <stdlib.h>

// CHECK ends the program with the place of what is not so.
#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE_NAME__, __LINE__, #condition); \
			exit(99); \
		} \
	} while (0)

// argument returns a number of the command line, or what it is without one.
static inline int argument(int argc, char **argv, int n, int otherwise) { return argc > n ? atoi(argv[n]) : otherwise; }

// scramble is the next of a row of numbers that look random and are the same each time.
static inline unsigned scramble(unsigned *state) {
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

#endif
