/* Reads some 40 KiB of JSON, n times: a parser with a stack of its own by recursion,
 * switches, bytes. Adds up the numbers and the lengths of the strings. */
#include "kernel.h"

enum { SIZE = 40000 };
static char text[SIZE + 64];
static const char *p;
static i64 numbers, lengths, values;

static i32 number(char *at, u32 v) {
	char digits[10];
	i32 n = 0, out = 0;
	do
		digits[n++] = '0' + v % 10;
	while (v /= 10);
	while (n)
		at[out++] = digits[--n];
	return out;
}

/* An array of objects: {"id": 12, "name": "...", "tags": [1, 2, -3]} */
static void generate(void) {
	u32 random = 17;
	i32 i = 0;
	text[i++] = '[';
	while (i < SIZE - 256) {
		const char *parts[] = {"{\"id\": ", ", \"name\": \"", "\", \"ok\": true, \"tags\": [", "]}, "};
		for (i32 part = 0; part < 4; part++) {
			for (const char *s = parts[part]; *s; s++)
				text[i++] = *s;
			u32 r = next_random(&random);
			if (part == 0)
				i += number(text + i, r % 100000);
			else if (part == 1)
				for (u32 k = 0; k < 10 + r % 10; k++)
					text[i++] = k == 7 ? '\\' : k == 8 ? 'n' : 'a' + k;
			else if (part == 2)
				for (u32 k = 0; k <= r % 5; k++) {
					if (k) {
						text[i++] = ',';
						text[i++] = '-';
					}
					i += number(text + i, next_random(&random) % 1000);
				}
		}
	}
	text[i++] = 'n';
	text[i++] = 'u';
	text[i++] = 'l';
	text[i++] = 'l';
	text[i++] = ']';
	text[i] = 0;
}

static void space(void) {
	while (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')
		p++;
}

static i32 string(void) {
	const char *start = ++p;
	while (*p != '"') {
		if (*p == 0)
			return 0;
		if (*p == '\\')
			p++;
		p++;
	}
	lengths += p - start;
	p++;
	return 1;
}

static i32 literal(const char *word) {
	while (*word)
		if (*p++ != *word++)
			return 0;
	return 1;
}

static i32 value(void) {
	space();
	values++;
	switch (*p) {
	case '{':
	case '[': {
		char close = *p == '{' ? '}' : ']';
		p++;
		space();
		while (*p != close) {
			if (close == '}') {
				if (*p != '"' || !string())
					return 0;
				space();
				if (*p++ != ':')
					return 0;
			}
			if (!value())
				return 0;
			space();
			if (*p == ',') {
				p++;
				space();
			} else if (*p != close) {
				return 0;
			}
		}
		p++;
		return 1;
	}
	case '"':
		return string();
	case 't':
		return literal("true");
	case 'f':
		return literal("false");
	case 'n':
		return literal("null");
	default: {
		i64 sign = 1, v = 0;
		if (*p == '-') {
			sign = -1;
			p++;
		}
		if (*p < '0' || *p > '9')
			return 0;
		while (*p >= '0' && *p <= '9')
			v = 10 * v + (*p++ - '0');
		numbers += sign * v;
		return 1;
	}
	}
}

EXPORT(run) i64 run(i32 n) {
	generate();
	u64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		numbers = lengths = values = 0;
		p = text;
		if (!value() || *p)
			__builtin_trap();
		sum = mix(sum, (u64)(numbers + lengths + values));
	}
	return (i64)sum;
}
