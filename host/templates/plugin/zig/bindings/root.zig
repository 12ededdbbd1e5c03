//! Where the host comes in. Read it only if you want to know.
const std = @import("std");
const sb = @import("switchboard");
const abi = sb.abi;
const step = @import("step");

export fn describe() [*]const u8 {
    return abi.kept(sb.Manifest, step.describe());
}

export fn handle(at: [*]const u8) [*]const u8 {
    const after = comptime abi.aligned(abi.sizeOf(sb.Context), abi.alignOf(sb.Event));
    const outcome = step.handle(abi.load(sb.Context, at), abi.load(sb.Event, at + after));
    return abi.kept(Result, if (outcome) |ok| .{ .ok = ok } else |err| .{ .err = sb.failureOf(err) });
}

const Result = union(enum) { ok: sb.Outcome, err: sb.StepError };

/// Room for what the host hands over.
export fn cabi_realloc(old: ?[*]const u8, old_size: usize, _: usize, size: usize) [*]u8 {
    const new = abi.room(@max(size, 1));
    if (old) |bytes| @memcpy(new, bytes[0..@min(old_size, size)]);
    return new;
}

/// What stops a step is in its log.
pub const panic = std.debug.FullPanic(stop);

fn stop(message: []const u8, _: ?usize) noreturn {
    sb.log.write(.@"error", message);
    @trap();
}
