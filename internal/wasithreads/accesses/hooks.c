// What clang calls at each load and store with -fsanitize-coverage=trace-loads,trace-stores. The functions do nothing:
// the call of one is a step, so that whatever schedules by steps can part two accesses.

#include <stdint.h>

#define HOOK(name, type) \
	__attribute__((noinline, no_sanitize("coverage"))) void __sanitizer_cov_##name(type *address) {}

HOOK(load1, uint8_t)
HOOK(load2, uint16_t)
HOOK(load4, uint32_t)
HOOK(load8, uint64_t)
HOOK(load16, __int128)
HOOK(store1, uint8_t)
HOOK(store2, uint16_t)
HOOK(store4, uint32_t)
HOOK(store8, uint64_t)
HOOK(store16, __int128)
