//! Threads that count: under a lock, and atomically.

const std = @import("std");
const threads = @import("threads.zig");

const rounds = 1000;

var lock: std.Thread.Mutex = .{};
var count: u32 = 0;
var atomic = std.atomic.Value(u32).init(0);
threadlocal var own: u32 = 0;

fn work() void {
    for (0..rounds) |_| {
        lock.lock();
        count += 1;
        lock.unlock();
        _ = atomic.fetchAdd(1, .monotonic);
        own += 1;
    }
    if (own != rounds) @panic("a variable of a thread is shared");
}

pub fn main() !void {
    var group = threads.Group{};
    for (0..4) |_| try group.spawn(work, .{});
    group.run();
    try threads.print("counted {} {} {}\n", .{ count, atomic.load(.seq_cst), own });
}
