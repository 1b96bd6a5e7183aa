// Package text reads and writes the text format of WebAssembly.
//
// The way from text to module has three steps, a file or two each:
//
//   - lexer.go and token.go cut the source into tokens (core specification,
//     section "Lexical Format"). Comments and annotations disappear here, except
//     the annotations that mean something to this package: they are noted, and
//     the parser asks for them at the places where they may stand.
//   - scan.go walks the fields of a module once without looking into them, only
//     to learn the identifiers: text may use a name before its definition.
//   - parser.go, fields.go, types.go, instr.go and expr.go go over the fields a
//     second time and build the [wasm.Module]. Function bodies become bytes
//     through [wasm.AppendInstr] at once; there is no tree of instructions.
//
// What an instruction looks like is not written down in this package. The
// mnemonic finds a row of [wasm.Instructions], and the row's form of immediates
// says what to read (instr.go) and what to print (printinstr.go). Only the
// instructions that open and close blocks have rules of their own, in expr.go,
// which keeps an explicit stack: nesting costs memory of the heap, never stack.
//
// The printer is the inverse of the parser: what it writes, [Parse] reads back as
// an equal module, names and custom sections included.
//
// Scripts of the test suite are not the business of this package, but their
// modules are: a script runner walks the tokens with a [Parser] and lets it parse
// the modules that it meets. The Parse functions of number.go read the literals
// of the script's own values.
package text
