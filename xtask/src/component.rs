//! From a core module, as the compiler leaves it, to the component that is kept.

use anyhow::{Context, Result, bail, ensure};
use wit_component::{ComponentEncoder, DecodedWasm, OutputToString, WitPrinter};
use wit_parser::{IndexMap, WorldItem, WorldKey};

/// Standard plugins may import these and nothing else: no WASI, nothing of another host.
const ALLOWED_IMPORTS: &str = "switchboard:plugin/";

/// Ids of the binary format's sections that matter here.
const CUSTOM_SECTION: u8 = 0;
const CORE_MODULE_SECTION: u8 = 1;
const COMPONENT_SECTION: u8 = 4;
/// Magic number, version and layer.
const PREAMBLE: usize = 8;
/// The layer of a component; 0 is a core module.
const COMPONENT_LAYER: u8 = 1;

/// The component of `core`, validated, without custom sections (names, producers: nothing that
/// runs), importing only the plugin contract.
pub(crate) fn make(core: &[u8]) -> Result<Vec<u8>> {
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(core)
        .context("the module's description of its world is damaged")?
        .encode()
        .context("the module does not match its world")?;
    let component = strip(&encoded)?;
    wasmparser::Validator::new()
        .validate_all(&component)
        .context("the component is invalid once stripped")?;
    let world = World::of(&component)?;
    ensure!(
        !world.exports.is_empty(),
        "it exports nothing: is `export!` missing?"
    );
    let is_foreign = |name: &&String| !name.starts_with(ALLOWED_IMPORTS);
    let foreign: Vec<&str> = world
        .imports
        .iter()
        .filter(is_foreign)
        .map(String::as_str)
        .collect();
    ensure!(
        foreign.is_empty(),
        "it imports {}, but a standard plugin may only import {ALLOWED_IMPORTS}*: \
         find the dependency that needs it and leave it out",
        foreign.join(", ")
    );
    Ok(component)
}

/// The contract of a component as WIT text, for comparing two builds whose bytes may differ.
pub(crate) fn interface(component: &[u8]) -> Result<String> {
    let decoded = wit_component::decode(component)?;
    let mut printer = WitPrinter::new(OutputToString::default());
    printer.emit_docs(false);
    let nested: Vec<_> = decoded
        .resolve()
        .packages
        .iter()
        .map(|(id, _)| id)
        .filter(|id| *id != decoded.package())
        .collect();
    printer.print(decoded.resolve(), decoded.package(), &nested)?;
    Ok(printer.output.to_string())
}

/// What a component takes and gives, by name; types that only its signatures use left out.
struct World {
    imports: Vec<String>,
    exports: Vec<String>,
}

impl World {
    fn of(component: &[u8]) -> Result<Self> {
        let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
            bail!("it holds a WIT package, not a component");
        };
        let world = resolve
            .worlds
            .get(world)
            .context("a component without a world")?;
        let names = |items: &IndexMap<WorldKey, WorldItem>| {
            let called = items
                .iter()
                .filter(|(_, item)| !matches!(item, WorldItem::Type { .. }));
            called.map(|(key, _)| resolve.name_world_key(key)).collect()
        };
        Ok(Self {
            imports: names(&world.imports),
            exports: names(&world.exports),
        })
    }
}

/// How the section begins that says who made a binary and from what language: `plugin inspect` shows it.
const PRODUCERS: &[u8] = b"\x09producers";

/// `binary` (a module or a component) without custom sections but that of its producers, at every depth.
fn strip(binary: &[u8]) -> Result<Vec<u8>> {
    let (preamble, mut rest) = binary
        .split_at_checked(PREAMBLE)
        .context("too short for WebAssembly")?;
    let is_component = preamble.get(6) == Some(&COMPONENT_LAYER);
    let mut stripped = preamble.to_vec();
    while let Some((&id, after_id)) = rest.split_first() {
        let (length, after_length) = read_length(after_id)?;
        let (content, remaining) = after_length
            .split_at_checked(length)
            .context("a section is cut off")?;
        rest = remaining;
        match id {
            CUSTOM_SECTION if !content.starts_with(PRODUCERS) => {}
            CORE_MODULE_SECTION | COMPONENT_SECTION if is_component => {
                push_section(&mut stripped, id, &strip(content)?);
            }
            _ => push_section(&mut stripped, id, content),
        }
    }
    Ok(stripped)
}

fn push_section(binary: &mut Vec<u8>, id: u8, content: &[u8]) {
    binary.push(id);
    let mut length = content.len();
    while length >= 0x80 {
        binary.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    binary.push(length as u8);
    binary.extend_from_slice(content);
}

/// A section's length (LEB128, at most 32 bits) and what follows it.
fn read_length(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut length = 0usize;
    for (position, byte) in bytes.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            let (_, rest) = bytes.split_at(position + 1);
            return Ok((length, rest));
        }
    }
    bail!("a section's length is damaged")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripping_removes_custom_sections_but_who_made_it_at_every_depth_and_keeps_the_rest() {
        let big = "x".repeat(300);
        let with = wat::parse_str(format!(
            r#"(component $outer
                 (@custom "author" "someone")
                 (core module $inner (@custom "note" "{big}") (@custom "producers" "rustc") (memory 1) (data (i32.const 0) "{big}"))
                 (component $nested (core module $deep (@custom "note" "{big}")))
                 (core instance (instantiate $inner)))"#
        ))
        .unwrap();
        let without = wat::parse_str(format!(
            r#"(component
                 (core module (@custom "producers" "rustc") (memory 1) (data (i32.const 0) "{big}"))
                 (component (core module))
                 (core instance (instantiate 0)))"#
        ))
        .unwrap();
        assert_eq!(strip(&with).unwrap(), without);
    }

    #[test]
    fn damaged_input_is_an_error() {
        for damaged in [
            &b"\0asm"[..],
            b"\0asm\x01\0\0\0\x01\x7f",
            b"\0asm\x01\0\0\0\x01\xff\xff\xff\xff\xff",
        ] {
            assert!(strip(damaged).is_err());
        }
    }

    #[test]
    fn a_module_that_implements_no_world_is_refused() {
        let message = format!("{:#}", make(b"\0asm\x01\0\0\0").unwrap_err());
        assert!(message.contains("export!"), "{message}");
    }

    #[test]
    fn imports_are_listed_with_their_package() {
        let component = wat::parse_str(
            r#"(component (import "wasi:cli/environment@0.2.6" (instance)) (import "switchboard:plugin/log@0.1.0" (instance)))"#,
        )
        .unwrap();
        assert_eq!(
            World::of(&component).unwrap().imports,
            ["wasi:cli/environment@0.2.6", "switchboard:plugin/log@0.1.0"]
        );
    }
}
