;; What clang makes of main.c, but for names and comments. generators.wat says how to run it.
(module $main
  (import "spectest" "print_i32" (func $print (param i32)))
  (import "generators" "generator_new" (func $generator_new (param i32 i32) (result i32)))
  (import "generators" "generator_next" (func $generator_next (param i32 i32) (result i32)))
  (import "generators" "yield" (func $yield (param i32)))
  (memory (export "memory") 2)
  (table (export "__indirect_function_table") 2 2 funcref)
  (elem (i32.const 1) func $count)
  (global $__stack_pointer (mut i32) (i32.const 66560))

  (func $count (param $i i32)
    (loop $next
      (if (i32.le_s (local.get $i) (i32.const 10))
        (then
          (call $yield (local.get $i))
          (local.set $i (i32.add (local.get $i) (i32.const 2)))
          (br $next)))))

  (func $main (export "main")
    (local $value i32) (local $odds i32) (local $evens i32)
    (global.set $__stack_pointer (local.tee $value (i32.sub (global.get $__stack_pointer) (i32.const 16))))
    (local.set $odds (call $generator_new (i32.const 1) (i32.const 1)))
    (local.set $evens (call $generator_new (i32.const 1) (i32.const 2)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (call $generator_next (local.get $odds) (local.get $value))))
        (call $print (i32.load (local.get $value)))
        (br_if $next (i32.eqz (call $generator_next (local.get $evens) (local.get $value))))
        (call $print (i32.load (local.get $value)))
        (br $next)))
    (global.set $__stack_pointer (i32.add (local.get $value) (i32.const 16)))))
