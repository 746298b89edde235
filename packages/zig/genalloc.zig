// SPDX-License-Identifier: MIT OR Apache-2.0

//! For build.zig: has genalloc make an allocator and links it. Copy this file to where
//! your build.zig is. It was run with Zig 0.11.0 and 0.14.0-dev.2456.

const std = @import("std");

/// Makes an object from genalloc's flags, links it, and gives the program the module
/// genalloc, whose allocator is a std.mem.Allocator. On targets other than wasm32 that is
/// the page allocator, so that the same program can be tested there.
pub fn add(program: *std.Build.Step.Compile, flags: []const []const u8) void {
    const b = program.step.owner;
    const dir = b.cache_root.join(b.allocator, &.{ "genalloc", program.name }) catch @panic("out of memory");
    if (arch(program) != .wasm32) {
        const host = b.addWriteFiles().add("genalloc.zig", "pub const allocator = @import(\"std\").heap.page_allocator;\n");
        return module(b, program, host);
    }
    const command = b.findProgram(&.{"genalloc"}, &.{}) catch {
        std.log.err("genalloc is not on the PATH", .{});
        std.process.exit(1);
    };
    std.fs.cwd().makePath(dir) catch |err| {
        std.log.err("{s}: {s}", .{ dir, @errorName(err) });
        std.process.exit(1);
    };
    const object = b.pathJoin(&.{ dir, "genalloc.o" });
    const start = &[_][]const u8{ command, "-q", "--bindings", "zig", "-o", object };
    const args = std.mem.concat(b.allocator, []const u8, &.{ start, flags }) catch @panic("out of memory");
    _ = if (@hasDecl(std.Build, "run")) b.run(args) else b.exec(args);
    program.addObjectFile(path(b.pathFromRoot(object)));
    module(b, program, path(b.pathFromRoot(b.pathJoin(&.{ dir, "genalloc.zig" }))));
}

// What Zig 0.12 changed.

fn arch(program: *std.Build.Step.Compile) std.Target.Cpu.Arch {
    return if (@hasField(std.Build.Step.Compile, "target")) program.target.getCpuArch() else program.rootModuleTarget().cpu.arch;
}

fn path(p: []const u8) std.Build.LazyPath {
    return if (@hasField(std.Build.LazyPath, "path")) .{ .path = p } else .{ .cwd_relative = p };
}

fn module(b: *std.Build, program: *std.Build.Step.Compile, source: std.Build.LazyPath) void {
    if (@hasDecl(std.Build.Step.Compile, "addModule")) {
        program.addModule("genalloc", b.createModule(.{ .source_file = source }));
    } else {
        program.root_module.addImport("genalloc", b.createModule(.{ .root_source_file = source }));
    }
}
