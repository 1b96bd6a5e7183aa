/* Compresses 32 KiB of words by references to what was before (found by a hash of
 * four bytes), decompresses that and compares, n times. */
#include "kernel.h"

enum { SIZE = 1 << 15, HASHES = 1 << 12, SHORTEST = 4, LONGEST = 130 };
static u8 data[SIZE], packed[2 * SIZE], unpacked[SIZE];
static i32 latest[HASHES];

static u32 hash(const u8 *p) {
	u32 v = p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
	return v * 2654435761u >> 20;
}

/* A byte below 128 is that many literal bytes less one, which follow; others are a
 * match of that length less 124, and two bytes of distance. */
static i32 compress(void) {
	for (i32 i = 0; i < HASHES; i++)
		latest[i] = -1;
	i32 out = 0, literal = 0, i = 0;
	while (i < SIZE) {
		i32 length = 0, from = -1;
		if (i + SHORTEST <= SIZE) {
			u32 h = hash(data + i);
			from = latest[h];
			latest[h] = i;
			if (from >= 0)
				while (i + length < SIZE && length < LONGEST && data[from + length] == data[i + length])
					length++;
		}
		i32 step = length >= SHORTEST ? length : 1;
		i32 end = length >= SHORTEST ? i : i + 1;
		if (end > literal && (length >= SHORTEST || end - literal == 128 || end == SIZE)) {
			packed[out++] = (u8)(end - literal - 1);
			for (i32 k = literal; k < end; k++)
				packed[out++] = data[k];
			literal = end;
		}
		if (length >= SHORTEST) {
			packed[out++] = (u8)(128 + length - SHORTEST);
			packed[out++] = (u8)(i - from);
			packed[out++] = (u8)((i - from) >> 8);
			literal = i + length;
		}
		i += step;
	}
	return out;
}

static i32 decompress(i32 length) {
	i32 out = 0;
	for (i32 i = 0; i < length;) {
		i32 c = packed[i++];
		if (c < 128) {
			for (i32 k = 0; k <= c; k++)
				unpacked[out++] = packed[i++];
		} else {
			i32 distance = packed[i] | packed[i + 1] << 8;
			i += 2;
			for (i32 k = 0; k < c - 128 + SHORTEST; k++, out++)
				unpacked[out] = unpacked[out - distance];
		}
	}
	return out;
}

EXPORT(run) i64 run(i32 n) {
	u32 random = 13;
	u64 sum = 0;
	for (i32 i = 0; i < SIZE;) { /* words of a small vocabulary */
		u32 word = next_random(&random) % 200, w = word * 7919 + 1;
		for (u32 k = 0; k < 3 + word % 6 && i < SIZE; k++)
			data[i++] = 'a' + next_random(&w) % 26;
		if (i < SIZE)
			data[i++] = ' ';
	}
	for (i32 round = 0; round < n; round++) {
		data[round % SIZE] ^= 1;
		i32 length = compress();
		if (decompress(length) != SIZE)
			__builtin_trap();
		for (i32 i = 0; i < SIZE; i++)
			if (data[i] != unpacked[i])
				__builtin_trap();
		sum = mix(sum, (u64)length);
	}
	return (i64)sum;
}
