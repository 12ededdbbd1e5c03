// The conformance suite in AssemblyScript: does what a message says. See tests/conformance/cases.
import {
  bytesOf, calendar, Category, clock, config, Context, directory, Effect, Entry, Escalation, Event, Field, Handled, Handover, http,
  HttpErrorKind, knowledge, kv, KvErrorKind, Level, log, Manifest, Message, model, Moment, NextStep, nameOfAuthorKind,
  nameOfHandler, nameOfPriority, nameOfPromiseStatus, nameOfStage, nameOfSurveyStatus, nameOfTicketKind, nameOfTicketStatus,
  Notification, Occurrence, Outcome, PermanentError, Priority, Promise, PromiseDraft, random, Reply, Request, Result, Scope, Some,
  Stage, StepError, SurveyResult, textOf, Ticket, TicketDraft, TicketKind, Timer, TimerDraft, TransientError,
} from "./bindings/switchboard";

export function describe(): Manifest {
  const grants = [
    "kv", "knowledge", "directory", "calendar", "tickets", "notify", "account.tier", "account.name", "model",
    "http GET,POST https://orders.example",
  ];
  return new Manifest("conformance", "0.1.0", "Does what a message says", grants, [], 10);
}

export function handle(context: Context, event: Event): Handled {
  const message = event.what.asMessageReceived;
  if (!message) return outcome([note(`${event.what.name} ${told(event.what)}`)]);
  const handled = obey(message.text, context);
  if (handled instanceof Outcome && message.text == "effects 2") (handled as Outcome).next = NextStep.Finish;
  return handled;
}

function obey(command: string, context: Context): Handled {
  if (command.startsWith("echo ")) return outcome([Effect.reply(new Reply(command.substring(5)))]);
  if (command == "nothing") return outcome([]);
  if (command == "effects 1") return firstEffects();
  if (command == "effects 2") return secondEffects();
  if (command == "host") return host();
  if (command == "knowledge") return search();
  if (command == "directory") return people();
  if (command == "calendar") return hours();
  if (command == "calendar wrong") return wrongTime();
  if (command == "kv") return memoryOfTheStep();
  if (command == "http") return servers();
  if (command == "model") return completed();
  if (command == "context") return whole(context);
  if (command == "permanent") return permanent("永远不行");
  if (command == "transient") return StepError.transient(new TransientError("later", new Some<u32>(30)));
  if (command == "transient soon") return StepError.transient(new TransientError("soon"));
  if (command == "loop") while (true) {}
  if (command == "memory") while (true) new Uint8Array(1 << 20);
  if (command == "trap") throw new Error("this is none of the contract's errors");
  if (command == "ask") while (true) clock.now();
  if (command == "flood") return outcome([note("x".repeat(2000))]);
  return permanent("there is no such command");
}

function outcome(effects: Effect[]): Handled {
  return new Outcome(effects);
}

function permanent(message: string): Handled {
  return StepError.permanent(new PermanentError(message));
}

function note(text: string): Effect {
  return Effect.note(text);
}

function or(value: string | null): string {
  return value === null ? "-" : value;
}

// What `tell` makes of each, with something between them.
function all<T>(items: T[], between: string, tell: (one: T) => string): string {
  let text = "";
  for (let index = 0; index < items.length; index++) text += (index ? between : "") + tell(items[index]);
  return text;
}

function firstEffects(): Handled {
  return outcome([
    Effect.reply(new Reply("好的 👍", "zh-Hans", ["a", "b"])),
    Effect.reply(new Reply("plain")),
    note("note"),
    Effect.setLanguage("en"),
    Effect.setCategories([new Category("order", 0.5), new Category("repair", 1)]),
    Effect.setPriority(Priority.Urgent),
    Effect.setStage(Stage.InSale),
    Effect.addLabel("vip"),
    Effect.removeLabel("new"),
    Effect.setField(new Field("tier", "gold")),
    Effect.openTicket(new TicketDraft(
      "k", TicketKind.Complaint, "service", "t", "b", Priority.High, Moment.afterBusinessSeconds(3600), ["boss", "lead"],
    )),
  ]);
}

function secondEffects(): Handled {
  return outcome([
    Effect.escalateTicket(new Escalation("k", ["boss"], "late")),
    Effect.notify(new Notification("boss", "look")),
    Effect.setTimer(new TimerDraft("t", Moment.afterSeconds(60), "p")),
    Effect.setTimer(new TimerDraft("u", Moment.at("2026-03-11T09:00:00+08:00"), "")),
    Effect.cancelTimer("t"),
    Effect.recordPromise(new PromiseDraft("we call", Moment.afterSeconds(120), "boss")),
    Effect.askSurvey(),
    Effect.recordSurvey(new SurveyResult(1, new Some<u32>(10), "good")),
    Effect.recordSurvey(new SurveyResult(9, null, "?")),
    Effect.handOver(new Handover("service", "asked")),
    Effect.handOver(new Handover(null, "asked")),
    Effect.resolve("done"),
    Effect.reopen("again"),
    Effect.announce(new Field("n", "{}")),
  ]);
}

function host(): Handled {
  log.write(Level.Debug, "调试");
  log.write(Level.Info, "資訊");
  log.write(Level.Warn, "warn");
  log.write(Level.Error, "error");
  const a = random.next();
  const b = random.next();
  const c = random.next();
  return outcome([note(`config ${config.get()}`), note(`now ${clock.now()}`), note(`random ${a != b && b != c && a != c}`)]);
}

function search(): Handled {
  const hits = knowledge.search("退货", "zh-Hans", 5);
  if (hits.error !== null) return permanent(hits.error!);
  const effects: Effect[] = [];
  for (let index = 0; index < hits.value.length; index++) {
    const hit = hits.value[index];
    const labels = hit.labels.join(",");
    effects.push(note(`${hit.article} ${hit.title} ${hit.text} ${hit.language} ${hit.score == 0.5} ${labels}`));
  }
  const found = knowledge.article("a2");
  if (found.error !== null) return permanent(found.error!);
  const none = knowledge.article("none");
  if (none.error !== null) return permanent(none.error!);
  effects.push(note(`article ${found.value!.text} ${none.value === null}`));
  return outcome(effects);
}

function people(): Handled {
  const departments = directory.departments();
  if (departments.error !== null) return permanent(departments.error!);
  const who = directory.responsible("invoice");
  if (who.error !== null) return permanent(who.error!);
  const nobody = directory.responsible("?");
  if (nobody.error !== null) return permanent(nobody.error!);
  const c = who.value!;
  return outcome([
    note(departments.value.join(",")),
    note(`${c.name} ${c.department} ${c.role} ${or(c.publicContact)} ${c.reachable} ${or(c.backAt)}`),
    note(nobody.value === null ? "nobody" : "somebody"),
  ]);
}

function hours(): Handled {
  const saturday = "2026-03-14T12:00:00+08:00";
  const now = clock.now();
  const open = calendar.isOpen(now);
  if (open.error !== null) return permanent(open.error!);
  return outcome([
    note(`${open.value}`),
    note(`${saturday} ${calendar.isOpen(saturday).value}`),
    note(calendar.nextOpen(saturday).value),
    note(calendar.endOfDay(now).value),
    note(calendar.addBusinessSeconds(now, 7 * 3600).value),
  ]);
}

function wrongTime(): Handled {
  const next = calendar.nextOpen("tomorrow");
  return next.error !== null ? permanent(next.error!) : outcome([note(next.value)]);
}

function memoryOfTheStep(): Handled {
  const old = kv.get(Scope.Conversation, "old");
  if (old.error !== null) return permanent(old.error!.text);
  const none = kv.get(Scope.Conversation, "none");
  kv.set(Scope.Conversation, "new", bytesOf("新"));
  kv.remove(Scope.Conversation, "gone");
  const failed = kv.compareAndSet(Scope.Conversation, "old", bytesOf("young"), bytesOf("x"));
  const swapped = kv.compareAndSet(Scope.Conversation, "old", bytesOf("老"), bytesOf("newer"));
  const entries = kv.scan(Scope.Account, "p/", "p/1", 1);
  const raw = new Uint8Array(2);
  raw[1] = 255;
  kv.set(Scope.Desk, "b", raw);
  const bytes = kv.get(Scope.Desk, "b").value!;
  const invalid = kv.set(Scope.Desk, "", bytesOf("x"));
  return outcome([
    note(`old ${textOf(old.value!)}`),
    note(none.value === null ? "none" : "some"),
    note(`swap ${failed.value} ${swapped.value}`),
    note(`scan ${all<Entry>(entries.value, ",", (one) => `${one.key}=${textOf(one.value)}`)}`),
    note(`bytes ${bytes.join(",")}`),
    note(invalid !== null && invalid.kind == KvErrorKind.InvalidKey ? "invalid" : "valid"),
  ]);
}

function servers(): Handled {
  const headers = [new Field("content-type", "application/json")];
  const answer = http.send(new Request("POST", "https://orders.example/42", headers, '{"单":1}'));
  if (answer.error !== null) return permanent(answer.error!.text);
  const gone = http.send(new Request("GET", "https://orders.example/gone", headers));
  if (gone.error !== null) return permanent(gone.error!.text);
  const slow = http.send(new Request("GET", "https://orders.example/slow", []));
  const came = answer.value;
  return outcome([
    note(`${came.status} ${came.body} ${all<Field>(came.headers, ",", (one) => `${one.name}=${one.value}`)}`),
    note(`${gone.value.status}`),
    note(slow.error !== null && slow.error!.kind == HttpErrorKind.Timeout ? slow.error!.name : "answered"),
  ]);
}

function completed(): Handled {
  const said = model.complete("答", "问", new Some<u32>(7));
  if (said.error !== null) return permanent(said.error!.text);
  const answer = said.value;
  return outcome([note(`${answer.text} ${answer.cut} ${answer.tokensIn} ${answer.tokensOut}`)]);
}

function about(t: Ticket): string {
  return `${t.key} ${nameOfTicketKind(t.kind)} ${nameOfTicketStatus(t.status)} ${t.escalations} ${or(t.due)} ${or(t.feedback)}`;
}

function whole(context: Context): Handled {
  const desk = context.desk;
  const a = context.account;
  const c = context.conversation;
  const fields = all<Field>(a.fields, ",", (one) => `${one.name}=${one.value}`);
  const categories = all<Category>(c.categories, ",", (one) => `${one.name}:${one.confidence == 0.5}`);
  const stage = c.stage;
  const timers = all<Timer>(c.timers, "; ", (one) => `${one.name} ${one.payload}`);
  const promises = all<Promise>(c.promises, "; ", (one) => `${one.text} ${or(one.owner)} ${nameOfPromiseStatus(one.status)}`);
  let first = "-";
  for (let index = context.draft.length - 1; index >= 0; index--) {
    const reply = context.draft[index].asReply;
    if (reply) first = reply.text;
  }
  return outcome([
    note(`${desk.name} ${desk.timeZone} ${desk.languages.join(",")}`),
    note(`${a.id} ${or(a.name)} ${or(a.language)} ${fields} ${a.conversationCount} ${a.openComplaints}`),
    note(`${c.id} ${c.channel} ${nameOfHandler(c.handler)} ${nameOfPriority(c.priority)} ${stage ? nameOfStage(stage.value) : "-"} ${c.labels.join(",")} ${categories} ${nameOfSurveyStatus(c.survey)} ${or(c.language)} ${c.resolved} ${c.messageCount}`),
    note(all<Ticket>(c.tickets, "; ", about)),
    note(timers + (timers.length && promises.length ? "; " : "") + promises),
    note(all<Message>(c.messages, "; ", (one) => `${nameOfAuthorKind(one.author)} ${or(one.authorName)} ${one.text}`)),
    note(`${context.draft.length} ${first}`),
  ]);
}

function told(what: Occurrence): string {
  const m = what.asAgentReplied;
  if (m) return `${or(m.authorName)} ${m.text}`;
  const t = what.asTimerFired;
  if (t) return `${t.name} ${t.payload} ${t.due}`;
  const r = what.asConversationResolved;
  if (r) return `${r.by} ${or(r.summary)}`;
  const s = what.asSurveyAnswered;
  if (s) return `${s.code} ${or(s.text)}`;
  const ticket = what.asTicketUpdated;
  if (ticket) return about(ticket);
  const o = what.asDeskRecovered;
  if (o) return `${o.beganAt} ${o.endedAt}`;
  const f = what.asAnnounced;
  return f ? `${f.name} ${f.value}` : "";
}
