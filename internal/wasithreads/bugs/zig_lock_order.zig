//! Lock order. Two threads take a lock for readers and writers and a mutex, one this way and one that way. No data
//! race. Deadlock.

const std = @import("std");
const threads = @import("threads");
const fixed = @import("variant").fixed;

var table: std.Thread.RwLock = .{};
var log: std.Thread.Mutex = .{};
var entries: u32 = 0;
var lines: u32 = 0;

fn insert() void {
    table.lock();
    defer table.unlock();
    entries += 1;
    log.lock();
    defer log.unlock();
    lines += 1;
}

fn report() void {
    if (fixed) {
        table.lockShared();
        log.lock();
    } else {
        log.lock();
        table.lockShared();
    }
    lines += entries;
    table.unlockShared();
    log.unlock();
}

pub fn main() !void {
    var group = threads.Group{};
    try group.spawn(insert, .{});
    try group.spawn(report, .{});
    group.run();
}
