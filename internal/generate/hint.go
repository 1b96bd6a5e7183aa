package generate

import "regexp"

// branches finds the conditional branches in the text of a module.
var branches = regexp.MustCompile(`\((if|br_if) `)

// hinted gives half of the conditional branches hints, right or wrong: they must not change what a module does. They
// take no decisions, so that a change of these keeps those of others.
func hinted(source string) string {
	count := len(source)
	return branches.ReplaceAllStringFunc(source, func(branch string) string {
		count++
		switch hash := uint32(count) * 0x9E3779B1 >> 28; hash % 4 {
		case 0:
			return `(@metadata.code.branch_hint "\00") ` + branch
		case 1:
			return `(@metadata.code.branch_hint "\01") ` + branch
		}
		return branch
	})
}
