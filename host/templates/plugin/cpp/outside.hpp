// Servers of others, and the desk's language model, in a line each.
//
// What goes wrong is the step's own failure; a step may return it as it is. It is transient where another try may help: nobody
// there, too slow, too many at once, a status of 429 or from 500 up. Else it is permanent: where the desk doesn't let the
// request out, its message is the line to add to desk.toml.
#pragma once

#include "bindings/switchboard.hpp"

namespace outside {

template <class T> using answer = std::expected<T, switchboard::StepError>;

// What the server has there; none where it has nothing there (404), or nothing to say. Needs the grant "http GET".
answer<std::optional<std::string>> get(std::string_view url);

// What the server answers to this JSON; none where it has nothing to say. Needs the grant "http POST".
answer<std::optional<std::string>> post(std::string_view url, std::string_view json);

// What the model makes of a text. Needs the grant "model".
answer<std::string> ask(std::string_view instructions, std::string_view text);

// The text that a JSON object has under a name; none where it has none.
std::optional<std::string> text_of(std::string_view json, std::string_view name);

}  // namespace outside
