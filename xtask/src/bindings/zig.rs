//! Zig: slices, optionals, tagged unions. What the host refuses is an error; what it says then is in `refusal`.
//!
//! The layout in memory isn't written here: `abi.zig` works it out from the types when it is compiled.

use super::contract::{Contract, Core, Function, Interface, Named, Outcome, Shape, Ty};
use super::{camel, comment, pascal, snake};
use anyhow::{Result, bail};
use std::fmt::Write as _;

const HEAD: &str = "\
// Written by `cargo xtask bindings` from the contract; change wit/ instead.
pub const abi = @import(\"abi.zig\");

/// For whatever outlives a function. Nothing needs to be freed: an instance lives for one call.
pub const allocator = abi.allocator;
/// How the contract writes a case: `.in_progress` as \"in-progress\".
pub const name = abi.name;
/// What the host said when it last refused something.
pub var refusal: []const u8 = \"\";
var failure: ?StepError = null;

/// The step's failure: worth another try, after so many seconds where the step knows.
pub fn transient(message: []const u8, retry_after_seconds: ?u32) error{Transient} {
    failure = .{ .transient = .{ .message = message, .retry_after_seconds = retry_after_seconds } };
    return error.Transient;
}

/// The step's failure: the same input will fail again.
pub fn permanent(message: []const u8) error{Permanent} {
    failure = .{ .permanent = .{ .message = message } };
    return error.Permanent;
}

/// What an error that the step returns means to the host.
pub fn failureOf(err: anyerror) StepError {
    const message = if (refusal.len > 0) refusal else @errorName(err);
    return switch (err) {
        error.Transient, error.Permanent => failure orelse .{ .permanent = .{ .message = message } },
        error.OutOfMemory => @panic(\"out of memory\"),
        error.Unreachable, error.Unavailable, error.Timeout, error.TooMany => .{ .transient = .{ .message = message } },
        else => .{ .permanent = .{ .message = message } },
    };
}

fn refused(err: anytype, why: []const u8) @TypeOf(err) {
    refusal = why;
    return err;
}
";
/// Words that Zig keeps for itself.
const TAKEN: [&str; 12] = [
    "align",
    "break",
    "continue",
    "error",
    "fn",
    "opaque",
    "resume",
    "suspend",
    "switch",
    "test",
    "union",
    "unreachable",
];
/// What a field is where the step doesn't say.
const DEFAULTS: [(&str, &str, &str); 2] =
    [("outcome", "next", ".go_on"), ("manifest", "history", "0")];

pub(super) fn file(contract: &Contract) -> Result<String> {
    let mut out = format!("// switchboard:plugin {}\n{HEAD}", contract.version);
    for named in &contract.types {
        type_of(contract, named, &mut out)?;
    }
    for interface in &contract.imports {
        imports_of(contract, interface, &mut out)?;
    }
    Ok(out)
}

fn word(name: &str) -> String {
    let name = snake(name);
    if TAKEN.contains(&name.as_str()) {
        return format!("@\"{name}\"");
    }
    name
}

fn type_of(contract: &Contract, named: &Named, out: &mut String) -> Result<()> {
    let name = pascal(&named.name);
    out.push('\n');
    comment(out, "", "///", named.docs.as_deref());
    match &named.shape {
        Shape::Enum(cases) => {
            let words: Vec<String> = cases.iter().map(|case| word(&case.name)).collect();
            writeln!(out, "pub const {name} = enum {{ {} }};", words.join(", "))?;
        }
        Shape::Record(fields) => {
            writeln!(out, "pub const {name} = struct {{")?;
            for field in fields {
                comment(out, "    ", "///", field.docs.as_deref());
                let known = DEFAULTS
                    .iter()
                    .find(|(record, of, _)| (*record, *of) == (&named.name, &field.name));
                let default = match (&field.ty, known) {
                    (_, Some((_, _, default))) => format!(" = {default}"),
                    (Ty::Option(_), _) => " = null".to_owned(),
                    (Ty::List(_), _) => " = &.{}".to_owned(),
                    _ => String::new(),
                };
                let of = ty(contract, &field.ty)?;
                writeln!(out, "    {}: {of}{default},", word(&field.name))?;
            }
            out.push_str("};\n");
        }
        Shape::Variant(cases, _) => {
            writeln!(out, "pub const {name} = union(enum) {{")?;
            for case in cases {
                comment(out, "    ", "///", case.docs.as_deref());
                match &case.ty {
                    Some(of) => {
                        writeln!(out, "    {}: {},", word(&case.name), ty(contract, of)?)?;
                    }
                    None => writeln!(out, "    {},", word(&case.name))?,
                }
            }
            out.push_str("};\n");
        }
    }
    Ok(())
}

fn ty(contract: &Contract, of: &Ty) -> Result<String> {
    Ok(match of {
        Ty::Bool => "bool".to_owned(),
        Ty::U32 => "u32".to_owned(),
        Ty::F32 => "f32".to_owned(),
        Ty::Text | Ty::Bytes => "[]const u8".to_owned(),
        Ty::List(of) => format!("[]const {}", ty(contract, of)?),
        Ty::Option(of) => format!("?{}", ty(contract, of)?),
        Ty::Named(index) => pascal(&contract.named(*index)?.name),
    })
}

/// The errors that stand for what the host refuses, each with the case that it is for; no case: the refusal is a text.
fn errors(contract: &Contract, error: &Ty) -> Result<Vec<(String, Option<String>)>> {
    match error {
        Ty::Text => return Ok(vec![("Refused".to_owned(), None)]),
        Ty::Named(index) => {
            if let Shape::Variant(cases, _) = &contract.named(*index)?.shape
                && cases.iter().all(|case| case.ty == Some(Ty::Text))
            {
                let cases = cases.iter();
                return Ok(cases
                    .map(|case| (pascal(&case.name), Some(word(&case.name))))
                    .collect());
            }
        }
        _ => {}
    }
    bail!("a refusal that Zig has no errors for yet")
}

fn core(core: Core) -> &'static str {
    match core {
        Core::Number => "u32",
        Core::Float => "f32",
        Core::Address => "[*]const u8",
    }
}

fn imports_of(contract: &Contract, interface: &Interface, out: &mut String) -> Result<()> {
    out.push('\n');
    comment(out, "", "///", interface.docs.as_deref());
    writeln!(out, "pub const {} = struct {{", word(&interface.name))?;
    let mut host = String::new();
    for (number, function) in interface.functions.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        import_of(contract, interface, function, out, &mut host)?;
    }
    writeln!(out, "\n    const host = struct {{\n{host}    }};\n}};")?;
    Ok(())
}

fn import_of(
    contract: &Contract,
    interface: &Interface,
    function: &Function,
    out: &mut String,
    host: &mut String,
) -> Result<()> {
    let in_memory = contract.returns_in_memory(&function.result)?;
    let (mut params, mut types, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (name, of) in &function.params {
        params.push(format!("{}: {}", word(name), ty(contract, of)?));
        types.extend(contract.flat(of)?.into_iter().map(core));
        handed(contract, of, &word(name), &mut values)?;
    }
    if in_memory {
        types.push("[*]u8");
        values.push("&room".to_owned());
    }
    let gives = match &function.result {
        Outcome::Nothing => "void".to_owned(),
        Outcome::Value(of) => ty(contract, of)?,
        Outcome::Either(ok, error) => {
            let names = errors(contract, error)?;
            let names: Vec<String> = names.into_iter().map(|(name, _)| name).collect();
            let ok = ok
                .as_ref()
                .map_or(Ok("void".to_owned()), |of| ty(contract, of))?;
            format!("error{{ {} }}!{ok}", names.join(", "))
        }
    };
    let direct = match &function.result {
        Outcome::Value(of) if !in_memory => ty(contract, of)?,
        _ => "void".to_owned(),
    };
    writeln!(
        host,
        "        extern \"{}\" fn @\"{}\"({}) {direct};",
        interface.module,
        function.name,
        types.join(", ")
    )?;
    comment(out, "    ", "///", function.docs.as_deref());
    writeln!(
        out,
        "    pub fn {}({}) {gives} {{",
        camel(&function.name),
        params.join(", ")
    )?;
    let call = format!("host.@\"{}\"({})", function.name, values.join(", "));
    let (size, align) = contract.returned(&function.result);
    match &function.result {
        Outcome::Nothing => writeln!(out, "        {call};")?,
        Outcome::Value(_) if !in_memory => writeln!(out, "        return {call};")?,
        Outcome::Value(of) => {
            writeln!(
                out,
                "        var room: [{size}]u8 align({align}) = undefined;\n        {call};"
            )?;
            writeln!(
                out,
                "        return abi.load({}, &room);",
                ty(contract, of)?
            )?;
        }
        Outcome::Either(ok, error) => {
            writeln!(
                out,
                "        var room: [{size}]u8 align({align}) = undefined;\n        {call};"
            )?;
            let load = format!("abi.load({}, room[{align}..])", ty(contract, error)?);
            match errors(contract, error)?.as_slice() {
                [(only, None)] => {
                    writeln!(
                        out,
                        "        if (room[0] != 0) return refused(error.{only}, {load});"
                    )?;
                }
                cases => {
                    writeln!(out, "        if (room[0] != 0) return switch ({load}) {{")?;
                    for (name, case) in cases {
                        let case = case.as_deref().unwrap_or_default();
                        writeln!(
                            out,
                            "            .{case} => |why| refused(error.{name}, why),"
                        )?;
                    }
                    out.push_str("        };\n");
                }
            }
            if let Some(of) = ok {
                writeln!(
                    out,
                    "        return abi.load({}, room[{align}..]);",
                    ty(contract, of)?
                )?;
            }
        }
    }
    out.push_str("    }\n");
    Ok(())
}

/// A value as the numbers that the host is handed.
fn handed(contract: &Contract, of: &Ty, value: &str, out: &mut Vec<String>) -> Result<()> {
    match of {
        Ty::U32 | Ty::F32 => out.push(value.to_owned()),
        Ty::Bool => out.push(format!("@intFromBool({value})")),
        Ty::Text | Ty::Bytes => {
            out.push(format!("{value}.ptr"));
            out.push(format!("{value}.len"));
        }
        Ty::List(of) => {
            out.push(format!("abi.lowered({}, {value})", ty(contract, of)?));
            out.push(format!("{value}.len"));
        }
        Ty::Option(of) => {
            out.push(format!("@intFromBool({value} != null)"));
            let inner = match &**of {
                Ty::Text | Ty::Bytes => format!("abi.view({value})"),
                Ty::U32 | Ty::F32 => format!("({value} orelse 0)"),
                other => bail!("an option of {other:?} can't be handed to the host yet"),
            };
            handed(contract, of, &inner, out)?;
        }
        Ty::Named(index) => match &contract.named(*index)?.shape {
            Shape::Record(fields) => {
                for field in fields {
                    handed(
                        contract,
                        &field.ty,
                        &format!("{value}.{}", word(&field.name)),
                        out,
                    )?;
                }
            }
            _ => out.push(format!("@intFromEnum({value})")),
        },
    }
    Ok(())
}
