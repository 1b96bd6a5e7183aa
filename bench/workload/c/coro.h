/* Coroutines in C, over one of two implementations with the same interface:
 * coro_asyncify.c for WebAssembly without stack switching, transformed by
 * wasm-opt --asyncify, and coro_boost.c for native code, over boost.context.
 *
 * A coroutine runs until it yields or returns. Values are 64-bit integers. */
#ifndef CORO_H
#define CORO_H

typedef long long i64;
typedef int i32;
typedef unsigned u32;
typedef __SIZE_TYPE__ size;

typedef struct coro coro;

/* What a coroutine is: it gets the argument of coro_new, and what it returns is
 * the result of the last coro_resume. */
typedef i64 (*coro_func)(i64 arg);

/* Makes a coroutine whose frames, when it yields, need at most `space` bytes with
 * Asyncify (some 40 for each frame). Native stacks do not depend on it. */
coro *coro_new(coro_func f, i64 arg, size space);

/* Runs a coroutine until it yields or returns, and returns that value. `value` is
 * what its coro_yield returns; it is ignored the first time. */
i64 coro_resume(coro *c, i64 value);

/* True when the coroutine has returned. */
i32 coro_done(const coro *c);

/* Gives a value to the resumer of the running coroutine, and returns the value of
 * the next coro_resume. */
i64 coro_yield(i64 value);

/* Suspends the running coroutine and runs another one in its place, under the same
 * resumer. The value is what the other one's suspension returns; what this returns
 * is the value that somebody later switches or resumes with. */
i64 coro_switch(coro *to, i64 value);

/* The running coroutine. */
coro *coro_self(void);

/* Gives back the memory of a coroutine that has returned. */
void coro_free(coro *c);

/* Memory for the programs. */
void *allocate(size bytes);

/* What each program exports. */
#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif

/* Keeps a function a frame of its own. */
#define NOINLINE __attribute__((noinline))

#endif
