//! Lost signal. A condition remembers nothing: without a predicate, who waits after the signal waits for ever. No
//! data race. Deadlock.

const std = @import("std");
const threads = @import("threads");
const fixed = @import("variant").fixed;

var mutex: std.Thread.Mutex = .{};
var arrived: std.Thread.Condition = .{};
var letter: u32 = 0;

fn read() void {
    mutex.lock();
    defer mutex.unlock();
    if (fixed) {
        while (letter == 0) arrived.wait(&mutex);
    } else {
        arrived.wait(&mutex);
    }
}

fn deliver() void {
    mutex.lock();
    defer mutex.unlock();
    letter = 7;
    arrived.signal();
}

pub fn main() !void {
    var group = threads.Group{};
    try group.spawn(read, .{});
    try group.spawn(deliver, .{});
    group.run();
}
