//! The two kinds of plugin, and how one becomes a component.

use crate::{
    host::Host,
    types::{Context, Event, Finding, Manifest, Message, Outcome, StepError},
};

/// One step of a workflow.
pub trait Step {
    /// What the plugin says of itself; called without a customer and without the host.
    fn describe() -> Manifest;
    /// What is to be done about `event`.
    ///
    /// # Errors
    /// The step's failure policy answers the customer.
    fn handle<H: Host>(host: &H, context: &Context, event: &Event) -> Result<Outcome, StepError>;
}

/// Looks at every text before it goes to a customer.
pub trait Reviewer {
    /// What the plugin says of itself; called without a customer and without the host.
    fn describe() -> Manifest;
    /// What is wrong with `drafts`, the texts that would go out together.
    ///
    /// # Errors
    /// The texts count as not reviewed.
    fn review<H: Host>(
        host: &H,
        context: &Context,
        drafts: &[Message],
    ) -> Result<Vec<Finding>, StepError>;
}

/// Makes the crate a component of the world `step` from a type that implements [`Step`]. Does nothing outside
/// WebAssembly, so that the crate's tests run as any other's.
#[macro_export]
macro_rules! export_step {
    ($plugin:ty) => {
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, missing_docs, unreachable_pub, reason = "generated")]
        const _: () = {
            struct Component;
            impl $crate::bindings::Guest for Component {
                fn describe() -> $crate::types::Manifest {
                    <$plugin as $crate::Step>::describe()
                }
                fn handle(
                    context: $crate::types::Context,
                    event: $crate::types::Event,
                ) -> Result<$crate::types::Outcome, $crate::types::StepError> {
                    <$plugin as $crate::Step>::handle(&$crate::Imports, &context, &event)
                }
            }
    $crate::bindings::export_step_world!(Component with_types_in $crate::bindings);
        };
    };
}

/// As [`export_step`], for the world `reviewer` and a type that implements [`Reviewer`].
#[macro_export]
macro_rules! export_reviewer {
    ($plugin:ty) => {
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, missing_docs, unreachable_pub, reason = "generated")]
        const _: () = {
            struct Component;
            impl $crate::bindings::reviewer::Guest for Component {
                fn describe() -> $crate::types::Manifest {
                    <$plugin as $crate::Reviewer>::describe()
                }
                fn review(
                    context: $crate::types::Context,
                    drafts: Vec<$crate::types::Message>,
                ) -> Result<Vec<$crate::types::Finding>, $crate::types::StepError> {
                    <$plugin as $crate::Reviewer>::review(&$crate::Imports, &context, &drafts)
                }
            }
            $crate::bindings::reviewer::export_reviewer_world!(
                Component with_types_in $crate::bindings::reviewer
            );
        };
    };
}
