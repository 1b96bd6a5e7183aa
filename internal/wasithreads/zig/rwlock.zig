//! Readers and writers of a table that is right only as a whole.

const std = @import("std");
const threads = @import("threads.zig");

const rounds = 200;

var lock: std.Thread.RwLock = .{};
var table = [_]u32{0} ** 16;

fn write() void {
    for (0..rounds) |_| {
        lock.lock();
        defer lock.unlock();
        for (&table) |*t| t.* += 1;
    }
}

fn read() void {
    for (0..rounds) |_| {
        lock.lockShared();
        defer lock.unlockShared();
        for (table) |t| if (t != table[0]) @panic("the table is not right");
    }
}

pub fn main() !void {
    var group = threads.Group{};
    for (0..2) |_| try group.spawn(write, .{});
    for (0..4) |_| try group.spawn(read, .{});
    group.run();
    try threads.print("written {} times\n", .{table[15]});
}
