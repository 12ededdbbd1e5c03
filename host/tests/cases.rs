//! What a desk recorded, as cases: each plugin call of the recorded day becomes one that the very component passes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic here is the failure report"
)]

mod demo;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use switchboard::author::cases::{read_text, run};
use switchboard::engine::standard_plugins;
use switchboard::model::{ConversationId, InvocationResult, RunId};
use switchboard::sandbox::Plugin;

use demo::{SANDBOX, live};

const DAY: &str = include_str!("../../examples/day.jsonl");
/// Each so-and-so-many-th is masked, too.
const MASKED: u32 = 10;

#[test]
fn every_call_of_a_day_makes_a_case_that_its_component_passes_and_masked_ones_are_whole() {
    let (day, timeline) = live(DAY);
    let plugins: BTreeMap<&str, Arc<Plugin>> = standard_plugins()
        .map(|(name, bytes)| (name, SANDBOX.activate(bytes).unwrap()))
        .collect();
    let conversations = timeline.iter().map(|line| line.conversation.as_str());
    let conversations: BTreeSet<&str> = conversations.filter(|id| !id.is_empty()).collect();
    let (mut passed, mut reviews, mut failed) = (0, 0, Vec::new());
    let (mut masked, mut masked_alike) = (0, 0);
    for id in conversations {
        let id = ConversationId::new(id);
        // What was erased in the course of the day is gone.
        let Ok(conversation) = day.core().conversation(&id) else {
            continue;
        };
        for number in 1..=conversation.run_count {
            let recorded = day.core().run(&RunId::of(&id, number)).unwrap();
            for call in &recorded.invocations {
                let of = |masks| {
                    let case = day.core().recorded_case(&recorded, &call.step, masks);
                    let line = case.unwrap().to_string();
                    let cases = read_text(Path::new("recorded.jsonl"), &line).unwrap();
                    run(&cases[0], &plugins[call.plugin.as_str()]).unwrap()
                };
                let report = of(false);
                reviews += u32::from(matches!(call.result, InvocationResult::Reviewed { .. }));
                if report.passed {
                    passed += 1;
                } else {
                    failed.push((report.case, report.differences));
                }
                if passed % MASKED == 0 {
                    masked += 1;
                    masked_alike += u32::from(of(true).passed);
                }
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {passed}: {:#?}",
        failed.len(),
        &failed[..3.min(failed.len())]
    );
    assert!(passed > 800 && reviews > 100, "{passed} {reviews}");
    // What a step makes of a number that isn't the customer's may be something else.
    assert!(
        masked > 50 && masked_alike * 100 > masked * 98,
        "{masked_alike} of {masked}"
    );
}
