//! Servers of others, and the desk's language model, in a line each.
//!
//! What goes wrong is an error; a step may `try` and leave it alone: it becomes the step's own failure. It is transient where
//! another try may help: nobody there, too slow, too many at once, a status of 429 or from 500 up. Else it is permanent: where
//! the desk doesn't let the request out, its message is the line to add to desk.toml.
const std = @import("std");
const sb = @import("switchboard");

/// What the server has there, read from its JSON; null where it has nothing there (404), or nothing to say. Fields that `T`
/// hasn't got are left out. Needs the grant "http GET".
pub fn getJson(comptime T: type, url: []const u8) !?T {
    return exchanged(T, "GET", url, null);
}

/// What the server answers to this; null where it has nothing to say. Needs the grant "http POST".
pub fn postJson(comptime T: type, url: []const u8, body: anytype) !?T {
    return exchanged(T, "POST", url, try std.json.Stringify.valueAlloc(sb.allocator, body, .{}));
}

/// What the model makes of a text. Needs the grant "model".
pub fn ask(instructions: []const u8, text: []const u8) ![]const u8 {
    const answer = try sb.model.complete(instructions, text, null);
    return answer.text;
}

fn exchanged(comptime T: type, method: []const u8, url: []const u8, body: ?[]const u8) !?T {
    const headers = [_]sb.Field{
        .{ .name = "accept", .value = "application/json" },
        .{ .name = "content-type", .value = "application/json" },
    };
    const answer = try sb.http.send(.{
        .method = method,
        .url = url,
        .headers = if (body == null) headers[0..1] else &headers,
        .body = body,
    });
    const went_well = answer.status >= 200 and answer.status <= 299;
    if (answer.status == 404 and body == null) return null;
    if (!went_well) {
        const said = try std.fmt.allocPrint(sb.allocator, "{s} answered {d}", .{ url, answer.status });
        return if (answer.status == 429 or answer.status > 499) sb.transient(said, null) else sb.permanent(said);
    }
    if (answer.body.len == 0) return null;
    return std.json.parseFromSliceLeaky(T, sb.allocator, answer.body, .{ .ignore_unknown_fields = true }) catch |err| switch (err) {
        error.OutOfMemory => error.OutOfMemory,
        else => sb.permanent(try std.fmt.allocPrint(sb.allocator, "{s} answered with something else than expected", .{url})),
    };
}
