package generate

import "strings"

// hinted gives half of the conditional branches hints, right or wrong: they must not change what a module does. They
// take no decisions, so that a change of these keeps those of others.
func hinted(source string) string {
	var out strings.Builder
	count := uint32(len(source))
	for {
		at := strings.IndexByte(source, '(')
		if at < 0 {
			return out.String() + source
		}
		out.WriteString(source[:at])
		if source = source[at:]; strings.HasPrefix(source, "(if ") || strings.HasPrefix(source, "(br_if ") {
			count++
			switch count * 0x9E3779B1 >> 28 % 4 {
			case 0:
				out.WriteString(`(@metadata.code.branch_hint "\00") `)
			case 1:
				out.WriteString(`(@metadata.code.branch_hint "\01") `)
			}
		}
		out.WriteByte('(')
		source = source[1:]
	}
}
