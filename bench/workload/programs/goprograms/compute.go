package main

import (
	"math"
	"sort"
)

// compute are programs that use nothing but the language, and sorting.
var compute = []program{
	{"fib", 1, func() uint64 { return fib(34) }},
	{"sieve", 1, func() uint64 { return sieve(8_000_000) }},
	{"matmul", 1, func() uint64 { return matmul(320) }},
	{"collatz", 1, func() uint64 { return collatz(200_000) }},
	{"sort", 1, func() uint64 {
		numbers := randomInts(500_000)
		sort.Ints(numbers)
		return sampled(numbers)
	}},
	{"sort-interface", 1, func() uint64 {
		numbers := randomInts(250_000)
		sort.Sort(sort.Reverse(sort.IntSlice(numbers)))
		return sampled(numbers)
	}},
	{"map", 1, func() uint64 { return countInMap(1_000_000, 50_021) }},
	{"trees", 1, func() uint64 { return growTrees(60, 13) }},
	{"defer", 10_000_000, func() uint64 { return deferred(10_000_000) }},
	{"recover", 200_000, func() uint64 { return recovered(200_000) }},
}

func fib(n int) uint64 {
	if n < 2 {
		return uint64(n)
	}
	return fib(n-1) + fib(n-2)
}

// sieve counts the primes below n.
func sieve(n int) uint64 {
	composite := make([]bool, n)
	primes := uint64(0)
	for i := 2; i < n; i++ {
		if composite[i] {
			continue
		}
		primes++
		for multiple := i * i; multiple < n; multiple += i {
			composite[multiple] = true
		}
	}
	return primes
}

// matmul multiplies two matrices of n by n, slices of rows.
func matmul(n int) uint64 {
	matrix := func(at func(i, j int) float64) [][]float64 {
		rows := make([][]float64, n)
		for i := range rows {
			rows[i] = make([]float64, n)
			for j := range rows[i] {
				rows[i][j] = at(i, j)
			}
		}
		return rows
	}
	a := matrix(func(i, j int) float64 { return float64(i) + float64(j)/8 })
	b := matrix(func(i, j int) float64 { return float64(i) - float64(j)/4 })
	product := matrix(func(i, j int) float64 { return 0 })
	for i := range n {
		for j := range n {
			sum := 0.0
			for k := range n {
				sum += a[i][k] * b[k][j]
			}
			product[i][j] = sum
		}
	}
	trace := 0.0
	for i := range n {
		trace += product[i][n-1-i]
	}
	return math.Float64bits(trace)
}

// collatz returns the length of the longest sequence that begins below n.
func collatz(n uint64) uint64 {
	longest := uint64(0)
	for first := uint64(1); first < n; first++ {
		length := uint64(1)
		for x := first; x != 1; length++ {
			if x%2 == 0 {
				x /= 2
			} else {
				x = 3*x + 1
			}
		}
		longest = max(longest, length)
	}
	return longest
}

func randomInts(n int) []int {
	state := random(1)
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = int(state.next())
	}
	return numbers
}

// sampled returns a checksum of numbers that depends on their order.
func sampled(numbers []int) uint64 {
	sum := uint64(0)
	for i := 0; i < len(numbers); i += 97 {
		sum = sum*31 + uint64(numbers[i])
	}
	return sum
}

// countInMap adds to n entries of a map with that many keys, and removes some.
func countInMap(n, keys int) uint64 {
	counts := map[int]int{}
	state := random(7)
	for i := range n {
		key := int(state.next()) % keys
		counts[key] += i
		if i%16 == 0 {
			delete(counts, key)
		}
	}
	sum := uint64(len(counts))
	for key, count := range counts {
		sum += uint64(key) ^ uint64(count) // in any order
	}
	return sum
}

type tree struct{ left, right *tree }

func newTree(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{newTree(depth - 1), newTree(depth - 1)}
}

func (t *tree) nodes() uint64 {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.nodes() + t.right.nodes()
}

// growTrees makes trees that become garbage at once, beside one that lives.
func growTrees(n, depth int) uint64 {
	kept := newTree(depth)
	nodes := uint64(0)
	for range n {
		nodes += newTree(depth).nodes()
	}
	return nodes + kept.nodes()
}

func deferred(n int) uint64 {
	sum := uint64(0)
	for range n {
		addLater(&sum)
	}
	return sum
}

//go:noinline
func addLater(sum *uint64) {
	defer func() { *sum += 2 }()
	*sum++
}

func recovered(n int) uint64 {
	sum := uint64(0)
	for i := range n {
		sum += panics(uint64(i))
	}
	return sum
}

//go:noinline
func panics(n uint64) (recovered uint64) {
	defer func() { recovered = recover().(uint64) + 1 }()
	panic(n)
}
