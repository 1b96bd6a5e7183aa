// A function with a static buffer. It returns where it has written a name, and another thread's call writes another
// name there before it is printed. Data race. Output.
#include "bug.h"

#include <unistd.h>

static const char *name(int number, char *text) {
#ifndef FIXED
	static char shared[8];
	text = shared;
#endif
	text[0] = 'n';
	text[1] = (char)('0' + number);
	text[2] = '\n';
	return text;
}

static char lines[2][4];

static void copy_line(char *to, const char *from) {
	for (int i = 0; i < 3; i++)
		to[i] = from[i];
}

static void *work(void *number) {
	char own[8];
	copy_line(lines[(int)number], name((int)number, own));
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
	write(1, lines[0], 3);
	write(1, lines[1], 3);
}
