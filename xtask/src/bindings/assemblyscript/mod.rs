//! AssemblyScript: a class for each record and variant, `null` for what is none, a `Result` for what may be refused.
//!
//! The language has no reflection, so loading and storing is written out for each type, in `memory.ts`.
//!
//! - [`memory`][]: loading and storing. [`calls`][]: what crosses the border. Here: the types.

mod calls;
mod memory;

use super::contract::{Case, Contract, Field, Named, Outcome, Shape, Ty};
use super::{camel, comment, pascal};
use anyhow::{Context as _, Result};
pub(super) use calls::entry;
use calls::imports_of;
pub(super) use memory::memory;
use std::fmt::Write as _;

const HEAD: &str = "// Written by `cargo xtask bindings` from the contract; change wit/ instead.\n";
/// What a step gives back is one of these.
const HANDLED: &str = "Handled";

/// What an author reads: the contract's types and functions.
pub(super) fn file(contract: &Contract) -> Result<String> {
    let mut out = format!("{HEAD}// switchboard:plugin {}\n", contract.version);
    out.push_str("import { Result, Some } from \"./abi\";\nimport * as abi from \"./abi\";\nimport * as memory from \"./memory\";\n");
    out.push_str("export { bytesOf, Result, Some, textOf } from \"./abi\";\n");
    out.push_str("\n// What a step answers: an `Outcome`, or a `StepError`.\n");
    writeln!(out, "export abstract class {HANDLED} {{}}")?;
    for named in &contract.types {
        type_of(contract, named, &mut out)?;
    }
    for interface in &contract.imports {
        imports_of(contract, interface, &mut out)?;
    }
    Ok(out)
}
/// Whether it can be `null`.
fn is_reference(contract: &Contract, of: &Ty) -> Result<bool> {
    Ok(match of {
        Ty::Bool | Ty::U32 | Ty::F32 => false,
        Ty::Text | Ty::Bytes | Ty::List(_) => true,
        Ty::Option(_) => true,
        Ty::Named(index) => !matches!(contract.named(*index)?.shape, Shape::Enum(_)),
    })
}

fn ty(contract: &Contract, of: &Ty) -> Result<String> {
    Ok(match of {
        Ty::Bool => "bool".to_owned(),
        Ty::U32 => "u32".to_owned(),
        Ty::F32 => "f32".to_owned(),
        Ty::Text => "string".to_owned(),
        Ty::Bytes => "Uint8Array".to_owned(),
        Ty::List(of) => format!("{}[]", ty(contract, of)?),
        Ty::Option(of) if is_reference(contract, of)? => format!("{} | null", ty(contract, of)?),
        Ty::Option(of) => format!("Some<{}> | null", ty(contract, of)?),
        Ty::Named(index) => pascal(&contract.named(*index)?.name),
    })
}

fn type_of(contract: &Contract, named: &Named, out: &mut String) -> Result<()> {
    let name = pascal(&named.name);
    out.push('\n');
    comment(out, "", "//", named.docs.as_deref());
    match &named.shape {
        Shape::Enum(cases) => {
            enumeration(&name, cases, out)?;
            writeln!(
                out,
                "// As the contract has it.\nexport function nameOf{name}(value: {name}): string {{"
            )?;
            writeln!(out, "  return {}[value];\n}}", names(cases))?;
        }
        Shape::Record(fields) => record(contract, named, fields, out)?,
        Shape::Variant(cases, _) => variant(contract, named, cases, out)?,
    }
    Ok(())
}

fn enumeration(name: &str, cases: &[Case], out: &mut String) -> Result<()> {
    let words: Vec<String> = cases.iter().map(|case| pascal(&case.name)).collect();
    Ok(writeln!(
        out,
        "export enum {name} {{ {} }}",
        words.join(", ")
    )?)
}

fn names(cases: &[Case]) -> String {
    let names: Vec<String> = cases
        .iter()
        .map(|case| format!("\"{}\"", case.name))
        .collect();
    format!("[{}]", names.join(", "))
}

/// Whether a step's answer is one of these.
fn is_handled(contract: &Contract, named: &Named) -> bool {
    let is_it = |of: &Ty| matches!(of, Ty::Named(index) if contract.types.get(*index).is_some_and(|one| one.name == named.name));
    contract
        .exports
        .iter()
        .any(|function| match &function.result {
            Outcome::Either(ok, error) => ok.as_ref().is_some_and(is_it) || is_it(error),
            _ => false,
        })
}

fn record(contract: &Contract, named: &Named, fields: &[Field], out: &mut String) -> Result<()> {
    let name = pascal(&named.name);
    let handled = is_handled(contract, named);
    let extends = if handled {
        format!(" extends {HANDLED}")
    } else {
        String::new()
    };
    writeln!(out, "export class {name}{extends} {{\n  constructor(")?;
    let mut defaults = Vec::new();
    for field in fields {
        defaults.push(match &field.ty {
            Ty::Option(_) => Some("null".to_owned()),
            Ty::List(_) => Some("[]".to_owned()),
            Ty::U32 => Some("0".to_owned()),
            Ty::Named(index) if handled => match &contract.named(*index)?.shape {
                Shape::Enum(cases) => {
                    let first = cases.first().context("an enum without cases")?;
                    Some(format!(
                        "{}.{}",
                        ty(contract, &field.ty)?,
                        pascal(&first.name)
                    ))
                }
                _ => None,
            },
            _ => None,
        });
    }
    for (index, field) in fields.iter().enumerate() {
        comment(out, "    ", "//", field.docs.as_deref());
        let rest = defaults.get(index..).unwrap_or_default();
        // What can be left out is at the end.
        let default = match rest.first() {
            Some(Some(default)) if rest.iter().all(Option::is_some) => format!(" = {default}"),
            _ => String::new(),
        };
        writeln!(
            out,
            "    public {}: {}{default},",
            camel(&field.name),
            ty(contract, &field.ty)?
        )?;
    }
    let ends = if handled {
        "  ) {\n    super();\n  }\n}\n"
    } else {
        "  ) {}\n}\n"
    };
    out.push_str(ends);
    Ok(())
}

fn variant(contract: &Contract, named: &Named, cases: &[Case], out: &mut String) -> Result<()> {
    let name = pascal(&named.name);
    let handled = is_handled(contract, named);
    let (extends, superior) = if handled {
        (format!(" extends {HANDLED}"), " super(); ")
    } else {
        (String::new(), "")
    };
    enumeration(&format!("{name}Kind"), cases, out)?;
    writeln!(out, "export class {name}{extends} {{")?;
    writeln!(
        out,
        "  // What it carries: a number, or where it is.\n  constructor(public kind: {name}Kind, private it: usize) {{{superior}}}\n"
    )?;
    for case in cases {
        comment(out, "  ", "//", case.docs.as_deref());
        let (word, kind) = (
            camel(&case.name),
            format!("{name}Kind.{}", pascal(&case.name)),
        );
        let Some(of) = &case.ty else {
            writeln!(
                out,
                "  static {word}(): {name} {{\n    return new {name}({kind}, 0);\n  }}"
            )?;
            continue;
        };
        let class = ty(contract, of)?;
        let (kept, came, nullable) = if is_reference(contract, of)? {
            (
                "changetype<usize>(value)".to_owned(),
                format!("changetype<{class}>(this.it)"),
                format!("{class} | null"),
            )
        } else {
            (
                "<usize>value".to_owned(),
                format!("new Some<{class}>(<{class}>this.it)"),
                format!("Some<{class}> | null"),
            )
        };
        writeln!(
            out,
            "  static {word}(value: {class}): {name} {{\n    return new {name}({kind}, {kept});\n  }}"
        )?;
        writeln!(
            out,
            "  get as{}(): {nullable} {{\n    return this.kind == {kind} ? {came} : null;\n  }}",
            pascal(&case.name)
        )?;
    }
    writeln!(
        out,
        "\n  // Which of them it is, as the contract has it.\n  get name(): string {{\n    return {}[this.kind];\n  }}",
        names(cases)
    )?;
    if cases.iter().all(|case| case.ty == Some(Ty::Text)) {
        out.push_str("  // What it says, whichever it is.\n  get text(): string {\n    return changetype<string>(this.it);\n  }\n");
    }
    out.push_str("}\n");
    Ok(())
}
