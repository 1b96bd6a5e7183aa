//! Threads that end at once, and are joined. That has a race in std.Thread for WASI (0.14.0-dev.2456, lib/std/Thread.zig):
//! spawn stores the identity of the thread in WasiThread.tid after the thread has begun. If the thread has ended by then,
//! it has set the identity to 0 and notified, and join waits for ever for a thread that is gone. So the program
//! rightly prints its line, or hangs.

const std = @import("std");
const threads = @import("threads.zig");

var ran = std.atomic.Value(u32).init(0);

fn work() void {
    _ = ran.fetchAdd(1, .seq_cst);
}

pub fn main() !void {
    for (0..10) |_| {
        const t = try std.Thread.spawn(.{ .allocator = threads.allocator, .stack_size = 64 << 10 }, work, .{});
        t.join();
    }
    try threads.print("{} threads\n", .{ran.load(.seq_cst)});
}
