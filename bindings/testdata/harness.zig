// SPDX-License-Identifier: MIT OR Apache-2.0

// The allocator's functions, as code that calls std.mem.Allocator has them, and directly
// where that has none.
const std = @import("std");
const genalloc = @import("genalloc.zig");

export fn use_alloc(size: usize, alignment: usize) usize {
    return @intFromPtr(genalloc.allocator.rawAlloc(size, @intCast(@ctz(alignment)), 0));
}

export fn use_alloc_zeroed(size: usize, alignment: usize) usize {
    return genalloc.raw.alloc_zeroed(size, alignment);
}

export fn use_dealloc(ptr: usize, size: usize, alignment: usize) void {
    genalloc.allocator.rawFree(@as([*]u8, @ptrFromInt(ptr))[0..size], @intCast(@ctz(alignment)), 0);
}

fn use_realloc(ptr: usize, old_size: usize, alignment: usize, new_size: usize) callconv(.C) usize {
    return genalloc.raw.genalloc_realloc(ptr, old_size, alignment, new_size);
}

comptime {
    if (@hasDecl(genalloc.raw, "genalloc_realloc")) @export(use_realloc, .{ .name = "use_realloc" });
}
