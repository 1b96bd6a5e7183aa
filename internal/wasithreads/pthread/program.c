// What a program does first and last. The C library's own version of this leaves it to the linker to run constructors
// before, and destructors after, each exported function: also after each thread.

#include <stdlib.h>

void __wasm_call_ctors(void);
void __wasm_call_dtors(void);

// What calls main, under the name that the compiler gives it.
#if __clang_major__ < 15
int __original_main(void);
#define call_main __original_main
#else
int __main_void(void);
#define call_main __main_void
#endif

__attribute__((export_name("_start"))) void _start(void) {
	__wasm_call_ctors();
	int code = call_main();
	if (code)
		exit(code);
	__wasm_call_dtors();
}
