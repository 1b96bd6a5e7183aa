package measure

import (
	"slices"

	"weft/bench/workload"
)

// A Summary is the distribution of some figures.
type Summary struct {
	Median, Low, High float64
	N                 int
}

// Summarize returns the median and the quartiles; all 0 if there are no figures.
func Summarize(figures []float64) Summary {
	if len(figures) == 0 {
		return Summary{}
	}
	sorted := slices.Sorted(slices.Values(figures))
	return Summary{Median: quantile(sorted, 0.5), Low: quantile(sorted, 0.25), High: quantile(sorted, 0.75), N: len(sorted)}
}

// quantile interpolates between the two nearest figures.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	part := at - float64(i)
	return sorted[i]*(1-part) + sorted[i+1]*part
}

// Size returns the size of the timed runs: the largest that all rounds reached, or 0.
func (c *Cell) Size() int64 {
	var size int64
	for _, s := range c.Samples {
		size = max(size, s.Size)
	}
	return size
}

// Figures summarizes what the workload is about: the nanoseconds for a unit, those of
// the whole process, or the bytes for a unit.
func (c *Cell) Figures(w *workload.Workload) Summary {
	if w.Memory {
		return Summarize([]float64{c.BytesPerUnit()})
	}
	var figures []float64
	if w.Process && len(c.Process) > 0 {
		for _, t := range c.Process[min(1, len(c.Process)-1):] {
			figures = append(figures, float64(t))
		}
		return Summarize(figures)
	}
	size := c.Size()
	for _, s := range c.Samples {
		if s.Size == size {
			figures = append(figures, float64(s.Time)/float64(w.Units(s.Size)))
		}
	}
	return Summarize(figures)
}

// PeakKB returns the median over the rounds of the peak of resident memory, in KiB.
func (c *Cell) PeakKB() int64 {
	var figures []float64
	for _, s := range c.Samples {
		figures = append(figures, float64(s.PeakKB))
	}
	return int64(Summarize(figures).Median)
}

// BytesPerUnit returns how much memory a unit takes, in bytes: by how much the peak
// of the process grew from the first step to the last. It is 0 where there is only
// one.
func (c *Cell) BytesPerUnit() float64 {
	n := len(c.Steps)
	if n < 2 {
		return 0
	}
	first, last := c.Steps[0], c.Steps[n-1]
	return float64(last.PeakKB-first.PeakKB) * 1024 / float64(last.Size-first.Size)
}
