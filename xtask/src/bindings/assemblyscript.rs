//! AssemblyScript: a class for each record and variant, `null` for what is none, a `Result` for what may be refused.
//!
//! The language has no reflection, so loading and storing is written out for each type, in `memory.ts`.

use super::contract::{
    Case, Contract, Core, Field, Function, Interface, Named, Outcome, Shape, Ty,
};
use super::{camel, comment, pascal};
use anyhow::{Context as _, Result, bail};
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

/// How the types lie in memory.
pub(super) fn memory(contract: &Contract) -> Result<String> {
    let mut out =
        format!("{HEAD}import {{ Some }} from \"./abi\";\nimport * as abi from \"./abi\";\n");
    let mut names = Vec::new();
    for named in &contract.types {
        names.push(pascal(&named.name));
        if matches!(named.shape, Shape::Variant(..)) {
            names.push(format!("{}Kind", pascal(&named.name)));
        }
    }
    writeln!(
        out,
        "import {{\n  {},\n}} from \"./switchboard\";",
        names.join(",\n  ")
    )?;
    for named in &contract.types {
        memory_of(contract, named, &mut out)?;
    }
    Ok(out)
}

/// Where the host comes in.
pub(super) fn entry(contract: &Contract) -> Result<String> {
    let mut out = format!(
        "{HEAD}import * as memory from \"./memory\";\nimport {{ StepError, Outcome }} from \"./switchboard\";\nimport * as step from \"../step\";\n\nexport {{ cabi_realloc }} from \"./abi\";\n"
    );
    for function in &contract.exports {
        let name = camel(&function.name);
        let mut loads = Vec::new();
        for ((_, of), offset) in function
            .params
            .iter()
            .zip(contract.offsets(&function.params))
        {
            loads.push(load(contract, of, &plus("at", offset))?);
        }
        let takes = if function.params.is_empty() {
            ""
        } else {
            "at: usize"
        };
        writeln!(out, "\nexport function {name}({takes}): usize {{")?;
        writeln!(out, "  const value = step.{name}({});", loads.join(", "))?;
        let (size, align) = contract.returned(&function.result);
        writeln!(out, "  const room = heap.alloc({size});")?;
        match &function.result {
            Outcome::Either(Some(ok), error) => {
                let error_class = ty(contract, error)?;
                let ok_class = ty(contract, ok)?;
                writeln!(
                    out,
                    "  if (value instanceof {error_class}) {{\n    store<u8>(room, 1);"
                )?;
                writeln!(
                    out,
                    "    {};",
                    store(
                        contract,
                        error,
                        &format!("value as {error_class}"),
                        &plus("room", align)
                    )?
                )?;
                writeln!(out, "  }} else {{\n    store<u8>(room, 0);")?;
                writeln!(
                    out,
                    "    {};\n  }}",
                    store(
                        contract,
                        ok,
                        &format!("value as {ok_class}"),
                        &plus("room", align)
                    )?
                )?;
            }
            Outcome::Value(of) => writeln!(out, "  {};", store(contract, of, "value", "room")?)?,
            _ => bail!("a step that gives back nothing"),
        }
        out.push_str("  return room;\n}\n");
    }
    Ok(out)
}

fn plus(at: &str, offset: usize) -> String {
    match offset {
        0 => at.to_owned(),
        _ => format!("{at} + {offset}"),
    }
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

/// The function of a type in `memory.ts`, or of what is no type of the contract in `abi.ts`.
fn by(contract: &Contract, what: &str, of: &Ty, room: &str) -> Result<String> {
    Ok(match of {
        Ty::Bool => format!("abi.{what}Bool"),
        Ty::U32 => format!("abi.{what}U32"),
        Ty::F32 => format!("abi.{what}F32"),
        Ty::Text => format!("abi.{what}Text"),
        Ty::Bytes => format!("abi.{what}Bytes"),
        Ty::Named(index) => format!("{room}{what}{}", pascal(&contract.named(*index)?.name)),
        Ty::List(_) | Ty::Option(_) => bail!("a list of lists or options"),
    })
}

fn load(contract: &Contract, of: &Ty, at: &str) -> Result<String> {
    load_in(contract, of, at, "memory.")
}

fn load_in(contract: &Contract, of: &Ty, at: &str, room: &str) -> Result<String> {
    Ok(match of {
        Ty::List(of) => format!(
            "abi.loadList<{}>({at}, {}, {})",
            ty(contract, of)?,
            contract.size(of),
            by(contract, "load", of, room)?
        ),
        Ty::Option(inner) => {
            let value = load_in(
                contract,
                inner,
                &format!("{at} + {}", contract.align(inner)),
                room,
            )?;
            let value = match is_reference(contract, inner)? {
                true => value,
                false => format!("new Some<{}>({value})", ty(contract, inner)?),
            };
            format!("load<u8>({at}) ? {value} : null")
        }
        _ => format!("{}({at})", by(contract, "load", of, room)?),
    })
}

fn store(contract: &Contract, of: &Ty, value: &str, at: &str) -> Result<String> {
    store_in(contract, of, value, at, "memory.")
}

fn store_in(contract: &Contract, of: &Ty, value: &str, at: &str, room: &str) -> Result<String> {
    Ok(match of {
        Ty::List(of) => format!(
            "abi.storeList<{}>({value}, {at}, {}, {})",
            ty(contract, of)?,
            contract.size(of),
            by(contract, "store", of, room)?
        ),
        Ty::Option(_) => bail!("an option is stored by its record"),
        _ => format!("{}({value}, {at})", by(contract, "store", of, room)?),
    })
}

fn memory_of(contract: &Contract, named: &Named, out: &mut String) -> Result<()> {
    let name = pascal(&named.name);
    writeln!(out, "\nexport function load{name}(at: usize): {name} {{")?;
    match &named.shape {
        Shape::Enum(_) => {
            writeln!(out, "  return <{name}>load<u8>(at);\n}}")?;
            writeln!(
                out,
                "\nexport function store{name}(value: {name}, at: usize): void {{\n  store<u8>(at, <u8>value);\n}}"
            )?;
        }
        Shape::Record(fields) => {
            writeln!(out, "  return new {name}(")?;
            for field in fields {
                writeln!(
                    out,
                    "    {},",
                    load_in(contract, &field.ty, &plus("at", field.offset), "")?
                )?;
            }
            out.push_str("  );\n}\n");
            writeln!(
                out,
                "\nexport function store{name}(value: {name}, at: usize): void {{"
            )?;
            for field in fields {
                let word = camel(&field.name);
                let Ty::Option(inner) = &field.ty else {
                    writeln!(
                        out,
                        "  {};",
                        store_in(
                            contract,
                            &field.ty,
                            &format!("value.{word}"),
                            &plus("at", field.offset),
                            ""
                        )?
                    )?;
                    continue;
                };
                let inside = if is_reference(contract, inner)? {
                    word.clone()
                } else {
                    format!("{word}.value")
                };
                let place = plus("at", field.offset);
                writeln!(
                    out,
                    "  const {word} = value.{word};\n  store<u8>({place}, {word} !== null ? 1 : 0);"
                )?;
                let stored = store_in(
                    contract,
                    inner,
                    &inside,
                    &plus("at", field.offset + contract.align(inner)),
                    "",
                )?;
                writeln!(out, "  if ({word} !== null) {stored};")?;
            }
            out.push_str("}\n");
        }
        Shape::Variant(cases, payload) => {
            writeln!(out, "  switch (load<u8>(at)) {{")?;
            for (index, case) in cases.iter().enumerate() {
                let value = match &case.ty {
                    Some(of) => load_in(contract, of, &plus("at", *payload), "")?,
                    None => String::new(),
                };
                writeln!(
                    out,
                    "    case {index}: return {name}.{}({value});",
                    camel(&case.name)
                )?;
            }
            writeln!(out, "  }}\n  throw new Error(\"no such case\");\n}}")?;
            writeln!(
                out,
                "\nexport function store{name}(value: {name}, at: usize): void {{\n  store<u8>(at, <u8>value.kind);\n  switch (value.kind) {{"
            )?;
            for case in cases {
                let Some(of) = &case.ty else { continue };
                let word = format!("value.as{}!", pascal(&case.name));
                let inside = if is_reference(contract, of)? {
                    word
                } else {
                    format!("{word}.value")
                };
                writeln!(
                    out,
                    "    case {name}Kind.{}: return {};",
                    pascal(&case.name),
                    store_in(contract, of, &inside, &plus("at", *payload), "")?
                )?;
            }
            out.push_str("  }\n}\n");
        }
    }
    Ok(())
}

fn core(core: Core) -> &'static str {
    match core {
        Core::Number => "u32",
        Core::Float => "f32",
        Core::Address => "usize",
    }
}

fn imports_of(contract: &Contract, interface: &Interface, out: &mut String) -> Result<()> {
    out.push('\n');
    let mut functions = String::new();
    for (number, function) in interface.functions.iter().enumerate() {
        if number > 0 {
            functions.push('\n');
        }
        import_of(contract, interface, function, out, &mut functions)?;
    }
    out.push('\n');
    comment(out, "", "//", interface.docs.as_deref());
    writeln!(
        out,
        "export namespace {} {{\n{functions}}}",
        camel(&interface.name)
    )?;
    Ok(())
}

fn import_of(
    contract: &Contract,
    interface: &Interface,
    function: &Function,
    declared: &mut String,
    out: &mut String,
) -> Result<()> {
    let symbol = format!("{}_{}", interface.name, function.name).replace('-', "_");
    let in_memory = contract.returns_in_memory(&function.result)?;
    let (mut params, mut types, mut values, mut before) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (name, of) in &function.params {
        params.push(format!("{}: {}", camel(name), ty(contract, of)?));
        types.extend(contract.flat(of)?.into_iter().map(core));
        handed(contract, of, &camel(name), &mut before, &mut values)?;
    }
    if in_memory {
        types.push("usize");
        values.push("room".to_owned());
    }
    let types: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(index, of)| format!("p{index}: {of}"))
        .collect();
    let gives = match &function.result {
        Outcome::Nothing => "void".to_owned(),
        Outcome::Value(of) => ty(contract, of)?,
        Outcome::Either(None, error) => format!("{} | null", ty(contract, error)?),
        Outcome::Either(Some(ok), error) => {
            format!("Result<{}, {}>", ty(contract, ok)?, ty(contract, error)?)
        }
    };
    let direct = if in_memory { "void" } else { gives.as_str() };
    writeln!(
        declared,
        "// @ts-ignore: decorator\n@external(\"{}\", \"{}\")\ndeclare function {symbol}({}): {direct};",
        interface.module,
        function.name,
        types.join(", ")
    )?;
    comment(out, "  ", "//", function.docs.as_deref());
    if matches!(function.result, Outcome::Either(None, _)) {
        out.push_str("  // Null where it went well.\n");
    }
    writeln!(
        out,
        "  export function {}({}): {gives} {{",
        camel(&function.name),
        params.join(", ")
    )?;
    for line in &before {
        writeln!(out, "    {line}")?;
    }
    let call = format!("{symbol}({})", values.join(", "));
    let (size, align) = contract.returned(&function.result);
    if in_memory {
        writeln!(out, "    const room = heap.alloc({size});\n    {call};")?;
    }
    let inside = plus("room", align);
    match &function.result {
        Outcome::Nothing => writeln!(out, "    {call};")?,
        Outcome::Value(_) if !in_memory => writeln!(out, "    return {call};")?,
        Outcome::Value(of) => writeln!(out, "    return {};", load(contract, of, "room")?)?,
        Outcome::Either(None, error) => {
            writeln!(
                out,
                "    return load<u8>(room) ? {} : null;",
                load(contract, error, &inside)?
            )?;
        }
        Outcome::Either(Some(ok), error) => {
            let (ok_type, error_type) = (ty(contract, ok)?, ty(contract, error)?);
            writeln!(
                out,
                "    if (load<u8>(room)) return abi.refused<{ok_type}, {error_type}>({});",
                load(contract, error, &inside)?
            )?;
            writeln!(
                out,
                "    return new Result<{ok_type}, {error_type}>({}, null);",
                load(contract, ok, &inside)?
            )?;
        }
    }
    out.push_str("  }\n");
    Ok(())
}

/// A value as the numbers that the host is handed, and what is to be done before.
fn handed(
    contract: &Contract,
    of: &Ty,
    value: &str,
    before: &mut Vec<String>,
    out: &mut Vec<String>,
) -> Result<()> {
    let local = format!("{}_", value.replace('.', "_"));
    match of {
        Ty::Bool | Ty::U32 | Ty::F32 => out.push(value.to_owned()),
        Ty::Text => {
            before.push(format!("const {local} = abi.utf8({value});"));
            out.push(format!("changetype<usize>({local})"));
            out.push(format!("{local}.byteLength"));
        }
        Ty::Bytes => {
            out.push(format!("{value}.dataStart"));
            out.push(format!("{value}.length"));
        }
        Ty::List(inner) => {
            let stored = by(contract, "store", inner, "memory.")?;
            before.push(format!(
                "const {local} = abi.lowered<{}>({value}, {}, {stored});",
                ty(contract, inner)?,
                contract.size(inner)
            ));
            out.push(local);
            out.push(format!("{value}.length"));
        }
        Ty::Option(inner) => {
            out.push(format!("{value} !== null ? 1 : 0"));
            match &**inner {
                Ty::Text => {
                    before.push(format!("const {local} = abi.utf8OrNothing({value});"));
                    out.push(format!("changetype<usize>({local})"));
                    out.push(format!("{local}.byteLength"));
                }
                Ty::Bytes => {
                    before.push(format!("const {local} = abi.bytesOrNothing({value});"));
                    out.push(format!("{local}.dataStart"));
                    out.push(format!("{local}.length"));
                }
                Ty::U32 => out.push(format!("{value} !== null ? {value}.value : 0")),
                other => bail!("an option of {other:?} can't be handed to the host yet"),
            }
        }
        Ty::Named(index) => match &contract.named(*index)?.shape {
            Shape::Record(fields) => {
                for field in fields {
                    handed(
                        contract,
                        &field.ty,
                        &format!("{value}.{}", camel(&field.name)),
                        before,
                        out,
                    )?;
                }
            }
            _ => out.push(format!("<u32>{value}")),
        },
    }
    Ok(())
}
