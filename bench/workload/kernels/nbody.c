/* Five bodies under gravity, n hundred steps of time: square roots and divisions.
 * Returns bits of the energy. */
#include "kernel.h"

typedef struct {
	double x[3], v[3], mass;
} body;

enum { BODIES = 5 };

EXPORT(run) i64 run(i32 n) {
	body bodies[BODIES];
	u32 random = 7;
	for (i32 i = 0; i < BODIES; i++) {
		for (i32 k = 0; k < 3; k++) {
			bodies[i].x[k] = (double)(next_random(&random) % 1000) / 100 - 5;
			bodies[i].v[k] = (double)(next_random(&random) % 1000) / 1000 - 0.5;
		}
		bodies[i].mass = 1.0 / (1 + i);
	}
	const double dt = 0.001;
	for (i32 step = 0; step < 100 * n; step++) {
		for (i32 i = 0; i < BODIES; i++)
			for (i32 j = i + 1; j < BODIES; j++) {
				double d[3], square = 0.01;
				for (i32 k = 0; k < 3; k++) {
					d[k] = bodies[i].x[k] - bodies[j].x[k];
					square += d[k] * d[k];
				}
				double force = dt / (square * __builtin_sqrt(square));
				for (i32 k = 0; k < 3; k++) {
					bodies[i].v[k] -= d[k] * bodies[j].mass * force;
					bodies[j].v[k] += d[k] * bodies[i].mass * force;
				}
			}
		for (i32 i = 0; i < BODIES; i++)
			for (i32 k = 0; k < 3; k++)
				bodies[i].x[k] += dt * bodies[i].v[k];
	}
	double energy = 0;
	for (i32 i = 0; i < BODIES; i++)
		for (i32 k = 0; k < 3; k++)
			energy += 0.5 * bodies[i].mass * bodies[i].v[k] * bodies[i].v[k];
	union {
		double value;
		i64 bits;
	} u = {energy};
	return u.bits;
}
