#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *what) { perror(what); exit(1); }

int main(int argc, char **argv) {
	printf("arguments %d %s, %s\n", argc, argv[1], getenv("NAME"));
	if (mkdir("/data/dir", 0777)) fail("mkdir");
	FILE *f = fopen("/data/dir/file", "w+");
	if (!f) fail("fopen");
	for (int i = 0; i < 1000; i++) fprintf(f, "line %d\n", i);
	rewind(f);
	char line[100];
	int lines = 0;
	while (fgets(line, sizeof line, f)) lines++;
	printf("lines %d, at %ld\n", lines, ftell(f));
	fclose(f);
	f = fopen("/data/dir/file", "a");
	fputs("end\n", f);
	fclose(f);
	struct stat st;
	if (stat("/data/dir/file", &st)) fail("stat");
	printf("size %lld, regular %d\n", (long long)st.st_size, S_ISREG(st.st_mode));
	if (rename("/data/dir/file", "/data/dir/other")) fail("rename");
	DIR *d = opendir("/data/dir");
	if (!d) fail("opendir");
	int entries = 0;
	for (struct dirent *e; (e = readdir(d));) entries++;
	closedir(d);
	printf("entries %d\n", entries);
	printf("rmdir %d %s\n", rmdir("/data/dir"), strerror(errno));
	printf("open %d %s\n", open("/data/../outside", O_RDONLY), strerror(errno));
	printf("escape %d %s\n", open("/data/escape", O_RDONLY), strerror(errno));
	if (unlink("/data/dir/other") || rmdir("/data/dir")) fail("unlink");
	struct timespec a, b, wait = {0, 5000000};
	clock_gettime(CLOCK_MONOTONIC, &a);
	nanosleep(&wait, 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("slept %d\n", (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec >= 5000000);
	unsigned char random[16] = {0};
	getentropy(random, sizeof random);
	char *text = malloc(1 << 20);
	memset(text, 'x', 1 << 20);
	printf("heap %c %zu\n", text[12345], strnlen(text, 1000));
	if (fgets(line, sizeof line, stdin)) printf("input %s", line);
	return 5;
}
