//! The standard plugins as they are kept built, called in the sandbox one after the other, as a run calls them.

#![allow(clippy::unwrap_used, reason = "a panic here is the failure report")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use switchboard::model::{Context, Effect, Outcome};
use switchboard::sandbox::{Call, CallReport, Plugin, Sandbox, SandboxConfig};
use switchboard_tests::desk::{Setting, context, now, received};

const CHAIN: [&str; 5] = [
    "greeting",
    "triage",
    "auto-reply",
    "complaint-forwarding",
    "follow-up-visit",
];

fn chain(sandbox: &Sandbox) -> Vec<Arc<Plugin>> {
    let dist = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../plugins/dist");
    CHAIN
        .map(|name| {
            let bytes = std::fs::read(dist.join(format!("{name}.wasm"))).unwrap();
            let plugin = sandbox.activate(&bytes).unwrap();
            assert_eq!(plugin.manifest().name, name);
            plugin
        })
        .into()
}

fn call(plugin: &Plugin, setting: &Setting, context: &Context, text: &str) -> CallReport<Outcome> {
    plugin.handle(Call {
        context,
        event: &received(text),
        now: now(),
        seed: [7; 32],
        config: "{}",
        grants: &setting.grants,
        limits: &setting.limits,
        host: setting.host.clone(),
    })
}

/// What each step of the chain asks for, when each sees what those before it asked for.
fn run(chain: &[Arc<Plugin>], text: &str) -> Vec<Vec<Effect>> {
    let setting = Setting::default();
    let mut context = context(text);
    chain
        .iter()
        .map(|plugin| {
            let report = call(plugin, &setting, &context, text);
            let effects = report.result.unwrap().effects;
            for effect in &effects {
                match effect {
                    Effect::SetLanguage(tag) => {
                        context.conversation.state.to_mut().language = Some(tag.clone());
                    }
                    Effect::SetCategories(categories) => {
                        let state = context.conversation.state.to_mut();
                        state.categories.clone_from(categories);
                    }
                    _ => {}
                }
                context.draft.to_mut().push(effect.clone());
            }
            effects
        })
        .collect()
}

fn replies(effects: &[Effect]) -> Vec<&str> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Reply(reply) => Some(reply.text.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_complaint_is_greeted_understood_forwarded_and_promised() {
    let sandbox = Sandbox::new(SandboxConfig::in_process()).unwrap();
    let chain = chain(&sandbox);
    for (text, greeting, apology) in [
        ("我要投诉，收到的玩具是坏的！", "您好", "抱歉"),
        ("我要投訴，收到的玩具是壞的！", "您好", "抱歉"),
        (
            "My order arrived broken and nobody answers me!",
            "Good morning",
            "sorry",
        ),
    ] {
        let asked = run(&chain, text);
        let [greeted, triaged, answered, forwarded, followed] = asked.as_slice() else {
            panic!("{asked:#?}");
        };
        assert!(replies(greeted)[0].contains(greeting), "{greeted:#?}");
        assert!(matches!(triaged[0], Effect::SetLanguage(_)), "{triaged:#?}");
        assert!(answered.len() <= 1, "{answered:#?}");
        assert!(replies(forwarded)[0].contains(apology), "{forwarded:#?}");
        assert!(
            forwarded.iter().any(|effect| matches!(
                effect,
                Effect::OpenTicket(ticket) if ticket.body.contains(text)
            )),
            "{forwarded:#?}"
        );
        assert!(
            matches!(followed.as_slice(), [Effect::RecordPromise(_)]),
            "{followed:#?}"
        );
    }
}

#[test]
fn a_question_is_answered_with_its_source() {
    let sandbox = Sandbox::new(SandboxConfig::in_process()).unwrap();
    let asked = run(&chain(&sandbox), "请问可以七天退货吗？");
    assert!(
        matches!(&asked[2][..], [Effect::Reply(reply)] if reply.sources == ["article-0"]),
        "{asked:#?}"
    );
}

#[test]
fn no_step_needs_more_than_its_share() {
    let sandbox = Sandbox::new(SandboxConfig::in_process()).unwrap();
    let setting = Setting::default();
    let long = "投诉！！质量太差 broken 🔥 ".repeat(2_000);
    for plugin in chain(&sandbox) {
        let began = Instant::now();
        let report = call(&plugin, &setting, &context(&long), &long);
        report.result.unwrap();
        println!(
            "{}: {:?}, {:?}",
            plugin.manifest().name,
            began.elapsed(),
            report.usage
        );
    }
}
