//! An event that is reset after the work. What is set between the work and the reset is lost, and the next wait is
//! for ever. No data race: all is atomic. Deadlock.

const std = @import("std");
const threads = @import("threads");
const fixed = @import("variant").fixed;

var event: std.Thread.ResetEvent = .{};
var given = std.atomic.Value(u32).init(0);

fn consume() void {
    var done: u32 = 0;
    while (done < 2) {
        event.wait();
        if (fixed) event.reset();
        done += given.swap(0, .seq_cst);
        if (!fixed) event.reset();
    }
}

fn produce() void {
    for (0..2) |_| {
        _ = given.fetchAdd(1, .seq_cst);
        event.set();
    }
}

pub fn main() !void {
    var group = threads.Group{};
    try group.spawn(consume, .{});
    try group.spawn(produce, .{});
    group.run();
}
