//! Steps and reviewers made of sentences: what a plugin asks for, as WAT, one part after the other.

use crate::guest::{ANSWER, EFFECT_BYTES, Guest, bytes};

/// Where texts begin; in front of them the body's own scratch.
const TEXTS: usize = 6_000;
/// Where effects begin.
const EFFECTS: usize = 16_384;
/// Where the host writes its answers.
const RETURNED: usize = 3_000;
/// The address of the text of the event's message (address, length), from `$arguments`.
const EVENT_TEXT: usize = 224;
/// The address of the conversation's newest messages (address, count), from `$arguments`.
const MESSAGES: usize = 164;
/// The address of the texts that a reviewer looks at (address, count), from `$arguments`.
const DRAFTS: usize = 180;
/// The bytes of a message, and where in it its text is.
const MESSAGE_BYTES: usize = 52;
const MESSAGE_TEXT: usize = 24;
/// The bytes of a finding; the number of its draft comes first.
const FINDING_BYTES: usize = 44;

/// Whose memory a key belongs to, by its number in the contract.
#[derive(Clone, Copy)]
pub enum Space {
    /// The conversation's.
    Conversation = 0,
    /// The desk's.
    Desk = 2,
}

/// A plugin under construction.
#[derive(Clone)]
pub struct Script {
    guest: Guest,
    locals: String,
    body: String,
    texts: usize,
    finish: bool,
}

impl Script {
    /// A step of this name, version 0.1.0, that asks for every grant and does nothing.
    pub fn new(name: &str) -> Self {
        let mut guest = Guest::default();
        guest.manifest[0] = name.to_owned();
        guest.grants = ["kv", "tickets", "notify"].map(str::to_owned).into();
        Self {
            guest,
            locals: String::new(),
            body: String::new(),
            texts: TEXTS,
            finish: false,
        }
        .importing("kv", "get", "(param i32 i32 i32 i32)")
        .importing("kv", "set", "(param i32 i32 i32 i32 i32 i32)")
        .importing(
            "kv",
            "compare-and-set",
            "(param i32 i32 i32 i32 i32 i32 i32 i32 i32)",
        )
        .importing("log", "write", "(param i32 i32 i32)")
        .importing("clock", "now", "(param i32)")
    }

    /// A reviewer of this name that finds nothing.
    pub fn reviewer(name: &str) -> Self {
        let mut guest = Guest {
            world: "reviewer",
            export: "review",
            ..Guest::default()
        };
        guest.manifest[0] = name.to_owned();
        Self {
            guest,
            locals: "(local $draft i32) (local $next i32)".to_owned(),
            body: String::new(),
            texts: TEXTS,
            finish: false,
        }
    }

    /// Of another version.
    pub fn version(mut self, version: &str) -> Self {
        self.guest.manifest[1] = version.to_owned();
        self
    }

    /// Asks for one more grant.
    pub fn granted(mut self, grant: &str) -> Self {
        self.guest.grants.push(grant.to_owned());
        self
    }

    /// With one more import.
    pub fn importing(mut self, interface: &str, function: &str, core_type: &str) -> Self {
        self.guest = self.guest.importing(interface, function, core_type);
        self
    }

    /// With more items of the module.
    pub fn with(mut self, items: &str) -> Self {
        self.guest = self.guest.with(items);
        self
    }

    /// With a local variable.
    pub fn local(mut self, local: &str) -> Self {
        self.locals.push_str(local);
        self
    }

    /// With a larger memory, in pages.
    pub fn memory(mut self, pages: u32) -> Self {
        self.guest.memory = format!("(memory (export \"memory\") {pages})");
        self
    }

    /// Does this next.
    pub fn wat(mut self, body: &str) -> Self {
        self.body.push_str(body);
        self.body.push('\n');
        self
    }

    /// Leaves the steps after it out.
    pub fn finish(mut self) -> Self {
        self.finish = true;
        self
    }

    /// Does that only where the message begins with this character; all effects so far stay.
    pub fn when(self, first: char, then: impl FnOnce(Self) -> Self) -> Self {
        let begin = format!(
            "(if (i32.eq (i32.load8_u (i32.load (i32.add (local.get $arguments) (i32.const {EVENT_TEXT}))))
                         (i32.const {})) (then",
            u32::from(first)
        );
        then(self.wat(&begin)).wat("))")
    }

    /// Replies.
    pub fn reply(self, text: &str) -> Self {
        self.effect(0, |script, at| script.put_text(at + 4, text))
    }

    /// Replies with what the customer wrote.
    pub fn echo(self) -> Self {
        self.effect(0, |script, at| script.put_message(at + 4))
    }

    /// Puts what the customer wrote wherever a step may put words of its own: a reply, a note, a field of the account, a
    /// ticket.
    pub fn echo_everywhere(self, field: &str, ticket: &str, department: &str) -> Self {
        self.echo()
            .effect(1, |script, at| script.put_message(at + 4))
            .effect(8, |script, at| {
                script.put_text(at + 4, field).put_message(at + 12)
            })
            .effect(9, |script, at| {
                script
                    .put_text(at + 4, ticket)
                    .put_text(at + 16, department)
                    .put_message(at + 24)
                    .put_message(at + 32)
                    .wat(&format!(
                        "(i32.store8 (i32.const {}) (i32.const 1))",
                        at + 40
                    ))
            })
    }

    fn put_message(self, at: usize) -> Self {
        self.wat(&format!(
            "(i32.store (i32.const {at}) (i32.load (i32.add (local.get $arguments) (i32.const {EVENT_TEXT}))))
             (i32.store (i32.const {}) (i32.load (i32.add (local.get $arguments) (i32.const {}))))",
            at + 4,
            EVENT_TEXT + 4
        ))
    }

    /// Built for the contract that has servers of others and the model; asks for them.
    pub fn reaching_out(mut self) -> Self {
        self.guest = self.guest.of_contract("0.1.1");
        self.guest
            .grants
            .extend(["http", "model"].map(str::to_owned));
        self.importing(
            "http",
            "send",
            "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)",
        )
        .importing("model", "complete", "(param i32 i32 i32 i32 i32 i32 i32)")
    }

    /// Sends a request and replies with what came back: the body, or why there is none.
    pub fn send(mut self, method: &str, url: &str, body: Option<&str>) -> Self {
        let [(method, method_length), (url, url_length)] =
            [method, url].map(|text| self.text(text));
        let known = u32::from(body.is_some());
        let (body, body_length) = body.map_or((0, 0), |body| self.text(body));
        self.wat(&format!(
            "(call $send (i32.const {method}) (i32.const {method_length}) (i32.const {url}) (i32.const {url_length})
                (i32.const 0) (i32.const 0) (i32.const {known}) (i32.const {body}) (i32.const {body_length})
                (i32.const {RETURNED}))"
        ))
        .returned(16, 0)
    }

    /// Asks the model and replies with what it says, or why it doesn't, citing an article.
    pub fn complete(mut self, instructions: &str, question: &str, source: &str) -> Self {
        let [
            (first, first_length),
            (second, second_length),
            (source, source_length),
        ] = [instructions, question, source].map(|text| self.text(text));
        let sources = RETURNED + 96;
        self.wat(&format!(
            "(call $complete (i32.const {first}) (i32.const {first_length}) (i32.const {second})
                (i32.const {second_length}) (i32.const 0) (i32.const 0) (i32.const {RETURNED}))
             (i32.store (i32.const {sources}) (i32.const {source}))
             (i32.store (i32.const {}) (i32.const {source_length}))",
            sources + 4
        ))
        .returned(4, 1)
    }

    /// Replies with the text of an answer, which stands so many bytes behind its beginning, or with that of an error.
    fn returned(self, text: usize, cited: usize) -> Self {
        let (answer, error) = (RETURNED + text, RETURNED + 8);
        self.effect(0, |script, at| {
            script.wat(&format!(
                "(if (i32.load8_u (i32.const {RETURNED}))
                    (then (i64.store (i32.const {0}) (i64.load (i32.const {error}))))
                    (else (i64.store (i32.const {0}) (i64.load (i32.const {answer})))))
                 (i32.store (i32.const {1}) (i32.const {2})) (i32.store (i32.const {3}) (i32.const {cited}))",
                at + 4,
                at + 24,
                RETURNED + 96,
                at + 28
            ))
        })
    }

    /// Notes down the last message that it sees.
    pub fn last_seen(self) -> Self {
        self.effect(1, |script, at| {
            // A message takes 52 bytes, its text stands at 24.
            script.wat(&format!(
                "(memory.copy (i32.const {}) (i32.add
                    (i32.load (i32.add (local.get $arguments) (i32.const {MESSAGES})))
                    (i32.add (i32.const 24) (i32.mul (i32.const 52) (i32.sub
                        (i32.load (i32.add (local.get $arguments) (i32.const {})))
                        (i32.const 1)))))
                    (i32.const 8))",
                at + 4,
                MESSAGES + 4
            ))
        })
    }

    /// Notes something down.
    pub fn note(self, text: &str) -> Self {
        self.effect(1, |script, at| script.put_text(at + 4, text))
    }

    /// Says which language the customer speaks.
    pub fn language(self, tag: &str) -> Self {
        self.effect(2, |script, at| script.put_text(at + 4, tag))
    }

    /// Opens a ticket.
    pub fn ticket(self, key: &str, department: &str) -> Self {
        self.effect(9, |script, at| {
            script
                .put_text(at + 4, key)
                .put_text(at + 16, department)
                .put_text(at + 24, "a ticket")
                .put_text(at + 32, "evidence")
                .wat(&format!(
                    "(i32.store8 (i32.const {}) (i32.const 1))",
                    at + 40
                ))
        })
    }

    /// Tells somebody.
    pub fn notify(self, to: &str) -> Self {
        self.effect(11, |script, at| {
            script.put_text(at + 4, to).put_text(at + 12, "look")
        })
    }

    /// Sets a timer so many seconds ahead.
    pub fn timer(self, name: &str, seconds: u32) -> Self {
        self.effect(12, |script, at| {
            script.put_text(at + 4, name).wat(&format!(
                "(i32.store8 (i32.const {}) (i32.const 1)) (i32.store (i32.const {}) (i32.const {seconds}))",
                at + 12,
                at + 16
            ))
        })
    }

    /// Announces something.
    pub fn announce(self, name: &str) -> Self {
        self.effect(20, |script, at| {
            script.put_text(at + 4, name).put_text(at + 12, "{}")
        })
    }

    /// Logs a line.
    pub fn log(mut self, line: &str) -> Self {
        let (at, length) = self.text(line);
        self.wat(&format!(
            "(call $write (i32.const 1) (i32.const {at}) (i32.const {length}))"
        ))
    }

    /// Sets a key to a word.
    pub fn set(mut self, space: Space, key: &str) -> Self {
        let (at, length) = self.text(key);
        self.wat(&format!(
            "(call $set (i32.const {}) (i32.const {at}) (i32.const {length})
                (i32.const {at}) (i32.const {length}) (i32.const {RETURNED}))",
            space as u32
        ))
    }

    /// Does that only where the key isn't set.
    pub fn unless_set(mut self, space: Space, key: &str, then: impl FnOnce(Self) -> Self) -> Self {
        let (at, length) = self.text(key);
        let begin = format!(
            "(call $get (i32.const {}) (i32.const {at}) (i32.const {length}) (i32.const {RETURNED}))
             (if (i32.eqz (i32.load8_u (i32.const {}))) (then",
            space as u32,
            RETURNED + 4
        );
        then(self.wat(&begin)).wat("))")
    }

    /// Adds one to a counter of four bytes, by compare-and-set.
    pub fn count(mut self, space: Space, key: &str) -> Self {
        let (at, length) = self.text(key);
        let (scope, value, known) = (space as u32, RETURNED + 64, RETURNED + 4);
        let (pointer, size) = (RETURNED + 8, RETURNED + 12);
        self.wat(&format!(
            "(call $get (i32.const {scope}) (i32.const {at}) (i32.const {length}) (i32.const {RETURNED}))
             (i32.store (i32.const {value}) (i32.const 1))
             (if (i32.load8_u (i32.const {known})) (then
                (i32.store (i32.const {value})
                    (i32.add (i32.const 1) (i32.load (i32.load (i32.const {pointer})))))))
             (call $compare_and_set (i32.const {scope}) (i32.const {at}) (i32.const {length})
                (i32.load8_u (i32.const {known}))
                (i32.load (i32.const {pointer})) (i32.load (i32.const {size}))
                (i32.const {value}) (i32.const 4) (i32.const {RETURNED}))
             (if (i32.load8_u (i32.const {RETURNED})) (then (unreachable)))
             (if (i32.eqz (i32.load8_u (i32.const {known}))) (then (unreachable)))"
        ))
    }

    /// Says that another try is worth it.
    pub fn transient(self, message: &str) -> Self {
        self.failing(0, message)
    }

    /// Says that the same will fail again.
    pub fn permanent(self, message: &str) -> Self {
        self.failing(1, message)
    }

    fn failing(mut self, kind: u32, message: &str) -> Self {
        let (at, length) = self.text(message);
        let words = bytes(&[1, kind, at as u32, length as u32, 0, 0]);
        let answer = self.texts.next_multiple_of(4);
        self.texts = answer + 24;
        self.with(&format!("(data (i32.const {answer}) \"{words}\")"))
            .wat(&format!("(return (i32.const {answer}))"))
    }

    /// A reviewer that finds this where a text begins with `first`; blocking, with a better text where there is one.
    pub fn finding(self, first: char, rule: &str, better: Option<&str>) -> Self {
        self.found(first, rule, 2, better)
    }

    /// A reviewer that warns where a text begins with `first`.
    pub fn warning(self, first: char, rule: &str) -> Self {
        self.found(first, rule, 1, None)
    }

    fn found(mut self, first: char, rule: &str, severity: usize, better: Option<&str>) -> Self {
        let (at, length) = self.text(rule);
        let (other, other_length) = better.map_or((0, 0), |better| self.text(better));
        let known = u32::from(better.is_some());
        let words = [0, at, length, severity, 0, 1, at, length].map(|word| word as u32);
        let finding = self.texts.next_multiple_of(4);
        self.texts = finding + FINDING_BYTES;
        let words = bytes(&[&words[..], &[known, other as u32, other_length as u32]].concat());
        let (next, count) = ("(local.get $next)", ANSWER + 8);
        self.with(&format!("(data (i32.const {finding}) \"{words}\")")).each(
            first,
            &format!(
                "(local.set $next (i32.add (i32.const {EFFECTS})
                     (i32.mul (i32.load (i32.const {count})) (i32.const {FINDING_BYTES}))))
                 (memory.copy {next} (i32.const {finding}) (i32.const {FINDING_BYTES}))
                 (i32.store {next} (local.get $draft))
                 (i32.store (i32.const {count}) (i32.add (i32.const 1) (i32.load (i32.const {count}))))"
            ),
        )
    }

    /// A reviewer that traps where a text begins with `first`.
    pub fn trapping(self, first: char) -> Self {
        self.each(first, "(unreachable)")
    }

    /// Does this for each text that begins with `first`; `$draft` is its number.
    fn each(self, first: char, then: &str) -> Self {
        self.wat(&format!(
            "(local.set $draft (i32.const 0))
             (block $done (loop $again
               (br_if $done (i32.ge_u (local.get $draft)
                   (i32.load (i32.add (local.get $arguments) (i32.const {})))))
               (if (i32.eq
                     (i32.load8_u (i32.load (i32.add (i32.const {MESSAGE_TEXT})
                       (i32.add (i32.load (i32.add (local.get $arguments) (i32.const {DRAFTS})))
                                (i32.mul (local.get $draft) (i32.const {MESSAGE_BYTES}))))))
                     (i32.const {})) (then {then}))
               (local.set $draft (i32.add (local.get $draft) (i32.const 1)))
               (br $again)))",
            DRAFTS + 4,
            u32::from(first)
        ))
    }

    /// The component.
    pub fn component(mut self) -> Vec<u8> {
        let Self { locals, body, .. } = &self;
        let mut begin = format!(
            "(i32.store (i32.const {}) (i32.const {EFFECTS}))",
            ANSWER + 4
        );
        if self.guest.world == "step" {
            let (next, finish) = (ANSWER + 12, u32::from(self.finish));
            begin.push_str(&format!(
                "(i32.store8 (i32.const {next}) (i32.const {finish}))"
            ));
        }
        self.guest.handle = format!("{locals}\n{begin}\n{body}\n(i32.const {ANSWER})");
        self.guest.component()
    }

    /// Writes an effect to the next free place and counts it, wherever in the body this stands.
    fn effect(self, kind: u32, fill: impl FnOnce(Self, usize) -> Self) -> Self {
        // Filled in a fixed place, then moved behind those that were asked for so far.
        let made = EFFECTS + 64 * EFFECT_BYTES;
        let count = ANSWER + 8;
        let begin = format!(
            "(memory.fill (i32.const {made}) (i32.const 0) (i32.const {EFFECT_BYTES}))
             (i32.store8 (i32.const {made}) (i32.const {kind}))"
        );
        fill(self.wat(&begin), made).wat(&format!(
            "(memory.copy (i32.add (i32.const {EFFECTS}) (i32.mul (i32.load (i32.const {count})) (i32.const {EFFECT_BYTES})))
                (i32.const {made}) (i32.const {EFFECT_BYTES}))
             (i32.store (i32.const {count}) (i32.add (i32.const 1) (i32.load (i32.const {count}))))"
        ))
    }

    fn put_text(mut self, at: usize, text: &str) -> Self {
        let (address, length) = self.text(text);
        self.wat(&format!(
            "(i32.store (i32.const {at}) (i32.const {address})) (i32.store (i32.const {}) (i32.const {length}))",
            at + 4
        ))
    }

    fn text(&mut self, text: &str) -> (usize, usize) {
        let at = self.texts;
        self.texts += text.len() + 1;
        assert!(self.texts < EFFECTS, "the script has too much text");
        let escaped: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        self.guest = std::mem::take(&mut self.guest)
            .with(&format!("(data (i32.const {at}) \"{escaped}\")\n"));
        (at, text.len())
    }
}
