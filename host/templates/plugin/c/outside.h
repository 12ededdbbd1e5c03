// Servers of others, and the desk's language model, in a line each.
//
// What goes wrong is written to `error` as the step's own failure; a step may return false with it. It is transient where
// another try may help: nobody there, too slow, too many at once, a status of 429 or from 500 up. Else it is permanent: where
// the desk doesn't let the request out, its message is the line to add to desk.toml.
#ifndef OUTSIDE_H
#define OUTSIDE_H

#include "bindings/step.h"

typedef enum {
  OUTSIDE_FAILED,   // `error` says why
  OUTSIDE_NOTHING,  // the server has nothing there (404), or nothing to say
  OUTSIDE_ANSWERED,
} outside_t;

// What the server has there. `body` is to be freed. Needs the grant "http GET".
outside_t outside_get(const char *url, step_string_t *body, step_step_error_t *error);

// What the server answers to this JSON. `body` is to be freed. Needs the grant "http POST".
outside_t outside_post(const char *url, const char *json, step_string_t *body, step_step_error_t *error);

// What the model makes of a text. `answer` is to be freed. Needs the grant "model".
bool outside_ask(const char *instructions, step_string_t text, step_string_t *answer, step_step_error_t *error);

// The text that a JSON object has under a name; false where it has none. `value` is to be freed.
bool outside_text(step_string_t json, const char *name, step_string_t *value);

#endif
