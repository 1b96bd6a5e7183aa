package retarget_test

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"weft"
	"weft/retarget"
	"weft/wasi"
)

// gainPrograms are those of bench/workload/programs/goprograms.
var gainPrograms = strings.Fields(`fib sieve matmul collatz sort sort-interface crc32 sha256 map marshal unmarshal gzip
	regexp sprintf trees gosched gosched-deep channels channels-deep spawn parked defer recover`)

// BenchmarkGain runs programs before and after in turns, and reports the least time of each after that before. The last
// row is the geometric mean of those that have run.
func BenchmarkGain(b *testing.B) {
	before := measuring(b)
	after, _, err := retarget.Module(before, retarget.Options{})
	check(b, err)
	gain := map[string]float64{} // a program runs once before it is measured
	for _, name := range gainPrograms {
		b.Run(name, func(b *testing.B) {
			least := [2]float64{math.Inf(1), math.Inf(1)}
			for i := range 2 * b.N {
				which := (i + i/2) % 2
				least[which] = min(least[which], measured(b, [][]byte{before, after}[which], name))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(least[0], "ns-before")
			b.ReportMetric(least[1]/least[0], "after/before")
			gain[name] = least[1] / least[0]
		})
	}
	b.Run("mean", func(b *testing.B) {
		product := 1.0
		for _, g := range gain {
			product *= g
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(math.Pow(product, 1/float64(len(gain))), "after/before")
	})
}

// measuring compiles the programs, which measure themselves.
func measuring(b *testing.B) []byte {
	out := filepath.Join(b.TempDir(), "programs.wasm")
	cmd := build{}.command("build", "-C", "../bench", "-o", out, "./workload/programs/goprograms")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if text, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, text)
	}
	return read(b, out)
}

// measured returns the least time that a program prints.
func measured(b *testing.B, source []byte, name string) float64 {
	r := run(b, weft.Automatic, source, wasi.NewConfig().WithArgs("goprograms", name, "2"))
	least := math.Inf(1)
	for line := range strings.Lines(r.stdout) {
		if fields := strings.Fields(line); len(fields) == 4 && fields[3] == "ns/op" {
			ns, err := strconv.ParseFloat(fields[2], 64)
			check(b, err)
			least = min(least, ns)
		}
	}
	if math.IsInf(least, 1) {
		b.Fatal(r)
	}
	return least
}
