//! Counting in too late. Each thread counts itself in to what main waits for, so main may wait before it has: for
//! nobody. No data race. Trap.

const std = @import("std");
const threads = @import("threads");
const fixed = @import("variant").fixed;

var waiting: std.Thread.WaitGroup = .{};
var results = std.atomic.Value(u32).init(0);

fn work() void {
    if (!fixed) waiting.start();
    _ = results.fetchAdd(1, .seq_cst);
    waiting.finish();
}

pub fn main() !void {
    var group = threads.Group{};
    for (0..2) |_| {
        if (fixed) waiting.start();
        try group.spawn(work, .{});
    }
    group.begin.set();
    waiting.wait();
    if (results.load(.seq_cst) != 2) @trap();
    group.run();
}
