//! `memory.ts`: how the types lie in memory.

use super::super::contract::{Contract, Named, Shape, Ty};
use super::super::{camel, pascal};
use super::{HEAD, is_reference, ty};
use anyhow::{Result, bail};
use std::fmt::Write as _;

/// How the types lie in memory.
pub(in super::super) fn memory(contract: &Contract) -> Result<String> {
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
pub(super) fn plus(at: &str, offset: usize) -> String {
    match offset {
        0 => at.to_owned(),
        _ => format!("{at} + {offset}"),
    }
}

/// The function of a type in `memory.ts`, or of what is no type of the contract in `abi.ts`.
pub(super) fn by(contract: &Contract, what: &str, of: &Ty, room: &str) -> Result<String> {
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

pub(super) fn load(contract: &Contract, of: &Ty, at: &str) -> Result<String> {
    load_in(contract, of, at, "memory.")
}

pub(super) fn load_in(contract: &Contract, of: &Ty, at: &str, room: &str) -> Result<String> {
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

pub(super) fn store(contract: &Contract, of: &Ty, value: &str, at: &str) -> Result<String> {
    store_in(contract, of, value, at, "memory.")
}

pub(super) fn store_in(
    contract: &Contract,
    of: &Ty,
    value: &str,
    at: &str,
    room: &str,
) -> Result<String> {
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
