package timeline

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
)

var (
	//go:embed page/page.html
	pageSource string
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
)

// A page is what the template is filled with.
type page struct {
	Summary   string
	Lost      int
	Functions []functionRow
	Data      pageData
	Style     template.CSS
	Script    template.JS
	Policy    string // of the content: nothing but the page's own script runs
}

// A functionRow sums up the continuations of a function.
type functionRow struct {
	Name                string
	Count, Left         int // how many there were, and how many have not ended
	Resumed             int
	Running, Longest    string // time in all, and the longest suspension
	LargestStack        string
	running             time.Duration
	colour, longestCont int
}

// Colour is the number of the function's colour.
func (f *functionRow) Colour() int { return f.colour % colours }

// LongestCont is the continuation with the longest suspension.
func (f *functionRow) LongestCont() int { return f.longestCont }

// colours is how many colours functions have; then they are used again.
const colours = 8

// pageData is for the script. Times are in nanoseconds.
type pageData struct {
	End    int64      `json:"end"`
	Lanes  int        `json:"lanes"`
	Names  []string   `json:"names"`
	Places []string   `json:"places"`
	Tags   []string   `json:"tags"`
	Conts  []pageCont `json:"conts"`
}

// A pageCont is a continuation. Spans has six numbers for each span: its begin, state, place, other continuation, tag
// and stack; -1 stands for none. End is that of the last one.
type pageCont struct {
	Name  int     `json:"n"`
	Store int     `json:"s,omitempty"`
	Maker int     `json:"m"`
	Lane  int     `json:"l"`
	Ended bool    `json:"e,omitempty"`
	Host  bool    `json:"h,omitempty"`
	End   int64   `json:"t"`
	Spans []int64 `json:"d"`
}

// WriteHTML writes what has been recorded as a page: time to the right, a line for each continuation, and who has
// resumed whom. It needs no network and nothing beside it. All that comes from modules is escaped.
func (r *Recorder) WriteHTML(w io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, err := template.New("page").Parse(pageSource)
	if err != nil {
		return err
	}
	return t.Execute(w, r.page())
}

func (r *Recorder) page() *page {
	conts := r.finished()
	sum := sha256.Sum256([]byte(pageScript))
	p := &page{Lost: r.lost, Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Policy: "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" +
			base64.StdEncoding.EncodeToString(sum[:]) + "'"}
	p.Data = r.data(conts)
	p.Functions = functions(conts, p.Data.Conts)
	p.Summary = fmt.Sprintf("%d continuations, %d events in %v", len(conts)-len(r.stores), r.events, round(r.end))
	return p
}

// data makes what the script gets.
func (r *Recorder) data(conts []continuation) pageData {
	lane, count := lanes(conts)
	d := pageData{End: r.end.Nanoseconds(), Lanes: count}
	names, tags := table{&d.Names, map[string]int{}}, table{&d.Tags, map[string]int{}}
	for i := range r.places {
		d.Places = append(d.Places, printable(placeText(&r.places[i])))
	}
	for i := range conts {
		c := &conts[i]
		k := pageCont{Name: names.index(printable(c.title())), Store: c.store, Maker: c.maker, Lane: lane[i],
			Ended: c.ended,
			Host:  c.host, End: c.finish().Nanoseconds()}
		for j := range c.spans {
			s, tag := &c.spans[j], -1
			if s.tag != "" {
				tag = tags.index(printable(s.tag))
			}
			k.Spans = append(k.Spans, s.from.Nanoseconds(), int64(s.state), int64(s.place), int64(s.other), int64(tag),
				int64(s.stack))
		}
		d.Conts = append(d.Conts, k)
	}
	return d
}

// A table numbers strings.
type table struct {
	list  *[]string
	known map[string]int
}

func (t table) index(s string) int {
	i, ok := t.known[s]
	if !ok {
		i = len(*t.list)
		t.known[s] = i
		*t.list = append(*t.list, s)
	}
	return i
}

// functions sums the continuations up by their functions: those first that have run longest.
func functions(conts []continuation, data []pageCont) []functionRow {
	rows := map[int]*functionRow{}
	longest := map[int]time.Duration{}
	largest := map[int]uint64{}
	for i := range conts {
		c, name := &conts[i], data[i].Name
		if c.host {
			continue
		}
		row := rows[name]
		if row == nil {
			row = &functionRow{Name: printable(c.title()), colour: name, longestCont: i}
			rows[name] = row
		}
		row.Count++
		if !c.ended {
			row.Left++
		}
		row.running += c.total(running)
		largest[name] = max(largest[name], c.largest())
		for j := range c.spans {
			s := &c.spans[j]
			if s.state == running && (j == 0 || c.spans[j-1].state != resuming) {
				row.Resumed++
			}
			if s.state == suspended && s.to-s.from > longest[name] {
				longest[name], row.longestCont = s.to-s.from, i
			}
		}
	}
	list := make([]functionRow, 0, len(rows))
	for name, row := range rows {
		row.Running, row.Longest = round(row.running).String(), round(longest[name]).String()
		row.LargestStack = fmt.Sprintf("%d B", largest[name])
		list = append(list, *row)
	}
	slices.SortFunc(list, func(a, b functionRow) int {
		if a.running != b.running {
			return int(b.running - a.running)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list
}

// round leaves a duration three digits or so.
func round(d time.Duration) time.Duration {
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
}

// printable replaces what a browser would not show.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7f && c < 0xa0 || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
			return '\ufffd'
		}
		return c
	}, strings.ToValidUTF8(s, "\ufffd"))
}
