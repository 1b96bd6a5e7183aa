;; Generators for programs in C, made with stack switching: a compiler of C cannot write these functions, but it can call
;; them. The program is another module, main.c, and main.wat for those who have no clang. Each of the two imports from
;; the other:
;;
;;   weft merge generators=examples/merge/generators.wat main=examples/merge/main.wat --export main -o numbers.wasm
;;   weft run --spectest numbers.wasm
;;
;; prints 1 2 3 4 5 6 7 8 9 10, one per line.
(module $generators
  ;; What every program of clang has: its memory, and the table that function pointers are indices of.
  (import "main" "memory" (memory 0))
  (import "main" "__indirect_function_table" (table $functions 0 funcref))

  (type $body (func (param i32)))        ;; void (*body)(int)
  (type $made (cont $body))              ;; a generator that still wants its argument,
  (type $run (func))
  (type $rest (cont $run))               ;; and what is left of one
  (tag $yield (param i32))

  ;; A generator is an int for the program: an index of this table, for C cannot hold a continuation.
  (table $generators 0 (ref null $rest))

  ;; int generator_new(void (*body)(int), int argument);
  (func (export "generator_new") (param $body i32) (param $argument i32) (result i32)
    (table.grow $generators
      (cont.bind $made $rest (local.get $argument)
        (cont.new $made (ref.cast (ref $body) (table.get $functions (local.get $body)))))
      (i32.const 1)))

  ;; void yield(int value); in the body of a generator
  (func (export "yield") (param $value i32)
    (suspend $yield (local.get $value)))

  ;; bool generator_next(int generator, int *value); false when the body has returned
  (func (export "generator_next") (param $generator i32) (param $value i32) (result i32)
    (local $rest (ref null $rest))
    (local $yielded i32)
    (block $suspended (result i32 (ref $rest))
      (resume $rest (on $yield $suspended) (table.get $generators (local.get $generator)))
      (table.set $generators (local.get $generator) (ref.null $rest))
      (return (i32.const 0)))
    (local.set $rest)
    (local.set $yielded)
    (table.set $generators (local.get $generator) (local.get $rest))
    (i32.store (local.get $value) (local.get $yielded))
    (i32.const 1)))
