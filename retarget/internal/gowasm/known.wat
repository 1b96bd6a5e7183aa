;; runtime.gogo as Go's releases have it. A module whose gogo is another one is refused: what takes its place relies
;; on where a gobuf has sp (0), pc (8), g (16) and ctxt (24), and on what gogo does.
(module
  (global $SP (mut i32) (i32.const 0))
  (global $CTXT (mut i64) (i64.const 0))
  (global $g (mut i64) (i64.const 0))
  (global $RET0 (mut i64) (i64.const 0))
  (memory 1)

  (func $go1.25 (param i32) (result i32) (local $sp i32) (local $buf i64) (local $g i64) (local $probe i64)
    global.get $SP  local.set $sp
    local.get $sp  i64.load offset=8  local.tee $buf
    i32.wrap_i64  i64.load offset=16  local.tee $g
    i32.wrap_i64  i64.load  local.set $probe
    local.get $g  global.set $g
    local.get $buf  i32.wrap_i64  i64.load  i32.wrap_i64  local.tee $sp  global.set $SP
    local.get $sp  i32.const 8  i32.sub  local.get $buf  i32.wrap_i64  i64.load offset=8  i64.store
    local.get $buf  i32.wrap_i64  i64.load offset=24  global.set $CTXT
    local.get $buf  i32.wrap_i64  i64.const 0  i64.store
    local.get $buf  i32.wrap_i64  i64.const 0  i64.store offset=24
    i32.const 1  return
    unreachable)

  ;; Until go1.24 a gobuf also had ret (32), which only recovery set.
  (func $go1.24 (param i32) (result i32) (local $sp i32) (local $buf i64) (local $g i64) (local $probe i64)
    global.get $SP  local.set $sp
    local.get $sp  i64.load offset=8  local.tee $buf
    i32.wrap_i64  i64.load offset=16  local.tee $g
    i32.wrap_i64  i64.load  local.set $probe
    local.get $g  global.set $g
    local.get $buf  i32.wrap_i64  i64.load  i32.wrap_i64  local.tee $sp  global.set $SP
    local.get $sp  i32.const 8  i32.sub  local.get $buf  i32.wrap_i64  i64.load offset=8  i64.store
    local.get $buf  i32.wrap_i64  i64.load offset=32  global.set $RET0
    local.get $buf  i32.wrap_i64  i64.load offset=24  global.set $CTXT
    local.get $buf  i32.wrap_i64  i64.const 0  i64.store
    local.get $buf  i32.wrap_i64  i64.const 0  i64.store offset=32
    local.get $buf  i32.wrap_i64  i64.const 0  i64.store offset=24
    i32.const 1  return
    unreachable)
)
