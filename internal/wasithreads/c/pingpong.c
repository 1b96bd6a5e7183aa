// Two threads that wake each other in turn, by the instructions themselves: pingpong [rounds].
#include "check.h"

#include <pthread.h>

static int turn, rounds;

static void take_turns(int me) {
	for (int i = 0; i < rounds; i++) {
		while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) != me)
			__builtin_wasm_memory_atomic_wait32(&turn, !me, -1);
		__atomic_store_n(&turn, !me, __ATOMIC_SEQ_CST);
		__builtin_wasm_memory_atomic_notify(&turn, 1);
	}
}

static void *pong(void *argument) {
	take_turns(1);
	return 0;
}

int main(int argc, char **argv) {
	rounds = argument(argc, argv, 1, 1000);
	pthread_t thread;
	CHECK(pthread_create(&thread, 0, pong, 0) == 0);
	take_turns(0);
	CHECK(pthread_join(thread, 0) == 0);
	printf("%d rounds\n", rounds);
	return 0;
}
