//go:build linux && amd64

package native

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"testing"
	"time"

	"weft/internal/ssa"
)

func BenchmarkOne(b *testing.B) {
	e, module := benchmarkModule(b)
	own, _ := strconv.Atoi(os.Getenv("FN"))
	b.SetBytes(int64(len(module.Wasm.Funcs[own].Body)))
	b.ReportAllocs()
	c, env := newCompiler(), e.environment(module)
	config := e.configuration(module, env)
	c.begin(env, &config, nil)
	best := map[string]time.Duration{}
	for b.Loop() {
		t := time.Now()
		lap := func(n string) {
			d := time.Since(t)
			if x, ok := best[n]; !ok || d < x {
				best[n] = d
			}
			t = time.Now()
		}
		f, err := c.builder.Build(env, own)
		if err != nil {
			b.Fatal(err)
		}
		lap("build")
		c.optimizer.RunAndShow(f, func(p *ssa.Pass) { lap(p.Name) })
		vals, params := 0, 0
		for _, bl := range f.Blocks {
			vals += len(bl.Values)
			params += len(bl.Params)
		}
		if os.Getenv("SHAPE") != "" {
			fmt.Println("blocks", len(f.Blocks), "values", vals, "params", params)
		}
		lap("count")
		m, err := c.selector.Select(f)
		if err != nil {
			b.Fatal(err)
		}
		lap("select")
		if err := c.allocator.Allocate(m); err != nil {
			b.Fatal(err)
		}
		lap("allocate")
		code, err := c.emitter.Emit(m)
		if err != nil {
			b.Fatal(err)
		}
		lap("emit")
		if os.Getenv("SHAPE") != "" {
			fmt.Println("code", len(code.Bytes), "sites", len(code.Sites))
		}
	}
	var names []string
	for n := range best {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool { return best[names[i]] > best[names[j]] })
	for _, n := range names {
		fmt.Println(n, best[n])
	}
}
