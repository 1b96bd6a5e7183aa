/* Shortest paths in a graph of 1,000 nodes with 5 edges each, by Dijkstra with a binary
 * heap, from n nodes. */
#include "kernel.h"

enum { NODES = 1000, EDGES = 5, FAR = 1 << 30 };
static i32 to[NODES][EDGES], cost[NODES][EDGES], distance[NODES];
static struct {
	i32 distance, node;
} heap[NODES * EDGES + 1];
static i32 length;

static void push(i32 d, i32 node) {
	i32 i = length++;
	while (i > 0 && heap[(i - 1) / 2].distance > d) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i].distance = d;
	heap[i].node = node;
}

static i32 pop(i32 *d) {
	i32 node = heap[0].node;
	*d = heap[0].distance;
	i32 last = --length, i = 0;
	for (;;) {
		i32 child = 2 * i + 1;
		if (child >= last)
			break;
		if (child + 1 < last && heap[child + 1].distance < heap[child].distance)
			child++;
		if (heap[child].distance >= heap[last].distance)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = heap[last];
	return node;
}

EXPORT(run) i64 run(i32 n) {
	u32 random = 19;
	for (i32 i = 0; i < NODES; i++)
		for (i32 e = 0; e < EDGES; e++) {
			to[i][e] = next_random(&random) % NODES;
			cost[i][e] = 1 + next_random(&random) % 1000;
		}
	u64 sum = 0;
	for (i32 round = 0; round < n; round++) {
		for (i32 i = 0; i < NODES; i++)
			distance[i] = FAR;
		length = 0;
		distance[round % NODES] = 0;
		push(0, round % NODES);
		while (length) {
			i32 d, node = pop(&d);
			if (d > distance[node])
				continue;
			for (i32 e = 0; e < EDGES; e++) {
				i32 next = d + cost[node][e], other = to[node][e];
				if (next < distance[other]) {
					distance[other] = next;
					push(next, other);
				}
			}
		}
		for (i32 i = 0; i < NODES; i++)
			sum = mix(sum, (u64)distance[i]);
	}
	return (i64)sum;
}
