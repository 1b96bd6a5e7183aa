;; A hash map from numbers to numbers, as an array of lists of entries. Three times as many
;; entries are looked up as are put there, and every second is removed again. The values are
;; subtypes of $value, as they are in languages with generic maps. Returns a sum of what is found.
(module
  (rec
    (type $value (sub (struct)))
    (type $number (sub final $value (struct (field $it i64))))
    (type $entry (sub final (struct (field $key i32) (field $value (mut (ref $value))) (field $next (mut (ref null $entry))))))
    (type $buckets (array (mut (ref null $entry))))
    (type $map (sub final (struct (field $buckets (mut (ref $buckets))) (field $count (mut i32))))))
  (func $bucket (param $buckets (ref $buckets)) (param $key i32) (result i32)
    (i32.and (i32.sub (array.len (local.get $buckets)) (i32.const 1))
      (i32.shr_u (i32.mul (local.get $key) (i32.const 0x9E3779B1)) (i32.const 7))))
  (func $find (param $map (ref $map)) (param $key i32) (result (ref null $entry))
    (local $e (ref null $entry)) (local $b (ref $buckets))
    (local.set $b (struct.get $map $buckets (local.get $map)))
    (local.set $e (array.get $buckets (local.get $b) (call $bucket (local.get $b) (local.get $key))))
    (block $end
      (loop $next
        (br_if $end (ref.is_null (local.get $e)))
        (br_if $end (i32.eq (struct.get $entry $key (local.get $e)) (local.get $key)))
        (local.set $e (struct.get $entry $next (local.get $e)))
        (br $next)))
    (local.get $e))
  (func $grow (param $map (ref $map))
    (local $old (ref $buckets)) (local $new (ref $buckets)) (local $i i32) (local $j i32)
    (local $e (ref null $entry)) (local $next (ref null $entry))
    (local.set $old (struct.get $map $buckets (local.get $map)))
    (local.set $new (array.new_default $buckets (i32.shl (array.len (local.get $old)) (i32.const 1))))
    (loop $buckets
      (local.set $e (array.get $buckets (local.get $old) (local.get $i)))
      (block $end
        (loop $entries
          (br_if $end (ref.is_null (local.get $e)))
          (local.set $next (struct.get $entry $next (local.get $e)))
          (local.set $j (call $bucket (local.get $new) (struct.get $entry $key (local.get $e))))
          (struct.set $entry $next (local.get $e) (array.get $buckets (local.get $new) (local.get $j)))
          (array.set $buckets (local.get $new) (local.get $j) (local.get $e))
          (local.set $e (local.get $next))
          (br $entries)))
      (br_if $buckets (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (array.len (local.get $old)))))
    (struct.set $map $buckets (local.get $map) (local.get $new)))
  (func $put (param $map (ref $map)) (param $key i32) (param $value (ref $value))
    (local $e (ref null $entry)) (local $b (ref $buckets)) (local $i i32)
    (if (ref.is_null (local.tee $e (call $find (local.get $map) (local.get $key))))
      (then
        (if (i32.ge_u (struct.get $map $count (local.get $map)) (array.len (struct.get $map $buckets (local.get $map))))
          (then (call $grow (local.get $map))))
        (local.set $b (struct.get $map $buckets (local.get $map)))
        (local.set $i (call $bucket (local.get $b) (local.get $key)))
        (array.set $buckets (local.get $b) (local.get $i)
          (struct.new $entry (local.get $key) (local.get $value) (array.get $buckets (local.get $b) (local.get $i))))
        (struct.set $map $count (local.get $map) (i32.add (struct.get $map $count (local.get $map)) (i32.const 1))))
      (else (struct.set $entry $value (local.get $e) (local.get $value)))))
  (func $remove (param $map (ref $map)) (param $key i32)
    (local $e (ref null $entry)) (local $before (ref null $entry)) (local $b (ref $buckets)) (local $i i32)
    (local.set $b (struct.get $map $buckets (local.get $map)))
    (local.set $i (call $bucket (local.get $b) (local.get $key)))
    (local.set $e (array.get $buckets (local.get $b) (local.get $i)))
    (loop $next
      (if (ref.is_null (local.get $e)) (then (return)))
      (if (i32.ne (struct.get $entry $key (local.get $e)) (local.get $key)) (then
        (local.set $before (local.get $e))
        (local.set $e (struct.get $entry $next (local.get $e)))
        (br $next))))
    (struct.set $map $count (local.get $map) (i32.sub (struct.get $map $count (local.get $map)) (i32.const 1)))
    (if (ref.is_null (local.get $before))
      (then (array.set $buckets (local.get $b) (local.get $i) (struct.get $entry $next (local.get $e))))
      (else (struct.set $entry $next (local.get $before) (struct.get $entry $next (local.get $e))))))
  (func (export "run") (param $n i32) (result i64)
    (local $map (ref $map)) (local $i i32) (local $round i32) (local $sum i64) (local $e (ref null $entry))
    (local.set $map (struct.new $map (array.new_default $buckets (i32.const 16)) (i32.const 0)))
    (loop $put
      (call $put (local.get $map) (local.get $i) (struct.new $number (i64.extend_i32_u (local.get $i))))
      (if (i32.and (local.get $i) (i32.const 1)) (then
        (call $remove (local.get $map) (i32.shr_u (local.get $i) (i32.const 1)))))
      (br_if $put (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (loop $rounds
      (local.set $i (i32.const 0))
      (loop $look
        (local.set $e (call $find (local.get $map) (local.get $i)))
        (if (i32.eqz (ref.is_null (local.get $e))) (then
          (local.set $sum (i64.add (local.get $sum)
            (struct.get $number $it (ref.cast (ref $number) (struct.get $entry $value (local.get $e))))))))
        (br_if $look (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
      (br_if $rounds (i32.lt_u (local.tee $round (i32.add (local.get $round) (i32.const 1))) (i32.const 3))))
    (local.get $sum)))
