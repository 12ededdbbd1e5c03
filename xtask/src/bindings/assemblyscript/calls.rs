//! What crosses the border: the host's functions in `switchboard.ts`, the step's own in `entry.ts`.

use super::super::contract::{Contract, Core, Function, Interface, Outcome, Shape, Ty};
use super::super::{camel, comment};
use super::memory::{by, load, plus, store};
use super::{HEAD, ty};
use anyhow::{Result, bail};
use std::fmt::Write as _;

/// Where the host comes in.
pub(in super::super) fn entry(contract: &Contract) -> Result<String> {
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
fn core(core: Core) -> &'static str {
    match core {
        Core::Number => "u32",
        Core::Float => "f32",
        Core::Address => "usize",
    }
}

pub(super) fn imports_of(
    contract: &Contract,
    interface: &Interface,
    out: &mut String,
) -> Result<()> {
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
