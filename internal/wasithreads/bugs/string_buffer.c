// Atomicity over two calls. Appending one string to another asks for its length, and then for so many characters.
// Each call takes the lock, and in between the other thread makes it shorter. No data race. Trap.
#include "bug.h"

#include <string.h>

static struct string {
	pthread_mutex_t mutex;
	int length;
	char text[16];
} word = {PTHREAD_MUTEX_INITIALIZER, 6, "sorted"}, line = {PTHREAD_MUTEX_INITIALIZER, 0, ""};

static int length(struct string *s) {
	pthread_mutex_lock(&s->mutex);
	int n = s->length;
	pthread_mutex_unlock(&s->mutex);
	return n;
}

static void copy(struct string *s, char *to, int n) {
	pthread_mutex_lock(&s->mutex);
	REQUIRE(n <= s->length);
	memcpy(to, s->text, (size_t)n);
	pthread_mutex_unlock(&s->mutex);
}

static int copy_all(struct string *s, char *to) {
	pthread_mutex_lock(&s->mutex);
	int n = s->length;
	memcpy(to, s->text, (size_t)n);
	pthread_mutex_unlock(&s->mutex);
	return n;
}

static void *append(void *number) {
	pthread_mutex_lock(&line.mutex);
#ifdef FIXED
	line.length = copy_all(&word, line.text);
#else
	int n = length(&word);
	copy(&word, line.text, n);
	line.length = n;
#endif
	pthread_mutex_unlock(&line.mutex);
	return 0;
}

static void *shorten(void *number) {
	pthread_mutex_lock(&word.mutex);
	word.length = 4;
	memset(word.text + 4, 0, 2);
	pthread_mutex_unlock(&word.mutex);
	return 0;
}

int main(void) {
	start(append, 0);
	start(shorten, 0);
	join();
}
