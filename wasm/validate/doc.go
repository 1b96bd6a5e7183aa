// Package validate decides whether a module is valid (core specification,
// chapter "Validation").
//
// [Module] checks a module in the order of its sections, function bodies last.
// A body is read once, with a [wasm.CodeReader]; what is known about it at any
// moment are two stacks, as in the specification's appendix "Validation
// Algorithm":
//
//   - the operand stack: the types of the values that the instructions so far
//     have left (stack.go);
//   - the control stack: a frame for each block that is open, with its type, the
//     height of the operand stack at its beginning, and whether the code is
//     unreachable (control.go).
//
// After an unconditional branch the rest of a block is unreachable: the operand
// stack then has, below what later instructions push, any values one likes, of
// the type [wasm.Bot].
//
// Instructions with a fixed signature are checked by the table of instructions
// alone (signature.go). Those whose row says "*" have a rule each (rules.go);
// the rules stand in files named after the sections of the specification.
//
// Types are compared in canonical form: wherever a type is read, the type
// indices in it are replaced by the identities that a [wasm.TypeSet] gives
// (types.go). Messages turn them back into indices.
//
// What has been validated can be trusted: indices are in range, operands are
// there and of the right type, bodies end where they should.
package validate
