//! What can be wrong with an expression before it meets an event.

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use cel::{ParseError, Program};

use super::scope::NAMES;
use super::{ConditionProblem, ENVIRONMENT, MAX_LENGTH};
use crate::workflow::suggest;

/// What an expression may call besides operators and the macros `has`, `all`, `exists`, `exists_one`, `map`, `filter`.
const FUNCTIONS: &[&str] = &[
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "size",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "type",
    "dyn",
];

pub(super) fn compile(text: &str) -> Result<Program, Vec<ConditionProblem>> {
    let alone = |message: &str| {
        vec![ConditionProblem {
            offset: 0,
            message: message.to_owned(),
        }]
    };
    if text.trim().is_empty() {
        return Err(alone(
            "the condition is empty; leave the line out to run the step always",
        ));
    }
    if text.len() > MAX_LENGTH {
        return Err(alone(&format!(
            "the condition is longer than {MAX_LENGTH} bytes; move the decision into a plugin"
        )));
    }
    ENVIRONMENT.compile(text).map_err(|errors| {
        let mut problems: Vec<_> = errors
            .errors
            .iter()
            .map(|error| syntax(text, error))
            .collect();
        problems.dedup();
        // One slip of the pen gives a row of consequences; the first says what it was.
        problems.truncate(1);
        problems
    })
}

fn syntax(text: &str, error: &ParseError) -> ConditionProblem {
    let line = usize::try_from(error.pos.0).unwrap_or(1).max(1);
    let column = usize::try_from(error.pos.1).unwrap_or(1).max(1);
    let before: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let in_line = text.get(before..).unwrap_or_default();
    let within = in_line
        .char_indices()
        .nth(column - 1)
        .map_or(in_line.trim_end().len(), |(offset, _)| offset);
    let what = error.msg.trim().trim_start_matches("Syntax error:").trim();
    let what = what.split(" expecting ").next().unwrap_or(what);
    let message = format!(
        "the condition is not valid CEL at its character {column}: {what}; texts stand in quotes, \"equal\" is ==, \"and\" is &&, \"or\" is ||, \"not\" is !"
    );
    ConditionProblem {
        offset: before + within,
        message,
    }
}

/// Refuses names and functions that there aren't.
pub(super) fn names(program: &Program) -> Result<(), Vec<ConditionProblem>> {
    let mut walk = Walk {
        program,
        bound: Vec::new(),
        problems: Vec::new(),
    };
    walk.expression(program.expression());
    walk.problems.sort_by_key(|problem| problem.offset);
    walk.problems.dedup();
    if walk.problems.is_empty() {
        Ok(())
    } else {
        Err(walk.problems)
    }
}

struct Walk<'p> {
    program: &'p Program,
    /// The variables of the macros around.
    bound: Vec<String>,
    problems: Vec<ConditionProblem>,
}

impl Walk<'_> {
    fn problem(&mut self, at: &IdedExpr, message: String) {
        let source = self.program.source_info();
        let characters = source
            .offset_for(at.id)
            .map_or(0, |(start, _)| start as usize);
        let offset = source
            .source
            .char_indices()
            .nth(characters)
            .map_or(0, |(offset, _)| offset);
        self.problems.push(ConditionProblem { offset, message });
    }

    fn expression(&mut self, at: &IdedExpr) {
        if let Some(name) = qualified(&at.expr) {
            return self.name(at, &name);
        }
        match &at.expr {
            Expr::Call(call) => {
                let plain = call
                    .func_name
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_')
                    && !call.func_name.starts_with('_');
                if plain && !FUNCTIONS.contains(&call.func_name.as_str()) {
                    let hint = suggest::hint(&call.func_name, FUNCTIONS);
                    self.problem(
                        at,
                        format!("there is no function {}; {hint}", call.func_name),
                    );
                }
                call.target
                    .iter()
                    .for_each(|target| self.expression(target));
                call.args
                    .iter()
                    .for_each(|argument| self.expression(argument));
            }
            Expr::Select(select) => self.expression(&select.operand),
            Expr::List(list) => list
                .elements
                .iter()
                .for_each(|element| self.expression(element)),
            Expr::Map(map) => map.entries.iter().for_each(|entry| self.entry(&entry.expr)),
            Expr::Struct(structure) => structure
                .entries
                .iter()
                .for_each(|entry| self.entry(&entry.expr)),
            Expr::Comprehension(comprehension) => {
                self.expression(&comprehension.iter_range);
                self.expression(&comprehension.accu_init);
                let before = self.bound.len();
                self.bound.extend([
                    comprehension.iter_var.clone(),
                    comprehension.accu_var.clone(),
                ]);
                self.bound.extend(comprehension.iter_var2.clone());
                self.expression(&comprehension.loop_cond);
                self.expression(&comprehension.loop_step);
                self.expression(&comprehension.result);
                self.bound.truncate(before);
            }
            Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn entry(&mut self, entry: &EntryExpr) {
        match entry {
            EntryExpr::StructField(field) => self.expression(&field.value),
            EntryExpr::MapEntry(entry) => {
                self.expression(&entry.key);
                self.expression(&entry.value);
            }
        }
    }

    fn name(&mut self, at: &IdedExpr, name: &str) {
        let root = name.split('.').next().unwrap_or(name);
        if self.bound.iter().any(|bound| bound == root) || root.starts_with('@') || is_known(name) {
            return;
        }
        let hint = advice(name, root);
        self.problem(
            at,
            format!("the condition names {name}, which there isn't; {hint}"),
        );
    }
}

/// What may have been meant: the nearest of the names that begin alike, else what there is.
fn advice(name: &str, root: &str) -> String {
    let (family, last) = name.rsplit_once('.').unwrap_or(("", name));
    let relatives = NAMES
        .iter()
        .filter_map(|known| known.strip_prefix(family)?.strip_prefix('.'));
    let near_relative = suggest::nearest(last, relatives).map(|last| format!("{family}.{last}"));
    // A slip in `conversation` itself.
    let near = near_relative.or_else(|| {
        let strangers = NAMES
            .iter()
            .copied()
            .filter(|known| !known.starts_with(&format!("{root}.")));
        suggest::nearest(name, strangers).map(str::to_owned)
    });
    if let Some(meant) = near {
        return format!("did you mean {meant}?");
    }
    let of_root: Vec<&str> = NAMES
        .iter()
        .copied()
        .filter(|known| known.split('.').next() == Some(root))
        .collect();
    if of_root.is_empty() {
        "a condition can name event.…, conversation.…, account.… and desk.…".to_owned()
    } else {
        format!("there is {}", of_root.join(", "))
    }
}

/// A name, a group of names, or a field inside `account.fields`.
fn is_known(name: &str) -> bool {
    let group = |known: &&str| {
        known
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    NAMES.contains(&name) || NAMES.iter().any(group) || name.starts_with("account.fields.")
}

/// `a.b.c` as text, where the expression is a name.
fn qualified(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Ident(name) => Some(name.trim_start_matches('.').to_owned()),
        // `has(a.b)` asks for `b` of `a`; a mistyped `b` would silently be false for ever.
        Expr::Select(select) => Some(format!(
            "{}.{}",
            qualified(&select.operand.expr)?,
            select.field
        )),
        _ => None,
    }
}
