// {{name}}: greets, and labels questions about invoices.
#include <stdlib.h>
#include <string.h>

#include "bindings/step.h"

typedef step_string_t string;
typedef switchboard_plugin_types_effect_t effect;

// A copy that the caller frees: everything that is returned to the host is freed after it was read.
static string copy(const char *text) {
  string result;
  step_string_dup(&result, text);
  return result;
}

static bool contains(string text, const char *word) {
  size_t length = strlen(word);
  for (size_t at = 0; at + length <= text.len; at++) {
    if (memcmp(text.ptr + at, word, length) == 0) return true;
  }
  return false;
}

static bool is(string text, const char *word) {
  return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

void exports_step_describe(step_manifest_t *manifest) {
  memset(manifest, 0, sizeof *manifest);
  manifest->name = copy("{{name}}");
  manifest->version = copy("0.1.0");
  manifest->summary = copy("Greets, and labels questions about invoices");
  manifest->events.len = 1;
  manifest->events.ptr = malloc(sizeof(string));
  manifest->events.ptr[0] = copy("message.received");
}

bool exports_step_handle(step_context_t *context, step_event_t *event, step_outcome_t *outcome,
                         step_step_error_t *error) {
  (void)context;
  (void)error;
  effect *effects = calloc(2, sizeof(effect));
  size_t count = 0;
  if (event->what.tag == SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_MESSAGE_RECEIVED) {
    switchboard_plugin_types_message_t *message = &event->what.val.message_received;
    string text = message->text;
    if (contains(text, "你好") || contains(text, "您好") || contains(text, "Hello") || contains(text, "hello")) {
      const char *language = "zh-Hans", *greeting = "您好！请问有什么可以帮您？";
      if (message->language.is_some && is(message->language.val, "zh-Hant")) {
        language = "zh-Hant";
        greeting = "您好！請問有什麼可以幫您？";
      } else if (message->language.is_some && is(message->language.val, "en")) {
        language = "en";
        greeting = "Hello! How can I help you?";
      }
      effect *reply = &effects[count++];
      reply->tag = SWITCHBOARD_PLUGIN_TYPES_EFFECT_REPLY;
      reply->val.reply.text = copy(greeting);
      reply->val.reply.language.is_some = true;
      reply->val.reply.language.val = copy(language);
    }
    if (contains(text, "发票") || contains(text, "發票") || contains(text, "invoice")) {
      string line = copy("the customer asks for an invoice");
      switchboard_plugin_log_write(SWITCHBOARD_PLUGIN_LOG_LEVEL_INFO, &line);
      step_string_free(&line);
      effect *label = &effects[count++];
      label->tag = SWITCHBOARD_PLUGIN_TYPES_EFFECT_ADD_LABEL;
      label->val.add_label = copy("invoice");
    }
  }
  outcome->effects.ptr = effects;
  outcome->effects.len = count;
  outcome->next = SWITCHBOARD_PLUGIN_TYPES_NEXT_STEP_GO_ON;
  return true;  // false, with *error set, for a failure
}
