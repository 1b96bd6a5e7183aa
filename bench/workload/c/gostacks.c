/* n goroutines, all alive at the same time, take ten turns each: run at once, deep from
 * beneath 100 calls. One loop resumes them, in the order of a list.
 * Returns the sum of their numbers over all turns, and one for each call beneath. */
#include "coro.h"

typedef struct g g;
struct g {
	g *schedlink; /* the next one in the run queue, or among those that have ended */
	coro *c;
};

static g *first, *last, *ended;
static i64 sum; /* counted behind the call, so that no compiler makes it a loop */
static i32 below;

static void runqput(g *p) {
	p->schedlink = 0;
	if (first)
		last->schedlink = p;
	else
		first = p;
	last = p;
}

static void newproc(coro_func f, i64 arg, size space) {
	g *p = ended;
	if (p)
		ended = p->schedlink;
	else
		p = allocate(sizeof(g));
	p->c = coro_new(f, arg, space);
	runqput(p);
}

static void schedule(void) {
	while (first) {
		g *p = first;
		first = p->schedlink;
		coro_resume(p->c, 0);
		if (coro_done(p->c)) {
			coro_free(p->c);
			p->schedlink = ended;
			ended = p;
		} else {
			runqput(p);
		}
	}
}

static void NOINLINE down(i32 depth, i64 id) {
	if (depth > 0) {
		down(depth - 1, id);
		sum++;
		return;
	}
	for (i32 left = 10; left > 0; left--) {
		sum += id;
		coro_yield(0);
	}
}

static i64 worker(i64 id) {
	down(below, id);
	return 0;
}

static i64 start(i32 n, i32 depth, size space) {
	below = depth;
	sum = 0;
	for (i32 id = 0; id < n; id++)
		newproc(worker, id, space);
	schedule();
	return sum;
}

EXPORT(run) i64 run(i32 n) { return start(n, 0, 128); }
EXPORT(deep) i64 deep(i32 n) { return start(n, 100, 8192); }
