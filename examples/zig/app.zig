// SPDX-License-Identifier: MIT OR Apache-2.0

const std = @import("std");
const heap = @import("genalloc.zig").allocator;

/// Appends 10,000 numbers one by one and returns their sum, or 0 if it runs out of memory.
export fn pushes() u32 {
    return sum() catch 0;
}

fn sum() !u32 {
    var list = std.ArrayList(u32).init(heap);
    defer list.deinit();
    var i: u32 = 0;
    while (i < 10000) : (i += 1) try list.append(i);
    var total: u32 = 0;
    for (list.items) |n| total += n;
    return total;
}
