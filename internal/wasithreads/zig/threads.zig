//! Threads for the other programs: they begin together, after all have been spawned.
//!
//! std.Thread.spawn stores the identity that join waits for after the thread has begun, and perhaps ended; then join
//! waits for ever. A thread that waits for the event cannot end so early. join.zig is the program that does not avoid it.

const std = @import("std");

var locked = std.heap.ThreadSafeAllocator{ .child_allocator = std.heap.page_allocator };

/// For threads, and whatever they want. The allocators for WebAssembly of this release are for one thread. It gives
/// whole pages, because spawn takes what it allocates as bytes for aligned.
pub const allocator = locked.allocator();

pub const Group = struct {
    begin: std.Thread.ResetEvent = .{},
    threads: std.BoundedArray(std.Thread, 64) = .{},

    pub fn spawn(g: *Group, comptime function: anytype, arguments: anytype) !void {
        const Gate = struct {
            fn run(begin: *std.Thread.ResetEvent, a: @TypeOf(arguments)) void {
                begin.wait();
                @call(.auto, function, a);
            }
        };
        try g.threads.append(try std.Thread.spawn(.{ .allocator = allocator, .stack_size = 64 << 10 }, Gate.run, .{ &g.begin, arguments }));
    }

    pub fn run(g: *Group) void {
        g.begin.set();
        for (g.threads.slice()) |t| t.join();
    }
};

pub fn print(comptime format: []const u8, arguments: anytype) !void {
    try std.io.getStdOut().writer().print(format, arguments);
}
