// The conformance suite in C: does what a message says. See tests/conformance/cases.
#include <stdlib.h>
#include <string.h>

#include "bindings/step.h"

#define TYPE(name) switchboard_plugin_types_##name##_t
#define EFFECT(name) SWITCHBOARD_PLUGIN_TYPES_EFFECT_##name
#define COUNT(list) (sizeof(list) / sizeof *(list))

typedef step_string_t string;

static TYPE(effect) effects[16];
static size_t count;
static step_step_error_t *failure;

// Text that grows.
static char buffer[8192];
static size_t length;

static string view(const char *text) { return (string){(uint8_t *)text, strlen(text)}; }

static string copy(const char *text) {
  string result;
  step_string_dup(&result, text);
  return result;
}

static step_list_string_t copies(const char **texts, size_t number) {
  step_list_string_t list = {malloc(number * sizeof(string)), number};
  for (size_t at = 0; at < number; at++) list.ptr[at] = copy(texts[at]);
  return list;
}

static void add(string text) {
  if (length + text.len > sizeof buffer) abort();
  memcpy(buffer + length, text.ptr, text.len);
  length += text.len;
}

static void put(const char *text) { add(view(text)); }

static void put_number(uint32_t number) {
  char digits[11];
  size_t at = sizeof digits;
  digits[--at] = 0;
  do digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  put(digits + at);
}

static void put_truth(bool truth) { put(truth ? "true" : "false"); }
static void put_word(bool is_some, string value) { is_some ? add(value) : put("-"); }
static void put_list(step_list_string_t list) {
  for (size_t at = 0; at < list.len; at++) {
    if (at) put(",");
    add(list.ptr[at]);
  }
}

// The text so far.
static string taken(void) {
  string text;
  step_string_dup_n(&text, buffer, length);
  length = 0;
  return text;
}

static TYPE(effect) * effect(uint8_t tag) {
  effects[count].tag = tag;
  return &effects[count++];
}

static void note(void) { effect(EFFECT(NOTE))->val.note = taken(); }
static void note_of(const char *text) { put(text), note(); }

// A refusal of the host becomes the step's own error.
static bool permanent(string message) {
  failure->tag = SWITCHBOARD_PLUGIN_TYPES_STEP_ERROR_PERMANENT;
  failure->val.permanent.message = message;
  return false;
}

static bool transient(const char *message, bool known, uint32_t after) {
  failure->tag = SWITCHBOARD_PLUGIN_TYPES_STEP_ERROR_TRANSIENT;
  failure->val.transient.message = copy(message);
  failure->val.transient.retry_after_seconds = (step_option_u32_t){known, after};
  return false;
}

static void first_effects(void) {
  const char *sources[] = {"a", "b"}, *people[] = {"boss", "lead"};
  TYPE(reply) *reply = &effect(EFFECT(REPLY))->val.reply;
  reply->text = copy("好的 👍");
  reply->language.is_some = true;
  reply->language.val = copy("zh-Hans");
  reply->sources = copies(sources, 2);
  effect(EFFECT(REPLY))->val.reply.text = copy("plain");
  note_of("note");
  effect(EFFECT(SET_LANGUAGE))->val.set_language = copy("en");
  TYPE(list_category) *categories = &effect(EFFECT(SET_CATEGORIES))->val.set_categories;
  categories->len = 2;
  categories->ptr = calloc(2, sizeof *categories->ptr);
  categories->ptr[0].name = copy("order");
  categories->ptr[0].confidence = 0.5f;
  categories->ptr[1].name = copy("repair");
  categories->ptr[1].confidence = 1;
  effect(EFFECT(SET_PRIORITY))->val.set_priority = SWITCHBOARD_PLUGIN_TYPES_PRIORITY_URGENT;
  effect(EFFECT(SET_STAGE))->val.set_stage = SWITCHBOARD_PLUGIN_TYPES_STAGE_IN_SALE;
  effect(EFFECT(ADD_LABEL))->val.add_label = copy("vip");
  effect(EFFECT(REMOVE_LABEL))->val.remove_label = copy("new");
  effect(EFFECT(SET_FIELD))->val.set_field = (TYPE(field)){copy("tier"), copy("gold")};
  TYPE(ticket_draft) *ticket = &effect(EFFECT(OPEN_TICKET))->val.open_ticket;
  ticket->key = copy("k");
  ticket->kind = SWITCHBOARD_PLUGIN_TYPES_TICKET_KIND_COMPLAINT;
  ticket->department = copy("service");
  ticket->title = copy("t");
  ticket->body = copy("b");
  ticket->priority = SWITCHBOARD_PLUGIN_TYPES_PRIORITY_HIGH;
  ticket->due.is_some = true;
  ticket->due.val.tag = SWITCHBOARD_PLUGIN_TYPES_MOMENT_AFTER_BUSINESS_SECONDS;
  ticket->due.val.val.after_business_seconds = 3600;
  ticket->notify = copies(people, 2);
}

static void second_effects(void) {
  const char *boss[] = {"boss"};
  effect(EFFECT(ESCALATE_TICKET))->val.escalate_ticket = (TYPE(escalation)){copy("k"), copies(boss, 1), copy("late")};
  effect(EFFECT(NOTIFY))->val.notify = (TYPE(notification)){copy("boss"), copy("look")};
  TYPE(timer_draft) *timer = &effect(EFFECT(SET_TIMER))->val.set_timer;
  timer->name = copy("t");
  timer->due.tag = SWITCHBOARD_PLUGIN_TYPES_MOMENT_AFTER_SECONDS;
  timer->due.val.after_seconds = 60;
  timer->payload = copy("p");
  timer = &effect(EFFECT(SET_TIMER))->val.set_timer;
  timer->name = copy("u");
  timer->due.tag = SWITCHBOARD_PLUGIN_TYPES_MOMENT_AT;
  timer->due.val.at = copy("2026-03-11T09:00:00+08:00");
  effect(EFFECT(CANCEL_TIMER))->val.cancel_timer = copy("t");
  TYPE(promise_draft) *promise = &effect(EFFECT(RECORD_PROMISE))->val.record_promise;
  promise->text = copy("we call");
  promise->due.tag = SWITCHBOARD_PLUGIN_TYPES_MOMENT_AFTER_SECONDS;
  promise->due.val.after_seconds = 120;
  promise->owner = (step_option_string_t){true, copy("boss")};
  effect(EFFECT(ASK_SURVEY));
  effect(EFFECT(RECORD_SURVEY))->val.record_survey = (TYPE(survey_result)){1, {true, 10}, copy("good")};
  effect(EFFECT(RECORD_SURVEY))->val.record_survey = (TYPE(survey_result)){9, {false, 0}, copy("?")};
  effect(EFFECT(HAND_OVER))->val.hand_over = (TYPE(handover)){{true, copy("service")}, copy("asked")};
  effect(EFFECT(HAND_OVER))->val.hand_over.reason = copy("asked");
  effect(EFFECT(RESOLVE))->val.resolve = copy("done");
  effect(EFFECT(REOPEN))->val.reopen = copy("again");
  effect(EFFECT(ANNOUNCE))->val.announce = (TYPE(field)){copy("n"), copy("{}")};
}

static void host(void) {
  static const char *lines[] = {"调试", "資訊", "warn", "error"};
  for (uint8_t level = 0; level < 4; level++) {
    string line = view(lines[level]);
    switchboard_plugin_log_write(level, &line);
  }
  uint32_t a = switchboard_plugin_random_next(), b = switchboard_plugin_random_next();
  uint32_t c = switchboard_plugin_random_next();
  string answer;
  switchboard_plugin_config_get(&answer);
  put("config "), add(answer), note();
  switchboard_plugin_clock_now(&answer);
  put("now "), add(answer), note();
  put("random "), put_truth(a != b && b != c && a != c), note();
}

static bool search(void) {
  string query = view("退货"), language = view("zh-Hans"), error;
  switchboard_plugin_knowledge_list_hit_t hits;
  if (!switchboard_plugin_knowledge_search(&query, &language, 5, &hits, &error)) return permanent(error);
  for (size_t at = 0; at < hits.len; at++) {
    switchboard_plugin_knowledge_hit_t *hit = &hits.ptr[at];
    add(hit->article), put(" "), add(hit->title), put(" "), add(hit->text), put(" "), add(hit->language);
    put(" "), put_truth(hit->score == 0.5f), put(" "), put_list(hit->labels), note();
  }
  switchboard_plugin_knowledge_option_hit_t article;
  string id = view("a2");
  if (!switchboard_plugin_knowledge_article(&id, &article, &error)) return permanent(error);
  put("article "), put_word(article.is_some, article.val.text);
  id = view("none");
  if (!switchboard_plugin_knowledge_article(&id, &article, &error)) return permanent(error);
  put(" "), put_truth(!article.is_some), note();
  return true;
}

static bool people(void) {
  string error, topic = view("invoice");
  step_list_string_t departments;
  switchboard_plugin_directory_option_contact_t who;
  if (!switchboard_plugin_directory_departments(&departments, &error)) return permanent(error);
  put_list(departments), note();
  if (!switchboard_plugin_directory_responsible(&topic, &who, &error)) return permanent(error);
  if (!who.is_some) return permanent(copy("nobody answers for invoices"));
  add(who.val.name), put(" "), add(who.val.department), put(" "), add(who.val.role), put(" ");
  put_word(who.val.public_contact.is_some, who.val.public_contact.val), put(" "), put_truth(who.val.reachable);
  put(" "), put_word(who.val.back_at.is_some, who.val.back_at.val), note();
  topic = view("?");
  if (!switchboard_plugin_directory_responsible(&topic, &who, &error)) return permanent(error);
  note_of(who.is_some ? "somebody" : "nobody");
  return true;
}

static bool hours(void) {
  string now, error, answer, saturday = view("2026-03-14T12:00:00+08:00");
  bool open;
  switchboard_plugin_clock_now(&now);
  if (!switchboard_plugin_calendar_is_open(&now, &open, &error)) return permanent(error);
  put_truth(open), note();
  if (!switchboard_plugin_calendar_is_open(&saturday, &open, &error)) return permanent(error);
  add(saturday), put(" "), put_truth(open), note();
  if (!switchboard_plugin_calendar_next_open(&saturday, &answer, &error)) return permanent(error);
  add(answer), note();
  if (!switchboard_plugin_calendar_end_of_day(&now, &answer, &error)) return permanent(error);
  add(answer), note();
  if (!switchboard_plugin_calendar_add_business_seconds(&now, 7 * 3600, &answer, &error)) return permanent(error);
  add(answer), note();
  return true;
}

static bool wrong_time(void) {
  string tomorrow = view("tomorrow"), answer, error;
  if (!switchboard_plugin_calendar_next_open(&tomorrow, &answer, &error)) return permanent(error);
  add(answer), note();
  return true;
}

static step_list_u8_t bytes_of(const char *text) { return (step_list_u8_t){(uint8_t *)text, strlen(text)}; }

static bool memory(void) {
  const switchboard_plugin_kv_scope_t here = SWITCHBOARD_PLUGIN_KV_SCOPE_CONVERSATION;
  const switchboard_plugin_kv_scope_t everywhere = SWITCHBOARD_PLUGIN_KV_SCOPE_DESK;
  switchboard_plugin_kv_kv_error_t error;
  step_option_list_u8_t value;
  step_list_u8_t old, want, give;
  switchboard_plugin_kv_list_entry_t entries;
  bool failed, swapped;
  string key = view("old");
  if (!switchboard_plugin_kv_get(here, &key, &value, &error)) return permanent(error.val.no_grant);
  old = value.val;
  put("old "), add((string){old.ptr, old.len}), note();
  key = view("none");
  if (!switchboard_plugin_kv_get(here, &key, &value, &error)) return permanent(error.val.no_grant);
  note_of(value.is_some ? "some" : "none");
  key = view("new"), give = bytes_of("新");
  if (!switchboard_plugin_kv_set(here, &key, &give, &error)) return permanent(error.val.no_grant);
  key = view("gone");
  if (!switchboard_plugin_kv_remove(here, &key, &error)) return permanent(error.val.no_grant);
  key = view("old"), want = bytes_of("young"), give = bytes_of("x");
  if (!switchboard_plugin_kv_compare_and_set(here, &key, &want, &give, &failed, &error)) return false;
  want = bytes_of("老"), give = bytes_of("newer");
  if (!switchboard_plugin_kv_compare_and_set(here, &key, &want, &give, &swapped, &error)) return false;
  put("swap "), put_truth(failed), put(" "), put_truth(swapped), note();
  string prefix = view("p/"), after = view("p/1");
  if (!switchboard_plugin_kv_scan(SWITCHBOARD_PLUGIN_KV_SCOPE_ACCOUNT, &prefix, &after, 1, &entries, &error))
    return permanent(error.val.no_grant);
  put("scan ");
  for (size_t at = 0; at < entries.len; at++) {
    add(entries.ptr[at].key), put("="), add((string){entries.ptr[at].value.ptr, entries.ptr[at].value.len});
  }
  note();
  uint8_t raw[] = {0, 255};
  key = view("b"), give = (step_list_u8_t){raw, 2};
  if (!switchboard_plugin_kv_set(everywhere, &key, &give, &error)) return permanent(error.val.no_grant);
  if (!switchboard_plugin_kv_get(everywhere, &key, &value, &error)) return permanent(error.val.no_grant);
  put("bytes ");
  for (size_t at = 0; at < value.val.len; at++) {
    if (at) put(",");
    put_number(value.val.ptr[at]);
  }
  note();
  key = view("");
  bool valid = switchboard_plugin_kv_set(everywhere, &key, &give, &error);
  note_of(!valid && error.tag == SWITCHBOARD_PLUGIN_KV_KV_ERROR_INVALID_KEY ? "invalid" : "valid");
  return true;
}

static bool sent(const char *method, const char *url, string *body, switchboard_plugin_http_response_t *answer,
                 switchboard_plugin_http_http_error_t *error) {
  switchboard_plugin_http_field_t type = {view("content-type"), view("application/json")};
  switchboard_plugin_http_request_t request = {view(method), view(url), {&type, 1}, {0}};
  if (body) request.body = (step_option_string_t){true, *body};
  return switchboard_plugin_http_send(&request, answer, error);
}

static bool servers(void) {
  switchboard_plugin_http_response_t answer;
  switchboard_plugin_http_http_error_t error;
  string body = view("{\"单\":1}");
  if (!sent("POST", "https://orders.example/42", &body, &answer, &error)) return permanent(error.val.no_grant);
  put_number(answer.status), put(" "), add(answer.body), put(" ");
  for (size_t at = 0; at < answer.headers.len; at++) {
    if (at) put(",");
    add(answer.headers.ptr[at].name), put("="), add(answer.headers.ptr[at].value);
  }
  note();
  if (!sent("GET", "https://orders.example/gone", NULL, &answer, &error)) return permanent(error.val.no_grant);
  put_number(answer.status), note();
  bool answered = sent("GET", "https://orders.example/slow", NULL, &answer, &error);
  note_of(!answered && error.tag == SWITCHBOARD_PLUGIN_HTTP_HTTP_ERROR_TIMEOUT ? "timeout" : "answered");
  return true;
}

static bool said(void) {
  string instructions = view("答"), question = view("问");
  uint32_t most = 7;
  switchboard_plugin_model_answer_t answer;
  switchboard_plugin_model_model_error_t error;
  if (!switchboard_plugin_model_complete(&instructions, &question, &most, &answer, &error))
    return permanent(error.val.no_grant);
  add(answer.text), put(" "), put_truth(answer.cut), put(" "), put_number(answer.tokens_in), put(" ");
  put_number(answer.tokens_out), note();
  return true;
}

static const char *authors[] = {"customer", "step", "agent", "host"};
static const char *priorities[] = {"low", "normal", "high", "urgent"};
static const char *stages[] = {"pre-sale", "in-sale", "after-sale"};
static const char *handlers[] = {"bot", "queue", "agent"};
static const char *kinds[] = {"complaint", "suggestion", "repair", "order", "lead", "question", "emergency"};
static const char *statuses[] = {"opened", "acknowledged", "in-progress", "closed"};
static const char *surveys[] = {"not-asked", "asked", "answered"};
static const char *promises[] = {"open", "kept", "broken"};

static void put_ticket(TYPE(ticket) * t) {
  add(t->key), put(" "), put(kinds[t->kind]), put(" "), put(statuses[t->status]), put(" "), put_number(t->escalations);
  put(" "), put_word(t->due.is_some, t->due.val), put(" "), put_word(t->feedback.is_some, t->feedback.val);
}

static void whole(step_context_t *context) {
  TYPE(desk) *desk = &context->desk;
  TYPE(account) *a = &context->account;
  TYPE(conversation) *c = &context->conversation;
  add(desk->name), put(" "), add(desk->time_zone), put(" ");
  put_list((step_list_string_t){desk->languages.ptr, desk->languages.len}), note();
  add(a->id), put(" "), put_word(a->name.is_some, a->name.val), put(" ");
  put_word(a->language.is_some, a->language.val), put(" ");
  for (size_t at = 0; at < a->fields.len; at++) {
    if (at) put(",");
    add(a->fields.ptr[at].name), put("="), add(a->fields.ptr[at].value);
  }
  put(" "), put_number(a->conversation_count), put(" "), put_number(a->open_complaints), note();
  add(c->id), put(" "), add(c->channel), put(" "), put(handlers[c->handler]), put(" "), put(priorities[c->priority]);
  put(" "), put(c->stage.is_some ? stages[c->stage.val] : "-"), put(" "), put_list(c->labels), put(" ");
  for (size_t at = 0; at < c->categories.len; at++) {
    if (at) put(",");
    add(c->categories.ptr[at].name), put(":"), put_truth(c->categories.ptr[at].confidence == 0.5f);
  }
  put(" "), put(surveys[c->survey]), put(" "), put_word(c->language.is_some, c->language.val), put(" ");
  put_truth(c->resolved), put(" "), put_number(c->message_count), note();
  for (size_t at = 0; at < c->tickets.len; at++) {
    if (at) put("; ");
    put_ticket(&c->tickets.ptr[at]);
  }
  note();
  for (size_t at = 0; at < c->timers.len; at++) {
    if (at) put("; ");
    add(c->timers.ptr[at].name), put(" "), add(c->timers.ptr[at].payload);
  }
  for (size_t at = 0; at < c->promises.len; at++) {
    if (at || c->timers.len) put("; ");
    add(c->promises.ptr[at].text), put(" ");
    put_word(c->promises.ptr[at].owner.is_some, c->promises.ptr[at].owner.val);
    put(" "), put(promises[c->promises.ptr[at].status]);
  }
  note();
  for (size_t at = 0; at < c->messages.len; at++) {
    TYPE(message) *m = &c->messages.ptr[at];
    if (at) put("; ");
    put(authors[m->author]), put(" "), put_word(m->author_name.is_some, m->author_name.val), put(" "), add(m->text);
  }
  note();
  string first = view("-");
  for (size_t at = context->draft.len; at-- > 0;) {
    TYPE(effect) *asked = &context->draft.ptr[at];
    if (asked->tag == EFFECT(REPLY)) first = asked->val.reply.text;
  }
  put_number((uint32_t)context->draft.len), put(" "), add(first), note();
}

static void told(TYPE(occurrence) * what) {
  switch (what->tag) {
    case SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_AGENT_REPLIED: {
      TYPE(message) *m = &what->val.agent_replied;
      put("agent-replied "), put_word(m->author_name.is_some, m->author_name.val), put(" "), add(m->text);
      break;
    }
    case SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_TIMER_FIRED: {
      TYPE(timer) *t = &what->val.timer_fired;
      put("timer-fired "), add(t->name), put(" "), add(t->payload), put(" "), add(t->due);
      break;
    }
    case SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_CONVERSATION_RESOLVED: {
      TYPE(resolution) *r = &what->val.conversation_resolved;
      put("conversation-resolved "), add(r->by), put(" "), put_word(r->summary.is_some, r->summary.val);
      break;
    }
    case SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_SURVEY_ANSWERED: {
      TYPE(survey_answer) *s = &what->val.survey_answered;
      put("survey-answered "), put_number(s->code), put(" "), put_word(s->text.is_some, s->text.val);
      break;
    }
    case SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_TICKET_UPDATED:
      put("ticket-updated "), put_ticket(&what->val.ticket_updated);
      break;
    case SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_DESK_RECOVERED: {
      TYPE(outage) *o = &what->val.desk_recovered;
      put("desk-recovered "), add(o->began_at), put(" "), add(o->ended_at);
      break;
    }
    case SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_ANNOUNCED:
      put("announced "), add(what->val.announced.name), put(" "), add(what->val.announced.value);
      break;
  }
  note();
}

static bool obey(string text, step_context_t *context) {
  char command[32] = {0};
  if (text.len < sizeof command) memcpy(command, text.ptr, text.len);
#define IS(name) (strcmp(command, name) == 0)
  if (text.len >= 5 && memcmp(text.ptr, "echo ", 5) == 0) {
    add((string){text.ptr + 5, text.len - 5});
    effect(EFFECT(REPLY))->val.reply.text = taken();
  } else if (IS("effects 1")) {
    first_effects();
  } else if (IS("effects 2")) {
    second_effects();
  } else if (IS("host")) {
    host();
  } else if (IS("knowledge")) {
    return search();
  } else if (IS("directory")) {
    return people();
  } else if (IS("calendar")) {
    return hours();
  } else if (IS("calendar wrong")) {
    return wrong_time();
  } else if (IS("kv")) {
    return memory();
  } else if (IS("http")) {
    return servers();
  } else if (IS("model")) {
    return said();
  } else if (IS("context")) {
    whole(context);
  } else if (IS("permanent")) {
    return permanent(copy("永远不行"));
  } else if (IS("transient")) {
    return transient("later", true, 30);
  } else if (IS("transient soon")) {
    return transient("soon", false, 0);
  } else if (IS("loop")) {
    for (volatile int turn = 0;; turn = turn + 1) {
    }
  } else if (IS("memory")) {
    for (;;) {
      volatile char *more = malloc(1 << 20);
      if (!more) abort();
      *more = 1;
    }
  } else if (IS("trap")) {
    __builtin_trap();
  } else if (IS("ask")) {
    for (string now;;) switchboard_plugin_clock_now(&now);
  } else if (IS("flood")) {
    for (int at = 0; at < 2000; at++) put("x");
    note();
  } else if (!IS("nothing")) {
    return permanent(copy("there is no such command"));
  }
  return true;
}

void exports_step_describe(step_manifest_t *manifest) {
  const char *grants[] = {"kv", "knowledge", "directory", "calendar", "tickets", "notify", "account.tier", "account.name", "model",
                          "http GET,POST https://orders.example"};
  memset(manifest, 0, sizeof *manifest);
  manifest->name = copy("conformance");
  manifest->version = copy("0.1.0");
  manifest->summary = copy("Does what a message says");
  manifest->grants = copies(grants, COUNT(grants));
  manifest->history = 10;
}

bool exports_step_handle(step_context_t *context, step_event_t *event, step_outcome_t *outcome,
                         step_step_error_t *error) {
  failure = error;
  memset(effects, 0, sizeof effects);
  if (event->what.tag == SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_MESSAGE_RECEIVED) {
    string text = event->what.val.message_received.text;
    bool finish = text.len == 9 && memcmp(text.ptr, "effects 2", 9) == 0;
    outcome->next = finish ? SWITCHBOARD_PLUGIN_TYPES_NEXT_STEP_FINISH : SWITCHBOARD_PLUGIN_TYPES_NEXT_STEP_GO_ON;
    if (!obey(text, context)) return false;
  } else {
    outcome->next = SWITCHBOARD_PLUGIN_TYPES_NEXT_STEP_GO_ON;
    told(&event->what);
  }
  // The list is freed after it was read, so it can't be ours.
  outcome->effects.len = count;
  outcome->effects.ptr = malloc(sizeof effects);
  memcpy(outcome->effects.ptr, effects, sizeof effects);
  return true;
}
