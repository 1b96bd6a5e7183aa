;; Needs nothing: an engine that cannot run it cannot run anything.
(module
  (func (export "run") (param i32) (result i64)
    (i64.extend_i32_u (local.get 0))))
