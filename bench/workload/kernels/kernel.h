/* What the kernels have in common. They are programs without a library: the same
 * source is compiled for WebAssembly and for this machine. Each exports run, which takes the
 * size of the work and returns a checksum. */
#ifndef KERNEL_H
#define KERNEL_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef int i32;
typedef unsigned u32;
typedef long long i64;
typedef unsigned long long u64;

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif
#define NOINLINE __attribute__((noinline))

/* A generator of pseudo-random numbers (xorshift): the inputs of the kernels. */
static inline u32 next_random(u32 *state) {
	u32 x = *state;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

/* Mixes a number into a checksum. */
static inline u64 mix(u64 sum, u64 v) { return (sum ^ v) * 0x9e3779b97f4a7c15u + (sum >> 29); }

#endif
