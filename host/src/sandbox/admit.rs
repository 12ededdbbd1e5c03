//! Whether a component may be a plugin, judged by the names that it imports and exports.

use super::capabilities::wasi;
use super::facts::Facts;

/// Which of the contract's worlds a plugin is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum World {
    /// One step of a workflow.
    Step,
    /// Looks at texts before they go out.
    Reviewer,
}

impl std::fmt::Display for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl World {
    /// The name in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Reviewer => "reviewer",
        }
    }

    fn interfaces(self) -> &'static [&'static str] {
        match self {
            Self::Step => &[
                "types",
                "log",
                "config",
                "clock",
                "random",
                "kv",
                "knowledge",
                "directory",
                "calendar",
            ],
            Self::Reviewer => &["types", "log", "config", "clock"],
        }
    }

    /// Interfaces that a version of the contract added, with that version.
    fn added(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Step => &[("http", "0.1.1"), ("model", "0.1.1")],
            Self::Reviewer => &[("knowledge", "0.1.1")],
        }
    }
}

/// The contract's package.
const PACKAGE: &str = "switchboard:plugin/";
/// The newest version of it that this host knows.
pub const CONTRACT: &str = "0.1.1";
/// Every version that it serves, oldest first.
const CONTRACTS: [&str; 2] = ["0.1.0", CONTRACT];

/// What the names say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Admitted {
    pub(super) world: World,
    pub(super) wasi: bool,
    /// The version of the contract that it was built for; the newest where it imports nothing that says.
    pub(super) contract: &'static str,
}

/// # Errors
/// Everything that is missing or forbidden, a line each.
pub(super) fn admit(facts: &Facts) -> Result<Admitted, Vec<String>> {
    let mut problems = Vec::new();
    let has = |name: &str| facts.exports.iter().any(|export| export == name);
    let world = match (has("handle"), has("review")) {
        (true, false) => World::Step,
        (false, true) => World::Reviewer,
        (true, true) => {
            problems.push(
                "it exports both handle and review; a plugin is a step or a reviewer".to_owned(),
            );
            World::Step
        }
        (false, false) => {
            problems.push(format!(
                "it exports neither handle (world step) nor review (world reviewer), only {}",
                facts.exports.join(", ")
            ));
            World::Step
        }
    };
    if !has("describe") {
        problems.push("it doesn't export describe".to_owned());
    }
    problems.extend(facts.imports.iter().filter_map(|name| refuse(world, name)));
    if problems.is_empty() {
        let wasi = facts.imports.iter().any(|name| name.starts_with("wasi:"));
        let mut versions = facts.imports.iter().filter_map(|name| {
            let version = name.strip_prefix(PACKAGE)?.split_once('@')?.1;
            CONTRACTS.into_iter().rfind(|known| *known == version)
        });
        let contract = versions.next().unwrap_or(CONTRACT);
        Ok(Admitted {
            world,
            wasi,
            contract,
        })
    } else {
        Err(problems)
    }
}

fn refuse(world: World, name: &str) -> Option<String> {
    if let Some(interface) = name.strip_prefix(PACKAGE) {
        return refuse_ours(world, name, interface);
    }
    let begins = |all: &[&str]| all.iter().any(|prefix| name.starts_with(prefix));
    if begins(&wasi::REFUSED) {
        return Some(format!(
            "it imports {name}: plugins have no network of their own; they send requests through {PACKAGE}http@{CONTRACT}"
        ));
    }
    if begins(&wasi::LINKED) && name.contains("@0.2.") {
        return None;
    }
    if name.starts_with("wasi:") {
        return Some(format!(
            "it imports {name}; of WASI, plugins have 0.2's cli, clocks, filesystem (empty), io and random"
        ));
    }
    Some(format!("it imports {name}, which this host doesn't have"))
}

fn refuse_ours(world: World, name: &str, interface: &str) -> Option<String> {
    let (interface, version) = interface.split_once('@').unwrap_or((interface, ""));
    if !CONTRACTS.contains(&version) {
        let newer = semver::Version::parse(version)
            .is_ok_and(|version| semver::Version::parse(CONTRACT).is_ok_and(|ours| version > ours));
        return Some(if newer {
            format!(
                "it imports {name}: it was built for version {version} of the contract, this host knows {CONTRACT}; \
                 update the host or build it for {CONTRACT}"
            )
        } else {
            format!(
                "it imports {name}, but this host serves the contract's versions {}",
                CONTRACTS.join(" and ")
            )
        });
    }
    let has = |(added, since): &(&str, &str)| *added == interface && version >= *since;
    if !world.interfaces().contains(&interface) && !world.added().iter().any(has) {
        return Some(format!(
            "it imports {name}, which the world {} of version {version} doesn't have",
            world.as_str()
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(imports: &[&str], exports: &[&str]) -> Result<Admitted, String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        admit(&Facts {
            imports: owned(imports),
            exports: owned(exports),
            language: None,
        })
        .map_err(|problems| problems.join("; "))
    }

    const STEP: [&str; 2] = ["describe", "handle"];

    #[test]
    fn a_step_and_a_reviewer_are_known_by_their_exports() {
        assert_eq!(judge(&[], &STEP).unwrap().world, World::Step);
        let reviewer = judge(&["switchboard:plugin/log@0.1.0"], &["review", "describe"]);
        assert_eq!(reviewer.unwrap().world, World::Reviewer);
    }

    #[test]
    fn what_is_missing_or_forbidden_is_named() {
        for (imports, exports, told) in [
            (&[][..], &["handle"][..], "doesn't export describe"),
            (&[], &["run"], "neither handle"),
            (
                &[],
                &["describe", "handle", "review"],
                "both handle and review",
            ),
            (
                &["wasi:sockets/tcp@0.2.6"],
                &STEP,
                "wasi:sockets/tcp@0.2.6: plugins have no network of their own",
            ),
            (&["wasi:http/types@0.2.6"], &STEP, "no network"),
            (
                &["wasi:cli/environment@0.3.0"],
                &STEP,
                "of WASI, plugins have 0.2's",
            ),
            (&["wasi:nn/tensor@0.2.0"], &STEP, "of WASI"),
            (
                &["evil:corp/files"],
                &STEP,
                "evil:corp/files, which this host doesn't have",
            ),
            (
                &["switchboard:plugin/log@0.2.0"],
                &STEP,
                "built for version 0.2.0",
            ),
            (
                &["switchboard:plugin/log@0.0.9"],
                &STEP,
                "versions 0.1.0 and 0.1.1",
            ),
            (
                &["switchboard:plugin/egress@0.1.0"],
                &STEP,
                "the world step of version 0.1.0 doesn't have",
            ),
            (
                &["switchboard:plugin/http@0.1.0"],
                &STEP,
                "the world step of version 0.1.0 doesn't have",
            ),
            (
                &["switchboard:plugin/kv@0.1.0"],
                &["describe", "review"],
                "the world reviewer of version 0.1.0 doesn't have",
            ),
        ] {
            let problems = judge(imports, exports).unwrap_err();
            assert!(problems.contains(told), "{problems}");
        }
    }

    #[test]
    fn versions_that_add_to_each_other_are_served_side_by_side() {
        let built_for = |imports: &[&str]| judge(imports, &STEP).unwrap().contract;
        assert_eq!(built_for(&["switchboard:plugin/kv@0.1.0"]), "0.1.0");
        assert_eq!(built_for(&["switchboard:plugin/http@0.1.1"]), "0.1.1");
        assert_eq!(built_for(&["wasi:cli/environment@0.2.6"]), CONTRACT);
    }

    #[test]
    fn wasi_without_network_is_linked_and_paid_for_only_where_imported() {
        let go = [
            "wasi:filesystem/preopens@0.2.6",
            "wasi:clocks/wall-clock@0.2.0",
        ];
        assert!(judge(&go, &STEP).unwrap().wasi);
        assert!(!judge(&["switchboard:plugin/kv@0.1.0"], &STEP).unwrap().wasi);
    }
}
