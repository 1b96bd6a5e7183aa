//! Joining in std.Thread for WASI (0.14). spawn stores the identity of the thread, for which join waits, after the
//! thread has begun. If it has ended by then, join waits for ever. The twin's thread waits until spawn is over. No
//! data race. Deadlock.

const std = @import("std");
const threads = @import("threads");
const fixed = @import("variant").fixed;

var spawned: std.Thread.ResetEvent = .{};

fn work() void {
    if (fixed) spawned.wait();
}

pub fn main() !void {
    const t = try std.Thread.spawn(.{ .allocator = threads.allocator, .stack_size = 64 << 10 }, work, .{});
    if (fixed) spawned.set();
    t.join();
}
