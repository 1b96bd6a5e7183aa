// A wait that expects the wrong value. Who waits on a word must give the value with which it has decided to wait;
// this one reads it again, after the change that it waits for. No data race: all is atomic. Deadlock.
#include "bug.h"

#include <stdatomic.h>

static atomic_int version;

static void *wait_for_it(void *number) {
	int seen = atomic_load(&version);
	if (seen > 0)
		return 0;
#ifndef FIXED
	seen = atomic_load(&version);
#endif
	__builtin_wasm_memory_atomic_wait32((int *)&version, seen, -1);
	return 0;
}

static void *change(void *number) {
	atomic_fetch_add(&version, 1);
	__builtin_wasm_memory_atomic_notify((int *)&version, 1);
	return 0;
}

int main(void) {
	start(wait_for_it, 0);
	start(change, 0);
	join();
}
