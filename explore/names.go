package explore

import (
	"fmt"
	"slices"
	"strings"

	"weft/wasm"
)

// A lockOp is what a function of the C library's threads does.
type lockOp uint8

const (
	noLock lockOp = iota
	acquires
	releases
	waitsFor // a condition, a barrier, a thread
	wakes
	otherLock
)

// lockFunctions are the functions of POSIX threads and semaphores, and of C11, by which threads synchronise. What
// creates or destroys an object is among them, because what comes first matters there, too.
var lockFunctions = map[string]lockOp{
	"pthread_mutex_lock": acquires, "pthread_mutex_trylock": acquires, "pthread_mutex_timedlock": acquires,
	"pthread_mutex_unlock": releases, "pthread_mutex_destroy": otherLock,
	"pthread_rwlock_rdlock": acquires, "pthread_rwlock_tryrdlock": acquires, "pthread_rwlock_timedrdlock": acquires,
	"pthread_rwlock_wrlock": acquires, "pthread_rwlock_trywrlock": acquires, "pthread_rwlock_timedwrlock": acquires,
	"pthread_rwlock_unlock": releases, "pthread_spin_lock": acquires, "pthread_spin_trylock": acquires,
	"pthread_spin_unlock": releases,
	"pthread_cond_wait":   waitsFor, "pthread_cond_timedwait": waitsFor, "pthread_cond_signal": wakes,
	"pthread_cond_broadcast": wakes, "pthread_barrier_wait": waitsFor, "pthread_join": waitsFor,
	"pthread_detach": otherLock, "pthread_once": otherLock,
	"sem_wait": waitsFor, "sem_trywait": waitsFor, "sem_timedwait": waitsFor, "sem_post": wakes,
	"sem_getvalue": otherLock,
	"mtx_lock":     acquires, "mtx_trylock": acquires, "mtx_timedlock": acquires, "mtx_unlock": releases,
	"cnd_wait": waitsFor, "cnd_timedwait": waitsFor, "cnd_signal": wakes, "cnd_broadcast": wakes,
	"thrd_join": waitsFor, "call_once": otherLock,
}

// systemFunctions are functions of the C library that use what threads share for its own ends: memory allocation,
// standard input and output, the list of threads, start and end. A star stands for any rest. What copies and compares
// strings is not among them: it works on what the program has given it.
var systemFunctions = []string{
	"_Exit", "_exit", "abort", "exit", "atexit", "at_quick_exit", "quick_exit",
	"malloc", "calloc", "realloc", "free", "reallocarray", "aligned_alloc", "posix_memalign", "memalign", "valloc",
	"dl*alloc", "dlfree", "dlposix_memalign", "internal_*", "dispose_chunk", "tmalloc_*", "prepend_alloc", "sys_alloc",
	"sys_trim", "mmap_*", "try_realloc_chunk", "segment_holding", "add_segment", "init_mparams",
	"release_unused_segments",
	"sbrk", "brk", "emmalloc*", "malloc_usable_size", "attempt_allocate", "attempt_region_*",
	"printf", "fprintf", "vprintf", "vfprintf", "sprintf", "snprintf", "vsnprintf", "vsprintf", "dprintf", "vdprintf",
	"asprintf", "vasprintf", "printf_core", "fmt_*", "pad", "pop_arg*", "out", "getint", "sn_write", "sw_write",
	"puts", "putchar", "putchar_unlocked", "putc", "putc_unlocked", "fputc", "fputs", "fwrite", "fwrite_unlocked",
	"fread", "fgets", "fgetc", "getc", "getchar", "getline", "getdelim", "ungetc", "fflush*", "fopen", "fdopen",
	"freopen", "fclose", "fseek*", "ftell*", "rewind", "setvbuf", "setbuf", "perror", "scanf", "fscanf", "vfscanf",
	"do_putc", "do_getc", "locking_putc", "locking_getc", "flockfile", "funlockfile", "ftrylockfile",
	"write", "writev", "read", "readv", "open", "openat", "close", "lseek", "isatty", "fcntl",
	"usleep", "sleep", "nanosleep", "clock_*", "gettimeofday", "time", "sched_yield", "rand", "srand", "rand_r",
	"random",
	"do_tzset", "localtime*", "gmtime*", "strftime*", "getenv", "strerror*",
}

// librarySigns are functions that only programs with a C library have.
var librarySigns = []string{"__wasilibc_*", "__wasi_*", "__stdio_*", "dlmalloc", "emmalloc*"}

// libraryFunctions are system functions of programs that have such of lockFunctions. Elsewhere these names may be the
// program's own.
var libraryFunctions = []string{
	"__*", "_start*", "wasi_thread_start", "wasi_*", "start", "start_c11", "lock", "unlock", "unlock_requeue", "nop",
	"dummy*",
	"pthread_*", "sem_*", "mtx_*", "cnd_*", "thrd_*", "tss_*", "call_once", "libc_exit_fini", "libc_start_init",
	"undef_weak*",
	"a_cas*", "a_swap*", "a_fetch_add*", "a_inc*", "a_dec*", "a_store*", "a_or*", "a_barrier*",
}

// userFunctions are not the library's, though their names are like that.
var userFunctions = []string{"__original_main", "__main_argc_argv", "__main_void", "__cxx_global_var_init*", "__cxx_*"}

// isUsers reports whether a function with a name like the library's is the program's own. The library is in C: what has
// parameters in its name is in C++.
func isUsers(name string) bool {
	return matches(userFunctions, name) || strings.Contains(name, "(") && !strings.HasPrefix(name, "__cxxabiv1::")
}

// names knows the functions of a module by their names.
type names struct {
	byIndex map[uint32]string
	system  []bool // by function
	posix   bool   // the module has functions of lockFunctions: calls of them are points, and not what they do
}

func newNames(m *wasm.Module, space *wasm.AddressSpace) *names {
	n := &names{byIndex: map[uint32]string{}, system: make([]bool, len(space.Funcs))}
	for i := range m.Exports {
		if e := &m.Exports[i]; e.Kind == wasm.ExternFunc {
			n.byIndex[e.Index] = e.Name
		}
	}
	for index, name := range m.Names.Funcs {
		n.byIndex[index] = name
	}
	library := false
	for _, name := range n.byIndex {
		n.posix = n.posix || lockFunctions[unadorned(name)] != noLock
		library = library || matches(librarySigns, name)
	}
	if !library && !n.posix {
		return n // the program's own functions may have such names
	}
	for index, name := range n.byIndex {
		n.system[index] = matches(systemFunctions, name) ||
			n.posix && matches(libraryFunctions, name) && !isUsers(name)
	}
	return n
}

// has reports whether there is a function with a name.
func (n *names) has(name string) bool {
	for _, known := range n.byIndex {
		if known == name {
			return true
		}
	}
	return false
}

// unadorned takes away what a C library puts before the name of a function that it uses itself, too.
func unadorned(name string) string { return strings.TrimLeft(name, "_") }

// of returns the name of a function, or what stands for it.
func (n *names) of(function uint32) string {
	if name := n.byIndex[function]; name != "" {
		return name
	}
	return fmt.Sprintf("func[%d]", function)
}

// exits reports whether a call of a function begins to end the program. What the C library does then takes the locks of
// files, and does not give them back.
func (n *names) exits(callee, caller uint32) bool {
	switch n.byIndex[callee] {
	case "exit", "quick_exit":
		return !n.system[caller] || n.byIndex[caller] == "_start"
	case "__wasm_call_dtors":
		return n.byIndex[caller] == "_start"
	}
	return false
}

// copiers are functions that the C library uses as the program does.
var copiers = []string{"memcpy", "memmove", "memset", "__memcpy", "__memmove", "__memset"}

func (n *names) copies(function uint32) bool { return slices.Contains(copiers, n.byIndex[function]) }

func (n *names) isSystem(function uint32) bool { return n.system[function] }

func (n *names) lock(function uint32) lockOp { return lockFunctions[unadorned(n.byIndex[function])] }

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		before, after, star := strings.Cut(pattern, "*")
		if !star {
			return name == pattern
		}
		return len(name) >= len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
	})
}
