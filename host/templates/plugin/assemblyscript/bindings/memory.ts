// Written by `cargo xtask bindings` from the contract; change wit/ instead.
import { Some } from "./abi";
import * as abi from "./abi";
import {
  Level,
  Field,
  AuthorKind,
  Message,
  Priority,
  Stage,
  Handler,
  Category,
  TicketKind,
  TicketStatus,
  Ticket,
  Timer,
  SurveyStatus,
  PromiseStatus,
  Promise,
  Conversation,
  Account,
  Desk,
  SurveyAnswer,
  Outage,
  Resolution,
  Occurrence,
  OccurrenceKind,
  Event,
  Moment,
  MomentKind,
  Reply,
  TicketDraft,
  Escalation,
  TimerDraft,
  PromiseDraft,
  Handover,
  Notification,
  SurveyResult,
  Effect,
  EffectKind,
  NextStep,
  Outcome,
  TransientError,
  PermanentError,
  StepError,
  StepErrorKind,
  Context,
  Severity,
  Finding,
  Manifest,
  Scope,
  KvError,
  KvErrorKind,
  Entry,
  Hit,
  Contact,
  Request,
  Response,
  HttpError,
  HttpErrorKind,
  Answer,
  ModelError,
  ModelErrorKind,
} from "./switchboard";

export function loadLevel(at: usize): Level {
  return <Level>load<u8>(at);
}

export function storeLevel(value: Level, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadField(at: usize): Field {
  return new Field(
    abi.loadText(at),
    abi.loadText(at + 8),
  );
}

export function storeField(value: Field, at: usize): void {
  abi.storeText(value.name, at);
  abi.storeText(value.value, at + 8);
}

export function loadAuthorKind(at: usize): AuthorKind {
  return <AuthorKind>load<u8>(at);
}

export function storeAuthorKind(value: AuthorKind, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadMessage(at: usize): Message {
  return new Message(
    abi.loadText(at),
    loadAuthorKind(at + 8),
    load<u8>(at + 12) ? abi.loadText(at + 12 + 4) : null,
    abi.loadText(at + 24),
    load<u8>(at + 32) ? abi.loadText(at + 32 + 4) : null,
    abi.loadText(at + 44),
  );
}

export function storeMessage(value: Message, at: usize): void {
  abi.storeText(value.id, at);
  storeAuthorKind(value.author, at + 8);
  const authorName = value.authorName;
  store<u8>(at + 12, authorName !== null ? 1 : 0);
  if (authorName !== null) abi.storeText(authorName, at + 16);
  abi.storeText(value.text, at + 24);
  const language = value.language;
  store<u8>(at + 32, language !== null ? 1 : 0);
  if (language !== null) abi.storeText(language, at + 36);
  abi.storeText(value.sentAt, at + 44);
}

export function loadPriority(at: usize): Priority {
  return <Priority>load<u8>(at);
}

export function storePriority(value: Priority, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadStage(at: usize): Stage {
  return <Stage>load<u8>(at);
}

export function storeStage(value: Stage, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadHandler(at: usize): Handler {
  return <Handler>load<u8>(at);
}

export function storeHandler(value: Handler, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadCategory(at: usize): Category {
  return new Category(
    abi.loadText(at),
    abi.loadF32(at + 8),
  );
}

export function storeCategory(value: Category, at: usize): void {
  abi.storeText(value.name, at);
  abi.storeF32(value.confidence, at + 8);
}

export function loadTicketKind(at: usize): TicketKind {
  return <TicketKind>load<u8>(at);
}

export function storeTicketKind(value: TicketKind, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadTicketStatus(at: usize): TicketStatus {
  return <TicketStatus>load<u8>(at);
}

export function storeTicketStatus(value: TicketStatus, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadTicket(at: usize): Ticket {
  return new Ticket(
    abi.loadText(at),
    abi.loadText(at + 8),
    loadTicketKind(at + 16),
    abi.loadText(at + 20),
    abi.loadText(at + 28),
    loadTicketStatus(at + 36),
    loadPriority(at + 37),
    abi.loadText(at + 40),
    load<u8>(at + 48) ? abi.loadText(at + 48 + 4) : null,
    abi.loadU32(at + 60),
    load<u8>(at + 64) ? abi.loadText(at + 64 + 4) : null,
  );
}

export function storeTicket(value: Ticket, at: usize): void {
  abi.storeText(value.id, at);
  abi.storeText(value.key, at + 8);
  storeTicketKind(value.kind, at + 16);
  abi.storeText(value.department, at + 20);
  abi.storeText(value.title, at + 28);
  storeTicketStatus(value.status, at + 36);
  storePriority(value.priority, at + 37);
  abi.storeText(value.openedAt, at + 40);
  const due = value.due;
  store<u8>(at + 48, due !== null ? 1 : 0);
  if (due !== null) abi.storeText(due, at + 52);
  abi.storeU32(value.escalations, at + 60);
  const feedback = value.feedback;
  store<u8>(at + 64, feedback !== null ? 1 : 0);
  if (feedback !== null) abi.storeText(feedback, at + 68);
}

export function loadTimer(at: usize): Timer {
  return new Timer(
    abi.loadText(at),
    abi.loadText(at + 8),
    abi.loadText(at + 16),
  );
}

export function storeTimer(value: Timer, at: usize): void {
  abi.storeText(value.name, at);
  abi.storeText(value.due, at + 8);
  abi.storeText(value.payload, at + 16);
}

export function loadSurveyStatus(at: usize): SurveyStatus {
  return <SurveyStatus>load<u8>(at);
}

export function storeSurveyStatus(value: SurveyStatus, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadPromiseStatus(at: usize): PromiseStatus {
  return <PromiseStatus>load<u8>(at);
}

export function storePromiseStatus(value: PromiseStatus, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadPromise(at: usize): Promise {
  return new Promise(
    abi.loadText(at),
    abi.loadText(at + 8),
    load<u8>(at + 16) ? abi.loadText(at + 16 + 4) : null,
    loadPromiseStatus(at + 28),
  );
}

export function storePromise(value: Promise, at: usize): void {
  abi.storeText(value.text, at);
  abi.storeText(value.due, at + 8);
  const owner = value.owner;
  store<u8>(at + 16, owner !== null ? 1 : 0);
  if (owner !== null) abi.storeText(owner, at + 20);
  storePromiseStatus(value.status, at + 28);
}

export function loadConversation(at: usize): Conversation {
  return new Conversation(
    abi.loadText(at),
    abi.loadText(at + 8),
    abi.loadText(at + 16),
    abi.loadBool(at + 24),
    loadHandler(at + 25),
    load<u8>(at + 28) ? abi.loadText(at + 28 + 4) : null,
    abi.loadList<Category>(at + 40, 12, loadCategory),
    loadPriority(at + 48),
    load<u8>(at + 49) ? new Some<Stage>(loadStage(at + 49 + 1)) : null,
    abi.loadList<string>(at + 52, 8, abi.loadText),
    abi.loadList<Ticket>(at + 60, 76, loadTicket),
    abi.loadList<Timer>(at + 68, 24, loadTimer),
    abi.loadList<Promise>(at + 76, 32, loadPromise),
    loadSurveyStatus(at + 84),
    abi.loadU32(at + 88),
    abi.loadList<Message>(at + 92, 52, loadMessage),
  );
}

export function storeConversation(value: Conversation, at: usize): void {
  abi.storeText(value.id, at);
  abi.storeText(value.channel, at + 8);
  abi.storeText(value.openedAt, at + 16);
  abi.storeBool(value.resolved, at + 24);
  storeHandler(value.handler, at + 25);
  const language = value.language;
  store<u8>(at + 28, language !== null ? 1 : 0);
  if (language !== null) abi.storeText(language, at + 32);
  abi.storeList<Category>(value.categories, at + 40, 12, storeCategory);
  storePriority(value.priority, at + 48);
  const stage = value.stage;
  store<u8>(at + 49, stage !== null ? 1 : 0);
  if (stage !== null) storeStage(stage.value, at + 50);
  abi.storeList<string>(value.labels, at + 52, 8, abi.storeText);
  abi.storeList<Ticket>(value.tickets, at + 60, 76, storeTicket);
  abi.storeList<Timer>(value.timers, at + 68, 24, storeTimer);
  abi.storeList<Promise>(value.promises, at + 76, 32, storePromise);
  storeSurveyStatus(value.survey, at + 84);
  abi.storeU32(value.messageCount, at + 88);
  abi.storeList<Message>(value.messages, at + 92, 52, storeMessage);
}

export function loadAccount(at: usize): Account {
  return new Account(
    abi.loadText(at),
    load<u8>(at + 8) ? abi.loadText(at + 8 + 4) : null,
    load<u8>(at + 20) ? abi.loadText(at + 20 + 4) : null,
    abi.loadList<Field>(at + 32, 16, loadField),
    abi.loadU32(at + 40),
    abi.loadU32(at + 44),
  );
}

export function storeAccount(value: Account, at: usize): void {
  abi.storeText(value.id, at);
  const name = value.name;
  store<u8>(at + 8, name !== null ? 1 : 0);
  if (name !== null) abi.storeText(name, at + 12);
  const language = value.language;
  store<u8>(at + 20, language !== null ? 1 : 0);
  if (language !== null) abi.storeText(language, at + 24);
  abi.storeList<Field>(value.fields, at + 32, 16, storeField);
  abi.storeU32(value.conversationCount, at + 40);
  abi.storeU32(value.openComplaints, at + 44);
}

export function loadDesk(at: usize): Desk {
  return new Desk(
    abi.loadText(at),
    abi.loadText(at + 8),
    abi.loadList<string>(at + 16, 8, abi.loadText),
  );
}

export function storeDesk(value: Desk, at: usize): void {
  abi.storeText(value.name, at);
  abi.storeText(value.timeZone, at + 8);
  abi.storeList<string>(value.languages, at + 16, 8, abi.storeText);
}

export function loadSurveyAnswer(at: usize): SurveyAnswer {
  return new SurveyAnswer(
    abi.loadU32(at),
    load<u8>(at + 4) ? abi.loadText(at + 4 + 4) : null,
  );
}

export function storeSurveyAnswer(value: SurveyAnswer, at: usize): void {
  abi.storeU32(value.code, at);
  const text = value.text;
  store<u8>(at + 4, text !== null ? 1 : 0);
  if (text !== null) abi.storeText(text, at + 8);
}

export function loadOutage(at: usize): Outage {
  return new Outage(
    abi.loadText(at),
    abi.loadText(at + 8),
  );
}

export function storeOutage(value: Outage, at: usize): void {
  abi.storeText(value.beganAt, at);
  abi.storeText(value.endedAt, at + 8);
}

export function loadResolution(at: usize): Resolution {
  return new Resolution(
    abi.loadText(at),
    load<u8>(at + 8) ? abi.loadText(at + 8 + 4) : null,
  );
}

export function storeResolution(value: Resolution, at: usize): void {
  abi.storeText(value.by, at);
  const summary = value.summary;
  store<u8>(at + 8, summary !== null ? 1 : 0);
  if (summary !== null) abi.storeText(summary, at + 12);
}

export function loadOccurrence(at: usize): Occurrence {
  switch (load<u8>(at)) {
    case 0: return Occurrence.messageReceived(loadMessage(at + 4));
    case 1: return Occurrence.agentReplied(loadMessage(at + 4));
    case 2: return Occurrence.timerFired(loadTimer(at + 4));
    case 3: return Occurrence.conversationResolved(loadResolution(at + 4));
    case 4: return Occurrence.surveyAnswered(loadSurveyAnswer(at + 4));
    case 5: return Occurrence.ticketUpdated(loadTicket(at + 4));
    case 6: return Occurrence.deskRecovered(loadOutage(at + 4));
    case 7: return Occurrence.announced(loadField(at + 4));
  }
  throw new Error("no such case");
}

export function storeOccurrence(value: Occurrence, at: usize): void {
  store<u8>(at, <u8>value.kind);
  switch (value.kind) {
    case OccurrenceKind.MessageReceived: return storeMessage(value.asMessageReceived!, at + 4);
    case OccurrenceKind.AgentReplied: return storeMessage(value.asAgentReplied!, at + 4);
    case OccurrenceKind.TimerFired: return storeTimer(value.asTimerFired!, at + 4);
    case OccurrenceKind.ConversationResolved: return storeResolution(value.asConversationResolved!, at + 4);
    case OccurrenceKind.SurveyAnswered: return storeSurveyAnswer(value.asSurveyAnswered!, at + 4);
    case OccurrenceKind.TicketUpdated: return storeTicket(value.asTicketUpdated!, at + 4);
    case OccurrenceKind.DeskRecovered: return storeOutage(value.asDeskRecovered!, at + 4);
    case OccurrenceKind.Announced: return storeField(value.asAnnounced!, at + 4);
  }
}

export function loadEvent(at: usize): Event {
  return new Event(
    abi.loadText(at),
    abi.loadText(at + 8),
    loadOccurrence(at + 16),
  );
}

export function storeEvent(value: Event, at: usize): void {
  abi.storeText(value.id, at);
  abi.storeText(value.at, at + 8);
  storeOccurrence(value.what, at + 16);
}

export function loadMoment(at: usize): Moment {
  switch (load<u8>(at)) {
    case 0: return Moment.at(abi.loadText(at + 4));
    case 1: return Moment.afterSeconds(abi.loadU32(at + 4));
    case 2: return Moment.afterBusinessSeconds(abi.loadU32(at + 4));
  }
  throw new Error("no such case");
}

export function storeMoment(value: Moment, at: usize): void {
  store<u8>(at, <u8>value.kind);
  switch (value.kind) {
    case MomentKind.At: return abi.storeText(value.asAt!, at + 4);
    case MomentKind.AfterSeconds: return abi.storeU32(value.asAfterSeconds!.value, at + 4);
    case MomentKind.AfterBusinessSeconds: return abi.storeU32(value.asAfterBusinessSeconds!.value, at + 4);
  }
}

export function loadReply(at: usize): Reply {
  return new Reply(
    abi.loadText(at),
    load<u8>(at + 8) ? abi.loadText(at + 8 + 4) : null,
    abi.loadList<string>(at + 20, 8, abi.loadText),
  );
}

export function storeReply(value: Reply, at: usize): void {
  abi.storeText(value.text, at);
  const language = value.language;
  store<u8>(at + 8, language !== null ? 1 : 0);
  if (language !== null) abi.storeText(language, at + 12);
  abi.storeList<string>(value.sources, at + 20, 8, abi.storeText);
}

export function loadTicketDraft(at: usize): TicketDraft {
  return new TicketDraft(
    abi.loadText(at),
    loadTicketKind(at + 8),
    abi.loadText(at + 12),
    abi.loadText(at + 20),
    abi.loadText(at + 28),
    loadPriority(at + 36),
    load<u8>(at + 40) ? loadMoment(at + 40 + 4) : null,
    abi.loadList<string>(at + 56, 8, abi.loadText),
  );
}

export function storeTicketDraft(value: TicketDraft, at: usize): void {
  abi.storeText(value.key, at);
  storeTicketKind(value.kind, at + 8);
  abi.storeText(value.department, at + 12);
  abi.storeText(value.title, at + 20);
  abi.storeText(value.body, at + 28);
  storePriority(value.priority, at + 36);
  const due = value.due;
  store<u8>(at + 40, due !== null ? 1 : 0);
  if (due !== null) storeMoment(due, at + 44);
  abi.storeList<string>(value.notify, at + 56, 8, abi.storeText);
}

export function loadEscalation(at: usize): Escalation {
  return new Escalation(
    abi.loadText(at),
    abi.loadList<string>(at + 8, 8, abi.loadText),
    abi.loadText(at + 16),
  );
}

export function storeEscalation(value: Escalation, at: usize): void {
  abi.storeText(value.key, at);
  abi.storeList<string>(value.notify, at + 8, 8, abi.storeText);
  abi.storeText(value.reason, at + 16);
}

export function loadTimerDraft(at: usize): TimerDraft {
  return new TimerDraft(
    abi.loadText(at),
    loadMoment(at + 8),
    abi.loadText(at + 20),
  );
}

export function storeTimerDraft(value: TimerDraft, at: usize): void {
  abi.storeText(value.name, at);
  storeMoment(value.due, at + 8);
  abi.storeText(value.payload, at + 20);
}

export function loadPromiseDraft(at: usize): PromiseDraft {
  return new PromiseDraft(
    abi.loadText(at),
    loadMoment(at + 8),
    load<u8>(at + 20) ? abi.loadText(at + 20 + 4) : null,
  );
}

export function storePromiseDraft(value: PromiseDraft, at: usize): void {
  abi.storeText(value.text, at);
  storeMoment(value.due, at + 8);
  const owner = value.owner;
  store<u8>(at + 20, owner !== null ? 1 : 0);
  if (owner !== null) abi.storeText(owner, at + 24);
}

export function loadHandover(at: usize): Handover {
  return new Handover(
    load<u8>(at) ? abi.loadText(at + 4) : null,
    abi.loadText(at + 12),
  );
}

export function storeHandover(value: Handover, at: usize): void {
  const team = value.team;
  store<u8>(at, team !== null ? 1 : 0);
  if (team !== null) abi.storeText(team, at + 4);
  abi.storeText(value.reason, at + 12);
}

export function loadNotification(at: usize): Notification {
  return new Notification(
    abi.loadText(at),
    abi.loadText(at + 8),
  );
}

export function storeNotification(value: Notification, at: usize): void {
  abi.storeText(value.to, at);
  abi.storeText(value.text, at + 8);
}

export function loadSurveyResult(at: usize): SurveyResult {
  return new SurveyResult(
    abi.loadU32(at),
    load<u8>(at + 4) ? new Some<u32>(abi.loadU32(at + 4 + 4)) : null,
    abi.loadText(at + 12),
  );
}

export function storeSurveyResult(value: SurveyResult, at: usize): void {
  abi.storeU32(value.code, at);
  const points = value.points;
  store<u8>(at + 4, points !== null ? 1 : 0);
  if (points !== null) abi.storeU32(points.value, at + 8);
  abi.storeText(value.reason, at + 12);
}

export function loadEffect(at: usize): Effect {
  switch (load<u8>(at)) {
    case 0: return Effect.reply(loadReply(at + 4));
    case 1: return Effect.note(abi.loadText(at + 4));
    case 2: return Effect.setLanguage(abi.loadText(at + 4));
    case 3: return Effect.setCategories(abi.loadList<Category>(at + 4, 12, loadCategory));
    case 4: return Effect.setPriority(loadPriority(at + 4));
    case 5: return Effect.setStage(loadStage(at + 4));
    case 6: return Effect.addLabel(abi.loadText(at + 4));
    case 7: return Effect.removeLabel(abi.loadText(at + 4));
    case 8: return Effect.setField(loadField(at + 4));
    case 9: return Effect.openTicket(loadTicketDraft(at + 4));
    case 10: return Effect.escalateTicket(loadEscalation(at + 4));
    case 11: return Effect.notify(loadNotification(at + 4));
    case 12: return Effect.setTimer(loadTimerDraft(at + 4));
    case 13: return Effect.cancelTimer(abi.loadText(at + 4));
    case 14: return Effect.recordPromise(loadPromiseDraft(at + 4));
    case 15: return Effect.askSurvey();
    case 16: return Effect.recordSurvey(loadSurveyResult(at + 4));
    case 17: return Effect.handOver(loadHandover(at + 4));
    case 18: return Effect.resolve(abi.loadText(at + 4));
    case 19: return Effect.reopen(abi.loadText(at + 4));
    case 20: return Effect.announce(loadField(at + 4));
  }
  throw new Error("no such case");
}

export function storeEffect(value: Effect, at: usize): void {
  store<u8>(at, <u8>value.kind);
  switch (value.kind) {
    case EffectKind.Reply: return storeReply(value.asReply!, at + 4);
    case EffectKind.Note: return abi.storeText(value.asNote!, at + 4);
    case EffectKind.SetLanguage: return abi.storeText(value.asSetLanguage!, at + 4);
    case EffectKind.SetCategories: return abi.storeList<Category>(value.asSetCategories!, at + 4, 12, storeCategory);
    case EffectKind.SetPriority: return storePriority(value.asSetPriority!.value, at + 4);
    case EffectKind.SetStage: return storeStage(value.asSetStage!.value, at + 4);
    case EffectKind.AddLabel: return abi.storeText(value.asAddLabel!, at + 4);
    case EffectKind.RemoveLabel: return abi.storeText(value.asRemoveLabel!, at + 4);
    case EffectKind.SetField: return storeField(value.asSetField!, at + 4);
    case EffectKind.OpenTicket: return storeTicketDraft(value.asOpenTicket!, at + 4);
    case EffectKind.EscalateTicket: return storeEscalation(value.asEscalateTicket!, at + 4);
    case EffectKind.Notify: return storeNotification(value.asNotify!, at + 4);
    case EffectKind.SetTimer: return storeTimerDraft(value.asSetTimer!, at + 4);
    case EffectKind.CancelTimer: return abi.storeText(value.asCancelTimer!, at + 4);
    case EffectKind.RecordPromise: return storePromiseDraft(value.asRecordPromise!, at + 4);
    case EffectKind.RecordSurvey: return storeSurveyResult(value.asRecordSurvey!, at + 4);
    case EffectKind.HandOver: return storeHandover(value.asHandOver!, at + 4);
    case EffectKind.Resolve: return abi.storeText(value.asResolve!, at + 4);
    case EffectKind.Reopen: return abi.storeText(value.asReopen!, at + 4);
    case EffectKind.Announce: return storeField(value.asAnnounce!, at + 4);
  }
}

export function loadNextStep(at: usize): NextStep {
  return <NextStep>load<u8>(at);
}

export function storeNextStep(value: NextStep, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadOutcome(at: usize): Outcome {
  return new Outcome(
    abi.loadList<Effect>(at, 68, loadEffect),
    loadNextStep(at + 8),
  );
}

export function storeOutcome(value: Outcome, at: usize): void {
  abi.storeList<Effect>(value.effects, at, 68, storeEffect);
  storeNextStep(value.next, at + 8);
}

export function loadTransientError(at: usize): TransientError {
  return new TransientError(
    abi.loadText(at),
    load<u8>(at + 8) ? new Some<u32>(abi.loadU32(at + 8 + 4)) : null,
  );
}

export function storeTransientError(value: TransientError, at: usize): void {
  abi.storeText(value.message, at);
  const retryAfterSeconds = value.retryAfterSeconds;
  store<u8>(at + 8, retryAfterSeconds !== null ? 1 : 0);
  if (retryAfterSeconds !== null) abi.storeU32(retryAfterSeconds.value, at + 12);
}

export function loadPermanentError(at: usize): PermanentError {
  return new PermanentError(
    abi.loadText(at),
  );
}

export function storePermanentError(value: PermanentError, at: usize): void {
  abi.storeText(value.message, at);
}

export function loadStepError(at: usize): StepError {
  switch (load<u8>(at)) {
    case 0: return StepError.transient(loadTransientError(at + 4));
    case 1: return StepError.permanent(loadPermanentError(at + 4));
  }
  throw new Error("no such case");
}

export function storeStepError(value: StepError, at: usize): void {
  store<u8>(at, <u8>value.kind);
  switch (value.kind) {
    case StepErrorKind.Transient: return storeTransientError(value.asTransient!, at + 4);
    case StepErrorKind.Permanent: return storePermanentError(value.asPermanent!, at + 4);
  }
}

export function loadContext(at: usize): Context {
  return new Context(
    loadDesk(at),
    loadAccount(at + 24),
    loadConversation(at + 72),
    abi.loadList<Effect>(at + 172, 68, loadEffect),
  );
}

export function storeContext(value: Context, at: usize): void {
  storeDesk(value.desk, at);
  storeAccount(value.account, at + 24);
  storeConversation(value.conversation, at + 72);
  abi.storeList<Effect>(value.draft, at + 172, 68, storeEffect);
}

export function loadSeverity(at: usize): Severity {
  return <Severity>load<u8>(at);
}

export function storeSeverity(value: Severity, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadFinding(at: usize): Finding {
  return new Finding(
    abi.loadU32(at),
    abi.loadText(at + 4),
    loadSeverity(at + 12),
    abi.loadU32(at + 16),
    abi.loadU32(at + 20),
    abi.loadText(at + 24),
    load<u8>(at + 32) ? abi.loadText(at + 32 + 4) : null,
  );
}

export function storeFinding(value: Finding, at: usize): void {
  abi.storeU32(value.draft, at);
  abi.storeText(value.rule, at + 4);
  storeSeverity(value.severity, at + 12);
  abi.storeU32(value.start, at + 16);
  abi.storeU32(value.end, at + 20);
  abi.storeText(value.explanation, at + 24);
  const suggestion = value.suggestion;
  store<u8>(at + 32, suggestion !== null ? 1 : 0);
  if (suggestion !== null) abi.storeText(suggestion, at + 36);
}

export function loadManifest(at: usize): Manifest {
  return new Manifest(
    abi.loadText(at),
    abi.loadText(at + 8),
    abi.loadText(at + 16),
    abi.loadList<string>(at + 24, 8, abi.loadText),
    abi.loadList<string>(at + 32, 8, abi.loadText),
    abi.loadU32(at + 40),
    load<u8>(at + 44) ? abi.loadText(at + 44 + 4) : null,
  );
}

export function storeManifest(value: Manifest, at: usize): void {
  abi.storeText(value.name, at);
  abi.storeText(value.version, at + 8);
  abi.storeText(value.summary, at + 16);
  abi.storeList<string>(value.grants, at + 24, 8, abi.storeText);
  abi.storeList<string>(value.events, at + 32, 8, abi.storeText);
  abi.storeU32(value.history, at + 40);
  const configSchema = value.configSchema;
  store<u8>(at + 44, configSchema !== null ? 1 : 0);
  if (configSchema !== null) abi.storeText(configSchema, at + 48);
}

export function loadScope(at: usize): Scope {
  return <Scope>load<u8>(at);
}

export function storeScope(value: Scope, at: usize): void {
  store<u8>(at, <u8>value);
}

export function loadKvError(at: usize): KvError {
  switch (load<u8>(at)) {
    case 0: return KvError.noGrant(abi.loadText(at + 4));
    case 1: return KvError.quota(abi.loadText(at + 4));
    case 2: return KvError.invalidKey(abi.loadText(at + 4));
  }
  throw new Error("no such case");
}

export function storeKvError(value: KvError, at: usize): void {
  store<u8>(at, <u8>value.kind);
  switch (value.kind) {
    case KvErrorKind.NoGrant: return abi.storeText(value.asNoGrant!, at + 4);
    case KvErrorKind.Quota: return abi.storeText(value.asQuota!, at + 4);
    case KvErrorKind.InvalidKey: return abi.storeText(value.asInvalidKey!, at + 4);
  }
}

export function loadEntry(at: usize): Entry {
  return new Entry(
    abi.loadText(at),
    abi.loadBytes(at + 8),
  );
}

export function storeEntry(value: Entry, at: usize): void {
  abi.storeText(value.key, at);
  abi.storeBytes(value.value, at + 8);
}

export function loadHit(at: usize): Hit {
  return new Hit(
    abi.loadText(at),
    abi.loadText(at + 8),
    abi.loadText(at + 16),
    abi.loadText(at + 24),
    abi.loadF32(at + 32),
    abi.loadList<string>(at + 36, 8, abi.loadText),
  );
}

export function storeHit(value: Hit, at: usize): void {
  abi.storeText(value.article, at);
  abi.storeText(value.title, at + 8);
  abi.storeText(value.text, at + 16);
  abi.storeText(value.language, at + 24);
  abi.storeF32(value.score, at + 32);
  abi.storeList<string>(value.labels, at + 36, 8, abi.storeText);
}

export function loadContact(at: usize): Contact {
  return new Contact(
    abi.loadText(at),
    abi.loadText(at + 8),
    abi.loadText(at + 16),
    load<u8>(at + 24) ? abi.loadText(at + 24 + 4) : null,
    abi.loadBool(at + 36),
    load<u8>(at + 40) ? abi.loadText(at + 40 + 4) : null,
  );
}

export function storeContact(value: Contact, at: usize): void {
  abi.storeText(value.name, at);
  abi.storeText(value.department, at + 8);
  abi.storeText(value.role, at + 16);
  const publicContact = value.publicContact;
  store<u8>(at + 24, publicContact !== null ? 1 : 0);
  if (publicContact !== null) abi.storeText(publicContact, at + 28);
  abi.storeBool(value.reachable, at + 36);
  const backAt = value.backAt;
  store<u8>(at + 40, backAt !== null ? 1 : 0);
  if (backAt !== null) abi.storeText(backAt, at + 44);
}

export function loadRequest(at: usize): Request {
  return new Request(
    abi.loadText(at),
    abi.loadText(at + 8),
    abi.loadList<Field>(at + 16, 16, loadField),
    load<u8>(at + 24) ? abi.loadText(at + 24 + 4) : null,
  );
}

export function storeRequest(value: Request, at: usize): void {
  abi.storeText(value.method, at);
  abi.storeText(value.url, at + 8);
  abi.storeList<Field>(value.headers, at + 16, 16, storeField);
  const body = value.body;
  store<u8>(at + 24, body !== null ? 1 : 0);
  if (body !== null) abi.storeText(body, at + 28);
}

export function loadResponse(at: usize): Response {
  return new Response(
    abi.loadU32(at),
    abi.loadList<Field>(at + 4, 16, loadField),
    abi.loadText(at + 12),
  );
}

export function storeResponse(value: Response, at: usize): void {
  abi.storeU32(value.status, at);
  abi.storeList<Field>(value.headers, at + 4, 16, storeField);
  abi.storeText(value.body, at + 12);
}

export function loadHttpError(at: usize): HttpError {
  switch (load<u8>(at)) {
    case 0: return HttpError.noGrant(abi.loadText(at + 4));
    case 1: return HttpError.invalidRequest(abi.loadText(at + 4));
    case 2: return HttpError.unreachable(abi.loadText(at + 4));
    case 3: return HttpError.timeout(abi.loadText(at + 4));
    case 4: return HttpError.tooLarge(abi.loadText(at + 4));
    case 5: return HttpError.tooMany(abi.loadText(at + 4));
    case 6: return HttpError.unanswerable(abi.loadText(at + 4));
  }
  throw new Error("no such case");
}

export function storeHttpError(value: HttpError, at: usize): void {
  store<u8>(at, <u8>value.kind);
  switch (value.kind) {
    case HttpErrorKind.NoGrant: return abi.storeText(value.asNoGrant!, at + 4);
    case HttpErrorKind.InvalidRequest: return abi.storeText(value.asInvalidRequest!, at + 4);
    case HttpErrorKind.Unreachable: return abi.storeText(value.asUnreachable!, at + 4);
    case HttpErrorKind.Timeout: return abi.storeText(value.asTimeout!, at + 4);
    case HttpErrorKind.TooLarge: return abi.storeText(value.asTooLarge!, at + 4);
    case HttpErrorKind.TooMany: return abi.storeText(value.asTooMany!, at + 4);
    case HttpErrorKind.Unanswerable: return abi.storeText(value.asUnanswerable!, at + 4);
  }
}

export function loadAnswer(at: usize): Answer {
  return new Answer(
    abi.loadText(at),
    abi.loadBool(at + 8),
    abi.loadU32(at + 12),
    abi.loadU32(at + 16),
  );
}

export function storeAnswer(value: Answer, at: usize): void {
  abi.storeText(value.text, at);
  abi.storeBool(value.cut, at + 8);
  abi.storeU32(value.tokensIn, at + 12);
  abi.storeU32(value.tokensOut, at + 16);
}

export function loadModelError(at: usize): ModelError {
  switch (load<u8>(at)) {
    case 0: return ModelError.noGrant(abi.loadText(at + 4));
    case 1: return ModelError.unavailable(abi.loadText(at + 4));
    case 2: return ModelError.timeout(abi.loadText(at + 4));
    case 3: return ModelError.tooLarge(abi.loadText(at + 4));
    case 4: return ModelError.tooMany(abi.loadText(at + 4));
    case 5: return ModelError.unanswerable(abi.loadText(at + 4));
  }
  throw new Error("no such case");
}

export function storeModelError(value: ModelError, at: usize): void {
  store<u8>(at, <u8>value.kind);
  switch (value.kind) {
    case ModelErrorKind.NoGrant: return abi.storeText(value.asNoGrant!, at + 4);
    case ModelErrorKind.Unavailable: return abi.storeText(value.asUnavailable!, at + 4);
    case ModelErrorKind.Timeout: return abi.storeText(value.asTimeout!, at + 4);
    case ModelErrorKind.TooLarge: return abi.storeText(value.asTooLarge!, at + 4);
    case ModelErrorKind.TooMany: return abi.storeText(value.asTooMany!, at + 4);
    case ModelErrorKind.Unanswerable: return abi.storeText(value.asUnanswerable!, at + 4);
  }
}
