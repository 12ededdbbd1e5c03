//! `cargo xtask reference`: the pages of `docs/reference/`, one for each interface of the contract, from its WIT.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use wit_parser::{
    Docs, Function, Interface, Resolve, Type, TypeDef, TypeDefKind, World, WorldItem,
};

const CONTRACT: &str = "wit/0.1.1";
const PAGES: &str = "docs/reference";
const HEAD: &str =
    "<!-- Written by `cargo xtask reference` from the contract; change wit/ instead. -->\n\n";

/// Writes the pages, or compares them with what is there.
pub(crate) fn run(root: &Path, check: bool) -> Result<ExitCode> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_path(root.join(CONTRACT))
        .context("the contract")?;
    let pages = pages(&resolve, package)?;
    let dir = root.join(PAGES);
    let mut differ = Vec::new();
    if check {
        for (name, text) in &pages {
            if std::fs::read_to_string(dir.join(name)).ok().as_ref() != Some(text) {
                differ.push(name.clone());
            }
        }
        let there = std::fs::read_dir(&dir).context(PAGES)?;
        for entry in there.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !pages.contains_key(&name) {
                differ.push(name);
            }
        }
    } else {
        std::fs::create_dir_all(&dir)?;
        for (name, text) in &pages {
            std::fs::write(dir.join(name), text)?;
        }
    }
    if differ.is_empty() {
        let done = if check {
            "match the contract"
        } else {
            "written"
        };
        println!("{PAGES}: {} pages {done}", pages.len());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "{PAGES} isn't what the contract says ({}); run: cargo xtask reference",
        differ.join(", ")
    );
    Ok(ExitCode::FAILURE)
}

fn pages(resolve: &Resolve, package: wit_parser::PackageId) -> Result<BTreeMap<String, String>> {
    let package = resolve
        .packages
        .get(package)
        .context("the contract is no package")?;
    let mut pages = BTreeMap::new();
    let mut index = format!(
        "{HEAD}# The contract, interface by interface\n\nVersion {}. A plugin implements one of two worlds; of the interfaces it imports what it uses.\n\n",
        package
            .name
            .version
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    );
    for (name, id) in &package.worlds {
        let world = resolve.worlds.get(*id).context("a world")?;
        world_part(resolve, name, world, &mut index)?;
    }
    index.push_str("## Interfaces\n\n| interface | what it is |\n|---|---|\n");
    for (name, id) in &package.interfaces {
        let interface = resolve.interfaces.get(*id).context("an interface")?;
        let first = first_sentence(&interface.docs);
        writeln!(index, "| [{name}]({name}.md) | {first} |")?;
        pages.insert(format!("{name}.md"), page(resolve, name, interface)?);
    }
    index.push_str("\nLimits, grants and what each failure means: [the sandbox](../sandbox.md).\n");
    pages.insert("README.md".to_owned(), index);
    Ok(pages)
}

fn world_part(resolve: &Resolve, name: &str, world: &World, out: &mut String) -> Result<()> {
    writeln!(out, "## World `{name}`\n")?;
    write_docs(&world.docs, out)?;
    let imports = world.imports.values().filter_map(|item| match item {
        WorldItem::Interface { id, .. } => resolve.interfaces.get(*id)?.name.clone(),
        _ => None,
    });
    let links: Vec<String> = imports.map(|name| format!("[{name}]({name}.md)")).collect();
    writeln!(out, "Imports: {}. Exports:\n", links.join(", "))?;
    for item in world.exports.values() {
        if let WorldItem::Function(function) = item {
            write_function(resolve, function, out)?;
        }
    }
    Ok(())
}

fn page(resolve: &Resolve, name: &str, interface: &Interface) -> Result<String> {
    let mut out = format!("{HEAD}# `{name}`\n\n");
    write_docs(&interface.docs, &mut out)?;
    if !interface.functions.is_empty() {
        out.push_str("## Functions\n\n");
        for function in interface.functions.values() {
            write_function(resolve, function, &mut out)?;
        }
    }
    let mut own = interface
        .types
        .iter()
        .filter_map(|(name, id)| Some((name, resolve.types.get(*id)?)))
        .filter(|(_, ty)| !is_used_from_elsewhere(resolve, ty))
        .peekable();
    if own.peek().is_some() {
        out.push_str("## Types\n\n");
    }
    for (name, ty) in own {
        write_type(resolve, name, ty, &mut out)?;
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    Ok(out)
}

/// Whether a type only gives another interface's type a name here.
fn is_used_from_elsewhere(resolve: &Resolve, ty: &TypeDef) -> bool {
    let TypeDefKind::Type(Type::Id(id)) = &ty.kind else {
        return false;
    };
    resolve
        .types
        .get(*id)
        .is_some_and(|original| original.owner != ty.owner)
}

fn write_function(resolve: &Resolve, function: &Function, out: &mut String) -> Result<()> {
    let parameters: Result<Vec<String>> = function
        .params
        .iter()
        .map(|one| Ok(format!("{}: {}", one.name, type_name(resolve, &one.ty)?)))
        .collect();
    let result = match &function.result {
        Some(ty) => format!(" -> {}", type_name(resolve, ty)?),
        None => String::new(),
    };
    writeln!(out, "### `{}`\n", function.name)?;
    writeln!(
        out,
        "```wit\n{}: func({}){result}\n```\n",
        function.name,
        parameters?.join(", ")
    )?;
    write_docs(&function.docs, out)
}

fn write_type(resolve: &Resolve, name: &str, ty: &TypeDef, out: &mut String) -> Result<()> {
    writeln!(out, "### `{name}`: {}\n", ty.kind.as_str())?;
    write_docs(&ty.docs, out)?;
    match &ty.kind {
        TypeDefKind::Record(record) => {
            for field in &record.fields {
                let of = type_name(resolve, &field.ty)?;
                item(out, &format!("`{}: {of}`", field.name), &field.docs)?;
            }
        }
        TypeDefKind::Variant(variant) => {
            for case in &variant.cases {
                let of = match &case.ty {
                    Some(ty) => format!("({})", type_name(resolve, ty)?),
                    None => String::new(),
                };
                item(out, &format!("`{}{of}`", case.name), &case.docs)?;
            }
        }
        TypeDefKind::Enum(cases) => {
            for case in &cases.cases {
                item(out, &format!("`{}`", case.name), &case.docs)?;
            }
        }
        TypeDefKind::Type(ty) => writeln!(out, "`{}`", type_name(resolve, ty)?)?,
        other => bail!("{name}: the reference can't show a {} yet", other.as_str()),
    }
    out.push('\n');
    Ok(())
}

fn item(out: &mut String, what: &str, docs: &Docs) -> Result<()> {
    let told = docs.contents.as_deref().unwrap_or("").trim();
    let told = told.replace('\n', " ");
    if told.is_empty() {
        writeln!(out, "- {what}")?;
    } else {
        writeln!(out, "- {what} – {told}")?;
    }
    Ok(())
}

fn write_docs(docs: &Docs, out: &mut String) -> Result<()> {
    if let Some(text) = &docs.contents {
        let mut in_list = false;
        for line in text.trim().lines() {
            let item = line.starts_with("- ") || line.starts_with("  ");
            // A line right below a list would be read as part of its last item.
            if in_list && !item && !line.is_empty() {
                out.push('\n');
            }
            in_list = item;
            writeln!(out, "{line}")?;
        }
        out.push('\n');
    }
    Ok(())
}

fn first_sentence(docs: &Docs) -> String {
    let text = docs.contents.as_deref().unwrap_or("").trim();
    let text = text.split("\n\n").next().unwrap_or("").replace('\n', " ");
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text,
    }
}

/// As the contract writes it.
fn type_name(resolve: &Resolve, ty: &Type) -> Result<String> {
    let Type::Id(id) = ty else {
        return Ok(match ty {
            Type::Bool => "bool",
            Type::U8 => "u8",
            Type::U16 => "u16",
            Type::U32 => "u32",
            Type::S8 => "s8",
            Type::S16 => "s16",
            Type::S32 => "s32",
            Type::F32 => "f32",
            Type::F64 => "f64",
            Type::Char => "char",
            Type::String => "string",
            other => bail!("the contract has no {other:?}"),
        }
        .to_owned());
    };
    let def = resolve.types.get(*id).context("a type")?;
    if let Some(name) = &def.name {
        return Ok(name.clone());
    }
    let part = |ty: &Option<Type>| match ty {
        Some(ty) => type_name(resolve, ty),
        None => Ok("_".to_owned()),
    };
    Ok(match &def.kind {
        TypeDefKind::List(of) => format!("list<{}>", type_name(resolve, of)?),
        TypeDefKind::Option(of) => format!("option<{}>", type_name(resolve, of)?),
        TypeDefKind::Result(result) => match &result.err {
            None => format!("result<{}>", part(&result.ok)?),
            Some(_) => format!("result<{}, {}>", part(&result.ok)?, part(&result.err)?),
        },
        other => bail!("the reference can't show a {} yet", other.as_str()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(wit: &str) -> BTreeMap<String, String> {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("t.wit", wit).unwrap();
        pages(&resolve, package).unwrap()
    }

    #[test]
    fn a_page_has_functions_types_and_their_words() {
        let pages = written(
            "package a:b@0.1.0;
             /// Keeps things. More of it.
             interface store {
               enum place { here, there }
               record thing {
                 /// Its name.
                 name: string,
                 more: option<list<u8>>,
               }
               /// Gets one.
               get: func(where: place, name: string) -> result<thing, string>;
               drop-it: func() -> result<_, string>;
             }
             interface other { use store.{thing}; all: func() -> list<thing>; }
             /// One of them.
             world w { import store; export run: func(thing: string) -> bool; }",
        );
        let store = &pages["store.md"];
        assert!(
            store.contains("get: func(where: place, name: string) -> result<thing, string>"),
            "{store}"
        );
        assert!(
            store.contains("drop-it: func() -> result<_, string>"),
            "{store}"
        );
        assert!(
            store.contains("- `name: string` – Its name.\n- `more: option<list<u8>>`\n"),
            "{store}"
        );
        assert!(!pages["other.md"].contains("## Types"));
        let index = &pages["README.md"];
        assert!(
            index.contains("| [store](store.md) | Keeps things. |"),
            "{index}"
        );
        assert!(index.contains("Imports: [store](store.md)"), "{index}");
    }

    #[test]
    fn a_page_that_isnt_the_contract_s_is_found() {
        let root = tempfile::tempdir().unwrap();
        let wit = root.path().join(CONTRACT);
        std::fs::create_dir_all(&wit).unwrap();
        std::fs::write(
            wit.join("a.wit"),
            "package a:b@0.1.0; interface i { f: func(); }",
        )
        .unwrap();
        assert_eq!(run(root.path(), false).unwrap(), ExitCode::SUCCESS);
        assert_eq!(run(root.path(), true).unwrap(), ExitCode::SUCCESS);
        std::fs::write(root.path().join(PAGES).join("i.md"), "mine").unwrap();
        assert_eq!(run(root.path(), true).unwrap(), ExitCode::FAILURE);
        run(root.path(), false).unwrap();
        std::fs::write(root.path().join(PAGES).join("old.md"), "left over").unwrap();
        assert_eq!(run(root.path(), true).unwrap(), ExitCode::FAILURE);
    }
}
