// Package asyncify retargets modules that drive Binaryen's Asyncify from inside, before Asyncify has run: programs of
// TinyGo with goroutines, and fibers in C. docs/retarget.md has the design.
//
//   - module.go: what is known of the module, and the order of the steps.
//   - scan.go: which functions call what. roles.go: which of them are Asyncify's bottom and top.
//   - reach.go: which calls may come to a bottom.
//   - stub.go: what stands in place of those calls, as text. runtime.wat: what every module gets.
//   - link.go: both become part of the module. rewrite.go: the new numbers of functions.
//   - write.go: bottoms and tops as they are in the result.
//   - ends.go: goroutines whose end is known by name.
//   - sections.go: which sections stay true.
package asyncify
