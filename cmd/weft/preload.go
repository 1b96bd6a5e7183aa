package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"weft"
	"weft/wasi"
)

// A preload is a module that others import from, under a name.
type preload struct {
	name, file string
	module     *weft.Module
}

type preloads []preload

// readPreloads compiles what the values of --preload name, for a program.
func readPreloads(cmd *cobra.Command, program *weft.Module, values []string) (preloads, error) {
	if len(values) > 0 && imports(program, wasi.ThreadModuleName) {
		return nil, usagef("--preload: the program has threads, whose instances would not find the module")
	}
	var list preloads
	for _, v := range values {
		name, file, ok := strings.Cut(v, "=")
		if !ok || name == "" || file == "" {
			return nil, usagef("--preload %s: NAME=FILE expected", v)
		}
		source, err := readInput(cmd, file)
		if err != nil {
			return nil, err
		}
		module, err := compileOrLoad(program.Engine(), source)
		if err != nil {
			return nil, fileError(file, err)
		}
		list = append(list, preload{name, file, module})
	}
	return list, nil
}

func (list preloads) useWASI() bool {
	return slices.ContainsFunc(list, func(p preload) bool { return usesWASI(p.module) })
}

func (list preloads) imports(name string) bool {
	return slices.ContainsFunc(list, func(p preload) bool { return imports(p.module, name) })
}

// instantiate makes the instances, in order, so that each can import from those before it. A library is initialized.
func (list preloads) instantiate(ctx context.Context, l *weft.Linker, host *wasiHost) error {
	for _, p := range list {
		instance, err := l.Instantiate(ctx, p.module)
		if err != nil {
			return fmt.Errorf("%s: instantiation: %w", p.file, err)
		}
		if initialize := instance.Func("_initialize"); initialize != nil {
			if _, err := host.call(ctx, instance, initialize, nil); err != nil {
				return fmt.Errorf("%s: initialization: %w", p.file, err)
			}
		}
		l.DefineInstance(p.name, instance)
	}
	return nil
}
