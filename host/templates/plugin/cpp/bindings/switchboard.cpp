// Written by `cargo xtask bindings` from the contract; change wit/ instead.
#include "switchboard.hpp"

namespace switchboard {
namespace abi {
template <> struct in_memory<Level> : as_byte<Level> {};
template <> struct in_memory<Field> {
  static constexpr std::size_t size = 16, align = 4;
  static Field load(const std::uint8_t *at) {
    return {
        .name = abi::load<std::string>(at + 0),
        .value = abi::load<std::string>(at + 8),
    };
  }
  static void store(const Field &value, std::uint8_t *at) {
    abi::store(value.name, at + 0);
    abi::store(value.value, at + 8);
  }
};
template <> struct in_memory<AuthorKind> : as_byte<AuthorKind> {};
template <> struct in_memory<Message> {
  static constexpr std::size_t size = 52, align = 4;
  static Message load(const std::uint8_t *at) {
    return {
        .id = abi::load<std::string>(at + 0),
        .author = abi::load<AuthorKind>(at + 8),
        .author_name = abi::load<std::optional<std::string>>(at + 12),
        .text = abi::load<std::string>(at + 24),
        .language = abi::load<std::optional<std::string>>(at + 32),
        .sent_at = abi::load<std::string>(at + 44),
    };
  }
  static void store(const Message &value, std::uint8_t *at) {
    abi::store(value.id, at + 0);
    abi::store(value.author, at + 8);
    abi::store(value.author_name, at + 12);
    abi::store(value.text, at + 24);
    abi::store(value.language, at + 32);
    abi::store(value.sent_at, at + 44);
  }
};
template <> struct in_memory<Priority> : as_byte<Priority> {};
template <> struct in_memory<Stage> : as_byte<Stage> {};
template <> struct in_memory<Handler> : as_byte<Handler> {};
template <> struct in_memory<Category> {
  static constexpr std::size_t size = 12, align = 4;
  static Category load(const std::uint8_t *at) {
    return {
        .name = abi::load<std::string>(at + 0),
        .confidence = abi::load<float>(at + 8),
    };
  }
  static void store(const Category &value, std::uint8_t *at) {
    abi::store(value.name, at + 0);
    abi::store(value.confidence, at + 8);
  }
};
template <> struct in_memory<TicketKind> : as_byte<TicketKind> {};
template <> struct in_memory<TicketStatus> : as_byte<TicketStatus> {};
template <> struct in_memory<Ticket> {
  static constexpr std::size_t size = 76, align = 4;
  static Ticket load(const std::uint8_t *at) {
    return {
        .id = abi::load<std::string>(at + 0),
        .key = abi::load<std::string>(at + 8),
        .kind = abi::load<TicketKind>(at + 16),
        .department = abi::load<std::string>(at + 20),
        .title = abi::load<std::string>(at + 28),
        .status = abi::load<TicketStatus>(at + 36),
        .priority = abi::load<Priority>(at + 37),
        .opened_at = abi::load<std::string>(at + 40),
        .due = abi::load<std::optional<std::string>>(at + 48),
        .escalations = abi::load<std::uint32_t>(at + 60),
        .feedback = abi::load<std::optional<std::string>>(at + 64),
    };
  }
  static void store(const Ticket &value, std::uint8_t *at) {
    abi::store(value.id, at + 0);
    abi::store(value.key, at + 8);
    abi::store(value.kind, at + 16);
    abi::store(value.department, at + 20);
    abi::store(value.title, at + 28);
    abi::store(value.status, at + 36);
    abi::store(value.priority, at + 37);
    abi::store(value.opened_at, at + 40);
    abi::store(value.due, at + 48);
    abi::store(value.escalations, at + 60);
    abi::store(value.feedback, at + 64);
  }
};
template <> struct in_memory<Timer> {
  static constexpr std::size_t size = 24, align = 4;
  static Timer load(const std::uint8_t *at) {
    return {
        .name = abi::load<std::string>(at + 0),
        .due = abi::load<std::string>(at + 8),
        .payload = abi::load<std::string>(at + 16),
    };
  }
  static void store(const Timer &value, std::uint8_t *at) {
    abi::store(value.name, at + 0);
    abi::store(value.due, at + 8);
    abi::store(value.payload, at + 16);
  }
};
template <> struct in_memory<SurveyStatus> : as_byte<SurveyStatus> {};
template <> struct in_memory<PromiseStatus> : as_byte<PromiseStatus> {};
template <> struct in_memory<Promise> {
  static constexpr std::size_t size = 32, align = 4;
  static Promise load(const std::uint8_t *at) {
    return {
        .text = abi::load<std::string>(at + 0),
        .due = abi::load<std::string>(at + 8),
        .owner = abi::load<std::optional<std::string>>(at + 16),
        .status = abi::load<PromiseStatus>(at + 28),
    };
  }
  static void store(const Promise &value, std::uint8_t *at) {
    abi::store(value.text, at + 0);
    abi::store(value.due, at + 8);
    abi::store(value.owner, at + 16);
    abi::store(value.status, at + 28);
  }
};
template <> struct in_memory<Conversation> {
  static constexpr std::size_t size = 100, align = 4;
  static Conversation load(const std::uint8_t *at) {
    return {
        .id = abi::load<std::string>(at + 0),
        .channel = abi::load<std::string>(at + 8),
        .opened_at = abi::load<std::string>(at + 16),
        .resolved = abi::load<bool>(at + 24),
        .handler = abi::load<Handler>(at + 25),
        .language = abi::load<std::optional<std::string>>(at + 28),
        .categories = abi::load<std::vector<Category>>(at + 40),
        .priority = abi::load<Priority>(at + 48),
        .stage = abi::load<std::optional<Stage>>(at + 49),
        .labels = abi::load<std::vector<std::string>>(at + 52),
        .tickets = abi::load<std::vector<Ticket>>(at + 60),
        .timers = abi::load<std::vector<Timer>>(at + 68),
        .promises = abi::load<std::vector<Promise>>(at + 76),
        .survey = abi::load<SurveyStatus>(at + 84),
        .message_count = abi::load<std::uint32_t>(at + 88),
        .messages = abi::load<std::vector<Message>>(at + 92),
    };
  }
  static void store(const Conversation &value, std::uint8_t *at) {
    abi::store(value.id, at + 0);
    abi::store(value.channel, at + 8);
    abi::store(value.opened_at, at + 16);
    abi::store(value.resolved, at + 24);
    abi::store(value.handler, at + 25);
    abi::store(value.language, at + 28);
    abi::store(value.categories, at + 40);
    abi::store(value.priority, at + 48);
    abi::store(value.stage, at + 49);
    abi::store(value.labels, at + 52);
    abi::store(value.tickets, at + 60);
    abi::store(value.timers, at + 68);
    abi::store(value.promises, at + 76);
    abi::store(value.survey, at + 84);
    abi::store(value.message_count, at + 88);
    abi::store(value.messages, at + 92);
  }
};
template <> struct in_memory<Account> {
  static constexpr std::size_t size = 48, align = 4;
  static Account load(const std::uint8_t *at) {
    return {
        .id = abi::load<std::string>(at + 0),
        .name = abi::load<std::optional<std::string>>(at + 8),
        .language = abi::load<std::optional<std::string>>(at + 20),
        .fields = abi::load<std::vector<Field>>(at + 32),
        .conversation_count = abi::load<std::uint32_t>(at + 40),
        .open_complaints = abi::load<std::uint32_t>(at + 44),
    };
  }
  static void store(const Account &value, std::uint8_t *at) {
    abi::store(value.id, at + 0);
    abi::store(value.name, at + 8);
    abi::store(value.language, at + 20);
    abi::store(value.fields, at + 32);
    abi::store(value.conversation_count, at + 40);
    abi::store(value.open_complaints, at + 44);
  }
};
template <> struct in_memory<Desk> {
  static constexpr std::size_t size = 24, align = 4;
  static Desk load(const std::uint8_t *at) {
    return {
        .name = abi::load<std::string>(at + 0),
        .time_zone = abi::load<std::string>(at + 8),
        .languages = abi::load<std::vector<std::string>>(at + 16),
    };
  }
  static void store(const Desk &value, std::uint8_t *at) {
    abi::store(value.name, at + 0);
    abi::store(value.time_zone, at + 8);
    abi::store(value.languages, at + 16);
  }
};
template <> struct in_memory<SurveyAnswer> {
  static constexpr std::size_t size = 16, align = 4;
  static SurveyAnswer load(const std::uint8_t *at) {
    return {
        .code = abi::load<std::uint32_t>(at + 0),
        .text = abi::load<std::optional<std::string>>(at + 4),
    };
  }
  static void store(const SurveyAnswer &value, std::uint8_t *at) {
    abi::store(value.code, at + 0);
    abi::store(value.text, at + 4);
  }
};
template <> struct in_memory<Outage> {
  static constexpr std::size_t size = 16, align = 4;
  static Outage load(const std::uint8_t *at) {
    return {
        .began_at = abi::load<std::string>(at + 0),
        .ended_at = abi::load<std::string>(at + 8),
    };
  }
  static void store(const Outage &value, std::uint8_t *at) {
    abi::store(value.began_at, at + 0);
    abi::store(value.ended_at, at + 8);
  }
};
template <> struct in_memory<Resolution> {
  static constexpr std::size_t size = 20, align = 4;
  static Resolution load(const std::uint8_t *at) {
    return {
        .by = abi::load<std::string>(at + 0),
        .summary = abi::load<std::optional<std::string>>(at + 8),
    };
  }
  static void store(const Resolution &value, std::uint8_t *at) {
    abi::store(value.by, at + 0);
    abi::store(value.summary, at + 8);
  }
};
template <> struct in_memory<Occurrence> {
  static constexpr std::size_t size = 80, align = 4;
  static Occurrence load(const std::uint8_t *at) {
    switch (*at) {
      case 0: return Occurrence::message_received(abi::load<Message>(at + 4));
      case 1: return Occurrence::agent_replied(abi::load<Message>(at + 4));
      case 2: return Occurrence::timer_fired(abi::load<Timer>(at + 4));
      case 3: return Occurrence::conversation_resolved(abi::load<Resolution>(at + 4));
      case 4: return Occurrence::survey_answered(abi::load<SurveyAnswer>(at + 4));
      case 5: return Occurrence::ticket_updated(abi::load<Ticket>(at + 4));
      case 6: return Occurrence::desk_recovered(abi::load<Outage>(at + 4));
      case 7: return Occurrence::announced(abi::load<Field>(at + 4));
    }
    __builtin_trap();
  }
  static void store(const Occurrence &value, std::uint8_t *at) {
    *at = static_cast<std::uint8_t>(value.value.index());
    if (auto *it = value.as_message_received()) abi::store(*it, at + 4);
    if (auto *it = value.as_agent_replied()) abi::store(*it, at + 4);
    if (auto *it = value.as_timer_fired()) abi::store(*it, at + 4);
    if (auto *it = value.as_conversation_resolved()) abi::store(*it, at + 4);
    if (auto *it = value.as_survey_answered()) abi::store(*it, at + 4);
    if (auto *it = value.as_ticket_updated()) abi::store(*it, at + 4);
    if (auto *it = value.as_desk_recovered()) abi::store(*it, at + 4);
    if (auto *it = value.as_announced()) abi::store(*it, at + 4);
  }
};
template <> struct in_memory<Event> {
  static constexpr std::size_t size = 96, align = 4;
  static Event load(const std::uint8_t *at) {
    return {
        .id = abi::load<std::string>(at + 0),
        .at = abi::load<std::string>(at + 8),
        .what = abi::load<Occurrence>(at + 16),
    };
  }
  static void store(const Event &value, std::uint8_t *at) {
    abi::store(value.id, at + 0);
    abi::store(value.at, at + 8);
    abi::store(value.what, at + 16);
  }
};
template <> struct in_memory<Moment> {
  static constexpr std::size_t size = 12, align = 4;
  static Moment load(const std::uint8_t *at) {
    switch (*at) {
      case 0: return Moment::at(abi::load<std::string>(at + 4));
      case 1: return Moment::after_seconds(abi::load<std::uint32_t>(at + 4));
      case 2: return Moment::after_business_seconds(abi::load<std::uint32_t>(at + 4));
    }
    __builtin_trap();
  }
  static void store(const Moment &value, std::uint8_t *at) {
    *at = static_cast<std::uint8_t>(value.value.index());
    if (auto *it = value.as_at()) abi::store(*it, at + 4);
    if (auto *it = value.as_after_seconds()) abi::store(*it, at + 4);
    if (auto *it = value.as_after_business_seconds()) abi::store(*it, at + 4);
  }
};
template <> struct in_memory<Reply> {
  static constexpr std::size_t size = 28, align = 4;
  static Reply load(const std::uint8_t *at) {
    return {
        .text = abi::load<std::string>(at + 0),
        .language = abi::load<std::optional<std::string>>(at + 8),
        .sources = abi::load<std::vector<std::string>>(at + 20),
    };
  }
  static void store(const Reply &value, std::uint8_t *at) {
    abi::store(value.text, at + 0);
    abi::store(value.language, at + 8);
    abi::store(value.sources, at + 20);
  }
};
template <> struct in_memory<TicketDraft> {
  static constexpr std::size_t size = 64, align = 4;
  static TicketDraft load(const std::uint8_t *at) {
    return {
        .key = abi::load<std::string>(at + 0),
        .kind = abi::load<TicketKind>(at + 8),
        .department = abi::load<std::string>(at + 12),
        .title = abi::load<std::string>(at + 20),
        .body = abi::load<std::string>(at + 28),
        .priority = abi::load<Priority>(at + 36),
        .due = abi::load<std::optional<Moment>>(at + 40),
        .notify = abi::load<std::vector<std::string>>(at + 56),
    };
  }
  static void store(const TicketDraft &value, std::uint8_t *at) {
    abi::store(value.key, at + 0);
    abi::store(value.kind, at + 8);
    abi::store(value.department, at + 12);
    abi::store(value.title, at + 20);
    abi::store(value.body, at + 28);
    abi::store(value.priority, at + 36);
    abi::store(value.due, at + 40);
    abi::store(value.notify, at + 56);
  }
};
template <> struct in_memory<Escalation> {
  static constexpr std::size_t size = 24, align = 4;
  static Escalation load(const std::uint8_t *at) {
    return {
        .key = abi::load<std::string>(at + 0),
        .notify = abi::load<std::vector<std::string>>(at + 8),
        .reason = abi::load<std::string>(at + 16),
    };
  }
  static void store(const Escalation &value, std::uint8_t *at) {
    abi::store(value.key, at + 0);
    abi::store(value.notify, at + 8);
    abi::store(value.reason, at + 16);
  }
};
template <> struct in_memory<TimerDraft> {
  static constexpr std::size_t size = 28, align = 4;
  static TimerDraft load(const std::uint8_t *at) {
    return {
        .name = abi::load<std::string>(at + 0),
        .due = abi::load<Moment>(at + 8),
        .payload = abi::load<std::string>(at + 20),
    };
  }
  static void store(const TimerDraft &value, std::uint8_t *at) {
    abi::store(value.name, at + 0);
    abi::store(value.due, at + 8);
    abi::store(value.payload, at + 20);
  }
};
template <> struct in_memory<PromiseDraft> {
  static constexpr std::size_t size = 32, align = 4;
  static PromiseDraft load(const std::uint8_t *at) {
    return {
        .text = abi::load<std::string>(at + 0),
        .due = abi::load<Moment>(at + 8),
        .owner = abi::load<std::optional<std::string>>(at + 20),
    };
  }
  static void store(const PromiseDraft &value, std::uint8_t *at) {
    abi::store(value.text, at + 0);
    abi::store(value.due, at + 8);
    abi::store(value.owner, at + 20);
  }
};
template <> struct in_memory<Handover> {
  static constexpr std::size_t size = 20, align = 4;
  static Handover load(const std::uint8_t *at) {
    return {
        .team = abi::load<std::optional<std::string>>(at + 0),
        .reason = abi::load<std::string>(at + 12),
    };
  }
  static void store(const Handover &value, std::uint8_t *at) {
    abi::store(value.team, at + 0);
    abi::store(value.reason, at + 12);
  }
};
template <> struct in_memory<Notification> {
  static constexpr std::size_t size = 16, align = 4;
  static Notification load(const std::uint8_t *at) {
    return {
        .to = abi::load<std::string>(at + 0),
        .text = abi::load<std::string>(at + 8),
    };
  }
  static void store(const Notification &value, std::uint8_t *at) {
    abi::store(value.to, at + 0);
    abi::store(value.text, at + 8);
  }
};
template <> struct in_memory<SurveyResult> {
  static constexpr std::size_t size = 20, align = 4;
  static SurveyResult load(const std::uint8_t *at) {
    return {
        .code = abi::load<std::uint32_t>(at + 0),
        .points = abi::load<std::optional<std::uint32_t>>(at + 4),
        .reason = abi::load<std::string>(at + 12),
    };
  }
  static void store(const SurveyResult &value, std::uint8_t *at) {
    abi::store(value.code, at + 0);
    abi::store(value.points, at + 4);
    abi::store(value.reason, at + 12);
  }
};
template <> struct in_memory<Effect> {
  static constexpr std::size_t size = 68, align = 4;
  static Effect load(const std::uint8_t *at) {
    switch (*at) {
      case 0: return Effect::reply(abi::load<Reply>(at + 4));
      case 1: return Effect::note(abi::load<std::string>(at + 4));
      case 2: return Effect::set_language(abi::load<std::string>(at + 4));
      case 3: return Effect::set_categories(abi::load<std::vector<Category>>(at + 4));
      case 4: return Effect::set_priority(abi::load<Priority>(at + 4));
      case 5: return Effect::set_stage(abi::load<Stage>(at + 4));
      case 6: return Effect::add_label(abi::load<std::string>(at + 4));
      case 7: return Effect::remove_label(abi::load<std::string>(at + 4));
      case 8: return Effect::set_field(abi::load<Field>(at + 4));
      case 9: return Effect::open_ticket(abi::load<TicketDraft>(at + 4));
      case 10: return Effect::escalate_ticket(abi::load<Escalation>(at + 4));
      case 11: return Effect::notify(abi::load<Notification>(at + 4));
      case 12: return Effect::set_timer(abi::load<TimerDraft>(at + 4));
      case 13: return Effect::cancel_timer(abi::load<std::string>(at + 4));
      case 14: return Effect::record_promise(abi::load<PromiseDraft>(at + 4));
      case 15: return Effect::ask_survey();
      case 16: return Effect::record_survey(abi::load<SurveyResult>(at + 4));
      case 17: return Effect::hand_over(abi::load<Handover>(at + 4));
      case 18: return Effect::resolve(abi::load<std::string>(at + 4));
      case 19: return Effect::reopen(abi::load<std::string>(at + 4));
      case 20: return Effect::announce(abi::load<Field>(at + 4));
    }
    __builtin_trap();
  }
  static void store(const Effect &value, std::uint8_t *at) {
    *at = static_cast<std::uint8_t>(value.value.index());
    if (auto *it = value.as_reply()) abi::store(*it, at + 4);
    if (auto *it = value.as_note()) abi::store(*it, at + 4);
    if (auto *it = value.as_set_language()) abi::store(*it, at + 4);
    if (auto *it = value.as_set_categories()) abi::store(*it, at + 4);
    if (auto *it = value.as_set_priority()) abi::store(*it, at + 4);
    if (auto *it = value.as_set_stage()) abi::store(*it, at + 4);
    if (auto *it = value.as_add_label()) abi::store(*it, at + 4);
    if (auto *it = value.as_remove_label()) abi::store(*it, at + 4);
    if (auto *it = value.as_set_field()) abi::store(*it, at + 4);
    if (auto *it = value.as_open_ticket()) abi::store(*it, at + 4);
    if (auto *it = value.as_escalate_ticket()) abi::store(*it, at + 4);
    if (auto *it = value.as_notify()) abi::store(*it, at + 4);
    if (auto *it = value.as_set_timer()) abi::store(*it, at + 4);
    if (auto *it = value.as_cancel_timer()) abi::store(*it, at + 4);
    if (auto *it = value.as_record_promise()) abi::store(*it, at + 4);
    if (auto *it = value.as_record_survey()) abi::store(*it, at + 4);
    if (auto *it = value.as_hand_over()) abi::store(*it, at + 4);
    if (auto *it = value.as_resolve()) abi::store(*it, at + 4);
    if (auto *it = value.as_reopen()) abi::store(*it, at + 4);
    if (auto *it = value.as_announce()) abi::store(*it, at + 4);
  }
};
template <> struct in_memory<NextStep> : as_byte<NextStep> {};
template <> struct in_memory<Outcome> {
  static constexpr std::size_t size = 12, align = 4;
  static Outcome load(const std::uint8_t *at) {
    return {
        .effects = abi::load<std::vector<Effect>>(at + 0),
        .next = abi::load<NextStep>(at + 8),
    };
  }
  static void store(const Outcome &value, std::uint8_t *at) {
    abi::store(value.effects, at + 0);
    abi::store(value.next, at + 8);
  }
};
template <> struct in_memory<TransientError> {
  static constexpr std::size_t size = 16, align = 4;
  static TransientError load(const std::uint8_t *at) {
    return {
        .message = abi::load<std::string>(at + 0),
        .retry_after_seconds = abi::load<std::optional<std::uint32_t>>(at + 8),
    };
  }
  static void store(const TransientError &value, std::uint8_t *at) {
    abi::store(value.message, at + 0);
    abi::store(value.retry_after_seconds, at + 8);
  }
};
template <> struct in_memory<PermanentError> {
  static constexpr std::size_t size = 8, align = 4;
  static PermanentError load(const std::uint8_t *at) {
    return {
        .message = abi::load<std::string>(at + 0),
    };
  }
  static void store(const PermanentError &value, std::uint8_t *at) {
    abi::store(value.message, at + 0);
  }
};
template <> struct in_memory<StepError> {
  static constexpr std::size_t size = 20, align = 4;
  static StepError load(const std::uint8_t *at) {
    switch (*at) {
      case 0: return StepError::transient(abi::load<TransientError>(at + 4));
      case 1: return StepError::permanent(abi::load<PermanentError>(at + 4));
    }
    __builtin_trap();
  }
  static void store(const StepError &value, std::uint8_t *at) {
    *at = static_cast<std::uint8_t>(value.value.index());
    if (auto *it = value.as_transient()) abi::store(*it, at + 4);
    if (auto *it = value.as_permanent()) abi::store(*it, at + 4);
  }
};
template <> struct in_memory<Context> {
  static constexpr std::size_t size = 180, align = 4;
  static Context load(const std::uint8_t *at) {
    return {
        .desk = abi::load<Desk>(at + 0),
        .account = abi::load<Account>(at + 24),
        .conversation = abi::load<Conversation>(at + 72),
        .draft = abi::load<std::vector<Effect>>(at + 172),
    };
  }
  static void store(const Context &value, std::uint8_t *at) {
    abi::store(value.desk, at + 0);
    abi::store(value.account, at + 24);
    abi::store(value.conversation, at + 72);
    abi::store(value.draft, at + 172);
  }
};
template <> struct in_memory<Severity> : as_byte<Severity> {};
template <> struct in_memory<Finding> {
  static constexpr std::size_t size = 44, align = 4;
  static Finding load(const std::uint8_t *at) {
    return {
        .draft = abi::load<std::uint32_t>(at + 0),
        .rule = abi::load<std::string>(at + 4),
        .severity = abi::load<Severity>(at + 12),
        .start = abi::load<std::uint32_t>(at + 16),
        .end = abi::load<std::uint32_t>(at + 20),
        .explanation = abi::load<std::string>(at + 24),
        .suggestion = abi::load<std::optional<std::string>>(at + 32),
    };
  }
  static void store(const Finding &value, std::uint8_t *at) {
    abi::store(value.draft, at + 0);
    abi::store(value.rule, at + 4);
    abi::store(value.severity, at + 12);
    abi::store(value.start, at + 16);
    abi::store(value.end, at + 20);
    abi::store(value.explanation, at + 24);
    abi::store(value.suggestion, at + 32);
  }
};
template <> struct in_memory<Manifest> {
  static constexpr std::size_t size = 56, align = 4;
  static Manifest load(const std::uint8_t *at) {
    return {
        .name = abi::load<std::string>(at + 0),
        .version = abi::load<std::string>(at + 8),
        .summary = abi::load<std::string>(at + 16),
        .grants = abi::load<std::vector<std::string>>(at + 24),
        .events = abi::load<std::vector<std::string>>(at + 32),
        .history = abi::load<std::uint32_t>(at + 40),
        .config_schema = abi::load<std::optional<std::string>>(at + 44),
    };
  }
  static void store(const Manifest &value, std::uint8_t *at) {
    abi::store(value.name, at + 0);
    abi::store(value.version, at + 8);
    abi::store(value.summary, at + 16);
    abi::store(value.grants, at + 24);
    abi::store(value.events, at + 32);
    abi::store(value.history, at + 40);
    abi::store(value.config_schema, at + 44);
  }
};
template <> struct in_memory<Scope> : as_byte<Scope> {};
template <> struct in_memory<KvError> {
  static constexpr std::size_t size = 12, align = 4;
  static KvError load(const std::uint8_t *at) {
    switch (*at) {
      case 0: return KvError::no_grant(abi::load<std::string>(at + 4));
      case 1: return KvError::quota(abi::load<std::string>(at + 4));
      case 2: return KvError::invalid_key(abi::load<std::string>(at + 4));
    }
    __builtin_trap();
  }
  static void store(const KvError &value, std::uint8_t *at) {
    *at = static_cast<std::uint8_t>(value.value.index());
    if (auto *it = value.as_no_grant()) abi::store(*it, at + 4);
    if (auto *it = value.as_quota()) abi::store(*it, at + 4);
    if (auto *it = value.as_invalid_key()) abi::store(*it, at + 4);
  }
};
template <> struct in_memory<Entry> {
  static constexpr std::size_t size = 16, align = 4;
  static Entry load(const std::uint8_t *at) {
    return {
        .key = abi::load<std::string>(at + 0),
        .value = abi::load<std::string>(at + 8),
    };
  }
  static void store(const Entry &value, std::uint8_t *at) {
    abi::store(value.key, at + 0);
    abi::store(value.value, at + 8);
  }
};
template <> struct in_memory<Hit> {
  static constexpr std::size_t size = 44, align = 4;
  static Hit load(const std::uint8_t *at) {
    return {
        .article = abi::load<std::string>(at + 0),
        .title = abi::load<std::string>(at + 8),
        .text = abi::load<std::string>(at + 16),
        .language = abi::load<std::string>(at + 24),
        .score = abi::load<float>(at + 32),
        .labels = abi::load<std::vector<std::string>>(at + 36),
    };
  }
  static void store(const Hit &value, std::uint8_t *at) {
    abi::store(value.article, at + 0);
    abi::store(value.title, at + 8);
    abi::store(value.text, at + 16);
    abi::store(value.language, at + 24);
    abi::store(value.score, at + 32);
    abi::store(value.labels, at + 36);
  }
};
template <> struct in_memory<Contact> {
  static constexpr std::size_t size = 52, align = 4;
  static Contact load(const std::uint8_t *at) {
    return {
        .name = abi::load<std::string>(at + 0),
        .department = abi::load<std::string>(at + 8),
        .role = abi::load<std::string>(at + 16),
        .public_contact = abi::load<std::optional<std::string>>(at + 24),
        .reachable = abi::load<bool>(at + 36),
        .back_at = abi::load<std::optional<std::string>>(at + 40),
    };
  }
  static void store(const Contact &value, std::uint8_t *at) {
    abi::store(value.name, at + 0);
    abi::store(value.department, at + 8);
    abi::store(value.role, at + 16);
    abi::store(value.public_contact, at + 24);
    abi::store(value.reachable, at + 36);
    abi::store(value.back_at, at + 40);
  }
};
template <> struct in_memory<Request> {
  static constexpr std::size_t size = 36, align = 4;
  static Request load(const std::uint8_t *at) {
    return {
        .method = abi::load<std::string>(at + 0),
        .url = abi::load<std::string>(at + 8),
        .headers = abi::load<std::vector<Field>>(at + 16),
        .body = abi::load<std::optional<std::string>>(at + 24),
    };
  }
  static void store(const Request &value, std::uint8_t *at) {
    abi::store(value.method, at + 0);
    abi::store(value.url, at + 8);
    abi::store(value.headers, at + 16);
    abi::store(value.body, at + 24);
  }
};
template <> struct in_memory<Response> {
  static constexpr std::size_t size = 20, align = 4;
  static Response load(const std::uint8_t *at) {
    return {
        .status = abi::load<std::uint32_t>(at + 0),
        .headers = abi::load<std::vector<Field>>(at + 4),
        .body = abi::load<std::string>(at + 12),
    };
  }
  static void store(const Response &value, std::uint8_t *at) {
    abi::store(value.status, at + 0);
    abi::store(value.headers, at + 4);
    abi::store(value.body, at + 12);
  }
};
template <> struct in_memory<HttpError> {
  static constexpr std::size_t size = 12, align = 4;
  static HttpError load(const std::uint8_t *at) {
    switch (*at) {
      case 0: return HttpError::no_grant(abi::load<std::string>(at + 4));
      case 1: return HttpError::invalid_request(abi::load<std::string>(at + 4));
      case 2: return HttpError::unreachable(abi::load<std::string>(at + 4));
      case 3: return HttpError::timeout(abi::load<std::string>(at + 4));
      case 4: return HttpError::too_large(abi::load<std::string>(at + 4));
      case 5: return HttpError::too_many(abi::load<std::string>(at + 4));
      case 6: return HttpError::unanswerable(abi::load<std::string>(at + 4));
    }
    __builtin_trap();
  }
  static void store(const HttpError &value, std::uint8_t *at) {
    *at = static_cast<std::uint8_t>(value.value.index());
    if (auto *it = value.as_no_grant()) abi::store(*it, at + 4);
    if (auto *it = value.as_invalid_request()) abi::store(*it, at + 4);
    if (auto *it = value.as_unreachable()) abi::store(*it, at + 4);
    if (auto *it = value.as_timeout()) abi::store(*it, at + 4);
    if (auto *it = value.as_too_large()) abi::store(*it, at + 4);
    if (auto *it = value.as_too_many()) abi::store(*it, at + 4);
    if (auto *it = value.as_unanswerable()) abi::store(*it, at + 4);
  }
};
template <> struct in_memory<Answer> {
  static constexpr std::size_t size = 20, align = 4;
  static Answer load(const std::uint8_t *at) {
    return {
        .text = abi::load<std::string>(at + 0),
        .cut = abi::load<bool>(at + 8),
        .tokens_in = abi::load<std::uint32_t>(at + 12),
        .tokens_out = abi::load<std::uint32_t>(at + 16),
    };
  }
  static void store(const Answer &value, std::uint8_t *at) {
    abi::store(value.text, at + 0);
    abi::store(value.cut, at + 8);
    abi::store(value.tokens_in, at + 12);
    abi::store(value.tokens_out, at + 16);
  }
};
template <> struct in_memory<ModelError> {
  static constexpr std::size_t size = 12, align = 4;
  static ModelError load(const std::uint8_t *at) {
    switch (*at) {
      case 0: return ModelError::no_grant(abi::load<std::string>(at + 4));
      case 1: return ModelError::unavailable(abi::load<std::string>(at + 4));
      case 2: return ModelError::timeout(abi::load<std::string>(at + 4));
      case 3: return ModelError::too_large(abi::load<std::string>(at + 4));
      case 4: return ModelError::too_many(abi::load<std::string>(at + 4));
      case 5: return ModelError::unanswerable(abi::load<std::string>(at + 4));
    }
    __builtin_trap();
  }
  static void store(const ModelError &value, std::uint8_t *at) {
    *at = static_cast<std::uint8_t>(value.value.index());
    if (auto *it = value.as_no_grant()) abi::store(*it, at + 4);
    if (auto *it = value.as_unavailable()) abi::store(*it, at + 4);
    if (auto *it = value.as_timeout()) abi::store(*it, at + 4);
    if (auto *it = value.as_too_large()) abi::store(*it, at + 4);
    if (auto *it = value.as_too_many()) abi::store(*it, at + 4);
    if (auto *it = value.as_unanswerable()) abi::store(*it, at + 4);
  }
};
}  // namespace abi

namespace log {
extern "C" __attribute__((import_module("switchboard:plugin/log@0.1.1"), import_name("write")))
void import_log_write(std::uint32_t, const void *, std::uint32_t);
void write(Level level, std::string_view text) {
  import_log_write(static_cast<std::uint32_t>(level), text.data(), text.size());
}
}

namespace config {
extern "C" __attribute__((import_module("switchboard:plugin/config@0.1.1"), import_name("get")))
void import_config_get(void *);
std::string get() {
  alignas(4) std::uint8_t room[8];
  import_config_get(room);
  return abi::load<std::string>(room);
}
}

namespace clock {
extern "C" __attribute__((import_module("switchboard:plugin/clock@0.1.1"), import_name("now")))
void import_clock_now(void *);
std::string now() {
  alignas(4) std::uint8_t room[8];
  import_clock_now(room);
  return abi::load<std::string>(room);
}
}

namespace random {
extern "C" __attribute__((import_module("switchboard:plugin/random@0.1.1"), import_name("next")))
std::uint32_t import_random_next();
std::uint32_t next() {
  return import_random_next();
}
}

namespace kv {
extern "C" __attribute__((import_module("switchboard:plugin/kv@0.1.1"), import_name("get")))
void import_kv_get(std::uint32_t, const void *, std::uint32_t, void *);
std::expected<std::optional<std::string>, KvError> get(Scope scope, std::string_view key) {
  alignas(4) std::uint8_t room[16];
  import_kv_get(static_cast<std::uint32_t>(scope), key.data(), key.size(), room);
  return abi::load<std::expected<std::optional<std::string>, KvError>>(room);
}
extern "C" __attribute__((import_module("switchboard:plugin/kv@0.1.1"), import_name("set")))
void import_kv_set(std::uint32_t, const void *, std::uint32_t, const void *, std::uint32_t, void *);
std::expected<void, KvError> set(Scope scope, std::string_view key, std::string_view value) {
  alignas(4) std::uint8_t room[16];
  import_kv_set(static_cast<std::uint32_t>(scope), key.data(), key.size(), value.data(), value.size(), room);
  return abi::load<std::expected<void, KvError>>(room);
}
extern "C" __attribute__((import_module("switchboard:plugin/kv@0.1.1"), import_name("remove")))
void import_kv_remove(std::uint32_t, const void *, std::uint32_t, void *);
std::expected<void, KvError> remove(Scope scope, std::string_view key) {
  alignas(4) std::uint8_t room[16];
  import_kv_remove(static_cast<std::uint32_t>(scope), key.data(), key.size(), room);
  return abi::load<std::expected<void, KvError>>(room);
}
extern "C" __attribute__((import_module("switchboard:plugin/kv@0.1.1"), import_name("compare-and-set")))
void import_kv_compare_and_set(std::uint32_t, const void *, std::uint32_t, std::uint32_t, const void *, std::uint32_t, const void *, std::uint32_t, void *);
std::expected<bool, KvError> compare_and_set(Scope scope, std::string_view key, std::optional<std::string_view> expected, std::string_view value) {
  alignas(4) std::uint8_t room[16];
  import_kv_compare_and_set(static_cast<std::uint32_t>(scope), key.data(), key.size(), expected.has_value(), abi::view(expected).data(), abi::view(expected).size(), value.data(), value.size(), room);
  return abi::load<std::expected<bool, KvError>>(room);
}
extern "C" __attribute__((import_module("switchboard:plugin/kv@0.1.1"), import_name("scan")))
void import_kv_scan(std::uint32_t, const void *, std::uint32_t, std::uint32_t, const void *, std::uint32_t, std::uint32_t, void *);
std::expected<std::vector<Entry>, KvError> scan(Scope scope, std::string_view prefix, std::optional<std::string_view> after, std::uint32_t limit) {
  alignas(4) std::uint8_t room[16];
  import_kv_scan(static_cast<std::uint32_t>(scope), prefix.data(), prefix.size(), after.has_value(), abi::view(after).data(), abi::view(after).size(), limit, room);
  return abi::load<std::expected<std::vector<Entry>, KvError>>(room);
}
}

namespace knowledge {
extern "C" __attribute__((import_module("switchboard:plugin/knowledge@0.1.1"), import_name("search")))
void import_knowledge_search(const void *, std::uint32_t, std::uint32_t, const void *, std::uint32_t, std::uint32_t, void *);
std::expected<std::vector<Hit>, std::string> search(std::string_view query, std::optional<std::string_view> language, std::uint32_t limit) {
  alignas(4) std::uint8_t room[12];
  import_knowledge_search(query.data(), query.size(), language.has_value(), abi::view(language).data(), abi::view(language).size(), limit, room);
  return abi::load<std::expected<std::vector<Hit>, std::string>>(room);
}
extern "C" __attribute__((import_module("switchboard:plugin/knowledge@0.1.1"), import_name("article")))
void import_knowledge_article(const void *, std::uint32_t, void *);
std::expected<std::optional<Hit>, std::string> article(std::string_view id) {
  alignas(4) std::uint8_t room[52];
  import_knowledge_article(id.data(), id.size(), room);
  return abi::load<std::expected<std::optional<Hit>, std::string>>(room);
}
}

namespace directory {
extern "C" __attribute__((import_module("switchboard:plugin/directory@0.1.1"), import_name("departments")))
void import_directory_departments(void *);
std::expected<std::vector<std::string>, std::string> departments() {
  alignas(4) std::uint8_t room[12];
  import_directory_departments(room);
  return abi::load<std::expected<std::vector<std::string>, std::string>>(room);
}
extern "C" __attribute__((import_module("switchboard:plugin/directory@0.1.1"), import_name("responsible")))
void import_directory_responsible(const void *, std::uint32_t, void *);
std::expected<std::optional<Contact>, std::string> responsible(std::string_view topic) {
  alignas(4) std::uint8_t room[60];
  import_directory_responsible(topic.data(), topic.size(), room);
  return abi::load<std::expected<std::optional<Contact>, std::string>>(room);
}
}

namespace calendar {
extern "C" __attribute__((import_module("switchboard:plugin/calendar@0.1.1"), import_name("is-open")))
void import_calendar_is_open(const void *, std::uint32_t, void *);
std::expected<bool, std::string> is_open(std::string_view at) {
  alignas(4) std::uint8_t room[12];
  import_calendar_is_open(at.data(), at.size(), room);
  return abi::load<std::expected<bool, std::string>>(room);
}
extern "C" __attribute__((import_module("switchboard:plugin/calendar@0.1.1"), import_name("next-open")))
void import_calendar_next_open(const void *, std::uint32_t, void *);
std::expected<std::string, std::string> next_open(std::string_view at) {
  alignas(4) std::uint8_t room[12];
  import_calendar_next_open(at.data(), at.size(), room);
  return abi::load<std::expected<std::string, std::string>>(room);
}
extern "C" __attribute__((import_module("switchboard:plugin/calendar@0.1.1"), import_name("end-of-day")))
void import_calendar_end_of_day(const void *, std::uint32_t, void *);
std::expected<std::string, std::string> end_of_day(std::string_view at) {
  alignas(4) std::uint8_t room[12];
  import_calendar_end_of_day(at.data(), at.size(), room);
  return abi::load<std::expected<std::string, std::string>>(room);
}
extern "C" __attribute__((import_module("switchboard:plugin/calendar@0.1.1"), import_name("add-business-seconds")))
void import_calendar_add_business_seconds(const void *, std::uint32_t, std::uint32_t, void *);
std::expected<std::string, std::string> add_business_seconds(std::string_view start, std::uint32_t seconds) {
  alignas(4) std::uint8_t room[12];
  import_calendar_add_business_seconds(start.data(), start.size(), seconds, room);
  return abi::load<std::expected<std::string, std::string>>(room);
}
}

namespace http {
extern "C" __attribute__((import_module("switchboard:plugin/http@0.1.1"), import_name("send")))
void import_http_send(const void *, std::uint32_t, const void *, std::uint32_t, const void *, std::uint32_t, std::uint32_t, const void *, std::uint32_t, void *);
std::expected<Response, HttpError> send(const Request &request) {
  alignas(4) std::uint8_t room[24];
  import_http_send(request.method.data(), request.method.size(), request.url.data(), request.url.size(), abi::lowered(request.headers), request.headers.size(), request.body.has_value(), abi::view(request.body).data(), abi::view(request.body).size(), room);
  return abi::load<std::expected<Response, HttpError>>(room);
}
}

namespace model {
extern "C" __attribute__((import_module("switchboard:plugin/model@0.1.1"), import_name("complete")))
void import_model_complete(const void *, std::uint32_t, const void *, std::uint32_t, std::uint32_t, std::uint32_t, void *);
std::expected<Answer, ModelError> complete(std::string_view instructions, std::string_view text, std::optional<std::uint32_t> most_tokens) {
  alignas(4) std::uint8_t room[24];
  import_model_complete(instructions.data(), instructions.size(), text.data(), text.size(), most_tokens.has_value(), most_tokens.value_or(0), room);
  return abi::load<std::expected<Answer, ModelError>>(room);
}
}

}  // namespace switchboard

using namespace switchboard;

extern "C" __attribute__((export_name("describe"))) const void *export_describe() {
  return abi::kept(describe());
}

extern "C" __attribute__((export_name("handle"))) const void *export_handle(const std::uint8_t *at) {
  return abi::kept(handle(abi::load<Context>(at + 0), abi::load<Event>(at + 180)));
}
