//! Promises are noticed (R138): whether they are kept is the ledger's matter.

use switchboard_sdk::promise;

use crate::{draft::Draft, find::Breach, rule::Rule};

/// Promises of one text, at most.
const MOST: usize = 5;

pub(crate) fn find(draft: &Draft<'_>, found: &mut Vec<Breach>) {
    let promises = promise::find(draft.text).into_iter();
    for promise in promises.filter(|promise| !promise.vague).take(MOST) {
        if !draft.is_quoted(&promise.at) {
            found.push(Breach {
                rule: Rule::Promise,
                at: promise.at,
            });
        }
    }
}
