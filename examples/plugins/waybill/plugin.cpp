// Knows couriers' numbers in what a customer writes, and a slip in one before anybody looks for the parcel.
//
// - A good number: a label that names the courier, and a note with the number in its one spelling for whoever looks it up.
// - A number whose check digit is wrong: the customer is asked to look again, in the conversation's language.
//
// EMS and every other post: two letters, nine digits, two letters of the country (UPU S10; the ninth digit checks the others).
// UPS: 1Z and sixteen letters or digits (the last digit checks the others). SF Express: SF and thirteen digits (none checks).
#include "bindings/switchboard.hpp"

#include <algorithm>
#include <array>

using namespace switchboard;
using std::string, std::string_view, std::optional;

static bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
static bool is_letter(char32_t c) { return c >= 'A' && c <= 'Z'; }
static bool is_sign(char32_t c) { return is_digit(c) || is_letter(c); }
static bool is_gap(char32_t c) { return c == ' ' || c == '-' || c == 0x3000; }

// The text's characters: full-width ones as their ASCII, letters as capitals.
static std::u32string folded(string_view text) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size();) {
    auto byte = [&](std::size_t index) -> char32_t { return index < text.size() ? static_cast<unsigned char>(text[index]) : 0; };
    char32_t c = byte(at);
    int more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (more) c &= 0x3f >> more;
    for (int next = 1; next <= more; next++) c = c << 6 | (byte(at + next) & 0x3f);
    at += more + 1;
    if (c >= 0xff01 && c <= 0xff5e) c -= 0xff01 - '!';
    if (c >= 'a' && c <= 'z') c -= 'a' - 'A';
    result.push_back(c);
  }
  return result;
}

// `A` stands for a letter, `9` for a digit, `?` for either; anything else for itself.
static bool fits(char pattern, char32_t c) {
  switch (pattern) {
    case 'A': return is_letter(c);
    case '9': return is_digit(c);
    case '?': return is_sign(c);
    default: return c == static_cast<char32_t>(pattern);
  }
}

// The number of this pattern that begins there, without its gaps; none where another sign follows it at once.
static optional<string> number_at(const std::u32string &text, std::size_t at, string_view pattern) {
  string number;
  for (char one : pattern) {
    if (!number.empty() && at < text.size() && is_gap(text[at])) at++;
    if (at == text.size() || !fits(one, text[at])) return std::nullopt;
    number.push_back(static_cast<char>(text[at++]));
  }
  if (at < text.size() && is_sign(text[at])) return std::nullopt;
  return number;
}

static bool s10_checks(string_view number) {
  constexpr std::array weights{8, 6, 4, 2, 3, 5, 9, 7};
  int sum = 0;
  for (std::size_t at = 0; at < weights.size(); at++) sum += weights[at] * (number[2 + at] - '0');
  int check = 11 - sum % 11;
  return number[10] - '0' == (check == 10 ? 0 : check == 11 ? 5 : check);
}

static bool ups_checks(string_view number) {
  int sum = 0;
  for (std::size_t at = 2; at < 17; at++) {
    int value = is_digit(number[at]) ? number[at] - '0' : (number[at] - 'A' + 2) % 10;
    sum += at % 2 ? 2 * value : value;
  }
  return number[17] - '0' == (10 - sum % 10) % 10;
}

static bool always(string_view) { return true; }

struct Courier {
  string_view label, name, pattern;
  bool (*checks)(string_view number);
};

constexpr std::array couriers{
    Courier{"waybill-ups", "UPS", "1Z???????????????9", ups_checks},
    Courier{"waybill-sf", "SF Express", "SF9999999999999", always},
    Courier{"waybill-post", "EMS or another post", "AA999999999AA", s10_checks},
};

struct Found {
  const Courier &courier;
  string number;
};

// Every number in the text, in order, each once.
static std::vector<Found> numbers(string_view said) {
  const auto text = folded(said);
  std::vector<Found> found;
  for (std::size_t at = 0; at < text.size(); at++) {
    if (!is_sign(text[at]) || (at && is_sign(text[at - 1]))) continue;
    for (const Courier &courier : couriers) {
      auto number = number_at(text, at, courier.pattern);
      if (!number) continue;
      bool again = std::ranges::any_of(found, [&](const Found &one) { return one.number == *number; });
      if (!again) found.push_back({courier, *number});
      break;
    }
  }
  return found;
}

static Reply look_again(string_view number, string_view language) {
  const string it(number);
  if (language == "en") {
    return {.text = "There seems to be a slip in the tracking number " + it + ": could you look at it again? It is on the label "
                    "of the parcel and in the message that told you it was sent.",
            .language = "en"};
  }
  if (language == "zh-Hant") {
    return {.text = "運單號 " + it + " 好像有一位寫錯了，麻煩您再核對一下：包裹的面單和寄出通知上都有。", .language = "zh-Hant"};
  }
  return {.text = "运单号 " + it + " 好像有一位写错了，麻烦您再核对一下：包裹的面单和发货通知上都有。", .language = "zh-Hans"};
}

Manifest describe() {
  return {
      .name = "waybill",
      .version = "0.1.0",
      .summary = "Knows couriers' numbers, and asks again where one has a slip in it",
      .events = {"message.received"},
  };
}

std::expected<Outcome, StepError> handle(const Context &context, const Event &event) {
  Outcome outcome;
  const Message *message = event.what.as_message_received();
  if (!message) return outcome;
  auto language = message->language ? message->language : context.conversation.language;
  bool asked = false;
  for (const auto &[courier, number] : numbers(message->text)) {
    if (courier.checks(number)) {
      outcome.effects.push_back(Effect::add_label(string(courier.label)));
      outcome.effects.push_back(Effect::note(string(courier.name) + ": " + number));
    } else if (!asked) {
      log::write(Level::info, number + " fails its check digit");
      outcome.effects.push_back(Effect::reply(look_again(number, language.value_or("zh-Hans"))));
      asked = true;
    }
  }
  // Nobody needs to look for a parcel by a number that there can't be.
  if (asked && outcome.effects.size() == 1) outcome.next = NextStep::finish;
  return outcome;
}
