// A merge sort whose halves are sorted by threads, down to some depth: sort [numbers] [depth].
#include "check.h"

#include <pthread.h>
#include <string.h>

struct part {
	int *from, *scratch;
	int count, depth;
};

static void merge(int *a, int *scratch, int middle, int count) {
	memcpy(scratch, a, count * sizeof *a);
	for (int left = 0, right = middle, to = 0; to < count; to++) {
		int takeLeft = right == count || (left < middle && scratch[left] <= scratch[right]);
		a[to] = takeLeft ? scratch[left++] : scratch[right++];
	}
}

static void *sort(void *argument) {
	struct part p = *(struct part *)argument;
	if (p.count < 2)
		return 0;
	int middle = p.count / 2;
	struct part left = {p.from, p.scratch, middle, p.depth - 1};
	struct part right = {p.from + middle, p.scratch + middle, p.count - middle, p.depth - 1};
	if (p.depth > 0) {
		pthread_t thread;
		CHECK(pthread_create(&thread, 0, sort, &left) == 0);
		sort(&right);
		CHECK(pthread_join(thread, 0) == 0);
	} else {
		sort(&left);
		sort(&right);
	}
	merge(p.from, p.scratch, middle, p.count);
	return 0;
}

int main(int argc, char **argv) {
	int count = argument(argc, argv, 1, 100000), depth = argument(argc, argv, 2, 4);
	int *numbers = malloc(count * sizeof *numbers), *scratch = malloc(count * sizeof *scratch);
	CHECK(numbers && scratch);
	unsigned state = 1;
	long long sum = 0, after = 0;
	for (int i = 0; i < count; i++)
		sum += numbers[i] = (int)scramble(&state);
	sort(&(struct part){numbers, scratch, count, depth});
	for (int i = 0; i < count; i++) {
		CHECK(i == 0 || numbers[i - 1] <= numbers[i]);
		after += numbers[i];
	}
	CHECK(sum == after);
	printf("sorted %d numbers from %d to %d\n", count, numbers[0], numbers[count - 1]);
	return 0;
}
