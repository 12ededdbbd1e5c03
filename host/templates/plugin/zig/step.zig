//! {{name}}: greets, and labels questions about invoices.
const std = @import("std");
const sb = @import("switchboard");

pub fn describe() sb.Manifest {
    return .{
        .name = "{{name}}",
        .version = "0.1.0",
        .summary = "Greets, and labels questions about invoices",
        .events = &.{"message.received"},
    };
}

pub fn handle(_: sb.Context, event: sb.Event) !sb.Outcome {
    var effects: std.ArrayList(sb.Effect) = .empty;
    switch (event.what) {
        .message_received => |message| {
            if (mentions(message.text, &.{ "你好", "您好", "Hello", "hello" })) {
                try effects.append(sb.allocator, .{ .reply = greeting(message.language orelse "zh-Hans") });
            }
            if (mentions(message.text, &.{ "发票", "發票", "invoice" })) {
                sb.log.write(.info, "the customer asks for an invoice");
                try effects.append(sb.allocator, .{ .add_label = "invoice" });
            }
        },
        else => {},
    }
    return .{ .effects = effects.items };
}

fn greeting(language: []const u8) sb.Reply {
    if (std.mem.eql(u8, language, "zh-Hant")) return .{ .text = "您好！請問有什麼可以幫您？", .language = "zh-Hant" };
    if (std.mem.eql(u8, language, "en")) return .{ .text = "Hello! How can I help you?", .language = "en" };
    return .{ .text = "您好！请问有什么可以帮您？", .language = "zh-Hans" };
}

fn mentions(text: []const u8, words: []const []const u8) bool {
    for (words) |word| {
        if (std.mem.indexOf(u8, text, word) != null) return true;
    }
    return false;
}
