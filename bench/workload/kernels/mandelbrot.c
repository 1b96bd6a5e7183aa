/* The Mandelbrot set on 64 by 64 points, up to 200 iterations each, n times. */
#include "kernel.h"

EXPORT(run) i64 run(i32 n) {
	i64 sum = 0;
	for (i32 round = 0; round < n; round++)
		for (i32 y = 0; y < 64; y++)
			for (i32 x = 0; x < 64; x++) {
				double cr = x / 24.0 - 2.0, ci = (y + round % 2) / 32.0 - 1.0;
				double r = 0, i = 0;
				i32 k = 0;
				while (k < 200 && r * r + i * i <= 4) {
					double t = r * r - i * i + cr;
					i = 2 * r * i + ci;
					r = t;
					k++;
				}
				sum += k;
			}
	return sum;
}
