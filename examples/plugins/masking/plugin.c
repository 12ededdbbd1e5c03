// Masks phone and identity numbers in what a customer writes, so that it can be passed on.
//
// The message itself stays as it came. Where it has such a number, a note has the text with the numbers masked, and a
// label says that the message has personal data in it: whoever exports conversations can leave these out.
//
// - Mobile numbers of mainland China: 11 digits, 13 to 19 first. The middle four are masked: 138****5678.
// - Identity numbers of mainland China: 17 digits and a check digit (ISO 7064 MOD 11-2). All but the first and the last
//   four are masked. One whose check digit is wrong isn't an identity number.
#include <stdlib.h>
#include <string.h>

#include "bindings/step.h"

#define PHONE 11
#define IDENTITY 18

typedef step_string_t string;
typedef switchboard_plugin_types_effect_t effect;

// Everything that is returned to the host is freed after it was read, so it must come from malloc.
static string copy(const char *text) {
  string result;
  step_string_dup(&result, text);
  return result;
}

static bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

static bool is_phone(const uint8_t *digits, size_t length) {
  return length == PHONE && digits[0] == '1' && digits[1] >= '3';
}

static bool is_identity(const uint8_t *digits, size_t length) {
  static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  static const char checks[] = "10X98765432";
  if (length != IDENTITY) return false;
  int sum = 0;
  for (int at = 0; at < 17; at++) {
    if (!is_digit(digits[at])) return false;
    sum += weights[at] * (digits[at] - '0');
  }
  uint8_t last = digits[17] == 'x' ? 'X' : digits[17];
  return last == (uint8_t)checks[sum % 11];
}

// Masks every number in a text, in place; all that it touches are ASCII digits. Says how many there were.
static int mask(uint8_t *text, size_t length) {
  int masked = 0;
  for (size_t begin = 0; begin < length;) {
    if (!is_digit(text[begin])) {
      begin++;
      continue;
    }
    size_t end = begin;
    while (end < length && is_digit(text[end])) end++;
    size_t digits = end - begin;
    if (digits == IDENTITY - 1 && end < length && (text[end] == 'X' || text[end] == 'x')) digits = IDENTITY;
    size_t from = 0, to = 0;
    // With the country's number before it: 8613812345678.
    size_t country = digits == PHONE + 2 && memcmp(text + begin, "86", 2) == 0 ? 2 : 0;
    if (is_phone(text + begin + country, digits - country)) {
      from = begin + country + 3;
      to = begin + country + 7;
    } else if (is_identity(text + begin, digits)) {
      from = begin + 4;
      to = begin + 14;
    }
    if (to > from) {
      memset(text + from, '*', to - from);
      masked++;
    }
    begin += digits;
  }
  return masked;
}

void exports_step_describe(step_manifest_t *manifest) {
  memset(manifest, 0, sizeof *manifest);
  manifest->name = copy("masking");
  manifest->version = copy("0.1.0");
  manifest->summary = copy("Masks phone and identity numbers for passing a message on");
  manifest->events.len = 1;
  manifest->events.ptr = malloc(sizeof(string));
  manifest->events.ptr[0] = copy("message.received");
}

bool exports_step_handle(step_context_t *context, step_event_t *event, step_outcome_t *outcome,
                         step_step_error_t *error) {
  static const char intro[] = "Personal numbers masked, for passing on: ";
  (void)context;
  (void)error;
  memset(outcome, 0, sizeof *outcome);
  outcome->next = SWITCHBOARD_PLUGIN_TYPES_NEXT_STEP_GO_ON;
  if (event->what.tag != SWITCHBOARD_PLUGIN_TYPES_OCCURRENCE_MESSAGE_RECEIVED) return true;
  string text = event->what.val.message_received.text;
  string note = {malloc(sizeof intro - 1 + text.len), sizeof intro - 1 + text.len};
  memcpy(note.ptr, intro, sizeof intro - 1);
  memcpy(note.ptr + sizeof intro - 1, text.ptr, text.len);
  if (mask(note.ptr + sizeof intro - 1, text.len) == 0) {
    step_string_free(&note);
    return true;
  }
  effect *effects = calloc(2, sizeof(effect));
  effects[0].tag = SWITCHBOARD_PLUGIN_TYPES_EFFECT_ADD_LABEL;
  effects[0].val.add_label = copy("personal-data");
  effects[1].tag = SWITCHBOARD_PLUGIN_TYPES_EFFECT_NOTE;
  effects[1].val.note = note;
  outcome->effects.ptr = effects;
  outcome->effects.len = 2;
  return true;
}
