// Gentyped writes the functions of package typed for each number of parameters and results: host functions to
// hostprocs.go and hostfuncs.go, callers to callprocs.go and callfuncs.go. Run it with go generate after changing it.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"
	"strings"
	"text/template"
)

const (
	// maxParams is the largest number of parameters; more read better as values.
	maxParams = 16
	// maxParamsOfTwo is that of functions with two results.
	maxParamsOfTwo = 8
)

// inLines is what templates use to begin a line after so many things of a list.
var inLines = template.FuncMap{"line": func(index, most int) string {
	if index > 0 && index%most == 0 {
		return "\n"
	}
	return ""
}}

// lists are the parameters of a family, behind the context: as they are read from slots, declared, and made values.
var lists = template.Must(template.New("").Funcs(inLines).Parse(`
{{- define "fromSlots"}}{{range .Params}}, {{line .Index 3}}fromSlot[{{.Type}}](slots[{{.Index}}]){{end}}{{end}}
{{- define "declared"}}{{range .Params}}, {{line .Index 8}}{{.Name}} {{.Type}}{{end}}{{end}}
{{- define "toValues"}}{{range .Params}}, {{line .Index 6}}toValue({{.Name}}){{end}}{{end}}`))

// hosts is the host function of a family.
var hosts = template.Must(template.Must(lists.Clone()).Parse(`
// {{.Name}} makes a host function with {{.Says}}.
func {{.Name}}{{.TypeParams}}(
	call func({{.Args}}) {{.ErrorType}},
) Host {
	params := {{.ParamTypes}}
	results := {{.ResultTypes}}
	if !areNumbers(params, results) {
		values := func(ctx context.Context, args []weft.Value) ([]weft.Value, error) {
			{{- if .Params}}
			in := arguments{values: args}
			{{range .Params}}{{.Name}} := fromValue[{{.Type}}](&in, {{.Index}})
			{{end}}if in.err != nil {
				return nil, in.err
			}
			{{- end}}
			{{.ResultNames}}err := call(ctx{{range .Params}}, {{.Name}}{{end}})
			return []weft.Value{ {{range .Results}}toValue({{.Name}}),{{end}} }, err
		}
		return newValuesHost(call == nil, params, results, values)
	}
	return newHost(call == nil, params, results, func(ctx context.Context, slots []uint64) error {
		{{- if .Results}}
		{{.ResultNames}}err := call(ctx{{template "fromSlots" .}})
		{{range .Results}}slots[{{.Index}}] = toSlot({{.Name}})
		{{end}}return err
		{{- else}}
		return call(ctx{{template "fromSlots" .}})
		{{- end}}
	})
}
`))

// calls is the caller of a family.
var calls = template.Must(template.Must(lists.Clone()).Parse(`
// Call{{.Name}} returns a Go function that calls a function with {{.Says}}.
func Call{{.Name}}{{.TypeParams}}(
	fn *weft.Func,
) (func({{.Args}}) {{.ErrorType}}, error) {
	params := {{.ParamTypes}}
	results := {{.ResultTypes}}
	calls, err := newCaller(fn, params, results)
	if err != nil {
		return nil, err
	}
	if calls.values {
		return func(ctx context.Context{{template "declared" .}}) {{.NamedErrorType}} {
			{{if .Results}}out{{else}}_{{end}}, err {{if .Results}}:={{else}}={{end}} fn.Call(ctx{{template "toValues" .}})
			{{- if .Results}}
			if err != nil {
				return {{.ResultNames}}err
			}
			in := arguments{values: out}
			{{range .Results}}{{.Name}} = fromValue[{{.Type}}](&in, {{.Index}})
			{{end}}return {{.ResultNames}}in.err
			{{- else}}
			return err
			{{- end}}
		}, nil
	}
	return func(ctx context.Context{{template "declared" .}}) {{.NamedErrorType}} {
		slots := calls.take()
		{{range .Params}}slots[{{.Index}}] = toSlot({{.Name}})
		{{end}}err = fn.CallSlots(ctx, slots[:])
		{{- if .Results}}
		if err == nil {
			{{range .Results}}{{.Name}} = fromSlot[{{.Type}}](slots[{{.Index}}])
			{{end}}
		}
		{{- end}}
		calls.give(slots)
		return {{.ResultNames}}err
	}, nil
}
`))

// A value is a parameter or a result.
type value struct {
	Index      int
	Name, Type string
}

// family is what the templates need for a number of parameters and one of results.
type family struct {
	Name, Says                string
	Params, Results           []value
	TypeParams, Args          string
	ParamTypes, ResultTypes   string
	ErrorType, NamedErrorType string // of the results and the error
	ResultNames               string // before err
}

func newFamily(params, results int) family {
	f := family{Name: fmt.Sprintf("Func%d", params), Args: "context.Context"}
	switch results {
	case 0:
		f.Name = fmt.Sprintf("Proc%d", params)
	case 2:
		f.Name += "x2"
	}
	f.Says = count(params, "parameter") + " and " + count(results, "result")
	f.Params, f.Results = values(params, 'A'), values(results, 'R')
	for i := range f.Results { // r and s, which are no parameters
		f.Results[i].Name = []string{"r1", "r2"}[i]
		f.Results[i].Type = []string{"R1", "R2"}[i]
		if results == 1 {
			f.Results[i].Name, f.Results[i].Type = "r", "R"
		}
	}
	var types, outTypes, namedTypes []string
	for _, p := range f.Params {
		types = append(types, p.Type)
		f.Args += ", " + p.Type
	}
	for _, r := range f.Results {
		types = append(types, r.Type)
		outTypes = append(outTypes, r.Type)
		namedTypes = append(namedTypes, r.Name+" "+r.Type)
		f.ResultNames += r.Name + ", "
	}
	if len(types) > 0 {
		f.TypeParams = "[" + strings.Join(types, ", ") + " Type]"
	}
	f.ParamTypes, f.ResultTypes = valTypes(f.Params), valTypes(f.Results)
	f.ErrorType = "error"
	if results > 0 {
		f.ErrorType = "(" + strings.Join(append(outTypes, "error"), ", ") + ")"
	}
	f.NamedErrorType = "(" + strings.Join(append(namedTypes, "err error"), ", ") + ")"
	return f
}

// values returns n values with the names from a letter on.
func values(n int, letter rune) []value {
	var list []value
	for i := range n {
		t := string(letter + rune(i))
		list = append(list, value{i, strings.ToLower(t), t})
	}
	return list
}

func valTypes(values []value) string {
	if len(values) == 0 {
		return "valTypes()"
	}
	var types strings.Builder
	for i, v := range values {
		switch {
		case i > 0 && i%6 == 0:
			types.WriteString(",\n")
		case i > 0:
			types.WriteString(", ")
		}
		types.WriteString("valType[" + v.Type + "]()")
	}
	return "valTypes(" + types.String() + ")"
}

func count(n int, of string) string {
	switch n {
	case 0:
		return "no " + of
	case 1:
		return "a " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

func main() {
	for _, file := range []struct {
		name     string
		source   *template.Template
		from, to int // results
	}{
		{"hostprocs.go", hosts, 0, 0}, {"hostfuncs.go", hosts, 1, 2},
		{"callprocs.go", calls, 0, 0}, {"callfuncs.go", calls, 1, 2},
	} {
		src, err := generate(file.source, file.from, file.to)
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(file.name, src, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// generate returns the source of a file with the families that have so many results.
func generate(source *template.Template, from, to int) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprint(&out, "// Code generated by gentyped; DO NOT EDIT.\n\npackage typed\n\nimport (\n\t\"context\"\n\n\t\"weft\"\n)\n")
	if source == hosts && from == 0 {
		fmt.Fprintf(&out, "\n// maxSlots is how many a call of these functions takes at most.\nconst maxSlots = %d\n", maxParams)
	}
	for n := range maxParams + 1 {
		for results := from; results <= to; results++ {
			if results == 2 && n > maxParamsOfTwo {
				continue
			}
			if err := source.Execute(&out, newFamily(n, results)); err != nil {
				return nil, err
			}
		}
	}
	return format.Source(out.Bytes())
}
