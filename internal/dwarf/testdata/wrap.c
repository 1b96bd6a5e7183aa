// f is wrapped by the linker, which says then that its own code, with what was inlined, is where the wrapper is. It is in
// a file of its own: with -DWRAPPED.
#define EXPORT(name) __attribute__((noinline, export_name(name)))

#ifdef WRAPPED
static int twice(int n) {
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += n ^ i;
	return sum + n / 3;
}

int f(int n) {
	int a = twice(n);
	if (a > 100)
		a = twice(a - 100) * twice(n + 1);
	return a / n;
}
#else
int f(int n);
int __real_f(int n);

EXPORT("wrapper") int __wrap_f(int n) { return n / 10; }
EXPORT("next") int next(int n) { return n / (n - 1); }
EXPORT("user") int user(int n) { return f(n) + __real_f(n); }
#endif
