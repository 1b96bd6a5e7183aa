(module
  (tag $e (param i32))
  (tag $f)
  (func (result i32)
    (block $h (result i32)
      (try_table $t (catch $e $h) (catch_all 1) (throw $e (i32.const 1)))
      (i32.const 0)))
  (func (result exnref)
    (block $h (result exnref)
      try_table (result exnref) (catch_all_ref $h)
        unreachable
      end))
  (func (result i32)
    try $t (result i32)
      i32.const 1
    catch $e
      try (result i32)
        i32.const 2
        rethrow $t
      delegate $t
      i32.add
    catch $f
      i32.const 3
    catch_all
      i32.const 4
    end)
  (func (result i32)
    (try (result i32)
      (do (try $in (do (throw $f)) (delegate 0)) (i32.const 1))
      (catch $e)
      (catch_all (i32.const 4)))))
