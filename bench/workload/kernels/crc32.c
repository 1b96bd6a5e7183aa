/* CRC-32 of 64 KiB by a table, n times: a chain of dependent loads. */
#include "kernel.h"

static u32 table[256];
static u8 data[1 << 16];

EXPORT(run) i64 run(i32 n) {
	for (u32 i = 0; i < 256; i++) {
		u32 c = i;
		for (i32 k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
		table[i] = c;
	}
	u32 random = 3;
	for (u32 i = 0; i < sizeof data; i++)
		data[i] = (u8)next_random(&random);
	u64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		u32 crc = ~(u32)round;
		for (u32 i = 0; i < sizeof data; i++)
			crc = table[(crc ^ data[i]) & 0xff] ^ (crc >> 8);
		sum = mix(sum, ~crc);
	}
	return (i64)sum;
}
