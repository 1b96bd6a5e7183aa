;; Needs vector instructions.
(module
  (func (export "run") (param i32) (result i64)
    (i64.extend_i32_u (i32x4.extract_lane 2 (i32x4.splat (local.get 0))))))
