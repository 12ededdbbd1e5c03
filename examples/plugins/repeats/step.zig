//! Sees when a customer sends the same again and again, and keeps the desk from answering it as often.
//!
//! Spaces, punctuation and capitals make no difference. Within some minutes of the first (`within-minutes`, else 10): the second
//! time agents get a note, the third the customer is told once that all has arrived, the conversation gets the label `repeats` and
//! goes to the front, and from then on nothing follows. Single characters and other very short messages don't count: who writes
//! "ok" twice means it.
const std = @import("std");
const sb = @import("switchboard");

const Settings = struct { @"within-minutes": u32 = 10 };

/// What is kept of a text: how often it came, and when first, in seconds.
const Seen = struct { count: u32, first: i64 };

const shortest = 4;

pub fn describe() sb.Manifest {
    return .{
        .name = "repeats",
        .version = "0.1.0",
        .summary = "Answers what is sent again and again once, and brings it to the front",
        .grants = &.{"kv"},
        .events = &.{"message.received"},
        .config_schema =
        \\{"type": "object", "additionalProperties": false,
        \\ "properties": {"within-minutes": {"type": "integer", "minimum": 1, "maximum": 1440}}}
        ,
    };
}

pub fn handle(context: sb.Context, event: sb.Event) !sb.Outcome {
    const message = switch (event.what) {
        .message_received => |message| message,
        else => return .{},
    };
    const text = try essence(message.text);
    if (try std.unicode.utf8CountCodepoints(text) < shortest) return .{};
    const settings = try std.json.parseFromSliceLeaky(Settings, sb.allocator, sb.config.get(), .{});
    const now = seconds(message.sent_at) orelse return sb.permanent("the message has no time");

    const key = try std.fmt.allocPrint(sb.allocator, "seen/{x}", .{std.hash.Fnv1a_64.hash(text)});
    const before = if (try sb.kv.get(.conversation, key)) |kept| read(kept) else null;
    const window = @as(i64, settings.@"within-minutes") * 60;
    const seen: Seen = if (before) |one|
        if (now - one.first <= window) .{ .count = one.count + 1, .first = one.first } else .{ .count = 1, .first = now }
    else
        .{ .count = 1, .first = now };
    try sb.kv.set(.conversation, key, try std.fmt.allocPrint(sb.allocator, "{d} {d}", .{ seen.count, seen.first }));

    var effects: std.ArrayList(sb.Effect) = .empty;
    switch (seen.count) {
        0, 1 => return .{},
        2 => {
            const minutes: i64 = @divTrunc(now - seen.first, 60);
            const note = try std.fmt.allocPrint(sb.allocator, "The customer has sent this twice, {d} min apart", .{minutes});
            try effects.append(sb.allocator, .{ .note = note });
            return .{ .effects = effects.items };
        },
        3 => {
            sb.log.write(.info, "the third time: answered once more, then no longer");
            const language = message.language orelse context.conversation.language orelse "zh-Hans";
            try effects.appendSlice(sb.allocator, &.{
                .{ .reply = arrived(language) },
                .{ .add_label = "repeats" },
                .{ .set_priority = .high },
            });
            return .{ .effects = effects.items, .next = .finish };
        },
        else => return .{ .next = .finish },
    }
}

fn arrived(language: []const u8) sb.Reply {
    if (std.mem.eql(u8, language, "en")) {
        return .{ .text = "All your messages have arrived, and your request has gone to the front: no need to send it again.", .language = "en" };
    }
    if (std.mem.eql(u8, language, "zh-Hant")) {
        return .{ .text = "您的訊息都收到了，已經為您優先處理，不需要重複傳送。", .language = "zh-Hant" };
    }
    return .{ .text = "您的消息都收到了，已经为您优先处理，不需要重复发送。", .language = "zh-Hans" };
}

/// The text without spaces and punctuation, in small letters.
fn essence(text: []const u8) ![]const u8 {
    var kept: std.ArrayList(u8) = .empty;
    var characters = (try std.unicode.Utf8View.init(text)).iterator();
    while (characters.nextCodepointSlice()) |bytes| {
        const character = try std.unicode.utf8Decode(bytes);
        const is_mark = switch (character) {
            0...'/', ':'...'@', '['...'`', '{'...0xbf => true,
            // General and Chinese punctuation, and the full-width of the above.
            0x2000...0x206f, 0x3000...0x303f, 0xff01...0xff0f, 0xff1a...0xff20, 0xff3b...0xff40, 0xff5b...0xff65 => true,
            else => false,
        };
        if (is_mark) continue;
        if (bytes.len == 1) try kept.append(sb.allocator, std.ascii.toLower(bytes[0])) else try kept.appendSlice(sb.allocator, bytes);
    }
    return kept.items;
}

fn read(kept: []const u8) ?Seen {
    var parts = std.mem.splitScalar(u8, kept, ' ');
    const count = std.fmt.parseInt(u32, parts.next() orelse return null, 10) catch return null;
    const first = std.fmt.parseInt(i64, parts.next() orelse return null, 10) catch return null;
    return .{ .count = count, .first = first };
}

/// Seconds since 1970 of an RFC 3339 time: 2026-03-10T11:59:40+08:00. A fraction is left out.
fn seconds(time: []const u8) ?i64 {
    if (time.len < 20) return null;
    const year = number(time[0..4]) orelse return null;
    const month = number(time[5..7]) orelse return null;
    const day = number(time[8..10]) orelse return null;
    const hour = number(time[11..13]) orelse return null;
    const minute = number(time[14..16]) orelse return null;
    const second = number(time[17..19]) orelse return null;
    // Years that begin in March: the leap day is their last.
    const y = if (month > 2) year else year - 1;
    const m = @mod(month + 9, 12);
    const days = 365 * y + @divFloor(y, 4) - @divFloor(y, 100) + @divFloor(y, 400) + @divFloor(153 * m + 2, 5) + day - 719469;
    var offset: i64 = 0;
    const zone = time[time.len - 6 ..];
    if (zone[0] == '+' or zone[0] == '-') {
        offset = 60 * ((number(zone[1..3]) orelse return null) * 60 + (number(zone[4..6]) orelse return null));
        if (zone[0] == '-') offset = -offset;
    }
    return ((days * 24 + hour) * 60 + minute) * 60 + second - offset;
}

fn number(digits: []const u8) ?i64 {
    return std.fmt.parseInt(i64, digits, 10) catch null;
}
