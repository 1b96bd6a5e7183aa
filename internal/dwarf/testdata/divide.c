// Functions that trap, at different depths of calls that the compiler inlines.

static inline int divide(int a, int b) {
    return a / b;
}

static inline int twice(int a, int b) {
    int half = divide(a, b);
    return half + divide(b, a);
}

__attribute__((noinline)) int middle(int a, int b) {
    return twice(a + 1, b) * 3;
}

__attribute__((export_name("outer"))) int outer(int a, int b) {
    return middle(a, b) + 1;
}

__attribute__((export_name("stop"))) void stop(void) {
    __builtin_trap();
}
