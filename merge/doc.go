// Package merge makes one module of several that import from each other.
//
//	out, report, err := merge.Modules([]merge.Input{{"lib", lib}, {"main", main}}, merge.Options{})
//
// Each module has a name. An import from that name which the module exports is resolved: whoever used the import now
// uses what is exported, without a call in between. All other imports stay. What the modules define stands side by
// side in the result: functions, tables, memories, globals, tags, segments; equal types become one. docs/merge.md
// says what else becomes of a module.
//
//   - merge.go: what goes in and comes out, and the order of the steps.
//   - resolve.go: which definition each import stands for; match.go: whether it may.
//   - types.go: the types of all modules as one list.
//   - number.go: the place of everything in the index spaces of the result.
//   - code.go: expressions with the new indices.
//   - sections.go: the sections of the result; names.go: its names.
package merge
