//! A semaphore with one permit too many: two threads are where one may be. No data race. Trap.

const std = @import("std");
const threads = @import("threads");
const fixed = @import("variant").fixed;

var permits: std.Thread.Semaphore = .{ .permits = if (fixed) 1 else 2 };
var inside = std.atomic.Value(u32).init(0);

fn work() void {
    permits.wait();
    if (inside.fetchAdd(1, .seq_cst) != 0) @trap();
    _ = inside.fetchSub(1, .seq_cst);
    permits.post();
}

pub fn main() !void {
    var group = threads.Group{};
    for (0..2) |_| try group.spawn(work, .{});
    group.run();
}
