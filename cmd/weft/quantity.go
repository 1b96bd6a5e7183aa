package main

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// A quantity is the value of a flag that is a number, perhaps with a unit.
type quantity struct {
	n     uint64
	most  uint64
	units []unit
	name  string
}

// A unit stands behind a number.
type unit struct {
	name string
	n    uint64
}

// The units, those first that are printed rather.
var (
	sizeUnits = []unit{
		{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
		{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"B", 1},
	}
	countUnits = []unit{{"G", 1e9}, {"M", 1e6}, {"k", 1e3}}
)

// newSize returns a number of bytes up to most.
func newSize(n, most uint64) quantity { return quantity{n, most, sizeUnits, "size"} }

// newCount returns a number of things.
func newCount(n uint64) quantity { return quantity{n, math.MaxInt64, countUnits, "number"} }

// String implements pflag.Value.
func (q *quantity) String() string {
	for _, u := range q.units {
		if q.n >= u.n && q.n%u.n == 0 {
			return strconv.FormatUint(q.n/u.n, 10) + u.name
		}
	}
	return strconv.FormatUint(q.n, 10)
}

// Set implements pflag.Value.
func (q *quantity) Set(text string) error {
	digits, unit := text, uint64(1)
	for _, u := range q.units {
		if rest, ok := strings.CutSuffix(text, u.name); ok {
			digits, unit = strings.TrimSpace(rest), u.n
			break
		}
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return fmt.Errorf("a number is expected, perhaps with a unit (%s)", q.unitNames())
	}
	high, n := bits.Mul64(n, unit)
	if high != 0 || n > q.most {
		return fmt.Errorf("at most %d are possible", q.most)
	}
	q.n = n
	return nil
}

// Type implements pflag.Value.
func (q *quantity) Type() string { return q.name }

func (q *quantity) unitNames() string {
	var names []string
	for _, u := range q.units {
		names = append(names, u.name)
	}
	return strings.Join(names, ", ")
}
