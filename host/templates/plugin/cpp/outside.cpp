#include "outside.hpp"

#include <charconv>

using namespace switchboard;
using std::string_view;

namespace outside {

static std::unexpected<StepError> failed(bool may_pass, std::string message) {
  if (may_pass) return std::unexpected(StepError::transient({.message = std::move(message)}));
  return std::unexpected(StepError::permanent({.message = std::move(message)}));
}

static answer<std::optional<std::string>> exchanged(Request request) {
  string_view method = request.method;
  request.headers.push_back({"accept", "application/json"});
  if (request.body) request.headers.push_back({"content-type", "application/json"});
  auto came = http::send(request);
  if (!came) {
    const HttpError &error = came.error();
    return failed(error.as_unreachable() || error.as_timeout() || error.as_too_many(), error.text());
  }
  bool well = came->status >= 200 && came->status <= 299;
  if (well && !came->body.empty()) return std::move(came->body);
  if (well || (came->status == 404 && method == "GET")) return std::nullopt;
  return failed(came->status == 429 || came->status > 499, request.url + " answered " + std::to_string(came->status));
}

answer<std::optional<std::string>> get(string_view url) {
  return exchanged({.method = "GET", .url = std::string(url)});
}

answer<std::optional<std::string>> post(string_view url, string_view json) {
  return exchanged({.method = "POST", .url = std::string(url), .body = std::string(json)});
}

answer<std::string> ask(string_view instructions, string_view text) {
  auto said = model::complete(instructions, text, std::nullopt);
  if (said) return std::move(said->text);
  const ModelError &error = said.error();
  return failed(error.as_unavailable() || error.as_timeout() || error.as_too_many(), error.text());
}

// Four hexadecimal digits at the beginning of a text, which lose their place there.
static std::optional<std::uint32_t> hex4(string_view &text) {
  std::uint32_t value = 0;
  if (text.size() < 4) return std::nullopt;
  auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
  if (error != std::errc() || end != text.data() + 4) return std::nullopt;
  text.remove_prefix(4);
  return value;
}

static void append(std::string &text, std::uint32_t c) {
  auto add = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (c < 0x80) return add(c);
  int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr std::uint32_t first[] = {0, 0xc0, 0xe0, 0xf0};
  add(first[more] | c >> 6 * more);
  while (more-- > 0) add(0x80 | (c >> 6 * more & 0x3f));
}

// Reads a JSON string whose opening quote is gone, and leaves what follows its closing one; none where it has none, or an escape
// that there isn't.
static std::optional<std::string> unquoted(string_view &json) {
  std::string text;
  while (!json.empty()) {
    char c = json.front();
    json.remove_prefix(1);
    if (c == '"') return text;
    if (c != '\\') {
      text.push_back(c);
      continue;
    }
    if (json.empty()) break;
    c = json.front();
    json.remove_prefix(1);
    constexpr string_view from = "\"\\/bfnrt", into = "\"\\/\b\f\n\r\t";
    if (auto known = from.find(c); known != from.npos) {
      text.push_back(into[known]);
      continue;
    }
    auto unit = c == 'u' ? hex4(json) : std::nullopt;
    if (!unit) break;
    std::uint32_t point = *unit;
    if (point >= 0xd800 && point < 0xdc00 && json.starts_with("\\u")) {
      string_view rest = json.substr(2);
      if (auto low = hex4(rest); low && *low >= 0xdc00 && *low < 0xe000) {
        point = 0x10000 + ((point - 0xd800) << 10) + (*low - 0xdc00);
        json = rest;
      }
    }
    append(text, point >= 0xd800 && point < 0xe000 ? 0xfffd : point);
  }
  return std::nullopt;
}

static void skip_space(string_view &json) {
  json.remove_prefix(std::min(json.find_first_not_of(" \t\r\n"), json.size()));
}

std::optional<std::string> text_of(string_view json, string_view name) {
  int depth = 0;
  while (!json.empty()) {
    char c = json.front();
    json.remove_prefix(1);
    if (c == '{' || c == '[') depth++;
    if (c == '}' || c == ']') depth--;
    if (c != '"') continue;
    auto found = unquoted(json);
    if (!found) return std::nullopt;
    skip_space(json);
    if (depth != 1 || !json.starts_with(':') || *found != name) continue;
    json.remove_prefix(1);
    skip_space(json);
    if (!json.starts_with('"')) return std::nullopt;
    json.remove_prefix(1);
    return unquoted(json);
  }
  return std::nullopt;
}

}  // namespace outside
