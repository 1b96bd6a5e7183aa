;; A call resumes a continuation of an earlier call before anything of it leaves to Go. What the
;; continuation then makes lets the collector look at the stack of the call.
(module
  (type $f (func)) (type $k (cont $f))
  (tag $t)
  (global $g (mut (ref null $k)) (ref.null $k))
  (func $again)
  (elem declare func $again $body)
  (func $body (suspend $t) (drop (cont.new $k (ref.func $again))))
  (func (export "begin")
    (global.set $g (block $h (result (ref $k)) (resume $k (on $t $h) (cont.new $k (ref.func $body))) (return))))
  (func (export "go on") (resume $k (global.get $g))))
