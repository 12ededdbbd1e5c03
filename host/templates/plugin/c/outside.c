#include "outside.h"

#include <stdlib.h>
#include <string.h>

typedef step_string_t string;

static string view(const char *text) {
  string result = {(uint8_t *)text, strlen(text)};
  return result;
}

// Takes the message over.
static void fail(step_step_error_t *error, bool may_pass, string message) {
  memset(error, 0, sizeof *error);
  if (may_pass) {
    error->tag = SWITCHBOARD_PLUGIN_TYPES_STEP_ERROR_TRANSIENT;
    error->val.transient.message = message;
  } else {
    error->tag = SWITCHBOARD_PLUGIN_TYPES_STEP_ERROR_PERMANENT;
    error->val.permanent.message = message;
  }
}

// "URL answered 503"
static string answered(const char *url, uint32_t status) {
  static const char between[] = " answered ";
  char digits[10];
  size_t count = 0;
  do digits[count++] = (char)('0' + status % 10); while (status /= 10);
  size_t length = strlen(url) + sizeof between - 1 + count;
  string text = {malloc(length), length};
  memcpy(text.ptr, url, strlen(url));
  memcpy(text.ptr + strlen(url), between, sizeof between - 1);
  for (size_t at = 0; at < count; at++) text.ptr[length - 1 - at] = (uint8_t)digits[at];
  return text;
}

static outside_t exchanged(const char *method, const char *url, const char *json, string *body, step_step_error_t *error) {
  switchboard_plugin_http_field_t headers[2] = {
      {view("accept"), view("application/json")},
      {view("content-type"), view("application/json")},
  };
  switchboard_plugin_http_request_t request = {view(method), view(url), {headers, json ? 2 : 1}, {0}};
  if (json) {
    request.body.is_some = true;
    request.body.val = view(json);
  }
  switchboard_plugin_http_response_t answer;
  switchboard_plugin_http_http_error_t refused;
  if (!switchboard_plugin_http_send(&request, &answer, &refused)) {
    bool may_pass = refused.tag == SWITCHBOARD_PLUGIN_HTTP_HTTP_ERROR_UNREACHABLE ||
                    refused.tag == SWITCHBOARD_PLUGIN_HTTP_HTTP_ERROR_TIMEOUT ||
                    refused.tag == SWITCHBOARD_PLUGIN_HTTP_HTTP_ERROR_TOO_MANY;
    fail(error, may_pass, refused.val.no_grant);  // each of them is a text
    return OUTSIDE_FAILED;
  }
  uint32_t status = answer.status;
  *body = answer.body;
  memset(&answer.body, 0, sizeof answer.body);
  switchboard_plugin_http_response_free(&answer);
  if (status >= 200 && status <= 299 && body->len > 0) return OUTSIDE_ANSWERED;
  step_string_free(body);
  if ((status >= 200 && status <= 299) || (status == 404 && !json)) return OUTSIDE_NOTHING;
  fail(error, status == 429 || status > 499, answered(url, status));
  return OUTSIDE_FAILED;
}

outside_t outside_get(const char *url, string *body, step_step_error_t *error) {
  return exchanged("GET", url, NULL, body, error);
}

outside_t outside_post(const char *url, const char *json, string *body, step_step_error_t *error) {
  return exchanged("POST", url, json, body, error);
}

bool outside_ask(const char *instructions, string text, string *answer, step_step_error_t *error) {
  string what = view(instructions);
  switchboard_plugin_model_answer_t said;
  switchboard_plugin_model_model_error_t refused;
  if (!switchboard_plugin_model_complete(&what, &text, NULL, &said, &refused)) {
    bool may_pass = refused.tag == SWITCHBOARD_PLUGIN_MODEL_MODEL_ERROR_UNAVAILABLE ||
                    refused.tag == SWITCHBOARD_PLUGIN_MODEL_MODEL_ERROR_TIMEOUT ||
                    refused.tag == SWITCHBOARD_PLUGIN_MODEL_MODEL_ERROR_TOO_MANY;
    fail(error, may_pass, refused.val.no_grant);
    return false;
  }
  *answer = said.text;
  return true;
}

// Four hexadecimal digits; more than 16 bits where they are none.
static uint32_t hex4(const uint8_t *at, const uint8_t *end) {
  uint32_t value = 0;
  if (end - at < 4) return UINT32_MAX;
  for (int digit = 0; digit < 4; digit++) {
    uint8_t c = at[digit];
    uint8_t low = c | 0x20;
    if (c >= '0' && c <= '9') value = value * 16 + (c - '0');
    else if (low >= 'a' && low <= 'f') value = value * 16 + (low - 'a' + 10);
    else return UINT32_MAX;
  }
  return value;
}

static uint8_t *put(uint8_t *to, uint32_t c) {
  if (c < 0x80) {
    *to++ = (uint8_t)c;
    return to;
  }
  int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
  *to++ = (uint8_t)(first[more] | c >> 6 * more);
  while (more-- > 0) *to++ = (uint8_t)(0x80 | (c >> 6 * more & 0x3f));
  return to;
}

// Reads a JSON string whose opening quote is before `at`; no escape is shorter than what it stands for. Returns what follows
// its closing quote, or NULL where it has none or an escape that there isn't.
static const uint8_t *unquoted(const uint8_t *at, const uint8_t *end, string *value) {
  value->ptr = malloc((size_t)(end - at) + 1);
  uint8_t *to = value->ptr;
  while (at < end && *at != '"') {
    if (*at != '\\') {
      *to++ = *at++;
      continue;
    }
    if (++at == end) break;
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    const char *known = memchr(from, *at, sizeof from - 1);
    if (known) {
      *to++ = (uint8_t)into[known - from];
      at++;
      continue;
    }
    uint32_t c = *at == 'u' ? hex4(at + 1, end) : UINT32_MAX;
    if (c == UINT32_MAX) break;
    at += 5;
    if (c >= 0xd800 && c < 0xdc00 && end - at > 2 && at[0] == '\\' && at[1] == 'u') {
      uint32_t low = hex4(at + 2, end);
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
      }
    }
    if (c >= 0xd800 && c < 0xe000) c = 0xfffd;
    to = put(to, c);
  }
  value->len = (size_t)(to - value->ptr);
  if (at < end && *at == '"') return at + 1;
  step_string_free(value);
  return NULL;
}

static const uint8_t *past_space(const uint8_t *at, const uint8_t *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
  return at;
}

bool outside_text(string json, const char *name, string *value) {
  const uint8_t *at = json.ptr, *end = json.ptr + json.len;
  int depth = 0;
  while (at < end) {
    uint8_t c = *at++;
    if (c == '{' || c == '[') depth++;
    if (c == '}' || c == ']') depth--;
    if (c != '"') continue;
    string found;
    if (!(at = unquoted(at, end, &found))) return false;
    const uint8_t *next = past_space(at, end);
    bool wanted = depth == 1 && next < end && *next == ':' && found.len == strlen(name) && memcmp(found.ptr, name, found.len) == 0;
    step_string_free(&found);
    if (!wanted) continue;
    next = past_space(next + 1, end);
    return next < end && *next == '"' && unquoted(next + 1, end, value) != NULL;
  }
  return false;
}
