(module
  (@custom "first" (before first) "1")
  (@custom "late" "4" "5")
  (@custom "before code" (before code) "\00\ff")
  (@custom "after types" (after type) "2")
  (@ignored (at all) "...")
  (func (param i32) (local i64 i64)
    (@metadata.code.branch_hint "\01")
    (if (local.get 0) (then nop))
    local.get 0
    (@metadata.code.branch_hint "\00") br_if 0))
