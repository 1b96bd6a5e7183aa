// ABA in a stack without locks. A pop reads the top and what is below; meanwhile another thread pops both and pushes
// the first again. The compare-and-swap finds the top that it knows, and puts in what was taken. No data race. Trap.
#include "bug.h"

#include <stdatomic.h>

enum { nodes = 3, none = 0 };

// The top is the number of a node, with how often it has changed above.
static atomic_uint top;
static atomic_uint below[nodes + 1];
static atomic_int owners[nodes + 1];

static unsigned node(unsigned t) { return t & 0xff; }

#ifdef FIXED
static unsigned next(unsigned t, unsigned n) { return ((t >> 8) + 1) << 8 | n; }
#else
static unsigned next(unsigned t, unsigned n) { return n; }
#endif

static void push(unsigned n) {
	atomic_fetch_sub(&owners[n], 1);
	unsigned t = atomic_load(&top);
	do
		atomic_store(&below[n], node(t));
	while (!atomic_compare_exchange_strong(&top, &t, next(t, n)));
}

static unsigned pop(void) {
	unsigned t = atomic_load(&top), n;
	do {
		n = node(t);
		if (n == none)
			return none;
	} while (!atomic_compare_exchange_strong(&top, &t, next(t, atomic_load(&below[n]))));
	REQUIRE(atomic_fetch_add(&owners[n], 1) == 0);
	return n;
}

static void *one(void *number) {
	pop();
	pop();
	return 0;
}

static void *other(void *number) {
	unsigned a = pop();
	pop();
	if (a != none)
		push(a);
	return 0;
}

int main(void) {
	for (unsigned n = nodes; n > 0; n--) {
		atomic_store(&owners[n], 1);
		push(n);
	}
	start(one, 0);
	start(other, 0);
	join();
}
