(module
  (type $ft (func (param i32) (result i32)))
  (type $ct (cont $ft))
  (rec (type $sf (func (param (ref null $sc)))) (type $sc (cont $sf)))
  (tag $yield (param i32) (result i32))
  (tag $swap)
  (func $run (param $k (ref $ct)) (result i32)
    (block $on (result i32 (ref $ct))
      (resume $ct (on $yield $on) (on $swap switch) (i32.const 1) (local.get $k))
      return)
    unreachable)
  (func
    resume $sc
    resume_throw $ct $yield (on $yield 0)
    resume_throw_ref $ct
    (switch $sc $swap)
    cont.bind $ct $ct
    cont.new $ct
    (drop (suspend $yield (i32.const 1)))))
