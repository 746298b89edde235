// SPDX-License-Identifier: MIT OR Apache-2.0

//! The WasmAllocator of Zig's standard library under the names of core. A block that
//! cannot be resized in place moves, as in std.mem.Allocator.

const std = @import("std");
const heap = std.heap.wasm_allocator;

fn log2(alignment: u32) u8 {
    return @intCast(@ctz(alignment));
}

export fn alloc(size: u32, alignment: u32) ?[*]u8 {
    return heap.rawAlloc(size, log2(alignment), 0);
}

export fn alloc_zeroed(size: u32, alignment: u32) ?[*]u8 {
    const ptr = alloc(size, alignment) orelse return null;
    @memset(ptr[0..size], 0);
    return ptr;
}

export fn dealloc(ptr: [*]u8, size: u32, alignment: u32) void {
    heap.rawFree(ptr[0..size], log2(alignment), 0);
}

export fn realloc(ptr: [*]u8, old_size: u32, alignment: u32, new_size: u32) ?[*]u8 {
    if (heap.rawResize(ptr[0..old_size], log2(alignment), new_size, 0)) return ptr;
    const moved = alloc(new_size, alignment) orelse return null;
    const kept = @min(old_size, new_size);
    @memcpy(moved[0..kept], ptr[0..kept]);
    dealloc(ptr, old_size, alignment);
    return moved;
}
