// Written by `cargo xtask bindings` from the contract; change wit/ instead.
// switchboard:plugin 0.1.1
#pragma once

#include "abi.hpp"

namespace switchboard {

enum class Level : std::uint8_t { debug, info, warn, error };
// As the contract has it.
inline std::string_view name(Level value) {
  constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
  return names[static_cast<std::uint8_t>(value)];
}

// A name and a value that the desk's directory defines and the account or conversation carries.
struct Field {
  std::string name{};
  std::string value{};
};

enum class AuthorKind : std::uint8_t { customer, step, agent, host };
// As the contract has it.
inline std::string_view name(AuthorKind value) {
  constexpr std::string_view names[] = {"customer", "step", "agent", "host"};
  return names[static_cast<std::uint8_t>(value)];
}

struct Message {
  std::string id{};
  AuthorKind author{};
  // The step's or the agent's name; none for a customer.
  std::optional<std::string> author_name{};
  std::string text{};
  std::optional<std::string> language{};
  std::string sent_at{};
};

enum class Priority : std::uint8_t { low, normal, high, urgent };
// As the contract has it.
inline std::string_view name(Priority value) {
  constexpr std::string_view names[] = {"low", "normal", "high", "urgent"};
  return names[static_cast<std::uint8_t>(value)];
}

enum class Stage : std::uint8_t { pre_sale, in_sale, after_sale };
// As the contract has it.
inline std::string_view name(Stage value) {
  constexpr std::string_view names[] = {"pre-sale", "in-sale", "after-sale"};
  return names[static_cast<std::uint8_t>(value)];
}

// Who answers the customer now.
enum class Handler : std::uint8_t { bot, queue, agent };
// As the contract has it.
inline std::string_view name(Handler value) {
  constexpr std::string_view names[] = {"bot", "queue", "agent"};
  return names[static_cast<std::uint8_t>(value)];
}

// What a message is about, with the confidence (0 to 1) of whoever said so.
struct Category {
  std::string name{};
  float confidence{};
};

enum class TicketKind : std::uint8_t { complaint, suggestion, repair, order, lead, question, emergency };
// As the contract has it.
inline std::string_view name(TicketKind value) {
  constexpr std::string_view names[] = {"complaint", "suggestion", "repair", "order", "lead", "question", "emergency"};
  return names[static_cast<std::uint8_t>(value)];
}

enum class TicketStatus : std::uint8_t { opened, acknowledged, in_progress, closed };
// As the contract has it.
inline std::string_view name(TicketStatus value) {
  constexpr std::string_view names[] = {"opened", "acknowledged", "in-progress", "closed"};
  return names[static_cast<std::uint8_t>(value)];
}

struct Ticket {
  std::string id{};
  // The name that the step gave it when it asked for it; unique among the conversation's open tickets.
  std::string key{};
  TicketKind kind{};
  std::string department{};
  std::string title{};
  TicketStatus status{};
  Priority priority{};
  std::string opened_at{};
  std::optional<std::string> due{};
  // How often it was escalated.
  std::uint32_t escalations{};
  // What the department did, for the customer to hear; always there once it is closed.
  std::optional<std::string> feedback{};
};

// A timer of the conversation. The payload is the step's own.
struct Timer {
  std::string name{};
  std::string due{};
  std::string payload{};
};

// Where the satisfaction question of a conversation stands.
enum class SurveyStatus : std::uint8_t { not_asked, asked, answered };
// As the contract has it.
inline std::string_view name(SurveyStatus value) {
  constexpr std::string_view names[] = {"not-asked", "asked", "answered"};
  return names[static_cast<std::uint8_t>(value)];
}

enum class PromiseStatus : std::uint8_t { open, kept, broken };
// As the contract has it.
inline std::string_view name(PromiseStatus value) {
  constexpr std::string_view names[] = {"open", "kept", "broken"};
  return names[static_cast<std::uint8_t>(value)];
}

struct Promise {
  std::string text{};
  std::string due{};
  std::optional<std::string> owner{};
  PromiseStatus status{};
};

struct Conversation {
  std::string id{};
  std::string channel{};
  std::string opened_at{};
  bool resolved{};
  Handler handler{};
  std::optional<std::string> language{};
  std::vector<Category> categories{};
  Priority priority{};
  std::optional<Stage> stage{};
  std::vector<std::string> labels{};
  std::vector<Ticket> tickets{};
  std::vector<Timer> timers{};
  std::vector<Promise> promises{};
  SurveyStatus survey{};
  // How many messages there are in all; the newest are below, oldest first, as many as the manifest's `history`.
  // The message that the event carries is the last of them.
  std::uint32_t message_count{};
  std::vector<Message> messages{};
};

// What the desk knows of the customer. A field is here only if the step has the grant "account.NAME".
struct Account {
  std::string id{};
  std::optional<std::string> name{};
  std::optional<std::string> language{};
  std::vector<Field> fields{};
  std::uint32_t conversation_count{};
  // Complaints that no department has closed yet, in all of the account's conversations.
  std::uint32_t open_complaints{};
};

// The desk that the step works for.
struct Desk {
  std::string name{};
  std::string time_zone{};
  // The languages it serves, best first.
  std::vector<std::string> languages{};
};

struct SurveyAnswer {
  std::uint32_t code{};
  std::optional<std::string> text{};
};

struct Outage {
  std::string began_at{};
  std::string ended_at{};
};

struct Resolution {
  std::string by{};
  std::optional<std::string> summary{};
};

// What happened.
struct Occurrence {
  using Any = std::variant<Message, Message, Timer, Resolution, SurveyAnswer, Ticket, Outage, Field>;
  Any value{};

  static Occurrence message_received(Message it) { return {Any(std::in_place_index<0>, std::move(it))}; }
  const Message *as_message_received() const { return std::get_if<0>(&value); }
  static Occurrence agent_replied(Message it) { return {Any(std::in_place_index<1>, std::move(it))}; }
  const Message *as_agent_replied() const { return std::get_if<1>(&value); }
  static Occurrence timer_fired(Timer it) { return {Any(std::in_place_index<2>, std::move(it))}; }
  const Timer *as_timer_fired() const { return std::get_if<2>(&value); }
  static Occurrence conversation_resolved(Resolution it) { return {Any(std::in_place_index<3>, std::move(it))}; }
  const Resolution *as_conversation_resolved() const { return std::get_if<3>(&value); }
  static Occurrence survey_answered(SurveyAnswer it) { return {Any(std::in_place_index<4>, std::move(it))}; }
  const SurveyAnswer *as_survey_answered() const { return std::get_if<4>(&value); }
  static Occurrence ticket_updated(Ticket it) { return {Any(std::in_place_index<5>, std::move(it))}; }
  const Ticket *as_ticket_updated() const { return std::get_if<5>(&value); }
  static Occurrence desk_recovered(Outage it) { return {Any(std::in_place_index<6>, std::move(it))}; }
  const Outage *as_desk_recovered() const { return std::get_if<6>(&value); }
  // Something that a step or an integration announced: a name and JSON.
  static Occurrence announced(Field it) { return {Any(std::in_place_index<7>, std::move(it))}; }
  const Field *as_announced() const { return std::get_if<7>(&value); }

  // Which of them it is, as the contract has it.
  std::string_view name() const {
    constexpr std::string_view names[] = {"message-received", "agent-replied", "timer-fired", "conversation-resolved", "survey-answered", "ticket-updated", "desk-recovered", "announced"};
    return names[value.index()];
  }
};

struct Event {
  std::string id{};
  std::string at{};
  Occurrence what{};
};

// When something is to happen. Business time is counted by the desk's calendar, from the run's clock.
// At most 400 days ahead; a moment in the past means now.
struct Moment {
  using Any = std::variant<std::string, std::uint32_t, std::uint32_t>;
  Any value{};

  static Moment at(std::string it) { return {Any(std::in_place_index<0>, std::move(it))}; }
  const std::string *as_at() const { return std::get_if<0>(&value); }
  static Moment after_seconds(std::uint32_t it) { return {Any(std::in_place_index<1>, std::move(it))}; }
  const std::uint32_t *as_after_seconds() const { return std::get_if<1>(&value); }
  static Moment after_business_seconds(std::uint32_t it) { return {Any(std::in_place_index<2>, std::move(it))}; }
  const std::uint32_t *as_after_business_seconds() const { return std::get_if<2>(&value); }

  // Which of them it is, as the contract has it.
  std::string_view name() const {
    constexpr std::string_view names[] = {"at", "after-seconds", "after-business-seconds"};
    return names[value.index()];
  }
};

struct Reply {
  std::string text{};
  std::optional<std::string> language{};
  // Articles that the facts in the text come from.
  std::vector<std::string> sources{};
};

struct TicketDraft {
  // The step's own name for it. While a ticket of this key is open in the conversation, asking again adds
  // `body` to it instead of opening a second one.
  std::string key{};
  TicketKind kind{};
  // A department of the directory; an unknown one is an invalid effect.
  std::string department{};
  std::string title{};
  // The evidence pack: what the department needs to act without asking the customer again.
  std::string body{};
  Priority priority{};
  std::optional<Moment> due{};
  // People, roles or departments of the directory to be told besides the department.
  std::vector<std::string> notify{};
};

// The ticket of this key was not acknowledged in time: its escalation count rises and these are told.
struct Escalation {
  std::string key{};
  std::vector<std::string> notify{};
  std::string reason{};
};

struct TimerDraft {
  std::string name{};
  Moment due{};
  std::string payload{};
};

struct PromiseDraft {
  std::string text{};
  Moment due{};
  std::optional<std::string> owner{};
};

struct Handover {
  std::optional<std::string> team{};
  std::string reason{};
};

struct Notification {
  std::string to{};
  std::string text{};
};

// A satisfaction answer understood: its code, its points (0 to 10) where it has any, and what it means.
struct SurveyResult {
  std::uint32_t code{};
  std::optional<std::uint32_t> points{};
  std::string reason{};
};

// What a step asks for. The host checks each against the grants and limits and commits all effects of a run
// at once, or none. An effect that breaks a rule fails the step as if it had trapped.
struct Effect {
  using Any = std::variant<Reply, std::string, std::string, std::vector<Category>, Priority, Stage, std::string, std::string, Field, TicketDraft, Escalation, Notification, TimerDraft, std::string, PromiseDraft, std::monostate, SurveyResult, Handover, std::string, std::string, Field>;
  Any value{};

  // Sent to the customer on the conversation's channel, after the reviewers agreed.
  static Effect reply(Reply it) { return {Any(std::in_place_index<0>, std::move(it))}; }
  const Reply *as_reply() const { return std::get_if<0>(&value); }
  // For agents only.
  static Effect note(std::string it) { return {Any(std::in_place_index<1>, std::move(it))}; }
  const std::string *as_note() const { return std::get_if<1>(&value); }
  static Effect set_language(std::string it) { return {Any(std::in_place_index<2>, std::move(it))}; }
  const std::string *as_set_language() const { return std::get_if<2>(&value); }
  static Effect set_categories(std::vector<Category> it) { return {Any(std::in_place_index<3>, std::move(it))}; }
  const std::vector<Category> *as_set_categories() const { return std::get_if<3>(&value); }
  static Effect set_priority(Priority it) { return {Any(std::in_place_index<4>, std::move(it))}; }
  const Priority *as_set_priority() const { return std::get_if<4>(&value); }
  static Effect set_stage(Stage it) { return {Any(std::in_place_index<5>, std::move(it))}; }
  const Stage *as_set_stage() const { return std::get_if<5>(&value); }
  static Effect add_label(std::string it) { return {Any(std::in_place_index<6>, std::move(it))}; }
  const std::string *as_add_label() const { return std::get_if<6>(&value); }
  static Effect remove_label(std::string it) { return {Any(std::in_place_index<7>, std::move(it))}; }
  const std::string *as_remove_label() const { return std::get_if<7>(&value); }
  // Needs the grant "account.NAME".
  static Effect set_field(Field it) { return {Any(std::in_place_index<8>, std::move(it))}; }
  const Field *as_set_field() const { return std::get_if<8>(&value); }
  // Needs the grant "tickets".
  static Effect open_ticket(TicketDraft it) { return {Any(std::in_place_index<9>, std::move(it))}; }
  const TicketDraft *as_open_ticket() const { return std::get_if<9>(&value); }
  // Needs the grant "tickets".
  static Effect escalate_ticket(Escalation it) { return {Any(std::in_place_index<10>, std::move(it))}; }
  const Escalation *as_escalate_ticket() const { return std::get_if<10>(&value); }
  // Needs the grant "notify".
  static Effect notify(Notification it) { return {Any(std::in_place_index<11>, std::move(it))}; }
  const Notification *as_notify() const { return std::get_if<11>(&value); }
  // A timer of the same name in the same conversation is replaced.
  static Effect set_timer(TimerDraft it) { return {Any(std::in_place_index<12>, std::move(it))}; }
  const TimerDraft *as_set_timer() const { return std::get_if<12>(&value); }
  static Effect cancel_timer(std::string it) { return {Any(std::in_place_index<13>, std::move(it))}; }
  const std::string *as_cancel_timer() const { return std::get_if<13>(&value); }
  static Effect record_promise(PromiseDraft it) { return {Any(std::in_place_index<14>, std::move(it))}; }
  const PromiseDraft *as_record_promise() const { return std::get_if<14>(&value); }
  // The conversation waits for a satisfaction answer from now on; the question itself is a reply.
  static Effect ask_survey() { return {Any(std::in_place_index<15>)}; }
  const std::monostate *as_ask_survey() const { return std::get_if<15>(&value); }
  static Effect record_survey(SurveyResult it) { return {Any(std::in_place_index<16>, std::move(it))}; }
  const SurveyResult *as_record_survey() const { return std::get_if<16>(&value); }
  static Effect hand_over(Handover it) { return {Any(std::in_place_index<17>, std::move(it))}; }
  const Handover *as_hand_over() const { return std::get_if<17>(&value); }
  static Effect resolve(std::string it) { return {Any(std::in_place_index<18>, std::move(it))}; }
  const std::string *as_resolve() const { return std::get_if<18>(&value); }
  static Effect reopen(std::string it) { return {Any(std::in_place_index<19>, std::move(it))}; }
  const std::string *as_reopen() const { return std::get_if<19>(&value); }
  // Comes back as an `announced` event of the same conversation, at most eight deep.
  static Effect announce(Field it) { return {Any(std::in_place_index<20>, std::move(it))}; }
  const Field *as_announce() const { return std::get_if<20>(&value); }

  // Which of them it is, as the contract has it.
  std::string_view name() const {
    constexpr std::string_view names[] = {"reply", "note", "set-language", "set-categories", "set-priority", "set-stage", "add-label", "remove-label", "set-field", "open-ticket", "escalate-ticket", "notify", "set-timer", "cancel-timer", "record-promise", "ask-survey", "record-survey", "hand-over", "resolve", "reopen", "announce"};
    return names[value.index()];
  }
};

// `finish` skips the steps that follow in this run.
enum class NextStep : std::uint8_t { go_on, finish };
// As the contract has it.
inline std::string_view name(NextStep value) {
  constexpr std::string_view names[] = {"go-on", "finish"};
  return names[static_cast<std::uint8_t>(value)];
}

struct Outcome {
  std::vector<Effect> effects{};
  NextStep next{};
};

// Worth another try, after so many seconds where the step knows.
struct TransientError {
  std::string message{};
  std::optional<std::uint32_t> retry_after_seconds{};
};

// The same input will fail again.
struct PermanentError {
  std::string message{};
};

struct StepError {
  using Any = std::variant<TransientError, PermanentError>;
  Any value{};

  static StepError transient(TransientError it) { return {Any(std::in_place_index<0>, std::move(it))}; }
  const TransientError *as_transient() const { return std::get_if<0>(&value); }
  static StepError permanent(PermanentError it) { return {Any(std::in_place_index<1>, std::move(it))}; }
  const PermanentError *as_permanent() const { return std::get_if<1>(&value); }

  // Which of them it is, as the contract has it.
  std::string_view name() const {
    constexpr std::string_view names[] = {"transient", "permanent"};
    return names[value.index()];
  }
};

// Everything that a step may know besides the event. It already shows what earlier steps of the run asked for.
struct Context {
  Desk desk{};
  Account account{};
  Conversation conversation{};
  // What earlier steps of this run asked for, in order.
  std::vector<Effect> draft{};
};

enum class Severity : std::uint8_t { info, warning, blocking };
// As the contract has it.
inline std::string_view name(Severity value) {
  constexpr std::string_view names[] = {"info", "warning", "blocking"};
  return names[static_cast<std::uint8_t>(value)];
}

// What a reviewer found in a text. A blocking finding keeps the text from being sent.
struct Finding {
  // Which of the texts, counted from 0.
  std::uint32_t draft{};
  std::string rule{};
  Severity severity{};
  // Byte offsets into that text.
  std::uint32_t start{};
  std::uint32_t end{};
  std::string explanation{};
  // A better wording of the whole text, where there is one.
  std::optional<std::string> suggestion{};
};

// What a plugin says of itself. A grant counts only where the desk's workflow gives it too.
struct Manifest {
  // Lower-case letters, digits and hyphens.
  std::string name{};
  // Semantic version.
  std::string version{};
  std::string summary{};
  // Of: kv, knowledge, directory, calendar, tickets, notify, model, account.NAME; "http" as its interface says.
  std::vector<std::string> grants{};
  // The kinds of event that it handles ("message.received"); for others it isn't called. Empty: all.
  std::vector<std::string> events{};
  // How many of the newest messages it wants to see, at most 50.
  std::uint32_t history{};
  // JSON Schema of its configuration; the desk's configuration is checked against it.
  std::optional<std::string> config_schema{};
};

enum class Scope : std::uint8_t { conversation, account, desk };
// As the contract has it.
inline std::string_view name(Scope value) {
  constexpr std::string_view names[] = {"conversation", "account", "desk"};
  return names[static_cast<std::uint8_t>(value)];
}

struct KvError {
  using Any = std::variant<std::string, std::string, std::string>;
  Any value{};

  // The line to add to the desk.
  static KvError no_grant(std::string it) { return {Any(std::in_place_index<0>, std::move(it))}; }
  const std::string *as_no_grant() const { return std::get_if<0>(&value); }
  static KvError quota(std::string it) { return {Any(std::in_place_index<1>, std::move(it))}; }
  const std::string *as_quota() const { return std::get_if<1>(&value); }
  static KvError invalid_key(std::string it) { return {Any(std::in_place_index<2>, std::move(it))}; }
  const std::string *as_invalid_key() const { return std::get_if<2>(&value); }

  // Which of them it is, as the contract has it.
  std::string_view name() const {
    constexpr std::string_view names[] = {"no-grant", "quota", "invalid-key"};
    return names[value.index()];
  }
  // What it says, whichever it is.
  const std::string &text() const {
    return std::visit([](const std::string &text) -> const std::string & { return text; }, value);
  }
};

struct Entry {
  std::string key{};
  std::string value{};
};

// `score` says how surely the article answers the query, 0 to 1.
struct Hit {
  std::string article{};
  std::string title{};
  std::string text{};
  std::string language{};
  float score{};
  std::vector<std::string> labels{};
};

struct Contact {
  std::string name{};
  std::string department{};
  std::string role{};
  // How a customer may reach them, where the desk says so.
  std::optional<std::string> public_contact{};
  // On duty at the run's time.
  bool reachable{};
  std::optional<std::string> back_at{};
};

struct Request {
  // GET, HEAD, POST, PUT, PATCH or DELETE.
  std::string method{};
  // Whole, in ASCII: `https://api.example.com/orders/42?lang=en`.
  std::string url{};
  // The host sets `host`, `content-length`, `user-agent`, `authorization`, `cookie`, `idempotency-key` and what
  // concerns the connection; who names one of those here is refused.
  std::vector<Field> headers{};
  // With POST, PUT and PATCH.
  std::optional<std::string> body{};
};

struct Response {
  std::uint32_t status{};
  // Names in small letters.
  std::vector<Field> headers{};
  // UTF-8; anything else is an error.
  std::string body{};
};

struct HttpError {
  using Any = std::variant<std::string, std::string, std::string, std::string, std::string, std::string, std::string>;
  Any value{};

  // The line to add to the desk.
  static HttpError no_grant(std::string it) { return {Any(std::in_place_index<0>, std::move(it))}; }
  const std::string *as_no_grant() const { return std::get_if<0>(&value); }
  // This can't be sent.
  static HttpError invalid_request(std::string it) { return {Any(std::in_place_index<1>, std::move(it))}; }
  const std::string *as_invalid_request() const { return std::get_if<1>(&value); }
  // Nobody answered there, or not so that it can be understood.
  static HttpError unreachable(std::string it) { return {Any(std::in_place_index<2>, std::move(it))}; }
  const std::string *as_unreachable() const { return std::get_if<2>(&value); }
  // There was no whole answer in time.
  static HttpError timeout(std::string it) { return {Any(std::in_place_index<3>, std::move(it))}; }
  const std::string *as_timeout() const { return std::get_if<3>(&value); }
  // The request or the answer is longer than allowed.
  static HttpError too_large(std::string it) { return {Any(std::in_place_index<4>, std::move(it))}; }
  const std::string *as_too_large() const { return std::get_if<4>(&value); }
  // More requests than allowed, in this call or at once.
  static HttpError too_many(std::string it) { return {Any(std::in_place_index<5>, std::move(it))}; }
  const std::string *as_too_many() const { return std::get_if<5>(&value); }
  // This run has no network: it is a rehearsal or a simulation, and nothing like this is on record.
  static HttpError unanswerable(std::string it) { return {Any(std::in_place_index<6>, std::move(it))}; }
  const std::string *as_unanswerable() const { return std::get_if<6>(&value); }

  // Which of them it is, as the contract has it.
  std::string_view name() const {
    constexpr std::string_view names[] = {"no-grant", "invalid-request", "unreachable", "timeout", "too-large", "too-many", "unanswerable"};
    return names[value.index()];
  }
  // What it says, whichever it is.
  const std::string &text() const {
    return std::visit([](const std::string &text) -> const std::string & { return text; }, value);
  }
};

struct Answer {
  std::string text{};
  // Whether it was cut off at its longest.
  bool cut{};
  std::uint32_t tokens_in{};
  std::uint32_t tokens_out{};
};

struct ModelError {
  using Any = std::variant<std::string, std::string, std::string, std::string, std::string, std::string>;
  Any value{};

  // The line to add to the desk.
  static ModelError no_grant(std::string it) { return {Any(std::in_place_index<0>, std::move(it))}; }
  const std::string *as_no_grant() const { return std::get_if<0>(&value); }
  // The desk's model doesn't answer, or not so that it can be understood.
  static ModelError unavailable(std::string it) { return {Any(std::in_place_index<1>, std::move(it))}; }
  const std::string *as_unavailable() const { return std::get_if<1>(&value); }
  // There was no whole answer in time.
  static ModelError timeout(std::string it) { return {Any(std::in_place_index<2>, std::move(it))}; }
  const std::string *as_timeout() const { return std::get_if<2>(&value); }
  static ModelError too_large(std::string it) { return {Any(std::in_place_index<3>, std::move(it))}; }
  const std::string *as_too_large() const { return std::get_if<3>(&value); }
  static ModelError too_many(std::string it) { return {Any(std::in_place_index<4>, std::move(it))}; }
  const std::string *as_too_many() const { return std::get_if<4>(&value); }
  static ModelError unanswerable(std::string it) { return {Any(std::in_place_index<5>, std::move(it))}; }
  const std::string *as_unanswerable() const { return std::get_if<5>(&value); }

  // Which of them it is, as the contract has it.
  std::string_view name() const {
    constexpr std::string_view names[] = {"no-grant", "unavailable", "timeout", "too-large", "too-many", "unanswerable"};
    return names[value.index()];
  }
  // What it says, whichever it is.
  const std::string &text() const {
    return std::visit([](const std::string &text) -> const std::string & { return text; }, value);
  }
};

// What the host offers. Each call counts against the call's budget of host calls (1,000) and its data against 1 MiB;
// beyond either the plugin is stopped. A call of an interface that the step was not granted is answered with an error
// that names the line to add to the desk, never with data.
// Lines for whoever reads the run later. Never shown to customers. No grant needed.
namespace log {
// Kept with the run. At most 64 lines of 1 KiB in a call; more are counted and dropped. Control characters are escaped.
void write(Level level, std::string_view text);
}

// The step's configuration from the desk, as JSON. No grant needed.
namespace config {
std::string get();
}

// The time of the run: the same for every call in it, and again when it is replayed. No grant needed.
namespace clock {
// With the offset of the desk's zone.
std::string now();
}

// Seeded by the run, so that a replay draws the same. Not for secrets. No grant needed.
namespace random {
std::uint32_t next();
}

// The step's own memory. Grant "kv".
//
// A plugin sees only what it wrote itself, and of that only the current conversation, its account, or the desk, as
// the scope says; there is no way to name another. Writes become visible to other runs only if this run commits.
// Keys: 1 to 256 bytes. Values: at most 64 KiB. At most 128 writes a call.
namespace kv {
std::expected<std::optional<std::string>, KvError> get(Scope scope, std::string_view key);
std::expected<void, KvError> set(Scope scope, std::string_view key, std::string_view value);
std::expected<void, KvError> remove(Scope scope, std::string_view key);
// Sets `value` only where the current value is `expected` (none: only where there is none); says whether it did.
// In the desk's scope, where other conversations write too, the run is done again if another came between.
std::expected<bool, KvError> compare_and_set(Scope scope, std::string_view key, std::optional<std::string_view> expected, std::string_view value);
// Keys that begin with `prefix`, in key order, after the key `after`, at most `limit` (1,000).
std::expected<std::vector<Entry>, KvError> scan(Scope scope, std::string_view prefix, std::optional<std::string_view> after, std::uint32_t limit);
}

// The desk's articles. Grant "knowledge".
namespace knowledge {
// Best first, at most 10; only articles valid at the run's time. Articles in `language` come first among equals.
std::expected<std::vector<Hit>, std::string> search(std::string_view query, std::optional<std::string_view> language, std::uint32_t limit);
// The article of that id, with a score of 1; none where there is none that is valid at the run's time.
std::expected<std::optional<Hit>, std::string> article(std::string_view id);
}

// Who answers for what. Grant "directory".
namespace directory {
std::expected<std::vector<std::string>, std::string> departments();
// Who answers for a topic (a responsibility, department, role or name of the directory); none where the directory names nobody.
std::expected<std::optional<Contact>, std::string> responsible(std::string_view topic);
}

// The desk's business hours. Grant "calendar".
namespace calendar {
std::expected<bool, std::string> is_open(std::string_view at);
// The first open moment at or after `at`.
std::expected<std::string, std::string> next_open(std::string_view at);
// The end of the business day that `at` is in, or of the next one if the desk is closed for the rest of that day.
std::expected<std::string, std::string> end_of_day(std::string_view at);
std::expected<std::string, std::string> add_business_seconds(std::string_view start, std::uint32_t seconds);
}

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
namespace http {
// Sends the request and waits for the whole answer. A status such as 404 is an answer.
std::expected<Response, HttpError> send(const Request &request);
}

// A language model that the desk names in [model]. Grant "model".
//
// What it writes is nobody's word but its own: a reply made of it goes before the reviewers like any other.
namespace model {
// `instructions` say what to do, `text` what to do it with. At most `most-tokens`, and never more than the desk allows.
std::expected<Answer, ModelError> complete(std::string_view instructions, std::string_view text, std::optional<std::uint32_t> most_tokens);
}

}  // namespace switchboard

// The step: what its author writes.
// Called when a version is activated, without a customer and without the host's interfaces (`log` excepted).
switchboard::Manifest describe();
std::expected<switchboard::Outcome, switchboard::StepError> handle(const switchboard::Context &context, const switchboard::Event &event);
