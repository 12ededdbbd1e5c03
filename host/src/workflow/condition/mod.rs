//! When a step runs: an expression in CEL, the Common Expression Language.
//!
//! An expression is parsed once, when the desk is loaded, and checked there: its grammar, that it names only what
//! there is, and, by trying it on an example of every event that its step handles, that it answers true or false. On
//! the way of a message it is only evaluated, and of what it could name only what it does name is built.

mod check;
mod sample;
mod scope;

use std::fmt;
use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, Program, Value};

#[cfg(test)]
pub(super) use scope::NAMES;
pub use scope::Scope;

/// No expression is longer, in bytes.
pub const MAX_LENGTH: usize = 4_096;

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// When a step runs.
#[derive(Clone)]
pub struct Condition {
    text: String,
    program: Arc<Program>,
}

/// What is wrong with an expression, and the byte of it where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConditionProblem {
    /// The byte of the expression.
    pub offset: usize,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// A condition that had no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// It named something that isn't there.
    #[error("the condition {condition} failed: there is no {name} here")]
    Missing {
        /// The expression.
        condition: String,
        /// What isn't there.
        name: String,
    },
    /// It mixed kinds of values, or went beyond a list or a number.
    #[error("the condition {condition} failed: {reason}")]
    Failed {
        /// The expression.
        condition: String,
        /// Why.
        reason: String,
    },
    /// It gave neither true nor false.
    #[error("the condition {condition} gave {kind} instead of true or false")]
    NotBoolean {
        /// The expression.
        condition: String,
        /// What it gave.
        kind: &'static str,
    },
}

impl Condition {
    /// Parses an expression and checks that it names only what there is.
    ///
    /// # Errors
    /// Everything that is wrong with it, in its order.
    pub fn parse(text: &str) -> Result<Self, Vec<ConditionProblem>> {
        let program = check::compile(text)?;
        check::names(&program)?;
        Ok(Self {
            text: text.to_owned(),
            program: Arc::new(program),
        })
    }

    /// Whether the step runs.
    ///
    /// # Errors
    /// The expression has no answer for this event. That is never the same as false.
    pub fn holds(&self, scope: &Scope<'_>) -> Result<bool, ConditionError> {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.set_variable_resolver(scope);
        match self.program.execute(&context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(ConditionError::NotBoolean {
                condition: self.text.clone(),
                kind: kind(&other),
            }),
            Err(ExecutionError::NoSuchKey(name)) => Err(ConditionError::Missing {
                condition: self.text.clone(),
                name: name.to_string(),
            }),
            Err(error) => Err(ConditionError::Failed {
                condition: self.text.clone(),
                reason: reason(&error),
            }),
        }
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Tries the expression on examples of an event.
    ///
    /// # Errors
    /// The first error that one of them met.
    pub fn try_on(&self, event: crate::model::EventKind) -> Result<(), ConditionError> {
        sample::every(event, |scope| self.holds(scope).map(|_| ()))
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({})", self.text)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "a list",
        Value::Map(_) => "a record",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number",
        Value::String(_) => "a text",
        Value::Null => "nothing",
        _ => "something else",
    }
}

fn reason(error: &ExecutionError) -> String {
    match error {
        ExecutionError::UndeclaredReference(name) => format!("there is no {name}"),
        ExecutionError::NoSuchOverload(overload) => {
            let function = overload.function().trim_matches('_');
            let function = function.strip_prefix('@').unwrap_or(function);
            format!(
                "{function} doesn't work on {}",
                overload.argument_types().join(" and ")
            )
        }
        other => other.to_string(),
    }
}
