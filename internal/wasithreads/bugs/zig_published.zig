//! An index that is published before the item. A producer reserves a place and fills it afterwards; the consumer
//! takes reserved places for filled ones. No data race: all is atomic. Trap.

const std = @import("std");
const threads = @import("threads");
const fixed = @import("variant").fixed;

var places = [_]std.atomic.Value(u32){std.atomic.Value(u32).init(0)} ** 2;
var filled = std.atomic.Value(u32).init(0);

fn produce() void {
    for (&places, 1..) |*place, i| {
        if (fixed) place.store(i, .seq_cst);
        _ = filled.fetchAdd(1, .seq_cst);
        if (!fixed) place.store(i, .seq_cst);
    }
}

fn consume() void {
    for (0..filled.load(.seq_cst)) |i| {
        if (places[i].load(.seq_cst) == 0) @trap();
    }
}

pub fn main() !void {
    var group = threads.Group{};
    try group.spawn(produce, .{});
    try group.spawn(consume, .{});
    group.run();
}
