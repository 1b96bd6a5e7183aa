package main

import "testing"

func TestMatches(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"env.abort", "env.abort", true},
		{"env.abort", "env.aborted", false},
		{"wbg.*", "wbg.", true},
		{"wbg.*", "wb", false},
		{"*.__wbg_*", "./pkg_bg.js.__wbg_new_1", true},
		{"*.__wbg_*", "env.__wb", false},
		{"a*b*c", "abc", true},
		{"a*b*c", "axxbyyc", true},
		{"a*b*c", "ac", false},
		{"*", "", true},
	}
	for _, test := range tests {
		if got := matches(test.pattern, test.name); got != test.want {
			t.Errorf("matches(%q, %q) = %v", test.pattern, test.name, got)
		}
	}
}
