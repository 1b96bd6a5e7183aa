package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A document has a line like begin for each section that it wants, with its title,
// and the line end behind.
const (
	begin = "<!-- bench: %s -->\n"
	end   = "<!-- end -->\n"
)

// Insert writes the sections of the summary into a document, in place of what is
// between their marks, and the plots into the folder beside it that has its name
// without the suffix. Marks of sections that the results do not have stay as they are.
//
// If not all groups were measured, what is about the whole run stays as well, because the rest of the document
// is of another one; each section then says when and where it was measured.
func (r *Report) Insert(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text := string(data)
	folder := strings.TrimSuffix(file, filepath.Ext(file))
	inserted := 0
	complete := r.complete()
	for _, s := range r.sections() {
		if s.overall && !complete {
			continue
		}
		mark := fmt.Sprintf(begin, s.title)
		before, rest, ok := strings.Cut(text, mark)
		if !ok {
			continue
		}
		_, after, ok := strings.Cut(rest, end)
		if !ok {
			return fmt.Errorf("%s: no line %q behind %q", file, strings.TrimSpace(end), strings.TrimSpace(mark))
		}
		var content strings.Builder
		if !complete {
			r.where(&content)
		}
		s.write(&content)
		// The plots are in the folder.
		linked := strings.ReplaceAll(content.String(), "](", "]("+filepath.Base(folder)+"/")
		text = before + mark + "\n" + linked + end + after
		inserted++
	}
	if inserted == 0 {
		return fmt.Errorf("%s has no mark for any of the sections", file)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return r.plots(folder)
}
