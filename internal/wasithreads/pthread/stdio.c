#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

// The streams of the C library know nothing of threads: locks go around what threads do with them, one for the
// standard input, for which a thread may wait long, and one for all others. The linker lets calls come here (--wrap).

static pthread_mutex_t input = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t others = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static pthread_mutex_t *lock_of(FILE *f) { return f == stdin ? &input : &others; }

void flockfile(FILE *f) { pthread_mutex_lock(lock_of(f)); }

int ftrylockfile(FILE *f) { return pthread_mutex_trylock(lock_of(f)); }

void funlockfile(FILE *f) { pthread_mutex_unlock(lock_of(f)); }

// WRAP defines the function that is called instead of one of the library, for a stream.
#define WRAP(type, name, parameters, arguments, stream) \
	type __real_##name parameters; \
	type __wrap_##name parameters { \
		pthread_mutex_t *m = lock_of(stream); \
		pthread_mutex_lock(m); \
		type result = __real_##name arguments; \
		pthread_mutex_unlock(m); \
		return result; \
	}

WRAP(int, vfprintf, (FILE *f, const char *format, va_list list), (f, format, list), f)
WRAP(int, vfscanf, (FILE *f, const char *format, va_list list), (f, format, list), f)
WRAP(int, puts, (const char *s), (s), stdout)
WRAP(int, putchar, (int c), (c), stdout)
WRAP(int, fputs, (const char *s, FILE *f), (s, f), f)
WRAP(int, fputc, (int c, FILE *f), (c, f), f)
WRAP(int, putc, (int c, FILE *f), (c, f), f)
WRAP(size_t, fwrite, (const void *p, size_t size, size_t n, FILE *f), (p, size, n, f), f)
WRAP(int, getchar, (void), (), stdin)
WRAP(int, fgetc, (FILE *f), (f), f)
WRAP(int, getc, (FILE *f), (f), f)
WRAP(int, ungetc, (int c, FILE *f), (c, f), f)
WRAP(char *, fgets, (char *s, int n, FILE *f), (s, n, f), f)
WRAP(size_t, fread, (void *p, size_t size, size_t n, FILE *f), (p, size, n, f), f)
WRAP(int, fflush, (FILE *f), (f), f)
WRAP(FILE *, fopen, (const char *name, const char *mode), (name, mode), 0)
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode), 0)
WRAP(int, fclose, (FILE *f), (f), f)

// printf and fprintf of the library call vfprintf, scanf and fscanf vfscanf; the linker does not let the references
// in these files go past it.

void __real_perror(const char *);
void __wrap_perror(const char *s) {
	pthread_mutex_lock(&others);
	__real_perror(s);
	pthread_mutex_unlock(&others);
}

// What the program's end writes, nobody writes after it: the lock stays.
void __real___stdio_exit(void);
void __wrap___stdio_exit(void) {
	pthread_mutex_lock(&others);
	__real___stdio_exit();
}
