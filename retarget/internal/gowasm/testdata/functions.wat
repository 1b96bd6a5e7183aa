;; Functions as Go's compiler, assembler and linker make them: those of main by go1.26 from
;;
;;	func loop(n int) (s int) {
;;		for i := range n {
;;			if i%3 == 0 {
;;				continue
;;			}
;;			s += call(i)
;;		}
;;		return s
;;	}
;;
;;	func call(n int) int {
;;		if n > 7 {
;;			panic("large")
;;		}
;;		return n * 2
;;	}
;;
;;	func safe(n int) (r int) {
;;		defer func() { recover(); r++ }()
;;		return call(n)
;;	}
;;
;; Cas is that of internal/runtime/atomic. runtime.ready calls loop and Cas, to have both written within it, and within loop
;; what that calls. PC(f,b) stands for the address of block b of f, and what they call of the runtime is not as it is there.
(module
  (type (func (param i32) (result i32)))
  (table 100 funcref)
  (memory 1)
  (global (mut i32) (i32.const 0))
  (global (mut i64) (i64.const 0))
  (global (mut i64) (i64.const 0))
  (global (mut i64) (i64.const 0))
  (global (mut i64) (i64.const 0))
  (global (mut i64) (i64.const 0))
  (global (mut i64) (i64.const 0))
  (global (mut i32) (i32.const 0))
  (func $runtime.gogo (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    local.get 1
    i32.const 8
    i32.add
    local.tee 1
    global.set 0
    i32.const 0
    return
    unreachable)
  (func $runtime.recovery (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    local.get 1
    i32.const 8
    i32.add
    local.tee 1
    global.set 0
    i32.const 0
    return
    unreachable)
  (func $runtime.goexit1 (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    local.get 1
    i32.const 8
    i32.add
    local.tee 1
    global.set 0
    i32.const 0
    return
    unreachable)
  (func $runtime.mcall (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    local.get 1
    i32.const 8
    i32.add
    local.tee 1
    global.set 0
    i32.const 0
    return
    unreachable)
  (func $runtime.deferreturn (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    local.get 1
    i32.const 8
    i32.add
    local.tee 1
    global.set 0
    i32.const 0
    return
    unreachable)
  (func $runtime.morestack_noctxt (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    local.get 1
    i32.const 8
    i32.add
    local.tee 1
    global.set 0
    i32.const 0
    return
    unreachable)
  (func $runtime.gopanic (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    unreachable)
  (func $runtime.sigpanic (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    unreachable)

  (func $main.loop (type 0) (param i32) (result i32)
    (local i32 i64 i64 i64)
    global.get 0
    local.set 1
    block
      loop
        block
          block
            block
              block
                block
                  block
                    block
                      block
                        local.get 0
                        br_table 0 0 1 2 3 4 5 6 7
                      end
                      local.get 1
                      global.get 2
                      i32.wrap_i64
                      i32.load offset=16
                      i32.le_u
                      if
                        local.get 1
                        i32.const 8
                        i32.sub
                        local.tee 1
                        global.set 0
                        local.get 1
                        i64.const PC($main.loop,0)
                        i64.store
                        i32.const 0
                        call $runtime.morestack_noctxt
                        global.get 0
                        local.set 1
                        br_if 9
                      end
                      local.get 1
                      i32.const 32
                      i32.sub
                      local.tee 1
                      global.set 0
                      local.get 1
                      i64.load offset=40
                      local.set 2
                      i64.const 0
                      local.set 3
                      i64.const 0
                      local.set 4
                      i32.const 3
                      local.set 0
                      br 7
                    end
                    local.get 3
                    i64.const 1
                    i64.add
                    local.set 3
                  end
                  local.get 3
                  local.get 2
                  i64.lt_s
                  i32.eqz
                  if
                    i32.const 7
                    local.set 0
                    br 6
                  end
                end
                local.get 3
                i64.const -6148914691236517205
                i64.mul
                i64.const 6148914691236517205
                i64.le_u
                if
                  i32.const 2
                  local.set 0
                  br 5
                end
              end
              local.get 1
              local.get 3
              i64.store offset=16
              local.get 1
              local.get 4
              i64.store offset=24
              local.get 1
              local.get 3
              i64.store
              local.get 1
              i32.const 8
              i32.sub
              local.tee 1
              global.set 0
              local.get 1
              i64.const PC($main.loop,6)
              i64.store
              i32.const 0
              call $main.call
              global.get 0
              local.set 1
              br_if 4
            end
            local.get 1
            i64.extend_i32_u
            i64.const 8
            i64.add
            i32.wrap_i64
            i64.load
            local.get 1
            i64.load offset=24
            i64.add
            local.set 4
            local.get 1
            i64.load offset=40
            local.set 2
            local.get 1
            i64.load offset=16
            local.set 3
            i32.const 2
            local.set 0
            br 2
          end
          local.get 1
          i64.extend_i32_u
          i64.const 48
          i64.add
          i32.wrap_i64
          local.get 4
          i64.store
          local.get 1
          i32.const 32
          i32.add
          local.tee 1
          global.set 0
          local.get 1
          i32.const 8
          i32.add
          local.tee 1
          global.set 0
          i32.const 0
          return
        end
      end
      unreachable
    end
    i32.const 1)

  (func $main.call (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    block
      loop
        block
          block
            block
              block
                block
                  local.get 0
                  br_table 0 0 1 2 3 4
                end
                local.get 1
                global.get 2
                i32.wrap_i64
                i32.load offset=16
                i32.le_u
                if
                  local.get 1
                  i32.const 8
                  i32.sub
                  local.tee 1
                  global.set 0
                  local.get 1
                  i64.const PC($main.call,0)
                  i64.store
                  i32.const 0
                  call $runtime.morestack_noctxt
                  global.get 0
                  local.set 1
                  br_if 6
                end
                local.get 1
                i32.const 16
                i32.sub
                local.tee 1
                global.set 0
                i64.const 7
                local.get 1
                i64.load offset=24
                i64.lt_s
                if
                  i32.const 3
                  local.set 0
                  br 5
                end
              end
              local.get 1
              i64.extend_i32_u
              i64.const 32
              i64.add
              i32.wrap_i64
              local.get 1
              i64.load offset=24
              i64.const 1
              i64.shl
              i64.store
              local.get 1
              i32.const 16
              i32.add
              local.tee 1
              global.set 0
              local.get 1
              i32.const 8
              i32.add
              local.tee 1
              global.set 0
              i32.const 0
              return
            end
            local.get 1
            i64.const 44704
            i64.store
            local.get 1
            i64.extend_i32_u
            i64.const 8
            i64.add
            i32.wrap_i64
            i64.const 130096
            i64.store
            local.get 1
            i32.const 8
            i32.sub
            local.tee 1
            global.set 0
            local.get 1
            i64.const PC($main.call,4)
            i64.store
            i32.const 0
            call $runtime.gopanic
            global.get 0
            local.set 1
            br_if 3
          end
        end
        nop
      end
      unreachable
    end
    i32.const 1)

  (func $main.safe (type 0) (param i32) (result i32)
    (local i32 i64)
    global.get 0
    local.set 1
    block
      block
        block
          block
            block
              block
                local.get 0
                br_table 0 0 1 1 1 2 3 4
              end
              local.get 1
              global.get 2
              i32.wrap_i64
              i32.load offset=16
              i32.le_u
              if
                local.get 1
                i32.const 8
                i32.sub
                local.tee 1
                global.set 0
                local.get 1
                i64.const PC($main.safe,0)
                i64.store
                i32.const 0
                call $runtime.morestack_noctxt
                global.get 0
                local.set 1
                br_if 5
              end
              local.get 1
              i32.const 48
              i32.sub
              local.tee 1
              global.set 0
              local.get 1
              i64.const 0
              i64.store offset=40
              local.get 1
              i64.extend_i32_u
              i64.const 23
              i64.add
              i32.wrap_i64
              i64.const 0
              i64.store8
              local.get 1
              i64.extend_i32_u
              i64.const 64
              i64.add
              i32.wrap_i64
              i64.const 0
              i64.store
              local.get 1
              i64.extend_i32_u
              i64.const 24
              i64.add
              i32.wrap_i64
              i64.const 350617600
              i64.store
              local.get 1
              i64.extend_i32_u
              i64.const 32
              i64.add
              i32.wrap_i64
              local.get 1
              i64.extend_i32_u
              i64.const 64
              i64.add
              i64.store
              local.get 1
              i64.extend_i32_u
              i64.const 40
              i64.add
              i32.wrap_i64
              local.get 1
              i64.extend_i32_u
              i64.const 24
              i64.add
              i64.store
              local.get 1
              i64.extend_i32_u
              i64.const 23
              i64.add
              i32.wrap_i64
              i64.const 1
              i64.store8
              local.get 1
              local.get 1
              i64.load offset=56
              i64.store
              local.get 1
              i32.const 8
              i32.sub
              local.tee 1
              global.set 0
              local.get 1
              i64.const PC($main.safe,2)
              i64.store
              i32.const 0
              call $main.call
              global.get 0
              local.set 1
              br_if 4
            end
            local.get 1
            i64.extend_i32_u
            i64.const 64
            i64.add
            i32.wrap_i64
            local.get 1
            i64.load offset=8
            i64.store
            local.get 1
            i64.extend_i32_u
            i64.const 23
            i64.add
            i32.wrap_i64
            i64.const 0
            i64.store8
            local.get 1
            i64.extend_i32_u
            i64.const 40
            i64.add
            i32.wrap_i64
            i64.load
            local.tee 2
            i64.eqz
            if
              local.get 1
              i32.const 8
              i32.sub
              local.tee 1
              global.set 0
              local.get 1
              i64.const PC($main.safe,3)
              i64.store
              i32.const 0
              call $runtime.sigpanic
              global.get 0
              local.set 1
              br_if 4
            end
            local.get 2
            global.set 1
            local.get 2
            i32.wrap_i64
            i64.load
            local.get 1
            i32.const 8
            i32.sub
            local.tee 1
            global.set 0
            local.get 1
            i64.const PC($main.safe,5)
            i64.store
            i64.const 16
            i64.shr_u
            i32.wrap_i64
            local.set 0
            i32.const 0
            local.get 0
            call_indirect (type 0) (param i32) (result i32)
            global.get 0
            local.set 1
            br_if 3
          end
          local.get 1
          i32.const 48
          i32.add
          local.tee 1
          global.set 0
          local.get 1
          i32.const 8
          i32.add
          local.tee 1
          global.set 0
          i32.const 0
          return
        end
        local.get 1
        i32.const 8
        i32.sub
        local.tee 1
        global.set 0
        local.get 1
        i64.const PC($main.safe,7)
        i64.store
        i32.const 0
        call $runtime.deferreturn
        global.get 0
        local.set 1
        br_if 1
      end
      local.get 1
      i32.const 48
      i32.add
      local.tee 1
      global.set 0
      local.get 1
      i32.const 8
      i32.add
      local.tee 1
      global.set 0
      i32.const 0
      return
      unreachable
    end
    i32.const 1)

  ;; A loop with two entries, which are blocks 1 and 2.
  (func $main.tangle (type 0) (param i32) (result i32)
    (local i32 i64)
    global.get 0
    local.set 1
    loop
      block
        block
          block
            block
              local.get 0
              br_table 0 1 2 3
            end
            local.get 1
            i64.load offset=8
            local.tee 2
            i64.eqz
            if
              i32.const 2
              local.set 0
              br 4
            end
          end
          local.get 2
          i64.const -1
          i64.add
          local.set 2
        end
        local.get 2
        i64.const 10
        i64.gt_s
        if
          i32.const 1
          local.set 0
          br 2
        end
      end
      local.get 1
      i32.const 8
      i32.add
      local.tee 1
      global.set 0
      i32.const 0
      return
    end
    unreachable)

  ;; It calls what switches: its result stays.
  (func $runtime.schedule (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    block
      block
        block
          local.get 0
          br_table 0 1
        end
        local.get 1
        i32.const 8
        i32.sub
        local.tee 1
        global.set 0
        local.get 1
        i64.const PC($runtime.schedule,1)
        i64.store
        i32.const 0
        call $runtime.gogo
        global.get 0
        local.set 1
        br_if 1
      end
      local.get 1
      i32.const 8
      i32.add
      local.tee 1
      global.set 0
      i32.const 0
      return
      unreachable
    end
    i32.const 1)
  (func $internal/runtime/atomic.Cas (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    block
      loop
        block
          block
            block
              block
                local.get 0
                br_table 0 0 0 1 2 3
              end
              local.get 1
              i64.load offset=8
              i64.eqz
              if
                local.get 1
                i32.const 8
                i32.sub
                local.tee 1
                global.set 0
                local.get 1
                i64.const PC($internal/runtime/atomic.Cas,1)
                i64.store
                i32.const 0
                call $runtime.sigpanic
                global.get 0
                local.set 1
                br_if 5
              end
              local.get 1
              i64.load offset=8
              i32.wrap_i64
              i64.load32_u
              local.get 1
              i64.load32_u offset=16
              i64.const 4294967295
              i64.and
              i64.eq
              i32.eqz
              if
                i32.const 4
                local.set 0
                br 4
              end
            end
            local.get 1
            i64.load offset=8
            i32.wrap_i64
            local.get 1
            i64.load32_u offset=20
            i64.store32
            local.get 1
            i64.extend_i32_u
            i64.const 24
            i64.add
            i32.wrap_i64
            i64.const 1
            i64.store8
            local.get 1
            i32.const 8
            i32.add
            local.tee 1
            global.set 0
            i32.const 0
            return
          end
          local.get 1
          i64.extend_i32_u
          i64.const 24
          i64.add
          i32.wrap_i64
          i64.const 0
          i64.store8
          local.get 1
          i32.const 8
          i32.add
          local.tee 1
          global.set 0
          i32.const 0
          return
        end
      end
      unreachable
    end
    i32.const 1)
  (func $runtime.ready (type 0) (param i32) (result i32)
    (local i32)
    global.get 0
    local.set 1
    block
      block
        block
          block
            local.get 0
            br_table 0 1 2
          end
          local.get 1
          i32.const 32
          i32.sub
          local.tee 1
          global.set 0
          local.get 1
          i64.const 5
          i64.store
          local.get 1
          i32.const 8
          i32.sub
          local.tee 1
          global.set 0
          local.get 1
          i64.const PC($runtime.ready,1)
          i64.store
          i32.const 0
          call $main.loop
          global.get 0
          local.set 1
          br_if 2
        end
        local.get 1
        local.get 1
        i64.load offset=8
        i64.store
        local.get 1
        i64.extend_i32_u
        i64.const 8
        i64.add
        i32.wrap_i64
        i64.const 3
        i64.store
        local.get 1
        i32.const 8
        i32.sub
        local.tee 1
        global.set 0
        local.get 1
        i64.const PC($runtime.ready,2)
        i64.store
        i32.const 0
        call $internal/runtime/atomic.Cas
        global.get 0
        local.set 1
        br_if 1
      end
      local.get 1
      local.get 1
      i64.load8_u offset=16
      i64.store offset=48
      local.get 1
      i32.const 32
      i32.add
      local.tee 1
      global.set 0
      local.get 1
      i32.const 8
      i32.add
      local.tee 1
      global.set 0
      i32.const 0
      return
      unreachable
    end
    i32.const 1))
