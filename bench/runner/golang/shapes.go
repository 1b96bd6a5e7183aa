package golang

// These are the programs of workload/c without their coroutines: each is given yield.

func numbers(n int64, yield func(int64) bool) {
	for i := range n {
		if !yield(i) {
			return
		}
	}
}

// levels is how deep the leaves of the tree are.
const levels = 20

// walk yields the leaves of a tree whose lower `width` levels have two children, the
// others one.
func walk(level, width int, first int64, yield func(int64) bool) bool {
	if level == 0 {
		return yield(first)
	}
	level--
	if !walk(level, width, first, yield) {
		return false
	}
	return level >= width || walk(level, width, first+1<<level, yield)
}

// descend yields n numbers from that many frames deep, and returns the frames.
//
//go:noinline
func descend(frames int, n int64, yield func(int64) bool) int64 {
	if frames > 1 {
		return descend(frames-1, n, yield) + 1
	}
	numbers(n, yield)
	return 1
}
