package main

import (
	"context"
	"net"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"weft"
	"weft/wasi"
	"weft/wasm"
)

// wasiFlags are the flags of run for programs that use WASI.
type wasiFlags struct {
	dirs        []string
	env         []string
	listen      []string
	argv0       string
	envInherit  bool
	threads     int
	descriptors int
	traced      bool
	scheduler   schedulerFlags
}

func (flags *wasiFlags) define(f *pflag.FlagSet) {
	f.StringArrayVar(&flags.dirs, "dir", nil, "give the program a directory: `HOST[:GUEST][:ro]`, as GUEST, and only "+
		"to read with ro; relative names are below /. HOST::GUEST is the same as HOST:GUEST")
	f.StringArrayVar(&flags.env, "env", nil, "set a variable of the program's environment: `NAME=VALUE`, or NAME for the value that it has here")
	f.BoolVar(&flags.envInherit, "env-inherit", false,
		"give the program the environment of weft, but for PWD; --env goes before it")
	f.StringVar(&flags.argv0, "argv0", "",
		"call the program `NAME`, as its first argument (default the base name of FILE)")
	f.StringArrayVar(&flags.listen, "listen", nil, "give the program a socket that listens on this TCP `ADDRESS`, after its directories")
	f.IntVar(&flags.threads, "threads", 256, "limit the program's threads beside the first to `N`")
	flags.scheduler.define(f)
	f.IntVar(&flags.descriptors, "max-descriptors", wasi.DefaultMaxDescriptors, "limit the files, directories and sockets that the program has open at a time to `N`")
}

// usesWASI reports whether a module imports something of WASI, or a shared memory
// as programs with threads do.
func usesWASI(m *weft.Module) bool {
	for _, im := range m.Wasm().Imports {
		if im.Module == wasi.ModuleName || im.Module == wasi.UnstableModuleName ||
			im.Module == wasi.ThreadModuleName ||
			im.Kind == wasm.ExternMemory && im.Memory.Limits.Shared && im.Module != "spectest" {
			return true
		}
	}
	return false
}

// imports reports whether a module imports something from another.
func imports(m *weft.Module, name string) bool {
	return slices.ContainsFunc(m.Wasm().Imports, func(im wasm.Import) bool { return im.Module == name })
}

// A wasiHost is a WASI system and what was opened for it.
type wasiHost struct {
	system *wasi.System
	opened []interface{ Close() error }
}

func (h *wasiHost) Close() {
	if h.system != nil {
		_ = h.system.Close() // the program has ended; what it wrote has been written
	}
	for _, o := range h.opened {
		_ = o.Close()
	}
}

// call calls a function of a program, or of a module that does not use WASI, which has no host. Either may be a
// library, which is initialized first.
func (h *wasiHost) call(ctx context.Context, in *weft.Instance, f *weft.Func, args []weft.Value) ([]weft.Value, error) {
	if h != nil {
		return h.system.Call(ctx, in, f, args...)
	}
	if initialize := in.Func("_initialize"); initialize != nil && in.Func("_start") == nil && f != initialize {
		if _, err := initialize.Call(ctx); err != nil {
			return nil, err
		}
	}
	return f.Call(ctx, args...)
}

// provide makes the system of a program and defines it for a linker.
func (flags *wasiFlags) provide(
	cmd *cobra.Command, l *weft.Linker, m *weft.Module, others preloads, limits weft.Limits, args []string,
) (*wasiHost, error) {
	h := &wasiHost{}
	config, err := flags.configure(h, cmd)
	if err != nil {
		h.Close()
		return nil, err
	}
	if imports(m, wasi.UnstableModuleName) || others.imports(wasi.UnstableModuleName) {
		config = config.WithUnstable()
	}
	h.system, err = config.WithArgs(args...).WithThreads(flags.threads, limits).Define(l)
	if err == nil {
		err = h.system.DefineMemories(l, m)
	}
	if err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (flags *wasiFlags) configure(h *wasiHost, cmd *cobra.Command) (wasi.Config, error) {
	config := wasi.NewConfig().WithStdin(cmd.InOrStdin()).WithStdout(cmd.OutOrStdout()).WithStderr(cmd.ErrOrStderr()).
		WithMaxDescriptors(flags.descriptors)
	if flags.traced {
		config = config.WithTrace(cmd.ErrOrStderr())
	}
	if flags.envInherit {
		flags.env = slices.Concat(inherited(), flags.env)
	}
	if flags.scheduler.recorded != nil {
		flags.env = flags.scheduler.recorded.Env
	}
	for _, v := range flags.env {
		name, value, ok := strings.Cut(v, "=")
		if !ok {
			if value, ok = os.LookupEnv(name); !ok {
				continue
			}
		}
		flags.scheduler.outside.Env = append(flags.scheduler.outside.Env, name+"="+value)
		config = config.WithEnv(name, value)
	}
	for _, v := range flags.dirs {
		host, guest, readOnly, err := parseDir(v)
		if err != nil {
			return config, err
		}
		root, err := os.OpenRoot(host)
		if err != nil {
			return config, err
		}
		h.opened = append(h.opened, root)
		if guest == "/" && !flags.sets("PWD") {
			config = config.WithEnv("PWD", "/") // C programs begin there anyway, Go programs in their first directory
		}
		if readOnly {
			config = config.WithReadOnlyDir(guest, root)
		} else {
			config = config.WithDir(guest, root)
		}
	}
	for _, address := range flags.listen {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return config, err
		}
		h.opened = append(h.opened, l)
		config = config.WithListener(l)
	}
	return flags.scheduler.configure(config, cmd.InOrStdin())
}

// inherited returns the environment that a program inherits. Where weft was started means nothing to it, and Go
// programs would look there for files with relative names.
func inherited() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "PWD=") || strings.HasPrefix(v, "=")
	})
}

// refuseOutside returns an error if the program is given something that a deterministic run cannot repeat.
func (flags *wasiFlags) refuseOutside() error {
	if len(flags.listen) > 0 {
		return usagef("--listen %s: a deterministic run has no sockets", flags.listen[0])
	}
	for _, dir := range flags.dirs {
		if _, _, readOnly, err := parseDir(dir); err == nil && !readOnly {
			return usagef("--dir %s: a deterministic run changes no files: add :ro", dir)
		}
	}
	return nil
}

// sets reports whether a variable of the environment is given.
func (flags *wasiFlags) sets(name string) bool {
	return slices.ContainsFunc(flags.env, func(v string) bool { return v == name || strings.HasPrefix(v, name+"=") })
}

// parseDir reads the value of --dir.
func parseDir(v string) (host, guest string, readOnly bool, err error) {
	rest, readOnly := strings.CutSuffix(v, ":ro")
	host, guest, named := strings.Cut(rest, "::")
	if !named {
		host, guest, named = strings.Cut(rest, ":")
	}
	if !named {
		guest = host
	}
	if host == "" || guest == "" || strings.Contains(guest, ":") {
		return "", "", false, usagef("--dir %s: HOST[:GUEST][:ro] expected", v)
	}
	return host, absolute(guest), readOnly, nil
}

// absolute returns the name of a directory as seen from the root, where programs begin: Go programs find
// no files below another. Of a path that leads above that C libraries make no sense otherwise.
func absolute(guest string) string {
	if clean := path.Clean(guest); clean != ".." && !strings.HasPrefix(clean, "../") {
		return path.Join("/", clean)
	}
	return guest
}
