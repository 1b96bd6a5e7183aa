package explore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"weft/wasi"
)

func TestTry(t *testing.T) {
	file := os.Getenv("TRY")
	if file == "" {
		t.Skip("no file")
	}
	files, _ := filepath.Glob(file)
	sort.Strings(files)
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := Config{Time: 3 * time.Second, Heap: os.Getenv("HEAP") != "", CompareOutput: os.Getenv("OUTPUT") != ""}
		if s := os.Getenv("STRATEGY"); s != "" {
			c.Strategies = []Strategy{Strategy(s)}
		}
		if a := os.Getenv("ARGS"); a != "" {
			w := wasi.NewConfig().WithArgs("p", a)
			c.WASI = &w
			c.Time = 20 * time.Second
		}
		ok := strings.HasSuffix(file, "_ok.wasm")
		if ok {
			c.Schedules = 3000
		}
		sum, min, max, found := 0, 1<<30, 0, 0
		n := 3
		if ok {
			n = 1
		}
		var r *Report
		for seed := range n {
			c.Seed = uint64(seed)
			r, err = Run(context.Background(), b, c)
			if err != nil {
				fmt.Println(file, err)
				break
			}
			if r.Failure != nil {
				found++
				sum += r.Found
			}
			if r.Found < min {
				min = r.Found
			}
			if r.Found > max {
				max = r.Found
			}
		}
		if err != nil {
			continue
		}
		fmt.Printf("%-28s %d/%d mean %6d max %6d of %6d (%6d distinct) %3d points %7.0f/s complete %2d %v races %d %s %q %s\n", filepath.Base(file), found, n, sum/(found+1-(found+9)/10+(0)), max, r.Schedules, r.Distinct, r.Points, float64(r.Schedules)/r.Elapsed.Seconds(), r.Complete, r.Exhausted, len(r.Races), r.Strategy, fmt.Sprint(r.Failure), r.Schedule)
		if os.Getenv("V") != "" {
			if r.Failure != nil {
				for _, e := range r.Failure.Threads {
					fmt.Println(e.ID, e.State, e.Address, e.Stack.String())
				}
			}
			for _, e := range r.Trace {
				fmt.Printf("%+v\n", e)
			}
			for _, e := range r.Races {
				fmt.Printf("race %#x %v\n%d %s\n%d %s\n", e.Address, e.Harm, e.First.Thread, e.First.Stack.String(), e.Second.Thread, e.Second.Stack.String())
			}
		}
	}
}
