//! The conformance suite in Zig: does what a message says. See tests/conformance/cases.
const std = @import("std");
const sb = @import("switchboard");

const Effects = []const sb.Effect;

pub fn describe() sb.Manifest {
    return .{
        .name = "conformance",
        .version = "0.1.0",
        .summary = "Does what a message says",
        .grants = &.{
            "kv",           "knowledge",    "directory", "calendar",                            "tickets", "notify",
            "account.tier", "account.name", "model",     "http GET,POST https://orders.example",
        },
        .history = 10,
    };
}

pub fn handle(context: sb.Context, event: sb.Event) !sb.Outcome {
    switch (event.what) {
        .message_received => |message| return .{
            .effects = try obey(message.text, context),
            .next = if (is(message.text, "effects 2")) .finish else .go_on,
        },
        else => |what| {
            const effects = try sb.allocator.alloc(sb.Effect, 1);
            effects[0] = note("{s} {s}", .{ sb.name(event.what), told(what) });
            return .{ .effects = effects };
        },
    }
}

const Command = *const fn (sb.Context) anyerror!Effects;

const commands = std.StaticStringMap(Command).initComptime(.{
    .{ "nothing", nothing },
    .{ "effects 1", firstEffects },
    .{ "effects 2", secondEffects },
    .{ "host", host },
    .{ "knowledge", knowledge },
    .{ "directory", directory },
    .{ "calendar", calendar },
    .{ "calendar wrong", wrongTime },
    .{ "kv", memory },
    .{ "http", servers },
    .{ "model", completed },
    .{ "context", whole },
    .{ "permanent", permanent },
    .{ "transient", transient },
    .{ "transient soon", soon },
    .{ "loop", loop },
    .{ "memory", hoard },
    .{ "trap", trap },
    .{ "ask", ask },
    .{ "flood", flood },
});

fn obey(text: []const u8, context: sb.Context) !Effects {
    if (std.mem.startsWith(u8, text, "echo ")) return all(.{sb.Effect{ .reply = .{ .text = text[5..] } }});
    const command = commands.get(text) orelse return sb.permanent("there is no such command");
    return command(context);
}

/// Kept beyond the function that makes them.
fn all(effects: anytype) Effects {
    const array: [effects.len]sb.Effect = effects;
    return sb.allocator.dupe(sb.Effect, &array) catch @panic("out of memory");
}

fn print(comptime format: []const u8, arguments: anytype) []const u8 {
    return std.fmt.allocPrint(sb.allocator, format, arguments) catch @panic("out of memory");
}

fn note(comptime format: []const u8, arguments: anytype) sb.Effect {
    return .{ .note = print(format, arguments) };
}

fn is(a: []const u8, b: []const u8) bool {
    return std.mem.eql(u8, a, b);
}

fn word(value: ?[]const u8) []const u8 {
    return value orelse "-";
}

/// What `tell` makes of each, with something between them.
fn list(comptime T: type, items: []const T, between: []const u8, tell: fn (T) []const u8) []const u8 {
    var text: []const u8 = "";
    for (items, 0..) |item, index| text = print("{s}{s}{s}", .{ text, if (index > 0) between else "", tell(item) });
    return text;
}

fn same(text: []const u8) []const u8 {
    return text;
}

fn comma(texts: []const []const u8) []const u8 {
    return list([]const u8, texts, ",", same);
}

fn nothing(_: sb.Context) !Effects {
    return &.{};
}

fn firstEffects(_: sb.Context) !Effects {
    return &.{
        .{ .reply = .{ .text = "好的 👍", .language = "zh-Hans", .sources = &.{ "a", "b" } } },
        .{ .reply = .{ .text = "plain" } },
        .{ .note = "note" },
        .{ .set_language = "en" },
        .{ .set_categories = &.{ .{ .name = "order", .confidence = 0.5 }, .{ .name = "repair", .confidence = 1 } } },
        .{ .set_priority = .urgent },
        .{ .set_stage = .in_sale },
        .{ .add_label = "vip" },
        .{ .remove_label = "new" },
        .{ .set_field = .{ .name = "tier", .value = "gold" } },
        .{ .open_ticket = .{
            .key = "k",
            .kind = .complaint,
            .department = "service",
            .title = "t",
            .body = "b",
            .priority = .high,
            .due = .{ .after_business_seconds = 3600 },
            .notify = &.{ "boss", "lead" },
        } },
    };
}

fn secondEffects(_: sb.Context) !Effects {
    return &.{
        .{ .escalate_ticket = .{ .key = "k", .notify = &.{"boss"}, .reason = "late" } },
        .{ .notify = .{ .to = "boss", .text = "look" } },
        .{ .set_timer = .{ .name = "t", .due = .{ .after_seconds = 60 }, .payload = "p" } },
        .{ .set_timer = .{ .name = "u", .due = .{ .at = "2026-03-11T09:00:00+08:00" }, .payload = "" } },
        .{ .cancel_timer = "t" },
        .{ .record_promise = .{ .text = "we call", .due = .{ .after_seconds = 120 }, .owner = "boss" } },
        .ask_survey,
        .{ .record_survey = .{ .code = 1, .points = 10, .reason = "good" } },
        .{ .record_survey = .{ .code = 9, .reason = "?" } },
        .{ .hand_over = .{ .team = "service", .reason = "asked" } },
        .{ .hand_over = .{ .reason = "asked" } },
        .{ .resolve = "done" },
        .{ .reopen = "again" },
        .{ .announce = .{ .name = "n", .value = "{}" } },
    };
}

fn host(_: sb.Context) !Effects {
    sb.log.write(.debug, "调试");
    sb.log.write(.info, "資訊");
    sb.log.write(.warn, "warn");
    sb.log.write(.@"error", "error");
    const a = sb.random.next();
    const b = sb.random.next();
    const c = sb.random.next();
    return all(.{
        note("config {s}", .{sb.config.get()}),
        note("now {s}", .{sb.clock.now()}),
        note("random {}", .{a != b and b != c and a != c}),
    });
}

fn knowledge(_: sb.Context) !Effects {
    var effects: std.ArrayList(sb.Effect) = .empty;
    for (try sb.knowledge.search("退货", "zh-Hans", 5)) |hit| {
        try effects.append(sb.allocator, note("{s} {s} {s} {s} {} {s}", .{
            hit.article, hit.title, hit.text, hit.language, hit.score == 0.5, comma(hit.labels),
        }));
    }
    const found = try sb.knowledge.article("a2");
    const none = try sb.knowledge.article("none");
    try effects.append(sb.allocator, note("article {s} {}", .{ if (found) |hit| hit.text else "-", none == null }));
    return effects.items;
}

fn directory(_: sb.Context) !Effects {
    const departments = try sb.directory.departments();
    const c = try sb.directory.responsible("invoice") orelse return sb.permanent("nobody answers for invoices");
    const nobody = try sb.directory.responsible("?");
    return all(.{
        note("{s}", .{comma(departments)}),
        note("{s} {s} {s} {s} {} {s}", .{ c.name, c.department, c.role, word(c.public_contact), c.reachable, word(c.back_at) }),
        note("{s}", .{if (nobody == null) "nobody" else "somebody"}),
    });
}

fn calendar(_: sb.Context) !Effects {
    const saturday = "2026-03-14T12:00:00+08:00";
    const now = sb.clock.now();
    return all(.{
        note("{}", .{try sb.calendar.isOpen(now)}),
        note("{s} {}", .{ saturday, try sb.calendar.isOpen(saturday) }),
        note("{s}", .{try sb.calendar.nextOpen(saturday)}),
        note("{s}", .{try sb.calendar.endOfDay(now)}),
        note("{s}", .{try sb.calendar.addBusinessSeconds(now, 7 * 3600)}),
    });
}

fn wrongTime(_: sb.Context) !Effects {
    return all(.{note("{s}", .{try sb.calendar.nextOpen("tomorrow")})});
}

fn entry(one: sb.Entry) []const u8 {
    return print("{s}={s}", .{ one.key, one.value });
}

fn memory(_: sb.Context) !Effects {
    const old = try sb.kv.get(.conversation, "old");
    const none = try sb.kv.get(.conversation, "none");
    try sb.kv.set(.conversation, "new", "新");
    try sb.kv.remove(.conversation, "gone");
    const failed = try sb.kv.compareAndSet(.conversation, "old", "young", "x");
    const swapped = try sb.kv.compareAndSet(.conversation, "old", "老", "newer");
    const entries = try sb.kv.scan(.account, "p/", "p/1", 1);
    try sb.kv.set(.desk, "b", &.{ 0, 255 });
    const bytes = try sb.kv.get(.desk, "b") orelse "";
    var numbers: []const u8 = "";
    for (bytes, 0..) |byte, index| numbers = print("{s}{s}{d}", .{ numbers, if (index > 0) "," else "", byte });
    const invalid = if (sb.kv.set(.desk, "", "x")) |_| "valid" else |err| if (err == error.InvalidKey) "invalid" else @errorName(err);
    return all(.{
        note("old {s}", .{word(old)}),
        note("{s}", .{if (none == null) "none" else "some"}),
        note("swap {} {}", .{ failed, swapped }),
        note("scan {s}", .{list(sb.Entry, entries, ",", entry)}),
        note("bytes {s}", .{numbers}),
        note("{s}", .{invalid}),
    });
}

fn pair(one: sb.Field) []const u8 {
    return print("{s}={s}", .{ one.name, one.value });
}

fn servers(_: sb.Context) !Effects {
    const headers = [_]sb.Field{.{ .name = "content-type", .value = "application/json" }};
    const base = "https://orders.example";
    const answer = try sb.http.send(.{ .method = "POST", .url = base ++ "/42", .headers = &headers, .body = "{\"单\":1}" });
    const gone = try sb.http.send(.{ .method = "GET", .url = base ++ "/gone", .headers = &headers });
    const slow = if (sb.http.send(.{ .method = "GET", .url = base ++ "/slow" })) |_| "answered" else |err| switch (err) {
        error.Timeout => "timeout",
        else => @errorName(err),
    };
    return all(.{
        note("{d} {s} {s}", .{ answer.status, answer.body, list(sb.Field, answer.headers, ",", pair) }),
        note("{d}", .{gone.status}),
        note("{s}", .{slow}),
    });
}

fn completed(_: sb.Context) !Effects {
    const answer = try sb.model.complete("答", "问", 7);
    return all(.{note("{s} {} {d} {d}", .{ answer.text, answer.cut, answer.tokens_in, answer.tokens_out })});
}

fn about(t: sb.Ticket) []const u8 {
    const kind, const status = .{ sb.name(t.kind), sb.name(t.status) };
    return print("{s} {s} {s} {d} {s} {s}", .{ t.key, kind, status, t.escalations, word(t.due), word(t.feedback) });
}

fn category(one: sb.Category) []const u8 {
    return print("{s}:{}", .{ one.name, one.confidence == 0.5 });
}

fn timer(one: sb.Timer) []const u8 {
    return print("{s} {s}", .{ one.name, one.payload });
}

fn promise(one: sb.Promise) []const u8 {
    return print("{s} {s} {s}", .{ one.text, word(one.owner), sb.name(one.status) });
}

fn message_(one: sb.Message) []const u8 {
    return print("{s} {s} {s}", .{ sb.name(one.author), word(one.author_name), one.text });
}

fn whole(context: sb.Context) !Effects {
    const desk = context.desk;
    const a = context.account;
    const c = context.conversation;
    const timers = list(sb.Timer, c.timers, "; ", timer);
    const promises = list(sb.Promise, c.promises, "; ", promise);
    const first = for (context.draft) |effect| switch (effect) {
        .reply => |reply| break reply.text,
        else => {},
    } else "-";
    return all(.{
        note("{s} {s} {s}", .{ desk.name, desk.time_zone, comma(desk.languages) }),
        note("{s} {s} {s} {s} {d} {d}", .{
            a.id, word(a.name), word(a.language), list(sb.Field, a.fields, ",", pair), a.conversation_count, a.open_complaints,
        }),
        note("{s} {s} {s} {s} {s} {s} {s} {s} {s} {} {d}", .{
            c.id,
            c.channel,
            sb.name(c.handler),
            sb.name(c.priority),
            if (c.stage) |stage| sb.name(stage) else "-",
            comma(c.labels),
            list(sb.Category, c.categories, ",", category),
            sb.name(c.survey),
            word(c.language),
            c.resolved,
            c.message_count,
        }),
        note("{s}", .{list(sb.Ticket, c.tickets, "; ", about)}),
        note("{s}{s}{s}", .{ timers, if (timers.len > 0 and promises.len > 0) "; " else "", promises }),
        note("{s}", .{list(sb.Message, c.messages, "; ", message_)}),
        note("{d} {s}", .{ context.draft.len, first }),
    });
}

fn told(what: sb.Occurrence) []const u8 {
    return switch (what) {
        .message_received => "",
        .agent_replied => |m| print("{s} {s}", .{ word(m.author_name), m.text }),
        .timer_fired => |t| print("{s} {s} {s}", .{ t.name, t.payload, t.due }),
        .conversation_resolved => |r| print("{s} {s}", .{ r.by, word(r.summary) }),
        .survey_answered => |s| print("{d} {s}", .{ s.code, word(s.text) }),
        .ticket_updated => |t| about(t),
        .desk_recovered => |o| print("{s} {s}", .{ o.began_at, o.ended_at }),
        .announced => |f| print("{s} {s}", .{ f.name, f.value }),
    };
}

fn permanent(_: sb.Context) !Effects {
    return sb.permanent("永远不行");
}

fn transient(_: sb.Context) !Effects {
    return sb.transient("later", 30);
}

fn soon(_: sb.Context) !Effects {
    return sb.transient("soon", null);
}

fn loop(_: sb.Context) !Effects {
    var turn: u32 = 0;
    while (true) {
        turn +%= 1;
        std.mem.doNotOptimizeAway(turn);
    }
}

fn hoard(_: sb.Context) !Effects {
    while (true) {
        const more = try sb.allocator.alloc(u8, 1 << 20);
        @memset(more, 1);
        std.mem.doNotOptimizeAway(more);
    }
}

fn trap(_: sb.Context) !Effects {
    @trap();
}

fn ask(_: sb.Context) !Effects {
    while (true) _ = sb.clock.now();
}

fn flood(_: sb.Context) !Effects {
    return all(.{note("{s}", .{&@as([2000]u8, @splat('x'))})});
}
