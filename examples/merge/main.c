// Prints the numbers from 1 to 10, which two generators yield in turns. generators.wat says how to run it; with clang:
//
//   clang --target=wasm32 -O2 -nostdlib -Wl,--no-entry -Wl,--export-table main.c -o main.wasm
//
// main.wat is the same program for those who have no clang.

#define IMPORT(name) __attribute__((import_module("generators"), import_name(name)))

__attribute__((import_module("spectest"), import_name("print_i32"))) void print(int);
IMPORT("generator_new") int generator_new(void (*body)(int), int argument);
IMPORT("generator_next") _Bool generator_next(int generator, int *value);
IMPORT("yield") void yield(int value);

static void count(int from) {
  for (int i = from; i <= 10; i += 2) {
    yield(i);
  }
}

__attribute__((export_name("main"))) void run(void) {
  int odds = generator_new(count, 1), evens = generator_new(count, 2), value;
  while (generator_next(odds, &value)) {
    print(value);
    if (generator_next(evens, &value)) {
      print(value);
    }
  }
}
