package wasi

import (
	"context"
	"fmt"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// ModuleName is what guests import the functions from, and UnstableModuleName what those of 2019 did, which
// [Config.WithUnstable] provides.
const (
	ModuleName         = "wasi_snapshot_preview1"
	UnstableModuleName = "wasi_unstable"
)

// A function is one of the interface. Its parameters are given by a letter each, i
// for i32 and I for i64.
type function struct {
	name   string
	params string
	call   func(*thread, []uint64) Errno
	// tells says that others see when it is called: green threads may be switched behind it.
	tells bool
}

// functions are those that return an errno: all but proc_exit.
var functions = [...]function{
	{name: "args_get", params: "ii", call: (*thread).argsGet},
	{name: "args_sizes_get", params: "ii", call: (*thread).argsSizesGet},
	{name: "environ_get", params: "ii", call: (*thread).environGet},
	{name: "environ_sizes_get", params: "ii", call: (*thread).environSizesGet},
	{name: "clock_res_get", params: "ii", call: (*thread).clockResGet},
	{name: "clock_time_get", params: "iIi", call: (*thread).clockTimeGet},
	{name: "fd_advise", params: "iIIi", call: (*thread).fdAdvise},
	{name: "fd_allocate", params: "iII", call: (*thread).fdAllocate},
	{name: "fd_close", params: "i", call: (*thread).fdClose},
	{name: "fd_datasync", params: "i", call: (*thread).fdSync},
	{name: "fd_fdstat_get", params: "ii", call: (*thread).fdFdstatGet},
	{name: "fd_fdstat_set_flags", params: "ii", call: (*thread).fdFdstatSetFlags},
	{name: "fd_fdstat_set_rights", params: "iII", call: (*thread).fdFdstatSetRights},
	{name: "fd_filestat_get", params: "ii", call: (*thread).fdFilestatGet},
	{name: "fd_filestat_set_size", params: "iI", call: (*thread).fdFilestatSetSize},
	{name: "fd_filestat_set_times", params: "iIIi", call: (*thread).fdFilestatSetTimes},
	{name: "fd_pread", params: "iiiIi", call: (*thread).fdPread},
	{name: "fd_prestat_get", params: "ii", call: (*thread).fdPrestatGet},
	{name: "fd_prestat_dir_name", params: "iii", call: (*thread).fdPrestatDirName},
	{name: "fd_pwrite", params: "iiiIi", call: (*thread).fdPwrite, tells: true},
	{name: "fd_read", params: "iiii", call: (*thread).fdRead},
	{name: "fd_readdir", params: "iiiIi", call: (*thread).fdReaddir},
	{name: "fd_renumber", params: "ii", call: (*thread).fdRenumber},
	{name: "fd_seek", params: "iIii", call: (*thread).fdSeek},
	{name: "fd_sync", params: "i", call: (*thread).fdSync},
	{name: "fd_tell", params: "ii", call: (*thread).fdTell},
	{name: "fd_write", params: "iiii", call: (*thread).fdWrite, tells: true},
	{name: "path_create_directory", params: "iii", call: (*thread).pathCreateDirectory},
	{name: "path_filestat_get", params: "iiiii", call: (*thread).pathFilestatGet},
	{name: "path_filestat_set_times", params: "iiiiIIi", call: (*thread).pathFilestatSetTimes},
	{name: "path_link", params: "iiiiiii", call: (*thread).pathLink},
	{name: "path_open", params: "iiiiiIIii", call: (*thread).pathOpen},
	{name: "path_readlink", params: "iiiiii", call: (*thread).pathReadlink},
	{name: "path_remove_directory", params: "iii", call: (*thread).pathRemoveDirectory},
	{name: "path_rename", params: "iiiiii", call: (*thread).pathRename},
	{name: "path_symlink", params: "iiiii", call: (*thread).pathSymlink},
	{name: "path_unlink_file", params: "iii", call: (*thread).pathUnlinkFile},
	{name: "poll_oneoff", params: "iiii", call: (*thread).pollOneoff},
	{name: "proc_raise", params: "i", call: (*thread).procRaise},
	{name: "random_get", params: "ii", call: (*thread).randomGet},
	{name: "sched_yield", params: "", call: (*thread).schedYield},
	{name: "sock_accept", params: "iii", call: (*thread).sockAccept},
	{name: "sock_recv", params: "iiiiii", call: (*thread).sockRecv},
	{name: "sock_send", params: "iiiii", call: (*thread).sockSend, tells: true},
	{name: "sock_shutdown", params: "ii", call: (*thread).sockShutdown},
}

// funcType reads the letters of parameters.
func funcType(params string, results ...wasm.ValType) wasm.FuncType {
	t := wasm.FuncType{Results: results}
	for _, letter := range params {
		if letter == 'I' {
			t.Params = append(t.Params, wasm.I64)
		} else {
			t.Params = append(t.Params, wasm.I32)
		}
	}
	return t
}

// define gives a linker the functions, for one thread of the guest.
func (t *thread) define(l *weft.Linker) error {
	err := t.defineModule(l, ModuleName, functions[:])
	if err == nil && t.system.config.unstable {
		err = t.defineModule(l, UnstableModuleName, unstableFunctions())
	}
	if err == nil {
		err = l.DefineFunc(ThreadModuleName, "thread-spawn", funcType("i", wasm.I32), func(ctx context.Context, slots []uint64) error {
			t.enter(ctx)
			slots[0] = uint64(uint32(t.spawn(int32(slots[0]))))
			if g := t.system.green; g != nil {
				t.stops = g.scheduler.At(threads.Spawn, uint32(slots[0]))
			}
			return t.leave()
		})
	}
	return err
}

// defineModule gives a linker functions under the name of a module.
func (t *thread) defineModule(l *weft.Linker, module string, list []function) error {
	trace := t.system.config.trace
	for i := range list {
		f := list[i]
		if trace != nil {
			f.call = traced(trace, f)
		}
		err := l.DefineFunc(module, f.name, funcType(f.params, wasm.I32), func(ctx context.Context, slots []uint64) error {
			t.enter(ctx)
			errno := f.call(t, slots)
			if errno == eParks {
				return t.park(&f, slots)
			}
			slots[0] = uint64(errno)
			if f.tells && t.call != nil {
				t.stops = t.system.green.scheduler.At(threads.Call, uint32(errno))
			}
			return t.leave()
		})
		if err != nil {
			return fmt.Errorf("wasi: %w", err)
		}
	}
	return l.DefineFunc(module, "proc_exit", funcType("i"), func(_ context.Context, slots []uint64) error {
		if trace != nil {
			trace.exit(uint32(slots[0]))
		}
		if g := t.system.green; g != nil {
			g.scheduler.Exit()
			return &weft.ExitError{Code: uint32(slots[0])}
		}
		return t.system.exit(uint32(slots[0]))
	})
}

// enter prepares for a call of a function: it finds the memory of the caller.
func (t *thread) enter(ctx context.Context) {
	t.ctx = ctx
	if g := t.system.green; g != nil {
		t.call = g.current()
	}
	exported := t.exported
	caller := t.store.Caller()
	if caller != t.caller {
		if exported = nil; caller != nil {
			exported = caller.Memory("memory")
		}
	}
	t.calledBy(caller, exported)
}

// calledBy sets who has called, and its memory.
func (t *thread) calledBy(caller *weft.Instance, exported *weft.Memory) {
	t.caller, t.exported = caller, exported
	if t.memory = nil; exported != nil {
		t.memory = t.exported.Bytes()
	}
}

// leave ends the call of a function, and returns its error.
func (t *thread) leave() error {
	err := t.stops
	t.stops = nil
	if t.ctx.Err() != nil {
		err = t.interrupt()
	}
	return err
}

// ended reports whether the context has ended.
func (t *thread) ended() bool { return t.ctx.Err() != nil }

// interrupt returns the error with which a call ends whose context has ended.
func (t *thread) interrupt() error { return &weft.Interrupt{Cause: context.Cause(t.ctx)} }

func (t *thread) procRaise([]uint64) Errno { return eNoSys }
