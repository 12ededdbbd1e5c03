// {{name}}: greets, and labels questions about invoices.
#include "bindings/switchboard.hpp"

using namespace switchboard;
using std::string_view;

static bool mentions(string_view text, std::initializer_list<string_view> words) {
  for (string_view word : words) {
    if (text.contains(word)) return true;
  }
  return false;
}

static Reply greeting(string_view language) {
  if (language == "zh-Hant") return {.text = "您好！請問有什麼可以幫您？", .language = "zh-Hant"};
  if (language == "en") return {.text = "Hello! How can I help you?", .language = "en"};
  return {.text = "您好！请问有什么可以帮您？", .language = "zh-Hans"};
}

Manifest describe() {
  return {
      .name = "{{name}}",
      .version = "0.1.0",
      .summary = "Greets, and labels questions about invoices",
      .events = {"message.received"},
  };
}

std::expected<Outcome, StepError> handle(const Context &, const Event &event) {
  Outcome outcome;
  if (const Message *message = event.what.as_message_received()) {
    if (mentions(message->text, {"你好", "您好", "Hello", "hello"})) {
      outcome.effects.push_back(Effect::reply(greeting(message->language.value_or("zh-Hans"))));
    }
    if (mentions(message->text, {"发票", "發票", "invoice"})) {
      log::write(Level::info, "the customer asks for an invoice");
      outcome.effects.push_back(Effect::add_label("invoice"));
    }
  }
  return outcome;
}
