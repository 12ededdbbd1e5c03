//! How values lie in memory between the host and a plugin: the canonical ABI of WebAssembly components, as far as the contract
//! needs it, worked out from the types when they are compiled. Read it only if you want to know.
const std = @import("std");

pub const allocator = std.heap.wasm_allocator;

pub fn aligned(at: usize, alignment: usize) usize {
    return (at + alignment - 1) / alignment * alignment;
}

pub fn alignOf(comptime T: type) usize {
    @setEvalBranchQuota(100_000);
    return switch (@typeInfo(T)) {
        .void, .bool, .@"enum" => 1,
        .int, .float => @sizeOf(T),
        .pointer => 4,
        .optional => |info| alignOf(info.child),
        .@"struct" => |info| most(alignOf, info.field_types),
        .@"union" => |info| most(alignOf, info.field_types),
        else => @compileError("the contract has no " ++ @typeName(T)),
    };
}

pub fn sizeOf(comptime T: type) usize {
    @setEvalBranchQuota(100_000);
    return switch (@typeInfo(T)) {
        .void => 0,
        .bool, .@"enum" => 1,
        .int, .float => @sizeOf(T),
        .pointer => 8,
        .optional => |info| aligned(alignOf(info.child) + sizeOf(info.child), alignOf(info.child)),
        .@"struct" => |info| size: {
            var end: usize = 0;
            for (info.field_types) |Field| end = aligned(end, alignOf(Field)) + sizeOf(Field);
            break :size aligned(end, alignOf(T));
        },
        .@"union" => |info| aligned(alignOf(T) + most(sizeOf, info.field_types), alignOf(T)),
        else => @compileError("the contract has no " ++ @typeName(T)),
    };
}

fn most(comptime of: fn (comptime type) usize, comptime types: []const type) usize {
    var result: usize = 1;
    for (types) |T| result = @max(result, of(T));
    return result;
}

/// The value that lies there. Texts and bytes stay where they are.
pub fn load(comptime T: type, at: [*]const u8) T {
    @setEvalBranchQuota(100_000);
    switch (@typeInfo(T)) {
        .void => return {},
        .bool => return at[0] != 0,
        .@"enum" => return @enumFromInt(at[0]),
        .int, .float => return std.mem.bytesToValue(T, at[0..@sizeOf(T)]),
        .pointer => |info| {
            const count = load(u32, at + 4);
            if (count == 0) return &.{};
            const begin: [*]const u8 = @ptrFromInt(load(u32, at));
            if (info.child == u8) return begin[0..count];
            const list = allocator.alloc(info.child, count) catch @panic("out of memory");
            for (list, 0..) |*element, index| element.* = load(info.child, begin + index * comptime sizeOf(info.child));
            return list;
        },
        .optional => |info| return if (at[0] == 0) null else load(info.child, at + comptime alignOf(info.child)),
        .@"struct" => |info| {
            var value: T = undefined;
            comptime var end: usize = 0;
            inline for (info.field_names, info.field_types) |field, Field| {
                const begin = comptime aligned(end, alignOf(Field));
                @field(value, field) = load(Field, at + begin);
                end = begin + comptime sizeOf(Field);
            }
            return value;
        },
        .@"union" => |info| {
            inline for (info.field_names, info.field_types, 0..) |field, Field, index| {
                if (at[0] == index) return @unionInit(T, field, load(Field, at + comptime alignOf(T)));
            }
            @panic("no such case");
        },
        else => comptime unreachable,
    }
}

/// Lays a value there. Texts and bytes stay where they are.
pub fn store(comptime T: type, value: T, at: [*]u8) void {
    @setEvalBranchQuota(100_000);
    switch (@typeInfo(T)) {
        .void => {},
        .bool => at[0] = @intFromBool(value),
        .@"enum" => at[0] = @intFromEnum(value),
        .int, .float => @memcpy(at, std.mem.asBytes(&value)),
        .pointer => |info| {
            const begin = if (info.child == u8) value.ptr else lowered(info.child, value);
            store(u32, if (value.len == 0) 0 else @intFromPtr(begin), at);
            store(u32, value.len, at + 4);
        },
        .optional => |info| {
            at[0] = @intFromBool(value != null);
            if (value) |some| store(info.child, some, at + comptime alignOf(info.child));
        },
        .@"struct" => |info| {
            comptime var end: usize = 0;
            inline for (info.field_names, info.field_types) |field, Field| {
                const begin = comptime aligned(end, alignOf(Field));
                store(Field, @field(value, field), at + begin);
                end = begin + comptime sizeOf(Field);
            }
        },
        .@"union" => {
            at[0] = @intFromEnum(value);
            switch (value) {
                inline else => |payload| store(@TypeOf(payload), payload, at + comptime alignOf(T)),
            }
        },
        else => comptime unreachable,
    }
}

/// A list's elements, one behind the other.
pub fn lowered(comptime T: type, list: []const T) [*]const u8 {
    if (list.len == 0) return @ptrFromInt(comptime alignOf(T));
    const elements = room(list.len * comptime sizeOf(T));
    for (list, 0..) |element, index| store(T, element, elements + index * comptime sizeOf(T));
    return elements;
}

pub fn view(text: ?[]const u8) []const u8 {
    return text orelse "";
}

/// Where a value lies that the host is about to read.
pub fn kept(comptime T: type, value: T) [*]const u8 {
    const at = room(comptime sizeOf(T));
    store(T, value, at);
    return at;
}

/// Room that is aligned for everything.
pub fn room(size: usize) [*]u8 {
    const bytes = allocator.alignedAlloc(u8, .@"8", size) catch @panic("out of memory");
    return bytes.ptr;
}

/// How the contract writes a case.
pub fn name(value: anytype) []const u8 {
    const case = if (@typeInfo(@TypeOf(value)) == .@"union") std.meta.activeTag(value) else value;
    switch (case) {
        inline else => |one| return comptime kebab(@tagName(one)),
    }
}

fn kebab(comptime word: []const u8) []const u8 {
    comptime {
        @setEvalBranchQuota(100_000);
        var result: []const u8 = "";
        for (word) |letter| result = result ++ &[_]u8{if (letter == '_') '-' else letter};
        return result;
    }
}
