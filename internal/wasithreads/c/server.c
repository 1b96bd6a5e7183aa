// An HTTP server with a thread for each connection: server. It answers GET /NAME with "hello NAME", keeps connections
// open as HTTP 1.1 does, and ends after GET /quit, when all other connections have been closed. It tells how many
// connections there were, and how many there were at most at a time.
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { listener = 3, stackSize = 16 << 10, request = 2048 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int alive, most, all, quitting;

static void count(int by) {
	pthread_mutex_lock(&lock);
	alive += by;
	if (by > 0)
		all++;
	if (alive > most)
		most = alive;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

static void quit(void) {
	pthread_mutex_lock(&lock);
	quitting = 1;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

static int write_all(int fd, const char *text, size_t length) {
	while (length > 0) {
		ssize_t n = write(fd, text, length);
		if (n <= 0)
			return 0;
		text += n;
		length -= n;
	}
	return 1;
}

// decimal writes a number of at most three digits.
static char *decimal(char *to, int n) {
	if (n >= 100)
		*to++ = '0' + n / 100;
	if (n >= 10)
		*to++ = '0' + n / 10 % 10;
	*to++ = '0' + n % 10;
	return to;
}

// answer answers one request. It returns whether the connection goes on. It does without printf and scanf, each of
// which takes more of the stack than all else together: there is one for each connection.
static int answer(int fd, char *text) {
	enum { most = 99 };
	static const char method[] = "GET /", version[] = " HTTP/1.1\r";
	char reply[64 + most], *name = text + strlen(method), *last = 0;
	if (strncmp(text, method, strlen(method)) == 0)
		last = strchr(name, ' ');
	if (!last || last == name || last - name > most || strncmp(last, version, strlen(version)) != 0)
		return 0;
	*last = 0;
	if (strcmp(name, "quit") == 0) {
		quit();
		return 0;
	}
	char *to = stpcpy(reply, "HTTP/1.1 200 OK\r\nContent-Length: ");
	to = decimal(to, (int)(last - name) + 7);
	to = stpcpy(stpcpy(to, "\r\n\r\nhello "), name);
	*to++ = '\n';
	return write_all(fd, reply, to - reply);
}

static void *serve(void *argument) {
	int fd = (int)argument;
	char text[request];
	size_t have = 0;
	for (int goesOn = 1; goesOn && have < sizeof text - 1;) {
		ssize_t n = read(fd, text + have, sizeof text - 1 - have);
		if (n <= 0)
			break;
		text[have += n] = 0;
		char *end = strstr(text, "\r\n\r\n");
		if (end) { // the client waits for the answer before it sends more
			goesOn = answer(fd, text);
			have = 0;
		}
	}
	close(fd);
	count(-1);
	return 0;
}

static void *accept_all(void *argument) {
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, stackSize);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	for (;;) {
		int fd = accept(listener, 0, 0);
		if (fd < 0) {
			fprintf(stderr, "accept: %s\n", strerror(errno));
			exit(1);
		}
		count(1);
		pthread_t thread;
		if (pthread_create(&thread, &attributes, serve, (void *)fd)) {
			close(fd);
			count(-1);
		}
	}
}

int main(void) {
	pthread_t acceptor;
	CHECK(fcntl(listener, F_SETFL, 0) == 0); // hosts give it as one that does not wait
	CHECK(pthread_create(&acceptor, 0, accept_all, 0) == 0);
	pthread_mutex_lock(&lock);
	while (!quitting || alive > 0)
		pthread_cond_wait(&changed, &lock);
	printf("%d connections, at most %d at a time\n", all, most);
	pthread_mutex_unlock(&lock);
	return 0;
}
