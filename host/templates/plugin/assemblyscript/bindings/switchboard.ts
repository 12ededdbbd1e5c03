// Written by `cargo xtask bindings` from the contract; change wit/ instead.
// switchboard:plugin 0.1.1
import { Result, Some } from "./abi";
import * as abi from "./abi";
import * as memory from "./memory";
export { bytesOf, Result, Some, textOf } from "./abi";

// What a step answers: an `Outcome`, or a `StepError`.
export abstract class Handled {}

export enum Level { Debug, Info, Warn, Error }
// As the contract has it.
export function nameOfLevel(value: Level): string {
  return ["debug", "info", "warn", "error"][value];
}

// A name and a value that the desk's directory defines and the account or conversation carries.
export class Field {
  constructor(
    public name: string,
    public value: string,
  ) {}
}

export enum AuthorKind { Customer, Step, Agent, Host }
// As the contract has it.
export function nameOfAuthorKind(value: AuthorKind): string {
  return ["customer", "step", "agent", "host"][value];
}

export class Message {
  constructor(
    public id: string,
    public author: AuthorKind,
    // The step's or the agent's name; none for a customer.
    public authorName: string | null,
    public text: string,
    public language: string | null,
    public sentAt: string,
  ) {}
}

export enum Priority { Low, Normal, High, Urgent }
// As the contract has it.
export function nameOfPriority(value: Priority): string {
  return ["low", "normal", "high", "urgent"][value];
}

export enum Stage { PreSale, InSale, AfterSale }
// As the contract has it.
export function nameOfStage(value: Stage): string {
  return ["pre-sale", "in-sale", "after-sale"][value];
}

// Who answers the customer now.
export enum Handler { Bot, Queue, Agent }
// As the contract has it.
export function nameOfHandler(value: Handler): string {
  return ["bot", "queue", "agent"][value];
}

// What a message is about, with the confidence (0 to 1) of whoever said so.
export class Category {
  constructor(
    public name: string,
    public confidence: f32,
  ) {}
}

export enum TicketKind { Complaint, Suggestion, Repair, Order, Lead, Question, Emergency }
// As the contract has it.
export function nameOfTicketKind(value: TicketKind): string {
  return ["complaint", "suggestion", "repair", "order", "lead", "question", "emergency"][value];
}

export enum TicketStatus { Opened, Acknowledged, InProgress, Closed }
// As the contract has it.
export function nameOfTicketStatus(value: TicketStatus): string {
  return ["opened", "acknowledged", "in-progress", "closed"][value];
}

export class Ticket {
  constructor(
    public id: string,
    // The name that the step gave it when it asked for it; unique among the conversation's open tickets.
    public key: string,
    public kind: TicketKind,
    public department: string,
    public title: string,
    public status: TicketStatus,
    public priority: Priority,
    public openedAt: string,
    public due: string | null = null,
    // How often it was escalated.
    public escalations: u32 = 0,
    // What the department did, for the customer to hear; always there once it is closed.
    public feedback: string | null = null,
  ) {}
}

// A timer of the conversation. The payload is the step's own.
export class Timer {
  constructor(
    public name: string,
    public due: string,
    public payload: string,
  ) {}
}

// Where the satisfaction question of a conversation stands.
export enum SurveyStatus { NotAsked, Asked, Answered }
// As the contract has it.
export function nameOfSurveyStatus(value: SurveyStatus): string {
  return ["not-asked", "asked", "answered"][value];
}

export enum PromiseStatus { Open, Kept, Broken }
// As the contract has it.
export function nameOfPromiseStatus(value: PromiseStatus): string {
  return ["open", "kept", "broken"][value];
}

export class Promise {
  constructor(
    public text: string,
    public due: string,
    public owner: string | null,
    public status: PromiseStatus,
  ) {}
}

export class Conversation {
  constructor(
    public id: string,
    public channel: string,
    public openedAt: string,
    public resolved: bool,
    public handler: Handler,
    public language: string | null,
    public categories: Category[],
    public priority: Priority,
    public stage: Some<Stage> | null,
    public labels: string[],
    public tickets: Ticket[],
    public timers: Timer[],
    public promises: Promise[],
    public survey: SurveyStatus,
    // How many messages there are in all; the newest are below, oldest first, as many as the manifest's `history`.
    // The message that the event carries is the last of them.
    public messageCount: u32 = 0,
    public messages: Message[] = [],
  ) {}
}

// What the desk knows of the customer. A field is here only if the step has the grant "account.NAME".
export class Account {
  constructor(
    public id: string,
    public name: string | null = null,
    public language: string | null = null,
    public fields: Field[] = [],
    public conversationCount: u32 = 0,
    // Complaints that no department has closed yet, in all of the account's conversations.
    public openComplaints: u32 = 0,
  ) {}
}

// The desk that the step works for.
export class Desk {
  constructor(
    public name: string,
    public timeZone: string,
    // The languages it serves, best first.
    public languages: string[] = [],
  ) {}
}

export class SurveyAnswer {
  constructor(
    public code: u32 = 0,
    public text: string | null = null,
  ) {}
}

export class Outage {
  constructor(
    public beganAt: string,
    public endedAt: string,
  ) {}
}

export class Resolution {
  constructor(
    public by: string,
    public summary: string | null = null,
  ) {}
}

// What happened.
export enum OccurrenceKind { MessageReceived, AgentReplied, TimerFired, ConversationResolved, SurveyAnswered, TicketUpdated, DeskRecovered, Announced }
export class Occurrence {
  // What it carries: a number, or where it is.
  constructor(public kind: OccurrenceKind, private it: usize) {}

  static messageReceived(value: Message): Occurrence {
    return new Occurrence(OccurrenceKind.MessageReceived, changetype<usize>(value));
  }
  get asMessageReceived(): Message | null {
    return this.kind == OccurrenceKind.MessageReceived ? changetype<Message>(this.it) : null;
  }
  static agentReplied(value: Message): Occurrence {
    return new Occurrence(OccurrenceKind.AgentReplied, changetype<usize>(value));
  }
  get asAgentReplied(): Message | null {
    return this.kind == OccurrenceKind.AgentReplied ? changetype<Message>(this.it) : null;
  }
  static timerFired(value: Timer): Occurrence {
    return new Occurrence(OccurrenceKind.TimerFired, changetype<usize>(value));
  }
  get asTimerFired(): Timer | null {
    return this.kind == OccurrenceKind.TimerFired ? changetype<Timer>(this.it) : null;
  }
  static conversationResolved(value: Resolution): Occurrence {
    return new Occurrence(OccurrenceKind.ConversationResolved, changetype<usize>(value));
  }
  get asConversationResolved(): Resolution | null {
    return this.kind == OccurrenceKind.ConversationResolved ? changetype<Resolution>(this.it) : null;
  }
  static surveyAnswered(value: SurveyAnswer): Occurrence {
    return new Occurrence(OccurrenceKind.SurveyAnswered, changetype<usize>(value));
  }
  get asSurveyAnswered(): SurveyAnswer | null {
    return this.kind == OccurrenceKind.SurveyAnswered ? changetype<SurveyAnswer>(this.it) : null;
  }
  static ticketUpdated(value: Ticket): Occurrence {
    return new Occurrence(OccurrenceKind.TicketUpdated, changetype<usize>(value));
  }
  get asTicketUpdated(): Ticket | null {
    return this.kind == OccurrenceKind.TicketUpdated ? changetype<Ticket>(this.it) : null;
  }
  static deskRecovered(value: Outage): Occurrence {
    return new Occurrence(OccurrenceKind.DeskRecovered, changetype<usize>(value));
  }
  get asDeskRecovered(): Outage | null {
    return this.kind == OccurrenceKind.DeskRecovered ? changetype<Outage>(this.it) : null;
  }
  // Something that a step or an integration announced: a name and JSON.
  static announced(value: Field): Occurrence {
    return new Occurrence(OccurrenceKind.Announced, changetype<usize>(value));
  }
  get asAnnounced(): Field | null {
    return this.kind == OccurrenceKind.Announced ? changetype<Field>(this.it) : null;
  }

  // Which of them it is, as the contract has it.
  get name(): string {
    return ["message-received", "agent-replied", "timer-fired", "conversation-resolved", "survey-answered", "ticket-updated", "desk-recovered", "announced"][this.kind];
  }
}

export class Event {
  constructor(
    public id: string,
    public at: string,
    public what: Occurrence,
  ) {}
}

// When something is to happen. Business time is counted by the desk's calendar, from the run's clock.
// At most 400 days ahead; a moment in the past means now.
export enum MomentKind { At, AfterSeconds, AfterBusinessSeconds }
export class Moment {
  // What it carries: a number, or where it is.
  constructor(public kind: MomentKind, private it: usize) {}

  static at(value: string): Moment {
    return new Moment(MomentKind.At, changetype<usize>(value));
  }
  get asAt(): string | null {
    return this.kind == MomentKind.At ? changetype<string>(this.it) : null;
  }
  static afterSeconds(value: u32): Moment {
    return new Moment(MomentKind.AfterSeconds, <usize>value);
  }
  get asAfterSeconds(): Some<u32> | null {
    return this.kind == MomentKind.AfterSeconds ? new Some<u32>(<u32>this.it) : null;
  }
  static afterBusinessSeconds(value: u32): Moment {
    return new Moment(MomentKind.AfterBusinessSeconds, <usize>value);
  }
  get asAfterBusinessSeconds(): Some<u32> | null {
    return this.kind == MomentKind.AfterBusinessSeconds ? new Some<u32>(<u32>this.it) : null;
  }

  // Which of them it is, as the contract has it.
  get name(): string {
    return ["at", "after-seconds", "after-business-seconds"][this.kind];
  }
}

export class Reply {
  constructor(
    public text: string,
    public language: string | null = null,
    // Articles that the facts in the text come from.
    public sources: string[] = [],
  ) {}
}

export class TicketDraft {
  constructor(
    // The step's own name for it. While a ticket of this key is open in the conversation, asking again adds
    // `body` to it instead of opening a second one.
    public key: string,
    public kind: TicketKind,
    // A department of the directory; an unknown one is an invalid effect.
    public department: string,
    public title: string,
    // The evidence pack: what the department needs to act without asking the customer again.
    public body: string,
    public priority: Priority,
    public due: Moment | null = null,
    // People, roles or departments of the directory to be told besides the department.
    public notify: string[] = [],
  ) {}
}

// The ticket of this key was not acknowledged in time: its escalation count rises and these are told.
export class Escalation {
  constructor(
    public key: string,
    public notify: string[],
    public reason: string,
  ) {}
}

export class TimerDraft {
  constructor(
    public name: string,
    public due: Moment,
    public payload: string,
  ) {}
}

export class PromiseDraft {
  constructor(
    public text: string,
    public due: Moment,
    public owner: string | null = null,
  ) {}
}

export class Handover {
  constructor(
    public team: string | null,
    public reason: string,
  ) {}
}

export class Notification {
  constructor(
    public to: string,
    public text: string,
  ) {}
}

// A satisfaction answer understood: its code, its points (0 to 10) where it has any, and what it means.
export class SurveyResult {
  constructor(
    public code: u32,
    public points: Some<u32> | null,
    public reason: string,
  ) {}
}

// What a step asks for. The host checks each against the grants and limits and commits all effects of a run
// at once, or none. An effect that breaks a rule fails the step as if it had trapped.
export enum EffectKind { Reply, Note, SetLanguage, SetCategories, SetPriority, SetStage, AddLabel, RemoveLabel, SetField, OpenTicket, EscalateTicket, Notify, SetTimer, CancelTimer, RecordPromise, AskSurvey, RecordSurvey, HandOver, Resolve, Reopen, Announce }
export class Effect {
  // What it carries: a number, or where it is.
  constructor(public kind: EffectKind, private it: usize) {}

  // Sent to the customer on the conversation's channel, after the reviewers agreed.
  static reply(value: Reply): Effect {
    return new Effect(EffectKind.Reply, changetype<usize>(value));
  }
  get asReply(): Reply | null {
    return this.kind == EffectKind.Reply ? changetype<Reply>(this.it) : null;
  }
  // For agents only.
  static note(value: string): Effect {
    return new Effect(EffectKind.Note, changetype<usize>(value));
  }
  get asNote(): string | null {
    return this.kind == EffectKind.Note ? changetype<string>(this.it) : null;
  }
  static setLanguage(value: string): Effect {
    return new Effect(EffectKind.SetLanguage, changetype<usize>(value));
  }
  get asSetLanguage(): string | null {
    return this.kind == EffectKind.SetLanguage ? changetype<string>(this.it) : null;
  }
  static setCategories(value: Category[]): Effect {
    return new Effect(EffectKind.SetCategories, changetype<usize>(value));
  }
  get asSetCategories(): Category[] | null {
    return this.kind == EffectKind.SetCategories ? changetype<Category[]>(this.it) : null;
  }
  static setPriority(value: Priority): Effect {
    return new Effect(EffectKind.SetPriority, <usize>value);
  }
  get asSetPriority(): Some<Priority> | null {
    return this.kind == EffectKind.SetPriority ? new Some<Priority>(<Priority>this.it) : null;
  }
  static setStage(value: Stage): Effect {
    return new Effect(EffectKind.SetStage, <usize>value);
  }
  get asSetStage(): Some<Stage> | null {
    return this.kind == EffectKind.SetStage ? new Some<Stage>(<Stage>this.it) : null;
  }
  static addLabel(value: string): Effect {
    return new Effect(EffectKind.AddLabel, changetype<usize>(value));
  }
  get asAddLabel(): string | null {
    return this.kind == EffectKind.AddLabel ? changetype<string>(this.it) : null;
  }
  static removeLabel(value: string): Effect {
    return new Effect(EffectKind.RemoveLabel, changetype<usize>(value));
  }
  get asRemoveLabel(): string | null {
    return this.kind == EffectKind.RemoveLabel ? changetype<string>(this.it) : null;
  }
  // Needs the grant "account.NAME".
  static setField(value: Field): Effect {
    return new Effect(EffectKind.SetField, changetype<usize>(value));
  }
  get asSetField(): Field | null {
    return this.kind == EffectKind.SetField ? changetype<Field>(this.it) : null;
  }
  // Needs the grant "tickets".
  static openTicket(value: TicketDraft): Effect {
    return new Effect(EffectKind.OpenTicket, changetype<usize>(value));
  }
  get asOpenTicket(): TicketDraft | null {
    return this.kind == EffectKind.OpenTicket ? changetype<TicketDraft>(this.it) : null;
  }
  // Needs the grant "tickets".
  static escalateTicket(value: Escalation): Effect {
    return new Effect(EffectKind.EscalateTicket, changetype<usize>(value));
  }
  get asEscalateTicket(): Escalation | null {
    return this.kind == EffectKind.EscalateTicket ? changetype<Escalation>(this.it) : null;
  }
  // Needs the grant "notify".
  static notify(value: Notification): Effect {
    return new Effect(EffectKind.Notify, changetype<usize>(value));
  }
  get asNotify(): Notification | null {
    return this.kind == EffectKind.Notify ? changetype<Notification>(this.it) : null;
  }
  // A timer of the same name in the same conversation is replaced.
  static setTimer(value: TimerDraft): Effect {
    return new Effect(EffectKind.SetTimer, changetype<usize>(value));
  }
  get asSetTimer(): TimerDraft | null {
    return this.kind == EffectKind.SetTimer ? changetype<TimerDraft>(this.it) : null;
  }
  static cancelTimer(value: string): Effect {
    return new Effect(EffectKind.CancelTimer, changetype<usize>(value));
  }
  get asCancelTimer(): string | null {
    return this.kind == EffectKind.CancelTimer ? changetype<string>(this.it) : null;
  }
  static recordPromise(value: PromiseDraft): Effect {
    return new Effect(EffectKind.RecordPromise, changetype<usize>(value));
  }
  get asRecordPromise(): PromiseDraft | null {
    return this.kind == EffectKind.RecordPromise ? changetype<PromiseDraft>(this.it) : null;
  }
  // The conversation waits for a satisfaction answer from now on; the question itself is a reply.
  static askSurvey(): Effect {
    return new Effect(EffectKind.AskSurvey, 0);
  }
  static recordSurvey(value: SurveyResult): Effect {
    return new Effect(EffectKind.RecordSurvey, changetype<usize>(value));
  }
  get asRecordSurvey(): SurveyResult | null {
    return this.kind == EffectKind.RecordSurvey ? changetype<SurveyResult>(this.it) : null;
  }
  static handOver(value: Handover): Effect {
    return new Effect(EffectKind.HandOver, changetype<usize>(value));
  }
  get asHandOver(): Handover | null {
    return this.kind == EffectKind.HandOver ? changetype<Handover>(this.it) : null;
  }
  static resolve(value: string): Effect {
    return new Effect(EffectKind.Resolve, changetype<usize>(value));
  }
  get asResolve(): string | null {
    return this.kind == EffectKind.Resolve ? changetype<string>(this.it) : null;
  }
  static reopen(value: string): Effect {
    return new Effect(EffectKind.Reopen, changetype<usize>(value));
  }
  get asReopen(): string | null {
    return this.kind == EffectKind.Reopen ? changetype<string>(this.it) : null;
  }
  // Comes back as an `announced` event of the same conversation, at most eight deep.
  static announce(value: Field): Effect {
    return new Effect(EffectKind.Announce, changetype<usize>(value));
  }
  get asAnnounce(): Field | null {
    return this.kind == EffectKind.Announce ? changetype<Field>(this.it) : null;
  }

  // Which of them it is, as the contract has it.
  get name(): string {
    return ["reply", "note", "set-language", "set-categories", "set-priority", "set-stage", "add-label", "remove-label", "set-field", "open-ticket", "escalate-ticket", "notify", "set-timer", "cancel-timer", "record-promise", "ask-survey", "record-survey", "hand-over", "resolve", "reopen", "announce"][this.kind];
  }
}

// `finish` skips the steps that follow in this run.
export enum NextStep { GoOn, Finish }
// As the contract has it.
export function nameOfNextStep(value: NextStep): string {
  return ["go-on", "finish"][value];
}

export class Outcome extends Handled {
  constructor(
    public effects: Effect[] = [],
    public next: NextStep = NextStep.GoOn,
  ) {
    super();
  }
}

// Worth another try, after so many seconds where the step knows.
export class TransientError {
  constructor(
    public message: string,
    public retryAfterSeconds: Some<u32> | null = null,
  ) {}
}

// The same input will fail again.
export class PermanentError {
  constructor(
    public message: string,
  ) {}
}

export enum StepErrorKind { Transient, Permanent }
export class StepError extends Handled {
  // What it carries: a number, or where it is.
  constructor(public kind: StepErrorKind, private it: usize) { super(); }

  static transient(value: TransientError): StepError {
    return new StepError(StepErrorKind.Transient, changetype<usize>(value));
  }
  get asTransient(): TransientError | null {
    return this.kind == StepErrorKind.Transient ? changetype<TransientError>(this.it) : null;
  }
  static permanent(value: PermanentError): StepError {
    return new StepError(StepErrorKind.Permanent, changetype<usize>(value));
  }
  get asPermanent(): PermanentError | null {
    return this.kind == StepErrorKind.Permanent ? changetype<PermanentError>(this.it) : null;
  }

  // Which of them it is, as the contract has it.
  get name(): string {
    return ["transient", "permanent"][this.kind];
  }
}

// Everything that a step may know besides the event. It already shows what earlier steps of the run asked for.
export class Context {
  constructor(
    public desk: Desk,
    public account: Account,
    public conversation: Conversation,
    // What earlier steps of this run asked for, in order.
    public draft: Effect[] = [],
  ) {}
}

export enum Severity { Info, Warning, Blocking }
// As the contract has it.
export function nameOfSeverity(value: Severity): string {
  return ["info", "warning", "blocking"][value];
}

// What a reviewer found in a text. A blocking finding keeps the text from being sent.
export class Finding {
  constructor(
    // Which of the texts, counted from 0.
    public draft: u32,
    public rule: string,
    public severity: Severity,
    // Byte offsets into that text.
    public start: u32,
    public end: u32,
    public explanation: string,
    // A better wording of the whole text, where there is one.
    public suggestion: string | null = null,
  ) {}
}

// What a plugin says of itself. A grant counts only where the desk's workflow gives it too.
export class Manifest {
  constructor(
    // Lower-case letters, digits and hyphens.
    public name: string,
    // Semantic version.
    public version: string,
    public summary: string,
    // Of: kv, knowledge, directory, calendar, tickets, notify, model, account.NAME; "http" as its interface says.
    public grants: string[] = [],
    // The kinds of event that it handles ("message.received"); for others it isn't called. Empty: all.
    public events: string[] = [],
    // How many of the newest messages it wants to see, at most 50.
    public history: u32 = 0,
    // JSON Schema of its configuration; the desk's configuration is checked against it.
    public configSchema: string | null = null,
  ) {}
}

export enum Scope { Conversation, Account, Desk }
// As the contract has it.
export function nameOfScope(value: Scope): string {
  return ["conversation", "account", "desk"][value];
}

export enum KvErrorKind { NoGrant, Quota, InvalidKey }
export class KvError {
  // What it carries: a number, or where it is.
  constructor(public kind: KvErrorKind, private it: usize) {}

  // The line to add to the desk.
  static noGrant(value: string): KvError {
    return new KvError(KvErrorKind.NoGrant, changetype<usize>(value));
  }
  get asNoGrant(): string | null {
    return this.kind == KvErrorKind.NoGrant ? changetype<string>(this.it) : null;
  }
  static quota(value: string): KvError {
    return new KvError(KvErrorKind.Quota, changetype<usize>(value));
  }
  get asQuota(): string | null {
    return this.kind == KvErrorKind.Quota ? changetype<string>(this.it) : null;
  }
  static invalidKey(value: string): KvError {
    return new KvError(KvErrorKind.InvalidKey, changetype<usize>(value));
  }
  get asInvalidKey(): string | null {
    return this.kind == KvErrorKind.InvalidKey ? changetype<string>(this.it) : null;
  }

  // Which of them it is, as the contract has it.
  get name(): string {
    return ["no-grant", "quota", "invalid-key"][this.kind];
  }
  // What it says, whichever it is.
  get text(): string {
    return changetype<string>(this.it);
  }
}

export class Entry {
  constructor(
    public key: string,
    public value: Uint8Array,
  ) {}
}

// `score` says how surely the article answers the query, 0 to 1.
export class Hit {
  constructor(
    public article: string,
    public title: string,
    public text: string,
    public language: string,
    public score: f32,
    public labels: string[] = [],
  ) {}
}

export class Contact {
  constructor(
    public name: string,
    public department: string,
    public role: string,
    // How a customer may reach them, where the desk says so.
    public publicContact: string | null,
    // On duty at the run's time.
    public reachable: bool,
    public backAt: string | null = null,
  ) {}
}

export class Request {
  constructor(
    // GET, HEAD, POST, PUT, PATCH or DELETE.
    public method: string,
    // Whole, in ASCII: `https://api.example.com/orders/42?lang=en`.
    public url: string,
    // The host sets `host`, `content-length`, `user-agent`, `authorization`, `cookie`, `idempotency-key` and what
    // concerns the connection; who names one of those here is refused.
    public headers: Field[] = [],
    // With POST, PUT and PATCH.
    public body: string | null = null,
  ) {}
}

export class Response {
  constructor(
    public status: u32,
    // Names in small letters.
    public headers: Field[],
    // UTF-8; anything else is an error.
    public body: string,
  ) {}
}

export enum HttpErrorKind { NoGrant, InvalidRequest, Unreachable, Timeout, TooLarge, TooMany, Unanswerable }
export class HttpError {
  // What it carries: a number, or where it is.
  constructor(public kind: HttpErrorKind, private it: usize) {}

  // The line to add to the desk.
  static noGrant(value: string): HttpError {
    return new HttpError(HttpErrorKind.NoGrant, changetype<usize>(value));
  }
  get asNoGrant(): string | null {
    return this.kind == HttpErrorKind.NoGrant ? changetype<string>(this.it) : null;
  }
  // This can't be sent.
  static invalidRequest(value: string): HttpError {
    return new HttpError(HttpErrorKind.InvalidRequest, changetype<usize>(value));
  }
  get asInvalidRequest(): string | null {
    return this.kind == HttpErrorKind.InvalidRequest ? changetype<string>(this.it) : null;
  }
  // Nobody answered there, or not so that it can be understood.
  static unreachable(value: string): HttpError {
    return new HttpError(HttpErrorKind.Unreachable, changetype<usize>(value));
  }
  get asUnreachable(): string | null {
    return this.kind == HttpErrorKind.Unreachable ? changetype<string>(this.it) : null;
  }
  // There was no whole answer in time.
  static timeout(value: string): HttpError {
    return new HttpError(HttpErrorKind.Timeout, changetype<usize>(value));
  }
  get asTimeout(): string | null {
    return this.kind == HttpErrorKind.Timeout ? changetype<string>(this.it) : null;
  }
  // The request or the answer is longer than allowed.
  static tooLarge(value: string): HttpError {
    return new HttpError(HttpErrorKind.TooLarge, changetype<usize>(value));
  }
  get asTooLarge(): string | null {
    return this.kind == HttpErrorKind.TooLarge ? changetype<string>(this.it) : null;
  }
  // More requests than allowed, in this call or at once.
  static tooMany(value: string): HttpError {
    return new HttpError(HttpErrorKind.TooMany, changetype<usize>(value));
  }
  get asTooMany(): string | null {
    return this.kind == HttpErrorKind.TooMany ? changetype<string>(this.it) : null;
  }
  // This run has no network: it is a rehearsal or a simulation, and nothing like this is on record.
  static unanswerable(value: string): HttpError {
    return new HttpError(HttpErrorKind.Unanswerable, changetype<usize>(value));
  }
  get asUnanswerable(): string | null {
    return this.kind == HttpErrorKind.Unanswerable ? changetype<string>(this.it) : null;
  }

  // Which of them it is, as the contract has it.
  get name(): string {
    return ["no-grant", "invalid-request", "unreachable", "timeout", "too-large", "too-many", "unanswerable"][this.kind];
  }
  // What it says, whichever it is.
  get text(): string {
    return changetype<string>(this.it);
  }
}

export class Answer {
  constructor(
    public text: string,
    // Whether it was cut off at its longest.
    public cut: bool,
    public tokensIn: u32 = 0,
    public tokensOut: u32 = 0,
  ) {}
}

export enum ModelErrorKind { NoGrant, Unavailable, Timeout, TooLarge, TooMany, Unanswerable }
export class ModelError {
  // What it carries: a number, or where it is.
  constructor(public kind: ModelErrorKind, private it: usize) {}

  // The line to add to the desk.
  static noGrant(value: string): ModelError {
    return new ModelError(ModelErrorKind.NoGrant, changetype<usize>(value));
  }
  get asNoGrant(): string | null {
    return this.kind == ModelErrorKind.NoGrant ? changetype<string>(this.it) : null;
  }
  // The desk's model doesn't answer, or not so that it can be understood.
  static unavailable(value: string): ModelError {
    return new ModelError(ModelErrorKind.Unavailable, changetype<usize>(value));
  }
  get asUnavailable(): string | null {
    return this.kind == ModelErrorKind.Unavailable ? changetype<string>(this.it) : null;
  }
  // There was no whole answer in time.
  static timeout(value: string): ModelError {
    return new ModelError(ModelErrorKind.Timeout, changetype<usize>(value));
  }
  get asTimeout(): string | null {
    return this.kind == ModelErrorKind.Timeout ? changetype<string>(this.it) : null;
  }
  static tooLarge(value: string): ModelError {
    return new ModelError(ModelErrorKind.TooLarge, changetype<usize>(value));
  }
  get asTooLarge(): string | null {
    return this.kind == ModelErrorKind.TooLarge ? changetype<string>(this.it) : null;
  }
  static tooMany(value: string): ModelError {
    return new ModelError(ModelErrorKind.TooMany, changetype<usize>(value));
  }
  get asTooMany(): string | null {
    return this.kind == ModelErrorKind.TooMany ? changetype<string>(this.it) : null;
  }
  static unanswerable(value: string): ModelError {
    return new ModelError(ModelErrorKind.Unanswerable, changetype<usize>(value));
  }
  get asUnanswerable(): string | null {
    return this.kind == ModelErrorKind.Unanswerable ? changetype<string>(this.it) : null;
  }

  // Which of them it is, as the contract has it.
  get name(): string {
    return ["no-grant", "unavailable", "timeout", "too-large", "too-many", "unanswerable"][this.kind];
  }
  // What it says, whichever it is.
  get text(): string {
    return changetype<string>(this.it);
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/log@0.1.1", "write")
declare function log_write(p0: u32, p1: usize, p2: u32): void;

// What the host offers. Each call counts against the call's budget of host calls (1,000) and its data against 1 MiB;
// beyond either the plugin is stopped. A call of an interface that the step was not granted is answered with an error
// that names the line to add to the desk, never with data.
// Lines for whoever reads the run later. Never shown to customers. No grant needed.
export namespace log {
  // Kept with the run. At most 64 lines of 1 KiB in a call; more are counted and dropped. Control characters are escaped.
  export function write(level: Level, text: string): void {
    const text_ = abi.utf8(text);
    log_write(<u32>level, changetype<usize>(text_), text_.byteLength);
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/config@0.1.1", "get")
declare function config_get(p0: usize): void;

// The step's configuration from the desk, as JSON. No grant needed.
export namespace config {
  export function get(): string {
    const room = heap.alloc(8);
    config_get(room);
    return abi.loadText(room);
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/clock@0.1.1", "now")
declare function clock_now(p0: usize): void;

// The time of the run: the same for every call in it, and again when it is replayed. No grant needed.
export namespace clock {
  // With the offset of the desk's zone.
  export function now(): string {
    const room = heap.alloc(8);
    clock_now(room);
    return abi.loadText(room);
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/random@0.1.1", "next")
declare function random_next(): u32;

// Seeded by the run, so that a replay draws the same. Not for secrets. No grant needed.
export namespace random {
  export function next(): u32 {
    return random_next();
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/kv@0.1.1", "get")
declare function kv_get(p0: u32, p1: usize, p2: u32, p3: usize): void;
// @ts-ignore: decorator
@external("switchboard:plugin/kv@0.1.1", "set")
declare function kv_set(p0: u32, p1: usize, p2: u32, p3: usize, p4: u32, p5: usize): void;
// @ts-ignore: decorator
@external("switchboard:plugin/kv@0.1.1", "remove")
declare function kv_remove(p0: u32, p1: usize, p2: u32, p3: usize): void;
// @ts-ignore: decorator
@external("switchboard:plugin/kv@0.1.1", "compare-and-set")
declare function kv_compare_and_set(p0: u32, p1: usize, p2: u32, p3: u32, p4: usize, p5: u32, p6: usize, p7: u32, p8: usize): void;
// @ts-ignore: decorator
@external("switchboard:plugin/kv@0.1.1", "scan")
declare function kv_scan(p0: u32, p1: usize, p2: u32, p3: u32, p4: usize, p5: u32, p6: u32, p7: usize): void;

// The step's own memory. Grant "kv".
//
// A plugin sees only what it wrote itself, and of that only the current conversation, its account, or the desk, as
// the scope says; there is no way to name another. Writes become visible to other runs only if this run commits.
// Keys: 1 to 256 bytes. Values: at most 64 KiB. At most 128 writes a call.
export namespace kv {
  export function get(scope: Scope, key: string): Result<Uint8Array | null, KvError> {
    const key_ = abi.utf8(key);
    const room = heap.alloc(16);
    kv_get(<u32>scope, changetype<usize>(key_), key_.byteLength, room);
    if (load<u8>(room)) return abi.refused<Uint8Array | null, KvError>(memory.loadKvError(room + 4));
    return new Result<Uint8Array | null, KvError>(load<u8>(room + 4) ? abi.loadBytes(room + 4 + 4) : null, null);
  }

  // Null where it went well.
  export function set(scope: Scope, key: string, value: Uint8Array): KvError | null {
    const key_ = abi.utf8(key);
    const room = heap.alloc(16);
    kv_set(<u32>scope, changetype<usize>(key_), key_.byteLength, value.dataStart, value.length, room);
    return load<u8>(room) ? memory.loadKvError(room + 4) : null;
  }

  // Null where it went well.
  export function remove(scope: Scope, key: string): KvError | null {
    const key_ = abi.utf8(key);
    const room = heap.alloc(16);
    kv_remove(<u32>scope, changetype<usize>(key_), key_.byteLength, room);
    return load<u8>(room) ? memory.loadKvError(room + 4) : null;
  }

  // Sets `value` only where the current value is `expected` (none: only where there is none); says whether it did.
  // In the desk's scope, where other conversations write too, the run is done again if another came between.
  export function compareAndSet(scope: Scope, key: string, expected: Uint8Array | null, value: Uint8Array): Result<bool, KvError> {
    const key_ = abi.utf8(key);
    const expected_ = abi.bytesOrNothing(expected);
    const room = heap.alloc(16);
    kv_compare_and_set(<u32>scope, changetype<usize>(key_), key_.byteLength, expected !== null ? 1 : 0, expected_.dataStart, expected_.length, value.dataStart, value.length, room);
    if (load<u8>(room)) return abi.refused<bool, KvError>(memory.loadKvError(room + 4));
    return new Result<bool, KvError>(abi.loadBool(room + 4), null);
  }

  // Keys that begin with `prefix`, in key order, after the key `after`, at most `limit` (1,000).
  export function scan(scope: Scope, prefix: string, after: string | null, limit: u32): Result<Entry[], KvError> {
    const prefix_ = abi.utf8(prefix);
    const after_ = abi.utf8OrNothing(after);
    const room = heap.alloc(16);
    kv_scan(<u32>scope, changetype<usize>(prefix_), prefix_.byteLength, after !== null ? 1 : 0, changetype<usize>(after_), after_.byteLength, limit, room);
    if (load<u8>(room)) return abi.refused<Entry[], KvError>(memory.loadKvError(room + 4));
    return new Result<Entry[], KvError>(abi.loadList<Entry>(room + 4, 16, memory.loadEntry), null);
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/knowledge@0.1.1", "search")
declare function knowledge_search(p0: usize, p1: u32, p2: u32, p3: usize, p4: u32, p5: u32, p6: usize): void;
// @ts-ignore: decorator
@external("switchboard:plugin/knowledge@0.1.1", "article")
declare function knowledge_article(p0: usize, p1: u32, p2: usize): void;

// The desk's articles. Grant "knowledge".
export namespace knowledge {
  // Best first, at most 10; only articles valid at the run's time. Articles in `language` come first among equals.
  export function search(query: string, language: string | null, limit: u32): Result<Hit[], string> {
    const query_ = abi.utf8(query);
    const language_ = abi.utf8OrNothing(language);
    const room = heap.alloc(12);
    knowledge_search(changetype<usize>(query_), query_.byteLength, language !== null ? 1 : 0, changetype<usize>(language_), language_.byteLength, limit, room);
    if (load<u8>(room)) return abi.refused<Hit[], string>(abi.loadText(room + 4));
    return new Result<Hit[], string>(abi.loadList<Hit>(room + 4, 44, memory.loadHit), null);
  }

  // The article of that id, with a score of 1; none where there is none that is valid at the run's time.
  export function article(id: string): Result<Hit | null, string> {
    const id_ = abi.utf8(id);
    const room = heap.alloc(52);
    knowledge_article(changetype<usize>(id_), id_.byteLength, room);
    if (load<u8>(room)) return abi.refused<Hit | null, string>(abi.loadText(room + 4));
    return new Result<Hit | null, string>(load<u8>(room + 4) ? memory.loadHit(room + 4 + 4) : null, null);
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/directory@0.1.1", "departments")
declare function directory_departments(p0: usize): void;
// @ts-ignore: decorator
@external("switchboard:plugin/directory@0.1.1", "responsible")
declare function directory_responsible(p0: usize, p1: u32, p2: usize): void;

// Who answers for what. Grant "directory".
export namespace directory {
  export function departments(): Result<string[], string> {
    const room = heap.alloc(12);
    directory_departments(room);
    if (load<u8>(room)) return abi.refused<string[], string>(abi.loadText(room + 4));
    return new Result<string[], string>(abi.loadList<string>(room + 4, 8, abi.loadText), null);
  }

  // Who answers for a topic (a responsibility, department, role or name of the directory); none where the directory names nobody.
  export function responsible(topic: string): Result<Contact | null, string> {
    const topic_ = abi.utf8(topic);
    const room = heap.alloc(60);
    directory_responsible(changetype<usize>(topic_), topic_.byteLength, room);
    if (load<u8>(room)) return abi.refused<Contact | null, string>(abi.loadText(room + 4));
    return new Result<Contact | null, string>(load<u8>(room + 4) ? memory.loadContact(room + 4 + 4) : null, null);
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/calendar@0.1.1", "is-open")
declare function calendar_is_open(p0: usize, p1: u32, p2: usize): void;
// @ts-ignore: decorator
@external("switchboard:plugin/calendar@0.1.1", "next-open")
declare function calendar_next_open(p0: usize, p1: u32, p2: usize): void;
// @ts-ignore: decorator
@external("switchboard:plugin/calendar@0.1.1", "end-of-day")
declare function calendar_end_of_day(p0: usize, p1: u32, p2: usize): void;
// @ts-ignore: decorator
@external("switchboard:plugin/calendar@0.1.1", "add-business-seconds")
declare function calendar_add_business_seconds(p0: usize, p1: u32, p2: u32, p3: usize): void;

// The desk's business hours. Grant "calendar".
export namespace calendar {
  export function isOpen(at: string): Result<bool, string> {
    const at_ = abi.utf8(at);
    const room = heap.alloc(12);
    calendar_is_open(changetype<usize>(at_), at_.byteLength, room);
    if (load<u8>(room)) return abi.refused<bool, string>(abi.loadText(room + 4));
    return new Result<bool, string>(abi.loadBool(room + 4), null);
  }

  // The first open moment at or after `at`.
  export function nextOpen(at: string): Result<string, string> {
    const at_ = abi.utf8(at);
    const room = heap.alloc(12);
    calendar_next_open(changetype<usize>(at_), at_.byteLength, room);
    if (load<u8>(room)) return abi.refused<string, string>(abi.loadText(room + 4));
    return new Result<string, string>(abi.loadText(room + 4), null);
  }

  // The end of the business day that `at` is in, or of the next one if the desk is closed for the rest of that day.
  export function endOfDay(at: string): Result<string, string> {
    const at_ = abi.utf8(at);
    const room = heap.alloc(12);
    calendar_end_of_day(changetype<usize>(at_), at_.byteLength, room);
    if (load<u8>(room)) return abi.refused<string, string>(abi.loadText(room + 4));
    return new Result<string, string>(abi.loadText(room + 4), null);
  }

  export function addBusinessSeconds(start: string, seconds: u32): Result<string, string> {
    const start_ = abi.utf8(start);
    const room = heap.alloc(12);
    calendar_add_business_seconds(changetype<usize>(start_), start_.byteLength, seconds, room);
    if (load<u8>(room)) return abi.refused<string, string>(abi.loadText(room + 4));
    return new Result<string, string>(abi.loadText(room + 4), null);
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/http@0.1.1", "send")
declare function http_send(p0: usize, p1: u32, p2: usize, p3: u32, p4: usize, p5: u32, p6: u32, p7: usize, p8: u32, p9: usize): void;

// What lies outside the host. Time that a call waits for it isn't the plugin's own; it has limits of its own:
// 5 seconds and 8 questions a call, 256 KiB for each text sent or received.
// Servers of others, by HTTP. Granted by [[step.http]] in the desk, for the origins and methods that it lists, and asked
// for as "http", or narrower as "http GET,POST" or "http GET https://api.example.com".
//
// The host resolves a name once, refuses addresses of private networks that the desk doesn't name, follows no redirects
// and unpacks nothing. What the desk keeps secret is added by the host and never seen here. Answers are recorded with
// the run: where it is repeated, nothing is sent.
//
// A run that was interrupted is done again, so a request may arrive twice: both times with the same header
// `idempotency-key`.
export namespace http {
  // Sends the request and waits for the whole answer. A status such as 404 is an answer.
  export function send(request: Request): Result<Response, HttpError> {
    const request_method_ = abi.utf8(request.method);
    const request_url_ = abi.utf8(request.url);
    const request_headers_ = abi.lowered<Field>(request.headers, 16, memory.storeField);
    const request_body_ = abi.utf8OrNothing(request.body);
    const room = heap.alloc(24);
    http_send(changetype<usize>(request_method_), request_method_.byteLength, changetype<usize>(request_url_), request_url_.byteLength, request_headers_, request.headers.length, request.body !== null ? 1 : 0, changetype<usize>(request_body_), request_body_.byteLength, room);
    if (load<u8>(room)) return abi.refused<Response, HttpError>(memory.loadHttpError(room + 4));
    return new Result<Response, HttpError>(memory.loadResponse(room + 4), null);
  }
}

// @ts-ignore: decorator
@external("switchboard:plugin/model@0.1.1", "complete")
declare function model_complete(p0: usize, p1: u32, p2: usize, p3: u32, p4: u32, p5: u32, p6: usize): void;

// A language model that the desk names in [model]. Grant "model".
//
// What it writes is nobody's word but its own: a reply made of it goes before the reviewers like any other.
export namespace model {
  // `instructions` say what to do, `text` what to do it with. At most `most-tokens`, and never more than the desk allows.
  export function complete(instructions: string, text: string, mostTokens: Some<u32> | null): Result<Answer, ModelError> {
    const instructions_ = abi.utf8(instructions);
    const text_ = abi.utf8(text);
    const room = heap.alloc(24);
    model_complete(changetype<usize>(instructions_), instructions_.byteLength, changetype<usize>(text_), text_.byteLength, mostTokens !== null ? 1 : 0, mostTokens !== null ? mostTokens.value : 0, room);
    if (load<u8>(room)) return abi.refused<Answer, ModelError>(memory.loadModelError(room + 4));
    return new Result<Answer, ModelError>(memory.loadAnswer(room + 4), null);
  }
}
