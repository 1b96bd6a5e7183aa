/* The runner (see package job) of a program in C that was compiled to native code:
 * its function is ENTRY. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern long long ENTRY(int);

enum { MOST = 64 };
typedef struct {
	long size, nanos, peak_kb;
	long long value;
} sample;
static sample steps[MOST], runs[MOST];
static int nsteps, nruns;

static long now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

static long peak_kb(void) {
	long kb = 0;
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, "VmHWM:", 6))
			kb = atol(line + 6);
	if (f)
		fclose(f);
	return kb;
}

static void print(FILE *f, const char *name, const sample *s, int n) {
	fprintf(f, "\"%s\":[", name);
	for (int i = 0; i < n; i++)
		fprintf(f, "%s{\"size\":%ld,\"time\":%ld,\"value\":\"%lld\",\"peak_kb\":%ld}",
			i ? "," : "", s[i].size, s[i].nanos, s[i].value, s[i].peak_kb);
	fprintf(f, "]");
}

static sample timed(long size) {
	sample s = {.size = size};
	long start = now();
	s.value = ENTRY((int)size);
	s.nanos = now() - start;
	s.peak_kb = peak_kb();
	return s;
}

static void save(void) {
	const char *name = getenv("WEFT_BENCH_RESULT");
	FILE *f = name ? fopen(name, "w") : 0;
	if (!f) {
		fprintf(stderr, "cannot write the result\n");
		exit(1);
	}
	fprintf(f, "{\"compile\":0,\"instantiate\":0,");
	print(f, "steps", steps, nsteps);
	fprintf(f, ",");
	print(f, "runs", runs, nruns);
	fprintf(f, "}");
	fclose(f);
}

/* MODE PROGRAM EXPORT TARGET REPEAT SIZE... */
int main(int argc, char **argv) {
	if (argc < 7 || argc - 6 > MOST || atoi(argv[5]) > MOST) {
		fprintf(stderr, "wrong arguments\n");
		return 1;
	}
	double target = atof(argv[4]) * 1000;
	for (int i = 6; i < argc; i++) {
		long size = atol(argv[i]);
		sample last = nsteps ? steps[nsteps - 1] : (sample){0};
		if (nsteps && (double)last.nanos * size / last.size > target)
			break;
		steps[nsteps++] = timed(size);
		save();
	}
	for (int i = atoi(argv[5]); i > 0; i--) {
		runs[nruns++] = timed(steps[nsteps - 1].size);
		save();
	}
	return 0;
}
