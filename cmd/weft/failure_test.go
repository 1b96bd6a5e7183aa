package main

import "testing"

func TestFoldRepeated(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "trap\n\ta\n\tb", "trap\n\ta\n\tb"},
		{"two are as short", "\ta\n\ta", "\ta\n\ta"},
		{"one to the end", "\ta\n\ta\n\ta\n\ta\n", "\ta\n\t... the same 3 more times"},
		{"a pair", "\tx\n\ta\n\tb\n\ta\n\tb\n\ta\n\tb\n\ty", "\tx\n\ta\n\tb\n\t... the last 2 lines 2 more times\n\ty"},
		{"part of a pair", "\ta\n\tb\n\ta\n\tb\n\ta", "\ta\n\tb\n\t... the last 2 lines 1 more times\n\ta"},
		{"the smallest group", "\ta\n\ta\n\ta\n\ta\n\ta\n\ta", "\ta\n\t... the same 5 more times"},
		{"only lines of calls", "a\na\na\na", "a\na\na\na"},
	}
	for _, test := range tests {
		if got := foldRepeated(test.text); got != test.want {
			t.Errorf("%s: %q folded is %q, want %q", test.name, test.text, got, test.want)
		}
	}
}
