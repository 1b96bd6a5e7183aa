package wasi

import (
	"context"
	"fmt"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// ModuleName is what guests import the functions from.
const ModuleName = "wasi_snapshot_preview1"

// A function is one of the interface. Its parameters are given by a letter each, i
// for i32 and I for i64.
type function struct {
	name   string
	params string
	call   func(*thread, []uint64) Errno
}

// functions are those that return an errno: all but proc_exit.
var functions = [...]function{
	{"args_get", "ii", (*thread).argsGet},
	{"args_sizes_get", "ii", (*thread).argsSizesGet},
	{"environ_get", "ii", (*thread).environGet},
	{"environ_sizes_get", "ii", (*thread).environSizesGet},
	{"clock_res_get", "ii", (*thread).clockResGet},
	{"clock_time_get", "iIi", (*thread).clockTimeGet},
	{"fd_advise", "iIIi", (*thread).fdAdvise},
	{"fd_allocate", "iII", (*thread).fdAllocate},
	{"fd_close", "i", (*thread).fdClose},
	{"fd_datasync", "i", (*thread).fdSync},
	{"fd_fdstat_get", "ii", (*thread).fdFdstatGet},
	{"fd_fdstat_set_flags", "ii", (*thread).fdFdstatSetFlags},
	{"fd_fdstat_set_rights", "iII", (*thread).fdFdstatSetRights},
	{"fd_filestat_get", "ii", (*thread).fdFilestatGet},
	{"fd_filestat_set_size", "iI", (*thread).fdFilestatSetSize},
	{"fd_filestat_set_times", "iIIi", (*thread).fdFilestatSetTimes},
	{"fd_pread", "iiiIi", (*thread).fdPread},
	{"fd_prestat_get", "ii", (*thread).fdPrestatGet},
	{"fd_prestat_dir_name", "iii", (*thread).fdPrestatDirName},
	{"fd_pwrite", "iiiIi", (*thread).fdPwrite},
	{"fd_read", "iiii", (*thread).fdRead},
	{"fd_readdir", "iiiIi", (*thread).fdReaddir},
	{"fd_renumber", "ii", (*thread).fdRenumber},
	{"fd_seek", "iIii", (*thread).fdSeek},
	{"fd_sync", "i", (*thread).fdSync},
	{"fd_tell", "ii", (*thread).fdTell},
	{"fd_write", "iiii", (*thread).fdWrite},
	{"path_create_directory", "iii", (*thread).pathCreateDirectory},
	{"path_filestat_get", "iiiii", (*thread).pathFilestatGet},
	{"path_filestat_set_times", "iiiiIIi", (*thread).pathFilestatSetTimes},
	{"path_link", "iiiiiii", (*thread).pathLink},
	{"path_open", "iiiiiIIii", (*thread).pathOpen},
	{"path_readlink", "iiiiii", (*thread).pathReadlink},
	{"path_remove_directory", "iii", (*thread).pathRemoveDirectory},
	{"path_rename", "iiiiii", (*thread).pathRename},
	{"path_symlink", "iiiii", (*thread).pathSymlink},
	{"path_unlink_file", "iii", (*thread).pathUnlinkFile},
	{"poll_oneoff", "iiii", (*thread).pollOneoff},
	{"proc_raise", "i", (*thread).procRaise},
	{"random_get", "ii", (*thread).randomGet},
	{"sched_yield", "", (*thread).schedYield},
	{"sock_accept", "iii", (*thread).sockAccept},
	{"sock_recv", "iiiiii", (*thread).sockRecv},
	{"sock_send", "iiiii", (*thread).sockSend},
	{"sock_shutdown", "ii", (*thread).sockShutdown},
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
	for i := range functions {
		f := &functions[i]
		err := l.DefineFunc(ModuleName, f.name, funcType(f.params, wasm.I32), func(ctx context.Context, slots []uint64) error {
			t.enter(ctx)
			errno := f.call(t, slots)
			if errno == eParks {
				return t.park(f, slots)
			}
			slots[0] = uint64(errno)
			return t.leave()
		})
		if err != nil {
			return fmt.Errorf("wasi: %w", err)
		}
	}
	err := l.DefineFunc(ModuleName, "proc_exit", funcType("i"), func(_ context.Context, slots []uint64) error {
		return t.system.exit(uint32(slots[0]))
	})
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
