package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"weft"
	"weft/wasm"
	"weft/wasm/binary"
)

// An inspection is what inspect tells about a file; its JSON is that of --json.
type inspection struct {
	File      string            `json:"file"`
	Format    string            `json:"format"` // "module" or "component"
	Size      int               `json:"size"`   // of the binary, in bytes
	Error     string            `json:"error,omitempty"`
	Hosts     []string          `json:"hosts"`
	Features  []string          `json:"features"`
	Flag      string            `json:"flag,omitempty"` // without which it is refused
	Producers []producer        `json:"producers"`
	Sections  []sectionSummary  `json:"sections"`
	Imports   []inspectedImport `json:"imports"`
	Exports   []inspectedExport `json:"exports"`
}

// A sectionSummary tells of a section where it is and how large, with its id and size.
type sectionSummary struct {
	Name   string `json:"name"`
	Offset int    `json:"offset"`
	Size   int    `json:"size"`
}

type inspectedImport struct {
	Module string `json:"module"`
	Name   string `json:"name"`
	Type   string `json:"type"`
}

type inspectedExport struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func inspectCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect [flags] FILE",
		Short: "Show what a module has and what it wants",
		Long: `Inspect shows of a module which host it wants (WASI, Emscripten, wasm-bindgen, emnapi,
Go's js), the proposals that it uses, who made it, its sections with their sizes, and what it imports and exports.
Of a component it shows the sections. The exit code is 1 if the file is neither, or not valid.`,
		Example: `  weft inspect module.wasm
  weft inspect --json module.wasm | jq .imports`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			source, err := readAny(cmd, args[0])
			if err != nil {
				return err
			}
			found, err := inspect(source)
			if err != nil {
				return fileError(args[0], err)
			}
			found.File = args[0]
			if asJSON {
				err = found.writeJSON(cmd.OutOrStdout())
			} else {
				err = found.write(cmd.OutOrStdout())
			}
			if err == nil && found.Error != "" {
				return fileError(args[0], errors.New(found.Error))
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}

// inspect looks into a file. Its error says that the file is no module; what is wrong with one that can be read is told
// in the inspection.
func inspect(source []byte) (*inspection, error) {
	if isComponent(source) {
		return inspectComponent(source)
	}
	if err := recognize(source); err != nil {
		return nil, err
	}
	if weft.IsSaved(source) {
		return nil, errors.New("this was written by weft compile: inspect the module that it was made from")
	}
	m, err := decode(source, wasm.AllFeatures)
	if err != nil {
		return nil, err
	}
	if !isBinary(source) {
		source = binary.Encode(m)
	}
	found := newInspection("module", source)
	sections, err := found.readSections(source, moduleSections)
	if err != nil {
		return nil, err
	}
	found.Hosts = hostInterfaces(m, sections)
	if err := validate(m, wasm.AllFeatures); err != nil {
		found.Error = err.Error()
		return found, nil
	}
	used := usedFeatures(source)
	for _, f := range used.List() {
		found.Features = append(found.Features, f.String())
	}
	if missing := used &^ wasm.DefaultFeatures; missing != 0 {
		found.Flag = "--features default," + missing.String()
	}
	return found, found.readExterns(m)
}

// newInspection returns one in which JSON has lists, if empty ones.
func newInspection(format string, source []byte) *inspection {
	return &inspection{Format: format, Size: len(source), Hosts: []string{}, Features: []string{}, Producers: []producer{},
		Sections: []sectionSummary{}, Imports: []inspectedImport{}, Exports: []inspectedExport{}}
}

func inspectComponent(source []byte) (*inspection, error) {
	found := newInspection("component", source)
	found.Hosts = []string{"a host of components"}
	_, err := found.readSections(source, componentSections)
	return found, err
}

func (found *inspection) readSections(source []byte, names []string) ([]section, error) {
	sections, err := readSections(source)
	for i := range sections {
		s := &sections[i]
		found.Sections = append(found.Sections, sectionSummary{s.title(names), s.at, len(s.all)})
		if s.id == byte(wasm.SectionCustom) && s.name == "producers" {
			found.Producers = readProducers(s.data)
		}
	}
	return sections, err
}

// readExterns describes what a valid module imports and exports.
func (found *inspection) readExterns(m *wasm.Module) error {
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures).WithExecutor(weft.Interpreter))
	if err != nil {
		return err
	}
	module, err := engine.CompileModule(m)
	if err != nil {
		return err
	}
	for _, im := range module.Imports() {
		text := im.Type.String()
		if im.Exact {
			text += " (exactly)"
		}
		found.Imports = append(found.Imports, inspectedImport{im.Module, im.Name, text})
	}
	for _, e := range module.Exports() {
		found.Exports = append(found.Exports, inspectedExport{e.Name, e.Type.String()})
	}
	return nil
}

// usedFeatures returns the proposals without which a valid binary is refused. Where any of several would do it is the
// oldest.
func usedFeatures(source []byte) wasm.Features {
	used := wasm.MVP
	for {
		err := checkWith(source, used)
		if err == nil {
			return used
		}
		missing := missingFeature(source, used, err)
		if missing == wasm.MVP {
			return used
		}
		used |= missing
	}
}

// missingFeature returns a proposal because of which a binary is refused with an error: the one that the error names,
// or with which there is another error. MVP stands for none.
func missingFeature(source []byte, used wasm.Features, err error) wasm.Features {
	var e *wasm.Error
	if errors.As(err, &e) && e.Class == wasm.Disabled {
		if off := (e.Feature &^ used).List(); len(off) > 0 {
			return off[0]
		}
	}
	for _, f := range (wasm.AllFeatures &^ used).List() {
		if other := checkWith(source, used|f); other == nil || other.Error() != err.Error() {
			return f
		}
	}
	return wasm.MVP
}

func checkWith(source []byte, features wasm.Features) error {
	m, err := binary.Decode(source, features)
	if err == nil {
		err = validate(m, features)
	}
	return err
}

func (found *inspection) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(found)
}

// write prints the inspection for people.
func (found *inspection) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %d bytes\n", found.File, found.Format, found.Size)
	line := func(title string, parts []string) {
		if len(parts) > 0 {
			fmt.Fprintf(&b, "%-10s %s\n", title+":", strings.Join(parts, ", "))
		}
	}
	line("host", found.Hosts)
	line("features", found.Features)
	if found.Flag != "" {
		line("flag", []string{found.Flag})
	}
	for _, p := range found.Producers {
		line(p.Field, []string{strings.TrimSpace(p.Name + " " + p.Version)})
	}
	b.WriteString("\nsections:\n")
	for _, s := range found.Sections {
		fmt.Fprintf(&b, "  %-26s 0x%06x %10d bytes\n", s.Name, s.Offset, s.Size)
	}
	if len(found.Imports) > 0 {
		b.WriteString("\nimports:\n")
	}
	for _, im := range found.Imports {
		fmt.Fprintf(&b, "  %q %q: %s\n", im.Module, demangled(im.Name), im.Type)
	}
	if len(found.Exports) > 0 {
		b.WriteString("\nexports:\n")
	}
	for _, e := range found.Exports {
		fmt.Fprintf(&b, "  %q: %s\n", demangled(e.Name), e.Type)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
