//! A desk with its plugins: what a run sees of both, looked up beforehand.

use std::collections::HashMap;
use std::sync::Arc;

use super::plugins::Beside;
use crate::knowledge::Knowledge;
use crate::model::{DeskView, EventKind, Policy};
use crate::sandbox::{Grants, Limits, Plugin};
use crate::workflow::Desk;

/// One step with everything that its calls need, looked up beforehand.
pub(crate) struct StepPlan {
    pub(crate) name: String,
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) grants: Grants,
    pub(crate) limits: Limits,
    pub(crate) config: Arc<str>,
    pub(crate) settings: String,
    pub(crate) policy: Policy,
    pub(crate) events: Vec<EventKind>,
}

impl StepPlan {
    /// Whether the plugin wants events of that kind.
    pub(crate) fn handles(&self, kind: EventKind) -> bool {
        self.events.is_empty() || self.events.contains(&kind)
    }
}

/// A desk with its plugins: what a run sees, whole, from its beginning to its end.
pub struct Workflow {
    /// The desk as its files say.
    pub(crate) base: Arc<Desk>,
    /// The desk as it is, with what was changed about it since.
    pub(crate) desk: Arc<Desk>,
    pub(crate) knowledge: Arc<Knowledge>,
    pub(crate) view: DeskView,
    pub(crate) steps: Vec<Arc<StepPlan>>,
    pub(crate) reviewers: Vec<Arc<StepPlan>>,
    /// What runs beside the live versions.
    pub(crate) beside: Beside,
    pub(crate) histories: HashMap<EventKind, u32>,
}

impl Workflow {
    /// The steps of an event, in order.
    pub(crate) fn chain(&self, kind: EventKind) -> impl Iterator<Item = &Arc<StepPlan>> {
        let chain = self
            .desk
            .chains
            .get(&kind)
            .map(Vec::as_slice)
            .unwrap_or_default();
        chain.iter().filter_map(|index| self.steps.get(*index))
    }

    /// How many messages the steps of an event want to see.
    pub(crate) fn history(&self, kind: EventKind) -> u32 {
        self.histories.get(&kind).copied().unwrap_or(0)
    }
}
