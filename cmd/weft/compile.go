package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"weft/internal/codegen"
	"weft/internal/native"
	"weft/internal/ssa"
	"weft/wasm"
)

// A listing is what compile and objdump have in common: a module and which of its functions
// are meant.
type listing struct {
	module    *wasm.Module
	explainer *native.Explainer
	imported  int
	funcs     []int // among the module's own
}

func readListing(cmd *cobra.Command, file, function, features string, target codegen.Target) (*listing, error) {
	f, err := parseFeatures(features)
	if err != nil {
		return nil, err
	}
	source, err := readInput(cmd, file)
	if err != nil {
		return nil, err
	}
	m, err := decode(source, f)
	if err == nil {
		err = validate(m, f)
	}
	if err != nil {
		return nil, fileError(file, err)
	}
	explainer, err := native.NewExplainer(m, f, target)
	if err != nil {
		return nil, err
	}
	l := &listing{module: m, explainer: explainer, imported: m.NumImports(wasm.ExternFunc)}
	for i := range m.Funcs {
		if function == "" || l.isNamed(i, function) {
			l.funcs = append(l.funcs, i)
		}
	}
	if len(l.funcs) == 0 && function != "" {
		return nil, fmt.Errorf("%s: the module defines no function %q", file, function)
	}
	return l, nil
}

// isNamed reports whether a function has an index, a name or an export of that name.
func (l *listing) isNamed(own int, name string) bool {
	index := uint32(l.imported + own)
	name = strings.TrimPrefix(name, "$")
	if name == strconv.Itoa(int(index)) || name == l.module.Names.Funcs[index] {
		return true
	}
	return slices.ContainsFunc(l.module.Exports, func(e wasm.Export) bool {
		return e.Kind == wasm.ExternFunc && e.Index == index && e.Name == name
	})
}

func (l *listing) title(own int) string {
	index := uint32(l.imported + own)
	if name := l.module.Names.Funcs[index]; name != "" {
		return fmt.Sprintf("func %d $%s", index, name)
	}
	return fmt.Sprintf("func %d", index)
}

func compileCommand() *cobra.Command {
	var function, features, out string
	var dump []string
	cmd := &cobra.Command{
		Use:   "compile [flags] FILE",
		Short: "Compile a module ahead, or show how functions become machine code",
		Long: `Compile compiles functions as the native engine does, and prints a line for each: the
size of its code and of its frame, or why it is interpreted. With --dump it prints the
function after stages of the compiler; nothing is executed.

With -o it writes the module with the machine code of all of its functions to a file, which
weft run and Engine.Load in Go programs begin with at once. The code is for this build of weft,
this processor, and these features; elsewhere the file is compiled anew when it is run.
Run such files only if you have made them.

The stages are, in this order: ` + strings.Join(native.Stages(), ", ") + `.`,
		Example: `  weft compile -o app.weft app.wasm && weft run app.weft
  weft compile module.wasm
  weft compile --dump=simplify --func=fib module.wat
  weft compile --dump=all --func=7 module.wasm`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out != "" {
				if function != "" || dump != nil {
					return usagef("-o writes the whole module: it excludes --func and --dump")
				}
				if !cmd.Flags().Changed("features") {
					features = "default" // as weft run has them
				}
				return saveModule(cmd, args[0], out, features)
			}
			for _, stage := range dump {
				if stage != "all" && !slices.Contains(native.Stages(), stage) {
					return usageError{fmt.Errorf("there is no stage %q; the stages are %s", stage, strings.Join(native.Stages(), ", "))}
				}
			}
			l, err := readListing(cmd, args[0], function, features, nil)
			if err != nil {
				return err
			}
			for _, own := range l.funcs {
				if err := l.dump(cmd.OutOrStdout(), own, dump); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write the module and its machine code to `FILE`")
	cmd.Flags().StringSliceVar(&dump, "dump", nil, "print functions after these `STAGES`, or after all")
	listingFlags(cmd, &function, &features)
	return cmd
}

func listingFlags(cmd *cobra.Command, function, features *string) {
	cmd.Flags().StringVar(function, "func", "", "only this `FUNCTION`: a name, an export or an index")
	cmd.Flags().StringVar(features, "features", "all", featuresUsage)
}

func (l *listing) dump(w io.Writer, own int, stages []string) error {
	title := l.title(own)
	code, err := l.explainer.Explain(own, func(stage string, form func() string) {
		if slices.Contains(stages, stage) || slices.Contains(stages, "all") {
			fmt.Fprintf(w, "%s after %s:\n%s\n", title, stage, form())
		}
	})
	if err != nil {
		_, err = fmt.Fprintf(w, "%s: %v\n", title, err)
		return err
	}
	_, err = fmt.Fprintf(w, "%s: %d bytes of code, %d of frame\n", title, len(code.Bytes), code.FrameSize)
	return err
}

func objdumpCommand() *cobra.Command {
	var function, features, arch string
	cmd := &cobra.Command{
		Use:   "objdump [flags] FILE",
		Short: "Disassemble the machine code of functions",
		Long: `Objdump compiles functions as the native engine does, and prints their intermediate
representation in its last form and their machine code. Calls and instructions that may trap
have the offset in the module of the instruction that they come from.`,
		Example: `  weft objdump module.wasm
  weft objdump --func=fib module.wat
  weft objdump --arch=arm64 --func=fib module.wat`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			isa, ok := instructionSets[arch]
			if !ok {
				return usageError{fmt.Errorf("--arch is amd64 or arm64, not %q", arch)}
			}
			target := isa.target
			if arch == runtime.GOARCH {
				target = nil // with the extensions that this processor has
			}
			l, err := readListing(cmd, args[0], function, features, target)
			if err != nil {
				return err
			}
			for _, own := range l.funcs {
				if err := l.disassemble(cmd.OutOrStdout(), own, isa.decode); err != nil {
					return err
				}
			}
			return nil
		},
	}
	listingFlags(cmd, &function, &features)
	cmd.Flags().StringVar(&arch, "arch", defaultArch(), "the processor that code is for: amd64 or arm64")
	return cmd
}

func (l *listing) disassemble(w io.Writer, own int, decode decoder) error {
	title, ir := l.title(own), ""
	code, err := l.explainer.Explain(own, func(stage string, form func() string) {
		if stage == "layout" {
			ir = form()
		}
	})
	if err != nil {
		_, err = fmt.Fprintf(w, "%s: %v\n\n", title, err)
		return err
	}
	_, err = fmt.Fprintf(w, "%s: %d bytes of code, %d of frame\n%s\n%s\n", title, len(code.Bytes), code.FrameSize, ir,
		disassembly(code, func(pos int32) int { return l.address(code.Inlined, own, pos) }, decode))
	return err
}

// address returns where in the module the instruction is to which a position in the code of a function belongs.
func (l *listing) address(inlined ssa.Inlined, own int, pos int32) int {
	if c := inlined.At(pos); c != nil {
		own, pos = int(c.Own), pos-c.First
	}
	return l.module.Funcs[own].BodyOffset + int(pos)
}

// disassembly lists the instructions of a function's code. What is behind the instructions,
// tables and constants, is shown as bytes.
func disassembly(code *codegen.Code, address func(pos int32) int, decode decoder) string {
	var b strings.Builder
	sites := code.Sites
	for at := 0; at < len(code.Bytes); {
		for len(sites) > 0 && int(sites[0].Offset) <= at {
			note := "call returns"
			if sites[0].Trap != wasm.TrapNone {
				note = "traps: " + sites[0].Trap.String()
			}
			fmt.Fprintf(&b, "\t; %s, instruction at 0x%x\n", note, address(sites[0].Pos))
			sites = sites[1:]
		}
		text, length := decode(code.Bytes[at:], uint64(at))
		fmt.Fprintf(&b, "%6x\t%s\n", at, text)
		at += length
	}
	return b.String()
}
