//! A pool of threads for tasks that make further tasks, with a group to wait for all of them. It is not std.Thread.Pool,
//! which spawns its threads without the allocator that they need for WASI, in this release.

const std = @import("std");
const threads = @import("threads.zig");

const Pool = struct {
    lock: std.Thread.Mutex = .{},
    changed: std.Thread.Condition = .{},
    tasks: std.ArrayListUnmanaged(u32) = .{},
    closed: bool = false,
    group: std.Thread.WaitGroup = .{},

    fn add(p: *Pool, task: u32) void {
        p.group.start();
        p.lock.lock();
        defer p.lock.unlock();
        p.tasks.append(threads.allocator, task) catch @panic("out of memory");
        p.changed.signal();
    }

    fn take(p: *Pool) ?u32 {
        p.lock.lock();
        defer p.lock.unlock();
        while (p.tasks.items.len == 0 and !p.closed) p.changed.wait(&p.lock);
        return p.tasks.popOrNull();
    }

    fn close(p: *Pool) void {
        p.group.wait();
        p.lock.lock();
        defer p.lock.unlock();
        p.closed = true;
        p.changed.broadcast();
    }
};

var pool = Pool{};
var done = std.atomic.Value(u32).init(0);
var sum = std.atomic.Value(u32).init(0);

fn work() void {
    while (pool.take()) |task| {
        _ = done.fetchAdd(1, .seq_cst);
        _ = sum.fetchAdd(task, .seq_cst);
        for (1..3) |child| {
            if (task > child) pool.add(task - @as(u32, @intCast(child)));
        }
        pool.group.finish();
    }
}

pub fn main() !void {
    var group = threads.Group{};
    pool.add(14);
    for (0..4) |_| try group.spawn(work, .{});
    try group.spawn(Pool.close, .{&pool});
    group.run();
    try threads.print("{} tasks, sum {}\n", .{ done.load(.seq_cst), sum.load(.seq_cst) });
}
