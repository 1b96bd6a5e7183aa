// Package wasithreads has programs with threads, in C and in Zig, and builds them for wasi-threads. It is for tests
// and measurements of whatever runs, rewrites or explores such programs.
//
// The folder pthread is a POSIX threads library over wasi-threads, for clang and a C library that was built without
// threads (Debian's wasi-libc is). The folder c has programs that use it, with what they print, the folder zig those
// that use Zig's std.Thread. The folder bugs has programs that fail in some schedules, and the same without the bug, in
// both. README.md in each says how they are built by hand.
//
// A [Toolchain] and a [Zig] build; [Programs] and [Bugs] list what there is, how each program is called and how it
// ends.
package wasithreads
