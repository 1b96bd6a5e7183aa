;; Shared-everything threads are not supported, and the errors say so.

(assert_malformed (module quote "(type (shared (func)))") "unexpected token shared: func, struct, array or cont expected; this belongs to the proposal shared-everything-threads")
(assert_malformed (module quote "(global shared i32 (i32.const 0))") "unexpected token shared: value type expected; this belongs to the proposal shared-everything-threads")
(assert_malformed (module quote "(func (param (ref null (shared any))))") "unexpected token shared: heap type expected; this belongs to the proposal shared-everything-threads")
(assert_malformed (module quote "(table shared 1 anyref)") "unexpected token shared: number expected; this belongs to the proposal shared-everything-threads")
(assert_malformed (module quote "(global i32 (i32.const 0)) (func (drop (global.atomic.get seqcst 0)))") "unexpected token global.atomic.get")

(assert_malformed
  (module binary "\00asm\01\00\00\00\01\05\01\65\60\00\00") "malformed definition type: this belongs to the proposal shared-everything-threads")
(assert_malformed
  (module binary "\00asm\01\00\00\00\01\07\01\60\01\63\65\6e\00") "malformed heap type: this belongs to the proposal shared-everything-threads")
(assert_malformed
  (module binary "\00asm\01\00\00\00\01\06\01\60\01\65\6e\00") "malformed value type: this belongs to the proposal shared-everything-threads")
(assert_malformed
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\08\01\06\00\fe\4f\00\00\0b")
  "illegal opcode fe 4f: this belongs to the proposal shared-everything-threads")
