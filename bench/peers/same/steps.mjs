// The demo desk's five steps and its reviewer, the very components that Switchboard runs, and of what Switchboard does
// around them as much as a customer's message needs. Conversations live in this process's memory.
import { randomUUID } from "node:crypto";
import { calendar, load, view } from "./plugins.mjs";
import { clock } from "./calendar.mjs";

const PLUGINS = ["greeting", "triage", "auto-reply", "complaint-forwarding", "follow-up-visit"];
// Each desk.toml's `when`.
const WHEN = {
  greeting: ({ handler }) => handler === "bot",
  "auto-reply": ({ handler }) => handler !== "agent",
};
// So many customers are remembered: those of the benchmark don't come back after five messages.
const REMEMBERED = 1_000;

const customers = new Map();

function customer(contact) {
  let known = customers.get(contact);
  if (!known) {
    const opened = clock(Date.now());
    known = {
      account: { id: id("acc"), name: undefined, language: undefined, fields: [], openComplaints: 0, kv: new Map() },
      conversation: {
        id: id("con"),
        channel: "api",
        openedAt: opened,
        resolved: false,
        handler: "bot",
        language: undefined,
        categories: [],
        priority: "normal",
        stage: undefined,
        labels: [],
        tickets: [],
        timers: [],
        promises: [],
        survey: "not-asked",
        messages: [],
        kv: new Map(),
      },
    };
    customers.set(contact, known);
    if (customers.size > REMEMBERED) customers.delete(customers.keys().next().value);
  }
  return known;
}

const id = (kind) => `${kind}_${randomUUID().replaceAll("-", "")}`;

function said(run, author, authorName, text, language) {
  const { conversation } = run;
  const number = conversation.messages.length + 1;
  const message = { id: `msg_${conversation.id}_${number}`, author, authorName, text, language, sentAt: run.now };
  conversation.messages.push(message);
  return message;
}

/// A message that came in, before its first step.
export function begin({ contact, text }) {
  const at = Date.now();
  const run = { at, now: clock(at), ...customer(contact), draft: [], replies: [], tickets: [] };
  const message = said(run, "customer", undefined, text);
  run.event = { id: `evt_${message.id}`, at: run.now, what: { tag: "message-received", val: message } };
  run.message = message;
  // A step sees what was said before, not what others say in the same run.
  run.history = run.conversation.messages.slice();
  return run;
}

function context(run, { history, fields }) {
  const { account, conversation } = run;
  return {
    desk: view,
    account: {
      id: account.id,
      name: fields.includes("name") ? account.name : undefined,
      language: account.language,
      fields: account.fields.filter(({ name }) => fields.includes(name)),
      conversationCount: 1,
      openComplaints: account.openComplaints,
    },
    conversation: {
      ...conversation,
      messageCount: conversation.messages.length,
      messages: history ? run.history.slice(-history) : [],
    },
    draft: run.draft,
  };
}

/// `ask` calls the plugin, `take` applies the effects that it asked for.
export const steps = PLUGINS.map((name) => {
  const plugin = load(name);
  const when = WHEN[name] ?? (() => true);
  return {
    name,
    ask: (run) => (when(run.conversation) ? plugin.handle(run, context(run, plugin), run.event).effects : []),
    take(run, effects) {
      for (const effect of effects) {
        apply[effect.tag](run, effect.val, name);
        run.draft.push(effect);
      }
    },
  };
});

const reviewer = load("service-norms");

/// The answer, once the reviewer has seen its texts.
export function end(run) {
  const { conversation, replies } = run;
  const drafts = replies.map(({ message }) => message);
  if (drafts.length) {
    for (const { draft, severity, suggestion } of reviewer.review(run, context(run, reviewer), drafts)) {
      if (severity === "blocking") drafts[draft].text = suggestion ?? "";
    }
  }
  return {
    conversation: conversation.id,
    message: run.message.id,
    replies: replies.map(({ message: { id, authorName, text, language, sentAt }, sources }) => ({
      message: id,
      by: authorName,
      text,
      language,
      sources,
      at: sentAt,
    })),
    category: conversation.categories[0]?.name,
    categories: conversation.categories.map(({ name, confidence }) => ({ value: name, confidence })),
    tickets: run.tickets,
    language: conversation.language,
    handler: conversation.handler,
    time_zone: view.timeZone,
  };
}

const moments = {
  at: (run, at) => Math.max(Date.parse(at), run.at),
  "after-seconds": (run, seconds) => run.at + seconds * 1e3,
  "after-business-seconds": (run, seconds) => calendar.addBusiness(run.at, seconds * 1e3),
};
const moment = (run, { tag, val }) => clock(moments[tag](run, val));

const isOpen = ({ status }) => status !== "closed";
const without = (list, name) => list.filter((one) => one.name !== name);

function openTicket(run, { key, kind, department, title, body, priority, due }) {
  const { account, conversation } = run;
  const known = conversation.tickets.find((ticket) => ticket.key === key && isOpen(ticket));
  if (known) {
    run.tickets.push(known);
    return;
  }
  const ticket = {
    id: id("tic"),
    key,
    kind,
    department,
    title,
    status: "opened",
    priority,
    openedAt: run.now,
    due: due && moment(run, due),
    escalations: 0,
  };
  conversation.tickets.push(ticket);
  run.tickets.push({ ...ticket, body });
  if (kind === "complaint") account.openComplaints++;
}

function promise(run, { text, due, owner }) {
  const { tickets, promises } = run.conversation;
  const at = moment(run, due);
  const comesWith = (ticket) =>
    isOpen(ticket) && ticket.openedAt === run.now && ticket.due === at && text.endsWith(ticket.title);
  promises.push({ text, due: at, owner: tickets.find(comesWith)?.department ?? owner, status: "open" });
}

/// What each effect does to the conversation. Notes and notifications change nothing that a step sees.
const apply = {
  reply(run, { text, language, sources }, step) {
    const message = said(run, "step", step, text, language ?? run.conversation.language);
    run.replies.push({ message, sources });
  },
  note() {},
  "set-language"({ account, conversation }, language) {
    account.language = conversation.language = language;
  },
  "set-categories"({ conversation }, categories) {
    conversation.categories = categories;
  },
  "set-priority"({ conversation }, priority) {
    conversation.priority = priority;
  },
  "set-stage"({ conversation }, stage) {
    conversation.stage = stage;
  },
  "add-label"({ conversation: { labels } }, label) {
    if (!labels.includes(label)) labels.push(label);
  },
  "remove-label"({ conversation }, label) {
    conversation.labels = conversation.labels.filter((one) => one !== label);
  },
  "set-field"({ account }, field) {
    account.fields = [...without(account.fields, field.name), field];
  },
  "open-ticket": openTicket,
  notify() {},
  "set-timer"(run, { name, due, payload }) {
    const timer = { name, due: moment(run, due), payload };
    run.conversation.timers = [...without(run.conversation.timers, name), timer];
  },
  "cancel-timer"({ conversation }, name) {
    conversation.timers = without(conversation.timers, name);
  },
  "record-promise": promise,
  "ask-survey"({ conversation }) {
    conversation.survey = "asked";
  },
  "record-survey"({ conversation }) {
    conversation.survey = "answered";
  },
  "hand-over"({ conversation }) {
    conversation.resolved = false;
    conversation.handler = "queue";
  },
  resolve({ conversation }) {
    conversation.resolved = true;
    conversation.handler = "bot";
  },
  reopen({ conversation }) {
    conversation.resolved = false;
  },
};
