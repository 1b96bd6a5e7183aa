//! A chain of threads, each of which waits for an event of the one before; and waits that end by their time.

const std = @import("std");
const threads = @import("threads.zig");

const links = 12;

var events = [_]std.Thread.ResetEvent{.{}} ** (links + 1);
var order: [links]u8 = undefined;
var next = std.atomic.Value(usize).init(0);

fn link(i: usize) void {
    events[i].wait();
    order[next.fetchAdd(1, .seq_cst)] = @intCast(i);
    events[i + 1].set();
}

pub fn main() !void {
    var group = threads.Group{};
    for (0..links) |i| try group.spawn(link, .{links - 1 - i});
    if (events[links].timedWait(10 * std.time.ns_per_ms)) {
        @panic("the event came before its cause");
    } else |_| {}
    events[0].set();
    group.run();
    for (order, 0..) |o, i| if (o != i) @panic("out of order");
    var never = std.Thread.Semaphore{};
    if (never.timedWait(std.time.ns_per_ms)) @panic("nobody posts") else |_| {}
    try threads.print("{} events in order\n", .{next.load(.seq_cst)});
}
