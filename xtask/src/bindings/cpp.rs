//! C++23: aggregates, `std::optional`, `std::variant`, `std::expected`.

use super::contract::{Contract, Core, Function, Interface, Named, Outcome, Shape, Ty};
use super::{comment, pascal, snake};
use anyhow::{Result, bail};
use std::fmt::Write as _;

const HEAD: &str = "// Written by `cargo xtask bindings` from the contract; change wit/ instead.\n";
/// Before the names of types where the namespace isn't open.
const OUTSIDE: &str = "switchboard::";
const INSIDE: &str = "";
/// Names of the contract that C++ keeps for itself.
const TAKEN: [&str; 6] = ["default", "delete", "new", "operator", "register", "switch"];

/// What an author reads: the contract's types and functions.
pub(super) fn header(contract: &Contract) -> Result<String> {
    let mut out = format!(
        "{HEAD}// switchboard:plugin {}\n#pragma once\n\n#include \"abi.hpp\"\n\nnamespace switchboard {{\n",
        contract.version
    );
    for named in &contract.types {
        type_of(contract, named, &mut out)?;
    }
    for interface in &contract.imports {
        out.push('\n');
        comment(&mut out, "", "//", interface.docs.as_deref());
        writeln!(out, "namespace {} {{", word(&interface.name))?;
        for function in &interface.functions {
            comment(&mut out, "", "//", function.docs.as_deref());
            writeln!(out, "{};", signature(contract, INSIDE, function)?)?;
        }
        out.push_str("}\n");
    }
    out.push_str("\n}  // namespace switchboard\n\n// The step: what its author writes.\n");
    for function in &contract.exports {
        comment(&mut out, "", "//", function.docs.as_deref());
        writeln!(out, "{};", signature(contract, OUTSIDE, function)?)?;
    }
    Ok(out)
}

/// How values get from the host and to it.
pub(super) fn source(contract: &Contract) -> Result<String> {
    let mut out = format!(
        "{HEAD}#include \"switchboard.hpp\"\n\nnamespace switchboard {{\nnamespace abi {{\n"
    );
    for named in &contract.types {
        memory_of(contract, named, &mut out)?;
    }
    out.push_str("}  // namespace abi\n");
    for interface in &contract.imports {
        imports_of(contract, interface, &mut out)?;
    }
    out.push_str("\n}  // namespace switchboard\n\nusing namespace switchboard;\n");
    for function in &contract.exports {
        export_of(contract, function, &mut out)?;
    }
    Ok(out)
}

fn word(name: &str) -> String {
    let name = snake(name);
    if TAKEN.contains(&name.as_str()) {
        return name + "_";
    }
    name
}

fn type_of(contract: &Contract, named: &Named, out: &mut String) -> Result<()> {
    let name = pascal(&named.name);
    out.push('\n');
    comment(out, "", "//", named.docs.as_deref());
    match &named.shape {
        Shape::Enum(cases) => {
            let words: Vec<String> = cases.iter().map(|case| word(&case.name)).collect();
            writeln!(
                out,
                "enum class {name} : std::uint8_t {{ {} }};",
                words.join(", ")
            )?;
            let names: Vec<String> = cases
                .iter()
                .map(|case| format!("\"{}\"", case.name))
                .collect();
            writeln!(
                out,
                "// As the contract has it.\ninline std::string_view name({name} value) {{"
            )?;
            writeln!(
                out,
                "  constexpr std::string_view names[] = {{{}}};",
                names.join(", ")
            )?;
            out.push_str("  return names[static_cast<std::uint8_t>(value)];\n}\n");
        }
        Shape::Record(fields) => {
            writeln!(out, "struct {name} {{")?;
            for field in fields {
                comment(out, "  ", "//", field.docs.as_deref());
                writeln!(
                    out,
                    "  {} {}{{}};",
                    owned(contract, &field.ty)?,
                    word(&field.name)
                )?;
            }
            out.push_str("};\n");
        }
        Shape::Variant(cases, _) => {
            let mut kinds = Vec::new();
            for case in cases {
                kinds.push(match &case.ty {
                    Some(ty) => owned(contract, ty)?,
                    None => "std::monostate".to_owned(),
                });
            }
            writeln!(
                out,
                "struct {name} {{\n  using Any = std::variant<{}>;\n  Any value{{}};\n",
                kinds.join(", ")
            )?;
            for (index, (case, kind)) in cases.iter().zip(&kinds).enumerate() {
                comment(out, "  ", "//", case.docs.as_deref());
                let word = word(&case.name);
                let place = format!("std::in_place_index<{index}>");
                if case.ty.is_some() {
                    writeln!(
                        out,
                        "  static {name} {word}({kind} it) {{ return {{Any({place}, std::move(it))}}; }}"
                    )?;
                } else {
                    writeln!(
                        out,
                        "  static {name} {word}() {{ return {{Any({place})}}; }}"
                    )?;
                }
                writeln!(
                    out,
                    "  const {kind} *as_{}() const {{ return std::get_if<{index}>(&value); }}",
                    snake(&case.name)
                )?;
            }
            let names: Vec<String> = cases
                .iter()
                .map(|case| format!("\"{}\"", case.name))
                .collect();
            writeln!(
                out,
                "\n  // Which of them it is, as the contract has it.\n  std::string_view name() const {{"
            )?;
            writeln!(
                out,
                "    constexpr std::string_view names[] = {{{}}};",
                names.join(", ")
            )?;
            out.push_str("    return names[value.index()];\n  }\n");
            if cases.iter().all(|case| case.ty == Some(Ty::Text)) {
                out.push_str("  // What it says, whichever it is.\n  const std::string &text() const {\n    return std::visit([](const std::string &text) -> const std::string & { return text; }, value);\n  }\n");
            }
            out.push_str("};\n");
        }
    }
    Ok(())
}

fn owned(contract: &Contract, ty: &Ty) -> Result<String> {
    owned_in(contract, INSIDE, ty)
}

fn owned_in(contract: &Contract, scope: &str, ty: &Ty) -> Result<String> {
    Ok(match ty {
        Ty::Bool => "bool".to_owned(),
        Ty::U32 => "std::uint32_t".to_owned(),
        Ty::F32 => "float".to_owned(),
        Ty::Text | Ty::Bytes => "std::string".to_owned(),
        Ty::List(of) => format!("std::vector<{}>", owned_in(contract, scope, of)?),
        Ty::Option(of) => format!("std::optional<{}>", owned_in(contract, scope, of)?),
        Ty::Named(index) => format!("{scope}{}", pascal(&contract.named(*index)?.name)),
    })
}

/// As a parameter.
fn borrowed(contract: &Contract, scope: &str, ty: &Ty) -> Result<String> {
    Ok(match ty {
        Ty::Text | Ty::Bytes => "std::string_view".to_owned(),
        Ty::Option(of) => format!("std::optional<{}>", borrowed(contract, scope, of)?),
        Ty::List(_) => format!("const {} &", owned_in(contract, scope, ty)?),
        Ty::Named(index)
            if matches!(
                contract.named(*index)?.shape,
                Shape::Record(_) | Shape::Variant(..)
            ) =>
        {
            format!("const {} &", owned_in(contract, scope, ty)?)
        }
        _ => owned_in(contract, scope, ty)?,
    })
}

fn result(contract: &Contract, scope: &str, result: &Outcome) -> Result<String> {
    Ok(match result {
        Outcome::Nothing => "void".to_owned(),
        Outcome::Value(ty) => owned_in(contract, scope, ty)?,
        Outcome::Either(ok, error) => {
            let ok = ok
                .as_ref()
                .map_or(Ok("void".to_owned()), |ty| owned_in(contract, scope, ty))?;
            format!("std::expected<{ok}, {}>", owned_in(contract, scope, error)?)
        }
    })
}

fn signature(contract: &Contract, scope: &str, function: &Function) -> Result<String> {
    let mut params = Vec::new();
    for (name, ty) in &function.params {
        let ty = borrowed(contract, scope, ty)?;
        let space = if ty.ends_with('&') { "" } else { " " };
        params.push(format!("{ty}{space}{}", word(name)));
    }
    Ok(format!(
        "{} {}({})",
        result(contract, scope, &function.result)?,
        word(&function.name),
        params.join(", ")
    ))
}

fn memory_of(contract: &Contract, named: &Named, out: &mut String) -> Result<()> {
    let name = pascal(&named.name);
    if matches!(named.shape, Shape::Enum(_)) {
        return Ok(writeln!(
            out,
            "template <> struct in_memory<{name}> : as_byte<{name}> {{}};"
        )?);
    }
    writeln!(out, "template <> struct in_memory<{name}> {{")?;
    writeln!(
        out,
        "  static constexpr std::size_t size = {}, align = {};",
        named.size, named.align
    )?;
    match &named.shape {
        Shape::Record(fields) => {
            writeln!(
                out,
                "  static {name} load(const std::uint8_t *at) {{\n    return {{"
            )?;
            for field in fields {
                writeln!(
                    out,
                    "        .{} = abi::load<{}>(at + {}),",
                    word(&field.name),
                    owned(contract, &field.ty)?,
                    field.offset
                )?;
            }
            writeln!(
                out,
                "    }};\n  }}\n  static void store(const {name} &value, std::uint8_t *at) {{"
            )?;
            for field in fields {
                writeln!(
                    out,
                    "    abi::store(value.{}, at + {});",
                    word(&field.name),
                    field.offset
                )?;
            }
            out.push_str("  }\n};\n");
        }
        Shape::Variant(cases, payload) => {
            writeln!(
                out,
                "  static {name} load(const std::uint8_t *at) {{\n    switch (*at) {{"
            )?;
            for (index, case) in cases.iter().enumerate() {
                let value = match &case.ty {
                    Some(ty) => format!("abi::load<{}>(at + {payload})", owned(contract, ty)?),
                    None => String::new(),
                };
                writeln!(
                    out,
                    "      case {index}: return {name}::{}({value});",
                    word(&case.name)
                )?;
            }
            writeln!(
                out,
                "    }}\n    __builtin_trap();\n  }}\n  static void store(const {name} &value, std::uint8_t *at) {{"
            )?;
            out.push_str("    *at = static_cast<std::uint8_t>(value.value.index());\n");
            for case in cases.iter().filter(|case| case.ty.is_some()) {
                writeln!(
                    out,
                    "    if (auto *it = value.as_{}()) abi::store(*it, at + {payload});",
                    snake(&case.name)
                )?;
            }
            out.push_str("  }\n};\n");
        }
        Shape::Enum(_) => {}
    }
    Ok(())
}

fn core(core: Core) -> &'static str {
    match core {
        Core::Number => "std::uint32_t",
        Core::Float => "float",
        Core::Address => "const void *",
    }
}

fn imports_of(contract: &Contract, interface: &Interface, out: &mut String) -> Result<()> {
    writeln!(out, "\nnamespace {} {{", word(&interface.name))?;
    for function in &interface.functions {
        let symbol = format!(
            "import_{}_{}",
            snake(&interface.name),
            snake(&function.name)
        );
        let in_memory = contract.returns_in_memory(&function.result)?;
        let (mut types, mut values) = (Vec::new(), Vec::new());
        for (name, ty) in &function.params {
            types.extend(
                contract
                    .flat(ty)?
                    .into_iter()
                    .map(|one| core(one).to_owned()),
            );
            handed(contract, ty, &word(name), &mut values)?;
        }
        if in_memory {
            types.push("void *".to_owned());
            values.push("room".to_owned());
        }
        let direct = match &function.result {
            Outcome::Value(ty) if !in_memory => owned(contract, ty)?,
            _ => "void".to_owned(),
        };
        writeln!(
            out,
            "extern \"C\" __attribute__((import_module(\"{}\"), import_name(\"{}\")))\n{direct} {symbol}({});",
            interface.module,
            function.name,
            types.join(", ")
        )?;
        writeln!(out, "{} {{", signature(contract, INSIDE, function)?)?;
        let call = format!("{symbol}({})", values.join(", "));
        if in_memory {
            let (size, align) = contract.returned(&function.result);
            writeln!(
                out,
                "  alignas({align}) std::uint8_t room[{size}];\n  {call};"
            )?;
            writeln!(
                out,
                "  return abi::load<{}>(room);",
                result(contract, INSIDE, &function.result)?
            )?;
        } else if direct == "void" {
            writeln!(out, "  {call};")?;
        } else {
            writeln!(out, "  return {call};")?;
        }
        out.push_str("}\n");
    }
    out.push_str("}\n");
    Ok(())
}

/// A value as the numbers that the host is handed.
fn handed(contract: &Contract, ty: &Ty, value: &str, out: &mut Vec<String>) -> Result<()> {
    match ty {
        Ty::Bool | Ty::U32 | Ty::F32 => out.push(value.to_owned()),
        Ty::Text | Ty::Bytes => {
            out.push(format!("{value}.data()"));
            out.push(format!("{value}.size()"));
        }
        Ty::List(_) => {
            out.push(format!("abi::lowered({value})"));
            out.push(format!("{value}.size()"));
        }
        Ty::Option(of) => {
            out.push(format!("{value}.has_value()"));
            let inner = match &**of {
                Ty::Text | Ty::Bytes => format!("abi::view({value})"),
                Ty::Bool | Ty::U32 | Ty::F32 => format!("{value}.value_or(0)"),
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
            _ => out.push(format!("static_cast<std::uint32_t>({value})")),
        },
    }
    Ok(())
}

fn export_of(contract: &Contract, function: &Function, out: &mut String) -> Result<()> {
    let symbol = snake(&function.name);
    let takes = if function.params.is_empty() {
        ""
    } else {
        "const std::uint8_t *at"
    };
    writeln!(
        out,
        "\nextern \"C\" __attribute__((export_name(\"{}\"))) const void *export_{symbol}({takes}) {{",
        function.name
    )?;
    let mut loads = Vec::new();
    for ((_, ty), offset) in function
        .params
        .iter()
        .zip(contract.offsets(&function.params))
    {
        loads.push(format!(
            "abi::load<{}>(at + {offset})",
            owned(contract, ty)?
        ));
    }
    writeln!(
        out,
        "  return abi::kept({}({}));\n}}",
        word(&function.name),
        loads.join(", ")
    )?;
    Ok(())
}
