;; Lists of imports: what they import, in which order, and what is refused.

(module
  (func (export "seven") (result i32) (i32.const 7))
  (func (export "eight") (result i32) (i32.const 8))
  (global (export "ten") i32 (i32.const 10))
  (global (export "twenty") i32 (i32.const 20))
  (memory (export "memory") 1))
(register "lib")

;; Indices go on from list to list, each kind with its own.
(module
  (import "lib" "eight" (func $eight (result i32)))
  (import "lib"
    (item "ten" (global $ten i32))
    (item "seven" (func $seven (result i32)))
    (item "memory" (memory 1))
    (item "twenty" (global $twenty i32)))
  (import "lib" (item "eight") (item "seven") (item "eight") (func (result i32)))
  (import "lib" (item "twenty") (global i32))
  (global $own i32 (i32.const 40))
  (func (export "functions") (result i32 i32 i32 i32 i32)
    (call 0) (call 1) (call 2) (call 3) (call 4))
  (func (export "names") (result i32 i32 i32 i32)
    (call $eight) (call $seven) (global.get $ten) (global.get $twenty))
  (func (export "globals") (result i32 i32)
    (global.get 2) (global.get 3))
  (func (export "size") (result i32) (memory.size)))
(assert_return (invoke "functions")
  (i32.const 8) (i32.const 7) (i32.const 8) (i32.const 7) (i32.const 8))
(assert_return (invoke "names") (i32.const 8) (i32.const 7) (i32.const 10) (i32.const 20))
(assert_return (invoke "globals") (i32.const 20) (i32.const 40))
(assert_return (invoke "size") (i32.const 1))

;; Lists of nothing.
(module (import "lib") (import "nobody" (memory 1)) (func (export "f") (result i32) (i32.const 1)))
(assert_return (invoke "f") (i32.const 1))

;; A name says what is missing or wrong.
(assert_unlinkable (module (import "lib" (item "seven" (func (result i32))) (item "six" (func)))) "unknown import")
(assert_unlinkable (module (import "lib" (item "seven") (item "six") (func (result i32)))) "unknown import")
(assert_unlinkable (module (import "lib" (item "seven") (item "ten") (func (result i32)))) "incompatible import type")

(assert_malformed (module quote "(import \"lib\" (item \"seven\") (func $seven))") "identifier not allowed")
(assert_malformed (module quote "(import \"lib\" (item \"seven\"))") "unexpected token")
(assert_malformed (module quote "(import \"lib\" (item \"a\" (func)) (item \"b\") (func))") "unexpected token")
(assert_malformed (module quote "(import \"lib\" (item \"a\") (item \"b\" (func)))") "unexpected token")
(assert_malformed (module quote "(func) (import \"lib\" (item \"a\" (func)))") "import after function")
(assert_malformed (module quote "(import \"lib\" (item \"a\" (func $x)) (item \"b\" (func $x)))") "duplicate func")

;; The marks of lists stand only behind an empty name, and are bytes.
(assert_malformed
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\02\0a\01\01a\01b\7f\01\01c\00\00") "malformed import kind")
(assert_malformed
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\02\09\01\01a\00\ff\00\01\01b\00") "malformed import kind")
(assert_malformed
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\02\06\01\01a\00\7f\05") "unexpected end")
(assert_malformed
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\02\08\01\01a\00\7e\00\00\ff") "unexpected end")
