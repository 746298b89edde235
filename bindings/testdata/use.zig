// SPDX-License-Identifier: MIT OR Apache-2.0

const std = @import("std");
const genalloc = @import("genalloc.zig");

export fn run() u32 {
    return sum() catch 0;
}

fn sum() !u32 {
    var list = std.ArrayList(u32).init(genalloc.allocator);
    defer list.deinit();
    var i: u32 = 0;
    while (i < 1000) : (i += 1) try list.append(i);
    var total: u32 = 0;
    for (list.items) |n| total += n;
    const aligned = try genalloc.allocator.alignedAlloc(u8, 64, 10);
    if (@intFromPtr(aligned.ptr) % 64 != 0) return 0;
    genalloc.allocator.free(aligned);
    return total;
}
