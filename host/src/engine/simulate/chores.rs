//! What the desk does by itself, in virtual time.

use std::sync::Arc;

use jiff::Timestamp;

use super::{SimulateError, Simulation, TimelineLine};
use crate::engine::chores::Chore;
use crate::engine::request::EngineError;
use crate::store::StoreError;

/// How often chores may be done up to one moment before the desk is said to be running in circles.
const MOST: usize = 100_000;

impl Simulation {
    /// The same desk with things that it does by itself.
    #[must_use]
    pub fn with_chores(mut self, chores: Vec<Arc<dyn Chore>>) -> Self {
        self.chores = chores;
        self
    }

    /// Does what is due up to a moment, in order.
    pub(super) fn chores_until(
        &mut self,
        until: Timestamp,
        tell: &mut dyn FnMut(TimelineLine),
    ) -> Result<(), SimulateError> {
        for _ in 0..MOST {
            let Some((due, chore)) = self.next_chore().map_err(failed)? else {
                return Ok(());
            };
            if due > until {
                return Ok(());
            }
            self.clock.advance_to(due);
            match chore.carry_out(&self.core) {
                Ok(()) => {}
                Err(EngineError::Store(problem)) if matches!(*problem, StoreError::Crashed) => {
                    self.restart().map_err(failed)?;
                    // What was durable before the crash isn't due again.
                    if chore.due(&self.core).map_err(failed)? == Some(due) {
                        continue;
                    }
                }
                Err(problem) => return Err(failed(problem)),
            }
            let lines = chore.told(&self.core).map_err(failed)?;
            lines.into_iter().for_each(&mut *tell);
        }
        Err(failed(EngineError::Invalid(format!(
            "more than {MOST} chores were due up to {until}"
        ))))
    }

    /// The chore that is due first, in the order of their list where two are due together.
    fn next_chore(&self) -> Result<Option<(Timestamp, Arc<dyn Chore>)>, EngineError> {
        let mut next: Option<(Timestamp, Arc<dyn Chore>)> = None;
        for chore in &self.chores {
            if let Some(due) = chore.due(&self.core)?
                && next.as_ref().is_none_or(|(first, _)| due < *first)
            {
                next = Some((due, Arc::clone(chore)));
            }
        }
        Ok(next)
    }
}

fn failed(problem: EngineError) -> SimulateError {
    SimulateError::Line {
        line: 0,
        message: problem.to_string(),
    }
}
