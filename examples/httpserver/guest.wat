;; The web server's guest: "handle" is called for each request, as a task of its
;; own. It is written as if calls blocked. While one waits in $sleep or $fetch its
;; stack is put aside, and the others go on.
(module $server
  ;; What the loop gives to every guest.
  (import "task" "sleep" (func $sleep (param i64)))         ;; nanoseconds; waits
  (import "task" "cancelled" (tag $cancelled))              ;; the client went away

  ;; What this server gives. All of it is about the request of the task that calls.
  (import "http" "path" (func $path (param i32 i32) (result i32)))   ;; to, room -> length
  (import "http" "query" (func $query (param i32 i32) (result i64))) ;; key -> number, or 0
  (import "http" "status" (func $status (param i32)))
  (import "http" "write" (func $write (param i32 i32)))              ;; to the response
  (import "http" "fetch" (func $fetch (param i32 i32) (result i32))) ;; key of the URL -> status, or 0; waits
  (import "http" "forward" (func $forward))                          ;; what was fetched, to the response
  (import "http" "log" (func $log (param i32 i32)))

  (memory (export "memory") 1)
  (data (i32.const 0)   "/hello")
  (data (i32.const 16)  "/sleep")
  (data (i32.const 32)  "/fetch")
  (data (i32.const 48)  "ms")
  (data (i32.const 64)  "url")
  (data (i32.const 80)  "Hello from the guest.\n")
  (data (i32.const 112) "Slept well.\n")
  (data (i32.const 128) "There is nothing here.\n")
  (data (i32.const 160) "The upstream does not answer.\n")
  (data (i32.const 192) "the client went away\n")
  ;; Tasks share the memory. A path stays at 1024 only until the task waits, so all
  ;; can use that place.
  (global $at i32 (i32.const 1024))

  ;; Whether the path of n bytes is the one of m bytes at p.
  (func $is (param $n i32) (param $p i32) (param $m i32) (result i32)
    (local $i i32)
    (if (i32.ne (local.get $n) (local.get $m)) (then (return (i32.const 0))))
    (loop $next
      (if (i32.eq (local.get $i) (local.get $n)) (then (return (i32.const 1))))
      (if (i32.ne (i32.load8_u (i32.add (global.get $at) (local.get $i)))
                  (i32.load8_u (i32.add (local.get $p) (local.get $i))))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))
    (unreachable))

  (func (export "handle")
    (block $gone
      (try_table (catch $cancelled $gone)
        ;; Not a tail call: that would leave the handler.
        (call $route (call $path (global.get $at) (i32.const 1024)))
        (return)))
    (call $log (i32.const 192) (i32.const 21)))

  (func $route (param $n i32)
    (if (call $is (local.get $n) (i32.const 0) (i32.const 6)) (then (return_call $hello)))
    (if (call $is (local.get $n) (i32.const 16) (i32.const 6)) (then (return_call $nap)))
    (if (call $is (local.get $n) (i32.const 32) (i32.const 6)) (then (return_call $proxy)))
    (call $status (i32.const 404))
    (call $write (i32.const 128) (i32.const 23)))

  ;; /hello
  (func $hello (call $write (i32.const 80) (i32.const 22)))

  ;; /sleep?ms=100
  (func $nap
    (call $sleep (i64.mul (call $query (i32.const 48) (i32.const 2)) (i64.const 1000000)))
    (call $write (i32.const 112) (i32.const 12)))

  ;; /fetch?url=/some/page
  (func $proxy
    (local $code i32)
    (local.set $code (call $fetch (i32.const 64) (i32.const 3)))
    (if (i32.eqz (local.get $code))
      (then
        (call $status (i32.const 502))
        (call $write (i32.const 160) (i32.const 30))
        (return)))
    (call $status (local.get $code))
    (call $forward)))
