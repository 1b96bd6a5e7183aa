//! Lost update. Two threads add to a plain counter: load, add, store. What one adds between the load and the store of
//! the other is lost. Trap, and data race.

const std = @import("std");
const threads = @import("threads");
const fixed = @import("variant").fixed;

var mutex: std.Thread.Mutex = .{};
var counter: u32 = 0;

fn work() void {
    if (fixed) mutex.lock();
    defer if (fixed) mutex.unlock();
    counter += 1;
}

pub fn main() !void {
    var group = threads.Group{};
    for (0..2) |_| try group.spawn(work, .{});
    group.run();
    if (counter != 2) @trap();
}
