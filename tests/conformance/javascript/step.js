// The conformance suite in JavaScript: does what a message says. See tests/conformance/cases.
import { now } from "switchboard:plugin/clock@0.1.1";
import { get as configuration } from "switchboard:plugin/config@0.1.1";
import { addBusinessSeconds, endOfDay, isOpen, nextOpen } from "switchboard:plugin/calendar@0.1.1";
import { departments, responsible } from "switchboard:plugin/directory@0.1.1";
import { send } from "switchboard:plugin/http@0.1.1";
import { article, search } from "switchboard:plugin/knowledge@0.1.1";
import { compareAndSet, get, remove, scan, set } from "switchboard:plugin/kv@0.1.1";
import { write } from "switchboard:plugin/log@0.1.1";
import { complete } from "switchboard:plugin/model@0.1.1";
import { next } from "switchboard:plugin/random@0.1.1";

export function describe() {
  return {
    name: "conformance",
    version: "0.1.0",
    summary: "Does what a message says",
    grants: [
      "kv", "knowledge", "directory", "calendar", "tickets", "notify", "account.tier", "account.name", "model",
      "http GET,POST https://orders.example",
    ],
    events: [],
    history: 10,
  };
}

const note = (text) => ({ tag: "note", val: text });
const or = (value) => value ?? "-";
const utf8 = (text) => new Uint8Array([...unescape(encodeURIComponent(text))].map((c) => c.charCodeAt(0)));
const text = (bytes) => decodeURIComponent(escape(String.fromCharCode(...bytes)));
const about = (t) => `${t.key} ${t.kind} ${t.status} ${t.escalations} ${or(t.due)} ${or(t.feedback)}`;

// A refusal of the host becomes the step's own error.
function asked(question) {
  try {
    return question();
  } catch (error) {
    const payload = error.payload ?? error;
    const message = typeof payload === "string" ? payload : payload.val ?? payload.message ?? String(payload);
    throw { tag: "permanent", val: { message } };
  }
}

const COMMANDS = {
  nothing: () => [],
  "effects 1": () => [
    { tag: "reply", val: { text: "好的 👍", language: "zh-Hans", sources: ["a", "b"] } },
    { tag: "reply", val: { text: "plain", sources: [] } },
    note("note"),
    { tag: "set-language", val: "en" },
    { tag: "set-categories", val: [{ name: "order", confidence: 0.5 }, { name: "repair", confidence: 1 }] },
    { tag: "set-priority", val: "urgent" },
    { tag: "set-stage", val: "in-sale" },
    { tag: "add-label", val: "vip" },
    { tag: "remove-label", val: "new" },
    { tag: "set-field", val: { name: "tier", value: "gold" } },
    {
      tag: "open-ticket",
      val: {
        key: "k", kind: "complaint", department: "service", title: "t", body: "b", priority: "high",
        due: { tag: "after-business-seconds", val: 3600 }, notify: ["boss", "lead"],
      },
    },
  ],
  "effects 2": () => [
    { tag: "escalate-ticket", val: { key: "k", notify: ["boss"], reason: "late" } },
    { tag: "notify", val: { to: "boss", text: "look" } },
    { tag: "set-timer", val: { name: "t", due: { tag: "after-seconds", val: 60 }, payload: "p" } },
    { tag: "set-timer", val: { name: "u", due: { tag: "at", val: "2026-03-11T09:00:00+08:00" }, payload: "" } },
    { tag: "cancel-timer", val: "t" },
    { tag: "record-promise", val: { text: "we call", due: { tag: "after-seconds", val: 120 }, owner: "boss" } },
    { tag: "ask-survey" },
    { tag: "record-survey", val: { code: 1, points: 10, reason: "good" } },
    { tag: "record-survey", val: { code: 9, reason: "?" } },
    { tag: "hand-over", val: { team: "service", reason: "asked" } },
    { tag: "hand-over", val: { reason: "asked" } },
    { tag: "resolve", val: "done" },
    { tag: "reopen", val: "again" },
    { tag: "announce", val: { name: "n", value: "{}" } },
  ],
  host: () => {
    write("debug", "调试");
    write("info", "資訊");
    write("warn", "warn");
    write("error", "error");
    const drawn = [next(), next(), next()];
    return [note(`config ${configuration()}`), note(`now ${now()}`), note(`random ${new Set(drawn).size === 3}`)];
  },
  knowledge: () => [
    ...asked(() => search("退货", "zh-Hans", 5)).map((hit) =>
      note(`${hit.article} ${hit.title} ${hit.text} ${hit.language} ${hit.score === 0.5} ${hit.labels.join(",")}`)),
    note(`article ${asked(() => article("a2")).text} ${!asked(() => article("none"))}`),
  ],
  directory: () => {
    const all = asked(departments).join(",");
    const c = asked(() => responsible("invoice"));
    const nobody = asked(() => responsible("?")) ? "somebody" : "nobody";
    return [
      note(all),
      note(`${c.name} ${c.department} ${c.role} ${or(c.publicContact)} ${c.reachable} ${or(c.backAt)}`),
      note(nobody),
    ];
  },
  calendar: () => {
    const saturday = "2026-03-14T12:00:00+08:00";
    return [
      note(`${asked(() => isOpen(now()))}`),
      note(`${saturday} ${asked(() => isOpen(saturday))}`),
      note(asked(() => nextOpen(saturday))),
      note(asked(() => endOfDay(now()))),
      note(asked(() => addBusinessSeconds(now(), 7 * 3600))),
    ];
  },
  "calendar wrong": () => [note(asked(() => nextOpen("tomorrow")))],
  kv: () => {
    const old = asked(() => get("conversation", "old"));
    const none = asked(() => get("conversation", "none"));
    asked(() => set("conversation", "new", utf8("新")));
    asked(() => remove("conversation", "gone"));
    const failed = asked(() => compareAndSet("conversation", "old", utf8("young"), utf8("x")));
    const swapped = asked(() => compareAndSet("conversation", "old", utf8("老"), utf8("newer")));
    const entries = asked(() => scan("account", "p/", "p/1", 1));
    asked(() => set("desk", "b", new Uint8Array([0, 255])));
    const bytes = asked(() => get("desk", "b"));
    let invalid = "valid";
    try {
      set("desk", "", utf8("x"));
    } catch (error) {
      invalid = (error.payload ?? error).tag === "invalid-key" ? "invalid" : String(error);
    }
    return [
      note(`old ${text(old)}`),
      note(none ? "some" : "none"),
      note(`swap ${failed} ${swapped}`),
      note(`scan ${entries.map((entry) => `${entry.key}=${text(entry.value)}`).join(",")}`),
      note(`bytes ${[...bytes].join(",")}`),
      note(invalid),
    ];
  },
  http: () => {
    const headers = [{ name: "content-type", value: "application/json" }];
    const sent = (method, path, body) => send({ method, url: `https://orders.example${path}`, headers, body });
    const answer = asked(() => sent("POST", "/42", '{"单":1}'));
    const gone = asked(() => sent("GET", "/gone"));
    let slow = "answered";
    try {
      sent("GET", "/slow");
    } catch (error) {
      slow = (error.payload ?? error).tag;
    }
    return [
      note(`${answer.status} ${answer.body} ${answer.headers.map((h) => `${h.name}=${h.value}`).join(",")}`),
      note(`${gone.status}`),
      note(slow),
    ];
  },
  model: () => {
    const answer = asked(() => complete("答", "问", 7));
    return [note(`${answer.text} ${answer.cut} ${answer.tokensIn} ${answer.tokensOut}`)];
  },
  context: (context) => {
    const { desk, account: a, conversation: c, draft } = context;
    const list = (items, tell) => items.map(tell).join("; ");
    const timers = list(c.timers, (t) => `${t.name} ${t.payload}`);
    const promises = list(c.promises, (p) => `${p.text} ${or(p.owner)} ${p.status}`);
    const first = draft.find((effect) => effect.tag === "reply");
    return [
      note(`${desk.name} ${desk.timeZone} ${desk.languages.join(",")}`),
      note(`${a.id} ${or(a.name)} ${or(a.language)} ${a.fields.map((f) => `${f.name}=${f.value}`).join(",")} ${a.conversationCount} ${a.openComplaints}`),
      note(`${c.id} ${c.channel} ${c.handler} ${c.priority} ${or(c.stage)} ${c.labels.join(",")} ${c.categories.map((k) => `${k.name}:${k.confidence === 0.5}`).join(",")} ${c.survey} ${or(c.language)} ${c.resolved} ${c.messageCount}`),
      note(list(c.tickets, about)),
      note([timers, promises].filter(Boolean).join("; ")),
      note(list(c.messages, (m) => `${m.author} ${or(m.authorName)} ${m.text}`)),
      note(`${draft.length} ${first ? first.val.text : "-"}`),
    ];
  },
  permanent: () => { throw { tag: "permanent", val: { message: "永远不行" } }; },
  transient: () => { throw { tag: "transient", val: { message: "later", retryAfterSeconds: 30 } }; },
  "transient soon": () => { throw { tag: "transient", val: { message: "soon" } }; },
  loop: () => { for (;;); },
  memory: () => { const kept = []; for (;;) kept.push(new Uint8Array(1 << 20)); },
  trap: () => { throw new Error("this is none of the contract's errors"); },
  ask: () => { for (;;) now(); },
  flood: () => [note("x".repeat(2000))],
};

function told(what) {
  const v = what.val;
  switch (what.tag) {
    case "agent-replied": return `${or(v.authorName)} ${v.text}`;
    case "timer-fired": return `${v.name} ${v.payload} ${v.due}`;
    case "conversation-resolved": return `${v.by} ${or(v.summary)}`;
    case "survey-answered": return `${v.code} ${or(v.text)}`;
    case "ticket-updated": return about(v);
    case "desk-recovered": return `${v.beganAt} ${v.endedAt}`;
    case "announced": return `${v.name} ${v.value}`;
  }
}

export function handle(context, event) {
  if (event.what.tag !== "message-received") {
    return { effects: [note(`${event.what.tag} ${told(event.what)}`)], next: "go-on" };
  }
  const command = event.what.val.text;
  if (command.startsWith("echo ")) {
    return { effects: [{ tag: "reply", val: { text: command.slice(5), sources: [] } }], next: "go-on" };
  }
  return { effects: COMMANDS[command](context), next: command === "effects 2" ? "finish" : "go-on" };
}
