package report

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"weft/bench/workload"
)

// plotFile returns the name of the plot of a group.
func plotFile(g workload.Group) string {
	name := strings.ToLower(string(g))
	name = strings.NewReplacer(":", "", " ", "-").Replace(name)
	return name + ".svg"
}

// plots writes a file for each group, with a tile for each workload.
func (r *Report) plots(dir string) error {
	for _, g := range workload.Groups {
		if err := r.plotGroup(g, filepath.Join(dir, plotFile(g))); err != nil {
			return fmt.Errorf("plot of %s: %w", g, err)
		}
	}
	return nil
}

func (r *Report) plotGroup(g workload.Group, file string) error {
	const columns = 2
	var tiles []*plot.Plot
	rows := 0
	for _, w := range r.in(g) {
		p, n, err := r.tile(w)
		if err != nil {
			return err
		}
		if n > 0 {
			tiles = append(tiles, p)
			rows = max(rows, n)
		}
	}
	if len(tiles) == 0 {
		return nil
	}
	var grid [][]*plot.Plot
	for line := range slices.Chunk(tiles, columns) {
		for len(line) < columns {
			line = append(line[:len(line):len(line)], nil)
		}
		grid = append(grid, line)
	}
	height := vg.Length(len(grid)) * (vg.Length(rows)*0.45*vg.Centimeter + 2.2*vg.Centimeter)
	canvas := vgsvg.New(26*vg.Centimeter, height)
	t := draw.Tiles{Rows: len(grid), Cols: columns, PadX: 6 * vg.Millimeter, PadY: 4 * vg.Millimeter,
		PadTop: 3 * vg.Millimeter, PadBottom: 3 * vg.Millimeter, PadLeft: 3 * vg.Millimeter, PadRight: 6 * vg.Millimeter}
	whole := draw.New(canvas)
	whole.SetColor(color.White) // not transparent: some readers' pages are dark
	whole.Fill(whole.Rectangle.Path())
	canvases := plot.Align(grid, t, whole)
	for i, line := range grid {
		for j, p := range line {
			if p != nil {
				p.Draw(canvases[i][j])
			}
		}
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := canvas.WriteTo(f); err != nil {
		return err
	}
	return f.Close()
}

// colours by variant, so that a reader sees at once what is compared.
var colours = map[workload.Variant]color.Color{
	workload.Switching:  color.RGBA{R: 0x1b, G: 0x6c, B: 0xa8, A: 255},
	workload.Asyncify:   color.RGBA{R: 0xd9, G: 0x7b, B: 0x1f, A: 255},
	workload.Plain:      color.RGBA{R: 0x1b, G: 0x6c, B: 0xa8, A: 255},
	workload.WASI:       color.RGBA{R: 0x1b, G: 0x6c, B: 0xa8, A: 255},
	workload.Boost:      color.RGBA{R: 0x4d, G: 0x4d, B: 0x4d, A: 255},
	workload.Clang:      color.RGBA{R: 0x4d, G: 0x4d, B: 0x4d, A: 255},
	workload.GCC:        color.RGBA{R: 0x4d, G: 0x4d, B: 0x4d, A: 255},
	workload.Executable: color.RGBA{R: 0x4d, G: 0x4d, B: 0x4d, A: 255},
	workload.Goroutines: color.RGBA{R: 0x2a, G: 0x8c, B: 0x4a, A: 255},
	workload.Iterators:  color.RGBA{R: 0x2a, G: 0x8c, B: 0x4a, A: 255},
}

// A dot is a contestant's median with its quartiles.
type dot struct {
	label             string
	colour            color.Color
	median, low, high float64
}

// tile draws a workload: a line for each contestant, the fastest at the top, on a
// logarithmic axis. It returns how many there are.
func (r *Report) tile(w *workload.Workload) (*plot.Plot, int, error) {
	var dots []dot
	for _, c := range r.cells(w) {
		if c.Error != "" || len(c.Samples) == 0 {
			continue
		}
		s := c.Figures(w)
		if s.Low <= 0 {
			continue
		}
		label := c.Engine
		if c.Variant == workload.Asyncify {
			label += ", Asyncify"
		}
		dots = append(dots, dot{label, colours[c.Variant], s.Median, s.Low, s.High})
	}
	if len(dots) == 0 {
		return nil, 0, nil
	}
	slices.SortFunc(dots, func(a, b dot) int {
		if a.median > b.median {
			return -1
		}
		return 1
	})
	p := plot.New()
	p.Title.Text = w.Name
	if w.Unit != "" {
		p.Title.Text += ", per " + w.Unit
	}
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker = ticks{memory: w.Memory}
	p.X.Min, p.X.Max = math.Inf(1), math.Inf(-1)
	var labels []string
	for i, d := range dots {
		labels = append(labels, d.label)
		p.X.Min, p.X.Max = min(p.X.Min, d.low/1.4), max(p.X.Max, d.high*1.4)
		line, err := plotter.NewLine(plotter.XYs{{X: d.low, Y: float64(i)}, {X: d.high, Y: float64(i)}})
		if err != nil {
			return nil, 0, err
		}
		line.Color = d.colour
		line.Width = vg.Points(1.5)
		points, err := plotter.NewScatter(plotter.XYs{{X: d.median, Y: float64(i)}})
		if err != nil {
			return nil, 0, err
		}
		points.GlyphStyle = draw.GlyphStyle{Color: d.colour, Radius: vg.Points(2.5), Shape: draw.CircleGlyph{}}
		p.Add(line, points)
	}
	p.Add(verticalLines())
	p.NominalY(labels...)
	p.Y.Padding = vg.Points(22) // the reader's fonts may be wider than ours
	p.Y.Min, p.Y.Max = -0.6, float64(len(dots))-0.4
	return p, len(dots), nil
}

func verticalLines() *plotter.Grid {
	g := plotter.NewGrid()
	g.Horizontal.Width = 0
	g.Vertical.Color = color.Gray{Y: 0xdd}
	return g
}

// ticks marks 1, 2 and 5 of each decade, with their units.
type ticks struct{ memory bool }

func (t ticks) Ticks(low, high float64) []plot.Tick {
	steps := []float64{1, 2, 5}
	if high/low > 30 {
		steps = []float64{1}
	}
	var marks []plot.Tick
	for decade := math.Pow(10, math.Floor(math.Log10(low))); decade <= high; decade *= 10 {
		for _, step := range steps {
			v := decade * step
			if v < low || v > high {
				continue
			}
			label := strings.Replace(duration(v), ".00", "", 1)
			if t.memory {
				label = fmt.Sprintf("%.0f B", v)
			}
			marks = append(marks, plot.Tick{Value: v, Label: strings.Replace(label, ".0 ", " ", 1)})
		}
	}
	return marks
}
