//! The workflow room: reads a desk directory and turns it into rules that the engine can follow.
//!
//! Everything here is pure but for one place, [`DeskFiles`], which reads a directory: text and values in, rules or
//! [`Problem`]s out. No clock is read. A desk file with a mistake is refused with every mistake's place and how to mend
//! it, not only the first, and no input panics.
//!
//! Start reading at [`Desk`]. The format is described in `docs/desk.md` and `docs/hours.md`.
//!
//! - [`calendar`]: opening hours and business time
//! - [`condition`]: when a step runs
//! - [`directory`]: who there is and who answers for what
//! - [`problem`]: what is wrong with a desk file, and where
//! - `desk`, `step`, `settings`, `requirement`, `config`, `outside`: what `desk.toml` says
//! - `files`, `template`: where desks come from
//! - `reader`, `quantity`, `language`, `suggest`: from text to values, and from mistakes to advice

pub mod calendar;
pub mod condition;
mod config;
mod desk;
pub mod directory;
mod files;
pub mod floor;
mod language;
mod outside;
pub mod problem;
pub(crate) mod quantity;
mod reader;
pub mod record_form;
mod requirement;
mod settings;
mod step;
mod suggest;
mod template;
#[cfg(test)]
mod tests;
mod trust;
mod widget;

pub use calendar::{Calendar, Hours, WEEKDAYS, WeekProblem};
pub use condition::{Condition, ConditionError, Scope};
pub use config::{ConfigProblem, check_config};
pub use desk::{DESK_FILE, DIRECTORY_FILE, Desk, HOURS_FILE, PluginFile};
pub use directory::{Directory, Person};
pub use files::{DeskFiles, Files};
pub use floor::FloorSettings;
pub use problem::Problem;
pub use requirement::{Grants, PluginRequirement, StepLimits};
pub use settings::{
    DifferenceBudget, ExamSettings, RehearsalSettings, Retry, Settings, ShadowSettings,
};
pub use step::Step;
pub use template::{TEMPLATES, Template, TemplateError, write_template};
pub use trust::{SigningKey, TrustedKey, verify as verify_signature};
pub use widget::WidgetSettings;
