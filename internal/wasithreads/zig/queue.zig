//! Producers and consumers at a queue with room for little, with a condition variable and two semaphores.

const std = @import("std");
const threads = @import("threads.zig");

const producers = 3;
const consumers = 3;
const each = 300;

const Queue = struct {
    lock: std.Thread.Mutex = .{},
    room: std.Thread.Semaphore = .{ .permits = 4 },
    filled: std.Thread.Semaphore = .{},
    items: [4]u32 = undefined,
    head: usize = 0,
    count: usize = 0,

    fn put(q: *Queue, item: u32) void {
        q.room.wait();
        {
            q.lock.lock();
            defer q.lock.unlock();
            q.items[(q.head + q.count) % q.items.len] = item;
            q.count += 1;
        }
        q.filled.post();
    }

    fn take(q: *Queue) u32 {
        q.filled.wait();
        defer q.room.post();
        q.lock.lock();
        defer q.lock.unlock();
        const item = q.items[q.head];
        q.head = (q.head + 1) % q.items.len;
        q.count -= 1;
        return item;
    }
};

var queue = Queue{};
var lock: std.Thread.Mutex = .{};
var changed: std.Thread.Condition = .{};
var sum: u32 = 0;
var taken: u32 = 0;

fn produce(first: u32) void {
    for (0..each) |i| queue.put(first + @as(u32, @intCast(i)));
}

fn consume() void {
    for (0..each) |_| {
        const item = queue.take();
        lock.lock();
        defer lock.unlock();
        sum += item;
        taken += 1;
        changed.broadcast();
    }
}

fn waitForHalf() void {
    lock.lock();
    defer lock.unlock();
    while (taken < producers * each / 2) changed.wait(&lock);
}

pub fn main() !void {
    var group = threads.Group{};
    try group.spawn(waitForHalf, .{});
    for (0..producers) |i| try group.spawn(produce, .{@as(u32, @intCast(i)) * each});
    for (0..consumers) |_| try group.spawn(consume, .{});
    group.run();
    try threads.print("{} items, sum {}\n", .{ taken, sum });
}
