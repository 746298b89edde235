// SPDX-License-Identifier: MIT OR Apache-2.0

const heap = @import("genalloc.zig");

export fn run() u32 {
    const first = heap.allocator.alloc(u8, 1) catch return 1;
    var i: u32 = 0;
    while (i < 1000) : (i += 1) phase() catch return 2;
    const second = heap.allocator.alloc(u8, 1) catch return 3;
    if (@intFromPtr(second.ptr) != @intFromPtr(first.ptr) + 1) return 4;
    // A block that shrinks is freed with its new size.
    var block = heap.allocator.alloc(u8, 100) catch return 5;
    if (!heap.allocator.resize(block, 10)) return 6;
    heap.allocator.free(block[0..10]);
    const third = heap.allocator.alloc(u8, 1) catch return 7;
    if (SHRINKS and third.ptr != block.ptr) return 8;
    return 42;
}

fn phase() !void {
    const before = heap.mark();
    defer heap.release(before);
    const block = try heap.allocator.alloc(u32, 10_000);
    block[9_999] = 1;
}
