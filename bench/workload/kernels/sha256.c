/* SHA-256 of 16 KiB, n times: rotations and additions of 32 bits. */
#include "kernel.h"

/* The constants of the standard are the first bits of the fractions of roots of
 * primes; here they are computed, in integers. */
static u32 k[64], initial[8];

/* The first 32 bits of the fraction of the square or cube root of p. */
static u32 root_bits(u64 p, i32 cube) {
	/* The largest r of 36 bits with (r / 2^32)^2, or ^3, <= p. */
	u64 r = 0;
	for (i32 bit = 35; bit >= 0; bit--) {
		u64 t = r | (u64)1 << bit;
		u64 high = t >> 16, low = t & 0xffff;
		/* t*t / 2^32, rounded down: 40 bits of it suffice to compare. */
		u64 square = (high * high) + ((2 * high * low + (low * low >> 16)) >> 16);
		u64 limit = p << 32;
		u64 value = square;
		if (cube) {
			u64 sh = square >> 16, sl = square & 0xffff;
			value = sh * high + ((sh * low + sl * high + (sl * low >> 16)) >> 16);
		}
		if (value < limit)
			r = t;
	}
	return (u32)r;
}

static void constants(void) {
	i32 found = 0;
	for (u64 v = 2; found < 64; v++) {
		i32 prime = 1;
		for (u64 d = 2; d * d <= v; d++)
			if (v % d == 0)
				prime = 0;
		if (!prime)
			continue;
		k[found] = root_bits(v, 1);
		if (found < 8)
			initial[found] = root_bits(v, 0);
		found++;
	}
}

static u32 rotate(u32 x, i32 by) { return x >> by | x << (32 - by); }

static void block(u32 *h, const u8 *data) {
	u32 w[64];
	for (i32 i = 0; i < 16; i++)
		w[i] = (u32)data[4 * i] << 24 | (u32)data[4 * i + 1] << 16 | (u32)data[4 * i + 2] << 8 | data[4 * i + 3];
	for (i32 i = 16; i < 64; i++) {
		u32 a = w[i - 15], b = w[i - 2];
		w[i] = w[i - 16] + w[i - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
	u32 s[8];
	for (i32 i = 0; i < 8; i++)
		s[i] = h[i];
	for (i32 i = 0; i < 64; i++) {
		u32 e = s[4], a = s[0];
		u32 t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
		u32 t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
		for (i32 j = 7; j > 0; j--)
			s[j] = s[j - 1];
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (i32 i = 0; i < 8; i++)
		h[i] += s[i];
}

static u8 data[1 << 14];

EXPORT(run) i64 run(i32 n) {
	constants();
	u32 random = 5, h[8];
	for (u32 i = 0; i < sizeof data; i++)
		data[i] = (u8)next_random(&random);
	for (i32 i = 0; i < 8; i++)
		h[i] = initial[i];
	for (i32 round = 0; round < n; round++)
		for (u32 at = 0; at < sizeof data; at += 64)
			block(h, data + at);
	return (i64)((u64)h[0] << 32 | h[7]);
}
