// The conformance suite in C++: does what a message says. See tests/conformance/cases.
#include "bindings/switchboard.hpp"

using namespace switchboard;
using std::optional, std::string, std::string_view;
using namespace std::string_literals;

using Effects = std::vector<Effect>;
using Done = std::expected<Effects, StepError>;

static Effect note(string text) { return Effect::note(std::move(text)); }
static string truth(bool value) { return value ? "true" : "false"; }
static string number(std::uint32_t value) { return std::to_string(value); }
static string_view word(const optional<string> &value) { return value ? string_view(*value) : "-"; }

// The parts, with a space between them.
static string said(std::initializer_list<string_view> parts) {
  string text;
  for (bool first = true; string_view part : parts) {
    if (!first) text += ' ';
    text += part;
    first = false;
  }
  return text;
}
template <class... Parts> static string said(const Parts &...parts) { return said({string_view(parts)...}); }

template <class List, class Tell> static string all(const List &list, string_view between, Tell tell) {
  string text;
  for (bool first = true; const auto &one : list) {
    if (!first) text += between;
    text += tell(one);
    first = false;
  }
  return text;
}

static string comma(const std::vector<string> &list) {
  return all(list, ",", [](const string &one) { return one; });
}

static std::unexpected<StepError> permanent(string message) {
  return std::unexpected(StepError::permanent({.message = std::move(message)}));
}

// A refusal of the host becomes the step's own error.
static string why(const string &refusal) { return refusal; }
template <class Refusal> static string why(const Refusal &refusal) { return refusal.text(); }

#define ASKED(name, question) \
  auto name = question;       \
  if (!name) return permanent(why(name.error()));

static Done first_effects() {
  return Effects{
      Effect::reply({.text = "好的 👍", .language = "zh-Hans", .sources = {"a", "b"}}),
      Effect::reply({.text = "plain"}),
      note("note"),
      Effect::set_language("en"),
      Effect::set_categories({{.name = "order", .confidence = 0.5}, {.name = "repair", .confidence = 1}}),
      Effect::set_priority(Priority::urgent),
      Effect::set_stage(Stage::in_sale),
      Effect::add_label("vip"),
      Effect::remove_label("new"),
      Effect::set_field({.name = "tier", .value = "gold"}),
      Effect::open_ticket({
          .key = "k",
          .kind = TicketKind::complaint,
          .department = "service",
          .title = "t",
          .body = "b",
          .priority = Priority::high,
          .due = Moment::after_business_seconds(3600),
          .notify = {"boss", "lead"},
      }),
  };
}

static Done second_effects() {
  return Effects{
      Effect::escalate_ticket({.key = "k", .notify = {"boss"}, .reason = "late"}),
      Effect::notify({.to = "boss", .text = "look"}),
      Effect::set_timer({.name = "t", .due = Moment::after_seconds(60), .payload = "p"}),
      Effect::set_timer({.name = "u", .due = Moment::at("2026-03-11T09:00:00+08:00")}),
      Effect::cancel_timer("t"),
      Effect::record_promise({.text = "we call", .due = Moment::after_seconds(120), .owner = "boss"}),
      Effect::ask_survey(),
      Effect::record_survey({.code = 1, .points = 10, .reason = "good"}),
      Effect::record_survey({.code = 9, .reason = "?"}),
      Effect::hand_over({.team = "service", .reason = "asked"}),
      Effect::hand_over({.reason = "asked"}),
      Effect::resolve("done"),
      Effect::reopen("again"),
      Effect::announce({.name = "n", .value = "{}"}),
  };
}

static Done host() {
  log::write(Level::debug, "调试");
  log::write(Level::info, "資訊");
  log::write(Level::warn, "warn");
  log::write(Level::error, "error");
  auto a = random::next(), b = random::next(), c = random::next();
  return Effects{
      note("config " + config::get()),
      note("now " + clock::now()),
      note("random " + truth(a != b && b != c && a != c)),
  };
}

static Done search() {
  Effects effects;
  ASKED(hits, knowledge::search("退货", "zh-Hans", 5));
  for (const Hit &hit : *hits) {
    effects.push_back(note(said(hit.article, hit.title, hit.text, hit.language, truth(hit.score == 0.5f), comma(hit.labels))));
  }
  ASKED(found, knowledge::article("a2"));
  ASKED(none, knowledge::article("none"));
  effects.push_back(note(said("article", *found ? (*found)->text : "-", truth(!*none))));
  return effects;
}

static Done people() {
  ASKED(departments, directory::departments());
  ASKED(who, directory::responsible("invoice"));
  if (!*who) return permanent("nobody answers for invoices");
  const Contact &c = **who;
  ASKED(nobody, directory::responsible("?"));
  return Effects{
      note(comma(*departments)),
      note(said(c.name, c.department, c.role, word(c.public_contact), truth(c.reachable), word(c.back_at))),
      note(*nobody ? "somebody" : "nobody"),
  };
}

static Done hours() {
  const string_view saturday = "2026-03-14T12:00:00+08:00";
  const string now = clock::now();
  ASKED(open, calendar::is_open(now));
  ASKED(then, calendar::is_open(saturday));
  ASKED(next, calendar::next_open(saturday));
  ASKED(end, calendar::end_of_day(now));
  ASKED(later, calendar::add_business_seconds(now, 7 * 3600));
  return Effects{note(truth(*open)), note(said(saturday, truth(*then))), note(*next), note(*end), note(*later)};
}

static Done wrong_time() {
  ASKED(next, calendar::next_open("tomorrow"));
  return Effects{note(*next)};
}

static Done memory() {
  ASKED(old, kv::get(Scope::conversation, "old"));
  ASKED(none, kv::get(Scope::conversation, "none"));
  ASKED(set, kv::set(Scope::conversation, "new", "新"));
  ASKED(removed, kv::remove(Scope::conversation, "gone"));
  ASKED(failed, kv::compare_and_set(Scope::conversation, "old", "young", "x"));
  ASKED(swapped, kv::compare_and_set(Scope::conversation, "old", "老", "newer"));
  ASKED(entries, kv::scan(Scope::account, "p/", "p/1", 1));
  ASKED(bytes_set, kv::set(Scope::desk, "b", "\0\xff"s));
  ASKED(bytes, kv::get(Scope::desk, "b"));
  auto invalid = kv::set(Scope::desk, "", "x");
  return Effects{
      note(said("old", word(*old))),
      note(*none ? "some" : "none"),
      note(said("swap", truth(*failed), truth(*swapped))),
      note(said("scan", all(*entries, ",", [](const Entry &one) { return one.key + "=" + one.value; }))),
      note(said("bytes", all(**bytes, ",", [](char byte) { return number(static_cast<std::uint8_t>(byte)); }))),
      note(!invalid && invalid.error().as_invalid_key() ? "invalid" : "valid"),
  };
}

static auto sent(string method, string path, optional<string> body = std::nullopt) {
  return http::send({
      .method = std::move(method),
      .url = "https://orders.example" + path,
      .headers = {{"content-type", "application/json"}},
      .body = std::move(body),
  });
}

static Done servers() {
  ASKED(answer, sent("POST", "/42", "{\"单\":1}"));
  ASKED(gone, sent("GET", "/gone"));
  auto slow = sent("GET", "/slow");
  auto headers = all(answer->headers, ",", [](const Field &one) { return one.name + "=" + one.value; });
  return Effects{
      note(said(number(answer->status), answer->body, headers)),
      note(number(gone->status)),
      note(slow ? "answered" : string(slow.error().name())),
  };
}

static Done completed() {
  ASKED(answer, model::complete("答", "问", 7));
  return Effects{note(said(answer->text, truth(answer->cut), number(answer->tokens_in), number(answer->tokens_out)))};
}

static string about(const Ticket &t) {
  return said(t.key, name(t.kind), name(t.status), number(t.escalations), word(t.due), word(t.feedback));
}

static Done whole(const Context &context) {
  const auto &[desk, a, c, draft] = context;
  auto pair = [](const Field &one) { return one.name + "=" + one.value; };
  auto category = [](const Category &one) { return one.name + ":" + truth(one.confidence == 0.5f); };
  auto timers = all(c.timers, "; ", [](const Timer &one) { return said(one.name, one.payload); });
  auto promises = all(c.promises, "; ", [](const Promise &one) { return said(one.text, word(one.owner), name(one.status)); });
  auto messages = all(c.messages, "; ", [](const Message &one) { return said(name(one.author), word(one.author_name), one.text); });
  string first = "-";
  for (auto one = draft.rbegin(); one != draft.rend(); one++) {
    if (auto *reply = one->as_reply()) first = reply->text;
  }
  return Effects{
      note(said(desk.name, desk.time_zone, comma(desk.languages))),
      note(said(a.id, word(a.name), word(a.language), all(a.fields, ",", pair), number(a.conversation_count), number(a.open_complaints))),
      note(said(c.id, c.channel, name(c.handler), name(c.priority), c.stage ? name(*c.stage) : "-", comma(c.labels),
                all(c.categories, ",", category), name(c.survey), word(c.language), truth(c.resolved), number(c.message_count))),
      note(all(c.tickets, "; ", about)),
      note(timers + (timers.empty() || promises.empty() ? "" : "; ") + promises),
      note(messages),
      note(said(number(draft.size()), first)),
  };
}

static Done loop() {
  for (volatile int turn = 0;; turn = turn + 1) {
  }
}

static Done hoard() {
  for (std::vector<string> kept;;) kept.emplace_back(1 << 20, 'x');
}

static Done ask() {
  for (;;) clock::now();
}

static Done obey(string_view command, const Context &context) {
  if (command.starts_with("echo ")) return Effects{Effect::reply({.text = string(command.substr(5))})};
  if (command == "nothing") return Effects{};
  if (command == "effects 1") return first_effects();
  if (command == "effects 2") return second_effects();
  if (command == "host") return host();
  if (command == "knowledge") return search();
  if (command == "directory") return people();
  if (command == "calendar") return hours();
  if (command == "calendar wrong") return wrong_time();
  if (command == "kv") return memory();
  if (command == "http") return servers();
  if (command == "model") return completed();
  if (command == "context") return whole(context);
  if (command == "permanent") return permanent("永远不行");
  if (command == "transient") return std::unexpected(StepError::transient({.message = "later", .retry_after_seconds = 30}));
  if (command == "transient soon") return std::unexpected(StepError::transient({.message = "soon"}));
  if (command == "loop") return loop();
  if (command == "memory") return hoard();
  if (command == "trap") __builtin_trap();
  if (command == "ask") return ask();
  if (command == "flood") return Effects{note(string(2000, 'x'))};
  return permanent("there is no such command");
}

static string told(const Occurrence &what) {
  if (auto *m = what.as_agent_replied()) return said(word(m->author_name), m->text);
  if (auto *t = what.as_timer_fired()) return said(t->name, t->payload, t->due);
  if (auto *r = what.as_conversation_resolved()) return said(r->by, word(r->summary));
  if (auto *s = what.as_survey_answered()) return said(number(s->code), word(s->text));
  if (auto *t = what.as_ticket_updated()) return about(*t);
  if (auto *o = what.as_desk_recovered()) return said(o->began_at, o->ended_at);
  if (auto *f = what.as_announced()) return said(f->name, f->value);
  return "";
}

Manifest describe() {
  return {
      .name = "conformance",
      .version = "0.1.0",
      .summary = "Does what a message says",
      .grants = {"kv", "knowledge", "directory", "calendar", "tickets", "notify", "account.tier", "account.name", "model",
                 "http GET,POST https://orders.example"},
      .history = 10,
  };
}

std::expected<Outcome, StepError> handle(const Context &context, const Event &event) {
  const Message *message = event.what.as_message_received();
  if (!message) return Outcome{.effects = {note(said(event.what.name(), told(event.what)))}};
  Done answer = obey(message->text, context);
  if (!answer) return std::unexpected(answer.error());
  auto next = message->text == "effects 2" ? NextStep::finish : NextStep::go_on;
  return Outcome{.effects = std::move(*answer), .next = next};
}
