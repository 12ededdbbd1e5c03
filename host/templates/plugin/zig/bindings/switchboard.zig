// switchboard:plugin 0.1.1
// Written by `cargo xtask bindings` from the contract; change wit/ instead.
pub const abi = @import("abi.zig");

/// For whatever outlives a function. Nothing needs to be freed: an instance lives for one call.
pub const allocator = abi.allocator;
/// How the contract writes a case: `.in_progress` as "in-progress".
pub const name = abi.name;
/// What the host said when it last refused something.
pub var refusal: []const u8 = "";
var failure: ?StepError = null;

/// The step's failure: worth another try, after so many seconds where the step knows.
pub fn transient(message: []const u8, retry_after_seconds: ?u32) error{Transient} {
    failure = .{ .transient = .{ .message = message, .retry_after_seconds = retry_after_seconds } };
    return error.Transient;
}

/// The step's failure: the same input will fail again.
pub fn permanent(message: []const u8) error{Permanent} {
    failure = .{ .permanent = .{ .message = message } };
    return error.Permanent;
}

/// What an error that the step returns means to the host.
pub fn failureOf(err: anyerror) StepError {
    const message = if (refusal.len > 0) refusal else @errorName(err);
    return switch (err) {
        error.Transient, error.Permanent => failure orelse .{ .permanent = .{ .message = message } },
        error.OutOfMemory => @panic("out of memory"),
        error.Unreachable, error.Unavailable, error.Timeout, error.TooMany => .{ .transient = .{ .message = message } },
        else => .{ .permanent = .{ .message = message } },
    };
}

fn refused(err: anytype, why: []const u8) @TypeOf(err) {
    refusal = why;
    return err;
}

pub const Level = enum { debug, info, warn, @"error" };

/// A name and a value that the desk's directory defines and the account or conversation carries.
pub const Field = struct {
    name: []const u8,
    value: []const u8,
};

pub const AuthorKind = enum { customer, step, agent, host };

pub const Message = struct {
    id: []const u8,
    author: AuthorKind,
    /// The step's or the agent's name; none for a customer.
    author_name: ?[]const u8 = null,
    text: []const u8,
    language: ?[]const u8 = null,
    sent_at: []const u8,
};

pub const Priority = enum { low, normal, high, urgent };

pub const Stage = enum { pre_sale, in_sale, after_sale };

/// Who answers the customer now.
pub const Handler = enum { bot, queue, agent };

/// What a message is about, with the confidence (0 to 1) of whoever said so.
pub const Category = struct {
    name: []const u8,
    confidence: f32,
};

pub const TicketKind = enum { complaint, suggestion, repair, order, lead, question, emergency };

pub const TicketStatus = enum { opened, acknowledged, in_progress, closed };

pub const Ticket = struct {
    id: []const u8,
    /// The name that the step gave it when it asked for it; unique among the conversation's open tickets.
    key: []const u8,
    kind: TicketKind,
    department: []const u8,
    title: []const u8,
    status: TicketStatus,
    priority: Priority,
    opened_at: []const u8,
    due: ?[]const u8 = null,
    /// How often it was escalated.
    escalations: u32,
    /// What the department did, for the customer to hear; always there once it is closed.
    feedback: ?[]const u8 = null,
};

/// A timer of the conversation. The payload is the step's own.
pub const Timer = struct {
    name: []const u8,
    due: []const u8,
    payload: []const u8,
};

/// Where the satisfaction question of a conversation stands.
pub const SurveyStatus = enum { not_asked, asked, answered };

pub const PromiseStatus = enum { open, kept, broken };

pub const Promise = struct {
    text: []const u8,
    due: []const u8,
    owner: ?[]const u8 = null,
    status: PromiseStatus,
};

pub const Conversation = struct {
    id: []const u8,
    channel: []const u8,
    opened_at: []const u8,
    resolved: bool,
    handler: Handler,
    language: ?[]const u8 = null,
    categories: []const Category = &.{},
    priority: Priority,
    stage: ?Stage = null,
    labels: []const []const u8 = &.{},
    tickets: []const Ticket = &.{},
    timers: []const Timer = &.{},
    promises: []const Promise = &.{},
    survey: SurveyStatus,
    /// How many messages there are in all; the newest are below, oldest first, as many as the manifest's `history`.
    /// The message that the event carries is the last of them.
    message_count: u32,
    messages: []const Message = &.{},
};

/// What the desk knows of the customer. A field is here only if the step has the grant "account.NAME".
pub const Account = struct {
    id: []const u8,
    name: ?[]const u8 = null,
    language: ?[]const u8 = null,
    fields: []const Field = &.{},
    conversation_count: u32,
    /// Complaints that no department has closed yet, in all of the account's conversations.
    open_complaints: u32,
};

/// The desk that the step works for.
pub const Desk = struct {
    name: []const u8,
    time_zone: []const u8,
    /// The languages it serves, best first.
    languages: []const []const u8 = &.{},
};

pub const SurveyAnswer = struct {
    code: u32,
    text: ?[]const u8 = null,
};

pub const Outage = struct {
    began_at: []const u8,
    ended_at: []const u8,
};

pub const Resolution = struct {
    by: []const u8,
    summary: ?[]const u8 = null,
};

/// What happened.
pub const Occurrence = union(enum) {
    message_received: Message,
    agent_replied: Message,
    timer_fired: Timer,
    conversation_resolved: Resolution,
    survey_answered: SurveyAnswer,
    ticket_updated: Ticket,
    desk_recovered: Outage,
    /// Something that a step or an integration announced: a name and JSON.
    announced: Field,
};

pub const Event = struct {
    id: []const u8,
    at: []const u8,
    what: Occurrence,
};

/// When something is to happen. Business time is counted by the desk's calendar, from the run's clock.
/// At most 400 days ahead; a moment in the past means now.
pub const Moment = union(enum) {
    at: []const u8,
    after_seconds: u32,
    after_business_seconds: u32,
};

pub const Reply = struct {
    text: []const u8,
    language: ?[]const u8 = null,
    /// Articles that the facts in the text come from.
    sources: []const []const u8 = &.{},
};

pub const TicketDraft = struct {
    /// The step's own name for it. While a ticket of this key is open in the conversation, asking again adds
    /// `body` to it instead of opening a second one.
    key: []const u8,
    kind: TicketKind,
    /// A department of the directory; an unknown one is an invalid effect.
    department: []const u8,
    title: []const u8,
    /// The evidence pack: what the department needs to act without asking the customer again.
    body: []const u8,
    priority: Priority,
    due: ?Moment = null,
    /// People, roles or departments of the directory to be told besides the department.
    notify: []const []const u8 = &.{},
};

/// The ticket of this key was not acknowledged in time: its escalation count rises and these are told.
pub const Escalation = struct {
    key: []const u8,
    notify: []const []const u8 = &.{},
    reason: []const u8,
};

pub const TimerDraft = struct {
    name: []const u8,
    due: Moment,
    payload: []const u8,
};

pub const PromiseDraft = struct {
    text: []const u8,
    due: Moment,
    owner: ?[]const u8 = null,
};

pub const Handover = struct {
    team: ?[]const u8 = null,
    reason: []const u8,
};

pub const Notification = struct {
    to: []const u8,
    text: []const u8,
};

/// A satisfaction answer understood: its code, its points (0 to 10) where it has any, and what it means.
pub const SurveyResult = struct {
    code: u32,
    points: ?u32 = null,
    reason: []const u8,
};

/// What a step asks for. The host checks each against the grants and limits and commits all effects of a run
/// at once, or none. An effect that breaks a rule fails the step as if it had trapped.
pub const Effect = union(enum) {
    /// Sent to the customer on the conversation's channel, after the reviewers agreed.
    reply: Reply,
    /// For agents only.
    note: []const u8,
    set_language: []const u8,
    set_categories: []const Category,
    set_priority: Priority,
    set_stage: Stage,
    add_label: []const u8,
    remove_label: []const u8,
    /// Needs the grant "account.NAME".
    set_field: Field,
    /// Needs the grant "tickets".
    open_ticket: TicketDraft,
    /// Needs the grant "tickets".
    escalate_ticket: Escalation,
    /// Needs the grant "notify".
    notify: Notification,
    /// A timer of the same name in the same conversation is replaced.
    set_timer: TimerDraft,
    cancel_timer: []const u8,
    record_promise: PromiseDraft,
    /// The conversation waits for a satisfaction answer from now on; the question itself is a reply.
    ask_survey,
    record_survey: SurveyResult,
    hand_over: Handover,
    resolve: []const u8,
    reopen: []const u8,
    /// Comes back as an `announced` event of the same conversation, at most eight deep.
    announce: Field,
};

/// `finish` skips the steps that follow in this run.
pub const NextStep = enum { go_on, finish };

pub const Outcome = struct {
    effects: []const Effect = &.{},
    next: NextStep = .go_on,
};

/// Worth another try, after so many seconds where the step knows.
pub const TransientError = struct {
    message: []const u8,
    retry_after_seconds: ?u32 = null,
};

/// The same input will fail again.
pub const PermanentError = struct {
    message: []const u8,
};

pub const StepError = union(enum) {
    transient: TransientError,
    permanent: PermanentError,
};

/// Everything that a step may know besides the event. It already shows what earlier steps of the run asked for.
pub const Context = struct {
    desk: Desk,
    account: Account,
    conversation: Conversation,
    /// What earlier steps of this run asked for, in order.
    draft: []const Effect = &.{},
};

pub const Severity = enum { info, warning, blocking };

/// What a reviewer found in a text. A blocking finding keeps the text from being sent.
pub const Finding = struct {
    /// Which of the texts, counted from 0.
    draft: u32,
    rule: []const u8,
    severity: Severity,
    /// Byte offsets into that text.
    start: u32,
    end: u32,
    explanation: []const u8,
    /// A better wording of the whole text, where there is one.
    suggestion: ?[]const u8 = null,
};

/// What a plugin says of itself. A grant counts only where the desk's workflow gives it too.
pub const Manifest = struct {
    /// Lower-case letters, digits and hyphens.
    name: []const u8,
    /// Semantic version.
    version: []const u8,
    summary: []const u8,
    /// Of: kv, knowledge, directory, calendar, tickets, notify, model, account.NAME; "http" as its interface says.
    grants: []const []const u8 = &.{},
    /// The kinds of event that it handles ("message.received"); for others it isn't called. Empty: all.
    events: []const []const u8 = &.{},
    /// How many of the newest messages it wants to see, at most 50.
    history: u32 = 0,
    /// JSON Schema of its configuration; the desk's configuration is checked against it.
    config_schema: ?[]const u8 = null,
};

pub const Scope = enum { conversation, account, desk };

pub const KvError = union(enum) {
    /// The line to add to the desk.
    no_grant: []const u8,
    quota: []const u8,
    invalid_key: []const u8,
};

pub const Entry = struct {
    key: []const u8,
    value: []const u8,
};

/// `score` says how surely the article answers the query, 0 to 1.
pub const Hit = struct {
    article: []const u8,
    title: []const u8,
    text: []const u8,
    language: []const u8,
    score: f32,
    labels: []const []const u8 = &.{},
};

pub const Contact = struct {
    name: []const u8,
    department: []const u8,
    role: []const u8,
    /// How a customer may reach them, where the desk says so.
    public_contact: ?[]const u8 = null,
    /// On duty at the run's time.
    reachable: bool,
    back_at: ?[]const u8 = null,
};

pub const Request = struct {
    /// GET, HEAD, POST, PUT, PATCH or DELETE.
    method: []const u8,
    /// Whole, in ASCII: `https://api.example.com/orders/42?lang=en`.
    url: []const u8,
    /// The host sets `host`, `content-length`, `user-agent`, `authorization`, `cookie`, `idempotency-key` and what
    /// concerns the connection; who names one of those here is refused.
    headers: []const Field = &.{},
    /// With POST, PUT and PATCH.
    body: ?[]const u8 = null,
};

pub const Response = struct {
    status: u32,
    /// Names in small letters.
    headers: []const Field = &.{},
    /// UTF-8; anything else is an error.
    body: []const u8,
};

pub const HttpError = union(enum) {
    /// The line to add to the desk.
    no_grant: []const u8,
    /// This can't be sent.
    invalid_request: []const u8,
    /// Nobody answered there, or not so that it can be understood.
    @"unreachable": []const u8,
    /// There was no whole answer in time.
    timeout: []const u8,
    /// The request or the answer is longer than allowed.
    too_large: []const u8,
    /// More requests than allowed, in this call or at once.
    too_many: []const u8,
    /// This run has no network: it is a rehearsal or a simulation, and nothing like this is on record.
    unanswerable: []const u8,
};

pub const Answer = struct {
    text: []const u8,
    /// Whether it was cut off at its longest.
    cut: bool,
    tokens_in: u32,
    tokens_out: u32,
};

pub const ModelError = union(enum) {
    /// The line to add to the desk.
    no_grant: []const u8,
    /// The desk's model doesn't answer, or not so that it can be understood.
    unavailable: []const u8,
    /// There was no whole answer in time.
    timeout: []const u8,
    too_large: []const u8,
    too_many: []const u8,
    unanswerable: []const u8,
};

/// What the host offers. Each call counts against the call's budget of host calls (1,000) and its data against 1 MiB;
/// beyond either the plugin is stopped. A call of an interface that the step was not granted is answered with an error
/// that names the line to add to the desk, never with data.
/// Lines for whoever reads the run later. Never shown to customers. No grant needed.
pub const log = struct {
    /// Kept with the run. At most 64 lines of 1 KiB in a call; more are counted and dropped. Control characters are escaped.
    pub fn write(level: Level, text: []const u8) void {
        host.@"write"(@intFromEnum(level), text.ptr, text.len);
    }

    const host = struct {
        extern "switchboard:plugin/log@0.1.1" fn @"write"(u32, [*]const u8, u32) void;
    };
};

/// The step's configuration from the desk, as JSON. No grant needed.
pub const config = struct {
    pub fn get() []const u8 {
        var room: [8]u8 align(4) = undefined;
        host.@"get"(&room);
        return abi.load([]const u8, &room);
    }

    const host = struct {
        extern "switchboard:plugin/config@0.1.1" fn @"get"([*]u8) void;
    };
};

/// The time of the run: the same for every call in it, and again when it is replayed. No grant needed.
pub const clock = struct {
    /// With the offset of the desk's zone.
    pub fn now() []const u8 {
        var room: [8]u8 align(4) = undefined;
        host.@"now"(&room);
        return abi.load([]const u8, &room);
    }

    const host = struct {
        extern "switchboard:plugin/clock@0.1.1" fn @"now"([*]u8) void;
    };
};

/// Seeded by the run, so that a replay draws the same. Not for secrets. No grant needed.
pub const random = struct {
    pub fn next() u32 {
        return host.@"next"();
    }

    const host = struct {
        extern "switchboard:plugin/random@0.1.1" fn @"next"() u32;
    };
};

/// The step's own memory. Grant "kv".
///
/// A plugin sees only what it wrote itself, and of that only the current conversation, its account, or the desk, as
/// the scope says; there is no way to name another. Writes become visible to other runs only if this run commits.
/// Keys: 1 to 256 bytes. Values: at most 64 KiB. At most 128 writes a call.
pub const kv = struct {
    pub fn get(scope: Scope, key: []const u8) error{ NoGrant, Quota, InvalidKey }!?[]const u8 {
        var room: [16]u8 align(4) = undefined;
        host.@"get"(@intFromEnum(scope), key.ptr, key.len, &room);
        if (room[0] != 0) return switch (abi.load(KvError, room[4..])) {
            .no_grant => |why| refused(error.NoGrant, why),
            .quota => |why| refused(error.Quota, why),
            .invalid_key => |why| refused(error.InvalidKey, why),
        };
        return abi.load(?[]const u8, room[4..]);
    }

    pub fn set(scope: Scope, key: []const u8, value: []const u8) error{ NoGrant, Quota, InvalidKey }!void {
        var room: [16]u8 align(4) = undefined;
        host.@"set"(@intFromEnum(scope), key.ptr, key.len, value.ptr, value.len, &room);
        if (room[0] != 0) return switch (abi.load(KvError, room[4..])) {
            .no_grant => |why| refused(error.NoGrant, why),
            .quota => |why| refused(error.Quota, why),
            .invalid_key => |why| refused(error.InvalidKey, why),
        };
    }

    pub fn remove(scope: Scope, key: []const u8) error{ NoGrant, Quota, InvalidKey }!void {
        var room: [16]u8 align(4) = undefined;
        host.@"remove"(@intFromEnum(scope), key.ptr, key.len, &room);
        if (room[0] != 0) return switch (abi.load(KvError, room[4..])) {
            .no_grant => |why| refused(error.NoGrant, why),
            .quota => |why| refused(error.Quota, why),
            .invalid_key => |why| refused(error.InvalidKey, why),
        };
    }

    /// Sets `value` only where the current value is `expected` (none: only where there is none); says whether it did.
    /// In the desk's scope, where other conversations write too, the run is done again if another came between.
    pub fn compareAndSet(scope: Scope, key: []const u8, expected: ?[]const u8, value: []const u8) error{ NoGrant, Quota, InvalidKey }!bool {
        var room: [16]u8 align(4) = undefined;
        host.@"compare-and-set"(@intFromEnum(scope), key.ptr, key.len, @intFromBool(expected != null), abi.view(expected).ptr, abi.view(expected).len, value.ptr, value.len, &room);
        if (room[0] != 0) return switch (abi.load(KvError, room[4..])) {
            .no_grant => |why| refused(error.NoGrant, why),
            .quota => |why| refused(error.Quota, why),
            .invalid_key => |why| refused(error.InvalidKey, why),
        };
        return abi.load(bool, room[4..]);
    }

    /// Keys that begin with `prefix`, in key order, after the key `after`, at most `limit` (1,000).
    pub fn scan(scope: Scope, prefix: []const u8, after: ?[]const u8, limit: u32) error{ NoGrant, Quota, InvalidKey }![]const Entry {
        var room: [16]u8 align(4) = undefined;
        host.@"scan"(@intFromEnum(scope), prefix.ptr, prefix.len, @intFromBool(after != null), abi.view(after).ptr, abi.view(after).len, limit, &room);
        if (room[0] != 0) return switch (abi.load(KvError, room[4..])) {
            .no_grant => |why| refused(error.NoGrant, why),
            .quota => |why| refused(error.Quota, why),
            .invalid_key => |why| refused(error.InvalidKey, why),
        };
        return abi.load([]const Entry, room[4..]);
    }

    const host = struct {
        extern "switchboard:plugin/kv@0.1.1" fn @"get"(u32, [*]const u8, u32, [*]u8) void;
        extern "switchboard:plugin/kv@0.1.1" fn @"set"(u32, [*]const u8, u32, [*]const u8, u32, [*]u8) void;
        extern "switchboard:plugin/kv@0.1.1" fn @"remove"(u32, [*]const u8, u32, [*]u8) void;
        extern "switchboard:plugin/kv@0.1.1" fn @"compare-and-set"(u32, [*]const u8, u32, u32, [*]const u8, u32, [*]const u8, u32, [*]u8) void;
        extern "switchboard:plugin/kv@0.1.1" fn @"scan"(u32, [*]const u8, u32, u32, [*]const u8, u32, u32, [*]u8) void;
    };
};

/// The desk's articles. Grant "knowledge".
pub const knowledge = struct {
    /// Best first, at most 10; only articles valid at the run's time. Articles in `language` come first among equals.
    pub fn search(query: []const u8, language: ?[]const u8, limit: u32) error{ Refused }![]const Hit {
        var room: [12]u8 align(4) = undefined;
        host.@"search"(query.ptr, query.len, @intFromBool(language != null), abi.view(language).ptr, abi.view(language).len, limit, &room);
        if (room[0] != 0) return refused(error.Refused, abi.load([]const u8, room[4..]));
        return abi.load([]const Hit, room[4..]);
    }

    /// The article of that id, with a score of 1; none where there is none that is valid at the run's time.
    pub fn article(id: []const u8) error{ Refused }!?Hit {
        var room: [52]u8 align(4) = undefined;
        host.@"article"(id.ptr, id.len, &room);
        if (room[0] != 0) return refused(error.Refused, abi.load([]const u8, room[4..]));
        return abi.load(?Hit, room[4..]);
    }

    const host = struct {
        extern "switchboard:plugin/knowledge@0.1.1" fn @"search"([*]const u8, u32, u32, [*]const u8, u32, u32, [*]u8) void;
        extern "switchboard:plugin/knowledge@0.1.1" fn @"article"([*]const u8, u32, [*]u8) void;
    };
};

/// Who answers for what. Grant "directory".
pub const directory = struct {
    pub fn departments() error{ Refused }![]const []const u8 {
        var room: [12]u8 align(4) = undefined;
        host.@"departments"(&room);
        if (room[0] != 0) return refused(error.Refused, abi.load([]const u8, room[4..]));
        return abi.load([]const []const u8, room[4..]);
    }

    /// Who answers for a topic (a responsibility, department, role or name of the directory); none where the directory names nobody.
    pub fn responsible(topic: []const u8) error{ Refused }!?Contact {
        var room: [60]u8 align(4) = undefined;
        host.@"responsible"(topic.ptr, topic.len, &room);
        if (room[0] != 0) return refused(error.Refused, abi.load([]const u8, room[4..]));
        return abi.load(?Contact, room[4..]);
    }

    const host = struct {
        extern "switchboard:plugin/directory@0.1.1" fn @"departments"([*]u8) void;
        extern "switchboard:plugin/directory@0.1.1" fn @"responsible"([*]const u8, u32, [*]u8) void;
    };
};

/// The desk's business hours. Grant "calendar".
pub const calendar = struct {
    pub fn isOpen(at: []const u8) error{ Refused }!bool {
        var room: [12]u8 align(4) = undefined;
        host.@"is-open"(at.ptr, at.len, &room);
        if (room[0] != 0) return refused(error.Refused, abi.load([]const u8, room[4..]));
        return abi.load(bool, room[4..]);
    }

    /// The first open moment at or after `at`.
    pub fn nextOpen(at: []const u8) error{ Refused }![]const u8 {
        var room: [12]u8 align(4) = undefined;
        host.@"next-open"(at.ptr, at.len, &room);
        if (room[0] != 0) return refused(error.Refused, abi.load([]const u8, room[4..]));
        return abi.load([]const u8, room[4..]);
    }

    /// The end of the business day that `at` is in, or of the next one if the desk is closed for the rest of that day.
    pub fn endOfDay(at: []const u8) error{ Refused }![]const u8 {
        var room: [12]u8 align(4) = undefined;
        host.@"end-of-day"(at.ptr, at.len, &room);
        if (room[0] != 0) return refused(error.Refused, abi.load([]const u8, room[4..]));
        return abi.load([]const u8, room[4..]);
    }

    pub fn addBusinessSeconds(start: []const u8, seconds: u32) error{ Refused }![]const u8 {
        var room: [12]u8 align(4) = undefined;
        host.@"add-business-seconds"(start.ptr, start.len, seconds, &room);
        if (room[0] != 0) return refused(error.Refused, abi.load([]const u8, room[4..]));
        return abi.load([]const u8, room[4..]);
    }

    const host = struct {
        extern "switchboard:plugin/calendar@0.1.1" fn @"is-open"([*]const u8, u32, [*]u8) void;
        extern "switchboard:plugin/calendar@0.1.1" fn @"next-open"([*]const u8, u32, [*]u8) void;
        extern "switchboard:plugin/calendar@0.1.1" fn @"end-of-day"([*]const u8, u32, [*]u8) void;
        extern "switchboard:plugin/calendar@0.1.1" fn @"add-business-seconds"([*]const u8, u32, u32, [*]u8) void;
    };
};

/// What lies outside the host. Time that a call waits for it isn't the plugin's own; it has limits of its own:
/// 5 seconds and 8 questions a call, 256 KiB for each text sent or received.
/// Servers of others, by HTTP. Granted by [[step.http]] in the desk, for the origins and methods that it lists, and asked
/// for as "http", or narrower as "http GET,POST" or "http GET https://api.example.com".
///
/// The host resolves a name once, refuses addresses of private networks that the desk doesn't name, follows no redirects
/// and unpacks nothing. What the desk keeps secret is added by the host and never seen here. Answers are recorded with
/// the run: where it is repeated, nothing is sent.
///
/// A run that was interrupted is done again, so a request may arrive twice: both times with the same header
/// `idempotency-key`.
pub const http = struct {
    /// Sends the request and waits for the whole answer. A status such as 404 is an answer.
    pub fn send(request: Request) error{ NoGrant, InvalidRequest, Unreachable, Timeout, TooLarge, TooMany, Unanswerable }!Response {
        var room: [24]u8 align(4) = undefined;
        host.@"send"(request.method.ptr, request.method.len, request.url.ptr, request.url.len, abi.lowered(Field, request.headers), request.headers.len, @intFromBool(request.body != null), abi.view(request.body).ptr, abi.view(request.body).len, &room);
        if (room[0] != 0) return switch (abi.load(HttpError, room[4..])) {
            .no_grant => |why| refused(error.NoGrant, why),
            .invalid_request => |why| refused(error.InvalidRequest, why),
            .@"unreachable" => |why| refused(error.Unreachable, why),
            .timeout => |why| refused(error.Timeout, why),
            .too_large => |why| refused(error.TooLarge, why),
            .too_many => |why| refused(error.TooMany, why),
            .unanswerable => |why| refused(error.Unanswerable, why),
        };
        return abi.load(Response, room[4..]);
    }

    const host = struct {
        extern "switchboard:plugin/http@0.1.1" fn @"send"([*]const u8, u32, [*]const u8, u32, [*]const u8, u32, u32, [*]const u8, u32, [*]u8) void;
    };
};

/// A language model that the desk names in [model]. Grant "model".
///
/// What it writes is nobody's word but its own: a reply made of it goes before the reviewers like any other.
pub const model = struct {
    /// `instructions` say what to do, `text` what to do it with. At most `most-tokens`, and never more than the desk allows.
    pub fn complete(instructions: []const u8, text: []const u8, most_tokens: ?u32) error{ NoGrant, Unavailable, Timeout, TooLarge, TooMany, Unanswerable }!Answer {
        var room: [24]u8 align(4) = undefined;
        host.@"complete"(instructions.ptr, instructions.len, text.ptr, text.len, @intFromBool(most_tokens != null), (most_tokens orelse 0), &room);
        if (room[0] != 0) return switch (abi.load(ModelError, room[4..])) {
            .no_grant => |why| refused(error.NoGrant, why),
            .unavailable => |why| refused(error.Unavailable, why),
            .timeout => |why| refused(error.Timeout, why),
            .too_large => |why| refused(error.TooLarge, why),
            .too_many => |why| refused(error.TooMany, why),
            .unanswerable => |why| refused(error.Unanswerable, why),
        };
        return abi.load(Answer, room[4..]);
    }

    const host = struct {
        extern "switchboard:plugin/model@0.1.1" fn @"complete"([*]const u8, u32, [*]const u8, u32, u32, u32, [*]u8) void;
    };
};
